"""Offering visits to families, and how they answer behind their link."""

import datetime as dt
import html

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from homeschool.journal import actions, channels, kinds
from homeschool.journal.models import Entry, Notice, Receipt
from homeschool.people.models import Guardianship
from tests import builders
from visits.forms.offering import families_of
from visits.models import Draft, Holder, Offer, Round, Visit, Visitor
from visits.models.planning import Taken

from .builders import plan_visit
from .offers import later, link, make_round

pytestmark = pytest.mark.django_db
Status = Visit.Status


@pytest.fixture
def offered(cast):
    round_ = make_round(cast)
    return round_.offers.get()


def times_of(offer):
    return list(offer.round.times.order_by("at"))


def post(client, name, offer, person, **data):
    return client.post(link(name, offer, person), data)


def take(client, offer, person, n=0, **data):
    return post(client, "offer-take", offer, person, time=times_of(offer)[n].pk, **data)


def fresh(row):
    return type(row).objects.get(pk=row.pk)


# --- asking -----------------------------------------------------------------------------------------


def answers(cast, *children, **more):
    day = timezone.localdate() + dt.timedelta(days=3)
    children = [str(child.pk) for child in children or [cast.child]]
    return {
        "from": children, "child": children, "day_1": f"{day}", "from_1": "15:00",
        "until_1": "18:00", "minutes": "45", "pause": "15", "mode": "home",
        "colleagues": [str(cast.adviser.pk)], "purpose": "relationship",
        "answer_by": f"{timezone.localdate() + dt.timedelta(days=2)}", "words": "See you soon!",
        "submission": builders.new_key(),
    } | more  # fmt: skip


def test_it_asks_a_family_with_brother_and_sister_once(cast, as_):
    page = reverse("visits:round-create")
    sent = answers(cast, cast.child, cast.sibling)
    first = as_(cast.counselor).post(page, sent)
    assert as_(cast.counselor).post(page, sent).url == first.url
    round_ = Round.objects.get()
    offer = round_.offers.get()
    assert offer.visit.status == Status.OFFERED
    assert offer.visit.household == cast.household
    assert {line.student for line in offer.visit.lines.all()} == {cast.child, cast.sibling}
    assert set(offer.visit.visitors.all()) == {cast.counselor, cast.adviser}
    assert round_.times.count() == 3  # 15:00, 16:00, 17:00
    assert Notice.objects.about(offer).get().kind == "visit.offer"
    assert Entry.objects.filter(verb="visit.offered").count() == 2


def test_it_offers_only_to_children_whom_the_planner_sees(cast, as_):
    page = reverse("visits:round-create")
    assert as_(cast.adviser).get(page, {"child": str(cast.sibling.pk)}).status_code == 404
    assert as_(cast.adviser).post(page, answers(cast, cast.sibling)).status_code == 404
    assert as_(cast.mother).get(page).status_code == 403


def test_it_leaves_out_who_has_a_visit_ahead_and_whom_no_letter_reaches(cast, as_):
    plan_visit(cast, at=later())
    Guardianship.objects.filter(student=cast.sibling).update(may_receive=False)
    page = reverse("visits:round-create")
    children = {"child": [str(cast.child.pk), str(cast.sibling.pk)]}
    text = as_(cast.counselor).get(page, children).text
    assert "has a visit ahead already" in text
    assert "Nobody may be written to about" in text
    assert "There is nobody to ask" in text


def test_it_offers_no_time_at_which_somebody_is_busy(cast, as_):
    day = timezone.localdate() + dt.timedelta(days=3)
    busy = dt.datetime.combine(day, dt.time(8, 15), dt.UTC)  # 16:15 in Shanghai
    visit = Visit(school=cast.school, planned_at=busy)
    visit.schedule(by=cast.principal, children=[cast.classmate], visitors=[cast.adviser])
    as_(cast.counselor).post(reverse("visits:round-create"), answers(cast, day_1=f"{day}"))
    hours = [time.at.hour for time in Round.objects.get().times.order_by("at")]
    assert hours == [7, 9]


