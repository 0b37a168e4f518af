"""Volunteers as pages read them: the list, one of them, what they lead, their hours.

Nothing here reads a child: who has a seat stands on the page of attendance alone.
"""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

from django.conf import settings
from django.db.models import Count, DateField, Exists, Max, Min, OuterRef, Q, Subquery, Sum
from django.db.models.functions import TruncMonth
from django.utils.crypto import salted_hmac
from django.utils.translation import get_language_info, gettext, gettext_lazy as _

from counseling.models import Clearance, Leading, Programme, Session, Volunteer
from counseling.models.volunteer import CLEARING, led
from homeschool.journal.models import Entry
from homeschool.people.models import Term
from homeschool.people.models.invitation import GROUP, SIGNS

from .situation import today_at

State = Volunteer.State
SOON = dt.timedelta(days=60)
MOST_SESSIONS = 30  # of those to come, on one page
# What people speak beside the languages of the portal; the codes are Django's.
OTHER_LANGUAGES = ("ar", "de", "fr", "hi", "ja", "ko", "pt", "ru", "vi")


def languages():
    """Return [(code, name)] of the languages among which somebody says what it speaks."""
    found = [code for code, _name in settings.LANGUAGES]
    found += [code for code in OTHER_LANGUAGES if code not in found]
    return [(code, get_language_info(code)["name_local"]) for code in found]


def spoken(volunteer):
    """Return the names of the languages that a volunteer speaks, a code that is not known as it is."""
    names = dict(languages())
    return [names.get(code, code) for code in volunteer.languages]


# --- the list -----------------------------------------------------------------------------------
WHICH = (
    ("", _("all who are here")),
    ("applied", _("have applied")),
    ("accepted", _("help")),
    ("resting", _("make a pause")),
    ("soon", _("a check runs out within 60 days")),
    ("none", _("no check holds today")),
    ("gone", _("have left, or were not accepted")),
)


def listed_for(volunteers, which, words, today):
    """Return those of `volunteers` that a filter of WHICH and words (a name, an organisation, the
    number of a certificate) leave, each with `holds_until`: the day until which a check holds."""
    held = Clearance.objects.filter(
        volunteer=OuterRef("pk"), withdrawn_at=None, issued_on__lte=today, expires_on__gte=today,
        kind__in=CLEARING,
    )  # fmt: skip
    last = held.order_by("-expires_on").values("expires_on")[:1]
    rows = volunteers.select_related("school").annotate(
        holds_until=Subquery(last, output_field=DateField())
    )
    rows = _which(rows, which, today)
    if words:
        certified = Entry.objects.filter(verb=CERTIFIED, data__number=_plain_number(words))
        found = Q(full_name__icontains=words) | Q(organisation__icontains=words)
        keys = list(certified.values_list("about_id", flat=True)[:20])
        rows = rows.filter(found | Q(pk__in=keys))
    return rows.order_by("full_name", "pk")


def _which(rows, which, today):
    if which in (State.APPLIED, State.ACCEPTED, State.RESTING):
        return rows.filter(state=which)
    if which == "gone":
        return rows.filter(state__in=Volunteer.GONE)
    helping = rows.filter(state__in=[State.ACCEPTED, State.RESTING])
    if which == "soon":
        return helping.filter(holds_until__lte=today + SOON)
    if which == "none":
        return helping.filter(holds_until=None)
    return rows.exclude(state__in=Volunteer.GONE)


# --- one of them --------------------------------------------------------------------------------
@dataclass
class VolunteerPage:
    """One volunteer, as staff and the volunteer itself read of it."""

    volunteer: Volunteer

    @cached_property
    def today(self):
        return today_at(self.volunteer.school)

    @cached_property
    def zone(self):
        from homeschool.journal.models import hours

        return hours.zone_of(self.volunteer.school.time_zone)

    @property
    def languages(self):
        return spoken(self.volunteer)

    @cached_property
    def checks(self):
        """The checks, newest end first, each with `says`: how it stands today."""
        rows = list(self.volunteer.clearances.select_related("checked_by", "withdrawn_by"))
        for row in rows:
            row.says = _says(row, self.today)
        return rows

    @property
    def holds_until(self):
        """The last day of the checks that hold today, or None."""
        rows = [row for row in self.checks if row.kind in CLEARING and row.says in HOLDS]
        return max((row.expires_on for row in rows), default=None)

    @cached_property
    def coming(self):
        """What this volunteer leads from now on, the next first, at most 30."""
        rows = self.volunteer.to_come().select_related("session__programme")
        return [row.session for row in rows.order_by("session__begins")[:MOST_SESSIONS]]

    @cached_property
    def unled(self):
        """Sessions to come of the programmes that it leads, or led, on days on which no check of it
        holds, and which nobody leads: nobody is allowed to lead these."""
        mine = Leading.objects.filter(volunteer=self.volunteer)
        holds = Q(pk=None)
        for check in self.checks:
            if check.withdrawn_at is None and check.kind in CLEARING:
                holds |= Q(on__gte=check.issued_on, on__lte=check.expires_on)
        rows = Session.objects.to_come().filter(programme__in=mine.values("session__programme"))
        rows = rows.exclude(Exists(Leading.objects.filter(session=OuterRef("pk"), live=True)))
        if self.volunteer.state == State.ACCEPTED:
            rows = rows.exclude(holds)
        return list(rows.select_related("programme").order_by("begins")[:MOST_SESSIONS])

    @cached_property
    def groups(self):
        """The programmes that it leads, or led: each with how many sessions are to come, and the last."""
        mine = Q(sessions__leaders__volunteer=self.volunteer, sessions__leaders__live=True)
        rows = Programme.objects.filter(mine).annotate(
            times=Count("sessions", distinct=True), last=Max("sessions__on")
        )
        return list(rows.order_by("-last", "name"))

    @cached_property
    def first_day(self):
        """The day of the first session that it led, or today."""
        return (
            Leading.objects.filter(volunteer=self.volunteer).aggregate(day=Min("on"))["day"]
            or self.today
        )

    @cached_property
    def months(self):
        """[(first day of a month, sessions, hours in words)], the newest first, of the last twelve months."""
        since = self.today.replace(day=1) - dt.timedelta(days=335)
        rows = led(since.replace(day=1), self.today).filter(volunteer=self.volunteer)
        rows = rows.annotate(month=TruncMonth("session__on")).values("month").order_by("-month")
        found = rows.annotate(times=Count("session", distinct=True), n=Sum("session__minutes"))
        return [(row["month"], row["times"], in_hours(row["n"])) for row in found]

    @cached_property
    def terms(self):
        """[(term, sessions, hours in words)], the newest first; terms without any are left out."""
        terms = list(Term.objects.filter(school=self.volunteer.school).order_by("-start"))
        found = hours_by_term(self.volunteer, terms)
        return [(term, times, in_hours(minutes)) for term, times, minutes in found if times]

    @cached_property
    def certificates(self):
        """What was certified: the entries, the newest first."""
        rows = Entry.objects.about(self.volunteer).filter(verb=CERTIFIED)
        found = list(rows.order_by("-at")[:20])
        for entry in found:
            entry.hours = in_hours(entry.data["minutes"])
        return found


