"""What stands in front of a member of staff: the visits of a day, and what waits for an answer.

Every list is one query over what `visible_to` gives, however long it is; every row names only
children whom the reader sees.
"""

import datetime as dt
from functools import cached_property

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, CharField, Count, Exists, F, Max, OuterRef, Prefetch, Q, When
from django.db.models.functions import Cast, Coalesce, JSONObject, TruncDate
from django.utils import timezone
from django.utils.translation import gettext as _, ngettext

from homeschool.journal.models import Entry, Receipt
from homeschool.people import sight
from homeschool.people.models import Household, Student
from homeschool.people.views.seen import listed
from homeschool.reports.progress import spoken_day
from visits import reading
from visits.models import Addendum, Draft, Promise, Summary, Visit, VisitChild, Visitor
from visits.models.record import READERS

STATUS = Visit.Status
# Visits that are no appointment of a day: only thought of, refused, or taken back.
NOT_IN_THE_DAY = (STATUS.PROPOSED, STATUS.DECLINED, STATUS.CANCELLED)
OVER = (STATUS.HELD, STATUS.NOBODY_HOME)
SOON = dt.timedelta(hours=2)
NEWS = dt.timedelta(days=7)
FORGOTTEN = dt.timedelta(days=60)
MOST_VISITS, MOST_ROWS, FIRST_ROWS, NOT_SEEN = 50, 30, 4, 3
COLUMNS = (
    "id", "school_id", "status", "mode", "purpose", "at", "planned_minutes", "ended_at",
    "household_id", "language_spoken", "interpreter", "children_seen", "people", "has_draft", "summary",
    "told", "read",
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


def chips(visit, now):
    """Return the chips of a visit as [(tone, icon, words)]: what the clock says, then how it stands.

    The clock: held · its time is now · in so many minutes, from two hours before. How it stands is
    the rule of the list of visits (`visits.reading.chips`), except that before its end a visit
    that is simply planned needs no words.
    """
    open_, before_end = visit["status"] in Visit.OPEN, visit["until"] > now
    found = [_by_the_clock(visit, now)] if not open_ or before_end else []
    if not (visit["status"] == STATUS.SCHEDULED and before_end and not visit["has_draft"]):
        found += reading.chips(
            visit["status"], at=visit["until"], now=now, has_draft=visit["has_draft"],
            shared=visit["summary"] is not None, told=visit["told"], read=visit["read"],
        )  # fmt: skip
    return [chip for chip in found if chip]


def _by_the_clock(visit, now):
    if visit["status"] == STATUS.HELD:
        return "good", "check", _("Held")
    away = visit["at"] - now
    if visit["status"] not in Visit.OPEN or away > SOON:
        return None
    if away <= dt.timedelta(0):
        return "teal", "clock", _("Now")
    minutes = -(-away // dt.timedelta(minutes=1))
    if minutes < 60:
        words = ngettext("In %(n)d minute", "In %(n)d minutes", minutes) % {"n": minutes}
    else:
        hours = minutes // 60
        words = ngettext("In %(n)d hour", "In %(n)d hours", hours) % {"n": hours}
    return "teal", "clock", words


class Today:
    """The page of `user` on `day` (None: today) in `zone`."""

    def __init__(self, user, zone, day=None):
        self.user, self.zone = user, zone
        self.now = timezone.now()
        self.today = timezone.localdate(timezone=zone)
        self.day = day or self.today

    # --- the day ---------------------------------------------------------------------------
    @property
    def is_today(self):
        return self.day == self.today

    @property
    def is_past(self):
        return self.day < self.today

    @property
    def greeting(self):
        """Return the words of the hour."""
        hour, words = self.now.astimezone(self.zone).hour, {"name": self.user.called}
        if hour < 12:
            return _("Good morning, %(name)s") % words
        if hour < 18:
            return _("Good afternoon, %(name)s") % words
        return _("Good evening, %(name)s") % words

    @property
    def heading(self):
        """Return how many visits the day has."""
        words = {"n": len(self.visits) + self.more, "day": spoken_day(self.day)}
        if self.is_today:
            if not words["n"]:
                return _("No visits today")
            return ngettext("%(n)d visit today", "%(n)d visits today", words["n"]) % words
        if not words["n"]:
            return _("No visits on %(day)s") % words
        return ngettext("%(n)d visit on %(day)s", "%(n)d visits on %(day)s", words["n"]) % words

    def _midnight(self, day):
        return dt.datetime.combine(day, dt.time(), self.zone)

    def _between(self, first, last):
        """Return the visits from the day `first` up to `last`, the end left out, each with `at`:
        when it took place, else when it is planned."""
        begin, end = self._midnight(first), self._midnight(last)
        return (
            Visit.objects.visible_to(self.user, roles=READERS)
            .exclude(status__in=NOT_IN_THE_DAY)
            .filter(
                Q(happened_at__gte=begin, happened_at__lt=end)
                | Q(happened_at=None, planned_at__gte=begin, planned_at__lt=end)
            )
            .annotate(at=Coalesce("happened_at", "planned_at"))
        )

    @cached_property
    def week(self):
        """Monday to Friday of the day's week with their counts, and a Saturday or Sunday on which
        there is something (one query)."""
        monday = self.day - dt.timedelta(days=self.day.weekday())
        days = [monday + dt.timedelta(days=n) for n in range(7)]
        visits = self._between(monday, monday + dt.timedelta(days=7))
        by_day = visits.order_by().values(on=TruncDate("at", tzinfo=self.zone))
        counts = dict(by_day.annotate(n=Count("pk")).values_list("on", "n"))
        return [
            {"day": day, "count": counts.get(day, 0), "is_here": day == self.day}
            for day in days
            if day.weekday() < 5 or day in counts or day in (self.day, self.today)
        ]

    @property
    def week_before(self):
        return self.day - dt.timedelta(days=7)

    @property
    def week_after(self):
        return self.day + dt.timedelta(days=7)

    @cached_property
    def more(self):
        """How many visits of the day do not stand on the page: more than fifty."""
        count = next((row["count"] for row in self.week if row["is_here"]), 0)
        return max(count - len(self.visits), 0)

    @cached_property
    def visits(self):
        """The visits of the day in order, with what the card says (two queries)."""
        team = Visitor.objects.filter(visit=OuterRef("pk"))
        people = JSONObject(id="user_id", name="user__full_name")
        rows = list(
            reading.with_standing(self._between(self.day, self.day + dt.timedelta(days=1)))
            .annotate(
                children_seen=children_of(self.user, "pk"),
                people=ArraySubquery(team.order_by("user__sort_key").values(json=people)),
            )
            .order_by("at", "pk")
            .values(*COLUMNS)[:MOST_VISITS]
        )
        addresses = self._addresses(rows)
        cards = [self._card(row, addresses) for row in rows]
        following = (c for c in cards if c["status"] not in OVER and c["until"] > self.now)
        for card in following:
            card["is_next"] = True
            break
        return cards

    def _addresses(self, rows):
        """Return the addresses of home visits, where the reader may know them: {household: text}."""
        ids = {
            row["household_id"]
            for row in rows
            if row["mode"] == Visit.Mode.HOME and row["status"] not in OVER
        }
        homes = Household.objects.visible_to(self.user).filter(pk__in=ids)
        return dict(homes.values_list("pk", "address"))

    def _card(self, row, addresses):
        children, mode = row["children_seen"], Visit.Mode(row["mode"])
        at = row["at"].astimezone(self.zone)
        until = row["ended_at"] or at + dt.timedelta(minutes=row["planned_minutes"])
        others = [person["name"] for person in row["people"] if person["id"] != str(self.user.pk)]
        mine = not row["people"] or len(others) < len(row["people"])
        spoken = row["language_spoken"] or next(
            (c["language"] for c in children if c["language"]), ""
        )
        card = row | {
            "at": at,
            "until": until,
            "minutes": round((until - at).total_seconds() / 60),
            "children": children,
            "names": listed(child["name"] for child in children),
            "classes": listed(dict.fromkeys(child["school_class"] for child in children)),
            "others": listed(others),
            "place_icon": reading.MODE_ICONS[mode],
            "place": mode.label,
            "address": addresses.get(row["household_id"], ""),
            "language": spoken,
            "purpose": Visit.Purpose(row["purpose"]).label,
            "is_held": row["status"] == STATUS.HELD,
            "is_past": until <= self.now,
            "may_start": mine and row["status"] not in OVER,
        }
        return card | {"chips": chips(card, self.now)}

    def record_reading(self):
        """Write down, once a day, whose address the reader was shown for a visit (at most two
        queries); the family can see that."""
        shown = {
            child["id"]: visit
            for visit in self.visits
            for child in visit["children"]
            if visit["address"]
        }
        if not shown:
            return
        told = Entry.objects.filter(
            actor=self.user,
            verb="visit.prepared",
            student__in=shown,
            at__gte=self._midnight(self.today),
        )
        before = {str(pk) for pk in told.values_list("student", flat=True)}
        Entry.objects.bulk_create(
            Entry(
                kind=Entry.Kind.VIEWED,
                verb="visit.prepared",
                actor=self.user,
                student_id=child,
                school_id=visit["school_id"],
                about_type=Visit._meta.label_lower,
                about_id=str(visit["id"]),
                data={"fields": ["address"]},
            )
            for child, visit in shown.items()
            if child not in before
        )

    @cached_property
    def not_seen(self):
        """Children of one's own whom nobody has met for longest, those never met first; none on a
        day that is over."""
        if self.is_past:
            return []
        own = Student.objects.visible_to(self.user, roles={sight.ADVISER, sight.COUNSELOR}).active()
        met = Max(
            "visit_lines__visit__happened_at", filter=Q(visit_lines__visit__status=STATUS.HELD)
        )
        rows = own.annotate(met=met).order_by(F("met").asc(nulls_first=True), "sort_key", "pk")
        return list(rows.values("pk", "full_name", "school_class__name", "met")[:NOT_SEEN])

    # --- what needs the reader -------------------------------------------------------------
    @cached_property
    def late_promises(self):
        """Promises of the school that are late, the reader's own first."""
        rows = (
            Promise.objects.visible_to(self.user, roles=READERS)
            .late(self.today)
            .filter(side__in=[Promise.Side.SCHOOL, Promise.Side.PERSON])
            .annotate(mine=Case(When(owner=self.user.pk, then=True), default=False))
            .order_by("-mine", "due", "pk")
        )
        found = rows.values(
            "id", "what", "due", "mine", "owner__full_name", "owner_name", "visit_id",
            "student__full_name", "visit__written_in",
        )  # fmt: skip
        return [self._late(row) for row in found[:MOST_ROWS]]

    def _late(self, row):
        return row | {
            "owner": row["owner__full_name"] or row["owner_name"],
            "days": (self.today - row["due"]).days,
        }

    @cached_property
    def answers(self):
        """What families added and nobody has read yet, oldest first."""
        rows = (
            Addendum.objects.visible_to(self.user)
            .filter(from_family=True, seen_at=None)
            .filter(visit__in=Visit.objects.visible_to(self.user, roles=READERS))
            .annotate(children_seen=children_of(self.user))
            .order_by("at", "pk")
            .values("id", "visit_id", "student_id", "text", "at", "by__full_name", "children_seen")
        )
        return [self._about(row, row["at"]) for row in rows[:MOST_ROWS]]

    @cached_property
    def read_by(self):
        """Who of the families said within a week to have read the summary of one's own visits."""
        told = Receipt.objects.filter(
            notice__about_type=Summary._meta.label_lower,
            notice__about_id=Cast(OuterRef("pk"), CharField()),
            acknowledged_at__gte=self.now - NEWS,
        )
        reader = JSONObject(name="person__full_name", at="acknowledged_at")
        rows = (
            Summary.objects.filter(published_at__gte=self.now - FORGOTTEN)
            .filter(visit__in=Visitor.objects.filter(user=self.user.pk).values("visit"))
            .filter(visit__in=Visit.objects.visible_to(self.user, roles=READERS))
            .filter(Exists(told))
            .annotate(
                readers=ArraySubquery(told.order_by("acknowledged_at").values(json=reader)),
                children_seen=children_of(self.user),
            )
            .values("visit_id", "readers", "children_seen")
        )
        found = [
            self._about(row | reader, dt.datetime.fromisoformat(reader["at"]))
            for row in rows[:MOST_ROWS]
            for reader in row["readers"]
        ]
        return sorted(found, key=lambda row: row["moment"], reverse=True)[:FIRST_ROWS]

    @cached_property
    def drafts(self):
        """Records that were begun and not finished, with the names of their children (two queries)."""
        children = Student.objects.visible_to(self.user, roles=READERS).only(
            "full_name", "sort_key"
        )
        rows = (
            Draft.objects.visible_to(self.user)
            .open()
            .only("step", "saved_at")
            .order_by("-saved_at")
        )
        found = rows.prefetch_related(Prefetch("children", children, to_attr="children_seen"))
        return [
            {
                "id": draft.pk,
                "step": draft.step,
                "saved_at": draft.saved_at.astimezone(self.zone),
                "names": listed(child.full_name for child in draft.children_seen),
            }
            for draft in found[:MOST_ROWS]
        ]

    @cached_property
    def unwritten(self):
        """Planned visits of earlier days of which nothing is written, newest first."""
        mine = Exists(Visitor.objects.filter(visit=OuterRef("pk"), user=self.user.pk))
        nobodys = ~Exists(Visitor.objects.filter(visit=OuterRef("pk")))
        rows = (
            Visit.objects.visible_to(self.user, roles=READERS)
            .filter(
                mine | nobodys, status__in=Visit.OPEN, planned_at__lt=self._midnight(self.today)
            )
            .exclude(status=STATUS.PROPOSED)
            .exclude(Exists(Draft.objects.filter(pk=OuterRef("pk"))))
            .annotate(children_seen=children_of(self.user, "pk"))
            .order_by("-planned_at", "pk")
            .values("id", "planned_at", "children_seen")
        )
        return [self._about(row, row["planned_at"]) for row in rows[:MOST_ROWS]]

    def _about(self, row, at):
        only = str(row.get("student_id") or "")
        children = [c for c in row["children_seen"] if not only or c["id"] == only]
        names = listed(child["name"] for child in children)
        return row | {"names": names, "moment": at.astimezone(self.zone)}

    @property
    def waiting(self):
        """How many things need the reader; what families have read needs nobody."""
        lists = (self.late_promises, self.answers, self.drafts, self.unwritten)
        return sum(map(len, lists))
