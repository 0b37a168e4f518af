"""Habits: what both sides tick, what a week becomes, and who sees it."""

import datetime as dt
from fractions import Fraction

import pytest
from django.db import IntegrityError, InternalError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from counseling.models import Habit, HabitWeek, NotATick, Plan, Point, Side, Tick
from counseling.models.habit import count_weeks
from counseling.models.shares import Said, in_percent, week_share, weeks_in_a_row
from counseling.reading import habits as reading
from homeschool.journal.models import Entry
from tests import builders
from visits.models.home import Home

from .practising import (
    DONE,
    FRI,
    MON,
    NOT,
    PARTLY,
    SAT,
    SUN,
    THU,
    TUE,
    WED,
    WEEK,
    at_home,
    at_school,
    at_work,
    home_of,
    make_habit,
    stop_clock,
)  # fmt: skip

SCHOOL_DAYS = [MON, TUE, WED, THU, FRI]
NEXT = MON + WEEK


# --- the share of a week --------------------------------------------------------------------------------


def said(side, on, **days):
    """Return ticks of a side that all were said on the day `on`: mon="done", tue="not"."""
    names = dict(zip(("mon", "tue", "wed", "thu", "fri", "sat", "sun"),
                     (MON + dt.timedelta(days=n) for n in range(7)), strict=True))  # fmt: skip
    return [Said(names[name], side, state, on) for name, state in days.items()]


