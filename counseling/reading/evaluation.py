"""Three questions at the end of a programme: the link, the letter, when it leaves, what came of it.

| line | who | when | by |
|---|---|---|---|
| what do you think of it? | families of children that took part | three days before the last day, 17:00 | the school's calendar |
| the same | the same, where nobody asked yet | when the programme is ended | as it happens |
"""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

from django.conf import settings
from django.db.models import Exists, OuterRef, Subquery
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from counseling.models import Attendance, Evaluation, PickUp, Programme, Seat
from counseling.models.evaluation import AFTER, ASKED, BEFORE, is_open
from counseling.models.pick_up import HELD, ITEM
from homeschool.journal import kinds
from homeschool.journal.models import Notice, reminding
from homeschool.journal.models.reminding import Rule, days, minutes
from homeschool.people import sight
from homeschool.people.models import Student
from homeschool.people.models.signed_link import SignedLink
from visits.reading.telling import day_in_words

AT_FIVE = dt.time(17)
Side = Evaluation.Side

# --- the link ---------------------------------------------------------------------------------------


def _seats():
    return Seat.objects.select_related("programme__school", "student__school")


# One person says what it thinks of the programme in which one child has, or had, a seat.
_LINK = SignedLink("counseling.evaluation", _seats)
evaluation_token, open_evaluation_token = _LINK.token, _LINK.open


# --- as a family is asked -----------------------------------------------------------------------------


class Judging:
    """One child's programme in the eyes of `reader`; speak the reader's language."""

    def __init__(self, seat, reader):
        self.seat, self.reader = seat, reader
        self.programme, self.student = seat.programme, seat.student
        self.school = self.programme.school
        self.token = evaluation_token(seat.pk, reader.pk)

    @cached_property
    def may_answer(self):
        """Whether the reader reads of this child's time after lessons, and the child took part."""
        seen = Student.objects.visible_to(self.reader, roles=sight.FAMILY_ROLES, item=ITEM)
        return self.seat.taken_at is not None and seen.filter(pk=self.student.pk).exists()

    @property
    def is_open(self):
        return is_open(self.programme)

    @property
    def link(self):
        return settings.SITE_URL + reverse("counseling:evaluation", args=[self.token])

    @property
    def until(self):
        """The last day on which it may be said, in words."""
        return day_in_words(self.programme.ends + AFTER)

    @property
    def as_self(self):
        """Whether the reader is the child."""
        return self.student.user_id == self.reader.pk

    @property
    def sides(self):
        """Who answers on this page: the child, and the family unless the reader is the child."""
        return [Side.CHILD] if self.as_self else [Side.CHILD, Side.FAMILY]

    @cached_property
    def answers(self):
        """{side: what was answered}."""
        rows = Evaluation.objects.filter(programme=self.programme, student=self.student)
        return {row.side: row for row in rows}

    def own(self, side):
        """Return the answer that the reader gave; what another person said is not shown."""
        row = self.answers.get(side)
        return row if row and row.said_by_id == self.reader.pk else None


@dataclass(frozen=True)
class Judged:
    """A programme that can be judged now, as it stands on the family's page."""

    programme: Programme
    url: str
    is_answered: bool

    @classmethod
    def of(cls, user, seats):
        """Return [Judged] of the seats of one child that were taken (one query, where there are any)."""
        open_ones = [seat for seat in seats if seat.taken_at and is_open(seat.programme)]
        if not open_ones:
            return []
        said = Evaluation.objects.filter(
            programme__in=[seat.programme_id for seat in open_ones],
            student=open_ones[0].student_id, said_by=user.pk,
        )  # fmt: skip
        said = set(said.values_list("programme", flat=True))
        return [
            cls(
                seat.programme,
                reverse("counseling:evaluation", args=[evaluation_token(seat.pk, user.pk)]),
                seat.programme_id in said,
            )
            for seat in open_ones
        ]


# --- the letters ----------------------------------------------------------------------------------------


def _seat(notice):
    rows = Seat.objects.select_related("programme__school", "student__school")
    return rows.get(pk=notice.about_id)


def _family(notice):
    return sight.receivers([notice.student_id], ITEM)


