"""Needs of the demo: a row for what was ticked at each visit, how some ended, and one confidence."""

import datetime as dt

from visits.models import Confidence, Need, Visit, VisitChild
from visits.models.need import KINDS

from . import stories

# (visit, child, kind): how it ended, after so many days, by whom, in which words
ENDED = {
    ("xiaoyu-autumn", "xiaoyu", "reading"): (
        Need.Outcome.MET, 12, "daniel_okafor", "阅读小组有人陪她读题。",
    ),
    ("ethan-father", "ethan", "reading"): (
        Need.Outcome.MET, 4, "mei_chen", "The reading list goes to both homes.",
    ),
    ("second-grader", "child-1", "travel"): (Need.Outcome.NOT_NEEDED, 9, "grace_miller", ""),
    ("maria-fernanda", "maria_fernanda", "travel"): (
        Need.Outcome.PASSED_ON, 6, "lucia_vega", "El ayuntamiento cambia la parada.",
    ),
}  # fmt: skip


def load(world):
    """Make the rows, once."""
    held = [told for told in stories.HELD if told.key in world.visits]
    if Need.objects.filter(visit__in=[world.visits[told.key] for told in held]).exists():
        return
    for told in held:
        _note(world, told, world.visits[told.key])
    world.save_notes()


def _note(world, told, visit):
    lines = {line.student_id: line for line in VisitChild.objects.filter(visit=visit)}
    rows = [
        _need(world, told, visit, told_line.child, lines[getattr(world, told_line.child).pk], kind)
        for told_line in told.lines
        for kind in KINDS
        if kind in told_line.needs
    ]
    world.save(rows)
    if told.confidential:
        _confide(world, visit, rows[0].student)


def _need(world, told, visit, child, line, kind):
    """Return the need of one line of a visit, as it was noted and as it ended."""
    need = Need(
        id=world.id("need", told.key, child, kind),
        school=world.school,
        student=getattr(world, child),
        visit=visit,
        kind=kind,
        words=line.needs_words,
        kept_out="needs" in visit.kept_out,
        noted_at=visit.happened_at,
    )
    if ended := ENDED.get((told.key, child, kind)):
        need.outcome, days, by, need.outcome_words = ended
        need.resolved_by = getattr(world, by)
        need.resolved_at = visit.happened_at + dt.timedelta(days=days)
        world.note(
            "need.resolved", need, need.resolved_at, by_id=need.resolved_by.pk, student=need.student
        )
    return need


def _confide(world, visit: Visit, student):
    world.save([Confidence(visit=visit, by=visit.recorded_by, since=visit.recorded_at)])
    world.note(
        "visit.confided", visit, visit.recorded_at, by_id=visit.recorded_by_id, student=student
    )
