"""What every page of a school's set-up shares: who may come in, and a form that counts once."""

import csv

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, OperationalError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from psycopg2.errors import DeadlockDetected as Deadlock

from homeschool.journal.models import Submission
from homeschool.people import sight


def administered(user, rows, pk):
    """Return the row of a school that `user` administers.

    404 where the school is not the person's own, 403 where the person has another role there.
    """
    row = get_object_or_404(rows.visible_to(user), pk=pk)
    if not rows.visible_to(user, roles={sight.SCHOOL_ADMIN}).filter(pk=pk).exists():
        raise PermissionDenied
    return row


def answered(request, form, work, said=""):
    """Do `work` (which returns a URL) once for a valid form and return the redirect, else None.

    Sent a second time a form may be wrong (“this code is taken”): it gets the first answer.
    """
    if request.method != "POST":
        return None
    valid, key = form.is_valid(), form.cleaned_data["submission"]
    if not valid:
        first = Submission.first_answer(request.user, key)
        return redirect(first) if first else None
    try:
        answer = Submission.once(request.user, key, work)
    except (IntegrityError, OperationalError) as error:
        # somebody else was quicker: the row that was free is taken now, or each waited for the other
        if isinstance(error, OperationalError) and not isinstance(error.__cause__, Deadlock):
            raise
        form.add_error(
            None, _("Somebody else changed this at the same moment. Please look and send again.")
        )
        return None
    messages.success(request, said or _("Your changes are kept."))
    return redirect(answer)


def download(name, rows):
    """Return rows as a CSV to be kept, in the encoding that spreadsheet programs open rightly."""
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    csv.writer(response).writerows(rows)
    return response
