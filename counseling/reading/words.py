"""What is said of a goal, and of a plan: chips and sentences, each from one rule.

`said` is the one place where a `Finding` becomes words: chip, suggestion, reason and source come
together, so that none of them can say something else than the others.
"""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.formats import date_format, number_format
from django.utils.translation import get_language, gettext as _, ngettext

from counseling.models import Plan, Review
from counseling.rules import LAST, Verdict, Why
from homeschool.templatetags.look import short_month

Decision = Review.Decision
# The most urgent first: of several goals this one speaks for its plan.
URGENCY = (
    Verdict.NOT_DELIVERED, Verdict.BEHIND, Verdict.MISSING, Verdict.AHEAD, Verdict.ON_WAY,
    Verdict.TOO_FEW,
)  # fmt: skip
SUGGESTED = {
    Verdict.NOT_DELIVERED: Decision.MEND,
    Verdict.BEHIND: Decision.CHANGE,
    Verdict.MISSING: Decision.MEND,
    Verdict.AHEAD: Decision.FADE,
    Verdict.ON_WAY: Decision.CONTINUE,
    Verdict.TOO_FEW: Decision.CONTINUE,
}


@dataclass(frozen=True)
class Said:
    """A finding in words: the chip (tone, icon, words), what is suggested, why as sentences, and where
    the rule comes from. `decision` is the suggestion as a `Review.Decision`."""

    tone: str
    icon: str
    chip: str
    suggestion: str
    reasons: list
    source: str
    decision: str


def said(finding, goal):
    """Return what is said of `goal` by its Finding."""
    verdict = finding.verdict
    tone, icon, chip, suggestion = _heads()[verdict]
    if finding.why == Why.NO_POINTS:
        chip = _("Nothing measured yet")
    return Said(
        tone, icon, chip, suggestion, _reasons(finding, goal), _source(finding), SUGGESTED[verdict]
    )


def _heads():
    """Return {verdict: (tone, icon, chip, suggestion)} in the reader's words."""
    return {
        Verdict.TOO_FEW: ("", "clock", _("Too early to say"), _("go on and measure")),
        Verdict.MISSING: ("rust", "clock", _("Results are missing"), _("measure again")),
        Verdict.AHEAD: (
            "good", "check", _("Ahead of the aim line"),
            _("raise the goal, or let the help fade out"),
        ),
        Verdict.ON_WAY: ("teal", "check", _("On the way"), _("go on as it is")),
        Verdict.BEHIND: (
            "rust", "triangle-alert", _("Behind the aim line"), _("change the help")
        ),
        Verdict.NOT_DELIVERED: (
            "rust", "triangle-alert", _("Too little took place"), _("check the delivery first")
        ),
    }  # fmt: skip


def _reasons(finding, goal):
    reasons = [_reached(finding, goal), _delivery(finding), _by_rule(finding, goal)]
    if finding.verdict is Verdict.NOT_DELIVERED:
        reasons.append(_("If all of it had taken place, the rule would say: change the help."))
    return [words for words in reasons if words]


def _reached(finding, goal):
    if finding.last and goal.aim.is_reached(finding.last.value):
        return _("The last result has reached the goal.")
    return ""


def _delivery(finding):
    if finding.verdict is not Verdict.NOT_DELIVERED:
        return ""
    words = _(
        "%(percent)s %% of the planned help was attended. Below 80 %% the chart cannot tell whether "
        "the help does not work or did not take place."
    )
    return words % {"percent": int(finding.delivered * 100)}


def _by_rule(finding, goal):
    """Return the reason of the rule that spoke."""
    why = finding.why
    if why == Why.NO_POINTS:
        words = _("Nothing has been measured since %(day)s. A first result shows where it goes.")
        return words % {"day": day(goal.baseline_on)}
    if why == Why.OLD_POINTS:
        words = _("The last result is of %(day)s: too long ago to say anything about today.")
        return words % {"day": day(finding.last.on)}
    if why == Why.FEW_POINTS:
        n = len(finding.points)
        words = ngettext(
            "There is %(n)s result since the plan began or changed. The rules speak after six, over "
            "three weeks.",
            "There are %(n)s results since the plan began or changed. The rules speak after six, over "
            "three weeks.",
            n,
        )
        return words % {"n": n}
    if why == Why.TREND:
        return _trend()[_of_points(finding.verdict)]
    last = ", ".join(number(point.value) for point in finding.points[-LAST:])
    return _four()[_of_points(finding.verdict)] % {"values": last}


def _of_points(verdict):
    """Return what the points alone say."""
    return Verdict.BEHIND if verdict is Verdict.NOT_DELIVERED else verdict


def _four():
    return {
        Verdict.AHEAD: _("The last four results (%(values)s) lie on the better side of the aim line."),
        Verdict.BEHIND: _("The last four results (%(values)s) lie on the worse side of the aim line."),
        Verdict.ON_WAY: _("The last four results (%(values)s) lie on both sides of the aim line, or on it."),
    }  # fmt: skip


