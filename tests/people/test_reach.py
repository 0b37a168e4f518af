"""“How we reach you”: each address at its own pace, quiet hours, and what nobody can switch off."""

import datetime as dt

import pytest
from django.utils import timezone

from homeschool.journal import kinds
from homeschool.journal.models import Entry
from homeschool.people.models import Address, User

pytestmark = pytest.mark.django_db
REACH = "/me/reach/"


@pytest.fixture(autouse=True)
def _english(cast):
    User.objects.filter(pk=cast.mother.pk).update(language="en")


@pytest.fixture
def address(cast):
    return Address.objects.get(user=cast.mother, channel="email")


def send(client, address, **more):
    """Send the form as the page does."""
    data = {f"pace_{address.pk.hex}": address.pace, "quiet": "school"} | more
    return client.post(REACH, {k: v for k, v in data.items() if v is not None})


def person(cast):
    return User.objects.get(pk=cast.mother.pk)


@pytest.mark.parametrize("pace", ["instant", "digest", "off"])
def test_it_keeps_the_pace_of_an_address(cast, as_, address, pace):
    answer = send(as_(cast.mother), address, **{f"pace_{address.pk.hex}": pace})
    assert answer.url == REACH
    address.refresh_from_db()
    assert address.pace == pace
    entries = Entry.objects.filter(verb="address.pace_changed", actor=cast.mother)
    assert entries.count() == (pace != "digest")


@pytest.mark.parametrize(
    ("chosen", "kept"),
    [
        ({"quiet": "own", "quiet_from": "22:00", "quiet_until": "06:30"}, (22, 6)),
        ({"quiet": "none"}, (0, 0)),
        ({"quiet": "school", "quiet_from": "22:00", "quiet_until": "06:30"}, None),
    ],
)
def test_it_keeps_quiet_hours(cast, as_, address, chosen, kept):
    User.objects.filter(pk=cast.mother.pk).update(quiet_from="01:00", quiet_until="02:00")
    send(as_(cast.mother), address, **chosen)
    mother = person(cast)
    if kept is None:
        assert (mother.quiet_from, mother.quiet_until) == (None, None)
    else:
        assert (mother.quiet_from.hour, mother.quiet_until.hour) == kept
    assert Entry.objects.filter(verb="person.quiet_changed").count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"quiet": "own"},
        {"quiet": "own", "quiet_from": "22:00"},
        {"quiet": "own", "quiet_from": "22:00", "quiet_until": "22:00"},
        {"quiet": "own", "quiet_from": "25:00", "quiet_until": "06:00"},
        {"quiet": "own", "quiet_from": "\0", "quiet_until": "06:00"},
        {"quiet": "never"},
        {"quiet": None},
    ],
)
def test_it_says_what_is_wrong_and_changes_nothing(cast, as_, address, wrong):
    answer = send(as_(cast.mother), address, **wrong)
    assert answer.status_code == 200
    assert "<title>Error:" in answer.text
    assert person(cast).quiet_from is None


def test_it_takes_no_pace_that_there_is_not(cast, as_, address):
    answer = send(as_(cast.mother), address, **{f"pace_{address.pk.hex}": "hourly"})
    assert answer.status_code == 200
    address.refresh_from_db()
    assert address.pace == "digest"


def test_it_changes_no_address_of_somebody_else(cast, as_, address):
    hers = Address.objects.get(user=cast.other_mother, channel="email")
    send(as_(cast.mother), address, **{f"pace_{hers.pk.hex}": "off"})
    hers.refresh_from_db()
    assert hers.pace == "digest"


def test_it_is_kept_once_when_it_is_sent_twice(cast, as_, address):
    client, key = as_(cast.mother), "7a1ad0b4-1111-4222-8333-444455556666"
    for quiet in ("none", "school"):
        send(client, address, quiet=quiet, submission=key)
    assert person(cast).quiet_from == dt.time()


def test_it_says_what_the_school_s_hours_are(cast, as_):
    cast.school.quiet_from, cast.school.quiet_until = dt.time(21), dt.time(7, 30)
    cast.school.save()
    assert "As the school keeps them: from 21:00 to 07:30" in as_(cast.mother).get(REACH).text


def test_it_says_what_always_arrives_and_why(cast, as_):
    text = as_(cast.mother).get(REACH).text
    assert "A visit is called off" in text
    assert "Somebody would stand before a closed door." in text
    assert "Visitors who are not back" not in text  # for staff
    assert "Visitors who are not back" in as_(cast.principal).get(REACH).text


def test_it_writes_again_to_an_address_that_was_stopped(cast, as_, address):
    Address.objects.filter(pk=address.pk).update(opted_out_at=timezone.now())
    client = as_(cast.mother)
    assert "You asked us to write no more" in client.get(REACH).text
    assert client.get(f"{REACH}{address.pk}/again/").status_code == 405
    assert client.post(f"{REACH}{address.pk}/again/").url == REACH
    address.refresh_from_db()
    assert address.opted_out_at is None
    assert Entry.objects.get(verb="address.opted_in").actor == cast.mother
    client.post(f"{REACH}{address.pk}/again/")
    assert Entry.objects.filter(verb="address.opted_in").count() == 1


def test_it_says_so_where_letters_came_back(cast, as_, address):
    Address.objects.filter(pk=address.pk).update(failed_at=timezone.now())
    assert "came back" in as_(cast.mother).get(REACH).text


def test_it_is_there_for_who_has_no_address(cast, as_):
    Address.objects.filter(user=cast.mother).delete()
    client = as_(cast.mother)
    assert "no e-mail address" in client.get(REACH).text
    assert client.post(REACH, {"quiet": "none"}).url == REACH


def test_one_s_own_page_leads_there(cast, as_):
    assert REACH in as_(cast.mother).get("/me/").text


def test_every_kind_is_in_the_table_of_the_docs(settings):
    """docs/letters.md says of each kind how urgent it is, and whether it can be switched off."""
    page = (settings.BASE_DIR / "docs" / "letters.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1].strip(" `") for line in page.splitlines() if line.startswith("| `")]
    ours = [kind.name for kind in kinds.registered() if not kind.name.startswith("live.")]
    assert sorted(rows) == sorted(ours)


def test_the_table_of_the_docs_is_true(settings):
    page = (settings.BASE_DIR / "docs" / "letters.md").read_text(encoding="utf-8")
    for line in page.splitlines():
        if line.startswith("| `"):
            name, _whom, urgency, must, _why = (cell.strip(" `") for cell in line.split("|")[1:-1])
            kind = kinds.get(name)
            if not callable(kind.urgency):
                assert urgency == kind.urgency, name
            assert (must == "always") == bool(kind.must_arrive), name
