"""A new conversation: about which child, to whom, and in which words."""

import uuid

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from homeschool.people import sight
from homeschool.people.models import Student
from homeschool.people.views.setting_up import answered
from messaging.forms.threads import ToHomesForm, ToSchoolForm
from messaging.models import Draft, Thread
from messaging.models.thread import ITEM, WRITERS, MayNotTakePart, NobodyThere, staff_within
from messaging.reading.away import present
from messaging.reading.homes import Sides

from .threads import A_MINUTE, NOT_WHOLE, kept

FOUND = 20  # children that a search shows
LOST = gettext_lazy(
    "Nothing was sent: somebody you chose may not write about this child any more. Please look and "
    "choose again."
)


@require_safe
def thread_new(request):
    """Ask about which child it is; who has one goes on at once."""
    try:
        return redirect("messaging:thread-write", uuid.UUID(request.GET.get("child", "")))
    except ValueError:
        pass
    words = " ".join(request.GET.get("q", "").replace("\0", "").split())[:80]
    own = Student.objects.visible_to(request.user, sight.FAMILY_ROLES, ITEM).active()
    own = list(own.select_related("school_class").order_by("sort_key", "pk"))
    is_staff = bool(request.user.roles() & WRITERS)
    if not is_staff and len(own) == 1:
        return redirect("messaging:thread-write", own[0].pk)
    found = Student.objects.none()
    if is_staff and words:
        near = staff_within(request.user, "") or Q(pk__in=[])
        near |= Q(pk__in=[child.pk for child in own])
        found = Student.objects.filter(near).active().found_by(words)
        found = found.select_related("school_class").order_by("sort_key", "pk")
    context = {"own": own, "found": found[: FOUND + 1], "words": words, "is_staff": is_staff}
    return render(request, "messaging/thread_whom.html", context | {"most": FOUND})


class Composer:
    """The page of a new conversation about one child, for its family or for staff."""

    def __init__(self, request, child):
        self.request, self.user, self.child = request, request.user, child
        self.roles = sight.roles_for(self.user, child, ITEM)
        self.is_family = bool(self.roles & sight.FAMILY_ROLES)
        # who is, or was, a guardian of the child is none of its staff
        is_staff = self.roles & WRITERS and not child.guardianships.filter(guardian=self.user)
        if child.status != Student.Status.ACTIVE or not (self.is_family or is_staff):
            raise PermissionDenied
        self.sides = Sides(child)
        draft = Draft.objects.filter(person=self.user, student=child).first()
        sent = (request.POST, request.FILES) if request.method == "POST" else ()
        initial = {"text": draft.text} if draft else {}
        self.draft_at = draft.saved_at if draft else None
        self.form = (
            self._to_school(sent, initial) if self.is_family else self._to_homes(sent, initial)
        )

    def _to_homes(self, sent, initial):
        homes = self.sides.homes
        return ToHomesForm(
            *sent, initial=initial, is_staff=True, label=_("To which home?"),
            to=[(home.key, home.words) for home in homes],
        )  # fmt: skip

    def _to_school(self, sent, initial):
        staff = {k: who for k, who in self.sides.staff.items() if k != self.user.pk}
        self.present = present(staff, self.child.school)
        hints = {str(key): self._hint(key, role) for key, (_one, role) in staff.items()}
        to = [(str(key), one.full_name) for key, (one, _role) in staff.items()]
        return ToSchoolForm(*sent, initial=initial, label=_("To whom?"), to=to, hints=hints)

    def _hint(self, key, role):
        usual = self.present[key]
        return " · ".join(filter(None, [role, usual.said or usual.usually]))

    @property
    def nobody(self):
        """Whether there is nobody to write to."""
        return not self.form.fields["to"].choices

    @property
    def also_home(self):
        """Who else at home reads it."""
        return [one for one in self.sides.home_of(self.user) if one.pk != self.user.pk]

    @property
    def several_homes(self):
        return not self.is_family and len(self.sides.homes) > 1

    def send(self):
        """Open what was asked for and return where it is read. Raises NobodyThere, MayNotTakePart."""
        begin = {"by": self.user, **self.form.message}
        chosen = set(self.form.cleaned_data["to"])
        if self.is_family:
            school = [one for key, (one, _role) in self.sides.staff.items() if str(key) in chosen]
            home = self.sides.home_of(self.user)
            threads = [Thread.objects.begin(self.child, home=home, school=school, **begin)]
        else:
            homes = [home.people for home in self.sides.homes if home.key in chosen]
            threads = Thread.objects.begin_for_each(
                self.child, homes=homes, school=[self.user], **begin
            )
        for thread in threads:
            self.form.save_files(thread.messages.get())
        Draft.objects.keep(self.user, "", student=self.child)
        if len(threads) == 1:
            return threads[0].get_absolute_url()
        return f"{reverse('messaging:thread-list')}?child={self.child.pk}"

    @property
    def said(self):
        """What is said once it is sent."""
        n = len(self.form.data.getlist("to")) if not self.is_family else 1
        if n < 2:
            return A_MINUTE
        words = ngettext(
            "%(n)d conversation, each home by itself.",
            "%(n)d conversations, each home by itself.",
            n,
        )
        return f"{words % {'n': n}} {A_MINUTE}"

    def shown(self, status=200):
        context = {"composer": self, "child": self.child, "form": self.form}
        return render(self.request, "messaging/thread_write.html", context, status=status)


def _child(request, pk):
    rows = Student.objects.visible_to(request.user, item=ITEM)
    return get_object_or_404(rows.select_related("school_class", "school"), pk=pk)


def thread_write(request, pk):
    """Write the first message of a conversation about a child."""
    composer = Composer(request, _child(request, pk))
    try:
        done = answered(request, composer.form, composer.send, composer.said)
    except (MayNotTakePart, NobodyThere):
        composer.form.add_error("to", LOST)
        done = None
    return done or composer.shown(NOT_WHOLE if composer.form.is_bound else 200)


@require_POST
def thread_write_draft(request, pk):
    """Keep what was typed of a new conversation."""
    child = _child(request, pk)
    composer = Composer(request, child)
    back = reverse("messaging:thread-write", args=[child.pk])
    return kept(request, back, lambda: composer.shown(NOT_WHOLE), student=child)
