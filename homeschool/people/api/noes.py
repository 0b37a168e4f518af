"""How the API says no: always JSON, always with a sentence."""

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _, gettext_lazy
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import APIView, set_rollback

NO_TOKEN = gettext_lazy("Send a token, as “Authorization: Bearer …”. You make one on your page.")
NOTHING_HERE = gettext_lazy("There is nothing at this address for you. Addresses end with a slash.")


class NothingHere(APIView):
    """An address of the API behind which nothing stands: as a row that is not yours."""

    scope = ""
    schema = None

    def get(self, request):
        raise Http404


nothing_here = NothingHere.as_view()


def answer_for(error, context):
    """Return the answer to an error as {"code", "detail"}, with "fields" where parameters are wrong.

    None for what nobody foresaw: that is an error of the portal, and stays one.
    """
    error = _known(error)
    if error is None:
        return None
    set_rollback()
    return Response(_told(error), status=error.status_code, headers=_headers(error))


def _known(error):
    if isinstance(error, (Http404, exceptions.NotFound)):
        return exceptions.NotFound(NOTHING_HERE)
    if isinstance(error, PermissionDenied):
        return exceptions.PermissionDenied()
    if isinstance(error, exceptions.NotAuthenticated):
        told = exceptions.NotAuthenticated(NO_TOKEN)
        told.auth_header = getattr(error, "auth_header", None)
        return told
    return error if isinstance(error, exceptions.APIException) else None


def _told(error):
    if isinstance(error, exceptions.ValidationError):
        words = _("Something in the address is not right. What it is stands under “fields”.")
        return {"code": error.default_code, "detail": words, "fields": error.detail}
    return {"code": error.default_code, "detail": str(error.detail)}


def _headers(error):
    """Return the headers by which programs understand a 401 and a 429."""
    found = {}
    if header := getattr(error, "auth_header", None):
        found["WWW-Authenticate"] = header
    if wait := getattr(error, "wait", None):
        found["Retry-After"] = f"{wait:.0f}"
    return found
