"""A district's roster, brought in as a OneRoster package: twice, since the second time is every night."""

import csv
import io
import tempfile
import zipfile
from pathlib import Path
from statistics import median

from homeschool.bench.data import World, adults_of, name_of
from homeschool.bench.harness import Rounds
from homeschool.bench.heavy import MEGABYTES, copy_bare, run_import
from homeschool.people.importing.oneroster import split_name

CODE = "bench-roster"
NAMED = ("sourcedId", "status", "dateLastModified")
USERS = (
    *NAMED, "enabledUser", "username", "userIds", "givenName", "familyName", "middleName", "identifier",
    "email", "sms", "phone", "agentSourcedIds",
)  # fmt: skip


def roster_import(stage):
    """Measure `import_roster` on a package of a school that is new, against COPY of the rows that it
    wrote into bare tables. Its peak of memory must stay below the limit, and the same package
    changes nothing the second time."""
    world = World(stage.students)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "roster.zip"
        write_package(file, world)
        seconds, megabytes, said = run_import("import_roster", file)
        again, _megabytes, said_again = run_import("import_roster", file)
    floor = median(copy_bare(_written()) for _round in range(5))
    new = said["students"]["new"], said["guardians"]["new"]
    whole = new == (world.students, world.adults) and said_again["students"]["same"] == new[0]
    return Rounds(
        [(seconds, floor)], unit="s", also=f"<= {MEGABYTES} MB", holds=whole and megabytes <= MEGABYTES,
        notes=[
            f"{new[0]:,} children, {new[1]:,} guardians, peak {megabytes:.0f} MB, "
            f"{seconds / floor:.0f} x COPY into bare tables; {again:.1f} s the second time"
        ],
    )  # fmt: skip


def _written():
    """Yield (table, SQL of the rows that the import wrote)."""
    school = f"(SELECT id FROM people_school WHERE code = '{CODE}')"  # noqa: S608
    people = f"(SELECT row FROM people_rosterkey WHERE kind = 'person' AND school_id = {school})"  # noqa: S608
    children = f"(SELECT id FROM people_student WHERE school_id = {school})"  # noqa: S608
    for table, column, values in (
        ("people_user", "id", people), ("people_address", "user_id", people),
        ("people_student", "school_id", school), ("people_guardianship", "student_id", children),
        ("people_membership", "school_id", school), ("people_rosterkey", "school_id", school),
    ):  # fmt: skip
        yield table, f'SELECT * FROM "{table}" WHERE {column} IN {values}'  # noqa: S608


def write_package(path, world):
    """Write the roster of a school with as many children, guardians and classes as `world`."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        files = _files(world)
        told = [("manifest.version", "1.0"), ("oneroster.version", "1.2")]
        told += [(f"file.{name}", "bulk") for name in files if name != "relationships"]
        for name, (header, rows) in (
            {"manifest": (("propertyName", "value"), told)} | files
        ).items():
            with (
                archive.open(f"{name}.csv", "w") as raw,
                io.TextIOWrapper(raw, "utf-8", newline="") as out,
            ):
                writer = csv.writer(out)
                writer.writerow(header)
                writer.writerows(rows)


def _files(world):
    """Return {file: (header, rows)}; the rows are made while they are written."""
    return {
        "orgs": ((*NAMED, "name", "type", "identifier", "parentSourcedId"), _orgs(world)),
        "academicSessions": (
            (*NAMED, "title", "type", "startDate", "endDate", "parentSourcedId", "schoolYear"),
            [("term", "", "", "Autumn", "term", "2026-09-01", "2027-01-20", "", "2027")],
        ),
        "courses": (
            (*NAMED, "schoolYearSourcedId", "title", "courseCode", "grades", "orgSourcedId"),
            ((f"k{n}", "", "", "", f"Grade {n}", "", "", f"g{n}") for n in range(world.divisions)),
        ),
        "classes": (
            (*NAMED, "title", "grades", "courseSourcedId", "classCode", "classType", "location",
             "schoolSourcedId", "termSourcedIds"),
            ((f"c{n}", "", "", f"Class {n}", "", f"k{world.division_of(n)}", f"c{n}", "homeroom", "", "o", "term")
             for n in range(world.classes)),
        ),
        "users": (USERS, _users(world)),
        "roles": (
            (*NAMED, "userSourcedId", "roleType", "role", "beginDate", "endDate", "orgSourcedId"),
            ((f"r{user}", "", "", user, "primary", role, "", "", "o") for user, role in _roles(world)),
        ),
        "enrollments": (
            (*NAMED, "classSourcedId", "schoolSourcedId", "userSourcedId", "role", "primary"),
            _enrolments(world),
        ),
        "demographics": (
            (*NAMED, "birthDate", "sex"),
            ((f"s{n}", "", "", f"2015-05-{1 + n % 28:02}", ("female", "male")[n % 2]) for n in range(world.students)),
        ),
        "relationships": (
            ("userSourcedId", "relationshipUserSourcedId", "relationshipRole", "primary"),
            ((f"s{n}", f"p{adult}", ("mother", "father")[place], "false" if place else "true")
             for n in range(world.students) for place, adult in enumerate(adults_of(n))),
        ),
    }  # fmt: skip


def _orgs(world):
    yield "o", "", "", "A district's school", "school", CODE, ""
    for n in range(world.divisions):
        yield f"g{n}", "", "", f"Grade {n}", "department", f"g{n}", "o"


def _users(world):
    for n in range(world.students):
        agents = ",".join(f"p{adult}" for adult in adults_of(n))
        yield _user(f"s{n}", name_of(n), f"D{n:06}", "", "", agents)
    for n in range(world.adults):
        yield _user(f"p{n}", name_of(n + 5), "", f"parent{n}@roster.example", f"+86 138 {n:08}", "")
    for n in range(world.classes):
        yield _user(f"t{n}", name_of(n + 9), "", f"teacher{n}@roster.example", "", "")


def _user(key, name, number, email, phone, agents):
    given, middle, family = split_name(name)
    return key, "", "", "true", key, "", given, family, middle, number, email, "", phone, agents


def _roles(world):
    for prefix, number, role in (
        ("s", world.students, "student"), ("p", world.adults, "parent"), ("t", world.classes, "teacher"),
    ):  # fmt: skip
        yield from ((f"{prefix}{n}", role) for n in range(number))


def _enrolments(world):
    for n in range(world.students):
        yield f"e{n}", "", "", f"c{world.class_of(n)}", "o", f"s{n}", "student", ""
    for n in range(world.classes):
        yield f"h{n}", "", "", f"c{n}", "o", f"t{n}", "teacher", "true"
