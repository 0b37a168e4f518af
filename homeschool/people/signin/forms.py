"""What is typed at the door."""

import json
import unicodedata

from allauth.account import forms as account
from allauth.account.adapter import get_adapter
from allauth.core import context, ratelimit
from allauth.core.exceptions import RateLimited
from allauth.mfa.adapter import get_adapter as get_mfa_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.utils.translation import gettext_lazy as _

from homeschool.forms import CleanTextMixin
from homeschool.people.models import User
from homeschool.people.signin.proof import needs_second_factor

_NO_ANSWER = (AttributeError, KeyError, TypeError, ValueError)


class EmailField(forms.EmailField):
    """The one address with which a person signs in, in small letters."""

    def __init__(self, **options):
        options.setdefault("label", _("E-mail"))
        options.setdefault(
            "widget", forms.EmailInput(attrs={"autocomplete": "username", "dir": "ltr"})
        )
        options.setdefault(
            "error_messages",
            {
                "required": _("Please write your e-mail."),
                "invalid": _("Please write the e-mail in full, like name@example.org."),
            },
        )
        super().__init__(**options)

    def clean(self, value):
        return super().clean(value).lower()


class CodeField(forms.CharField):
    """Digits as phones and input methods write them: with spaces, or full width."""

    def __init__(self, label, **options):
        digits = {
            "inputmode": "numeric",
            "class": "code-field",
            "autocomplete": "one-time-code",
            "dir": "ltr",
        }
        options.setdefault("widget", forms.TextInput(attrs=digits | options.pop("attrs", {})))
        options.setdefault("max_length", 40)
        super().__init__(label=label, **options)

    def to_python(self, value):
        return unicodedata.normalize("NFKC", super().to_python(value))


class _Plain(CleanTextMixin):
    marks_optional = False


class SignInForm(_Plain, account.RequestLoginCodeForm):
    """An address that wants a code. It is valid whether the school knows the address or not."""

    email = EmailField(help_text=_("We send you a code with six digits."))

    def clean_email(self):
        """Find who signs in with the address.

        Raises RateLimited where codes were asked for too often.
        """
        email = self.cleaned_data["email"]
        if not ratelimit.consume(context.request, action="request_login_code", key=email):
            raise RateLimited
        self._user = User.objects.signing_in_with(email)
        return email


class CodeForm(_Plain, account.ConfirmLoginCodeForm):
    code = CodeField(_("Six digits"), attrs={"autofocus": True})


class PasswordForm(_Plain, account.LoginForm):
    """For staff: an address and a password; the second factor comes after it."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["login"] = EmailField()
        self.order_fields(["login", "password"])
        self.fields["password"].help_text = ""
        self.fields["password"].widget.attrs.pop("placeholder")

    def _setup_password_field(self):
        """Keep the field: allauth drops it where nobody signs up with a password."""


class _NewPassword(_Plain):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)
            field.help_text = ""
        self.fields["password1"].label = _("New password")
        self.fields["password1"].help_text = _(
            "At least eight signs. No common word, no number alone, nothing of your name."
        )
        self.fields["password2"].label = _("The new password once more")


class SetPasswordForm(_NewPassword, account.SetPasswordForm):
    pass


class ChangePasswordForm(_NewPassword, account.ChangePasswordForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].label = _("Your password of today")


class ResetKeyForm(_NewPassword, account.ResetPasswordKeyForm):
    pass


class ResetPasswordForm(_Plain, account.ResetPasswordForm):
    """Only who has a second factor to show has a password at all; the page is the same for all."""

    email = EmailField()

    def clean_email(self):
        email = self.cleaned_data["email"]
        found = User.objects.filter(email=email, is_active=True)
        self.users = [user for user in found if needs_second_factor(user)]
        return email


class ProvePasswordForm(_Plain, account.ReauthenticateForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = ""
        self.fields["password"].widget.attrs.pop("placeholder")

    def clean_password(self):
        """Check the password of the one who is signed in, as often as signing in allows."""
        password = self.cleaned_data["password"]
        adapter = get_adapter()
        if (
            adapter.authenticate(context.request, email=self.user.email, password=password)
            != self.user
        ):
            raise adapter.validation_error("incorrect_password")
        return password


class SecondStepForm(_Plain, AuthenticateForm):
    code = CodeField(_("Code of your app, or a recovery code"), attrs={"autofocus": True})


class ProveSecondStepForm(_Plain, ReauthenticateForm):
    code = CodeField(_("Code of your app, or a recovery code"), attrs={"autofocus": True})


class AddAppForm(_Plain, ActivateTOTPForm):
    code = CodeField(_("Six digits that the app shows"))


class _Answer:
    """The answer of a passkey: anything that is none counts as a wrong one."""

    def clean_credential(self):
        try:
            return super().clean_credential()
        except _NO_ANSWER as error:
            raise get_mfa_adapter().validation_error("incorrect_answer") from error


class PasskeyForm(_Answer, webauthn.AuthenticateWebAuthnForm):
    pass


class ProvePasskeyForm(_Answer, webauthn.ReauthenticateWebAuthnForm):
    pass


class PasskeySignInForm(_Answer, webauthn.LoginWebAuthnForm):
    pass


def _refuse_unkeepable(answer):
    """Raise ValueError where PostgreSQL could not hold the answer: NUL, half a character."""
    text = json.dumps(answer, ensure_ascii=False)
    if b"\\u0000" in text.encode():
        raise ValueError("NUL")


class AddPasskeyForm(_Plain, webauthn.AddWebAuthnForm):
    name = forms.CharField(
        label=_("Name of this passkey"),
        required=False,
        max_length=100,
        help_text=_("So that you know it again: my phone, my key ring."),
    )
    passwordless = forms.BooleanField(
        label=_("Sign in with this passkey alone"),
        required=False,
        initial=True,
        help_text=_("Your device then asks for your fingerprint, face or PIN."),
    )

    def clean(self):
        try:
            _refuse_unkeepable(self.cleaned_data.get("credential"))
            return super().clean()
        except _NO_ANSWER as error:
            raise get_mfa_adapter().validation_error("incorrect_answer") from error


class RenamePasskeyForm(_Plain, webauthn.EditWebAuthnForm):
    name = forms.CharField(label=_("Name of this passkey"), max_length=100)
