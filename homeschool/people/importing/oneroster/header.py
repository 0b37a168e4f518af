"""The header of a OneRoster file, and what one pass over the file tells."""

from collections import Counter

from django.utils.translation import gettext as _

from homeschool import sheets

from .columns import FULL_NAME, SKIPPED
from .problems import unreadable


class Scan:
    """What one pass over a file tells: its header, how many rows it has, how many are a delta's."""

    def __init__(self, records, name):
        header = next(records, None)
        if header is None or header[0] != 1:
            expected = _("The file begins with a header row.")
            raise unreadable(expected, file=name, row=1, kind="columns")
        self.header = [heading.strip() for heading in header[1]]
        places = [self.header.index(n) for n in ("status", "dateLastModified") if n in self.header]
        self.size = self.filled = 0
        for _row, found in records:
            self.size += 1
            marks = [found[at].strip() for at in places if at < len(found)]
            self.filled += len(marks) == 2 and all(marks)


class Header:
    """Where the columns of a file stand; raises Unreadable where one that is required is missing."""

    def __init__(self, file, names, columns, package):
        self.file, self.names = f"{file}.csv", names
        self._refuse_twice()
        known = {column.name: column for column in columns}
        self._refuse_other_letters(known)
        missing = [c.name for c in columns if package.must_stand(file, c) and c.name not in names]
        if missing:
            expected = _("Missing: %(columns)s.") % {"columns": ", ".join(missing)}
            raise self._no(expected, ", ".join(filter(None, names))[:200], missing[0])
        self.places = {name: at for at, name in enumerate(names) if name in known}
        self.full_name = names.index(FULL_NAME) if file == "users" and FULL_NAME in names else None
        package.ignored += [
            f"{self.file}: {sheets.shown(name)}"
            for name in names
            if name and name not in known and name not in SKIPPED.get(file, ())
            and not (file == "users" and name == FULL_NAME)
        ]  # fmt: skip

    def _no(self, expected, found, column):
        return unreadable(expected, found, file=self.file, row=1, column=column, kind="columns")

    def _refuse_twice(self):
        often = [name for name, times in Counter(filter(None, self.names)).items() if times > 1]
        if often:
            raise self._no(_("Each column stands once."), sheets.shown(often[0]), often[0])

    def _refuse_other_letters(self, known):
        """Refuse a heading that differs in capitals only: its cells would be lost without a word."""
        small = {name.lower(): name for name in known}
        for name in self.names:
            meant = small.get(name.lower())
            if meant and meant != name and meant not in self.names:
                raise self._no(meant, sheets.shown(name), meant)
