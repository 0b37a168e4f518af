"""To whom a school can speak at once: audiences, which the rooms make known in `AppConfig.ready()`.

The journal knows no other room. A room says once, by name, which rows can be an audience (a class, a
campaign), which children stand behind one, and how it is called; who is told is decided by sight, at
the moment of sending.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True)
class Audience:
    """One kind of audience.

    `rows(user)` returns the queryset of rows to which `user` may speak, `children(key)` the queryset of
    keys of children behind one of them today, `called(key)` its name; keys are texts. `label` names
    the kind ("a class"). `stands(key)` says whether something new may still go to it: what families
    read already, they go on reading.
    """

    name: str
    label: str | Promise
    rows: Callable
    children: Callable
    called: Callable
    stands: Callable = lambda _key: True


_audiences: dict[str, Audience] = {}


def register(audience):
    """Make an audience known under its name; the last one stands."""
    _audiences[audience.name] = audience


def registered():
    """Return all of them, by name."""
    return [_audiences[name] for name in sorted(_audiences)]


def get(name):
    """Return the audience. Raises LookupError for a name that no room registered."""
    return _audiences[name]
