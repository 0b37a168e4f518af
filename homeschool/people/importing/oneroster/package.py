"""A OneRoster package: from the bytes of a ZIP to checked rows. Nothing here asks the database."""

from django.utils.translation import gettext as _

from homeschool import sheets

from .archive import Archive
from .columns import COLUMNS, FIELDS, SINCE_1_1, USERS_1_1
from .header import Header, Scan
from .manifest import ABSENT, BULK, DELTA, read_manifest
from .problems import unreadable
from .rows import Rows

V1_0, V1_1, V1_2 = "1.0", "1.1", "1.2"


def read_package(file, *, file_name=""):
    """Return the Package in `file`, bytes or an open binary file; raise Unreadable.

    Every file is unpacked and parted into rows once, so that what keeps the whole package out is
    known before the first row is used.
    """
    return Package(Archive(file, file_name))


class Package:
    """The rows of a OneRoster ZIP.

    `version` "1.0" | "1.1" | "1.2"; `modes` {file: "bulk" | "delta" | "absent"} for each of FIELDS;
    `sizes` {file: rows}; `ignored` headings that are not known; `problems` grows while rows are
    read; `refused` {file: sourcedIds of the rows that were kept out}, so that nothing is
    retired because its row was wrong.
    """

    def __init__(self, archive):
        self.archive = archive
        self.file_name = archive.file_name
        self.manifest = read_manifest(archive)
        self.problems, self.ignored = [], []
        self.refused = {file: set() for file in FIELDS}
        self._told = set()
        self._scans = {file: self._scan(file) for file in COLUMNS if self._has(file)}
        if not self._scans:
            raise unreadable(_("The ZIP holds no file of OneRoster."), file=self.file_name)
        self.sizes = {file: scan.size for file, scan in self._scans.items()}
        self.modes = {file: self._mode(file) for file in FIELDS}
        self.version = self._version()
        self._headers = {file: self._header(file) for file in self._scans}
        if self._roles_in_users:
            self.modes["roles"], self.sizes["roles"] = self.modes["users"], self.sizes["users"]

    def _has(self, file):
        return f"{file}.csv" in self.archive.entries

    def _scan(self, file):
        return Scan(self.archive.records(f"{file}.csv"), f"{file}.csv")

    def _version(self):
        """Return the version by what the files hold; by the manifest where they do not say."""
        if not self.manifest:
            return V1_0
        said = self.manifest["oneroster.version"]
        if self._has("roles"):
            return V1_2
        if self._has("users"):
            one_role = {"role", "orgSourcedIds"} & set(self._scans["users"].header)
            return min(said, V1_1) if one_role else said
        return said

    def _mode(self, file):
        """Return how a file is meant.

        A file that fills status and date in every row is a delta, whatever the manifest says. One
        that the manifest calls a delta and that leaves them empty is not taken for the whole
        roster: its rows are refused, since a bulk file retires whom it does not name.
        """
        if file not in self._scans:
            return ABSENT
        scan = self._scans[file]
        if scan.size and scan.filled == scan.size:
            return DELTA
        said = self.manifest.get(f"file.{file}", BULK)
        return DELTA if said == DELTA else BULK

    @property
    def _roles_in_users(self):
        """Whether each user's row holds the role: until 1.1 there was no file of roles."""
        return self._has("users") and not self._has("roles") and self.version != V1_2

    def columns(self, file):
        """Return the columns that are read of a file."""
        return USERS_1_1 if file == "users" and self._roles_in_users else COLUMNS[file]

    def _header(self, file):
        return Header(file, self._scans[file].header, self.columns(file), self)

    def must_stand(self, file, column):
        """Whether `column` is required in this version."""
        return column.required and not (self.version == V1_0 and (file, column.name) in SINCE_1_1)

    def rows(self, file):
        """Yield (row number, values in the order of FIELDS[file]) of each row that can be used.

        Empty cells are "", lists are tuples, days are dates. A wrong row is left out and told in
        `problems`, once, however often the rows are read.
        """
        if file == "roles" and self._roles_in_users:
            yield from self._roles()
            return
        if file in self._scans:
            for row, values in self._read(file):
                yield row, values[: len(FIELDS[file])]

    def _roles(self):
        """Yield the rows of 1.1's users as 1.2's roles, one for each org."""
        at = {name: place for place, name in enumerate(FIELDS["users"])}
        for row, values in self._read("users"):
            user, status, modified = (
                values[at[n]] for n in ("sourcedId", "status", "dateLastModified")
            )
            role, orgs = values[-2:]
            for number, org in enumerate(orgs or ("",)):
                kind = "secondary" if number else "primary"
                name = f"{user}\n{role}\n{org}"
                yield row, (name, status, modified, user, kind, role, "", "", org)

    def _read(self, file):
        """Yield (row number, values): the columns, what is made of them, and 1.1's two at the end."""
        columns = [(column, self.must_stand(file, column)) for column in self.columns(file)]
        reader = Rows(file, self._headers[file], columns, mode=self.modes[file])
        tell = file not in self._told
        self._told.add(file)
        records = self.archive.records(f"{file}.csv")
        next(records, None)
        for row, found in records:
            values, problems = reader.read(row, found)
            if problems:
                if tell:
                    self.problems += problems
                    self.refused[file] |= reader.names(found)
                continue
            yield row, values

    def refused_rows(self, file, problems):
        """Yield the refused rows of one file as lists, header first, with what is wrong beside each.

        They are written to be opened in a spreadsheet, and hold no password.
        """
        header = self._headers[file]
        kept = [place for place, name in enumerate(header.names) if name != "password"]
        wrong = {problem.row for problem in problems}
        records = self.archive.records(f"{file}.csv")
        next(records, None)
        rows = [
            (row, [found[at] if at < len(found) else "" for at in kept])
            for row, found in records
            if row in wrong
        ]
        names = [header.names[at] for at in kept]
        table = sheets.Table(f"{file}.csv", names, rows, names)
        return sheets.refused_rows(table, problems)
