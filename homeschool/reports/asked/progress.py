"""What the family's page asks: children, visits with all that hangs on them, promises."""

import datetime as dt

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    BooleanField,
    CharField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    Subquery,
    Value,
)
from django.db.models.functions import Cast, JSONObject, Now

from counseling.models import Plan
from counseling.reading.family_seats import next_session
from counseling.reading.home import versions_told
from homeschool.journal.models import Receipt
from homeschool.names import sign_of
from homeschool.people import sight
from homeschool.people.asked import ADVISER
from homeschool.people.asked.readers import prepared_for
from homeschool.people.models import Student
from homeschool.prepared import instance, whole
from messaging.reading.home import newest_for
from visits.models import (
    Addendum,
    Offer,
    Participant,
    Photo,
    Promise,
    Summary,
    Visit,
    VisitChild,
    Visitor,
)
from visits.models.record import READERS, home_of
from visits.reading import gifts, suggestions
from visits.reading.meeting_ahead import AHEAD

STATUS = Visit.Status
# A visit that only the school thinks of (proposed) is not announced to the family.
COMING = (
    STATUS.OFFERED, STATUS.ACCEPTED, STATUS.OTHER_TIME, STATUS.SCHEDULED, STATUS.UNDER_WAY,
)  # fmt: skip
# Visits without a time: the family chooses one.
ASKED = (STATUS.OFFERED, STATUS.OTHER_TIME)
AT_FIRST, A_PAGE = 3, 10
MOST_PROMISES = 200
MINUTE = Value(dt.timedelta(minutes=1))


def roles_read(as_family):
    """Return the roles in which the page is read: as the family, or as the staff that reads visits."""
    return sight.FAMILY_ROLES if as_family else READERS


def on_page(page):
    """Return how many summaries stand on this page."""
    return A_PAGE if page > 1 else AT_FIRST


# --- children ------------------------------------------------------------------------------------
def children_for(user, pk):
    """Return the children whose family page `user` opens: the own ones, and the child `pk` that
    `user` works with, each with what lies `ahead` of it, and whether it `has_plan` that its family
    reads, the next `session` after school, and of what the own home and the school wrote to each
    other the newest (`mail`) and how much is `unread` (one query)."""
    return [_child(row) for row in _own_and_other(user, pk)]


def _child(row):
    ahead, has_plan = {name: row.pop(name) for name in AHEAD}, row.pop("has_plan")
    session, mail, unread = row.pop("session"), row.pop("mail"), row.pop("unread")
    child = instance(Student, row)
    child.sign, child.ahead, child.has_plan = sign_of(child.called), ahead, has_plan
    child.session, child.mail, child.unread = session, mail, unread
    return child


@prepared_for
def _own_and_other(user, pk):
    own = Student.objects.visible_to(user, roles=sight.FAMILY_ROLES)
    other = Student.objects.visible_to(user, roles=sight.STAFF_ROLES).filter(pk=pk)
    rows = (own | other).annotate(**{name: of(user) for name, of in AHEAD.items()})
    rows = rows.annotate(has_plan=Exists(Plan.objects.shown().filter(student=OuterRef("pk"))))
    rows = rows.annotate(session=Subquery(next_session()), **newest_for(user))
    columns = (*ADVISER, *AHEAD, "has_plan", "session", "mail", "unread")
    return whole(rows, "school", "school_class", columns=columns)


# --- visits --------------------------------------------------------------------------------------
def _home(user, as_family, path=""):
    """Whether the visit was to the reader's home; staff reads what that home reads."""
    if not as_family:
        return Value(True)
    return ExpressionWrapper(home_of(user, path), BooleanField())


@prepared_for
def visits_told(user, child, *, as_family, page):
    """The next visit and the summaries of this page, and one more if there is one, with all that
    hangs on them."""
    lines = VisitChild.objects.visible_to(user, roles=roles_read(as_family), item="visits")
    visits = Visit.objects.annotate(home=_home(user, as_family))
    seen = visits.filter(pk__in=lines.filter(student=child).values("visit"))
    wanted = _held(seen, page).values("pk").union(_next(seen, page).values("pk"), all=True)
    return _with_parts(visits.filter(pk__in=wanted), user, child)


