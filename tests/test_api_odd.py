"""The API and whatever may be sent to it: no 500, and no answer that the document does not foresee.

Schemathesis makes the cases from the OpenAPI document, right ones and wrong ones, and sends them to the
WSGI application in this process. `API_ODD_INPUTS` says how many for each operation; with 320 they are
5,000 and some, in a few minutes.
"""

import contextlib
import os

import pytest
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema
from hypothesis import HealthCheck, Phase, given, settings as hypothesis_settings, strategies as st

from homeschool.people.models import Token
from visits.models import VisitChild

from . import builders, records
from .api import ROOT, Program
from .cast import make_cast
from .counseling.after_school import make_programme, make_session
from .counseling.builders import make_plan, measure
from .messaging.builders import make_announcement, make_thread

schemathesis = pytest.importorskip("schemathesis")
from schemathesis.checks import not_a_server_error  # noqa: E402
from schemathesis.generation import GenerationMode  # noqa: E402
from schemathesis.specs.openapi.checks import (  # noqa: E402
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

pytestmark = pytest.mark.django_db

MANY = int(os.environ.get("API_ODD_INPUTS", "20"))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
seeded = hypothesis_settings(
    max_examples=MANY,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def document():
    """Return the document as it is served, without asking for it."""
    return SchemaGenerator().get_schema(request=None, public=True)


SCHEMA = schemathesis.openapi.from_dict(document())
SCHEMA.app = get_wsgi_application()
OPERATIONS = {found.ok().label: found.ok() for found in SCHEMA.get_all_operations()}


@contextlib.contextmanager
def one_connection():
    """Let requests of the WSGI application stay on the connection of the test, as a test client does."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.fixture(scope="module")
def stage(django_db_setup, django_db_blocker):
    """A school in which there is something to find, for the length of this file."""
    unblocked, patched = django_db_blocker.unblock(), pytest.MonkeyPatch.context()
    with unblocked, one_connection(), transaction.atomic(), patched as patch:
        patch.setattr("django.conf.settings.API_REQUESTS_A_MINUTE", 10**6)
        cast = make_cast()
        line = VisitChild(student=cast.child, going_well="Reads a lot", needs=["reading"])
        promises = [records.owed(cast.child, "Lend a book", cast.adviser)]
        visit = records.hold(line, by=cast.counselor, team=[cast.adviser], promises=promises)
        plan = make_plan(cast)
        measure(plan.goals.get(), 55, 56.5)
        session = make_session(make_programme(cast))
        mark = session.attendance.create(
            student=cast.child, mark="present", minutes=60, by=cast.counselor
        )
        thread = make_thread(cast, by=cast.principal, school=[cast.principal])
        cast.keys = {
            "schools": cast.school.pk,
            "divisions": cast.school_class.division_id,
            "classes": cast.school_class.pk,
            "terms": cast.term.pk,
            "students": cast.child.pk,
            "guardianships": cast.mother.guardianship.pk,
            "visits": visit.pk,
            "promises": visit.promises.get().pk,
            "plans": plan.pk,
            "programmes": session.programme_id,
            "sessions": session.pk,
            "attendance": mark.pk,
            "threads": thread.pk,
            "messages": thread.messages.get().pk,
            "announcements": make_announcement(cast, told=[cast.mother]).pk,
        }
        cast.texts = [
            builders.make_token(user).text for user in (cast.principal, cast.adviser, cast.mother)
        ]
        yield cast
        transaction.set_rollback(True)


def cases(operation):
    """Return the strategy of right and wrong cases, each with whether it names a row that is there."""
    modes = [operation.as_strategy(mode) for mode in GenerationMode]
    return st.tuples(st.one_of(*modes), st.booleans(), st.integers(0, 2))


@pytest.mark.parametrize("label", OPERATIONS)
def test_it_answers_whatever_is_asked(stage, label):
    operation = OPERATIONS[label]
    key = stage.keys[operation.path.removeprefix(ROOT).split("/")[0]]

    @seeded
    @given(cases(operation))
    def ask(drawn):
        case, is_there, reader = drawn
        if is_there and "{id}" in operation.path:
            case.path_parameters = {"id": str(key)}
        headers = {
            "Authorization": f"Bearer {stage.texts[reader]}",
            "Accept-Encoding": "identity",
        }
        case.validate_response(case.call(headers=headers), checks=CHECKS)

    ask()


# --- what a document does not describe ------------------------------------------------------------------

ODD = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        [
            "\0", "%00", "\ud800", "' OR 1=1 --", "../..", "NaN", "1e999", "-1", "null", "[]", "{}",
            "0000-00-00", "2026-02-30", "9999-12-31", "-0001-01-01", "24:00", "+14:00", "true", "٣",
            "9" * 400, "a" * 3000, "{0}", "${x}", "<script>", "\u202e", "é", "e\u0301",
        ]
    ),
)  # fmt: skip
PARAMETERS = sorted(
    {
        parameter["name"]
        for path in document()["paths"].values()
        for parameter in path["get"].get("parameters", [])
        if parameter["in"] == "query"
    }
)


def encoded(text):
    return text.encode("utf-8", "surrogatepass")


@seeded
@given(st.lists(st.tuples(st.sampled_from(PARAMETERS) | ODD, ODD), max_size=4), st.data())
def ask_oddly(program, asked, pairs, data):
    path = data.draw(st.sampled_from([label.removeprefix("GET ") for label in OPERATIONS]))
    path = path.replace("{id}", data.draw(st.uuids().map(str) | st.just("x")))
    query = "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in pairs)
    answer = program.client.get(f"{path}?{query}")
    asked.append(answer.status_code)
    assert answer.status_code in {200, 400, 404}, (path, pairs)
    assert answer["Content-Type"] == "application/json"


def _quoted(text):
    from urllib.parse import quote

    return quote(encoded(text), safe="")


def test_it_answers_odd_parameters_in_words(stage):
    program, asked = Program(stage.principal), []
    for _round in range(4):
        ask_oddly(program, asked)
    assert {400} <= set(asked)


@seeded
@given(st.text(st.characters(codec="latin-1"), max_size=200))
def send_header(client, header):
    answer = client.get(f"{ROOT}students/", headers={"Authorization": header})
    assert answer.status_code == 401


def test_it_takes_no_odd_header_for_a_token(stage, client):
    send_header(client)
    assert Token.objects.live().count() == len(stage.texts)


# --- the document -----------------------------------------------------------------------------------


def test_it_describes_itself_rightly(stage):
    found = Program(stage.principal).read("schema/")
    validate_schema(found)
    assert set(found["paths"]) == {operation.path for operation in OPERATIONS.values()}


def test_it_warns_of_nothing_when_it_is_written(capsys):
    document()
    assert "Warning" not in capsys.readouterr().err
