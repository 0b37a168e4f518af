"""The API: its door, how it says no, its pages, and that nothing leaks through it.

What it says of people is in tests/people/test_api_roster.py, of visits in tests/visits/test_api_visits.py,
of plans and sessions in tests/counseling/test_api*.py, of messages in tests/messaging/test_api.py.
"""

import datetime as dt
import logging

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from homeschool.journal.models import Entry
from homeschool.people.models import Token
from homeschool.people.sight import STAFF_ROLES
from visits.models import VisitChild

from . import builders, doors, records
from .api import ROOT, Program
from .counseling.after_school import make_programme, make_session
from .counseling.builders import make_plan
from .messaging.builders import make_announcement, make_thread
from .records_announcements import SENT

pytestmark = pytest.mark.django_db

LISTS = {
    "schools/": Token.Scope.ROSTER,
    "divisions/": Token.Scope.ROSTER,
    "classes/": Token.Scope.ROSTER,
    "terms/": Token.Scope.ROSTER,
    "students/": Token.Scope.ROSTER,
    "guardianships/": Token.Scope.ROSTER,
    "visits/": Token.Scope.VISITS,
    "promises/": Token.Scope.PROMISES,
    "plans/": Token.Scope.PLANS,
    "programmes/": Token.Scope.SESSIONS,
    "sessions/": Token.Scope.SESSIONS,
    "attendance/": Token.Scope.ATTENDANCE,
    "threads/": Token.Scope.MESSAGES,
    "messages/": Token.Scope.MESSAGES,
    "announcements/": Token.Scope.ANNOUNCEMENTS,
}
MOST_QUERIES = 15


@pytest.fixture
def admin(cast):
    return Program(cast.school_admin)


# --- the door --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer hs_never-made",
        "Token {text}",
        "Basic {text}",
        "{text}",
        "Bearer {text}x",
        "Bearer {text} {text}",
        "Bearer \xff\xfe",
        "Bearer " + "x" * 9000,
    ],
)
def test_it_opens_to_no_other_header(cast, header):
    text = builders.make_token(cast.principal).text
    headers = {} if header is None else {"Authorization": header.format(text=text)}
    for path in (*LISTS, "schema/", "nothing/", ""):
        answer = Client(headers=headers).get(ROOT + path)
        assert answer.status_code == 401
        assert answer["WWW-Authenticate"] == "Bearer"
        assert answer.json()["detail"]


def test_it_opens_to_no_session(cast, as_):
    for path in LISTS:
        assert as_(cast.principal).get(ROOT + path).status_code == 401


def test_it_takes_the_token_and_not_the_session(cast, as_):
    """A browser's cookie beside a token changes nobody's sight."""
    text = builders.make_token(cast.mother).text
    answer = as_(cast.principal).get(
        ROOT + "students/", headers={"Authorization": f"Bearer {text}"}
    )
    assert len(answer.json()["results"]) == 2


def test_it_opens_to_none_whose_days_are_over(cast):
    program = Program(cast.principal)
    past = timezone.now() - dt.timedelta(seconds=1)
    Token.objects.update(made_at=past - dt.timedelta(days=1), expires_at=past)
    answer = program.get("students/")
    assert answer.status_code == 401
    assert "over" in answer.json()["detail"]


def test_it_opens_to_none_of_a_closed_account(cast):
    program = Program(cast.principal)
    cast.principal.is_active = False
    cast.principal.save()
    assert program.get("students/").status_code == 401


@pytest.mark.parametrize("path", LISTS)
def test_it_tells_nothing_by_a_role_that_ended(cast, path):
    program = Program(cast.principal)
    program.read(path)
    cast.principal.membership.end(by=cast.school_admin)
    assert program.rows(path) == []


def test_it_tells_nothing_of_a_child_that_left_the_caseload(cast):
    program = Program(cast.counselor)
    child = f"students/{cast.child.pk}/"
    assert program.get(child).status_code == 200
    cast.counselor.membership.caseloads.get(student=cast.child).end(by=cast.school_admin)
    assert program.get(child).status_code == 404


@pytest.mark.parametrize(("path", "scope"), LISTS.items())
def test_it_asks_for_the_scope(cast, path, scope):
    others = [other for other in Token.Scope.values if other != scope]
    assert Program(cast.principal, scope).get(path).status_code == 200
    answer = Program(cast.principal, *others).get(path)
    assert answer.status_code == 403
    assert scope in answer.json()["detail"]


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options", "trace"])
def test_it_only_reads(cast, method):
    program = Program(cast.principal)
    for path in ("students/", f"students/{cast.child.pk}/", "schema/", "nothing/"):
        answer = getattr(program.client, method)(ROOT + path)
        assert answer.status_code == 405
        assert answer.json()["code"] == "method_not_allowed"


