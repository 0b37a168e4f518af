"""The files of a term report, both from one snapshot: a tidy CSV and a workbook."""

import csv
import io

import xlsxwriter
from django.utils.translation import gettext as _, gettext_lazy

from .measures import COUNT, DAYS, HOURS, MEAN, MEASURES, MONEY
from .tables import SHEETS

HEADER = ("period", "unit", "measure", "breakdown", "value", "n", "suppressed", "last_term")
# A spreadsheet takes a text that begins like this, or with a full-width twin, for a formula.
FORMULA_STARTS = tuple("=+-@\t\r＝＋－＠")
# How numbers of each unit look in a workbook.
FORMATS = {COUNT: "#,##0", DAYS: "0.0", MEAN: "0.00", MONEY: "#,##0.00", HOURS: "#,##0.0"}
MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


LAST_TERM = gettext_lazy(
    "The same number in the term before, counted on the day of this report: of the children whom the "
    "reader sees, on roll and in their grade or college as that term ended. Children who went to another "
    "school since are not in it."
)


def harmless(value):
    """Return `value` so that no spreadsheet takes it for a formula."""
    is_formula = isinstance(value, str) and value.startswith(FORMULA_STARTS)
    return f"'{value}" if is_formula else value


def file_of(snapshot, ending, made_at):
    """Return the "csv" or "xlsx" of a snapshot as bytes (`csv_of`, `xlsx_of`)."""
    return csv_of(snapshot) if ending == "csv" else xlsx_of(snapshot, made_at)


def csv_of(snapshot):
    """Return the tidy table as bytes: UTF-8 with a byte-order mark, a row for each figure."""
    file = io.StringIO()
    file.write("\ufeff")
    writer = csv.writer(file)
    writer.writerow(HEADER)
    period, unit = snapshot.data["term"]["code"], snapshot.data["school"]["code"]
    for figure in snapshot.figures:
        row = (
            period,
            unit,
            figure.measure,
            figure.breakdown,
            figure.value,
            figure.n,
            figure.suppressed,
            snapshot.before(figure),
        )
        writer.writerow([harmless(value) for value in row])
    return file.getvalue().encode()


def xlsx_of(snapshot, made_at):
    """Return the workbook as bytes, in the active language: a sheet for each table, what is missing
    (staff only) and the definitions. `made_at` is an aware moment in the zone of the school."""
    file = io.BytesIO()
    # in_memory: no half file on a full disk. Text stays text, whatever it looks like.
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as book:
        Workbook(book, snapshot, made_at).write()
    return file.getvalue()


