"""Spreadsheets as people send them: what is read, and what is refused whole."""

import datetime as dt
import io
import zipfile

import pytest
import xlsxwriter

from homeschool import sheets

COLUMNS = sheets.Columns(
    {"number": ("no", "编号"), "name": ("姓名",), "note": ()}, ("number", "name")
)
A_MEGABYTE = 1024 * 1024


def read(raw, **options):
    return sheets.read(raw, COLUMNS, file="x", **{"max_bytes": A_MEGABYTE} | options)


def workbook(*rows, options=(), sheets_before=0):
    """Return a workbook whose first shown sheet holds these rows."""
    raw = io.BytesIO()
    book = xlsxwriter.Workbook(raw, {"in_memory": True} | dict(options))
    for _n in range(sheets_before):
        book.add_worksheet().hide()
    sheet = book.add_worksheet()
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            if callable(cell):
                cell(sheet, row, column)
            else:
                sheet.write(row, column, cell)
    if sheets_before:
        sheet.activate()
        sheet.set_first_sheet()
    book.close()
    return raw.getvalue()


def refused(raw, **options):
    with pytest.raises(sheets.Unreadable) as caught:
        read(raw, **options)
    return caught.value.problem


HEAD = ("number", "name", "note")


def test_it_reads_rows_with_their_place_in_the_sheet():
    table = read(b"number,name\n\n1,Ana\n , \n2,\xe6\x9e\x97\n")
    assert table.rows == [(3, ["1", "Ana"]), (5, ["2", "林"])]
    assert table.columns == ["number", "name"]


def test_it_keeps_the_lines_of_a_text_and_counts_them_as_one_row():
    table = read(b'number,name,note\n1,Ana,"a  b\r\nc"\n2,Bo,\n')
    assert table.rows == [(2, ["1", "Ana", "a b\nc"]), (3, ["2", "Bo", ""])]


def test_a_workbook_reads_like_its_csv():
    raw = workbook(HEAD, (2026001, "Ana", 1.5), (), ("007", "Bo", True))
    assert read(raw).rows == [(2, ["2026001", "Ana", "1.5"]), (4, ["007", "Bo", "TRUE"])]


def test_a_formula_gives_its_value_and_a_text_that_looks_like_one_stays():
    def formula(sheet, row, column):
        sheet.write_formula(row, column, "=1+1", None, 2)

    def text(sheet, row, column):
        sheet.write_string(row, column, "=1+1")

    assert read(workbook(HEAD, (formula, text))).rows == [(2, ["2", "=1+1", ""])]


@pytest.mark.parametrize("date_1904", [False, True])
@pytest.mark.parametrize(
    "told", ["2026-01-15", "2024-02-29", "1999-12-31", "2026-01-15 14:30"],
)  # fmt: skip
def test_a_day_is_the_day_in_both_calendars(date_1904, told):
    raw = io.BytesIO()
    book = xlsxwriter.Workbook(raw, {"in_memory": True, "date_1904": date_1904})
    sheet, days = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    sheet.write_row(0, 0, HEAD)
    sheet.write_row(1, 0, ("1", "Ana"))
    sheet.write_datetime(1, 2, dt.datetime.fromisoformat(told), days)
    book.close()
    assert read(raw.getvalue()).rows[0][1][2] == told


def test_it_reads_the_first_sheet_that_is_shown():
    assert read(workbook(HEAD, ("1", "Ana"), sheets_before=2)).rows[0][1][1] == "Ana"


@pytest.mark.parametrize(
    "text", ["他用app学Python，看video课。", "请发email到qq邮箱", "普通话"],
)  # fmt: skip
def test_chinese_with_latin_words_is_read_in_gb18030(text):
    raw = f"number,name\n1,{text}\n".encode("gb18030")
    assert read(raw).rows == [(2, ["1", text])]


def test_western_letters_are_not_taken_for_chinese():
    problem = refused("number,name\n1,Hernández Muñoz\n".encode("cp1252"))
    assert "GB18030" in problem.expected


def test_a_long_quotation_that_is_never_closed_is_told_by_its_row():
    problem = refused(b'number,name\n1,Ana\n2,"Bo\n' + b"3,Cy\n" * 100)
    assert problem.row == 3


# --- files that are no sheets, or far too large ------------------------------------------------------------


def zipped(parts):
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return raw.getvalue()


def parts_of(raw):
    with zipfile.ZipFile(io.BytesIO(raw)) as file:
        return {name: file.read(name) for name in file.namelist()}


def test_a_zip_bomb_is_not_opened(monkeypatch):
    monkeypatch.setattr(sheets.subprocess, "Popen", None)  # would fail
    bomb = parts_of(workbook(HEAD)) | {"xl/worksheets/sheet1.xml": b" " * (201 * A_MEGABYTE)}
    raw = zipped(bomb)
    assert len(raw) < A_MEGABYTE
    assert "far too much" in refused(raw).expected


