"""What workers do with a roster that was sent: look what it would do, bring it in, take it back.

Each is one chunk of a Job and one transaction: a worker that dies has changed nothing, and the
next does it once. While a chunk works its row of Job is locked, so that no sweep gives it away.
"""

import contextlib
import json
import time
import zlib

from django.core.exceptions import ValidationError
from django.db import Error, connection, transaction
from django.db.models import Q
from django.utils import timezone, translation

from homeschool import names
from homeschool.forms import readable
from homeschool.journal.kinds import GiveUp, register_job
from homeschool.journal.models import Entry
from homeschool.people.importing.changes import SAME
from homeschool.people.importing.files import RosterFile
from homeschool.people.importing.oneroster.undo import NotTakenBack, take_back
from homeschool.people.importing.told import told
from homeschool.people.importing.words import MUST_STAND
from homeschool.people.models import RosterHeading, RosterImport, School
from homeschool.people.models.rostering import (
    ALLOW_RETIRE,
    BRING,
    CHECK,
    KEPT_FOR,
    RIGHT_LOST,
    TAKE_BACK,
    UNDO_KEPT_FOR,
)
from homeschool.sheets import UnknownColumns, Unreadable

State = RosterImport.State
OFTEN = 0.4  # seconds between two signs of how far a chunk is
PATIENCE = "2s"  # for which such a sign waits


class Stopped(Exception):
    """Somebody asked to stop: what was begun is rolled back."""


class News:
    """Tells readers how far a chunk is, and the chunk that somebody asked to stop.

    It writes over a connection of its own, since nothing of the chunk's transaction can be seen
    before its end. What cannot be told is left out: it is news, and no fact.
    """

    def __init__(self, row):
        self.row, self.told_at, self.part = row, 0.0, ""
        self.connection = connection.copy()

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self.connection.close()

    def __call__(self, part, done, of):
        """Say that so much of a part is done. Raises Stopped."""
        going = RosterImport.objects.filter(pk=self.row.pk, state=self.row.state)
        if not going.filter(stop_asked_at=None).exists():
            raise Stopped
        if part != self.part or time.monotonic() - self.told_at >= OFTEN:
            self.part, self.told_at = part, time.monotonic()
            with contextlib.suppress(Error):
                self._write({"part": part, "done": done, "of": of})

    def _write(self, progress):
        with self.connection.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('lock_timeout', %s, false),"
                " set_config('statement_timeout', %s, false)",
                [PATIENCE, PATIENCE],
            )
            table = RosterImport._meta.db_table
            cursor.execute(
                f"UPDATE {table} SET progress = %s WHERE id = %s",  # noqa: S608 - our own name
                [json.dumps(progress), str(self.row.pk)],
            )


def work_of(job, state):
    """Return the roster of a job, None where it is not in `state` any more.

    Raises GiveUp where who asked for it no longer administers the school.
    """
    rows = RosterImport.objects.select_related("school").filter(state=state, job=job)
    row = rows.filter(pk=job.arguments["roster"]).first()
    if row and not RosterImport.objects.visible_to(job.asked_by).filter(pk=row.pk).exists():
        raise GiveUp(RIGHT_LOST)
    return row


def speaking(row):
    """Speak the language of who asked."""
    return translation.override(row.options.get("language") or translation.get_language())


def headings_of(school):
    """Return {plain heading: column} as the school once said."""
    rows = RosterHeading.objects.filter(school=school)
    return {names.plain(row.heading): row.column for row in rows}


def file_of(row):
    """Return the RosterFile of a row. Raises Unreadable, or UnknownColumns."""
    return RosterFile(
        bytes(row.content), row.file_name,
        known=headings_of(row.school), without=row.options.get("without", ()),
    )  # fmt: skip


def plan_of(row, file, tell):
    """Return what the file would do to the school, without the rows that have to be refused."""
    return file.plan(
        row.school, known_classes_only=bool(row.options.get("known_classes_only")),
        skip_refused=True, allow_retire=row.options.get("allow_retire", ALLOW_RETIRE), tell=tell,
    )  # fmt: skip


def findings(plan, file):
    """Return the fields that say what a plan would do."""
    return {
        "state": State.CHECKED, "counts": plan.counts, "digest": plan.digest,
        "checked": zlib.compress(json.dumps(told(plan, file)).encode()),
        "refused": file.refused(plan), "progress": {},
    }  # fmt: skip


# --- the runners ----------------------------------------------------------------------------------


def check(job):
    """Work out what a file would do, and keep that; nothing of the school is changed."""
    row = work_of(job, State.CHECKING)
    if row is None:
        return True
    with speaking(row), News(row) as tell:
        try:
            found = _looked_at(row, tell)
        except UnknownColumns as unknown:
            found = _asked(unknown)
        except Unreadable as refusal:
            found = {"state": State.FAILED, "note": _short(refusal), "content": None}
        except Stopped:
            return True
    row.keep(State.CHECKING, **found)
    return True


def _short(refusal):
    return readable(refusal)[:500]


def _looked_at(row, tell):
    tell("read", 0, 1)
    file = file_of(row)
    with transaction.atomic():
        plan = plan_of(row, file, tell)
        found = findings(plan, file)
        transaction.set_rollback(True)
    return found


def _asked(unknown):
    """Return the fields that ask which column is which. Raises Unreadable where no answer can help."""
    pairs = zip(unknown.header, unknown.columns, strict=True)
    free = [heading for heading, column in pairs if heading and not column]
    must = [column for column in unknown.asked if column in MUST_STAND]
    if len(free) < len(must):
        return {"state": State.FAILED, "note": _short(unknown), "content": None}
    question = {
        "header": unknown.header, "columns": unknown.columns, "asked": unknown.asked,
        "slips": unknown.slips, "rows": unknown.rows,
    }  # fmt: skip
    return {
        "state": State.COLUMNS,
        "checked": zlib.compress(json.dumps(question).encode()),
        "progress": {},
    }


