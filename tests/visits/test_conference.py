"""Conference days: set up, booked in two taps, swapped, given back, and never twice."""

import datetime as dt
import itertools
import zoneinfo

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from homeschool.journal.models import Entry, Notice
from tests import builders
from visits.models import Booking, ConferenceDay, Slot
from visits.models.conference import NotOpen, Taken, TwoTables, moments
from visits.models.home import Home

from .gathering import DAY, letter, make_day, today, told

pytestmark = pytest.mark.django_db
NO_UUID = "00000000-0000-4000-8000-000000000000"
NEW = "/visits/conferences/new/"


@pytest.fixture(autouse=True)
def in_english(cast):
    """Let the mother read English, in which these tests look for words."""
    cast.mother.language = "en"
    cast.mother.save(update_fields=["language"])


@pytest.fixture
def day(cast):
    """A day of the child's class: the adviser's table, four times from 16 to 17."""
    return make_day(cast)


def url(name, row):
    return reverse(f"visits:{name}", args=[row.pk])


def slots(day, host=None):
    rows = day.slots.filter(host=host) if host else day.slots.all()
    return list(rows.order_by("starts_at"))


def take(client, day, slot, child):
    return client.post(url("slot-take", day), {"slot": str(slot.pk), "child": str(child.pk)})


def book(cast, slot, child=None, home=None, by=None, **more):
    home = home or Home(household=cast.household.pk)
    return Booking.objects.take(slot, child or cast.child, home, by=by or cast.mother, **more)


def sent(cast, *hosts, **more):
    on = today(cast) + 7 * DAY
    return {
        "name": "Autumn talks", "classes": [str(cast.school_class.pk)],
        "hosts": [str(host.pk) for host in hosts or [cast.adviser]], "on": f"{on}", "until": "",
        "begins": "16:00", "ends": "18:00", "minutes": "15", "breaks": "17:00-17:30",
        "place": "Room 12", "opens": f"{today(cast)}", "closes": f"{on - DAY}",
        "submission": builders.new_key(),
    } | more  # fmt: skip


# --- setting up ----------------------------------------------------------------------------------------


def test_it_makes_the_times_of_every_table_without_the_breaks(cast, as_):
    answer = as_(cast.adviser).post(NEW, sent(cast, cast.adviser, cast.other_teacher))
    day = ConferenceDay.objects.get()
    assert answer.url == day.get_absolute_url()
    zone = zoneinfo.ZoneInfo("Asia/Shanghai")
    times = [f"{s.starts_at.astimezone(zone):%H:%M}" for s in slots(day, cast.adviser)]
    assert times == ["16:00", "16:15", "16:30", "16:45", "17:30", "17:45"]
    assert day.slots.count() == 12


def test_sent_twice_it_is_one_day(cast, as_):
    form = sent(cast)
    for _n in range(2):
        assert as_(cast.adviser).post(NEW, form).status_code == 302
    assert ConferenceDay.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("name", "", "Please fill this in"),
        ("classes", [], "Please choose an answer"),
        ("classes", ["x"], "choose from the list"),
        ("hosts", [], "Please choose an answer"),
        ("hosts", [NO_UUID], "choose from the list"),
        ("on", "2020-01-01", "is over"),
        ("on", "0001-01-01", "look at the year"),
        ("until", "2020-01-01", "before the first"),
        ("until", "2099-01-01", "two weeks at most"),
        ("begins", "soon", "This is not a time."),
        ("ends", "15:00", "Not one conversation fits"),
        ("minutes", "1", "5"),
        ("breaks", "noon", "Write breaks like"),
        ("breaks", "13:00-12:00", "Write breaks like"),
        ("closes", "2020-01-01", "before the first"),
        ("closes", "2099-01-01", "last day of the conference"),
    ],
)
def test_it_says_what_is_wrong(cast, as_, field, value, words):
    answer = as_(cast.adviser).post(NEW, sent(cast, **{field: value}))
    assert answer.status_code == 422
    assert words in answer.text
    assert not ConferenceDay.objects.exists()


