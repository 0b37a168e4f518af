"""The pages of the door: allauth's, with our forms, words and limits."""

import json
from functools import wraps

from allauth.account import app_settings, views as account
from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from allauth.account.models import Login
from allauth.account.utils import get_next_redirect_url
from allauth.core import ratelimit
from allauth.core.exceptions import RateLimited
from allauth.mfa.base import views as mfa
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.utils import is_mfa_enabled
from allauth.mfa.webauthn import views as webauthn
from allauth.mfa.webauthn.internal import flows as webauthn_flows
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponseRedirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.translation import gettext as _, ngettext

from homeschool.people.signin import forms, proof


def for_two_steps(view):
    """Open a page only to people whose account has a second step or needs one: 404 for others."""

    @wraps(view)
    def guarded(request, *args, **kwargs):
        user = request.user
        if not proof.needs_second_factor(user) and not proof.has_second_factor(user):
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


def masked(email):
    """Return the address as HTML, so that its owner knows it and a neighbour cannot read it."""
    name, _at, host = email.partition("@")
    last = name[-1] if len(name) > 2 else ""
    return format_html('<b class="text-break" dir="ltr">{}…{}@{}</b>', name[:1], last, host)


class _BeginAnew:
    """A way in that is not finished is no reason to be sent there: the page opens."""

    def _redirect_to_pending_stage(self, request, stage):
        return None


class SignIn(_BeginAnew, account.RequestLoginCodeView):
    """Ask for a code by mail. Known, closed and unknown addresses get the same answer."""

    form_class = forms.SignInForm
    template_name = "account/login.html"

    def post(self, request, *args, **kwargs):
        try:
            return super().post(request, *args, **kwargs)
        except RateLimited:
            return ratelimit.respond_429(request)

    def form_valid(self, form):
        if form._user is None:
            get_adapter().write_for_nobody(form.cleaned_data["email"])
        return super().form_valid(form)


class ConfirmCode(account.ConfirmLoginCodeView):
    """Type the code: three tries in ten minutes, then a new one."""

    form_class = forms.CodeForm

    @method_decorator(login_not_required)
    def dispatch(self, request, *args, **kwargs):
        response = super().dispatch(request, *args, **kwargs)
        if not getattr(self, "_process", True):
            messages.warning(request, _("This code is too old. Please ask for a new one."))
        return response

    def _resend_form_valid(self, form):
        """Begin anew: a new code has its own ten minutes and three tries."""
        email = self._process.state["email"]
        limit = {"action": "request_login_code", "key": email}
        if not ratelimit.consume(self.request, **limit):
            return ratelimit.respond_429(self.request)
        user = self._process.user
        if user is None:
            get_adapter().write_for_nobody(email)
        LoginCodeVerificationProcess.initiate(request=self.request, user=user, email=email)
        messages.success(self.request, _("A new code is on its way. The old one has ended."))
        return HttpResponseRedirect(self.passthrough_next_url(self.request.path))

    def form_invalid(self, form):
        if not self._process.record_invalid_attempt():
            messages.warning(
                self.request, _("That was not right three times. Please ask for a new code.")
            )
            return HttpResponseRedirect(self.passthrough_next_url(reverse("account_login")))
        left = app_settings.LOGIN_BY_CODE_MAX_ATTEMPTS - self._process.state["failed_attempts"]
        wrong = ngettext(
            "This code is not right. %(left)d try is left.",
            "This code is not right. %(left)d tries are left.",
            left,
        )
        form.errors["code"] = form.error_class([wrong % {"left": left}], renderer=form.renderer)
        return self.render_to_response(self.get_context_data(form=form))

    def get_context_data(self, **kwargs):
        email = self._process.state["email"]
        minutes = app_settings.LOGIN_BY_CODE_TIMEOUT // 60
        return super().get_context_data(**kwargs) | {"masked": masked(email), "minutes": minutes}


class StaffSignIn(_BeginAnew, account.LoginView):
    form_class = forms.PasswordForm
    template_name = "account/login_password.html"


class SignOut(account.LogoutView):
    """End the session by POST, and let the browser forget what it showed."""

    def post(self, *args, **kwargs):
        response = super().post(*args, **kwargs)
        response["Clear-Site-Data"] = '"cache"'  # not storage: visits written offline wait there
        return response


class ProvePassword(account.ReauthenticateView):
    form_class = forms.ProvePasswordForm


