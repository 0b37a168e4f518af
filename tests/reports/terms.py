"""A term full of visits, for tests of its report."""

import csv
import datetime as dt
import io

from django.utils import timezone

from homeschool.journal.models import Notice, Receipt
from homeschool.people.models import Student
from homeschool.reports.term import Filters, build
from tests import builders
from visits.models import (
    Aspect,
    Gift,
    Meeting,
    MeetingHome,
    Need,
    Promise,
    Suggestion,
    Summary,
    Visit,
    VisitChild,
    Visitor,
    Voice,
)
from visits.models.offering import Offer, Round

AT = dt.datetime(2026, 10, 5, 9, 0, tzinfo=dt.UTC)


def visit(
    cast, *children, mode="home", at=AT, household="own", status="held", aspects=(), team=(),
    gifts=(), suggestions=(), needs=(), written=None, **more,
):  # fmt: skip
    """Make a visit about these children, held unless `status` says otherwise.

    `team` are those who went, `gifts` {item: value}, `suggestions` texts, `needs` kinds of need of
    the first child; `written` is when it was written down (at once).
    """
    made = Visit.objects.create(
        school=cast.school,
        mode=mode,
        household=cast.household if household == "own" else household,
        **more,
    )
    made.aspects.set(Aspect.objects.filter(school=cast.school, code__in=aspects))
    for child in children:
        VisitChild.objects.create(visit=made, student=child)
    Visitor.objects.bulk_create(Visitor(visit=made, user=user) for user in team)
    said = {"visit": made, "school": made.school}
    for item, value in dict(gifts).items():
        Gift.objects.create(item=item, value=value, given_at=at, **said)
    for text in suggestions:
        due = timezone.localdate(at) + dt.timedelta(days=14)
        Suggestion.objects.create(text=text, asked_at=at, due_on=due, **said)
    Visit.objects.filter(pk=made.pk).update(
        status=status,
        happened_at=at if status in ("held", "nobody_home") else None,
        planned_at=at,
        recorded_at=written or at,
        received_at=timezone.now(),
        recorded_by=cast.counselor,
    )
    for kind in needs:
        Need.objects.create(student=children[0], kind=kind, noted_at=at, **said)
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
    return meeting


def note(cast, meeting, presence, **home):
    """Note of a home, `household` or `person`, whether it came."""
    MeetingHome.objects.create(
        meeting=meeting, presence=presence, marked_at=AT, marked_by=cast.counselor, **home
    )


def offer(cast, *children, at=AT, answer="", days=0, **more):
    """Offer a visit to these children, answered so many days later where there is an answer."""
    made_for = visit(cast, *children, status="offered", household=None, at=at)
    round_ = Round.objects.create(
        school=cast.school, made_by=cast.counselor, made_at=at, answer_by=at + dt.timedelta(days=9)
    )
    answered = at + dt.timedelta(days=days) if answer else None
    return Offer.objects.create(
        round=round_, visit=made_for, asked_at=at, expires_at=round_.answer_by, answer=answer,
        answered_at=answered, **more,
    )  # fmt: skip


def speak(visit, *answers, question="listened"):
    """Let so many people, one for each answer, say what they think of a visit."""
    for number, answer in enumerate(answers):
        person = builders.make_user(f"Voice {number}")
        Voice.objects.create(visit=visit, person=person, **{question: answer})


def read(text):
    """Return {(measure, breakdown): value} of the tidy file, None for what is empty."""
    rows = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    return {
        (row["measure"], row["breakdown"]): float(row["value"]) if row["value"] else None
        for row in rows
    }


def figures(cast, **filters):
    students = Student.objects.filter(school=cast.school)
    snapshot = build(cast.term, students, "staff", Filters(**filters))
    return {(f.measure, f.breakdown): f.value for f in snapshot.figures}
