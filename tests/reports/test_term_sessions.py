"""The sheets of the term report on what takes place after school: sessions, marks, hours, dosage,
volunteers, seats and what children and families say."""

import csv
import datetime as dt
import html
import io
import itertools
import zoneinfo
from collections import Counter

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings, strategies as st
from python_calamine import CalamineWorkbook

from counseling.models import Attendance, Evaluation, Leading, Programme, Seat, Session
from counseling.models.volunteer import hours_of
from counseling.rules import dosage
from homeschool.people.models import Student, Term
from homeschool.reports.term import PUBLIC, SHEETS, Filters, build, csv_of, doses, xlsx_of
from homeschool.reports.term.evaluations import count_evaluations
from homeschool.reports.term.hiding import sums
from homeschool.reports.term.paper import paper_of
from homeschool.reports.term.rows import rows_of, sessions as session_rows
from tests import builders
from tests.counseling.after_school import make_programme, make_session, make_volunteer

SHEETS_HERE = ("sessions", "marks", "hours", "dosage", "volunteers", "seats", "evaluation")
BANDS = [f"pupils_band_{n}" for n in range(6)]
ZONE = zoneinfo.ZoneInfo("Asia/Shanghai")

# no two sessions of a programme are planned for the same moment
SECONDS = itertools.count()


def day(n):
    """Return the day `n` days from today, by the school's clock."""
    return timezone.localdate(timezone=ZONE) + dt.timedelta(days=n)


def at(n):
    """Return its noon."""
    return dt.datetime.combine(day(n), dt.time(12), ZONE)


def make_children(cast, number):
    return [builders.make_student(cast.school_class, f"Child {n}") for n in range(number)]


@pytest.fixture
def term(cast):
    """The term of the cast, from 80 days ago until in 60 days."""
    Term.objects.filter(pk=cast.term.pk).update(start=day(-80), end=day(60))
    cast.term.refresh_from_db()
    return cast.term


def programme(cast, **columns):
    usual = {"begins": day(-90), "ends": day(70), "weekly": ()}
    return make_programme(cast, **(usual | columns))


def seat(of, student, state="taken", *, asked=-70, taken=-69, ended=None, **columns):
    """Write a seat as it stands, asked for, taken and ended so many days from today."""
    return Seat.objects.create(
        programme=of, student=student, state=state, asked_by=of.owner, asked_at=at(asked),
        taken_at=None if taken is None else at(taken), ended_at=None if ended is None else at(ended),
        ended_by=None if ended is None else of.owner, **columns,
    )  # fmt: skip


def held(of, days, marks=(), leaders=(), *, minutes=60, state="held"):
    """Write a session so many days from today; `marks` are (child, mark, minutes), `leaders` staff or
    volunteers."""
    session = make_session(of, at(days) + dt.timedelta(seconds=next(SECONDS)), minutes)
    for one in leaders:
        who = {"user": one} if one._meta.model_name == "user" else {"volunteer": one}
        Leading.objects.create(session=session, span=session.span, on=session.on, **who)
    Attendance.objects.bulk_create(
        Attendance(session=session, student=child, mark=mark, minutes=long, by=of.owner)
        for child, mark, long in marks
    )
    Session.objects.filter(pk=session.pk).update(
        state=state, held_at=timezone.now() if state == "held" else None
    )
    return session


@pytest.fixture
def club(cast, term):
    """A reading club of a small group, led by a volunteer, and one to one mathematics of a partner."""
    club = cast.club = programme(cast, capacity=40)
    maths = cast.maths = programme(
        cast, name="Mathematics", format="one_to_one", provider="partner", partner="River College"
    )
    cast.vera = make_volunteer(cast, since=day(-300), until=day(300))
    will = cast.will = make_volunteer(cast, "Will Wu", since=day(-300), until=day(300))
    child, sibling, classmate = cast.child, cast.sibling, cast.classmate
    for one in (child, sibling):
        seat(club, one)
    seat(club, classmate, "left", ended=-20)
    seat(maths, child, taken=-40)
    there = [(child, "present", 60), (sibling, "late", 45)]
    held(club, -75)  # before the seats: of nobody
    held(club, -60, [*there, (classmate, "absent", 0)], [cast.vera])
    held(club, -58, [*there, (classmate, "present", 60)], [cast.vera, will])
    held(club, -30, [(child, "excused", 0), (classmate, "late", 30)], [cast.counselor])
    held(club, -23, leaders=[cast.vera], state="called_off")
    held(club, -9, state="planned")
    held(club, 9, state="planned")
    held(maths, -30, [(child, "present", 40)], [will], minutes=45)
    held(club, -85, [(sibling, "present", 60)], [cast.vera])  # before the term
    other = programme(cast, school=cast.other_school, owner=cast.other_school_admin)
    seat(other, cast.other_child)
    held(other, -30, [(cast.other_child, "present", 60)])
    seat(maths, sibling, "waiting", asked=-11, taken=None)
    seat(maths, classmate, "waiting", asked=-6, taken=None)
    seat(club, make_children(cast, 1)[0], "expired", asked=-6, taken=None, ended=-2)
    return cast


