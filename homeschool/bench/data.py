"""The school that is measured: made of numbers alone, so that the same day gives the same rows.

At scale 10 there are 20,000 children in 500 classes, 35,000 guardians and 40,000 held visits; at
scale 1 a tenth of it. A counselor looks after 200 children at every scale, and a family has the same
visits and promises: a school ten times as large has ten times the staff, and tables ten times as long.
The leader and the administrator see all of it.
"""

import datetime as dt
import types
import uuid
import zoneinfo
from functools import cache

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db import connections, transaction
from django.utils import timezone

from homeschool import names
from homeschool.bench.copying import copy_in, tie_in
from homeschool.journal.models import Entry, Notice, Receipt
from homeschool.people import sight
from homeschool.people.models import (
    Address,
    Caseload,
    Division,
    Guardianship,
    Household,
    Membership,
    Region,
    School,
    SchoolClass,
    Student,
    Term,
    User,
)
from visits.models import (
    Addendum,
    Aspect,
    Campaign,
    Meeting,
    Participant,
    Promise,
    Summary,
    TargetRule,
    Visit,
    VisitChild,
    Visitor,
)

ZONE = zoneinfo.ZoneInfo("Asia/Shanghai")
A_CLASS, A_DIVISION = 40, 200
VISITS_EACH, TERM_DAYS = 2, 150
# In each twenty children there are two pairs of siblings and one child with one guardian.
A_BLOCK, ADULTS_OF_A_BLOCK = 20, 35
TODAYS, LATE, ANSWERS, UNWRITTEN = 6, 5, 3, 3
MORE_AT_HOME = 4  # so many visits more has the family whose page is measured
MODES = [*["home"] * 5, "school", "video", "video", "phone", "elsewhere"]
FAMILIES = "林王李张刘陈杨黄赵吴周徐孙马朱胡郭何高罗"
GIVEN = "小明雨晴子涵思远美强芳伟娜静丽敏"
FIRST = ("Ana", "Mateo", "Lucía", "Omar", "Nora", "Ethan", "Sofía", "Daniel", "Aisha", "Tomás")
LAST = ("Ruiz", "Okafor", "Hernández", "Lindgren", "Haddad", "Vega", "Brooks", "Nair", "Ortega")
WORDS = (
    "We sat at the kitchen table for an hour and talked about the spring. She reads every evening "
    "with her grandmother, and would like to join the reading group on Wednesdays. We agreed who "
    "asks about the bus, and when we speak again."
)
_IDS = uuid.uuid5(uuid.NAMESPACE_DNS, "bench.example")


@cache
def uid(*path):
    """Return the id of the thing with this path, always the same."""
    return uuid.uuid5(_IDS, "/".join(map(str, path)))


def adults_of(n):
    """Return the numbers of the guardians of child `n`, the mother first."""
    block, at = divmod(n, A_BLOCK)
    within = (
        (0, 1) if at < 2 else (2, 3) if at < 4 else (4,) if at == 4 else (2 * at - 5, 2 * at - 4)
    )
    return [block * ADULTS_OF_A_BLOCK + adult for adult in within]


def name_of(n):
    """Return a Chinese name, or for every fourth a Spanish or English one."""
    if n % 4 == 0:
        return f"{FIRST[n // 4 % 10]} {LAST[n // 40 % 9]} {LAST[n // 7 % 9]}"
    return f"{FAMILIES[n % 20]}{GIVEN[n // 20 % 16]}{GIVEN[n // 3 % 16]}"


