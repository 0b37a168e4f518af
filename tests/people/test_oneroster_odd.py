"""Thousands of broken OneRoster ZIPs: refused, or read with problems, never anything else.

The files are made by a seeded generator, so a failure names the number that makes it again. CI reads
5,000; ODD_FILES=50000 reads more.
"""

import csv
import io
import os
import random
import zipfile

import pytest

from homeschool.people.importing.oneroster import FIELDS, Problem, read_package
from homeschool.sheets import Unreadable
from tests.people.rosters import (
    in_1_1,
    make_zip,
    relationship,
    role,
    sheet,
    small_school,
    user,
    zipped,
)

FILES = int(os.environ.get("ODD_FILES", "5000"))
PARTS = 10
SIGNS = (
    "\0", "\x07", "\u202e", "\ud7ff", "\ufeff", "‮", '"', '""', "'", ",", ";", "\t", "\r", "\n", "=1+1", "@", "\x85",
    "\u2028", "😀", "e\u0301", "ext:x", "null", "-1", "NaN", "1e9", "9" * 400, "true", "TRUE", "2026-02-30", "0000-00-00",
    "../x", "%s", "{0}", "<b>", "林" * 300, "\U000e0001", "tobedeleted", "{a:b}", "१२", " ", "　",
)  # fmt: skip
ENCODINGS = ("utf-16", "utf-32", "gb18030", "latin-1", "utf-8-sig", "cp037", "shift_jis", "utf-7")


def _bases():
    """Return the files of three good packages, as {name: bytes}."""
    modern = small_school(
        relationships=[relationship("s1", "p1", "妈妈")],
        demographics=[{"sourcedId": "s1", "birthDate": "2017-03-04", "sex": "female"}],
    )
    change = {"status": "active", "dateLastModified": "2026-10-01T08:00:00Z"}
    delta = {"users": [user("s3", "Ana", "Ruiz") | change], "roles": [role("s3", "student") | change]}  # fmt: skip
    packages = (
        make_zip(modern),
        make_zip(in_1_1(small_school()), version="1.1"),
        make_zip(delta, modes=dict.fromkeys(delta, "delta")),
    )
    for raw in packages:
        with zipfile.ZipFile(io.BytesIO(raw)) as found:
            yield {name: found.read(name) for name in found.namelist()}


# --- what may happen to the text of a file -----------------------------------------------------------


def _cells(raw):
    return list(csv.reader(io.StringIO(raw.decode())))


def _text(rows):
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode("utf-8", "surrogatepass")


def _odd_sign(dice, raw):
    rows = _cells(raw)
    row = dice.choice(rows)
    if row:
        at = dice.randrange(len(row))
        sign = dice.choice(SIGNS)
        row[at] = dice.choice((sign, row[at] + sign, sign + row[at], row[at][:1] + sign))
    return _text(rows)


def _swap_columns(dice, raw):
    rows = _cells(raw)
    a, b = dice.randrange(len(rows[0])), dice.randrange(len(rows[0]))
    for row in rows[dice.choice((0, 1)) :]:
        if max(a, b) < len(row):
            row[a], row[b] = row[b], row[a]
    return _text(rows)


def _drop_column(dice, raw):
    rows = _cells(raw)
    at = dice.randrange(len(rows[0]))
    return _text([row[:at] + row[at + 1 :] for row in rows])


def _double_rows(dice, raw):
    rows = _cells(raw)
    return _text(rows + dice.choices(rows, k=3))


def _other_header(dice, raw):
    rows = _cells(raw)
    at = dice.randrange(len(rows[0]))
    rows[0][at] = dice.choice((rows[0][at].upper(), rows[0][at - 1], "", "x" * 500, "metadata.x"))
    return _text(rows)


def _encode(dice, raw):
    return raw.decode().encode(dice.choice(ENCODINGS), "replace")


def _bytes(dice, raw):
    spoilt = bytearray(raw)
    for _time in range(dice.randint(1, 4)):
        at = dice.randrange(len(spoilt) + 1)
        spoilt[at : at + dice.randint(0, 2)] = dice.randbytes(dice.randint(0, 3))
    return bytes(spoilt)


def _cut(dice, raw):
    return raw[: dice.randrange(len(raw) + 1)]


def _lines(dice, raw):
    return raw.replace(b"\r\n", dice.choice((b"\r", b"\n", b"\n\n", b"\r\r\n", b"\0\n", b"\n\r")))


def _delimiter(dice, raw):
    return raw.replace(b",", dice.choice((b";", b"\t", b"|", b",,", b'","')))


def _huge_cell(dice, raw):
    cell = dice.choice(("x", "林", '"', "1,")) * dice.choice((300, 5000, 70_000))
    return raw + cell.encode() + dice.choice((b"", b"\r\n"))


def _else(dice, raw):
    return dice.choice((b"", b"\r\n", b"\0" * 50, b"\xef\xbb\xbf", zipped({"a": raw}), dice.randbytes(300), b"PK\x03\x04", b"%PDF-1.7"))  # fmt: skip


