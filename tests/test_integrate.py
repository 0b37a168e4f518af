"""docs/integrate.md: every example is run, and answers what stands below it ("…" is anything)."""

import io
import json
import re
import shlex
import urllib.request
from pathlib import Path

import pytest
from django.test import Client

from homeschool.people.models import Token
from tests import builders
from tests.counseling.after_school import make_programme, make_session
from tests.counseling.builders import make_plan, measure
from tests.messaging.builders import let_leave, make_announcement, make_thread, tell
from tests.records import hold, owed
from visits.models import VisitChild

pytestmark = pytest.mark.django_db

GUIDE = (Path(__file__).resolve().parent.parent / "docs/integrate.md").read_text()
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", GUIDE, re.DOTALL)
PORTAL = "http://testserver"
ANYTHING = "…"


def examples(kind):
    """Return (what is run, what is answered or None) of each block of a kind."""
    return [
        (text, BLOCKS[n + 1][1] if n + 1 < len(BLOCKS) and BLOCKS[n + 1][0] == "json" else None)
        for n, (language, text) in enumerate(BLOCKS)
        if language == kind
    ]


@pytest.fixture
def world(cast):
    """What the guide tells of: a visit and a plan of the counselor, and a token of hers."""
    line = VisitChild(student=cast.child, going_well="Reads aloud", needs=["reading"])
    promises = [owed(cast.child, "Lend a book", cast.adviser)]
    visit = hold(line, by=cast.counselor, household=cast.household, promises=promises)
    builders.give_caseload(cast.counselor, cast.classmate)
    plan = make_plan(cast, state="active")
    measure(plan.goals.get(), 55, 58)
    programme = make_programme(cast, place="Room 4")
    programme.seats.create(
        student=cast.child, asked_by=cast.mother, state="taken", taken_at=programme.made_at
    )
    session = make_session(programme)
    session.leaders.create(user=cast.counselor, span=session.span, on=session.on)
    session.hold(by=cast.counselor, topic="Fairy tales", material="The big book", pages="4–9")
    session.attendance.create(
        student=cast.child, mark="late", minutes=45, engagement=3, by=cast.counselor
    )
    thread = make_thread(cast, text="Can we speak on Friday?", language="en", asks=True)
    thread.messages.write(thread, "Yes", language="en", by=cast.mother)
    let_leave(thread)
    tell(thread.messages.get(side="home"), cast.counselor)
    make_announcement(cast, by=cast.counselor, level="tap", text="School is closed on Monday.")
    return {
        "PORTAL": PORTAL,
        "TOKEN": builders.make_token(cast.counselor).text,
        "STUDENT": str(cast.child.pk),
        "VISIT": str(visit.pk),
        "PLAN": str(plan.pk),
        "PROGRAMME": str(programme.pk),
        "SESSION": str(session.pk),
        "THREAD": str(thread.pk),
    }


def curl(command, world):
    """Return what `curl` would print."""
    for name, value in world.items():
        command = command.replace(f"${name}", value)
    words = shlex.split(command)
    assert words.pop(0) == "curl"
    headers = {}
    while words[0] == "-H":
        name, _colon, value = words[1].partition(": ")
        headers[name], words = value, words[2:]
    (url,) = words
    return Client(headers=headers).get(url.removeprefix(PORTAL)).json()


def fits(told, found):
    """Whether `found` is what is told; "…" is anything, and at the end of rows: other rows."""
    if told == ANYTHING:
        return True
    if isinstance(told, dict) and isinstance(found, dict):
        return list(told) == list(found) and all(fits(told[name], found[name]) for name in told)
    if isinstance(told, list) and isinstance(found, list):
        if told[-1:] == [ANYTHING] and isinstance(told[0], dict):
            return all(any(fits(row, other) for other in found) for row in told[:-1])
        return len(told) == len(found) and all(map(fits, told, found))
    return told == found


def test_the_guide_has_examples():
    assert len(examples("sh")) >= 9
    assert len(examples("python")) == 1


@pytest.mark.parametrize(("command", "answer"), examples("sh"))
def test_an_example_answers_what_stands_below_it(world, command, answer):
    found = curl(command, world)
    assert answer is None or fits(json.loads(answer), found), json.dumps(found, indent=2)


def test_the_script_runs(world, monkeypatch, capsys):
    ((script, answer),) = examples("python")
    for name, value in world.items():
        monkeypatch.setenv(name, value)

    def urlopen(request):
        client = Client(headers=dict(request.header_items()))
        return io.BytesIO(client.get(request.full_url.removeprefix(PORTAL)).content)

    monkeypatch.setattr(urllib.request, "urlopen", urlopen)
    exec(compile(script, "docs/integrate.md", "exec"), {})  # noqa: S102 - our own guide
    assert fits(json.loads(answer), json.loads(capsys.readouterr().out))


def test_the_guide_names_every_scope_and_list():
    from homeschool.api import router

    said = [*Token.Scope.values, *(f"{prefix}/" for prefix, _view, _name in router.registry)]
    assert not [words for words in said if f"`{words}`" not in GUIDE]


def test_the_guide_says_how_often(settings):
    assert f"more than {settings.API_REQUESTS_A_MINUTE} requests" in GUIDE
