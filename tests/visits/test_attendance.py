"""Who came to a meeting, noted on a phone, and what those read who missed it."""

import pytest
from django.urls import reverse
from django.utils import timezone

from homeschool.journal.models import Entry, Notice
from tests import builders
from visits.models import MeetingHome

from .gathering import be_its_day, expand, letter, plan_meeting, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def met(cast):
    """A meeting of the child's class that is today."""
    meeting = plan_meeting(cast)
    expand()
    return be_its_day(meeting)


def page(client, meeting, **query):
    return client.get(reverse("visits:meeting-attendance", args=[meeting.pk]), query)


def tap(client, meeting, home, presence="came"):
    url = reverse("visits:meeting-mark", args=[meeting.pk])
    return client.post(url, {"home": home, "presence": presence})


def rest(client, meeting, **sent):
    return client.post(reverse("visits:meeting-mark-rest", args=[meeting.pk]), sent)


def there(meeting):
    return sorted(meeting.homes.values_list("presence", flat=True))


def of(cast):
    return f"h{cast.household.pk}", f"p{cast.other_mother.pk}"


def test_it_lists_the_homes_by_child(cast, as_, met):
    text = page(as_(cast.adviser), met).text
    for words in (cast.child.full_name, "Mateo", cast.mother.full_name, "All 2 homes"):
        assert words in text
    assert cast.father.full_name not in text


def test_one_tap_notes_one_home_and_that_the_meeting_took_place(cast, as_, met):
    home, _other = of(cast)
    answer = tap(as_(cast.adviser), met, home)
    assert answer.url.endswith(f"#{home}")
    row = met.homes.get()
    assert (row.presence, row.marked_by, row.household) == ("came", cast.adviser, cast.household)
    met.refresh_from_db()
    assert met.held


def test_a_tap_sent_twice_is_one(cast, as_, met):
    for _n in range(3):
        tap(as_(cast.adviser), met, of(cast)[0])
    assert Entry.objects.filter(verb="meeting.marked").count() == 1
    assert met.homes.count() == 1


def test_who_did_not_come_does_not_make_it_a_meeting(cast, as_, met):
    tap(as_(cast.adviser), met, of(cast)[0], "absent")
    met.refresh_from_db()
    assert not met.held


def test_the_whole_class_is_noted_at_once_and_what_was_noted_stays(cast, as_, met):
    client = as_(cast.adviser)
    tap(client, met, of(cast)[1], "absent")
    for _n in range(2):
        rest(client, met)
    assert there(met) == ["absent", "came"]


def test_a_correction_keeps_what_stood_before(cast, as_, met):
    client, home = as_(cast.adviser), of(cast)[0]
    tap(client, met, home)
    assert "changed again" not in page(client, met).text
    tap(client, met, home, "later")
    text = page(client, met).text
    assert "Before: came, noted by Daniel Okafor" in text
    assert there(met) == ["later"]
    assert MeetingHome.events.rel.related_model.objects.filter(presence="came").count() == 1


@pytest.mark.parametrize("home", ["", "x", "h00000000-0000-4000-8000-000000000000", "\0"])
def test_a_home_that_is_not_on_the_list_is_not_noted(cast, as_, met, home):
    assert tap(as_(cast.adviser), met, home).status_code == 302
    assert not met.homes.exists()


def test_a_counselor_notes_only_the_families_in_sight(cast, as_, met):
    client = as_(cast.counselor)
    assert "Mateo" not in page(client, met).text
    tap(client, met, of(cast)[1])
    assert not met.homes.exists()
    rest(client, met)
    assert met.homes.get().household == cast.household


def test_nobody_came_before_its_day(cast, as_):
    meeting = plan_meeting(cast)
    client = as_(cast.adviser)
    assert "from the day of the meeting on" in page(client, meeting).text
    tap(client, meeting, of(cast)[0])
    assert not meeting.homes.exists()


def test_several_classes_are_noted_one_by_one(cast, as_):
    meeting = plan_meeting(cast, cast.school_class, cast.other_class, by=cast.principal)
    be_its_day(meeting)
    client = as_(cast.principal)
    first = page(client, meeting).text
    assert "Mateo" in first
    second = page(client, meeting, **{"class": str(cast.other_class.pk)}).text
    assert cast.sibling.full_name in second
    assert "Mateo" not in second
    rest(client, meeting, **{"class": str(cast.other_class.pk)})
    assert meeting.homes.get().household == cast.household


def test_a_child_without_a_family_written_down_is_named(cast, as_, met):
    builders.make_student(cast.school_class, "Lone Child")
    assert "No family is written down for: Lone Child." in page(as_(cast.adviser), met).text


# --- the minutes ------------------------------------------------------------------------------------------


def publish(client, meeting, text="We talked about ice.", language="en"):
    url = reverse("visits:meeting-minutes", args=[meeting.pk])
    return client.post(
        url, {"minutes": text, "language": language, "submission": builders.new_key()}
    )


def test_those_who_missed_it_read_first_what_they_missed(cast, as_, met):
    client = as_(cast.adviser)
    tap(client, met, of(cast)[0], "absent")
    tap(client, met, of(cast)[1])
    assert publish(client, met).status_code == 302
    later = Notice.objects.get(kind="meeting.minutes")
    assert Notice.objects.get(kind="meeting.missed").pk < later.pk
    assert later.next_at > timezone.now() + timezone.timedelta(minutes=5)
    assert told(met, "meeting.missed") == {cast.mother}
    assert told(met, "meeting.minutes") == {cast.other_mother}
    cast.mother.language = "en"
    cast.mother.save()
    from django.test import Client

    token = letter(met, cast.mother, "meeting.missed")
    text = Client().get(reverse("journal:letter", args=[token])).text
    assert "This is what you missed." in text
    assert "We talked about ice." in text


def test_a_correction_of_the_list_kills_no_letter(cast, as_, met):
    client = as_(cast.adviser)
    tap(client, met, of(cast)[0], "absent")
    publish(client, met)
    token = letter(met, cast.mother, "meeting.missed")
    tap(client, met, of(cast)[0], "came")
    from django.test import Client

    assert Client().get(reverse("journal:letter", args=[token])).status_code == 200


def test_minutes_are_told_once_and_mended_quietly(cast, as_, met):
    client = as_(cast.adviser)
    publish(client, met)
    publish(client, met, "We talked about ice and snow.")
    assert Notice.objects.filter(kind="meeting.minutes").count() == 1
    family = as_(cast.mother).get(reverse("visits:meeting-family", args=[met.pk])).text
    assert "ice and snow" in family


def test_families_do_not_read_minutes_before_they_are_published(cast, as_, met):
    text = as_(cast.mother).get(reverse("visits:meeting-family", args=[met.pk])).text
    assert "What we talked about" not in text


@pytest.mark.parametrize(("text", "words"), [("", "Please fill this in"), ("x" * 8001, "8,000")])
def test_it_says_what_is_wrong_with_the_minutes(cast, as_, met, text, words):
    answer = publish(as_(cast.adviser), met, text)
    assert answer.status_code == 422
    assert words in answer.text


def test_there_are_no_minutes_before_the_day(cast, as_):
    meeting = plan_meeting(cast)
    answer = publish(as_(cast.adviser), meeting)
    assert answer.status_code == 422
    assert "has not come yet" in answer.text
