"""What visits tell people, and whom: the kinds of notices of this room."""

from datetime import timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, gettext_lazy as _, pgettext

from homeschool.journal import kinds
from homeschool.people import sight
from visits.models import Promise, Summary

from .offers import register_offers
from .outings import register_outings
from .stories import register_stories
from .voices import voices_of


def day_in_words(day):
    """Return a day with its weekday, as the reader's language says it."""
    words = {"weekday": date_format(day, "l"), "date": date_format(day, "MONTH_DAY_FORMAT")}
    return pgettext("a day, like Thursday 26 November", "%(weekday)s %(date)s") % words


def promise_in_words(promise):
    """Return {"side", "title", "what", "who", "due"}: a promise as both sides read it."""
    side = promise.side
    titles = {Promise.Side.SCHOOL: gettext("School"), Promise.Side.FAMILY: gettext("Home")}
    owner = promise.owner.full_name if promise.owner else promise.owner_name
    if side == Promise.Side.STUDENT:
        owner = promise.student.called
    return {
        "side": side,
        "title": titles.get(side, owner),
        "what": promise.what,
        "who": owner if side in titles else "",
        "due": day_in_words(promise.due) if promise.due else "",
    }


def _summary(notice):
    """Return the Summary that a notice tells of, with its visit."""
    return Summary.objects.select_related("visit__school", "published_by").get(pk=notice.about_id)


def readers_of_summary(notice):
    """Return the rows of Sight of those who are told of a summary: the family that may receive."""
    summary = Summary.objects.filter(pk=notice.about_id)
    return sight.receivers(summary.values("visit__children"), "visits")


def words_of_summary(notice, user):
    """Return what a letter about a summary holds for `user`: only what this reader may know."""
    summary = _summary(notice)
    told = summary.read_by(user)
    children = [row["student"] for row in told["children"]]
    asked = children and told["home"]  # another home of the child was not there
    return told | {
        "summary": summary,
        "voices": voices_of(summary, user, children) if asked else None,
        "day": day_in_words(timezone.localtime(summary.visit.happened_at)),
        "promises": [promise_in_words(promise) for promise in told["promises"]],
    }


def register_kinds():
    """Tell the journal of this room's notices."""
    register_offers()
    register_outings()
    register_stories()
    kinds.register(
        kinds.Kind(
            name="visit.summary",
            label=_("Summary of a visit"),
            recipients=readers_of_summary,
            template="visits/letters/summary",
            context=words_of_summary,
            lives_for=timedelta(days=30),
            again_when_uncertain=True,
            asks="tap",
        )
    )
