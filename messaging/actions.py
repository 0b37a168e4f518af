"""Verbs that belong to no single thread: what stays, moves and ends when people and children go."""

from django.utils import timezone
from django.utils.translation import ngettext

from homeschool.journal.models import Notice
from homeschool.people.actions import merging
from homeschool.people.models.leaving import Held, on_leaving

from .models import Draft, NewsRead, ResourceRead, Seat, Suggestion, Telling, Thread, Unclear
from .models.message import MOST

NAMES = ("threads", "messages")
# Who wrote something keeps the name under which it was written.
HISTORY = (
    "messaging.Thread.opened_by", "messaging.Thread.closed_by", "messaging.Message.author",
    "messaging.Attachment.erased_by",
    "messaging.Remark.author", "messaging.Translation.by", "messaging.Translation.checked_by",
    "messaging.Unclear.helper", "messaging.Away.person",
    "messaging.Away.substitute", "messaging.Announcement.made_by", "messaging.Wording.by",
    "messaging.Wording.checked_by", "messaging.SavedList.made_by", "messaging.Template.made_by",
    "messaging.Telling.owner", "messaging.Telling.done_by", "messaging.OfficeHours.person",
    "messaging.Suggestion.answered_by", "messaging.FurtherWord.by",
    "messaging.News.made_by", "messaging.News.published_by", "messaging.NewsWords.by",
    "messaging.NewsPicture.by", "messaging.Resource.made_by", "messaging.Resource.published_by",
    "messaging.Resource.responsible", "messaging.ResourceWords.by",
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
    """Let the kept account go on with what the closed one had typed; where both had, with both."""
    for draft in Draft.objects.filter(person=done.gone):
        place = {"person": done.keep, "thread": draft.thread_id, "student": draft.student_id}
        mine = Draft.objects.filter(**place).first()
        if mine is None:
            draft.person = done.keep
            draft.save(update_fields=["person"])
            continue
        mine.text = f"{mine.text}\n\n{draft.text}"[:MOST]
        mine.save(update_fields=["text"])
        draft.delete()


def move_suggestions(done):
    """Let the kept account read what the closed one suggested, and be told of the answer."""
    Suggestion.objects.filter(by=done.gone).update(by=done.keep)


def move_unclear(done):
    """Let the kept account be helped with what the closed one did not understand; with one message once."""
    mine = Unclear.objects.filter(person=done.keep).values_list("message", flat=True)
    gone = Unclear.objects.filter(person=done.gone)
    for row in gone.filter(message__in=list(mine)):
        Notice.objects.about(row).cancel()
        row.delete()
    gone.update(person=done.keep)


def move_reads(model, about):
    """Return what lets the kept account have read what the closed one read; what both read, once."""

    def move(done):
        twice = model.objects.filter(person=done.keep).values_list(about, flat=True)
        gone = model.objects.filter(person=done.gone)
        gone.filter(**{f"{about}__in": list(twice)}).delete()
        gone.update(person=done.keep)

    return move


def move_tellings(done):
    """Let the kept account be told what the closed one was to be told; of both, its own stands."""
    mine = Telling.objects.filter(person=done.keep).values("announcement")
    gone = Telling.objects.filter(person=done.gone)
    gone.exclude(announcement__in=mine).update(person=done.keep)


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
    merging.moves("messaging.Telling.person", move_tellings)
    merging.moves("messaging.Unclear.person", move_unclear)
    merging.moves("messaging.NewsRead.person", move_reads(NewsRead, "news"))
    merging.moves("messaging.ResourceRead.person", move_reads(ResourceRead, "resource"))
    merging.moves("messaging.Suggestion.by", move_suggestions)
    on_leaving(Held(NAMES, told, close, unfinished))
