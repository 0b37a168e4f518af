"""Coming in by a code, and going out."""

import re

import pytest
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client
from django.urls import reverse

from homeschool.people.models import User
from homeschool.people.signin import forms, proof, views
from tests import builders

pytestmark = pytest.mark.django_db

LOGIN = "/accounts/login/"
CONFIRM = "/accounts/login/code/confirm/"
KINDS = ["account_login", "account_confirm_login_code"]


def ask(client, email, **more):
    return client.post(LOGIN, {"email": email} | more, follow=True)


def code_in(message):
    return re.search(r"^\d{6}$", message.body, re.MULTILINE)[0]


def come_in(client, user, **more):
    """Sign in by the code of the mail; return the last answer, unfollowed."""
    ask(client, user.email, **more)
    return client.post(CONFIRM, {"code": code_in(mail.outbox[-1])} | more)


def plain(response):
    """Return the page without what differs from answer to answer."""
    page = response.content.decode()
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page)


@pytest.fixture
def mother(cast):
    return cast.mother


def test_it_lets_a_mother_in_by_the_code_of_the_mail(client, mother):
    response = come_in(client, mother)
    assert response.status_code == 302
    assert client.session["_auth_user_id"] == str(mother.pk)


def test_it_sends_six_digits_in_the_language_of_the_person(client, mother):
    ask(client, mother.email)
    message = mail.outbox[0]
    assert message.to == [mother.email]
    html, kind = message.alternatives[0]
    assert kind == "text/html"
    assert 'lang="zh-Hans"' in html
    assert code_in(message) in html


def test_it_asks_for_the_language_first_and_keeps_it_in_a_cookie(client):
    page = client.get(LOGIN).content.decode()
    assert page.index('name="language"') < page.index('name="email"')
    client.post(reverse("set_language"), {"language": "zh-hans", "next": LOGIN})
    assert '<html lang="zh-Hans"' in client.get(LOGIN).content.decode()


def test_it_gives_the_language_of_the_page_to_somebody_who_has_none(client, db):
    user = builders.make_user("Ana Torres")
    client.cookies["django_language"] = "es"
    come_in(client, user)
    user.refresh_from_db()
    assert user.language == "es"


def test_it_goes_on_to_the_page_that_was_asked_for(client, mother):
    assert come_in(client, mother, next="/me/")["Location"] == "/me/"


def test_it_never_leads_to_a_stranger(client, mother):
    assert come_in(client, mother, next="https://evil.example/")["Location"] == reverse("home")


@pytest.mark.parametrize("typed", ["４８２９１３", "482 913", " 482-913"])
def test_it_reads_digits_as_phones_write_them(typed):
    assert forms.CodeForm({"code": typed}, code="482913").is_valid()


# --- no enumeration ---------------------------------------------------------------------------


def answers(email):
    """Return what a stranger gets who asks for a code and mistypes it once: all pages."""
    client = Client()
    pages = [client.post(LOGIN, {"email": email})]
    pages += [client.get(CONFIRM), client.post(CONFIRM, {"code": "abc"})]
    pages += [client.post(CONFIRM, {"action": "resend"}), client.get(CONFIRM)]
    pages += [client.post(CONFIRM, {"code": "abc"}) for _ in range(3)]
    pages += [client.get(LOGIN), client.get(CONFIRM)]
    return [(page.status_code, page.get("Location"), plain(page)) for page in pages]


@pytest.mark.parametrize("who", ["unknown", "deactivated"])
def test_it_answers_an_address_it_does_not_let_in_like_one_it_knows(cast, who):
    cast.mother.email = "a.known@mail.example"
    cast.mother.save()
    cast.deactivated.email = "a.closed@mail.example"
    cast.deactivated.save()
    email = {"unknown": "a.none@mail.example", "deactivated": "a.closed@mail.example"}[who]
    known, other = answers("a.known@mail.example"), answers(email)
    masks = str(views.masked("a.known@mail.example")), str(views.masked(email))
    assert [(s, to, page.replace(*reversed(masks))) for s, to, page in other] == known
    assert {m.to[0] for m in mail.outbox} == {"a.known@mail.example"}


def test_it_does_the_work_of_a_mail_for_nobody_too(client, monkeypatch):
    written = []
    monkeypatch.setattr(
        views.get_adapter().__class__, "write_for_nobody", lambda _s, e: written.append(e)
    )
    ask(client, "nobody@mail.example")
    assert written == ["nobody@mail.example"]
    assert not mail.outbox


