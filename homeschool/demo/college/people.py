"""The people of the demo college: staff and classes, and the roster of 7,560 students."""

import csv
import datetime
import io
import itertools
from collections import Counter
from dataclasses import dataclass

from homeschool import names
from homeschool.demo import people as demo_people
from homeschool.demo.college import places, words
from homeschool.demo.world import COLLEGE_CODE, ZONE, DoesNotFit
from homeschool.journal.models import Entry
from homeschool.people import sight
from homeschool.people.importing import import_roster, read_table
from homeschool.people.models import Caseload, Division, Membership, School, SchoolClass, Term


@dataclass(frozen=True)
class College:
    """A division: its classes, and how many of its students were reached, and how many at home."""

    code: str
    name: str
    called: str
    classes: int
    reached: int
    at_home: int
    counselors: int = 1


COLLEGES = (
    College("eng", "机电工程学院 · Engineering", "机电", 42, 302, 14, 2),
    College("it", "信息工程学院 · Information", "信息", 38, 353, 13, 2),
    College("biz", "经济管理学院 · Business", "经管", 36, 292, 11, 2),
    College("civ", "建筑工程学院 · Construction", "建工", 34, 224, 11, 2),
    College("health", "护理学院 · Nursing", "护理", 30, 342, 12),
    College("edu", "学前教育学院 · Early childhood", "学前", 28, 294, 10),
    College("food", "食品与农业学院 · Food and farming", "食农", 24, 238, 10),
    College("art", "艺术设计学院 · Art and design", "艺术", 20, 139, 10),
)
YEARS = 3
SIZES = (30, 28, 32, 29, 31, 30)  # of one class after the other: 30 on average
CLASSES_OF_AN_ADVISER = 2
# In every division so many of the students who were reached let a guardian read of their visits,
# and the first of them have an account of their own.
GRANTED, ACCOUNTS = 26, 3

HOME, ONLINE = "home", "online"
# The family that is told: in which division, and which of the homes visited there it is.
TOLD_COLLEGE, TOLD_HOME = "health", 1
TOLD = ("韩雪", "宋桂兰", "母亲", "songguilan@demo.example")

HEADER = (
    "student_number", "name", "class", "division", "guardian", "relation", "email", "language",
)  # fmt: skip


@dataclass(frozen=True)
class Post:
    """Somebody who works there."""

    key: str
    name: str
    email: str
    role: str
    division: str = ""


@dataclass(frozen=True)
class Seat:
    """A student as the roster and the programme tell it: `way` is how it was reached, "" if not,
    `turn` counts those who were reached in the same way."""

    n: int
    number: str
    name: str
    class_code: str
    class_name: str
    college: College
    guardian: str
    relation: str
    email: str
    way: str = ""
    turn: int = 0
    granted: bool = False
    account: bool = False
    told: bool = False

    @property
    def called(self):
        """How one speaks of the student: by the given name, unless that is one sign alone."""
        return self.name[1:] if len(self.name) > 2 else self.name


def load(world):
    """Make the college with its staff, classes and students, unless it stands.

    In `world` then: `school`, and whether it is `new`; if so also `seats` (all students), `posts`
    (Membership by the key of its Post), `accounts` (by the same keys) and `classes` (by code).
    """
    found = School.objects.filter(pk=world.id("college")).first()
    world.new, world.school = found is None, found
    if world.new:
        world.since = world.at(-420, 8)
        places.load(world)
        _load_school(world)
        _load_staff(world)
        _load_classes(world)
        _load_students(world)


def _load_school(world):
    school = School(
        id=world.id("college"),
        code=COLLEGE_CODE,
        name="Stone Ferry College 石渡职业学院",
        kind=School.Kind.UNIVERSITY,
        time_zone=ZONE.key,
        quiet_from="00:00",  # none: people try it at any hour
        quiet_until="00:00",
        letterhead="Stone Ferry College · 石渡职业学院\n1 Ferry Road, 沈阳市 · +86 24 5550 0200",
    )
    world.school = world.make([school])[school.pk]
    began = world.day(-56)
    began -= datetime.timedelta(days=began.weekday())
    term = Term(
        id=world.id("college", "term"),
        school=world.school,
        code=f"{began.year}-winter",
        name=f"Winter programme {began.year} · 冬季家访",
        start=began,
        end=began + demo_people.A_TERM,
    )
    world.term = world.make([term])[term.pk]
    Entry.record("demo.loaded", world.school, by=None, school=world.school)