def _still_asked(notice):
    """Whether it can still be said, and nobody of the family has."""
    seat = _seat(notice)
    said = Evaluation.objects.filter(programme=seat.programme, student=seat.student)
    return is_open(seat.programme) and not said.exists()


def _pick_up(notice):
    return PickUp.objects.select_related("student", "said_by").get(pk=notice.about_id)


def _told_of_held(notice):
    """Return the rows of Sight of those who keep contact restrictions, and work with children."""
    return sight.watchers([notice.student_id], {sight.COUNSELOR, sight.LEADER})


def _words_of_held(notice, user):
    if went := notice.about_type == Attendance._meta.label_lower:
        row = Attendance.objects.select_related("student").get(pk=notice.about_id)
        path = reverse("counseling:session-detail", args=[row.session_id])
    else:
        row = _pick_up(notice)
        path = reverse("counseling:pick-up-list", args=[row.student_id])
    link = settings.SITE_URL + path
    return {"row": row, "student": row.student, "list_link": link, "went": went}


def _stands_held(notice):
    if notice.about_type == Attendance._meta.label_lower:
        return Attendance.objects.filter(pk=notice.about_id).picked_up_by_held().exists()
    return PickUp.objects.standing().filter(pk=notice.about_id, is_held=True).exists()


# --- when -----------------------------------------------------------------------------------------------


def last_evening(programme):
    """Return 17:00 of its last day, by the clock of the school."""
    return dt.datetime.combine(programme.ends, AT_FIVE, programme.zone)


def _ending(since, until):
    """Return the programmes whose last day lies around these moments."""
    a_day = dt.timedelta(days=1)
    rows = Programme.objects.select_related("school").exclude(state=Programme.State.DRAFT)
    first, last = (since - a_day).date(), (until + a_day).date()
    return rows.filter(ends__gte=first, ends__lte=last).order_by("pk")


def _ended(since, until):
    """Return the programmes that were ended between these moments, `ended_at` beside each."""
    history = Programme.pgh_event_model.objects  # type: ignore[attr-defined]
    ended = history.filter(pgh_obj=OuterRef("pk"), state=Programme.State.OVER)
    rows = Programme.objects.select_related("school").filter(
        state=Programme.State.OVER, ends__gte=(since - AFTER).date()
    )
    at = Subquery(ended.order_by("pgh_id").values("pgh_created_at")[:1])
    return rows.annotate(ended_at=at).order_by("pk")


def _ask(_rule, programme, _event):
    ask_all(programme)


def ask_all(programme):
    """Ask the families of the children that took part what they think, each once."""
    went = Attendance.objects.filter(
        student=OuterRef("student"), session__programme=programme, mark__in=Attendance.THERE
    )
    seats = Seat.objects.taken().filter(Exists(went), programme=programme)
    for seat in seats.select_related("student").order_by("pk"):
        Notice.post(ASKED, seat, school=programme.school, by=None, student=seat.student)


def register_evaluation():
    """Tell the journal of the two letters, and of the moments at which families are asked."""
    kinds.register(
        kinds.Kind(
            name=ASKED,
            label=_("What do you think of a programme?"),
            recipients=_family,
            template="counseling/letters/evaluation_asked",
            context=lambda notice, user: {"judging": Judging(_seat(notice), user)},
            alive=_still_asked,
            asks="read",
            urgency=kinds.ROUTINE,
            lives_for=dt.timedelta(days=5),
        )
    )
    kinds.register(
        kinds.Kind(
            name=HELD,
            label=_("A name on a pick-up list is held back"),
            recipients=_told_of_held,
            template="counseling/letters/pick_up_held",
            context=_words_of_held,
            alive=_stands_held,
            asks="read",
            must_arrive=_("a child could go with the wrong person"),
            for_staff=True,
        )
    )
    reminding.register(
        Rule("evaluation.ending", _("Families are asked before a programme ends"), ASKED,
             days(-BEFORE.days), rows=_ending, event=last_evening, tell=_ask,
             stale_after=dt.timedelta(days=3))
    )  # fmt: skip
    reminding.register(
        Rule("evaluation.ended", _("Families are asked when a programme is ended"), ASKED,
             # not at once: who ends it may commit a little later
             minutes(2), rows=_ended, event=lambda programme: programme.ended_at, tell=_ask,
             stale_after=dt.timedelta(days=3))
    )  # fmt: skip
