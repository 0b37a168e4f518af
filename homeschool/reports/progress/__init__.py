"""What a family reads about its child: one sentence, strengths, the next visit, promises, summaries.

Two queries beside those for the child and for who looked, and one where there is a plan. What the
first home answered, who was there and where stays with that home.
"""

import datetime as dt
import uuid
import zoneinfo
from functools import cached_property

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _, ngettext

from counseling.models.plan import ITEM as PLANS
from counseling.models.shares import monday_of
from counseling.reading.home import PlanAtHome
from homeschool.journal.models import Entry
from homeschool.people import sight
from homeschool.people.views.seen import Seen, listed
from homeschool.reports.asked.progress import (
    STATUS,
    on_page,
    plans_told,
    promises_told,
    roles_read,
    visits_told,
)
from homeschool.reports.progress import words
from messaging.models.thread import ITEM as MESSAGES
from messaging.reading.home import Mail
from visits.forms.addendum import AddendumForm
from visits.models import Promise, VisitChild
from visits.models.record import OF_THE_HOME, READERS
from visits.models.voice import OPEN_FOR
from visits.reading import offers
from visits.reading.meeting_ahead import Ahead
from visits.reading.suggestions import told_home
from visits.reading.voices import voice_token

# Who opens the page: the family, and the staff that reads visits, to see what the family sees.
FAMILY_PAGE_ROLES = sight.FAMILY_ROLES | READERS
KEPT_SHOWN = 2
STRENGTHS_OF_VISITS = 2
SOON = dt.timedelta(days=7)
SIGNS = {"late": "clock", "done": "check", "open": "ellipsis"}
FAMILY_SIDES = (Promise.Side.FAMILY, Promise.Side.STUDENT)


