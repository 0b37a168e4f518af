"""Taking a school's roster along: written down, and told to those who administer the school."""

from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _, gettext_lazy

from homeschool.journal import kinds
from homeschool.journal.models import Entry, Notice
from homeschool.people import sight
from homeschool.people.models import Membership

EXPORTED = "people.exported"
# Beyond so many children the administrators of the school are told (design: access.md).
MANY = 200


def record_export(school, *, by, counts, **data):
    """Write down that the roster of `school` left the portal; `counts` is {"children": n, …}.

    `by` is None for the command line. Of more than 200 children its administrators are told.
    """
    with transaction.atomic():
        entry = Entry.record(
            "roster.exported",
            school,
            by=by,
            school=school,
            kind=Entry.Kind.EXPORTED,
            **data,
            **counts,
        )
        tell_of_many(entry, by=by)
    return entry


def tell_of_many(entry, *, by):
    """Tell the administrators of the school of an export, where `entry` counts more than 200 "children";
    call it in the transaction of the entry."""
    if entry.data.get("children", 0) > MANY:
        Notice.post(EXPORTED, entry, school=entry.school, by=by)


def _told_of(notice):
    """Return the open roles of those who administer the school, with `user_id` and `why`."""
    roles = Membership.objects.open().filter(school=notice.school_id, user__is_active=True)
    return roles.filter(role=sight.SCHOOL_ADMIN).annotate(why=F("role"))


def _words_of(notice, user):
    """Return who took how many children along, when, and whether as the list of an announcement."""
    entry = Entry.objects.select_related("actor").get(pk=notice.about_id)
    at = timezone.localtime(entry.at)
    return {
        "who": entry.actor.full_name if entry.actor else _("Somebody at the command line"),
        "number": entry.data["children"],
        "day": date_format(at, "DATE_FORMAT"),
        "time": date_format(at, "TIME_FORMAT"),
        "of_announcement": entry.verb == "announcement.exported",
        "is_own": entry.actor_id == user.pk,
    }


def register_kind():
    """Tell the journal of the letter that tells administrators of an export."""
    kinds.register(
        kinds.Kind(
            name=EXPORTED,
            label=gettext_lazy("Roster taken along"),
            recipients=_told_of,
            template="people/letters/exported",
            context=_words_of,
            lives_for=timedelta(days=14),
            again_when_uncertain=True,
            asks="read",
            urgency=kinds.DIRECT,
            must_arrive=gettext_lazy("Data of many children left the portal."),
            for_staff=True,
        )
    )
