"""A roster that was sent: read, shown, brought in once, stopped, taken back, and thrown away."""

import io
import threading
import zipfile
import zlib
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from homeschool.journal import actions as journal
from homeschool.journal.models import Entry, Job
from homeschool.journal.relay import LANES
from homeschool.people.actions import rostering
from homeschool.people.models import (
    Address,
    Division,
    Guardianship,
    RosterHeading,
    RosterImport,
    SchoolClass,
    Student,
    User,
)
from tests import builders

from .rosters import make_zip, small_school

HEADER = "student_number,name,class,guardian,relation,email,language\n"
SHEET = HEADER + "N1,Nia Cole,3B,Uma Cole,mother,uma@example.org,en\nN2,Bo,4Z,,,,\n"
BROKEN = SHEET + "N3,Al,3B,X,mother,nowhere,\n"
pytestmark = pytest.mark.django_db


def send(cast, text=SHEET, by=None, name="roster.csv", **options):
    """Ask for a file to be read."""
    raw = text.encode() if isinstance(text, str) else text
    return RosterImport.objects.ask(
        cast.school,
        by=by or cast.school_admin,
        file_name=name,
        content=raw,
        language="en",
        **options,
    )


def work(row):
    """Hand the jobs out as the relay does, work on them, and return the row anew."""
    Job.objects.update(next_at=timezone.now())
    for pk in LANES[2].take():
        journal.work(pk)
    return RosterImport.objects.listed().get(pk=row.pk)


def read(cast, *args, **options):
    return work(send(cast, *args, **options))


def bring(cast, *args, **options):
    row = read(cast, *args, **options)
    assert row.confirm(by=cast.school_admin)
    return work(row)


# --- reading ----------------------------------------------------------------------------------------


def test_what_it_would_do_is_kept_and_nothing_is_written(cast):
    row = read(cast)
    assert (row.state, row.plan["counts"]["students"]["new"]) == ("checked", 2)
    assert [change[3] for change in row.plan["differences"]][:2] == ["Nia Cole", "Uma Cole"]
    assert not Student.objects.filter(number="N1").exists()
    assert not Entry.objects.filter(verb="roster.imported").exists()


def test_refused_rows_are_kept_as_a_sheet(cast):
    row = read(cast, BROKEN)
    assert (row.plan["refused"], row.plan["groups"][0]["kind"]) == (1, "email")
    lines = bytes(row.refused).decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert "email: This is no e-mail address." in lines[1]


@pytest.mark.parametrize(
    "raw",
    [b"PK\x03\x04\x14\x00", SHEET.encode() + b'N3,"open,3B\n', HEADER.encode(), bytes(range(256))],
)
def test_what_cannot_be_read_fails_with_its_reason(cast, raw):
    row = read(cast, raw)
    assert (row.state, row.job.state) == ("failed", "done")
    assert row.said
    assert row.content is None


def test_the_reason_is_told_in_the_language_of_who_asked(cast):
    row = RosterImport.objects.ask(
        cast.school, by=cast.school_admin, file_name="x.csv", content=b"\xff\xfe", language="es"
    )
    assert work(row).said != read(cast, b"\xff\xfe").said


def test_who_lost_the_right_meanwhile_has_it_not_read(cast):
    row = send(cast)
    builders.make_staff(cast.school, "school_admin")
    cast.school_admin.membership.end(by=cast.school_admin)
    row = work(row)
    assert (row.stands, row.job.state) == ("failed", "failed")
    assert "no longer administers" in row.said


# --- which column is which ---------------------------------------------------------------------------

STRANGE = (
    "Nr.,name,class,guardian,relation,Post,language\nN1,Nia,3B,Uma Cole,mother,u@example.org,\n"
)


def test_unknown_columns_are_asked_once_and_remembered(cast):
    row = read(cast, STRANGE)
    assert (row.state, row.plan["asked"]) == ("columns", ["student_number", "email"])
    said = {"Nr.": "student_number", "Post": "email"}
    assert row.name_columns(said, [], by=cast.school_admin)
    assert work(row).state == "checked"
    assert read(cast, STRANGE).state == "checked"
    assert RosterHeading.objects.filter(school=cast.school).count() == 2


def test_what_one_school_says_is_nothing_to_another(cast):
    RosterHeading.objects.create(school=cast.other_school, heading="Nr.", column="student_number")
    assert read(cast, STRANGE).state == "columns"


