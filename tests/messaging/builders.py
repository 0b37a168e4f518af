"""Threads for tests: the counselor and a parent about the cast's child; announcements that have left."""

from django.utils import timezone

from homeschool.journal.models import Notice, Receipt
from messaging.models import Announcement, Thread, Told, Wording
from messaging.models.announcing import ANNOUNCED


def make_thread(cast, *, by=None, home=None, school=None, text="Hello", leaves=True, **message):
    """Return a thread about the cast's child; its first message has left unless `leaves` is false."""
    thread = Thread.objects.begin(
        cast.child, by=by or cast.counselor, home=home or [cast.mother],
        school=school or [cast.counselor], text=text, **message,
    )  # fmt: skip
    if leaves:
        let_leave(thread)
    return thread


def let_leave(thread):
    """Let the minute of all messages of the thread be over: the clock of the database is not ours."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            "UPDATE messaging_message SET written_at = written_at - interval '2 minutes',"
            " leaves_at = leaves_at - interval '2 minutes'"
            " WHERE thread_id = %s AND taken_back_at IS NULL",
            [str(thread.pk)],
        )
        cursor.execute("SET LOCAL session_replication_role = origin")


def let_wait(message):
    """Let a message leave tomorrow only: a stage that stands for minutes is longer than its minute."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            "UPDATE messaging_message SET leaves_at = leaves_at + interval '1 day' WHERE id = %s",
            [str(message.pk)],
        )
        cursor.execute("SET LOCAL session_replication_role = origin")
    return message


def make_announcement(
    cast, *, by=None, told=(), about=None, text="We go to the museum.", sent_at=None, **columns
):
    """Return an announcement of the cast's class that has left, about these children (else the cast's
    child), and was told to these people. `receipts` on it are theirs by person's key.
    """
    by = by or cast.adviser
    usual = {"school": cast.school, "audience": "class", "key": str(cast.school_class.pk)}
    row = Announcement.objects.create(made_by=by, **(usual | columns))
    Wording.objects.put(row, "en", "Trip", text, by=by)
    Announcement.objects.filter(pk=row.pk).update(state="sent", sent_at=sent_at or timezone.now())
    row.refresh_from_db()
    about = [cast.child] if about is None else about
    Told.objects.bulk_create(Told(announcement=row, student=child) for child in about)
    notice = Notice.post(ANNOUNCED, row, school=row.school, by=by)
    row.receipts = {
        person.pk: Receipt.objects.create(
            notice=notice, person=person, why="guardianship", language=person.language or "en"
        )
        for person in told
    }
    return row


def tell(message, *people):
    """Let these people be told of a message, as the relay would; returns their receipts."""
    notice = Notice.objects.about(message).get()
    return [
        Receipt.objects.create(notice=notice, person=person, why="guardianship", language="en")
        for person in people
    ]
