"""The parent meetings of the demo college: of all 252 classes, alone or several together."""

import itertools

from homeschool.demo.college import words
from homeschool.people.models import Guardianship, User
from visits.models import Meeting

# How many classes of a year meet together: the first year alone, the last one in sixes.
TOGETHER = {"alone": 1, "pair": 2, "joint": 6}
TRIED = {
    "admin": "wuqiming@demo.example",
    "counselor": "hejingyi@demo.example",
    "guardian": "songguilan@demo.example",
}


def load(world):
    """Make the meetings, once. Then `world` has its `term`, and by name who can be tried: `admin`,
    `counselor`, `guardian`, and the `student` of that guardian."""
    if world.new:
        _meet(world)
        world.save_notes()
    world.term = world.school.terms.first()
    for name, email in TRIED.items():
        setattr(world, name, User.objects.filter(email=email).first())
    tie = Guardianship.objects.filter(guardian=world.guardian).select_related("student").first()
    world.student = tie and tie.student


def _meet(world):
    meetings, classes = [], []
    for n, (theme, group, days) in enumerate(_gatherings(world)):
        meeting = Meeting(
            id=world.id("college", "meeting", n),
            school=world.school,
            theme=words.THEMES[theme],
            on=world.day(days),
            held=days < 0,
            recorded_by=group[0].adviser.user,
        )
        meetings.append(meeting)
        classes += [(meeting.pk, school_class.pk) for school_class in group]
        at = world.at(min(days, -1), 20)
        world.note("meeting.recorded", meeting, at, by_id=meeting.recorded_by_id)
    world.save(meetings)
    world.tie(Meeting.classes, classes)


def _gatherings(world):
    """Yield (theme, [SchoolClass], days from today) of every meeting: some classes met a second
    time, and two meetings are still to come."""
    turn = itertools.count()
    for _division, group in itertools.groupby(world.classes.values(), lambda row: row.division_id):
        own = list(group)
        years = itertools.groupby(own, lambda row: row.code[-4:-2])
        for (theme, together), (_year, rows) in zip(TOGETHER.items(), years, strict=True):
            for few in _batches(rows, together):
                yield theme, few, -3 - next(turn) * 7 % 40
        yield "again", own[:2], -2
    yield "planned", own[:3], 12
    yield "planned", own[3:5], 13


def _batches(rows, size):
    """Yield lists of `size` of the rows, the last one shorter."""
    rows = list(rows)
    for first in range(0, len(rows), size):
        yield rows[first : first + size]