def _trend():
    return {
        Verdict.AHEAD: _("The results get better faster than the aim line asks."),
        Verdict.BEHIND: _("The results do not get better as fast as the aim line asks."),
        Verdict.ON_WAY: _("The results get better as fast as the aim line asks."),
    }


def _source(finding):
    """Return where the rule that spoke comes from."""
    published = _(
        "National Center on Response to Intervention, RTI Implementer Series, Module 2 (2012), handed "
        "on by the National Center on Intensive Intervention. Only results since the last change of "
        "the help count."
    )
    rules = {
        Why.FOUR_POINTS: _("Four-point rule: after six results over three weeks, the last four speak."),
        Why.NO_RULE_SPEAKS: _("Four-point rule: after six results over three weeks, the last four speak."),
        Why.TREND: _("Trend line: after eight results over six weeks, the trend is compared with the aim line."),
        Why.FEW_POINTS: _("Four-point rule: after six results over three weeks, the last four speak."),
        Why.OLD_POINTS: _("A result older than two reviews is not judged: this is a rule of the portal."),
        Why.NO_POINTS: _("Without a result for two reviews the plan is not judged: this is a rule of the portal."),
    }  # fmt: skip
    parts = [rules[finding.why]]
    if finding.why not in (Why.OLD_POINTS, Why.NO_POINTS):
        parts.append(published)
    if finding.verdict is Verdict.NOT_DELIVERED:
        parts.append(
            _("80 %: look at delivery before you change the help (Data-Based Individualization).")
        )
    return " ".join(parts)


def most_urgent(standings):
    """Return the standing that speaks for its plan, or None where there is no goal."""
    return min(standings, key=lambda s: URGENCY.index(s.finding.verdict), default=None)


# --- plans --------------------------------------------------------------------------------------------


def state_chip(plan):
    """Return (tone, icon, words) of how a plan stands."""
    tone, icon = {
        Plan.State.DRAFT: ("", "pencil"),
        Plan.State.AGREED: ("teal", "heart-handshake"),
        Plan.State.ACTIVE: ("teal", "activity"),
        Plan.State.REVIEW: ("rust", "search"),
        Plan.State.FADING: ("good", "sprout"),
        Plan.State.CLOSED: ("", "check"),
    }[Plan.State(plan.state)]
    words = Plan.State(plan.state).label
    if plan.is_closed:
        words = f"{words}: {plan.get_outcome_display()}"
    return tone, icon, words


def review_chip(plan, today):
    """Return (tone, icon, words) of the next review, or None where none is due."""
    if not plan.is_at_work:
        return None
    tone, icon = ("rust", "clock") if plan.next_review_on <= today else ("", "calendar-days")
    return tone, icon, review_words(plan.next_review_on, today)


def review_words(on, today):
    """Return in words when the review of the day `on` is, seen from `today`."""
    late = (today - on).days
    if late > 0:
        return ngettext("Review %(n)s day late", "Review %(n)s days late", late) % {"n": late}
    return _("Review due today") if not late else _("Review on %(day)s") % {"day": day(on)}


def where_it_stands(goal, last):
    """Return the sentence of a goal: from where it goes, to where, and where it stands (`last`, or None)."""
    parts = {
        "first": number(goal.baseline), "began": day(goal.baseline_on),
        "target": number(goal.target), "by": day(goal.target_on),
    }  # fmt: skip
    if last is None:
        return _("From %(first)s on %(began)s to %(target)s by %(by)s.") % parts
    words = _("From %(first)s on %(began)s to %(target)s by %(by)s. On %(on)s it was %(last)s.")
    return words % (parts | {"on": day(last.on), "last": number(last.value)})


def drawn(goal, last, phases):
    """Return what the chart of a goal shows in one sentence, for those who do not see it; `last` is the
    newest point or None, `phases` are rows."""
    words = [f"{goal.measure}: {where_it_stands(goal, last)}"]
    if last:
        aim = goal.aim.at(last.on)
        words.append(
            _("The aim line stands at %(value)s that day.") % {"value": number(tenth(aim))}
        )
    words += [
        _("From %(day)s on: %(words)s.") % {"day": day(row.on), "words": row.words.rstrip(".")}
        for row in phases
    ]
    return " ".join(words)


# --- small words ----------------------------------------------------------------------------------------


def number(value):
    """Return a Decimal as the reader writes it, without zeros that say nothing."""
    plain = value.to_integral_value() if value == value.to_integral_value() else value.normalize()
    return number_format(plain, use_l10n=True)


def tenth(exact):
    """Return a Fraction, or another exact number, as a Decimal with one digit behind the point."""
    return round(Decimal(exact.numerator) / exact.denominator, 1)


def measured(goal, value):
    """Return a value with the unit of its goal."""
    return f"{number(value)} {goal.unit}".strip()


def day(date):
    """Return a day with its month in full, as the reader writes it."""
    return date_format(date, "MONTH_DAY_FORMAT")


def short_day(date, with_month=True):
    """Return a day for the axis of a chart."""
    if not with_month:
        return str(date.day)
    if (get_language() or "").startswith("zh"):
        return f"{date.month}月{date.day}日"
    return f"{date.day} {short_month(date)}"