def test_it_says_what_is_wrong_with_the_hours(cast, as_):
    page, client = reverse("visits:round-create"), as_(cast.counselor)
    for more in (
        {"day_1": ""}, {"from_1": "19:00"}, {"minutes": "2"}, {"day_1": "2020-01-01"},
        {"answer_by": "2020-01-01"}, {"colleagues": []}, {"child": []}, {"from_1": "half past"},
        {"day_1": "", "from_1": "", "until_1": ""}, {"minutes": "5", "pause": "0", "from_1": "00:00", "until_1": "23:59"},
    ):  # fmt: skip
        assert client.post(page, answers(cast, **more)).status_code == 422, more
    assert not Round.objects.exists()


def test_it_makes_families_of_children(cast):
    lone = builders.make_student(cast.school_class, "Noor Haddad")
    builders.make_guardian(lone, "Sara Haddad")
    brother = builders.make_student(cast.school_class, "Adam Haddad")
    builders.make_guardian(brother, user=lone.guardianships.get().guardian)
    found = families_of([cast.child, lone, cast.sibling, brother, cast.classmate])
    assert found == [
        (cast.household, [cast.child, cast.sibling]),
        (None, [lone, brother]),
        (None, [cast.classmate]),
    ]


def test_no_time_of_a_colleague_is_offered_twice(cast, offered):
    with pytest.raises(Taken):
        make_round(cast, (None, [cast.classmate]), by=cast.adviser, visitors=[cast.adviser])
    Round.objects.update(made_at=later(-9), answer_by=later(-8))
    make_round(cast, (None, [cast.classmate]), by=cast.adviser, visitors=[cast.adviser])


# --- the letter ---------------------------------------------------------------------------------------


def letter_to(offer, person):
    actions.expand([Notice.objects.about(offer).get().pk])
    receipt = Receipt.objects.get(person=person)
    delivery = receipt.deliveries.get(channel="email")
    return channels.email_for(delivery)


def test_it_writes_to_the_home_in_its_language(cast, offered):
    mail = letter_to(offered, cast.mother)
    assert Receipt.objects.count() == 1  # the father may not
    assert cast.school.name in mail.subject
    assert "林" not in mail.subject
    assert link("offer", offered, cast.mother) in mail.body
    assert link("offer", offered, cast.mother) in mail.alternatives[0][0]
    assert mail.extra_headers["Content-Language"].lower().startswith("zh")
    kind = kinds.get("visit.offer")
    assert kind.alive(Notice.objects.about(offered).get())


def test_the_page_behind_the_letter_answers_too(cast, offered, client):
    letter_to(offered, cast.mother)
    receipt = Receipt.objects.get(person=cast.mother)
    page = client.get(reverse("journal:letter", args=[channels.letter_token(receipt)]))
    assert link("offer-take", offered, cast.mother) in page.text


# --- answering ------------------------------------------------------------------------------------------


def test_reading_writes_nothing(cast, offered, client):
    for name in ("offer", "offer-calendar"):
        client.get(link(name, offered, cast.mother))
    for name in ("offer-take", "offer-other", "offer-decline"):
        assert client.get(link(name, offered, cast.mother)).status_code == 405
    assert fresh(offered).answered_at is None
    assert "sessionid" not in client.cookies


def test_one_tap_agrees_on_a_time(cast, offered, client):
    take(client, offered, cast.mother, 1)
    offer = fresh(offered)
    assert (offer.answer, offer.answered_by) == ("this_time", cast.mother)
    visit = offer.visit
    assert (visit.status, visit.planned_at) == (Status.ACCEPTED, times_of(offer)[1].at)
    spans = Visitor.objects.filter(visit=visit).values_list("span", flat=True)
    assert {span.lower for span in spans} == {visit.planned_at}
    assert Entry.objects.get(verb="visit.agreed").actor == cast.mother
    assert Notice.objects.about(visit).get().kind == "visit.agreed"
    page = client.get(link("offer", offered, cast.mother))
    assert link("offer-calendar", offered, cast.mother) in page.text


def test_taking_the_same_time_twice_is_harmless(cast, offered, client):
    for _n in range(2):
        assert take(client, offered, cast.mother).status_code == 302
    assert fresh(offered).visit.planned_at == times_of(offered)[0].at


