"""Write the first sheet of the XLSX on standard input to standard output, a JSON line a row.

`python workbook.py ROWS` is a process of its own, with little memory and time: a crafted workbook
of five kilobytes makes the reader ask for 500 GB, and ends whatever process it runs in. A line
is [row of the sheet, [cells as text]]; rows without text are left out. Exit status: 0 done,
3 more than ROWS rows with text, anything else: it cannot be read.
"""

import datetime as dt
import io
import json
import resource
import sys

MEMORY = 640 * 1024 * 1024  # address space: libraries, the workbook, its cells
SECONDS = 60  # of the processor
TOO_MANY = 3


def text_of(cell):
    """Return what a cell shows, as nearly as can be told without its format."""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, dt.datetime):
        at_midnight = cell.time() == dt.time()
        return cell.date().isoformat() if at_midnight else cell.isoformat(" ", "minutes")
    return str(cell)


def rows_of(stream):
    """Yield (row of the sheet, cells as text) of the first sheet that is shown."""
    from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    book = CalamineWorkbook.from_filelike(stream)
    shown = (
        sheet.name
        for sheet in book.sheets_metadata
        if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible
    )
    for row, cells in enumerate(book.get_sheet_by_name(next(shown)).iter_rows(), 1):
        told = [text_of(cell) for cell in cells]
        if any(cell.strip() for cell in told):
            yield row, told


def main():
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    most = int(sys.argv[1])
    for n, row in enumerate(rows_of(io.BytesIO(sys.stdin.buffer.read())), 1):
        if n > most:
            sys.exit(TOO_MANY)
        sys.stdout.write(json.dumps(row) + "\n")


if __name__ == "__main__":
    main()
