"""What becomes of planned visits when children leave their school."""

from django.db.models import Exists, OuterRef
from django.utils.translation import ngettext

from homeschool.people.models.leaving import Held, on_leaving

from .draft import Draft
from .record import VisitChild
from .visit import BeingWritten, NotPlanned, Visit


def planned(students):
    """Return the planned visits that are about these children (ids) and nobody who stays."""
    lines = VisitChild.objects.filter(visit=OuterRef("pk"))
    return Visit.objects.filter(
        Exists(lines.filter(student__in=students)),
        ~Exists(lines.exclude(student__in=students)),
        status__in=Visit.OPEN,
    )


def begun(students):
    """Return the records about these children that were begun and not finished."""
    return Draft.objects.open().filter(children__in=students, version__gt=1).distinct()


def told(students):
    """Say how many planned visits are called off, and that records are not finished."""
    visits = planned(students).exclude(pk__in=begun(students).values("pk")).count()
    records = begun(students).count()
    if visits:
        yield ngettext(
            "%(n)s planned visit is called off.", "%(n)s planned visits are called off.", visits
        ) % {"n": visits}
    if records:
        yield ngettext(
            "The record of %(n)s visit is begun and not finished. Let it be finished first.",
            "The records of %(n)s visits are begun and not finished. Let them be finished first.",
            records,
        ) % {"n": records}


def call_off(students, by):
    """Call the planned visits off; a visit whose record is begun stays for its writer to end."""
    for visit in planned(students).select_related("school").order_by("pk"):
        try:
            visit.cancel(by=by)
        except (BeingWritten, NotPlanned):
            continue


def unfinished(students):
    """Whether a record about one of these children is begun and not finished."""
    return begun(students).exists()


def register():
    """Tell people what visits hold of children that leave."""
    on_leaving(Held(("visits", "promises", "summaries", "needs"), told, call_off, unfinished))