def test_both_guardians_see_the_answer_and_may_change_it(cast, offered, client):
    Guardianship.objects.filter(guardian=cast.father).update(may_view=True, may_receive=True)
    cast.household.guardians.add(cast.father)
    seen = offered.version
    take(client, offered, cast.mother, seen=seen)
    page = client.get(link("offer", offered, cast.father))
    assert "林美" in page.text
    late = take(client, offered, cast.father, 1, seen=seen)
    assert late.status_code == 409
    assert fresh(offered).visit.planned_at == times_of(offered)[0].at
    take(client, offered, cast.father, 1, seen=fresh(offered).version)
    assert fresh(offered).visit.planned_at == times_of(offered)[1].at
    assert times_of(offered)[0].taken_by is None


def test_another_home_is_not_asked(cast, offered, client):
    Guardianship.objects.filter(guardian=cast.father).update(may_view=True, may_receive=True)
    assert client.get(link("offer", offered, cast.father)).status_code == 410


def test_the_second_family_is_shown_the_next_free_times(cast, client):
    other = (None, [cast.classmate])
    round_ = make_round(cast, (cast.household, [cast.child]), other, shows_all=True)
    first, second = sorted(round_.offers.all(), key=lambda o: o.visit.household_id is None)
    take(client, first, cast.mother)
    answer = take(client, second, cast.other_mother)
    assert answer.status_code == 409
    assert str(times_of(first)[1].pk) in answer.text
    assert str(times_of(first)[0].pk) not in answer.text
    assert fresh(second).answered_at is None


def test_the_own_answer_stands_where_the_new_time_is_gone(cast, client):
    round_ = make_round(cast, (cast.household, [cast.child]), (None, [cast.classmate]))
    first, second = sorted(round_.offers.all(), key=lambda o: o.visit.household_id is None)
    take(client, first, cast.mother, 0)
    take(client, second, cast.other_mother, 1)
    assert take(client, first, cast.mother, 1).status_code == 409
    assert fresh(first).visit.planned_at == times_of(first)[0].at
    assert times_of(first)[0].taken_by == first.visit


@pytest.mark.parametrize(
    ("answer", "mode"), [("other_place", "school"), ("video", "video"), ("phone", "phone")]
)
def test_another_place_at_one_of_the_times_is_agreed(cast, offered, client, answer, mode):
    time = times_of(offered)[0]
    post(client, "offer-other", offered, cast.mother, answer=answer, time=time.pk)
    visit = fresh(offered).visit
    assert (visit.status, visit.mode, visit.planned_at) == (Status.ACCEPTED, mode, time.at)


def test_another_time_is_asked_for(cast, offered, client):
    take(client, offered, cast.mother)
    wish = "  Saturday,\x00 please "
    post(client, "offer-other", offered, cast.mother, answer="other_time", wish=wish)
    offer = fresh(offered)
    assert (offer.visit.status, offer.visit.planned_at) == (Status.OTHER_TIME, None)
    assert offer.wish.startswith("Saturday")
    assert not Visitor.objects.exclude(span=None).exists()
    assert times_of(offer)[0].taken_by is None
    assert Notice.objects.about(offer.visit).filter(kind="visit.called_off").count() == 1


def test_a_no_needs_no_reason(cast, offered, client):
    post(client, "offer-decline", offered, cast.mother)
    offer = fresh(offered)
    assert (offer.answer, offer.visit.status) == ("no", Status.DECLINED)
    take(client, offered, cast.mother)
    assert fresh(offered).visit.status == Status.ACCEPTED


def test_wrong_answers_change_nothing(cast, offered, client):
    post(client, "offer-take", offered, cast.mother, time="x")
    post(client, "offer-take", offered, cast.mother)
    post(client, "offer-other", offered, cast.mother, answer="never")
    taken = post(client, "offer-take", offered, cast.mother, time=builders.new_key())
    assert taken.status_code == 409
    assert fresh(offered).answered_at is None


# --- when the link is dead -------------------------------------------------------------------------------


def test_a_forged_link_opens_nothing(cast, offered, client):
    url = link("offer", offered, cast.mother)
    assert client.get(url.replace("offers", "offers")[:-3] + "xx/").status_code == 404
    stranger = link("offer", offered, cast.other_mother)
    assert client.get(stranger).status_code == 410


