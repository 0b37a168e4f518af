"""What the pages of messages read: the inbox, and one conversation on its way."""

import datetime as dt
import uuid
from dataclasses import dataclass, field
from functools import cached_property

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, Subquery, UUIDField
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext

from homeschool import names
from homeschool.context import ROLE_NAMES
from homeschool.journal.models import Receipt
from homeschool.people import sight
from homeschool.people.models import Guardianship, Membership, Student
from homeschool.people.views.seen import listed
from messaging.models import Away, Draft, Message, Seat, Thread, Translation
from messaging.models.message import WRITTEN
from messaging.models.thread import ITEM, WRITERS

from .away import present
from .quiet import shown_read_at
from .translating import languages_in, meet, with_words, words_of

A_PAGE = 30  # threads of one page of the inbox
FIRST_UNREAD = 20  # of those that stand on top because they are not read yet
MESSAGES = 50  # of one page of a thread
LONGEST_SEARCH = 80
SHORTEST_WORDS = 2  # one letter is searched in names alone
MOST_QUESTIONS = 3
STATES = ("", "open", "closed", "unread")


def unread_of(user):
    """Return the messages (a queryset) of which `user` was told and has not read yet."""
    told = Receipt.objects.of(user).unread()
    told = told.filter(notice__kind=WRITTEN, notice__cancelled_at=None)
    keys = told.annotate(key=Cast("notice__about_id", UUIDField())).values("key")
    return Message.objects.out().filter(pk__in=keys)


# --- places between pages --------------------------------------------------------------------------


def place(moment, key):
    """Return a place in an order of moments and keys as an address carries it."""
    return f"{moment.timestamp():.6f}_{key}"


def placed(text):
    """Return (moment, key) of a place, or None where it makes no sense."""
    moment, _sep, key = (text or "").partition("_")
    try:
        return dt.datetime.fromtimestamp(float(moment), dt.UTC), uuid.UUID(key)
    except (ValueError, OverflowError, OSError):
        return None


# --- the inbox ---------------------------------------------------------------------------------------


@dataclass
class Row:
    """A conversation in the inbox: which child, with whom, the newest words, what is not read.

    `last` is None where the list tells no words: of a caseload, whose words are read on their page.
    """

    thread: Thread
    last: Message | None
    unread: int = 0
    people: list = field(default_factory=list)
    is_mine: bool = False

    @property
    def said(self):
        """The newest words, in the reader's language where they stand in it."""
        if self.last is None:
            return ""
        if self.last.tap and not self.last.text:
            return self.last.get_tap_display()
        words = self.last.text if self.is_mine else words_of(self.last).shown
        return Truncator(" ".join(words[:400].split())).chars(120)


