"""Habits: the list to tick at school, one habit, the page of a family, beginning and ending."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from counseling.forms.habits import DayForm, HabitForm, TickForm
from counseling.models import (
    READERS,
    WRITERS,
    Habit,
    NotATick,
    NotThatState,
    Plan,
    Side,
    State,
    Tick,
)
from counseling.reading import habits
from counseling.reading.situation import today_at
from homeschool.journal.models import hours
from homeschool.people import sight
from homeschool.people.forms.school import OnceForm
from homeschool.people.models import School
from homeschool.people.views.home import posted
from homeschool.people.views.setting_up import answered
from visits.views.family import way_back

A_PAGE, NOT_WHOLE = 50, 422


# --- staff ------------------------------------------------------------------------------------------


@require_safe
def habit_list(request):
    """List the habits that school ticks on one day, class by class: a tap for each child."""
    if not request.user.roles() & READERS:
        raise PermissionDenied
    form = DayForm(request.GET, request.user)
    today = _today(request.user)
    asked = form.cleaned_data if form.is_valid() else {}
    day = asked.get("day") or today
    rows = habits.of_day(request.user, day, asked.get("school_class"))
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    page.object_list = [
        {
            "seen": row,
            "cell": row.cell(day, Side.SCHOOL),
            "may_tick": day in row.habit.open_days(row.habit.today()),
            "anchor": str(row.habit.pk),
        }
        for row in habits.seen(page.object_list, today, day=day)
    ]
    context = {
        "form": form, "page": page, "day": day, "is_today": day == today, "states": State.choices,
        "ticked": sum(bool(row["cell"].state) for row in page.object_list),
    }  # fmt: skip
    return render(request, "counseling/habit_list.html", context)


def _today(user):
    """Return the day at the school of `user`, the first one where it works at several."""
    school = School.objects.visible_to(user).first()
    return today_at(school) if school else timezone.localdate()


def _habit(request, pk):
    rows = Habit.objects.visible_to(request.user).with_plan()
    return get_object_or_404(rows.select_related("goal__plan__student__school_class"), pk=pk)


def _of_staff(request, pk):
    """Return a habit for staff that works on the child's plans; 403 for its family."""
    habit = _habit(request, pk)
    sight.require(request.user, habit.student, WRITERS)
    return habit


@require_safe
def habit_detail(request, pk):
    """Show one habit to staff: its weeks, what each side ticked, and how much of each week it was."""
    habit = _of_staff(request, pk)
    seen = habits.seen([habit], habit.today())[0]
    habit.plan.record_reading(request.user)
    context = {
        "habit": habit, "seen": seen, "student": habit.student, "once": OnceForm(),
        "school_days": seen.days_to_tick(Side.SCHOOL), "states": State.choices,
        "back": habits.page_of_plan(habit.plan),
    }  # fmt: skip
    return render(request, "counseling/habit_detail.html", context)


@require_POST
def habit_tick(request, pk):
    """Keep how one day went at school; ticked again, it is a correction."""
    habit = _of_staff(request, pk)
    _tick(request, habit, side=Side.SCHOOL)
    return way_back(request, reverse("counseling:habit-detail", args=[habit.pk]))


def _tick(request, habit, **side):
    """Keep the tick that was sent, and say what cannot be."""
    form = TickForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Please tap Done, Partly or Not."))
        return
    day, state = form.cleaned_data["day"], form.cleaned_data["state"]
    today = habit.today()
    try:
        habit.tick({day: state}, by=request.user, today=today, via=Tick.Via.PAGE, **side)
    except (NotATick, NotThatState) as refused:
        messages.error(request, _why(refused))


def _why(refused):
    words = {
        "future": _("This day is still to come."),
        "outside": _("This day is not open to be ticked: only this week and the last."),
        "side": _("This side does not tick the habit."),
    }
    return words.get(getattr(refused, "reason", ""), _("This habit is over. Nothing was changed."))


def habit_create(request, pk):
    """Begin a habit in the plan `pk`."""
    rows = Plan.objects.visible_to(request.user).select_related("student", "school")
    plan = get_object_or_404(rows, pk=pk)
    sight.require(request.user, plan.student, WRITERS)
    form = HabitForm(posted(request))

    def work():
        names = ("what", "side", "days", "baseline", "target")
        values = {name: form.cleaned_data[name] for name in names}
        today = timezone.localdate(timezone=hours.zone_of(plan.school.time_zone))
        habit = Habit.objects.begin(plan, by=request.user, today=today, **values)
        return reverse("counseling:habit-detail", args=[habit.pk])

    said = _("The habit stands. The family sees it once the plan is published again.")
    try:
        done = answered(request, form, work, said)
    except (ValueError, NotThatState):
        form.add_error(None, _("This plan has ended, or ends today. Nothing can begin in it."))
        done = None
    status = NOT_WHOLE if form.is_bound else 200
    context = {"form": form, "plan": plan, "student": plan.student}
    context["back"] = habits.page_of_plan(plan)
    return done or render(request, "counseling/habit_form.html", context, status=status)


@require_POST
def habit_end(request, pk):
    """Let a habit be practised no more; what was ticked stays."""
    habit = _of_staff(request, pk)
    back = reverse("counseling:habit-detail", args=[habit.pk])

    def work():
        habit.end(by=request.user, today=habit.today())
        return back

    try:
        done = answered(
            request, OnceForm(request.POST), work, _("It has ended. All ticks are kept.")
        )
    except NotThatState:
        messages.error(request, _why(None))
        done = None
    return done or redirect(back)


# --- the family -------------------------------------------------------------------------------------


@require_safe
def habit_family(request):
    """Show a family what its children practise, brothers and sisters beside each other."""
    children = habits.of_family(request.user)
    if not children and not request.user.roles() & sight.FAMILY_ROLES:
        raise PermissionDenied
    links = habits.check_ins_of(request.user) if children else []
    context = {"children": children, "check_ins": links, "states": State.choices}
    return render(request, "counseling/habit_family.html", context)


@require_POST
def habit_tick_home(request, pk):
    """Keep how one day went at home, as the home of the reader says it."""
    habit = _habit(request, pk)
    if not habits.is_family(request.user, habit.student):
        raise PermissionDenied
    if not Habit.objects.of_family(request.user).filter(pk=habit.pk).exists():
        raise Http404
    _tick(request, habit, side=Side.HOME, home=habits.home_of(request.user, habit.student))
    return redirect(f"{reverse('counseling:habit-family')}#habit-{habit.pk}")
