"""Threads for tests: the counselor and a parent about the cast's child."""

from messaging.models import Thread


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
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            "UPDATE messaging_message SET written_at = written_at - interval '2 minutes',"
            " leaves_at = leaves_at - interval '2 minutes'"
            " WHERE thread_id = %s AND taken_back_at IS NULL",
            [str(thread.pk)],
        )
        cursor.execute("SET LOCAL session_replication_role = origin")
