"""A term report as it stands on paper: each sheet as a table, without the long lists."""

from itertools import groupby

from django.utils.translation import gettext as _

from .files import LAST_TERM, changes, mark_of
from .tables import SHEETS

# A longer list of classes or areas is for the workbook; paper says how many there are.
MOST_ROWS = 60


def paper_of(snapshot, made_at):
    """Return what the template of the PDF draws, in the active language. `made_at` is when the figures
    were frozen, in the zone of the school."""
    return {
        "snapshot": snapshot,
        "mark": mark_of(snapshot),
        "made_at": made_at,
        "last_term": LAST_TERM,
        "sheets": [found for sheet in SHEETS.values() if (found := _drawn(sheet, snapshot))],
        "changes": [row for row in changes(snapshot) if row[1] is not None]
        if snapshot.last
        else [],
    }


def _drawn(sheet, snapshot):
    """Return a sheet as it is drawn, or None where it says nothing at all."""
    rows = list(sheet.rows(snapshot))
    if not any(cell and (cell.value or cell.suppressed) for row in rows for cell in row.cells):
        return None
    parts = [
        _part(kind, list(of_kind)) for kind, of_kind in groupby(rows, key=lambda row: row.kind)
    ]
    return {
        "title": sheet.title,
        "columns": sheet.columns(short=True),
        "width": len(sheet.columns()) + 1,
        "parts": parts,
        "told": [(measure.heading, measure.definition) for measure in sheet.counted],
    }


def _part(kind, rows):
    long = len(rows) > MOST_ROWS
    said = _("%(number)s rows stand in the workbook and in the CSV.") % {"number": len(rows)}
    return {
        "kind": kind,
        "level": rows[0].level,
        "rows": [] if long else rows,
        "left_out": said if long else "",
    }
