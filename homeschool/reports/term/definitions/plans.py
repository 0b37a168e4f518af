"""What a term report counts of plans, their goals, reviews and habits."""

from django.utils.translation import gettext_lazy as _, pgettext_lazy

from homeschool.reports.term.parts import OUTCOME, PARTS, STATE, Measure

OF_PLANS = (
    Measure(
        "plans_in_term", _("plans of the term"), pgettext_lazy("plans for children", "Plans"),
        _("Plans for children that were open on one day of the term at least, those that are still "
          "being written too. How each stands is told as of the day of the report; of a term that is "
          "over, as of its last day."),
        "plans_in_term", (STATE, *PARTS),
    ),
    Measure(
        "plans_opened", _("of them opened in the term"), pgettext_lazy("plans for children", "Opened"),
        _("Those of them of which the first word was written in the term."),
        "plans_in_term", within=True,
    ),
    Measure(
        "plans_closed", _("of them closed in the term"), pgettext_lazy("plans for children", "Closed"),
        _("Those of them that were closed in the term, with what came of them."),
        "plans_in_term", (OUTCOME, *PARTS), within=True,
    ),
)  # fmt: skip

OF_GOALS = (
    Measure(
        "goals_followed", _("goals that are followed"), pgettext_lazy("goals of plans", "Goals"),
        _("Goals of plans at work that have begun and were not ended, on the day of the report; of a term "
          "that is over, on its last day. What was measured by that day counts, as it stands now."),
        "goals_followed",
    ),
    Measure(
        "goals_on_track", _("goals on track"), pgettext_lazy("goals of plans", "On track"),
        _("Those of them that go as the aim line asks, or better, by the rules that the plan’s page "
          "names."),
        "goals_followed", within=True,
    ),
    Measure(
        "goals_off_track", _("goals off track"), pgettext_lazy("goals of plans", "Off track"),
        _("Those of them that lag behind the aim line by the same rules, whether the help took place or "
          "not."),
        "goals_followed", within=True,
    ),
    Measure(
        "goals_too_few", _("goals with too few points to judge"), pgettext_lazy("goals of plans", "Too few"),
        _("Those of them of which too little was measured yet, since they began or since the help was "
          "changed."),
        "goals_followed", within=True,
    ),
    Measure(
        "goals_missing", _("goals whose data is missing"), pgettext_lazy("goals of plans", "Missing"),
        _("Those of them of which nothing was measured for longer than twice the time between two "
          "reviews."),
        "goals_followed", within=True,
    ),
)  # fmt: skip

OF_REVIEWS = (
    Measure(
        "reviews_due", _("reviews of the term"), pgettext_lazy("reviews of plans", "Reviews"),
        _("Reviews of plans whose day lay in the term: those that were held, and those of plans at work "
          "whose day is over."),
        "reviews_due",
    ),
    Measure(
        "reviews_on_time", _("reviews held on time"), pgettext_lazy("reviews of plans", "On time"),
        _("Those of them that were held by the day on which they were due."),
        "reviews_due", within=True,
    ),
    Measure(
        "reviews_late", _("reviews held late"), pgettext_lazy("reviews of plans", "Late"),
        _("Those of them that were held after that day."),
        "reviews_due", within=True,
    ),
    Measure(
        "reviews_open", _("reviews that are overdue"), pgettext_lazy("reviews of plans", "Overdue"),
        _("Those of them that nobody has held yet, although their day is over."),
        "reviews_due", within=True,
    ),
)  # fmt: skip

OF_AGREEMENT = (
    Measure(
        "plans_shown", _("plans that families can read"), pgettext_lazy("plans for children", "Shown"),
        _("Plans of the term that were published to the family. What it says to the newest version "
          "counts, as each person said it last."),
        "plans_shown",
    ),
    Measure(
        "plans_answered", _("plans with an answer"), pgettext_lazy("plans for children", "Answered"),
        _("Those of them to which somebody of the family, or the child, said whether they agree."),
        "plans_shown", within=True,
    ),
    Measure(
        "plans_agreed", _("plans that the family agrees with"), _("Agreed"),
        _("Those of them with which everybody agrees who has answered."),
        "plans_shown", within=True,
    ),
    Measure(
        "plans_not_agreed", _("plans with a no"), _("Not agreed"),
        _("Those of them with which somebody who has answered does not agree."),
        "plans_shown", within=True,
    ),
    Measure(
        "plans_unanswered", _("plans without an answer"), pgettext_lazy("plans for children", "No answer"),
        _("Those of them to which nobody has answered yet."),
        "plans_shown", within=True,
    ),
    Measure(
        "plans_with_wishes", _("plans with a wish for a change"), _("Wish for a change"),
        _("Plans with an answer in which somebody proposes to change something, whether they agree or "
          "not."),
        "plans_answered", within=True,
    ),
)  # fmt: skip

OF_HABITS = (
    Measure(
        "habits_practised", _("habits that were practised"), pgettext_lazy("habits of children", "Habits"),
        _("Different habits of which home or school said at least once in the term how a week went."),
        "habits_practised",
    ),
    Measure(
        "habit_weeks", _("weeks of habits"), pgettext_lazy("habits of children", "Weeks"),
        _("Weeks of these habits that ended in the term and of which somebody said how they went: each "
          "habit and week once. A week of which nobody said anything is not counted."),
        "habit_weeks",
    ),
    Measure(
        "habit_weeks_kept", _("weeks in which the habit was kept"), pgettext_lazy("habits of children", "Kept"),
        _("Those of them in which the habit was kept on half of its days or more, as home and school "
          "ticked it."),
        "habit_weeks", within=True,
    ),
)  # fmt: skip
