"""A sheet that was sent: read, shown, brought in once, left, taken back, thrown away."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from counseling.models import Observation, ObservationImport, Plan, PlanNeed, Point, Review
from counseling.reading.importing import running
from homeschool.journal import actions as journal
from homeschool.journal.models import Entry, Job
from homeschool.journal.relay import LANES
from homeschool.people.models import Membership
from tests.visits.sheets import as_csv

from .builders import make_plan
from .test_import_observations import HEADER, OF_POINTS, line, point

pytestmark = pytest.mark.django_db
KEY = {"submission": "10000000-0000-4000-8000-000000000001"}


def address(name, row):
    return reverse(f"counseling:import-{name}", args=[row.pk])


def send(client, cast, *lines, header=HEADER):
    """Send a sheet on the page and let it be read; return its row."""
    file = SimpleUploadedFile("sheet.csv", as_csv(*lines, header=header))
    answer = client.post(address("list", cast.school), {"file": file})
    return work(ObservationImport.objects.get(pk=answer["Location"].split("/")[-2]))


def work(row):
    """Hand the jobs out as the relay does, work on them, and return the row anew."""
    Job.objects.update(next_at=timezone.now())
    for pk in LANES[2].take():
        journal.work(pk)
    return ObservationImport.objects.listed().get(pk=row.pk)


def confirm(client, row, **more):
    client.post(address("confirm", row), {"digest": row.digest} | more)
    return work(row)


def test_a_sheet_is_shown_brought_in_once_and_taken_back(cast, as_):
    client = as_(cast.adviser)
    empty = client.post(address("list", cast.school), {})
    assert empty.status_code == 422
    row = send(
        client, cast, line(cast), line(cast, kind="remark", value="", out_of="", words="Kind.")
    )
    assert (row.state, row.about, row.counts["observations"]["new"]) == (
        "checked",
        "observations",
        2,
    )
    assert not Observation.objects.exists()
    page = client.get(row.get_absolute_url()).content.decode()
    assert "This would come in" in page
    assert "85/100" in page
    assert client.post(address("confirm", row), {"digest": "stale"}).status_code == 302
    assert work(row).state == "checked"
    for _twice in range(2):
        client.post(address("confirm", row), KEY | {"digest": row.digest})
    assert client.get(address("progress", row)).status_code == 200
    row = work(row)
    assert (row.state, Observation.objects.count()) == ("done", 2)
    assert Entry.objects.filter(verb="observation.imported", actor=cast.adviser).count() == 2
    assert client.get(address("progress", row)).headers["HX-Refresh"] == "true"
    assert "It is in" in client.get(row.get_absolute_url()).content.decode()
    assert "What goes" in client.get(address("take-back", row)).content.decode()
    client.post(address("take-back", row))
    row = work(row)
    assert (row.state, Observation.objects.count(), row.undone_by) == ("undone", 0, cast.adviser)
    assert Entry.objects.filter(verb="observations.taken_back").count() == 1
    told = Entry.objects.filter(verb="observation.taken_back", student=cast.child)
    assert {entry.data["kind"] for entry in told} == {"mark", "remark"}
    assert {tuple(entry.data) for entry in told} == {("kind",)}
    # what it wrote into the journal stays
    assert Entry.objects.filter(verb="observation.imported").count() == 2
    page = client.get(address("list", cast.school)).content.decode()
    assert "taken back" in page


def test_refused_rows_are_downloaded_and_the_rest_comes_in_when_somebody_says_so(cast, as_):
    client = as_(cast.counselor)
    row = send(client, cast, line(cast), line(cast, value="=1+1"), line(cast, student_number="x"))
    page = client.get(row.get_absolute_url()).content.decode()
    assert "2 rows cannot come in" in page
    sheet = client.get(address("refused", row)).content.decode("utf-8-sig")
    assert sheet.splitlines()[0].endswith("Problem")
    assert "'=1+1" in sheet
    assert client.post(address("confirm", row), {"digest": row.digest}).status_code == 422
    row = confirm(client, row, skip_refused="on")
    assert (row.state, Observation.objects.count()) == ("done", 1)


def test_a_school_that_changed_meanwhile_shows_the_sheet_anew(cast, as_):
    client = as_(cast.adviser)
    row = send(client, cast, line(cast))
    Observation.objects.create(
        school=cast.school, student=cast.child, kind="mark", subject="mathematics",
        value=Decimal(90), out_of=Decimal(100), on="2026-10-12", by=cast.counselor,
    )  # fmt: skip
    row = confirm(client, row)
    assert (row.state, row.note, Observation.objects.count()) == ("checked", "changed", 1)
    assert "changed meanwhile" in client.get(row.get_absolute_url()).content.decode()


def test_nothing_is_taken_back_once_something_was_built_on_it(cast, as_):
    client = as_(cast.counselor)
    sheet = confirm(client, send(client, cast, line(cast)))
    plan = make_plan(cast, state=Plan.State.ACTIVE)
    need = PlanNeed.objects.create(
        plan=plan, domain="learning", weight=3, observation=Observation.objects.get()
    )
    client.post(address("take-back", sheet))
    sheet = work(sheet)
    assert (sheet.state, Observation.objects.count()) == ("done", 1)
    assert "built on" in client.get(sheet.get_absolute_url()).content.decode()
    need.delete()
    Observation.objects.get().correct(by=cast.counselor, value=Decimal(1))
    client.post(address("take-back", sheet))
    assert work(sheet).state == "done"
    # a review that looked at the points keeps no key to them
    points = confirm(client, send(client, cast, point(cast), header=OF_POINTS))
    assert Point.objects.count() == 1
    Review.objects.hold(
        plan,
        by=cast.counselor,
        decision="continue",
        reason="On its way",
        today=timezone.localdate(),
    )
    client.post(address("take-back", points))
    assert (work(points).note, Point.objects.count()) == ("built_on", 1)


@pytest.mark.parametrize("lost", ["class", "child"])
def test_whoever_lost_sight_of_a_child_takes_nothing_back(cast, as_, lost):
    client = as_(cast.adviser)
    row = confirm(client, send(client, cast, line(cast)))
    if lost == "class":
        cast.school_class.adviser = cast.other_teacher.membership
        cast.school_class.save()
    else:
        type(cast.child).objects.filter(pk=cast.child.pk).update(
            **{
                name: getattr(cast.other_child, name)
                for name in ("school", "division", "school_class")
            }
        )
    client.post(address("take-back", row))
    row = work(row)
    assert (row.state, row.note, Observation.objects.count()) == ("done", "out_of_sight", 1)
    page = client.get(row.get_absolute_url()).content.decode()
    assert "whom you no longer work with" in page
    assert not Entry.objects.filter(verb="observation.taken_back").exists()


def test_points_are_taken_back_while_nobody_looked_at_them(cast, as_):
    client = as_(cast.counselor)
    make_plan(cast, state=Plan.State.ACTIVE)
    row = confirm(client, send(client, cast, point(cast), header=OF_POINTS))
    assert (row.state, Point.objects.count()) == ("done", 1)
    client.post(address("take-back", row))
    assert (work(row).state, Point.objects.count()) == ("undone", 0)
    entry = Entry.objects.get(verb="point.taken_back")
    assert (entry.student, sorted(entry.data)) == (cast.child, ["goal", "point"])


def test_a_sheet_is_the_senders_own_and_ends_with_the_role(cast, as_):
    client = as_(cast.adviser)
    row = send(client, cast, line(cast))
    for person in (cast.counselor, cast.principal, cast.school_admin, cast.mother):
        assert as_(person).get(row.get_absolute_url()).status_code == 404
    Membership.objects.filter(user=cast.adviser).update(until=timezone.now())
    row.confirm(by=cast.adviser)
    row = work(row)
    assert (row.stands, Observation.objects.count()) == ("failed", 0)


def test_what_waits_is_left_or_thrown_away_after_a_day(cast, as_):
    client = as_(cast.adviser)
    left = send(client, cast, line(cast))
    client.post(address("leave", left))
    left = work(left)
    assert (left.state, left.content) == ("stopped", None)
    waits, done = send(client, cast, line(cast)), send(client, cast, line(cast, subject="Art"))
    done = confirm(client, done)
    ObservationImport.objects.update(asked_at=timezone.now() - timedelta(days=2))
    running.tidy()
    waits, done = work(waits), work(done)
    assert (waits.state, waits.note, waits.content, waits.checked) == (
        "stopped",
        "expired",
        None,
        None,
    )
    assert (done.state, done.may_be_undone) == ("done", True)


def test_a_file_that_is_no_sheet_says_why(cast, as_):
    client = as_(cast.adviser)
    answer = client.post(
        address("list", cast.school), {"file": SimpleUploadedFile("x.pdf", b"%PDF-1.7 ...")}
    )
    assert answer.status_code == 422
    file = SimpleUploadedFile("x.csv", b"a,b\n1,2\n")
    answer = client.post(address("list", cast.school), {"file": file})
    row = work(ObservationImport.objects.get(pk=answer["Location"].split("/")[-2]))
    assert row.state == "failed"
    assert "header row" in client.get(row.get_absolute_url()).content.decode()
    for about in ("template", "template-points"):
        sheet = client.get(address(about, cast.school)).content.decode("utf-8-sig")
        assert sheet.startswith("student_number,")
