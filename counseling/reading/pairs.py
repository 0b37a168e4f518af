"""Children who learn together: of a class for staff, of one child for its family; whom to propose."""

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction

from django.db.models import Avg, Count, F, Q
from django.utils.translation import gettext as _

from counseling.models import (
    READERS,
    Domain,
    Observation,
    Pair,
    Plan,
    Programme,
    Seat,
)
from counseling.rules import pairing
from homeschool.people.models import Student
from homeschool.people.models.weekday import Weekday

from .dosage import hours_words
from .helping import with_minutes
from .situation import children_of, classes_of, since

BECAUSE = ("helper", "helped", "together", "days")


# --- whom to propose ------------------------------------------------------------------------------------


def proposals(user, school_class, today):
    """Return [(helper, helped, subject, because)] for the children of a class, helped by one of the
    class or of its grade; only children with whom `user` works (seven queries)."""
    helped = {child.pk for child in children_of(user, school_class)}
    pool = {child.pk: child for child in possible_children(user, school_class)}
    marks = _marks(pool, since(school_class.school, today))
    children = _children(pool)
    live = list(Pair.objects.live().of(*pool).values_list("helper", "helped", "subject"))
    for helper, _helped, _subject in live:
        if helper in children:
            children[helper].helps += 1
    found = pairing.propose(
        marks, children, helped, helped={row[1:] for row in live}, never=_never(pool)
    )
    names = dict(Programme.objects.filter(pk__in=_met(found)).values_list("pk", "name"))
    return [
        (pool[one.helper.child], pool[one.helped.child], one.helper.subject, because(one, children, names))
        for one in found
    ]  # fmt: skip


def possible_children(user, school_class):
    """Return the children of a class and its grade with whom `user` works."""
    mine = Student.objects.visible_to(user, roles=READERS).active()
    near = Q(pk__in=children_of(user, school_class).values("pk"))
    if school_class.division_id:
        near |= Q(division=school_class.division_id, school=school_class.school_id)
    return mine.filter(near)


def _marks(pool, first):
    rows = Observation.objects.standing().filter(
        student__in=pool, kind=Observation.Kind.MARK, on__gte=first, out_of__isnull=False
    )
    rows = rows.order_by().values_list("student", "subject")
    return [
        pairing.Mark(student, subject, Fraction(share), n)
        for student, subject, share, n in rows.annotate(
            share=Avg(F("value") / F("out_of")), n=Count("pk")
        )
    ]


def _children(pool):
    found = {pk: pairing.Child(child.school_class_id) for pk, child in pool.items()}
    plans = Plan.objects.at_work().filter(student__in=pool, needs__domain=Domain.LEARNING)
    for student in plans.values_list("student", flat=True):
        found[student].has_plan = True
    seats = Seat.objects.taken().filter(student__in=pool)
    rows = seats.values_list("student", "programme", "programme__pattern__weekday")
    for student, programme, weekday in rows:
        days = found[student].seats.setdefault(programme, set())
        days |= {weekday} - {None}
    return found


def _never(pool):
    """Return what is not proposed: who is kept apart, in both directions; a proposal that was left."""
    rows = Pair.objects.of(*pool).exclude(ended_at=None)
    never = set()
    for helper, helped, subject, apart, confirmed in rows.values_list(
        "helper", "helped", "subject", "apart", "confirmed_at"
    ):
        if apart:
            never |= {(helper, helped, None), (helped, helper, None)}
        elif confirmed is None:
            never.add((helper, helped, subject))
    return never


def _met(found):
    return {key for one in found for key in one.together}


def because(one, children, names):
    """Return the figures of a proposal, as they are kept: shares in percent, marks, when they meet."""
    return {
        "helper": {"share": _percent(one.helper.share), "marks": one.helper.n},
        "helped": {
            "share": _percent(one.helped.share), "marks": one.helped.n,
            "plan": children[one.helped.child].has_plan,
        },
        "together": [names[key] for key in one.together],
        "days": list(one.days),
    }  # fmt: skip


def _percent(share):
    return int(share * 100 + Fraction(1, 2))


# --- as staff reads it ------------------------------------------------------------------------------------


