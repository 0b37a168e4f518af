"""Moving a visit and calling it off; nobody at two doors at once; nights in which clocks change."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from homeschool.journal import actions, channels
from homeschool.journal.models import Entry, Notice, Receipt
from tests import builders
from visits.models import Draft, Visit, Visitor
from visits.models.planning import (
    BeingWritten,
    NoSuchTime,
    NotPlanned,
    Taken,
    free_times,
    moment,
    sequence_of,
)

from .builders import make_draft
from .offers import later

pytestmark = pytest.mark.django_db
MADRID, SHANGHAI = ZoneInfo("Europe/Madrid"), ZoneInfo("Asia/Shanghai")


def plan(cast, *visitors, at=None, child=None, **columns):
    visit = Visit(school=cast.school, household=cast.household, planned_at=at or later(), **columns)
    return visit.schedule(
        by=cast.counselor, children=[child or cast.child], visitors=visitors or [cast.counselor]
    )


def told(visit, kind):
    return Notice.objects.about(visit).filter(kind=kind, cancelled_at=None)


def letter(notice, person):
    actions.expand([notice.pk])
    receipt = Receipt.objects.get(notice=notice, person=person)
    return channels.email_for(receipt.deliveries.get(channel="email"))


# --- two doors at once --------------------------------------------------------------------------------


def test_nobody_is_planned_for_two_doors_at_once(cast):
    plan(cast, cast.counselor, cast.adviser)
    with pytest.raises(Taken):
        plan(cast, cast.adviser, at=later() + dt.timedelta(minutes=44), child=cast.classmate)
    plan(cast, cast.adviser, at=later() + dt.timedelta(minutes=45), child=cast.classmate)
    assert Visit.objects.count() == 2


def test_the_database_refuses_it_too(cast):
    first = plan(cast, cast.counselor)
    other = plan(cast, cast.adviser, child=cast.classmate)
    span = Visitor.objects.get(visit=first).span
    with pytest.raises(IntegrityError), transaction.atomic():
        Visitor.objects.create(visit=other, user=cast.counselor, span=span)


@pytest.mark.parametrize("end", ["cancel", "nobody_home", "hold"])
def test_a_visit_that_is_over_keeps_nobody_busy(cast, end):
    at = timezone.now() - dt.timedelta(minutes=10)
    visit = plan(cast, at=at)
    if end == "hold":
        visit.happened_at = at
        visit.hold(by=cast.counselor, lines=[], visitors=[cast.counselor])
    else:
        getattr(visit, end)(by=cast.counselor)
    assert not Visitor.objects.exclude(span=None).exists()
    plan(cast, at=at, child=cast.classmate)


def test_the_planner_is_told_who_is_busy_and_when_all_are_free(cast, as_):
    at = later()
    plan(cast, cast.adviser, at=at, child=cast.classmate)
    local = at.astimezone(SHANGHAI)
    sent = {
        "child": [str(cast.child.pk)], "day": f"{local:%Y-%m-%d}", "start": f"{local:%H:%M}",
        "minutes": "45", "mode": "home", "colleagues": [str(cast.adviser.pk)],
        "purpose": "relationship", "submission": builders.new_key(),
    }  # fmt: skip
    page = as_(cast.counselor).post(reverse("visits:visit-plan") + f"?child={cast.child.pk}", sent)
    assert page.status_code == 422
    (words,) = page.context["form"].errors["start"]
    assert words.startswith("Daniel Okafor cannot come at this time. Free for all:")
    assert "16:45" in words
    assert "Mateo" not in words


def test_the_next_free_times_lie_by_day(cast):
    at = moment(dt.date(2027, 3, 1), dt.time(19, 30), SHANGHAI)
    plan(cast, at=at - dt.timedelta(minutes=15))
    times = free_times([cast.counselor], at, 45, SHANGHAI)
    assert [f"{time:%d %H:%M}" for time in times] == ["02 08:00", "02 08:15", "02 08:30"]


# --- moving -----------------------------------------------------------------------------------------------


def test_a_move_tells_the_family_and_the_colleagues(cast):
    visit = plan(cast, cast.counselor, cast.adviser)
    visit.move(by=cast.counselor, planned_at=later(5), mode="video")
    assert (visit.planned_at, visit.mode, visit.status) == (later(5), "video", "scheduled")
    assert {row.span.lower for row in Visitor.objects.all()} == {later(5)}
    mail = letter(told(visit, "visit.moved").get(), cast.mother)
    assert "林" not in mail.subject
    assert not Receipt.objects.filter(person=cast.father).exists()
    mail = letter(told(visit, "visit.moved_staff").get(), cast.adviser)
    assert visit.get_absolute_url() in mail.body
    assert not Receipt.objects.filter(person=cast.counselor).exists()  # who moved it knows


def test_a_second_move_takes_the_first_letter_back(cast):
    visit = plan(cast)
    visit.move(by=cast.counselor, planned_at=later(5))
    visit.move(by=cast.counselor, planned_at=later(6))
    assert Notice.objects.about(visit).filter(kind="visit.moved").count() == 2
    assert told(visit, "visit.moved").count() == 1
    assert sequence_of(visit) == 2


def test_a_move_that_changes_nothing_tells_nobody(cast):
    visit = plan(cast)
    visit.move(by=cast.counselor, planned_at=visit.planned_at)
    assert not Notice.objects.exists()
    assert not Entry.objects.filter(verb="visit.moved").exists()


def test_who_is_taken_off_the_team_is_told_so(cast):
    visit = plan(cast, cast.counselor, cast.adviser)
    visit.move(by=cast.counselor, planned_at=visit.planned_at, visitors=[cast.counselor])
    mail = letter(told(visit, "visit.moved_staff").get(), cast.adviser)
    assert "METHOD:CANCEL" in mail.attachments[0].content


def test_a_visit_moves_into_no_other_door(cast):
    plan(cast, cast.adviser, at=later(5), child=cast.classmate)
    visit = plan(cast, cast.counselor, cast.adviser)
    with pytest.raises(Taken):
        visit.move(by=cast.counselor, planned_at=later(5))
    stands = Visit.objects.get(pk=visit.pk)
    assert stands.planned_at == later()
    assert not Notice.objects.exists()


def test_what_is_over_or_being_written_does_not_move(cast):
    visit = plan(cast)
    draft = Draft.objects.begin(
        by=cast.counselor, children=[cast.child], answers={}, pk=visit.pk, writers=[cast.counselor]
    )
    Draft.objects.filter(pk=draft.pk).update(version=2)
    with pytest.raises(BeingWritten):
        visit.move(by=cast.counselor, planned_at=later(5))
    draft.discard(by=cast.counselor)
    visit.cancel(by=cast.counselor)
    with pytest.raises(NotPlanned):
        visit.move(by=cast.counselor, planned_at=later(5))


def test_calling_off_tells_both_sides_once(cast):
    visit = plan(cast, cast.counselor, cast.adviser)
    for _n in range(2):
        visit.cancel(by=cast.counselor)
    assert told(visit, "visit.called_off").count() == 1
    assert told(visit, "visit.called_off_staff").count() == 1


# --- the page ---------------------------------------------------------------------------------------------


def answers(cast, at, **more):
    local = at.astimezone(SHANGHAI)
    return {
        "day": f"{local:%Y-%m-%d}", "start": f"{local:%H:%M}", "minutes": "60", "mode": "school",
        "team": [str(cast.counselor.pk)], "submission": builders.new_key(),
    } | more  # fmt: skip


def test_the_page_moves_a_visit_once(cast, as_):
    visit = plan(cast)
    page, sent = reverse("visits:visit-move", args=[visit.pk]), answers(cast, later(4))
    assert as_(cast.counselor).get(page).status_code == 200
    for _n in range(2):
        assert as_(cast.counselor).post(page, sent).url == visit.get_absolute_url()
    visit.refresh_from_db()
    assert (visit.planned_at, visit.planned_minutes, visit.mode) == (later(4), 60, "school")
    assert Notice.objects.filter(kind="visit.moved").count() == 1


def test_the_page_says_what_is_wrong(cast, as_):
    visit = plan(cast)
    plan(cast, cast.adviser, at=later(4), child=cast.classmate)
    page = reverse("visits:visit-move", args=[visit.pk])
    both = [str(cast.counselor.pk), str(cast.adviser.pk)]
    for more in (
        {"day": "x"}, {"start": "25:00"}, {"minutes": "1"}, {"team": []}, {"mode": "moon"},
        {"mode": "home"}, {"day": "2020-01-01"}, {"day": "2099-01-01"}, {"team": both},
    ):  # fmt: skip
        response = as_(cast.counselor).post(page, answers(cast, later(4), **more))
        assert response.status_code == 422, more
    assert not Notice.objects.exists()


# --- nights ---------------------------------------------------------------------------------------------


def test_an_hour_that_does_not_come_is_refused():
    with pytest.raises(NoSuchTime):
        moment(dt.date(2027, 3, 28), dt.time(2, 30), MADRID)


def test_of_an_hour_that_comes_twice_the_first_is_taken():
    at = moment(dt.date(2026, 10, 25), dt.time(2, 30), MADRID)
    assert at.astimezone(dt.UTC) == dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC)


def test_the_page_refuses_an_hour_that_does_not_come(cast, as_):
    cast.school.time_zone = "Europe/Madrid"
    cast.school.save()
    sent = {
        "child": [str(cast.child.pk)], "day": "2027-03-28", "start": "02:30", "minutes": "45",
        "mode": "phone", "purpose": "relationship", "submission": builders.new_key(),
    }  # fmt: skip
    page = as_(cast.counselor).post(reverse("visits:visit-plan") + f"?child={cast.child.pk}", sent)
    assert "does not exist" in page.context["form"].errors["start"][0]


@pytest.mark.parametrize(
    ("start", "end", "minutes"), [("23:30", "00:15", 45), ("22:00", "05:00", 420)]
)
def test_a_visit_may_end_after_midnight(cast, start, end, minutes):
    from visits import recording

    from .builders import whole_answers

    draft = make_draft(cast.counselor, cast.child, **whole_answers(cast, start=start, end=end))
    day = timezone.localdate() - dt.timedelta(days=3)
    draft.data |= {"day": f"{day}"}
    draft.save(update_fields=["data"])
    draft = Draft.objects.with_circle().get(pk=draft.pk)
    visit = recording.finish(draft, by=cast.counselor, share=False)
    assert (visit.ended_at - visit.happened_at) == dt.timedelta(minutes=minutes)


def test_an_end_before_the_beginning_is_still_asked_for(cast):
    from visits import recording

    from .builders import whole_answers

    day = timezone.localdate() - dt.timedelta(days=3)
    more = {"day": f"{day}", "start": "16:30", "end": "10:00"}
    draft = make_draft(cast.counselor, cast.child, **whole_answers(cast, **more))
    with pytest.raises(recording.NotWhole):
        recording.finish(draft, by=cast.counselor, share=False)
