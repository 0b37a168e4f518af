"""A school's roster as a OneRoster 1.2 ZIP, such that importing it back changes nothing.

Who is on roll with who looks after them, the staff, the open classes and the terms; not who left,
nor what the portal alone knows. A sourcedId is the key under which the school's own system named
the row, else the row's own uuid.
"""

import csv
import io
import uuid
import zipfile

from django.db.models import F, Q
from django.utils import timezone

from homeschool.people import sight
from homeschool.people.importing.words import relation_of
from homeschool.people.models import (
    Address,
    Enrolment,
    Guardianship,
    Membership,
    RosterKey,
    Student,
    User,
)

from . import cells
from .columns import FULL_NAME, OTHER_FILES, STANDARD
from .manifest import ABSENT, BULK, MANIFEST
from .naming import compose_name, split_name

BATCH = 2000
STAFF_ROLES = {
    Membership.Role.ADVISER: "teacher",
    Membership.Role.COUNSELOR: "counselor",
    Membership.Role.LEADER: "principal",
    Membership.Role.SCHOOL_ADMIN: "siteAdministrator",
}
_R = Guardianship.Relation
_PARENTS = {_R.MOTHER, _R.FATHER, _R.STEPPARENT}
_RELATIVES = {_R.GRANDMOTHER, _R.GRANDFATHER, _R.SIBLING, _R.RELATIVE}
# A child that may have dropped out is still on roll.
ON_ROLL = (Student.Status.ACTIVE, Student.Status.SUSPECTED)
RELATIONSHIPS = "relationships"
MOST_PHONES = 2


def write_package(school, file, *, user, relationships=True):
    """Write the roster of `school` to `file` (binary) and return {"children": 3, ...}.

    `user` is who asks: only children whom this person sees as the school's administrator go along;
    None, for the command line, takes all. relationships.csv is not of the standard, so no
    manifest lists it: leave it out for a system that refuses what it does not know.
    """
    export = _Export(school, user)
    files = [name for name in STANDARD if relationships or name != RELATIONSHIPS]
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        _write(archive, MANIFEST, ("propertyName", "value"), _manifest())
        for name in files:
            header = STANDARD[name] + ((FULL_NAME,) if name == "users" else ())
            rows = getattr(export, name)()
            _write(archive, f"{name}.csv", header, ([row.get(n, "") for n in header] for row in rows))  # fmt: skip
    return export.counts


def _write(archive, name, header, rows):
    with archive.open(name, "w") as entry, io.TextIOWrapper(entry, "utf-8", newline="") as text:
        writer = csv.writer(text)
        writer.writerow(header)
        writer.writerows(rows)


def _manifest():
    """Yield the manifest's rows: every file of the standard, in the order of the alphabet."""
    yield "manifest.version", "1.0"
    yield "oneroster.version", "1.2"
    names = [name for name in (*STANDARD, *OTHER_FILES) if name != RELATIONSHIPS]
    for name in sorted(names, key=str.lower):
        yield f"file.{name}", BULK if name in STANDARD else ABSENT
    yield "source.systemName", "Home & School"
    yield "source.systemCode", "home-and-school"


