"""What families suggest to the school, as staff reads it, as the home that suggested it reads it, and
the letter that tells that home of the answer."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, Q
from django.db.models.functions import JSONObject
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _, gettext_lazy

from homeschool.answering import figures, standing, state_of
from homeschool.journal import kinds
from homeschool.people import sight
from homeschool.people.models import User
from homeschool.people.views.seen import listed
from visits.models import FurtherAnswer, Participant, Suggestion, VisitChild
from visits.models.record import READERS
from visits.models.suggestion import ANSWERED

from .telling import day_in_words

__all__ = ["figures", "standing"]  # words and figures of all rooms
COLUMNS = (
    "id", "visit_id", "text", "said_by", "kept_out", "asked_at", "due_on", "answer", "answered_at",
    "by", "children_seen", "added",
)  # fmt: skip
SIGNS = {"late": "clock", "open": "ellipsis", "answered": "check"}


# --- as staff reads them -------------------------------------------------------------------------


def _further(**which):
    """Return what was added to an answer, oldest first, as an array of JSON."""
    rows = FurtherAnswer.objects.filter(**which).order_by("at", "pk")
    return ArraySubquery(rows.values(json=JSONObject(text="text", at="at", by="by__full_name")))


def with_parts(suggestions, user):
    """Return the suggestions as dicts with COLUMNS; of brothers and sisters those are named whom
    `user` sees."""
    lines = VisitChild.objects.visible_to(user, roles=READERS).filter(visit=OuterRef("visit"))
    child = JSONObject(name="student__full_name", school_class="student__school_class__name")
    return suggestions.annotate(
        by=F("answered_by__full_name"),
        children_seen=ArraySubquery(
            lines.order_by("student__sort_key", "student").values(json=child)
        ),
        added=_further(suggestion=OuterRef("pk")),
    ).values(*COLUMNS)


def drawn(suggestions, user, zone, today):
    """Return the suggestions (a queryset) as rows of a list, in its order (one query)."""
    return [row_of(row, zone, today) for row in with_parts(suggestions, user)]


def row_of(row, zone, today):
    """Return a row of `with_parts` with its words; moments by the clock of `zone`."""
    state = state_of(row["answered_at"], row["due_on"], today)
    return row | {
        "state": state,
        "sign": SIGNS[state],
        "names": listed(child["name"] for child in row["children_seen"]),
        "classes": listed(dict.fromkeys(c["school_class"] for c in row["children_seen"])),
        "asked_on": timezone.localdate(row["asked_at"], zone),
        "answered_here": row["answered_at"] and row["answered_at"].astimezone(zone),
        "standing": standing(state, row["due_on"], today),
        "added": [_added(part, zone) for part in row["added"]],
    }


def _added(part, zone):
    return part | {"at": parse_datetime(part["at"]).astimezone(zone)}


def of_visit(visit, user, zone):
    """Return the suggestions of a visit as `user` reads them, as they were written (one query)."""
    rows = Suggestion.objects.visible_to(user, roles=READERS).filter(visit=visit)
    today = timezone.localdate(timezone=ZoneInfo(visit.school.time_zone))
    return drawn(rows.order_by("place"), user, zone, today)


def table(suggestions, user, zone, today):
    """Return (heading, rows) of the suggestions (a queryset) for a file."""
    head = [
        _("Children"), _("Class"), _("Suggested on"), _("Suggestion"), _("Said by"), _("State"),
        _("To be answered by"), _("Answered on"), _("Answered by"), _("Answer"),
    ]  # fmt: skip
    states = {"answered": _("answered"), "late": _("late"), "open": _("open")}
    return head, [
        [
            row["names"], row["classes"], f"{row['asked_on']:%Y-%m-%d}", row["text"],
            row["said_by"], states[row["state"]], f"{row['due_on']:%Y-%m-%d}",
            f"{row['answered_here']:%Y-%m-%d}" if row["answered_here"] else "", row["by"] or "",
            "\n".join([row["answer"], *(part["text"] for part in row["added"])]),
        ]
        for row in drawn(suggestions, user, zone, today)
    ]  # fmt: skip


# --- as the home reads them ----------------------------------------------------------------------


def for_the_home(**which):
    """Return the suggestions of a visit for the family's page, as an array of JSON: none that the
    family wished to keep out. Only the home that was visited is shown them."""
    rows = Suggestion.objects.filter(kept_out=False, **which)
    words = JSONObject(
        text="text", said_by="said_by", answer="answer", at="answered_at",
        by="answered_by__full_name", added=_further(suggestion=OuterRef("pk")),
    )  # fmt: skip
    return ArraySubquery(rows.order_by("place").values(json=words))


def told_home(rows, zone):
    """Return the rows of `for_the_home` with their words: [{"text", "said_by", "answer", "added",
    "by_whom"}]."""
    return [
        row
        | {"by_whom": _by_whom(row["by"], row["at"], zone) if row["at"] else ""}
        | {"added": [part | {"by_whom": _by_whom(part["by"], part["at"], zone)} for part in row["added"]]}
        for row in rows
    ]  # fmt: skip


def _by_whom(name, at, zone):
    moment = parse_datetime(at) if isinstance(at, str) else at
    day = date_format(timezone.localdate(moment, zone), "MONTH_DAY_FORMAT")
    return _("%(name)s, %(day)s") % {"name": name, "day": day}


# --- the letter ----------------------------------------------------------------------------------


def members_of_home(visit):
    """Return the people (a queryset of ids) of the home that was visited: `home_of` read from its
    other end. Where the home is not known, whoever of the family was there."""
    if visit.household_id:
        lives = Q(households=visit.household_id) | Q(student__households=visit.household_id)
        return User.objects.filter(lives).values("pk")
    there = Participant.objects.filter(visit=visit, presence=Participant.Presence.PRESENT)
    named = User.objects.filter(pk__in=there.exclude(guardian=None).values("guardian"))
    return User.objects.filter(
        Q(pk__in=named.values("pk"))
        | Q(pk__in=named.exclude(merged_into=None).values("merged_into"))
        | Q(student__in=there.exclude(student=None).values("student"))
    ).values("pk")


def _suggestion(notice):
    rows = Suggestion.objects.select_related("visit__school", "answered_by")
    return rows.get(pk=notice.about_id)


def home_that_asked(notice):
    """Return the rows of Sight of those who are told of an answer: who may receive letters about a
    child of the visit, of the home that was visited."""
    visit = _suggestion(notice).visit
    children = visit.lines.values("student")
    return sight.receivers(children, "visits").filter(user_id__in=members_of_home(visit))


def is_still_told(notice):
    """Whether the family may read the answer: its summary was published."""
    return _suggestion(notice).is_told()


def words_of_answer(notice, user):
    """Return what a letter about an answer holds."""
    suggestion = _suggestion(notice)
    further = suggestion.further.select_related("by").order_by("at", "pk")
    return {
        "suggestion": suggestion,
        "further": list(further),
        "day": day_in_words(timezone.localtime(suggestion.asked_at)),
    }


def register_suggestions():
    """Tell the journal of the notice that the school answered."""
    kinds.register(
        kinds.Kind(
            name=ANSWERED,
            label=gettext_lazy("Answer to what a family suggested"),
            recipients=home_that_asked,
            template="visits/letters/suggestion_answered",
            context=words_of_answer,
            alive=is_still_told,
            lives_for=timedelta(days=30),
            again_when_uncertain=True,
            asks="read",
        )
    )
