"""PostgreSQL away: 503 with Retry-After, in the reader's language, and no word about it to the database.

That it is so with a real server that crashes says tests/journal/test_faults.py.
"""

import psycopg2
import pytest
from django.db import InterfaceError, OperationalError, connection
from django.test import Client
from django.urls import reverse

from homeschool import away

GONE = "server closed the connection unexpectedly\n\tThis probably means"


class Code(psycopg2.OperationalError):
    """What the driver raises, with a code of PostgreSQL's."""

    def __init__(self, code):
        super().__init__(GONE)
        self.code = code

    @property
    def pgcode(self):
        return self.code


def error_of(code=None, kind=OperationalError):
    """Return Django's error around the driver's."""
    error = kind(GONE)
    error.__cause__ = Code(code)
    return error


@pytest.fixture
def client():
    return Client(raise_request_exception=False)


@pytest.fixture
def broken(db):
    """Let every question to the database end in `broken.error`; counts them."""

    def ask(execute, sql, params, many, context):
        ask.count += 1
        raise ask.error

    ask.error, ask.count = error_of(), 0
    with connection.execute_wrapper(ask):
        yield ask


def test_it_says_when_to_come_back(client, broken, as_, caplog):
    client.cookies["sessionid"] = "a" * 32
    page = client.get("/")
    assert (page.status_code, page["Retry-After"]) == (503, "5")
    assert page["Cache-Control"] == "no-store"
    assert "away for a moment" in page.text
    assert "<h1" in page.text
    assert broken.count == 1  # the session's; the page itself asks nothing
    assert [r.getMessage() for r in caplog.records] == [
        "the database is away: GET /: server closed the connection unexpectedly"
    ]


def test_it_says_that_a_form_was_not_saved(client, broken):
    client.cookies["sessionid"] = "a" * 32
    page = client.post("/language", {"language": "es"})
    assert page.status_code == 503
    assert "Nothing was saved" in page.text
    assert "Nothing was saved" not in client.get("/").text


@pytest.mark.parametrize("language", ["zh-hans", "es"])
def test_it_speaks_the_reader_s_language(client, broken, language):
    client.cookies["sessionid"] = "a" * 32
    page = client.get("/", headers={"Accept-Language": language})
    assert page["Content-Language"] == language
    assert f'lang="{language.replace("hans", "Hans")}"' in page.text


def test_it_tells_programs_in_their_way(client, broken):
    answer = client.get("/api/v1/students/", headers={"Authorization": "Bearer hs_x_y"})
    assert (answer.status_code, answer["Content-Type"]) == (503, "application/problem+json")
    assert answer["Retry-After"] == "5"
    assert answer.json()["status"] == 503
    assert answer.json()["code"] == "unavailable"


def test_it_is_met_in_a_page_too(client, broken, monkeypatch):
    """Not only in the session: a form of a stranger reaches the view before it reaches a table."""
    page = client.post(reverse("account_login"), {"email": "ana@school.example"})
    assert page.status_code == 503
    assert "Nothing was saved" in page.text


@pytest.mark.parametrize("code", ["40P01", "57014", "53100"])
def test_it_stays_an_error_where_it_does_not_pass_by_itself(client, broken, code):
    broken.error = error_of(code)
    client.cookies["sessionid"] = "a" * 32
    assert client.get("/").status_code == 500


@pytest.mark.parametrize("code", ["08006", "53300", "57P01", "57P02", "57P03", None])
def test_it_knows_what_passes_by_itself(code):
    assert away.is_away(error_of(code))
    assert away.is_away(Code(code))
    assert away.is_away(error_of(code, InterfaceError))


def test_it_finds_the_reason_behind_another_error():
    behind = RuntimeError()
    behind.__context__ = error_of()
    assert away.is_away(behind)
    assert not away.is_away(ValueError())
    assert not away.is_away(None)
