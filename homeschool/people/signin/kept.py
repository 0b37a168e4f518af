"""What somebody typed while the session ended: it comes back after signing in, to nobody else."""

import json
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth.signals import user_logged_in
from django.core import signing
from django.dispatch import receiver
from django.http import HttpResponse, QueryDict
from django.utils.translation import gettext as _

from homeschool.fields import KeyIsLost, seal, unseal
from homeschool.forms import desk
from homeschool.people.signin.proof import page_of, send_to

_KEPT = "kept_text"
_LIMIT = 1024 * 1024
_A_DAY = 60 * 60 * 24
_NOT_TEXT = {"csrfmiddlewaretoken", "writer"}
_SIGNER = signing.Signer(salt="signin.kept.writer")


@dataclass
class Mark:
    """Who writes, which form, on which page: what the hidden `writer` of a form says, signed."""

    writer: str
    form: str
    page: str

    def __str__(self):
        return _SIGNER.sign_object([self.writer, self.form, self.page])

    @classmethod
    def read(cls, text):
        """Return the mark that `text` holds, or None where it is not ours."""
        try:
            return cls(*_SIGNER.unsign_object(text))
        except (signing.BadSignature, ValueError, TypeError):
            return None


class Desk:
    """Where the forms of one request ask (homeschool.forms.desk)."""

    def __init__(self, request):
        self.request = request

    def mark(self, form):
        """Return the text of the hidden `writer` of `form`; empty for a stranger."""
        if not self.request.user.is_authenticated:
            return ""
        return str(Mark(str(self.request.user.pk), form, self.request.get_full_path()))

    def take(self, form):
        """Return what this person typed into `form` of this page, once; else None."""
        return _take(self.request, form)


def kept_text(request):
    """Return the QueryDict that this person sent to this page when the session had ended, or None.

    Once: it is gone then. Forms with SubmissionFormMixin fill themselves; this is for a page
    that reads its fields by hand.
    """
    return _take(request)


def _take(request, form=None):
    kept = request.session.get(_KEPT)
    if request.method != "GET" or not kept or not request.user.is_authenticated:
        return None
    ours = kept["writer"] == str(request.user.pk) and urlsplit(kept["page"]).path == request.path
    if not ours or form not in (None, kept["form"]):
        return None
    del request.session[_KEPT]
    try:
        typed = json.loads(unseal(kept["text"]))
    except KeyIsLost:  # its key was taken away since
        return None
    messages.info(request, _("We kept what you wrote. Please look through it and send it again."))
    text = QueryDict(mutable=True)
    for name, values in typed.items():
        text.setlist(name, values)
    return text


def keep(request, mark):
    """Keep the text of this POST in the stranger's session; say so where it is too long."""
    text = json.dumps(
        {name: values for name, values in request.POST.lists() if name not in _NOT_TEXT},
        ensure_ascii=False,
    )
    if len(text.encode("utf-8", "replace")) > _LIMIT:
        messages.warning(
            request,
            _("What you wrote is too long to be kept here. It is still in your browser: go back."),
        )
        return
    request.session[_KEPT] = vars(mark) | {"text": seal(text)}
    request.session.set_expiry(_A_DAY)


@receiver(user_logged_in, dispatch_uid="signin.kept.drop_of_others")
def drop_of_others(request, user, **kwargs):
    """Drop what anybody but the one who signs in has left in the session."""
    if request.session.get(_KEPT, {}).get("writer") != str(user.pk):
        request.session.pop(_KEPT, None)


class KeptTextMiddleware:
    """A stranger who sends a form goes to sign-in, with the text kept, and back to its page.

    A script's own call gets 401, so that it keeps what it has. A plain GET is left to
    LoginRequiredMiddleware.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        token = desk.set(Desk(request))
        try:
            return self.get_response(request)
        finally:
            desk.reset(token)

    def process_view(self, request, view, args, kwargs):
        if request.user.is_authenticated or not getattr(view, "login_required", True):
            return None
        by_htmx = request.headers.get("HX-Request")
        if request.headers.get("Sec-Fetch-Dest") == "empty" and not by_htmx:
            return HttpResponse(status=401)
        if request.method != "POST":
            return send_to(request, "account_login", page_of(request)) if by_htmx else None
        mark = Mark.read(request.POST.get("writer", ""))
        if mark:
            keep(request, mark)
        return send_to(request, "account_login", mark.page if mark else page_of(request))
