"""Saving as it is typed: quick, quiet, and without Redis."""

import kombu
import pytest
import redis
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from homeschool.journal.models import Notice
from homeschool.people import sight
from tests import builders
from visits.models import Draft

from .builders import make_draft, make_whole_draft, page_of, post_step

MOST_QUERIES = 8


@pytest.fixture
def client(cast, as_):
    return as_(cast.counselor)


def save(client, draft, step, answers, **more):
    url = reverse("visits:draft-save", args=[draft.pk])
    return client.post(url, page_of(draft, answers, step=step, **more))


def test_it_saves_what_is_typed_and_says_when(cast, client):
    draft = make_draft(cast.counselor, cast.child)
    answer = save(client, draft, 2, {"hopes": "That she reads."})
    assert answer.status_code == 200
    assert answer.json()["version"] == 2
    assert answer.json()["words"].startswith("Saved ")
    assert answer.json()["answers"] == {}
    draft = Draft.objects.get()
    assert draft.data["hopes"] == "That she reads."
    assert (draft.version, draft.step, draft.saved_by) == (2, 2, cast.counselor)


def test_it_forgets_a_box_that_is_no_longer_ticked(cast, client):
    draft = make_draft(cast.counselor, cast.child)
    save(client, draft, 2, {"keep_hopes": "on", "hopes": "a"})
    draft = Draft.objects.get()
    assert draft.data["keep_hopes"] == "on"
    save(client, draft, 2, {"hopes": ""})
    assert not {"keep_hopes", "hopes"} & Draft.objects.get().data.keys()


def test_it_leaves_the_other_steps_alone(cast, client):
    draft = make_whole_draft(cast)
    save(client, draft, 2, {"hopes": "Another hope."})
    after = Draft.objects.get().data
    assert after["explained"] == draft.data["explained"]
    assert after["hopes"] == "Another hope."


def test_it_keeps_nothing_that_the_step_does_not_ask(cast, client):
    draft = make_draft(cast.counselor, cast.child)
    save(client, draft, 2, {"hopes": "a", "is_superuser": "on", f"needs_{builders.new_key()}": "x"})
    assert Draft.objects.get().data.keys() == {"children", "hopes", "_pages"}


def test_it_knows_the_page_that_saved_last(cast, client):
    """A page whose answer got lost on the way does not clash with itself."""
    draft = make_draft(cast.counselor, cast.child)
    page = builders.new_key()
    assert save(client, draft, 2, {"hopes": "a"}, submission=page, seen="{}").status_code == 200
    again = save(client, draft, 2, {"hopes": "ab"}, submission=page, seen="{}", version=1)
    assert again.status_code == 200
    assert Draft.objects.get().data["hopes"] == "ab"


@pytest.mark.parametrize("step", ["", "0", "6", "x", "1.0", "１"])
def test_it_answers_a_garbled_step_with_not_found(cast, client, step):
    assert save(client, make_draft(cast.counselor, cast.child), step, {}).status_code == 404


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 400, "²", "1e3", "\0"])
@pytest.mark.parametrize("seen", ["", "[]", "{", "null", '{"hopes": 1}', "[" * 99])
def test_it_takes_garbled_versions_as_unknown(cast, client, version, seen):
    draft = make_draft(cast.counselor, cast.child)
    answer = save(client, draft, 2, {"hopes": "a"}, version=version, seen=seen)
    assert answer.status_code in (200, 409)


def test_it_takes_no_get(cast, client):
    draft = make_draft(cast.counselor, cast.child)
    assert client.get(reverse("visits:draft-save", args=[draft.pk])).status_code == 405


def test_it_tells_a_script_that_the_session_ended(cast, client):
    draft = make_draft(cast.counselor, cast.child)
    client.logout()
    url = reverse("visits:draft-save", args=[draft.pk])
    assert client.post(url, {}, headers={"sec-fetch-dest": "empty"}).status_code == 401


def test_it_keeps_the_text_over_a_session_that_ended(cast, client, as_):
    draft = make_draft(cast.counselor, cast.child)
    url = reverse("visits:draft-step", args=[draft.pk, 2])
    writer = client.get(url).context["form"]["writer"].value()
    client.logout()
    sent = page_of(draft, {"hopes": "Not lost."}, seen="{}", writer=writer)
    assert client.post(url, sent).status_code == 302
    as_(cast.counselor, client)
    form = client.get(url).context["form"]
    assert form["hopes"].value() == "Not lost."
    assert client.post(url, page_of(draft, {"hopes": form["hopes"].value()})).status_code == 302
    assert Draft.objects.get().data["hopes"] == "Not lost."


# --- quick -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", [1, 2, 3, 4, 5])
def test_it_saves_in_few_queries(cast, client, step, django_assert_max_num_queries):
    draft = make_whole_draft(cast, cast.child, cast.sibling)
    with django_assert_max_num_queries(MOST_QUERIES):
        assert save(client, draft, step, draft.data).status_code == 200


@pytest.mark.parametrize("step", [1, 2, 3, 4, 5])
def test_it_goes_on_in_few_queries(cast, client, step, django_assert_max_num_queries):
    draft = make_whole_draft(cast, cast.child, cast.sibling)
    draft.be_written_by(draft.data["colleagues"])
    with django_assert_max_num_queries(MOST_QUERIES):
        assert post_step(client, draft, step).status_code == 302


def test_it_saves_in_the_same_number_of_queries_in_a_big_school(cast, client):
    counts = []
    client.get(make_whole_draft(cast).get_absolute_url())
    for _school in ("small", "big"):
        draft = make_whole_draft(cast, cast.child, cast.sibling)
        with CaptureQueriesContext(connection) as queries:
            assert post_step(client, draft, 4).status_code == 302
        counts.append(len(queries))
        for n in range(30):
            builders.make_staff(cast.school, sight.ADVISER, f"Teacher {n}")
    assert counts[0] == counts[1]


def test_it_saves_and_finishes_without_redis(cast, client, monkeypatch):
    """No request touches Redis: what must be told waits in the database."""

    def refuse(*args, **kwargs):
        raise AssertionError("a request asked for Redis")

    monkeypatch.setattr(redis.connection.AbstractConnection, "connect", refuse)
    monkeypatch.setattr(kombu.Connection, "ensure_connection", refuse)
    draft = make_whole_draft(cast)
    assert save(client, draft, 2, draft.data).status_code == 200
    draft = Draft.objects.get()
    finish = reverse("visits:draft-finish", args=[draft.pk])
    assert client.post(finish, page_of(draft)).status_code == 302
    assert Notice.objects.get(kind="visit.summary").expanded_at is None


def test_it_saves_the_home_that_was_chosen_while_it_is_typed(cast, client):
    """Saving loads the children alone; what hangs on the rest of the family is kept all the same."""
    flat = builders.make_household(cast.child, guardians=[cast.father])
    draft = make_whole_draft(cast)
    answers = draft.data | {"household": str(flat.pk), "colleague_more": str(cast.principal.pk)}
    assert save(client, draft, 1, answers).status_code == 200
    stands = Draft.objects.get().data
    assert stands["household"] == str(flat.pk)
    assert set(stands["colleagues"]) == {str(cast.adviser.pk), str(cast.principal.pk)}
    assert stands["present"] == [str(cast.mother.pk)]
