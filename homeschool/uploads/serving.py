"""Giving a file out: after `visible_to`, written down, and so that a browser only shows or saves it."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.generic import View

from .kinds import JPEG, MEDIA_TYPES

# Whatever a browser may take it for: it loads, runs and frames nothing.
NOTHING = "default-src 'none'; frame-ancestors 'none'; sandbox"


class FileView(View):
    """Gives the bytes of a row: a picture is shown, with `?download` it is saved; a PDF is always saved.

    A room says which rows a reader sees (`rows`: built on `visible_to`, whatever is not among them is not
    found) and writes the reading down (`record`). `column` is the one that holds the bytes.
    """

    http_method_names = ["get", "head"]
    column = "content"

    def rows(self, user):
        """Return the rows that `user` sees, with their bytes."""
        raise NotImplementedError

    def record(self, row, *, saved):
        """Write down that the reader of this request looked at it, or `saved` it."""
        raise NotImplementedError

    def get(self, request, pk):
        row = get_object_or_404(self.rows(request.user), pk=pk)
        saved = row.kind != JPEG or "download" in request.GET
        self.record(row, saved=saved)
        return given(bytes(getattr(row, self.column)), row.kind, row.file_name, saved=saved)


def given(content, kind, name, *, saved):
    """Return bytes as an answer that nobody between keeps, and that a browser takes for nothing else."""
    answer = HttpResponse(content, content_type=MEDIA_TYPES[kind])
    way = "attachment" if saved else "inline"
    answer.headers["Content-Disposition"] = f'{way}; filename="{name}"'
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = NOTHING
    answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
