"""The first sign-in with a letter: language, code, “is this your child?”, and an e-mail for later.

A link that is opened changes nothing: mail scanners and chat programs open links too. The code
is used when the last button is pressed, and looked at anew at every step.
"""

import time
from functools import wraps

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from allauth.core import ratelimit
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import IntegrityError, transaction
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from homeschool.people.forms.invitations import (
    WORKS_NOT,
    FirstEmailForm,
    LetterCodeForm,
    ProveEmailForm,
)
from homeschool.people.models import Address, Invitation, User

# Session keys: the code as it came with the link, the letter that was found, the address to prove.
_CODE, _LETTER, _EMAIL = "letter_code", "letter_found", "letter_email"
METHOD = "letter"
TRIES, MINUTES = 3, 10


def for_strangers(view):
    """Open a page of the first sign-in; who is signed in already is told so, and nothing is used."""

    @wraps(view)
    def guarded(request, *args, **kwargs):
        if request.user.is_authenticated:
            return render(request, "account/letter_signed_in.html")
        return view(request, *args, **kwargs)

    return login_not_required(guarded)


@for_strangers
def language(request, code=""):
    """First screen: the language. The code of a scanned letter goes along, to the second screen."""
    if request.method != "POST":
        return render(request, "account/letter_language.html", {"code": code[:60]})
    request.session.pop(_LETTER, None)
    request.session[_CODE] = (request.POST.get("code") or "")[:60]
    response = redirect("account_letter_code")
    chosen = request.POST.get("language", "")
    if chosen in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            chosen,
            max_age=settings.LANGUAGE_COOKIE_AGE,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            samesite="Lax",
        )
    return response


@for_strangers
def code(request):
    """Second screen: the code. Wrong, used, revoked and too old get the same answer."""
    if request.method != "POST":
        form = LetterCodeForm(initial={"code": request.session.get(_CODE, "")})
        return render(request, "account/letter_code.html", {"form": form})
    if not ratelimit.consume(request, action="letter"):
        return ratelimit.respond_429(request)
    form = LetterCodeForm(request.POST)
    found = Invitation.objects.opened_by(form.cleaned_data["code"]) if form.is_valid() else None
    if found:
        request.session[_LETTER] = str(found.pk)
        return redirect("account_letter_child")
    if not form.errors:
        form.add_error("code", WORKS_NOT)
    return render(request, "account/letter_code.html", {"form": form}, status=422)


def _found(request):
    key = request.session.get(_LETTER)
    return Invitation.objects.still_open(key) if key else None


def _works_not(request):
    """Return to the second screen with the one answer for every code that opens nothing."""
    for key in (_LETTER, _CODE):
        request.session.pop(key, None)
    messages.warning(request, WORKS_NOT)
    return redirect("account_letter_code")


@for_strangers
def child(request):
    """Third screen: is this your child? The name it is called by and the class, nothing more."""
    found = _found(request)
    if found is None:
        return _works_not(request)
    return render(request, "account/letter_child.html", {"letter": found})


@for_strangers
@require_POST
def child_yes(request):
    """Use the letter and let its person in; of two phones at once one comes in."""
    found = _found(request)
    if found is None or not found.use():
        return _works_not(request)
    for key in (_LETTER, _CODE):
        request.session.pop(key, None)
    user = found.user
    user.language = translation.get_language()  # the first screen asked for it
    user.save(update_fields=["language"])
    record_authentication(request, user, METHOD)
    after = reverse("home" if user.email else "account_letter_email")
    return perform_login(request, Login(user=user, redirect_url=after))


@for_strangers
@require_POST
def child_no(request):
    """Stop, and tell the school's list: the letter came into the wrong hands."""
    found = _found(request)
    if found is None:
        return _works_not(request)
    found.refuse()
    for key in (_LETTER, _CODE):
        request.session.pop(key, None)
    return render(request, "account/letter_no.html", {"school": found.school})


# --- an address for later ---------------------------------------------------------------------------


def without_email(view):
    """Open a page to a family's person who has no address yet; others go home."""

    @wraps(view)
    def guarded(request, *args, **kwargs):
        return redirect("home") if request.user.email else view(request, *args, **kwargs)

    return guarded


@without_email
def email(request):
    """Ask for an e-mail to sign in with later; it may be left out. A code is sent to prove it."""
    form = FirstEmailForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "account/letter_email.html", {"form": form})
    address = form.cleaned_data["email"]
    limit = {"action": "request_login_code", "key": address}
    if not ratelimit.consume(request, **limit):
        return ratelimit.respond_429(request)
    _send_proof(request, address)
    return redirect("account_letter_email_code")


def _mark(user, address, digits):
    return salted_hmac("signin.letters.email", f"{user.pk} {address} {digits}").hexdigest()


def _send_proof(request, address):
    """Send six digits to `address`. Where somebody has it already nothing is sent, and it is not said."""
    adapter = get_adapter()
    digits = adapter.generate_login_code()
    taken = User.objects.having(address) not in (None, request.user)
    if taken:
        adapter.write_for_nobody(address)
    else:
        context = {"user": request.user, "code": digits}
        adapter.send_mail("account/email/login_code", address, context)
    request.session[_EMAIL] = {
        "address": address,
        "mark": "" if taken else _mark(request.user, address, digits),
        "until": int(time.time()) + MINUTES * 60,
        "left": TRIES,
    }


@without_email
def email_code(request):
    """Take the six digits; then the address is the person's own, to sign in with and be written to."""
    asked = request.session.get(_EMAIL)
    if not asked:
        return redirect("account_letter_email")
    form = ProveEmailForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        if _is_proven(request, asked, form.cleaned_data["code"]) and _keep(request, asked):
            messages.success(request, _("From now on you sign in with this e-mail."))
            return redirect("home")
        if not request.session.get(_EMAIL):
            messages.warning(
                request,
                _("That was not right three times, or too late. Please ask for a new code."),
            )
            return redirect("account_letter_email")
        form.add_error("code", _("This code is not right."))
    context = {"form": form, "address": asked["address"], "minutes": MINUTES}
    return render(request, "account/letter_email_code.html", context)


def _is_proven(request, asked, typed):
    """Count one try; return whether `typed` is what was sent. After the last try nothing is left."""
    asked["left"] -= 1
    request.session[_EMAIL] = asked
    late = time.time() > asked["until"]
    digits = "".join(sign for sign in typed if sign.isdigit())
    mark = _mark(request.user, asked["address"], digits)
    right = bool(asked["mark"]) and constant_time_compare(asked["mark"], mark) and not late
    if right or late or asked["left"] <= 0:
        del request.session[_EMAIL]
    return right


def _keep(request, asked):
    """Take the proven address; return whether nobody else took it meanwhile."""
    user = request.user
    try:
        with transaction.atomic():
            user.be_reached_at(asked["address"], by=user)
            Address.objects.filter(user=user, value=asked["address"]).update(
                verified_at=timezone.now()
            )
    except IntegrityError:
        user.refresh_from_db()
        return False
    return True
