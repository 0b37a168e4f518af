"""The letter to somebody of the staff whom a colleague called away: it is not to happen unnoticed."""

from django.conf import settings
from django.db.models import Value
from django.utils.translation import gettext_lazy as _

from homeschool.journal import kinds
from homeschool.journal.models import Entry
from homeschool.people.models import Membership
from messaging.models import Away
from messaging.models.away import AWAY_SET

from .away import away_in_words, today_at


def told(notice):
    """Return the open roles at the school of who is away, with `user_id` and `why`."""
    person = Away.objects.filter(pk=notice.about_id).values("person")
    rows = Membership.objects.open().filter(school=notice.school_id, user__is_active=True)
    return rows.filter(user__in=person).annotate(why=Value("away"))


def still_away(notice):
    """Whether nobody ended it, and its days are not over."""
    return Away.objects.to_come().filter(pk=notice.about_id).exists()


def words_of_away(notice, user):
    """Return what families read, who set it, and where it is taken back."""
    away = Away.objects.select_related("school", "person", "substitute").get(pk=notice.about_id)
    entry = Entry.objects.select_related("actor").get(verb=AWAY_SET, about_id=str(away.pk))
    page = settings.SITE_URL + away.get_absolute_url()
    return {"said": away_in_words(away, today_at(away.school)), "who": entry.actor, "page": page}


def register_away():
    """Tell the journal of the letter to who was called away."""
    kinds.register(
        kinds.Kind(
            name=AWAY_SET, label=_("Away and hours"), recipients=told, context=words_of_away,
            template="messaging/letters/away_set", alive=still_away, asks="read",
            again_when_uncertain=True, for_staff=True,
        )
    )  # fmt: skip
