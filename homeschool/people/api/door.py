"""The door of the API: a token, its scope, and how often it may ask.

A session opens nothing here. A page of another site could use the cookie of a signed-in person
without that person's knowing; a token is sent by a program only.
"""

import re

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy
from rest_framework import authentication, exceptions, permissions, throttling

from homeschool.people import sight
from homeschool.people.models import Token
from homeschool.people.signin import needs_second_factor

_HEADER = re.compile(r"Bearer +(\S+) *", re.IGNORECASE)
UNKNOWN = gettext_lazy(
    "This token opens nothing: it is not known here, or it was revoked. Make a new one on your page."
)
ENDED = gettext_lazy("The days of this token are over. Make a new one on your page.")
NOT_PROVEN = gettext_lazy(
    "This token was made without a second factor, and your role asks for one. Sign in, and make a new one."
)


class TokenAuthentication(authentication.BaseAuthentication):
    """Who asks is the person of the token in `Authorization: Bearer …`, and nothing else counts.

    The person is asked for anew at each request, and so is what it may see.
    """

    def authenticate(self, request):
        found = _HEADER.fullmatch(request.META.get("HTTP_AUTHORIZATION", "").strip())
        if found is None:
            return None
        token = Token.objects.of_text(found[1])
        if token is None or token.revoked_at or not token.user.is_active:
            raise exceptions.AuthenticationFailed(UNKNOWN)
        if token.has_ended:
            raise exceptions.AuthenticationFailed(ENDED)
        sight.remember(token.user)
        if not token.proven and needs_second_factor(token.user):
            raise exceptions.AuthenticationFailed(NOT_PROVEN)
        return token.user, token

    def authenticate_header(self, request):
        return "Bearer"


class HasScope(permissions.IsAuthenticated):
    """Whether the token may read this part at all: the view's `scope`; "" is for every token.

    A view that names none is closed.
    """

    def has_permission(self, request, view):
        scope = getattr(view, "scope", None)
        if not super().has_permission(request, view) or not isinstance(request.auth, Token):
            return False
        if scope and scope not in request.auth.scopes:
            words = _("This token may not read this: it lacks the scope “%(scope)s”.")
            raise exceptions.PermissionDenied(words % {"scope": scope})
        return scope is not None


class TokenThrottle(throttling.BaseThrottle):
    """So many requests a minute for each token, counted in the token's own row."""

    def allow_request(self, request, view):
        return request.auth.take_one(settings.API_REQUESTS_A_MINUTE)

    def wait(self):
        """Return the seconds until the next minute begins."""
        return 60 - timezone.now().second
