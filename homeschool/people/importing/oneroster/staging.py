"""A package's rows into temporary tables, so that what they mean is asked in SQL.

Users, roles, enrolments, demographics and relationships come in tens of thousands: they go from
the file into PostgreSQL by COPY without ever standing in memory. The tables are gone with the
transaction.
"""
# ruff: noqa: S608 - what is put together here are pieces of this package; values go in apart

import io

from django.db import connection

from homeschool.people.models import RosterKey

# Temporary tables by file: (column, its type, the package's field); the number of the row is first.
STAGED = {
    "users": (
        ("sid", "text", "sourcedId"), ("status", "text", "status"),
        ("username", "text", "username"), ("user_ids", "text", "userIds"),
        ("name", "text", "fullName"), ("preferred", "text", "preferredName"),
        ("identifier", "text", "identifier"), ("email", "text", "email"),
        ("phone", "text", "phone"), ("sms", "text", "sms"),
        ("agents", "text", "agentSourcedIds"), ("grades", "text", "grades"),
    ),
    "roles": (
        ("status", "text", "status"), ("person", "text", "userSourcedId"), ("role", "text", "role"),
        ("ends", "date", "endDate"), ("org", "text", "orgSourcedId"),
    ),
    "enrollments": (
        ("status", "text", "status"), ("class", "text", "classSourcedId"),
        ("school", "text", "schoolSourcedId"), ("person", "text", "userSourcedId"),
        ("role", "text", "role"), ("is_primary", "boolean", "primary"),
        ("begins", "date", "beginDate"), ("ends", "date", "endDate"),
    ),
    "demographics": (
        ("sid", "text", "sourcedId"), ("status", "text", "status"),
        ("birth", "date", "birthDate"), ("sex", "text", "sex"),
    ),
    "relationships": (
        ("status", "text", "status"), ("person", "text", "userSourcedId"),
        ("other", "text", "relationshipUserSourcedId"), ("role", "text", "relationshipRole"),
        ("is_primary", "boolean", "primary"), ("lives", "boolean", "livesWith"),
        ("legal", "boolean", "legalGuardian"), ("may_view", "boolean", "mayView"),
        ("may_receive", "boolean", "mayReceive"),
    ),
}  # fmt: skip
INDEXED = {
    "users": "sid", "roles": "person", "enrollments": "person", "demographics": "sid",
    "relationships": "person",
}  # fmt: skip
_ESCAPES = str.maketrans({"\\": r"\\", "\n": r"\n", "\r": r"\r", "\t": r"\t"})


def execute(sql, params=None):
    """Run one statement and return its rows, None where it gives none, and how many it touched."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall() if cursor.description else cursor.rowcount


def make_table(name, columns):
    """Make an empty temporary table of this transaction; one of that name from before goes."""
    execute(f"DROP TABLE IF EXISTS pg_temp.{name}")
    execute(f"CREATE TEMP TABLE {name} ({columns}) ON COMMIT DROP")


def text(value):
    """Return a value as COPY reads it in its text format; nothing, and an empty text, are NULL."""
    if value is None or value == "" or value == ():
        return r"\N"
    if isinstance(value, tuple):
        value = ",".join(value)
    if isinstance(value, str):
        return value.translate(_ESCAPES)
    return str(value)


class Lines(io.TextIOBase):
    """Rows as the file that COPY reads, made while it reads."""

    def __init__(self, rows):
        self.rows, self.rest = rows, ""

    def readable(self):
        return True

    def read(self, size=-1):
        """Return the next lines, about `size` signs of them; empty at the end."""
        lines, length = [self.rest], len(self.rest)
        for row in self.rows:
            line = "\t".join(map(text, row)) + "\n"
            lines.append(line)
            length += len(line)
            if 0 <= size <= length:
                break
        found = "".join(lines)
        if size < 0:
            self.rest = ""
            return found
        self.rest = found[size:]
        return found[:size]


def copy_in(table, columns, rows):
    """Put rows (tuples) into these columns of a temporary table, one after the other."""
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {table} ({columns}) FROM STDIN", Lines(iter(rows)))


def stage(package, fields, tell):
    """Copy the large files of `package` into `in_<file>`; `fields` is its {file: names}."""
    for number, (file, columns) in enumerate(STAGED.items()):
        tell("read", number, len(STAGED))
        typed = ", ".join(f"{name} {kind}" for name, kind, _field in columns)
        make_table(f"in_{file}", f"row int, {typed}")
        at = [fields[file].index(field) for _name, _kind, field in columns]
        named = ", ".join(name for name, _kind, _field in columns)
        copy_in(f"in_{file}", f"row, {named}", _picked(package.rows(file), at))
        execute(f"CREATE INDEX ON in_{file} ({INDEXED[file]})")
        execute(f"ANALYZE in_{file}")


def _picked(rows, at):
    for row, values in rows:
        yield row, *[values[place] for place in at]


def stage_keys(school, trusted=()):
    """Copy what was remembered of earlier rosters into `known`: kind, key, row, and whether it is
    this school's own; a school that is trusted tells of people alone."""
    make_table("known", "kind text, key text, row uuid, retired boolean, own boolean")
    table = RosterKey._meta.db_table
    execute(
        f"INSERT INTO known SELECT kind, key, row, retired_at IS NOT NULL, school_id = %s FROM {table}"
        " WHERE school_id = %s OR (school_id = ANY (%s) AND kind = 'person')",
        [school.pk, school.pk, [other.pk for other in trusted]],
    )
    execute("CREATE INDEX ON known (kind, key)")
    execute("CREATE INDEX ON known (kind, row)")
    execute("ANALYZE known")
