"""The sheets of a term report: each one table, drawn alike on the page and in the workbook."""

from dataclasses import dataclass

from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from .measures import (
    ASPECT,
    BREAKDOWNS,
    CAMPAIGNS,
    CLASS,
    DIVISION,
    EVALUATED,
    FORMAT,
    LANGUAGE,
    LEVEL,
    MEASURES,
    MODE,
    NEED,
    OUTCOME,
    PROVIDER,
    QUESTION,
    REGION,
    SIDE,
    STATE,
    WROTE,
)
from .report import Snapshot


@dataclass(frozen=True)
class Sheet:
    """One table: a row for each part of each of `kinds`, a column for each of `measures`.

    `share` is a column more, what the measure is of its `n`.
    """

    code: str
    title: Lazy
    measures: tuple
    kinds: tuple
    share: str = ""

    @property
    def needed(self):
        """The measures that stand in it."""
        return frozenset(self.measures)

    @property
    def counted(self):
        """The Measures that stand in it, in the order of the columns."""
        return [MEASURES[code] for code in self.measures]

    def columns(self, *, short=False):
        """Return the headings of the numbers: what is counted, or `short` words for a narrow page."""
        words = [measure.heading if short else measure.words for measure in self.counted]
        return [*words, pgettext_lazy("part of a whole", "Share")] if self.share else words

    def rows(self, snapshot):
        """Yield a Row for each part of the snapshot of which this sheet says something."""
        for kind in ("", *self.kinds):
            for key in _keys(snapshot, self.measures, kind):
                cells = [snapshot.by_place.get((code, kind, key)) for code in self.measures]
                if any(cells):
                    yield Row(snapshot, kind, key, cells, self._shared(snapshot, kind, key))

    def _shared(self, snapshot, kind, key):
        return (snapshot.by_place.get((self.share, kind, key)),) if self.share else ()


@dataclass(frozen=True)
class Row:
    """One part of the school: `cells` are Figures, None where nothing is counted; `share` is ()
    or holds the Figure whose share is told."""

    snapshot: Snapshot
    kind: str
    key: str
    cells: list
    share: tuple

    @property
    def level(self):
        """What kind of part it is, in words."""
        return BREAKDOWNS[self.kind]

    @property
    def name(self):
        """The name of the part; of the whole, the school's."""
        return (
            self.snapshot.name(self.kind, self.key)
            if self.kind
            else self.snapshot.data["school"]["name"]
        )

    @property
    def within(self):
        """The division of a class, else nothing."""
        return self.snapshot.division_of(self.key) if self.kind == CLASS else ""


def _keys(snapshot, measures, kind):
    """Return the parts that one of the measures is counted by, in order, each once."""
    keys = (f.key for f in snapshot.figures if f.measure in measures and f.kind == kind)
    return list(dict.fromkeys(keys))