def test_nobody_sits_at_two_conferences_at_once(cast, as_, day):
    form = sent(cast, on=f"{day.on}", begins="16:10")
    answer = as_(cast.adviser).post(NEW, form)
    assert answer.status_code == 422
    assert "sits at another conference" in answer.text
    assert ConferenceDay.objects.count() == 1


def test_more_staff_get_a_table_later(cast, as_, day):
    form = {
        "name": "Talks", "place": "Gym", "hosts": [str(cast.counselor.pk)],
        "opens": f"{today(cast)}", "closes": f"{day.on}", "submission": builders.new_key(),
    }  # fmt: skip
    assert as_(cast.adviser).post(url("conference-edit", day), form).status_code == 302
    assert len(slots(day, cast.counselor)) == 4
    day.refresh_from_db()
    assert (day.name, day.place) == ("Talks", "Gym")


CHICAGO = zoneinfo.ZoneInfo("America/Chicago")


def test_in_the_spring_night_the_hour_that_is_skipped_has_no_times():
    found = list(moments(dt.date(2027, 3, 14), dt.time(1), dt.time(4), 30, [], CHICAGO))
    walls = [f"{start.astimezone(CHICAGO):%H:%M}" for start, _end in found]
    assert walls == ["01:00", "01:30", "03:00", "03:30"]
    assert all(end - start == dt.timedelta(minutes=30) for start, end in found)


def test_no_time_begins_before_the_last_one_ended_in_either_night():
    for day in (dt.date(2027, 3, 14), dt.date(2026, 11, 1)):
        found = list(moments(day, dt.time(0, 50), dt.time(5), 25, [], CHICAGO))
        assert all(one[1] <= two[0] for one, two in itertools.pairwise(found))
        assert len({start for start, _end in found}) == len(found)


# --- inviting ---------------------------------------------------------------------------------------------


def test_it_tells_the_families_and_the_letter_books_in_two_taps(cast, day):
    assert told(day, "conference.invited") == {cast.mother, cast.other_mother}
    token = letter(day, cast.mother)
    page = Client().get(reverse("journal:letter", args=[token])).text
    slot = slots(day)[1]
    assert f'value="{slot.pk}"' in page
    answer = Client().post(
        reverse("visits:letter-take", args=[token]),
        {"slot": str(slot.pk), "child": str(cast.child.pk)},
    )
    assert answer.url == reverse("journal:letter", args=[token])
    booking = Booking.objects.get()
    assert (booking.slot, booking.student, booking.household) == (slot, cast.child, cast.household)
    give = reverse("visits:letter-give-back", args=[token])
    Client().get(give)
    assert Booking.objects.live().exists()
    Client().post(give, {"booking": str(booking.pk)})
    assert not Booking.objects.live().exists()


def test_a_time_taken_in_the_letter_is_answered_with_the_next_free_ones(cast, day):
    first, *others = slots(day)
    book(cast, first)
    token = letter(day, cast.other_mother)
    answer = Client().post(
        reverse("visits:letter-take", args=[token]),
        {"slot": str(first.pk), "child": str(cast.classmate.pk)},
    )
    assert answer.status_code == 409
    assert all(str(slot.pk) in answer.text for slot in others)
    assert cast.child.full_name not in answer.text


@pytest.mark.parametrize("key", ["", "x", NO_UUID, "\0"])
def test_a_letter_opens_nothing_but_the_own_child_and_the_times_of_the_day(cast, day, key):
    token, slot = letter(day, cast.mother), slots(day)[0]
    take_url = reverse("visits:letter-take", args=[token])
    for wish in ({"slot": key, "child": str(cast.child.pk)}, {"slot": str(slot.pk), "child": key}):
        assert Client().post(take_url, wish).status_code == 404
    other = {"slot": str(slot.pk), "child": str(cast.classmate.pk)}
    assert Client().post(take_url, other).status_code == 404
    assert not Booking.objects.exists()


# --- booking ------------------------------------------------------------------------------------------------


