"""The way of a plan: who sees it, how it is changed, what it may become."""

import datetime as dt
from fractions import Fraction

import pytest
from django.db import IntegrityError, InternalError, transaction

from counseling.models import (
    NotAPoint,
    NotApproved,
    NotThatState,
    Phase,
    Plan,
    Point,
    Review,
    Stale,
    Task,
    standings,
)
from counseling.rules import Verdict
from homeschool.journal.models import Entry
from homeschool.people.models import Leaving

from .builders import MONDAY, change, count, make_goal, make_plan, measure

pytestmark = pytest.mark.django_db
State = Plan.State
FRIDAY = MONDAY + dt.timedelta(weeks=6, days=4)


def day(weeks):
    return MONDAY + dt.timedelta(weeks=weeks)


# --- sight ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("person", "sees"),
    [
        ("counselor", True), ("adviser", True), ("principal", True),
        ("other_teacher", False), ("other_counselor", False), ("school_admin", False),
        ("volunteer", False), ("district", False), ("mother", False), ("father", False),
        ("other_mother", False), ("other_school_admin", False), ("deactivated", False),
    ],
)  # fmt: skip
def test_who_sees_a_plan_that_nobody_published(cast, person, sees):
    plan = make_plan(cast)
    assert Plan.objects.visible_to(getattr(cast, person)).filter(pk=plan.pk).exists() is sees


@pytest.mark.parametrize(
    ("person", "sees"), [("mother", True), ("father", False), ("other_mother", False)]
)
def test_the_family_sees_that_there_is_a_plan_once_it_is_published(cast, person, sees):
    plan = make_plan(cast)
    Plan.objects.update(published_at="2026-09-08T08:00Z")
    assert Plan.objects.visible_to(getattr(cast, person)).filter(pk=plan.pk).exists() is sees


def test_a_grown_students_parent_sees_a_plan_only_where_it_was_granted(cast):
    plan = make_plan(cast, cast.adult.student_row, published_at="2026-09-08T08:00Z")
    assert Plan.objects.visible_to(cast.adult).get() == plan
    assert not Plan.objects.visible_to(cast.parent).exists()
    cast.adult.student_row.grants.create(guardian=cast.parent, item="plans")
    assert Plan.objects.visible_to(cast.parent).get() == plan


def test_parts_show_to_staff_alone(cast):
    plan = make_plan(cast, published_at="2026-09-08T08:00Z")
    goal = plan.goals.get()
    measure(goal, 55)
    for rows in (type(goal).objects, Point.objects):
        assert rows.visible_to(cast.counselor).count() == 1
        assert not rows.visible_to(cast.mother).exists()
        assert not rows.visible_to(cast.school_admin).exists()


# --- changes ----------------------------------------------------------------------------------------------


def test_a_change_is_counted_and_written_down(cast):
    plan = make_plan(cast)
    plan.change(by=cast.counselor, edits=0, title="Reading at home", about="")
    assert (plan.title, plan.edits) == ("Reading at home", 1)
    assert Entry.objects.get(verb="plan.changed").data == {"fields": ["title"]}


def test_nothing_changed_is_no_change(cast):
    plan = make_plan(cast)
    plan.change(by=cast.counselor, edits=0, title="Reading")
    assert plan.edits == 0
    assert not Entry.objects.filter(verb="plan.changed").exists()


def test_a_second_writer_loses_nothing(cast):
    plan = make_plan(cast)
    read = plan.edits
    plan.change(by=cast.counselor, edits=read, title="Hers")
    with pytest.raises(Stale) as stale:
        plan.change(by=cast.adviser, edits=read, title="His")
    assert stale.value.plan.title == "Hers"
    plan.refresh_from_db()
    assert plan.title == "Hers"


# --- its way ----------------------------------------------------------------------------------------------


def test_a_plan_goes_its_way(cast):
    plan = make_plan(cast)
    plan.agree(by=cast.counselor)
    plan.begin(by=cast.counselor, on=MONDAY)
    assert (plan.state, plan.next_review_on) == (State.ACTIVE, day(4))
    plan.look_again(by=cast.counselor)
    plan.close(by=cast.counselor, outcome="reached", words="She reads to her brother.")
    assert (plan.state, plan.outcome) == (State.CLOSED, "reached")
    verbs = (
        Entry.objects.filter(about_id=str(plan.pk)).order_by("id").values_list("verb", flat=True)
    )
    assert list(verbs) == ["plan.agreed", "plan.begun", "plan.reviewing", "plan.closed"]


