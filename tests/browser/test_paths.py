"""The main paths as people walk them: phone and desktop, English and Chinese."""

import base64
import hmac
import struct
import time

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import global_settings
from django.urls import reverse

from .conftest import DESKTOP, PHONE, code_in, holds_a_code

pytestmark = pytest.mark.browser

PASSWORD = "kitchen-table-42"
SECRET = base64.b32encode(b"a secret of twenty b").decode()
FIRST_VISIT = 120 * 1024  # bytes that a parent's first page may weigh over the wire


def digits_now():
    """Return what the authenticator app shows now (RFC 6238)."""
    moment = struct.pack(">Q", int(time.time()) // 30)
    digest = hmac.digest(base64.b32decode(SECRET), moment, "sha1")
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at : at + 4])[0] & 0x7FFFFFFF) % 10**6:06}"


def choose_language(page, name):
    """Choose a language on the page of sign-in, by its own name."""
    page.locator("main").get_by_role("button", name=name, exact=True).click()
    page.wait_for_load_state()


WIDTHS = pytest.mark.parametrize("width", [PHONE, DESKTOP])
LANGUAGES = pytest.mark.parametrize(
    ("language", "code"), [("English", "en"), ("中文", "zh-Hans")], ids=["en", "zh"]
)


@WIDTHS
@LANGUAGES
def test_a_counselor_signs_in_by_password_and_app_and_finds_a_child_by_two_keys(
    people, visit, settings, width, language, code
):
    settings.PASSWORD_HASHERS = global_settings.PASSWORD_HASHERS  # what the portal reads
    people.counselor.set_password(PASSWORD)
    people.counselor.save()
    TOTP.activate(people.counselor, SECRET)
    page = visit(width)
    page.goto(reverse("account_login"))
    choose_language(page, language)
    page.locator(f"a[href='{reverse('account_login_password')}']").click()
    page.locator("input[type=email]").fill(people.counselor.email)
    page.locator("input[type=password]").fill(PASSWORD)
    page.locator("input[type=password]").press("Enter")
    page.locator("input[name=code]").fill(digits_now())
    page.locator("input[name=code]").press("Enter")
    page.wait_for_url(lambda url: "/accounts/" not in url)
    assert page.locator("html").get_attribute("lang") == code
    page.watch.judge()

    page.goto(reverse("people:child-list"))
    row = page.locator("main").get_by_role("link", name="林小雨")
    assert page.locator("main").get_by_role("link", name="林小晴").is_visible()
    page.locator("input[type=search]").press_sequentially("雨")
    page.locator("main").get_by_role("link", name="林小晴").wait_for(state="detached")
    page.locator("input[type=search]").fill("")
    page.locator("main").get_by_role("link", name="林小晴").wait_for()
    page.locator("input[type=search]").press_sequentially("yu")
    page.locator("main").get_by_role("link", name="林小晴").wait_for(state="detached")
    page.watch.judge()
    row.click()
    page.wait_for_url(f"**{people.child.get_absolute_url()}")
    assert "林小雨" in page.locator("h1").inner_text()
    page.watch.judge()


@WIDTHS
@LANGUAGES
def test_a_mother_signs_in_by_the_code_that_was_mailed_to_her_and_sees_her_child(
    people, visit, mail_sink, width, language, code
):
    people.mother.language = ""
    people.mother.save()
    page = visit(width)
    page.goto(reverse("account_login"))
    choose_language(page, language)
    assert page.locator("html").get_attribute("lang") == code
    page.locator("main input[type=email]").fill(people.mother.email)
    page.locator("main input[type=email]").press("Enter")
    page.locator("input[name=code]").fill(
        code_in(mail_sink.to(people.mother.email, that=holds_a_code))
    )
    page.locator("input[name=code]").press("Enter")
    page.wait_for_url(lambda url: "/accounts/" not in url)
    page.locator("main").get_by_role("link", name="林小雨").click()
    page.wait_for_url(f"**{reverse('reports:progress', args=[people.child.pk])}")
    assert page.locator("html").get_attribute("lang") == code
    assert "林小雨" in page.locator("main").inner_text()
    page.watch.judge()
    people.mother.refresh_from_db()
    assert people.mother.language == code.lower()


@pytest.mark.parametrize("address", ["home", "people:child-detail", "reports:progress"])
def test_the_first_page_of_a_parent_is_light(people, visit, address):
    page = visit(PHONE, people.mother)
    args = [] if address == "home" else [people.child.pk]
    page.goto(reverse(address, args=args), wait_until="networkidle")
    assert "林小雨" in page.locator("main").inner_text()
    assert 0 < page.watch.weight <= FIRST_VISIT, page.watch.weights


ABOUT_A_CHILD = {"people:child-detail", "reports:progress"}


@pytest.mark.parametrize("address", ["home", "people:me", *sorted(ABOUT_A_CHILD)])
def test_the_pages_of_a_parent_are_whole_without_script(people, visit, address):
    args = [people.child.pk] if address in ABOUT_A_CHILD else []
    texts = []
    for script in (True, False):
        page = visit(PHONE, people.mother, java_script_enabled=script)
        page.goto(reverse(address, args=args), wait_until="networkidle")
        texts.append(page.locator("body").inner_text())
    assert texts[0] == texts[1]


def test_a_mother_finds_her_way_without_script(people, visit, mail_sink):
    page = visit(PHONE, java_script_enabled=False)
    page.goto(reverse("account_login"))
    choose_language(page, "中文")
    page.locator("main input[type=email]").fill(people.mother.email)
    page.locator("main form button[type=submit]").last.click()
    page.locator("input[name=code]").fill(
        code_in(mail_sink.to(people.mother.email, that=holds_a_code))
    )
    page.locator("input[name=code]").press("Enter")
    page.wait_for_url(lambda url: "/accounts/" not in url)
    page.locator("main").get_by_role("link", name="林小雨").click()
    page.wait_for_url(f"**{reverse('reports:progress', args=[people.child.pk])}")
    assert "林小雨" in page.locator("main").inner_text()
