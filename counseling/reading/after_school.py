"""The time after lessons as staff walks through it: the places that stand beside each other."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from homeschool.people import sight

_READERS = frozenset({sight.ADVISER, sight.COUNSELOR, sight.LEADER})
_ADMIN = frozenset({sight.SCHOOL_ADMIN})
# Name of the page, what it is called, and who opens it.
PLACES = (
    ("programme-list", _("Programmes"), _READERS | _ADMIN),
    ("session-week", _("Week"), _READERS | _ADMIN),
    ("resource-list", _("Rooms and things"), _READERS | _ADMIN),
    ("volunteer-list", _("Volunteers"), frozenset({sight.COUNSELOR, sight.LEADER}) | _ADMIN),
    ("pair-list", _("Learning pairs"), _READERS),
)


@dataclass(frozen=True)
class Here:
    """One place; `here` says that the reader is there."""

    url: str
    label: str
    here: bool


def places(user, here):
    """Return [Here] of the places that `user` may open; `here` is the name of the page at hand."""
    roles = user.roles()
    return [
        Here(reverse(f"counseling:{name}"), label, name == here)
        for name, label, who in PLACES
        if who & roles
    ]
