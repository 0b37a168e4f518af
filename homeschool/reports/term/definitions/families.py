"""What a term report counts of what families need, suggest and say, and of gifts to them."""

from django.utils.translation import gettext_lazy as _

from homeschool.reports.term.parts import DAYS, MEAN, MONEY, NEED, PARTS, QUESTION, Measure

OF_ISSUES = (
    Measure(
        "issues_raised", _("issues raised"), _("Raised"),
        _("Needs of a child that were noted at the visits held in the term: each kind once for each "
          "child and visit."),
        "issues_raised", (NEED, *PARTS),
    ),
    Measure(
        "issues_resolved", _("of them resolved"), _("Resolved"),
        _("Those of them of which was written by the day of the report how they ended: met, passed on "
          "or no longer needed."),
        "issues_raised", (NEED, *PARTS), within=True,
    ),
    Measure(
        "days_to_resolve", _("days until an issue is resolved"), _("Days, median"),
        _("Days from the visit to the day on which was written how it ended, by the calendar of the "
          "school: half of those that are resolved took no longer. What is open has no days yet."),
        "issues_resolved", (NEED, *PARTS), unit=DAYS,
    ),
)  # fmt: skip

OF_SUGGESTIONS = (
    Measure(
        "suggestions_raised", _("suggestions to the school"), _("Raised"),
        _("What families suggested to the school at the visits held in the term."),
        "suggestions_raised",
    ),
    Measure(
        "suggestions_answered", _("of them answered"), _("Answered"),
        _("Those of them that a leader has answered by the day of the report."),
        "suggestions_raised", within=True,
    ),
    Measure(
        "suggestions_overdue", _("of them overdue"), _("Overdue"),
        _("Those of them without an answer, although the day is over by which the school means to "
          "answer."),
        "suggestions_raised", within=True,
    ),
    Measure(
        "days_to_reply", _("days until a suggestion is answered"), _("Days, median"),
        _("Days from the visit to the first answer, by the calendar of the school: half of the answers "
          "took no longer."),
        "suggestions_answered", unit=DAYS,
    ),
)  # fmt: skip

OF_GIFTS = (
    Measure(
        "gifts_given", _("gifts"), _("Gifts"),
        _("Things that were given to families at the visits held in the term."),
        "gifts_given",
    ),
    Measure(
        "homes_with_gift", _("households that were given something"), _("Households"),
        _("Different households with a gift. Where the school has written down no household, the "
          "children with the same first guardian are one."),
        "homes_with_gift",
    ),
    Measure(
        "gifts_valued", _("gifts whose value is known"), _("Value known"),
        _("Gifts with a value, a value of nothing too."),
        "gifts_given", within=True,
    ),
    Measure(
        "gifts_unvalued", _("gifts whose value nobody knows"), _("Value not known"),
        _("Gifts without a value. They are not in the sum."),
        "gifts_given", within=True,
    ),
    Measure(
        "gifts_value", _("value of the gifts"), _("Value"),
        _("The values together, in the money of the school, of the gifts whose value is known."),
        "gifts_valued", unit=MONEY,
    ),
)  # fmt: skip


def _voice(code, words, heading, definition, **more):
    return Measure(
        code, words, heading, definition, "voices_said", (QUESTION,), in_all=False, anonymous=True,
        **more,
    )  # fmt: skip


OF_VOICES = (
    _voice(
        "voices_said", _("answers of families"), _("Answers"),
        _("Answers to this question about the visits held in the term, one of each person and visit. "
          "They are counted in full groups of the size of the smallest group that the school shows, in "
          "the order in which they came: so two reports never tell what one family said. Filters do not "
          "narrow them, and nobody opens them."),
    ),
    _voice(
        "voices_mean", _("mean of the answers"), _("Mean"),
        _("The mean of these answers: 3 is yes, 2 is partly, 1 is no."),
        unit=MEAN,
    ),
    _voice("voices_yes", _("answers “yes”"), _("Yes"), _("Those of them that say yes."), within=True),
    _voice(
        "voices_partly", _("answers “partly”"), _("Partly"), _("Those of them that say partly."),
        within=True,
    ),
    _voice("voices_no", _("answers “no”"), _("No"), _("Those of them that say no."), within=True),
)  # fmt: skip
