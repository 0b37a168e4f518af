"""A OneRoster ZIP: what is read of it, what keeps a row out, and what keeps the whole ZIP out."""

import datetime as dt
import io
import stat
import zipfile

import pytest

from homeschool.people.importing.oneroster import (
    FIELDS,
    archive,
    compose_name,
    read_package,
    split_name,
)
from homeschool.sheets import Unreadable
from tests.people import rosters
from tests.people.rosters import (
    enrolment,
    in_1_1,
    make_zip,
    relationship,
    role,
    sheet,
    small_school,
    user,
    zipped,
)


def read(files=None, **options):
    """Return (Package, {file: [{field: value}]}) of a ZIP made of `files`."""
    package = read_package(make_zip(small_school() if files is None else files, **options))
    return package, {file: values(package, file) for file in FIELDS}


def values(package, file):
    return [dict(zip(FIELDS[file], row, strict=True)) for _number, row in package.rows(file)]


def problems(files=None, **options):
    """Return what is wrong with the rows, as (file, row, column, kind)."""
    package, _rows = read(files, **options)
    return [(p.file, p.row, p.column, p.kind) for p in package.problems]


def no(raw, **options):
    """Return the problem for which the whole ZIP is refused."""
    with pytest.raises(Unreadable) as caught:
        read_package(raw, **options)
    assert caught.value.problem.expected
    return caught.value.problem


def no_of(files=None, **options):
    return no(make_zip(small_school() if files is None else files, **options))


def row_of(file, **changes):
    """Return a school whose first row of `file` has these cells."""
    files = small_school()
    files[file][0] = files[file][0] | changes
    return files


# --- what is read ---------------------------------------------------------------------------------


def test_it_reads_1_2():
    package, rows = read()
    assert package.version == "1.2"
    assert (package.problems, package.ignored) == ([], [])
    assert {file: len(found) for file, found in rows.items() if found} == package.sizes
    child = rows["users"][0]
    assert (child["fullName"], child["identifier"], child["enabledUser"]) == ("林小雨", "S1", True)
    assert child["agentSourcedIds"] == ("p1",)
    assert rows["users"][2]["agentSourcedIds"] == ("s1", "s2")


def test_it_reads_1_1_whose_roles_stand_with_the_users():
    package, rows = read(in_1_1(small_school()), version="1.1")
    assert (package.version, package.problems) == ("1.1", [])
    assert package.modes["roles"] == "bulk"
    found = [(row["userSourcedId"], row["role"], row["orgSourcedId"]) for row in rows["roles"]]
    assert found == [(k, n, "o1") for k, n in zip(("s1", "s2", "p1", "f1"), ("student", "student", "parent", "teacher"), strict=True)]  # fmt: skip


def test_a_user_of_1_1_has_a_role_in_each_org():
    files = in_1_1(small_school())
    files["users"][3]["orgSourcedIds"] = "o1,o2"
    _package, rows = read(files, version="1.1")
    assert [r["orgSourcedId"] for r in rows["roles"] if r["userSourcedId"] == "f1"] == ["o1", "o2"]


def test_without_a_manifest_it_is_1_0():
    files = in_1_1(small_school())
    for row in files["users"]:
        del row["enabledUser"]
    package, rows = read(files, version=None)
    assert (package.version, package.problems) == ("1.0", [])
    assert len(rows["users"]) == 4


def test_the_files_decide_where_the_manifest_says_another_version():
    assert read(version="1.2", manifest={"oneroster.version": "1.1"})[0].version == "1.2"
    old = in_1_1(small_school())
    files = {"users.csv": sheet("users", old.pop("users"), "1.1")}
    package = read_package(make_zip(old | {"users": []}, raw=files))
    assert package.version == "1.1"


def test_a_byte_order_mark_is_no_part_of_the_first_heading():
    raw = {"users.csv": b"\xef\xbb\xbf" + sheet("users", small_school()["users"])}
    assert problems(raw=raw) == []


def test_the_columns_may_stand_in_another_order():
    rows = [{"name": "Mill Lane", "type": "school", "identifier": "mill-lane", "sourcedId": "o1"}]
    text = ",".join(rows[0]) + "\n" + ",".join(rows[0].values()) + "\n"
    _package, found = read(raw={"orgs.csv": text.encode()})
    assert (found["orgs"][0]["sourcedId"], found["orgs"][0]["name"]) == ("o1", "Mill Lane")