def test_a_right_that_ended_between_offer_and_answer_kills_the_link(cast, offered, client, as_):
    Guardianship.objects.filter(guardian=cast.mother).update(may_receive=False)
    assert client.get(link("offer", offered, cast.mother)).status_code == 410
    assert take(client, offered, cast.mother).status_code == 410
    assert fresh(offered).answered_at is None
    page = as_(cast.counselor).get(offered.round.get_absolute_url())
    assert "Nobody may be asked any more" in page.text


def test_an_offer_that_is_taken_back_says_so(cast, offered, client, as_):
    as_(cast.counselor).post(reverse("visits:offer-take-back", args=[offered.pk]))
    answer = client.get(link("offer", offered, cast.mother))
    assert answer.status_code == 410
    cast.mother.language = "en"
    cast.mother.save()
    assert "taken this offer back" in html.unescape(
        client.get(link("offer", offered, cast.mother)).text
    )
    assert take(client, offered, cast.mother).status_code == 410
    assert fresh(offered).visit.status == Status.CANCELLED
    assert Notice.objects.about(offered).get().cancelled_at


def test_a_whole_round_is_taken_back_but_for_what_was_answered(cast, client, as_):
    round_ = make_round(cast, (cast.household, [cast.child]), (None, [cast.classmate]))
    first, second = sorted(round_.offers.all(), key=lambda o: o.visit.household_id is None)
    take(client, first, cast.mother)
    as_(cast.counselor).post(reverse("visits:round-take-back", args=[round_.pk]))
    assert fresh(first).visit.status == Status.ACCEPTED
    assert fresh(second).revoked_at
    assert not Holder.objects.exclude(span=None).exists()


def test_a_late_answer_is_told_kindly(cast, offered, client):
    Offer.objects.update(expires_at=timezone.now() - dt.timedelta(minutes=1))
    assert take(client, offered, cast.mother).status_code == 410
    assert fresh(offered).answered_at is None


# --- the planner ----------------------------------------------------------------------------------------


def test_the_planner_notes_an_answer_in_one_action(cast, offered, client, as_):
    note = reverse("visits:offer-note", args=[offered.pk])
    as_(cast.counselor).post(note)
    assert fresh(offered).noted_at is None  # nothing to note yet
    take(client, offered, cast.mother)
    as_(cast.counselor).post(note)
    as_(cast.principal).post(note)
    assert fresh(offered).noted_by == cast.counselor
    post(client, "offer-decline", offered, cast.mother)
    assert fresh(offered).noted_at is None


def test_the_planner_answers_a_wish_by_a_time(cast, offered, client, as_):
    post(client, "offer-other", offered, cast.mother, answer="other_time", wish="After eight")
    move = reverse("visits:visit-move", args=[offered.visit_id])
    page = as_(cast.counselor).get(move)
    assert "After eight" in page.text
    at = later(5, 12)
    sent = {
        "day": f"{at:%Y-%m-%d}", "start": "20:00", "minutes": "45", "mode": "home",
        "team": [str(cast.counselor.pk), str(cast.adviser.pk)], "submission": builders.new_key(),
    }  # fmt: skip
    as_(cast.counselor).post(move, sent)
    offer = fresh(offered)
    assert (offer.visit.status, offer.visit.planned_at) == (Status.SCHEDULED, at)
    assert offer.noted_by == cast.counselor


def test_a_round_shows_only_families_in_sight(cast, as_):
    round_ = make_round(
        cast, (cast.household, [cast.sibling]), (None, [cast.classmate]), by=cast.principal
    )
    url = round_.get_absolute_url()
    assert "Mateo" in as_(cast.principal).get(url).text
    page = as_(cast.adviser).get(url).text
    assert "Mateo" in page
    assert "小晴" not in page
    assert as_(cast.other_school_admin).get(url).status_code == 404


def asked_by(client, url):
    client.get(url)  # what a process asks once
    with CaptureQueriesContext(connection) as asked:
        assert client.get(url).status_code == 200
    return len(asked)


