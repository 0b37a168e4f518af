"""The demonstration: its pages in demo mode, and nothing of them without it."""

import importlib
import mailbox
from email.message import EmailMessage

import pytest
from django.conf import settings as live_settings
from django.core import mail
from django.urls import NoReverseMatch, Resolver404, clear_url_caches, resolve, reverse

from homeschool import urls as house
from homeschool.demo import mailbox as demo_mailbox, views
from homeschool.demo.people import DemoPerson
from homeschool.people.signin import SECOND_FACTOR

pytestmark = pytest.mark.django_db


def reload_house():
    clear_url_caches()
    importlib.reload(house)


@pytest.fixture
def demo(settings):
    settings.DEMO_MODE = True
    reload_house()
    yield
    settings.DEMO_MODE = False
    reload_house()


@pytest.fixture
def people(demo, cast, monkeypatch):
    """Three of the cast as demo people, one of them deactivated."""
    told = (
        DemoPerson(cast.mother.email, "family", "Confirm the summary.", "林美", "mother"),
        DemoPerson(cast.counselor.email, "staff", "Log a visit."),
        DemoPerson(cast.deactivated.email, "staff", "Gone."),
        DemoPerson("not.made@example.org", "staff", "Never made."),
    )
    monkeypatch.setattr(views, "CAST", told)
    return cast


@pytest.fixture
def box(demo, settings, tmp_path):
    settings.DEMO_MAILDIR = str(tmp_path / "mail")
    return mailbox.Maildir(settings.DEMO_MAILDIR)


def put(box, subject="Hello", text="Come in", html="", **headers):
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = (
        subject,
        "portal@localhost",
        "lin@mail.example",
    )
    message["Date"] = "Sat, 21 Nov 2026 16:42:00 +0800"
    for name, value in headers.items():
        message[name] = value
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
    return box.add(message)


PATHS = ["/demo/", "/demo/be/", "/demo/mail/", "/demo/mail/1.a/", "/demo/mail/1.a/html/"]


@pytest.mark.parametrize("path", PATHS)
def test_it_has_no_such_address_without_demo_mode(client, path):
    assert not live_settings.DEMO_MODE
    reload_house()
    with pytest.raises(Resolver404):
        resolve(path)
    assert client.get(path).status_code == 404
    assert client.post(path).status_code == 404


@pytest.mark.parametrize("name", ["people", "be", "mailbox"])
def test_it_has_no_such_name_without_demo_mode(name):
    reload_house()
    with pytest.raises(NoReverseMatch):
        reverse(f"demo:{name}")


def test_it_says_nothing_of_a_demo_on_the_sign_in_page_without_demo_mode(client):
    reload_house()
    page = client.get("/accounts/login/").content.decode()
    assert "demo" not in page.lower()


def test_it_offers_the_demo_people_on_the_sign_in_page(client, demo):
    assert 'href="/demo/"' in client.get("/accounts/login/").content.decode()


def test_it_lists_whom_one_may_be_and_what_to_try(client, people):
    page = client.get("/demo/").content.decode()
    for words in ("Families", "At the school", "林美", "mother", "Log a visit."):
        assert words in page
    assert "Gone." not in page
    assert "Never made." not in page


@pytest.mark.parametrize("who", ["mother", "counselor"])
def test_it_signs_in_with_one_click(client, people, who):
    user = getattr(people, who)
    response = client.post("/demo/be/", {"person": user.email})
    assert response["Location"] == reverse("home")
    assert client.session["_auth_user_id"] == str(user.pk)
    assert client.session[SECOND_FACTOR] == "demo"
    assert client.get("/me/").status_code == 200


def test_it_changes_from_one_person_to_the_next(client, people):
    client.post("/demo/be/", {"person": people.counselor.email})
    client.post("/demo/be/", {"person": people.mother.email})
    assert client.session["_auth_user_id"] == str(people.mother.pk)