class Inbox:
    """The conversations of `user`, newest first; what is not read yet stands before.

    `state` is one of STATES, `child` the key of a child, `words` what is searched for, `before` a place
    of an earlier page. At most ten queries, whatever the size of the school; nothing is counted.
    """

    def __init__(self, user, *, state="", child=None, words="", before=""):
        self.user, self.child = user, child
        self.state = state if state in STATES else ""
        self.words = " ".join(words.replace("\0", "").split())[:LONGEST_SEARCH]
        self.before = placed(before)

    @cached_property
    def _rows(self):
        kept = Message.objects.kept().filter(thread=OuterRef("pk"))
        rows = self._near(Thread.objects.visible_to(self.user)).filter(Exists(kept))
        if self.child:
            rows = rows.filter(student=self.child)
        if self.state in ("open", "closed"):
            rows = getattr(rows, self.state)()
        return self._found(rows) if self.words else rows

    @property
    def _own(self):
        """The seats of the reader, and of those for whom it stands in. Of other threads of a caseload the
        list tells no words: that staff reads those is written down, as their page does."""
        school = Q(side=Seat.Side.SCHOOL, person__in=self._held)
        return Seat.objects.live().filter(Q(person=self.user.pk) | school)

    @cached_property
    def _roles(self):
        return self.user.roles()

    @cached_property
    def _held(self):
        """The keys of the reader, and of those for whom it stands in today (one query, for staff alone)."""
        if not self._roles & WRITERS:
            return [self.user.pk]
        away = Away.objects.now().filter(substitute=self.user.pk)
        return [self.user.pk, *away.values_list("person", flat=True)]

    def _near(self, rows):
        """Begin with the seats of who reads by a seat alone, not with all threads of the school: the same
        rows, found from their other end. Who looks after a caseload walks along the newest."""
        if sight.COUNSELOR in self._roles:
            return rows
        seats = Seat.objects.live().filter(person__in=self._held)
        return rows.filter(pk__in=seats.values("thread"))

    def _drawn(self, rows, most):
        """Return `most` threads of these and one more, the newest first, with what a row shows."""
        own = Q(author=self.user.pk) | Q(leaves_at__lte=timezone.now())
        newest = Message.objects.kept().filter(own, thread=OuterRef("pk"))
        newest = newest.order_by("-written_at", "-id").values("pk")[:1]
        people = Seat.objects.live().select_related("person")
        rows = rows.annotate(newest=Subquery(newest)).newest_first()
        rows = rows.select_related("student__school_class", "school")
        return list(rows.prefetch_related(Prefetch("seats", people, "taking_part"))[: most + 1])

    @property
    def _has_top(self):
        """Whether what is not read stands by itself, on top of the first page."""
        return not (self.state or self.words)

    @cached_property
    def _unread_threads(self):
        return unread_of(self.user).values("thread")

    @cached_property
    def _page(self):
        rows = self._rows
        if self.state == "unread":
            rows = rows.filter(pk__in=self._unread_threads)
        elif self._has_top:
            rows = rows.exclude(pk__in=self._unread_threads)
        if self.before:
            rows = rows.before(*self.before)
        return self._drawn(rows, A_PAGE)

    @cached_property
    def _top(self):
        if not self._has_top or self.before:
            return []
        return self._drawn(self._rows.filter(pk__in=self._unread_threads), FIRST_UNREAD)

    @cached_property
    def _shown(self):
        """{key of a thread: Row} of all that is shown."""
        threads = [*self._top[:FIRST_UNREAD], *self._page[:A_PAGE]]
        told = Translation.objects.select_related("by", "checked_by")
        last = Message.objects.select_related("author").prefetch_related(
            Prefetch("translations", told)
        )
        last = last.in_bulk([thread.newest for thread in threads if thread.newest])
        unread = unread_of(self.user).filter(thread__in=[thread.pk for thread in threads])
        counts = dict(unread.values_list("thread").annotate(n=Count("pk")).order_by())
        return {
            thread.pk: self._row(thread, last.get(thread.newest), counts.get(thread.pk, 0))
            for thread in threads
        }

    def _row(self, thread, last, unread):
        seats = thread.taking_part
        home = Seat.Side.HOME
        is_home = any(seat.side == home and seat.person_id == self.user.pk for seat in seats)
        people = [seat.person.full_name for seat in seats if (seat.side == home) != is_home]
        mine = last is not None and last.author_id == self.user.pk
        own = is_home or any(s.side != home and s.person_id in self._held for s in seats)
        return Row(thread, last if mine or own else None, unread, people, mine)

    @property
    def top(self):
        """[Row] of what is not read yet, on the first page."""
        return [self._shown[thread.pk] for thread in self._top[:FIRST_UNREAD]]

    @property
    def rows(self):
        """[Row] of the page."""
        return [self._shown[thread.pk] for thread in self._page[:A_PAGE]]

    @property
    def more_unread(self):
        """Whether more is not read than stands on top."""
        return len(self._top) > FIRST_UNREAD

    @property
    def older(self):
        """The place of the next page, or "" on the last one."""
        if len(self._page) <= A_PAGE:
            return ""
        last = self._page[A_PAGE - 1]
        return place(last.last_at, last.pk)

    @cached_property
    def about(self):
        """The child for whom the list is narrowed, as far as the reader sees it; else None."""
        if not self.child:
            return None
        rows = Student.objects.visible_to(self.user, item=ITEM)
        return rows.filter(pk=self.child).select_related("school_class", "school").first()

    def _found(self, rows):
        """Return those of these threads in whose names the words stand, or in messages and translations
        that the list may tell."""
        words = self.words
        seats = Seat.objects.live().filter(person__full_name__icontains=words)
        found = Q(pk__in=seats.values("thread"))
        if names.plain(words):
            found |= Q(student__in=Student.objects.found_by(words).values("pk"))
        if len(words) >= SHORTEST_WORDS:
            said = Message.objects.out().filter(text__icontains=words)
            mine = said.filter(author=self.user.pk)
            left = Q(message__taken_back_at=None, message__leaves_at__lte=timezone.now())
            told = Translation.objects.filter(left, text__icontains=words)
            own = Q(pk__in=self._own.values("thread"))
            either = Q(pk__in=said.values("thread")) | Q(pk__in=told.values("message__thread"))
            found |= Q(pk__in=mine.values("thread")) | own & either
        return rows.filter(found)