def bring(job):
    """Bring a roster in as it was shown, in one transaction; else show what it would do now."""
    row = work_of(job, State.WRITING)
    if row is None:
        return True
    with speaking(row), News(row) as tell:
        try:
            found = _brought(row, job.asked_by, tell)
        except Stopped:
            found = {"state": State.STOPPED, "content": None, "checked": None, "refused": None}
    row.keep(State.WRITING, **found)
    return True


def _brought(row, by, tell):
    tell("read", 0, 1)
    file = file_of(row)
    with transaction.atomic():
        School.objects.select_for_update(no_key=True).get(pk=row.school_id)
        plan = plan_of(row, file, tell)
        if not _as_agreed(row, plan):
            found = findings(plan, file) | {"note": "changed"}
            transaction.set_rollback(True)
            return found
        plan.apply(by=by)
        return what_came_in(row.school, plan) | {"content": None, "progress": {}}


def _as_agreed(row, plan):
    may = plan.ok and (not plan.problems or row.options.get("skip_refused"))
    return may and plan.digest == row.digest


def changes_anything(counts):
    """Whether counts tell of more than rows that stay the same."""
    return any(n for states in counts.values() for state, n in states.items() if state != SAME)


def what_came_in(school, plan):
    """Return the fields of a roster that is in.

    If it changed anything, no earlier one of the school can be taken back any more.
    """
    undo = plan.undo if changes_anything(plan.counts) else None
    if undo is not None:
        RosterImport.objects.filter(school=school, undo__isnull=False).update(undo=None)
    return {"state": State.DONE, "entry": plan.applied, "counts": plan.counts, "undo": undo}


def undo(job):
    """Take a roster back that came in last."""
    row = work_of(job, State.UNDOING)
    if row is None:
        return True
    with speaking(row):
        try:
            with transaction.atomic():
                School.objects.select_for_update(no_key=True).get(pk=row.school_id)
                take_back(row.school, bytes(row.undo), by=job.asked_by)
        except NotTakenBack as refusal:
            found = {"state": State.DONE, "note": _short(refusal), "progress": {}}
        else:
            found = {
                "state": State.UNDONE, "undo": None, "checked": None, "refused": None,
                "undone_at": timezone.now(), "undone_by": job.asked_by, "progress": {},
            }  # fmt: skip
    row.keep(State.UNDOING, **found)
    return True


def register_jobs():
    """Let workers do these; called once, at the start."""
    register_job(CHECK, check)
    register_job(BRING, bring)
    register_job(TAKE_BACK, undo)


# --- at once, for the command line ------------------------------------------------------------------


class Arrival:
    """A file that is brought into its schools at once, all or nothing, by the command line.

    `schools` are [(code, name)]; one that is new is made. Once brought `plans` has what it does to
    each, `made` the codes of new schools, and `applied` says whether it is in.
    """

    def __init__(self, schools, raw, file_name, **how):
        self.codes, self.raw, self.file_name, self.how = schools, raw, file_name, how
        self.plans, self.made, self.applied = [], set(), False

    @property
    def ok(self):
        """Whether it may come in."""
        return all(plan.ok for plan in self.plans)

    def bring(self, *, dry_run=False):
        """Bring it in, unless a school refuses it. Raises Unreadable."""
        with transaction.atomic():
            schools = [self._school(code, name) for code, name in self.codes]
            for school in schools:
                self._bring_to(school, schools, write=not dry_run or len(schools) > 1)
            self.applied = self.ok and not dry_run
            if self.applied:
                for plan in self.plans:
                    came_in = what_came_in(plan.school, plan)
                    RosterImport.objects.create(
                        school=plan.school, file_name=readable(self.file_name[-200:]), **came_in
                    )
            else:
                transaction.set_rollback(True)

    def _school(self, code, name):
        locked = School.objects.select_for_update(no_key=True)
        school = locked.filter(code=code).first()
        if school is None:
            school = School(code=code, name=name[:200])
            try:
                school.clean_fields()
            except ValidationError as error:
                expected = " ".join(error.messages)
                raise Unreadable(expected, code, column="identifier") from None
            school.save()
            Entry.record("school.made", school, by=None, school=school)
            self.made.add(code)
        return school

    def _bring_to(self, school, schools, *, write):
        """Say what it does to one school and do it, so that the next one finds its people there."""
        file = RosterFile(self.raw, self.file_name, known=headings_of(school))
        plan = file.plan(school, trusted_schools=schools, **self.how)
        self.plans.append(plan)
        if plan.ok and write:
            plan.apply(by=None)


# --- what is kept no longer ---------------------------------------------------------------------------


def tidy():
    """Throw away the files and plans of yesterday, and what nobody takes back after a month."""
    rows, now = RosterImport.objects, timezone.now()
    for row in rows.over().listed():
        row.settle()
    old = rows.filter(asked_at__lt=now - KEPT_FOR).exclude(state__in=RosterImport.AT_WORK)
    old.filter(state__in=RosterImport.OPEN).update(state=State.STOPPED, note="expired")
    large = Q(content__isnull=False) | Q(checked__isnull=False) | Q(refused__isnull=False)
    old.filter(large).update(content=None, checked=None, refused=None)
    rows.filter(undo__isnull=False, entry__at__lt=now - UNDO_KEPT_FOR).update(undo=None)
