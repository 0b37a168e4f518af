"""What a part of the report is counted from: its children, visits, meetings and promises."""

from functools import cached_property

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import CharField, Exists, OuterRef, Q, Subquery
from django.db.models.functions import Cast, Coalesce

from homeschool.journal.models import Notice, Receipt
from homeschool.people.models import Guardianship, Region, SchoolClass
from homeschool.reports.term.counting import WAYS, span
from homeschool.reports.term.measures import ASPECT, CLASS, DIVISION, MODE, REGION, SIDE
from visits.models import Meeting, Promise, Summary, Visit, VisitChild

from .place import placed

STATUS = Visit.Status
FAMILY_SIDES = (Promise.Side.FAMILY, Promise.Side.STUDENT)


class Behind:
    """What a part of the report is counted from: its children, and the lines of their held visits.

    `in_sight` are all children over whom the report counts, `students` those of this part, by where
    they were in the term.
    """

    def __init__(self, term, in_sight, filters, kind, key):
        self.term, self.filters, self.kind, self.key = term, filters, kind, key
        self.in_sight = in_sight

    @cached_property
    def students(self):
        """The children of this part that went through the filters (a queryset; see `placed`)."""
        parts = [(DIVISION, self.filters.division), (CLASS, self.filters.school_class)]
        if self.kind in (DIVISION, CLASS):
            parts.append((self.kind, self.key))
        return placed(self.term, self.in_sight, [part for part in parts if part[1]])

    @property
    def here(self):
        """Those of them who are on roll."""
        return self.students.filter(then_on_roll=True)

    # --- what they are counted from ------------------------------------------------------------
    @property
    def visits(self):
        """Visits of the term of these children that went through the filters, in any state."""
        lines = VisitChild.objects.filter(visit=OuterRef("pk"), student__in=self.students)
        rows = Visit.objects.filter(
            Exists(lines), school=self.term.school_id,
            mode__in=WAYS.get(self.filters.mode, Visit.Mode.values),
        )  # fmt: skip
        if self.filters.aspect:
            rows = rows.filter(self._about(self.filters.aspect))
        if self.kind == MODE:
            rows = rows.filter(mode=self.key)
        if self.kind == ASPECT:
            rows = rows.filter(self._about(self.key))
        return rows.filter(self._here()) if self.kind == REGION else rows

    @staticmethod
    def _about(code):
        tags = Visit.aspects.through.objects.filter(visit=OuterRef("pk"), aspect__code=code)
        return Exists(tags)

    def _here(self):
        """Return the condition on visits in person in the area that the key names, like A/B/C."""
        *above, name = self.key.split("/")
        where = Q(mode__in=Visit.IN_PERSON, region__name=name)
        path = "region__parent"
        for parent in reversed(above):
            where &= Q(**{f"{path}__name": parent})
            path += "__parent"
        return where & Q(**{path: None})

    def _in_term(self, at="happened_at"):
        begin, end = span(self.term)
        return Q(**{f"{at}__gte": begin, f"{at}__lt": end})

    @property
    def held(self):
        """The held visits."""
        return self.visits.filter(self._in_term(), status=STATUS.HELD)

    @property
    def lines(self):
        """The lines of the held visits about these children."""
        return VisitChild.objects.filter(visit__in=self.held, student__in=self.students)

    # --- the rows ------------------------------------------------------------------------------
    def on_roll(self):
        return self.here.select_related("school_class")

    def reached(self, visits=None):
        lines = self.lines if visits is None else self.lines.filter(visit__in=visits)
        return self.students.filter(Exists(lines.filter(student=OuterRef("pk")))).select_related(
            "school_class"
        )

    def in_person(self):
        return self.reached(self.held.filter(mode__in=Visit.IN_PERSON))

    def online(self):
        return self.reached().exclude(pk__in=self.in_person().values("pk"))

    def households(self):
        """Return {"home", "names"}: a row for each home, with the children who were met there."""
        return self.homes(self.lines.filter(visit__mode=Visit.Mode.HOME))

    @staticmethod
    def homes(lines):
        """Return {"home", "names"}: a row for each home of these lines of visits: the household, else the
        first guardian, else the child."""
        first = Guardianship.objects.open().filter(student=OuterRef("student"))
        first = first.order_by("-primary", "since", "pk").values("guardian")[:1]
        home = Coalesce(
            Cast("visit__household", CharField()), Cast(Subquery(first), CharField()),
            Cast("student", CharField()),
        )  # fmt: skip
        names = ArrayAgg("student__full_name", distinct=True)
        return (
            lines.annotate(home=home).values("home").annotate(names=names).order_by("names", "home")
        )

    def missed(self):
        return self.visits.filter(self._in_term(), status=STATUS.NOBODY_HOME).order_by(
            "happened_at", "pk"
        )

    def declined(self):
        at = Coalesce("happened_at", "planned_at", "received_at")
        rows = self.visits.filter(status=STATUS.DECLINED).annotate(declined_at=at)
        return rows.filter(self._in_term("declined_at")).order_by("declined_at", "pk")

    def regions(self):
        visits = self.held.filter(mode__in=Visit.IN_PERSON)
        return Region.objects.filter(pk__in=visits.values("region")).select_related(
            "parent__parent"
        )

    def cities(self):
        here = self.regions()
        city = Q(pk__in=here.filter(level=Region.Level.CITY)) | Q(
            pk__in=here.filter(level=Region.Level.COUNTY).values("parent")
        )
        return Region.objects.filter(city).select_related("parent__parent")

    def classes(self):
        rows = SchoolClass.objects.filter(kind=SchoolClass.Kind.HOMEROOM)
        on_roll = self.here.filter(then_class=OuterRef("pk"))
        return (
            rows.filter(Exists(on_roll))
            .select_related("division")
            .order_by("division__code", "code")
        )

    def meetings(self):
        classes = Meeting.classes.through.objects.filter(
            meeting=OuterRef("pk"), schoolclass__in=self.classes()
        )
        return Meeting.objects.filter(
            Exists(classes), school=self.term.school_id, held=True,
            on__gte=self.term.start, on__lt=self.term.end,
        ).order_by("on", "pk")  # fmt: skip

    def gathered(self):
        rows = Meeting.classes.through.objects.filter(
            schoolclass=OuterRef("pk"), meeting__in=self.meetings()
        )
        return self.classes().filter(Exists(rows))

    def promises(self):
        rows = Promise.objects.filter(visit__in=self.held, student__in=self.students)
        if self.kind == SIDE:
            of_family = Q(side__in=FAMILY_SIDES)
            rows = rows.filter(of_family if self.key == "family" else ~of_family)
        return rows.select_related("student", "owner").order_by("due", "pk")

    def kept(self):
        return self.promises().exclude(done_at=None)

    def told(self, notices=None):
        if notices is None:
            notices = Notice.objects.all()
        told = notices.filter(
            about_type=Summary._meta.label_lower, cancelled_at=None,
            about_id=Cast(OuterRef("pk"), CharField()),
        )  # fmt: skip
        summaries = Summary.objects.filter(Exists(told), visit=OuterRef("pk"))
        return self.held.filter(Exists(summaries)).order_by("happened_at", "pk")

    def confirmed(self):
        read = Receipt.objects.filter(notice=OuterRef("pk")).exclude(acknowledged_at=None)
        return self.told(Notice.objects.filter(Exists(read)))
