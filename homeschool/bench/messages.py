"""What the measured school writes and tells: a conversation for every second child (10,000 at scale 10) in all
of which the leader takes part, one of 1,000 messages and one of 100, announcements that 5,000 and 500 people
were told, and one that waits for 20,000."""

import datetime as dt
import time
from statistics import median

from django.db import connection
from django.test.utils import CaptureQueriesContext

from homeschool.bench.data import A_BLOCK, ADULTS_OF_A_BLOCK, adults_of, uid
from homeschool.bench.harness import Rounds
from homeschool.journal.models import Delivery, Notice, Receipt
from messaging.models import Announcement, Message, SavedList, Seat, Thread, Told, Wording
from messaging.models.announcing import ANNOUNCED
from messaging.models.message import WRITTEN

EVERY, A_THREAD = 2, 4  # a thread for each second child, of so many messages
UNREAD = 40  # every so many threads the leader has not read the newest message
LONG, SHORT = 1000, 100
MANY, FEW, WAITING = 5_000, 500, 20_000  # people who are told
PREVIEW_MS = 500
BEGAN = 120  # days ago, the first thread


def make_messages(world):
    """Write the threads with their messages, and the announcements."""
    rows = [_thread(world, n) for n in range(0, world.students, EVERY)]
    rows += [_thread(world, 0, "long", LONG), _thread(world, 1, "short", SHORT)]
    world._copy(Thread, (row["thread"] for row in rows))
    world._copy(Seat, (seat for row in rows for seat in row["seats"]))
    messages = [message for row in rows for message in row["messages"]]
    world._copy(Message, messages)
    newest = [(row["messages"][-1], n % UNREAD == 0) for n, row in enumerate(rows)]
    _tell(world, WRITTEN, Message, [(row["id"], row["leaves_at"]) for row, _new in newest])
    keys = _notices(world, WRITTEN)
    world._copy(Receipt, (
        {
            "notice_id": keys[str(row["id"])], "person_id": uid("leader", 0), "why": "membership",
            "language": "en", "created_at": row["leaves_at"],
            "read_at": None if is_new else row["leaves_at"],
        }
        for row, is_new in newest
    ))  # fmt: skip
    _make_announcements(world)


