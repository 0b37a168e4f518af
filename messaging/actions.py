"""Verbs that belong to no single thread: what stays, moves and ends when people and children go."""

from django.utils import timezone
from django.utils.translation import ngettext

from homeschool.people.actions import merging
from homeschool.people.models.leaving import Held, on_leaving

from .models import Draft, Seat, Thread

NAMES = ("threads", "messages")
# Who wrote something keeps the name under which it was written.
HISTORY = (
    "messaging.Thread.opened_by", "messaging.Thread.closed_by", "messaging.Message.author",
    "messaging.Remark.author", "messaging.Translation.by", "messaging.Translation.checked_by",
    "messaging.Unclear.person", "messaging.Unclear.helper", "messaging.Away.person",
    "messaging.Away.substitute", "messaging.Announcement.made_by", "messaging.Wording.by",
    "messaging.Wording.checked_by", "messaging.SavedList.made_by",
)  # fmt: skip


def move_seats(done):
    """Let the kept account take part where the closed one did; where both did, once."""
    twice = Seat.objects.live().filter(person=done.keep).values("thread")
    gone = Seat.objects.live().filter(person=done.gone)
    gone.filter(thread__in=list(twice.values_list("thread", flat=True))).update(
        left_at=timezone.now()
    )
    gone.update(person=done.keep)


def move_drafts(done):
    """Let the kept account go on with what the closed one had typed, where it typed nothing itself."""
    for draft in Draft.objects.filter(person=done.gone):
        place = {"person": done.keep, "thread": draft.thread_id, "student": draft.student_id}
        if not Draft.objects.filter(**place).exists():
            draft.person = done.keep
            draft.save(update_fields=["person"])


def told(students):
    """Say how many open threads are closed when these children (ids) leave."""
    threads = Thread.objects.open().filter(student__in=students).count()
    if threads:
        words = ngettext(
            "%(n)d conversation is closed.", "%(n)d conversations are closed.", threads
        )
        yield words % {"n": threads}


def close(students, by):
    """Close the threads about children (ids) that leave."""
    for thread in Thread.objects.open().filter(student__in=students).order_by("pk"):
        thread.close(by=by)


def unfinished(students):
    """A thread is never in the middle of a sentence."""
    return False


def register():
    """Tell the rooms below what this one keeps of people and children."""
    for field in HISTORY:
        merging.moves(field, merging.STAYS)
    merging.moves("messaging.Seat.person", move_seats)
    merging.moves("messaging.Draft.person", move_drafts)
    on_leaving(Held(NAMES, told, close, unfinished))
