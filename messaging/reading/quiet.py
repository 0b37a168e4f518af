"""Quiet hours both ways: nobody learns at which hour of the night somebody read.

Letters wait for the end of the reader's quiet hours (homeschool/journal/models/hours.py); what was
read in them is shown as read at their end. The words of a message stand in the portal as soon as it
left: who opens it at night wants to read, and nothing rings (docs/decisions/0033-away.md).
"""

import datetime as dt

from homeschool.journal.models import hours


def quiet_until(moment, zone, begins, ends):
    """Return when the quiet hours that hold at `moment` end, or None where none do.

    The same rule as in SQL (`hours.QUIET_UNTIL`): an hour that the clocks leave out counts as the
    one after it, of an hour that comes twice the second ends the quiet.
    """
    local = moment.astimezone(zone)
    day, now = local.date(), local.time().replace(fold=0)
    if begins < ends:
        return _wall(day, ends, zone) if begins <= now < ends else None
    if begins > ends:
        if now < ends:
            return _wall(day, ends, zone)
        if now >= begins:
            return _wall(day + dt.timedelta(days=1), ends, zone)
    return None


def _wall(day, time, zone):
    at = dt.datetime.combine(day, time, zone)
    return max(at.replace(fold=fold).astimezone(dt.UTC) for fold in (0, 1))


def shown_at(receipt, viewer=None):
    """Return the moment at which `viewer` is told that the receipt's person read, or None: not read,
    or read in quiet hours that are not over. Who read itself is told the true time.

    No query where the receipt has its `person` and its `notice__school`.
    """
    read, person, school = receipt.read_at, receipt.person, receipt.notice.school
    if read is None or (viewer is not None and person.pk == viewer.pk):
        return read
    own = person.quiet_from is not None
    begins, ends = (
        (person.quiet_from, person.quiet_until) if own else (school.quiet_from, school.quiet_until)
    )
    zone = hours.zone_of(person.time_zone, school.time_zone)
    shown = quiet_until(read, zone, begins, ends) or read
    return shown if shown <= hours.now() else None


def shown_read_at(receipts, viewer=None):
    """Return {key of a receipt: the moment shown} of those of `receipts` of which `viewer` is told that
    they were read (`shown_at`)."""
    found = {receipt.pk: shown_at(receipt, viewer) for receipt in receipts}
    return {pk: at for pk, at in found.items() if at is not None}