class _Export:
    """The rows of each file, one method a file.

    Keys of all who go along are read first, and every later row is held against them, so that
    no file names what another lacks, whatever is changed meanwhile.
    """

    def __init__(self, school, user):
        self.school, self.today = school, timezone.localdate()
        self.keys = _Keys(school)
        self.terms = list(school.terms.order_by("start"))
        self.divisions = list(school.divisions.order_by("code"))
        self.rooms = list(school.classes.open().order_by("code"))
        self.open = {row.pk for row in self.rooms}
        children = Student.objects.filter(school=school, status__in=ON_ROLL)
        if user is not None:
            seen = Student.objects.visible_to(user, roles=frozenset({sight.SCHOOL_ADMIN}))
            children = children.filter(pk__in=seen.values("pk"))
        self.children = {pk: self.keys.of_child(pk) for pk in children.values_list("pk", flat=True)}
        self.ties = self._ties()
        self.posts = self._posts()
        people = {tie["guardian"] for tie in self.ties} | {post["user"] for post in self.posts}
        self.people = {pk: self.keys.of_person(pk) for pk in sorted(people)}

    @property
    def counts(self):
        """{"children", "guardians", "staff", "classes"}: how many go along."""
        return {
            "children": len(self.children),
            "guardians": len({tie["guardian"] for tie in self.ties}),
            "staff": len({post["user"] for post in self.posts}),
            "classes": len(self.rooms),
        }

    def _ties(self):
        """Return who looks after whom; a person who must not be in contact goes nowhere."""
        ties = Guardianship.objects.open().filter(student__school=self.school, restricted_at=None)
        columns = (
            "student", "guardian", "relation", "relation_said", "primary", "lives_with",
            "legal_guardian", "may_view", "may_receive",
        )  # fmt: skip
        ordered = ties.order_by("student", "-primary", "since", "pk").values(*columns)
        return [tie for tie in ordered.iterator(BATCH) if tie["student"] in self.children]

    def _posts(self):
        staff = Membership.objects.open().filter(school=self.school, role__in=STAFF_ROLES)
        return list(staff.order_by("user", "role").distinct().values("user", "role"))

    # --- the school and its parts ------------------------------------------------------------------
    def orgs(self):
        """Yield the school and its divisions as departments of it."""
        yield {
            "sourcedId": str(self.school.pk),
            "name": self.school.name,
            "type": "school",
            "identifier": self.school.code,
        }
        for division in self.divisions:
            yield {
                "sourcedId": self.keys.of_division(division.pk),
                "name": division.name,
                "type": "department",
                "identifier": division.code,
                "parentSourcedId": str(self.school.pk),
            }

    def academicSessions(self):
        """Yield the terms.

        Each class names one, so a school without terms gets a grading period, which no import of
        ours takes for a term.
        """
        for term in self.terms:
            key = self.keys.of_term(term.pk, term.code)
            yield _session(key, term.name, "term", term.start, term.end)
        if not self.terms:
            start, end = _school_year(self.today)
            yield _session(self._no_term, str(end.year), "gradingPeriod", start, end)

    def courses(self):
        """Yield one course for each division: by it a class finds its division again."""
        for division in self.divisions:
            yield {
                "sourcedId": _made(division.pk, "course"),
                "title": division.name,
                "courseCode": division.code,
                "orgSourcedId": self.keys.of_division(division.pk),
            }

    def classes(self):
        """Yield the classes that are open."""
        for row in self.rooms:
            yield {
                "sourcedId": self.keys.of_class(row.pk),
                "title": row.name,
                "courseSourcedId": _made(row.division_id, "course"),
                "classCode": row.code,
                "classType": row.kind,
                "schoolSourcedId": str(self.school.pk),
                "termSourcedIds": self._current_term,
            }

    @property
    def _no_term(self):
        return _made(self.school.pk, "year")

    @property
    def _current_term(self):
        """The sourcedId of the term that runs, else of the last that began, else of the first."""
        if not self.terms:
            return self._no_term
        begun = [term for term in self.terms if term.start <= self.today]
        term = (begun or self.terms[:1])[-1]
        return self.keys.of_term(term.pk, term.code)

    # --- people ---------------------------------------------------------------------------------------
    def users(self):
        """Yield the children, then their guardians and the staff."""
        agents, wards = {}, {}
        for tie in self.ties:
            agents.setdefault(tie["student"], []).append(self.people[tie["guardian"]])
            wards.setdefault(tie["guardian"], []).append(self.children[tie["student"]])
        here = {"enabledUser": "true", "primaryOrgSourcedId": str(self.school.pk)}
        for child in self._child_rows():
            yield (
                here
                | name_cells(child["full_name"], child["preferred_name"])
                | {
                    "sourcedId": self.children[child["pk"]],
                    "username": child["number"],
                    "identifier": child["number"],
                    "agentSourcedIds": ",".join(agents.get(child["pk"], ())),
                }
            )
        for person, phones in self._person_rows():
            key = self.people[person["pk"]]
            yield (
                here
                | name_cells(person["full_name"], person["preferred_name"])
                | {
                    "sourcedId": key,
                    "enabledUser": _truth(person["is_active"]),
                    "username": person["email"] or key,
                    "email": person["email"] or "",
                    "phone": phones[0],
                    "sms": phones[1],
                    "agentSourcedIds": ",".join(wards.get(person["pk"], ())),
                }
            )

    def _child_rows(self):
        """Yield the children who go along, in the order of their names."""
        rows = Student.objects.filter(school=self.school).order_by("sort_key", "pk")
        rows = rows.values("pk", "number", "full_name", "preferred_name")
        return (row for row in rows.iterator(BATCH) if row["pk"] in self.children)

    def _person_rows(self):
        """Yield (guardian or member of staff, two phone numbers)."""
        ordered = list(self.people)
        columns = ("pk", "full_name", "preferred_name", "email", "phone", "is_active")
        for start in range(0, len(ordered), BATCH):
            batch = ordered[start : start + BATCH]
            more = {}
            found = Address.objects.filter(user__in=batch, channel=Address.Channel.PHONE)
            for pk, number in found.order_by("value").values_list("user", "value"):
                more.setdefault(pk, []).append(number)
            rows = User.objects.filter(pk__in=batch).order_by("sort_key", "pk")
            for person in rows.values(*columns):
                yield person, _phones(person["phone"], more.get(person["pk"], ()))

    def roles(self):
        """Yield what everybody is in the school; the first role of a person is the primary one."""
        for pk, key in self.children.items():
            yield self._role(pk, key, "student", primary=True)
        seen = set()
        for post in self.posts:
            pk = post["user"]
            role = STAFF_ROLES[post["role"]]
            yield self._role(pk, self.people[pk], role, primary=pk not in seen)
            seen.add(pk)
        relations = {}
        for tie in self.ties:
            relations.setdefault(tie["guardian"], set()).add(tie["relation"])
        for pk, known in relations.items():
            yield self._role(pk, self.people[pk], _guardian_role(known), primary=pk not in seen)

    def _role(self, pk, key, role, *, primary):
        return {
            "sourcedId": _made(pk, f"{self.school.pk} {role}"),
            "userSourcedId": key,
            "roleType": "primary" if primary else "secondary",
            "role": role,
            "orgSourcedId": str(self.school.pk),
        }

    def enrollments(self):
        """Yield who sits in which class, and the teacher of each homeroom."""
        homes = Student.objects.filter(school=self.school).values_list("pk", "school_class")
        seats = Enrolment.objects.filter(student__school=self.school)
        seats = seats.values_list("student", "school_class")
        for rows in (homes, seats):
            for child, room in rows.order_by("school_class", "pk").iterator(BATCH):
                if child in self.children and room in self.open:
                    yield self._seat(room, child, self.children[child], "student")
        teachers = Membership.objects.open().filter(
            role=Membership.Role.ADVISER, school=self.school, classes__in=self.open
        )
        for teacher, room in teachers.order_by("classes__code").values_list("user", "classes"):
            if teacher in self.people and room in self.open:
                yield self._seat(room, teacher, self.people[teacher], "teacher", primary="true")

    def _seat(self, room, pk, key, role, **more):
        return {
            "sourcedId": _made(pk, f"{room} {role}"),
            "classSourcedId": self.keys.of_class(room),
            "schoolSourcedId": str(self.school.pk),
            "userSourcedId": key,
            "role": role,
        } | more

    def demographics(self):
        """Yield birth date and sex of the children of whom one is known."""
        known = Student.objects.filter(school=self.school).exclude(birth_date=None, sex="")
        for pk, born, sex in known.order_by("pk").values_list("pk", "birth_date", "sex"):
            if pk in self.children:
                yield {"sourcedId": self.children[pk], "birthDate": born or "", "sex": sex}

    def relationships(self):
        """Yield what each guardian is to the child."""
        for tie in self.ties:
            yield {
                "userSourcedId": self.children[tie["student"]],
                "relationshipUserSourcedId": self.people[tie["guardian"]],
                "relationshipRole": _relation(tie["relation"], tie["relation_said"]),
                "primary": _truth(tie["primary"]),
                "livesWith": _truth(tie["lives_with"]),
                "legalGuardian": _truth(tie["legal_guardian"]),
                "mayView": _truth(tie["may_view"]),
                "mayReceive": _truth(tie["may_receive"]),
            }