def test_twice_is_once(cast):
    plan = make_plan(cast)
    for _n in range(2):
        plan.agree(by=cast.counselor)
    for _n in range(2):
        plan.begin(by=cast.counselor, on=MONDAY)
    assert Entry.objects.filter(about_id=str(plan.pk)).count() == 2


@pytest.mark.parametrize(
    ("state", "verb"),
    [
        (State.DRAFT, lambda plan, by: plan.begin(by=by, on=MONDAY)),
        (State.DRAFT, lambda plan, by: plan.look_again(by=by)),
        (State.AGREED, lambda plan, by: plan.look_again(by=by)),
        (State.ACTIVE, lambda plan, by: plan.agree(by=by)),
    ],
    ids=["begin a draft", "review a draft", "review what was agreed", "agree to what is at work"],
)
def test_a_step_out_of_its_way_is_refused(cast, state, verb):
    plan = make_plan(cast, state=state)
    with pytest.raises(NotThatState):
        verb(plan, cast.counselor)


def test_a_closed_plan_stays_as_it_is(cast):
    plan = make_plan(cast, state=State.ACTIVE)
    plan.close(by=cast.counselor, outcome="not_needed")
    for verb in (
        lambda: plan.change(by=cast.counselor, edits=plan.edits, title="x"),
        lambda: plan.close(by=cast.counselor, outcome="reached"),
        lambda: plan.goals.get().measured(
            55, day(1), by=cast.counselor, source="staff", today=FRIDAY
        ),
    ):
        with pytest.raises(NotThatState):
            verb()


def test_a_school_may_ask_for_a_leaders_yes(cast):
    cast.school.plans_need_approval = True
    cast.school.save()
    plan = make_plan(cast, state=State.AGREED)
    with pytest.raises(NotApproved):
        plan.begin(by=cast.counselor, on=MONDAY)
    plan.approve(by=cast.principal)
    plan.begin(by=cast.counselor, on=MONDAY)
    assert (plan.state, plan.approved_by) == (State.ACTIVE, cast.principal)


@pytest.mark.parametrize(
    "columns",
    [{"ends": MONDAY}, {"review_weeks": 0}, {"review_weeks": 27}, {"outcome": "reached"}],
)
def test_the_database_refuses_a_plan_that_cannot_be(cast, columns):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_plan(cast, **columns)


@pytest.mark.parametrize(
    "columns",
    [{"target": 52}, {"target_on": MONDAY}, {"step": 0}, {"target": -1}, {"most": 80}],
)
def test_the_database_refuses_a_goal_that_cannot_be(cast, columns):
    plan = make_plan(cast)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_goal(plan, **columns)


# --- points -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "on", "reason"),
    [
        (60, FRIDAY + dt.timedelta(days=1), "future"),
        (60, MONDAY - dt.timedelta(days=1), "before"),
        (-1, day(1), "outside"),
        (301, day(1), "outside"),
    ],
)
def test_what_cannot_be_measured_is_refused(cast, value, on, reason):
    goal = make_plan(cast).goals.get()
    goal.most = 300
    with pytest.raises(NotAPoint) as refused:
        goal.measured(value, on, by=cast.counselor, source="staff", today=FRIDAY)
    assert refused.value.reason == reason


def test_a_point_is_corrected_by_another_one(cast):
    goal = make_plan(cast).goals.get()
    wrong = goal.measured(600, day(1), by=cast.counselor, source="staff", today=FRIDAY)
    right = goal.measured(
        60, day(1), by=cast.counselor, source="staff", today=FRIDAY, supersedes=wrong
    )
    assert list(goal.points.standing()) == [right]
    with pytest.raises(NotAPoint, match="replaced"):
        goal.measured(61, day(1), by=cast.counselor, source="staff", today=FRIDAY, supersedes=wrong)


@pytest.mark.parametrize(
    "verb", [lambda p: p.update(value=1), lambda p: p.delete()], ids=["change", "delete"]
)
def test_the_database_keeps_points_as_they_are(cast, verb):
    measure(make_plan(cast).goals.get(), 55)
    with pytest.raises(InternalError), transaction.atomic():
        verb(Point.objects.all())


# --- reviews ----------------------------------------------------------------------------------------------


def test_how_goals_stand_is_asked_in_four_queries(cast, django_assert_num_queries):
    plans = [make_plan(cast, state=State.ACTIVE) for _n in range(3)]
    for plan in plans:
        measure(plan.goals.get(), 53, 56, 58, 60, 62, 64)
    with django_assert_num_queries(4):
        found = standings(plans, day(6))
    assert [found[plan.pk][0].finding.verdict for plan in plans] == [Verdict.BEHIND] * 3


