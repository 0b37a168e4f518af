"""PostgreSQL is away: 503, in plain words, from whatever layer of a request met it first.

Sessions are in the database, so most requests meet it before any page of ours is asked. Django lets
no error through from one middleware to the next; every one of them ends at `handler500`, and there
it is told apart what passes by itself from an error of the portal.
"""

import logging
import sys

import psycopg2
from django.db import InterfaceError, OperationalError
from django.http import HttpResponse, JsonResponse
from django.template.loader import get_template
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.defaults import server_error as error_of_ours

from homeschool.logs import plain_path

log = logging.getLogger(__name__)

RETRY_AFTER = 5  # seconds; a server that was killed is back in two to ten
API = "/api/"
# Django's, and those of the driver, which COPY raises as they are.
OF_THE_WAY = (InterfaceError, OperationalError, psycopg2.InterfaceError, psycopg2.OperationalError)
# Of what PostgreSQL says (its manual, appendix A): the connection, too many of them, and a server
# that ends, has crashed, or starts. Without a code nobody answered.
PASSES = ("08", "53300", "57P01", "57P02", "57P03")


def server_error(request):
    """Answer the error at hand: 503 where the database is away, else the page of our own failure."""
    error = sys.exc_info()[1]
    return service_unavailable(request, error) if is_away(error) else error_of_ours(request)


def is_away(error):
    """Whether an error means that PostgreSQL was not there, and will be again."""
    seen = set()
    while error is not None and error not in seen:
        seen.add(error)
        if isinstance(error, OF_THE_WAY):
            code = getattr(error.__cause__ or error, "pgcode", None)
            return not code or code.startswith(PASSES)
        error = error.__cause__ or error.__context__
    return False


def service_unavailable(request, error):
    """Answer 503 with Retry-After: to people a page in their language, to programs problem+json
    (RFC 9457). It asks the database nothing, and says to whom sent a form that it was not kept."""
    path = plain_path(request)
    log.warning("the database is away: %s %s: %s", request.method, path, _first_line(error))
    language = translation.get_language_from_request(request)
    with translation.override(language):
        answer = _problem() if request.path.startswith(API) else _page(request)
    answer.headers["Content-Language"] = language
    answer.headers["Retry-After"] = str(RETRY_AFTER)
    answer.headers["Cache-Control"] = "no-store"
    answer._has_been_logged = True  # in one line, above: not a traceback for each of a thousand
    return answer


def _page(request):
    sent = request.method not in ("GET", "HEAD", "OPTIONS")
    return HttpResponse(get_template("503.html").render({"sent": sent}), status=503)


def _problem():
    told = {
        "type": "about:blank",
        "title": _("The portal is away for a moment"),
        "status": 503,
        "code": "unavailable",
        "detail": _("The database does not answer. Nothing was changed. Please ask again soon."),
    }
    return JsonResponse(told, status=503, content_type="application/problem+json")


def _first_line(error):
    return str(error).strip().partition("\n")[0][:200]
