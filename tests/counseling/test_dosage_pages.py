"""What a plan asks for: its form, its meter on the plan's page and the child's, results of a session."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from counseling.models import Attendance, Plan, Point, Prescription, Seat
from counseling.reading.dosage import attended_of, dosage_of
from homeschool.journal.models import Entry
from tests.builders import new_key

from .after_school import make_programme, make_session, make_volunteer
from .builders import make_goal, make_plan

MON = dt.date(2026, 10, 5)
WEEKLY = tuple((day, dt.time(16), 60) for day in (1, 3, 5))
MOST_QUERIES = 12


def form_key():
    return {"submission": new_key()}


def url(name, *args):
    return reverse(f"counseling:{name}", args=args)


@pytest.fixture
def clock(monkeypatch):
    """It is the Monday three weeks after the first one."""
    now = dt.datetime(2026, 10, 26, 3, tzinfo=dt.UTC)
    monkeypatch.setattr(timezone, "now", lambda: now)


@pytest.fixture
def club(cast, clock):
    club = make_programme(cast, weekly=WEEKLY)
    for child in (cast.child, cast.classmate):
        Seat.objects.ask(club, child, by=cast.counselor)
    Seat.objects.update(taken_at=dt.datetime(2026, 9, 1, tzinfo=dt.UTC))
    return club


@pytest.fixture
def sessions(cast, club):
    """Nine sessions in three weeks; Vera leads eight; the child misses the last."""
    vera = make_volunteer(cast)
    found = []
    for n in range(9):
        day = MON + dt.timedelta(days=7 * (n // 3) + 2 * (n % 3))
        row = make_session(club, dt.datetime.combine(day, dt.time(8), dt.UTC))
        row.lead(by=cast.counselor, **({"volunteer": vera} if n else {"user": cast.counselor}))
        said = "present" if n < 8 else "absent"
        marks = {cast.child.pk: {"mark": said}, cast.classmate.pk: {"mark": "present"}}
        Attendance.objects.mark(row, marks, by=cast.counselor)
        found.append(row)
    return found


@pytest.fixture
def plan(cast, club):
    return make_plan(cast, state=Plan.State.ACTIVE)


def prescribe(plan, club, **columns):
    usual = {"times": 3, "minutes": 45, "since": MON, "until": MON + dt.timedelta(weeks=10)}
    return Prescription.objects.prescribe(plan, by=plan.owner, programme=club, **(usual | columns))


def test_what_was_attended_is_read_for_many_children_in_three_queries(
    cast, sessions, django_assert_num_queries
):
    with django_assert_num_queries(3):
        found = attended_of([cast.child, cast.classmate], MON, MON + dt.timedelta(days=20))
    assert [len(found[child.pk]) for child in (cast.child, cast.classmate)] == [8, 9]
    assert {one.pupils for one in found[cast.child.pk]} == {2}
    dosage = dosage_of(cast.child, MON, MON + dt.timedelta(days=20))
    assert (dosage.sessions, dosage.total, dosage.a_week) == (8, 480, Fraction(8, 3))
    assert dosage.same_tutor == Fraction(7, 8)


def test_the_page_of_the_plan_says_first_and_then_draws_within_its_queries(
    cast, as_, plan, club, sessions
):
    prescribe(plan, club)
    for n in range(19):
        make_goal(plan, measure=f"measure {n}")
    client = as_(cast.counselor)
    client.get(url("week-count", plan.pk))  # the first page of a session writes it
    with CaptureQueriesContext(connection) as found:
        page = client.get(url("plan-detail", plan.pk))
    assert len(found) <= MOST_QUERIES, "\n".join(query["sql"][:250] for query in found)
    text = page.content.decode()
    assert "8 hours so far, in 8 sessions." in text
    assert "3 times a week, 45 minutes each" in text
    assert "Vera Volkov led 7 of 8." in text
    assert "3 of the four marks" in text
    (meter,) = page.context["meters"]
    assert meter.dosage == dosage_of(cast.child, MON, MON + dt.timedelta(days=20))
    assert [one.name for one in meter.standards if one.met] == ["long", "small", "same"]
    assert [one.name for one in meter.standards if one.low] == ["often"]
    assert [week.numbers for week in plan.weeks.all()] == [(3, 3, 3), (3, 3, 3), (3, 3, 2)]


def test_it_is_prescribed_changed_and_taken_back_on_its_pages(cast, as_, plan, club, sessions):
    client = as_(cast.counselor)
    sent = form_key() | {
        "programme": club.pk, "times": 2, "minutes": 45, "goal": plan.goals.get().pk,
        "since": "2026-10-05", "until": "2026-12-20",
    }  # fmt: skip
    for _n in range(2):  # a double click
        answer = client.post(url("prescription-add", plan.pk), sent)
        assert answer.status_code == 302, answer.context["form"].errors
    row = plan.prescriptions.get()
    assert plan.weeks.count() == 3
    wrong = client.post(url("prescription-add", plan.pk), sent | form_key())
    assert (wrong.status_code, plan.prescriptions.count()) == (422, 1)
    assert "on some of these days already" in wrong.content.decode()
    plan.refresh_from_db()
    late = client.post(
        url("prescription-edit", row.pk), sent | form_key() | {"times": 3, "edits": plan.edits - 1}
    )
    assert late.status_code == 409
    client.post(
        url("prescription-edit", row.pk), sent | form_key() | {"times": 3, "edits": plan.edits}
    )
    row.refresh_from_db()
    assert row.times == 3
    page = client.get(url("prescription-edit", row.pk)).content.decode()
    assert "2 times a week, 45 minutes each" in page
    client.post(url("prescription-drop", row.pk))
    assert not plan.weeks.exists()


def test_days_the_wrong_way_round_and_numbers_beyond_a_week_are_refused_in_words(
    cast, as_, plan, club
):
    sent = form_key() | {
        "programme": club.pk, "times": 15, "minutes": 2, "since": "2026-10-05", "until": "2026-10-01",
    }  # fmt: skip
    page = as_(cast.counselor).post(url("prescription-add", plan.pk), sent)
    assert page.status_code == 422
    assert set(page.context["form"].errors) == {"times", "minutes", "until"}


def test_a_week_counted_by_hand_is_shown_beside_its_sessions_and_given_back(
    cast, as_, plan, club, sessions
):
    prescribe(plan, club)
    plan.count_week(MON, by=cast.adviser, planned=3, held=3, attended=1)
    client = as_(cast.counselor)
    assert (
        "by hand; its sessions say 3, 3, 3"
        in client.get(url("week-count", plan.pk)).content.decode()
    )
    week = plan.weeks.get(monday=MON)
    client.post(url("week-by-sessions", week.pk))
    week.refresh_from_db()
    assert (week.by_hand, week.numbers) == (False, (3, 3, 3))


def test_the_page_of_the_child_says_hours_and_is_written_down(cast, as_, plan, club, sessions):
    prescribe(plan, club)
    page = as_(cast.adviser).get(url("dosage-child", cast.child.pk)).content.decode()
    assert "was there 8 of 9 times" in page
    assert "under 15 hours" in page
    assert Entry.objects.filter(verb="help.viewed", student=cast.child, actor=cast.adviser).exists()
    assert as_(cast.mother).get(url("dosage-child", cast.child.pk)).status_code == 403


def test_a_session_brings_a_result_once_and_a_correction_in_its_place(
    cast, as_, plan, club, sessions
):
    prescribe(plan, club)
    goal, client = plan.goals.get(), as_(cast.counselor)
    place, name = url("session-results", sessions[0].pk), f"goal-{goal.pk}"
    assert goal.statement in client.get(place).content.decode()
    sent = form_key() | {name: "58"}
    for _n in range(2):
        assert client.post(place, sent).status_code == 302
    point = Point.objects.get()
    assert (point.value, point.source, point.session, point.on) == (58, "session", sessions[0], MON)
    client.post(place, form_key() | {name: "58"})
    client.post(place, form_key() | {name: "61"})
    assert [p.value for p in goal.points.standing()] == [Decimal(61)]
    assert goal.points.count() == 2
    assert goal.points.standing().get().session == sessions[0]
    wrong = client.post(place, form_key() | {name: "-4"})
    assert (wrong.status_code, goal.points.count()) == (422, 2)


def test_results_are_for_staff_that_sees_the_plan(cast, as_, plan, club, sessions):
    prescribe(plan, club)
    place = url("session-results", sessions[0].pk)
    assert as_(cast.mother).get(place).status_code == 403
    assert as_(cast.volunteer).get(place).status_code == 404
    page = as_(cast.other_teacher).get(place)
    assert plan.goals.get().statement not in page.content.decode()
