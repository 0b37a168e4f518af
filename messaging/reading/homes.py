"""Who writes to whom about a child: its homes, each by itself, and the people of the school.

A home is a household, or one person whose household is not written down; a grown student is one by
itself. Staff reads of each home the names and what the people are to the child, never where it is.
"""

from dataclasses import dataclass, field
from functools import cached_property

from homeschool.context import ROLE_NAMES
from homeschool.people import sight
from homeschool.people.models import Guardianship, Household, User
from homeschool.people.views.seen import listed
from messaging.models.thread import ITEM, staff_watching

# In which order the people of the school are named to a family.
ORDER = (sight.ADVISER, sight.COUNSELOR, sight.LEADER)


@dataclass
class Home:
    """One home of a child; `key` is what a form sends for it."""

    key: str
    people: list = field(default_factory=list)
    relations: dict = field(default_factory=dict)

    @property
    def words(self):
        """Its people, each with what the person is to the child."""
        return listed(
            f"{one.full_name} ({self.relations[one.pk]})" if self.relations.get(one.pk) else one.full_name
            for one in self.people
        )  # fmt: skip


class Sides:
    """The two sides that write about `child`: its homes, and its staff."""

    def __init__(self, child):
        self.child = child

    @cached_property
    def _family(self):
        """The people of the family who are told of messages, by key."""
        told = sight.receivers([self.child.pk], ITEM).values("user")
        return {one.pk: one for one in User.objects.filter(pk__in=told).order_by("sort_key", "pk")}

    @cached_property
    def _ties(self):
        rows = Guardianship.objects.open().filter(student=self.child.pk, guardian__in=self._family)
        return {row.guardian_id: row for row in rows}

    @cached_property
    def homes(self):
        """[Home] of those who are told of messages, who is asked first coming first (four queries)."""
        return self._grouped(self._family, self._ties)

    def _grouped(self, people, ties):
        lives = Household.guardians.through.objects.filter(
            user__in=people, household__students=self.child.pk
        )
        house_of: dict = {}
        for user, house in lives.order_by("household").values_list("user", "household"):
            if user != self.child.user_id:
                house_of.setdefault(user, house)
        found: dict = {}
        for pk, person in people.items():
            key = f"h-{house_of[pk]}" if pk in house_of else f"p-{pk}"
            home = found.setdefault(key, Home(key))
            home.people.append(person)
            home.relations[pk] = ties[pk].relation_words if pk in ties else ""
        return sorted(found.values(), key=lambda home: (not _is_first(home, ties), home.key))

    def home_of(self, user):
        """Return the people of the home in which `user` stands with the child, the user among them:
        those who read what it writes."""
        people = self._family | {user.pk: user}
        homes = self._grouped(people, self._ties)
        return next(home.people for home in homes if user in home.people)

    @cached_property
    def staff(self):
        """{key: (person, role in words)} of who may be written to: the class's adviser and the
        counselors, else those who lead (two queries)."""
        rows = staff_watching([self.child.pk]).values_list("user", "role")
        roles: dict = {}
        for user, role in rows:
            roles.setdefault(user, set()).add(role)
        near = {pk for pk, held in roles.items() if held & {sight.ADVISER, sight.COUNSELOR}}
        people = User.objects.filter(pk__in=near or roles).order_by("sort_key", "pk")
        found = {one.pk: (one, _first(roles[one.pk])) for one in people}
        order = sorted(found, key=lambda pk: ORDER.index(found[pk][1]))
        return {pk: (found[pk][0], str(ROLE_NAMES[found[pk][1]])) for pk in order}


def _is_first(home, ties):
    return any(one.pk in ties and ties[one.pk].primary for one in home.people)


def _first(roles):
    return next(role for role in ORDER if role in roles)