def everything(cast, audience="staff", filters=None, **how):
    return build(cast.term, Student.objects.filter(school=cast.school), audience, filters, **how)


def told(snapshot, *sheets, breakdown=""):
    """Return {measure: value} of what stands on these sheets in one part."""
    wanted = {code for sheet in sheets or SHEETS_HERE for code in SHEETS[sheet].measures}
    return {
        f.measure: f.value
        for f in snapshot.figures
        if f.measure in wanted and f.breakdown == breakdown
    }


# --- what is counted -----------------------------------------------------------------------------------


def test_it_counts_children_sessions_and_hours(club):
    found = everything(club)
    assert told(found, "sessions") == {
        "pupils_seated": 3, "pupils_attending": 3, "hours_attended": 5.67,
        "sessions_planned": 7, "sessions_held": 4, "sessions_called_off": 1, "sessions_open": 2,
    }  # fmt: skip
    assert told(found, "sessions", breakdown="class=5c") == {
        "pupils_seated": 1, "pupils_attending": 1, "hours_attended": 1.5,
        "sessions_planned": 6, "sessions_held": 3, "sessions_called_off": 1, "sessions_open": 2,
    }  # fmt: skip
    assert told(found, "sessions", breakdown="format=one_to_one") == {
        "pupils_attending": 1, "hours_attended": 0.67,
        "sessions_planned": 1, "sessions_held": 1, "sessions_called_off": 0, "sessions_open": 0,
    }  # fmt: skip
    assert told(found, "sessions", breakdown="provider=school")["hours_attended"] == 5.0
    assert told(found, "sessions", breakdown="provider=volunteer")["sessions_planned"] == 0


def test_it_counts_who_was_there(club):
    found = everything(club)
    assert told(found, "marks") == {
        "lines_marked": 9, "lines_there": 7, "lines_late": 3, "lines_excused": 1, "lines_absent": 1,
    }  # fmt: skip
    assert found.total("lines_there").share == pytest.approx(7 / 9)
    assert told(found, "marks", breakdown="provider=partner")["lines_marked"] == 1


def test_it_names_what_is_missing_first(club):
    """One session is over and nobody said what became of it; in the one of thirty days ago nobody marked
    the sibling."""
    found = {row["code"]: (row["number"], row["parts"]) for row in everything(club).missing}
    assert found["sessions_unsaid"] == (1, [("Grade 3", 1)])
    assert found["sessions_unmarked"] == (1, [("Grade 3", 1)])


def test_it_counts_volunteers_and_hours_as_their_own_page_does(club):
    found = everything(club)
    assert told(found, "volunteers") == {
        "volunteers_active": 2, "volunteer_sessions": 4, "volunteer_hours": 3.75,
    }  # fmt: skip
    minutes = sum(hours_of(one, day(-80), day(59)) for one in (club.vera, club.will))
    assert minutes == 225
    assert told(found, "volunteers", breakdown="class=5c")["volunteer_hours"] == 3.0


def test_it_counts_who_waits_and_what_was_given_up(club):
    found = everything(club)
    assert told(found, "seats") == {
        "seats_taken": 4, "seats_given_up": 1, "pupils_waiting": 2, "seats_waited": 2, "days_waited": 8.5,
    }  # fmt: skip
    assert told(found, "seats", breakdown="class=5c")["days_waited"] == 11


def test_what_one_asked_for_and_is_not_drawn_yet_is_no_waiting(club):
    drawn = programme(club, giving=Programme.Giving.DRAW)
    seat(drawn, club.child, "asked", taken=None)
    assert told(everything(club), "seats")["seats_waited"] == 2
    Seat.objects.filter(programme=drawn).update(state="waiting")
    Programme.objects.filter(pk=drawn.pk).update(drawn_at=at(-1), seed="x")
    assert told(everything(club), "seats")["seats_waited"] == 3


