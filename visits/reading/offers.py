"""What is told of a visit that is offered, agreed, moved or called off: letters, links, words."""

import datetime as dt
import zoneinfo
from dataclasses import replace
from datetime import timedelta

from django.conf import settings
from django.db.models import F, Q, Value
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _, gettext_lazy

from homeschool.journal import kinds
from homeschool.journal.models import Entry
from homeschool.people import sight
from homeschool.people.models import User
from homeschool.people.models.signed_link import SignedLink
from homeschool.people.views.seen import listed
from visits.models import Offer, Visit, Visitor
from visits.models.planning import sequence_of

from .calendar import Appointment, file_of
from .urgency import IN_TIME, visit_urgency

# --- the link -------------------------------------------------------------------------------------


def _offers():
    return Offer.objects.select_related(
        "round__school", "visit__school", "visit__household", "answered_by"
    )


# One person answers one offer.
_LINK = SignedLink("visits.offer", _offers)
offer_token, open_offer_token = _LINK.token, _LINK.open


def address(name, token):
    """Return the whole address of a page that a token opens."""
    return settings.SITE_URL + reverse(f"visits:{name}", args=[token])


# --- words ----------------------------------------------------------------------------------------


def when_in_words(at, minutes):
    """Return day and time of an appointment, by the clock and in the language of the reader."""
    from .telling import day_in_words

    at = timezone.localtime(at)
    until = at + dt.timedelta(minutes=minutes)
    words = {"day": day_in_words(at), "from": f"{at:%H:%M}", "until": f"{until:%H:%M}"}
    return _("%(day)s, %(from)s to %(until)s") % words


def place_in_words(visit, *, at_home=True):
    """Return where it is, as the family says it."""
    if visit.mode == Visit.Mode.HOME:
        return _("at your home") if at_home else _("at home")
    return str(Visit.Mode(visit.mode).label)


def clock_of_school(at, school):
    """Return the time at the school, where the reader's clock shows another; else ""."""
    there, here = at.astimezone(zoneinfo.ZoneInfo(school.time_zone)), timezone.localtime(at)
    return f"{there:%H:%M}" if there.utcoffset() != here.utcoffset() else ""


class Offered:
    """One offer in the eyes of `reader`, of the home that is asked; speak the reader's language."""

    def __init__(self, offer, reader):
        self.offer, self.reader, self.visit = offer, reader, offer.visit
        self.token = offer_token(offer.pk, reader.pk)
        self.version = offer.version
        self.is_alive = offer.is_alive()

    @property
    def link(self):
        return address("offer", self.token)

    @property
    def children(self):
        """The names of the children of the visit whom the reader may see (one query)."""
        lines = self.visit.children_for(self.reader, roles=sight.FAMILY_ROLES)
        return listed(line.student.called for line in lines)

    @property
    def team(self):
        """Who comes (one query)."""
        rows = Visitor.objects.filter(visit=self.visit).order_by("user__sort_key", "user")
        return listed(rows.values_list("user__full_name", flat=True))

    @property
    def place(self):
        mode = Visit(mode=self.offer.round.mode)
        return place_in_words(mode)

    @property
    def times(self):
        """The times to choose from, as [{"id", "words", "there", "mine"}]; the own one is not among
        them."""
        return [
            {
                "id": row.pk,
                "words": when_in_words(row.at, self.offer.round.minutes),
                "there": clock_of_school(row.at, self.visit.school),
            }
            for row in self.offer.choices()
        ]

    @property
    def answer_by(self):
        from .telling import day_in_words

        return day_in_words(timezone.localtime(self.offer.expires_at))

    @property
    def places(self):
        """What may be asked for instead, as [(answer, words)], without what is offered anyway."""
        words = {
            Offer.Answer.OTHER_PLACE: _("At school"),
            Offer.Answer.VIDEO: _("By video"),
            Offer.Answer.PHONE: _("By phone"),
        }
        offered = self.offer.round.mode
        return [(str(a), words[a]) for a, mode in Offer.PLACES.items() if mode != offered]

    @property
    def is_agreed(self):
        return self.visit.status in (Visit.Status.ACCEPTED, Visit.Status.SCHEDULED) and bool(
            self.visit.planned_at
        )

    @property
    def said(self):
        """Return how it stands, for both who live there: [heading, sentence], or None unanswered."""
        offer, visit = self.offer, self.visit
        if self.is_agreed:
            when = when_in_words(visit.planned_at, visit.planned_minutes)
            return _("We look forward to meeting you"), f"{when}, {place_in_words(visit)}"
        if not offer.answered_at:
            return None
        if offer.answer == Offer.Answer.NO:
            return _("Not this time: that is fine"), _(
                "You need no reason. If you change your mind, choose a time below."
            )
        return _("Thank you. The school looks for another way"), (
            offer.wish or capfirst(Offer.Answer(offer.answer).label)
        )

    @property
    def said_by(self):
        """Who of the home answered; "" where it was the reader."""
        by = self.offer.answered_by
        return by.called if by and by.pk != self.reader.pk else ""


# --- letters ----------------------------------------------------------------------------------------


def _offer(notice):
    related = ("round__school", "visit__school", "visit__household", "answered_by")
    return Offer.objects.select_related(*related).get(pk=notice.about_id)


