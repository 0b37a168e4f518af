"""The pages of sessions: the week of a school, one session, who leads it, and what is booked."""

import datetime as dt
import uuid
from zoneinfo import ZoneInfo

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from psycopg2.errors import DeadlockDetected

from counseling.models import DayOff, Leading, Resource, Session
from counseling.models.session import DayIsOff, OutsideProgramme
from counseling.rules.pattern import moment
from homeschool.journal.models import Entry
from tests.cast import sign_in

from .after_school import make_programme, make_session, make_volunteer

pytestmark = pytest.mark.django_db
DAY, SHANGHAI = dt.timedelta(days=1), ZoneInfo("Asia/Shanghai")


def at(name, row, **query):
    return reverse(f"counseling:{name}", args=[row.pk])


def on(day, hour=16):
    """Return a moment by the clock of the school."""
    return moment(day, dt.time(hour), SHANGHAI)


@pytest.fixture
def programme(cast):
    today = timezone.localdate(timezone=SHANGHAI)
    return make_programme(cast, begins=today - 60 * DAY, ends=today + 60 * DAY)


@pytest.fixture
def tomorrow():
    return timezone.localdate(timezone=SHANGHAI) + DAY


def send(client, url, **fields):
    return client.post(url, {"submission": uuid.uuid4(), **fields})


# --- the week -----------------------------------------------------------------------------------------------


def test_the_week_names_sessions_leaders_and_holidays(cast, programme, tomorrow):
    session = make_session(programme, on(tomorrow))
    session.lead(by=cast.counselor, user=cast.counselor)
    off = make_session(make_programme(cast, name="Chess club"), on(tomorrow, 17))
    off.call_off(by=cast.counselor, because="Wet room")
    DayOff.objects.create(school=cast.school, on=tomorrow, until=tomorrow, name="Sports day")
    page = sign_in(cast.counselor).get(reverse("counseling:session-week"), {"on": str(tomorrow)})
    text = page.content.decode()
    for words in ("Reading club", "16:00-17:00", "Mei Chen", "you lead it", "Sports day"):
        assert words in text
    assert "is-off" in text
    assert "called off" in text


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ({"leader": "Daniel Okafor"}, "Chess"),
        ({"place": "Hall"}, "Reading"),
        ({"mine": "on"}, "Reading"),
    ],
)
def test_the_week_shows_only_some(cast, programme, tomorrow, query, shown):
    mine = make_session(programme, on(tomorrow))
    mine.describe(by=cast.counselor, place="Hall")
    mine.lead(by=cast.counselor, user=cast.counselor)
    other = make_session(make_programme(cast, name="Chess club"), on(tomorrow))
    other.lead(by=cast.counselor, user=cast.adviser)
    query |= {"on": str(tomorrow)}
    page = sign_in(cast.counselor).get(reverse("counseling:session-week"), query)
    names = [line.name for day in page.context["week"].days for line in day.lines]
    assert [name.split()[0] for name in names] == [shown]


def test_the_week_costs_as_much_with_one_session_as_with_five_hundred(cast, programme, tomorrow):
    make_session(programme, on(tomorrow))
    client, url = sign_in(cast.principal), reverse("counseling:session-week")

    def count():
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert client.get(url, {"on": str(tomorrow)}).status_code == 200
        return len(seen)

    client.get(url)
    one = count()
    begins = on(tomorrow, 8)
    many = [
        Session(
            programme=programme, on=tomorrow, begins=begins, ends=begins + dt.timedelta(hours=1),
            minutes=60, planned_for=begins + dt.timedelta(seconds=n + 1),
        )
        for n in range(499)
    ]  # fmt: skip
    Session.objects.bulk_create(many)
    span = many[0].span
    Leading.objects.bulk_create(
        Leading(session=session, user=cast.adviser, on=tomorrow, span=span, live=False)
        for session in many
    )
    assert count() == one <= 12


# --- one session --------------------------------------------------------------------------------------------


def test_one_session_more_is_planned_once_however_often_it_is_sent(cast, programme, tomorrow):
    client, url, key = sign_in(cast.counselor), at("session-add", programme), uuid.uuid4()
    sent = {"submission": key, "on": str(tomorrow), "starts": "15:30", "minutes": "45"}
    assert [client.post(url, sent).status_code for _n in range(2)] == [302, 302]
    session = programme.sessions.get()
    assert (session.begins, session.minutes) == (moment(tomorrow, dt.time(15, 30), SHANGHAI), 45)
    longer = {"on": str(tomorrow), "starts": "15:30", "minutes": "90"}
    answer = send(client, url, **longer)
    assert answer.status_code == 422
    assert "begins at this time already" in answer.content.decode()
    assert programme.sessions.count() == 1


