"""What a family reads about its child: one sentence, strengths, the next visit, promises, summaries.

Two queries beside those for the child and for who looked: visits with all that hangs on them, and
promises. What the first home answered, who was there and where stays with that home.
"""

import datetime as dt
import zoneinfo
from functools import cached_property

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
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _, ngettext, pgettext

from homeschool.journal.models import Entry, Receipt
from homeschool.people import sight
from homeschool.people.models import Guardianship, Student
from homeschool.people.views.seen import Seen, listed
from visits.forms.addendum import AddendumForm
from visits.models import Addendum, Participant, Promise, Summary, Visit, VisitChild, Visitor
from visits.models.record import READERS, home_of

# Who opens the page: the family, and the staff that reads visits, to see what the family sees.
FAMILY_PAGE_ROLES = sight.FAMILY_ROLES | READERS
STATUS = Visit.Status
# A visit that only the school thinks of (proposed) is not announced to the family.
COMING = (
    STATUS.OFFERED, STATUS.ACCEPTED, STATUS.OTHER_TIME, STATUS.SCHEDULED, STATUS.UNDER_WAY,
)  # fmt: skip
AT_FIRST, A_PAGE = 3, 10
MOST_PROMISES, KEPT_SHOWN = 200, 2
STRENGTHS_OF_VISITS = 2
SOON = dt.timedelta(days=7)
MINUTE = Value(dt.timedelta(minutes=1))


def spoken_day(day):
    """Return a day with its weekday, as the reader's language says it."""
    words = {"weekday": date_format(day, "l"), "date": date_format(day, "MONTH_DAY_FORMAT")}
    return pgettext("a day, like Thursday 26 November", "%(weekday)s %(date)s") % words


def sign_of(name):
    """Return the sign that tells a child from its siblings: the last hanzi, else nothing."""
    return name[-1] if name and "㐀" <= name[-1] <= "鿿" else ""


def children_for(user, pk):
    """Return the children whose family page `user` opens: the own ones, and the child `pk` that
    `user` works with (one query)."""
    own = Student.objects.visible_to(user, roles=sight.FAMILY_ROLES)
    other = Student.objects.visible_to(user, roles=sight.STAFF_ROLES).filter(pk=pk)
    rows = own | other
    children = list(rows.select_related("school", "division", "school_class__adviser__user"))
    for child in children:
        child.sign = sign_of(child.called)
    return children


