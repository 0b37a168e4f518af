"""Leaving for a visit: when the visitors mean to be back."""

import datetime as dt
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from homeschool.forms import CleanTextMixin, SubmissionFormMixin, TimeBox
from visits.models.outing import LONGEST

WAY = dt.timedelta(minutes=60)  # both ways, where nobody says otherwise
QUARTER = 15


class OutingForm(SubmissionFormMixin, CleanTextMixin, forms.Form):
    """By when the visitors of `visit` are back, by the clock of the school: `due_at` once valid."""

    back = forms.TimeField(
        label=_("Back by"), widget=TimeBox,
        help_text=_("Half an hour after it the school’s leader is told."),
        error_messages={"invalid": _("This is not a time. Write it like 18:30.")},
    )  # fmt: skip

    def __init__(self, data=None, *, visit):
        self.zone, self.now = ZoneInfo(visit.school.time_zone), timezone.now()
        super().__init__(data, initial={"back": self._usual(visit)})

    def _usual(self, visit):
        """Return the end of the visit and the way home, in full quarters of an hour."""
        end = max(visit.planned_end or self.now, self.now) + WAY
        end += dt.timedelta(minutes=-end.minute % QUARTER)
        return end.astimezone(self.zone).time().replace(second=0, microsecond=0)

    def clean_back(self):
        """Take a time that is over today for one after midnight."""
        back, now = self.cleaned_data["back"], self.now.astimezone(self.zone)
        due = dt.datetime.combine(now.date(), back, self.zone)
        if due <= now:
            due = dt.datetime.combine(now.date() + dt.timedelta(days=1), back, self.zone)
        self.due_at = due.astimezone(dt.UTC)
        if self.due_at - self.now > LONGEST:
            raise forms.ValidationError(
                _("Please choose a time within the next twelve hours."), code="far"
            )
        return back
