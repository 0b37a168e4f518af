"""A person's tokens: made on a page, shown once, kept as a mark, ended by a button."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from homeschool.journal.models import Entry
from homeschool.people.models import Token
from homeschool.people.models.token import digest
from homeschool.people.signin import reset_door
from tests import builders
from tests.api import Program

pytestmark = pytest.mark.django_db

LIST, NEW = "/me/tokens/", "/me/tokens/new/"
TEXT = re.compile(r"hs_[\w-]{43}")
MOST_QUERIES = 8


def form(**fields):
    return {
        "name": "The library",
        "scopes": ["roster:read"],
        "days": "30",
        "submission": builders.new_key(),
    } | fields


def text_in(answer):
    """Return the token's text on a page, or None."""
    found = TEXT.search(answer.content.decode())
    return found and found[0]


@pytest.fixture
def counselor(cast, as_):
    return as_(cast.counselor)


# --- made ----------------------------------------------------------------------------------------


def test_it_makes_a_token_that_opens_the_api(cast, counselor):
    answer = counselor.post(NEW, form())
    reader = Client(headers={"Authorization": f"Bearer {text_in(answer)}"})
    names = [row["full_name"] for row in reader.get("/api/v1/students/").json()["results"]]
    assert sorted(names) == ["林小晴", "林小雨"]


def test_it_shows_the_text_once_and_keeps_only_its_mark(counselor):
    text = text_in(counselor.post(NEW, form()))
    token = Token.objects.get()
    assert token.digest == digest(text)
    assert text not in str(vars(token))
    assert text not in counselor.get(LIST).content.decode()
    assert token.beginning in counselor.get(LIST).content.decode()


def test_it_keeps_the_text_in_no_table(counselor):
    text = text_in(counselor.post(NEW, form()))
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            rows = f'SELECT count(*) FROM "{table}" t WHERE t::text LIKE %s'  # noqa: S608 - its names
            cursor.execute(rows, [f"%{text}%"])
            assert cursor.fetchone()[0] == 0, table


def test_it_is_stored_by_no_browser(counselor):
    assert "no-store" in counselor.post(NEW, form())["Cache-Control"]


def test_it_makes_one_token_of_a_form_that_is_sent_twice(counselor):
    sent = form()
    first, second = counselor.post(NEW, sent), counselor.post(NEW, sent)
    assert Token.objects.count() == 1
    assert text_in(first)
    assert second["Location"] == LIST


def test_it_writes_down_who_made_and_who_revoked_it(cast, counselor):
    counselor.post(NEW, form())
    token = Token.objects.get()
    counselor.post(reverse("people:token-revoke", args=[token.pk]))
    counselor.post(reverse("people:token-revoke", args=[token.pk]))
    verbs = Entry.objects.about(token).filter(actor=cast.counselor).values_list("verb", flat=True)
    assert list(verbs) == ["token.revoked", "token.made"]


def test_it_lasts_as_long_as_was_chosen(counselor):
    counselor.post(NEW, form(days="365"))
    lasts = Token.objects.get().expires_at - timezone.now()
    assert dt.timedelta(days=364) < lasts < dt.timedelta(days=366)


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "x" * 81},
        {"name": "a\0b"},
        {"scopes": []},
        {"scopes": ["roster:write"]},
        {"days": "4000"},
        {"days": ""},
    ],
)
def test_it_refuses_a_form_that_is_not_right(counselor, wrong):
    answer = counselor.post(NEW, form(**wrong))
    assert answer.context["form"].errors
    assert not Token.objects.exists()


def test_it_makes_no_more_than_twenty(cast, counselor):
    for _n in range(Token.MOST):
        builders.make_token(cast.counselor)
    assert counselor.post(NEW, form()).context["form"].errors
    Token.objects.first().revoke(by=cast.counselor)
    assert text_in(counselor.post(NEW, form()))


# --- the second factor -----------------------------------------------------------------------------


def test_it_makes_none_for_staff_who_have_not_shown_a_second_factor(cast):
    client = Client()
    client.force_login(cast.counselor)
    assert client.post(NEW, form()).status_code == 302
    assert not Token.objects.exists()


def test_it_knows_that_a_second_factor_was_shown(cast, as_, counselor):
    counselor.post(NEW, form())
    assert Token.objects.get().proven


def test_it_stops_a_token_that_was_made_without_one_once_the_person_is_staff(cast, client):
    client.force_login(cast.mother)
    program = Client(headers={"Authorization": f"Bearer {text_in(client.post(NEW, form()))}"})
    assert program.get("/api/v1/students/").status_code == 200
    role = cast.school.memberships.create(user=cast.mother, role="leader")
    assert program.get("/api/v1/students/").status_code == 401
    role.end(by=cast.school_admin)
    assert program.get("/api/v1/students/").status_code == 200


# --- the list ----------------------------------------------------------------------------------------


def test_it_lists_only_the_own_tokens(cast, counselor):
    builders.make_token(cast.counselor, name="Mine")
    builders.make_token(cast.principal, name="Hers")
    page = counselor.get(LIST).content.decode()
    assert "Mine" in page
    assert "Hers" not in page


def test_it_says_when_a_token_was_last_used(cast, counselor):
    program = Program(cast.counselor)
    assert "never used" in counselor.get(LIST).content.decode()
    program.read("students/")
    assert "last used" in counselor.get(LIST).content.decode()


def test_it_lists_those_that_ended_apart(cast, counselor):
    builders.make_token(cast.counselor, name="Old one").revoke(by=cast.counselor)
    page = counselor.get(LIST)
    assert list(page.context["live"]) == []
    assert [token.name for token in page.context["ended"]] == ["Old one"]


def test_it_asks_the_same_for_one_token_and_for_twenty(cast, counselor):
    counts = []
    counselor.get(LIST)  # the first request of a session writes down how long it lives
    for more in (1, 19):
        for _n in range(more):
            builders.make_token(cast.counselor)
        with CaptureQueriesContext(connection) as seen:
            counselor.get(LIST)
        counts.append(len(seen))
    assert counts[0] == counts[1] <= MOST_QUERIES


def test_it_stands_on_the_page_of_staff_alone(cast, as_):
    assert LIST in as_(cast.counselor).get("/me/").content.decode()
    assert LIST not in as_(cast.mother).get("/me/").content.decode()


# --- the end ------------------------------------------------------------------------------------------


def test_it_opens_nothing_once_revoked(cast, counselor):
    program = Program(cast.counselor)
    counselor.post(reverse("people:token-revoke", args=[program.token.pk]))
    assert program.get("students/").status_code == 401


def test_it_revokes_nobody_elses(cast, counselor):
    token = builders.make_token(cast.principal)
    assert counselor.post(reverse("people:token-revoke", args=[token.pk])).status_code == 404
    token.refresh_from_db()
    assert token.is_live


def test_it_ends_every_token_when_the_door_is_reset(cast):
    program = Program(cast.counselor)
    reset_door(cast.counselor, by=cast.school_admin)
    assert program.get("students/").status_code == 401
