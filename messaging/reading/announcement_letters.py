"""The letter of an announcement, and what a family reads of it.

What is only to be read waits for the evening letter; what has to be answered or signed leaves at once.
The subject says neither the title nor a name: it is read over shoulders, and the title is text of people.
"""

import datetime as dt
from functools import cached_property

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext as _, gettext_lazy

from homeschool.journal import kinds
from homeschool.journal.models import hours
from homeschool.people import sight
from homeschool.people.models import Student
from homeschool.people.views.seen import listed
from messaging.models import Announcement, Signature
from messaging.models.announcing import ANNOUNCED
from messaging.models.thread import ITEM

Level = Announcement.Level


def language_name(code):
    """Return the name of a language, in itself; a code that is known no more as it is."""
    return dict(settings.LANGUAGES).get(code, code)


class Words:
    """The words of an announcement for one reader: the own language first, the others beside."""

    def __init__(self, announcement, language):
        self.announcement = announcement
        rows = sorted(announcement.wordings.all(), key=lambda row: row.pk)
        self.first = rows[0] if rows else None
        self.own = next((row for row in rows if row.language == language), self.first)
        self.others = [row for row in rows if row is not self.own]
        for row in rows:
            row.language_name = language_name(row.language)
            row.is_first = row is self.first


class Reading:
    """An announcement in the eyes of one person who was told; speak the reader's language."""

    def __init__(self, announcement, reader, receipt=None, language=""):
        self.announcement, self.reader, self.receipt = announcement, reader, receipt
        self.words = Words(announcement, language or get_language())
        self.zone = hours.zone_of(announcement.school.time_zone)

    @cached_property
    def children(self):
        """The children of the reader about whom it was, as far as the reader sees them now."""
        told = self.announcement.told.values("student")
        seen = Student.objects.visible_to(self.reader, roles=sight.FAMILY_ROLES, item=ITEM)
        return list(seen.filter(pk__in=told).select_related("school_class").order_by("sort_key"))

    @property
    def why(self):
        """Why the reader got it, in one sentence; "" where no child is seen any more."""
        if [child for child in self.children if child.user_id == self.reader.pk]:
            return _("You get this because you go to this school.")
        if not self.children:
            return ""
        names = listed(self._child_in_words(child) for child in self.children)
        return _("You get this because you look after %(children)s.") % {"children": names}

    @staticmethod
    def _child_in_words(child):
        words = {"child": child.called, "class": child.school_class.name}
        return _("%(child)s (%(class)s)") % words if words["class"] else child.called

    @cached_property
    def signature(self):
        """The signature of the reader, or None."""
        if self.announcement.level != Level.SIGN:
            return None
        rows = Signature.objects.filter(
            receipt__person=self.reader,
            receipt__notice__kind__startswith=ANNOUNCED,
            receipt__notice__about_id=str(self.announcement.pk),
        )
        return rows.select_related("wording").first()

    @property
    def is_late(self):
        """Whether the day until which an answer was asked is over."""
        until = self.announcement.answer_by
        return until is not None and until <= timezone.now()


# --- the kind -------------------------------------------------------------------------------------


def of_notice(notice):
    """Return the announcement of a notice, kept with it: a letter asks several times."""
    kept = getattr(notice, "_announcement", None)
    if kept is None:
        rows = Announcement.objects.select_related("school", "made_by")
        kept = rows.prefetch_related("wordings").get(pk=notice.about_id)
        notice._announcement = kept
    return kept


def recipients(notice):
    """Return the rows of Sight of those who have the right to be told, at this moment."""
    return of_notice(notice).people()


def alive(notice):
    """Whether it has left; it cannot be taken back."""
    return of_notice(notice).state == Announcement.State.SENT


def asks(notice):
    """Return what the letter asks: "read", "tap" or "sign"."""
    return of_notice(notice).level


def urgency(notice):
    """What is only to be read may wait for the evening letter."""
    return kinds.ROUTINE if of_notice(notice).level == Level.READ else kinds.DIRECT


def words(notice, user):
    """Return what the letter says, in the language that is spoken now."""
    announcement = of_notice(notice)
    page = reverse("messaging:announcement-own", args=[announcement.pk])
    return {
        "reading": Reading(announcement, user), "announcement": announcement,
        "page": settings.SITE_URL + page,
    }  # fmt: skip


def register_announcements():
    """Tell the journal of this kind of notices."""
    kinds.register(
        kinds.Kind(
            name=ANNOUNCED,
            label=gettext_lazy("News from the school"),
            recipients=recipients,
            template="messaging/letters/announcement",
            context=words,
            alive=alive,
            lives_for=dt.timedelta(days=14),
            again_when_uncertain=True,
            asks=asks,
            urgency=urgency,
        )
    )
