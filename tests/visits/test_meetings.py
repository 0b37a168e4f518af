"""Meetings of parents in their smallest form."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from homeschool.journal.models import Entry
from tests import builders
from visits.models import Meeting

LIST, NEW = "/visits/meetings/", "/visits/meetings/new/"


def answers(*classes, **more):
    return {
        "classes": [str(c.pk) for c in classes], "theme": "How children learn to read",
        "on": f"{timezone.localdate() - dt.timedelta(days=1)}", "held": "on",
        "submission": builders.new_key(),
    } | more  # fmt: skip


def make(cast, *classes, **values):
    values = {"theme": "Winter safety", "on": timezone.localdate(), "held": False} | values
    meeting = Meeting(**values)
    meeting.write_down(by=cast.principal, classes=list(classes or [cast.school_class]))
    return meeting


def edit(meeting):
    return reverse("visits:meeting-edit", args=[meeting.pk])


def test_it_is_written_down(cast, as_):
    url = as_(cast.adviser).post(NEW, answers(cast.school_class)).url
    meeting = Meeting.objects.get()
    assert url == meeting.get_absolute_url()
    assert (meeting.school, meeting.recorded_by, meeting.held) == (cast.school, cast.adviser, True)
    assert list(meeting.classes.all()) == [cast.school_class]
    entry = Entry.objects.get(verb="meeting.recorded")
    assert (entry.actor, entry.school) == (cast.adviser, cast.school)


def test_sent_twice_it_is_one_meeting(cast, as_):
    sent = answers(cast.school_class)
    urls = {as_(cast.adviser).post(NEW, sent).url for _n in range(2)}
    assert urls == {Meeting.objects.get().get_absolute_url()}


@pytest.mark.parametrize("who", ["counselor", "principal", "school_admin", "other_counselor"])
def test_counselor_leader_and_admin_gather_every_class(cast, as_, who):
    client = as_(getattr(cast, who))
    assert client.post(NEW, answers(cast.school_class, cast.other_class)).status_code == 302
    assert Meeting.objects.get().classes.count() == 2


def test_an_adviser_gathers_own_classes_alone(cast, as_):
    client = as_(cast.adviser)
    response = client.post(NEW, answers(cast.other_class))
    assert response.status_code == 422
    assert "choose from the list" in response.text
    assert "Class 5C" not in client.get(NEW).text


def test_a_leader_of_a_division_gathers_its_classes(cast, as_):
    other = builders.make_class(
        cast.school, "9z", division=cast.school.divisions.create(code="g9", name="Grade 9")
    )
    leader = builders.make_staff(cast.school, "leader", "Dee", division=cast.school_class.division)
    client = as_(leader)
    assert client.post(NEW, answers(other)).status_code == 422
    assert client.post(NEW, answers(cast.school_class)).status_code == 302


@pytest.mark.parametrize("who", ["mother", "volunteer", "district", "adult"])
def test_it_is_not_for_others(cast, as_, who):
    meeting, client = make(cast), as_(getattr(cast, who))
    assert client.get(LIST).status_code == 403
    assert client.get(NEW).status_code == client.post(NEW, answers()).status_code == 403
    assert client.get(edit(meeting)).status_code == 404


def test_it_lists_the_meetings_of_the_school(cast, as_):
    make(cast)
    make(cast, cast.other_class, theme="Another class")
    text = as_(cast.adviser).get(LIST).text
    assert "Winter safety" in text
    assert "Another class" in text
    assert "Winter safety" not in as_(cast.other_school_admin).get(LIST).text


def test_it_asks_as_often_for_fifty_as_for_one(cast, as_):
    client = as_(cast.adviser)
    make(cast)
    client.get(LIST)
    with CaptureQueriesContext(connection) as one:
        client.get(LIST)
    for n in range(49):
        make(cast, theme=f"Theme {n}")
    with CaptureQueriesContext(connection) as fifty:
        client.get(LIST)
    assert len(one) == len(fifty) <= 15


def test_it_is_mended(cast, as_):
    meeting = make(cast)
    sent = answers(cast.school_class, theme="Spring safety")
    assert as_(cast.adviser).post(edit(meeting), sent).url == meeting.get_absolute_url()
    meeting.refresh_from_db()
    assert (meeting.theme, meeting.held) == ("Spring safety", True)
    entry = Entry.objects.get(verb="meeting.changed")
    assert entry.data["fields"] == ["held", "on", "theme"]


def test_two_who_mend_at_once_keep_what_each_changed(cast, as_):
    meeting = make(cast)
    day = f"{timezone.localdate()}"
    same = {"theme": "Winter safety", "on": day, "held": ""}
    as_(cast.adviser).post(edit(meeting), answers(cast.school_class, **same | {"theme": "Snow"}))
    as_(cast.principal).post(
        edit(meeting), answers(cast.school_class, **same | {"theme": "Snow", "held": "on"})
    )
    meeting.refresh_from_db()
    assert (meeting.theme, meeting.held) == ("Snow", True)


def test_it_is_mended_by_those_who_may_gather_all_its_classes(cast, as_):
    meeting = make(cast, cast.school_class, cast.other_class)
    assert as_(cast.adviser).get(edit(meeting)).status_code == 403
    assert as_(cast.school_admin).get(edit(meeting)).status_code == 200
    assert as_(cast.other_school_admin).get(edit(meeting)).status_code == 404


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("theme", "", "Please fill this in"),
        ("theme", "x" * 201, "200"),
        ("theme", "x\0", "cannot be kept"),
        ("on", "soon", "This is not a day."),
        ("on", "0001-01-01", "Please look at the year again."),
        ("on", "", "Please fill this in"),
        ("classes", [], "Please choose an answer"),
        ("classes", ["x"], "choose from the list"),
        ("classes", ["\0"], "choose from the list"),
        ("classes", [builders.new_key()], "choose from the list"),
    ],
)
def test_it_says_what_is_wrong(cast, as_, field, value, words):
    response = as_(cast.adviser).post(NEW, answers(cast.school_class, **{field: value}))
    assert response.status_code == 422
    assert words in response.text
    assert not Meeting.objects.exists()


def test_it_is_not_held_before_its_day(cast, as_):
    day = f"{timezone.localdate() + dt.timedelta(days=2)}"
    response = as_(cast.adviser).post(NEW, answers(cast.school_class, on=day))
    assert response.status_code == 422
    assert "has not come yet" in response.text
    assert (
        as_(cast.adviser).post(NEW, answers(cast.school_class, on=day, held="")).status_code == 302
    )


def test_it_is_of_one_school(cast, as_):
    there = builders.make_staff(cast.other_school, "school_admin", "Both")
    there.memberships.create(school=cast.school, role="school_admin")
    foreign = cast.other_child.school_class
    response = as_(there).post(NEW, answers(cast.school_class, foreign))
    assert "classes of one school" in response.text
    assert "Hill School" in response.text


# --- planned in full ---------------------------------------------------------------------------------

TIMED = {"start": "18:30", "duration": "90", "place": "Room 12", "held": ""}


def test_it_keeps_time_place_and_what_is_talked_about(cast, as_):
    day = f"{timezone.localdate() + dt.timedelta(days=5)}"
    more = TIMED | {"online_link": "meet.example.org/3b", "agenda": "Ice on the road", "on": day}
    assert as_(cast.adviser).post(NEW, answers(cast.school_class, **more)).status_code == 302
    meeting = Meeting.objects.get()
    assert (meeting.start, meeting.duration) == (dt.time(18, 30), 90)
    assert meeting.online_link == "https://meet.example.org/3b"
    page = as_(cast.adviser).get(meeting.get_absolute_url()).text
    for words in ("18:30 to 20:00", "Room 12", "Ice on the road", "Invite now"):
        assert words in page


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("start", "soon", "This is not a time."),
        ("duration", "1", "5"),
        ("duration", "x", "number"),
        ("online_link", "javascript:alert(1)", "This is not a link."),
        ("online_link", "ftp://example.org/x", "This is not a link."),
        ("place", "x" * 201, "200"),
        ("agenda", "x" * 4001, "4000"),
    ],
)
def test_it_says_what_is_wrong_with_time_and_place(cast, as_, field, value, words):
    response = as_(cast.adviser).post(NEW, answers(cast.school_class, **{field: value}))
    assert response.status_code == 422
    assert words in response.text


def test_it_begins_at_no_hour_that_the_spring_night_skips(cast, as_):
    cast.school.time_zone = "America/Chicago"
    cast.school.save()
    sent = answers(cast.school_class, **TIMED | {"on": "2027-03-14", "start": "02:30"})
    response = as_(cast.adviser).post(NEW, sent)
    assert response.status_code == 422
    assert "the clocks go forward" in response.text


def test_in_the_autumn_night_it_lasts_as_long_as_it_says(cast):
    cast.school.time_zone = "America/Chicago"
    cast.school.save()
    meeting = make(cast, on=dt.date(2026, 11, 1), start=dt.time(1, 30), duration=60)
    assert meeting.ends_at - meeting.starts_at.astimezone(dt.UTC) == dt.timedelta(hours=1)


def test_a_colleague_reads_when_and_where_and_no_answers(cast, as_):
    meeting = make(cast, start=dt.time(18), place="Room 12")
    page = as_(cast.other_teacher).get(meeting.get_absolute_url()).text
    assert "Room 12" in page
    assert "Invite now" not in page
    assert cast.child.full_name not in page
    assert as_(cast.other_school_admin).get(meeting.get_absolute_url()).status_code == 404
