"""The page on which a school's administrator takes the roster along."""

import contextlib
import tempfile

from django.http import FileResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from homeschool.journal.models import Submission
from homeschool.people.actions.exporting import record_export
from homeschool.people.forms.roster_export import RosterExportForm
from homeschool.people.importing.oneroster import write_package
from homeschool.people.models import School
from homeschool.people.signin import asks_again

from .home import posted
from .setting_up import administered

# What is written stays in memory up to here, and beyond it in a file that nobody can name.
IN_MEMORY = 5 * 1024 * 1024


@asks_again
def roster_export(request, pk):
    """Ask why, and send the roster as a OneRoster ZIP; it is written down who took it."""
    school = administered(request.user, School.objects, pk)
    form = RosterExportForm(posted(request))
    if request.method == "POST" and form.is_valid():
        return _sent(request, school, form.cleaned_data)
    return render(request, "people/roster_export.html", {"school": school, "form": form})


def _sent(request, school, chosen):
    with contextlib.ExitStack() as until_sent:
        file = until_sent.enter_context(tempfile.SpooledTemporaryFile(max_size=IN_MEMORY))
        counts = write_package(school, file, user=request.user, relationships=not chosen["strict"])
        file.seek(0)
        _write_down(request.user, school, chosen, counts)
        until_sent.pop_all()  # from here on the response closes it
    name = f"{school.code}-{timezone.localdate():%Y-%m-%d}-oneroster.zip"
    answer = FileResponse(file, as_attachment=True, filename=name, content_type="application/zip")
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


def _write_down(user, school, chosen, counts):
    """Record the export; a form that is sent twice is one export."""

    def work():
        record_export(school, by=user, counts=counts, reason=chosen["reason"])
        return reverse("people:roster-export", args=[school.pk])

    Submission.once(user, chosen["submission"], work)
