"""The letter about a message: for a family its words in the reader's language, the original beside them,
and the way to answer. Staff reads that somebody wrote, and all else behind its own sign-in. Of remarks no
letter knows anything."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from homeschool.journal import kinds
from homeschool.people import sight
from messaging.models import Message
from messaging.models.message import WRITTEN, readers
from messaging.models.thread import ITEM

from .translating import with_words, words_of


def _message(notice):
    rows = Message.objects.select_related(
        "author", "answers", "thread__student__school_class", "thread__student__school"
    )
    return with_words(rows).get(pk=notice.about_id)


def told(notice):
    """Return the rows of Sight of who is told: nobody any more, once it is taken back."""
    rows = Message.objects.kept().select_related("thread")
    message = rows.filter(pk=notice.about_id).first()
    return readers(message) if message else sight.Sight.objects.none()


def is_kept(notice):
    """Whether it was not taken back; before its minute is over nobody asks."""
    return Message.objects.kept().filter(pk=notice.about_id).exists()


def words_of_message(notice, user):
    """Return what the letter says to `user`."""
    message = _message(notice)
    page = f"{settings.SITE_URL}{message.thread.get_absolute_url()}"
    at_home = message.thread.seats.live().home().filter(person=user.pk)
    told_at_home = sight.receivers([message.thread.student_id], ITEM).filter(
        user__in=at_home.values("person")
    )
    if not told_at_home.exists():
        return {"for_staff": True, "thread_url": page}
    files = [file for file in message.attachments.all() if not file.is_erased]
    return {
        "written": message, "author": message.author, "child": message.thread.student.called,
        "words": words_of(message), "files": len(files),
        "thread_url": page,
    }  # fmt: skip


def register_threads():
    """Tell the journal of the letter about a message."""
    kinds.register(
        kinds.Kind(
            name=WRITTEN, label=_("A message in a conversation"), recipients=told,
            template="messaging/letters/message", context=words_of_message, alive=is_kept,
            asks="tap", again_when_uncertain=True,
        )
    )  # fmt: skip
