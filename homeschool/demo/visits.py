"""The visits of the demo: held over the term, planned for today and this week, two begun, two meetings.

They are told once, as a whole, in rows as the verbs write them, but dated when they happened: an
Entry of `Visit.hold()` would say that everything took place today, and its Notice would write to
everybody. What was shared long ago stands with its receipts and leaves no letter to be sent.
"""

import datetime as dt
import zoneinfo

from django.utils import timezone

from homeschool.demo import stories, suggested
from homeschool.journal import kinds
from homeschool.journal.models import Delivery, Entry, Notice, Receipt
from homeschool.people import sight
from homeschool.people.models import Guardianship, Student
from visits.models import (
    Addendum,
    Aspect,
    Draft,
    Meeting,
    Participant,
    Promise,
    Summary,
    Visit,
    VisitChild,
    Visitor,
)

Status = Visit.Status
HALF_AN_HOUR = dt.timedelta(minutes=30)
A_WHILE = dt.timedelta(minutes=20)  # from the end of a visit to its record
FIRST, LAST = dt.time(9, 30), dt.time(17)  # when the first visit of today may begin
KIND = "visit.summary"


def load(world):
    """Make the visits, once; the rows stand in `world.visits` by their keys."""
    keys = [told.key for told in (*stories.HELD, *stories.PLANNED)]
    ids = {key: world.id("visit", key) for key in keys}
    there = Visit.objects.in_bulk(ids.values())
    if not there:
        Telling(world).tell()
        there = Visit.objects.in_bulk(ids.values())
    world.visits = {key: there[pk] for key, pk in ids.items() if pk in there}


def notice_of(summary, school, *, student, at):
    """Return the notice of a summary as it was told at that moment: nobody is written to any more."""
    return Notice(
        school=school,
        kind=KIND,
        student=student,
        about_type=summary._meta.label_lower,
        about_id=str(summary.pk),
        actor=summary.published_by,
        dedupe_key=str(summary.pk),
        created_at=at,
        next_at=at,
        expanded_at=at,
    )


def copy_of(receipt, world):
    """Return the delivery of a receipt in the portal itself."""
    at = receipt.created_at
    return Delivery(
        receipt=receipt,
        channel=Delivery.Channel.IN_APP,
        state=Delivery.State.SENT,
        key=world.id("delivery", receipt.notice.dedupe_key, receipt.person_id),
        created_at=at,
        next_at=at,
        sent_at=at,
        expires_at=at + kinds.get(KIND).lives_for,
    )


