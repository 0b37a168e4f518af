"""What a term report counts of what takes place after lessons."""

from django.utils.translation import gettext_lazy as _, pgettext_lazy

from counseling.models.evaluation import FEWEST
from homeschool.reports.term.parts import (
    DAYS,
    EVALUATED,
    FORMAT,
    HOURS,
    MEAN,
    PARTS,
    PROVIDER,
    Measure,
)

BY = (FORMAT, PROVIDER, *PARTS)

OF_PUPILS = (
    Measure(
        "pupils_seated", _("children with a seat after school"), _("With a seat"),
        _("Children who had a seat on one day of the term at least, in a programme that takes place in "
          "the term. Each child counts once, however many seats it has."),
        "pupils_seated",
    ),
    Measure(
        "pupils_attending", _("children who took part"), _("Took part"),
        _("Those of them who were at one session at least that took place in the term, in time or late."),
        "pupils_seated", BY, within=True,
    ),
    Measure(
        "hours_attended", _("hours of help"), pgettext_lazy("hours of help", "Hours"),
        _("The minutes that these children were at sessions of the term, as they were marked, added up "
          "and told in hours. The rows are the children."),
        "pupils_attending", BY, unit=HOURS, people="pupils_attending",
    ),
)  # fmt: skip

OF_SESSIONS = (
    Measure(
        "sessions_planned", _("sessions of the term"), pgettext_lazy("sessions after school", "Planned"),
        _("Sessions whose day lies in the term, of programmes in which one of the children counted had a "
          "seat when it began. In each of their classes a session counts once."),
        "sessions_planned", BY, is_of_people=False,
    ),
    Measure(
        "sessions_held", _("sessions that took place"), pgettext_lazy("sessions after school", "Held"),
        _("Those of them of which somebody wrote down that they took place."),
        "sessions_planned", BY, is_of_people=False, within=True,
    ),
    Measure(
        "sessions_called_off", _("sessions that were called off"),
        pgettext_lazy("sessions after school", "Called off"),
        _("Those of them that were called off. Holidays have no sessions, and are not counted."),
        "sessions_planned", BY, is_of_people=False, within=True,
    ),
    Measure(
        "sessions_open", _("sessions to come, or of which nothing is said"),
        pgettext_lazy("sessions after school", "Open"),
        _("Those of them that are still to come, or are over and nobody wrote down what became of them."),
        "sessions_planned", BY, is_of_people=False, within=True,
    ),
)  # fmt: skip


def _line(code, words, heading, definition, **more):
    return Measure(
        code, words, heading, definition, "lines_marked", BY, people="pupils_attending", **more
    )


OF_LINES = (
    _line(
        "lines_marked", _("marks in sessions"), pgettext_lazy("attendance after school", "Marks"),
        _("One for each child and each session of the term for which somebody marked whether it was "
          "there."),
    ),
    _line(
        "lines_there", _("marks “there”"), pgettext_lazy("attendance after school", "There"),
        _("Those of them by which the child was there, in time or late."), within=True,
    ),
    _line(
        "lines_late", _("marks “came late”"), pgettext_lazy("attendance after school", "Late"),
        _("Those of the children there who came late."), within=True,
    ),
    _line(
        "lines_excused", _("marks “excused”"), pgettext_lazy("attendance after school", "Excused"),
        _("Those of them by which the child was not there, and somebody had said so."), within=True,
    ),
    _line(
        "lines_absent", _("marks “not there”"), pgettext_lazy("attendance after school", "Not there"),
        _("Those of them by which the child was not there, and nobody had said so."), within=True,
    ),
)  # fmt: skip

_OF_BAND = _(
    "Those of the children who took part whose hours of the term, over all programmes, lie in this band. "
    "The bands are those of the 21st Century Community Learning Centers; each child is in one of them."
)


def _band(number, words, heading):
    return Measure(
        f"pupils_band_{number}", words, heading, _OF_BAND, "pupils_attending", within=True
    )


OF_BANDS = (
    _band(0, _("children with less than 15 hours"), _("Under 15 h")),
    _band(1, _("children with 15 to 44 hours"), _("15–44 h")),
    _band(2, _("children with 45 to 89 hours"), _("45–89 h")),
    _band(3, _("children with 90 to 179 hours"), _("90–179 h")),
    _band(4, _("children with 180 to 269 hours"), _("180–269 h")),
    _band(5, _("children with 270 hours and more"), _("270 h and more")),
)


