"""Materials of a meeting: added by who keeps it, taken home by its families, named in the minutes."""

import io

import pytest
from django.core import mail
from django.urls import reverse
from pypdf import PdfReader

from homeschool.journal.models import Entry
from homeschool.uploads import checked
from tests import builders
from visits.models import Material
from visits.models.material import MOST, Enough
from visits.reading.meeting_telling import words_of_minutes

from .gathering import be_its_day, letter, plan_meeting
from .pictures import CANARY, full_of_tricks, halves, paper, upload

GONE, NO, WRONG = 404, 403, 422


@pytest.fixture(scope="module")
def made():
    return checked(upload(paper(full_of_tricks)))


@pytest.fixture
def meeting(cast):
    return plan_meeting(cast)


@pytest.fixture
def material(cast, meeting, made):
    return Material.objects.add(meeting, made, by=cast.adviser, title="The way in winter")


def url(name, row):
    return reverse(f"visits:material-{name}", args=[row.pk])


def test_it_keeps_a_paper_without_its_author_and_scripts(cast, meeting, as_):
    file = upload(paper(full_of_tricks, Author=CANARY), "Plan von Frau Müller.pdf")
    answer = as_(cast.adviser).post(url("add", meeting), {"title": "The way", "file": file})
    assert answer.status_code == 302
    row = Material.objects.defer(None).get()
    assert (row.title, row.kind, row.by) == ("The way", "pdf", cast.adviser)
    assert CANARY.encode() not in bytes(row.content)
    assert PdfReader(io.BytesIO(bytes(row.content))).pages
    entry = Entry.objects.get(verb="material.added")
    assert (entry.actor, entry.data) == (cast.adviser, {"material": str(row.pk)})


def test_it_keeps_a_picture(cast, meeting, as_):
    as_(cast.adviser).post(url("add", meeting), {"title": "A map", "file": upload(halves("PNG"))})
    assert Material.objects.get().kind == "jpeg"


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"title": ""}, "Please fill this in"),
        ({"title": "A\0B"}, "cannot be kept"),
        ({"file": None}, "Please choose a file"),
        ({"file": b"MZ\x90\0"}, "Please choose a PDF"),
        ({"file": b""}, "empty"),
        ({"file": paper()[:-300]}, "cannot be read to its end"),
    ],
)
def test_it_says_beside_the_field_what_is_wrong(cast, meeting, as_, sent, words):
    data = {"title": "The way", "file": paper()} | sent
    data["file"] = upload(data["file"], "a.pdf") if data["file"] is not None else ""
    answer = as_(cast.adviser).post(url("add", meeting), data)
    assert answer.status_code == WRONG
    assert words in answer.content.decode()
    assert not Material.objects.exists()


def test_it_takes_ten_files_and_says_so_at_the_next(cast, meeting, made, as_):
    for n in range(MOST):
        Material.objects.add(meeting, made, by=cast.adviser, title=str(n))
    with pytest.raises(Enough):
        Material.objects.add(meeting, made, by=cast.adviser, title="one more")
    client = as_(cast.adviser)
    answer = client.post(url("add", meeting), {"title": "More", "file": upload(halves())})
    assert "10 files at most" in answer.content.decode()
    page = client.get(meeting.get_absolute_url()).content.decode()
    assert url("add", meeting) not in page


@pytest.mark.parametrize("who", ["mother", "other_mother", "adviser", "principal", "school_admin"])
def test_it_is_taken_home_by_families_and_staff(cast, material, as_, who):
    answer = as_(getattr(cast, who)).get(url("file", material))
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith('attachment; filename="material-')
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "private, no-store"
    assert Entry.objects.filter(verb="material.saved", actor=getattr(cast, who)).exists()


@pytest.mark.parametrize("who", ["father", "parent", "other_school_admin", "volunteer"])
def test_it_is_not_there_for_others(cast, material, as_, who):
    assert as_(getattr(cast, who)).get(url("file", material)).status_code == GONE


def test_it_is_not_there_for_families_that_were_not_invited(cast, made, as_):
    meeting = plan_meeting(cast, invite=False)
    material = Material.objects.add(meeting, made, by=cast.adviser, title="Not yet")
    assert as_(cast.mother).get(url("file", material)).status_code == GONE


def test_it_is_added_and_removed_only_by_who_keeps_the_meeting(cast, meeting, material, as_):
    for person in (cast.other_teacher, cast.mother):
        client = as_(person)
        assert client.post(url("remove", material)).status_code == NO
    assert as_(cast.other_teacher).get(url("add", meeting)).status_code == NO
    assert as_(cast.mother).get(url("add", meeting)).status_code == GONE
    assert Material.objects.kept().exists()


def test_it_is_erased_when_it_is_removed(cast, meeting, material, as_):
    as_(cast.adviser).post(url("remove", material))
    row = Material.objects.defer(None).get()
    assert (row.content, row.size, row.sha256, row.removed_by) == (None, 0, "", cast.adviser)
    assert Entry.objects.get(verb="material.removed").actor == cast.adviser
    assert as_(cast.mother).get(url("file", material)).status_code == GONE
    page = as_(cast.mother).get(reverse("visits:meeting-family", args=[meeting.pk]))
    assert "The way in winter" not in page.content.decode()


def test_it_stands_on_the_pages_of_the_meeting(cast, meeting, material, as_):
    family = as_(cast.mother).get(reverse("visits:meeting-family", args=[meeting.pk]))
    staff = as_(cast.adviser).get(meeting.get_absolute_url())
    for page in (family, staff):
        assert "The way in winter" in page.content.decode()
        assert url("file", material) in page.content.decode()
    assert url("remove", material) in staff.content.decode()
    assert url("remove", material) not in family.content.decode()


def test_it_asks_for_no_bytes_on_a_page_however_many_files_there_are(
    cast, meeting, material, made, as_
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def asked():
        client = as_(cast.mother)
        with CaptureQueriesContext(connection) as seen:
            client.get(reverse("visits:meeting-family", args=[meeting.pk]))
        assert not [q for q in seen if '"visits_material"."content",' in q["sql"]]
        return len(seen)

    one = asked()
    for n in range(MOST - 1):
        Material.objects.add(meeting, made, by=cast.adviser, title=f"File {n}")
    assert asked() == one


def test_it_is_named_in_the_minutes_with_the_way_to_it_and_not_attached(
    cast, meeting, material, as_
):
    from homeschool.journal.models import Notice

    be_its_day(meeting)
    meeting.publish_minutes("We talked.", by=cast.adviser)
    notice = Notice.objects.about(meeting).get(kind="meeting.minutes")
    told = words_of_minutes(notice, cast.mother)
    assert told["files"] == ["The way in winter"]
    assert told["files_link"].endswith(reverse("visits:meeting-family", args=[meeting.pk]))
    page = as_(cast.mother).get(
        reverse("journal:letter", args=[letter(meeting, cast.mother, "meeting.minutes")])
    )
    assert "The way in winter" in page.content.decode()
    assert not mail.outbox


def test_it_keeps_to_the_school(cast, material):
    elsewhere = builders.make_staff(cast.other_school, "counselor")
    assert not Material.objects.visible_to(elsewhere).exists()
