"""Moving a visit on the day's page: to another time, or to the team of another visit."""

from django import forms
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from homeschool.forms import CleanTextMixin, SubmissionFormMixin
from visits.models import Visit
from visits.models.record import WRITERS

from .planning import busy_words


class RoadForm(SubmissionFormMixin, CleanTextMixin, forms.Form):
    """`visit` goes to the time `at`, with the team of the visit `team`; empty: as it stands."""

    at = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    team = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, data=None, *, visit, by, zone):
        self.visit, self.by, self.zone = visit, by, zone
        super().__init__(data)

    def clean_at(self):
        """Return the moment, with a zone; that of the visit where nothing, or nonsense, is named."""
        try:
            at = parse_datetime(self.cleaned_data["at"].replace(" ", "+"))
        except ValueError:
            at = None
        return at if at and timezone.is_aware(at) else self.visit.planned_at

    def clean_team(self):
        """Return the people of the named visit, if `by` may plan it; else those who go now."""
        key = self.cleaned_data["team"]
        seen = Visit.objects.visible_to(self.by, roles=WRITERS)
        other = seen.filter(pk=key, school=self.visit.school).first() if key else None
        team = list((other or self.visit).visitors.order_by("sort_key", "pk"))
        return team or list(self.visit.visitors.order_by("sort_key", "pk"))

    def clean(self):
        data = super().clean()
        if data.get("at") and data.get("team") is not None:
            self.check_free(data)
        return data

    def check_free(self, data):
        """Say what stands in the way."""
        if data["at"] != self.visit.planned_at and data["at"] < timezone.now():
            self.add_error(None, _("This time is over. Please choose a later one."))
            return
        words = busy_words(
            data["team"], data["at"], self.visit.planned_minutes, self.zone, but=self.visit
        )
        if words:
            self.add_error(None, words)

    def move(self):
        """Move the visit. Raises Taken, NotPlanned and BeingWritten."""
        data = self.cleaned_data
        return self.visit.move(by=self.by, planned_at=data["at"], visitors=data["team"])
