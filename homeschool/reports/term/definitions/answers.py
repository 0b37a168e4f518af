"""What a term report counts of campaigns and offers."""

from django.utils.translation import gettext_lazy as _

from homeschool.reports.term.parts import CAMPAIGNS, DAYS, Measure
from visits.reading.campaign import MEASURES as OF_THE_BOARD


def _of_campaign(name, words, of="targets", **more):
    """Return the Measure of what the board of a campaign counts as `name`, with the words of the board."""
    told = OF_THE_BOARD[name]
    return Measure(
        f"campaign_{name}", words, told.heading, told.definition, f"campaign_{of}",
        shown=CAMPAIGNS, in_all=False, **more,
    )  # fmt: skip


OF_CAMPAIGNS = (
    _of_campaign("targets", _("children whom a campaign means")),
    _of_campaign("asked", _("children whose family was asked")),
    _of_campaign("accepted", _("children whose family said yes")),
    _of_campaign("other_time", _("children whose family asked for another time")),
    _of_campaign("declined", _("children whose family said no")),
    _of_campaign("tried", _("children to whom somebody came in vain")),
    _of_campaign("met", _("children who are meant and were met"), within=True),
    _of_campaign("families", _("families whom a campaign means"), of="families"),
    _of_campaign("families_met", _("families met"), of="families", within=True),
    _of_campaign("visits_held", _("visits held of a campaign"), of="visits_held"),
)

OF_OFFERS = (
    Measure(
        "offers_sent", _("offers of a visit"), _("Sent"),
        _("Visits that were offered to a family in the term, each once for each time that it was "
          "asked. An offer that was taken back before an answer is not counted."),
        "offers_sent",
    ),
    Measure(
        "offers_answered", _("offers that were answered"), _("Answered"),
        _("Those of them that the family answered by the day of the report, whatever it said."),
        "offers_sent", within=True,
    ),
    Measure(
        "offers_accepted", _("offers with a yes"), _("Said yes"),
        _("Those of them that the family accepted, at this time or another place, by video or phone. "
          "The last answer counts."),
        "offers_sent", within=True,
    ),
    Measure(
        "offers_other_time", _("offers with a wish for another time"), _("Other time"),
        _("Those of them after which the family asked for another time."),
        "offers_sent", within=True,
    ),
    Measure(
        "offers_declined", _("offers with a no"), _("Declined"),
        _("Those of them that the family declined. Such a family was asked, and needs no reason."),
        "offers_sent", within=True,
    ),
    Measure(
        "offers_unanswered", _("offers without an answer"), _("No answer"),
        _("Those of them that nobody of the family has answered by the day of the report."),
        "offers_sent", within=True,
    ),
    Measure(
        "days_to_answer", _("days until an offer is answered"), _("Days, median"),
        _("Days from the day of the offer to the day of its last answer, by the calendar of the "
          "school: half of the answers took no longer."),
        "offers_answered", unit=DAYS,
    ),
)  # fmt: skip