def _thread(world, n, name="thread", messages=A_THREAD):
    """Return the rows of a thread about child `n`: its family's first guardian, its counselor, the leader."""
    key, mother = uid(name, n), uid("adult", adults_of(n)[0])
    counselor = world.counselor_of(n)
    began = world._ago(BEGAN - n * (BEGAN - 2) // world.students, 8) + dt.timedelta(minutes=n % 240)
    step = dt.timedelta(minutes=30 if messages == A_THREAD else 3)
    said = [began + step * at for at in range(messages)]
    return {
        "thread": {
            "id": key, "school_id": world.school, "student_id": uid("student", n),
            "opened_by_id": counselor, "opened_at": began, "last_at": said[-1],
        },
        "seats": [
            {"thread_id": key, "person_id": person, "side": side, "since": began}
            for person, side in ((mother, "home"), (counselor, "school"), (uid("leader", 0), "school"))
        ],
        "messages": [
            {
                "id": uid(name, n, at), "thread_id": key, "side": ("school", "home")[at % 2],
                "author_id": (counselor, mother)[at % 2], "written_at": moment, "leaves_at": moment,
                "text": f"We will read the third chapter together, and speak again on Friday. {at}",
                "language": ("en", "zh-hans")[at % 2],
            }
            for at, moment in enumerate(said)
        ],
    }  # fmt: skip


def _tell(world, kind, model, about):
    world._copy(Notice, (
        {
            "school_id": world.school, "kind": kind, "about_type": model._meta.label_lower,
            "about_id": str(key), "dedupe_key": str(key), "created_at": at, "next_at": at,
            "expanded_at": at,
        }
        for key, at in about
    ))  # fmt: skip


def _notices(world, kind):
    return dict(Notice.objects.using(world.using).filter(kind=kind).values_list("about_id", "pk"))


# --- announcements -----------------------------------------------------------------------------------
def children_of(world, people):
    """Return the numbers of the children who have so many guardians together, as far as there are any."""
    return range(min(people * A_BLOCK // ADULTS_OF_A_BLOCK, world.students))


def _make_announcements(world):
    sent = {"many": MANY, "few": FEW}
    world._copy(Announcement, (
        {
            "id": uid("announcement", name), "school_id": world.school, "audience": "school",
            "key": str(world.school), "called": "Bench School", "level": "tap", "state": "sent",
            "sent_at": world._ago(3), "made_by_id": uid("leader", 0), "made_at": world._ago(3),
        }
        for name in sent
    ))  # fmt: skip
    world._copy(SavedList, [{
        "id": uid("list"), "school_id": world.school, "name": "Everybody who waits",
        "made_by_id": uid("leader", 0),
    }])  # fmt: skip
    world._copy(SavedList.students.through, (
        {"savedlist_id": uid("list"), "student_id": uid("student", n)}
        for n in children_of(world, WAITING)
    ))  # fmt: skip
    world._copy(Announcement, [{
        "id": uid("announcement", "waits"), "school_id": world.school, "audience": "saved_list",
        "key": str(uid("list")), "called": "Everybody who waits", "level": "sign",
        "made_by_id": uid("leader", 0), "made_at": world._ago(1),
    }])  # fmt: skip
    world._copy(Wording, (
        {
            "announcement_id": uid("announcement", name), "language": "en", "title": "Spring outing",
            "text": "We go to the river on Friday.", "by_id": uid("leader", 0),
        }
        for name in ("many", "few", "waits")
    ))  # fmt: skip
    _tell(
        world,
        ANNOUNCED,
        Announcement,
        [(uid("announcement", name), world._ago(3)) for name in sent],
    )
    keys = _notices(world, ANNOUNCED)
    for name, people in sent.items():
        children = children_of(world, people)
        world._copy(Told, (
            {"announcement_id": uid("announcement", name), "student_id": uid("student", n)}
            for n in children
        ))  # fmt: skip
        adults = sorted({adult for n in children for adult in adults_of(n)})
        world._copy(
            Receipt, (_copy_of(world, keys[str(uid("announcement", name))], n) for n in adults)
        )
    world._copy(Delivery, (_letter(world, key, n) for n, key in enumerate(_receipts(world, keys))))


def _copy_of(world, notice, n):
    at = world._ago(2, hour=8 + n % 10)
    return {
        "notice_id": notice, "person_id": uid("adult", n), "why": "guardianship",
        "language": ("zh-hans", "en", "es")[n % 3], "created_at": world._ago(3),
        "read_at": at if n % 3 else None, "acknowledged_at": at if n % 4 == 1 and n % 3 else None,
    }  # fmt: skip


def _receipts(world, keys):
    rows = Receipt.objects.using(world.using).filter(notice__in=keys.values())
    return list(rows.order_by("pk").values_list("pk", flat=True))


def _letter(world, receipt, n):
    sent = n % 10 > 0
    return {
        "receipt_id": receipt, "channel": "email", "address": f"adult{n}@bench.example",
        "state": "sent" if sent else "failed", "sent_at": world._ago(3) if sent else None,
        "key": uid("letter", receipt), "expires_at": world._ago(-11),
    }  # fmt: skip


# --- what is measured --------------------------------------------------------------------------------
def preview(stage):
    """Measure in milliseconds how long it takes to say whom an announcement would reach, how and in which
    language, for its writer."""
    from homeschool.people.models import User
    from messaging.reading.announcements import Preview

    def once():
        row = Announcement.objects.select_related("school").get(pk=uid("announcement", "waits"))
        row.made_by = User.objects.get(pk=uid("leader", 0))
        began = time.perf_counter()
        found = Preview(row)
        people, _rest = found.counts.people, (found.ways, found.languages, found.without_anybody)
        return (time.perf_counter() - began) * 1000, people

    times = [once() for _round in range(1 + stage.rounds)]
    notes = [f"{times[0][1]:,} people; the first time {times[0][0]:.0f} ms"]
    return Rounds([(ms, None) for ms, _people in times[1:]], unit="ms", notes=notes)


def poll(stage):
    """Count the queries of the question whether anything is new in the conversation of 1,000 messages, for
    the leader; an index alone must answer what it asks of messages."""
    from django.utils import timezone

    from homeschool.people import sight
    from homeschool.people.models import User
    from messaging.reading.threads import anything_new

    leader = User.objects.get(pk=uid("leader", 0))
    sight.remember(leader)
    sight.reach_of(leader)
    with CaptureQueriesContext(connection) as seen:
        anything_new(leader, uid("long", 0), timezone.now())
    took = []
    for _round in range(stage.rounds):
        began = time.perf_counter()
        anything_new(leader, uid("long", 0), timezone.now())
        took.append((time.perf_counter() - began) * 1000)
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {seen[0]['sql']}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    by_index = (
        "Index Only Scan using messages_as_they_leave" in plan
        and "Seq Scan on messaging_message" not in plan
    )
    return Rounds(
        [(len(seen), None)], unit="queries", also="by an index alone", holds=by_index,
        notes=[f"{median(took):.2f} ms", *([] if by_index else [plan])],
    )  # fmt: skip
