"""The portal as it is served (gunicorn, WhiteNoise, SMTP), and a browser that watches it."""

import logging
import re
from email import message_from_bytes, policy

import pytest
from aiosmtpd.controller import Controller
from django.conf import settings
from django.core.cache import cache
from django.db import connection

from homeschool.people.models import User
from homeschool.processes import free_port, wait_until
from tests import databases
from tests.cast import make_cast, sign_in
from tests.doors import Stage
from tests.processes import disconnected, serve

PHONE, DESKTOP = 360, 1280


class MailSink:
    """A real SMTP server on loopback that keeps what it is given."""

    def __init__(self):
        logging.getLogger("mail.log").setLevel(logging.WARNING)
        self.mails = []
        self.server = Controller(self, hostname="127.0.0.1", port=free_port())
        self.server.start()

    @property
    def url(self):
        return f"smtp://127.0.0.1:{self.server.port}"

    async def handle_DATA(self, server, session, envelope):
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"

    def to(self, address, seconds=10, *, that=lambda mail: True):
        """Return the last mail to `address` for which `that(mail)` holds, waiting for it."""

        def mails():
            return [mail for mail in self.mails if address in mail["To"] and that(mail)]

        assert wait_until(mails, seconds), f"no mail to {address} came within {seconds} s"
        return mails()[-1]


@pytest.fixture(scope="session")
def mail_sink():
    """The mails that the portal sent, each as an EmailMessage."""
    sink = MailSink()
    yield sink
    sink.server.stop()


@pytest.fixture(scope="session")
def portal(django_db_setup, django_db_blocker, mail_sink, tmp_path_factory):
    """The address of the portal, served on the database of the tests as it is served to people."""
    folder = tmp_path_factory.mktemp("portal")
    with (
        django_db_blocker.unblock(),
        disconnected(),
        serve(folder, EMAIL_URL=mail_sink.url) as address,
        django_db_blocker.block(),
    ):
        yield address


@pytest.fixture
def people(chromium, transactional_db):
    """The cast, as the portal's own processes see it too."""
    cache.clear()  # it is no model, so no flush empties it
    yield make_cast()
    cache.clear()


@pytest.fixture(scope="module")
def stage(django_db_setup, django_db_blocker, chromium):
    """The stage of the doors for the tests of a whole module, which only read: mark them django_db.

    Nobody has chosen a language there: the browser's cookie says it.
    """
    assert connection.settings_dict["NAME"].startswith("test_")  # it is emptied afterwards
    with django_db_blocker.unblock():
        cache.clear()
        built = Stage()
        User.objects.update(language="")
        yield built
        databases.empty()
        cache.clear()


class Watch:
    """A page that keeps what went wrong on it and what it weighed."""

    def __init__(self, page, address):
        self.page, self.address = page, address
        self.complaints, self.foreign, self.weights = [], [], {}
        page.set_default_timeout(10_000)
        page.on("console", self.hear)
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        page.on("request", self.see)
        self.devtools = page.context.new_cdp_session(page)
        self.devtools.send("Network.enable")
        self.devtools.on("Network.loadingFinished", self.weigh)

    def hear(self, message):
        """Keep errors and warnings, less the one that Chromium makes of an answer of 422."""
        if message.type in ("error", "warning") and "status of 422" not in message.text:
            self.complaints.append(f"{message.type}: {message.text} at {message.location}")

    def see(self, request):
        if not request.url.startswith((self.address, "data:", "blob:")):
            self.foreign.append(request.url)

    def weigh(self, event):
        self.weights[event["requestId"]] = event["encodedDataLength"]

    @property
    def weight(self):
        """Bytes that came over the wire so far, heads and bodies as they were packed."""
        return sum(self.weights.values())

    def judge(self):
        """Fail where the page complained, asked a stranger, or is wider than its window."""
        assert self.complaints == [], self.page.url
        assert self.foreign == [], self.page.url
        width, has = (
            self.page.viewport_size["width"],
            self.page.evaluate("document.documentElement.scrollWidth"),
        )
        assert has <= width, f"{self.page.url} is {has} px wide in a window of {width} px"


@pytest.fixture
def visit(chromium, portal):
    """Return `visit(width=..., user=..., **options of the context)`: a watched page of a fresh visitor.

    With `user` it is signed in, with the second factor shown. `page.watch` says what happened.
    """
    contexts = []

    def come(width=PHONE, user=None, **options):
        options = {"locale": "en"} | options
        size = {"width": width, "height": 740 if width < 700 else 900}
        context = chromium.new_context(viewport=size, base_url=portal, **options)
        contexts.append(context)
        if user is not None:
            key = sign_in(user).cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies(
                [{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": portal}]
            )
        page = context.new_page()
        page.watch = Watch(page, portal)
        return page

    yield come
    for context in contexts:
        context.close()


def _code(mail):
    return re.search(r"(?m)^\s*(\d{6})\s*$", mail.get_body(["plain"]).get_content())


def holds_a_code(mail):
    """Whether a mail brings the six digits to sign in with."""
    return bool(_code(mail))


def code_in(mail):
    """Return the six digits of a mail."""
    return _code(mail)[1]