def test_a_family_books_swaps_and_gives_back(cast, as_, day):
    client, (one, two, *_rest) = as_(cast.mother), slots(day)
    take(client, day, one, cast.child)
    take(client, day, two, cast.child)
    booking = Booking.objects.get()
    assert (booking.slot, booking.sequence, booking.live) == (two, 1, True)
    assert [e.slot_id for e in booking.events.order_by("pgh_id")] == [one.pk, two.pk]
    client.post(url("booking-cancel", booking))
    client.post(url("booking-cancel", booking))
    booking.refresh_from_db()
    assert not booking.live
    verbs = Entry.objects.about(booking).order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["conference.booked", "conference.moved", "conference.cancelled"]


def test_the_same_time_asked_twice_is_booked_once(cast, as_, day):
    slot = slots(day)[0]
    for _n in range(3):
        assert take(as_(cast.mother), day, slot, cast.child).status_code == 302
    assert Booking.objects.count() == 1
    assert Notice.objects.filter(kind="conference.slot").count() == 1


def test_a_swap_never_loses_the_old_time_when_the_new_one_is_gone(cast, as_, day):
    one, two, *_rest = slots(day)
    book(cast, one)
    book(cast, two, cast.classmate, Home(person=cast.other_mother.pk), cast.other_mother)
    answer = take(as_(cast.mother), day, two, cast.child)
    assert answer.status_code == 409
    assert "What you had before stays yours." in answer.text
    assert Booking.objects.live().get(student=cast.child).slot == one


def test_a_child_is_at_no_two_tables_at_once(cast, as_):
    day = make_day(cast, cast.adviser, cast.other_teacher)
    one, two = slots(day, cast.adviser)[0], slots(day, cast.other_teacher)[0]
    book(cast, one)
    answer = take(as_(cast.mother), day, two, cast.child)
    assert answer.status_code == 409
    assert "two tables at once" in answer.text
    with pytest.raises(TwoTables):
        book(cast, two)
    assert Booking.objects.live().count() == 1


def test_a_swap_that_would_sit_at_two_tables_leaves_both_as_they_were(cast):
    day = make_day(cast, cast.adviser, cast.other_teacher)
    mine, theirs = slots(day, cast.adviser), slots(day, cast.other_teacher)
    book(cast, mine[0])
    book(cast, theirs[1])
    with pytest.raises(TwoTables):
        book(cast, mine[1])
    assert set(Booking.objects.live().values_list("slot", flat=True)) == {mine[0].pk, theirs[1].pk}


def test_one_child_has_one_time_with_a_teacher_and_its_sibling_another(cast, as_):
    day = make_day(cast, classes=[cast.school_class, cast.other_class], by=cast.principal)
    one, two, *_rest = slots(day)
    client = as_(cast.mother)
    take(client, day, one, cast.child)
    take(client, day, two, cast.sibling)
    assert Booking.objects.live().count() == 2
    assert "林小晴" in client.get(url("conference-family", day)).text


def test_separated_homes_book_each_for_themselves_and_never_see_each_other(cast, as_, day):
    cast.father.guardianship.restore(by=cast.school_admin)
    builders.make_household(cast.child, guardians=[cast.father], address="2 Far Road")
    one, two, *_rest = slots(day)
    take(as_(cast.mother), day, one, cast.child)
    page = as_(cast.father).get(url("conference-family", day)).text
    assert "Your time" not in page
    assert str(one.pk) not in page
    take(as_(cast.father), day, two, cast.child)
    assert Booking.objects.live().count() == 2
    mothers = Booking.objects.get(slot=one)
    assert as_(cast.father).post(url("booking-cancel", mothers)).status_code == 404
    assert as_(cast.father).get(url("booking-calendar", mothers)).status_code == 404
    assert told(mothers, "conference.slot") == {cast.mother}


@pytest.mark.parametrize("values", [
    {"opens_at": timezone.now() + DAY},
    {"opens_at": timezone.now() - 3 * DAY, "closes_at": timezone.now() - DAY},
])  # fmt: skip
def test_families_book_while_booking_is_open(cast, as_, values):
    day = make_day(cast, invite=False, **values)
    ConferenceDay.objects.filter(pk=day.pk).update(invited_at=timezone.now())
    slot = slots(day)[0]
    answer = take(as_(cast.mother), day, slot, cast.child)
    assert answer.status_code == 409
    assert "closed" in answer.text
    with pytest.raises(NotOpen):
        book(cast, slot)
    assert book(cast, slot, by=cast.adviser, as_staff=True).live


