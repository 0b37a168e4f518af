"""Who of the school is away and who answers instead, and when somebody usually answers, in words."""

from dataclasses import dataclass
from itertools import groupby

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _

from homeschool.journal.models import hours
from homeschool.people import sight
from homeschool.people.models import Student, User
from homeschool.people.views.seen import listed
from messaging.models import Away, OfficeHours, Seat, Thread
from messaging.models.thread import ITEM, staff_within

MOST_NAMES = 20


def today_at(school):
    """Return what day it is at the school."""
    return timezone.localdate(timezone=hours.zone_of(school.time_zone))


# --- in words ------------------------------------------------------------------------------------
def day_in_words(day, today):
    """Return a day as families read it; the year only where it is another one."""
    return date_format(day, "MONTH_DAY_FORMAT" if day.year == today.year else "DATE_FORMAT")


def away_in_words(away, today):
    """Return “Mei Chen is away until 3 December. Jon Lee answers.” of an Away with its people; with its
    first day where that is still to come."""
    words = {"name": away.person.full_name, "day": day_in_words(away.until, today)}
    if away.since > today:
        words["since"] = day_in_words(away.since, today)
        said = _("%(name)s is away from %(since)s to %(day)s.") % words
    else:
        said = _("%(name)s is away until %(day)s.") % words
    if away.substitute_id is None:
        return said
    stands_in = _("%(name)s answers.") % {"name": away.substitute.full_name}
    return f"{said} {stands_in}"


def weekdays_in_words(weekdays):
    """Return “Monday to Friday”, or “Monday, Wednesday and Friday”: of ISO weekdays, 1 to 7."""
    days, runs = sorted(set(weekdays)), []
    for _key, run in groupby(enumerate(days), lambda pair: pair[1] - pair[0]):
        found = [str(WEEKDAYS[day - 1]) for _n, day in run]
        if len(found) > 2:
            found = [_("%(first)s to %(last)s") % {"first": found[0], "last": found[-1]}]
        runs += found
    return listed(runs)


def office_in_words(office):
    """Return “usually answers Monday to Friday 8:00 to 17:00”, or "" for no OfficeHours."""
    if office is None:
        return ""
    words = {
        "days": weekdays_in_words(office.weekdays),
        "from": time_format(office.begins, "G:i"),
        "until": time_format(office.ends, "G:i"),
    }
    return _("usually answers %(days)s %(from)s to %(until)s") % words


# --- of people -----------------------------------------------------------------------------------
@dataclass(frozen=True)
class Present:
    """How somebody of the school is reached today; the context of `messaging/away_words.html` and
    `messaging/office_words.html`, as `present`."""

    away: Away | None = None
    office: OfficeHours | None = None
    said: str = ""
    usually: str = ""

    @property
    def words(self):
        """What the person says itself."""
        return self.away.words if self.away else ""


def present(people, school, day=None):
    """Return {key: Present} of these people (keys) of the school on `day`: None is today there.

    Two queries, however many people.
    """
    keys = list(people)
    today = day or today_at(school)
    rows = Away.objects.on(today).filter(person__in=keys, school=school)
    away = {row.person_id: row for row in rows.select_related("person", "substitute")}
    rows = OfficeHours.objects.filter(Q(person__in=keys) | Q(person=None), school=school)
    office = {row.person_id: row for row in rows}
    found = {}
    for key in keys:
        gone, usual = away.get(key), office.get(key, office.get(None))
        found[key] = Present(
            gone, usual, away_in_words(gone, today) if gone else "", office_in_words(usual)
        )
    return found


def of_thread(thread, day=None):
    """Return [(person, Present)] of those of the school who take part in a thread, by name (three
    queries)."""
    seats = Seat.objects.live().school().filter(thread=thread)
    people = list(User.objects.filter(pk__in=seats.values("person")).order_by("sort_key", "pk"))
    found = present([one.pk for one in people], thread.school, day)
    return [(one, found[one.pk]) for one in people]


# --- what the substitute does not see ------------------------------------------------------------
def unseen_by(away, reader):
    """Return the children of whom the substitute reads nothing while it stands in, by name, of those
    whom `reader` sees (a queryset): children of the person's class and caseload, and of its open
    threads, whom the substitute does not see itself."""
    if away.substitute_id is None:
        return Student.objects.none()
    own = Student.objects.visible_to(away.person, roles={sight.ADVISER, sight.COUNSELOR}, item=ITEM)
    seats = Seat.objects.live().school().filter(person=away.person_id)
    threads = Thread.objects.open().filter(student=OuterRef("pk"), seats__in=seats)
    theirs = Student.objects.filter(staff_within(away.substitute, "") or Q(pk__in=[]))
    shown = Student.objects.visible_to(reader, roles=sight.STAFF_ROLES)
    rows = Student.objects.active().filter(Q(pk__in=own.values("pk")) | Exists(threads))
    rows = rows.filter(school=away.school_id, pk__in=shown.values("pk"))
    return rows.exclude(pk__in=theirs.values("pk")).order_by("sort_key", "pk")


class AwayPage:
    """One time away, with what its substitute will not see; for its person, its substitute, and who
    leads."""

    def __init__(self, away, reader):
        self.away, self.reader = away, reader
        self.today = today_at(away.school)
        self.said = away_in_words(away, self.today)
        self.is_on = away.is_on(self.today)
        self.is_over = away.ended_at is not None or away.until < self.today
        self.is_own = away.person_id == reader.pk
        names = list(unseen_by(away, reader).values_list("full_name", flat=True)[: MOST_NAMES + 1])
        self.unseen, self.more = names[:MOST_NAMES], len(names) > MOST_NAMES