def test_further_columns_are_ignored_and_named():
    package, _rows = read(row_of("users", **{"metadata.bus": "7", "favourite": "blue"}))
    assert package.ignored == ["users.csv: metadata.bus", "users.csv: favourite"]


def test_a_quoted_cell_may_hold_commas_quotation_marks_and_lines():
    _package, rows = read(row_of("classes", title='The "Owls",\r\nold wing'))
    assert rows["classes"][0]["title"] == 'The "Owls", old wing'


def test_rows_without_text_are_left_out_and_counted():
    text = sheet("orgs", small_school()["orgs"]).replace(b"\r\no2", b"\r\n,,,,,,\r\n\r\no2")
    package = read_package(make_zip(small_school(), raw={"orgs.csv": text}))
    assert [number for number, _row in package.rows("orgs")] == [2, 5]


def test_words_of_a_systems_own_are_other():
    _package, rows = read(small_school(roles=[role("p1", "ext:bus driver")]))
    assert rows["roles"][-1]["role"] == "other"


def test_a_password_is_read_nowhere():
    package, rows = read(row_of("users", password="hunter2"))
    assert "hunter2" not in str(rows)
    assert "password" not in FIELDS["users"]
    assert package.ignored == []
    wrong = row_of("users", password="hunter2", email="nobody")
    package, _rows = read(wrong)
    told = list(package.refused_rows("users", package.problems))
    assert "password" not in told[0]
    assert "hunter2" not in str(told)


def test_dates_years_and_truths_are_values():
    _package, rows = read(small_school(demographics=[{"sourcedId": "s1", "birthDate": "2017-02-28", "sex": "female"}]))  # fmt: skip
    [term] = rows["academicSessions"]
    assert (term["startDate"], term["endDate"], term["schoolYear"]) == (
        dt.date(2026, 9, 1), dt.date(2027, 1, 20), 2027,
    )  # fmt: skip
    assert rows["demographics"][0]["birthDate"] == dt.date(2017, 2, 28)
    assert rows["enrollments"][2]["primary"] is True


def test_relationships_may_come_unlisted_or_listed():
    rows = [relationship("s1", "p1", "妈妈", primary="true", mayView="false")]
    for options in ({}, {"manifest": {"file.relationships": None}}):
        package, found = read(small_school(relationships=rows), **options)
        assert package.problems == []
        [tie] = found["relationships"]
        assert (tie["relationshipRole"], tie["primary"], tie["mayView"]) == ("妈妈", True, False)


def test_files_that_are_no_business_of_the_portal_are_left():
    raw = {"results.csv": b"sourcedId\r\nx\r\n"}
    package, _rows = read(manifest={"file.results": "bulk"}, raw=raw)
    assert package.problems == []


def test_names_of_255_signs_in_any_script_are_read():
    given = "नमस्ते" * 30
    family = "О" * 74
    _package, rows = read(row_of("users", givenName=given, familyName=family))
    assert rows["users"][0]["fullName"] == f"{given} {family}"


def test_letters_are_composed_and_spaces_single():
    _package, rows = read(row_of("users", givenName=" Jose\u0301  Luis ", familyName="Ruiz"))
    assert rows["users"][0]["fullName"] == "José Luis Ruiz"


def test_a_name_that_was_kept_beside_its_pieces_is_taken_as_it_is():
    _package, rows = read(row_of("users", **{"metadata.fullName": "林 小雨"}))
    assert rows["users"][0]["fullName"] == "林 小雨"


def test_a_name_to_be_called_by_is_put_together():
    _package, rows = read(row_of("users", preferredGivenName="Annie", preferredFamilyName="Lin"))
    assert rows["users"][0]["preferredName"] == "Annie Lin"


@pytest.mark.parametrize(
    ("pieces", "whole"),
    [
        (("小雨", "", "林"), "林小雨"), (("娜", "", "欧阳"), "欧阳娜"), (("Ana", "María", "Ruiz"), "Ana María Ruiz"),
        (("Amy", "", "林"), "Amy 林"), (("Suharto", "", ""), "Suharto"), (("", "", ""), ""), (("𠮷", "", "林"), "林𠮷"),
    ],
)  # fmt: skip
def test_a_name_is_put_together_as_it_is_written(pieces, whole):
    assert compose_name(*pieces) == whole


