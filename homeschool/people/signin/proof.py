"""What a session has proven, how long it lives, and in whose language it speaks."""

import time
from urllib.parse import urlencode, urlsplit

from allauth.account.authentication import get_authentication_records
from allauth.account.signals import authentication_step_completed
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import SESSION_KEY, logout
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.signals import user_logged_in
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import patch_cache_control
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from homeschool.journal.models import Entry
from homeschool.people import sight

# Session key: how this session showed its second factor (MFA or, in demo mode only, DEMO).
SECOND_FACTOR = "second_factor"
# Session key: the zone of the school, for whoever chose none of their own.
ZONE = "zone"
MFA, DEMO = "mfa", "demo"

FAMILY_AGE = 60 * 60 * 24 * 30
STAFF_AGE = 60 * 60 * 12
# So long after the door was passed, nobody has to prove again who they are; and so long they may fill
# in a form that asks for it.
FRESH, PATIENCE = 60 * 15, 60 * 60
_SIGNED_IN_AT, _TOUCHED_AT, _PROVEN_AT = "signed_in_at", "touched_at", "proven_at"
_TOUCH_EVERY = 60 * 15

# What is open before the second factor is shown, by name of the address.
_ALWAYS = {"account_logout", "set_language", "set-theme"}
_TO_SET_UP = {"mfa_index", "mfa_activate_totp", "mfa_add_webauthn"}
_OF_THE_DOOR = ("account_", "mfa_")
_TO_SHOW = {"mfa_reauthenticate", "mfa_reauthenticate_webauthn"}


def needs_second_factor(user):
    """Return whether the person must show a second factor: by an open role, or as superuser."""
    return user.is_superuser or bool(user.roles() & sight.SECOND_FACTOR_ROLES)


def has_second_factor(user):
    """Return whether the person has an authenticator app or a passkey (one query)."""
    return is_mfa_enabled(user, [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN])


def second_factor_shown(session):
    """Return whether this session showed a second factor that counts here."""
    shown = session.get(SECOND_FACTOR)
    return shown == MFA or (shown == DEMO and settings.DEMO_MODE)


def just_signed_in(session):
    """Return whether the door was passed within the last quarter of an hour."""
    return time.time() - session.get(_SIGNED_IN_AT, 0) < FRESH


def asks_again(view):
    """Mark a page before which staff prove again who they are: what leaves the portal in files, roles,
    and who sees a child. Nobody is asked within a quarter of an hour of the last proof."""
    view.asks_again = {"GET", "HEAD", "POST"}
    return view


def asks_again_to_send(view):
    """Mark a page that anybody of the staff may open, and whose form asks for a proof of the last hour."""
    view.asks_again = {"POST"}
    return view


def asked_again(view):
    """Return the methods by which a page asks for a new proof."""
    return getattr(view, "asks_again", ())


def proven_within(session, seconds):
    """Return whether the second factor was shown, at the door or later, within so many seconds."""
    return time.time() - session.get(_PROVEN_AT, 0) < seconds


def show_second_factor(session):
    """Write down that this session showed its second factor, just now."""
    session[SECOND_FACTOR] = MFA
    session[_PROVEN_AT] = int(time.time())


def forget_second_factor(session, user):
    """Take the proof back from the session of somebody who has no second factor any more."""
    if not has_second_factor(user):
        session.pop(SECOND_FACTOR, None)


def reset_door(user, *, by, school=None, **data):
    """Take away every second factor and the password, and end every session and token: the phone
    is lost.

    `data` are codes for the Entry, like the reason. The person comes in by a code by mail again, and sets a new second factor up.
    """
    with transaction.atomic():
        Authenticator.objects.filter(user=user).delete()
        user.set_unusable_password()  # a new one each time: sessions carry its mark
        user.save(update_fields=["password"])
        user.tokens.all().revoke_all()
        Entry.record("door.reset", user, by=by, school=school, **data)


@receiver(user_logged_in, dispatch_uid="signin.proof.begin")
def begin(request, user, **kwargs):
    """A session begins with just what was shown for this person on the way in."""
    shown = {record["method"] for record in get_authentication_records(request, user)}
    request.session.pop(SECOND_FACTOR, None)
    if MFA in shown:
        show_second_factor(request.session)
    request.session[_SIGNED_IN_AT] = int(time.time())


