"""What Today asks: the visits of a day, and what waits for an answer."""

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, CharField, Count, Exists, F, Max, OuterRef, Q, Subquery, When
from django.db.models.functions import Cast, Coalesce, JSONObject, TruncDate

from counseling.reading import publishing, sessions_today
from homeschool.journal.models import Entry, Receipt
from homeschool.people import sight
from homeschool.people.asked.readers import prepared_for
from homeschool.people.models import Household, Student
from homeschool.prepared import prepared
from messaging.reading import home
from visits import reading
from visits.models import Addendum, Draft, Promise, Suggestion, Summary, Visit, VisitChild, Visitor
from visits.models.record import READERS
from visits.reading import meeting_ahead, rounds

STATUS = Visit.Status
# Visits that are no appointment of a day: only thought of, refused, or taken back.
NOT_IN_THE_DAY = (STATUS.PROPOSED, STATUS.DECLINED, STATUS.CANCELLED)
OVER = (STATUS.HELD, STATUS.NOBODY_HOME)
MOST_VISITS, MOST_ROWS, NOT_SEEN = 50, 30, 3
COLUMNS = (
    "id", "school_id", "status", "mode", "purpose", "at", "planned_minutes", "ended_at",
    "address", "language_spoken", "interpreter", "children_seen", "people", "has_draft", "summary",
    "told", "read", "confidential",
)  # fmt: skip


def children_of(user, path="visit"):
    """Return the children of a visit (at `path`) whom `user` sees as staff, as an array of JSON."""
    lines = VisitChild.objects.visible_to(user, roles=READERS).filter(visit=OuterRef(path))
    child = JSONObject(
        id="student_id",
        name="student__full_name",
        school_class="student__school_class__name",
        language="student__home_language",
    )
    return ArraySubquery(lines.order_by("student__sort_key", "student_id").values(json=child))


# --- the day -------------------------------------------------------------------------------------
def _between(user, begin, end):
    """Return the visits from the moment `begin` up to `end`, the end left out, each with `at`: when
    it took place, else when it is planned."""
    return (
        Visit.objects.visible_to(user, roles=READERS)
        .exclude(status__in=NOT_IN_THE_DAY)
        .filter(
            Q(happened_at__gte=begin, happened_at__lt=end)
            | Q(happened_at=None, planned_at__gte=begin, planned_at__lt=end)
        )
        .annotate(at=Coalesce("happened_at", "planned_at"))
    )


@prepared_for(new_plan=True)
def visits_by_day(user, begin, end, *, zone):
    """How many visits each day has, by the calendar of `zone`."""
    by_day = _between(user, begin, end).order_by().values(on=TruncDate("at", tzinfo=zone))
    return by_day.annotate(n=Count("pk"))


@prepared_for
def visits_of_the_day(user, begin, end):
    """The visits in order, with what a card says; the address of one at home that is still to come,
    where the reader may know it."""
    team = Visitor.objects.filter(visit=OuterRef("pk"))
    people = JSONObject(id="user_id", name="user__full_name")
    homes = Household.objects.visible_to(user).filter(pk=OuterRef("household"))
    is_ahead = Q(mode=Visit.Mode.HOME) & ~Q(status__in=OVER)
    return (
        reading.with_standing(_between(user, begin, end))
        .annotate(
            children_seen=children_of(user, "pk"),
            people=ArraySubquery(team.order_by("user__sort_key").values(json=people)),
            address=Case(When(is_ahead, then=Subquery(homes.values("address")))),
        )
        .order_by("at", "pk")
        .values(*COLUMNS)[:MOST_VISITS]
    )


@prepared
def prepared_before(user, children, since):
    """Those of `children` whose address was shown to `user` since then."""
    told = Entry.objects.filter(
        actor=user, verb="visit.prepared", student__in=children, at__gte=since
    )
    return told.order_by().values("student_id").distinct()


@prepared_for
def never_met(user):
    """The children of one's own whom nobody has met for longest, those never met first."""
    own = Student.objects.visible_to(user, roles={sight.ADVISER, sight.COUNSELOR}).active()
    lines = VisitChild.objects.filter(student=OuterRef("pk"), visit__status=STATUS.HELD)
    met = lines.order_by().values("student").annotate(at=Max("visit__happened_at"))
    rows = own.annotate(met=Subquery(met.values("at"))).order_by(
        F("met").asc(nulls_first=True), "sort_key", "pk"
    )
    return rows.values("pk", "full_name", "school_class__name", "met")[:NOT_SEEN]


@prepared_for
def offers(user):
    """Offers of visits that one makes: answers that nobody noted, then what waits for a family."""
    return rounds.to_answer(user, MOST_ROWS)