def test_a_term_that_is_over_tells_who_waited_at_its_end(club):
    """The sibling waited then, and was offered a place since; the classmate asked since."""
    past = builders.make_term(club.school, "past", f"{day(-200)}", f"{day(-82)}")
    Programme.objects.update(begins=day(-190))
    Seat.objects.filter(student=club.sibling, state="waiting").update(
        asked_at=at(-100), state="taken", offered_at=at(-50), taken_at=at(-49)
    )
    students = Student.objects.filter(school=club.school)
    found = build(past, students)
    assert told(found, "seats") == {
        "seats_taken": 0, "seats_given_up": 0, "pupils_waiting": 1, "seats_waited": 1, "days_waited": 17,
    }  # fmt: skip
    assert told(found, "sessions")["hours_attended"] == 1  # marked, though the seat came later
    same_as_rows(past, students, found, Filters())
    now = everything(club)
    assert now.change(now.total("pupils_waiting")) == 0
    assert now.change(now.total("hours_attended")) == 4.67


# --- how dense it was ----------------------------------------------------------------------------------


def test_each_child_stands_in_one_band(club):
    held(club.club, -3, [(club.child, "present", 720)], minutes=720)
    held(club.club, -2, [(club.child, "present", 120)], minutes=120)
    found = everything(club)
    assert [told(found, "hours")[code] for code in BANDS] == [2, 1, 0, 0, 0, 0]
    for figure in found.figures:
        if figure.measure == "pupils_attending" and figure.kind in ("", "division", "class"):
            places = [found.by_place[code, figure.kind, figure.key] for code in BANDS]
            assert sum(place.value for place in places) == figure.value


def test_hours_of_children_are_hours_of_sessions(club):
    """Three roads to the same sum: by child, by session, and as the report says it."""
    students = Student.objects.filter(school=club.school)
    by_child = doses.minutes(club.term, students)
    by_session: Counter = Counter()
    for row in session_rows.marks(everything_behind(club)):
        by_session[row.session_id] += row.minutes
    assert sum(by_child.values()) == sum(by_session.values()) == 340
    assert everything(club).total("hours_attended").value == round(340 / 60, 2)
    parts = [f for f in everything(club).figures if f.measure == "hours_attended"]
    for kind in ("format", "provider", "division", "class"):
        whole = sum(f.value for f in parts if f.kind == kind and f.value)
        assert whole == pytest.approx(340 / 60, abs=0.02)


def everything_behind(cast, kind="", key=""):
    from homeschool.reports.term.rows.behind import Behind

    return Behind(cast.term, Student.objects.filter(school=cast.school), Filters(), kind, key)


MINUTES = st.sampled_from([0, 15, 29, 30, 31, 60, 240, 700])
LINES = st.lists(
    st.tuples(
        st.integers(0, 3), st.integers(0, 20), MINUTES, st.integers(0, 3), st.integers(1, 6)
    ),
    min_size=1, max_size=14,
)  # fmt: skip