@pytest.mark.parametrize(
    ("whole", "pieces"),
    [
        ("林小雨", ("小雨", "", "林")), ("欧阳娜娜", ("娜娜", "", "欧阳")), ("林 小雨", ("小雨", "", "林")), ("林", ("林", "", "林")),
        ("Mateo Hernández Ruiz", ("Mateo", "", "Hernández Ruiz")), ("Suharto", ("Suharto", "", "Suharto")),
    ],
)  # fmt: skip
def test_a_name_is_parted_for_others(whole, pieces):
    assert split_name(whole) == pieces


# --- bulk and delta -------------------------------------------------------------------------------

DELTA = {"status": "active", "dateLastModified": "2026-10-01T08:00:00.000Z"}
ONE = [user("s1", "小雨", "林") | DELTA]


def test_a_delta_says_what_becomes_of_each_row():
    package, rows = read({"users": [*ONE, user("s2", "小晴", "林") | DELTA | {"status": "tobedeleted"}]}, modes={"users": "delta"})  # fmt: skip
    assert (package.modes["users"], package.modes["orgs"]) == ("delta", "absent")
    assert [row["status"] for row in rows["users"]] == ["active", "tobedeleted"]
    assert rows["users"][0]["dateLastModified"] == dt.datetime(2026, 10, 1, 8, tzinfo=dt.UTC)


def test_a_row_to_be_deleted_needs_no_more_than_its_key():
    deleted = {"sourcedId": "s2"} | DELTA | {"status": "tobedeleted"}
    package, rows = read({"users": [*ONE, deleted]}, modes={"users": "delta"})
    assert package.problems == []
    assert rows["users"][1]["sourcedId"] == "s2"


def test_a_file_of_a_delta_is_one_whatever_the_manifest_says():
    assert read({"users": ONE})[0].modes["users"] == "delta"


@pytest.mark.parametrize("column", ["status", "dateLastModified"])
def test_a_delta_needs_both(column):
    row = ONE[0] | {column: ""}
    assert problems({"users": [row]}, modes={"users": "delta"}) == [
        ("users.csv", 2, column, "delta")
    ]


def test_a_delta_that_leaves_both_empty_is_not_taken_for_the_whole_roster():
    found = problems({"users": [user("s1", "小雨", "林")]}, modes={"users": "delta"})
    assert [kind for *_place, kind in found] == ["delta", "delta"]


def test_a_bulk_file_leaves_both_empty():
    files = small_school()
    files["users"][1] |= {"status": "active"}
    assert problems(files) == [("users.csv", 3, "status", "bulk")]


# --- what keeps a row out -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "column", "cell", "kind"),
    [
        ("users", "givenName", "", "empty"),
        ("users", "username", "", "empty"),
        ("users", "sourcedId", "", "empty"),
        ("users", "sourcedId", "x" * 256, "key"),
        ("users", "enabledUser", "yes", "truth"),
        ("users", "enabledUser", "True", "truth"),
        ("users", "email", "nobody", "email"),
        ("users", "givenName", "Li\0n", "sign"),
        ("users", "givenName", "Li\x07n", "sign"),
        ("users", "givenName", "x" * 256, "long"),
        ("users", "givenName", "x" * 255, "name_long"),
        ("users", "metadata.fullName", "Li\x07n", "sign"),
        ("users", "phone", "1" * 33, "long"),
        ("users", "agentSourcedIds", "a," + "x" * 256, "key"),
        ("roles", "role", "Student", "word"),
        ("roles", "roleType", "main", "word"),
        ("roles", "endDate", "1899-12-31", "date"),
        ("orgs", "type", "School", "word"),
        ("orgs", "name", "", "empty"),
        ("academicSessions", "startDate", "2026-02-30", "date"),
        ("academicSessions", "startDate", "01.09.2026", "date"),
        ("academicSessions", "startDate", "0001-01-01", "date"),
        ("academicSessions", "endDate", "2026-09-01", "span"),
        ("academicSessions", "schoolYear", "26/27", "year"),
        ("academicSessions", "schoolYear", "", "empty"),
        ("classes", "classType", "club", "word"),
        ("classes", "termSourcedIds", "", "empty"),
        ("enrollments", "role", "aunt", "word"),
        ("enrollments", "primary", "1", "truth"),
        ("courses", "orgSourcedId", "", "empty"),
    ],
)
def test_a_wrong_cell_keeps_its_row_out(file, column, cell, kind):
    files = row_of(file, **{column: cell})
    assert problems(files) == [(f"{file}.csv", 2, column, kind)]
    package, rows = read(files)
    assert len(rows[file]) == len(files[file]) - 1
    [problem] = package.problems
    assert problem.problem
    assert problem.mend


