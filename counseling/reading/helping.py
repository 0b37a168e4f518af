"""How long children of a pair learned together: the hours stand as a strength in the helper's record."""

from django.db.models import Exists, F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from counseling.models import Attendance, Pair, Session

from .dosage import hours_words

THERE = Q(mark__in=Attendance.THERE, session__state=Session.State.HELD)


def with_minutes(pairs):
    """Return the pairs with `minutes`: what both were at the same sessions, from the yes of the adviser
    until the pair ended."""
    both = Attendance.objects.filter(
        THERE, student=OuterRef(OuterRef("helped")), session=OuterRef("session")
    )
    rows = Attendance.objects.filter(
        THERE,
        Exists(both),
        student=OuterRef("helper"),
        session__begins__gte=OuterRef("confirmed_at"),
    ).filter(session__begins__lte=Coalesce(OuterRef("ended_at"), F("session__begins")))
    total = rows.order_by().values("student").annotate(n=Sum("minutes")).values("n")
    return pairs.annotate(minutes=Coalesce(Subquery(total), 0))


def helped_lines(student):
    """Return a sentence for each subject in which the child helps, without the other one's name (one
    query); pairs that ended count as long as the two did something."""
    mine = Pair.objects.filter(helper=student).exclude(confirmed_at=None)
    found: dict = {}
    for subject, minutes, ended in with_minutes(mine).values_list("subject", "minutes", "ended_at"):
        total, live = found.get(subject, (0, False))
        found[subject] = (total + minutes, live or ended is None)
    return [
        _("Helps in %(subject)s: %(hours)s hours so far")
        % {"subject": subject, "hours": hours_words(minutes)}
        for subject, (minutes, live) in sorted(found.items())
        if minutes or live
    ]