# --- one conversation -----------------------------------------------------------------------------------


def threads_of(user):
    """Return the threads that `user` reads, with what their page shows of them."""
    drafts = Draft.objects.filter(person=user.pk, thread=OuterRef("pk"))
    rows = Thread.objects.visible_to(user).select_related(
        "student__school_class", "student__school", "school", "closed_by"
    )
    return rows.annotate(
        draft_text=Subquery(drafts.values("text")[:1]),
        draft_at=Subquery(drafts.values("saved_at")[:1]),
    )


def people_of(thread):
    """Return the Seats of who takes part, with `person`, and `role` and `relation` as codes and words
    (one query)."""
    roles = Membership.objects.open().filter(user=OuterRef("person"), school=thread.school_id)
    roles = roles.filter(role__in=WRITERS).order_by("role")
    ties = Guardianship.objects.open().filter(
        guardian=OuterRef("person"), student=thread.student_id
    )
    return list(
        thread.seats.live()
        .select_related("person")
        .annotate(
            role=Subquery(roles.values("role")[:1]),
            relation=Subquery(ties.values("relation")[:1]),
            said=Subquery(ties.values("relation_said")[:1]),
        )
    )


def side_in(seats, user, student):
    """Return the side on which `user` writes, as `Thread.side_of` does, of seats at hand."""
    roles = sight.roles_for(user, student, ITEM)
    home = any(s.side == Seat.Side.HOME and s.person_id == user.pk for s in seats)
    if home and roles & sight.FAMILY_ROLES:
        return Seat.Side.HOME
    return Seat.Side.SCHOOL if roles & WRITERS else ""


