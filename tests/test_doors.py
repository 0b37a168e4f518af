"""Every door of the portal, tried by every person of the cast with every thing it is about.

The table is in tests/doors.py, tests/doors_records.py and tests/doors_api.py. A URL name without a row fails here by its name.
"""

import contextlib
import copy
import logging
import re

import pytest
from django.contrib.auth.backends import ModelBackend
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection, transaction
from django.template.base import Template
from django.urls import get_resolver, reverse

from homeschool.people import sight

from . import doors, records
from .doors import AWAY, HIDDEN, OK, PEOPLE, PROVE, REFUSED, REPORTS, SIGN_IN, WRONG_METHOD
from .doors_afternoons import AFTERNOONS
from .doors_announcements import ANNOUNCEMENTS
from .doors_api import API
from .doors_learning import LEARNING
from .doors_news import NEWS
from .doors_notes import NOTES
from .doors_offers import OFFERS
from .doors_parents_ideas import IDEAS
from .doors_plans import PLANS
from .doors_programmes import PROGRAMMES
from .doors_proof import PROOF
from .doors_records import RECORDS
from .doors_sessions import SESSIONS
from .doors_situation import SITUATION
from .doors_stories import STORIES
from .doors_threads import THREADS
from .doors_translating import TRANSLATING
from .doors_versions import VERSIONS
from .doors_volunteers import VOLUNTEERS

pytestmark = pytest.mark.django_db

DOORS = [
    *doors.DOORS,
    *RECORDS,
    *OFFERS,
    *STORIES,
    *PLANS,
    *PROGRAMMES,
    *SITUATION,
    *SESSIONS,
    *AFTERNOONS,
    *ANNOUNCEMENTS,
    *PROOF,
    *LEARNING,
    *NEWS,
    *NOTES,
    *VERSIONS,
    *VOLUNTEERS,
    *THREADS,
    *TRANSLATING,
    *IDEAS,
    *API,
]
BY_NAME = {door.name: door for door in DOORS}
TOKEN = re.compile(rb"[A-Za-z0-9]{64}")  # CSRF tokens: the only thing that differs by chance
METHODS = ("get", "post")
# What an empty form sends: nothing but its hidden key.
KEY_ALONE = {"submission": "10000000-0000-4000-8000-000000000000"}


# --- the table is whole -----------------------------------------------------------------------------


