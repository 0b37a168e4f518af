"""Exporting a roster and importing it back changes nothing, whatever the roster is like."""

import datetime as dt
import io
import os
import unicodedata
import uuid

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings, strategies as st

from homeschool import names
from homeschool.people.importing.oneroster import (
    FIELDS,
    compose_name,
    read_package,
    split_name,
    write_package,
)
from homeschool.people.importing.oneroster.columns import FULL_NAME
from homeschool.people.importing.oneroster.export import name_cells
from homeschool.people.importing.oneroster.plan import OneRosterPlan
from homeschool.people.models import (
    Address,
    Division,
    Enrolment,
    Guardianship,
    Membership,
    RosterKey,
    School,
    SchoolClass,
    Student,
    Term,
    User,
)
from tests import builders

# Each example imports a school up to four times; ROUND_TRIPS=500 looks longer.
EXAMPLES = settings(
    max_examples=int(os.environ.get("ROUND_TRIPS", "20")),
    deadline=None,
    phases=[Phase.explicit, Phase.generate],  # to shrink an example would take minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
MODELS = (
    School, Division, Term, SchoolClass, Student, Enrolment, User, Address, Guardianship, Membership,
)  # fmt: skip

# --- rosters ---------------------------------------------------------------------------------------

# Letters of many scripts; signs that stand within names; nothing that no name holds.
LETTERS = st.one_of(
    st.sampled_from("abcdeóñüßłğABCÇØ"),
    st.sampled_from("林王李欧阳小雨子涵々𠮷〇"),
    st.sampled_from("абвгОлег"),
    st.sampled_from("محمدفاطمة"),
    st.sampled_from("नमस्तेरवि"),
    st.sampled_from("김민준박"),
    st.sampled_from("さくらカタ"),
    st.sampled_from("สมชาย"),
    st.sampled_from("'’-.,\"=·"),
)
WORD = st.text(LETTERS, min_size=1, max_size=8)
KNOWN = st.sampled_from(
    ["林小雨", "林 小雨", "欧阳娜娜", "林", "Suharto", "Mateo Hernández Ruiz", "Ana María", "Ó Briain", "Олег Орлов",
     "李 Amy", "Amy 林", "김 민준", "محمد علي", "O’Neil, Jr.", "=1+1", "Jean-Luc", "X Æ A-12"]
)  # fmt: skip


def can_be_kept(name):
    """Whether a name can be one of the portal: composed, findable, without spaces around it."""
    return bool(names.plain(name)) and unicodedata.normalize("NFC", name) == name


NAMES = st.one_of(KNOWN, st.lists(WORD, min_size=1, max_size=4).map(" ".join).filter(can_be_kept))
CHILD = st.fixed_dictionaries(
    {
        "full_name": NAMES,
        "preferred_name": st.one_of(st.just(""), NAMES),
        "birth_date": st.one_of(st.none(), st.dates(dt.date(1990, 1, 1), dt.date(2026, 1, 1))),
        "sex": st.sampled_from(["", *Student.Sex.values]),
        "status": st.sampled_from(["active"] * 4 + list(Student.Status.values)),
        "room": st.integers(0, 3),
        "course": st.booleans(),
    }
)
PERSON = st.fixed_dictionaries(
    {
        "full_name": NAMES,
        "email": st.booleans(),
        "phones": st.integers(0, 2),
        "role": st.sampled_from(["", "", "", "adviser", "counselor", "leader", "school_admin", "volunteer"]),
    }
)  # fmt: skip
TIE = st.fixed_dictionaries(
    {
        "child": st.integers(0, 4),
        "person": st.integers(0, 4),
        "relation": st.sampled_from(Guardianship.Relation.values),
        "relation_said": st.sampled_from(["", "", "外婆", "tía", "aunt", "neighbour", "mamá"]),
        "primary": st.booleans(),
        "lives_with": st.booleans(),
        "legal_guardian": st.booleans(),
        "fate": st.sampled_from(["", "", "", "withdrawn", "restricted", "ended"]),
    }
)
ROSTERS = st.fixed_dictionaries(
    {
        "children": st.lists(CHILD, max_size=5),
        "people": st.lists(PERSON, min_size=1, max_size=5),
        "ties": st.lists(TIE, max_size=7, unique_by=lambda tie: (tie["child"], tie["person"])),
        "terms": st.integers(0, 2),
        "rooms": st.lists(NAMES, min_size=1, max_size=4),
        "advised": st.booleans(),
        "closed": st.booleans(),
        "later": st.lists(st.deferred(lambda: st.sampled_from(sorted(BY_HAND))), max_size=4),
    }
)


def build(said):
    """Make the school that `said`, an example of ROSTERS, speaks of."""
    school = builders.make_school(f"school-{uuid.uuid4().hex[:8]}", name="Mill Lane “2”, Ltd")
    for number in range(said["terms"]):
        year = 2025 + number
        Term.objects.create(
            school=school, code=f"t{number}", name=f"Autumn {number}",
            start=dt.date(year, 9, 1), end=dt.date(year + 1, 1, 20),
        )  # fmt: skip
    people = [_person(school, one) for one in said["people"]]
    rooms = _rooms(school, said, people)
    children = [_child(rooms, number, one) for number, one in enumerate(said["children"])]
    for tie in said["ties"]:
        if children and people:
            _tie(children, people, tie)
    return school


def _person(school, said):
    email = f"{uuid.uuid4().hex}@example.org" if said["email"] or said["role"] else None
    user = User.objects.create_user(email, full_name=said["full_name"])
    if email:
        Address.objects.create(user=user, channel="email", value=email)
    for number in range(said["phones"]):
        Address.objects.create(user=user, channel="phone", value=f"+86 138 000{number}")
    user.membership = None
    if said["role"]:
        user.membership = Membership.objects.create(user=user, school=school, role=said["role"])
    return user


def _rooms(school, said, people):
    rooms = []
    advisers = [user.membership for user in people if user.membership and user.membership.role == "adviser"]  # fmt: skip
    for number, name in enumerate(said["rooms"]):
        division, _new = Division.objects.get_or_create(
            school=school, code=f"g{number % 2}", defaults={"name": f"Grade {number % 2}"}
        )
        adviser = advisers[0] if advisers and said["advised"] and not number else None
        rooms.append(builders.make_class(school, f"c{number}", division, adviser, name=name))
    builders.make_class(school, "art", rooms[0].division, kind="scheduled")
    if said["closed"]:
        builders.make_class(school, "old", rooms[0].division, closed_at=timezone.now())
    return rooms


def _child(rooms, number, said):
    room = rooms[said["room"] % len(rooms)]
    child = builders.make_student(
        room, said["full_name"], f"S{number}", preferred_name=said["preferred_name"],
        birth_date=said["birth_date"], sex=said["sex"], status=said["status"],
    )  # fmt: skip
    if said["course"]:
        course = SchoolClass.objects.get(school=room.school, code="art")
        Enrolment.objects.create(student=child, school_class=course)
    return child


def _tie(children, people, said):
    child, person = children[said["child"] % len(children)], people[said["person"] % len(people)]
    if Guardianship.objects.filter(student=child, guardian=person).exists():
        return
    fields = {
        name: said[name]
        for name in ("relation", "relation_said", "primary", "lives_with", "legal_guardian")
    }
    tie = Guardianship.objects.create(student=child, guardian=person, **fields)
    if said["primary"]:
        tie.be_asked_alone()
    if said["fate"] == "withdrawn":
        tie.withdraw(by=None)
    elif said["fate"] == "restricted":
        tie.restrict(by=person, reason="A court said so.")
    elif said["fate"] == "ended":
        tie.end(by=None)


def _children(school):
    return school.students.order_by("number")


def _ties(school):
    return Guardianship.objects.filter(student__school=school, until=None).order_by("pk")


def _restrict(school):
    for tie in _ties(school):
        tie.restrict(by=tie.guardian, reason="A court said so.")


def _move(school):
    rooms = school.classes.open().filter(kind="homeroom").order_by("code")
    for child in _children(school):
        child.join(rooms.last())
        child.save()


def _rename(child):
    child.change(by=None, full_name="欧阳 小雪", number=f"{child.number}x")


def _close(school):
    empty = school.classes.open().filter(students=None, enrolments=None)
    empty.update(closed_at=timezone.now())


# What people of a school do by hand between two imports.
BY_HAND = {
    "leave": lambda s: [c.change(by=None, status="left") for c in _children(s)[:1]],
    "drop out": lambda s: [c.change(by=None, status="dropout") for c in _children(s)],
    "come back": lambda s: [c.change(by=None, status="active") for c in _children(s)],
    "end tie": lambda s: [tie.end(by=None) for tie in _ties(s)[:1]],
    "end ties": lambda s: [tie.end(by=None) for tie in _ties(s)],
    "withdraw": lambda s: [tie.withdraw(by=None) for tie in _ties(s)],
    "restrict": _restrict,
    "end role": lambda s: [role.end(by=None) for role in s.memberships.filter(until=None)],
    "rename": lambda s: [_rename(child) for child in _children(s)[:2]],
    "move": _move,
    "close": _close,
    "leave course": lambda s: Enrolment.objects.filter(student__school=s).delete(),
}


# --- looking ---------------------------------------------------------------------------------------


def taken(school):
    """Return the Package of the school's export."""
    out = io.BytesIO()
    write_package(school, out, user=None)
    return read_package(out.getvalue())


def everything():
    """Return every row about people and schools, as the database has it."""
    return {model: sorted(model.objects.values_list(), key=repr) for model in MODELS}


def bring_back(school):
    """Import the school's own export, and return the plan with its differences."""
    plan = OneRosterPlan(school, taken(school))
    told = [(c.kind, c.state, c.name, c.fields) for c in plan.differences]
    assert [problem.as_dict() for problem in plan.problems] == []
    assert told == []
    assert plan.brakes == []
    assert plan.ok
    return plan


@EXAMPLES
@given(NAMES)
def test_a_name_comes_back_as_it_was(name):
    cells = name_cells(name, "")
    pieces = cells["givenName"], cells["middleName"], cells["familyName"]
    assert pieces == split_name(name)
    assert pieces[0]
    assert pieces[2]
    assert (cells[FULL_NAME] or compose_name(*pieces)) == name


@pytest.mark.django_db
@EXAMPLES
@given(ROSTERS)
def test_the_reader_finds_what_the_export_wrote(said):
    with transaction.atomic():
        school = build(said)
        package = taken(school)
        rows = {
            file: [dict(zip(FIELDS[file], row, strict=True)) for _n, row in package.rows(file)]
            for file in FIELDS
        }
        assert package.problems == []
        on_roll = school.students.filter(status__in=["active", "suspected"])
        whole = {row["sourcedId"]: row for row in rows["users"]}
        for child in on_roll:
            row = whole[str(child.pk)]
            assert (row["fullName"], row["identifier"]) == (child.full_name, child.number)
            assert row["preferredName"] == child.preferred_name
        for tie in rows["relationships"]:
            pair = Guardianship.objects.get(
                student=tie["userSourcedId"], guardian=tie["relationshipUserSourcedId"]
            )
            assert whole[str(pair.guardian_id)]["fullName"] == pair.guardian.full_name
        transaction.set_rollback(True)


@pytest.mark.django_db
@EXAMPLES
@given(ROSTERS)
def test_importing_it_back_changes_nothing(said):
    with transaction.atomic():
        school = build(said)
        before = everything()
        plan = bring_back(school)
        plan.apply(by=None)
        assert everything() == before
        # Now every row has a key that an import remembers, and what is missing would be retired.
        again = bring_back(school)
        keys = set(RosterKey.objects.values_list("kind", "key", "row", "retired_at"))
        again.apply(by=None)
        assert everything() == before
        assert set(RosterKey.objects.values_list("kind", "key", "row", "retired_at")) == keys
        # What was changed by hand since then stays as it is, too.
        for what in said["later"]:
            BY_HAND[what](school)
        before = everything()
        bring_back(school).apply(by=None)
        assert everything() == before
        transaction.set_rollback(True)


@pytest.mark.django_db
@pytest.mark.parametrize("what", sorted(BY_HAND))
def test_what_was_changed_by_hand_stays_as_it_is(what):
    child = {"full_name": "林小雨", "preferred_name": "", "birth_date": None, "sex": "", "status": "active", "room": 0, "course": True}  # fmt: skip
    person = {"full_name": "林美", "email": True, "phones": 1, "role": ""}
    tie = {"relation": "mother", "relation_said": "", "primary": True, "lives_with": True, "legal_guardian": True, "fate": ""}  # fmt: skip
    school = build(
        {
            "children": [child, child | {"status": "left"}, child | {"room": 1}],
            "people": [person, person | {"full_name": "Olga"}, person | {"role": "adviser"}],
            "ties": [tie | {"child": c, "person": p} for c, p in ((0, 0), (1, 1), (2, 0), (2, 2))],
            "terms": 1, "rooms": ["3A", "3B", "3C"], "advised": True, "closed": True,
        }
    )  # fmt: skip
    bring_back(school).apply(by=None)
    BY_HAND[what](school)
    before = everything()
    bring_back(school).apply(by=None)
    assert everything() == before
