"""The visits of the demo college: by the import of a real school, and what no sheet carries.

Beside the import: by when promises are due and which were kept, the families that were told, and the
visits that did not come about. All in rows, a table at a time, dated when they happened.
"""

import datetime as dt
from collections import Counter

from django.db.models import F

from homeschool.demo import visits as demo_visits
from homeschool.demo.college import programme
from homeschool.demo.college.people import COLLEGES, HOME, ONLINE, spread
from homeschool.demo.world import DoesNotFit
from homeschool.journal.models import Receipt
from homeschool.people import sight
from visits.importing import import_visits, read_visits
from visits.models import Promise, Summary, Visit, VisitChild, Visitor

# How long the school and the family have for a promise, and how soon it is kept.
DUE, KEPT = dt.timedelta(days=28), dt.timedelta(days=3)
# From a visit to the word to the family, and from there to its reading.
TOLD_AFTER, READ_AFTER = dt.timedelta(hours=6), dt.timedelta(hours=3, minutes=7)
# So many families of every division, of those that were told of a visit, confirmed it.
CONFIRMED = 15


def load(world):
    """Make the programme, once: only a college that was made just now has one to make."""
    if world.new:
        _import(world)
        _keep_promises(world)
        _tell_families(world)
        _make_attempts(world)


def _import(world):
    """Bring the sheet in as a school does."""
    table = read_visits(programme.sheet(world), file="stone-ferry-visits.csv")
    done = import_visits(world.school, table)
    if not done.applied:
        raise DoesNotFit(done.problems[:3])
    world.made += done.counts["visits"]["new"]
    world.count_rows(Visit, VisitChild, Promise, Summary)


# --- promises ------------------------------------------------------------------------------
def _keep_promises(world):
    """Say by when each promise is due, and keep half to four fifths of them, by division."""
    rows = Promise.objects.filter(visit__school=world.school)
    rows = rows.select_related("visit", "owner", "student__division")
    order = [college.code for college in COLLEGES]
    promises = sorted(rows, key=lambda row: (row.student.number, row.visit.happened_at, row.side))
    told = {seat.number for seat in world.seats if seat.told}
    for n, promise in enumerate(promises):
        day = promise.visit.happened_at.astimezone(world.zone).date()
        promise.due = day + DUE
        of_ten = 5 + order.index(promise.student.division.code) % 3 + promise.is_school_side
        if n * 7 % 10 < of_ten and promise.student.number not in told:
            _keep(world, promise, day)
    Promise.objects.bulk_update(promises, ["due", "done_at", "done_by"], 500)


def _keep(world, promise, day):
    """Mark one as kept by who promised, soon after the visit and before today."""
    on = min(day + KEPT, world.day(-1))
    promise.done_at = dt.datetime.combine(on, dt.time(21, 30), world.zone)
    promise.done_by = promise.owner or world.ties[promise.student_id].guardian
    world.note("promise.kept", promise, promise.done_at, by_id=promise.done_by.pk,
               student=promise.student)  # fmt: skip


# --- families that were told ---------------------------------------------------------------
def _tell_families(world):
    """Announce the visits of students who granted it; in every division some families confirm."""
    seats = {world.students[seat.number].pk: seat for seat in world.reached if seat.granted}
    summaries = list(
        Summary.objects.filter(visit__lines__student__in=seats)
        .annotate(student=F("visit__lines__student"))
        .select_related("visit", "published_by")
        .order_by("visit__happened_at")
    )
    notices = [_notice(world, summary, seats[summary.student]) for summary in summaries]
    world.save(notices)
    confirming, readers = _confirming(seats), _readers(seats)
    receipts = [
        _receipt(world, notice, row, _confirms(summary, seats, confirming))
        for notice, summary in zip(notices, summaries, strict=True)
        for row in readers[summary.student].values()
    ]
    world.save(receipts)
    world.save([demo_visits.copy_of(receipt, world) for receipt in receipts])


def _notice(world, summary, seat):
    student, at = world.students[seat.number], summary.visit.happened_at + TOLD_AFTER
    return demo_visits.notice_of(summary, world.school, student=student, at=at)


def _readers(seats):
    """Return {student: {person: row of Sight}} of who may receive today."""
    found: dict = {}
    rows = sight.receivers(seats, "visits").values("student", "user", "why", "user__language")
    for row in rows:
        found.setdefault(row["student"], {})[row["user"]] = row
    return found


def _confirming(seats):
    """Return the students whose families confirm what they read: the first of each division."""
    counted: Counter = Counter()
    found = set()
    for pk, seat in sorted(seats.items(), key=lambda each: not each[1].told):
        counted[seat.college] += 1
        if counted[seat.college] <= CONFIRMED:
            found.add(pk)
    return found


def _confirms(summary, seats, confirming):
    """Whether the family confirmed this one; that of the last visit of the story is left to be tried."""
    waits = seats[summary.student].told and summary.visit.mode == HOME
    return summary.student in confirming and not waits


def _receipt(world, notice, row, confirms):
    read = None
    if confirms and row["why"] == "grant":
        read = notice.created_at + READ_AFTER
        world.note("summary.confirmed", Summary(pk=notice.about_id), read, by_id=row["user"],
                   student=notice.student)  # fmt: skip
    return Receipt(
        notice=notice,
        person_id=row["user"],
        why=row["why"],
        language=row["user__language"],
        created_at=notice.created_at,
        read_at=read,
        acknowledged_at=read,
    )


# --- visits that did not come about --------------------------------------------------------
def _make_attempts(world):
    """Let some families of every division decline, and some not be met."""
    visits, lines, team = [], [], []
    for seat, status, n in _attempts(world):
        student = world.students[seat.number]
        adviser = world.classes[seat.class_code].adviser.user
        visit = _attempt(world, seat, status, n, adviser)
        visits.append(visit)
        lines.append(VisitChild(visit=visit, student=student))
        team.append(Visitor(visit=visit, user=adviser))
        verb = "visit.planned" if status == Visit.Status.DECLINED else "visit.nobody_home"
        world.note(verb, visit, visit.received_at, by_id=adviser.pk, student=student)
    for rows in (visits, lines, team):
        world.save(rows)


def _attempts(world):
    """Yield (Seat, status, number in the division): more of them in the larger divisions."""
    for college in COLLEGES:
        own = [seat for seat in world.seats if seat.college == college]
        apart = [seat for seat in own if not seat.way]
        called = [seat for seat in own if seat.way == ONLINE]
        for n, place in enumerate(spread(10 + college.classes // 4, len(apart))):
            yield apart[place], Visit.Status.DECLINED, n
        for n, place in enumerate(spread(10 + college.classes // 7, len(called))):
            yield called[place], Visit.Status.NOBODY_HOME, n


def _attempt(world, seat, status, n, adviser):
    at = world.at(-40 + n, 10 + n % 8)
    visit = Visit(
        id=world.id("college", status, seat.number),
        school=world.school,
        status=status,
        mode=Visit.Mode.HOME if n % 3 == 0 else Visit.Mode.PHONE,
        planned_at=at,
        received_at=at,
    )
    if status == Visit.Status.NOBODY_HOME:
        visit.happened_at = visit.recorded_at = at
        visit.recorded_by = adviser
    return visit
