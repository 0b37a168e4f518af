"""A term full of visits, for tests of its report."""

import csv
import datetime as dt
import io

from django.utils import timezone

from homeschool.journal.models import Notice, Receipt
from homeschool.people.models import Student
from homeschool.reports.term import Filters, build
from visits.models import Aspect, Meeting, Promise, Summary, Visit, VisitChild

AT = dt.datetime(2026, 10, 5, 9, 0, tzinfo=dt.UTC)


def visit(cast, *children, mode="home", at=AT, household="own", status="held", aspects=(), **more):
    """Make a visit about these children, held unless `status` says otherwise."""
    made = Visit.objects.create(
        school=cast.school,
        mode=mode,
        household=cast.household if household == "own" else household,
        **more,
    )
    made.aspects.set(Aspect.objects.filter(school=cast.school, code__in=aspects))
    for child in children:
        VisitChild.objects.create(visit=made, student=child)
    Visit.objects.filter(pk=made.pk).update(
        status=status,
        happened_at=at if status in ("held", "nobody_home") else None,
        planned_at=at,
        recorded_at=at,
        received_at=timezone.now(),
        recorded_by=cast.counselor,
    )
    return made


def promise(visit, student, side, done_by=None, **more):
    done_at = AT if done_by else None
    Promise.objects.create(
        visit=visit, student=student, side=side, what="x", done_at=done_at, done_by=done_by, **more
    )


def tell(cast, visit, *read_by):
    summary = Summary.objects.create(visit=visit, body={}, published_by=cast.counselor)
    notice = Notice.post("visit.summary", summary, school=cast.school, by=cast.counselor)
    for person in read_by:
        Receipt.objects.create(
            notice=notice,
            person=person,
            why="guardianship",
            language="en",
            read_at=AT,
            acknowledged_at=AT,
        )


def meet(cast, *classes, on, held=True):
    meeting = Meeting(theme="Reading", on=on, held=held)
    meeting.write_down(by=cast.counselor, classes=list(classes))


def read(text):
    """Return {(measure, breakdown): value} of the tidy file."""
    rows = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    return {(row["measure"], row["breakdown"]): int(row["value"]) for row in rows}


def figures(cast, **filters):
    students = Student.objects.filter(school=cast.school)
    snapshot = build(cast.term, students, "staff", Filters(**filters))
    return {(f.measure, f.breakdown): f.value for f in snapshot.figures}
