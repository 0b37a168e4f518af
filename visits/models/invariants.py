"""What must hold of visits, for `manage.py check_invariants`."""

from django.db.models import CharField, Exists, OuterRef
from django.db.models.functions import Cast

from homeschool.journal.models import Entry, Notice
from homeschool.journal.models.invariants import register

from .draft import Draft
from .record import Summary, Visitor
from .visit import Visit


def drafts_without_visit():
    """Written to the end, and there is no held visit of that key."""
    held = Visit.objects.filter(pk=OuterRef("pk"), status=Visit.Status.HELD)
    return Draft.objects.filter(~Exists(held), finished_at__isnull=False)


def held_twice():
    """Of which the journal says twice that they were held."""
    said = Entry.objects.filter(
        about_type=Visit._meta.label_lower, about_id=Cast(OuterRef("pk"), CharField()),
        verb="visit.held",
    )  # fmt: skip
    again = said.filter(student=OuterRef("lines__student"))
    twice = Exists(again.order_by("pk")[1:])
    return Visit.objects.filter(twice, status=Visit.Status.HELD)


def notices_of_nothing():
    """That tell a family of a summary which was not published."""
    published = Summary.objects.annotate(key=Cast("pk", CharField()))
    published = published.filter(key=OuterRef("about_id"))
    return Notice.objects.filter(~Exists(published), kind="visit.summary")


def at_two_doors():
    """Visitors who are at another door at the same time."""
    other = Visitor.objects.filter(
        user=OuterRef("user"), span__overlap=OuterRef("span"), pk__lt=OuterRef("pk")
    )
    return Visitor.objects.filter(Exists(other), span__isnull=False)


def register_invariants():
    """Say what the rows of visits hold."""
    register("drafts", "Every draft that was sent became one held visit.", drafts_without_visit)
    register("held-once", "Every visit was held once.", held_twice)
    register("summaries", "Families are told of summaries that were published.", notices_of_nothing)
    register("doors", "No visitor is at two doors at the same time.", at_two_doors)