def test_its_lists_ask_the_same_for_one_and_for_twenty(cast, as_):
    client, url = as_(cast.counselor), reverse("visits:round-list")
    first = make_round(cast, times=[later(4)])
    lists = asked_by(client, url), asked_by(client, first.get_absolute_url())
    for n in range(19):
        make_round(cast, times=[later(5 + n)])
    many = make_round(
        cast, *[(None, [cast.child]) for _n in range(20)], times=[later(30, n) for n in range(20)]
    )
    assert (asked_by(client, url), asked_by(client, many.get_absolute_url())) == lists
    assert max(lists) <= 15


def test_an_answer_without_its_time_is_refused_by_the_database(offered):
    with pytest.raises(IntegrityError), transaction.atomic():
        Offer.objects.filter(pk=offered.pk).update(answer="no")


def test_no_letter_leaves_once_the_offer_is_over(cast, offered):
    notice = Notice.objects.about(offered).get()
    offered.take_back(by=cast.counselor)
    assert not kinds.get("visit.offer").alive(notice)
    actions.expand([notice.pk])
    assert not Receipt.objects.exists()


# --- where it is seen -------------------------------------------------------------------------------------


def test_the_familys_page_leads_to_the_answer(cast, offered, client, as_):
    page = reverse("reports:progress", args=[cast.child.pk])
    found = as_(cast.mother).get(page).text
    assert link("offer", offered, cast.mother) in found
    assert "/visits/o/" not in as_(cast.counselor).get(page).text
    take(client, offered, cast.mother)
    assert link("offer", offered, cast.mother) in as_(cast.mother).get(page).text


def test_another_home_reads_nothing_of_an_offer(cast, offered, as_):
    Guardianship.objects.filter(guardian=cast.father).update(may_view=True, may_receive=True)
    found = as_(cast.father).get(reverse("reports:progress", args=[cast.child.pk])).text
    assert "/visits/o/" not in found
    assert 'id="offer"' not in found


def test_today_shows_what_waits_for_a_family_and_what_for_the_planner(cast, offered, client, as_):
    page = reverse("reports:today")
    found = as_(cast.counselor).get(page).context["page"]
    assert (len(found.offers), len(found.offered)) == (0, 1)
    before = found.waiting
    post(client, "offer-other", offered, cast.mother, answer="other_time", wish="At eight")
    answer = as_(cast.adviser).get(page)
    assert "At eight" in answer.text
    assert reverse("visits:visit-move", args=[offered.visit_id]) in answer.text
    found = as_(cast.counselor).get(page).context["page"]
    assert (len(found.offers), len(found.offered)) == (1, 0)
    assert found.waiting == before + 1
    offered.refresh_from_db()
    offered.note(by=cast.counselor)
    assert as_(cast.counselor).get(page).context["page"].waiting == before


def test_the_visits_page_says_what_was_asked(cast, offered, client, as_):
    take(client, offered, cast.mother)
    found = as_(cast.adviser).get(offered.visit.get_absolute_url()).text
    assert "What the family was asked" in found
    assert reverse("visits:offer-note", args=[offered.pk]) in found


def test_a_visit_that_is_called_off_takes_its_offer_along(cast, offered, client):
    Visit.objects.get(pk=offered.visit_id).cancel(by=cast.counselor)
    assert fresh(offered).revoked_at
    assert client.get(link("offer", offered, cast.mother)).status_code == 410


def test_a_move_frees_the_time_that_was_taken(cast, offered, client):
    take(client, offered, cast.mother)
    Visit.objects.get(pk=offered.visit_id).move(by=cast.counselor, planned_at=later(6))
    assert times_of(offered)[0].taken_by is None
    assert fresh(offered).noted_by == cast.counselor


def test_an_offer_whose_visit_is_being_written_down_is_taken_back_and_the_visit_stays(
    cast, offered, as_
):
    as_(cast.counselor).post(reverse("visits:visit-start", args=[offered.visit_id]))
    Draft.objects.filter(pk=offered.visit_id).update(version=3)
    as_(cast.counselor).post(reverse("visits:offer-take-back", args=[offered.pk]))
    assert fresh(offered).revoked_at
    assert fresh(offered).visit.status == Status.OFFERED
    assert Draft.objects.open().filter(pk=offered.visit_id).exists()
