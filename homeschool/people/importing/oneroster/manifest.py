"""The list of a package: which files it holds, and how each is meant."""

from django.utils.translation import gettext as _

from homeschool.sheets import shown

from .columns import COLUMNS, OTHER_FILES
from .problems import unreadable

MANIFEST = "manifest.csv"
ABSENT, BULK, DELTA = MODES = ("absent", "bulk", "delta")
VERSIONS = ("1.0", "1.1", "1.2")
# A file that the standard does not know: it may come unlisted, since strict readers list by the standard.
UNLISTED = frozenset({"relationships.csv"})


def read_manifest(archive):
    """Return the manifest as {property: value}, {} where there is none (version 1.0).

    Raises Unreadable where it is none, or where the files that it lists are not those that came.
    """
    if MANIFEST not in archive.entries:
        _refuse_strangers(archive)
        return {}
    said = _properties(archive)
    if said.get("oneroster.version") not in VERSIONS:
        raise _no(", ".join(VERSIONS), said.get("oneroster.version", ""), "oneroster.version")
    files = {name: mode for name, mode in said.items() if name.startswith("file.")}
    for name, mode in files.items():
        if mode not in MODES:
            raise _no(", ".join(MODES), mode, name)
    _compare(archive, files)
    return said


def _properties(archive):
    """Return {property: value} of the manifest's rows."""
    records = archive.records(MANIFEST)
    row, header = next(records, (1, []))
    if [cell.strip() for cell in header[:2]] != ["propertyName", "value"]:
        raise _no("propertyName,value", ",".join(header), "propertyName", row)
    said = {}
    for row, found in records:
        name, value = (*(cell.strip() for cell in found[:2]), "")[:2]
        if name in said:
            raise _no(_("Each property stands once."), name, name, row)
        said[name] = value
    return said


def _compare(archive, files):
    """Refuse a package that lists a file which did not come, or brings one that it does not list."""
    listed = {f"{name.removeprefix('file.')}.csv" for name, mode in files.items() if mode != ABSENT}
    came = set(archive.entries) - {MANIFEST}
    missing, unlisted = sorted(listed - came), sorted(came - listed - UNLISTED)
    if missing:
        raise _no(_("Every file that the manifest lists is in the ZIP."), missing[0], missing[0])
    if unlisted:
        expected = _("Every file of the ZIP is listed in the manifest.")
        raise _no(expected, unlisted[0], unlisted[0])


def _refuse_strangers(archive):
    known = {f"{file}.csv" for file in (*COLUMNS, *OTHER_FILES)}
    strangers = sorted(set(archive.entries) - known)
    if strangers:
        expected = _("Without a manifest.csv the ZIP holds files of OneRoster alone.")
        raise unreadable(expected, shown(strangers[0]), file=archive.file_name)


def _no(expected, found, column, row=0):
    return unreadable(expected, shown(found), file=MANIFEST, row=row, column=shown(column))
