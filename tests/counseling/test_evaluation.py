"""Three questions about a programme: asked once, answered by link, read as figures from five on."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from counseling.models import Attendance, Evaluation, Programme, Seat
from counseling.models.evaluation import Over
from counseling.reading.evaluation import evaluation_token
from homeschool.journal import actions, channels
from homeschool.journal.models import Notice, Receipt, reminding

from .after_school import make_children, make_programme, make_session

GOOD = {"glad": 4, "learned": 3, "again": 4, "words": ""}


@pytest.fixture
def programme(cast):
    today = timezone.localdate()
    programme = make_programme(
        cast, begins=today - dt.timedelta(days=60), ends=today + dt.timedelta(days=2), capacity=40,
        state=Programme.State.RUNNING,
    )  # fmt: skip
    Seat.objects.ask(programme, cast.child, by=cast.mother)
    Seat.objects.update(taken_at=timezone.now() - dt.timedelta(days=50))
    Attendance.objects.mark(
        make_session(programme), {cast.child.pk: {"mark": "present"}}, by=cast.counselor
    )
    return programme


def token(cast, who="mother"):
    return evaluation_token(Seat.objects.get(student=cast.child).pk, getattr(cast, who).pk)


def send(client, cast, side="family", who="mother", **values):
    url = reverse("counseling:evaluation-send", args=[token(cast, who)])
    said = {f"{side}-{name}": value for name, value in (GOOD | values).items()}
    return client.post(url, said | {"side": side})


def test_a_link_shows_and_a_tap_writes_both_sides(cast, client, programme):
    page = client.get(reverse("counseling:evaluation", args=[token(cast)]))
    assert page.status_code == 200
    assert not Evaluation.objects.exists()
    assert send(client, cast).status_code == 302
    assert send(client, cast, "child", glad=1).status_code == 302
    rows = {row.side: row for row in Evaluation.objects.all()}
    assert (rows["family"].glad, rows["child"].glad) == (4, 1)
    assert rows["child"].said_by == cast.mother


def test_a_second_answer_takes_the_place_and_keeps_history(cast, client, programme):
    for glad in (4, 4, 2):
        send(client, cast, glad=glad)
    row = Evaluation.objects.get()
    assert row.glad == 2
    assert [event.glad for event in row.events.order_by("pgh_id")] == [4, 2]


def test_what_is_missing_is_said_and_what_was_typed_stays(cast, client, programme):
    page = send(client, cast, glad="", words="More books please")
    assert page.status_code == 422
    assert "More books please" in page.text
    assert "Please tap one of the four faces." in page.text
    assert send(client, cast, glad=9).status_code == 422
    assert not Evaluation.objects.exists()


def test_a_person_without_sight_and_a_wrong_link_find_nothing(cast, client, programme):
    assert send(client, cast, who="father").status_code == 410
    url = reverse("counseling:evaluation", args=[token(cast)[:-2] + "xx"])
    assert client.get(url).status_code == 404


def test_a_home_does_not_read_what_another_one_said(cast, client, programme):
    send(client, cast, words="Canary-of-one-home")
    cast.father.guardianships.get().restore(by=cast.principal)
    page = client.get(reverse("counseling:evaluation", args=[token(cast, "father")])).text
    assert "Canary-of-one-home" not in page
    assert "yours takes its place" in page


def test_it_is_over_a_fortnight_after_the_end_and_not_open_long_before(cast, client, programme):
    for ends in (-15, 30):
        programme.ends = timezone.localdate() + dt.timedelta(days=ends)
        programme.save(update_fields=["ends"])
        assert send(client, cast).status_code == 410
        with pytest.raises(Over):
            Evaluation.objects.answer(programme, cast.child, "family", by=cast.mother, **GOOD)


def test_the_page_of_the_family_leads_there(cast, as_, programme):
    page = as_(cast.mother).get(reverse("counseling:afternoon", args=[cast.child.pk]))
    assert "Three questions" in page.text


def test_the_school_reads_figures_from_five_answers_on_and_no_name(cast, as_, client, programme):
    for n, child in enumerate(make_children(cast, 5)):
        url = reverse("counseling:evaluation-figures", args=[programme.pk])
        page = as_(cast.counselor).get(url).text
        assert "Not enough answers yet" in page
        assert "Canary-word" not in page
        Evaluation.objects.answer(
            programme, child, "family", by=cast.mother, **(GOOD | {"words": f"Canary-word {n}"})
        )
    page = as_(cast.counselor).get(url).text
    assert "4.0" in page
    assert "Canary-word 3" in page
    assert "Child 3" not in page
    assert as_(cast.adviser).get(url).status_code == 403
    assert as_(cast.mother).get(url).status_code == 403
    assert as_(cast.other_school_admin).get(url).status_code == 404


def test_a_sixth_answer_waits_until_it_is_one_of_ten(cast, programme):
    found = []
    for n, child in enumerate(make_children(cast, 10)):
        said = GOOD | {"words": f"Words {n}", "glad": 1 if n == 5 else 4}
        Evaluation.objects.answer(programme, child, "family", by=cast.mother, **said)
        (row,) = Evaluation.objects.figures([programme]).get(programme.pk, [None])
        words = Evaluation.objects.words_of(programme)
        found.append((row and (row.number, row.glad), len(words)))
    assert found == [(None, 0)] * 4 + [((5, 4.0), 5)] * 5 + [((10, 3.7), 10)]


def test_no_staff_sees_one_answer(cast, programme):
    Evaluation.objects.answer(programme, cast.child, "family", by=cast.mother, **GOOD)
    seen = Evaluation.objects.visible_to
    assert seen(cast.mother).count() == 1
    for person in (cast.adviser, cast.counselor, cast.principal, cast.father, cast.volunteer):
        assert not seen(person).exists()


def run_rules(at):
    rules = {rule.name: rule for rule in reminding.table()}
    return sum(reminding.run(rules[name], at) for name in ("evaluation.ending", "evaluation.ended"))


def test_families_are_asked_once_before_the_last_day(cast, programme):
    zone = programme.zone
    due = dt.datetime.combine(programme.ends - dt.timedelta(days=3), dt.time(17), zone)
    run_rules(due - dt.timedelta(minutes=1))
    assert not Notice.objects.filter(kind="evaluation.asked").exists()
    run_rules(due)
    run_rules(due + dt.timedelta(minutes=1))
    notice = Notice.objects.get(kind="evaluation.asked")
    actions.expand([notice.pk])
    (receipt,) = Receipt.objects.filter(notice=notice)
    assert receipt.person == cast.mother
    mail = channels.email_for(receipt.deliveries.get(channel="email"))
    assert "/after-school/evaluation/" in mail.body
    assert "Reading club" not in mail.subject + mail.body


def test_families_are_asked_when_a_programme_is_ended_early(cast, programme):
    programme.ends = timezone.localdate() + dt.timedelta(days=40)
    programme.save(update_fields=["ends"])
    programme.move_on(Programme.State.OVER, by=cast.counselor)
    for n in (2, 3, 4):
        run_rules(timezone.now() + dt.timedelta(minutes=n))
    assert Notice.objects.filter(kind="evaluation.asked").count() == 1


def test_a_letter_is_not_sent_to_who_answered(cast, programme):
    run_rules(
        dt.datetime.combine(programme.ends - dt.timedelta(days=3), dt.time(17), programme.zone)
    )
    Evaluation.objects.answer(programme, cast.child, "family", by=cast.mother, **GOOD)
    notice = Notice.objects.filter(kind="evaluation.asked").first()
    if notice:
        actions.expand([notice.pk])
        assert not Receipt.objects.filter(notice=notice).exists()