def _next(visits, page):
    """The next planned visit and one that is only offered, unless it is to another home of the
    child."""
    over = Now() - F("planned_minutes") * MINUTE
    ahead = Q(planned_at__gte=over) | Q(planned_at=None, status__in=ASKED)
    return visits.filter(Q(home=True) | Q(household=None), ahead, status__in=COMING).order_by(
        F("planned_at").asc(nulls_first=True), "pk"
    )[: 2 if page == 1 else 0]


def _held(visits, page):
    """The held visits of this page whose summary was published, and one more if there is one."""
    published = Exists(Summary.objects.filter(visit=OuterRef("pk")))
    first = AT_FIRST + A_PAGE * (page - 2) if page > 1 else 0
    rows = visits.filter(published, status=STATUS.HELD).order_by("-happened_at", "-pk")
    return rows[first : first + on_page(page) + 1]


def _with_parts(visits, user, child):
    part = {"visit": OuterRef("pk")}
    team = Visitor.objects.filter(**part).order_by("user__sort_key")
    present = Participant.objects.filter(presence=Participant.Presence.PRESENT, **part)
    person = JSONObject(name="name", relation="relation")
    return visits.annotate(
        staff=ArraySubquery(team.values("user__full_name")),
        present=ArraySubquery(present.order_by("pk").values(json=person)),
        additions=ArraySubquery(_additions(user, child, **part)),
        summary=Subquery(_summary(user, **part)),
        offer=Subquery(_offer(**part)),
        suggested=suggestions.for_the_home(**part),
        given=gifts.for_the_home(**part),
        photos=Exists(Photo.objects.filter(erased_at=None, **part)),
    ).values(
        "id", "status", "mode", "planned_at", "planned_minutes", "happened_at", "written_in",
        "language_spoken", "interpreter", "home", "staff", "present", "additions", "summary",
        "offer", "photos", "suggested", "given",
    )  # fmt: skip


def _offer(**part):
    """The id of the offer that the family answers."""
    return Offer.objects.filter(revoked_at=None, **part).order_by("-asked_at").values("pk")[:1]


def _summary(user, **part):
    """The published version that holds, and when this reader said to have read it."""
    told = Receipt.objects.of(user).filter(
        notice__about_type=Summary._meta.label_lower,
        notice__about_id=Cast(OuterRef("pk"), CharField()),
    )
    rows = Summary.objects.filter(**part).annotate(
        read=Subquery(told.values("acknowledged_at")[:1])
    )
    words = JSONObject(body="body", at="published_at", by="published_by__full_name", read="read")
    return rows.order_by("-version").values(json=words)[:1]


def _additions(user, child, **part):
    """What the family and the school added, for the family to read: about this child or all."""
    rows = Addendum.objects.visible_to(user).filter(
        Q(shared=True) | Q(from_family=True), Q(student=None) | Q(student=child), **part
    )
    words = JSONObject(
        text="text", at="at", by="by__full_name", by_id="by", from_family="from_family"
    )
    return rows.order_by("at", "pk").values(json=words)


# --- promises ------------------------------------------------------------------------------------
@prepared_for
def promises_told(user, child, *, as_family):
    """The promises of published visits: what is owed, late ones first, then what was kept."""
    published = Exists(Summary.objects.filter(visit=OuterRef("visit")))
    rows = (
        Promise.objects.visible_to(user, roles=roles_read(as_family), item="visits")
        .filter(published, student=child, dropped_at=None)
        .annotate(home=_home(user, as_family, "visit__"))
        .exclude(side=Promise.Side.FAMILY, home=False)
        .order_by(F("done_at").desc(nulls_first=True), F("due").asc(nulls_last=True), "pk")
    )
    columns = ("id", "side", "what", "due", "done_at", "owner__full_name", "owner_name")
    return rows.values(*columns, "visit__written_in")[:MOST_PROMISES]


# --- plans ---------------------------------------------------------------------------------------
@prepared_for
def plans_told(user, child, monday, *, as_family):
    """The published plans of the child that are open, with what was measured and said."""
    return versions_told(user, child, monday, roles_read(as_family))
