"""The share of a week: what two sides ticked, as one number. Pure functions, with the choices they read."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from django.db import models
from django.utils.translation import gettext_lazy as _

from homeschool.journal.models import hours

WEEK = dt.timedelta(days=7)
# Of a finished week this much is a week that was kept, for the row of weeks that a family is shown.
KEPT = Fraction(1, 2)


class Side(models.TextChoices):
    """Who ticks."""

    HOME = "home", _("at home")
    SCHOOL = "school", _("at school")


class State(models.TextChoices):
    """How a day went."""

    DONE = "done", _("Done")
    PARTLY = "partly", _("Partly")
    NOT = "not", _("Not")


WORTH = {State.DONE: Fraction(1), State.PARTLY: Fraction(1, 2), State.NOT: Fraction(0)}


def monday_of(day):
    """Return the first day of the week in which `day` lies."""
    return day - dt.timedelta(days=day.weekday())


def sunday_of(monday):
    """Return the last day of the week of `monday`."""
    return monday + WEEK - dt.timedelta(days=1)


@dataclass(frozen=True)
class Said:
    """One tick, as the sums see it: the day, the side, how it went, and on which day it was said."""

    day: dt.date
    side: str
    state: str
    on: dt.date


def week_share(days, said):
    """Return the share (Fraction, 0 to 1) of a week of these `days`, or None where nobody said anything.

    Done counts 1, partly a half, not 0. Of a side that said something, a day without a tick counts 0
    where it was over when that side last spoke; a day that was still to come is left out. A side that
    said nothing is left out whole. The sides count as one each, however many days each counts. Where
    two homes of a child ticked one day, the better one stands: the child was with one of them.
    """
    days, shares = sorted(days), []
    for side in Side.values:
        mine = [tick for tick in said if tick.side == side and tick.day in days]
        if not mine:
            continue
        best: dict = {}
        for tick in mine:
            best[tick.day] = max(best.get(tick.day, Fraction(0)), WORTH[State(tick.state)])
        spoke = max(tick.on for tick in mine)
        counted = [day for day in days if day in best or day < spoke]
        shares.append(
            sum((best.get(day, Fraction(0)) for day in counted), Fraction(0)) / len(counted)
        )
    return sum(shares, Fraction(0)) / len(shares) if shares else None


def in_percent(share):
    """Return a share as whole percent, halves up."""
    return Decimal(int(share * 100 + Fraction(1, 2)))


def weeks_in_a_row(shares):
    """Return how many of the last weeks were kept, one after the other.

    `shares` are those of finished weeks, the oldest first; None is a week of which nothing is known:
    it neither counts nor ends the row.
    """
    row = 0
    for share in reversed([share for share in shares if share is not None]):
        if share < KEPT:
            break
        row += 1
    return row


def said_of(ticks, school):
    """Return [Said] of ticks; days are those of the school's calendar."""
    zone = hours.zone_of(school.time_zone)
    return [Said(t.day, t.side, t.state, t.at.astimezone(zone).date()) for t in ticks]
