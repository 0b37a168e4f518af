"""OneRoster packages for tests and for the bench: small ones by hand, and a large district."""

import csv
import io
import zipfile

from homeschool.people.importing.oneroster.columns import OTHER_FILES, STANDARD

USERS_1_1 = (
    "sourcedId", "status", "dateLastModified", "enabledUser", "orgSourcedIds", "role", "username",
    "userIds", "givenName", "familyName", "middleName", "identifier", "email", "sms", "phone",
    "agentSourcedIds", "grades", "password",
)  # fmt: skip


def make_zip(files, *, version="1.2", modes=(), raw=(), manifest=None):
    """Return the bytes of a OneRoster ZIP.

    `files` is {"users": [{"sourcedId": ..., ...}]}: columns that a row does not name are empty, and
    columns that the standard does not have come last. `modes` {"users": "delta"} for what is not
    bulk; `raw` {"users.csv": bytes} replaces or adds a file, None takes it away; `version` None
    writes no manifest; `manifest` {property: value or None} changes its rows.
    """
    contents = {f"{file}.csv": sheet(file, rows, version) for file, rows in files.items()}
    if version:
        contents["manifest.csv"] = _manifest(files, version, dict(modes), manifest or {})
    contents |= dict(raw)
    return zipped({name: content for name, content in contents.items() if content is not None})


def zipped(contents):
    """Return the bytes of a ZIP of {name: bytes}."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return out.getvalue()


def sheet(file, rows, version="1.2"):
    """Return rows (dicts, or an iterator of them) as the bytes of a CSV with the standard's header."""
    rows = iter(rows)
    first = next(rows, {})
    header = list(USERS_1_1 if file == "users" and version != "1.2" else STANDARD.get(file, ()))
    header += [name for name in first if name not in header]
    out = io.StringIO()
    writer = csv.DictWriter(out, header, restval="", lineterminator="\r\n")
    writer.writeheader()
    if first:
        writer.writerow(first)
    writer.writerows(rows)
    return out.getvalue().encode()


def _manifest(files, version, modes, changes):
    names = [name for name in (*STANDARD, *OTHER_FILES) if name != "relationships"]
    names += [name for name in files if name not in names]
    said = {"manifest.version": "1.0", "oneroster.version": version}
    for name in sorted(names):
        said[f"file.{name}"] = modes.get(name, "bulk" if name in files else "absent")
    said |= {"source.systemName": "A school’s system", "source.systemCode": "sys"} | changes
    lines = [f"{name},{value}" for name, value in said.items() if value is not None]
    return "\r\n".join(["propertyName,value", *lines, ""]).encode()


def small_school(**more):
    """Return {file: rows} of one school: a class of two children, a mother of both, a teacher.

    `more` {file: rows} adds rows to a file, or files.
    """
    files = {
        "orgs": [
            {"sourcedId": "o1", "name": "Mill Lane", "type": "school", "identifier": "mill-lane"},
            {"sourcedId": "o2", "name": "Grade 3", "type": "department", "identifier": "g3", "parentSourcedId": "o1"},
        ],
        "academicSessions": [
            {"sourcedId": "t1", "title": "Autumn", "type": "term", "startDate": "2026-09-01", "endDate": "2027-01-20", "schoolYear": "2027"},
        ],
        "courses": [{"sourcedId": "k1", "title": "Grade 3", "orgSourcedId": "o2"}],
        "classes": [
            {"sourcedId": "c1", "title": "3B", "courseSourcedId": "k1", "classCode": "3b", "classType": "homeroom", "schoolSourcedId": "o1", "termSourcedIds": "t1"},
        ],
        "users": [
            user("s1", "小雨", "林", identifier="S1", agentSourcedIds="p1"),
            user("s2", "小晴", "林", identifier="S2"),
            user("p1", "美", "林", email="linmei@example.org", agentSourcedIds="s1,s2"),
            user("f1", "Ben", "Wright", email="ben@example.org"),
        ],
        "roles": [
            role("s1", "student"), role("s2", "student"), role("p1", "parent"), role("f1", "teacher"),
        ],
        "enrollments": [
            enrolment("c1", "s1"), enrolment("c1", "s2"),
            enrolment("c1", "f1", "teacher", primary="true"),
        ],
    }  # fmt: skip
    for file, rows in more.items():
        files[file] = files.get(file, []) + list(rows)
    return files


def user(key, given, family, **more):
    """Return a row of users."""
    return {"sourcedId": key, "enabledUser": "true", "username": key, "givenName": given, "familyName": family} | more  # fmt: skip


def role(user, name, org="o1", **more):
    """Return a row of roles."""
    return {"sourcedId": f"r-{user}-{name}", "userSourcedId": user, "roleType": "primary", "role": name, "orgSourcedId": org} | more  # fmt: skip