@receiver(user_logged_in, dispatch_uid="signin.proof.set_clock")
def set_clock(request, user, **kwargs):
    """Keep the zone of the person's school with the session: it holds where none is chosen."""
    request.session[ZONE] = user.school_zone() or settings.TIME_ZONE


@receiver(authentication_step_completed, dispatch_uid="signin.proof.step")
def step(request, user, method, **kwargs):
    """Somebody who is in already showed the second factor."""
    if method == MFA and request.user.is_authenticated and request.user.pk == user.pk:
        show_second_factor(request.session)


def touch(session, age):
    """Let the session end `age` seconds after the last request, to a quarter of an hour."""
    now = int(time.time())
    if session.get("_session_expiry") != age or now - session.get(_TOUCHED_AT, 0) > _TOUCH_EVERY:
        session[_TOUCHED_AT] = now
        session.set_expiry(age)


def send_to(request, name, page=None):
    """Return the answer that leads to the address `name`, and from there to `page` (a path).

    htmx gets a header: it would put a redirect's page into the middle of the old one.
    """
    url = reverse(name)
    if page and page != "/":
        url = f"{url}?{urlencode({'next': page})}"
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return HttpResponseRedirect(url)


def page_of(request):
    """Return the path of the page on which the request was made, same origin only."""
    came_from = request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(came_from, {request.get_host()}, request.is_secure()):
        return "/"
    parts = urlsplit(came_from)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


class ReaderMiddleware:
    """Each request in the reader's language and time zone; sight is read once a request.

    The session of somebody who may no longer come in ends here. What a signed-in person got
    is stored nowhere, so that after sign-out the back button shows nothing.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        signed_in = request.user.is_authenticated
        if signed_in:
            self.greet(request, request.user)
        elif SESSION_KEY in request.session:
            request.session.flush()
        response = self.get_response(request)
        timezone.deactivate()
        if signed_in or request.user.is_authenticated:
            patch_cache_control(response, no_store=True, private=True)
        return response

    @staticmethod
    def greet(request, user):
        sight.remember(user)
        if user.language:
            translation.activate(user.language)
            request.LANGUAGE_CODE = user.language
        timezone.activate(user.time_zone or request.session.get(ZONE, settings.TIME_ZONE))


class SecondFactorMiddleware:
    """Who needs a second factor and has not shown it reaches nothing but the way to show it.

    Asked at each request, by the roles of this moment: a session that is older than the role
    is stopped too. Setting a first one up takes a fresh sign-in, so that a session left open
    cannot be made somebody else's for good.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        if not request.user.is_authenticated:
            return None
        if second_factor_shown(request.session):
            touch(request.session, STAFF_AGE)
            return self.ask_again(request) if request.method in asked_again(view) else None
        if not needs_second_factor(request.user):
            return touch(request.session, FAMILY_AGE)
        touch(request.session, STAFF_AGE)
        return self.stop(request, getattr(view, "login_required", True))

    @staticmethod
    def ask_again(request):
        """Ask for the second factor where the last proof is too old; who sent a form sends it again."""
        reads = request.method in ("GET", "HEAD")
        if request.session[SECOND_FACTOR] == DEMO:  # it has none to show
            return None
        if proven_within(request.session, FRESH if reads else PATIENCE):
            return None
        if not reads:
            messages.info(request, _("Nothing was changed yet. Please do it once more now."))
        page = request.get_full_path() if reads else page_of(request)
        return send_to(request, "mfa_reauthenticate", page)

    @staticmethod
    def stop(request, is_closed):
        name = request.resolver_match.view_name
        if name in _ALWAYS:
            return None
        if not is_closed:  # open to all, or guarded by itself as the API is: as a stranger
            if not name.startswith(_OF_THE_DOOR):
                request.user = AnonymousUser()
            return None
        has_one = has_second_factor(request.user)
        if name in (_TO_SHOW if has_one else _TO_SET_UP):
            return None
        page = request.get_full_path() if request.method == "GET" else None
        if has_one:
            return send_to(request, "mfa_reauthenticate", page)
        if just_signed_in(request.session):
            return send_to(request, "mfa_index")
        logout(request)
        messages.info(request, _("Your role asks for a second step. Please sign in once more."))
        return send_to(request, "account_login", page)