@pytest.mark.parametrize("person", ["principal", "deactivated"])
def test_it_is_nobody_who_is_not_of_the_demo(client, people, person):
    email = getattr(people, person).email
    assert client.post("/demo/be/", {"person": email}).status_code == 404
    assert "_auth_user_id" not in client.session


def test_it_signs_nobody_in_by_a_link(client, people):
    assert client.get("/demo/be/", {"person": people.mother.email}).status_code == 405


# --- the mailbox ------------------------------------------------------------------------------


def test_it_says_so_when_there_is_no_mail(client, demo, settings, tmp_path):
    for folder in ("", str(tmp_path / "nothing"), str(tmp_path)):
        settings.DEMO_MAILDIR = folder
        assert "No mail yet" in client.get("/demo/mail/").content.decode()


def test_it_lists_the_newest_mail_first(client, box, monkeypatch):
    for second, subject in ((1, "One"), (3, "Three"), (2, "Two")):
        monkeypatch.setattr(mailbox.time, "time", lambda s=second: 1_800_000_000 + s)
        put(box, subject)
    page = client.get("/demo/mail/").content.decode()
    assert page.index("Three") < page.index("Two") < page.index("One")


def test_it_shows_a_mail_with_its_head_and_its_text(client, box):
    key = put(box, "你好", "Come in <b>now</b>\nhttps://example.org/x")
    page = client.get(reverse("demo:mail", args=[key])).content.decode()
    for words in ("你好", "lin@mail.example", "portal@localhost", "&lt;b&gt;now"):
        assert words in page
    assert 'href="https://example.org/x"' in page
    assert "<iframe" not in page


def test_it_shows_html_in_a_frame_that_may_do_nothing(client, box):
    html = "<html><head><style>p { color: red }</style></head><body><script>x()</script><p>Hi</p></body></html>"
    key = put(box, html=html)
    page = client.get(reverse("demo:mail", args=[key]))
    frame = client.get(reverse("demo:mail-html", args=[key]))
    assert "frame-src 'self'" in page["Content-Security-Policy"]
    assert "<script>x()" not in page.content.decode()
    policy = frame["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "frame-ancestors 'self'" in policy
    assert "sandbox allow-popups" in policy
    assert "script" not in policy
    assert "unsafe" not in policy
    assert frame["X-Frame-Options"] == "SAMEORIGIN"


@pytest.mark.parametrize(
    "key",
    [
        "..",
        "../../etc/passwd",
        "..%2F..%2Fetc%2Fpasswd",
        "none",
        "%00",
        ".",
        "new",
        "1.a:2,S",
        "a" * 300,
    ],
)
def test_it_opens_nothing_but_mails_of_the_box(client, box, key):
    put(box)
    assert client.get(f"/demo/mail/{key}/").status_code == 404
    assert client.get(f"/demo/mail/{key}/html/").status_code == 404


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"no head at all",
        b"Subject: =?nonsense?B?//8=?=\nDate: yesterday\n\nx",
        b"Subject: \xff\xfe\nContent-Type: text/plain; charset=never-heard-of\n\n\xff\xfe",
        b"Content-Type: multipart/mixed; boundary=x\n\nno parts",
        b"Content-Type: text/html\n\n<p>only html</p>",
    ],
)
def test_it_shows_any_mail_without_a_fault(client, box, raw):
    key = box.add(raw)
    assert client.get("/demo/mail/").status_code == 200
    assert client.get(reverse("demo:mail", args=[key])).status_code == 200


def test_it_shows_the_mail_that_the_door_really_wrote(client, box, cast):
    client.post("/accounts/login/", {"email": cast.mother.email})
    key = box.add(mail.outbox[0].message().as_bytes())
    found = demo_mailbox.find(key)
    assert "<strong>" in found.html
    assert len(found.style_hashes) == 1
    assert client.get(reverse("demo:mail", args=[key])).status_code == 200
