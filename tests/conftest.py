"""Fixtures of every test: the cast (tests/cast.py), acting as one of it, and a browser."""

import gc
import os
from pathlib import Path

import pytest
from django.test import TransactionTestCase
from django.utils import translation
from pytest_django.plugin import blocking_manager_key

from . import chromium as chromium_here, databases
from .cast import Mould, sign_in

HERE = Path(__file__).parent
# Where several processes share the tests out: the longest files first, so that none is left with one
# of them at the end.
FIRST = (
    "test_doors.py",
    "browser/test_axe.py",
    "journal/test_faults.py",
    "journal/test_kill.py",
    "browser/test_main_job.py",
    "test_look_browser.py",
    "browser/test_paths.py",
    "test_portal.py",
    "journal/test_relay.py",
    "test_services.py",
    "test_compose.py",
)


# Files that start real servers, workers or the whole portal: left out of a quick run.
WITH_SERVERS = (
    "demo/test_load_demo.py",
    "journal/test_faults.py",
    "journal/test_kill.py",
    "journal/test_relay.py",
    "journal/test_several.py",
    "test_bench.py",
    "test_compose.py",
    "test_deploy.py",
    "test_portal.py",
    "test_restore.py",
    "test_services.py",
)


def pytest_addoption(parser):
    """Let `--quick` leave out what takes longest: everyday work, never the run that says “green”."""
    parser.addoption("--quick", action="store_true", help="without browsers and real servers")
    parser.addoption(
        "--faults-in-full",
        action="store_true",
        help="the faults of tests/journal/test_faults.py in their full sizes; "
        "writes their table into docs/reliability.md",
    )


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    """Bring the longest files to the front of what is shared out; with --quick leave the slow out."""
    if config.getoption("quick"):
        slow = {HERE / name for name in WITH_SERVERS}
        left = [item for item in items if item.path in slow or item.get_closest_marker("browser")]
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if item not in set(left)]
    if hasattr(config, "workerinput"):
        place = {HERE / name: n for n, name in enumerate(FIRST)}
        items.sort(key=lambda item: place.get(item.path, len(place)))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    """Skip a browser test, saying why, where there is none; with REQUIRE_BROWSER=1 let it fail."""
    if item.get_closest_marker("browser") and (reason := chromium_here.why_not()):
        give_up = pytest.fail if os.environ.get("REQUIRE_BROWSER") == "1" else pytest.skip
        give_up(f"Browser tests cannot run here: {reason}")


def pytest_collection_finish():
    """Let the collector of garbage pass by what was imported and collected, which stays to the end,
    and come seldom: nearly all that a test makes is gone without it."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node):
    """Remember under which name the processes of this run share what they make once."""
    node.config.shared_run = node.workerinput["testrunuid"]


def pytest_unconfigure(config):
    """Leave no database behind that was made to be copied."""
    if run := getattr(config, "shared_run", None):
        with config.stash[blocking_manager_key].unblock():
            databases.forget(run)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    request,
    django_db_modify_db_settings_parallel_suffix,
    django_db_keepdb,
    django_db_createdb,
    django_db_blocker,
):
    """Where several processes share the tests out, one of them migrates for all."""
    made_before = django_db_keepdb and not django_db_createdb
    run = getattr(request.config, "workerinput", {}).get("testrunuid")
    if run and not made_before:
        with django_db_blocker.unblock():
            databases.copy_one_of(run)


@pytest.fixture(autouse=True, scope="session")
def emptied_fast():
    """Let what a test wrote without a transaction around it be taken away faster than by `flush`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _case: databases.empty())
        yield


@pytest.fixture
def as_():
    """Return `as_(user)`: a client signed in as that person."""
    return sign_in


@pytest.fixture(scope="session")
def mould(django_db_setup, django_db_blocker):
    """What each test's cast is made from."""
    with django_db_blocker.unblock():
        return Mould()


@pytest.fixture
def cast(db, mould):
    """Return the cast: who and what is in it says `make_cast`."""
    return mould.cast()


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
