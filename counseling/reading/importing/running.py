"""What workers do with a sheet that was sent: look what it would do, bring it in, take it back.

Each is one chunk of a Job and one transaction: a worker that dies has changed nothing.
"""

import json
import zlib

import pgtrigger
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone, translation

from counseling.models import Goal, Observation, ObservationImport, Plan, Point, Review
from counseling.models.observation_import import (
    BRING,
    CHECK,
    KEPT_FOR,
    RIGHT_LOST,
    TAKE_BACK,
    UNDO_KEPT_FOR,
)
from homeschool.forms import readable
from homeschool.journal.kinds import GiveUp, register_job
from homeschool.journal.models import Entry, Job
from homeschool.people.importing.oneroster.undo import NotTakenBack, take_back
from homeschool.people.importing.told import told
from homeschool.people.models import Student
from homeschool.sheets import Unreadable
from visits.importing.known import BATCH, in_batches

from . import SheetFile
from .coming import MAY_NAME

State = ObservationImport.State
NOTHING_KEPT = {"content": None, "checked": None, "refused": None}
VERB = "observations.taken_back"
NEVER_CHANGED = (
    "counseling.Observation:an_observation_is_never_changed",
    "counseling.Point:a_point_is_never_changed",
)


def sheet_of(job, state):
    """Return the row of a job, None where it is not in `state` any more. Raises GiveUp where who sent
    it no longer works at the school."""
    rows = ObservationImport.objects.select_related("school", "entry").filter(state=state, job=job)
    row = rows.filter(pk=job.arguments[ObservationImport.ARGUMENT]).first()
    if row and not ObservationImport.objects.visible_to(job.asked_by).filter(pk=row.pk).exists():
        raise GiveUp(RIGHT_LOST)
    return row


def speaking(row):
    """Speak the language of who sent it."""
    return translation.override(row.language or translation.get_language())


def findings(file, coming):
    """Return the fields that say what a sheet would do."""
    return {
        "state": State.CHECKED, "about": file.kind, "counts": coming.counts,
        "digest": coming.digest, "refused": file.refused(coming),
        "checked": zlib.compress(json.dumps(told(coming, file)).encode()),
    }  # fmt: skip


def check(job):
    """Work out what a sheet would do, and keep that; nothing of the school is changed."""
    row = sheet_of(job, State.CHECKING)
    if row is None:
        return True
    with speaking(row):
        try:
            file = SheetFile(bytes(row.content), row.file_name)
            coming = file.coming(row.school, by=job.asked_by, skip_refused=True)
            found = findings(file, coming)
        except Unreadable as refusal:
            found = NOTHING_KEPT | {"state": State.FAILED, "note": readable(refusal)[:500]}
    row.keep(State.CHECKING, **found)
    return True


def bring(job):
    """Bring a sheet in as it was shown; else show what it would do now."""
    row = sheet_of(job, State.WRITING)
    if row is None:
        return True
    with speaking(row):
        file = SheetFile(bytes(row.content), row.file_name)
        coming = file.bring_in(
            row.school, by=job.asked_by, skip_refused=row.skip_refused, expected=row.digest
        )
        if coming.applied is None:
            found = findings(file, coming) | {"note": "changed"}
        else:
            found = what_came_in(coming) | {"content": None}
    row.keep(State.WRITING, **found)
    return True


def what_came_in(coming):
    """Return the fields of a sheet that is in."""
    return {
        "state": State.DONE, "about": coming.about, "entry": coming.applied,
        "counts": coming.counts, "undo": coming.undo,
    }  # fmt: skip


# --- taking back ----------------------------------------------------------------------------------------


def undo(job):
    """Take a sheet back while nothing was built on what it brought."""
    row = sheet_of(job, State.UNDOING)
    if row is None:
        return True
    try:
        with transaction.atomic():
            _take_back(row, job.asked_by)
    except NotTakenBack as refusal:
        found = {"state": State.DONE, "note": refusal.reason}
    else:
        found = NOTHING_KEPT | {
            "state": State.UNDONE, "undo": None,
            "undone_at": timezone.now(), "undone_by": job.asked_by,
        }  # fmt: skip
    row.keep(State.UNDOING, **found)
    return True


