"""The rows behind figures of plans, their goals, reviews, answers and habits."""

import datetime as dt
from decimal import Decimal

from django.db.models import (
    Case,
    DateField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from counseling.models import Answer, Goal, Habit, HabitWeek, Plan, Review, Version
from counseling.models.habit import KEPT
from homeschool.reports.term.counting import day_of, is_past, span
from homeschool.reports.term.goals import COUNTED_AS, stands
from homeschool.reports.term.measures import OUTCOME, STATE

HISTORY = Plan.pgh_event_model  # type: ignore[attr-defined]
CLOSED, ACTIVE = Plan.State.CLOSED, Plan.State.ACTIVE


# --- plans ---------------------------------------------------------------------------------------
def plans(behind):
    """Return the plans of the term, with the aliases `then_state` and `then_due`: as it stands today, of a
    term that is over as it ended."""
    begin, end = span(behind.term)
    rows = Plan.objects.filter(
        Q(closed_at=None) | Q(closed_at__gte=begin), school=behind.term.school_id,
        student__in=behind.students, made_at__lt=end,
    )  # fmt: skip
    rows = _as_they_were(rows, end) if is_past(behind.term) else _as_they_are(rows)
    if behind.kind == STATE:
        rows = rows.filter(then_state=behind.key)
    if behind.kind == OUTCOME:
        rows = rows.filter(then_state=CLOSED, outcome=behind.key)
    return rows.select_related("student").order_by("made_at", "pk")


def _as_they_are(rows):
    return rows.alias(then_state=F("state"), then_due=F("next_review_on"))


def _as_they_were(rows, end):
    known = HISTORY.objects.filter(pgh_obj=OuterRef("pk"), pgh_created_at__lt=end)
    last = known.order_by("-pgh_created_at", "-pgh_id")
    open_now = Case(When(state=CLOSED, then=Value(ACTIVE)), default=F("state"))
    was = Coalesce(Subquery(last.values("state")[:1]), open_now)
    return rows.alias(
        then_state=Case(When(closed_at__lt=end, then=Value(CLOSED)), default=was),
        then_due=Coalesce(Subquery(last.values("next_review_on")[:1]), F("next_review_on")),
    )


def opened(behind):
    begin, _end = span(behind.term)
    return plans(behind).filter(made_at__gte=begin)


def closed(behind):
    return plans(behind).filter(then_state=CLOSED)


def at_work(behind):
    return plans(behind).filter(then_state__in=Plan.AT_WORK)


# --- goals ---------------------------------------------------------------------------------------
def goals(behind):
    """Return the goals that are followed."""
    _begin, end = span(behind.term)
    rows = Goal.objects.filter(
        Q(ended_at=None) | Q(ended_at__gte=end), baseline_on__lte=day_of(behind.term),
        plan__in=at_work(behind).order_by(),
    )  # fmt: skip
    return rows.select_related("plan__student").order_by("plan", "place", "pk")


def _goals_that(measure):
    """Return how the goals are found that are counted as `measure`: every one is judged."""

    def find(behind):
        every = list(goals(behind).values_list("pk", flat=True))
        judged = stands(every, day_of(behind.term))
        return goals(behind).filter(pk__in=[pk for pk, found in judged if found == measure])

    return find


# --- reviews -------------------------------------------------------------------------------------
COLUMNS = ("plan_key", "plan_title", "child", "due", "held")
IN_TIME = Q(held_on__lte=F("due_on"))


def held(behind, *how):
    """Return a row of `COLUMNS` for each review that was held like this."""
    term = behind.term
    rows = Review.objects.filter(
        *how, plan__in=plans(behind).order_by(), due_on__gte=term.start, due_on__lt=term.end,
        held_on__lte=day_of(term),
    )  # fmt: skip
    columns = ("plan", "plan__title", "plan__student__full_name", "due_on", "held_on")
    return _columns(rows.order_by(), dict(zip(COLUMNS, map(F, columns), strict=True)))


def overdue(behind):
    """Return the same for each review whose day is over."""
    rows = at_work(behind).filter(then_due__gte=behind.term.start, then_due__lt=day_of(behind.term))
    nothing = Value(None, output_field=DateField())
    columns = (F("pk"), F("title"), F("student__full_name"), F("then_due"), nothing)
    return _columns(rows.order_by(), dict(zip(COLUMNS, columns, strict=True)))


def _columns(rows, columns) -> QuerySet:
    return rows.select_related(None).values(**columns)


def _in_order(find):
    return lambda behind: find(behind).order_by("due", "plan_key")


def due(behind):
    return held(behind).union(overdue(behind), all=True)


# --- what families say ---------------------------------------------------------------------------
def shown(behind):
    return plans(behind).filter(Exists(_versions(behind, OuterRef("pk"))))


def _versions(behind, plan):
    _begin, end = span(behind.term)
    return Version.objects.filter(plan=plan, published_at__lt=end)


def _answers(behind, **how):
    """Return, for a plan, the answers like this to its newest version, as each person gave them last."""
    _begin, end = span(behind.term)
    newer = _versions(behind, OuterRef("version__plan")).filter(
        number__gt=OuterRef("version__number")
    )
    later = Answer.objects.filter(supersedes=OuterRef("pk"), at__lt=end)
    return Answer.objects.filter(
        ~Exists(newer), ~Exists(later), version__plan=OuterRef("pk"),
        version__published_at__lt=end, at__lt=end, **how,
    )  # fmt: skip


def answered(behind):
    return shown(behind).filter(Exists(_answers(behind)))


def unanswered(behind):
    return shown(behind).filter(~Exists(_answers(behind)))


def not_agreed(behind):
    return shown(behind).filter(Exists(_answers(behind, agrees=False)))


def agreed(behind):
    return answered(behind).filter(~Exists(_answers(behind, agrees=False)))


def with_wishes(behind):
    return shown(behind).filter(Exists(_answers(behind).exclude(proposals="")))


# --- habits --------------------------------------------------------------------------------------
SUNDAY = dt.timedelta(days=6)
KEPT_PERCENT = Decimal(int(KEPT * 100))


def weeks(behind, **how):
    term = behind.term
    rows = HabitWeek.objects.filter(
        habit__goal__plan__school=term.school_id, habit__goal__plan__student__in=behind.students,
        monday__gte=term.start - SUNDAY, monday__lt=term.end - SUNDAY, **how,
    )  # fmt: skip
    return rows.select_related("habit__goal__plan__student", "point").order_by("monday", "pk")


def habits(behind):
    rows = Habit.objects.filter(pk__in=weeks(behind).order_by().values("habit"))
    return rows.select_related("goal__plan__student").order_by("since", "pk")


PLANS, GOALS, REVIEWS, WEEKS = "plans", "goals", "plan_reviews", "habit_weeks"
KINDS = {
    "plans_in_term": (PLANS, plans),
    "plans_opened": (PLANS, opened),
    "plans_closed": (PLANS, closed),
    "goals_followed": (GOALS, goals),
    **{measure: (GOALS, _goals_that(measure)) for measure in COUNTED_AS.values()},
    "reviews_due": (REVIEWS, _in_order(due)),
    "reviews_on_time": (REVIEWS, _in_order(lambda behind: held(behind, IN_TIME))),
    "reviews_late": (REVIEWS, _in_order(lambda behind: held(behind, ~IN_TIME))),
    "reviews_open": (REVIEWS, _in_order(overdue)),
    "plans_shown": (PLANS, shown),
    "plans_answered": (PLANS, answered),
    "plans_agreed": (PLANS, agreed),
    "plans_not_agreed": (PLANS, not_agreed),
    "plans_unanswered": (PLANS, unanswered),
    "plans_with_wishes": (PLANS, with_wishes),
    "habits_practised": ("habits", habits),
    "habit_weeks": (WEEKS, weeks),
    "habit_weeks_kept": (WEEKS, lambda behind: weeks(behind, point__value__gte=KEPT_PERCENT)),
}
RECORDS = set(KINDS)