def test_a_column_that_the_sheet_has_not_is_as_good_as_empty(cast):
    row = read(cast, "student_number,name,class\nN1,Nia,3B\n")
    row.name_columns({"x": ""}, ["guardian", "relation", "email", "language"], by=cast.school_admin)
    assert work(row).plan["counts"]["students"]["new"] == 1


# --- bringing it in -----------------------------------------------------------------------------------


def test_it_comes_in_once_it_is_confirmed(cast):
    row = bring(cast)
    assert (row.state, row.entry.actor) == ("done", cast.school_admin)
    assert row.counts["students"]["new"] == 2
    assert Student.objects.filter(number__in=["N1", "N2"]).count() == 2
    assert row.content is None


def test_confirming_twice_starts_one_job(cast):
    row = read(cast)
    assert [row.confirm(by=cast.school_admin) for _ in range(2)] == [True, False]
    assert Job.objects.filter(kind="people.roster.bring").count() == 1


def test_a_school_that_changed_meanwhile_is_shown_again(cast):
    row = read(cast)
    builders.make_student(cast.school_class, "Nia Coal", number="N1")
    row.confirm(by=cast.school_admin)
    row = work(row)
    assert (row.state, row.note) == ("checked", "changed")
    assert row.plan["counts"]["students"]["changed"] == 1
    row.confirm(by=cast.school_admin)
    assert work(row).state == "done"


def test_refused_rows_are_left_out_where_somebody_said_so(cast):
    row = read(cast, BROKEN)
    row.confirm(by=cast.school_admin)
    row = work(row)
    assert row.state == "checked"
    row.confirm(by=cast.school_admin, skip_refused=True)
    row = work(row)
    assert row.state == "done"
    assert Student.objects.filter(number__in=["N1", "N2", "N3"]).count() == 2
    assert row.refused is not None


def test_who_lost_the_right_meanwhile_brings_nothing_in(cast):
    row = read(cast)
    row.confirm(by=cast.school_admin)
    builders.make_staff(cast.school, "school_admin")
    cast.school_admin.membership.end(by=cast.school_admin)
    row = work(row)
    assert row.stands == "failed"
    assert not Student.objects.filter(number="N1").exists()


def test_a_worker_that_dies_has_changed_nothing_and_the_next_does_it_once(cast, monkeypatch):
    row = read(cast)
    row.confirm(by=cast.school_admin)

    def die(*_args):
        raise SystemExit  # as the worker's process ends: nobody is told

    with monkeypatch.context() as patch:
        patch.setattr(rostering, "what_came_in", die)
        with pytest.raises(SystemExit), transaction.atomic():
            work(row)
    assert not Student.objects.filter(number="N1").exists()
    Job.objects.filter(pk=RosterImport.objects.get(pk=row.pk).job_id).update(
        state="leased", lease_by="a dead worker", lease_until=timezone.now() - timedelta(seconds=1)
    )
    journal.sweep()
    assert work(row).state == "done"
    assert Entry.objects.filter(verb="roster.imported").count() == 1
    assert work(row).state == "done"


def test_work_that_fails_for_good_says_so(cast, monkeypatch):
    row = read(cast)
    row.confirm(by=cast.school_admin)
    monkeypatch.setattr(rostering, "what_came_in", lambda *_args: 1 / 0)
    for _try in range(4):
        row = work(row)
    assert (row.state, row.stands, row.job.state) == ("writing", "failed", "failed")
    assert "Nothing was changed" in row.said
    rostering.tidy()
    row.refresh_from_db()
    assert (row.state, row.note) == ("failed", "failed")


# --- stopping ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["checking", "checked"])
def test_before_it_is_written_it_stops_at_once(cast, state):
    row = send(cast) if state == "checking" else read(cast)
    assert row.stop(by=cast.school_admin)
    row = work(row)
    assert (row.state, row.content, row.checked) == ("stopped", None, None)
    assert not row.confirm(by=cast.school_admin)


def test_what_waits_for_a_worker_stops_at_once(cast):
    row = read(cast)
    row.confirm(by=cast.school_admin)
    row.stop(by=cast.school_admin)
    row = work(row)
    assert (row.state, row.job.state) == ("stopped", "cancelled")
    assert not Student.objects.filter(number="N1").exists()


def test_the_writer_stops_before_its_next_step_and_nothing_is_changed(cast, monkeypatch):
    row = read(cast)
    row.confirm(by=cast.school_admin)
    write = rostering.News.__call__

    def stop_in_the_middle(news, part, done, of):
        if (part, done) == ("write", 3):
            RosterImport.objects.filter(pk=row.pk).update(stop_asked_at=timezone.now())
        write(news, part, done, of)

    monkeypatch.setattr(rostering.News, "__call__", stop_in_the_middle)
    row = work(row)
    assert (row.state, row.job.state) == ("stopped", "done")
    assert not Student.objects.filter(number="N1").exists()


