"""Seats in words: the number in the line, why a child has a seat or waits, and what falls upon it."""

import datetime as dt

from django.db.models import Q
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _, gettext_lazy, ngettext, pgettext

from counseling.models import Programme, Seat
from counseling.rules import clash
from homeschool.people import sight
from homeschool.people.models import Student
from homeschool.people.models.weekday import Weekday
from visits.models import Visit, VisitChild
from visits.models.record import home_of
from visits.models.story import decides
from visits.reading.telling import day_in_words

State = Seat.State


def may_decide(user, student):
    """Whether `user` decides for the child today: the student who holds its rights, else a legal
    guardian (one query)."""
    return deciders([student.pk]).filter(user=user.pk).exists()


def deciders(students):
    """Return the rows of Sight of those of the family who decide for these children."""
    # item "": what a grown student granted is to read a thing, not to decide for it
    return sight.watchers(students, sight.FAMILY_ROLES, item="").filter(decides())


# --- the line -------------------------------------------------------------------------------------


def numbers_of(seats):
    """Return {seat id: number in its line} of the waiting ones of `seats`, which stand in the order of
    the line and belong to one programme."""
    waiting = [seat for seat in seats if seat.state == State.WAITING]
    return {seat.pk: n for n, seat in enumerate(waiting, 1)}


def lines_of(seats):
    """Return {seat id: (number, how many before it by need alone)} of those that wait (one query)."""
    waiting = {seat.pk: seat for seat in seats if seat.state == State.WAITING}
    if not waiting:
        return {}
    programmes = {seat.programme_id for seat in waiting.values()}
    rows = Seat.objects.waiting().filter(programme__in=programmes)
    by_programme: dict = {}
    for key, programme, need in rows.values_list("pk", "programme", "need"):
        by_programme.setdefault(programme, []).append((key, need))
    found = {}
    for line in by_programme.values():
        for number, (key, need) in enumerate(line, 1):
            if key in waiting:
                found[key] = (number, sum(other < need for _key, other in line[: number - 1]))
    return found


# --- why ------------------------------------------------------------------------------------------


def moment_in_words(at, zone):
    """Return a moment by the school's clock: day and time."""
    at = timezone.localtime(at, zone)
    return _("%(day)s, %(time)s") % {"day": day_in_words(at), "time": f"{at:%H:%M}"}


def drawn_in_words(why, name):
    """Return where the child stood in the draw, and how many the school put first; [] without a draw."""
    if "number" not in why:
        return []
    counts = {"name": name, "number": why["number"], "of": why["of"]}
    said = [_("In the draw %(name)s was number %(number)s of %(of)s.") % counts]
    if ahead := why["ahead"]:
        said.append(
            ngettext(
                "%(n)s child stood before by need: the school had said whom it puts first.",
                "%(n)s children stood before by need: the school had said whom it puts first.",
                ahead,
            )
            % {"n": ahead}
        )
    said.append(_("Among equals the lot decides, and nobody can change it afterwards."))
    return said


def why_in_words(seat, line=None, *, name=None):
    """Return the sentences that tell a family how its wish stands and why; `line` is of `lines_of`."""
    name = name or seat.student.called
    said = {
        State.ASKED: _asked,
        State.WAITING: _waiting,
        State.OFFERED: _offered,
        State.TAKEN: _taken,
        State.NOT_NEEDED: _not_needed,
        State.EXPIRED: _expired,
        State.DECLINED: _declined,
        State.LEFT: _left,
    }[seat.state]
    return said(seat, name, line)


def _asked(seat, name, line):
    until = seat.programme.asks_until
    said = [_("Your wish is kept. The seats are drawn, so it does not matter who asks first.")]
    if until:
        when = moment_in_words(until, seat.programme.zone)
        said.append(_("You can change it until %(when)s.") % {"when": when})
    return said


def _waiting(seat, name, line):
    number, before = line or (None, 0)
    said = [_("All places were taken when it was %(name)s’s turn.") % {"name": name}]
    if number:
        said.append(
            _("%(name)s is number %(number)s on the waiting list.")
            % {"name": name, "number": number}
        )
    said += drawn_in_words(seat.why, name)
    if before and "number" not in seat.why:
        said.append(
            ngettext(
                "%(n)s child before is one whom the school puts first by need.",
                "%(n)s children before are those whom the school puts first by need.",
                before,
            )
            % {"n": before}
        )
    said.append(_("When a place becomes free and it is your turn, you get a letter."))
    return said


def _offered(seat, name, line):
    when = moment_in_words(seat.offered_until, seat.programme.zone)
    return [
        _("A place is free and kept for %(name)s.") % {"name": name},
        _("Please say yes or no until %(when)s, the school’s time.") % {"when": when},
    ]


def _taken(seat, name, line):
    if "number" not in seat.why:
        return [_("%(name)s has a seat: a place was free when it was its turn.") % {"name": name}]
    said = [_("%(name)s has a seat.") % {"name": name}, *drawn_in_words(seat.why, name)]
    if (seat.why.get("choice") or 1) > 1:
        said.append(
            _("What you wished more was full already. There it stands on the waiting list.")
        )
    return said