TEXT = (
    _odd_sign, _odd_sign, _odd_sign, _swap_columns, _drop_column, _double_rows, _other_header,
    _encode, _bytes, _cut, _lines, _delimiter, _huge_cell, _else,
)  # fmt: skip

# --- what may happen to the ZIP -------------------------------------------------------------------------


def _spoilt_text(dice, files):
    for name in dice.sample(sorted(files), dice.randint(1, 2)):
        files[name] = dice.choice(TEXT)(dice, files[name])
    return zipped(files)


def _flipped(dice, files):
    raw = bytearray(zipped(files))
    for _time in range(dice.randint(1, 12)):
        raw[dice.randrange(len(raw))] ^= 1 << dice.randrange(8)
    return bytes(raw)


def _flipped_list(dice, files):
    """Spoil the ZIP's own list, which comes last."""
    raw = bytearray(zipped(files))
    start = raw.index(b"PK\x01\x02")
    for _time in range(dice.randint(1, 6)):
        raw[dice.randrange(start, len(raw))] = dice.choice((0, 1, 0x7F, 0xFF, dice.randrange(256)))
    return bytes(raw)


def _cut_zip(dice, files):
    raw = zipped(files)
    start, end = sorted(dice.choices(range(len(raw) + 1), k=2))
    return dice.choice((raw[:start], raw[start:], raw[start:end], raw[:start] + raw[end:]))


def _named_oddly(dice, files):
    name = dice.choice(sorted(files))
    other = dice.choice(("../" + name, "a/" + name, name.upper(), name + " ", ".", "\u202e" + name, "a\\b", "CON", name[:-4], "x" * 300, "%00.csv"))  # fmt: skip
    content = files.pop(name) if dice.random() < 0.5 else files[name]
    return zipped(files | {other: content})


def _missing(dice, files):
    for name in dice.sample(sorted(files), dice.randint(1, len(files) - 1)):
        del files[name]
    return zipped(files)


def _nested(dice, files):
    inner = zipped(files)
    return zipped({dice.choice(("roster.zip", "users.csv", "manifest.csv")): inner} | (files if dice.random() < 0.5 else {}))  # fmt: skip


def _bomb(dice, files):
    name = dice.choice(sorted(files))
    files[name] += dice.choice((b"\0", b"a,", b"\n", b'"', b"x\r\n")) * dice.choice((10**4, 3 * 10**5))  # fmt: skip
    raw = bytearray(zipped(files))
    if dice.random() < 0.3:  # and let it lie about its size
        at = raw.index(b"PK\x01\x02") + dice.choice((20, 24))
        raw[at : at + 4] = dice.randrange(1 << 20).to_bytes(4, "little")
    return bytes(raw)


def _packed_otherwise(dice, files):
    out = io.BytesIO()
    method = dice.choice((zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA))
    with zipfile.ZipFile(out, "w", method) as target:
        for name, content in files.items():
            target.writestr(name, content)
        target.comment = dice.randbytes(dice.randrange(100))
    return dice.randbytes(dice.choice((0, 20))) + out.getvalue()


def _many(dice, files):
    return zipped(files | {f"f{n}.csv": b"" for n in range(dice.choice((5, 190, 250)))})


def _no_zip(dice, files):
    return dice.choice((b"", b"PK\x05\x06" + bytes(18), dice.randbytes(200), sheet("users", []), bytes(4000)))  # fmt: skip


ZIPS = (
    *[_spoilt_text] * 14, *[_flipped] * 4, *[_flipped_list] * 4, _cut_zip, _named_oddly, _missing, _nested, _bomb,
    _packed_otherwise, _many, _no_zip,
)  # fmt: skip


def _settle(raw):
    """Read everything of a package as an import does; return "refused", "problems" or "read"."""
    refusal = package = None
    try:
        package = read_package(raw, file_name="roster.zip")
    except Unreadable as error:
        refusal = error
    if refusal:
        assert str(refusal)
        assert refusal.problem.as_dict()["problem"]
        return "refused"
    for file, fields in FIELDS.items():
        for _row, values in package.rows(file):
            assert len(values) == len(fields)
    for problem in package.problems:
        assert isinstance(problem, Problem)
        assert problem.row > 1
        assert problem.as_dict()["problem"]
        assert problem.mend
    for file in FIELDS:
        told = [problem for problem in package.problems if problem.file == f"{file}.csv"]
        if told:
            rows = len({problem.row for problem in told})
            assert len(list(package.refused_rows(file, told))) == rows + 1
    return "problems" if package.problems else "read"


@pytest.mark.parametrize("part", range(PARTS))
def test_no_broken_file_ends_in_anything_but_a_refusal_or_problems(part):
    bases = list(_bases())
    seen = set()
    for number in range(part, FILES, PARTS):
        dice = random.Random(number)  # noqa: S311
        spoil = dice.choice(ZIPS)
        raw = spoil(dice, dict(dice.choice(bases)))
        try:
            seen.add(_settle(raw))
        except Exception as error:
            error.add_note(f"file {number}, {spoil.__name__}")
            raise
    assert seen >= {"refused", "problems", "read"}
