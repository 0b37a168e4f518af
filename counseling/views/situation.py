"""The learning situation: classes, marks and attendance of a class, one child for staff and for home."""

import datetime as dt

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from counseling.forms.situation import AttendanceForm, MarksForm, ObservationForm
from counseling.models import READERS, Domain, Observation, Plan, Replaced
from counseling.models.making import end_of_plan, make_plan
from counseling.models.observation import OLDEST
from counseling.models.plan import ITEM
from counseling.models.programme import ITEM as SESSIONS
from counseling.reading import templates
from counseling.reading.helping import helped_lines
from counseling.reading.pairs import together_of
from counseling.reading.situation import (
    children_of,
    classes_of,
    history_of,
    lines_of,
    situation_of,
    subjects_of,
    today_at,
)
from homeschool.journal.models import Entry
from homeschool.people import sight
from homeschool.people.models import SchoolClass
from homeschool.people.views.children import visible_child
from homeschool.people.views.home import posted
from homeschool.people.views.setting_up import answered

NOT_WHOLE = 422
CORRECTED = gettext_lazy("Somebody corrected this meanwhile: the child’s page says how it stands.")
KEPT = gettext_lazy("It is kept. The family reads it on its page.")


def _require_reader(request):
    if not request.user.roles() & READERS:
        raise PermissionDenied


def _class_of(request, pk):
    """Return a class in which the reader works with a child: 404 beyond the school, 403 within."""
    found = get_object_or_404(
        SchoolClass.objects.visible_to(request.user).select_related("school"), pk=pk
    )
    if not children_of(request.user, found).exists():
        raise PermissionDenied
    return found


def _child_of(request, pk, roles=READERS):
    child = visible_child(request.user, pk)
    sight.require(request.user, child, roles, ITEM)
    return child


# --- a class ----------------------------------------------------------------------------------------------


@require_safe
def situation_class_list(request):
    """List the classes with whose children the reader works."""
    _require_reader(request)
    classes = list(classes_of(request.user))
    several = len({row.school_id for row in classes}) > 1
    context = {"classes": classes, "several": several}
    return render(request, "counseling/situation_class_list.html", context)


@require_safe
def situation_class(request, pk):
    """Show a class child by child: days missed, the newest mark, the newest sentence. No ranking."""
    school_class = _class_of(request, pk)
    lines, since = lines_of(request.user, school_class, today_at(school_class.school))
    context = {"class": school_class, "lines": lines, "since": since}
    return render(request, "counseling/situation_class.html", context)


def situation_marks(request, pk):
    """Take the marks of one test for all children of a class, on one page."""
    school_class = _class_of(request, pk)
    form = MarksForm(
        posted(request), today=today_at(school_class.school),
        children=children_of(request.user, school_class),
    )  # fmt: skip

    def work():
        Observation.objects.enter(form.observations(request.user), by=request.user)
        return reverse("counseling:situation-class", args=[school_class.pk])

    done = answered(request, form, work, KEPT)
    if done:
        return done
    context = {"class": school_class, "form": form, "subjects": subjects_of(school_class)}
    return _drawn(request, form, "counseling/situation_marks.html", context)


def situation_attendance(request, pk):
    """Take who was there on a day; a day that was taken before is corrected."""
    school_class = _class_of(request, pk)
    today = today_at(school_class.school)
    asked = (request.POST if request.method == "POST" else request.GET).get("on", "")
    on = _day(asked, today)
    children = list(children_of(request.user, school_class))
    stand = _attendance_of(children, on)
    form = AttendanceForm(
        posted(request), today=today, children=children, stand=stand, initial={"on": on}
    )

    def work():
        with transaction.atomic():
            # two who take the same day at once: the second one sees what the first one wrote
            SchoolClass.objects.select_for_update(no_key=True).get(pk=school_class.pk)
            if _attendance_of(children, on) != stand:
                raise Replaced
            new, changed = form.changes(request.user)
            Observation.objects.enter(new, by=request.user)
            for row, values in changed:
                row.correct(by=request.user, **values)
        return reverse("counseling:situation-class", args=[school_class.pk])

    try:
        done = answered(request, form, work, KEPT)
    except Replaced:
        messages.info(request, CORRECTED)
        url = reverse("counseling:situation-attendance", args=[school_class.pk])
        return redirect(f"{url}?on={on:%Y-%m-%d}")
    if done:
        return done
    context = {"class": school_class, "form": form, "on": on, "stands": bool(stand)}
    context |= {"before": on - dt.timedelta(days=1), "today": today}
    context["after"] = on + dt.timedelta(days=1) if on < today else None
    return _drawn(request, form, "counseling/situation_attendance.html", context)


def _attendance_of(children, on):
    """Return {child: the row that stands} of a day."""
    rows = Observation.objects.standing().filter(
        student__in=children, kind=Observation.Kind.ATTENDANCE, on=on, subject="", out_of=1
    )
    return {row.student_id: row for row in rows.order_by("at")}


def _day(text, today):
    """Return the day that an address names, today where it names none that has come."""
    try:
        on = dt.date.fromisoformat(text)
    except ValueError:
        return today
    return on if OLDEST <= on <= today else today


def _drawn(request, form, template, context):
    status = NOT_WHOLE if form.is_bound else 200
    return render(request, template, context, status=status)


