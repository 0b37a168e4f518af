"""A fair draw: who gets a seat where more ask than there are.

All children stand in one line: first by the order of need that the school set before, then by lot. The
lot of a child is a hash of the draw's seed and the child's key, so that anybody who knows the seed can
reckon it again. Whoever is first in the line gets the first of its choices that has a seat left, then
the next. Under this rule no family gains by naming other choices than its own, and no two would both
rather swap (random serial dictatorship: Abdulkadiroglu and Sonmez, Econometrica 66, 1998).
"""

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True)
class Wish:
    """What a child asks for: programmes in the order of its wish, and its group of need (0 first)."""

    student: str
    choices: tuple
    need: int = 0


@dataclass(frozen=True)
class Drawn:
    """What the draw gave a child, and why.

    `number` is its place in the line of `of`, `ahead` how many of them stood before it by need alone;
    `got` the programme or None; `choice` which of its choices that was (1 the first); `waiting` its
    number on the waiting list of each choice that it wanted more.
    """

    student: str
    number: int
    of: int
    ahead: int
    got: str | None
    choice: int | None
    waiting: dict


def lot(seed, student):
    """Return the lot of a child: a number in hexadecimal, the same for the same seed."""
    return hashlib.sha256(f"{seed} {student}".encode()).hexdigest()


def line(wishes, seed):
    """Return the wishes in the order in which they are served."""
    return sorted(wishes, key=lambda wish: (wish.need, lot(seed, wish.student)))


def draw(wishes, seats, seed):
    """Return [Drawn] in the order of the line; `seats` is {programme: free seats}.

    Raises ValueError where a child asks twice, a choice stands twice, or a programme is unknown.
    """
    _check(wishes, seats)
    left, waits, found = dict(seats), dict.fromkeys(seats, 0), []
    queue = line(wishes, seed)
    for number, wish in enumerate(queue, 1):
        got, waiting = None, {}
        for choice in wish.choices:
            if left[choice] > 0:
                left[choice] -= 1
                got = choice
                break
            waits[choice] += 1
            waiting[choice] = waits[choice]
        found.append(
            Drawn(
                student=wish.student,
                number=number,
                of=len(queue),
                ahead=sum(other.need < wish.need for other in queue),
                got=got,
                choice=wish.choices.index(got) + 1 if got is not None else None,
                waiting=waiting,
            )
        )
    return found


def _check(wishes, seats):
    students = [wish.student for wish in wishes]
    if len(set(students)) != len(students):
        raise ValueError("a child asks twice")
    for wish in wishes:
        if len(set(wish.choices)) != len(wish.choices):
            raise ValueError(f"a choice stands twice: {wish.student}")
        if unknown := set(wish.choices) - seats.keys():
            raise ValueError(f"no such programme: {sorted(map(str, unknown))}")


def renumbered(before, after):
    """Return {old number: new number} of groups of need whose order or words were changed.

    A group keeps its children by its words; one whose words are gone, and whose place nobody else
    takes, was named anew. The last number is that of all others; who was in a group that is gone is
    among them.
    """
    found = {n: after.index(words) for n, words in enumerate(before) if words in after}
    for n in range(len(before)):
        free = n < len(after) and n not in found.values()
        if n not in found and free:
            found[n] = n
    return {n: found.get(n, len(after)) for n in range(len(before) + 1)}