def test_it_lets_nobody_in_who_guesses_the_code_of_an_unknown_address(client):
    ask(client, "nobody@mail.example")
    client.post(CONFIRM, {"action": "resend"})
    response = client.post(CONFIRM, {"code": ""})
    assert response.status_code == 200
    assert "_auth_user_id" not in client.session


def test_it_answers_a_closed_account_with_the_right_password_like_a_wrong_one(client, cast):
    user = cast.deactivated
    user.set_password("kitchen-table-42")
    user.save()
    typed = {"login": user.email, "password": "kitchen-table-42"}
    closed = client.post(reverse("account_login_password"), typed)
    wrong = Client().post(
        reverse("account_login_password"), typed | {"password": "kitchen-table-43"}
    )
    assert plain(closed) == plain(wrong)


# --- tries, times, limits ---------------------------------------------------------------------


def test_it_says_how_many_tries_are_left_and_ends_the_code_after_three(client, mother):
    ask(client, mother.email)
    code = code_in(mail.outbox[0])
    wrong = {"code": "000000" if code != "000000" else "000001"}
    assert "2 tries are left" in client.post(CONFIRM, wrong).content.decode()
    assert "1 try is left" in client.post(CONFIRM, wrong).content.decode()
    assert client.post(CONFIRM, wrong)["Location"] == LOGIN
    client.post(CONFIRM, {"code": code})
    assert "_auth_user_id" not in client.session


def test_it_ends_a_code_after_ten_minutes(client, mother, monkeypatch):
    ask(client, mother.email)
    from allauth.account.internal.flows import code_verification

    late = code_verification.time.time() + 601
    monkeypatch.setattr(code_verification.time, "time", lambda: late)
    response = client.post(CONFIRM, {"code": code_in(mail.outbox[0])}, follow=True)
    assert "too old" in response.content.decode()
    assert "_auth_user_id" not in client.session


def test_it_takes_a_code_once(client, mother):
    come_in(client, mother)
    other = Client()
    other.get(LOGIN)
    other.post(CONFIRM, {"code": code_in(mail.outbox[0])})
    assert "_auth_user_id" not in other.session


def test_it_ends_the_old_code_when_a_new_one_is_sent(client, mother):
    ask(client, mother.email)
    client.post(CONFIRM, {"action": "resend"})
    old, new = map(code_in, mail.outbox)
    if old != new:
        assert client.post(CONFIRM, {"code": old}).status_code == 200
    assert client.post(CONFIRM, {"code": new}).status_code == 302


@pytest.mark.parametrize("known", [True, False])
def test_it_shows_a_kind_page_when_codes_are_asked_for_too_often(client, mother, known):
    email = mother.email if known else "nobody@mail.example"
    for _ in range(3):
        assert client.post(LOGIN, {"email": email}).status_code == 302
    response = client.post(LOGIN, {"email": email})
    assert response.status_code == 429
    assert "A moment, please" in response.content.decode()


@pytest.mark.parametrize(
    "typed", ["", "no address", "a\0b@mail.example", "x" * 3000 + "@mail.example"]
)
def test_it_says_what_is_wrong_beside_the_field(client, typed):
    response = client.post(LOGIN, {"email": typed})
    page = response.content.decode()
    assert response.status_code == 200
    assert 'id="id_email_error"' in page
    assert "data-error-summary" in page
    assert "<title>Error:" in page


# --- sessions ---------------------------------------------------------------------------------


def test_it_keeps_a_family_signed_in_for_thirty_days(client, mother):
    come_in(client, mother)
    client.get("/me/")
    assert client.session.get_expiry_age() == pytest.approx(60 * 60 * 24 * 30, abs=10)


def test_it_lets_the_session_of_staff_end_after_twelve_idle_hours(as_, cast):
    client = as_(cast.counselor)
    client.get("/me/")
    assert client.session.get_expiry_age() == pytest.approx(60 * 60 * 12, abs=10)


