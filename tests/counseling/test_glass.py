"""Breaking the glass: for leaders, with a reason, four hours, told at once, listed, and each reading noted."""

import datetime as dt

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.db.utils import InternalError
from django.utils import timezone

from counseling.models.glass import Glass, NoReason
from counseling.models.note import Note
from homeschool.journal.actions import expand
from homeschool.journal.actions.weekly import Week, lines_of
from homeschool.journal.models import Entry, Notice, Receipt
from homeschool.people import sight
from tests import builders

from .test_notes import SECRET, signed, write

pytestmark = pytest.mark.django_db

REASON = "Her mother called: she is gone"


def test_it_opens_all_notes_of_the_child_for_four_hours_and_tells(cast, as_):
    other_leader = builders.make_staff(cast.school, sight.LEADER, "Lena Leader")
    note = signed(cast, supervisor=cast.other_counselor)
    draft, other = write(cast), signed(cast, student=cast.classmate)
    client, base = as_(cast.principal), f"/plans/notes/of/{cast.child.pk}/"
    assert client.get(note.get_absolute_url()).status_code == 404
    assert client.get(base).status_code == 404
    short = client.post(f"{base}open/", {"reason": "x 1234567890"})
    assert short.status_code == 422
    assert "Please say why" in short.text
    assert client.post(f"{base}open/", {"reason": REASON}).url == base
    glass = Glass.objects.get()
    assert glass.until - glass.at == dt.timedelta(hours=4)
    # told at once: whose note it is, the supervisor, the other leader; not who did it, nobody else
    notice = Notice.objects.get(kind="note.opened")
    assert notice.student is None
    expand([notice.pk])
    told = set(Receipt.objects.filter(notice=notice).values_list("person", flat=True))
    assert told == {cast.counselor.pk, cast.other_counselor.pk, other_leader.pk}
    # open: all of this child's, and no other's
    assert "2 notes" in client.get(base).text
    for row in (note, draft):
        page = client.get(row.get_absolute_url())
        assert SECRET in page.text
        assert "That you read it is written down" in page.text
        assert client.post(f"{row.get_absolute_url()}add/", {"text": "x"}).status_code == 403
        seen = Entry.objects.about(row).get()
        assert (seen.verb, seen.actor, seen.student) == ("note.viewed", cast.principal, None)
        assert seen.data["glass"] == str(glass.pk)
    assert client.get(other.get_absolute_url()).status_code == 404
    assert client.get(f"{base}open/").url == base  # broken once
    # listed, with the reason
    page = as_(other_leader).get("/plans/notes/opened/").text
    assert REASON in page
    assert "2 notes read" in page
    assert "a note was opened" in as_(cast.counselor).get(glass.get_absolute_url()).text
    for stranger in (cast.adviser, cast.mother, cast.school_admin):
        assert as_(stranger).get(glass.get_absolute_url()).status_code == 404
    # closed after four hours
    with pytest.MonkeyPatch.context() as patch:
        later = timezone.now() + dt.timedelta(hours=4, seconds=1)
        patch.setattr("django.utils.timezone.now", lambda: later)
        assert not Note.objects.visible_to(cast.principal).exists()


def test_its_letter_holds_no_child_no_reason_and_no_word(cast):
    signed(cast)
    Glass.objects.break_for(cast.child, REASON, by=cast.principal)
    notice = Notice.objects.get()
    expand([notice.pk])
    from homeschool.journal import kinds

    receipt = Receipt.objects.select_related("notice__school", "person").get(notice=notice)
    with kinds.speaking_to(receipt):
        context = kinds.context_of(receipt, link="", site_url="", stop_link="")
        forms = ("subject.txt", "txt", "html", "page.html")
        letter = "".join(kinds.words(receipt, form, context) for form in forms)
    assert "Ruth Adler" in letter
    for hidden in (SECRET, REASON, cast.child.full_name, cast.child.called):
        assert hidden not in letter
    assert not mail.outbox


def test_it_needs_a_reason_and_is_never_changed_or_prolonged(cast):
    with pytest.raises(NoReason):
        Glass.objects.break_for(cast.child, "!!!!!!!!!!!!", by=cast.principal)
    glass = Glass.objects.break_for(cast.child, "孩子今天没有来上学家里也没有人", by=cast.principal)
    assert Glass.objects.break_for(cast.child, REASON, by=cast.principal) == glass
    later = {"until": glass.until + dt.timedelta(hours=1)}
    for work in (
        lambda: Glass.objects.filter(pk=glass.pk).update(**later),
        Glass.objects.filter(pk=glass.pk).delete,
        lambda: Glass.objects.create(
            school=cast.school, student=cast.child, by=cast.principal, reason=REASON, **later
        ),
    ):
        with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
            work()


def test_a_leader_who_leads_the_child_no_more_reads_nothing(cast):
    note = signed(cast)
    Glass.objects.break_for(cast.child, REASON, by=cast.principal)
    assert note in Note.objects.visible_to(cast.principal)
    cast.principal.membership.end(by=cast.school_admin)
    assert not Note.objects.visible_to(cast.principal).exists()
    assert not Glass.objects.visible_to(cast.principal).exists()


def test_the_week_of_those_who_lead_counts_it(cast):
    monday = builders.today() + dt.timedelta(days=7 - builders.today().weekday())
    week = Week(cast.school, monday)
    names = [line["words"] for line in lines_of(cast.principal, week)]
    assert not [words for words in names if "confidential" in words]
    Glass.objects.break_for(cast.child, REASON, by=cast.principal)
    for person, told in ((cast.principal, 1), (cast.school_admin, 0)):
        words = [line["words"] for line in lines_of(person, week)]
        assert len([line for line in words if "confidential notes" in line]) == told