def test_what_is_in_does_not_stop(cast):
    assert not bring(cast).stop(by=cast.school_admin)


@pytest.mark.django_db(transaction=True)
def test_readers_see_how_far_it_is_and_stop_it_from_another_connection(cast, monkeypatch):
    row = read(cast)
    row.confirm(by=cast.school_admin)
    seen, tell = [], rostering.News.__call__

    def look():
        mine = RosterImport.objects.listed().get(pk=row.pk)
        seen.append((mine.state, mine.progress.get("part")))
        mine.stop(by=cast.school_admin)
        connection.close()

    def tell_and_look(news, part, done, of):
        tell(news, part, done, of)
        if (part, done) == ("write", 0):
            news.told_at = 0
            other = threading.Thread(target=look)
            other.start()
            other.join(10)
            assert not other.is_alive()

    monkeypatch.setattr(rostering.News, "__call__", tell_and_look)
    row = work(row)
    assert (seen, row.state) == ([("writing", "write")], "stopped")


@pytest.mark.django_db(transaction=True)
def test_a_chunk_longer_than_its_lease_is_not_given_away(cast, monkeypatch):
    row = read(cast)
    row.confirm(by=cast.school_admin)
    tell, states = rostering.News.__call__, []

    def sweep():
        journal.sweep()
        states.append(Job.objects.get(pk=row.job_id).state)
        connection.close()

    def outlive(news, part, done, of):
        tell(news, part, done, of)
        if (part, done) == ("write", 0):
            other = threading.Thread(target=sweep)
            other.start()
            other.join(10)

    row.refresh_from_db()
    monkeypatch.setattr("django.conf.settings.LEASE_SECONDS", -1)
    monkeypatch.setattr(rostering.News, "__call__", outlive)
    assert (work(row).state, states) == ("done", ["leased"])


# --- what is kept no longer -----------------------------------------------------------------------------


def age(row, **how):
    RosterImport.objects.filter(pk=row.pk).update(asked_at=timezone.now() - timedelta(**how))


def test_a_file_that_nobody_confirms_is_thrown_away_after_a_day(cast):
    row = read(cast, BROKEN)
    rostering.tidy()
    row.refresh_from_db()
    assert row.content is not None
    age(row, hours=25)
    rostering.tidy()
    row.refresh_from_db()
    assert (row.state, row.note) == ("stopped", "expired")
    assert (row.content, row.checked, row.refused) == (None, None, None)


def test_what_came_in_keeps_its_counts(cast):
    row = bring(cast)
    age(row, hours=25)
    rostering.tidy()
    row.refresh_from_db()
    assert (row.state, row.checked, row.counts["students"]["new"]) == ("done", None, 2)


def test_a_file_at_work_is_not_thrown_away(cast):
    row = send(cast)
    age(row, hours=25)
    rostering.tidy()
    assert work(row).state == "checked"


def test_a_plan_is_kept_packed(cast):
    row = read(cast)
    assert zlib.decompress(row.checked).startswith(b"{")


# --- taking it back ---------------------------------------------------------------------------------------


def take_back(cast, row):
    assert row.take_back(by=cast.school_admin)
    return work(row)


def school_as_it_stands(school):
    return [
        list(Student.objects.filter(school=school).order_by("pk").values()),
        list(User.objects.order_by("pk").values()),
        list(Guardianship.objects.order_by("pk").values()),
        list(Address.objects.order_by("pk").values()),
        list(SchoolClass.objects.order_by("pk").values()),
        list(Division.objects.order_by("pk").values()),
    ]


def test_what_came_in_last_can_be_taken_back(cast):
    before = school_as_it_stands(cast.school)
    row = take_back(cast, bring(cast))
    assert (row.state, row.undone_by) == ("undone", cast.school_admin)
    assert school_as_it_stands(cast.school) == before
    assert Entry.objects.get(verb="roster.taken_back").actor == cast.school_admin


def test_what_it_changed_is_as_it_was(cast):
    bring(cast)
    before = school_as_it_stands(cast.school)
    changed = HEADER + "N1,Nia Coal,3C,Uma Cole,stepmother,uma.cole@example.org,en\n"
    row = bring(cast, changed)
    assert school_as_it_stands(cast.school) != before
    assert take_back(cast, row).state == "undone"
    assert school_as_it_stands(cast.school) == before