SHEETS = {
    sheet.code: sheet
    for sheet in (
        Sheet(
            "reach", _("Reach"),
            ("students_on_roll", "students_reached", "students_reached_in_person", "students_reached_online"),
            (DIVISION, CLASS, MODE, ASPECT, REGION), share="students_reached",
        ),
        Sheet(
            "visits", _("Visits"),
            ("visits_held", "households_visited", "visits_nobody_home", "visits_declined",
             "regions_visited", "cities_visited"),
            (MODE, ASPECT, DIVISION, CLASS, REGION),
        ),
        Sheet(
            "meetings", _("Parent meetings"),
            ("meetings_held", "classes", "classes_with_meeting"),
            (DIVISION, CLASS), share="classes_with_meeting",
        ),
        Sheet(
            "attendance", _("Who came to meetings"),
            ("homes_noted", "homes_present"),
            (DIVISION, CLASS), share="homes_present",
        ),
        Sheet(
            "teams", _("Who went"),
            ("visits_in_person", "visits_by_two", "staff_taking_part", "leaders_taking_part"),
            (DIVISION, CLASS), share="visits_by_two",
        ),
        Sheet(
            "records", _("When it was written down"),
            ("visits_logged", "logged_within_a_day", "days_to_log"),
            (DIVISION, CLASS), share="logged_within_a_day",
        ),
        Sheet(
            "campaigns", _("Campaigns"),
            ("campaign_targets", "campaign_asked", "campaign_accepted", "campaign_other_time",
             "campaign_declined", "campaign_tried", "campaign_met", "campaign_families",
             "campaign_families_met", "campaign_visits_held"),
            CAMPAIGNS, share="campaign_met",
        ),
        Sheet(
            "offers", _("Offers and answers"),
            ("offers_sent", "offers_answered", "offers_accepted", "offers_other_time",
             "offers_declined", "offers_unanswered", "days_to_answer"),
            (DIVISION, CLASS), share="offers_answered",
        ),
        Sheet(
            "promises", _("Promises"),
            ("promises_made", "promises_kept"),
            (SIDE, DIVISION, CLASS), share="promises_kept",
        ),
        Sheet(
            "issues", _("Issues"),
            ("issues_raised", "issues_resolved", "days_to_resolve"),
            (NEED, DIVISION, CLASS), share="issues_resolved",
        ),
        Sheet(
            "suggestions", _("Suggestions"),
            ("suggestions_raised", "suggestions_answered", "suggestions_overdue", "days_to_reply"),
            (DIVISION, CLASS), share="suggestions_answered",
        ),
        Sheet(
            "gifts", _("Gifts"),
            ("gifts_given", "homes_with_gift", "gifts_valued", "gifts_unvalued", "gifts_value"),
            (DIVISION, CLASS),
        ),
        Sheet(
            "voices", _("Voices of families"),
            ("voices_said", "voices_mean", "voices_yes", "voices_partly", "voices_no"),
            (QUESTION,), share="voices_yes",
        ),
        Sheet(
            "confirmations", _("Confirmations"),
            ("summaries_sent", "summaries_confirmed"),
            (DIVISION, CLASS), share="summaries_confirmed",
        ),
        Sheet(
            "plans", pgettext_lazy("plans for children", "Plans"),
            ("plans_in_term", "plans_opened", "plans_closed"),
            (STATE, OUTCOME, DIVISION, CLASS),
        ),
        Sheet(
            "goals", _("Goals of plans"),
            ("goals_followed", "goals_missing", "goals_too_few", "goals_on_track", "goals_off_track"),
            (DIVISION, CLASS), share="goals_on_track",
        ),
        Sheet(
            "reviews", _("Reviews of plans"),
            ("reviews_due", "reviews_on_time", "reviews_late", "reviews_open"),
            (DIVISION, CLASS), share="reviews_on_time",
        ),
        Sheet(
            "agreement", _("What families say to plans"),
            ("plans_shown", "plans_answered", "plans_agreed", "plans_not_agreed",
             "plans_unanswered", "plans_with_wishes"),
            (DIVISION, CLASS), share="plans_agreed",
        ),
        Sheet(
            "habits", _("Habits"),
            ("habits_practised", "habit_weeks", "habit_weeks_kept"),
            (DIVISION, CLASS), share="habit_weeks_kept",
        ),
        Sheet(
            "sessions", _("After school"),
            ("pupils_seated", "pupils_attending", "hours_attended", "sessions_planned",
             "sessions_held", "sessions_called_off", "sessions_open"),
            (FORMAT, PROVIDER, DIVISION, CLASS), share="sessions_held",
        ),
        Sheet(
            "marks", _("Who was there after school"),
            ("lines_marked", "lines_there", "lines_late", "lines_excused", "lines_absent"),
            (FORMAT, PROVIDER, DIVISION, CLASS), share="lines_there",
        ),
        Sheet(
            "hours", _("Hours of help"),
            ("pupils_attending", "hours_attended", "pupils_band_0", "pupils_band_1", "pupils_band_2",
             "pupils_band_3", "pupils_band_4", "pupils_band_5"),
            (DIVISION, CLASS),
        ),
        Sheet(
            "dosage", _("How dense the help was"),
            ("pupils_attending", "pupils_often", "pupils_long", "pupils_small", "pupils_same",
             "pupils_high"),
            (DIVISION, CLASS), share="pupils_high",
        ),
        Sheet(
            "volunteers", _("Volunteers"),
            ("volunteers_active", "volunteer_sessions", "volunteer_hours"),
            (DIVISION, CLASS),
        ),
        Sheet(
            "seats", _("Seats and waiting lists"),
            ("seats_taken", "seats_given_up", "pupils_waiting", "seats_waited", "days_waited"),
            (DIVISION, CLASS),
        ),
        Sheet(
            "evaluation", _("What children and families say"),
            ("evaluations_said", "evaluations_mean"),
            (EVALUATED,),
        ),
        Sheet(
            "announcements", _("Announcements"),
            ("announcements_sent", "parents_told", "notices_told", "notices_reached", "notices_read",
             "notices_asked", "notices_acknowledged"),
            (LEVEL, LANGUAGE, DIVISION, CLASS), share="notices_read",
        ),
        Sheet(
            "messages", _("Messages"),
            ("pupils_written", "threads_begun", "threads_answered", "messages_sent", "unclear_said",
             "unclear_explained"),
            (WROTE, LANGUAGE, DIVISION, CLASS), share="threads_answered",
        ),
        Sheet(
            "ideas", _("Suggestions in the portal"),
            ("ideas_raised", "ideas_answered", "ideas_overdue", "days_to_idea"),
            (DIVISION, CLASS), share="ideas_answered",
        ),
        Sheet(
            "news", _("News and resources"),
            ("news_open", "news_readers", "news_reads", "resources_open", "resource_readers",
             "resource_reads", "resources_saved"),
            (LANGUAGE, DIVISION, CLASS),
        ),
    )
}  # fmt: skip