class ChangePassword(account.PasswordChangeView):
    form_class = forms.ChangePasswordForm

    def get_default_success_url(self):
        return reverse("mfa_index")


class SetPassword(account.PasswordSetView):
    form_class = forms.SetPasswordForm

    def get_default_success_url(self):
        return reverse("mfa_index")


class ResetPassword(account.PasswordResetView):
    form_class = forms.ResetPasswordForm

    def form_valid(self, form):
        if not form.users:
            get_adapter().write_for_nobody(form.cleaned_data["email"])
        return super().form_valid(form)


class ResetFromKey(account.PasswordResetFromKeyView):
    form_class = forms.ResetKeyForm

    @method_decorator(login_not_required)
    def dispatch(self, request, uidb36, key, **kwargs):
        try:
            return super().dispatch(request, uidb36, key, **kwargs)
        except ValidationError as error:  # the address names no person
            raise Http404 from error


class _Options:
    """What a passkey is asked, as text for the page's own script."""

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        options = context.get("js_data", {})
        return context | {"passkey_options": json.dumps(next(iter(options.values()), None))}


class SecondStep(_Options, mfa.AuthenticateView):
    form_class = forms.SecondStepForm
    webauthn_form_class = forms.PasskeyForm

    def get_context_data(self, **kwargs):
        has_passkey = is_mfa_enabled(self.stage.login.user, [Authenticator.Type.WEBAUTHN])
        return super().get_context_data(**kwargs) | {"has_passkey": has_passkey}


class ProveSecondStep(mfa.ReauthenticateView):
    form_class = forms.ProveSecondStepForm


class ProvePasskey(_Options, webauthn.ReauthenticateWebAuthnView):
    form_class = forms.ProvePasskeyForm

    def form_invalid(self, form):
        super().form_invalid(form)
        return HttpResponseRedirect(self.request.get_full_path())


class PasskeySignIn(_BeginAnew, webauthn.LoginWebAuthnView):
    """GET gives the question to the page's script, POST takes the answer."""

    form_class = forms.PasskeySignInForm

    def form_valid(self, form):
        authenticator = form.cleaned_data["credential"]
        page = get_next_redirect_url(self.request, REDIRECT_FIELD_NAME)
        login = Login(user=authenticator.user, redirect_url=page)
        return webauthn_flows.perform_passwordless_login(self.request, authenticator, login)


class AddApp(totp.ActivateTOTPView):
    form_class = forms.AddAppForm

    def form_valid(self, form):
        """The code just typed is the second factor shown for the first time."""
        response = super().form_valid(form)
        proof.show_second_factor(self.request.session)
        return response

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        secret = context["form"].secret
        groups = [secret[at : at + 4] for at in range(0, len(secret), 4)]
        return context | {"secret": " ".join(groups)}


class RemoveApp(totp.DeactivateTOTPView):
    def form_valid(self, form):
        response = super().form_valid(form)
        proof.forget_second_factor(self.request.session, self.request.user)
        return response


class AddPasskey(_Options, webauthn.AddWebAuthnView):
    form_class = forms.AddPasskeyForm

    def form_valid(self, form):
        response = super().form_valid(form)
        proof.show_second_factor(self.request.session)
        return response


class RenamePasskey(webauthn.EditWebAuthnView):
    form_class = forms.RenamePasskeyForm


class RemovePasskey(webauthn.RemoveWebAuthnView):
    def form_valid(self, form):
        response = super().form_valid(form)
        proof.forget_second_factor(self.request.session, self.request.user)
        return response


overview = for_two_steps(mfa.IndexView.as_view())
add_app = for_two_steps(AddApp.as_view())
remove_app = for_two_steps(RemoveApp.as_view())
passkeys = for_two_steps(webauthn.ListWebAuthnView.as_view())
add_passkey = for_two_steps(AddPasskey.as_view())
rename_passkey = for_two_steps(RenamePasskey.as_view())
remove_passkey = for_two_steps(RemovePasskey.as_view())
recovery_codes = for_two_steps(recovery.ViewRecoveryCodesView.as_view())
make_recovery_codes = for_two_steps(recovery.GenerateRecoveryCodesView.as_view())
download_recovery_codes = for_two_steps(recovery.DownloadRecoveryCodesView.as_view())
set_password = for_two_steps(SetPassword.as_view())
change_password = for_two_steps(ChangePassword.as_view())
