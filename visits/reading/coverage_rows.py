"""The rows behind a number of a campaign: the children, visits or families that it counts.

A second road, by the ORM: each queryset holds as many rows as the number says.
"""

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import CharField, Exists, OuterRef, Q, Subquery
from django.db.models.functions import Cast, Coalesce

from homeschool.people.models import Guardianship, Household
from visits.models import Visit, VisitChild
from visits.models.offering import Offer

from . import coverage
from .coverage import (
    AGREED,
    AHEAD,
    AREA,
    ASPECT,
    CLASS,
    DIVISION,
    MODE,
    NOT_ASKED,
    REGION,
    WAITING,
    YES,
)

STATUS = Visit.Status
STUDENTS, VISITS, HOMES = "students", "visits", "homes"


def rows_of(campaign, students, measure, kind="", key=""):
    """Return (what the rows are, queryset in order) of a number of the campaign over `students`."""
    what, find = ROWS[measure]
    return what, find(Behind(campaign, students, kind, key))


def _offered(**answer):
    """Return the condition on a line that its visit was offered, and answered like this."""
    return Q(Exists(Offer.objects.filter(visit=OuterRef("visit"), **answer)))


class Behind:
    """What one part of a campaign is counted from."""

    def __init__(self, campaign, students, kind, key):
        self.campaign, self.kind, self.key = campaign, kind, key
        self.students = self._part(students)

    # --- what is counted ----------------------------------------------------------------------------
    def _part(self, students):
        names = {DIVISION: "division", CLASS: "school_class"}
        if self.kind in names:
            return students.filter(**{names[self.kind]: self.key})
        if self.kind == AREA:
            return self._of_area(students)
        return students

    def _of_area(self, students):
        """Return those whose first home lies in the area, or of whom no area is known."""
        ties = Household.students.through.objects
        earlier = ties.filter(student=OuterRef("student"), household__lt=OuterRef("household"))
        first = ties.filter(~Exists(earlier), household__region__isnull=False)
        if self.key:
            first = first.filter(household__region=self.key)
            return students.filter(pk__in=first.values("student"))
        return students.exclude(pk__in=first.values("student"))

    def _held(self, path=""):
        """Return the condition on the visit at `path` that it took place, in this part."""
        held = {"campaign": self.campaign, "status": STATUS.HELD}
        if self.kind == MODE:
            held["mode"] = self.key
        if self.kind == REGION:
            held |= {"mode__in": Visit.IN_PERSON} | (
                {"region": self.key} if self.key else {"region__isnull": True}
            )
        found = Q(**{f"{path}{name}": value for name, value in held.items()})
        if self.kind == ASPECT:
            visit = OuterRef(f"{path}pk" if path else "pk")
            tags = Visit.aspects.through.objects.filter(visit=visit, aspect=self.key)
            found &= Q(Exists(tags))
        return found

    @property
    def visits(self):
        """The held visits of this part's children, of its mode, aspect or region."""
        lines = VisitChild.objects.filter(student__in=self.students.order_by().values("pk"))
        return Visit.objects.filter(self._held(), pk__in=lines.values("visit"))

    @property
    def lines(self):
        """The lines of these visits about these children."""
        students = self.students.order_by().values("pk")
        return VisitChild.objects.filter(self._held("visit__"), student__in=students)

    def _of(self, lines):
        """Return the children of this part whom these lines are about."""
        return self.students.filter(pk__in=lines.values("student"))

    def _with(self, condition):
        """Return the children about whom the campaign has a visit of which this is true."""
        return self._of(VisitChild.objects.filter(condition, visit__campaign=self.campaign))

    def _in(self, *statuses):
        return self._with(Q(visit__status__in=statuses))

    # --- children ---------------------------------------------------------------------------------
    def targets(self):
        return self.students.filter(coverage.meant(self.campaign))

    def asked(self):
        return self._with(~Q(visit__status__in=NOT_ASKED) | _offered())

    def accepted(self):
        return self._with(Q(visit__status__in=AGREED) | _offered(answer__in=YES))

    def declined(self):
        return self._with(Q(visit__status=STATUS.DECLINED) | _offered(answer=Offer.Answer.NO))

    def other_time(self):
        other = _offered(answer=Offer.Answer.OTHER_TIME)
        return self._with(Q(visit__status=STATUS.OTHER_TIME) | other)

    def tried(self):
        return self._in(STATUS.NOBODY_HOME)

    def reached(self):
        return self._of(VisitChild.objects.filter(self._held("visit__")))

    def in_person(self):
        met = Q(self._held("visit__"), visit__mode__in=Visit.IN_PERSON)
        return self._of(VisitChild.objects.filter(met))

    def online(self):
        return self.reached().exclude(pk__in=self.in_person().values("pk"))

    def besides(self):
        return self.reached().exclude(pk__in=self.targets().values("pk"))

    def not_asked(self):
        return self.targets().exclude(pk__in=self.asked().values("pk"))

    def met(self):
        return self.targets().filter(pk__in=self.reached().values("pk"))

    def ahead(self):
        return self._but(self._in(*AHEAD), self.reached())

    def waiting(self):
        return self._but(self._in(*WAITING), self.reached(), self._in(*AHEAD))

    def declined_now(self):
        return self._but(self.declined(), self.reached(), self._in(*AHEAD, *WAITING))

    def tried_now(self):
        return self._but(self.tried(), self.reached(), self._in(*AHEAD, *WAITING), self.declined())

    def _but(self, found, *others):
        """Return the meant children who are in `found` and in none of the others."""
        meant = self.targets().filter(pk__in=found.values("pk"))
        for other in others:
            meant = meant.exclude(pk__in=other.values("pk"))
        return meant

    # --- visits and homes ---------------------------------------------------------------------------
    def held(self):
        return self.visits.order_by("happened_at", "pk")

    def families(self):
        """Return {"home", "names"}: a row for each family of the children who are meant."""
        return self._homes(self.targets())

    def families_met(self):
        return self._homes(self.met())

    @staticmethod
    def _family(path=""):
        """Return the expression of the home of the child at `path`: its household, else its first
        guardian, else itself."""
        child = OuterRef(path or "pk")
        homes = Household.objects.filter(students=child).order_by("pk").values("pk")[:1]
        ties = Guardianship.objects.filter(student=child, until=None)
        first = ties.order_by("-primary", "since", "pk").values("guardian")[:1]
        return Coalesce(
            Cast(Subquery(homes), CharField()),
            Cast(Subquery(first), CharField()),
            Cast(path or "pk", CharField()),
        )

    def _homes(self, students):
        rows = students.order_by().annotate(home=self._family())
        names = ArrayAgg("full_name", distinct=True)
        return rows.values("home").annotate(names=names).order_by("names", "home")

    def households(self):
        """Return {"home", "names"}: a row for each home in which a visit took place."""
        home = Coalesce(Cast("visit__household", CharField()), self._family("student"))
        lines = self.lines.filter(visit__mode=Visit.Mode.HOME).annotate(home=home)
        names = ArrayAgg("student__full_name", distinct=True)
        return lines.values("home").annotate(names=names).order_by("names", "home")


_CHILDREN = (
    "targets", "asked", "accepted", "declined", "other_time", "tried", "in_person", "online",
    "reached", "besides", "not_asked", "met", "ahead", "waiting", "declined_now", "tried_now",
)  # fmt: skip
ROWS = {name: (STUDENTS, getattr(Behind, name)) for name in _CHILDREN} | {
    "visits_held": (VISITS, Behind.held),
    "families": (HOMES, Behind.families),
    "families_met": (HOMES, Behind.families_met),
    "households_visited": (HOMES, Behind.households),
}
