"""A meeting as staff and families read it: when and where, who is asked, who answered, who came."""

from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from homeschool.people.models import Guardianship, Household, SchoolClass, Student
from homeschool.people.views.seen import listed
from visits.models import MeetingHome
from visits.models.home import Home

from .telling import day_in_words

Answer, Presence = MeetingHome.Answer, MeetingHome.Presence


def clock(moment):
    """Return the time of a moment as the reader's language writes it."""
    return date_format(moment, "H:i")


def facts(meeting):
    """Return when and where a meeting is, in words, by the clock of the school.

    {"day", "on", "time", "yours", "place", "link"}: `yours` says what the reader's own clock shows
    then, where that is another time (the current time zone is the reader's).
    """
    found = {
        "on": meeting.on,
        "day": day_in_words(meeting.on),
        "place": meeting.place,
        "link": meeting.online_link,
        "time": "",
        "yours": "",
    }
    if meeting.start:
        start, end = meeting.starts_at, meeting.ends_at.astimezone(meeting.zone)
        found["time"] = _("%(start)s to %(end)s") % {"start": clock(start), "end": clock(end)}
        found["yours"] = elsewhere(start)
    return found


def files_of(meeting):
    """Return the files that the families of a meeting take home, without their bytes (one query)."""
    return list(meeting.files.kept().order_by("at", "pk"))


def elsewhere(start):
    """Return what the reader's clock shows at `start`, where it shows another time than the school's."""
    own = timezone.localtime(start)
    if own.utcoffset() == start.utcoffset():
        return ""
    return _("%(day)s, %(time)s") % {"day": day_in_words(own.date()), "time": clock(own)}


def children_named(children):
    """Return the names by which a family calls these children."""
    return listed(child.called for child in children)


def invitation(meeting, user, children=None):
    """Return what a family reads of a meeting: facts, its answer, and whether it may still answer.

    Three queries. Both guardians of one home read the one answer; another home's is not read.
    """
    children = meeting.own_children(user) if children is None else children
    homes = meeting.homes_for(user, children)
    rows = meeting.homes.of(homes).exclude(answer="").select_related("answered_by")
    said = rows.order_by("-answered_at").first()
    return facts(meeting) | {
        "meeting": meeting,
        "names": children_named(children),
        "said": said,
        "comes": bool(said) and said.answer == Answer.YES,
        "mine": bool(said) and said.answered_by_id == user.pk,
        "open": meeting.takes_answers,
        "over": meeting.has_begun,
        "how_many": range(1, 10),
        "people": said.people if said and said.people else 1,
    }


# --- who is asked and who came ------------------------------------------------------------------
@dataclass
class Line:
    """One home on the list: its children whom the reader sees, its adults, its answer."""

    home: Home
    children: list = field(default_factory=list)
    adults: list = field(default_factory=list)
    row: MeetingHome | None = None

    @property
    def key(self):
        """What a form sends for this home."""
        return f"h{self.home.household}" if self.home.household else f"p{self.home.person}"

    @property
    def names(self):
        """The children, by name."""
        return listed(child.full_name for child in self.children)

    @property
    def with_whom(self):
        """The adults of the home, by name."""
        return listed(self.adults)

    @property
    def answer(self):
        return self.row.answer if self.row else ""

    @property
    def presence(self):
        return self.row.presence if self.row else ""