def test_it_lets_no_other_site_read(cast):
    program = Program(cast.principal)
    answer = program.client.get(ROOT + "students/", headers={"Origin": "https://elsewhere.example"})
    assert not [name for name in answer.headers if name.startswith("Access-Control")]


def test_it_is_kept_by_no_cache(cast):
    assert "no-store" in Program(cast.principal).get("students/")["Cache-Control"]


# --- how often ----------------------------------------------------------------------------------------


def test_it_stops_a_token_that_asks_too_often(cast, settings):
    settings.API_REQUESTS_A_MINUTE = 2
    program, other = Program(cast.principal), Program(cast.principal)
    codes = [program.get("terms/").status_code for _n in range(3)]
    assert 429 in codes or timezone.now().second < 2  # the minute may have turned
    answer = next(a for a in (program.get("terms/") for _n in range(3)) if a.status_code == 429)
    assert 0 < int(answer["Retry-After"]) <= 60
    assert answer.json()["code"] == "throttled"
    assert other.get("terms/").status_code == 200


def test_it_lets_it_ask_again_in_the_next_minute(cast, settings):
    settings.API_REQUESTS_A_MINUTE = 1
    program = Program(cast.principal)
    program.get("terms/")
    past = timezone.now().replace(second=0, microsecond=0) - dt.timedelta(minutes=1)
    Token.objects.update(minute=past, asked=1)
    assert program.get("terms/").status_code == 200


def test_it_counts_in_the_row_of_the_token(cast):
    program = Program(cast.principal)
    for _n in range(3):
        program.read("terms/")
    program.token.refresh_from_db()
    assert program.token.asked in (1, 2, 3)  # the minute may have turned
    assert program.token.last_used_at


# --- how it says no ---------------------------------------------------------------------------------


def test_it_answers_what_is_not_yours_as_what_never_existed(cast):
    program = Program(cast.adviser)
    answers = {
        program.get(f"students/{pk}/").content
        for pk in (cast.other_child.pk, cast.sibling.pk, doors.NO_UUID)
    }
    answers |= {program.get("students/abc/").content, program.get("nothing").content}
    assert len(answers) == 1
    assert b'"code":"not_found"' in answers.pop()


@pytest.mark.parametrize(
    ("path", "query", "field"),
    [
        ("students/", {"studnet": "1"}, "studnet"),
        ("students/", {"status": "gone"}, "status"),
        ("students/", {"school_class": "3b"}, "school_class"),
        ("students/", {"q": "a\0b"}, "q"),
        ("students/", {"q": "x" * 101}, "q"),
        ("students/", {"page_size": "0"}, "page_size"),
        ("students/", {"page_size": "201"}, "page_size"),
        ("students/", {"page_size": "９"}, "page_size"),
        ("students/", {"cursor": "bz0x"}, "cursor"),
        ("students/", {"format": "xml"}, "format"),
        ("terms/", {"on": "2026-02-30"}, "on"),
        ("terms/", {"on": "0001-01-01"}, "on"),
        ("visits/", {"since": "yesterday"}, "since"),
        ("visits/", {"since": "9999-12-31T23:59:59-23:59"}, "since"),
        ("promises/", {"due_from": "99999-01-01"}, "due_from"),
        ("plans/", {"state": "gone"}, "state"),
        ("plans/", {"about": "x"}, "about"),
        ("programmes/", {"about": "x"}, "about"),
        ("sessions/", {"on_from": "soon"}, "on_from"),
        ("attendance/", {"mark": "ill"}, "mark"),
        ("threads/", {"since": "soon"}, "since"),
        ("messages/", {"text": "x"}, "text"),
        ("announcements/", {"level": "sung"}, "level"),
    ],
)
def test_it_says_which_parameter_is_wrong(cast, path, query, field):
    answer = Program(cast.principal).get(path, **query)
    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == [field]
    assert answer.json()["detail"]


def test_it_says_no_in_the_language_that_was_asked_for(cast):
    headers = {"Accept-Language": "es"}
    answer = Client().get(ROOT + "students/", headers=headers)
    assert answer["Content-Language"] == "es"


# --- page by page ----------------------------------------------------------------------------------


def test_it_gives_every_row_once_in_pages(cast, admin):
    for _n in range(11):
        builders.make_student(cast.school_class)
    rows = admin.all_rows("students/", page_size=3)
    assert len(rows) == len({row["id"] for row in rows}) == 14


def test_it_leads_back_too(cast, admin):
    first = admin.read("students/", page_size=1)
    assert first["previous"] is None
    second = admin.read(first["next"])
    assert admin.read(second["previous"])["results"] == first["results"]