@settings(
    max_examples=25, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(lines=LINES)
def test_it_reckons_as_the_rules_do(crowded, lines):
    """Random histories: (child, day, minutes, who leads, how many came)."""
    with undone():
        leaders = [[], [crowded.vera], [crowded.counselor], [crowded.vera, crowded.counselor]]
        seen = set()
        for child, ago, minutes, led, came in lines:
            if ago in seen:
                continue
            seen.add(ago)
            there = [crowded.children[(child + n) % 6] for n in range(came)]
            held(
                crowded.club, -1 - 3 * ago,
                [(one, "present", max(minutes - n, 0)) for n, one in enumerate(there)],
                leaders[led], minutes=max(minutes, 5),
            )  # fmt: skip
        found = told(everything(crowded, measures=HERE), "hours", "dosage")
        children = Student.objects.filter(school=crowded.school)
        rules = doses.doses(crowded.term, children).values()
        hours = doses.minutes(crowded.term, children)
        bands = Counter(map(dosage.band, hours.values()))
        assert [found[code] for code in BANDS] == [bands[n] for n in range(6)]
        met = Counter(name for one in rules for name in one.met)
        assert {name: found[f"pupils_{name}"] for name in ("often", "long", "small", "same")} == {
            name: met[name] for name in ("often", "long", "small", "same")
        }
        assert found["pupils_high"] == sum(one.is_high for one in rules)
        assert found["pupils_attending"] == len(hours)


HERE = frozenset(SHEETS["hours"].measures) | frozenset(SHEETS["dosage"].measures)


@pytest.fixture
def crowded(cast, term):
    cast.club, cast.children = programme(cast), make_children(cast, 6)
    cast.vera = make_volunteer(cast, since=day(-300), until=day(300))
    for n, child in enumerate(cast.children):
        seat(cast.club, child, taken=-75 + 10 * n)
    return cast


def undone():
    """Return a transaction that leaves nothing behind."""
    from contextlib import contextmanager

    from django.db import transaction

    @contextmanager
    def run():
        with transaction.atomic():
            yield
            transaction.set_rollback(True)

    return run()


def test_the_four_standards_make_high_dosage(crowded):
    """Three times a week with one tutor, half an hour each, is high; once with another it is no more."""
    Seat.objects.filter(student__in=crowded.children[1:]).delete()
    child, tutor = crowded.children[0], crowded.vera
    for n in range(4):
        for ago in (0, 1, 2):
            held(crowded.club, weekday(n, ago), [(child, "present", 30)], [tutor])
    found = told(everything(crowded, measures=HERE), "dosage")
    assert found == dict.fromkeys(found, 1)
    held(crowded.club, weekday(5, 1), state="called_off")  # a week in which nothing took place
    found = told(everything(crowded, measures=HERE), "dosage")
    assert (found["pupils_often"], found["pupils_high"], found["pupils_same"]) == (0, 0, 1)


def weekday(weeks, place):
    """Return how many days from today a day of an earlier week is: Monday is place 0."""
    return place - day(0).weekday() - 7 * (weeks + 1)


# --- what children and families say --------------------------------------------------------------------


def say(cast, *answers, side="child"):
    """Write what so many children said, each answer for all three questions."""
    for child, answer in zip(make_children(cast, len(answers)), answers, strict=True):
        Evaluation.objects.create(
            programme=cast.club, student=child, side=side, glad=answer, learned=answer, again=1,
            words="Canary-evaluation",
        )  # fmt: skip


def test_it_tells_what_is_said_from_five_answers_on(crowded):
    say(crowded, 4, 4, 4, 3)
    few = everything(crowded)
    assert [f.value for f in few.figures if f.measure == "evaluations_mean"] == [None] * 3
    assert all(f.suppressed for f in few.figures if f.measure == "evaluations_said")


# --- rows, page and files ------------------------------------------------------------------------------


def same_as_rows(term, students, snapshot, filters):
    for figure in snapshot.figures:
        if figure.measure in session_rows.RECORDS:
            _kind, rows = rows_of(term, students, filters, figure)
            wanted = figure.value if figure.unit == "count" else figure.n
            assert len(rows) == rows.count() == (wanted or 0), figure


@pytest.mark.parametrize("filters", [Filters(), Filters(school_class="3b")])
def test_every_figure_has_as_many_rows_as_it_says(club, filters):
    students = Student.objects.filter(school=club.school)
    same_as_rows(club.term, students, build(club.term, students, filters=filters), filters)


def test_every_figure_opens_its_rows_for_who_reads_records(club, as_):
    reader, opened = as_(club.principal), 0
    for sheet in SHEETS_HERE:
        page = reader.get("/reports/term/", {"term": club.term.pk, "sheet": sheet, "all": 1})
        urls = [cell["url"] for row in page.context["rows"] for cell in row["cells"]]
        for url in sorted(set(filter(None, urls)))[:12]:
            rows = reader.get(url)
            assert rows.status_code == 200, url
            assert list(rows.context["page"]), url
            opened += 1
        assert str(SHEETS[sheet].counted[0].definition) in html.unescape(page.content.decode())
    assert opened > 40
    office = as_(club.school_admin)
    page = office.get("/reports/term/", {"term": club.term.pk, "sheet": "hours"})
    assert not [c for row in page.context["rows"] for c in row["cells"] if c["url"]]
    asked = {"term": club.term.pk, "measure": "pupils_attending"}
    assert office.get("/reports/term/rows/", asked).status_code == 403
    mine = as_(club.adviser).get("/reports/term/rows/", asked)
    assert mine.context["page"].paginator.count == 2
    assert (
        reader.get("/reports/term/rows/", asked | {"breakdown": "format=gone"}).status_code == 404
    )
    secret = {"term": club.term.pk, "measure": "evaluations_said", "breakdown": "evaluation=glad"}
    assert reader.get("/reports/term/rows/", secret).status_code == 404


def test_page_and_files_say_the_same(club, as_):
    snapshot = everything(club)
    text = csv_of(snapshot).decode().removeprefix("\ufeff")
    tidy = {(r["measure"], r["breakdown"]): r["value"] for r in csv.DictReader(io.StringIO(text))}
    book = CalamineWorkbook.from_filelike(io.BytesIO(xlsx_of(snapshot, timezone.now())))
    paper = {str(sheet["title"]): sheet for sheet in paper_of(snapshot, timezone.now())["sheets"]}
    for code in SHEETS_HERE[:-1]:
        page = as_(club.principal).get(
            "/reports/term/", {"term": club.term.pk, "sheet": code, "all": 1}
        )
        title = str(SHEETS[code].title)
        drawn = [row["row"].cells for row in page.context["rows"]]
        written = book.get_sheet_by_name(title).to_python()[1:]
        printed = [row.cells for part in paper[title]["parts"] for row in part["rows"]]
        assert drawn == printed
        assert len(drawn) == len(written)
        for cells, line in zip(drawn, written, strict=True):
            for cell, number in zip(cells, line[3:], strict=False):
                assert (number if number != "" else None) == (cell and cell.value)
                value = "" if cell is None or cell.value is None else str(cell.value)
                assert cell is None or tidy[cell.measure, cell.breakdown] == value


def test_the_public_version_hides_small_groups(club):
    found = everything(club, PUBLIC)
    of_people = [f for f in found.figures if f.measure.startswith(("pupils_", "lines_", "hours_"))]
    assert of_people
    assert not [f for f in of_people if f.value]
    assert found.total("hours_attended").suppressed
    assert found.total("lines_marked").suppressed
    assert found.total("volunteer_hours").suppressed
    assert found.total("sessions_held").value == 4
    assert not [f for f in found.figures if f.kind == "class"]
    for child in make_children(club, 12):
        seat(club.club, child)
        held(club.club, -5, [(child, "present", 60)])
    found = everything(club, PUBLIC)
    assert found.total("pupils_attending").value == 15
    assert found.total("hours_attended").value == 17.67
    assert found.by_place["pupils_attending", "format", "one_to_one"].suppressed
    assert ("hours_attended", "format", "group") not in found.by_place


def test_bands_are_bound_by_a_sum():
    """One small band pulls another one with it."""
    values = {
        ("pupils_attending", "", ""): 30,
        ("pupils_band_0", "", ""): 27,
        ("pupils_band_1", "", ""): 3,
    }
    bound = [found for found in sums(values) if found.whole == ("pupils_attending", "", "")]
    assert any(
        {("pupils_band_0", "", ""), ("pupils_band_1", "", "")} == set(f.parts) for f in bound
    )
    assert dosage.band(10**6) == len(BANDS) - 1


def test_it_asks_the_same_for_one_session_and_for_twenty(club, django_assert_num_queries):
    wanted = frozenset(SHEETS["hours"].measures)
    everything(club, measures=wanted)
    for _turn in range(2):
        with django_assert_num_queries(4):
            everything(club, measures=wanted)
        for n in range(20):
            held(club.club, -50 + n, [(club.child, "present", 60)])


def test_it_counts_whole_groups_of_answers(crowded):
    children = Student.objects.filter(school=crowded.school)
    place = ("evaluation", "glad")
    assert count_evaluations(crowded.term, children)["evaluations_said", *place] == 0
    say(crowded, 4, 4, 4, 3, 3, 1)
    found = everything(crowded)
    assert found.by_place["evaluations_said", *place].value == 5
    assert found.by_place["evaluations_mean", *place].value == 3.6
    assert found.by_place["evaluations_mean", "evaluation", "again"].value == 1
    assert everything(crowded, PUBLIC).by_place["evaluations_mean", *place].suppressed
    narrow = everything(crowded, filters=Filters(school_class="3b"))
    assert not [f for f in narrow.figures if f.measure == "evaluations_said" and f.value]
    assert "Canary" not in narrow.canonical + found.canonical
