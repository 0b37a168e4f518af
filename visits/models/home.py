"""Homes: whose answer it is to an invitation of a school, a household's or a person's."""

import uuid
from typing import NamedTuple

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q

from homeschool.people.models import Enrolment, Household, Student, User


class Home(NamedTuple):
    """Whose answer it is: a household, or a person whose household is not written down."""

    household: uuid.UUID | None = None
    person: uuid.UUID | None = None


def homes_of(user, children):
    """Return {child's id: {Home}}: for which homes `user` of the family answers (one query).

    The households in which `user` stands with the child; without one, `user` alone, so that no
    other home of the child is met. A grown student with two households answers alone too.
    """
    children = {child.pk: child for child in children}
    ties = Household.students.through.objects.filter(student__in=children).filter(
        Q(household__guardians=user.pk) | Q(student__user=user.pk)
    )
    found: dict = {pk: set() for pk in children}
    for household, child in ties.values_list("household", "student"):
        found[child].add(Home(household=household))
    for pk, homes in found.items():
        itself = children[pk].user_id == user.pk
        if not homes or (itself and len(homes) > 1):
            found[pk] = {Home(person=user.pk)}
    return found


class HomeQuerySet(models.QuerySet):
    def of(self, homes):
        """Return the rows of these homes."""
        households = [home.household for home in homes if home.household]
        people = [home.person for home in homes if home.person]
        return self.filter(Q(household__in=households) | Q(person__in=people))

    def members(self):
        """Return the ids of the people of these homes, as a queryset of `pk`."""
        houses = self.exclude(household=None).values("household")
        people = Q(pk__in=self.exclude(person=None).values("person"))
        lives = Household.objects.filter(pk__in=houses)
        return User.objects.filter(
            people
            | Q(Exists(lives.filter(guardians=OuterRef("pk"))))
            | Q(Exists(lives.filter(students__user=OuterRef("pk"))))
        ).values("pk")


class OfAHome(models.Model):
    """What belongs to one home: a household, else a person."""

    household = models.ForeignKey(
        Household, models.PROTECT, null=True, blank=True, related_name="+"
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        abstract = True

    @property
    def home(self):
        """Whose row it is."""
        return Home(self.household_id, self.person_id)


def one_home(name):
    """Return the constraint that a row is of a household or of a person, and not of both."""
    return models.CheckConstraint(
        condition=Q(household=None, person__isnull=False) | Q(household__isnull=False, person=None),
        name=name,
    )


def children_in(classes):
    """Return the children on roll in these classes (a queryset of ids), homeroom or course."""
    courses = Enrolment.objects.filter(student=OuterRef("pk"), school_class__in=classes)
    return Student.objects.active().filter(Q(school_class__in=classes) | Q(Exists(courses)))