def test_a_help_that_did_not_take_place_is_not_changed(cast):
    plan = make_plan(cast, state=State.ACTIVE)
    measure(plan.goals.get(), 53, 56, 58, 60, 62, 64)
    count(plan, 1, 3, 3, 2)
    finding = standings([plan], day(6))[plan.pk][0].finding
    assert (finding.verdict, finding.delivered) == (Verdict.NOT_DELIVERED, Fraction(2, 3))


def test_what_took_place_before_a_change_does_not_count_after(cast):
    plan = make_plan(cast, state=State.ACTIVE)
    count(plan, 1, 3, 0, 0)
    count(plan, 3, 3, 3, 3)
    change(plan, 3)
    plan = Plan.objects.get(pk=plan.pk)
    assert standings([plan], day(4))[plan.pk][0].finding.delivered == 1


@pytest.mark.parametrize(
    ("decision", "more", "state"),
    [
        ("continue", {}, State.ACTIVE),
        ("mend", {}, State.ACTIVE),
        ("change", {"change": "in the morning"}, State.ACTIVE),
        ("fade", {}, State.FADING),
        ("close", {"outcome": "reached"}, State.CLOSED),
    ],
)
def test_a_decision_is_kept_with_its_reason_and_done(cast, decision, more, state):
    plan = make_plan(cast, state=State.ACTIVE)
    measure(plan.goals.get(), 53, 56, 58, 60, 62, 64)
    plan.look_again(by=cast.counselor)
    review = Review.objects.hold(
        plan, by=cast.counselor, decision=decision, reason="We talked.", today=day(6), **more
    )
    assert plan.state == state
    assert (review.due_on, review.was_on_time) == (day(4), False)
    assert review.findings[0]["verdict"] == "behind"
    if state != State.CLOSED:
        assert plan.next_review_on == day(10)


def test_a_change_begins_a_phase(cast):
    plan = make_plan(cast, state=State.ACTIVE)
    Review.objects.hold(
        plan, by=cast.counselor, decision="change", reason="Too late in the day.", today=day(5),
        change="in the morning",
    )  # fmt: skip
    assert Phase.objects.get(plan=plan).words == "in the morning"


def test_help_that_fades_goes_on_fading_after_a_review(cast):
    plan = make_plan(cast, state=State.ACTIVE)
    for decision in ("fade", "continue"):
        Review.objects.hold(
            plan, by=cast.counselor, decision=decision, reason="Well.", today=day(4)
        )
    assert plan.state == State.FADING


@pytest.mark.parametrize(
    ("decision", "more"), [("change", {}), ("close", {}), ("close", {"outcome": "?"})]
)
def test_a_decision_without_what_it_needs_is_refused(cast, decision, more):
    plan = make_plan(cast, state=State.ACTIVE)
    with pytest.raises(ValueError, match=r"what"):
        Review.objects.hold(
            plan, by=cast.counselor, decision=decision, reason="x", today=day(4), **more
        )
    assert not Review.objects.exists()


def test_a_plan_that_is_not_at_work_has_no_review(cast):
    with pytest.raises(NotThatState):
        Review.objects.hold(
            make_plan(cast), by=cast.counselor, decision="continue", reason="x", today=day(4)
        )


# --- steps, and what goes along ---------------------------------------------------------------------------


def test_a_step_is_done_once(cast):
    plan = make_plan(cast)
    task = Task.objects.create(plan=plan, what="Lend two books", side="teacher", due=day(1))
    assert (task.state(day(1)), task.state(day(2))) == ("open", "late")
    task.finish(by=cast.adviser)
    task.finish(by=cast.counselor)
    assert (task.state(day(2)), task.done_by) == ("done", cast.adviser)


def test_a_step_of_every_week_is_never_over(cast):
    task = Task.objects.create(plan=make_plan(cast), what="Read", side="guardian", weekly=True)
    task.finish(by=cast.mother)
    assert task.state(day(2)) == "weekly"


def test_a_child_that_leaves_has_no_open_plan(cast):
    plan = make_plan(cast, state=State.ACTIVE)
    Leaving.objects.begin(
        [cast.child.pk], by=cast.school_admin, school=cast.school, on=day(2), where="school"
    )
    plan.refresh_from_db()
    assert (plan.state, plan.outcome) == (State.CLOSED, "moved")