def test_nobody_books_a_time_that_has_come(cast, day):
    slot = slots(day)[0]
    Slot.objects.filter(pk=slot.pk).update(starts_at=timezone.now() - DAY)
    with pytest.raises(NotOpen):
        book(cast, slot, as_staff=True)


def test_a_booked_time_moves_in_the_calendar_and_goes_out_of_it(cast, as_, day):
    client, (one, two, *_rest) = as_(cast.mother), slots(day)
    take(client, day, one, cast.child)
    booking = Booking.objects.get()

    def entry():
        return Calendar.from_ical(client.get(url("booking-calendar", booking)).content).events[0]

    first = entry()
    take(client, day, two, cast.child)
    second = entry()
    client.post(url("booking-cancel", booking))
    third = entry()
    assert first["UID"] == second["UID"] == third["UID"]
    assert [e["SEQUENCE"] for e in (first, second, third)] == [0, 1, 2]
    assert second.start == two.starts_at
    assert third["STATUS"] == "CANCELLED"
    assert cast.child.full_name not in str(first)


def test_the_letter_about_a_time_gives_it_back(cast, day):
    booking = book(cast, slots(day)[0])
    token = letter(booking, cast.mother)
    assert "16:00" in Client().get(reverse("journal:letter", args=[token])).text
    answer = Client().post(reverse("visits:letter-give-back", args=[token]))
    assert answer.status_code == 200
    booking.refresh_from_db()
    assert not booking.live


# --- the plan ------------------------------------------------------------------------------------------------


def test_the_plan_names_the_children_in_sight_and_whoever_comes_to_the_own_table(cast, as_):
    day = make_day(cast, cast.adviser, cast.other_teacher)
    book(cast, slots(day, cast.adviser)[0])
    book(
        cast, slots(day, cast.other_teacher)[1], cast.classmate,
        Home(person=cast.other_mother.pk), cast.other_mother,
    )  # fmt: skip
    page = as_(cast.other_teacher).get(url("conference-detail", day)).text
    assert "Mateo" in page
    assert cast.child.full_name not in page
    assert "Taken" in page
    assert cast.child.full_name in as_(cast.adviser).get(url("conference-print", day)).text
    mine = as_(cast.other_teacher).get(url("conference-print", day) + "?mine=1").text
    assert cast.adviser.full_name not in mine


def test_it_opens_to_those_who_keep_it_or_sit_at_it(cast, as_, day):
    page = url("conference-detail", day)
    assert as_(cast.other_teacher).get(page).status_code == 403
    assert as_(cast.other_school_admin).get(page).status_code == 404
    assert as_(cast.mother).get(page).status_code == 404
    assert as_(cast.principal).get(page).status_code == 200


def test_a_time_is_kept_free_and_opened_again(cast, as_, day):
    client, slot = as_(cast.adviser), slots(day)[0]
    for _n in range(2):
        client.post(url("slot-block", slot))
    with pytest.raises(Taken):
        book(cast, slot)
    client.post(url("slot-unblock", slot))
    book(cast, slot)
    client.post(url("slot-block", slot))
    slot.refresh_from_db()
    assert not slot.blocked
    assert Entry.objects.filter(verb="conference.blocked").count() == 1


def test_staff_books_for_a_family_that_called_and_it_is_told(cast, as_, day):
    client, slot = as_(cast.adviser), slots(day)[2]
    key = f"{cast.child.pk}:h{cast.household.pk}"
    assert cast.mother.full_name in client.get(url("slot-book", slot)).text
    form = {"family": key, "submission": builders.new_key()}
    for _n in range(2):
        assert client.post(url("slot-book", slot), form).status_code == 302
    booking = Booking.objects.get()
    assert (booking.booked_by, booking.student) == (cast.adviser, cast.child)
    assert told(booking, "conference.slot") == {cast.mother}
    again = client.post(
        url("slot-book", slot),
        {
            "family": f"{cast.classmate.pk}:p{cast.other_mother.pk}",
            "submission": builders.new_key(),
        },
    )
    assert again.status_code == 422
    assert "not free any more" in again.text
    client.post(url("slot-clear", slot))
    assert not Booking.objects.live().exists()


