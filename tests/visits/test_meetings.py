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
    assert as_(cast.adviser).post(NEW, answers(cast.school_class)).url == LIST
    meeting = Meeting.objects.get()
    assert (meeting.school, meeting.recorded_by, meeting.held) == (cast.school, cast.adviser, True)
    assert list(meeting.classes.all()) == [cast.school_class]
    entry = Entry.objects.get(verb="meeting.recorded")
    assert (entry.actor, entry.school) == (cast.adviser, cast.school)


def test_sent_twice_it_is_one_meeting(cast, as_):
    sent = answers(cast.school_class)
    for _n in range(2):
        assert as_(cast.adviser).post(NEW, sent).url == LIST
    assert Meeting.objects.count() == 1


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
    assert as_(cast.adviser).post(edit(meeting), sent).url == LIST
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