@pytest.mark.parametrize(
    ("day", "kind"),
    [("1899-12-31", "date"), ("2999-01-01", "date"), ("2017-13-01", "date"), ("²017-01-01", "date")],
)  # fmt: skip
def test_a_birth_date_is_a_day_from_1900_to_today(day, kind):
    files = small_school(demographics=[{"sourcedId": "s1", "birthDate": day}])
    assert problems(files) == [("demographics.csv", 2, "birthDate", kind)]


def test_a_sourced_id_of_255_signs_is_read():
    assert problems(small_school(users=[user("x" * 255, "Ana", "Ruiz")])) == []


def test_a_sourced_id_that_stands_twice_keeps_the_later_row_out():
    files = small_school(users=[user("s1", "Mateo", "Ruiz")])
    package, rows = read(files)
    assert [(p.row, p.column, p.kind, p.found) for p in package.problems] == [
        (6, "sourcedId", "same_key", "s1")
    ]
    assert rows["users"][0]["fullName"] == "林小雨"


def test_a_pair_that_stands_twice_keeps_the_later_row_out():
    files = small_school(relationships=[relationship("s1", "p1")] * 2)
    assert problems(files) == [("relationships.csv", 3, "sourcedId", "same_key")]


@pytest.mark.parametrize(("tail", "kind"), [(b",,,,,,,,more", "cells"), (b",x", "fewer")])
def test_a_row_has_as_many_cells_as_the_header(tail, kind):
    raw = sheet("enrollments", []) + b"e1,,,c1,o1,s1,student"[: 30 if kind == "cells" else 8] + tail
    assert problems(raw={"enrollments.csv": raw}) == [("enrollments.csv", 2, "", kind)]


def test_a_role_ends_after_it_begins():
    files = small_school(roles=[role("p1", "guardian", beginDate="2026-09-02", endDate="2026-09-01")])  # fmt: skip
    assert problems(files) == [("roles.csv", 6, "endDate", "span")]


def test_it_tells_expected_and_found():
    package, _rows = read(row_of("users", enabledUser="=yes\x01"))
    told = package.problems[0].as_dict()
    assert told["file"] == "users.csv"
    assert set(told) >= {"row", "column", "expected", "found", "problem"}


def test_it_names_whose_rows_were_refused():
    package, _rows = read(row_of("users", email="nobody"))
    assert package.refused["users"] == {"s1"}


def test_problems_are_told_once_however_often_the_rows_are_read():
    package = read_package(make_zip(in_1_1(row_of("users", email="nobody")), version="1.1"))
    for _time in range(2):
        assert len(list(package.rows("users"))) == 3
        assert len(list(package.rows("roles"))) == 3
    assert len(package.problems) == 1


def test_refused_rows_are_given_back_with_what_is_wrong():
    package, _rows = read(row_of("users", email="nobody", givenName="=1+1"))
    header, row = package.refused_rows("users", package.problems)
    assert header[-1] == "Problem"
    assert row[header.index("givenName")] == "'=1+1"
    assert "email" in row[-1]


# --- what keeps the whole ZIP out: the files ----------------------------------------------------


@pytest.mark.parametrize("raw", [b"", b"PK", b"%PDF-1.7", b"sourcedId,name\n", bytes(5000)])
def test_what_is_no_zip_is_refused(raw):
    assert no(raw, file_name="roster.zip").file == "roster.zip"


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9, 0.99])
def test_a_zip_that_is_cut_off_is_refused(part):
    raw = make_zip(small_school())
    no(raw[: int(len(raw) * part)])


def test_damage_inside_a_file_is_refused():
    raw = make_zip(small_school())
    with zipfile.ZipFile(io.BytesIO(raw)) as found:
        info = found.getinfo("users.csv")
    at = info.header_offset + 30 + len(info.filename) + 20
    no(raw[:at] + bytes([raw[at] ^ 0xFF]) + raw[at + 1 :])


@pytest.mark.parametrize(
    "name",
    ["roster/users.csv", "../users.csv", "/users.csv", "roster/", "a\\users.csv", "C:users.csv", "..", "us\ners.csv"],
)  # fmt: skip
def test_folders_and_paths_are_refused(name):
    no_of(raw={name: b"sourcedId"})


