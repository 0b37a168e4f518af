"""Meetings of parents: which classes, which theme, when."""

from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from homeschool.forms import CheckBoxes, CleanTextMixin, DateBox, SubmissionFormMixin
from visits.models import Meeting

from .listing import LATEST, NOT_A_DAY, OLDEST
from .step import NOT_IN_THE_LIST


class ClassBoxes(forms.ModelMultipleChoiceField):
    """Classes as boxes; the school is named where there are several."""

    widget = CheckBoxes
    several = False

    def label_from_instance(self, row):
        return f"{row.name} · {row.school.name}" if self.several else row.name

    def _check_values(self, value):
        """Answer a value that is none of the classes without repeating it."""
        try:
            return super()._check_values(value)
        except forms.ValidationError:
            raise forms.ValidationError(NOT_IN_THE_LIST, code="invalid_choice") from None


class MeetingForm(SubmissionFormMixin, CleanTextMixin, forms.ModelForm):
    """A meeting of one school, planned or held; `classes` are those that the reader may choose."""

    marks_optional = False

    class Meta:
        model = Meeting
        fields = ["classes", "theme", "on", "held"]
        field_classes = {"classes": ClassBoxes}
        widgets = {"on": DateBox}
        labels = {
            "classes": _("Which classes?"),
            "theme": _("What is it about?"),
            "on": _("On which day?"),
        }
        help_texts = {"held": _("Only meetings that took place are counted.")}
        error_messages = {"on": {"invalid": NOT_A_DAY}}

    def __init__(self, *args, classes, **kwargs):
        super().__init__(*args, **kwargs)
        rows = list(classes.select_related("school"))
        self.fields["classes"].queryset = classes.select_related("school")
        self.fields["classes"].several = len({row.school_id for row in rows}) > 1
        if not self.is_bound and len(rows) == 1 and not self.instance.theme:
            self.initial["classes"] = rows

    def clean_on(self):
        day = self.cleaned_data["on"]
        if not OLDEST <= day <= LATEST:
            raise forms.ValidationError(_("Please look at the year again."))
        return day

    def clean_classes(self):
        rows = self.cleaned_data["classes"]
        if len({row.school_id for row in rows}) > 1:
            raise forms.ValidationError(_("Please choose classes of one school."))
        return rows

    def clean(self):
        data = super().clean()
        rows, day = data.get("classes"), data.get("on")
        if rows and day and data.get("held"):
            zone = ZoneInfo(rows[0].school.time_zone)
            if day > timezone.localdate(timezone=zone):
                self.add_error(
                    "held", _("This day has not come yet: say later that it took place.")
                )
        return data

    def values(self):
        """Return the fields that were changed, with their new values."""
        return {n: self.cleaned_data[n] for n in self.changed_data if n in self._meta.fields}