def url_names(patterns=None, prefix=""):
    """Yield every URL name of the portal with its namespace; an address without one as its path."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if hasattr(pattern, "url_patterns"):
            space = f"{pattern.namespace}:" if pattern.namespace else ""
            yield from url_names(pattern.url_patterns, prefix + space)
        else:
            yield prefix + (pattern.name or f"no name: {pattern.pattern}")


def test_it_has_a_row_for_every_url():
    missing = sorted(set(url_names()) - {door.name for door in DOORS})
    assert not missing, f"write rows into tests/doors.py for these doors: {missing}"


def test_it_has_a_url_for_every_row():
    stale = sorted({door.name for door in DOORS} - set(url_names()))
    assert not stale, f"tests/doors.py: no such URL: {stale}"


def test_it_has_one_row_for_a_url():
    names = [door.name for door in DOORS]
    assert len(names) == len(set(names))


# --- every door ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def stage(django_db_setup, django_db_blocker):
    """The stage, built once; whatever happens on it is undone."""
    with django_db_blocker.unblock(), transaction.atomic(), plainly() as patch:
        stage = doors.Stage()
        stage.beginning_of = Beginning(patch)
        yield stage
        transaction.set_rollback(True)


@contextlib.contextmanager
def plainly():
    """Answer without what costs time and only tests of single pages want: a line in the log for
    each refusal, and a copy of every template's context. Nobody's sign-in grows old meanwhile."""
    logging.disable(logging.WARNING)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("homeschool.people.signin.proof.FRESH", 24 * 60 * 60)
        patch.setattr(Template, "_render", lambda self, context: self.nodelist.render(context))
        yield patch
    logging.disable(logging.NOTSET)


def found(response):
    """Return in the words of tests/doors.py what an answer is."""
    if response.status_code == 302:
        place = response["Location"]
        if place.startswith(reverse("account_login")):
            return SIGN_IN
        return PROVE if place.startswith(reverse("mfa_index")) else AWAY
    known = {200: OK, 422: OK, 403: REFUSED, 404: HIDDEN, 405: WRONG_METHOD}
    return known.get(response.status_code, str(response.status_code))


def fits(method, expected, answer):
    if expected == REPORTS:
        return answer in (OK, "503")
    if method == "post" and expected == OK:
        return answer in (OK, AWAY)
    return answer == expected


def bare(response, url):
    """Return what a stranger could compare: status, headers, and body without tokens and address."""
    body = TOKEN.sub(b"", response.content).replace(url.encode(), b"")
    headers = {name: value for name, value in response.items() if name != "Content-Length"}
    return response.status_code, headers, body


class Beginning:
    """Session, person and reach as they are before each request, each read once: what came of the
    requests before was undone. What a request asks for again, or after it wrote, is read anew.
    """

    def __init__(self, patch):
        self.rows, self.questions, self.unasked, self.writes = {}, set(), set(), None
        for place, ask, of in (
            (SessionStore, "_get_session_from_db", lambda store: store.session_key),
            (ModelBackend, "get_user", lambda _backend, key: key),
            (sight, "_rows_of", lambda key: key),
        ):
            patch.setattr(place, ask, self.first(getattr(place, ask), of))

    def first(self, ask, of):
        """Return `ask` with the row of the beginning for the first question of a request; `of` tells
        which row it asks for."""
        self.questions.add(ask)

        def asked(*about):
            if ask not in self.unasked or self.writes.seen:
                return ask(*about)
            self.unasked.remove(ask)
            key = ask, of(*about)
            if self.rows.get(key) is None:
                self.rows[key] = ask(*about)
            return copy.copy(self.rows[key])

        return asked

    @contextlib.contextmanager
    def request(self, writes):
        """The next request comes upon the stage as it was in the beginning; `writes` watches it."""
        self.unasked, self.writes = set(self.questions), writes
        yield
        self.unasked.clear()


class Writes:
    """Notes whether anything but a reading statement goes to the database."""

    # what homeschool/prepared.py prepares is asked by querysets
    READ = ("SELECT", "SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT", "EXECUTE prepared")

    def __init__(self):
        self.seen = False

    def __call__(self, execute, sql, params, many, context):
        self.seen = self.seen or not sql.startswith(self.READ)
        return execute(sql, params, many, context)


class Visitor:
    """One person at one door: tries it, undoes what came of it, and keeps what was wrong."""

    def __init__(self, stage, door, person):
        self.stage, self.door, self.person = stage, door, person
        self.wrong, self.hidden = [], {}
        reader = door.reader(person)
        self.words = [word for word, may in stage.canaries.items() if reader not in may]

    def things(self, method):
        """Return what the person tries; a method that is not taken is refused before the thing is
        looked up, so that one is enough. What never existed is asked for once, by GET where it is taken."""
        found = doors.things(self.door.about, self.person)
        outcomes = {self.door.outcome(method, self.person, thing) for thing in found}
        if outcomes == {WRONG_METHOD}:
            return found[:1]
        asked = method == "post" and ("get", doors.NEVER) in self.hidden
        return [thing for thing in found if not (asked and thing == doors.NEVER)]

    def tries(self, method, thing):
        expected = self.door.outcome(method, self.person, thing)
        watched = method == "post" and expected not in (OK, AWAY)
        url, client = self.stage.url(self.door, thing), self.stage.client(self.person)
        sent = KEY_ALONE | self.stage.data(self.door, thing)
        writes = Writes()
        with (
            transaction.atomic(),
            connection.execute_wrapper(writes),
            self.stage.beginning_of.request(writes),
        ):
            answer = client.get(url) if method == "get" else client.post(url, sent)
            # nothing was written by what only read: the footprint need not be asked for
            changed = watched and writes.seen and self.stage.footprint() != self.stage.beginning
            transaction.set_rollback(True)
        self.judge(method, thing, expected, answer, changed)

    def judge(self, method, thing, expected, answer, changed):
        at = f"{self.person}: {method.upper()} {self.door} {thing}".strip()
        if not fits(method, expected, found(answer)):
            self.wrong.append(f"{at}: expected: {expected}; found: {found(answer)}")
        if changed:
            self.wrong.append(f"{at}: it changed a row")
        text = answer.content.decode(errors="replace")
        self.wrong += [f"{at}: it shows {word!r}" for word in self.words if word in text]
        if found(answer) == HIDDEN and self.door.about:
            self.hidden[method, thing] = bare(answer, self.stage.url(self.door, thing))

    def compare(self):
        """What is hidden looks like what never existed."""
        never = self.hidden.get(("get", doors.NEVER), self.hidden.get(("post", doors.NEVER)))
        for (method, thing), answer in self.hidden.items():
            if answer != (never or answer):
                self.wrong.append(
                    f"{self.person}: {method.upper()} {self.door} {thing}:"
                    " its 404 differs from that of what never existed"
                )


@pytest.mark.parametrize("door", DOORS, ids=str)
def test_it_opens_to_whom_it_should(stage, door):
    """One test for a door, since a thousand of them cost more than what they ask: each person who
    finds something else is named, with what they tried."""
    wrong = []
    for person in PEOPLE:
        visitor = Visitor(stage, door, person)
        for method in METHODS:
            for thing in visitor.things(method):
                visitor.tries(method, thing)
        visitor.compare()
        wrong += visitor.wrong
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("door", DOORS, ids=str)
def test_it_changes_nothing_by_other_methods(stage, door):
    """PUT, PATCH and DELETE are taken by no page: 405, or read as a GET is."""
    thing = doors.things(door.about, "school_admin")[0]
    client, url = stage.client("school_admin"), stage.url(door, thing)
    answers = {method: getattr(client, method)(url) for method in ("put", "patch", "delete")}
    broken = [m for m, answer in answers.items() if answer.status_code >= 500]
    assert door.name == "readyz" or not broken
    assert stage.footprint() == stage.beginning


# --- doors that do not exist -----------------------------------------------------------------------------


def test_it_has_no_demo_without_the_setting(client, settings):
    assert not settings.DEMO_MODE
    assert not [name for name in url_names() if name.startswith("demo:") or name == "look"]
    for path in ("/demo/", "/demo/people/", "/demo/mailbox/", "/look/"):
        assert client.get(path).status_code == 404


# --- the words that few may read ---------------------------------------------------------------------------


SHOWN_AT = [
    ("people:child-detail", "the child"),
    ("people:handover", "the counselor's to a colleague"),
    ("people:me", ""),
    *records.SHOWN_AT,
]


@pytest.mark.parametrize("person", [*doors.STAFF, "adult"])
def test_it_shows_the_sensitive_words_where_they_may_be_read(stage, person):
    """The canaries above sing only where such a word stands on a page at all."""
    words = [word for word, may in stage.canaries.items() if person in may]
    client, pages = stage.client(person), ""
    for name, thing in SHOWN_AT:
        pages += client.get(stage.url(BY_NAME[name], thing)).content.decode()
    assert not [word for word in words if word not in pages]