class Telling:
    """The rows of the visits as they are put together, saved a table at a time."""

    def __init__(self, world):
        self.world = world
        self.zone = zoneinfo.ZoneInfo(world.school.time_zone)
        self.parts = {VisitChild: [], Visitor: [], Participant: [], Promise: [], Summary: []}
        self.entries, self.aspects_of = [], []

    def tell(self):
        """Save everything, the parts of a held visit before it is held."""
        self.aspects, self.ties = self._aspects(), self._ties()
        held = [self._held(told) for told in stories.HELD]
        planned = [self._planned(plan) for plan in stories.PLANNED]
        self._save(held + planned)
        for rows in self.parts.values():
            self._save(rows)
        self.world.tie(Visit.aspects, self.aspects_of)
        ids = [visit.pk for visit in held]
        Visit.objects.filter(pk__in=ids).update(status=Status.HELD)
        self._tell_families()
        self._add_words()
        self._begin_records()
        self._meet_parents()
        self._save(self.entries)

    def _save(self, rows):
        if rows:
            self.world.made += len(type(rows[0]).objects.bulk_create(rows))

    def _who(self, key):
        return getattr(self.world, key)

    def _note(self, verb, about, at, *, by, student=None, kind=Entry.Kind.CHANGED):
        self.entries.append(
            Entry(
                kind=kind,
                verb=verb,
                actor=by,
                student=student,
                school=self.world.school,
                about_type=about._meta.label_lower,
                about_id=str(about.pk),
                at=at,
            )
        )

    def _aspects(self):
        """Return the school's aspects by code: its own list, or the shipped ones."""
        own = Aspect.objects.filter(school=self.world.school)
        if not own.exists():
            shipped = [
                Aspect(id=self.world.id("aspect", code), school=self.world.school, code=code)
                for code in Aspect.SHIPPED
            ]
            self._save(shipped)
        return {aspect.code: aspect for aspect in own}

    def _ties(self):
        """Return the guardianships by guardian and child."""
        rows = Guardianship.objects.filter(student__school=self.world.school)
        return {(tie.guardian_id, tie.student_id): tie for tie in rows}

    # --- days ------------------------------------------------------------------------------
    def _at(self, days, hour, minute):
        """Return a moment so many days from today: on a weekday, nearer for the past, later for what comes."""
        day = self.world.day(days)
        while day.weekday() > 4:
            day += dt.timedelta(days=1 if days > 0 else -1)
        return dt.datetime.combine(day, dt.time(hour, minute), self.zone)

    def _in_school_days(self, days):
        """Return today's date and so many school days on."""
        day, step = self.world.today, dt.timedelta(days=1 if days > 0 else -1)
        for _n in range(abs(days)):
            day += step
            while day.weekday() > 4:
                day += step
        return day

    def _first_of_today(self):
        """Return when the first visit of today begins: at the next half hour but for the night."""
        now = timezone.now().astimezone(self.zone)
        today = [dt.datetime.combine(self.world.today, hour, self.zone) for hour in (FIRST, LAST)]
        if now.date() != self.world.today:
            return today[0]
        soon = now + A_WHILE
        whole = soon.replace(minute=soon.minute // 30 * 30, second=0, microsecond=0)
        return min(max(whole + HALF_AN_HOUR, today[0]), today[1])

    # --- held ------------------------------------------------------------------------------
    def _held(self, told):
        at = self._at(-told.days, *told.at)
        end = at + dt.timedelta(minutes=told.minutes)
        written = end + A_WHILE
        home = self.world.homes[told.home]
        visit = Visit(
            id=self.world.id("visit", told.key),
            school=self.world.school,
            household=home,
            region=home.region if told.mode == Visit.Mode.HOME else None,
            status=Status.UNDER_WAY,
            mode=told.mode,
            happened_at=at,
            ended_at=end,
            recorded_at=written,
            received_at=written,
            recorded_by=self._who(told.staff[0]),
            language_spoken=told.spoken,
            interpreter=told.interpreter,
            written_in=told.written_in,
            hopes=told.hopes,
            wishes=told.wishes,
            worries=told.worries,
            learning=told.learning,
            difficulties=list(told.difficulties),
            explained=told.explained,
            shared_summary=told.words,
            situation=told.situation,
            staff_note=told.staff_note,
            kept_out=list(told.kept_out),
            read_aloud=told.read_aloud,
        )
        lines = [self._line(visit, line) for line in told.lines]
        self._meet(visit, told, lines)
        for n, promised in enumerate(told.promises):
            self._promise(visit, told, promised, n, lines)
        suggested.tell(self, visit, told)
        if told.shared:
            self._share(visit, told, lines, written + dt.timedelta(minutes=1))
        return visit

    def _line(self, visit, line):
        return VisitChild(
            visit=visit,
            student=self._who(line.child),
            going_well=line.going_well,
            needs=list(line.needs),
            needs_words=line.needs_words,
        )

    def _meet(self, visit, told, lines):
        """Put in who was there on both sides, and what the journal says of the record."""
        self.parts[VisitChild] += lines
        self.parts[Visitor] += [Visitor(visit=visit, user=self._who(key)) for key in told.staff]
        self.parts[Participant] += [self._participant(visit, lines, key) for key in told.present]
        self.aspects_of += [
            (visit.pk, self.aspects[code].pk) for code in told.aspects if code in self.aspects
        ]
        for line in lines:
            self._note(
                "visit.held", visit, visit.recorded_at, by=visit.recorded_by, student=line.student
            )
            for n, reader in enumerate(told.looked):
                looked = visit.recorded_at + dt.timedelta(days=1, hours=n)
                self._note("visit.viewed", visit, looked, by=self._who(reader), student=line.student,
                           kind=Entry.Kind.VIEWED)  # fmt: skip

    def _participant(self, visit, lines, key):
        """Return who was there: a child by its row, an adult with the relation that the family says."""
        person = self._who(key)
        if isinstance(person, Student):
            return Participant(visit=visit, student=person, name=person.full_name)
        tie = self.ties[person.pk, lines[0].student.pk]
        return Participant(
            visit=visit,
            guardian=person,
            name=person.full_name,
            relation=tie.relation_said or tie.relation,
        )

    def _promise(self, visit, told, promised, n, lines):
        line, kept = lines[promised.child], promised.kept
        promise = Promise(
            id=self.world.id("promise", told.key, n),
            visit=visit,
            student=line.student,
            side=promised.side,
            owner=self._who(promised.owner) if promised.owner else None,
            what=promised.what,
            due=self.world.day(promised.due),
            done_at=None if kept is None else self._at(kept, 12, 10),
            done_by=None if kept is None else self._who(promised.by),
        )
        self.parts[Promise].append(promise)
        if promise.done_at:
            self._note(
                "promise.kept", promise, promise.done_at, by=promise.done_by, student=line.student
            )

    def _share(self, visit, told, lines, at):
        summary = Summary(
            id=self.world.id("summary", told.key),
            visit=visit,
            body=visit.shared_body(lines),
            published_at=at,
            published_by=visit.recorded_by,
        )
        summary.told, summary.lines = told, lines
        self.parts[Summary].append(summary)
        for line in lines:
            self._note("visit.shared", visit, at, by=visit.recorded_by, student=line.student)

    # --- told long ago --------------------------------------------------------------------------
    def _tell_families(self):
        """Write the notices as told: a receipt for whoever may receive, the copy in the portal, and
        no letter."""
        summaries = self.parts[Summary]
        notices = [self._notice(summary) for summary in summaries]
        self._save(notices)
        readers = self._readers(summaries)
        receipts = [
            self._receipt(notice, summary, reader)
            for notice, summary in zip(notices, summaries, strict=True)
            for reader in readers[summary.pk]
        ]
        self._save(receipts)
        self._save([copy_of(receipt, self.world) for receipt in receipts])

    def _notice(self, summary):
        only = summary.lines[0].student if len(summary.lines) == 1 else None
        return notice_of(summary, self.world.school, student=only, at=summary.published_at)

    def _readers(self, summaries):
        """Return {summary id: [row of Sight]}, each person once, by who may receive today (one query)."""
        children = {line.student_id for summary in summaries for line in summary.lines}
        rows = sight.receivers(children, "visits").values(
            "student", "user", "why", "user__language"
        )
        rows = sorted(rows, key=lambda row: (str(row["user"]), row["why"]), reverse=True)
        return {
            summary.pk: {
                row["user"]: row
                for row in rows
                if row["student"] in {line.student_id for line in summary.lines}
            }.values()
            for summary in summaries
        }

    def _receipt(self, notice, summary, reader):
        at, read = summary.published_at, None
        confirmed = {self._who(key).pk: self._who(key) for key in summary.told.confirmed}
        if person := confirmed.get(reader["user"]):
            read = at + dt.timedelta(hours=3, minutes=7)
            self._note(
                "summary.confirmed", summary, read, by=person, student=summary.lines[0].student
            )
        return Receipt(
            notice=notice,
            person_id=reader["user"],
            why=reader["why"],
            language=reader["user__language"],
            created_at=at,
            read_at=read,
            acknowledged_at=read,
        )

    def _add_words(self):
        key, author, days, text = stories.ADDED
        child = next(told for told in stories.HELD if told.key == key).lines[0].child
        addendum = Addendum(
            id=self.world.id("addendum", key),
            visit_id=self.world.id("visit", key),
            student=self._who(child),
            by=self._who(author),
            from_family=True,
            text=text,
            at=self.world.at(days, 20, 40),
        )
        self._save([addendum])
        self._note("visit.added", addendum, addendum.at, by=addendum.by, student=addendum.student)

    # --- still to come ---------------------------------------------------------------------------
    def _planned(self, plan):
        at = dt.datetime.combine(self._in_school_days(plan.days), dt.time(*plan.at), self.zone)
        if plan.days == 0:
            at = self._first_of_today() + dt.timedelta(minutes=plan.late)
        staff = [self._who(key) for key in plan.staff]
        visit = Visit(
            id=self.world.id("visit", plan.key),
            school=self.world.school,
            household=self.world.homes[plan.home],
            status=plan.status,
            mode=plan.mode,
            purpose=plan.purpose,
            planned_at=at,
            planned_minutes=plan.minutes,
            language_spoken=plan.spoken,
            received_at=self.world.at(-7, 15),
        )
        self.parts[Visitor] += [Visitor(visit=visit, user=user) for user in staff]
        for key in plan.children:
            line = VisitChild(visit=visit, student=self._who(key))
            self.parts[VisitChild].append(line)
            self._note(
                "visit.planned", visit, self.world.at(-7, 15), by=staff[0], student=line.student
            )
            if plan.status == Status.NOBODY_HOME:
                self._note("visit.nobody_home", visit, at, by=staff[0], student=line.student)
        if plan.status == Status.NOBODY_HOME:
            visit.happened_at = visit.recorded_at = visit.received_at = at
            visit.recorded_by = staff[0]
        return visit

    def _begin_records(self):
        drafts = [self._draft(begun) for begun in stories.BEGUN]
        self._save(drafts)
        tie = self.world.tie
        pairs = list(zip(drafts, stories.BEGUN, strict=True))
        tie(Draft.children, [(draft.pk, self._who(begun.child).pk) for draft, begun in pairs])
        writers = [(d.pk, self._who(key).pk) for d, b in pairs for key in (b.by, b.colleague)]
        tie(Draft.writers, writers)

    def _draft(self, begun):
        child, day = self._who(begun.child), self._in_school_days(-1)
        saved = dt.datetime.combine(day, dt.time(18, 25), self.zone)
        answers = begun.answers | {
            "children": [str(child.pk)],
            "day": f"{day:%Y-%m-%d}",
            "present": sorted(str(self._who(key).pk) for key in begun.present),
            "colleagues": [str(self._who(begun.colleague).pk)],
            "written_in": begun.written_in,
            f"going_well_{child.pk}": child.strengths.splitlines()[0],
        }
        return Draft(
            id=self.world.id("visit", begun.of) if begun.of else self.world.id("draft", begun.key),
            school=self.world.school,
            data=answers,
            step=begun.step,
            version=begun.step + 1,
            started_at=saved - A_WHILE,
            started_by=self._who(begun.by),
            saved_at=saved,
            saved_by=self._who(begun.by),
        )

    # --- meetings of parents ----------------------------------------------------------------------
    def _meet_parents(self):
        meetings, classes = [], []
        for n, (theme, codes, days, held, by) in enumerate(stories.MEETINGS):
            meeting = Meeting(
                id=self.world.id("meeting", n),
                school=self.world.school,
                theme=theme,
                on=self._at(days, 18, 0).date(),
                held=held,
                recorded_by=self._who(by),
            )
            meetings.append(meeting)
            classes += [(meeting.pk, self.world.classes[code].pk) for code in codes]
            self._note("meeting.recorded", meeting, self.world.at(-24, 16), by=meeting.recorded_by)
        self._save(meetings)
        self.world.tie(Meeting.classes, classes)