def test_it_keeps_the_filters_from_page_to_page(cast, admin):
    page = admin.read("students/", page_size=1, school_class=cast.school_class.pk)
    rows = [*page["results"], *admin.all_rows(page["next"])]
    assert {row["school_class"]["name"] for row in rows} == {cast.school_class.name}


def test_it_takes_no_cursor_of_another_list(cast, admin):
    cursor = admin.read("students/", page_size=1)["next"].split("cursor=")[1].split("&")[0]
    assert admin.get(f"{ROOT}guardianships/?cursor={cursor}").status_code == 400


def test_it_puts_no_name_into_a_cursor(cast, admin):
    """Addresses stand in logs; a cursor holds a key."""
    assert str(admin.rows("students/", page_size=1)[0]["id"])
    from django.core import signing

    link = admin.read("students/", page_size=1)["next"]
    cursor = link.split("cursor=")[1].split("&")[0].replace("%3A", ":")
    held = signing.loads(cursor, salt="api.cursor.student")
    assert held[2] in {str(cast.child.pk), str(cast.sibling.pk), str(cast.classmate.pk)}


# --- what it costs ------------------------------------------------------------------------------------


def add_one_of_each(cast, number):
    """Add a row to every list of the principal."""
    school_class = builders.make_class(cast.school, f"q{number}", adviser=cast.adviser.membership)
    builders.make_term(
        cast.school, f"t{number}", f"{2030 + number}-01-01", f"{2030 + number}-06-01"
    )
    child = builders.make_student(school_class)
    builders.make_guardian(child)
    line = VisitChild(student=child, going_well="Reads a lot")
    records.hold(line, by=cast.principal, promises=[records.owed(child, "Lend a book")])
    make_plan(cast, child, by=cast.principal)
    session = make_session(make_programme(cast, name=f"Club {number}"))
    session.leaders.create(user=cast.principal, span=session.span, on=session.on, live=False)
    session.attendance.create(student=child, mark="present", minutes=60, by=cast.principal)
    make_thread(cast, by=cast.principal, school=[cast.principal])
    make_announcement(cast, by=cast.principal, told=[cast.principal])


@pytest.mark.parametrize("path", LISTS)
def test_it_asks_the_same_for_one_row_and_for_twenty(cast, path):
    program, counts = Program(cast.principal), []
    for rows in ([1], range(2, 21)):
        for number in rows:
            add_one_of_each(cast, number)
        with CaptureQueriesContext(connection) as seen:
            program.read(path, page_size=200)
        counts.append(len(seen))
    assert counts[0] == counts[1] <= MOST_QUERIES


def test_it_asks_little_for_one_visit(cast):
    visit = records.hold(VisitChild(student=cast.child), by=cast.counselor)
    program = Program(cast.counselor)
    with CaptureQueriesContext(connection) as seen:
        program.read(f"visits/{visit.pk}/")
    assert len(seen) <= MOST_QUERIES


def test_it_touches_no_redis(cast, settings, monkeypatch):
    """Nothing answers at REDIS_URL in tests; here not even a connection is begun."""
    import redis

    def refuse(*args, **kwargs):
        raise AssertionError("the API touched Redis")

    monkeypatch.setattr(redis.connection.ConnectionPool, "get_connection", refuse)
    program = Program(cast.principal)
    for path in LISTS:
        program.read(path)


# --- nothing leaks ------------------------------------------------------------------------------------

KINDS = {
    "students/": "child",
    "guardianships/": "guardianship",
    "schools/": "school",
    "classes/": "class",
    "terms/": "term",
    "visits/": "visit",
    "promises/": "promise",
    "plans/": "plan",
    "programmes/": "programme",
    "sessions/": "session",
    "announcements/": "announcement",
    "threads/": "thread",
    "messages/": "asking message",
}
HOLDERS = [name for name in doors.PEOPLE if name not in doors.STRANGERS]
# On pages of the office alone, where the reading of addresses is written down: never here.
NEVER_HERE = {
    "Canary-reason 4711", "Canary-road 8", "canary-mother@example.org", "+86 555 0100",
    "canary-father@example.org", "+86 555 0199", doors.NOTE,
    "Canary-group 1", "Canary-leaving 1", "Canary-yes 1", "Canary-line 1", "Canary-because 1",
    "Canary-good-at 1", "Canary-good-at 2", "canary-helps@example.org", "canary-applied@example.org",
    "Canary-check 1", "Canary-withdrawn 1", "Canary-telephone 1", "Canary-evaluation 1",
}  # fmt: skip


@pytest.fixture(scope="module")
def stage(django_db_setup, django_db_blocker):
    """The stage of tests/doors.py: the cast, and all that somebody may not see."""
    logging.disable(logging.WARNING)
    with django_db_blocker.unblock(), transaction.atomic():
        yield doors.Stage()
        transaction.set_rollback(True)
    logging.disable(logging.NOTSET)


