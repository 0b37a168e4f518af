"""Addresses of the door: those of allauth that we want, by allauth's names, and no other."""

from allauth.account import views as account
from django.contrib.auth.decorators import login_not_required
from django.urls import path, re_path
from django.views.generic import RedirectView

from homeschool.people.signin import letters, views

urlpatterns = [
    path("login/", views.SignIn.as_view(), name="account_login"),
    path("login/code/confirm/", views.ConfirmCode.as_view(), name="account_confirm_login_code"),
    path("login/password/", views.StaffSignIn.as_view(), name="account_login_password"),
    path("logout/", views.SignOut.as_view(), name="account_logout"),
    path("reauthenticate/", views.ProvePassword.as_view(), name="account_reauthenticate"),
    path("password/set/", views.set_password, name="account_set_password"),
    path("password/change/", views.change_password, name="account_change_password"),
    path("password/reset/", views.ResetPassword.as_view(), name="account_reset_password"),
    path(
        "password/reset/done/",
        account.PasswordResetDoneView.as_view(),
        name="account_reset_password_done",
    ),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        views.ResetFromKey.as_view(),
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        account.PasswordResetFromKeyDoneView.as_view(),
        name="account_reset_password_from_key_done",
    ),
    path("2fa/", views.overview, name="mfa_index"),
    path("2fa/authenticate/", views.SecondStep.as_view(), name="mfa_authenticate"),
    path("2fa/reauthenticate/", views.ProveSecondStep.as_view(), name="mfa_reauthenticate"),
    path("2fa/totp/activate/", views.add_app, name="mfa_activate_totp"),
    path("2fa/totp/deactivate/", views.remove_app, name="mfa_deactivate_totp"),
    path("2fa/recovery-codes/", views.recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "2fa/recovery-codes/generate/",
        views.make_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
    path(
        "2fa/recovery-codes/download/",
        views.download_recovery_codes,
        name="mfa_download_recovery_codes",
    ),
    path("2fa/webauthn/", views.passkeys, name="mfa_list_webauthn"),
    path("2fa/webauthn/add/", views.add_passkey, name="mfa_add_webauthn"),
    path("2fa/webauthn/login/", views.PasskeySignIn.as_view(), name="mfa_login_webauthn"),
    path(
        "2fa/webauthn/reauthenticate/",
        views.ProvePasskey.as_view(),
        name="mfa_reauthenticate_webauthn",
    ),
    path("2fa/webauthn/keys/<int:pk>/edit/", views.rename_passkey, name="mfa_edit_webauthn"),
    path("2fa/webauthn/keys/<int:pk>/remove/", views.remove_passkey, name="mfa_remove_webauthn"),
    path("letter/", letters.language, name="account_letter"),
    path("letter/code/", letters.code, name="account_letter_code"),
    path("letter/child/", letters.child, name="account_letter_child"),
    path("letter/child/yes/", letters.child_yes, name="account_letter_yes"),
    path("letter/child/no/", letters.child_no, name="account_letter_no"),
    path("letter/email/", letters.email, name="account_letter_email"),
    path("letter/email/code/", letters.email_code, name="account_letter_email_code"),
    path("letter/with/<str:code>/", letters.language, name="account_letter_scanned"),
    # allauth leads here from its own pages
    path(
        "login/code/",
        login_not_required(RedirectView.as_view(pattern_name="account_login", query_string=True)),
        name="account_request_login_code",
    ),
]