class _Keys:
    """The sourcedIds of a school's rows: each stands once among those of its kind of file."""

    def __init__(self, school):
        rows = RosterKey.objects.filter(school=school).exclude(
            kind__in=[RosterKey.Kind.GUARDIANSHIP, RosterKey.Kind.MEMBERSHIP]
        )
        # Several keys may name a row: one that still stands goes first. A comma would part it in lists.
        rows = rows.exclude(Q(key__contains="\n") | Q(key__contains=","))
        rows = rows.order_by(F("retired_at").asc(nulls_first=True), "pk")
        self.kept, self.given, self.used = {}, {}, set()
        for kind, row, key in rows.values_list("kind", "row", "key").iterator(BATCH):
            self.kept.setdefault((kind, row), key)

    def _of(self, kind, pk, file, other=""):
        """Return the sourcedId of a row: the remembered key, else `other`, else the uuid."""
        if (kind, pk) not in self.given:
            key = self.kept.pop((kind, pk), "") or other or str(pk)
            key = str(pk) if (file, key) in self.used else key
            self.used.add((file, key))
            self.given[kind, pk] = key
        return self.given[kind, pk]

    def of_term(self, pk, code):
        """Return the key of a term: by OneRoster's custom its code."""
        return self._of(RosterKey.Kind.TERM, pk, "academicSessions", code)

    def of_division(self, pk):
        """Return the key of a division."""
        return self._of(RosterKey.Kind.DIVISION, pk, "orgs")

    def of_class(self, pk):
        """Return the key of a class."""
        return self._of(RosterKey.Kind.CLASS, pk, "classes")

    def of_child(self, pk):
        """Return the key of a child; children and people stand in one file."""
        return self._of(RosterKey.Kind.STUDENT, pk, "users")

    def of_person(self, pk):
        """Return the key of a guardian or a member of staff."""
        return self._of(RosterKey.Kind.PERSON, pk, "users")