# --- staff ---------------------------------------------------------------------------------
def _posts():
    """Yield everybody who works there, always the same."""
    yield Post("leader", "沈国栋", "shenguodong@demo.example", sight.LEADER)
    yield Post("admin", "吴启明", "wuqiming@demo.example", sight.SCHOOL_ADMIN)
    people = _staff()
    for college in COLLEGES:
        code, counselors = college.code, range(college.counselors)
        advisers = range(college.classes // CLASSES_OF_AN_ADVISER)
        yield Post(f"dean-{code}", *next(people), sight.LEADER, code)
        for n in counselors:
            person = next(people)
            if code == TOLD_COLLEGE:
                person = ("何静怡", "hejingyi@demo.example")
            yield Post(f"counselor-{code}-{n}", *person, sight.COUNSELOR, code)
        for n in advisers:
            yield Post(f"adviser-{code}-{n}", *next(people), sight.ADVISER, code)


def _staff():
    """Yield (name, address) without end, none twice."""
    for n in itertools.count():
        name = (
            words.SURNAMES[n * 7 % len(words.SURNAMES)]
            + words.OF_STAFF[n * 5 % len(words.OF_STAFF)]
        )
        yield name, f"{names.sort_key(name).replace(' ', '')}.{n + 101}@demo.example"


def _load_staff(world):
    divisions = [
        Division(
            id=world.id("college", "division", college.code),
            school=world.school,
            code=college.code,
            name=college.name,
        )
        for college in COLLEGES
    ]
    world.divisions = {row.code: row for row in world.make(divisions).values()}
    posts = list(_posts())
    world.accounts = demo_people.make_accounts(
        world,
        {
            post.key: demo_people.account(
                world, f"college/{post.key}", post.name, post.email, "zh-hans"
            )
            for post in posts
        },
    )
    rows = {post.key: _membership(world, post) for post in posts}
    made = world.make(rows.values())
    world.posts = {key: made[row.pk] for key, row in rows.items()}
    world.make(_caseload(world, post) for post in posts if post.role == sight.COUNSELOR)


def _membership(world, post):
    return Membership(
        id=world.id("college", "membership", post.key),
        user=world.accounts[post.key],
        school=world.school,
        division=world.divisions.get(post.division),
        role=post.role,
        since=world.since,
    )


def _caseload(world, post):
    return Caseload(
        id=world.id("college", "caseload", post.key),
        membership=world.posts[post.key],
        division=world.divisions[post.division],
        since=world.since,
    )


# --- classes and students ------------------------------------------------------------------
def _classes(term):
    """Yield (College, place in it, number of a class): by year of entry, four digits like 2603."""
    began = term.start.year if term.start.month >= 9 else term.start.year - 1
    for college in COLLEGES:
        in_year = [len(range(year, college.classes, YEARS)) for year in range(YEARS)]
        numbers = [
            f"{(began - year) % 100:02}{n + 1:02}"
            for year in range(YEARS)
            for n in range(in_year[year])
        ]
        for place, number in enumerate(numbers):
            yield college, place, number


def _load_classes(world):
    rows = [
        SchoolClass(
            id=world.id("college", "class", college.code, number),
            school=world.school,
            division=world.divisions[college.code],
            code=f"{college.code}-{number}",
            name=f"{college.called}{number}班",
            adviser=world.posts[f"adviser-{college.code}-{place // CLASSES_OF_AN_ADVISER}"],
        )
        for college, place, number in _classes(world.term)
    ]
    world.classes = {row.code: row for row in world.make(rows).values()}


def _load_students(world):
    """Bring the roster in as a school does."""
    world.seats = list(seats(world.term))
    sheet = csv_bytes([HEADER, *map(_cells, world.seats)])
    table = read_table(sheet, file="stone-ferry-roster.csv")
    roster = import_roster(world.school, table, by=None, known_classes_only=True)
    if not roster.applied:
        raise DoesNotFit(roster.problems[:3])
    world.made += sum(states["new"] for states in roster.counts.values())


def csv_bytes(rows):
    """Return rows as a spreadsheet program saves them."""
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode("utf-8-sig")


def _cells(seat):
    language = "zh-hans" if seat.email else ""
    family = [seat.guardian, seat.relation, seat.email, language]
    return [seat.number, seat.name, seat.class_name, seat.college.name, *family]


def seats(term):
    """Yield the Seat of every student, class by class, always the same for one term."""
    turns: Counter = Counter()
    chairs = [
        (n, college, number, chair)
        for n, (college, _place, number) in enumerate(_classes(term))
        for chair in range(1, SIZES[n % len(SIZES)] + 1)
    ]
    for college, group in itertools.groupby(enumerate(chairs), lambda each: each[1][1]):
        own = list(group)
        parts = _parts(college, len(own))
        for place, (n, (_class, _college, number, chair)) in enumerate(own):
            more = parts.get(place, {"way": ""})
            yield _seat(n, college, number, chair, turn=turns[more["way"]], **more)
            turns[more["way"]] += 1


def _parts(college, whole):
    """Return {place: what distinguishes the student there} for those who were reached."""
    reached = spread(college.reached, whole)
    at_home = [reached[n] for n in spread(college.at_home, len(reached))]
    told = [at_home[TOLD_HOME]] if college.code == TOLD_COLLEGE else []
    others = (reached[n] for n in spread(GRANTED, len(reached)))
    granted = list(dict.fromkeys([*told, *others]))[:GRANTED]
    return {
        place: {
            "way": HOME if place in at_home else ONLINE,
            "granted": place in granted,
            "account": place in granted[:ACCOUNTS],
            "told": place in told,
        }
        for place in reached
    }


def spread(part, whole):
    """Return `part` of the numbers below `whole`, evenly spread."""
    return [n for n in range(whole) if (n + 1) * part // whole > n * part // whole]


def _seat(n, college, number, chair, **more):
    """Return a student: the number says year of entry, college, class and chair."""
    own_number = f"20{number[:2]}{COLLEGES.index(college) + 1}{number[2:]}{chair:02}"
    family = TOLD if more.get("told") else _family(n, own_number, bool(more.get("granted")))
    return Seat(
        n, own_number, family[0], f"{college.code}-{number}", f"{college.called}{number}班", college,
        *family[1:], **more,
    )  # fmt: skip


def _family(n, number, granted):
    """Return (student, guardian, relation, address of the guardian): two in five have one."""
    surname = words.SURNAMES[(n * 17 + n // 59) % len(words.SURNAMES)]
    student = surname + words.GIVEN[(n * 29 + n // 71) % len(words.GIVEN)]
    relation = words.RELATIONS[n % len(words.RELATIONS)]
    if relation in ("母亲", "姥姥"):
        surname = words.SURNAMES[(n * 23 + 11) % len(words.SURNAMES)]
    given = words.GUARDIANS[relation]
    guardian = surname + given[n // len(words.RELATIONS) % len(given)]
    email = f"family.{number}@demo.example" if granted or n % 5 < 2 else ""
    return student, guardian, relation, email