def _standard(name, words, heading, definition):
    return Measure(f"pupils_{name}", words, heading, definition, "pupils_attending", within=True)


OF_DOSAGE = (
    _standard(
        "often", _("children who came three times a week"), _("3 a week"),
        _("Those of the children who took part who were at three sessions a week or more, over the weeks "
          "of the term in which a session was planned for them. The week that runs is not judged yet."),
    ),
    _standard(
        "long", _("children in sessions of 30 minutes"), _("30 minutes"),
        _("Those of them who were at most of their sessions for half an hour or longer: the median of "
          "their minutes."),
    ),
    _standard(
        "small", _("children in groups of four at most"), _("4 to a tutor"),
        _("Those of them in whose sessions there were four children or fewer to each who led it: the median "
          "of them."),
    ),
    _standard(
        "same", _("children with the same tutor"), _("Same tutor"),
        _("Those of them with whom one person led four of five sessions or more. Where nobody is named "
          "as the one who led, it does not hold."),
    ),
    _standard(
        "high", _("children with high dosage"), _("All four"),
        _("Those of them for whom all four hold: three a week, half an hour, four children at most, and "
          "the same tutor. After the quality standards of the National Student Support Accelerator."),
    ),
)  # fmt: skip

OF_VOLUNTEERS = (
    Measure(
        "volunteers_active", _("volunteers who helped"), _("Volunteers"),
        _("Different volunteers who led a session of the term that took place, with one of the children "
          "counted."),
        "volunteers_active",
    ),
    Measure(
        "volunteer_sessions", _("sessions led by volunteers"), pgettext_lazy("led by volunteers", "Sessions"),
        _("Sessions that these volunteers led, each once for each of them."),
        "volunteer_sessions", people="volunteers_active",
    ),
    Measure(
        "volunteer_hours", _("hours of volunteers"), pgettext_lazy("hours of volunteers", "Hours"),
        _("How long these sessions were planned to last, added up for each volunteer who led one, and told "
          "in hours: as on the volunteer’s own page."),
        "volunteer_sessions", unit=HOURS, people="volunteers_active",
    ),
)  # fmt: skip

OF_SEATS = (
    Measure(
        "seats_taken", _("seats given in the term"), pgettext_lazy("seats after school", "Given"),
        _("Seats in programmes that a child took in the term."),
        "seats_taken",
    ),
    Measure(
        "seats_given_up", _("seats given up in the term"), pgettext_lazy("seats after school", "Given up"),
        _("Seats that a child had, and that it left in the term, whenever it took them."),
        "seats_given_up",
    ),
    Measure(
        "pupils_waiting", _("children on a waiting list"), _("Children waiting"),
        _("Children who wait for a seat in a programme of the term, on the day of the report; of a term "
          "that is over, at its end. An offer that nobody answered yet is no waiting any more."),
        "pupils_waiting",
    ),
    Measure(
        "seats_waited", _("places on waiting lists"), _("Places waited for"),
        _("The same, once for each programme for which a child waits."),
        "seats_waited",
    ),
    Measure(
        "days_waited", _("days waited for a seat"), _("Days, median"),
        _("Days from the day on which the family asked to that day, by the calendar of the school: half "
          "of those who wait have waited no longer."),
        "seats_waited", unit=DAYS,
    ),
)  # fmt: skip


def _evaluation(code, words, heading, definition, **more):
    return Measure(
        code, words, heading, definition, "evaluations_said", (EVALUATED,), in_all=False,
        anonymous=True, smallest=FEWEST, **more,
    )  # fmt: skip


OF_EVALUATION = (
    _evaluation(
        "evaluations_said", _("answers about programmes"), pgettext_lazy("evaluation", "Answers"),
        _("What children and families answered in the term to the three questions about a programme. They "
          "are counted in full groups of five, in the order in which they came: so two reports never "
          "tell what one child said. Filters do not narrow them, and nobody opens them."),
    ),
    _evaluation(
        "evaluations_mean", _("mean of the answers about programmes"), pgettext_lazy("evaluation", "Mean"),
        _("The mean of these answers: from 1, no, to 4, yes."), unit=MEAN,
    ),
)  # fmt: skip
