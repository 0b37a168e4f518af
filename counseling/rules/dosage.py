"""How much help a child got: hours, their band, and whether it was as dense as tutoring that works.

Pure functions over what was attended. Bands are those in which programmes of the 21st Century
Community Learning Centers report pupils' hours (U.S. Department of Education, 21APR, GPRA measures).
High dosage after the National Student Support Accelerator, "Tutoring Quality Standards": three or more
sessions a week of half an hour or more, at most four pupils to a tutor, and the same tutor throughout.
"""

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction

# Hours from which each band begins; below the first there is one more.
BAND_FROM = (15, 45, 90, 180, 270)
A_WEEK = 3
MINUTES = 30
PUPILS = 4
# "The same tutor" allows for a substitute now and then: four sessions of five. Our own figure.
SAME_TUTOR = Fraction(80, 100)


def band(minutes):
    """Return the number of the band for so many minutes: 0 for less than 15 hours ... 5 for 270 and more."""
    return sum(minutes >= hours * 60 for hours in BAND_FROM)


@dataclass(frozen=True)
class Attended:
    """A session that a child was at: how long, with how many pupils, and who led it (any key)."""

    minutes: int
    pupils: int
    tutors: tuple = ()


@dataclass(frozen=True)
class Dosage:
    """What a child got, and by which of the four standards it was dense enough.

    `a_week` sessions a week as a fraction, `minutes` and `pupils` the medians rounded down and up,
    `same_tutor` the share of sessions with the tutor who led most of them, None where none is known.
    """

    sessions: int
    total: int  # minutes
    a_week: Fraction
    minutes: int
    pupils: int
    same_tutor: Fraction | None

    @property
    def band(self):
        """The band of its hours."""
        return band(self.total)

    @property
    def met(self):
        """Return {"often", "long", "small", "same"} that hold."""
        return {
            name
            for name, holds in (
                ("often", self.a_week >= A_WEEK),
                ("long", self.minutes >= MINUTES),
                ("small", 0 < self.pupils <= PUPILS),
                ("same", self.same_tutor is not None and self.same_tutor >= SAME_TUTOR),
            )
            if holds
        }

    @property
    def is_high(self):
        """Whether all four hold."""
        return len(self.met) == 4


def dosage(attended, weeks):
    """Return the Dosage of the sessions that a child was at in so many weeks in which there was school.

    Raises ValueError where `weeks` is not positive.
    """
    if weeks <= 0:
        raise ValueError("at least one week")
    found = list(attended)
    if not found:
        return Dosage(0, 0, Fraction(0), 0, 0, None)
    lengths = sorted(one.minutes for one in found)
    groups = sorted(one.pupils for one in found)
    return Dosage(
        sessions=len(found),
        total=sum(lengths),
        a_week=Fraction(len(found), weeks),
        minutes=lengths[(len(found) - 1) // 2],
        pupils=groups[len(found) // 2],
        same_tutor=_same_tutor(found),
    )


def _same_tutor(found):
    led = Counter(tutor for one in found for tutor in set(one.tutors))
    if not led:
        return None
    return Fraction(max(led.values()), len(found))
