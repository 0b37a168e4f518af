"""Volunteers of the demo: one with an account who leads the chess club, one whose check runs out, one
who makes a pause, one who has applied; and the address at which people apply."""

import datetime as dt

from counseling.models import (
    Attendance,
    Availability,
    Clearance,
    Leading,
    Programme,
    Seat,
    Session,
    Training,
    Volunteer,
    VolunteerCall,
    Weekly,
)

THURSDAY, AT_FOUR, MINUTES = 3, 16, 75
WEEKS = range(-8, 4)
LATE_OR_EXCUSED = {0: Attendance.Mark.LATE, 4: Attendance.Mark.EXCUSED}
# (key, name, state, e-mail, phone, languages, language of the application, sent by, good at, age)
PEOPLE = (
    ("vera", "Vera Lindqvist", "accepted", "veralindqvist@demo.example", "", ["en", "fr"], "en",
     "Lantern Society", "Chess, and listening. I was a teacher for thirty years.", 67),
    ("chen", "陈志强", "accepted", "", "13800000177", ["zh-hans"], "zh-hans",
     "退休教师协会", "数学，书法，讲故事。", 63),
    ("aoife", "Aoife Byrne", "resting", "aoife@demo.example", "", ["en", "es"], "en",
     "", "Football and science experiments.", 24),
    ("sofia", "Sofía Romero", "applied", "sofia@demo.example", "13800000178", ["es", "en"], "es",
     "River College", "Leer en voz alta con niños pequeños, y dibujar.", 20),
)  # fmt: skip
# (key, kind, days from today on which it began, and on which it ends, number)
CHECKS = (
    ("vera", "police", -300, 400, "PR-20260114"),
    ("vera", "reference", -300, 400, ""),
    ("chen", "police", -340, 25, "沪公-4471"),
    ("aoife", "register", -200, 165, "R-118"),
)
# (key, weekday, from, until)
TIMES = (
    ("vera", 2, 15, 18), ("vera", 4, 15, 18), ("chen", 1, 16, 18), ("chen", 3, 16, 18),
    ("aoife", 5, 14, 17), ("sofia", 3, 16, 18),
)  # fmt: skip
TRAININGS = (
    ("vera", "Safe with children 与孩子相处", -290, 120), ("vera", "First aid", -200, 240),
    ("chen", "与孩子相处", -330, 120),
)  # fmt: skip


def load(world):
    """Make the rows, once."""
    found = world.make(_people(world))
    for key, *_rest in PEOPLE:
        setattr(world, f"volunteer_{key}", found[world.id("volunteer", key)])
    if not Clearance.objects.filter(volunteer__in=found).exists():
        _checks(world)
        _chess(world)
        world.save_notes()
    world.volunteer_call = VolunteerCall.objects.filter(school=world.school, ended_at=None).first()
    if world.volunteer_call is None:
        world.volunteer_call = VolunteerCall(
            school=world.school, key=world.id("volunteer call").hex[:16], made_at=world.at(-120),
            made_by=world.ruth_adler,
        )  # fmt: skip
        world.save([world.volunteer_call])
    world.volunteer_key = world.volunteer_call.key


def _people(world):
    for key, name, state, email, phone, languages, language, sent_by, good_at, age in PEOPLE:
        decided = {} if state == "applied" else {
            "decided_at": world.at(-280), "decided_by": world.ruth_adler,
        }  # fmt: skip
        yield Volunteer(
            id=world.id("volunteer", key), school=world.school, full_name=name, state=state,
            email=email, phone=phone, languages=languages, language=language, good_at=good_at,
            organisation=sent_by, born_on=world.born(age, 3, 9),
            user=world.vera_lindqvist if key == "vera" else None,
            applied_at=world.at(-2 if state == "applied" else -310), **decided,
        )  # fmt: skip


