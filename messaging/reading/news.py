"""News as they are read: the page of everybody, newest first, and the desk where they are kept.

Tales of other rooms (stories of visits) stand among them as long as their room tells them.
"""

import datetime as dt
import uuid
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import get_language, gettext_lazy as _

from homeschool.journal.models import hours, tales
from homeschool.people import sight
from messaging.models import News, NewsRead, Resource, ResourceRead

from .shelf import chip, excerpt

A_PAGE = 12
# How a category looks: icon, tone.
LOOKS = {
    "life": ("sun", "rust"),
    "lessons": ("book-open", ""),
    "health": ("sprout", "good"),
    "events": ("calendar-days", "rust"),
    "notices": ("bell", "calm"),
}
TALE_LOOK = ("heart-handshake", "")


@dataclass(frozen=True)
class Row:
    """One article or tale in the list."""

    key: str
    since: dt.datetime
    url: str
    title: str
    text: str
    language: str
    label: str
    icon: str
    tone: str
    school: str = ""
    picture: object = None
    new: bool = False

    @property
    def cursor(self):
        """The place in the list from which on the next page is."""
        return f"{self.since.isoformat()}_{self.key}"


def read_cursor(text):
    """Return (moment, key) of the place that an address names, or None where it names none."""
    moment, _mark, key = text.partition("_")
    try:
        at, key = parse_datetime(moment), uuid.UUID(key)
        return (at.astimezone(dt.UTC), key) if at is not None and at.tzinfo else None
    except (ValueError, OverflowError):  # no moment, or one that UTC has no year for
        return None


def categories():
    """Return {name: label} of all categories: those of articles, then the tales of other rooms."""
    return dict(News.Category.choices) | {one.name: one.label for one in tales.registered()}


class Paper:
    """The news that `user` reads, from the place `after` on, of one category or of all."""

    def __init__(self, user, category="", after=""):
        self.user, self.after = user, read_cursor(after)
        self.category = category if category in categories() else ""

    @cached_property
    def _found(self):
        """One row more than a page holds, to know whether there is another."""
        sources = [s for s in tales.registered() if self.category in ("", s.name)]
        found = [row for source in sources for row in self._tales(source)]
        if self.category in ("", *News.Category.values):
            found += self._articles()
        found.sort(key=lambda row: (row.since, row.key), reverse=True)
        return found[: A_PAGE + 1]

    @property
    def rows(self):
        return self._found[:A_PAGE]

    @property
    def next(self):
        """The cursor of the next page, "" where this is the last."""
        return self.rows[-1].cursor if len(self._found) > A_PAGE else ""

    def _page(self, rows, column):
        if self.after:
            at, key = self.after
            older = Q(**{f"{column}__lt": at}) | Q(**{column: at, "pk__lt": key})
            rows = rows.filter(older)
        return rows.order_by(f"-{column}", "-pk")[: A_PAGE + 1]

    def _articles(self):
        rows = News.objects.visible_to(self.user).open()
        if self.category:
            rows = rows.filter(category=self.category)
        rows = rows.select_related("school", "picture").defer("picture__content")
        found = list(self._page(rows.prefetch_related("words"), "since"))
        read = NewsRead.objects.filter(news__in=found, person=self.user.pk)
        seen = set(read.values_list("news", flat=True)) if self._marks else set()
        return [self._article(row, row.pk not in seen) for row in found]

    @cached_property
    def _marks(self):
        """Whether what is new is marked: for families; of staff nobody counts what it reads."""
        return not self.user.roles() & sight.STAFF_ROLES

    def _article(self, row, new):
        words = row.words_for(get_language())
        icon, tone = LOOKS[row.category]
        return Row(
            key=str(row.pk), since=row.since, url=row.get_absolute_url(), title=words.title,
            text=excerpt(words.text), language=words.language, label=row.get_category_display(),
            icon=icon, tone=tone, school=row.school.name, picture=getattr(row, "picture", None),
            new=new and self._marks,
        )  # fmt: skip

    def _tales(self, source):
        for row in self._page(source.told(self.user), source.moment):
            tale = source.tale(row)
            language, title, text = tale.texts[0]
            yield Row(
                key=str(tale.key), since=tale.since, title=title, text=excerpt(text),
                url=reverse("messaging:news-tale", args=[source.name, tale.key]), language=language,
                label=source.label, icon=TALE_LOOK[0], tone=TALE_LOOK[1],
            )  # fmt: skip


def article(user, pk):
    """Return the article for its reader, with words and picture, or None."""
    rows = News.objects.visible_to(user).select_related("school", "picture")
    rows = rows.defer("picture__content").prefetch_related("words")
    return rows.filter(pk=pk).first()


# --- the desk -----------------------------------------------------------------------------------------
STATES = {
    "proposed": _("Wait for a leader"),
    "published": _("Families read them"),
    "draft": _("Being written"),
    "withdrawn": _("Taken back"),
}


def desk(user, state=""):
    """Return the articles that `user` keeps, of one state or of all, newest first."""
    rows = News.objects.kept_by(user).select_related("school", "made_by")
    if state in STATES:
        rows = rows.filter(state=state)
    return rows.prefetch_related("words").order_by("-made_at", "pk")


def readers(rows):
    """Return {key: how many people read it} of these articles (one query)."""
    found = NewsRead.objects.filter(news__in=rows).order_by().values_list("news")
    return dict(found.annotate(Count("person")))


def desk_rows(found, counts):
    """Return [{"row", "words", "chip", "read"}] of articles; `counts` is {key: readers}."""
    return [
        {
            "row": row, "words": row.words_for(get_language()), "chip": chip(row),
            "read": counts.get(row.pk, 0), "icon": LOOKS[row.category][0],
        }
        for row in found
    ]  # fmt: skip


# --- the report ---------------------------------------------------------------------------------------
def reads(school, term):
    """Return what the report of a term says of news and resources of `school`:

    {"news": {"published", "readers", "reads", "languages": {code: reads}}, "resources": the same with
    "saved": how many took a file along}. Published are those whose families could begin to read in the term;
    readers are distinct people, a read is one person's first opening of one thing in the term; the days
    are those of the school's clock. Six queries.
    """
    zone = hours.zone_of(school.time_zone)
    span = [dt.datetime.combine(day, dt.time(), zone) for day in (term.start, term.end)]
    news = NewsRead.objects.filter(news__school=school, **_within("at", span))
    used = ResourceRead.objects.filter(resource__school=school)
    opened = used.filter(**_within("first_at", span))
    saved = used.filter(**_within("saved_at", span)).count()
    return {
        "news": _counted(News, school, span, news),
        "resources": _counted(Resource, school, span, opened) | {"saved": saved},
    }


def _within(column, span):
    return {f"{column}__gte": span[0], f"{column}__lt": span[1]}


def _counted(model, school, span, rows):
    published = model.objects.filter(school=school, **_within("since", span))
    languages = rows.per_language()
    return {
        "published": published.exclude(published_at=None).count(),
        "readers": rows.order_by().values("person").distinct().count(),
        "reads": sum(languages.values()),
        "languages": languages,
    }