# --- a child ------------------------------------------------------------------------------------------------


@require_safe
def situation_child(request, pk):
    """Show staff what is known of one child's learning: by subject, newest first; the reading is
    written down."""
    child = _child_of(request, pk)
    Entry.record(
        "situation.viewed", child, by=request.user, kind=Entry.Kind.VIEWED, student=child,
        school=child.school,
    )  # fmt: skip
    today, helps = today_at(child.school), helped_lines(child)
    situation = situation_of(request.user, child, today, helps=helps)
    context = {"child": child, "situation": situation}
    return render(request, "counseling/situation_child.html", context)


@require_safe
def situation_family(request, pk):
    """Show a family the facts about its own child: strengths first, nobody compared with anybody."""
    child = _child_of(request, pk, sight.FAMILY_ROLES)
    reads = sight.roles_for(request.user, child, SESSIONS) & sight.FAMILY_ROLES
    together = together_of(child) if reads else []
    # beside a pair that stands these lines would tell which of the two helps
    helps = helped_lines(child) if reads and not together else []
    situation = situation_of(request.user, child, today_at(child.school), helps=helps)
    context = {"child": child, "situation": situation, "together": together}
    return render(request, "counseling/situation_family.html", context)


def situation_add(request, pk):
    """Take one observation of a child."""
    child = _child_of(request, pk)
    form = ObservationForm(posted(request), today=today_at(child.school))

    def work():
        row = Observation(student=child, school=child.school, by=request.user, **form.values())
        Observation.objects.enter([row], by=request.user)
        return reverse("counseling:situation-child", args=[child.pk])

    done = answered(request, form, work, KEPT)
    context = {"child": child, "form": form}
    return done or _drawn(request, form, "counseling/situation_form.html", context)


def _observation_of(request, pk):
    """Return an observation that the reader may correct: 404 unseen, 403 for the family."""
    rows = Observation.objects.visible_to(request.user).select_related(
        "student__school", "student__school_class", "by"
    )
    row = get_object_or_404(rows, pk=pk)
    sight.require(request.user, row.student, READERS)
    return row


def _stands(row):
    return Observation.objects.standing().filter(pk=row.pk).exists()


def situation_correct(request, pk):
    """Put another row in the place of one that is wrong; what was corrected before stands below."""
    row = _observation_of(request, pk)
    child_url = reverse("counseling:situation-child", args=[row.student_id])
    form = ObservationForm(
        posted(request), today=today_at(row.student.school), correcting=row,
        initial={name: getattr(row, name) for name in ("on", "words", "subject", "value", "out_of")},
    )  # fmt: skip

    def work():
        row.correct(by=request.user, **form.values())
        return child_url

    try:
        done = answered(request, form, work, KEPT)
    except Replaced:
        done = None
    if done:
        return done
    if not _stands(row):
        if request.method != "POST":
            messages.info(request, CORRECTED)
            return redirect(child_url)
        form.add_error(None, CORRECTED)
    context = {"child": row.student, "form": form, "row": row, "history": history_of(row)}
    return _drawn(request, form, "counseling/situation_form.html", context)


@require_POST
def situation_take_back(request, pk):
    """Say that an observation was a mistake: it is shown no more."""
    row = _observation_of(request, pk)
    child_url = reverse("counseling:situation-child", args=[row.student_id])
    try:
        row.take_back(by=request.user)
        messages.success(request, _("It is taken back: nobody reads it any more."))
    except Replaced:
        messages.info(request, CORRECTED)
    return redirect(child_url)


# --- a plan of it -------------------------------------------------------------------------------------------

Kind = Observation.Kind
# Kind: the template from which the plan begins ("": an empty sheet), and what it is about.
OF_A_KIND = {
    Kind.MARK: ("", Domain.LEARNING),
    Kind.ATTENDANCE: ("attendance", Domain.ATTENDANCE),
    Kind.BEHAVIOUR: ("", Domain.BEHAVIOUR),
    Kind.REMARK: ("", Domain.LEARNING),
}


@require_POST
def situation_plan(request, pk):
    """Begin a plan from an observation, which stands in it as evidence; where one is open, show it."""
    row = _observation_of(request, pk)
    with transaction.atomic():
        Observation.objects.select_for_update(of=("self",)).get(pk=pk)
        plan = Plan.objects.open().filter(needs__observation=row).first()
        if plan is None:
            if not _stands(row):
                messages.info(request, CORRECTED)
                return redirect("counseling:situation-child", row.student_id)
            plan = _plan_of(row, request.user)
            messages.success(request, _("The plan is begun. The observation stands in it."))
    return redirect(plan)


def _plan_of(row, user):
    template, domain = OF_A_KIND[row.kind]
    body = templates.shipped(template) if template else None
    today = today_at(row.student.school)
    titled = {} if body else {"title": row.subject or row.get_kind_display().capitalize()}
    plan = make_plan(
        row.student, body, by=user, begins=today, ends=end_of_plan(row.student.school, today),
        template=template, **titled,
    )  # fmt: skip
    plan.needs.filter(domain=domain, need=None, observation=None).delete()
    plan.needs.create(domain=domain, weight=3, observation=row)
    return plan
