"""Files of messages: given out to who reads the message, and erased by who sent them."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from homeschool.journal.models import Entry
from homeschool.uploads.serving import FileView
from messaging.models import Attachment

from .translating import back_to


def _rows(user):
    rows = Attachment.objects.visible_to(user).kept()
    return rows.select_related("message__thread__student", "message__thread__school")


class AttachmentFile(FileView):
    """A file of a message, for whoever reads the message."""

    def rows(self, user):
        return _rows(user).defer(None)

    def record(self, row, *, saved):
        verb = "attachment.saved" if saved else "attachment.viewed"
        row.record(verb, by=self.request.user, kind=Entry.Kind.VIEWED)


@require_POST
def attachment_erase(request, pk):
    """Erase a file that the reader sent, for everybody."""
    row = get_object_or_404(_rows(request.user), pk=pk)
    if row.message.author_id != request.user.pk:
        raise PermissionDenied
    row.erase(by=request.user)
    messages.success(request, _("The file is erased."))
    return redirect(back_to(row.message))