def ask_for_everything(stage, person):
    """Return {(path, what): answer} of every list and every row that `person`'s program asks for."""
    program, answers = Program(getattr(stage.cast, person)), {}
    for path in LISTS:
        answers[path, ""] = program.get(path, page_size=200)
    for word in ("林", "Canary", "Noor"):
        answers["students/", word] = program.get("students/", q=word)
    for path, kind in KINDS.items():
        for label, key in stage.keys[kind].items():
            answers[path, label] = program.get(f"{path}{key}/")
    for path in ("visits/", "promises/", "guardianships/", "plans/", "attendance/"):
        for label, child in stage.keys["child"].items():
            answers[path, f"of {label}"] = program.get(path, student=child)
    return answers


@pytest.fixture(scope="module")
def told(stage):
    """Return `told(person)`: (all that the API says to that person, the answers); asked once."""
    kept = {}

    def ask(person):
        if person not in kept:
            with transaction.atomic():
                answers = ask_for_everything(stage, person)
                transaction.set_rollback(True)
            words = "".join(answer.content.decode() for answer in answers.values())
            kept[person] = words, answers
        return kept[person]

    return ask


@pytest.mark.parametrize("person", HOLDERS)
def test_it_leaks_no_word_to_anybody(stage, told, person):
    text, answers = told(person)
    hidden = {word for word, may in stage.canaries.items() if person not in may} | NEVER_HERE
    if person == "staff_without_second_factor":  # with a token she reads as the counselor does
        hidden = NEVER_HERE
    assert not [word for word in hidden if word in text]
    assert {answer.status_code for answer in answers.values()} <= {200, 404}


@pytest.mark.parametrize("person", HOLDERS)
def test_it_shows_just_the_things_that_the_pages_show(stage, told, person):
    """Of each kind of thing, those whom the table of doors lets the person see, and no other."""
    _text, answers = told(person)
    for path, kind in KINDS.items():
        for label, people in doors.THINGS[kind].items():
            seen = answers[path, label].status_code == 200
            may = may_see(kind, person, people, label)
            assert seen == may, f"{person} {path} {label}"


def may_see(kind, person, people, label):
    """Whether a row of tests/doors.py is for `person`, in the eyes of the API."""
    if kind == "announcement" and label != SENT:
        return False  # what has not left is on pages alone
    if kind == "plan" and person in ("mother", "adult"):
        return False  # a family reads its plan on its page
    if kind in ("programme", "session") and not people.get(person, set()) <= STAFF_ROLES:
        return False  # families and volunteers read of sessions on their pages
    if person == "parent" and kind in ("guardianship", "promise"):
        return False  # it was granted visits, and no tie; what the other home promised stays there
    return bool(people.get("counselor" if person == "staff_without_second_factor" else person))


@pytest.mark.parametrize("person", ["adviser", "counselor", "principal", "mother", "adult"])
def test_it_tells_the_words_to_those_who_may_read_them(stage, told, person):
    """The canaries above sing only where such a word is told at all."""
    text, _answers = told(person)
    on_pages_alone = (
        "Canary-draft", "Canary-theme", "Canary-day", "Canary-offer", "Canary-suggestion",
        "Canary-gift", "Canary-photo", "Canary-story", "Canary-file", "Canary-paper", "Canary-confided",
        "Canary-agreed", "Canary-answer", "Canary-question",
        "Canary-plan", "Canary-habit", "Canary-observation", "Canary-sheet", "Canary-room",
        "Canary-subject", "Canary-announcing", "Canary-idea", "Canary-list", "Canary-news",
        "Canary-remark", "Canary-telling", "Canary-template", "Canary-thread-draft",
        "Canary-unsent", "Canary-use", "Canary-word", *NEVER_HERE,
    )  # fmt: skip
    if person == "mother":  # families and volunteers read of sessions on their pages
        on_pages_alone += ("Canary-topic",)
    may = {
        word
        for word, people in stage.canaries.items()
        if person in people and not word.startswith(on_pages_alone)
    }
    assert may
    assert not [word for word in may if word not in text]


def test_it_notes_no_reading_of_what_was_not_shown(stage):
    with transaction.atomic():
        before = Entry.objects.filter(kind=Entry.Kind.VIEWED).count()
        ask_for_everything(stage, "school_admin")
        assert Entry.objects.filter(kind=Entry.Kind.VIEWED).count() == before
        transaction.set_rollback(True)


def test_it_knows_every_address_of_the_api():
    """A new list must stand in LISTS, so that its leaks are looked for."""
    from homeschool.api import router

    assert {f"{prefix}/" for prefix, _view, _name in router.registry} == set(LISTS)
