"""What visits add to the letter that those who lead a school read on Monday morning."""

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _, ngettext

from homeschool.journal.actions import weekly
from homeschool.journal.actions.weekly import Line
from homeschool.journal.models import hours
from homeschool.people import sight
from visits.models import Promise, Visit
from visits.models.need import Need

LEADING = {sight.LEADER}


def _held(user, week):
    visits = Visit.objects.visible_to(user, roles=LEADING).filter(school=week.school)
    held = visits.filter(status=Visit.Status.HELD)
    return held.filter(happened_at__gte=week.since, happened_at__lt=week.until).count()


def _held_in_words(number):
    words = ngettext("%(n)s visit was held", "%(n)s visits were held", number) % {"n": number}
    return words, "" if number else _(
        "Nothing written down does not say that nothing was done. Ask who was out."
    )


def _unwritten(user, week):
    """Planned visits whose time is over and of which nothing is written."""
    visits = Visit.objects.visible_to(user, roles=LEADING).filter(school=week.school)
    return visits.filter(status__in=Visit.OPEN, planned_at__lt=week.until).count()


def _unwritten_in_words(number):
    words = ngettext(
        "%(n)s planned visit waits to be written down",
        "%(n)s planned visits wait to be written down",
        number,
    )
    return words % {"n": number}, ""


def _late(user, week):
    """Promises of the school that are overdue this Monday."""
    today = timezone.localdate(week.until, hours.zone_of(week.school.time_zone))
    seen = Promise.objects.visible_to(user, roles=LEADING).filter(student__school=week.school)
    owed = Q(side__in=[Promise.Side.SCHOOL, Promise.Side.PERSON])
    return seen.late(today).filter(owed).count()


def _late_in_words(number):
    words = ngettext(
        "%(n)s promise of the school is overdue", "%(n)s promises of the school are overdue", number
    )
    return words % {"n": number}, ""


def _needs(user, week):
    """Needs that families named and that wait for an outcome."""
    seen = Need.objects.visible_to(user, roles=LEADING).filter(student__school=week.school)
    return seen.open().count()


def _needs_in_words(number):
    words = ngettext(
        "%(n)s need of a child waits for an answer",
        "%(n)s needs of children wait for an answer",
        number,
    )
    return words % {"n": number}, ""


def register_lines():
    """Add the lines of this room to the week's letter."""
    weekly.register_line(Line("visits.held", 10, _held, _held_in_words))
    weekly.register_line(Line("visits.unwritten", 11, _unwritten, _unwritten_in_words))
    weekly.register_line(Line("promises.late", 20, _late, _late_in_words))
    weekly.register_line(Line("needs.open", 21, _needs, _needs_in_words))