class World:
    """Makes the school in the database `using`, with this many children."""

    def __init__(self, students, using="default", now=None):
        self.using, self.students = using, students // A_BLOCK * A_BLOCK
        self.classes = max(self.students // A_CLASS, 1)
        self.divisions = max(self.students // A_DIVISION, 1)
        self.adults = self.students // A_BLOCK * ADULTS_OF_A_BLOCK
        self.now = now or timezone.now().replace(microsecond=0)
        self.today = timezone.localdate(self.now, ZONE)
        self.since = self.now - dt.timedelta(days=400)
        self.school = uid("school")

    def make(self):
        """Write everything in one transaction, and let PostgreSQL count what it holds.

        Triggers rest meanwhile (history, "a held visit takes no parts", keys): these rows come out
        of numbers, and row by row they would take minutes.
        """
        from homeschool.bench.asked import make_asked
        from homeschool.bench.hours import make_hours
        from homeschool.bench.messages import make_messages
        from homeschool.bench.plans import make_plans
        from homeschool.bench.sessions import make_sessions

        with transaction.atomic(using=self.using), connections[self.using].cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            self._make_school()
            self._make_staff()
            self._make_families()
            self._make_campaign()
            self._make_records()
            self._make_open_ends()
            make_asked(self)
            make_plans(self)
            make_hours(self)
            make_sessions(self)
            make_messages(self)
        with connections[self.using].cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")

    # --- small words -----------------------------------------------------------------------
    def _copy(self, model, rows):
        return copy_in(model, rows, using=self.using)

    def _ago(self, days, hour=10):
        day = self.today - dt.timedelta(days=days)
        return dt.datetime.combine(day, dt.time(hour), ZONE)

    def class_of(self, n):
        """Return the number of the class of child `n`."""
        return n * self.classes // self.students

    def division_of(self, school_class):
        """Return the number of the division of a class."""
        return school_class * self.divisions // self.classes

    def counselor_of(self, n):
        """Return the id of the counselor who looks after child `n`."""
        return uid("counselor", self.division_of(self.class_of(n)))

    # --- the school ------------------------------------------------------------------------
    def _make_school(self):
        self._copy(School, [{
            "id": self.school, "code": "bench", "name": "Bench School", "kind": "secondary",
            "time_zone": ZONE.key, "languages": ["en", "zh-hans", "es"],
        }])  # fmt: skip
        start = self.today - dt.timedelta(days=TERM_DAYS)
        end = start + dt.timedelta(days=TERM_DAYS + 30)
        self._copy(Term, [{
            "id": uid("term"), "school_id": self.school, "code": "now", "name": "This term",
            "start": start, "end": end,
        }])  # fmt: skip
        self._copy(Division, (
            {"id": uid("division", n), "school_id": self.school, "code": f"g{n}", "name": f"Grade {n}"}
            for n in range(self.divisions)
        ))  # fmt: skip
        self._copy(Aspect, (
            {"id": uid("aspect", code), "school_id": self.school, "code": code}
            for code in Aspect.SHIPPED
        ))  # fmt: skip
        self._make_regions()

    def _make_regions(self):
        self._copy(Region, (
            {"id": uid("city", n), "level": "city", "name": f"City {n}", "parent_id": None}
            for n in range(10)
        ))  # fmt: skip
        self._copy(Region, (
            {"id": uid("county", n), "level": "county", "name": f"County {n}", "parent_id": uid("city", n % 10)}
            for n in range(50)
        ))  # fmt: skip

    # --- the staff -------------------------------------------------------------------------
    def _make_staff(self):
        roles = {("admin", 0): sight.SCHOOL_ADMIN, ("leader", 0): sight.LEADER}
        roles |= {("counselor", n): sight.COUNSELOR for n in range(self.divisions)}
        roles |= {("adviser", n): sight.ADVISER for n in range(self.classes)}
        self._copy(User, (self._account(key, f"{key[0].title()} {key[1]}", "en") for key in roles))
        self._copy(Membership, (
            {"id": uid("role", *key), "user_id": uid(*key), "school_id": self.school, "role": role, "since": self.since}
            for key, role in roles.items()
        ))  # fmt: skip
        self._copy(Caseload, (
            {
                "id": uid("caseload", n), "membership_id": uid("role", "counselor", n),
                "division_id": uid("division", n), "since": self.since,
            }
            for n in range(self.divisions)
        ))  # fmt: skip
        self._copy(SchoolClass, (
            {
                "id": uid("class", n), "school_id": self.school, "code": f"c{n}", "name": f"Class {n}",
                "division_id": uid("division", self.division_of(n)),
                "adviser_id": uid("role", "adviser", n),
            }
            for n in range(self.classes)
        ))  # fmt: skip

    def _account(self, key, name, language):
        return {
            "id": uid(*key), "email": f"{key[0]}{key[1]}@bench.example", "full_name": name,
            "sort_key": names.sort_key(name), "language": language, "time_zone": "",
            "password": f"{UNUSABLE_PASSWORD_PREFIX}bench", "date_joined": self.since,
        }  # fmt: skip

    # --- the families ----------------------------------------------------------------------
    def _make_families(self):
        self._copy(Student, (self._student(n) for n in range(self.students)))
        self._copy(User, (
            self._account(("adult", n), name_of(n + 5), ("zh-hans", "en", "es")[n % 3])
            for n in range(self.adults)
        ))  # fmt: skip
        self._copy(Address, (
            {
                "id": uid("address", n), "user_id": uid("adult", n), "channel": "email",
                "value": f"adult{n}@bench.example", "verified_at": self.since,
            }
            for n in range(self.adults)
        ))  # fmt: skip
        ties = [(n, place, a) for n in range(self.students) for place, a in enumerate(adults_of(n))]
        self._copy(Guardianship, (self._tie(*tie) for tie in ties))
        self._make_homes(ties)

    def _student(self, n):
        name, number = name_of(n), f"B{n:06}"
        in_class = self.class_of(n)
        return {
            "id": uid("student", n), "school_id": self.school, "number": number, "full_name": name,
            "division_id": uid("division", self.division_of(in_class)),
            "school_class_id": uid("class", in_class), "sort_key": names.sort_key(name),
            "search_key": names.search_key(name, number=number), "birth_date": dt.date(2015, 5, 4),
            "home_language": "中文" if n % 4 else "Español",
            "strengths": "Draws comics\nHelps others\nAsks good questions",
        }  # fmt: skip

    def _tie(self, n, place, adult):
        return {
            "id": uid("tie", n, adult), "student_id": uid("student", n),
            "guardian_id": uid("adult", adult), "relation": ("mother", "father")[place],
            "primary": place == 0, "since": self.since,
        }  # fmt: skip

    def _make_homes(self, ties):
        mothers = sorted({adults_of(n)[0] for n in range(self.students)})
        self._copy(Household, (
            {
                "id": uid("home", n), "school_id": self.school, "address": f"{n} Mill Lane",
                "region_id": uid("county", n % 50),
            }
            for n in mothers
        ))  # fmt: skip
        homes = {(uid("home", adults_of(n)[0]), uid("student", n)) for n, _p, _a in ties}
        tie_in(Household.students, sorted(homes), using=self.using)
        homes = {(uid("home", adults_of(n)[0]), uid("adult", a)) for n, _p, a in ties}
        tie_in(Household.guardians, sorted(homes), using=self.using)

    def _make_campaign(self):
        """Write a campaign that means every child; four of five were visited in it."""
        self._copy(Campaign, [{
            "id": uid("campaign"), "school_id": self.school, "term_id": uid("term"),
            "name": "Winter visits", "purpose": "relationship", "state": "open",
            "starts": self.today - dt.timedelta(days=TERM_DAYS), "ends": self.today,
            "made_by_id": uid("leader", 0),
        }])  # fmt: skip
        self._copy(TargetRule, (
            {"campaign_id": uid("campaign"), "division_id": uid("division", n), "kind": "everyone"}
            for n in range(self.divisions)
        ))  # fmt: skip

    # --- what was recorded -----------------------------------------------------------------
    def _make_records(self):
        """Write held visits, what was promised and told, and meetings."""
        visits = list(self._told())
        for model, rows_of in {
            VisitChild: self._line, Visitor: self._team, Participant: self._present, Promise: self._promises,
        }.items():  # fmt: skip
            self._copy(model, (row for visit in visits for row in rows_of(visit)))
        tie_in(Visit.aspects, [(v.id, uid("aspect", v.aspect)) for v in visits], using=self.using)
        self._copy(Visit, map(self._visit, visits))
        shared = [visit for visit in visits if visit.shared]
        self._copy(Summary, map(self._summary, shared))
        self._copy(Notice, map(self._notice, shared))
        self._make_receipts(shared)
        self._copy(Entry, (row for visit in visits for row in self._entries(visit)))
        self._make_meetings()

    def _told(self):
        """Yield every held visit as what its rows are made of."""
        numbers = [(n, turn) for turn in range(VISITS_EACH) for n in range(self.students)]
        numbers += [(0, VISITS_EACH + turn) for turn in range(MORE_AT_HOME)]
        aspects = list(Aspect.SHIPPED)
        for at, (n, turn) in enumerate(numbers):
            days = 3 + 9 * turn if n == 0 else 1 + (n * 7 + turn * 61) % (TERM_DAYS - 10)
            began = self._ago(days, hour=8 + n % 9)
            yield types.SimpleNamespace(
                id=uid("visit", n, turn), key=(n, turn), n=n, began=began,
                written=began + dt.timedelta(hours=2), staff=self.counselor_of(n),
                mode="home" if n == 0 else MODES[at % len(MODES)], adults=adults_of(n),
                aspect=aspects[at % len(aspects)], shared=n == 0 or at % 4 > 0,
                read=at % 3 > 0 if n else turn > 0,
            )  # fmt: skip

    def _line(self, told):
        yield {
            "visit_id": told.id, "student_id": uid("student", told.n), "needs": ["reading"],
            "going_well": "Reads aloud in front of the class.", "needs_words": "A quiet place to read.",
        }  # fmt: skip

    def _team(self, told):
        yield {"visit_id": told.id, "user_id": told.staff}
        yield {"visit_id": told.id, "user_id": uid("adviser", self.class_of(told.n))}

    def _present(self, told):
        adult = told.adults[0]
        yield {
            "visit_id": told.id, "guardian_id": uid("adult", adult), "name": name_of(adult + 5),
            "relation": "mother",
        }  # fmt: skip

    def _promises(self, told):
        """Yield one promise of each side; none is late: what waits for somebody is made apart."""
        done = told.began + dt.timedelta(days=2) if told.n % 2 or told.key[1] % 2 else None
        due = self.today + dt.timedelta(days=5 + told.n % 20)
        for side, by in (("school", told.staff), ("family", uid("adult", told.adults[0]))):
            yield {
                "id": uid("promise", *told.key, side), "visit_id": told.id,
                "student_id": uid("student", told.n), "side": side, "what": "Read together every evening",
                "owner_id": by if side == "school" else None, "due": due, "done_at": done,
                "done_by_id": by if done else None,
            }  # fmt: skip

    def _visit(self, told):
        return {
            "id": told.id, "school_id": self.school, "status": "held", "mode": told.mode,
            "household_id": uid("home", told.adults[0]), "region_id": uid("county", told.n % 50),
            "happened_at": told.began, "ended_at": told.began + dt.timedelta(minutes=50),
            "recorded_at": told.written, "received_at": told.written, "recorded_by_id": told.staff,
            "language_spoken": "中文", "written_in": "en", "hopes": "To read a whole book.",
            "explained": "How the reading group works.", "shared_summary": WORDS, "situation": WORDS,
            "campaign_id": uid("campaign") if told.n % 5 else None,
        }  # fmt: skip

    def _summary(self, told):
        child = {
            "going_well": "Reads aloud.",
            "needs": ["reading"],
            "needs_words": "A quiet place.",
        }
        body = {
            "hopes": "To read a whole book.", "explained": "How the reading group works.",
            "words": WORDS, "children": {str(uid("student", told.n)): child},
        }  # fmt: skip
        return {
            "id": uid("summary", *told.key), "visit_id": told.id, "body": body,
            "published_at": told.written, "published_by_id": told.staff,
        }  # fmt: skip

    def _notice(self, told):
        about = str(uid("summary", *told.key))
        return {
            "school_id": self.school, "kind": "visit.summary", "student_id": uid("student", told.n),
            "about_type": Summary._meta.label_lower, "about_id": about, "actor_id": told.staff,
            "dedupe_key": about, "created_at": told.written, "next_at": told.written,
            "expanded_at": told.written,
        }  # fmt: skip

    def _make_receipts(self, shared):
        known = Notice.objects.using(self.using).values_list("about_id", "pk")
        notices = dict(known)
        self._copy(Receipt, (
            {
                "notice_id": notices[str(uid("summary", *told.key))], "person_id": uid("adult", adult),
                "why": "guardianship", "language": "en", "created_at": told.written,
                "read_at": told.written if told.read else None,
                "acknowledged_at": told.written if told.read else None,
            }
            for told in shared
            for adult in told.adults
        ))  # fmt: skip

    def _entries(self, told):
        """Yield that it was held, and that the class teacher read it."""
        yield self._entry(told, "visit.held", "changed", told.staff, told.written)
        later = told.written + dt.timedelta(hours=20)
        reader = uid("adviser", self.class_of(told.n))
        yield self._entry(told, "visit.viewed", "viewed", reader, later)

    def _entry(self, told, verb, kind, actor, at):
        return {
            "kind": kind, "verb": verb, "actor_id": actor, "student_id": uid("student", told.n),
            "school_id": self.school, "about_type": Visit._meta.label_lower,
            "about_id": str(told.id), "at": at,
        }  # fmt: skip

    def _make_meetings(self):
        self._copy(Meeting, (
            {
                "id": uid("meeting", n), "school_id": self.school, "theme": "How we read at home",
                "on": self.today - dt.timedelta(days=5 + n % 60), "held": n % 10 > 0,
                "recorded_by_id": uid("adviser", n),
            }
            for n in range(self.classes)
        ))  # fmt: skip
        pairs = [(uid("meeting", n), uid("class", n)) for n in range(self.classes)]
        tie_in(Meeting.classes, pairs, using=self.using)

    # --- what waits ------------------------------------------------------------------------
    def _make_open_ends(self):
        """Write, for each counselor, visits of today and of the week, and what needs an answer;
        and for the family whose page is measured its next visit and words that it added."""
        plans = [plan for n in range(self.divisions) for plan in self._plans(n)]
        self._copy(Visit, (row for row, _n, _division in plans))
        self._copy(VisitChild, (
            {"visit_id": row["id"], "student_id": uid("student", n)} for row, n, _division in plans
        ))  # fmt: skip
        self._copy(Visitor, (
            {"visit_id": row["id"], "user_id": uid("counselor", division)} for row, _n, division in plans
        ))  # fmt: skip
        self._copy(Promise, (row for n in range(self.divisions) for row in self._late(n)))
        self._copy(Addendum, (row for n in range(self.divisions) for row in self._answers(n)))

    def _first_of(self, division):
        """Return the number of the first child of a division."""
        return division * self.students // self.divisions

    def _plans(self, division):
        """Yield (visit, child, division): today's, the rest of the week's, and forgotten ones."""
        days = [0] * TODAYS + [1, 1, 2, 3] + [-4 - n for n in range(UNWRITTEN)]
        for at, day in enumerate(days):
            n = self._first_of(division) + (10 + at if day else 3 + at)
            if division == 0 and day == 2:
                n = 0
            yield {
                "id": uid("plan", division, at), "school_id": self.school, "status": "scheduled",
                "planned_at": self._ago(-day, hour=9 + at % 8), "household_id": uid("home", adults_of(n)[0]),
                "received_at": self._ago(9), "language_spoken": "中文",
            }, n, division  # fmt: skip

    def _late(self, division):
        for at in range(LATE):
            n = self._first_of(division) + 5 + at
            yield {
                "id": uid("late", division, at), "visit_id": uid("visit", n, 0),
                "student_id": uid("student", n), "side": "school", "what": "Lend two books",
                "owner_id": uid("counselor", division), "due": self.today - dt.timedelta(days=2 + at),
            }  # fmt: skip

    def _answers(self, division):
        for at in range(ANSWERS):
            n = self._first_of(division) + at * 7
            yield {
                "id": uid("answer", division, at), "visit_id": uid("visit", n, 0),
                "student_id": uid("student", n), "by_id": uid("adult", adults_of(n)[0]),
                "from_family": True, "text": "奶奶也想一起读。" * 3, "at": self._ago(1),
            }  # fmt: skip