def _made(pk, what):
    """Return a sourcedId, always the same, for a row of OneRoster that is none of ours."""
    return str(uuid.uuid5(pk, what))


def _truth(value):
    return "true" if value else "false"


def _session(key, title, kind, start, end):
    return {
        "sourcedId": key,
        "title": title,
        "type": kind,
        "startDate": start,
        "endDate": end,
        "schoolYear": _school_year(start)[1].year,
    }


def _school_year(day):
    """Return the school year that holds `day`: from July to July, named by the year it ends in."""
    first = day.year if day.month >= 7 else day.year - 1
    return day.replace(year=first, month=7, day=1), day.replace(year=first + 1, month=7, day=1)


def name_cells(full, preferred):
    """Return the cells of a name; what its pieces do not give back stands beside them whole."""
    given, middle, family = split_name(full)
    read_back = compose_name(*map(cells.tidy, (given, middle, family)))
    return {
        "givenName": given,
        "middleName": middle,
        "familyName": family,
        "preferredGivenName": preferred,
        FULL_NAME: "" if read_back == full else full,
    }


def _phones(own, more):
    """Return two phone numbers, "" for none: the one of the account goes first."""
    phones = dict.fromkeys(n for n in [own, *more] if n and len(n) <= cells.LONGEST_PHONE)
    return [*phones, "", ""][:MOST_PHONES]


def _guardian_role(relations):
    if relations & _PARENTS:
        return "parent"
    return "relative" if relations <= _RELATIVES else "guardian"


def _relation(relation, said):
    """Return the word for a relation: the family's own, where it is read back as the same."""
    return said if said and relation_of(said) == (relation, said) else relation
