"""The door in Chromium: passkeys, the way out, and what the back button shows."""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.cache import cache

from tests.cast import make_cast

PASSWORD = "kitchen-table-42"
KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}

pytestmark = pytest.mark.browser


@pytest.fixture
def people(chromium, transactional_db):
    cache.clear()  # no model, so no flush empties it
    yield make_cast()
    cache.clear()


@pytest.fixture
def page(chromium, live_server, people):
    """A phone's browser with a passkey of its own; `complaints` is what it did not like."""
    address = live_server.url.replace("127.0.0.1", "localhost")
    context = chromium.new_context(viewport={"width": 360, "height": 740}, base_url=address)
    page = context.new_page()
    page.set_default_timeout(10_000)
    page.complaints = []
    page.on("console", lambda m: m.type in ("error", "warning") and page.complaints.append(m.text))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    devtools = context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
    yield page
    context.close()


def by_password(page, user):
    user.set_password(PASSWORD)
    user.save()
    page.goto("/accounts/login/")
    page.get_by_role("link", name="Staff: sign in").click()
    page.get_by_label("E-mail").fill(user.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()


def test_it_opens_the_door_by_a_passkey_that_was_just_made(page, people):
    by_password(page, people.counselor)
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Name of this passkey").fill("My phone")
    page.get_by_role("button", name="Make the passkey").click()
    page.get_by_role("heading", name="Recovery codes").wait_for()
    assert Authenticator.objects.filter(user=people.counselor, type="webauthn").count() == 1
    page.goto("/accounts/logout/")
    page.locator("main").get_by_role("button", name="Sign out").click()
    page.goto("/accounts/login/password/?next=/children/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/children/")
    assert page.complaints == []


def test_it_takes_a_passkey_as_the_second_step(page, people):
    by_password(page, people.counselor)
    page.goto("/accounts/2fa/webauthn/add/")
    page.get_by_text("Sign in with this passkey alone").click()
    page.get_by_role("button", name="Make the passkey").click()
    page.get_by_role("heading", name="Recovery codes").wait_for()
    page.context.clear_cookies()
    by_password(page, people.counselor)
    page.get_by_role("button", name="Use my passkey instead").click()
    page.wait_for_url(re.compile(r"localhost:\d+/(?!accounts)"))
    assert page.complaints == []


def test_it_says_so_when_no_passkey_answers(page, people):
    page.goto("/accounts/login/password/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.get_by_text("Nothing came from your passkey").wait_for()


def test_it_shows_nothing_by_the_back_button_after_sign_out(page, people):
    people.mother.language = "en"
    people.mother.save()
    page.goto("/accounts/login/")
    page.get_by_label("E-mail").fill(people.mother.email)
    page.get_by_role("button", name="Send me the code").click()
    code = re.search(r"^\d{6}$", mail.outbox[-1].body, re.MULTILINE)[0]
    page.get_by_label("Six digits").fill(code)
    page.get_by_role("button", name="Come in").click()
    page.goto("/me/")
    assert people.mother.full_name in page.content() or people.mother.email in page.content()
    page.goto("/accounts/logout/")
    page.locator("main").get_by_role("button", name="Sign out").click()
    page.get_by_text("You are signed out.").wait_for()
    for _ in range(3):
        page.go_back()
        assert people.mother.email not in page.content()
        assert people.mother.full_name not in page.content()


def test_it_lets_a_mother_in_without_any_script(chromium, live_server, people):
    people.mother.language = ""
    people.mother.save()
    context = chromium.new_context(java_script_enabled=False, base_url=live_server.url)
    page = context.new_page()
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Español").click()
    assert page.locator("html").get_attribute("lang") == "es"
    page.locator("[name=email]").fill(people.mother.email)
    page.locator("main form button:not([name])").first.click()
    page.locator("[name=code]").fill(re.search(r"^\d{6}$", mail.outbox[-1].body, re.MULTILINE)[0])
    page.locator("main form button:not([name])").first.click()
    assert "/accounts/" not in page.url
    context.close()