def test_a_zip_of_very_many_parts_is_not_opened():
    many = {f"{n}": b"" for n in range(2001)}
    assert "far too much" in refused(zipped(parts_of(workbook(HEAD)) | many)).expected


def test_a_bomb_that_lies_about_its_size_ends_its_own_process_alone():
    raw = zipped(
        parts_of(workbook(HEAD, ("1", "Ana"))) | {"xl/worksheets/sheet1.xml": b" " * A_MEGABYTE}
    )
    lie = raw.replace(A_MEGABYTE.to_bytes(4, "little"), (9).to_bytes(4, "little"))
    assert lie != raw
    assert refused(lie).kind == "unreadable"


def test_a_cell_at_the_far_end_of_the_sheet_ends_its_own_process_alone():
    """The reader keeps room for all cells up to the last one: 500 GB here."""

    def far(sheet, _row, _column):
        sheet.write(1048575, 16383, "x")

    assert "far too large" in refused(workbook(HEAD, (far,))).expected


@pytest.mark.parametrize("length", [100, 2000, -100, -1])
def test_a_workbook_that_is_cut_off_is_told(length):
    assert refused(workbook(HEAD, ("1", "Ana"))[:length]).expected


@pytest.mark.parametrize(
    "raw",
    [
        zipped({"content.xml": b"<office/>", "mimetype": b"application/vnd.oasis"}),
        zipped({"xl/workbook.xml": b"<not-a-workbook"}),
        zipped({"xl/workbook.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><workbook>&b;</workbook>'}),
        b"PK\x03\x04" + b"\0" * 500,
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500,
    ],
)
def test_what_is_no_workbook_is_refused(raw):
    assert refused(raw).kind == "unreadable"


def test_too_many_bytes_or_rows_are_told():
    assert "1 MB" in refused(b"number,name\n" + b"1,Ana\n" * 200_000).expected
    rows = [HEAD, *(("1", "Ana") for _n in range(11))]
    for raw in (workbook(*rows), "\n".join(map(",".join, rows)).encode()):
        assert "10 lines" in refused(raw, max_rows=10).expected
        assert len(read(raw, max_rows=11).rows) == 11


# --- headings ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("heading", ["Number", " NO ", "编号", "Ｎumber"])
def test_a_heading_is_known_in_whatever_way_it_is_written(heading):
    assert COLUMNS.of(heading) == "number"


def test_a_slip_is_told_only_where_the_column_is_missing():
    assert refused(b"number,name,notes\n1,Ana,x\n").column == "note"
    assert read(b"number,name,note,notes\n1,Ana,x,y\n").ignored == ["notes"]
    assert read(b"number,name,weather\n1,Ana,x\n").ignored == ["weather"]


def test_refused_rows_hold_no_formula():
    table = read(b"number,name,=cmd\n-1,@SUM(A1)\n2,Bo\n")
    rows = list(sheets.refused_rows(table, [sheets.Problem("empty", 2, "note")]))
    assert rows[0][:3] == ["number", "name", "'=cmd"]
    assert rows[1][:3] == ["'-1", "'@SUM(A1)", ""]
    assert "note" in rows[1][3]
    assert len(rows) == 2


# --- what somebody said of headings ---------------------------------------------------------------


def test_unknown_headings_are_told_with_the_first_rows():
    with pytest.raises(sheets.UnknownColumns) as caught:
        read(b"Nr,name,colour\n1,Ana,red\n2,Bo,\n3,Li,\n4,Max,\n")
    assert (caught.value.asked, caught.value.columns) == (["number"], [None, "name", None])
    assert caught.value.rows == [["1", "Ana", "red"], ["2", "Bo", ""], ["3", "Li", ""]]


def test_a_heading_means_what_somebody_said():
    table = read(b"Nr,name\n1,Ana\n", known={"nr": "number"})
    assert table.columns == ["number", "name"]


def test_what_somebody_said_wins_over_the_words_of_the_sheet():
    table = read("name,姓名,no\nx,Ana,1\n".encode(), known={"name": "note"})
    assert table.columns == ["note", "name", "number"]


def test_a_column_of_which_somebody_said_that_it_is_missing_may_be_missing():
    assert read(b"name\nAna\n", without=("number",)).columns == ["name"]


def test_a_slip_that_somebody_let_stand_is_not_read():
    with pytest.raises(sheets.UnknownColumns) as caught:
        read(b"number,name,notes\n1,Ana,x\n")
    assert caught.value.slips == {"notes": "note"}
    assert read(b"number,name,notes\n1,Ana,x\n", known={"notes": ""}).ignored == ["notes"]
