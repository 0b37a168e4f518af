"""The rows of a OneRoster file: from cells to values, and what is wrong with them."""

from django.utils.translation import gettext as _

from homeschool import sheets

from . import cells
from .columns import LONGEST_NAME, TO_BE_DELETED
from .manifest import DELTA
from .naming import compose_name
from .problems import Problem

_MARKS = {"status": "active, tobedeleted", "dateLastModified": "2026-09-01T08:00:00Z"}


class Rows:
    """Reads the rows of one file, one after the other: it remembers which keys it has seen."""

    def __init__(self, file, header, columns, *, mode):
        self.file, self.header, self.mode = f"{file}.csv", header, mode
        self.columns = [
            (column.name, column.read, header.places.get(column.name), must_stand)
            for column, must_stand in columns
        ]
        self.key = header.places.get("sourcedId")
        self.seen = set()
        self._finish = _FINISH.get(file, Rows._plain)
        self._identity = _pair_of if file == "relationships" else _key_of

    def names(self, found):
        """Return {sourcedId} of a row as it is written, or nothing."""
        if self.key is None or self.key >= len(found):
            return set()
        return {cells.tidy(found[self.key])} - {""}

    def read(self, row, found):
        """Return (values, []) of a row, or (None, [Problem])."""
        problems = self._width(row, found)
        if problems:
            return None, problems
        values = {}
        for name, read, place, must_stand in self.columns:
            cell = "" if place is None else cells.tidy(found[place])
            try:
                values[name] = _value(read, cell)
            except cells.Wrong as wrong:
                values[name] = None
                shown = sheets.shown(cell)
                problems.append(self._problem(wrong.kind, row, name, wrong.expected, shown))
            if must_stand and not cell:
                problems.append(self._problem("empty", row, name, name))
        return self._checked(row, values, found, problems)

    def _checked(self, row, values, found, problems):
        if self.mode == DELTA and values["status"] == TO_BE_DELETED:
            problems = [p for p in problems if p.kind != "empty" or p.column in KEYS]
        problems += self._marks(row, values)
        if not problems:
            problems += self._finish(self, row, values, found)
        problems += self._twice(row, values)
        return (None, problems) if problems else (tuple(values.values()), problems)

    def _width(self, row, found):
        wide = len(self.header.names)
        if len(found) == wide or (len(found) > wide and not any(map(str.strip, found[wide:]))):
            return []
        kind = "cells" if len(found) > wide else "fewer"
        expected = _("%(number)s cells") % {"number": wide}
        return [self._problem(kind, row, "", expected, str(len(found)))]

    def _problem(self, kind, row, column, expected="", found=""):
        return Problem(kind, row, column, expected, found, self.file)

    def _marks(self, row, values):
        """Tell where a bulk file fills status or date, and where a delta leaves them empty."""
        for column, expected in _MARKS.items():
            value = values[column]
            if self.mode == DELTA and value == "":
                yield self._problem("delta", row, column, expected)
            elif self.mode != DELTA and value:
                yield self._problem("bulk", row, column, "", sheets.shown(str(value)))

    def _twice(self, row, values):
        key = self._identity(values)
        if not key:
            return
        if key in self.seen:
            yield self._problem("same_key", row, "sourcedId", "", sheets.shown(key))
        self.seen.add(key)

    def _plain(self, row, values, found):
        return ()

    def _user(self, row, values, found):
        """Put the name as it is written after the columns, before 1.1's role and orgs."""
        tail = {name: values.pop(name) for name in ("role", "orgSourcedIds") if name in values}
        values["fullName"] = self._full_name(values, found)
        values["preferredName"] = compose_name(
            values["preferredGivenName"],
            values["preferredMiddleName"],
            values["preferredFamilyName"],
        )
        values.update(tail)
        expected = _("%(number)s signs at most") % {"number": LONGEST_NAME}
        for made, column in (("fullName", "givenName"), ("preferredName", "preferredGivenName")):
            if len(values[made]) > LONGEST_NAME:
                shown = sheets.shown(values[made], 40)
                yield self._problem("name_long", row, column, expected, shown)
        if sheets.holds_an_unkeepable_sign(values["fullName"]):
            yield self._problem("sign", row, "metadata.fullName")

    def _full_name(self, values, found):
        """Return the name as our own export keeps it, letter by letter, else of its pieces."""
        place = self.header.full_name
        kept = found[place] if place is not None else ""
        if kept.strip():
            return kept
        return compose_name(values["givenName"], values["middleName"], values["familyName"])

    def _session(self, row, values, found):
        start, end = values["startDate"], values["endDate"]
        if start and end and end <= start:
            yield self._problem("span", row, "endDate", f"> {start}", str(end))

    def _stretch(self, row, values, found):
        start, end = values["beginDate"], values["endDate"]
        if start and end and end < start:
            yield self._problem("span", row, "endDate", f"> {start}", str(end))


def _value(read, cell):
    if not cell:
        return ""
    if sheets.holds_an_unkeepable_sign(cell):
        raise cells.Wrong("sign")
    return read(cell)


def _key_of(values):
    return values["sourcedId"]


def _pair_of(values):
    pair = values["userSourcedId"], values["relationshipUserSourcedId"]
    return "\n".join(pair) if all(pair) else ""


# What names a row: a delta that deletes need say no more.
KEYS = ("sourcedId", "userSourcedId", "relationshipUserSourcedId")
_FINISH = {
    "users": Rows._user,
    "academicSessions": Rows._session,
    "enrollments": Rows._stretch,
    "roles": Rows._stretch,
}