def _words_of_offer(notice, user):
    return {"offered": Offered(_offer(notice), user)}


def visit_of(notice):
    """Return the visit that a notice is about."""
    return Visit.objects.select_related("school", "household").get(pk=notice.about_id)


def home_of_visit(notice):
    """Return who of the family is told of a visit: who is asked to it (`Offer.receivers`)."""
    visit = visit_of(notice)
    return Offer(visit=visit).receivers()


def _left(notice):
    """Return the ids of those who made the visit until it was moved, as text."""
    moved = Entry.objects.filter(
        about_type=notice.about_type, about_id=notice.about_id, verb="visit.moved"
    ).first()
    return moved.data.get("left", []) if moved and notice.kind == "visit.moved_staff" else []


def colleagues(notice):
    """Return who makes the visit, or made it until this move, but for who moved it."""
    come = Q(pk__in=Visitor.objects.filter(visit=notice.about_id).values("user"))
    people = User.objects.filter(come | Q(pk__in=_left(notice)), is_active=True)
    people = people.exclude(pk=notice.actor_id) if notice.actor_id else people
    return people.annotate(user_id=F("pk"), why=Value("visitor"))


def _words_of_plan(notice, user):
    """Return what a letter about the plan of a visit says to `user`, of the family."""
    visit = _with_its_time(visit_of(notice))
    lines = visit.children_for(user, roles=sight.FAMILY_ROLES)
    return _plan(visit, notice) | {
        "names": listed(line.student.called for line in lines),
        "place": place_in_words(visit),
    }


def _words_for_colleague(notice, user):
    visit = _with_its_time(visit_of(notice))
    lines = visit.children_for(user, roles=None)
    left = {"what": "called_off"} if str(user.pk) in _left(notice) else {}
    return (
        _plan(visit, notice)
        | left
        | {
            "names": listed(line.student.full_name for line in lines),
            "place": place_in_words(visit, at_home=False),
            "page": settings.SITE_URL + visit.get_absolute_url(),
        }
    )


def _with_its_time(visit):
    """Return `visit` with the time that is called off, where it has none any more (unsaved)."""
    if not visit.planned_at and visit.status in OFF:
        visit.planned_at, visit.planned_minutes = visit.plan_before()
    return visit


def _plan(visit, notice):
    return {
        "visit": visit,
        "what": notice.kind.removesuffix("_staff").rpartition(".")[2],
        "for_staff": notice.kind.endswith("_staff"),
        "when": visit.planned_at and when_in_words(visit.planned_at, visit.planned_minutes),
        "there": visit.planned_at and clock_of_school(visit.planned_at, visit.school),
        "team": listed(
            Visitor.objects.filter(visit=visit)
            .order_by("user__sort_key", "user")
            .values_list("user__full_name", flat=True)
        ),
    }


OFF = (Visit.Status.CANCELLED, Visit.Status.DECLINED, Visit.Status.OTHER_TIME)


def appointment_of(visit, *, sequence=None, for_staff=False):
    """Return the visit as an entry of a calendar, or None without a time; its title names nobody."""
    if not visit.planned_at:
        return None
    title = _("Home visit") if visit.mode == Visit.Mode.HOME else _("Meeting of home and school")
    return Appointment(
        key=str(visit.pk),
        sequence=sequence_of(visit) if sequence is None else sequence,
        begins=visit.planned_at,
        ends=visit.planned_end,
        title=title,
        place=place_in_words(visit, at_home=not for_staff),
        cancelled=visit.status in OFF,
        tentative=visit.status == Visit.Status.OFFERED,
        url=settings.SITE_URL + visit.get_absolute_url() if for_staff else "",
    )


def _attached(notice, user):
    appointment = appointment_of(
        _with_its_time(visit_of(notice)), for_staff=notice.kind.endswith("_staff")
    )
    if appointment is None:
        return []
    if str(user.pk) in _left(notice):
        appointment = replace(appointment, cancelled=True)
    return [file_of(appointment, user.email or "")]


def _is_open(notice):
    offer = _offer(notice)
    return offer.is_alive()


def register_offers():
    """Tell the journal of the notices about visits to come."""
    kinds.register(
        kinds.Kind(
            name="visit.offer",
            label=gettext_lazy("Offer of a visit"),
            recipients=lambda notice: _offer(notice).receivers(),
            template="visits/letters/offer",
            context=_words_of_offer,
            alive=_is_open,
            again_when_uncertain=True,
            asks="read",
        )
    )
    labels = {
        "visit.agreed": gettext_lazy("A visit is agreed"),
        "visit.moved": gettext_lazy("A visit is moved"),
        "visit.called_off": gettext_lazy("A visit is called off"),
    }
    for name, label in labels.items():
        for suffix, whom, words in (
            ("", home_of_visit, _words_of_plan), ("_staff", colleagues, _words_for_colleague),
        ):  # fmt: skip
            kinds.register(
                kinds.Kind(
                    name=name + suffix,
                    label=label,
                    recipients=whom,
                    template="visits/letters/plan",
                    context=words,
                    attached=_attached,
                    lives_for=timedelta(days=7),
                    again_when_uncertain=True,
                    asks="read",
                    for_staff=suffix == "_staff",
                    **{} if name == "visit.agreed" else {"urgency": visit_urgency} | IN_TIME,
                )
            )
