"""What stands in the calendar of a person: its children's time after lessons, and what it leads."""

import datetime as dt
import hashlib

from django.utils import timezone
from django.utils.translation import gettext as _

from counseling.models import Seat, Session
from counseling.models.programme import READERS
from homeschool.journal.models import Entry
from homeschool.names import sign_of
from homeschool.people import sight
from homeschool.people.views.seen import listed
from visits.reading.calendar import Appointment

from .family_seats import children_of

BACK, AHEAD, MOST = dt.timedelta(days=30), dt.timedelta(days=366), 1000
# What of a session a calendar has to know as a change: its SEQUENCE counts these.
CHANGES = ("session.moved", "session.called_off")


# Families, and who can lead a session.
READERS_OF_FEEDS = sight.FAMILY_ROLES | READERS | {sight.VOLUNTEER}


def has_a_feed(user):
    """Whether there can be anything that a calendar reads for `user`."""
    return bool(user.roles() & READERS_OF_FEEDS)


def appointments(user):
    """Return [Appointment] of `user` as things stand at this moment (six queries at most).

    A title says that it is after school, and nothing of what or where; of several children the sign
    of each that goes: the last hanzi of its name, else the first letter. The UID is the session's; moved or called off its SEQUENCE grows.
    """
    children = {child.pk: child for child in children_of(user)}
    going = _going(children)
    led = set(Session.objects.led_by(user).values_list("pk", flat=True))
    rows = _in_time(
        Session.objects.filter(programme__in=going) | Session.objects.filter(pk__in=led)
    )
    counts = _sequences(rows)
    several = len(children) > 1
    return [
        Appointment(
            key=row.pk,
            sequence=counts.get(str(row.pk), 0),
            begins=row.begins,
            ends=row.ends,
            title=_title(row, going, led, children, several=several),
            cancelled=row.state == Session.State.CALLED_OFF,
        )
        for row in rows
    ]


def _going(children):
    """Return {programme id: [child ids]} of the seats of these children."""
    found: dict = {}
    rows = Seat.objects.taken().filter(student__in=list(children))
    for programme, child in rows.order_by("student").values_list("programme", "student"):
        found.setdefault(programme, []).append(child)
    return found


def _in_time(rows):
    now = timezone.now()
    rows = rows.filter(begins__gte=now - BACK, begins__lte=now + AHEAD)
    return list(rows.distinct().order_by("begins", "pk")[:MOST])


def _sequences(sessions):
    """Return {id: how often the journal says that the session was moved or called off}."""
    ids = [str(row.pk) for row in sessions]
    # a session is an Entry's `session`, whose `about` is the programme
    rows = Entry.objects.filter(verb__in=CHANGES, data__session__in=ids)
    about = {str(row.programme_id) for row in sessions}
    rows = rows.filter(about_type="counseling.programme", about_id__in=about)
    found: dict = {}
    for session in rows.order_by().values_list("data__session", flat=True):
        found[session] = found.get(session, 0) + 1
    return found


def _title(session, going, led, children, *, several):
    goes = going.get(session.programme_id, [])
    if session.pk in led and not goes:
        return _("After school: you lead")
    if not several:
        return _("After school")
    called = [children[pk].called for pk in goes]
    letters = sorted({sign_of(name) or name[:1].upper() for name in called})
    return _("After school: %(letters)s") % {"letters": listed(letters)}


def tag_of(found):
    """Return the ETag of these appointments: the same as long as nothing in them changes."""
    text = "\n".join(
        f"{a.key} {a.sequence} {a.begins.astimezone(dt.UTC)} {a.ends - a.begins} {a.title} {a.cancelled}"
        for a in found
    )
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'
