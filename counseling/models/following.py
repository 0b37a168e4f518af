"""How planned sessions follow their programme: the times of its week, the days off, and its end.

What nobody knows of yet is deleted. Where somebody leads it, something is booked, a topic stands or a
child has a seat, the session is called off, so that families and leaders are told; it comes back when the
plan asks for it again.
"""

import datetime as dt

from django.db import IntegrityError, transaction
from django.utils import timezone

from .feeding import feed_session
from .leading import Leading, Reserved
from .session import CALLED_OFF, MOVED, Session, booking
from .shares import monday_of

A_MINUTE = dt.timedelta(minutes=1)


def follow(programme, *, by):
    """Plan what the pattern asks for from today on, and take back what it asks for no more.

    What was added or moved by hand goes only on days off, or when the programme is over; what was held,
    or called off by hand, stays. Nothing happens before families can ask. The programme's row is
    locked. Raises Busy where a session that lasts longer now meets another one of its leader or room.
    """
    if programme.state == programme.State.DRAFT:
        return
    today = programme.today
    wanted = {}
    if not programme.is_over:
        wanted = {begins: ends for _day, begins, ends in programme.moments(first=today)}
    coming = _locked(programme.sessions.to_come())
    off = programme.days_off(today, max([programme.ends, *(row.on for row in coming)]))
    gone = [row for row in coming if not _stays(programme, row, wanted, off)]
    _take_back(programme, gone, off, by)
    for row in coming:
        ends = wanted.get(row.planned_for)
        if row not in gone and not _by_hand(row) and row.ends != ends:
            booking(lambda row=row, ends=ends: _last_until(row, ends))
    if not programme.is_over:
        _bring_back_all(programme, wanted, off, by)
        Session.objects.from_pattern(programme, by=by, first=today)


def lock_sessions(programmes):
    """Lock the sessions to come of several programmes, before each follows its plan: who ends with
    helping locks them across programmes, too, and in the same order."""
    _locked(Session.objects.filter(programme__in=programmes).to_come())


def _locked(rows):
    """Return these sessions in the order in which everybody locks them."""
    return list(rows.select_for_update(of=("self",), no_key=True).order_by("begins", "pk"))


def _by_hand(row):
    """Whether somebody added the session, or moved it."""
    return row.extra or row.begins != row.planned_for


def _stays(programme, row, wanted, off):
    if programme.is_over or row.on in off:
        return False
    return _by_hand(row) or row.planned_for in wanted


# --- taken back -----------------------------------------------------------------------------------


def _take_back(programme, gone, off, by):
    if not gone:
        return
    bare = _bare(programme, gone)
    Session.objects.filter(pk__in=bare).delete()
    _call_off(programme, [row for row in gone if row.pk not in bare], off, by)
    programme.record("programme.unplanned", by, sessions=len(gone))


def _bare(programme, rows):
    """Return the keys of those that the pattern made and with which nothing is connected."""
    if programme.seats.taken().exists():
        return set()
    made = Session.objects.filter(pk__in=[row.pk for row in rows if not _by_hand(row)])
    nothing = {"leaders": None, "bookings": None, "said_absences": None, "attendance": None}
    return set(made.filter(topic="", material="", pages="", **nothing).values_list("pk", flat=True))


def _call_off(programme, rows, off, by):
    """Call them off at once, with the name of the day off as the reason, and tell of each."""
    for row in rows:
        row.programme = programme
        row.state, row.unplanned = Session.State.CALLED_OFF, True
        row.called_off_because = off.get(row.on, "")
    Session.objects.bulk_update(rows, ["state", "unplanned", "called_off_because"])
    Leading.objects.filter(session__in=rows).update(live=False)
    Reserved.objects.filter(session__in=rows).update(live=False)
    for row in rows:
        programme.record("session.called_off", by, session=str(row.pk))
        # it may have been called off, and brought back, before
        row.tell(CALLED_OFF, by, f"{row.pk} {timezone.now():%Y%m%d%H%M%S}")
    _feed(rows)


def _feed(rows):
    for row in {monday_of(row.on): row for row in rows}.values():
        feed_session(row)


# --- changed, brought back ------------------------------------------------------------------------


def _last_until(row, ends):
    """Let it end then, with its leaders and what is booked."""
    row.ends, row.minutes = ends, (ends - row.begins) // A_MINUTE
    row.save(update_fields=["ends", "minutes"])
    row.leaders.filter(live=True).update(span=row.span)
    row.bookings.filter(live=True).update(span=row.span)


def _bring_back_all(programme, wanted, off, by):
    """Let those take place again that went with the plan and that it asks for now."""
    away = programme.sessions.filter(state=Session.State.CALLED_OFF, unplanned=True)
    rows = _locked(away.filter(begins__gt=timezone.now(), on__lte=programme.ends))
    if not rows:
        return
    held = programme.sessions.exclude(state=Session.State.CALLED_OFF)
    standing = set(held.values_list("begins", flat=True))
    back = [r for r in rows if _stays(programme, r, wanted, off) and r.begins not in standing]
    for row in back:
        row.programme = programme
        _bring_back(row, row.ends if _by_hand(row) else wanted[row.planned_for], by)
    _feed(back)


def _bring_back(row, ends, by):
    row.state, row.unplanned, row.called_off_because = Session.State.PLANNED, False, ""
    row.save(update_fields=["state", "unplanned", "called_off_because"])
    _last_until(row, ends)
    for one in [*row.leaders.filter(freed_at=None), *row.bookings.all()]:
        one.live, one.span = True, row.span
        try:
            with transaction.atomic():
                one.save()
        except IntegrityError:  # elsewhere by now, or not cleared any more
            one.delete()
    row.programme.record("session.brought_back", by, session=str(row.pk))
    row.tell(MOVED, by, row.key_of_move)