FULL = {"mon": "done", "tue": "done", "wed": "done", "thu": "done", "fri": "done"}
SHARES = [
    # nobody said anything: not known, and not nothing
    ("nobody", [], None),
    # one side alone; the other is left out whole
    ("all done at home", said("home", SUN, **FULL), Fraction(1)),
    ("all done at school", said("school", SUN, **FULL), Fraction(1)),
    ("all not", said("home", SUN, **dict.fromkeys(FULL, "not")), Fraction(0)),
    ("all partly", said("home", SUN, **dict.fromkeys(FULL, "partly")), Fraction(1, 2)),
    ("four of five", said("home", SUN, **(FULL | {"wed": "not"})), Fraction(4, 5)),
    ("and a half", said("home", SUN, **(FULL | {"wed": "partly"})), Fraction(9, 10)),
    # a day without a tick that was over when the side last spoke counts nothing
    ("two of five, said on Sunday", said("home", SUN, mon="done", tue="done"), Fraction(2, 5)),
    # what was still to come is left out
    ("on Friday, for four days", said("home", FRI, mon="done", tue="done", wed="done", thu="done"), Fraction(1)),
    ("on Friday, for three of four", said("home", FRI, mon="done", tue="done", thu="done"), Fraction(3, 4)),
    ("Friday itself, said on Friday", said("home", FRI, fri="not"), Fraction(0)),
    ("day by day, until Tuesday", said("home", MON, mon="done") + said("home", TUE, tue="not"), Fraction(1, 2)),
    # the sides count as one each
    ("both", said("home", SUN, **FULL) + said("school", SUN, **dict.fromkeys(FULL, "not")), Fraction(1, 2)),
    ("both, unlike days", said("home", SUN, **FULL) + said("school", TUE, mon="done", tue="not"), Fraction(3, 4)),
    # two homes of a child: the better day, since the child was with one of them
    ("two homes", said("home", SUN, **dict.fromkeys(FULL, "not")) + said("home", SUN, mon="done"), Fraction(1, 5)),
    # a day on which it is not practised
    ("a Saturday", said("home", SUN, sat="done"), None),
    ("a Saturday beside", said("home", SUN, **FULL) + said("home", SUN, sat="not"), Fraction(1)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("ticks", "share"), [row[1:] for row in SHARES], ids=[r[0] for r in SHARES]
)
def test_a_week_has_a_share(ticks, share):
    assert week_share(SCHOOL_DAYS, ticks) == share
    assert week_share(SCHOOL_DAYS[::-1], ticks[::-1]) == share


def test_it_is_told_in_whole_percent_halves_up():
    told = {
        Fraction(2, 3): 67,
        Fraction(1, 3): 33,
        Fraction(1, 8): 13,
        Fraction(0): 0,
        Fraction(1): 100,
    }
    assert {share: int(in_percent(share)) for share in told} == told
    assert week_share([], []) is None


@pytest.mark.parametrize(
    ("weeks", "row"),
    [("", 0), ("1", 1), ("111", 3), ("011", 2), ("110", 0), ("1?1", 2), ("?", 0), ("1?", 1), ("10?1", 1)],
)  # fmt: skip
def test_weeks_in_a_row_pass_over_what_is_not_known(weeks, row):
    worth = {"1": Fraction(1, 2), "0": Fraction(2, 5), "?": None}
    assert weeks_in_a_row([worth[sign] for sign in weeks]) == row


# --- ticks ----------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """It is Friday; `clock(day)` makes it noon of another day."""
    stop_clock(monkeypatch)
    return lambda moment: stop_clock(monkeypatch, moment)


@pytest.fixture
def habit(cast, db):
    return make_habit(at_work(cast))


def test_a_day_is_ticked_once_and_corrected_by_another_row(cast, habit):
    assert at_school(habit, {MON: DONE, TUE: NOT}, by=cast.adviser) == 2
    assert at_school(habit, {MON: DONE, TUE: NOT}, by=cast.counselor) == 0
    assert at_school(habit, {MON: PARTLY}, by=cast.counselor) == 1
    assert at_home(habit, {MON: DONE}, by=cast.mother, home=home_of(cast)) == 1
    stands = habit.ticks.standing().values_list("day", "side", "state")
    assert set(stands) == {
        (MON, "school", "partly"), (TUE, "school", "not"), (MON, "home", "done")
    }  # fmt: skip
    assert habit.ticks.count() == 4
    told = Entry.objects.filter(verb="habit.ticked").order_by("at")
    assert [entry.data["days"] for entry in told] == [
        ["2026-11-16", "2026-11-17"], ["2026-11-16"], ["2026-11-16"]
    ]  # fmt: skip
    assert set(told[0].data) == {"habit", "side", "days"}
    with pytest.raises(InternalError), transaction.atomic():
        Tick.objects.update(state=DONE)
    with pytest.raises(IntegrityError), transaction.atomic():
        Tick.objects.create(habit=habit, day=MON, side="school", state=DONE, by=cast.adviser)


@pytest.mark.parametrize(
    ("day", "reason"),
    [(SAT, "future"), (MON - WEEK - dt.timedelta(days=3), "outside"), (SAT - WEEK, "outside"),
     (MON - 9 * WEEK, "outside")],
)  # fmt: skip
def test_a_day_that_cannot_be_ticked_is_refused(cast, habit, day, reason):
    with pytest.raises(NotATick) as refused:
        at_school(habit, {MON: DONE, day: DONE}, by=cast.adviser)
    assert refused.value.reason == reason
    assert not habit.ticks.exists()


def test_who_does_not_tick_and_what_is_over_is_refused(cast, habit):
    Habit.objects.filter(pk=habit.pk).update(side="home")
    habit = Habit.objects.with_plan().get()
    with pytest.raises(NotATick, match="side"):
        at_school(habit, {MON: DONE}, by=cast.adviser)
    habit.end(by=cast.counselor, today=WED)
    habit.end(by=cast.principal, today=FRI)
    assert (habit.ended_on, habit.ended_by, habit.is_live) == (WED, cast.counselor, False)
    with pytest.raises(NotATick, match="over"):
        at_home(habit, {MON: DONE}, by=cast.mother, home=home_of(cast))


def test_it_begins_with_a_goal_of_its_own(cast):
    plan = at_work(cast)
    values = {"what": "Sleeps by nine", "side": "both", "days": [7, 1], "by": cast.counselor}
    habit = Habit.objects.begin(plan, baseline=25, target=80, today=MON, **values)
    goal = habit.goal
    assert (habit.days, goal.most, goal.unit, goal.baseline_on) == ([1, 7], 100, "%", MON)
    with pytest.raises(ValueError, match="less to more"):
        Habit.objects.begin(plan, baseline=80, target=80, today=MON, **values)
    with pytest.raises(ValueError, match="less to more"):
        Habit.objects.begin(plan, baseline=0, target=80, today=plan.ends, **values)


# --- the week becomes a point -----------------------------------------------------------------------------


def points(habit):
    return [
        (p.on, int(p.value), p.source) for p in Point.objects.standing().filter(goal=habit.goal)
    ]


def test_the_week_is_counted_once_when_it_is_over(cast, habit, clock):
    at_school(habit, dict.fromkeys(SCHOOL_DAYS, DONE), by=cast.adviser)
    clock(TUE)
    at_home(habit, {MON: DONE, TUE: NOT}, by=cast.mother, home=home_of(cast), today=TUE)
    assert count_weeks(cast.school, SUN) == 0
    assert count_weeks(cast.school, NEXT) == 1
    assert count_weeks(cast.school, NEXT) == 0
    assert points(habit) == [(SUN, 75, "habit")]
    assert Point.objects.get(goal=habit.goal).by is None


def test_a_late_tick_corrects_the_point_and_nobody_counts_what_nobody_said(cast, habit):
    at_school(habit, dict.fromkeys(SCHOOL_DAYS, NOT), by=cast.adviser)
    count_weeks(cast.school, NEXT)
    at_school(habit, {MON: DONE}, by=cast.adviser, today=NEXT)
    assert points(habit) == [(SUN, 20, "habit")]
    assert Point.objects.filter(goal=habit.goal).count() == 2
    assert HabitWeek.objects.count() == 1
    # a person corrected it: what a person said stands
    goal = habit.goal
    mine = Point.objects.standing().get(goal=goal)
    goal.measured(30, SUN, by=cast.counselor, source="staff", today=NEXT, supersedes=mine)
    at_school(habit, {TUE: DONE}, by=cast.adviser, today=NEXT)
    assert points(habit) == [(SUN, 30, "staff")]
    assert count_weeks(cast.school, NEXT + 3 * WEEK) == 0


def test_after_days_away_it_catches_up_and_leaves_closed_plans(cast, habit, clock):
    other = make_habit(at_work(cast, cast.classmate))
    for back in (2, 1, 0):
        for row in (habit, other):
            day = MON - back * WEEK
            clock(day)
            at_school(row, {day: DONE}, by=cast.adviser, today=day)
    other.plan.close(by=cast.counselor, outcome=Plan.Outcome.REACHED)
    assert count_weeks(cast.school, NEXT) == 3
    assert [value for _on, value, _source in points(habit)] == [100, 100, 100]
    assert points(other) == []


# --- who sees ---------------------------------------------------------------------------------------------


def test_who_sees_a_habit(cast, habit):
    sees = {name for name in ("counselor", "adviser", "principal", "school_admin", "other_teacher",
                              "mother", "father", "other_mother", "volunteer", "deactivated")
            if Habit.objects.visible_to(getattr(cast, name)).exists()}  # fmt: skip
    assert sees == {"counselor", "adviser", "principal", "mother"}
    assert not Tick.objects.visible_to(cast.mother).exists()
    # what was begun after the plan was published shows with the next version
    Habit.objects.update(made_at=dt.datetime(2027, 2, 1, tzinfo=dt.UTC))
    assert not Habit.objects.visible_to(cast.mother).exists()
    assert Habit.objects.visible_to(cast.adviser).exists()


def test_another_home_of_the_child_reads_its_own_ticks(cast, habit):
    other = builders.make_guardian(cast.child, "林刚", relation="father")
    at_home(habit, {MON: NOT, TUE: DONE}, by=cast.mother, home=home_of(cast))
    at_home(habit, {MON: DONE}, by=other, home=Home(person=other.pk))
    at_school(habit, {MON: PARTLY}, by=cast.adviser)

    def read_by(user):
        rows = reading.of_family(user)[0].habits[0]
        sides = dict(rows.this_week.sides)
        return [cell.state for cell in sides[Side.HOME][:2]], sides[Side.SCHOOL][0].state

    assert read_by(cast.mother) == (["not", "done"], "partly")
    assert read_by(other) == (["done", ""], "partly")
    staff = reading.seen([habit], FRI)[0].this_week
    assert [cell.state for cell in dict(staff.sides)[Side.HOME][:2]] == ["done", "done"]
    assert staff.percent == 31  # of the four days that were over: two at home, a half at school


# --- pages --------------------------------------------------------------------------------------------------


def url(name, *args):
    return reverse(f"counseling:{name}", args=args)


def test_school_ticks_a_class_with_one_tap_a_child(cast, as_, habit):
    client = as_(cast.adviser)
    page = client.get(url("habit-list")).content.decode()
    assert cast.child.full_name in page
    assert "0 of 1 ticked" in page
    back = f"{url('habit-list')}#habit-{habit.pk}"
    sent = {"day": "2026-11-20", "state": "done", "next": back}
    answer = client.post(url("habit-tick", habit.pk), sent)
    assert answer.url == back
    assert "1 of 1 ticked" in client.get(url("habit-list")).content.decode()
    assert cast.child.full_name not in client.get(url("habit-list"), {"day": SAT}).content.decode()
    for wrong in ({"day": "2026-11-23", "state": "done"}, {"day": "x", "state": "done"},
                  {"day": "2026-11-19", "state": "often"}, {}):  # fmt: skip
        assert client.post(url("habit-tick", habit.pk), wrong).status_code == 302
    assert habit.ticks.count() == 1
    for query in ({"day": "x"}, {"school_class": "x"}, {"page": "-1"}):
        assert client.get(url("habit-list"), query).status_code == 200


def test_which_day_is_ticked_the_school_says(cast, as_, habit):
    cast.counselor.time_zone = "Pacific/Niue"  # there it is Thursday still
    cast.counselor.save()
    page = as_(cast.counselor).get(url("habit-list"))
    assert (page.context["day"], page.context["is_today"]) == (FRI, True)
    assert page.context["page"].object_list[0]["may_tick"]


def test_the_list_of_an_older_day_says_what_was_ticked(cast, as_, habit):
    old = MON - 20 * WEEK
    Habit.objects.filter(pk=habit.pk).update(since=old)
    Tick.objects.create(
        habit=habit, day=old, side=Side.SCHOOL, state=DONE, by=cast.adviser, via=Tick.Via.PAGE
    )
    page = as_(cast.adviser).get(url("habit-list"), {"day": old}).content.decode()
    assert "1 of 1 ticked" in page
    assert "nobody said" not in page


def test_a_running_week_is_told_as_it_will_be_counted(cast, habit):
    Habit.objects.filter(pk=habit.pk).update(days=list(range(1, 8)))
    habit.refresh_from_db()
    states = dict.fromkeys([MON, TUE, WED], DONE) | {THU: NOT}
    at_home(habit, states, by=cast.mother, home=home_of(cast))
    at_school(habit, {MON: DONE, TUE: DONE}, by=cast.adviser)
    [seen] = reading.seen([habit], FRI)
    assert seen.this_week.percent == 63  # of 62.5


def test_the_pages_ask_as_often_for_twenty_rows_as_for_one(cast, as_, habit):
    def asked():
        found = []
        for person, name in ((cast.counselor, "habit-list"), (cast.mother, "habit-family")):
            client = as_(person)
            client.get(url(name))
            with CaptureQueriesContext(connection) as seen:
                assert client.get(url(name)).status_code == 200
            found.append(len(seen))
        return found

    one = asked()
    for n in range(19):
        row = make_habit(habit.plan, f"Habit {n}")
        at_school(row, {MON: DONE}, by=cast.adviser)
    assert asked() == one


def test_a_family_ticks_its_children_beside_each_other(cast, as_, habit):
    make_habit(at_work(cast, cast.sibling), "Packs the bag")
    client = as_(cast.mother)
    page = client.get(url("habit-family")).content.decode()
    assert "habit-family several" in page
    assert "Packs the bag" in page
    sent = {"day": "2026-11-19", "state": "partly"}
    assert client.post(url("habit-tick-home", habit.pk), sent).status_code == 302
    tick = habit.ticks.get()
    assert (tick.side, tick.state, tick.household, tick.by) == (
        "home", "partly", cast.household, cast.mother
    )  # fmt: skip
    assert as_(cast.father).get(url("habit-family")).status_code == 403


def test_staff_begins_and_ends_a_habit_once(cast, as_):
    plan, client = at_work(cast), as_(cast.counselor)
    sent = {"what": "Reads", "days": [1, 3], "side": "both", "baseline": 50, "target": 50}
    wrong = client.post(url("habit-create", plan.pk), sent)
    assert wrong.status_code == 422
    assert "Please choose more than it is now." in wrong.content.decode()
    sent |= {"target": 80, "submission": "5d2a6a2e-94e8-4d34-a2c5-0f6d3e2b7a11"}
    first, second = (client.post(url("habit-create", plan.pk), sent) for _ in range(2))
    habit = Habit.objects.get()
    assert first.url == second.url == url("habit-detail", habit.pk)
    assert "Reads" in client.get(first.url).content.decode()
    client.post(url("habit-end", habit.pk))
    habit.refresh_from_db()
    assert habit.ended_on == FRI
    plan.close(by=cast.counselor, outcome=Plan.Outcome.REACHED)
    assert client.post(url("habit-create", plan.pk), sent | {"submission": ""}).status_code == 422
    assert client.post(url("habit-end", habit.pk)).status_code == 302