@prepared_for(new_plan=True)
def meetings(user, first, last):
    """Meetings of parents of one's own between these days, with what families answered."""
    return meeting_ahead.meetings_of(user, first, last)


@prepared_for
def table_times(user):
    """The next times that families booked at one's own table."""
    return meeting_ahead.times_of(user)


# --- what needs the reader -----------------------------------------------------------------------
@prepared_for
def late_promises(user, today):
    """Promises of the school that are late on `today`, the reader's own first."""
    rows = (
        Promise.objects.visible_to(user, roles=READERS)
        .late(today)
        .filter(side__in=[Promise.Side.SCHOOL, Promise.Side.PERSON])
        .annotate(mine=Case(When(owner=user.pk, then=True), default=False))
        .order_by("-mine", "due", "pk")
    )
    return rows.values(
        "id", "what", "due", "mine", "owner__full_name", "owner_name", "visit_id",
        "student__full_name", "visit__written_in",
    )[:MOST_ROWS]  # fmt: skip


@prepared_for(new_plan=True)
def answers(user):
    """What families added and nobody has read yet, oldest first."""
    return (
        Addendum.objects.visible_to(user)
        .filter(from_family=True, seen_at=None)
        .filter(student__in=Student.objects.visible_to(user, roles=READERS))
        .annotate(children_seen=children_of(user))
        .order_by("at", "pk")
        .values("id", "visit_id", "student_id", "text", "at", "by__full_name", "children_seen")
    )[:MOST_ROWS]


@prepared_for
def suggestions(user):
    """What families suggest to the school and `user` is to answer, the longest waiting first."""
    rows = Suggestion.objects.visible_to(user, roles={sight.LEADER}).waiting()
    rows = rows.annotate(children_seen=children_of(user)).by_need()
    return rows.values("id", "text", "due_on", "children_seen")[:MOST_ROWS]


@prepared_for
def summaries_read(user, since, published_since):
    """The summaries of one's own visits that were confirmed since then, with who confirmed."""
    told = Receipt.objects.filter(
        notice__about_type=Summary._meta.label_lower,
        notice__about_id=Cast(OuterRef("pk"), CharField()),
        acknowledged_at__gte=since,
    )
    reader = JSONObject(name="person__full_name", at="acknowledged_at")
    return (
        Summary.objects.filter(published_at__gte=published_since)
        .filter(visit__in=Visitor.objects.filter(user=user.pk).values("visit"))
        .filter(visit__in=Visit.objects.visible_to(user, roles=READERS))
        .filter(Exists(told))
        .annotate(
            readers=ArraySubquery(told.order_by("acknowledged_at").values(json=reader)),
            children_seen=children_of(user),
        )
        .values("visit_id", "readers", "children_seen")
    )[:MOST_ROWS]


@prepared_for
def drafts(user):
    """Records that were begun and not finished, with the names of the children whom the reader sees."""
    children = Student.objects.visible_to(user, roles=READERS).filter(drafts=OuterRef("pk"))
    names = children.order_by("sort_key", "id").values("full_name")
    return (
        Draft.objects.visible_to(user)
        .open()
        .annotate(children_seen=ArraySubquery(names))
        .order_by("-saved_at")
        .values("id", "step", "saved_at", "children_seen")
    )[:MOST_ROWS]


@prepared_for
def unwritten(user, before):
    """Planned visits of earlier days of which nothing is written, newest first."""
    mine = Exists(Visitor.objects.filter(visit=OuterRef("pk"), user=user.pk))
    nobodys = ~Exists(Visitor.objects.filter(visit=OuterRef("pk")))
    return (
        Visit.objects.visible_to(user, roles=READERS)
        .filter(mine | nobodys, status__in=Visit.OPEN, planned_at__lt=before)
        .exclude(status=STATUS.PROPOSED)
        .exclude(Exists(Draft.objects.filter(pk=OuterRef("pk"))))
        .annotate(children_seen=children_of(user, "pk"))
        .order_by("-planned_at", "pk")
        .values("id", "planned_at", "children_seen")
    )[:MOST_ROWS]


@prepared_for
def plans(user, today, lately, soon):
    """What waits in the plans that `user` looks after: what families said and nobody has read, and the
    reviews that are due on `today`; after school (`sessions_today.to_do`); and what families wrote
    (`messaging.reading.home.to_do`)."""
    more = sessions_today.to_do(user, today, lately, soon, MOST_ROWS)
    letters = home.to_do(user, publishing.HEARD, MOST_ROWS)
    return publishing.to_do(user, today, *more, *letters)[: 9 * MOST_ROWS]
