"""The winter programme as the sheet of a college tells it: a row for each visit that was held."""

from homeschool.demo.college import places, words
from homeschool.demo.college.people import HOME, csv_bytes

COLUMNS = (
    "student_number", "happened_on", "mode", "minutes", "visitors", "aspects", "region", "persons_met",
    "wishes", "difficulties", "policies", "promises_school", "promises_family", "shared_summary",
    "staff_note",
)  # fmt: skip
ASPECTS = tuple(words.ABOUT)
# The last visit was 1 to 33 days ago; those before it so many days earlier.
DAYS, EARLIER, EARLIEST = 33, 8, 15
# In the first of the places that were visited several students live.
FULL_PLACES = 21
MINUTES = {"home": (45, 50), "video": (15, 25), "phone": (8, 14)}


def sheet(world):
    """Return the bytes of the sheet."""
    rows = [row for seat in world.seats for row in (_told if seat.told else _visits)(world, seat)]
    return csv_bytes([COLUMNS, *([row[column] for column in COLUMNS] for row in rows)])


def place_of(world, seat):
    """Return the county where a student lives whose home was visited: each of them at least once,
    those of the large cities up to three times; the students of one class come from many cities."""
    turn, counties = seat.turn, len(world.visited)
    if turn < counties:
        return world.visited[turn * 5 % counties]
    return world.visited[(turn - counties) * 5 % FULL_PLACES]


def _visits(world, seat):
    """Yield the rows of a student: the visit by which it was reached, and what came before."""
    if not seat.way:
        return
    turn, days = seat.turn, seat.n * 10 % DAYS + 1
    if seat.way == HOME:
        yield _row(world, seat, 0, days, "home")
        if turn % 4 == 1:
            yield _row(world, seat, 1, days + EARLIER, "phone")
        if turn % 23 == 7:
            yield _row(world, seat, 2, days + EARLIEST, "home")
        return
    mode, other = ("video", "phone") if turn % 5 < 3 else ("phone", "video")
    yield _row(world, seat, 0, days, mode)
    if turn % 10 == 3:
        yield _row(world, seat, 1, days + EARLIER, other)
    if turn % 70 == 13:
        yield _row(world, seat, 2, days + EARLIEST, "phone")


def _row(world, seat, nth, days, mode):
    """Return one row: `nth` counts back from the last visit of the student."""
    turn = seat.turn + nth * 3
    aspects = [ASPECTS[turn % 8]] + ([ASPECTS[(turn // 8 + turn + 3) % 8]] if turn % 3 else [])
    aspects = list(dict.fromkeys(aspects))
    least, more = MINUTES[mode]
    return {
        "student_number": seat.number,
        "happened_on": world.day(-days).isoformat(),
        "mode": mode,
        "minutes": least + turn * 7 % more,
        "visitors": ";".join(_visitors(world, seat, turn, mode)),
        "aspects": ";".join(aspects),
        "region": _region(world, seat, mode),
        "persons_met": _persons(seat, turn),
        "wishes": words.WISHES[turn % 5] if turn % 3 == 0 else "",
        "difficulties": words.DIFFICULTIES[turn % 4] if turn % 4 == 1 else "",
        "policies": words.POLICIES[turn % 4] if turn % 5 == 2 else "",
        "promises_school": _said(words.BY_SCHOOL, turn // 4, seat) if turn % 4 == 0 else "",
        "promises_family": _said(words.BY_FAMILY, turn // 5, seat) if turn % 5 == 1 else "",
        "shared_summary": _summary(seat, turn, mode, aspects),
        "staff_note": words.NOTES[turn % 5] if turn % 6 == 0 else "",
    }


def _said(sentences, n, seat):
    """Return the nth of `sentences`, with the student's name in it."""
    return sentences[n % len(sentences)].replace("{}", seat.called)


def _summary(seat, turn, mode, aspects):
    if turn % 40 == 9:
        return _said(words.ENGLISH, turn // 40, seat)
    about = "".join(_said(words.ABOUT[aspect], turn // 8, seat) for aspect in aspects)
    return _said(words.MET[mode], turn // 3, seat) + about + _said(words.NEXT, turn, seat)


def _persons(seat, turn):
    """Return who was met: the guardian, and mostly the student too."""
    met = f"{seat.guardian}（{seat.relation}）"
    return met if turn % 3 == 2 else f"{met};{seat.name}"


def _visitors(world, seat, turn, mode):
    """Return the addresses of those who came or called: in pairs to a home, the leader now and then."""
    adviser = world.classes[seat.class_code].adviser.user.email
    counselor = _counselor(world, seat, turn)
    if mode != "home":
        return [counselor if turn % 6 == 5 else adviser]
    dean = world.accounts[f"dean-{seat.college.code}"].email
    leader = world.accounts["leader"].email
    third = [leader] if turn % 30 == 0 else [dean] if turn % 5 == 3 else []
    return [adviser, counselor, *third]


def _counselor(world, seat, turn):
    code, several = seat.college.code, seat.college.counselors
    return world.accounts[f"counselor-{code}-{turn % several}"].email


def _region(world, seat, mode):
    """Return where the family lives, as far as the sheet says it: always for a visit at home."""
    if seat.way == HOME:
        return places.path_of(place_of(world, seat)) if mode == "home" else ""
    counties = [*world.visited, *world.called]
    return places.path_of(counties[seat.turn // 3 % len(counties)]) if seat.turn % 3 == 0 else ""


def _told(world, seat):
    """Yield the two visits of the family that is told, of which the first was by video."""
    call, visit = _row(world, seat, 3, 30, "video"), _row(world, seat, 0, 9, "home")
    yield call | {
        "aspects": "job_placement;career_planning",
        "visitors": _counselor(world, seat, 0),
        "region": "",
        "persons_met": _persons(seat, 0),
        "promises_school": "",
        "promises_family": "",
        "shared_summary": words.TOLD_CALL,
        "staff_note": "",
    }
    yield visit | {
        "aspects": "financial_aid;career_planning;overall_quality",
        "persons_met": _persons(seat, 0),
        "wishes": words.WISHES[0],
        "difficulties": words.DIFFICULTIES[0],
        "policies": words.POLICIES[0],
        "promises_school": "开学第一周陪韩雪去交助学金材料",
        "promises_family": "把收入证明交给韩雪带回学校",
        "shared_summary": words.TOLD_VISIT,
        "staff_note": words.NOTES[3],
    }