def test_no_session_is_on_a_holiday_or_outside_the_programme(cast, programme, tomorrow):
    DayOff.objects.create(school=cast.school, on=tomorrow, until=tomorrow, name="Sports day")
    client, url = sign_in(cast.counselor), at("session-add", programme)
    answer = send(client, url, on=str(tomorrow), starts="15:30", minutes="45")
    assert answer.status_code == 422
    assert "Sports day" in answer.content.decode()
    assert str(tomorrow) in answer.content.decode()  # nothing typed is lost
    late = str(programme.ends + DAY)
    assert send(client, url, on=late, starts="15:30", minutes="45").status_code == 422
    session = make_session(programme, on(tomorrow + DAY))
    answer = send(client, at("session-move", session), on=str(tomorrow), starts="16:00")
    assert "Sports day" in answer.content.decode()
    with pytest.raises(DayIsOff):
        Session.objects.add(programme, on(tomorrow), 60, by=cast.counselor)
    with pytest.raises(OutsideProgramme):
        session.move(on(programme.begins - DAY), by=cast.counselor)


def test_a_session_of_a_clock_change_night_stands_on_the_wall_clock(cast):
    cast.school.time_zone = "America/Chicago"
    cast.school.save()
    night = dt.date(2027, 3, 14)  # 2:00 is 3:00
    programme = make_programme(cast, begins=night - DAY, ends=night + DAY)
    session = Session.objects.add(
        programme, moment(night, dt.time(2, 30), programme.zone), 60, by=cast.counselor
    )
    assert session.on == night
    assert session.begins.astimezone(programme.zone).time() == dt.time(3, 30)
    assert session.ends - session.begins == dt.timedelta(hours=1)
    session.move(moment(night - DAY, dt.time(16), programme.zone), by=cast.counselor)
    session.move(moment(night, dt.time(16), programme.zone), by=cast.counselor)
    assert session.begins.astimezone(programme.zone).time() == dt.time(16)


def test_it_moves_and_is_called_off_by_who_keeps_it(cast, programme, tomorrow):
    session = make_session(programme, on(tomorrow))
    client = sign_in(cast.counselor)
    done = send(client, at("session-move", session), on=str(tomorrow + DAY), starts="17:00")
    assert done.status_code == 302
    session.refresh_from_db()
    assert session.begins == on(tomorrow + DAY, 17)
    assert "it was planned for" in client.get(at("session-detail", session)).content.decode()
    assert send(client, at("session-call-off", session)).status_code == 422
    send(client, at("session-call-off", session), because="The room is wet")
    session.refresh_from_db()
    assert (session.state, session.called_off_because) == ("called_off", "The room is wet")
    again = send(client, at("session-move", session), on=str(tomorrow), starts="17:00")
    assert again.status_code == 422
    for person, status in ((cast.adviser, 403), (cast.school_admin, 403), (cast.mother, 404)):
        assert sign_in(person).get(at("session-move", session)).status_code == status


def test_only_volunteers_cleared_on_the_day_can_be_chosen(cast, programme, tomorrow):
    session = make_session(programme, on(tomorrow))
    cleared = make_volunteer(cast, "Clara Cleared")
    other = make_volunteer(cast, "Otto Over", until=tomorrow - DAY)
    client, url = sign_in(cast.counselor), at("session-lead", session)
    text = client.get(url).content.decode()
    assert "Clara Cleared" in text
    assert "Otto Over" not in text
    assert send(client, url, who=f"volunteer:{other.pk}").status_code == 422
    assert send(client, url, who=f"volunteer:{cleared.pk}").status_code == 302
    leading = session.leaders.get()
    assert leading.volunteer == cleared
    send(client, at("session-let-go", session), leader=leading.pk)
    assert not session.leaders.exists()
    assert Entry.objects.filter(verb="session.unled").count() == 1


def test_who_led_is_put_right_after_it_took_place(cast, programme):
    session, client = make_session(programme), sign_in(cast.counselor)
    session.hold(by=cast.counselor)
    assert at("session-lead", session) in client.get(at("session-detail", session)).content.decode()
    send(client, at("session-lead", session), who=f"user:{cast.adviser.pk}")
    leading = session.leaders.get()
    assert (
        at("session-let-go", session) in client.get(at("session-detail", session)).content.decode()
    )
    send(client, at("session-let-go", session), leader=leading.pk)
    assert not session.leaders.exists()


def test_where_two_wait_for_each_other_nothing_typed_is_lost(
    cast, programme, tomorrow, monkeypatch
):
    def deadlocked(*args, **kwargs):
        raise OperationalError from DeadlockDetected()

    monkeypatch.setattr(Session, "describe", deadlocked)
    session = make_session(programme, on(tomorrow))
    answer = send(sign_in(cast.counselor), at("session-work", session), topic="Rhymes")
    assert answer.status_code == 422
    assert "at the same moment" in answer.content.decode()
    assert "Rhymes" in answer.content.decode()