def _take_back(row, by):
    """Delete what the sheet brought, with an Entry about each row. Raises NotTakenBack, also where `by`
    does not work with one of the children at this moment.

    What hangs on a row by a key the database refuses; a review that looked at a point keeps no key
    to it, so that a review held since is asked for here.
    """
    made = json.loads(zlib.decompress(bytes(row.undo)))["made"]
    gone = list(_rows_made(made))
    _refuse_out_of_sight({told["student"] for told in gone}, row.school, by)
    points = made.get(Point._meta.label_lower, ())
    plans = Plan.objects.filter(
        pk__in=Goal.objects.filter(
            pk__in=Point.objects.filter(pk__in=points).values("goal")
        ).values("plan")
    )
    held = Review.objects.filter(plan=OuterRef("pk"), at__gte=row.entry.at)
    if points and plans.filter(Q(Exists(held)) | Q(closed_at__gte=row.entry.at)).exists():
        raise NotTakenBack("built_on")
    # the rows of a sheet that is taken back are to have never been; otherwise nobody deletes one
    with pgtrigger.ignore(*NEVER_CHANGED):
        try:
            take_back(row.school, row.undo, by=by, verb=VERB)
        except NotTakenBack as refusal:
            raise NotTakenBack("built_on") from refusal
    for batch in in_batches(gone, BATCH):
        Entry.objects.bulk_create(_entry(told, row.school, by) for told in batch)


def _rows_made(made):
    """Yield {verb, student, about_type, about_id, data} of what a sheet brought, without a text."""
    for batch in in_batches(made.get(Observation._meta.label_lower, ()), BATCH):
        rows = Observation.objects.filter(pk__in=batch).values_list("pk", "student", "kind")
        for pk, student, kind in rows:
            yield {
                "verb": "observation.taken_back", "student": student,
                "about_type": Observation._meta.label_lower, "about_id": str(pk),
                "data": {"kind": kind},
            }  # fmt: skip
    for batch in in_batches(made.get(Point._meta.label_lower, ()), BATCH):
        rows = Point.objects.filter(pk__in=batch)
        for pk, goal, plan, student in rows.values_list(
            "pk", "goal", "goal__plan", "goal__plan__student"
        ):
            yield {
                "verb": "point.taken_back", "student": student,
                "about_type": Plan._meta.label_lower, "about_id": str(plan),
                "data": {"goal": str(goal), "point": str(pk)},
            }  # fmt: skip


def _refuse_out_of_sight(students, school, by):
    """Raise NotTakenBack unless `by` works with each of these children (ids), here, at this moment."""
    for batch in in_batches(students, BATCH):
        seen = Student.objects.visible_to(by, roles=MAY_NAME).filter(school=school, pk__in=batch)
        if seen.count() < len(batch):
            raise NotTakenBack("out_of_sight")


def _entry(told, school, by):
    """Return the Entry about one row that is gone."""
    return Entry(
        kind=Entry.Kind.CHANGED, verb=told["verb"], actor=by, student_id=told["student"],
        school=school, about_type=told["about_type"], about_id=told["about_id"], data=told["data"],
    )  # fmt: skip


def register_jobs():
    """Let workers do these; called once, at the start."""
    register_job(CHECK, check)
    register_job(BRING, bring)
    register_job(TAKE_BACK, undo)


# --- what is kept no longer ---------------------------------------------------------------------------


def tidy():
    """Throw away the sheets and previews of yesterday, and what nobody takes back after a month."""
    rows, now = ObservationImport.objects, timezone.now()
    for row in rows.filter(
        state__in=ObservationImport.AT_WORK, job__state=Job.State.FAILED
    ).listed():
        row.settle()
    old = rows.filter(asked_at__lt=now - KEPT_FOR).exclude(state__in=ObservationImport.AT_WORK)
    old.filter(state=State.CHECKED).update(state=State.STOPPED, note="expired")
    large = Q(content__isnull=False) | Q(checked__isnull=False) | Q(refused__isnull=False)
    old.filter(large).update(**NOTHING_KEPT)
    rows.filter(undo__isnull=False, entry__at__lt=now - UNDO_KEPT_FOR).update(undo=None)