def test_a_name_that_hides_its_end_is_refused():
    raw = make_zip(small_school(), raw={"roles_csv": b"x"})
    assert no(raw.replace(b"roles_csv", b"roles\0csv")).found


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_file_that_stands_twice_is_refused():
    out = io.BytesIO(make_zip(small_school()))
    with zipfile.ZipFile(out, "a") as target:
        target.writestr("users.csv", "sourcedId\n")
    assert no(out.getvalue()).found == "users.csv"


def test_a_file_under_a_password_is_refused():
    raw = bytearray(make_zip(small_school()))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.index(mark) + at] |= 1
    assert "password" in no(bytes(raw)).expected


def test_a_link_is_refused():
    out = io.BytesIO(make_zip(small_school()))
    with zipfile.ZipFile(out, "a") as target:
        link = zipfile.ZipInfo("demographics.csv")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        target.writestr(link, "/etc/passwd")
    assert "links" in no(out.getvalue()).expected


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_packing_that_cannot_be_measured_is_refused(method):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as target:
        target.writestr("users.csv", b"x" * 1000)
    assert "deflate" in no(out.getvalue()).expected


def test_more_than_200_files_are_refused():
    assert "200" in no(zipped({f"f{n}.csv": b"x" for n in range(201)})).expected


def test_more_than_50_mb_unpacked_are_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:  # not packed at all
        target.writestr("users.csv", b"sourcedId\r\n" + b"s1\r\n" * 13_200_000)
    assert "50 MB" in no(out.getvalue()).expected


def test_a_bomb_is_refused():
    assert "100 times" in no_of(raw={"users.csv": bytes(3_000_000)}).expected


def test_a_bomb_that_says_it_is_small_is_refused():
    raw = zipped({"users.csv": b"sourcedId\n" + b"x" * 3_000_000})
    true, said = (3_000_010).to_bytes(4, "little"), (90_000).to_bytes(4, "little")
    assert raw.count(true) == 2
    no(raw.replace(true, said))


def test_what_really_comes_out_is_counted(monkeypatch):
    monkeypatch.setattr(archive.Archive, "_refuse_sizes", staticmethod(lambda infos: None))
    raw = zipped({"users.csv": b"sourcedId\n" + b"x\n" * 1_000_000})
    assert "100 times" in no(raw).expected


def test_a_zip_of_more_than_60_mb_is_refused(monkeypatch):
    monkeypatch.setattr(archive, "MAX_BYTES", 1000)
    assert "60 MB" in no_of().expected


# --- what keeps the whole ZIP out: the manifest ---------------------------------------------------


def test_a_file_that_the_manifest_lists_and_that_is_missing_is_refused():
    problem = no_of(manifest={"file.demographics": "bulk"})
    assert (problem.file, problem.found) == ("manifest.csv", "demographics.csv")


@pytest.mark.parametrize("name", ["demographics.csv", "results.csv", "notes.txt", "Users.csv"])
def test_a_file_that_the_manifest_does_not_list_is_refused(name):
    problem = no_of(raw={name: b"sourcedId\r\n"})
    assert (problem.file, problem.found) == ("manifest.csv", name)


def test_a_file_that_the_manifest_calls_absent_is_refused():
    assert no_of(manifest={"file.users": "absent"}).found == "users.csv"


@pytest.mark.parametrize(
    "changes",
    [{"oneroster.version": "2.0"}, {"oneroster.version": None}, {"file.users": "full"}, {"file.users": ""}],
)  # fmt: skip
def test_a_manifest_that_says_something_else_is_refused(changes):
    problem = no_of(manifest=changes)
    assert (problem.file, problem.column) == ("manifest.csv", next(iter(changes)))


@pytest.mark.parametrize(
    "raw", [b"", b"a,b\n1,2\n", b"propertyName,value\nx,1\nx,2\n", b"propertyname,value\n", b"\xff"]
)
def test_a_manifest_that_is_none_is_refused(raw):
    assert no_of(raw={"manifest.csv": raw}).file == "manifest.csv"


def test_a_zip_without_any_file_of_oneroster_is_refused():
    no(zipped({}))
    no(zipped({"holiday.jpg": b"\xff\xd8\xff"}))
    no(make_zip({}))