class Progress:
    """The page of `child` for `user`: `page` 1 is all of it, later ones are earlier summaries."""

    def __init__(self, user, child, page=1):
        self.user, self.child, self.page = user, child, page
        self.seen = Seen(user, child)
        self.as_family = bool(self.seen.roles & sight.FAMILY_ROLES)
        self.roles = roles_read(self.as_family)
        self.reads_visits = bool(sight.roles_for(user, child, "visits") & self.roles)
        self.reads_plans = bool(sight.roles_for(user, child, PLANS) & self.roles)
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
        told = [row for row in self.summaries if row["going_well"]]
        lines += [
            {
                "text": row["going_well"],
                "lang": row["lang"],
                "by": f"{row['by']}, {words.month_day(row['day'])}",
            }
            for row in told[:STRENGTHS_OF_VISITS]
        ]
        return [row | {"sign": ("sprout", "star")[n % 2]} for n, row in enumerate(lines)]

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
        ask = visits_told if self.page == 1 else visits_told.plain
        return list(ask(self.user, self.child.pk, as_family=self.as_family, page=self.page))

    @property
    def _on_page(self):
        return on_page(self.page)

    @cached_property
    def next_visit(self):
        """The next visit that the family knows of, or None."""
        coming = (row for row in self._visits if row["status"] != STATUS.HELD and row["planned_at"])
        row = next(coming, None)
        if row is None:
            return None
        at = row["planned_at"].astimezone(self.zone)
        there = at.astimezone(self.child.school_zone)
        return row | {
            "at": at,
            "at_school": there.time() if there.utcoffset() != at.utcoffset() else None,
            "place": words.place(row, at_home=row["home"] and self.as_family),
            "people": listed(row["staff"]),
            "said_yes": row["status"] == STATUS.ACCEPTED,
            "asked_other": row["status"] == STATUS.OTHER_TIME,
            "answer_url": self._answer_url(row),
        }

    def _answer_url(self, row):
        """Where the family answers an offer, without a further word; "" for staff."""
        if not row["offer"] or not self.as_family:
            return ""
        return offers.address("offer", offers.offer_token(row["offer"], self.user.pk))

    @property
    def offer(self):
        """A visit that the family is asked to and has not agreed on, or None."""
        asked = (row for row in self._visits if row["status"] != STATUS.HELD)
        row = next((row for row in asked if not row["planned_at"] and row["offer"]), None)
        if row is None:
            return None
        return row | {
            "people": listed(row["staff"]),
            "place": words.place(row, at_home=row["home"] and self.as_family),
            "asked_other": row["status"] == STATUS.OTHER_TIME,
            "answer_url": self._answer_url(row),
        }

    @property
    def ahead(self):
        """Meetings and booked times to come, for the family alone; without a query."""
        if not (self.as_family and self.reads_visits):
            return None
        return Ahead(self.child.ahead, self.child.school_zone)

    @property
    def next_session(self):
        """The next session after school, {"name", "words"}, or None; without a query."""
        row = self.child.session
        if not row:
            return None
        at = words.moment(row["begins"], self.child.school_zone)
        when = {"day": words.spoken_day(at), "time": date_format(at, "H:i")}
        return row | {"words": _("%(day)s, %(time)s") % when}

    @cached_property
    def summaries(self):
        """What was published of visits, newest first."""
        held = [row for row in self._visits if row["status"] == STATUS.HELD]
        held.sort(key=lambda row: (row["happened_at"], row["id"]), reverse=True)
        return [self._told(row) for row in held[: self._on_page]]

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

    def _told(self, row):
        told, home = row["summary"], row["home"]
        body = told["body"]
        child = body.get("children", {}).get(str(self.child.pk), {})
        return {
            "visit": row["id"],
            "day": row["happened_at"].astimezone(self.zone),
            "by": told["by"],
            "written_by": words.written_by(told["by"]),
            "lang": words.lang(row["written_in"]),
            "where": words.where(row, at_home=self.as_family) if home else "",
            "words": body.get("words", ""),
            "explained": body.get("explained", ""),
            **{name: body.get(name, "") if home else "" for name in OF_THE_HOME},
            "going_well": child.get("going_well", ""),
            "needs_are": _("What %(child)s needs") % {"child": self.child.called},
            "needs": [VisitChild.Need(code).label for code in child.get("needs", []) if home],
            "needs_words": child.get("needs_words", "") if home else "",
            "suggestions": told_home(row["suggested"], self.zone) if home else [],
            "gifts": row["given"] if home else [],
            "read": words.moment(told["read"], self.zone),
            "is_new": self.as_family and not told["read"],
            "keeps_card": home and self.as_family,
            "voice_url": self._voice_url(row) if home and self.as_family else "",
            "additions": [words.added(row, self.user, self.zone) for row in row["additions"]],
            "photos": home and self.as_family and row["photos"],
            "form": AddendumForm(visit=row["id"]) if self.as_family else None,
            "key": uuid.uuid4(),
        }

    def _voice_url(self, row):
        """Where the reader answers the two questions about a visit; "" once the time is over."""
        published = words.moment(row["summary"]["at"], self.zone)
        if timezone.now() >= published + OPEN_FOR:
            return ""
        return offers.address("voice", voice_token(row["id"], self.user.pk))

    # --- plans -----------------------------------------------------------------------------
    @cached_property
    def plans(self):
        """The published plans that are open, each as a PlanAtHome (one query, where there is one)."""
        if not self.reads_plans or not self.child.has_plan or self.page > 1:
            return []
        monday = monday_of(self.today)
        rows = plans_told(self.user, self.child.pk, monday, as_family=self.as_family)
        return [PlanAtHome(row, self.today) for row in rows]

    @property
    def at_home(self):
        """The plan with the one thing to do at home this week, or None: the first that has one."""
        return next((plan for plan in self.plans if plan.at_home), None)

    # --- letters ---------------------------------------------------------------------------
    @cached_property
    def mail(self):
        """The newest words between the reader's home and the school, or None: for the family that may
        write; staff does not read them here."""
        reads = sight.roles_for(self.user, self.child, MESSAGES) & sight.FAMILY_ROLES
        if not self.as_family or not reads or self.page > 1:
            return None
        return Mail.of(self.child, self.user, self.zone)

    # --- promises --------------------------------------------------------------------------
    @cached_property
    def _promises(self):
        if not self.reads_visits or self.page > 1:
            return []
        found = promises_told(self.user, self.child.pk, as_family=self.as_family)
        return [self._promise(row) for row in found]

    def _promise(self, row):
        side, due = row["side"], row["due"]
        late = not row["done_at"] and due is not None and due < self.today
        by_family = side in FAMILY_SIDES
        promise = {
            "id": row["id"],
            "what": row["what"],
            "lang": row["visit__written_in"],
            "group": side if by_family else Promise.Side.SCHOOL,
            "owner": "" if by_family else row["owner__full_name"] or row["owner_name"],
            "state": "done" if row["done_at"] else "late" if late else "open",
            "due": due,
            "days_late": (self.today - due).days if late else 0,
            "done_on": row["done_at"] and row["done_at"].astimezone(self.zone),
            "may_keep": by_family and not row["done_at"] and self.as_family,
        }
        sign, detail = SIGNS[promise["state"]], words.how_it_stands(promise)
        return promise | {"is_late": late, "sign": sign, "detail": detail}

    @cached_property
    def sides(self):
        """Promises by side, the school's first: what is owed, late ones on top; then what was kept."""
        titles = {
            Promise.Side.SCHOOL: (_("The school"), "school"),
            Promise.Side.FAMILY: (_("Home"), "house"),
            Promise.Side.STUDENT: (self.child.called, "user"),
        }
        found = []
        for side, (title, icon) in titles.items():
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
        return _("We look forward to meeting you on %(day)s.") % {
            "day": words.spoken_day(visit["at"])
        }

    def _what_was_kept(self):
        ours = self._count("done", Promise.Side.SCHOOL)
        theirs = self._count("done", *FAMILY_SIDES)
        count = {"n": ours + theirs}
        if ours and theirs:
            return _("We have kept %(n)d promises to each other.") % count
        if ours:
            return (
                ngettext(
                    "The school has kept the first promise.",
                    "The school has kept %(n)d promises.",
                    ours,
                )
                % count
            )
        if theirs:
            return (
                ngettext(
                    "You have kept a promise: thank you.",
                    "You have kept %(n)d promises: thank you.",
                    theirs,
                )
                % count
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
            day = words.month_day(self.summaries[0]["day"])
            return _("We met on %(day)s, and we stay in touch.") % {"day": day}
        return _("We look forward to getting to know you.")
