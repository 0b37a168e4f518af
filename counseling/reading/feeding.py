"""The week of the sessions is counted on Monday, also where nothing took place and nobody marked anything."""

from django.utils.translation import gettext_lazy as _

from counseling.models.feeding import feed_school
from counseling.models.shares import WEEK
from homeschool.journal.models import hours, reminding
from homeschool.journal.models.reminding import Rule, minutes

from .check_in import KIND, MIDNIGHT, MONDAY, last_moment, schools_at_work


def _feed(_rule, school, event):
    feed_school(school, event.astimezone(hours.zone_of(school.time_zone)).date())


def register_feeding():
    """Tell the journal of the moment of the week."""
    reminding.register(
        Rule("plans.weeks", _("The week of the sessions is counted"), KIND, minutes(0),
             rows=schools_at_work, event=lambda school: last_moment(school, MONDAY, MIDNIGHT),
             tell=_feed, school=lambda school: school, stale_after=WEEK)
    )  # fmt: skip
