"""Meetings of parents: which classes, which theme, when; what families answer, and who came."""

import datetime as dt
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.core.validators import URLValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from homeschool.forms import CheckBoxes, CleanTextMixin, DateBox, SubmissionFormMixin, TimeBox
from visits.models import Meeting, MeetingHome

from .listing import LATEST, NOT_A_DAY, OLDEST
from .step import NOT_IN_THE_LIST, answer, choose

MOST_PEOPLE = 9
NOT_A_TIME = _("This is not a time. Write it like 18:30.")


def exists(day, time, zone):
    """Whether the clock on the wall shows `time` on `day`: not in the hour that a spring night skips."""
    wall = dt.datetime.combine(day, time)
    there = wall.replace(tzinfo=zone).astimezone(dt.UTC).astimezone(zone)
    return there.replace(tzinfo=None) == wall


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


class LinkField(forms.URLField):
    """The address of a page; typed without https:// it gets it."""

    default_validators = [URLValidator(schemes=["http", "https"])]

    def __init__(self, **options):
        super().__init__(assume_scheme="https", **options)


class ClassesMixin:
    """For forms whose `classes` are those that the reader may gather, all of one school."""

    def offer(self, classes):
        rows = list(classes.select_related("school"))
        self.fields["classes"].queryset = classes.select_related("school")
        self.fields["classes"].several = len({row.school_id for row in rows}) > 1
        return rows

    def clean_classes(self):
        rows = self.cleaned_data["classes"]
        if len({row.school_id for row in rows}) > 1:
            raise forms.ValidationError(_("Please choose classes of one school."))
        return rows

    def zone(self):
        """Return the time zone of the school of the chosen classes, or None."""
        rows = self.cleaned_data.get("classes")
        return ZoneInfo(rows[0].school.time_zone) if rows else None


class MeetingForm(SubmissionFormMixin, ClassesMixin, CleanTextMixin, forms.ModelForm):
    """A meeting of one school, planned or held; `classes` are those that the reader may choose."""

    marks_optional = False

    class Meta:
        model = Meeting
        fields = [
            "classes", "theme", "on", "start", "duration", "place", "online_link", "agenda",
            "materials", "held",
        ]  # fmt: skip
        field_classes = {"classes": ClassBoxes, "online_link": LinkField}
        widgets = {
            "on": DateBox,
            "start": TimeBox,
            "agenda": forms.Textarea(attrs={"rows": 4}),
            "materials": forms.Textarea(attrs={"rows": 3}),
        }
        labels = {
            "classes": _("Which classes?"),
            "theme": _("What is it about?"),
            "on": _("On which day?"),
            "start": _("When does it begin?"),
            "duration": _("How many minutes?"),
            "place": _("Where?"),
            "online_link": _("Link for those who come online"),
            "agenda": _("What will you talk about?"),
            "materials": _("What can families read before?"),
        }
        help_texts = {
            "held": _("Only meetings that took place are counted."),
            "start": _("By the clock of the school. Families can be invited once it is known."),
            "place": _("Like “Room 12, second floor”."),
            "materials": _("One a line: a title, and where it stands, like https://…"),
        }
        error_messages = {
            "on": {"invalid": NOT_A_DAY},
            "start": {"invalid": NOT_A_TIME},
            "online_link": {"invalid": _("This is not a link. It begins with https://")},
        }

    def __init__(self, *args, classes, **kwargs):
        super().__init__(*args, **kwargs)
        rows = self.offer(classes)
        self.fields["duration"].required = False
        if not self.is_bound and len(rows) == 1 and not self.instance.theme:
            self.initial["classes"] = rows

    def clean_on(self):
        day = self.cleaned_data["on"]
        if not OLDEST <= day <= LATEST:
            raise forms.ValidationError(_("Please look at the year again."))
        return day

    def clean_duration(self):
        minutes = self.cleaned_data["duration"]
        return self.instance.duration if minutes is None else minutes

    def clean_start(self):
        start = self.cleaned_data["start"]
        if start is None and self.instance.invited_at:
            raise forms.ValidationError(_("Families are invited: they must know when it begins."))
        return start

    def clean_held(self):
        if self.cleaned_data["held"] and self.instance.called_off_at:
            raise forms.ValidationError(_("This meeting was called off."))
        return self.cleaned_data["held"]

    def clean(self):
        data = super().clean()
        zone, day, start = self.zone(), data.get("on"), data.get("start")
        if zone and day and data.get("held") and day > timezone.localdate(timezone=zone):
            self.add_error("held", _("This day has not come yet: say later that it took place."))
        if zone and day and start and not exists(day, start, zone):
            words = _("This hour does not exist on that day: the clocks go forward.")
            self.add_error("start", words)
        return data

    def values(self):
        """Return the fields that were changed, with their new values."""
        changed = [name for name in self.changed_data if name in self._meta.fields]
        same = {"duration", "start", "on"}
        return {
            name: self.cleaned_data[name]
            for name in changed
            if name not in same or self.cleaned_data[name] != self.initial.get(name)
        }


def people():
    """Return the choices of how many come."""
    return [(n, str(n)) for n in range(1, MOST_PEOPLE + 1)]


class AnswerForm(SubmissionFormMixin, CleanTextMixin, forms.Form):
    """Whether a home comes to a meeting, and with how many; a number that makes no sense is one."""

    answer = choose(forms.ChoiceField, _("Do you come?"), MeetingHome.Answer.choices, required=True)
    people = forms.CharField(required=False)

    @property
    def coming(self):
        return self.cleaned_data["answer"] == MeetingHome.Answer.YES

    def clean_people(self):
        text = self.cleaned_data["people"]
        number = int(text) if text.isascii() and text.isdigit() and len(text) < 3 else 1
        return min(max(number, 1), MOST_PEOPLE)


class MarkForm(SubmissionFormMixin, CleanTextMixin, forms.Form):
    """Whether one home came; `homes` are those on the list of the reader, by their keys."""

    presence = choose(
        forms.ChoiceField, _("Did they come?"), MeetingHome.Presence.choices, required=True
    )
    home = choose(forms.ChoiceField, _("Which family?"), [], required=True)

    def __init__(self, *args, homes, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["home"].choices = [(key, key) for key in homes]


class MinutesForm(SubmissionFormMixin, CleanTextMixin, forms.Form):
    """What was talked about, as the families read it."""

    marks_optional = False
    minutes = answer(
        _("What did you talk about?"),
        rows=10,
        limit=8000,
        required=True,
        help_text=_(
            "Short sentences. Name no child. Those who could not come read it first; the others a "
            "little later."
        ),
    )
    language = choose(
        forms.ChoiceField, _("In which language is it written?"), settings.LANGUAGES, required=True
    )