def _not_needed(seat, name, line):
    return [_("%(name)s has a seat in what you wished more.") % {"name": name}]


def _expired(seat, name, line):
    when = moment_in_words(seat.offered_until, seat.programme.zone)
    return [
        _("A place was kept until %(when)s. Nobody answered, so the next child got it.")
        % {"when": when},
        _("You can ask again."),
    ]


def _declined(seat, name, line):
    return [_("You said no to the place. That is fine; you can ask again.")]


def _left(seat, name, line):
    if seat.taken_at:
        return [_("The seat was given up. You can ask again.")]
    return [_("The wish was taken back. You can ask again.")]


def why_for_staff(seat, line=None):
    """Return the sentences that tell staff how a wish stands and why."""
    name = seat.student.full_name
    if seat.state in (State.TAKEN, State.NOT_NEEDED):
        said = [capfirst(seat.get_state_display()) + ".", *drawn_in_words(seat.why, name)]
    elif seat.state == State.WAITING:
        said = _waiting(seat, name, line)[:-1]
    else:
        said = [_STAFF[seat.state]]
    if seat.state in (State.OFFERED, State.EXPIRED):
        when = moment_in_words(seat.offered_until, seat.programme.zone)
        said.append(_("The offer is or was open until %(when)s.") % {"when": when})
    return [str(words) for words in said]


_STAFF = {
    State.ASKED: gettext_lazy("The wish waits for the draw."),
    State.OFFERED: gettext_lazy("A place is kept, and the family was asked."),
    State.DECLINED: gettext_lazy("The family said no to the place."),
    State.EXPIRED: gettext_lazy("Nobody answered in time, so the next child got the place."),
    State.LEFT: gettext_lazy("It was given up."),
}


# --- what falls upon it ---------------------------------------------------------------------------


def clashes_of(user, programme, children, *, for_family=False):
    """Return {student id: [sentence]} of what of these children's time the programme falls upon: other
    seats after school, and visits that are planned (four queries at most). Warnings: nothing is refused.
    """
    ids = [child.pk for child in children]
    if not ids or programme.is_over:
        return {}
    found: dict = {}
    for student, words in (
        *_other_seats(programme, ids),
        *_planned_visits(user, programme, ids, for_family=for_family),
    ):
        found.setdefault(student, []).append(words)
    return found


def _other_seats(programme, ids):
    mine, span = programme.weekly(), (programme.begins, programme.ends)
    rows = Seat.objects.live().filter(student__in=ids).exclude(programme=programme)
    rows = rows.exclude(programme__state=Programme.State.OVER).select_related("programme")
    for seat in rows.prefetch_related("programme__pattern").order_by("programme__name", "pk"):
        other = seat.programme
        days = clash.weeks_meet(mine, other.weekly())
        if days and clash.spans_meet(span, (other.begins, other.ends)):
            names = pgettext("between two names", ", ").join(
                str(Weekday(day).label) for day in days
            )
            words = _("At the same time as %(programme)s: %(days)s")
            yield seat.student_id, words % {"programme": other.name, "days": names}


def _planned_visits(user, programme, ids, *, for_family):
    now = timezone.now()
    last = dt.datetime.combine(programme.ends, dt.time.max, tzinfo=programme.zone)
    lines = VisitChild.objects.filter(
        student__in=ids, visit__planned_at__gte=now, visit__planned_at__lte=last
    )
    if for_family:
        lines = _told_at_home(user, lines)
    else:
        visits = Visit.objects.filter(status__in=Visit.BUSY).visible_to(user)
        lines = lines.filter(visit__in=visits.values("pk"))
    lines = list(lines.select_related("visit").order_by("visit__planned_at", "pk"))
    if not lines:
        return
    days_off = programme.days_off(timezone.localdate(now, programme.zone), programme.ends)
    for line in lines:
        begins = timezone.localtime(line.visit.planned_at, programme.zone)
        ends = timezone.localtime(line.visit.planned_end, programme.zone)
        if clash.falls_upon(
            programme.weekly(), begins, ends, first=programme.begins, last=programme.ends,
            days_off=days_off,
        ):  # fmt: skip
            when = moment_in_words(line.visit.planned_at, programme.zone)
            yield line.student_id, _("A visit is planned then: %(when)s") % {"when": when}


def _told_at_home(user, lines):
    """Return the lines of visits to which the family said yes, as `user` of it may know of them: not
    those to another home of the child."""
    own = home_of(user, "visit__") | Q(visit__household=None)
    told = lines.filter(own, visit__status=Visit.Status.ACCEPTED)
    return told.visible_to(user, roles=sight.FAMILY_ROLES, item="visits")


def children_of(user, programme, roles):
    """Return the children of the school whom `user` sees in one of `roles`."""
    seen = Student.objects.visible_to(user, roles=roles).active()
    return seen.filter(school=programme.school_id)
