"""A campaign's figures, or the rows behind one of them, as a file to be taken along."""

import csv
import io

import xlsxwriter
from django.utils.translation import gettext as _

from homeschool.sheets import harmless

from .campaign import BY, MEASURES, names_of, share
from .coverage import OF_CHILDREN

MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def figures_of(board):
    """Return (heading, rows) of every part of a board: all together first."""
    codes = [code for code in MEASURES if code in board.total]
    head = [_("Counted by"), _("Part"), _("Within"), *(str(MEASURES[c].heading) for c in codes)]
    head.append(_("Share"))
    parts = list(board.count.figures.order_by("kind", "place"))
    rows = []
    for kind in ("", *BY):
        own = [part for part in parts if part.kind == kind]
        names = names_of(kind, [part.key for part in own]) if kind else {}
        for part in own:
            name, within = names.get(part.key, (_("not known") if kind else _("all"), ""))
            rest = share(part.numbers) if kind in ("", *OF_CHILDREN) else None
            rows.append([
                str(BY[kind]) if kind else "", str(name), within,
                *(part.numbers.get(code) for code in codes),
                None if rest is None else round(rest / 100, 4),
            ])  # fmt: skip
    return head, rows


def file_of(head, rows, ending, title, *, page=""):
    """Return the "csv" or "xlsx" of these rows as bytes; no cell of it is a formula. `page` names
    the page of a book, if it is not about a campaign."""
    return _csv(head, rows) if ending == "csv" else _xlsx(head, rows, title, page)


def _csv(head, rows):
    file = io.StringIO()
    file.write("\ufeff")
    writer = csv.writer(file)
    for row in [head, *rows]:
        writer.writerow([harmless(cell) if isinstance(cell, str) else cell for cell in row])
    return file.getvalue().encode()


def _xlsx(head, rows, title, name):
    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as book:
        book.set_properties({"title": title})
        page = book.add_worksheet((name or _("Campaign"))[:31])
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        for column, words in enumerate(head):
            page.write_string(0, column, words, bold)
            page.set_column(column, column, 30 if column < 2 else 14)
        page.freeze_panes(1, 0)
        page.repeat_rows(0)
        page.set_landscape()
        page.fit_to_pages(1, 0)
        for number, row in enumerate(rows, 1):
            _write(page, number, row)
        page.autofilter(0, 0, max(len(rows), 1), len(head) - 1)
    return file.getvalue()


def _write(page, number, row):
    for column, cell in enumerate(row):
        if isinstance(cell, str):
            page.write_string(number, column, cell)
        elif cell is not None:
            page.write_number(number, column, cell)
