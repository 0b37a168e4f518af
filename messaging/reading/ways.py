"""The room as its readers walk through it: the places that stand beside each other."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from homeschool.people import sight

_WRITERS = frozenset({sight.ADVISER, sight.COUNSELOR, sight.LEADER})
_ADMIN = frozenset({sight.SCHOOL_ADMIN})
# Name of the page, what it is called, and who of the staff opens it; families open FOR_FAMILIES.
PLACES = (
    ("thread-list", _("Messages"), _WRITERS),
    ("announcement-list", _("Announcements"), _WRITERS | _ADMIN),
    ("suggestion-list", _("Suggestions"), frozenset({sight.LEADER}) | _ADMIN),
    ("news-list", _("News"), _WRITERS | _ADMIN),
    ("resource-list", _("For parents"), _WRITERS | _ADMIN),
    ("term-list", _("Words"), _WRITERS | _ADMIN),
    ("away-list", _("Away and hours"), _WRITERS | _ADMIN),
)
FOR_FAMILIES = (
    ("thread-list", _("Messages")),
    ("announcement-list", _("From the school")),
    ("news-list", _("News")),
    ("resource-list", _("For parents")),
    ("suggestion-list", _("Suggestions")),
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
    found = [(name, label) for name, label, who in PLACES if who & roles] or FOR_FAMILIES
    return [Here(reverse(f"messaging:{name}"), label, name == here) for name, label in found]