def test_what_somebody_built_on_is_not_taken_back(cast):
    row = bring(cast)
    Student.objects.filter(number="N1").update(strengths="sings")
    builders.make_guardian(Student.objects.get(number="N2"), "Al Bo")
    row = take_back(cast, row)
    assert (row.state, bool(row.said)) == ("done", True)
    assert Student.objects.filter(number="N1").exists()


def test_a_taking_back_that_fails_for_good_leaves_it_in_and_can_be_tried_again(cast, monkeypatch):
    row = bring(cast)
    row.take_back(by=cast.school_admin)
    with monkeypatch.context() as patch:
        patch.setattr(rostering, "take_back", lambda *_args, **_how: 1 / 0)
        for _try in range(4):
            row = work(row)
    assert (row.state, row.stands, bool(row.said)) == ("undoing", "done", True)
    assert take_back(cast, row).state == "undone"


def test_only_the_last_can_be_taken_back(cast):
    first = bring(cast)
    bring(cast, SHEET + "N3,Al,3B,,,,\n")
    first = RosterImport.objects.listed().get(pk=first.pk)
    assert not first.may_be_undone
    assert not first.take_back(by=cast.school_admin)


def test_one_that_changed_nothing_leaves_the_one_before_it(cast):
    first = bring(cast)
    assert not bring(cast).may_be_undone
    assert RosterImport.objects.listed().get(pk=first.pk).may_be_undone


def test_after_a_month_nothing_is_taken_back(cast, monkeypatch):
    row = bring(cast)
    monkeypatch.setattr(rostering, "UNDO_KEPT_FOR", timedelta(0))
    rostering.tidy()
    row.refresh_from_db()
    assert row.undo is None


# --- a OneRoster package ----------------------------------------------------------------------------------


@pytest.fixture
def lane(cast):
    """The cast's school under the code that the packages name."""
    cast.school.code = "mill-lane"
    cast.school.save()
    cast.term.delete()
    return cast


def without(key):
    """Return the small school's files without one child."""
    files = small_school()
    named = {"users": "sourcedId", "roles": "userSourcedId", "enrollments": "userSourcedId"}
    for file, column in named.items():
        files[file] = [row for row in files[file] if row[column] != key]
    files["users"] = [
        row | {"agentSourcedIds": row.get("agentSourcedIds", "").replace(f",{key}", "")}
        for row in files["users"]
    ]
    return files


def test_a_package_comes_in_as_a_sheet_does(lane):
    row = read(lane, make_zip(small_school()), name="roster.zip")
    assert (row.plan["kind"], row.plan["counts"]["students"]["new"]) == ("package", 2)
    row.confirm(by=lane.school_admin)
    row = work(row)
    assert (row.state, row.counts["staff"]["new"]) == ("done", 1)
    assert take_back(lane, row).state == "undone"
    assert not Student.objects.filter(number="S1").exists()


def test_the_refused_rows_of_a_package_are_kept_file_by_file(lane):
    wrong = [{"sourcedId": "u9", "enabledUser": "maybe", "username": "u", "givenName": "A", "familyName": "B"}]  # fmt: skip
    row = read(lane, make_zip(small_school(users=wrong)), name="roster.zip")
    assert row.plan["groups"][0]["shown"][0]["file"] == "users.csv"
    package = zipfile.ZipFile(io.BytesIO(bytes(row.refused)))
    assert package.namelist() == ["users.csv"]
    assert len(package.read("users.csv").decode("utf-8-sig").splitlines()) == 2


def test_many_who_would_leave_stop_a_package_until_somebody_says_that_it_is_right(lane):
    bring(lane, make_zip(small_school()), name="roster.zip")
    row = read(lane, make_zip(without("s2")), name="fewer.zip")
    assert {"kind": "students", "retired": 1, "of": 2} in row.plan["brakes"]
    row.confirm(by=lane.school_admin)
    row = work(row)
    assert (row.state, row.note) == ("checked", "changed")
    row.confirm(by=lane.school_admin, allow_retire=50)
    assert work(row).state == "done"
    assert Student.objects.get(number="S2").status == "left"


def test_a_package_of_another_school_cannot_be_confirmed(cast):
    row = read(cast, make_zip(small_school()), name="roster.zip")
    assert (row.plan["changes"], row.plan["groups"][0]["kind"]) == (0, "school")
    row.confirm(by=cast.school_admin, skip_refused=True)
    assert work(row).state == "checked"