@dataclass
class Row:
    """A pair as it is drawn, with `minutes` that the two learned together."""

    pair: Pair
    of: Student | None = None

    @property
    def hours(self):
        return hours_words(self.pair.minutes)

    @property
    def other(self):
        """The other child, where the row is one of a child's page."""
        return self.pair.other(self.of) if self.of else None

    @property
    def helps(self):
        """Whether the child of the page is the one that helps."""
        return bool(self.of) and self.pair.side_of(self.of) == "helper"

    @property
    def chip(self):
        """(tone, icon, words) of how it stands."""
        if self.pair.ended_at:
            return "", "history", _("ended") if self.pair.confirmed_at else _("left")
        if self.pair.confirmed_at:
            return "good", "check", _("learn together")
        return "rust", "circle-help", _("waits for your yes")

    @property
    def figures(self):
        """Why it was proposed, as sentences of figures."""
        kept = self.pair.because or {}
        found = [
            _("%(child)s: %(share)s %% of the points in %(n)s marks")
            % {"child": child.full_name, "share": kept[side]["share"], "n": kept[side]["marks"]}
            for side, child in (("helper", self.pair.helper), ("helped", self.pair.helped))
            if kept.get(side)
        ]
        if kept.get("together"):
            found.append(_("Both go to: %(names)s") % {"names": ", ".join(kept["together"])})
        if kept.get("days"):
            days = ", ".join(str(Weekday(day).label) for day in kept["days"])
            found.append(_("Both are free after lessons on: %(days)s") % {"days": days})
        return found


def _drawn(pairs):
    return with_minutes(pairs).with_children()


def pairs_of(pairs, student):
    """Return [Row] of those of `pairs` in which the child stands, live ones first (one query)."""
    rows = _drawn(pairs.of(student.pk)).order_by(
        F("ended_at").desc(nulls_first=True), "proposed_at"
    )
    return [Row(pair, student) for pair in rows[:40]]


class ClassPairs:
    """The pairs of a class: those that wait, those that stand, the newest that ended (one query)."""

    def __init__(self, user, school_class):
        self.children = [child.pk for child in children_of(user, school_class)]
        rows = _drawn(Pair.objects.visible_to(user).of(*self.children)) if self.children else []
        if self.children:
            rows = rows.order_by(
                F("ended_at").desc(nulls_first=True), "subject", "proposed_at", "pk"
            )
        self.rows = [Row(pair) for pair in rows[:300]]

    @property
    def waiting(self):
        return [row for row in self.rows if row.pair.is_open]

    @property
    def standing(self):
        return [row for row in self.rows if row.pair.stands]

    @property
    def ended(self):
        return [row for row in self.rows if row.pair.ended_at][:30]


def classes_with_pairs(user):
    """Return the classes in which `user` works, each with `waiting` and `standing` pairs (two queries)."""
    classes = list(classes_of(user))
    counts: dict = defaultdict(lambda: [0, 0])
    rows = Pair.objects.visible_to(user).live().filter(helped__school_class__in=classes).order_by()
    for pk, waiting, standing in rows.values_list("helped__school_class").annotate(
        waiting=Count("pk", filter=Q(confirmed_at=None)),
        standing=Count("pk", filter=Q(confirmed_at__isnull=False)),
    ):
        counts[pk] = [waiting, standing]
    for row in classes:
        row.waiting, row.standing = counts[row.pk]
    return classes


# --- as the family reads it -------------------------------------------------------------------------------


@dataclass
class Together:
    """With whom a child learns, as its family reads it: a name only where both families said yes."""

    pair: Pair
    child: Student

    @property
    def sentence(self):
        """Who learns together in what: the same for both families, and it says not who helps."""
        return _("%(child)s learns together with %(other)s: %(subject)s") % {
            "child": self.child.called, "other": self.other, "subject": self.pair.subject,
        }  # fmt: skip

    @property
    def other(self):
        other = self.pair.other(self.child)
        if self.pair.names_are_told:
            return other.called
        if other.school_class_id == self.child.school_class_id:
            return _("a classmate")
        return _("a child of the school")

    @property
    def hours(self):
        return hours_words(self.pair.minutes)

    @property
    def said(self):
        """What this family said of the name: True, False, or None while nobody asked."""
        return getattr(self.pair, f"{self.pair.side_of(self.child)}_agreed")


def together_of(child):
    """Return [Together] of the pairs of a child that were confirmed and stand (one query)."""
    rows = _drawn(Pair.objects.standing().of(child.pk)).order_by("subject", "pk")
    return [Together(pair, child) for pair in rows]


def refusal(reason):
    """Return why two children cannot be a pair, in words."""
    return {
        "same": _("These are the same child. Choose two."),
        "school": _("These two go to different schools."),
        "apart": _("The school said that these two shall not work together."),
        "helped": _("Somebody helps this child in this subject already."),
        "helps": _("This child helps two others already. That is enough."),
    }[reason]
