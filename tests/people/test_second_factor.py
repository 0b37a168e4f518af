"""The second step of staff: it is asked for, it cannot be walked around, it can be set up."""

import time
from urllib.parse import quote

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.utils import decrypt
from django.contrib.auth.decorators import login_not_required
from django.core import mail
from django.core.management import CommandError, call_command
from django.http import HttpResponse
from django.test import Client
from django.urls import get_resolver, include, path, reverse

from homeschool import urls as house
from homeschool.journal.models import Entry
from homeschool.people import sight
from homeschool.people.models import Membership
from homeschool.people.signin import SECOND_FACTOR, proof
from homeschool.people.signin.proof import asked_again

from .test_signin import CONFIRM, ask, code_in, come_in

pytestmark = pytest.mark.django_db

PASSWORD = "kitchen-table-42"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
SET_UP, SHOW, SECOND_STEP = (
    "/accounts/2fa/",
    "/accounts/2fa/reauthenticate/",
    "/accounts/2fa/authenticate/",
)


def digits(secret=SECRET, ahead=0):
    """Return what an authenticator app shows now."""
    return totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30 + ahead))


def give_app(user):
    return totp.TOTP.activate(user, SECRET).instance


def bare(user):
    """Return a client signed in without a second factor."""
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture(autouse=True)
def fast_passwords(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def counselor(cast):
    cast.counselor.set_password(PASSWORD)
    cast.counselor.save()
    return cast.counselor


@pytest.fixture
def with_app(counselor):
    give_app(counselor)
    return counselor


def by_password(client, user, password=PASSWORD):
    typed = {"login": user.email, "password": password}
    return client.post(reverse("account_login_password"), typed)


# --- in by the front -------------------------------------------------------------------------


def test_it_asks_for_the_digits_after_the_password(client, with_app):
    assert by_password(client, with_app)["Location"] == SECOND_STEP
    assert "_auth_user_id" not in client.session
    response = client.post(SECOND_STEP, {"code": digits()})
    assert response["Location"] == reverse("home")
    assert client.session[SECOND_FACTOR] == "mfa"
    assert client.get("/children/").status_code == 200


def test_it_asks_for_the_digits_after_a_code_by_mail(client, with_app):
    assert come_in(client, with_app)["Location"] == SECOND_STEP
    client.post(SECOND_STEP, {"code": digits()})
    assert client.session[SECOND_FACTOR] == "mfa"


def test_it_keeps_the_page_that_was_asked_for_through_both_steps(client, with_app):
    come_in(client, with_app, next="/children/")
    assert client.post(SECOND_STEP, {"code": digits()})["Location"] == "/children/"


def test_it_takes_a_recovery_code_once(client, with_app):
    code = RecoveryCodes.activate(with_app).get_unused_codes()[0]
    by_password(client, with_app)
    assert client.post(SECOND_STEP, {"code": code})["Location"] == reverse("home")
    other = Client()
    by_password(other, with_app)
    assert other.post(SECOND_STEP, {"code": code}).status_code == 200


def test_it_takes_digits_once(client, with_app):
    shown = digits()
    by_password(client, with_app)
    client.post(SECOND_STEP, {"code": shown})
    other = Client()
    by_password(other, with_app)
    assert other.post(SECOND_STEP, {"code": shown}).status_code == 200


def test_it_stops_guessing_of_digits(client, with_app):
    by_password(client, with_app)
    pages = [client.post(SECOND_STEP, {"code": "abc"}).content.decode() for _ in range(6)]
    assert "This code is not right" in pages[0]
    assert "That was too often" in pages[-1]
    client.post(SECOND_STEP, {"code": digits()})
    assert "_auth_user_id" not in client.session


def test_it_stops_guessing_of_passwords(client, with_app):
    for _ in range(5):
        by_password(client, with_app, "wrong-kitchen")
    assert "That was too often" in by_password(client, with_app).content.decode()


def test_it_lets_the_second_step_of_one_count_for_nobody_else(client, cast, with_app):
    """A session in which somebody showed digits, and then somebody else came in by mail."""
    other = cast.principal
    ask(client, other.email)
    session = client.session
    session[SECOND_FACTOR] = "mfa"
    session.save()
    client.post(CONFIRM, {"code": code_in(mail.outbox[-1])})
    assert client.session["_auth_user_id"] == str(other.pk)
    assert SECOND_FACTOR not in client.session


def test_it_keeps_the_secret_encrypted(with_app):
    kept = Authenticator.objects.get(user=with_app).data["secret"]
    assert SECRET not in kept
    assert decrypt(kept) == SECRET


# --- nothing without it -----------------------------------------------------------------------

PAGES = ["/", "/children/", "/me/"]


STAFF = [
    "adviser",
    "counselor",
    "other_counselor",
    "principal",
    "school_admin",
    "volunteer",
    "district",
]


@pytest.mark.parametrize("who", STAFF)
def test_it_lets_staff_without_a_second_factor_do_nothing_but_set_one_up(cast, who):
    client = bare(getattr(cast, who))
    for page in PAGES:
        assert client.get(page)["Location"] == SET_UP
        assert client.post(page)["Location"] == SET_UP
    assert client.get(SET_UP).status_code == 200
    assert client.get(reverse("mfa_activate_totp")).status_code == 200
    assert client.get(reverse("mfa_add_webauthn")).status_code == 200


def test_it_lets_a_session_that_did_not_show_its_second_factor_do_nothing_but_show_it(with_app):
    client = bare(with_app)
    for page in PAGES:
        assert client.get(page)["Location"].startswith(SHOW)
    for name in (
        "mfa_index",
        "mfa_add_webauthn",
        "mfa_deactivate_totp",
        "mfa_view_recovery_codes",
        "account_change_password",
    ):
        assert client.get(reverse(name))["Location"].startswith(SHOW)
    assert client.get(reverse("account_reauthenticate"))["Location"].startswith(SHOW)


def test_it_goes_on_where_it_was_stopped(with_app):
    client = bare(with_app)
    stopped = client.get("/children/?q=lin")["Location"]
    assert client.get(stopped).status_code == 200
    assert client.post(stopped, {"code": digits()})["Location"] == "/children/?q=lin"
    assert client.get("/children/").status_code == 200


def test_it_lets_families_be(cast):
    assert bare(cast.mother).get("/me/").status_code == 200


def test_it_asks_superusers(cast):
    cast.mother.is_superuser = True
    cast.mother.save()
    assert bare(cast.mother).get("/me/")["Location"] == SET_UP


def test_it_stops_an_old_session_that_is_given_a_role(cast):
    """Setting up takes a fresh sign-in: a phone left open cannot make the account its own."""
    client = bare(cast.mother)
    assert client.get("/me/").status_code == 200
    session = client.session
    session["signed_in_at"] -= proof.FRESH + 1
    session.save()
    Membership.objects.create(user=cast.mother, school=cast.school, role=sight.VOLUNTEER)
    assert client.get("/me/")["Location"] == "/accounts/login/?next=%2Fme%2F"
    assert "_auth_user_id" not in client.session


def test_it_gives_a_session_of_the_demo_nothing_outside_the_demo(cast, settings):
    client = bare(cast.counselor)
    session = client.session
    session[SECOND_FACTOR] = "demo"
    session.save()
    assert client.get("/children/")["Location"] == SET_UP
    settings.DEMO_MODE = True
    assert client.get("/children/").status_code == 200


@login_not_required
def who(request):
    return HttpResponse(str(request.user))


urlpatterns = [
    path("who/", who),
    path("", include(house.urlpatterns)),
]


@pytest.mark.urls(__name__)
def test_it_is_a_stranger_to_open_pages(cast, as_):
    assert bare(cast.counselor).get("/who/").content == b"AnonymousUser"
    assert as_(cast.counselor).get("/who/").content.decode() == cast.counselor.called


@pytest.mark.parametrize("name", ["set_language", "account_logout"])
def test_it_leaves_language_and_the_way_out_open(cast, name):
    response = bare(cast.counselor).post(reverse(name), {"language": "es"})
    assert response["Location"] != SET_UP


def test_it_tells_htmx_where_to_go(cast):
    response = bare(cast.counselor).get("/children/", headers={"HX-Request": "true"})
    assert (response.status_code, response["HX-Redirect"]) == (204, SET_UP)


# --- setting up and taking away ---------------------------------------------------------------


def set_up(client):
    client.get(reverse("mfa_activate_totp"))
    secret = client.session["mfa.totp.secret"]
    return client.post(reverse("mfa_activate_totp"), {"code": digits(secret)})


def test_it_opens_the_house_once_the_app_is_set_up(client, counselor):
    by_password(client, counselor)
    assert set_up(client)["Location"] == reverse("mfa_view_recovery_codes")
    codes = client.get(reverse("mfa_view_recovery_codes"))
    assert codes.status_code == 200
    assert client.get("/children/").status_code == 200


def test_it_draws_the_square_and_writes_the_key(client, counselor):
    by_password(client, counselor)
    page = client.get(reverse("mfa_activate_totp")).content.decode()
    assert 'src="data:image/svg+xml;base64,' in page
    assert client.session["mfa.totp.secret"][:4] in page


def test_it_says_it_when_the_first_digits_are_wrong(client, counselor):
    by_password(client, counselor)
    client.get(reverse("mfa_activate_totp"))
    response = client.post(reverse("mfa_activate_totp"), {"code": "12 x"})
    assert "This code is not right" in response.content.decode()
    assert client.get("/children/")["Location"] == SET_UP


def test_it_tells_the_person_by_mail(client, counselor, django_capture_on_commit_callbacks):
    by_password(client, counselor)
    with django_capture_on_commit_callbacks(execute=True):
        set_up(client)
    assert "An authenticator app was added." in mail.outbox[-1].body
    assert mail.outbox[-1].to == [counselor.email]


def test_it_asks_again_before_the_app_is_taken_away(as_, with_app):
    client = as_(with_app)
    session = client.session
    session["signed_in_at"] -= proof.FRESH + 1
    session.save()
    stopped = client.get(reverse("mfa_deactivate_totp"))["Location"]
    assert stopped.startswith(SHOW)
    client.post(stopped, {"code": digits()})
    assert client.get(reverse("mfa_deactivate_totp")).status_code == 200


def test_it_has_a_new_one_set_up_when_the_last_is_taken_away(as_, with_app):
    client = as_(with_app)
    client.post(reverse("mfa_deactivate_totp"))
    assert not Authenticator.objects.filter(user=with_app).exists()
    assert client.get("/children/")["Location"] == SET_UP


def test_it_changes_a_password_only_with_the_one_of_today(as_, counselor):
    client = as_(counselor)
    typed = {"oldpassword": "wrong", "password1": "other-table-43", "password2": "other-table-43"}
    page = client.post(reverse("account_change_password"), typed).content.decode()
    assert "not your password of today" in page
    client.post(reverse("account_change_password"), typed | {"oldpassword": PASSWORD})
    counselor.refresh_from_db()
    assert counselor.check_password("other-table-43")


def test_it_gives_a_first_password(as_, cast):
    client = as_(cast.principal)
    client.post(reverse("account_set_password"), {"password1": PASSWORD, "password2": PASSWORD})
    cast.principal.refresh_from_db()
    assert cast.principal.check_password(PASSWORD)


def test_it_opens_a_new_way_for_somebody_who_lost_the_phone(as_, cast, with_app):
    client = as_(with_app)
    assert client.get("/me/").status_code == 200
    call_command("reset_door", with_app.email)
    assert client.get("/me/")["Location"].startswith("/accounts/login/")
    come_in(client, with_app)
    assert client.get("/me/")["Location"] == SET_UP
    assert Entry.objects.about(with_app).get().verb == "door.reset"


def test_it_resets_nobody_whom_it_does_not_know(db):
    with pytest.raises(CommandError, match="Nobody signs in"):
        call_command("reset_door", "nobody@example.org")


# --- passkeys: answers that are none ----------------------------------------------------------

NO_ANSWERS = [
    "",
    "[]",
    "null",
    "3",
    '"x"',
    "{}",
    '{"response": []}',
    '{"response": {"userHandle": 3}}',
    '{"response": {"userHandle": "eA"}}',
    "{nonsense",
    '{"id":"\\u0000","rawId":"AA","type":"public-key","response":{}}',
]


def test_it_takes_no_passkey_that_is_none(client, db, settings):
    settings.MFA_RATE_LIMITS = False
    for answer in NO_ANSWERS:
        client.get(reverse("mfa_login_webauthn"), headers={"Accept": "application/json"})
        response = client.post(reverse("mfa_login_webauthn"), {"credential": answer})
        assert response.status_code == 302, answer
        assert "_auth_user_id" not in client.session


def test_it_takes_no_passkey_that_is_none_as_a_second_step(client, with_app, settings):
    settings.ACCOUNT_RATE_LIMITS = False
    by_password(client, with_app)
    for answer in NO_ANSWERS:
        client.get(SECOND_STEP)
        assert client.post(SECOND_STEP, {"credential": answer}).status_code == 200, answer
        assert "_auth_user_id" not in client.session


def test_it_adds_no_passkey_that_is_none(as_, counselor):
    client = as_(counselor)
    for answer in NO_ANSWERS:
        client.get(reverse("mfa_add_webauthn"))
        typed = {"credential": answer, "passwordless": "on"}
        assert client.post(reverse("mfa_add_webauthn"), typed).status_code == 200, answer
        assert not Authenticator.objects.exists()


# --- before what matters, once more -------------------------------------------------------------------


@pytest.fixture
def later(monkeypatch):
    """Return `later(minutes)`: let so much time pass for sessions."""
    now = time.time

    def later(minutes):
        monkeypatch.setattr(
            "homeschool.people.signin.proof.time.time", lambda: now() + 60 * minutes
        )

    return later


ASKED = ("people:roster-export", "people:staff-add", "people:staff-list")


def asked(client, cast):
    """Return of which of these pages the person is asked for the second step again."""
    found = set()
    for name in ASKED:
        answer = client.get(reverse(name, args=[cast.school.pk]))
        if answer.status_code == 302:
            assert answer.url.startswith(reverse("mfa_reauthenticate"))
            found.add(name)
    return found


def test_it_asks_again_before_exports_and_roles_after_a_quarter_of_an_hour(as_, cast, later):
    give_app(cast.school_admin)
    client = as_(cast.school_admin)
    later(14)
    assert asked(client, cast) == set()
    later(16)
    assert asked(client, cast) == {"people:roster-export", "people:staff-add"}
    answer = client.get(reverse("people:staff-add", args=[cast.school.pk]))
    client.post(answer.url, {"code": digits()})
    assert asked(client, cast) == set()


def test_what_was_filled_in_meanwhile_is_taken_for_an_hour(as_, cast, later):
    give_app(cast.school_admin)
    client, page = as_(cast.school_admin), reverse("people:staff-add", args=[cast.school.pk])
    later(59)
    assert client.post(page, {}).status_code == 200  # with its errors
    later(61)
    answer = client.post(page, {}, headers={"referer": f"http://testserver{page}"}, follow=True)
    assert answer.redirect_chain[0][0] == f"{reverse('mfa_reauthenticate')}?next={quote(page, '')}"
    assert "Nothing was changed yet" in answer.content.decode()
    answer = client.post(page, {}, headers={"referer": "http://elsewhere.example/x"})
    assert answer.url == reverse("mfa_reauthenticate")


def test_a_page_that_is_read_asks_where_its_form_is_sent(as_, cast, later):
    give_app(cast.school_admin)
    client, page = as_(cast.school_admin), cast.counselor.membership.pk
    later(61)
    page = reverse("people:staff-detail", args=[page])
    assert client.get(page).status_code == 200
    assert client.post(page, {}).status_code == 302


def patterns(resolver):
    for pattern in resolver.url_patterns:
        yield from patterns(pattern) if hasattr(pattern, "url_patterns") else [pattern]


def test_every_page_that_asks_again_stands_in_this_list():
    found = {p.name for p in patterns(get_resolver()) if asked_again(p.callback)}
    assert found == {
        "announcement-board-export", "attendance-file", "campaign-export", "caseload-end", "draw-file", "gift-export", "glass-break", "guardianship-add", "guardianship-edit",
        "guardianship-end", "guardianship-restore", "guardianship-restrict", "guardianship-same",
        "guardianship-withdraw", "handover", "need-export", "report-file", "roster-export",
        "staff-add", "staff-detail", "staff-edit", "staff-end", "staff-hand-over",
        "suggestion-export", "token-create", "transfer-accept", "transfer-offer",
        "volunteer-decide", "volunteer-end",
    }  # fmt: skip
