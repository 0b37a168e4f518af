"""Fixtures of every test: the cast (tests/cast.py), acting as one of it, and a browser."""

import os

import pytest
from django.utils import translation

from . import chromium as chromium_here
from .cast import make_cast, sign_in


def pytest_collection_modifyitems(items):
    """Skip browser tests, saying why, where there is none; with REQUIRE_BROWSER=1 fail instead."""
    wanting = [item for item in items if item.get_closest_marker("browser")]
    if not wanting or not (reason := chromium_here.why_not()):
        return
    if os.environ.get("REQUIRE_BROWSER") == "1":
        raise pytest.UsageError(f"REQUIRE_BROWSER=1, but {reason}")
    for item in wanting:
        item.add_marker(pytest.mark.skip(reason=f"Browser tests cannot run here: {reason}"))


@pytest.fixture
def as_():
    """Return `as_(user)`: a client signed in as that person."""
    return sign_in


@pytest.fixture
def cast(db):
    """Return the cast: who and what is in it says `make_cast`."""
    return make_cast()


@pytest.fixture(scope="module")
def chromium():
    """A browser. While it runs Django believes itself inside an event loop: it is told to bear
    it, and the connections that it opens there are its own, to be closed there."""
    from django.db import connections
    from playwright.sync_api import sync_playwright

    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = chromium_here.launch(playwright)
        yield browser
        browser.close()
        connections.close_all()


@pytest.fixture(autouse=True)
def nobodys_language():
    """A request leaves its reader's language behind in the thread; the next test shall not have it."""
    yield
    translation.deactivate()
