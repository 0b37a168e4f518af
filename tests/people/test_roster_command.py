"""`import_roster`: sheets and packages, at once, from the command line."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from homeschool.journal.models import Entry
from homeschool.people.actions import rostering
from homeschool.people.models import RosterImport, School, Student
from tests import builders

from .rosters import make_zip, small_school
from .test_roster_import import FAMILY, sheet, workbook

KINDS = ("students", "guardians", "guardianships", "staff", "classes")
STATES = {"new", "changed", "same", "retired", "returned"}
pytestmark = pytest.mark.django_db


@pytest.fixture
def school():
    school = builders.make_school("mill-lane")
    builders.make_class(school, "3b", name="3B")
    return school


@pytest.fixture
def a_file(tmp_path):
    def write(*lines, raw=None, name="roster.csv"):
        path = tmp_path / name
        path.write_bytes(raw if raw is not None else sheet(*lines))
        return str(path)

    return write


def run(path, *options, school="mill-lane"):
    """Return (exit status, output) of the command."""
    out, status = io.StringIO(), 0
    named = ["--school", school] if school else []
    try:
        call_command("import_roster", path, *named, *options, stdout=out, stderr=out)
    except SystemExit as stopped:
        status = stopped.code
    return status, out.getvalue()


def answer(path, *options, school="mill-lane"):
    """Return (exit status, answer) of the command with --json."""
    status, out = run(path, *options, "--json", school=school)
    return status, json.loads(out)


# --- a sheet ----------------------------------------------------------------------------------------


def test_it_answers_in_json(school, a_file):
    status, said = answer(a_file(*FAMILY))
    assert status == 0
    assert said["students"] == {"new": 4, "changed": 0, "same": 0, "retired": 0, "returned": 0}
    assert set(said) == {*KINDS, "refused", "applied", "kept", "brakes", "schools"}
    assert all(set(said[kind]) == STATES for kind in KINDS)
    assert (said["refused"], said["applied"]) == ([], True)


def test_it_refuses_with_status_1_and_changes_nothing(school, a_file):
    status, said = answer(a_file(FAMILY[0], "S2,,3B,,,,"))
    [refused] = said["refused"]
    assert status == 1
    assert set(refused) == {"file", "row", "column", "expected", "found", "problem"}
    assert (refused["file"], refused["row"], refused["column"]) == ("roster.csv", 3, "name")
    assert not Student.objects.exists()
    assert not RosterImport.objects.exists()


def test_refused_rows_are_left_out_where_that_is_said(school, a_file):
    status, said = answer(a_file(FAMILY[0], "S2,,3B,,,,"), "--skip-refused")
    assert (status, len(said["refused"]), said["applied"]) == (0, 1, True)
    assert Student.objects.count() == 1


def test_a_dry_run_changes_nothing(school, a_file):
    status, out = run(a_file(*FAMILY), "--dry-run")
    assert status == 0
    assert "4 new" in out
    assert not Student.objects.exists()
    assert not answer(a_file(*FAMILY), "--dry-run")[1]["applied"]


def test_it_takes_a_workbook(school, a_file):
    status, said = answer(a_file(raw=workbook(*FAMILY), name="roster.xlsx"))
    assert (status, said["students"]["new"]) == (0, 4)


def test_it_refuses_a_pdf(school, a_file):
    status, out = run(a_file(raw=b"%PDF-1.4"))
    assert status == 1
    assert "nothing was changed" in out
    status, said = answer(a_file(raw=b"%PDF-1.4"))
    assert (status, said["refused"][0]["found"], said["students"]["new"]) == (1, "PDF", 0)
    assert set(said) == {*KINDS, "refused", "applied", "kept", "brakes", "schools"}


def test_it_names_the_schools_it_knows(school, a_file):
    with pytest.raises(CommandError, match="mill-lane"):
        run(a_file(*FAMILY), school="nowhere")


def test_it_says_that_a_file_is_missing(school):
    with pytest.raises(CommandError, match="No such file"):
        run("/nowhere/roster.csv")


def test_a_file_that_is_too_large_is_refused(school, a_file, monkeypatch):
    monkeypatch.setattr("homeschool.people.management.commands.import_roster.LARGEST_FILE", 100)
    with pytest.raises(CommandError, match="at most"):
        run(a_file(*FAMILY))


def test_a_sheet_is_for_the_only_school(school, a_file):
    assert answer(a_file(*FAMILY), school=None)[0] == 0
    assert Student.objects.filter(school=school).count() == 4


def test_a_sheet_needs_a_school_where_there_are_two(school, a_file):
    builders.make_school("hill")
    with pytest.raises(CommandError, match="hill, mill-lane"):
        run(a_file(*FAMILY), school=None)


def test_what_it_brought_in_can_be_taken_back_on_a_page(cast, a_file):
    run(a_file(*FAMILY), school=cast.school.code)
    row = RosterImport.objects.listed().get()
    assert (row.state, row.asked_by, row.may_be_undone) == ("done", None, True)
    row.take_back(by=cast.school_admin)
    row.refresh_from_db()
    rostering.undo(row.job)
    assert not Student.objects.filter(number="S1").exists()


# --- a package -----------------------------------------------------------------------------------------


def package(a_file, **more):
    return a_file(raw=make_zip(small_school(**more)), name="roster.zip")


def test_a_package_brings_its_school(school, a_file):
    status, said = answer(package(a_file))
    assert (status, said["students"]["new"], said["staff"]["new"]) == (0, 2, 1)
    assert answer(package(a_file))[1]["students"] == dict.fromkeys(STATES, 0) | {"same": 2}


def test_a_school_that_is_new_is_made(a_file):
    status, said = answer(package(a_file), school=None)
    made = School.objects.get(code="mill-lane")
    assert (status, made.name) == (0, "Mill Lane")
    assert said["schools"][0]["made"]
    assert Entry.objects.get(verb="school.made").school == made
    assert not answer(package(a_file), school=None)[1]["schools"][0]["made"]


def test_a_dry_run_makes_no_school(a_file):
    assert answer(package(a_file), "--dry-run", school=None)[1]["students"]["new"] == 2
    assert not School.objects.exists()


HILL = [{"sourcedId": "o9", "name": "Hill", "type": "school", "identifier": "hill"}]


def test_a_package_of_two_schools_brings_both_or_none(a_file):
    status, said = answer(package(a_file, orgs=HILL), school=None)
    assert status == 0
    assert [found["code"] for found in said["schools"]] == ["hill", "mill-lane"]
    assert RosterImport.objects.count() == 2


def test_a_school_that_refuses_keeps_all_out(a_file):
    wrong = [{"sourcedId": "u9", "enabledUser": "maybe", "username": "u9", "givenName": "A", "familyName": "B"}]  # fmt: skip
    status, said = answer(package(a_file, orgs=HILL, users=wrong), school=None)
    assert (status, len(said["refused"]), said["applied"]) == (1, 1, False)
    assert said["refused"][0]["file"] == "users.csv"
    assert not School.objects.exists()


def test_a_school_whose_identifier_is_no_code_is_refused(a_file):
    wrong = [{"sourcedId": "o9", "name": "Hill", "type": "school", "identifier": "up the hill"}]
    status, said = answer(package(a_file, orgs=wrong), school=None)
    assert (status, said["refused"][0]["found"]) == (1, "up the hill")
    assert not School.objects.exists()


def test_many_who_leave_at_once_keep_it_out(school, a_file):
    run(package(a_file))
    files = small_school()
    for file, key in (
        ("users", "sourcedId"),
        ("roles", "userSourcedId"),
        ("enrollments", "userSourcedId"),
    ):
        files[file] = [row for row in files[file] if row[key] != "s2"]
    files["users"] = [row | {"agentSourcedIds": "s1"} if row["sourcedId"] == "p1" else row for row in files["users"]]  # fmt: skip
    fewer = a_file(raw=make_zip(files), name="fewer.zip")
    status, said = answer(fewer)
    assert (status, said["applied"]) == (1, False)
    assert {"kind": "students", "retired": 1, "of": 2, "school": "mill-lane"} in said["brakes"]
    assert "--allow-retire" in run(fewer)[1]
    assert answer(fewer, "--allow-retire", "50")[0] == 0
    assert Student.objects.active().count() == 1
