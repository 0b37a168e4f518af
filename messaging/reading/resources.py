"""What parents may use, as it is read: topics, then one thing; and the shelf where staff keeps it."""

from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy as _

from homeschool.journal.models import hours
from homeschool.people import sight
from messaging.models import Resource, ResourceRead, ResourceWords

from .news import STATES
from .shelf import chip, excerpt

# How a topic looks: icon, tone, and what stands there in one line.
TOPICS = {
    "welcome": ("school", "", _("What a new family asks first")),
    "learning": ("book-open", "rust", _("Small things that help at home")),
    "growing": ("sprout", "good", _("Sleep, screens, friends")),
    "health": ("smile", "rust", _("Food, illness, feeling well")),
    "rules": ("shield-check", "calm", _("What we promised each other")),
    "forms": ("file-text", "calm", _("Papers to print and fill in")),
}
MOST = 500  # things on the page of topics; a school that has more is to tidy up
LONGEST_SEARCH = 100


@dataclass(frozen=True)
class Line:
    """One thing in a topic. `news` is "new", "changed" or ""."""

    url: str
    title: str
    text: str
    language: str
    kind: str
    changed_at: object
    news: str
    file: object = None
    school: str = ""


def shelf(user, words=""):
    """Return [{"label", "icon", "tone", "hint", "lines"}] of the topics in which something stands for
    `user`; `words` are searched for in what the user sees."""
    rows = Resource.objects.visible_to(user).open().holding(words[:LONGEST_SEARCH].strip())
    rows = list(rows.select_related("school").prefetch_related("words")[:MOST])
    read = _read_by(user, rows)
    found: dict = {topic: [] for topic in Resource.Topic.values}
    for row in rows:
        found[row.topic].append(_line(row, read))
    return [
        {
            "name": topic, "label": Resource.Topic(topic).label, "icon": TOPICS[topic][0],
            "tone": TOPICS[topic][1], "hint": TOPICS[topic][2], "lines": lines,
        }
        for topic, lines in found.items()
        if lines
    ]  # fmt: skip


def _read_by(user, rows):
    """Return {resource: when `user` had it open last}, or None for staff, for whom nothing is marked."""
    if user.roles() & sight.STAFF_ROLES:
        return None
    found = ResourceRead.objects.filter(resource__in=rows, person=user.pk)
    return dict(found.values_list("resource", "last_at"))


def _line(row, read):
    words = row.words_for(get_language())
    return Line(
        url=row.get_absolute_url(), title=words.title, text=excerpt(words.text),
        language=words.language, kind=row.get_kind_display(), changed_at=words.changed_at,
        news=_news(row, words, read), file=words if words.has_file else None,
        school=row.school.name,
    )  # fmt: skip


def _news(row, words, read):
    if read is None:
        return ""
    if row.pk not in read:
        return "new"
    return "changed" if words.changed_at > read[row.pk] else ""


def changed_since(user, row, words):
    """Return when `user` had the row open last, if the words changed after that, else None (one query)."""
    found = ResourceRead.objects.filter(resource=row.pk, person=user.pk)
    last = found.values_list("last_at", flat=True).first()
    return last if last is not None and words.changed_at > last else None


def resource(user, pk):
    """Return the resource for its reader, with all its words, or None."""
    rows = Resource.objects.visible_to(user).select_related("school", "responsible")
    return rows.prefetch_related("words").filter(pk=pk).first()


def files(user):
    """Return the language versions that hold a file which `user` may take along, with their bytes."""
    seen = Resource.objects.visible_to(user).values("pk")
    rows = ResourceWords.objects.kept().filter(resource__in=seen)
    return rows.select_related("resource__school").defer(None)


# --- the staff's shelf -------------------------------------------------------------------------------
LATE = "late"
FILTERS = STATES | {LATE: _("To be looked at again")}


def today_at(school):
    """Return the day by the clock of the school."""
    return timezone.localdate(timezone=hours.zone_of(school.time_zone))


def desk(user, state=""):
    """Return the resources that `user` keeps, of one state, the late ones, or all."""
    rows = Resource.objects.kept_by(user).select_related("school", "responsible")
    if state == LATE:
        return rows.overdue(timezone.localdate()).order_by("look_again_on", "pk")
    if state in STATES:
        rows = rows.filter(state=state)
    return rows.order_by("-made_at", "pk")


def desk_rows(found, figures):
    """Return [{"row", "words", "chip", "read", "saved", "late", "icon"}] of resources; `figures` is
    {key: (readers, who took a file along)}."""
    return [
        {
            "row": row, "words": row.words_for(get_language()), "chip": chip(row),
            "read": figures.get(row.pk, (0, 0))[0], "saved": figures.get(row.pk, (0, 0))[1],
            "late": is_late(row), "icon": TOPICS[row.topic][0],
        }
        for row in found
    ]  # fmt: skip


def is_late(row):
    """Whether somebody was to look at it again before today."""
    return row.state != row.State.WITHDRAWN and row.look_again_on < today_at(row.school)
