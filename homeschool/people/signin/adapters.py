"""How allauth behaves at this door."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext, gettext_lazy as _

from homeschool.fields import seal, unseal
from homeschool.people.models import User
from homeschool.people.signin import post, proof

_NEWS = {
    "account/email/password_changed": _("Your password was changed."),
    "account/email/password_set": _("You now have a password."),
    "account/email/password_reset": _("Your password was made anew."),
    "mfa/email/totp_activated": _("An authenticator app was added."),
    "mfa/email/totp_deactivated": _("Your authenticator app was taken away."),
    "mfa/email/webauthn_added": _("A passkey was added."),
    "mfa/email/webauthn_removed": _("A passkey was taken away."),
    "people/email/door_reset": _(
        "Your school took your second step and your password away, as somebody who lost them asks. "
        "You sign in with a code by mail now, and set a new second step up."
    ),
    "mfa/email/recovery_codes_generated": _("New recovery codes were made. The old ones ended."),
}


class AccountAdapter(DefaultAccountAdapter):
    """Schools invite; a mail speaks its reader's language; a closed account looks like none."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _("This e-mail and this password do not belong together."),
        "enter_current_password": _("This is not your password of today."),
        "incorrect_code": _("This code is not right."),
        "incorrect_password": _("This password is not right."),
        "too_many_login_attempts": _("That was too often. Please wait five minutes and try again."),
        "rate_limited": _("That was too often. Please wait a minute and try again."),
    }

    def is_open_for_signup(self, request):
        """Nobody makes an account alone."""
        return False

    def render_mail(self, template_prefix, email, context, headers=None):
        """Return the mail in the language of the person who has the address, as text and HTML.

        An address that nobody has gets the language of the page; such a mail is never sent.
        """
        reader = context.get("user") or User.objects.filter(email=email).first()
        language = (reader and reader.language) or translation.get_language()
        context = context | {"reader": reader, "language": language, "site_url": settings.SITE_URL}
        zone = (reader and reader.time_zone) or settings.TIME_ZONE
        with translation.override(language), timezone.override(zone):
            return super().render_mail(template_prefix, email, context, headers)

    def send_mail(self, template_prefix, email, context):
        """Write the mail now and send it beside the request."""
        post.leave(self.render_mail(template_prefix, email, {"email": email} | context))

    def write_for_nobody(self, email):
        """Do the work of a mail with a code, and throw it away: it shall take the same time."""
        self.render_mail("account/email/login_code", email, {"code": self.generate_login_code()})

    def send_notification_mail(self, template_prefix, user, context=None, email=None):
        """Tell the person what changed at the door of the account."""
        if user.email:
            news = {"user": user, "news": _NEWS[template_prefix], "at": timezone.now()}
            self.send_mail("account/email/news", user.email, news)

    def respond_user_inactive(self, request, user):
        """Say it only to somebody who has just shown the code of the address."""
        messages.warning(request, _("This account is closed. Please ask your school."))
        return HttpResponseRedirect(reverse("account_login"))

    def post_login(self, request, user, **how):
        """Keep the language of the sign-in page for somebody who has none yet."""
        if not user.language:
            user.language = translation.get_language()
            user.save(update_fields=["language"])
        return super().post_login(request, user, **how)

    def is_reauthentication_required(self, *, app, **kwargs):
        """Whoever has just come through the door need not knock again."""
        if proof.just_signed_in(self.request.session):
            return False
        return super().is_reauthentication_required(app=app, **kwargs)

    def get_reauthentication_methods(self, user):
        """Return the ways to prove again who you are; a second factor beats the password."""
        methods = super().get_reauthentication_methods(user)
        return [m for m in methods if m["id"] != "reauthenticate"] or methods


class MFAAdapter(DefaultMFAAdapter):
    """Secrets of authenticators are encrypted with the keys outside the database."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("This code is not right. Please wait for the next one and try again."),
        "incorrect_answer": _("This passkey did not answer. Please try again."),
    }

    def encrypt(self, text):
        return seal(text)

    def decrypt(self, encrypted_text):
        return unseal(encrypted_text)

    def generate_authenticator_name(self, user, type):
        """Return a name for a passkey that was given none."""
        count = Authenticator.objects.filter(user=user, type=type).count()
        return gettext("Passkey %(number)d") % {"number": count + 1}


def tell_of_reset(request, user):
    """Write to a person that the school took the second step away."""
    AccountAdapter(request).send_notification_mail("people/email/door_reset", user)
