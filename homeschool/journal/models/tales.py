"""What rooms tell in the news of a school beside its own articles: sources of tales, which the rooms make
known in `AppConfig.ready()`.

The journal knows no other room, and nothing of a tale is copied: the source is asked each time a page is
drawn, so that what is told no more is gone at that moment.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise


@dataclass(frozen=True)
class Tale:
    """One thing that is told at this moment.

    `texts` are [(language, title, text)], that of the reader's language first; `named` stands below
    it, "" for nothing; `url` is its page in its own room; `since` is when it came into the news.
    """

    source: str
    key: object
    texts: list
    named: str
    url: str
    since: datetime


@dataclass(frozen=True)
class Source:
    """One kind of tale.

    `label` names the kind as a category of news. `told(user)` returns the queryset of rows that `user`
    may read in the news at this moment, `tale(row)` the Tale of one of them, and `moment` names the
    column that says since when.
    """

    name: str
    label: str | Promise
    told: Callable
    tale: Callable
    moment: str = "published_at"


_sources: dict[str, Source] = {}


def register(source):
    """Make a source known under its name; the last one stands."""
    _sources[source.name] = source


def registered():
    """Return all of them, by name."""
    return [_sources[name] for name in sorted(_sources)]


def get(name):
    """Return the source. Raises LookupError for a name that no room registered."""
    return _sources[name]