def _checks(world):
    by, of = world.ruth_adler, lambda key: getattr(world, f"volunteer_{key}")
    world.save([
        Clearance(
            volunteer=of(key), kind=kind, issued_on=world.day(first), expires_on=world.day(last),
            reference=number, checked_by=by, checked_at=world.at(first, 15),
        )
        for key, kind, first, last, number in CHECKS
    ])  # fmt: skip
    world.save([
        Availability(volunteer=of(key), weekday=day, starts=dt.time(first), ends=dt.time(last))
        for key, day, first, last in TIMES
    ])  # fmt: skip
    world.save([
        Training(volunteer=of(key), what=what, on=world.day(on), minutes=minutes)
        for key, what, on, minutes in TRAININGS
    ])  # fmt: skip


def _chess(world):
    """A club of volunteers on Thursdays: eight weeks behind it, three before it."""
    thursday = THURSDAY - world.today.weekday()
    days = [thursday + 7 * week for week in WEEKS]
    programme = Programme(
        id=world.id("programme", "chess"), school=world.school, name="Chess club 棋社",
        about="两人一盘棋，不计输赢。 Two and two, for the fun of it.", provider="volunteer",
        format="group", place="Library 图书馆", capacity=12, begins=world.day(days[0]),
        ends=world.day(days[-1] + 60), owner=world.mei_chen, made_by=world.mei_chen,
        state=Programme.State.RUNNING, made_at=world.at(days[0] - 20),
        asks_until=world.at(days[0] - 1, 18),
    )  # fmt: skip
    world.save([programme])
    world.save([
        Weekly(programme=programme, weekday=4, starts=dt.time(AT_FOUR), minutes=MINUTES)
    ])  # fmt: skip
    sessions = [_session(world, programme, day) for day in days]
    world.save(sessions)
    world.save([
        Leading(session=session, volunteer=volunteer, user=volunteer.user, on=session.on, span=session.span)
        for session in sessions
        for volunteer in _leaders(world, session)
    ])  # fmt: skip
    world.chess = programme
    _players(world, programme, [row for row in sessions if row.state == Session.State.HELD])


def _players(world, programme, held):
    """Eight children play; who was there the last time nobody has said yet."""
    children = [child for child in world.students if child.pk != world.xiaoyu.pk][::7][:8]
    asked_at = world.at(THURSDAY - world.today.weekday() + 7 * WEEKS[0] - 10)
    world.save([
        Seat(
            id=world.id("seat", "chess", child.number), programme=programme, student=child,
            asked_by=world.mei_chen, asked_at=asked_at, taken_at=asked_at, how=Seat.How.PAPER,
            state=Seat.State.TAKEN,
        )
        for child in children
    ])  # fmt: skip
    world.save(
        [
            _line(world, row, child, LATE_OR_EXCUSED.get((week + n) % 9, Attendance.Mark.PRESENT))
            for week, row in enumerate(held[:-1])
            for n, child in enumerate(children)
        ]
    )


def _line(world, row, child, mark):
    there = mark in Attendance.THERE
    return Attendance(
        session=row, student=child, mark=mark, minutes=MINUTES if there else 0,
        engagement=2 if there else None, by=world.vera_lindqvist, at=row.ends,
    )  # fmt: skip


def _leaders(world, session):
    """Vera leads; for four weeks 陈志强 was there too, whose check runs out soon."""
    yield world.volunteer_vera
    if world.day(-30) < session.on < world.day(0):
        yield world.volunteer_chen


def _session(world, programme, day):
    begins = world.at(day, AT_FOUR)
    ends = begins + dt.timedelta(minutes=MINUTES)
    held = {"state": "held", "held_at": ends} if day < 0 else {}
    return Session(
        id=world.id("session", "chess", day), programme=programme, begins=begins, ends=ends,
        on=world.day(day), minutes=MINUTES, planned_for=begins, place=programme.place,
        topic="Openings 开局" if day % 2 else "Endgames 残局", **held,
    )  # fmt: skip
