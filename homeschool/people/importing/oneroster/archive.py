"""A ZIP that anybody may have sent: what is in it, and its lines, without trusting what it says.

Everything here that goes wrong is an Unreadable: the package is refused whole.
"""

import csv
import io
import stat
import struct
import zipfile
import zlib

from django.utils.translation import gettext as _

from homeschool.sheets import Unreadable

from .problems import named, unreadable

MAX_BYTES = 60 * 1024 * 1024
MAX_UNPACKED = 50 * 1024 * 1024
MAX_RATIO = 100
MAX_ENTRIES = 200
# One line of a file; the longest cell that Python's csv takes is an eighth of it.
MAX_LINE = 1024 * 1024
_READ = 64 * 1024
# An entry of a ZIP's list begins like this, and no text of a CSV may hold these signs.
_LISTED = b"PK\x01\x02"
# What Python's zipfile raises for what is damaged or made up, each once seen.
DAMAGED = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError, IndexError,
    KeyError, OverflowError, NotImplementedError, RuntimeError,
)  # fmt: skip
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


class Archive:
    """The files at the root of a ZIP, by name. Raises Unreadable unless the ZIP is safe to unpack."""

    def __init__(self, file, file_name=""):
        self.file = io.BytesIO(file) if isinstance(file, bytes | bytearray | memoryview) else file
        self.file_name = file_name
        try:
            self._look_at_bytes()
            self.zip = zipfile.ZipFile(self.file)
            self.entries = self._looked_at(self.zip.infolist())
        except Unreadable as error:
            raise named(error, file_name) from None
        except DAMAGED:
            expected = _("The ZIP is cut off or damaged, or it is none.")
            raise unreadable(expected, file=file_name) from None

    def _look_at_bytes(self):
        """Refuse a file that is too large, or whose list is, before Python reads the list."""
        size = listed = 0
        tail = b""
        self.file.seek(0)
        while chunk := self.file.read(_READ):
            size += len(chunk)
            listed += (tail + chunk).count(_LISTED)
            tail = chunk[-len(_LISTED) + 1 :]
            if size > MAX_BYTES:
                raise unreadable(_("A ZIP may have 60 MB at most."))
        if not size:
            raise unreadable(_("The file is empty."))
        if listed > MAX_ENTRIES:
            raise unreadable(_("A ZIP may hold 200 files at most."))
        self.file.seek(0)

    def _looked_at(self, infos):
        if len(infos) > MAX_ENTRIES:
            raise unreadable(_("A ZIP may hold 200 files at most."), len(infos))
        entries = {}
        for info in infos:
            _refuse_place(info)
            _refuse_kind(info)
            if info.filename in entries:
                raise unreadable(_("Each file stands once in the ZIP."), info.filename)
            entries[info.filename] = info
        self._refuse_sizes(infos)
        return entries

    @staticmethod
    def _refuse_sizes(infos):
        """Refuse by what the ZIP says of itself; `open` counts what really comes out."""
        unpacked = sum(info.file_size for info in infos)
        packed = sum(info.compress_size for info in infos)
        if unpacked > MAX_UNPACKED or unpacked > MAX_RATIO * max(packed, 1):
            raise _too_much()

    def records(self, name):
        """Yield (row, cells) of the CSV `name`, the header as row 1; rows without text are left out."""
        row = 0
        try:
            with self.zip.open(self.entries[name]) as entry:
                reader = csv.reader(_lines(_Counted(entry, self.entries[name])), strict=True)
                for row, cells in enumerate(reader, 1):
                    if any(map(str.strip, cells)):
                        yield row, cells
        except csv.Error as error:
            raise _no_rows(error, name, row + 1) from None
        except UnicodeDecodeError as error:
            found = error.object[error.start : error.start + 1].hex(" ")
            expected = _("The letters must be written in UTF-8.")
            raise unreadable(expected, found, file=name, row=row + 1, kind="letters") from None
        except Unreadable as error:
            raise named(error, name) from None
        except DAMAGED:
            expected = _("This file of the ZIP is cut off or damaged.")
            raise unreadable(expected, name, file=name) from None


def _refuse_place(info):
    """Refuse folders and names that lead somewhere else, or that hide what comes after a NUL."""
    name = info.filename
    if "/" in name or "\\" in name:
        raise unreadable(_("All files stand at the top of the ZIP, in no folder."), name[:100])
    if (
        not name.isprintable()
        or name != info.orig_filename
        or ":" in name
        or name.strip(". ") == ""
    ):
        raise unreadable(_("The files have plain names, like users.csv."), repr(name)[:100])


def _refuse_kind(info):
    """Refuse what is encrypted, no plain file, or packed in a way that cannot be unpacked bit by bit."""
    mode = info.external_attr >> 16
    if info.flag_bits & 0x1:
        raise unreadable(_("The ZIP has no password."), info.filename)
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        raise unreadable(_("The ZIP holds plain files, no links."), info.filename)
    if info.compress_type not in _METHODS:
        raise unreadable(_("The files are packed in the usual way (deflate)."), info.filename)


def _too_much():
    return unreadable(_("The ZIP unpacks to 50 MB at most, and to 100 times its size at most."))


class _Counted:
    """An entry being unpacked, cut off where it gives more than it said, or than any file may."""

    def __init__(self, entry, info):
        self.entry = entry
        self.left = min(info.file_size, MAX_UNPACKED, MAX_RATIO * max(info.compress_size, 1))

    def read(self):
        chunk = self.entry.read(_READ)
        self.left -= len(chunk)
        if self.left < 0:
            raise _too_much()
        return chunk


def _lines(counted):
    """Yield the lines of an entry as text, without a byte-order mark, each with its line end."""
    rest, first = b"", True
    while chunk := counted.read():
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            yield _decoded(line + b"\n", first)
            first = False
        if len(rest) > MAX_LINE:
            raise unreadable(_("A line is far too long."), kind="quotes")
    if rest:
        yield _decoded(rest, first)


def _decoded(line, first):
    if first:
        line = line.removeprefix(b"\xef\xbb\xbf")
    return line.decode()


def _no_rows(error, name, row):
    if "new-line" in str(error):
        expected = _("The lines end with a line feed, with or without a carriage return.")
    elif "field limit" in str(error):
        expected = _("A quotation mark is opened here and not closed, or a cell is far too long.")
    elif "unexpected end" in str(error):
        expected = _("A quotation mark is opened here and not closed.")
    else:
        expected = _("A quotation mark inside a quoted cell is written twice.")
    return unreadable(expected, file=name, row=row, kind="quotes")