def test_it_moves_the_end_of_a_session_that_is_used(as_, cast):
    client = as_(cast.counselor)
    client.get("/me/")
    session = client.session
    session["touched_at"] -= 60 * 16
    session.save()
    Session.objects.update(expire_date="2026-01-01T00:00:00Z")
    Session.objects.update(expire_date=proof.timezone.now() + proof.timezone.timedelta(minutes=5))
    client.get("/me/")
    left = Session.objects.get(pk=client.session.session_key).expire_date - proof.timezone.now()
    assert left.total_seconds() == pytest.approx(60 * 60 * 12, abs=10)


def test_it_ends_the_session_of_a_deactivated_person_at_the_next_request(as_, mother):
    client = as_(mother)
    assert client.get("/me/").status_code == 200
    User.objects.filter(pk=mother.pk).update(is_active=False)
    assert client.get("/me/")["Location"].startswith(LOGIN)
    User.objects.filter(pk=mother.pk).update(is_active=True)
    assert client.get("/me/")["Location"].startswith(LOGIN)


def test_it_tells_only_who_shows_the_code_that_the_account_was_closed_meanwhile(client, mother):
    ask(client, mother.email)
    User.objects.filter(pk=mother.pk).update(is_active=False)
    response = client.post(CONFIRM, {"code": code_in(mail.outbox[0])}, follow=True)
    assert "This account is closed" in response.content.decode()
    assert "_auth_user_id" not in client.session


def test_it_has_cookies_that_no_script_and_no_other_site_gets(client, mother):
    come_in(client, mother)
    cookie = client.cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_it_lets_no_browser_store_what_a_signed_in_person_saw(as_, mother):
    assert "no-store" in as_(mother).get("/me/")["Cache-Control"]


def test_it_signs_out_by_post_alone_and_clears_the_cache(as_, mother):
    client = as_(mother)
    assert client.get("/accounts/logout/").status_code == 200
    assert "_auth_user_id" in client.session
    response = client.post("/accounts/logout/")
    assert response["Clear-Site-Data"] == '"cache"'
    assert "no-store" in response["Cache-Control"]
    assert "_auth_user_id" not in client.session


# --- what there is, and what there is not -----------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "signup/",
        "email/",
        "confirm-email/",
        "confirm-email/x/",
        "inactive/",
        "3rdparty/",
        "social/login/error/",
        "",
    ],
)
@pytest.mark.parametrize("signed_in", [True, False])
def test_it_has_no_page_that_nobody_asked_for(client, as_, mother, path, signed_in):
    client = as_(mother) if signed_in else client
    assert client.get(f"/accounts/{path}").status_code == 404


@pytest.mark.parametrize(
    "name", ["account_set_password", "account_change_password", "mfa_index", "mfa_activate_totp"]
)
def test_it_keeps_passwords_and_second_steps_from_families(as_, mother, name):
    assert as_(mother).get(reverse(name)).status_code == 404


def test_it_sends_a_link_for_a_new_password_to_staff_alone(client, cast):
    pages = [
        plain(client.post(reverse("account_reset_password"), {"email": email}, follow=True))
        for email in (cast.counselor.email, cast.mother.email, "nobody@mail.example")
    ]
    assert len(set(pages)) == 1
    assert [m.to for m in mail.outbox] == [[cast.counselor.email]]


def test_it_takes_a_new_password_by_the_link_of_the_mail_once(client, cast):
    client.post(reverse("account_reset_password"), {"email": cast.counselor.email})
    link = re.search(r"http://testserver(\S+)", mail.outbox[0].body)[1]
    page = client.get(link, follow=True)
    typed = {"password1": "kitchen-table-42", "password2": "kitchen-table-42"}
    client.post(page.redirect_chain[-1][0], typed)
    cast.counselor.refresh_from_db()
    assert cast.counselor.check_password("kitchen-table-42")
    assert "This link has ended" in Client().get(link).content.decode()


@pytest.mark.parametrize("key", ["zz-abc", "1-2-3", "0" * 32 + "-set-password"])
def test_it_takes_no_link_that_it_did_not_send(client, key):
    response = client.get(f"/accounts/password/reset/key/{key}/")
    assert response.status_code in (200, 404)
    if response.status_code == 200:
        assert "This link has ended" in response.content.decode()


def test_it_puts_nothing_inline_into_its_pages(client):
    for path in (LOGIN, "/accounts/login/password/", "/accounts/password/reset/"):
        page = client.get(path).content.decode()
        assert not re.search(r"<script(?![^>]*\bsrc=)", page)
        assert not re.search(r"\sstyle=|<style|\son\w+=", page)
