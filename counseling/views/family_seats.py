"""The time after lessons on the family's page: sessions, absences in one tap, who picks up; and the
page on which staff keeps the list of a child."""

import datetime as dt

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from counseling.forms.family_seats import PickUpForm
from counseling.models import Absence, PickUp
from counseling.models.absence import TooLate
from counseling.models.pick_up import ITEM, STAFF
from counseling.reading.family_seats import Afternoon, children_of, list_of, session_of
from counseling.reading.seats import may_decide
from homeschool.journal.models import Entry
from homeschool.people import sight
from homeschool.people.forms.school import OnceForm
from homeschool.people.models import Guardianship
from homeschool.people.views.children import visible_child
from homeschool.people.views.home import posted
from homeschool.people.views.setting_up import answered

NOT_WHOLE = 422


def _own_child(request, pk):
    """Return the child of whom the reader is the family: 404 where it is not seen, 403 for staff."""
    child = visible_child(request.user, pk)
    sight.require(request.user, child, sight.FAMILY_ROLES, ITEM)
    return child


def _child_to_speak_for(request, pk):
    """Return the child for whom the reader speaks: 403 for who reads what a grown student granted."""
    child = _own_child(request, pk)
    sight.require(request.user, child, sight.FAMILY_ROLES, item="")
    return child


def _child_to_decide_for(request, pk):
    """Return the child for whom the reader decides who picks it up; 403 for the rest of its family."""
    child = _own_child(request, pk)
    if not may_decide(request.user, child):
        raise PermissionDenied
    return child


def _page(child):
    return reverse("counseling:afternoon", args=[child.pk])


@require_safe
def afternoon_home(request):
    """Send a family to its child's page, or let it choose whose."""
    children = children_of(request.user)
    if not children and not request.user.roles() & sight.FAMILY_ROLES:
        raise PermissionDenied
    if len(children) == 1:
        return redirect(_page(children[0]))
    return render(request, "counseling/afternoon_home.html", {"children": children})


@require_safe
def afternoon(request, pk):
    """Show a family this week and the next one: what, when, where, who leads, who picks up."""
    child = _own_child(request, pk)
    page = Afternoon(request.user, child)
    context = {"page": page, "student": child, "child": child, "once": OnceForm()}
    with timezone.override(page.zone):
        return render(request, "counseling/afternoon_detail.html", context)


# --- cannot come ----------------------------------------------------------------------------------------


def _session(child, pk):
    session = session_of(child, pk)
    if session is None:
        raise Http404
    return session


def _say(request, child, work, said):
    try:
        work()
    except TooLate:
        messages.warning(
            request, _("This session is over, or was called off. Please ring the school.")
        )
    else:
        messages.success(request, said)
    return redirect(_page(child))


@require_POST
def absence_say(request, pk, session):
    """Say that the child cannot come to a session; said twice it is said once."""
    child = _child_to_speak_for(request, pk)
    found = _session(child, session)
    return _say(
        request, child, lambda: Absence.objects.say(found, child, by=request.user),
        _("Thank you. Whoever leads the session sees that %(child)s does not come.")
        % {"child": child.called},
    )  # fmt: skip


@require_POST
def absence_take_back(request, pk, session):
    """Say that the child comes after all."""
    child = _child_to_speak_for(request, pk)
    found = _session(child, session)
    return _say(
        request, child, lambda: Absence.objects.take_back(found, child, by=request.user),
        _("Good, %(child)s is expected.") % {"child": child.called},
    )  # fmt: skip


@require_POST
def absence_day(request, pk, on):
    """Say that the child cannot come to anything on a day."""
    child = _child_to_speak_for(request, pk)
    try:
        day = dt.date.fromisoformat(on)
    except ValueError as error:
        raise Http404 from error
    return _say(
        request, child, lambda: Absence.objects.say_day(day, child, by=request.user),
        _("Thank you. The school sees that %(child)s does not come on that day.")
        % {"child": child.called},
    )  # fmt: skip


# --- who picks up ----------------------------------------------------------------------------------------


def pick_up_add(request, pk):
    """Let the family put a person on its child's list."""
    child = _child_to_decide_for(request, pk)
    form = PickUpForm(posted(request))

    def work():
        PickUp.objects.add(child, by=request.user, **_values(form))
        return _page(child)

    done = answered(request, form, work, _said(child, form))
    if done:
        return done
    context = {"form": form, "student": child, "child": child, "back": _page(child)}
    status = NOT_WHOLE if form.is_bound else 200
    return render(request, "counseling/pick_up_form.html", context, status=status)


def _values(form):
    return {name: form.cleaned_data[name] for name in ("name", "relation", "phone")}


def _said(child, form):
    name = form["name"].value() or ""
    words = _("%(name)s is on the list of %(child)s. The school looks at new names first.")
    return words % {"name": " ".join(name.split()), "child": child.called}


@require_POST
def pick_up_me(request, pk):
    """Let a guardian put itself on the list in one tap; a guardian that is there already stays."""
    child = _child_to_decide_for(request, pk)
    ties = Guardianship.objects.open().filter(student=child.pk, guardian=request.user.pk)
    tie = get_object_or_404(ties)
    name = request.user.full_name

    def work():
        PickUp.objects.add(child, name=name, relation=tie.relation_words, by=request.user)
        return _page(child)

    return answered(request, OnceForm(request.POST), work, _("You are on the list.")) or redirect(
        _page(child)
    )


@require_POST
def pick_up_end(request, pk):
    """Take a person off the list: a guardian those whom it put there, staff all."""
    row = get_object_or_404(
        PickUp.objects.visible_to(request.user).select_related("student__school"), pk=pk
    )
    roles = sight.roles_for(request.user, row.student, ITEM)
    by_staff = bool(roles & STAFF)
    if not by_staff and row.said_by_id != request.user.pk:
        raise PermissionDenied
    row.end(by=request.user)
    words = _("%(name)s is not on the list any more.") % {"name": row.name}
    messages.success(request, words)
    name = "pick-up-list" if by_staff and not roles & sight.FAMILY_ROLES else "afternoon"
    return redirect(f"counseling:{name}", row.student_id)


def pick_up_list(request, pk):
    """Show staff who picks a child up, and let it add a person whom the family named."""
    child = visible_child(request.user, pk)
    sight.require(request.user, child, STAFF)
    form = PickUpForm(posted(request))
    here = reverse("counseling:pick-up-list", args=[child.pk])

    def work():
        PickUp.objects.add(child, by=request.user, **_values(form))
        return here

    done = answered(request, form, work)
    if done:
        return done
    Entry.record(
        "pick_up.viewed", child, by=request.user, kind=Entry.Kind.VIEWED, student=child,
        school=child.school,
    )  # fmt: skip
    rows = list_of(child, request.user)
    context = {
        "form": form, "student": child, "rows": [row for row in rows if not row.is_held],
        "held": [row for row in rows if row.is_held],
    }  # fmt: skip
    status = NOT_WHOLE if form.is_bound else 200
    return render(request, "counseling/pick_up_list.html", context, status=status)
