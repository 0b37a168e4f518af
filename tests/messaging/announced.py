"""Announcements for tests: written, sent and told as the portal does it."""

from homeschool.journal import actions, channels
from homeschool.journal.models import Notice, Receipt
from messaging.models import Announcement, Wording
from messaging.models.announcing import ANNOUNCED


def announce(cast, *, by=None, level="read", words=("en", "es"), **columns):
    """Return an announcement to the cast's class that has not left, with words in these languages."""
    by = by or cast.adviser
    said = {
        "en": ("Trip", "We go to the museum."),
        "es": ("Excursión", "Vamos al museo."),
        "zh-hans": ("郊游", "我们去博物馆。"),
    }
    first, *others = words
    title, text = said[first]
    row = Announcement.objects.begin(
        cast.school, columns.pop("audience", "class"),
        columns.pop("key", str(cast.school_class.pk)), by=by, level=level,
        words={"language": first, "title": title, "text": text}, **columns,
    )  # fmt: skip
    for language in others:
        Wording.objects.put(row, language, *said[language], by=by)
    return Announcement.objects.get(pk=row.pk)


def send(announcement, by=None):
    """Let it leave and be told, as the relay would."""
    announcement.send(by=by or announcement.made_by)
    tell(announcement)
    return announcement


def tell(announcement):
    """Write the receipts of one that has left."""
    notice = Notice.objects.get(kind=ANNOUNCED, about_id=str(announcement.pk))
    actions.expand([notice.pk])
    return notice


def receipt_of(announcement, person):
    return Receipt.objects.get(notice__about_id=str(announcement.pk), person=person)


def letter_of(announcement, person):
    """Return the e-mail that the person gets."""
    return channels.email_for(receipt_of(announcement, person).deliveries.get(channel="email"))
