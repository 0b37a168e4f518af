"""Pages and answers that belong to no room: language and colours."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from homeschool.context import COLOUR_COOKIE, COLOUR_SCHEMES

YEAR = 365 * 24 * 60 * 60


def _way_back(request):
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure())
    return HttpResponseRedirect(wanted if safe else "/")


@login_not_required
@require_POST
def choose_language(request):
    """Keep the language in a cookie, and with the person who is signed in."""
    response = set_language(request)
    code = request.POST.get("language")
    if request.user.is_authenticated and code in dict(settings.LANGUAGES):
        request.user.language = code
        request.user.save(update_fields=["language"])
    return response


@login_not_required
@require_POST
def choose_colours(request):
    """Keep light or dark in a cookie; anything else means: as the device wishes."""
    response = _way_back(request)
    scheme = request.POST.get("colours", "")
    if scheme and scheme in COLOUR_SCHEMES:
        response.set_cookie(
            COLOUR_COOKIE,
            scheme,
            max_age=YEAR,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    else:
        response.delete_cookie(COLOUR_COOKIE, samesite="Lax")
    return response
