"""What waits for a family or for staff at the measured school: rounds of offers, and needs noted."""

import datetime as dt

from homeschool.bench.data import VISITS_EACH, adults_of, uid
from visits.models import Need, Offer, OfferedTime, Round, Visit, VisitChild, Visitor

# Each counselor made so many rounds, each to so many homes; half of them have answered.
ROUNDS, HOMES, TIMES = 3, 8, 12
OPEN_NEEDS = 3  # every third need waits


def make_asked(world):
    """Write the rounds of every counselor, and a need for every visit that was held."""
    offers = [row for n in range(world.divisions) for row in _offers(world, n)]
    world._copy(Round, (row for n in range(world.divisions) for row in _rounds(world, n)))
    world._copy(Visit, (visit for visit, _line, _team, _offer in offers))
    world._copy(VisitChild, (line for _visit, line, _team, _offer in offers))
    world._copy(Visitor, (team for _visit, _line, team, _offer in offers))
    world._copy(Offer, (offer for _visit, _line, _team, offer in offers))
    world._copy(OfferedTime, (row for n in range(world.divisions) for row in _times(world, n)))
    world._copy(Need, _needs(world))


def _rounds(world, division):
    for at in range(ROUNDS):
        made = world._ago(4 + at, hour=8)
        yield {
            "id": uid("round", division, at), "school_id": world.school, "mode": "home",
            "made_by_id": uid("counselor", division), "made_at": made,
            "answer_by": world._ago(-9), "words": "We would like to meet you.",
        }  # fmt: skip


def _times(world, division):
    for at in range(ROUNDS):
        for n in range(TIMES):
            start = world._ago(-12 - n, hour=9 + at)
            yield {
                "id": uid("time", division, at, n), "round_id": uid("round", division, at),
                "at": start, "until": start + dt.timedelta(minutes=45),
            }  # fmt: skip


def _offers(world, division):
    """Yield (visit, its line, who goes, the offer); the very first is the measured family's, and waits."""
    for at in range(ROUNDS * HOMES):
        n = world._first_of(division) + at * 5
        asked = world._ago(4 + at // HOMES, hour=8)
        answered = asked + dt.timedelta(hours=20 + at) if at % 2 else None
        key = uid("offered", division, at)
        yield (
            {
                "id": key, "school_id": world.school, "status": "other_time" if answered else "offered",
                "household_id": uid("home", adults_of(n)[0]), "mode": "home", "received_at": asked,
            },
            {"visit_id": key, "student_id": uid("student", n)},
            {"visit_id": key, "user_id": uid("counselor", division)},
            {
                "id": uid("offer", division, at), "round_id": uid("round", division, at // HOMES),
                "visit_id": key, "asked_at": asked, "expires_at": world._ago(-9),
                "answer": "other_time" if answered else "", "answered_at": answered,
                "noted_at": answered, "answered_by_id": uid("adult", adults_of(n)[0]) if answered else None,
            },
        )  # fmt: skip


def _needs(world):
    """Yield a need for each visit that was held, as its record says it."""
    held = {
        visit.pk: visit.happened_at
        for visit in Visit.objects.using(world.using).held().only("happened_at").iterator()
        if visit.happened_at
    }
    for n in range(world.students):
        for turn in range(VISITS_EACH):
            visit = uid("visit", n, turn)
            if visit not in held:
                continue
            resolved = held[visit] + dt.timedelta(days=9) if (n + turn) % OPEN_NEEDS else None
            yield {
                "id": uid("need", n, turn), "school_id": world.school, "student_id": uid("student", n),
                "visit_id": visit, "kind": "reading", "words": "A quiet place to read.",
                "noted_at": held[visit], "resolved_at": resolved,
                "resolved_by_id": uid("counselor", 0) if resolved else None,
                "outcome": "met" if resolved else "",
            }  # fmt: skip