def test_who_is_elsewhere_is_named_with_where(cast, programme, tomorrow):
    first = make_session(programme, on(tomorrow))
    second = make_session(make_programme(cast, name="Chess club"), on(tomorrow))
    first.lead(by=cast.counselor, user=cast.adviser)
    client = sign_in(cast.counselor)
    answer = send(client, at("session-lead", second), who=f"user:{cast.adviser.pk}")
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "Daniel Okafor is taken then: Reading club" in text


def test_only_what_is_free_is_offered_and_who_was_quicker_is_named(cast, programme, tomorrow):
    first = make_session(programme, on(tomorrow))
    second = make_session(make_programme(cast, name="Chess club"), on(tomorrow))
    room = Resource.objects.create(school=cast.school, kind="room", name="Library")
    tablets = Resource.objects.create(
        school=cast.school, kind="device", name="Tablets", partner="Town"
    )
    client, url = sign_in(cast.counselor), at("session-book", second)
    assert "Library" in client.get(url).content.decode()
    first.use(room, by=cast.counselor)
    answer = send(client, url, things=[room.pk, tablets.pk])
    assert answer.status_code == 422
    assert "Library is taken then: Reading club" in answer.content.decode()
    assert "Library" not in client.get(url).content.decode()
    assert send(client, url, things=[tablets.pk]).status_code == 302
    assert second.bookings.get().resource == tablets
    send(client, at("session-release", second), thing=tablets.pk)
    assert not second.bookings.exists()


def test_all_coming_sessions_get_their_leader_and_the_days_that_could_not_are_named(
    cast, programme, tomorrow
):
    sessions = [make_session(programme, on(tomorrow + n * DAY)) for n in range(3)]
    volunteer = make_volunteer(cast, until=tomorrow + DAY)
    room = Resource.objects.create(school=cast.school, kind="room", name="Library")
    make_session(make_programme(cast, name="Chess club"), on(tomorrow)).use(room, by=cast.counselor)
    client, url = sign_in(cast.counselor), at("session-set-up", programme)
    answer = client.post(
        url,
        {"submission": uuid.uuid4(), "leaders": [f"volunteer:{volunteer.pk}"], "things": [room.pk]},
        follow=True,
    )
    said = [str(message) for message in answer.context["messages"]]
    assert "1 session has all of it." in said
    assert any("Library is taken then: Chess club" in words for words in said)
    assert any("No check of Vera Volkov holds" in words for words in said)
    assert [session.leaders.count() for session in sessions] == [1, 1, 0]
    assert [session.bookings.count() for session in sessions] == [0, 1, 1]


# --- rooms and things -----------------------------------------------------------------------------------------


def test_the_list_of_things_and_who_has_one_of_them(cast, programme, tomorrow):
    client = sign_in(cast.school_admin)
    url = reverse("counseling:resource-add", args=[cast.school.pk])
    send(client, url, kind="room", name="Library", places="20")
    assert send(client, url, kind="room", name="Library").status_code == 422
    room = Resource.objects.get()
    session = make_session(programme, on(tomorrow))
    session.use(room, by=cast.counselor)
    page = client.get(at("resource-detail", room), {"on": str(tomorrow)}).content.decode()
    assert "Reading club" in page
    send(client, at("resource-end", room))
    assert "not in use" in client.get(reverse("counseling:resource-list")).content.decode()
    assert (
        "Library" not in sign_in(cast.counselor).get(at("session-book", session)).content.decode()
    )
    send(client, at("resource-back", room))
    room.refresh_from_db()
    assert room.ended_at is None
    assert sign_in(cast.adviser).get(url).status_code == 403


def test_the_page_of_a_session_costs_as_much_with_one_child_as_with_twenty(
    cast, programme, tomorrow
):
    from counseling.models import Seat

    from .after_school import make_children

    programme.capacity = 30
    programme.save()
    session = make_session(programme)
    client, url = sign_in(cast.principal), at("session-detail", session)
    children = make_children(cast, 20)
    Seat.objects.ask(programme, children[0], by=cast.counselor)
    Seat.objects.update(taken_at=timezone.now() - 9 * DAY)

    def count():
        with CaptureQueriesContext(connection) as seen:
            text = client.get(url).content.decode()
        return len(seen), text.count("Child ")

    client.get(url)
    one = count()
    for child in children[1:]:
        Seat.objects.ask(programme, child, by=cast.counselor)
    Seat.objects.update(taken_at=timezone.now() - 9 * DAY)
    many = count()
    assert many[0] == one[0]
    assert many[1] > one[1]
