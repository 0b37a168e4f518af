"""Rows for tests: each function makes one thing with the least that it needs."""

import itertools
import uuid
import zoneinfo

from django.utils import timezone

from homeschool.people.actions import rostering
from homeschool.people.importing.files import RosterFile
from homeschool.people.models import (
    Address,
    Caseload,
    Division,
    Guardianship,
    Household,
    Invitation,
    Membership,
    RosterImport,
    School,
    SchoolClass,
    Student,
    Term,
    Token,
    User,
)
from homeschool.people.models.invitation import Invitee

_numbers = itertools.count(1)
ROSTER = (
    b"student_number,name,class,guardian,relation,email,language,colour\n"
    b"N1,Nia Cole,9Y,Uma Cole,mother,uma.cole@example.org,en,blue\n"
    b"N2,,9Y,,,,,\n"
)


def make_school(code=None, **fields):
    """Make a primary school in Shanghai's zone, without quiet hours: tests run at any time of day."""
    code = code or f"school-{next(_numbers)}"
    fields.setdefault("quiet_from", "00:00")
    fields.setdefault("quiet_until", "00:00")
    fields.setdefault("name", f"School {code}")
    fields.setdefault("time_zone", "Asia/Shanghai")
    return School.objects.create(code=code, **fields)


def today():
    """Return the day that it is at the schools of these rows: from 16:00 UTC on it is tomorrow there."""
    return timezone.localdate(timezone=zoneinfo.ZoneInfo("Asia/Shanghai"))


def make_class(school, code="3b", division=None, adviser=None, **fields):
    """Make a homeroom class, in a division of its own unless one is given."""
    if division is None:
        division, _ = Division.objects.get_or_create(
            school=school, code="g3", defaults={"name": "Grade 3"}
        )
    fields.setdefault("name", f"Class {code.upper()}")
    return SchoolClass.objects.create(
        school=school, division=division, code=code, adviser=adviser, **fields
    )


def make_term(school, code="2026a", start="2026-09-01", end="2027-02-01", **fields):
    """Make the term from September to January."""
    fields.setdefault("name", f"Term {code}")
    term = Term.objects.create(school=school, code=code, start=start, end=end, **fields)
    term.refresh_from_db()
    return term


def make_user(name="Ana Torres", email=None, **fields):
    """Make an account; its address for mail is the one it signs in with."""
    email = email or f"person{next(_numbers)}@example.org"
    user = User.objects.create_user(email, full_name=name, **fields)
    Address.objects.create(user=user, channel=Address.Channel.EMAIL, value=email)
    return user


def make_staff(school, role, name=None, division=None, **fields):
    """Make an account with one open role in `school`; `.membership` is the role."""
    user = make_user(name or f"{role.title()} of {school.code}", **fields)
    user.membership = Membership.objects.create(
        user=user, school=school, role=role, division=division
    )
    return user


def make_student(school_class, name="林小雨", number=None, **fields):
    """Enrol a child of ten years."""
    fields.setdefault("birth_date", "2016-05-04")
    number = number or f"S{next(_numbers):04}"
    student = Student.objects.enrol(
        full_name=name, school_class=school_class, number=number, **fields
    )
    student.refresh_from_db()
    return student


def make_guardian(student, name="林美", relation="mother", user=None, **fields):
    """Make a guardian of `student`, with an account unless one is given; `.guardianship` is the tie."""
    account = {key: fields.pop(key) for key in ("email", "language", "time_zone") if key in fields}
    user = user or make_user(name, **account)
    user.guardianship = Guardianship.objects.create(
        student=student, guardian=user, relation=relation, **fields
    )
    return user


def make_household(*students, guardians=(), address="14 Mill Lane", **fields):
    """Make the home of these children and adults."""
    household = Household.objects.create(school=students[0].school, address=address, **fields)
    household.students.set(students)
    household.guardians.set(guardians)
    return household


def give_caseload(counselor, student=None, **target):
    """Put a child (or school_class=, division=) on the counselor's caseload."""
    return Caseload.objects.create(membership=counselor.membership, student=student, **target)


def new_key():
    """Return a fresh hidden key for a form."""
    return str(uuid.uuid4())


def make_token(user, *scopes, name="A program", days=90, proven=True):
    """Make a token of `user` for these scopes, else all of them; `.text` is what a program sends."""
    token, text = Token.objects.make(
        user, name=name, scopes=scopes or Token.Scope.values, days=days, proven=proven
    )
    token.text = text
    return token


def make_letter(student, user, by):
    """Make a letter of invitation for `user` of the family of `student`; `.code` stands on it."""
    invitation, code = Invitation.objects.issue(Invitee(student, user), by=by)
    invitation.code = code
    return invitation


def make_roster(school, by, raw=ROSTER):
    """Make a file that was sent and read, and waits for the word that it may come in."""
    file = RosterFile(raw, "roster.csv")
    found = rostering.findings(file.plan(school, skip_refused=True), file)
    return RosterImport.objects.create(
        school=school, asked_by=by, file_name="roster.csv", content=raw, **found
    )
