"""Asking once more: those who have not done by its day what an announcement asks of them.

Each announcement asks again once, and each person once: its second notice stands under a key of its own,
which the database gives to one row alone, and so do its receipts.
"""

import datetime as dt

from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, Q
from django.db.models.functions import Cast
from django.utils import timezone

from homeschool.journal.models import Notice, Receipt
from homeschool.journal.models.hours import zone_of
from homeschool.journal.models.reminding import days

from .announcing import ANNOUNCED, Announcement

ASKED_AGAIN = f"{ANNOUNCED}_again"
# Without a day until which it asks: so long after it left, by the calendar of the school.
AFTER_DAYS = 3
# Nobody is asked twice on one day, however short the time was that it gave.
AT_LEAST = dt.timedelta(days=1)


class NotOutYet(Exception):
    """It has not left, or its first letters are not written yet: there is nobody to ask again."""


class AskedBefore(Exception):
    """Those who had not answered were asked again before."""


class NobodyLeft(Exception):
    """Everybody has done what it asks."""


def due_at(announcement):
    """Return when those who have not answered are asked again, in UTC."""
    if announcement.answer_by is None:
        zone = zone_of(announcement.school.time_zone)
        return days(AFTER_DAYS).moment(announcement.sent_at, zone)
    return max(announcement.answer_by, announcement.sent_at + AT_LEAST)


def first_notice(announcement):
    """Return the notice by which it was told, or None."""
    return Notice.objects.filter(kind=ANNOUNCED, cancelled_at=None).about(announcement).first()


def still_open(announcement):
    """Return the receipts of those who have not done what it asks: read it, said so, signed it.

    Who was told by a person of the school has not read it, and is asked all the same.
    """
    rows = Receipt.objects.filter(notice__kind=ANNOUNCED).about(announcement)
    only_read = announcement.level == Announcement.Level.READ
    return rows.filter(read_at=None) if only_read else rows.filter(acknowledged_at=None)


def ask_again(announcement, *, by=None):
    """Ask those again who have not done what it asks; by its day, or because `by` wants it now.

    Who answers before the letter leaves is not asked: that is looked at once more at sending. Returns
    the Notice. Raises NotOutYet, AskedBefore, NobodyLeft.
    """
    with transaction.atomic():
        stands = Announcement.objects.select_for_update(of=("self",)).get(pk=announcement.pk)
        if stands.chased_at is not None:
            raise AskedBefore
        notice = first_notice(stands) if stands.state == Announcement.State.SENT else None
        if notice is None or notice.expanded_at is None:
            raise NotOutYet
        if by is not None and not still_open(stands).exists():
            raise NobodyLeft
        stands.chased_at = timezone.now()
        stands.save(update_fields=["chased_at"])
        stands.note("announcement.asked_again", by)
        asked = Notice.post(
            ASKED_AGAIN, stands, school=stands.school, by=by or stands.made_by,
            dedupe_key=f"{stands.pk}:again",
        )  # fmt: skip
    announcement.refresh_from_db()
    return asked


def waiting(since, until):
    """Return the announcements that may have to ask again between these moments."""
    rows = Announcement.objects.filter(state=Announcement.State.SENT, chased_at=None)
    told = Notice.objects.filter(kind=ANNOUNCED, expanded_at__isnull=False)

    key = Cast(OuterRef("pk"), CharField())
    out = Exists(told.filter(about_type=Announcement._meta.label_lower, about_id=key))
    by_day = Q(answer_by__gte=since, answer_by__lte=until)
    after = dt.timedelta(days=AFTER_DAYS + 1)
    by_rule = Q(sent_at__gte=since - after, sent_at__lte=until)
    return rows.filter(by_day | by_rule).filter(out).select_related("school").order_by("pk")
