"""`import_visits`: what it prints, and the exit status."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from visits.models import Visit

from .sheets import as_csv, as_xlsx, line, whole

pytestmark = pytest.mark.django_db


@pytest.fixture
def a_file(tmp_path):
    """Return `a_file(raw)`: the path of a file with these bytes."""

    def write(raw, name="past.csv"):
        (tmp_path / name).write_bytes(raw)
        return str(tmp_path / name)

    return write


def run(cast, path, *options, school=None):
    """Return (exit status, output) of the command."""
    out, status = io.StringIO(), 0
    school = school or cast.school.code
    try:
        call_command("import_visits", path, "--school", school, *options, stdout=out, stderr=out)
    except SystemExit as stopped:
        status = stopped.code
    return status, out.getvalue()


def test_it_answers_in_json(cast, a_file):
    status, out = run(cast, a_file(as_csv(whole(cast), line(cast))), "--json")
    assert (status, json.loads(out)) == (0, {"visits": {"new": 2, "same": 0}, "refused": []})


def test_it_does_nothing_the_second_time(cast, a_file):
    path = a_file(as_xlsx(whole(cast)), "past.xlsx")
    run(cast, path)
    status, out = run(cast, path, "--json")
    assert (status, json.loads(out)["visits"]) == (0, {"new": 0, "same": 1})


def test_it_refuses_with_status_1_and_changes_nothing(cast, a_file):
    path = a_file(as_csv(line(cast), line(cast, mode="by boat")))
    status, out = run(cast, path, "--json")
    answer = json.loads(out)
    assert (status, answer["visits"]) == (1, {"new": 0, "same": 0})
    [refused] = answer["refused"]
    assert set(refused) == {"file", "row", "column", "expected", "found", "problem"}
    assert (refused["file"], refused["row"], refused["column"]) == ("past.csv", 3, "mode")
    assert refused["found"] == "by boat"
    assert not Visit.objects.exists()


def test_it_leaves_the_refused_rows_out_where_told(cast, a_file):
    path = a_file(as_csv(line(cast), line(cast, mode="by boat")))
    status, out = run(cast, path, "--skip-refused", "--json")
    answer = json.loads(out)
    assert (status, answer["visits"]) == (0, {"new": 1, "same": 0})
    assert len(answer["refused"]) == 1
    assert Visit.objects.count() == 1


def test_its_dry_run_changes_nothing(cast, a_file):
    status, out = run(cast, a_file(as_csv(line(cast))), "--dry-run")
    assert status == 0
    assert "1 new" in out
    assert not Visit.objects.exists()


def test_its_dry_run_says_what_would_be_refused(cast, a_file):
    status, out = run(cast, a_file(as_csv(line(cast, mode="by boat"))), "--dry-run")
    assert status == 1
    assert "row 2, mode" in out


def test_it_tells_the_first_hundred_problems_and_how_many_more(cast, a_file):
    lines = [line(cast, mode="by boat", visit_ref=str(n)) for n in range(120)]
    _status, out = run(cast, a_file(as_csv(*lines)))
    assert "and 20 more" in out


@pytest.mark.parametrize(
    ("raw", "found"), [(b"%PDF-1.4", "PDF"), (b"", ""), (b"PK\x03\x04cut off", "")]
)
def test_it_refuses_what_is_no_sheet(cast, a_file, raw, found):
    status, out = run(cast, a_file(raw))
    assert status == 1
    assert "nothing was changed" in out
    status, out = run(cast, a_file(raw), "--json")
    answer = json.loads(out)
    assert (status, answer["visits"]) == (1, {"new": 0, "same": 0})
    assert (answer["refused"][0]["found"], answer["refused"][0]["file"]) == (found, "past.csv")


def test_it_names_the_schools_it_knows(cast, a_file):
    with pytest.raises(CommandError, match=cast.other_school.code):
        run(cast, a_file(as_csv(line(cast))), school="nowhere")


def test_it_says_that_a_file_is_missing(cast):
    with pytest.raises(CommandError, match="No such file"):
        run(cast, "/nowhere/past.csv")