class ThreadPage:
    """A thread (of `threads_of`) as `user` reads it: one page of messages, the newest at the end.

    `before` is the place of an earlier page, `since` a moment: only what left later.
    """

    def __init__(self, user, thread, *, before="", since=None):
        self.user, self.thread = user, thread
        self.before, self.since = placed(before), since
        self.now = timezone.now()

    @cached_property
    def seats(self):
        return people_of(self.thread)

    @cached_property
    def side(self):
        return side_in(self.seats, self.user, self.thread.student)

    @property
    def is_staff(self):
        """Whether the reader writes for the school here."""
        return self.side == Seat.Side.SCHOOL

    @property
    def today(self):
        """What day it is for the reader."""
        return timezone.localdate(self.now)

    @cached_property
    def away(self):
        """[(person, Present)] of those of the school who are away today, for a family (two queries)."""
        if self.is_staff or self.before:
            return []
        people = {s.person_id: s.person for s in self.seats if s.side == Seat.Side.SCHOOL}
        rows = present(people, self.thread.school)
        return [(people[pk], row) for pk, row in rows.items() if row.away]

    @property
    def takes_part(self):
        """Whether the reader has a seat of its own."""
        return any(seat.person_id == self.user.pk for seat in self.seats)

    def names_of(self, side):
        """Return the names of one side, staff with its role and for staff the family with what it is to
        the child; the reader itself is "you"."""
        return listed(
            gettext("you") if seat.person_id == self.user.pk else self._named(seat)
            for seat in self.seats
            if seat.side == side
        )

    def _named(self, seat):
        words = self.role_of(seat) if seat.side == Seat.Side.SCHOOL or self.is_staff else ""
        return f"{seat.person.full_name} ({words})" if words else seat.person.full_name

    @staticmethod
    def role_of(seat):
        """Return what a person is here, in words; "" where nothing is known."""
        if seat.side == Seat.Side.SCHOOL:
            return str(ROLE_NAMES.get(seat.role, ""))
        if seat.said:
            return seat.said
        return str(dict(Guardianship.Relation.choices).get(seat.relation, ""))

    @property
    def home(self):
        return self.names_of(Seat.Side.HOME)

    @property
    def school(self):
        return self.names_of(Seat.Side.SCHOOL)

    # --- messages ------------------------------------------------------------------------------------

    @cached_property
    def _found(self):
        own = Q(author=self.user.pk) | Q(leaves_at__lte=self.now)
        rows = Message.objects.kept().filter(own, thread=self.thread)
        if self.before:
            moment, key = self.before
            rows = rows.filter(Q(written_at__lt=moment) | Q(written_at=moment, id__lt=key))
        if self.since:
            rows = rows.filter(leaves_at__gt=self.since).exclude(author=self.user.pk)
        rows = rows.select_related("author", "answers").order_by("-written_at", "-id")
        return list(with_words(rows)[: MESSAGES + 1])

    @cached_property
    def messages(self):
        """The messages of the page, with all that a bubble shows."""
        found = self._found[:MESSAGES][::-1]
        meet(found, self.user, self.side, languages_in(self.seats, self.thread.school))
        roles = {seat.person_id: self.role_of(seat) for seat in self.seats}
        seen, shown = self._seen(found), {message.pk: message.words.shown for message in found}
        for message in found:
            message.is_mine = message.author_id == self.user.pk
            message.is_pending = message.leaves_at > self.now
            message.role = "" if message.is_mine else roles.get(message.author_id, "")
            if message.answers:
                message.quoted = shown.get(message.answers_id) or message.answers.text
            message.day = timezone.localtime(message.written_at).date()
            message.seen = seen.get(str(message.pk), []) if message.is_mine else []
        return found

    @cached_property
    def _receipts(self):
        """The receipts of the messages of the page: who was told, and who read."""
        keys = [str(message.pk) for message in self._found[:MESSAGES]]
        rows = Receipt.objects.filter(
            notice__kind=WRITTEN, notice__about_type=Message._meta.label_lower,
            notice__about_id__in=keys,
        )  # fmt: skip
        return list(rows.select_related("person", "notice__school"))

    def _seen(self, found):
        """Return {key of an own message: [(person of the other side, when it is told to have read)]}. Who
        has no seat of the home, as a substitute has none at all, read for the school."""
        home = {seat.person_id for seat in self.seats if seat.side == Seat.Side.HOME}
        own = {str(m.pk): m.side for m in found if m.author_id == self.user.pk}
        rows = [row for row in self._receipts if row.notice.about_id in own]
        shown, seen = shown_read_at(rows, self.user), {}
        for row in sorted(rows, key=lambda row: shown.get(row.pk) or self.now):
            to_home = own[row.notice.about_id] == Seat.Side.SCHOOL
            if row.pk in shown and (row.person_id in home) == to_home:
                seen.setdefault(row.notice.about_id, []).append((row.person, shown[row.pk]))
        return seen

    def read(self):
        """Note that the reader read what the page shows; one statement, none where all was read."""
        new = [r.pk for r in self._receipts if r.person_id == self.user.pk and r.read_at is None]
        if new:
            Receipt.objects.filter(pk__in=new, read_at=None).update(read_at=timezone.now())

    @property
    def earlier(self):
        """The place of the earlier page, or "" where this is the first one."""
        if len(self._found) <= MESSAGES:
            return ""
        first = self.messages[0]
        return place(first.written_at, first.pk)

    @cached_property
    def questions(self):
        """The messages that wait for the reader's one tap, the newest last; on the newest page alone."""
        if self.before or self.thread.closed_at or not self.side:
            return []
        mine = {m.answers_id for m in self.messages if m.is_mine and m.tap}
        asked = [m for m in self.messages if m.asks and m.side != self.side and m.pk not in mine]
        return asked[-MOST_QUESTIONS:]

    @property
    def stamp(self):
        """Since when something is new, as the address of the question carries it."""
        return f"{self.now.timestamp():.6f}"


def anything_new(user, key, since):
    """Whether somebody else's message has left since this moment; None for a thread that `user` does not
    read. One query, of which an index answers the part about messages."""
    news = Message.objects.kept().filter(
        thread=OuterRef("pk"), leaves_at__gt=since, leaves_at__lte=timezone.now()
    )
    rows = Thread.objects.visible_to(user).filter(pk=key)
    rows = rows.annotate(news=Exists(news.exclude(author=user.pk)))
    return rows.values_list("news", flat=True).first()
