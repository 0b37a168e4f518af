"""What the pages about a child ask of the database, as prepared queries.

The rows are those that `visible_to` and `watchers` give; where a query names a child alone, the page
has already found that the reader sees it.
"""

from django.contrib.postgres.aggregates import ArrayAgg
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Max, OuterRef, Subquery, TextField
from django.db.models.functions import Cast, TruncDate

from homeschool.journal.models import Entry
from homeschool.people import sight
from homeschool.people.asked.readers import prepared_for
from homeschool.people.models import (
    Address,
    Guardianship,
    Household,
    Membership,
    SchoolClass,
    Student,
    Term,
    User,
)
from homeschool.prepared import prepared, whole

ADVISER = tuple(
    f"school_class__adviser__{column}" for column in ("id", "until", "user__id", "user__full_name")
)


@prepared_for
def child_in_sight(user, pk):
    """The child with its school, division and class, and the class's adviser."""
    seen = Student.objects.visible_to(user).filter(pk=pk)
    return whole(seen, "school", "division", "school_class", columns=ADVISER)


@prepared_for
def divisions_with_children(user):
    """The divisions where the reader sees a child, with those classes: keys as text, in order. A
    class that is closed is not among them: a new one has its name."""
    seen = Student.objects.visible_to(user).filter(school_class=OuterRef("pk"))
    classes = SchoolClass.objects.open().filter(pk__in=seen.values("school_class"))
    return (
        classes.order_by("school__name", "division__code")
        .values(
            "school__name",
            "division__name",
            of_school=Cast("school", TextField()),
            of_division=Cast("division", TextField()),
        )
        .annotate(
            classes=ArrayAgg(Cast("id", TextField()), order_by="code"),
            names=ArrayAgg("name", order_by="code"),
        )
    )


@prepared_for
def ties_of(user, student):
    """Guardianships of the child that hold today, as far as the reader may see them."""
    rows = Guardianship.objects.visible_to(user).open().filter(student=student)
    return whole(rows, "guardian", "restricted_by")


@prepared
def addresses_of(people):
    """The addresses of these people."""
    return Address.objects.filter(user__in=people).values("user_id", "value")


@prepared
def homes_of(student):
    """Where the child lives, and with whom."""
    adults = User.objects.filter(households=OuterRef("pk")).order_by("sort_key", "id")
    homes = Household.objects.filter(students=student).order_by("address")
    return homes.annotate(adults=ArraySubquery(adults.values("full_name"))).values(
        "address", "region__name", "adults"
    )


@prepared_for
def siblings_of(user, student):
    """Other children of the same guardians whom the reader may see too."""
    guardians = Guardianship.objects.open().filter(student=student)
    ties = Guardianship.objects.open().filter(guardian__in=guardians.values("guardian"))
    others = Student.objects.visible_to(user).filter(pk__in=ties.values("student"))
    return others.exclude(pk=student).values("pk", "full_name", "school_class__name")


@prepared
def team_of(student, *, roles):
    """Who of the staff looks after the child: a row for each reason."""
    rows = sight.watchers([student], roles=set(roles))
    return rows.values("role", "user__full_name", "user__sort_key")


# --- who looked ----------------------------------------------------------------------------------
@prepared
def lookers(student, school, since, own=None, *, limit, zone):
    """Who opened the record of the child since then: a row for a person, a day and a purpose. The
    child's `own` account is left out."""
    role = Membership.objects.filter(user=OuterRef("actor"), school=school)
    rows = Entry.objects.filter(student=student, kind=Entry.Kind.VIEWED, at__gte=since)
    if own:
        rows = rows.exclude(actor=own)
    return (
        rows.exclude(actor=None)
        .annotate(
            day=TruncDate("at", tzinfo=zone),
            role=Subquery(role.order_by("-since").values("role")[:1]),
        )
        .values("day", "verb", "actor", "actor__full_name", "role")
        .annotate(times=Count("id"), last=Max("at"))
        .order_by("-last")[:limit]
    )


@prepared
def terms_begun(school, today):
    """The newest term of the school that had begun on this day."""
    begun = Term.objects.filter(school=school, start__lte=today).order_by("-start")
    return begun.values("start")[:1]