HOLDS, ENDED, TO_COME, WITHDRAWN = ("holds", "soon"), "ended", "to_come", "withdrawn"


def _says(check, today):
    if check.withdrawn_at:
        return WITHDRAWN
    if check.expires_on < today:
        return ENDED
    if check.issued_on > today:
        return TO_COME
    return "soon" if check.expires_on <= today + SOON else "holds"


def hours_by_term(volunteer, terms):
    """Return [(term, sessions, minutes)] of what a volunteer led in these terms (one query)."""
    if not terms:
        return []
    columns = {}
    for n, term in enumerate(terms):
        inside = Q(session__on__gte=term.start, session__on__lt=term.end)
        columns[f"times{n}"] = Count("session", distinct=True, filter=inside)
        columns[f"minutes{n}"] = Sum("session__minutes", filter=inside)
    first = min(term.start for term in terms)
    rows = led(first, max(term.end for term in terms)).filter(volunteer=volunteer)
    found = rows.aggregate(**columns)
    return [(term, found[f"times{n}"], found[f"minutes{n}"] or 0) for n, term in enumerate(terms)]


def in_hours(minutes):
    """Return minutes as people say them: 3 h 20 min."""
    whole, rest = divmod(minutes or 0, 60)
    if not whole:
        return gettext("%(minutes)d min") % {"minutes": rest}
    if not rest:
        return gettext("%(hours)d h") % {"hours": whole}
    return gettext("%(hours)d h %(minutes)d min") % {"hours": whole, "minutes": rest}


# --- the certificate ----------------------------------------------------------------------------
CERTIFIED = "volunteer.certified"


@dataclass(frozen=True)
class Certificate:
    """What a volunteer led between two days, and the number under which the school finds it again."""

    volunteer: Volunteer
    since: dt.date
    until: dt.date
    times: int
    minutes: int
    programmes: tuple

    @property
    def number(self):
        """Three groups of four signs, the same for the same figures: a key of ours makes it, so that
        nobody writes one that is right."""
        said = f"{self.volunteer.pk} {self.since} {self.until} {self.times} {self.minutes}"
        found = int(salted_hmac("counseling.certificate", said, algorithm="sha256").hexdigest(), 16)
        signs = []
        for _sign in range(3 * GROUP):
            found, n = divmod(found, len(SIGNS))
            signs.append(SIGNS[n])
        text = "".join(signs)
        return "-".join(text[n : n + GROUP] for n in range(0, len(text), GROUP))

    def record(self, by):
        """Write down that it was made, once."""
        rows = Entry.objects.about(self.volunteer).filter(verb=CERTIFIED)
        if not rows.filter(data__number=self.number).exists():
            Entry.record(
                CERTIFIED, self.volunteer, by=by, school=self.volunteer.school, number=self.number,
                since=f"{self.since}", until=f"{self.until}", sessions=self.times,
                minutes=self.minutes,
            )  # fmt: skip


def certificate_of(volunteer, since, until):
    """Return the Certificate of a volunteer between two days, both included (two queries)."""
    rows = led(since, until).filter(volunteer=volunteer)
    found = rows.aggregate(times=Count("session", distinct=True), n=Sum("session__minutes"))
    names = rows.order_by("session__programme__name").values_list(
        "session__programme__name", flat=True
    )
    return Certificate(
        volunteer, since, until, found["times"], found["n"] or 0, tuple(names.distinct())
    )


def _plain_number(words):
    """Return what was typed as the number of a certificate is written."""
    signs = [sign for sign in words.upper() if sign.isalnum()]
    return "-".join("".join(signs[n : n + GROUP]) for n in range(0, len(signs), GROUP))