class Guests:
    """The homes of a meeting's children whom `user` sees; seven queries, however many there are.

    A home is a household; where none is written down it is the guardian who is asked first, and any
    other guardian who answered. Of brothers and sisters those stand here who are asked.
    """

    def __init__(self, meeting, user, school_class=None):
        self.meeting, self.user, self.school_class = meeting, user, school_class

    @cached_property
    def classes(self):
        """The classes of the meeting."""
        return list(self.meeting.classes.order_by("code"))

    @cached_property
    def children(self):
        """The children whom the reader sees, in order; of one class where one is chosen."""
        seen = Student.objects.visible_to(self.user)
        rows = seen.filter(pk__in=self.meeting.children().values("pk"))
        if self.school_class:
            rows = rows.filter(school_class=self.school_class)
        return list(rows.select_related("school_class").order_by("sort_key", "pk"))

    @cached_property
    def _ties(self):
        """{child: [its guardians who may receive, the first to be asked first]}."""
        rows = Guardianship.objects.open().filter(student__in=self.children, may_receive=True)
        found = {}
        for row in rows.select_related("guardian").order_by("-primary", "since", "pk"):
            found.setdefault(row.student_id, []).append(row.guardian)
        return found

    @cached_property
    def _households(self):
        """{child: [households]}, and {household: [ids of its adults]}."""
        ties = Household.students.through.objects.filter(student__in=self.children)
        of_child, adults = {}, {}
        for household, child in ties.values_list("household", "student"):
            of_child.setdefault(child, []).append(household)
        inside = Household.guardians.through.objects.filter(
            household__in={home for homes in of_child.values() for home in homes}
        )
        for household, user in inside.values_list("household", "user"):
            adults.setdefault(household, set()).add(user)
        return of_child, adults

    @cached_property
    def _rows(self):
        rows = self.meeting.homes.select_related("answered_by", "marked_by")
        return {row.home: row for row in rows}

    @cached_property
    def lines(self):
        """The list, in the order of the children."""
        found = {}
        for child in self.children:
            for home, adults in self._homes_of(child):
                line = found.setdefault(home, Line(home, row=self._rows.get(home)))
                line.children.append(child)
                line.adults += [name for name in adults if name not in line.adults]
        return list(found.values())

    def _homes_of(self, child):
        """Yield (home, names of its adults) of a child."""
        of_child, adults = self._households
        guardians = self._ties.get(child.pk, [])
        there = sorted(of_child.get(child.pk, []), key=str)
        for household in there:
            inside = adults.get(household, set())
            yield Home(household=household), [g.full_name for g in guardians if g.pk in inside]
        for n, guardian in enumerate(guardians):
            home = Home(person=guardian.pk)
            if home in self._rows or (n == 0 and not there):
                yield home, [guardian.full_name]

    @property
    def without_home(self):
        """The names of the children for whom nobody is written down."""
        asked = {child.pk for line in self.lines for child in line.children}
        return listed(child.full_name for child in self.children if child.pk not in asked)

    @property
    def by_key(self):
        """The lines by what a form sends for them."""
        return {line.key: line for line in self.lines}

    @property
    def counts(self):
        """How many answered what and how many came: {yes, no, silent, people, came, absent, later, left}."""
        answers = Counter(line.answer for line in self.lines)
        there = Counter(line.presence for line in self.lines)
        return {
            "all": len(self.lines),
            "yes": answers[Answer.YES],
            "no": answers[Answer.NO],
            "silent": answers[""],
            "people": sum(line.row.people for line in self.lines if line.answer == Answer.YES),
            "came": there[Presence.CAME],
            "absent": there[Presence.ABSENT],
            "later": there[Presence.LATER],
            "left": there[""],
        }

    @property
    def coming(self):
        return [line for line in self.lines if line.answer == Answer.YES]

    @property
    def staying(self):
        return [line for line in self.lines if line.answer == Answer.NO]

    @property
    def silent(self):
        """Those who have not answered."""
        return [line for line in self.lines if not line.answer]

    @cached_property
    def corrections(self):
        """What was noted and changed again: [{names, was, by, at}], newest first (one query)."""
        Event = MeetingHome.events.rel.related_model
        homes = {line.row.pk: line for line in self.lines if line.presence}
        rows = Event.objects.filter(pgh_obj__in=homes).exclude(presence="")
        rows = rows.select_related("marked_by").order_by("-marked_at", "-pgh_id")
        return [
            {
                "names": homes[row.pgh_obj_id].names,
                "was": Presence(row.presence).label,
                "by": row.marked_by.full_name,
                "at": row.marked_at,
            }
            for row in rows
            if (row.presence, row.marked_at) != self._now(homes[row.pgh_obj_id])
        ]

    @staticmethod
    def _now(line):
        return line.presence, line.row.marked_at


def classes_of(meeting, user):
    """Return the classes of a meeting in which the reader sees a child (one query)."""
    seen = Student.objects.visible_to(user).active()
    rows = SchoolClass.objects.filter(meetings=meeting, pk__in=seen.values("school_class"))
    return list(rows.order_by("code"))