def enrolment(school_class, user, role="student", org="o1", **more):
    """Return a row of enrollments."""
    return {"sourcedId": f"e-{school_class}-{user}", "classSourcedId": school_class, "schoolSourcedId": org, "userSourcedId": user, "role": role} | more  # fmt: skip


def relationship(student, guardian, said="mother", **more):
    """Return a row of relationships."""
    return {"userSourcedId": student, "relationshipUserSourcedId": guardian, "relationshipRole": said} | more  # fmt: skip


def in_1_1(files):
    """Return the same school as OneRoster 1.1 hands it on: roles stand in the users' rows."""
    roles = {row["userSourcedId"]: row for row in files["roles"]}
    users = [
        row | {"role": roles[row["sourcedId"]]["role"], "orgSourcedIds": roles[row["sourcedId"]]["orgSourcedId"]}
        for row in files["users"]
    ]  # fmt: skip
    return {file: rows for file, rows in files.items() if file != "roles"} | {"users": users}


_GIVEN = ("小雨", "子涵", "Mateo", "Ana María", "Олег", "Amina", "Ken", "欣怡", "Sofía", "O’Neil")
_FAMILY = (
    "林",
    "王",
    "Hernández Ruiz",
    "Орлов",
    "Haddad",
    "欧阳",
    "Smith-Jones",
    "陈",
    "Ng",
    "Ó Briain",
)


def big_district(students=20_000, *, guardians=None, school="mill-lane", per_class=40):
    """Return the bytes of a ZIP of one large school: `students`, 7 guardians for every 4 of them.

    Every child has a homeroom with a teacher, a birth date, and one or two guardians with an
    e-mail; the ties stand in agentSourcedIds and in relationships.csv.
    """
    guardians = guardians or students * 7 // 4
    classes = -(-students // per_class)
    return make_zip(_big(students, guardians, school, classes))


def _big(students, guardians, school, classes):
    ties = [(n % students, n) for n in range(guardians)]
    first = {}
    for child, guardian in ties:
        first.setdefault(child, []).append(f"p{guardian}")
    return {
        "orgs": [
            {"sourcedId": "o", "name": "Mill Lane", "type": "school", "identifier": school},
            *({"sourcedId": f"o{n}", "name": f"Grade {n}", "type": "department", "identifier": f"g{n}", "parentSourcedId": "o"} for n in range(6)),
        ],
        "academicSessions": [
            {"sourcedId": "t1", "title": "Autumn", "type": "term", "startDate": "2026-09-01", "endDate": "2027-01-20", "schoolYear": "2027"},
        ],
        "courses": [{"sourcedId": f"k{n}", "title": f"Grade {n}", "orgSourcedId": f"o{n}"} for n in range(6)],
        "classes": (
            {"sourcedId": f"c{n}", "title": f"Class {n}", "courseSourcedId": f"k{n % 6}", "classCode": f"c{n}", "classType": "homeroom", "schoolSourcedId": "o", "termSourcedIds": "t1"}
            for n in range(classes)
        ),
        "users": _big_users(students, guardians, classes, first),
        "roles": (
            role(key, name, "o")
            for prefix, number, name in (("s", students, "student"), ("p", guardians, "parent"), ("f", classes, "teacher"))
            for key in (f"{prefix}{n}" for n in range(number))
        ),
        "enrollments": _big_enrolments(students, classes),
        "demographics": ({"sourcedId": f"s{n}", "birthDate": f"{2010 + n % 9}-{1 + n % 12:02}-{1 + n % 28:02}", "sex": ("female", "male")[n % 2]} for n in range(students)),
        "relationships": (relationship(f"s{child}", f"p{guardian}", ("mother", "father", "外婆")[guardian % 3]) for child, guardian in ties),
    }  # fmt: skip


def _big_users(students, guardians, classes, first):
    for n in range(students):
        yield user(f"s{n}", _GIVEN[n % 10], _FAMILY[n // 10 % 10], identifier=f"N{n}", agentSourcedIds=",".join(first.get(n, ())))  # fmt: skip
    for n in range(guardians):
        yield user(f"p{n}", _GIVEN[n // 7 % 10], _FAMILY[n % 10], email=f"p{n}@example.org", phone=f"+86 138 {n:08}")  # fmt: skip
    for n in range(classes):
        yield user(f"f{n}", _GIVEN[n % 10], _FAMILY[n // 3 % 10], email=f"f{n}@example.org")


def _big_enrolments(students, classes):
    for n in range(students):
        yield enrolment(f"c{n % classes}", f"s{n}", org="o")
    for n in range(classes):
        yield enrolment(f"c{n}", f"f{n}", "teacher", "o", primary="true")