class Workbook:
    """A workbook that is being written."""

    def __init__(self, book, snapshot, made_at):
        self.book, self.snapshot, self.made_at = book, snapshot, made_at
        self.bold = book.add_format({"bold": True})
        self.head = book.add_format(
            {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1, "bg_color": "#E1F0ED"}
        )
        self.wrap = book.add_format({"text_wrap": True, "valign": "top"})
        self.number = book.add_format({"num_format": "#,##0"})
        self.of_unit = {
            unit: book.add_format({"num_format": form}) for unit, form in FORMATS.items()
        }
        self.percent = book.add_format({"num_format": "0.0%"})
        self.hidden = book.add_format({"font_color": "#635850", "align": "right"})

    def write(self):
        """Write every sheet."""
        data = self.snapshot.data
        self.book.set_properties(
            {
                "title": f"{data['school']['name']} · {data['term']['name']}",
                "comments": self.snapshot.hash,
                "created": self.made_at.replace(tzinfo=None, microsecond=0),
            }
        )
        for sheet in SHEETS.values():
            self._table(sheet)
        if self.snapshot.last:
            self._change()
        if not self.snapshot.is_public:
            self._missing()
        self._definitions()

    def _sheet(self, title, header, widths):
        """Add a sheet with a frozen header row that is printed on every page."""
        page = self.book.add_worksheet(str(title)[:31])
        for column, (heading, width) in enumerate(zip(header, widths, strict=True)):
            page.write_string(0, column, str(heading), self.head)
            page.set_column(column, column, width)
        page.freeze_panes(1, 0)
        page.repeat_rows(0)
        page.set_landscape()
        page.fit_to_pages(1, 0)
        page.set_footer(f"&L{mark_of(self.snapshot).replace('&', '&&')}&R&P / &N")
        return page

    def _table(self, sheet):
        header = [_("Counted by"), _("Part"), _("Grade or college"), *sheet.columns()]
        page = self._sheet(sheet.title, header, [22, 34, 24] + [16] * (len(header) - 3))
        row = 0
        for row, found in enumerate(sheet.rows(self.snapshot), start=1):
            for column, text in enumerate((str(found.level), found.name, found.within)):
                page.write_string(row, column, text)
            for column, figure in enumerate(found.cells, start=3):
                form = self.of_unit[figure.unit if figure else COUNT]
                self._number(page, row, column, figure, figure and figure.value, form)
            for figure in found.share:
                share = figure and figure.share
                self._number(page, row, len(header) - 1, figure, share, self.percent)
        page.autofilter(0, 0, max(row, 1), len(header) - 1)

    def _number(self, page, row, column, figure, value, form):
        if figure is not None and figure.suppressed:
            page.write_string(row, column, _("hidden"), self.hidden)
        elif value is not None:
            page.write_number(row, column, value, form)

    def _change(self):
        """Write what the whole was in the term before, and how much more or less it is now."""
        last, term = self.snapshot.last, self.snapshot.data["term"]
        header = [
            _("What is counted"),
            _("Name in the CSV"),
            term["name"],
            last["name"],
            _("Change"),
        ]
        page = self._sheet(_("Change since last term"), header, [44, 28, 16, 16, 16])
        for row, (figure, before, change) in enumerate(changes(self.snapshot), start=1):
            page.write_string(row, 0, str(figure.words))
            page.write_string(row, 1, figure.measure)
            form = self.of_unit[figure.unit]
            self._number(page, row, 2, figure, figure.value, form)
            for column, number in ((3, before), (4, change)):
                if number is not None:
                    page.write_number(row, column, number, form)

    def _missing(self):
        page = self._sheet(
            _("Missing data"),
            [_("What is missing"), _("Grade or college"), _("number")],
            [70, 30, 12],
        )
        row = 0
        for found in self.snapshot.missing:
            for name, number in [("", found["number"]), *found["parts"]]:
                row += 1
                page.write_string(row, 0, str(found["words"]))
                page.write_string(row, 1, name)
                page.write_number(row, 2, number, self.number)
        if not row:
            page.write_string(1, 0, _("Nothing is missing."))

    def _definitions(self):
        page = self._sheet(
            _("Definitions"), [_("Word"), _("Name in the CSV"), _("What it says")], [34, 28, 100]
        )
        rows = [(measure.words, code, measure.definition) for code, measure in MEASURES.items()]
        if self.snapshot.last:
            rows.append((_("Change"), "last_term", LAST_TERM))
        for row, texts in enumerate([*self._about(), *rows], start=1):
            for column, text in enumerate(texts):
                page.write_string(row, column, str(text), self.wrap)

    def _about(self):
        """Return what the reader must know of this report, as rows of the definitions."""
        data = self.snapshot.data
        filters = ", ".join(f"{name}={value}" for name, value in data["filters"].items())
        return [
            (_("School"), data["school"]["code"], data["school"]["name"]),
            (_("Term"), data["term"]["code"], f"{data['term']['name']}, {data['term']['start']} – {data['term']['end']}"),
            (_("Who may read it"), data["audience"], mark_of(self.snapshot)),
            (_("Filters"), filters, "" if filters else _("none")),
            (_("Counted at"), "", f"{self.made_at:%Y-%m-%d %H:%M %Z}"),
            (_("Fingerprint"), "SHA-256", self.snapshot.hash),
        ]  # fmt: skip


def mark_of(snapshot):
    """Return what every printed page says: who may read it."""
    if snapshot.is_public:
        return _("For everybody. Small groups are hidden.")
    return _("For the staff of the school only: contains small groups.")


def changes(snapshot):
    """Yield (figure of the whole, its number in the term before, the difference), None where one of the
    two is not told."""
    for figure in snapshot.figures:
        before = snapshot.before(figure)
        if not figure.kind:
            yield figure, before, snapshot.change(figure)


def file_name(snapshot, ending):
    """Return the name under which a file is saved."""
    data = snapshot.data
    return (
        f"term-report-{data['school']['code']}-{data['term']['code']}-{data['audience']}.{ending}"
    )
