"""Announcements: whom they reach, when they leave, and what was signed."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from homeschool.journal.models import Notice, Receipt, audiences
from homeschool.people.models import SchoolClass, Student
from messaging.models import Announcement, Signature, Wording
from messaging.models.announcing import (
    ANNOUNCED,
    ChangedMeanwhile,
    NobodyToTell,
    NothingToSend,
    NotThatState,
)
from messaging.models.signing import WrongName
from tests import builders

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def audience(monkeypatch):
    """A class as an audience, as a room makes it known."""
    monkeypatch.setattr(audiences, "_audiences", {})
    audiences.register(
        audiences.Audience(
            name="class",
            label="a class",
            rows=lambda user: SchoolClass.objects.visible_to(user),
            children=lambda key: Student.objects.filter(school_class=key).values("pk"),
            called=lambda key: SchoolClass.objects.get(pk=key).name,
        )
    )


@pytest.fixture
def announcement(cast):
    return announce(cast)


def announce(cast, by=None, **columns):
    row = Announcement.objects.create(
        school=cast.school, audience="class", key=str(cast.school_class.pk),
        made_by=by or cast.adviser, **columns,
    )  # fmt: skip
    Wording.objects.put(row, "en", "Trip", "We go to the museum.", by=row.made_by)
    Wording.objects.put(row, "es", "Excursión", "Vamos al museo.", by=row.made_by)
    return row


def told(announcement, person):
    """Return the person's copy, as the relay would write it."""
    notice = Notice.objects.get(kind=ANNOUNCED, about_id=str(announcement.pk))
    return Receipt.objects.create(notice=notice, person=person, why="guardian", language="en")


def test_it_reaches_the_homes_of_the_children_whom_its_writer_may_reach(cast):
    lone = builders.make_student(cast.school_class, "Not on the caseload", number="P100")
    parent = builders.make_guardian(lone, "Parent of that child")
    mine = set(announce(cast).people().values_list("user", flat=True))
    assert {cast.mother.pk, parent.pk} <= mine
    assert cast.father.pk not in mine
    of_counselor = set(announce(cast, cast.counselor).people().values_list("user", flat=True))
    assert parent.pk not in of_counselor
    assert not announce(cast, cast.volunteer).people().exists()


def test_it_leaves_once(cast, announcement):
    announcement.send(by=cast.adviser)
    at = announcement.sent_at
    announcement.send(by=cast.adviser)
    assert announcement.sent_at == at
    assert Notice.objects.filter(kind=ANNOUNCED).count() == 1


def test_an_audience_that_emptied_is_not_sent_to(cast, announcement):
    elsewhere = builders.make_class(cast.school, "9z")
    Student.objects.filter(school_class=cast.school_class).update(school_class=elsewhere)
    with pytest.raises(NobodyToTell):
        announcement.send(by=cast.adviser)
    assert announcement.state == Announcement.State.DRAFT
    assert not Notice.objects.filter(kind=ANNOUNCED).exists()


def test_it_needs_words(cast, announcement):
    announcement.wordings.all().delete()
    with pytest.raises(NothingToSend):
        announcement.send(by=cast.adviser)


def test_it_waits_until_its_hour(cast, announcement):
    later = timezone.now() + dt.timedelta(hours=1)
    announcement.schedule(later, by=cast.adviser)
    assert not Announcement.objects.due().exists()
    assert Announcement.objects.due(later).get() == announcement
    announcement.call_off(by=cast.adviser)
    assert not Announcement.objects.due(later).exists()
    with pytest.raises(NotThatState):
        announcement.send(by=cast.adviser)


def test_to_let_it_leave_later_counts_as_a_change(cast, announcement):
    announcement.refresh_from_db()
    seen = announcement.version
    later = timezone.now() + dt.timedelta(hours=1)
    announcement.schedule(later, by=cast.adviser, version=seen)
    with pytest.raises(ChangedMeanwhile):
        announcement.schedule(later + dt.timedelta(days=1), by=cast.adviser, version=seen)
    announcement.schedule(later, by=cast.adviser, version=announcement.version)


def test_what_was_sent_never_changes(cast, announcement):
    announcement.send(by=cast.adviser)
    with pytest.raises(NotThatState):
        Wording.objects.put(announcement, "en", "Trip", "Something else", by=cast.adviser)
    for change in (
        lambda: announcement.wordings.filter(language="en").update(text="Something else"),
        lambda: announcement.wordings.all().delete(),
    ):
        with pytest.raises(IntegrityError, match="have been sent"), transaction.atomic():
            change()


def test_each_reads_it_in_the_own_language_or_as_it_was_written(announcement):
    assert announcement.words_for("es").title == "Excursión"
    assert announcement.words_for("zh-hans").title == "Trip"


def test_who_reads_it(cast, announcement):
    seen = Announcement.objects.visible_to
    for person in (cast.adviser, cast.principal, cast.school_admin):
        assert seen(person).exists()
    for person in (cast.counselor, cast.mother, cast.volunteer, cast.other_school_admin):
        assert not seen(person).exists()
    announcement.send(by=cast.adviser)
    told(announcement, cast.mother)
    assert seen(cast.mother).get() == announcement
    assert not seen(cast.other_mother).exists()


def test_a_signature_keeps_name_time_and_text(cast, announcement):
    announcement.send(by=cast.adviser)
    receipt = told(announcement, cast.mother)
    words = announcement.words_for("en")
    with pytest.raises(WrongName):
        Signature.objects.sign(receipt, words, "Somebody Else")
    first = Signature.objects.sign(receipt, words, f"  {cast.mother.full_name.upper()} ")
    again = Signature.objects.sign(receipt, words, cast.mother.full_name)
    assert first == again
    assert first.digest == words.digest
    receipt.refresh_from_db()
    assert receipt.signed == first.name
    assert receipt.acknowledged_at
    with pytest.raises(Exception, match="Cannot"), transaction.atomic():
        Signature.objects.filter(pk=first.pk).update(name="Somebody Else")
