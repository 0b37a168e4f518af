"""What became of the demo school's parent meetings, and a conference day that is partly booked.

Told once: whatever somebody tried out afterwards stays as it is.
"""

import datetime as dt

from django.db.models import Q
from django.utils import timezone

from homeschool.demo.visits import copy_of
from homeschool.journal import kinds
from homeschool.journal.actions import write_receipts
from homeschool.journal.models import Notice, Receipt
from homeschool.people.models import User
from visits.models import Booking, ConferenceDay, Meeting, MeetingHome
from visits.models.home import Home
from visits.reading.meeting import Guests

HELD, PLANNED = 0, 1  # the two of homeschool.demo.stories.MEETINGS
# What the homes of the meeting that was held had answered, and whether they came, in turns.
ANSWERED = ("yes", "yes", "yes", "no", "", "yes")
CAME = ("came", "came", "came", "absent", "later", "came", "absent")
MINUTES = (
    "每天读十分钟就够了，读错了也没关系。\n图画书每周五可以借回家。\n"
    "Ten minutes a day are enough. Mistakes are welcome.\nPicture books can be borrowed every Friday."
)
AGENDA = (
    "冬天几点出门，怎么走，谁和谁一起走。\nWhen to leave home, which way, and who walks with whom."
)
MATERIALS = "冬天上学路 · Winter on the way to school: https://example.org/winter"
TALKS = "Autumn talks · 秋季家长谈话 · Charlas de otoño"


def load(world):
    """Make `world.meeting` (to come), `world.met` (held) and `world.talks`, the conference day."""
    world.met, world.meeting = (
        Meeting.objects.filter(pk=world.id("meeting", n)).first() for n in (HELD, PLANNED)
    )
    key = world.id("conference", "autumn")
    world.talks = ConferenceDay.objects.filter(pk=key).first()
    if world.talks is None and world.met and world.meeting:
        _remember(world, world.met)
        _invite(world, world.meeting)
        world.talks = _open(world, key)
        _be_told(world)
        world.made += 1


def _be_told(world):
    """Let the families have read of it in the portal: nobody gets a letter from the demo's past."""
    ours = Q(kind__startswith="meeting.") | Q(kind__startswith="conference.")
    waiting = Notice.objects.filter(ours, school=world.school, expanded_at=None)
    for notice in waiting.order_by("pk"):
        write_receipts(notice, kinds.get(notice.kind).recipients(notice))
    told = Receipt.objects.filter(notice__in=waiting).select_related("notice")
    world.save([copy_of(receipt, world) for receipt in told])
    waiting.update(expanded_at=timezone.now())


def _day(world, days):
    """Return the first weekday at least so many days from today."""
    day = world.day(days)
    while day.weekday() > 4:
        day += dt.timedelta(days=1)
    return day


def _remember(world, meeting):
    """Let the meeting that was held have answers, a list of who came, and minutes."""
    at = world.at(-19, 20)
    by = meeting.recorded_by
    Meeting.objects.filter(pk=meeting.pk).update(
        start=dt.time(18), place="Room 12 · 12 号教室", minutes=MINUTES, minutes_in="zh-hans",
        minutes_by=by, minutes_at=at, invited_at=world.at(-30, 9),
    )  # fmt: skip
    meeting.refresh_from_db()
    rows = []
    for n, line in enumerate(Guests(meeting, world.omar_haddad).lines):
        answer = ANSWERED[n % len(ANSWERED)]
        rows.append(
            MeetingHome(
                id=world.id("meeting home", n),
                meeting=meeting,
                household_id=line.home.household,
                person_id=line.home.person,
                answer=answer,
                people=1 + n % 2 if answer == "yes" else 0,
                answered_at=world.at(-28, 19) if answer else None,
                answered_by=by if answer else None,
                presence=CAME[n % len(CAME)],
                marked_at=at,
                marked_by=by,
            )
        )
    world.save(rows)


def _invite(world, meeting):
    """Invite the families of the meeting to come; the first ones have answered."""
    by = meeting.recorded_by
    meeting.change(
        by=by, start=dt.time(18), duration=60, place="Hall · 礼堂", agenda=AGENDA,
        materials=MATERIALS,
    )  # fmt: skip
    meeting.invite(by=by)
    families = [line for line in Guests(meeting, world.omar_haddad).lines if line.home.household]
    for n, line in enumerate(families[:6]):
        adult = _adult(line)
        if adult:
            meeting.answer([line.home], by=adult, coming=n % 4 != 3, people=1 + n % 2)


def _adult(line):
    return User.objects.filter(households=line.home.household).order_by("pk").first()


def _open(world, key):
    """Open the conference day of class 3B: two tables, and some families have a time already."""
    teacher, on, now = world.daniel_okafor, _day(world, 6), timezone.now()
    day = ConferenceDay(
        id=key, name=TALKS, on=on, until=on, begins=dt.time(15, 30), ends=dt.time(17, 30),
        breaks=["16:30-16:45"], minutes=15, place="Room 12 · 12 号教室",
        opens_at=now - dt.timedelta(days=1), closes_at=world.at((on - world.today).days, 0),
    )  # fmt: skip
    day.open(by=teacher, classes=[world.classes["3b"]], hosts=[teacher, world.mei_chen])
    day.invite(by=teacher)
    slots = list(day.slots.filter(host=teacher).order_by("starts_at"))
    children = world.classes["3b"].students.exclude(pk=world.xiaoyu.pk).order_by("sort_key", "pk")
    families = [
        (child, child.households.order_by("pk").first())
        for child in children.prefetch_related("households")
    ]
    families = [pair for pair in families if pair[1]]
    for slot, (child, home) in zip(slots[1:], families[:4], strict=False):
        adult = home.guardians.order_by("pk").first() or teacher
        Booking.objects.take(slot, child, Home(household=home.pk), by=adult, as_staff=True)
    slots[-1].block(True, by=teacher)
    return day
