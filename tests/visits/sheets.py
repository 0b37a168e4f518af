"""Sheets of past visits, for tests."""

import csv
import datetime as dt
import io

import xlsxwriter

from visits.importing import COLUMN_NAMES, import_visits, read_visits

HEADER = tuple(COLUMN_NAMES)


def line(cast, **cells):
    """Return the cells of a call to the child by its counselor, with these cells changed."""
    return {
        "student_number": cast.child.number,
        "happened_on": "2026-01-15",
        "mode": "phone",
        "visitors": cast.counselor.email,
    } | cells


def whole(cast, **cells):
    """Return the cells of a visit at home of which everything is told."""
    return (
        line(
            cast,
            mode="home",
            minutes="45",
            visitors=f"{cast.counselor.email}; {cast.adviser.email}",
            aspects="mental_health;financial_aid",
            region="沈阳市/和平区",
            persons_met="林美；李奶奶（邻居）",
            wishes="希望孩子多读书。",
            difficulties="妈妈上夜班。",
            policies="国家助学金",
            promises_school="帮助申请助学金;联系班主任",
            promises_family="每天一起读书",
            shared_summary="谢谢您的热茶。\n下次再见！",
            staff_note="孩子很懂事。",
            visit_ref="V-1",
        )
        | cells
    )


def as_csv(*lines, header=HEADER, encoding="utf-8", delimiter=","):
    """Return lines (dicts by column) as the bytes of a CSV."""
    text = io.StringIO()
    writer = csv.DictWriter(text, header, delimiter=delimiter, restval="", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(lines)
    return text.getvalue().encode(encoding)


def as_xlsx(*lines, header=HEADER, **options):
    """Return lines as the bytes of a workbook; days and numbers become cells of that kind."""
    raw = io.BytesIO()
    book = xlsxwriter.Workbook(raw, {"in_memory": True} | options)
    sheet, day = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_row(0, 0, header)
    for row, cells in enumerate(lines, 1):
        for place, column in enumerate(header):
            cell = cells.get(column, "")
            if isinstance(cell, dt.date):
                sheet.write_datetime(row, place, cell, day)
            else:
                sheet.write(row, place, cell)
    book.close()
    return raw.getvalue()


def bring(school, *lines, raw=None, **options):
    """Import lines, or the bytes of a file, and return the PastVisits."""
    return import_visits(school, read_visits(raw or as_csv(*lines), "past.csv"), **options)


def kinds(visits):
    """Return what is wrong, as [(kind, row, column)]."""
    return [(problem.kind, problem.row, problem.column) for problem in visits.problems]
