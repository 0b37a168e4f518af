"""What stands in front of a member of staff: the visits of a day, and what waits for an answer.

Every list is one query over what `visible_to` gives, however long it is; every row names only
children whom the reader sees.
"""

import datetime as dt
import uuid
from functools import cached_property

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _, ngettext, pgettext

from counseling.reading import sessions_today
from counseling.reading.publishing import heard_in_words
from counseling.reading.words import review_words
from homeschool.answering import standing
from homeschool.journal.models import Entry
from homeschool.people import sight
from homeschool.people.views.seen import listed
from homeschool.reports.asked import today as asked
from homeschool.reports.asked.today import OVER, STATUS
from homeschool.reports.progress.words import month_day, spoken_day
from messaging.reading.home import Waiting
from visits import reading
from visits.models import Visit
from visits.reading import meeting_ahead, rounds

SOON = dt.timedelta(hours=2)
NEWS = dt.timedelta(days=7)
FORGOTTEN = dt.timedelta(days=60)
FIRST_ROWS = 4


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
            confidential=visit["confidential"],
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

    @cached_property
    def week(self):
        """Monday to Friday of the day's week with their counts, and a Saturday or Sunday on which
        there is something (one query)."""
        monday = self.day - dt.timedelta(days=self.day.weekday())
        days = [monday + dt.timedelta(days=n) for n in range(7)]
        ends = self._midnight(monday), self._midnight(monday + dt.timedelta(days=7))
        counts = {
            row["on"]: row["n"] for row in asked.visits_by_day(self.user, *ends, zone=self.zone)
        }
        return [
            {"day": day, "count": counts.get(day, 0), "is_here": day == self.day}
            | _of_the_week(day, counts)
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
        """The visits of the day in order, with what the card says (one query)."""
        ends = self._midnight(self.day), self._midnight(self.day + dt.timedelta(days=1))
        rows = asked.visits_of_the_day(self.user, *ends)
        cards = [self._card(row) for row in rows]
        following = (c for c in cards if c["status"] not in OVER and c["until"] > self.now)
        for card in following:
            card["is_next"] = True
            break
        return cards

    def _card(self, row):
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
            "address": row["address"] or "",
            "language": spoken,
            "purpose": Visit.Purpose(row["purpose"]).label,
            "is_held": row["status"] == STATUS.HELD,
            "is_past": until <= self.now,
            "may_start": mine and row["status"] not in OVER,
        }
        return card | _words(card) | {"chips": chips(card, self.now)}

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
        ids = [uuid.UUID(pk) for pk in shown]
        found = asked.prepared_before(self.user.pk, ids, self._midnight(self.today))
        before = {str(row["student_id"]) for row in found}
        new = [
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
        ]
        if new:
            Entry.objects.bulk_create(new)

    @cached_property
    def not_seen(self):
        """Children of one's own whom nobody has met for longest, those never met first; none on a
        day that is over."""
        if self.is_past:
            return []
        return asked.never_met(self.user)

    @cached_property
    def meetings(self):
        """Meetings of parents of one's own: those to come, and those of which nobody knows whether
        they took place (one query); only on today's page."""
        if not self.is_today:
            return []
        ends = self.today - meeting_ahead.LATELY, self.today + meeting_ahead.SOON
        return [
            meeting_ahead.meeting_card(row, self.today) for row in asked.meetings(self.user, *ends)
        ]

    @cached_property
    def table_times(self):
        """The next times that families booked at one's own table (one query); only on today's page."""
        if not self.is_today:
            return []
        return [meeting_ahead.time_card(row) for row in asked.table_times(self.user)]

    # --- what needs the reader -------------------------------------------------------------
    @cached_property
    def late_promises(self):
        """Promises of the school that are late, the reader's own first."""
        found = asked.late_promises(self.user, self.today)
        return [self._late(row) for row in found]

    def _late(self, row):
        words = {
            "day": month_day(row["due"]),
            "name": row["owner__full_name"] or row["owner_name"],
        }
        mine, theirs = _("You promised it for %(day)s"), _("%(name)s promised it for %(day)s")
        return row | {"promised": (mine if row["mine"] else theirs) % words}

    @cached_property
    def _offers(self):
        return [rounds.shown(row, self.zone) for row in asked.offers(self.user)]

    @property
    def offers(self):
        """What families answered to the offer of a visit, and nobody noted yet."""
        return [row for row in self._offers if row["is_waiting"]]

    @property
    def offered(self):
        """Offers that wait for a family."""
        return [row for row in self._offers if row["is_open"]]

    @cached_property
    def answers(self):
        """What families added and nobody has read yet, oldest first."""
        found = [self._about(row, row["at"]) for row in asked.answers(self.user)]
        words = _("About %(names)s, %(day)s, %(time)s")
        return [row | {"said": words % row["when"]} for row in found]

    @cached_property
    def suggestions(self):
        """What families suggest to the school and waits for the reader's answer, for leaders alone
        (one query), the longest waiting first."""
        if sight.LEADER not in sight.roles_of(self.user):
            return []
        return [
            self._suggestion(row, "late" if row["due_on"] < self.today else "open")
            for row in asked.suggestions(self.user)
        ]

    def _suggestion(self, row, state):
        return row | {
            "state": state,
            "names": listed(child["name"] for child in row["children_seen"]),
            "standing": standing(state, row["due_on"], self.today),
        }

    @cached_property
    def _plans(self):
        """What waits in one's own plans, and after school (one query)."""
        ends = self.today - sessions_today.LATELY, self.today + sessions_today.SOON
        return list(asked.plans(self.user, self.today, *ends))

    def _after_school(self, *kinds):
        found = [row for row in self._plans if row["kind"] in kinds]
        return [sessions_today.in_words(row, self.zone) for row in found]

    @cached_property
    def sessions(self):
        """Sessions after school that one leads or keeps today; only on today's page."""
        return self._after_school(sessions_today.SESSION) if self.is_today else []

    @cached_property
    def unmarked(self):
        """Sessions of one's own of the last fortnight of which nobody was marked, the oldest first."""
        return self._after_school(sessions_today.UNMARKED)

    @cached_property
    def volunteers(self):
        """Volunteers who applied, and those whose check runs out within a month, for who decides."""
        return self._after_school(*sessions_today.OF_VOLUNTEERS)

    @cached_property
    def letters(self):
        """What families wrote: messages not read, what was not understood, suggestions."""
        return Waiting(self._plans, self.zone, self.today)

    @property
    def reviews(self):
        """Reviews of one's own plans that are due or late, the latest first."""
        found = [row for row in self._plans if row["kind"] == "review"]
        return [row | {"said": review_words(row["due"], self.today)} for row in found]

    @property
    def plans_said(self):
        """What families said about one's own plans and nobody has read yet, the longest waiting first."""
        found = [row for row in self._plans if row["kind"] in ("answer", "question")]
        found.sort(key=lambda row: row["at"])
        return [heard_in_words(row, self.zone) for row in found]

    @cached_property
    def read_by(self):
        """Who of the families said within a week to have read the summary of one's own visits."""
        rows = asked.summaries_read(self.user, self.now - NEWS, self.now - FORGOTTEN)
        found = [
            self._about(row | reader, dt.datetime.fromisoformat(reader["at"]))
            for row in rows
            for reader in row["readers"]
        ]
        newest = sorted(found, key=lambda row: row["moment"], reverse=True)[:FIRST_ROWS]
        has_read, when = _("%(name)s has read the summary about %(names)s"), _("%(day)s, %(time)s")
        return [row | {"said": has_read % row, "at": when % row["when"]} for row in newest]

    @cached_property
    def drafts(self):
        """Records that were begun and not finished, with the names of their children."""
        return [
            {
                "id": row["id"],
                "step": row["step"],
                "saved_at": row["saved_at"].astimezone(self.zone),
                "names": listed(row["children_seen"]),
            }
            for row in asked.drafts(self.user)
        ]

    @cached_property
    def unwritten(self):
        """Planned visits of earlier days of which nothing is written, newest first."""
        rows = asked.unwritten(self.user, self._midnight(self.today))
        found = [self._about(row, row["planned_at"]) for row in rows]
        words = _("Planned for %(day)s, %(time)s")
        return [row | {"said": words % row["when"]} for row in found]

    def _about(self, row, at):
        only = str(row.get("student_id") or "")
        children = [c for c in row["children_seen"] if not only or c["id"] == only]
        names = listed(child["name"] for child in children)
        moment = at.astimezone(self.zone)
        words = {"names": names, "day": month_day(moment), "time": f"{moment:%H:%M}"}
        return row | {"names": names, "moment": moment, "when": words}

    @property
    def waiting(self):
        """How many things need the reader; what families have read needs nobody."""
        lists = (
            self.late_promises, self.offers, self.answers, self.suggestions, self.drafts,
            self.unwritten, self.plans_said, self.reviews, self.unmarked, self.volunteers,
            self.letters,
        )  # fmt: skip
        return sum(map(len, lists))


def _of_the_week(day, counts):
    """Return how a day stands in the week's row: {weekday, number, visits}."""
    count = counts.get(day, 0)
    visits = ngettext("%(n)s visit", "%(n)s visits", count) % {"n": count}
    return {
        "weekday": date_format(day, "D"),
        "number": day.day,
        "visits": visits if count else pgettext("visits on a day", "none"),
    }


def _words(card):
    """Return the sentences of a visit's card: how long, with whom, where, in which language, what for."""
    found = {
        "lasts": ngettext("%(n)s min", "%(n)s min", card["minutes"]) % {"n": card["minutes"]},
        "with_whom": card["classes"],
        "where": capfirst(card["place"]),
        "spoken": card["language"],
        "what_for": capfirst(card["purpose"]),
    }
    if card["others"]:
        words = {"classes": card["classes"], "names": card["others"]}
        found["with_whom"] = _("%(classes)s · with %(names)s") % words
    if card["address"]:
        words = {"place": found["where"], "address": card["address"]}
        found["where"] = _("%(place)s, %(address)s") % words
    if card["language"] and card["interpreter"]:
        words = {"language": card["language"], "name": card["interpreter"]}
        found["spoken"] = _("%(language)s, %(name)s interprets") % words
    return found