# --- what keeps the whole ZIP out: a file ----------------------------------------------------------


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16"])
def test_another_encoding_is_refused_by_file_and_row(encoding):
    text = sheet("users", small_school()["users"]).decode()
    problem = no_of(raw={"users.csv": text.encode(encoding)})
    assert (problem.kind, problem.file) == ("letters", "users.csv")
    assert problem.row == (2 if encoding == "gb18030" else 1)


def test_a_wrong_letter_far_down_names_its_row():
    rows = [enrolment(f"c{n}", "s1") for n in range(5000)]
    raw = sheet("enrollments", rows).replace(b"c4000,", b"c\xe14000,", 1)
    problem = no_of(raw={"enrollments.csv": raw})
    assert (problem.file, problem.row) == ("enrollments.csv", 4002)


def test_an_open_quotation_mark_is_refused_by_file_and_row():
    raw = sheet("users", small_school()["users"]).replace(b"s2,", b'"s2,', 1)
    problem = no_of(raw={"users.csv": raw})
    assert (problem.kind, problem.file, problem.row) == ("quotes", "users.csv", 3)


LONG = "".join(str(n * 7919 % 99991) for n in range(30_000)).encode()


@pytest.mark.parametrize("tail", [b'"a"b,x\r\n', b'"' + LONG + b"\r\n", b"a\rb\r\n"])
def test_lines_that_cannot_be_told_apart_are_refused(tail):
    problem = no_of(raw={"orgs.csv": sheet("orgs", []) + tail})
    assert (problem.kind, problem.file, problem.row) == ("quotes", "orgs.csv", 2)


def test_a_line_without_end_is_refused(monkeypatch):
    monkeypatch.setattr(archive, "MAX_LINE", 1000)
    assert no_of(raw={"orgs.csv": sheet("orgs", []) + LONG}).file == "orgs.csv"


@pytest.mark.parametrize(
    ("file", "column"),
    [
        ("orgs", "name"), ("academicSessions", "schoolYear"), ("courses", "orgSourcedId"),
        ("classes", "classType"), ("enrollments", "userSourcedId"), ("users", "familyName"),
        ("roles", "roleType"), ("relationships", "userSourcedId"), ("users", "sourcedId"),
    ],
)  # fmt: skip
def test_a_missing_required_column_is_refused(file, column):
    files = small_school(relationships=[relationship("s1", "p1")])
    names = sheet(file, []).decode().strip().split(",")
    header = ",".join(name for name in names if name != column).encode()
    problem = no_of(files, raw={f"{file}.csv": header})
    assert (problem.kind, problem.file, problem.column) == ("columns", f"{file}.csv", column)
    assert column in problem.expected


@pytest.mark.parametrize("column", ["role", "orgSourcedIds", "enabledUser"])
def test_a_missing_required_column_of_1_1_is_refused(column):
    files = in_1_1(small_school())
    text = sheet("users", [], "1.1").replace(b"," + column.encode() + b",", b",", 1)
    problem = no_of(files, version="1.1", raw={"users.csv": text})
    assert (problem.file, problem.column) == ("users.csv", column)


def test_capitals_of_a_heading_matter():
    problem = no_of(raw={"orgs.csv": b"SourcedId,name,type\r\n"})
    assert (problem.kind, problem.expected, problem.found) == ("columns", "sourcedId", "SourcedId")
    problem = no_of(raw={"orgs.csv": b"sourcedId,name,type,parentSourcedID\r\n"})
    assert problem.expected == "parentSourcedId"


def test_a_column_that_stands_twice_is_refused():
    problem = no_of(raw={"orgs.csv": b"sourcedId,name,type,name\r\n"})
    assert (problem.kind, problem.column) == ("columns", "name")


@pytest.mark.parametrize("raw", [b"", b"\r\n\r\n", b"\xef\xbb\xbf", b"\r\nsourcedId,name,type\r\n"])
def test_a_file_without_a_header_is_refused(raw):
    assert no_of(raw={"orgs.csv": raw}).kind == "columns"


# --- size -----------------------------------------------------------------------------------------


def test_a_large_district_is_read_in_seconds_and_little_memory(tmp_path):
    path = tmp_path / "big.zip"
    path.write_bytes(rosters.big_district(2000))
    with path.open("rb") as file:
        package = read_package(file)
        assert sum(1 for _row in package.rows("users")) == 2000 + 3500 + 50
        assert sum(1 for _row in package.rows("relationships")) == 3500
    assert package.problems == []