class Progress:
    """The page of `child` for `user`: `page` 1 is all of it, later ones are earlier summaries."""

    def __init__(self, user, child, page=1):
        self.user, self.child, self.page = user, child, page
        self.seen = Seen(user, child)
        self.as_family = bool(self.seen.roles & sight.FAMILY_ROLES)
        self.roles = sight.FAMILY_ROLES if self.as_family else READERS
        self.reads_visits = bool(sight.roles_for(user, child, "visits") & self.roles)
        self.zone = zoneinfo.ZoneInfo(user.time_zone or child.school.time_zone)
        self.today = timezone.localdate(timezone=child.school_zone)

    # --- the child -------------------------------------------------------------------------
    @property
    def teacher(self):
        """The class teacher of today, or None."""
        adviser = self.child.school_class.adviser
        is_open = adviser and (adviser.until is None or adviser.until > timezone.now())
        return adviser.user if is_open else None

    @property
    def strengths(self):
        """Lines of the child's strengths, then what the last summaries say goes well."""
        lines = [{"text": line} for line in self.seen.strengths] if self.seen.basics else []
        told = [
            {"text": row["going_well"], "by": row["by"], "day": row["day"], "lang": row["lang"]}
            for row in self.summaries
            if row["going_well"]
        ]
        return lines + told[:STRENGTHS_OF_VISITS]

    @cached_property
    def looks(self):
        """Who opened the record this term (two queries); nothing for whom it is not."""
        return self.seen.looks(5) if self.seen.may_read_looks else []

    def record_reading(self):
        """Write down that staff opened the page; the family can see that."""
        if not self.as_family:
            Entry.record(
                "progress.viewed", self.child, by=self.user, kind=Entry.Kind.VIEWED,
                student=self.child, school=self.child.school,
            )  # fmt: skip

    # --- visits ----------------------------------------------------------------------------
    @cached_property
    def _visits(self):
        """The next visit and the summaries of this page with all that hangs on them, as dicts."""
        if not self.reads_visits:
            return []
        lines = VisitChild.objects.visible_to(self.user, roles=self.roles, item="visits")
        visits = Visit.objects.annotate(home=self._home())
        seen = visits.filter(pk__in=lines.filter(student=self.child).values("visit"))
        wanted = self._told(seen).values("pk").union(self._next(seen).values("pk"), all=True)
        return list(self._rows(visits.filter(pk__in=wanted)))

    def _home(self, path=""):
        """Whether the visit was to the reader's home; staff reads what that home reads."""
        if not self.as_family:
            return Value(True)
        return ExpressionWrapper(home_of(self.user, path), BooleanField())

    def _next(self, visits):
        """The next planned visit, unless it is to another home of the child."""
        over = Now() - F("planned_minutes") * MINUTE
        return visits.filter(
            Q(home=True) | Q(household=None), status__in=COMING, planned_at__gte=over
        ).order_by("planned_at", "pk")[: 1 if self.page == 1 else 0]

    def _told(self, visits):
        """The held visits of this page whose summary was published, and one more if there is one."""
        published = Exists(Summary.objects.filter(visit=OuterRef("pk")))
        first = AT_FIRST + A_PAGE * (self.page - 2) if self.page > 1 else 0
        rows = visits.filter(published, status=STATUS.HELD).order_by("-happened_at", "-pk")
        return rows[first : first + self._on_page + 1]

    @property
    def _on_page(self):
        return A_PAGE if self.page > 1 else AT_FIRST

    def _rows(self, visits):
        part = {"visit": OuterRef("pk")}
        team = Visitor.objects.filter(**part).order_by("user__sort_key")
        present = Participant.objects.filter(presence=Participant.Presence.PRESENT, **part)
        person = JSONObject(name="name", relation="relation")
        return visits.annotate(
            staff=ArraySubquery(team.values("user__full_name")),
            present=ArraySubquery(present.order_by("pk").values(json=person)),
            additions=ArraySubquery(self._additions(**part)),
            summary=Subquery(self._summary(**part)),
        ).values(
            "id", "status", "mode", "planned_at", "planned_minutes", "happened_at", "written_in",
            "language_spoken", "interpreter", "home", "staff", "present", "additions", "summary",
        )  # fmt: skip

    def _summary(self, **part):
        """The published version that holds, and when this reader said to have read it."""
        told = Receipt.objects.of(self.user).filter(
            notice__about_type=Summary._meta.label_lower,
            notice__about_id=Cast(OuterRef("pk"), CharField()),
        )
        rows = Summary.objects.filter(**part).annotate(
            read=Subquery(told.values("acknowledged_at")[:1])
        )
        words = JSONObject(
            body="body", at="published_at", by="published_by__full_name", read="read"
        )
        return rows.order_by("-version").values(json=words)[:1]

    def _additions(self, **part):
        """What the family and the school added, for the family to read: about this child or all."""
        rows = Addendum.objects.visible_to(self.user).filter(
            Q(shared=True) | Q(from_family=True),
            Q(student=None) | Q(student=self.child.pk),
            **part,
        )
        words = JSONObject(
            text="text", at="at", by="by__full_name", by_id="by", from_family="from_family"
        )
        return rows.order_by("at", "pk").values(json=words)

    @cached_property
    def next_visit(self):
        """The next visit that the family knows of, or None."""
        row = next((row for row in self._visits if row["status"] != STATUS.HELD), None)
        if row is None:
            return None
        at = row["planned_at"].astimezone(self.zone)
        there = at.astimezone(self.child.school_zone)
        return row | {
            "at": at,
            "at_school": there.time() if there.utcoffset() != at.utcoffset() else None,
            "place": self._place(row),
            "people": listed(row["staff"]),
            "said_yes": row["status"] == STATUS.ACCEPTED,
            "asked_other": row["status"] == STATUS.OTHER_TIME,
        }

    def _place(self, row):
        if row["home"] and row["mode"] == Visit.Mode.HOME and self.as_family:
            return _("at your home")
        return Visit.Mode(row["mode"]).label

    @cached_property
    def summaries(self):
        """What was published of visits, newest first."""
        held = [row for row in self._visits if row["status"] == STATUS.HELD]
        held.sort(key=lambda row: (row["happened_at"], row["id"]), reverse=True)
        return [self._told_words(row) for row in held[: self._on_page]]

    @property
    def has_earlier(self):
        """Whether another page of summaries follows."""
        return sum(row["status"] == STATUS.HELD for row in self._visits) > self._on_page

    @property
    def shown(self):
        """The newest summary, and those that this reader has not confirmed."""
        return [row for n, row in enumerate(self.summaries) if n == 0 or row["is_new"]]

    @property
    def folded(self):
        """Those of this page that were read before."""
        return [row for n, row in enumerate(self.summaries) if n and not row["is_new"]]

    @property
    def earlier(self):
        """The summaries that stand folded: on a later page all of it."""
        return self.folded if self.page == 1 else self.summaries

    @property
    def page_before(self):
        return self.page - 1

    @property
    def page_after(self):
        return self.page + 1

    def _told_words(self, row):
        told, home = row["summary"], row["home"]
        body = told["body"]
        child = body.get("children", {}).get(str(self.child.pk), {})
        return {
            "visit": row["id"],
            "day": row["happened_at"].astimezone(self.zone),
            "by": told["by"],
            "lang": row["written_in"],
            "home": home,
            "how": self._place(row) if home else "",
            "present": listed(map(_person, row["present"])) if home else "",
            "words": body.get("words", ""),
            "explained": body.get("explained", ""),
            "hopes": body.get("hopes", "") if home else "",
            "going_well": child.get("going_well", ""),
            "needs": [VisitChild.Need(code).label for code in child.get("needs", []) if home],
            "needs_words": child.get("needs_words", "") if home else "",
            "read": _moment(told["read"], self.zone),
            "is_new": self.as_family and not told["read"],
            "additions": [self._added(addition) for addition in row["additions"]],
            "form": AddendumForm(visit=row["id"]) if self.as_family else None,
        }

    def _added(self, addition):
        own = addition["by_id"] == str(self.user.pk)
        return addition | {"at": _moment(addition["at"], self.zone), "own": own}

    # --- promises --------------------------------------------------------------------------
    @cached_property
    def _promises(self):
        if not self.reads_visits or self.page > 1:
            return []
        published = Exists(Summary.objects.filter(visit=OuterRef("visit")))
        rows = (
            Promise.objects.visible_to(self.user, roles=self.roles, item="visits")
            .filter(published, student=self.child, dropped_at=None)
            .annotate(home=self._home("visit__"))
            .exclude(side=Promise.Side.FAMILY, home=False)
            .order_by(F("done_at").desc(nulls_first=True), F("due").asc(nulls_last=True), "pk")
        )
        columns = ("id", "side", "what", "due", "done_at", "owner__full_name", "owner_name")
        found = rows.values(*columns, "visit__written_in")[:MOST_PROMISES]
        return [self._promise(row) for row in found]

    def _promise(self, row):
        side, due = row["side"], row["due"]
        late = not row["done_at"] and due is not None and due < self.today
        by_family = side in (Promise.Side.FAMILY, Promise.Side.STUDENT)
        return {
            "id": row["id"],
            "what": row["what"],
            "lang": row["visit__written_in"],
            "group": side if by_family else Promise.Side.SCHOOL,
            "owner": row["owner__full_name"] or row["owner_name"],
            "state": "done" if row["done_at"] else "late" if late else "open",
            "due": due,
            "days_late": (self.today - due).days if late else 0,
            "done_on": row["done_at"] and row["done_at"].astimezone(self.zone),
            "may_keep": by_family and not row["done_at"] and self.as_family,
        }

    @cached_property
    def sides(self):
        """Promises by side, the school's first: what is owed, late ones on top; then what was kept."""
        words = {
            Promise.Side.SCHOOL: (_("The school"), "school"),
            Promise.Side.FAMILY: (_("Home"), "house"),
            Promise.Side.STUDENT: (self.child.called, "user"),
        }
        found = []
        for side, (title, icon) in words.items():
            rows = [row for row in self._promises if row["group"] == side]
            kept = [row for row in rows if row["state"] == "done"]
            owed = [row for row in rows if row["state"] != "done"]
            if rows:
                shown, folded = owed + kept[:KEPT_SHOWN], kept[KEPT_SHOWN:]
                found.append({"title": title, "icon": icon, "shown": shown, "folded": folded})
        return found

    def _count(self, state, *groups):
        return sum(row["state"] == state and row["group"] in groups for row in self._promises)

    # --- the one sentence ------------------------------------------------------------------
    @property
    def sentence(self):
        """Return how it goes, about the help and never about the child: the first that holds of

        1 nothing of visits is shared with the reader; 2 the school is late with a promise; 3 a
        summary waits to be read; 4 a visit within seven days; 5 promises were kept, by both, by the
        school, by the family; 6 a later visit; 7 promises are open; 8 there was a visit; 9 none yet.
        """
        if not self.reads_visits:
            return _("%(child)s decides what you see here.") % {"child": self.child.called}
        return (
            self._what_we_owe()
            or self._what_comes(soon=True)
            or self._what_was_kept()
            or (self._what_comes() or self._what_is_open())
        )

    def _what_we_owe(self):
        if late := self._count("late", Promise.Side.SCHOOL):
            return ngettext(
                "We are late with one promise, and we have not forgotten it.",
                "We are late with %(n)d promises, and we have not forgotten them.",
                late,
            ) % {"n": late}
        if any(row["is_new"] for row in self.summaries):
            return _("What we talked about is ready for you to read.")
        return ""

    def _what_comes(self, *, soon=False):
        visit = self.next_visit
        if visit is None or (soon and visit["at"] > timezone.now() + SOON):
            return ""
        days = (visit["at"].date() - timezone.localdate(timezone=self.zone)).days
        if days <= 0:
            return _("We look forward to meeting you today.")
        if days == 1:
            return _("We look forward to meeting you tomorrow.")
        return _("We look forward to meeting you on %(day)s.") % {"day": spoken_day(visit["at"])}

    def _what_was_kept(self):
        ours = self._count("done", Promise.Side.SCHOOL)
        theirs = self._count("done", Promise.Side.FAMILY, Promise.Side.STUDENT)
        words = {"n": ours + theirs}
        if ours and theirs:
            return _("We have kept %(n)d promises to each other.") % words
        if ours:
            return (
                ngettext(
                    "The school has kept the first promise.",
                    "The school has kept %(n)d promises.",
                    ours,
                )
                % words
            )
        if theirs:
            return (
                ngettext(
                    "You have kept a promise: thank you.",
                    "You have kept %(n)d promises: thank you.",
                    theirs,
                )
                % words
            )
        return ""

    def _what_is_open(self):
        if count := len(self._promises):
            return ngettext(
                "We are working on one thing together.",
                "We are working on %(n)d things together.",
                count,
            ) % {"n": count}
        if self.summaries:
            day = date_format(self.summaries[0]["day"], "MONTH_DAY_FORMAT")
            return _("We met on %(day)s, and we stay in touch.") % {"day": day}
        return _("We look forward to getting to know you.")


def _moment(text, zone):
    """Return a time that came as JSON, in `zone`; None for none."""
    return dt.datetime.fromisoformat(text).astimezone(zone) if text else None


def _person(row):
    """Return who was there: the name, and what the family calls the relation."""
    relation = dict(Guardianship.Relation.choices).get(row["relation"], row["relation"])
    if not relation:
        return row["name"]
    return _("%(name)s (%(relation)s)") % {"name": row["name"], "relation": relation}
