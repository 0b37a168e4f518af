"""The photos of a visit as one reader may see them."""

from functools import cached_property

from visits.models import Photo
from visits.models.photo import MOST, relations, who_may_say_yes


class Photos:
    """The photos of `visit` for `user`: erased ones are told to staff alone, as who and when."""

    def __init__(self, visit, user, zone, *, as_staff, made_by=False):
        self.visit, self.user, self.zone = visit, user, zone
        self.as_staff, self.made_by = as_staff, made_by

    @cached_property
    def _all(self):
        rows = Photo.objects.visible_to(self.user).filter(visit=self.visit)
        found = list(rows.select_related("by", "erased_by").order_by("at", "pk"))
        for row in found:
            row.at_here = row.at.astimezone(self.zone)
            row.erased_here = row.erased_at and row.erased_at.astimezone(self.zone)
        return found

    @property
    def rows(self):
        """Those that are there, oldest first (one query)."""
        return [row for row in self._all if not row.is_erased]

    @property
    def erased(self):
        """Those whose yes was taken back, as staff reads it."""
        return [row for row in self._all if row.is_erased] if self.as_staff else []

    @property
    def may_add(self):
        """Whether the reader made the visit, and its school keeps photos."""
        return self.made_by and self.visit.school.photos

    @property
    def is_full(self):
        """Whether no further photo is taken."""
        return len(self.rows) >= MOST

    @property
    def any(self):
        """Whether there is anything to be told about photos."""
        return bool(self._all) or self.may_add


def people_of(visit):
    """Return ([person], {person's id: name and relation}) of those who can say yes to a photo."""
    people = list(who_may_say_yes(visit))
    ties = relations(visit, people)
    words = {row.pk: ", ".join(filter(None, [row.full_name, ties.get(row.pk)])) for row in people}
    return people, words