@pytest.mark.parametrize("family", ["", "x", "\0"])
def test_staff_books_for_no_family_that_is_not_on_the_list(cast, as_, day, family):
    form = {"family": family, "submission": builders.new_key()}
    answer = as_(cast.adviser).post(url("slot-book", slots(day)[0]), form)
    assert answer.status_code == 422
    assert not Booking.objects.exists()


def test_called_off_all_times_end_and_those_who_were_invited_are_told(cast, as_, day):
    book(cast, slots(day)[0])
    told(day, "conference.invited")
    for _n in range(2):
        as_(cast.adviser).post(url("conference-call-off", day))
    assert told(day, "conference.called_off") == {cast.mother, cast.other_mother}
    assert not Booking.objects.live().exists()
    with pytest.raises(Taken):
        book(cast, slots(day)[0], as_staff=True)
    make_day(cast, name="Another one")  # the teachers are free again
    page = as_(cast.mother).get(url("conference-family", day)).text
    assert "called off" in page


@pytest.mark.parametrize("change", [{"slot"}, {"host", "span"}, {"student", "span"}])
def test_the_database_itself_refuses_two_at_once(cast, change):
    day = make_day(cast, cast.adviser, cast.other_teacher)
    booking = book(cast, slots(day, cast.adviser)[0])
    other = slots(day, cast.other_teacher)[3]
    values = {
        "slot": other, "conference": day, "host": cast.other_teacher, "span": other.span, "student": cast.classmate,
        "person": cast.other_mother, "booked_by": cast.other_mother,
    } | {name: getattr(booking, name) for name in change}  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        Booking.objects.create(**values)


@pytest.mark.parametrize(
    ("who", "count"),
    [
        ("mother", 1), ("other_mother", 0), ("father", 0), ("adviser", 1), ("counselor", 1),
        ("other_counselor", 0), ("other_teacher", 1), ("principal", 1), ("other_school_admin", 0),
        ("volunteer", 0), ("deactivated", 0),
    ],
)  # fmt: skip
def test_a_booked_time_is_known_to_its_home_and_to_who_works_with_it(cast, who, count):
    day = make_day(cast, cast.other_teacher)
    book(cast, slots(day)[0])
    assert Booking.objects.visible_to(getattr(cast, who)).count() == count


# --- cost -----------------------------------------------------------------------------------------------------


def count(client, address):
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


@pytest.mark.parametrize(("who", "name", "most"), [
    ("mother", "conference-family", 14), ("principal", "conference-detail", 15),
    ("principal", "conference-print", 15),
])  # fmt: skip
def test_it_asks_as_often_for_twenty_as_for_one(cast, as_, who, name, most):
    day = make_day(cast, ends=dt.time(16, 30))
    book(cast, slots(day)[0], cast.classmate, Home(person=cast.other_mother.pk), cast.other_mother)
    client, address = as_(getattr(cast, who)), url(name, day)
    client.get(address)
    one = count(client, address)
    day = make_day(cast, cast.counselor, cast.other_teacher, begins=dt.time(8), ends=dt.time(13))
    for n, slot in enumerate(slots(day)[:20]):
        child = builders.make_student(cast.school_class, f"Child {n}")
        adult = builders.make_guardian(child, f"Adult {n}")
        Booking.objects.take(slot, child, Home(person=adult.pk), by=adult)
    address = url(name, day)
    assert count(client, address) == one <= most


def test_the_list_asks_as_often_for_twenty_as_for_one(cast, as_, day):
    client, address = as_(cast.adviser), reverse("visits:conference-list")
    client.get(address)
    one = count(client, address)
    for n in range(19):
        make_day(cast, days=20 + n, invite=False)
    assert count(client, address) == one <= 15
