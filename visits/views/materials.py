"""Materials of a meeting: added and removed by who keeps it, taken home by its families."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from homeschool.journal.models import Entry
from homeschool.people.views.home import posted
from homeschool.people.views.setting_up import answered
from homeschool.uploads.serving import FileView
from visits.forms.materials import MaterialForm
from visits.models import Material, Meeting
from visits.models.material import MOST, Enough

from .meetings import kept_meeting

NOT_WHOLE = 422
BACK = "#materials"


def material_add(request, pk):
    """Add a file for the families of a meeting."""
    meeting = kept_meeting(request, pk)
    form = MaterialForm(posted(request), request.FILES or None)

    def work():
        data = form.cleaned_data
        Material.objects.add(meeting, data["file"], by=request.user, title=data["title"])
        return meeting.get_absolute_url() + BACK

    try:
        done = answered(request, form, work, _("The families find it with the meeting."))
    except Enough:
        words = _("A meeting has %(n)d files at most. Remove one before you add another.")
        form.add_error(None, words % {"n": MOST})
        done = None
    if done:
        return done
    status = NOT_WHOLE if form.is_bound else 200
    context = {"form": form, "meeting": meeting}
    return render(request, "visits/material_form.html", context, status=status)


@require_POST
def material_remove(request, pk):
    """Erase a file of a meeting that the reader keeps."""
    rows = Material.objects.visible_to(request.user).kept().select_related("meeting__school")
    material = get_object_or_404(rows, pk=pk)
    if not Meeting.objects.kept_by(request.user).filter(pk=material.meeting_id).exists():
        raise PermissionDenied
    material.remove(by=request.user)
    messages.success(request, _("The file is removed."))
    return redirect(material.meeting.get_absolute_url() + BACK)


class MaterialFile(FileView):
    """A material, for whoever may read about its meeting."""

    def rows(self, user):
        rows = Material.objects.visible_to(user).kept().select_related("meeting__school")
        return rows.defer(None)

    def record(self, row, *, saved):
        verb = "material.saved" if saved else "material.viewed"
        row.record(verb, by=self.request.user, kind=Entry.Kind.VIEWED)
