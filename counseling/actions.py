"""What of plans goes along when a caseload goes to a colleague, or a child leaves its school."""

from django.utils.translation import ngettext

from homeschool.people import sight
from homeschool.people.actions import handing, merging
from homeschool.people.models.leaving import Held, on_leaving
from homeschool.people.models.staff import on_role_end

from .models import FamilyFeed, Member, Pair, Plan, Programme, Seat, Task, Volunteer

# What of this room follows a child to another school, as the journal says it is disclosed.
NAMES = ("plans", "goals", "habits", "answers", "observations")
# Who did something then keeps the name under which it was done.
HISTORY = (
    "counseling.Plan.owner", "counseling.Plan.made_by", "counseling.Plan.approved_by",
    "counseling.Plan.closed_by", "counseling.Task.done_by", "counseling.WeekCount.by",
    "counseling.Point.by", "counseling.Phase.by", "counseling.Review.by",
    "counseling.Habit.made_by", "counseling.Habit.ended_by", "counseling.Tick.by",
    "counseling.CheckIn.answered_by", "counseling.WeeklyQuestion.made_by",
    # a tick and a check-in stay those of the home that they were of
    "counseling.Tick.person", "counseling.CheckIn.person",
    # read by whoever it was merged into, too: `models.answer.own`
    "counseling.Version.by", "counseling.Answer.person", "counseling.Answer.by",
    "counseling.Answer.heard_by", "counseling.AtHome.person", "counseling.AtHome.heard_by",
    "counseling.Observation.by", "counseling.ObservationImport.asked_by",
    "counseling.ObservationImport.undone_by",
    "counseling.Template.made_by",
    "counseling.Note.author", "counseling.Note.supervisor", "counseling.NoteAddendum.author",
    "counseling.NoteHanding.taker", "counseling.NoteHanding.by", "counseling.Glass.by",
    "counseling.Programme.owner", "counseling.Programme.made_by", "counseling.Seat.asked_by",
    "counseling.Seat.ended_by", "counseling.Seat.consent_by", "counseling.Draw.by", "counseling.Volunteer.decided_by", "counseling.Clearance.checked_by",
    "counseling.Clearance.withdrawn_by", "counseling.VolunteerCall.made_by",
    "counseling.Leading.user", "counseling.Pair.confirmed_by", "counseling.Attendance.by",
    "counseling.Pair.proposed_by", "counseling.Pair.ended_by", "counseling.Pair.helper_asked",
    "counseling.Pair.helped_asked", "counseling.Prescription.made_by",
    "counseling.Prescription.dropped_by",
    "counseling.PickUp.said_by", "counseling.Absence.said_by", "counseling.Evaluation.said_by",
)  # fmt: skip


# --- a caseload goes to a colleague ------------------------------------------------------------------


def move_plans(going):
    """Let the colleague look after the open plans of these children; returns how many went along."""
    mine = Plan.objects.open().filter(owner=going.giver.user_id, student__in=going.children)
    found = list(mine.order_by("pk"))
    for plan in found:
        plan.hand_to(going.taker.user, by=going.by)
    Task.objects.filter(
        owner=going.giver.user_id, done_at=None, plan__student__in=going.children
    ).update(owner=going.taker.user_id)
    return len(found)


def plans_in_words(n):
    """Return so many open plans in words."""
    return ngettext("%(n)d open plan", "%(n)d open plans", n) % {"n": n}


# --- two accounts of a guardian become one -----------------------------------------------------------


def move_tasks(done):
    """Let steps of the account that goes be the kept one's."""
    Task.objects.filter(owner=done.gone).update(owner=done.keep)


def move_places(done):
    """Let the kept account stand in the teams; where both did, the closed one's place stays."""
    mine = list(Member.objects.filter(user=done.keep).values_list("plan", flat=True))
    Member.objects.filter(user=done.gone).exclude(plan__in=mine).update(user=done.keep)


def end_feeds(done):
    """End the calendar address of the account that goes: the kept one makes its own."""
    FamilyFeed.objects.filter(user=done.gone, revoked_at=None).update(revoked_at=done.now)


# --- a child leaves ----------------------------------------------------------------------------------


def told(students):
    """Say how many open plans and seats after school end with these children (ids) leaving."""
    plans = Plan.objects.open().filter(student__in=students).count()
    if plans:
        yield ngettext("%(n)d open plan is closed.", "%(n)d open plans are closed.", plans) % {
            "n": plans
        }
    seats = Seat.objects.live().filter(student__in=students).count()
    if seats:
        words = ngettext(
            "%(n)d seat after school is given up.", "%(n)d seats after school are given up.", seats
        )
        yield words % {"n": seats}


def close(students, by):
    """Close the open plans of children (ids) that leave, and give up their seats."""
    for plan in Plan.objects.open().filter(student__in=students).order_by("pk"):
        plan.close(by=by, outcome=Plan.Outcome.MOVED)
    give_up(students, by)
    Pair.objects.end_of(list(students), by=by)


def give_up(students, by):
    """End the seats and wishes of these children; the next on the waiting lists move up.

    Programme by programme in the order of their keys: two that leave at once do not wait in a circle.
    """
    live = Seat.objects.live().filter(student__in=students)
    for programme in Programme.objects.filter(seats__in=live).distinct().order_by("pk"):
        for seat in live.filter(programme=programme).select_related("programme", "student"):
            seat.leave(by=by)


def unfinished(students):
    """Whether somebody still writes: a plan can be read as it is at any time."""
    return False


# --- a role ends -----------------------------------------------------------------------------------------


def stop_helping(membership, by):
    """Let whoever is no volunteer any more have left: its sessions to come are free, and their keepers
    are told."""
    if sight.schools_of(membership.user, {sight.VOLUNTEER}).filter(school=membership.school_id):
        return
    helps = [Volunteer.State.ACCEPTED, Volunteer.State.RESTING]
    rows = Volunteer.objects.filter(school=membership.school_id, state__in=helps)
    for volunteer in rows.filter(user=membership.user_id):
        volunteer.end(by=by)


def register():
    """Tell people what of plans goes along, stays, or ends."""
    on_role_end(sight.VOLUNTEER, stop_helping)
    handing.register("plans", plans_in_words, move_plans)
    for field in HISTORY:
        merging.moves(field, merging.STAYS)
    merging.moves("counseling.Task.owner", move_tasks)
    merging.moves("counseling.Member.user", move_places)
    merging.moves("counseling.FamilyFeed.user", end_feeds)
    merging.moves(
        "counseling.Volunteer.user", merging.REFUSED
    )  # a volunteer is no guardian's double
    on_leaving(Held(NAMES, told, close, unfinished))
