"""Verbs that belong to no single visit: what moves when people change hands."""

from functools import partial

from django.apps import apps
from django.db import transaction
from django.utils import timezone
from django.utils.translation import ngettext

from homeschool.journal.models import Entry
from homeschool.people.actions import handing, merging, uniting

from .models import Addendum, Draft, Promise, Visit, VisitChild, Visitor
from .models.planning import Taken, taking

# Who did something then keeps the name under which it was done; a held visit is never changed.
HISTORY = (
    "visits.Visitor.user", "visits.Participant.guardian", "visits.Visit.recorded_by",
    "visits.Summary.published_by", "visits.Addendum.seen_by", "visits.Draft.started_by",
    "visits.Draft.saved_by", "visits.Meeting.recorded_by", "visits.Promise.done_by",
    # what staff planned and noted, and who of a family answered an invitation
    "visits.Campaign.made_by", "visits.Team.lead", "visits.Team.interpreter",
    "visits.Team_members.user", "visits.Round.made_by", "visits.Round_visitors.user",
    "visits.Holder.user", "visits.Offer.answered_by", "visits.Offer.noted_by",
    "visits.ConferenceDay.made_by", "visits.Slot.host", "visits.Booking.host",
    "visits.Booking.booked_by", "visits.Booking.ended_by", "visits.Meeting.minutes_by",
    "visits.MeetingHome.answered_by", "visits.MeetingHome.marked_by",
    "visits.Outing.out_by", "visits.Outing.back_by",
    "visits.Suggestion.answered_by", "visits.FurtherAnswer.by",
    "visits.Photo.by", "visits.Photo.said_by", "visits.Photo.erased_by",
    "visits.Material.by", "visits.Material.removed_by",
    "visits.Story.written_by",
    "visits.Confidence.by", "visits.Confidence.lifted_by", "visits.Need.resolved_by",
)  # fmt: skip


# --- a caseload goes to a colleague ------------------------------------------------------------------


def move_visits(going):
    """Let the colleague make the visits that are still to come; returns how many went along.

    A record that somebody has begun is open to the colleague too. Call it in a transaction.
    """
    found = _to_come(going, going.giver).select_for_update(of=("self",))
    return sum(_give_visit(visit, going) for visit in found.order_by("pk"))


def visits_at_once(going):
    """Return how many visits that went along fall into the time of another one of the colleague."""
    twice = Visitor.objects.filter(user=going.taker.user_id, span=None)
    found = _to_come(going, going.taker).exclude(planned_at=None)
    return found.filter(status__in=Visit.BUSY, pk__in=twice.values("visit")).count()


def _to_come(going, membership):
    lines = VisitChild.objects.filter(student__in=going.children)
    made = Visitor.objects.filter(user=membership.user_id)
    to_come = Visit.objects.filter(
        school=membership.school_id, status__in=Visit.OPEN, pk__in=made.values("visit")
    ).exclude(planned_at__lt=timezone.now())
    return to_come.filter(pk__in=lines.values("visit"))


def _give_visit(visit, going):
    mine = Visitor.objects.filter(visit=visit, user=going.giver.user_id)
    if Visitor.objects.filter(visit=visit, user=going.taker.user_id).exists():
        mine.delete()
    else:
        try:
            taking(lambda: mine.update(user=going.taker.user_id))
        except Taken:  # at another door then: one of the two visits has to be moved, and it is said
            mine.update(user=going.taker.user_id, span=None)
    for draft in Draft.objects.open().filter(pk=visit.pk):
        draft.writers.add(going.taker.user_id)
    for line in visit.lines.select_related("student"):
        Entry.record(
            "visit.handed_over", visit, by=going.by, student=line.student, school=visit.school
        )
    return 1


def move_promises(going):
    """Let the colleague keep what the other promised and did not do yet; returns how many."""
    with transaction.atomic():
        owed = Promise.objects.open().filter(owner=going.giver.user_id, student__in=going.children)
        found = list(owed.select_for_update(of=("self",)).select_related("student__school"))
        for promise in found:
            promise.owner_id = going.taker.user_id
            promise.save(update_fields=["owner"])
            Entry.record(
                "promise.handed_over",
                promise,
                by=going.by,
                student=promise.student,
                school=promise.student.school,
            )
    return len(found)


def visits_in_words(n):
    """Return so many planned visits in words."""
    return ngettext("%(n)d planned visit", "%(n)d planned visits", n) % {"n": n}


def at_once_in_words(n):
    """Return in words that so many visits meet another one of the colleague."""
    told = ngettext(
        "%(n)d of them falls into the time of another visit. Please move one of the two.",
        "%(n)d of them fall into the time of another visit. Please move one of each two.",
        n,
    )
    return told % {"n": n}


def promises_in_words(n):
    """Return so many open promises in words."""
    return ngettext("%(n)d open promise", "%(n)d open promises", n) % {"n": n}


# --- two accounts of a guardian become one -----------------------------------------------------------


def move_owned(done):
    """Let promises of the account that goes be owed by the kept one."""
    Promise.objects.filter(owner=done.gone).update(owner=done.keep)


def move_words(done):
    """Let the family's own words stand with the kept account, so that their author reads them."""
    Addendum.objects.filter(by=done.gone).update(by=done.keep)


def move_homes(name, done):
    """Let the kept account be the home that has no household: with its answers and its bookings.

    What both answered once stays once; the other answer stays with the closed account.
    """
    rows = apps.get_model("visits", name).objects.filter(person=done.gone)
    if name == "MeetingHome":
        mine = rows.model.objects.filter(person=done.keep).values("meeting")
        rows = rows.exclude(meeting__in=list(mine.values_list("meeting", flat=True)))
    rows.update(person=done.keep)


def move_voices(done):
    """Let the family's own answers after visits stand with the kept account; of two about one visit
    the kept account's counts, and the other stays with the closed one."""
    voices = apps.get_model("visits", "Voice").objects
    mine = list(voices.filter(person=done.keep).values_list("visit", flat=True))
    voices.filter(person=done.gone).exclude(visit__in=mine).update(person=done.keep)


def move_consents(done):
    """Let what the person answered about stories be the kept account's, to be changed by it."""
    apps.get_model("visits", "Story").objects.filter(answered_by=done.gone).update(
        answered_by=done.keep
    )


def end_feeds(done):
    """End the calendar addresses of the account that goes: nobody is to read by them any more."""
    feeds = apps.get_model("visits", "Feed").objects.filter(user=done.gone, revoked_at=None)
    feeds.update(revoked_at=done.now)


def register():
    """Tell people what of visits goes along when somebody's caseload or account moves."""
    handing.register("visits", visits_in_words, move_visits)
    handing.register("visits_at_once", at_once_in_words, visits_at_once)
    handing.register("promises", promises_in_words, move_promises)
    for field in HISTORY:
        merging.moves(field, merging.STAYS)
    merging.moves("visits.Promise.owner", move_owned)
    merging.moves("visits.Addendum.by", move_words)
    merging.moves("visits.MeetingHome.person", partial(move_homes, "MeetingHome"))
    merging.moves("visits.Booking.person", partial(move_homes, "Booking"))
    merging.moves("visits.Feed.user", end_feeds)
    merging.moves("visits.Voice.person", move_voices)
    merging.moves("visits.Story.answered_by", move_consents)
    merging.moves("visits.Draft_writers.user", partial(uniting.unite_pairs, Draft.writers.through))
