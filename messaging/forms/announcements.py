"""Forms of announcements: what is said to whom, the words in one language, when it leaves, templates."""

import re
import unicodedata

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import get_language, gettext as _, gettext_lazy

from homeschool.forms import (
    ChoiceBoxes,
    CleanTextMixin,
    DateTimeBox,
    LinesField,
    SubmissionFormMixin,
)
from messaging.models import Announcement

from .opened import OpenedMixin

Level = Announcement.Level
TITLE, TEXT = 120, 10_000
NOT_A_MOMENT = gettext_lazy("This is no day and time. Write it like 2026-11-24 15:30.")
PAST = gettext_lazy("This moment is over. Please choose a later one.")
# What turns the direction of a line around, and what takes no room at all.
_HIDDEN = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
WHAT_IT_MEANS = {
    Level.READ: gettext_lazy("It counts as read when somebody opens it."),
    Level.TAP: gettext_lazy("Each person is asked to tap “I have read it”."),
    Level.SIGN: gettext_lazy(
        "Each person types the own name below the words. The school can print a proof of it."
    ),
}


ASKED = (
    (Level.READ, gettext_lazy("Nothing, they read it")),
    (Level.TAP, gettext_lazy("A tap: “I have read it”")),
    (Level.SIGN, gettext_lazy("A signature with the name")),
)


def one_line(text):
    """Return text as a title holds it: one line, without signs that nobody sees or that turn others
    around."""
    plain = _HIDDEN.sub("", text)
    plain = "".join(" " if unicodedata.category(c) == "Cc" else c for c in plain)
    return " ".join(plain.split())


class TitleField(forms.CharField):
    """A title: line ends and hidden signs in it become nothing, whoever sent them."""

    def __init__(self, **kwargs):
        super().__init__(max_length=TITLE, **kwargs)

    def to_python(self, value):
        value = super().to_python(value)
        # NUL is refused in words by the mixin, and not taken away in silence
        return value if "\0" in value else one_line(value)


def text_field(**kwargs):
    widget = forms.Textarea(attrs={"rows": 8, "lang": ""})
    return LinesField(label=gettext_lazy("Text"), max_length=TEXT, widget=widget, **kwargs)


def moment_field(label, help_text=""):
    return forms.DateTimeField(
        label=label, required=False, widget=DateTimeBox, help_text=help_text,
        error_messages={"invalid": NOT_A_MOMENT},
    )  # fmt: skip


def spoken():
    """Return the languages of the portal as choices, each named in itself."""
    return list(settings.LANGUAGES)


class AnnouncementForm(SubmissionFormMixin, CleanTextMixin, forms.Form):
    """To whom, in which words, and what is asked. `groups` is what the writer may speak to
    (reading.announcement_audiences.groups), `zones` the zone of each school by its key."""

    audience = forms.ChoiceField(
        label=gettext_lazy("To whom"),
        help_text=gettext_lazy("The next page shows exactly who gets it, before anything leaves."),
    )
    title = TitleField(label=gettext_lazy("Title"))
    text = text_field()
    language = forms.ChoiceField(
        label=gettext_lazy("You write in"), choices=spoken,
        help_text=gettext_lazy("Other languages come on the next page."),
    )  # fmt: skip
    level = forms.ChoiceField(
        label=gettext_lazy("What do you ask of families?"), initial=Level.READ,
        widget=ChoiceBoxes(hints=WHAT_IT_MEANS),
        choices=ASKED,
    )  # fmt: skip
    answer_by = moment_field(
        gettext_lazy("Answer until"),
        gettext_lazy("By the school’s clock. Only where families tap or sign."),
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    template = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, groups, zones, **kwargs):
        super().__init__(*args, **kwargs)
        self.zones, self.schools = zones, {}
        choices = [("", _("Please choose"))]
        for label, rows in groups:
            self.schools |= {value: school for value, _name, school in rows}
            choices.append((label, [(value, name) for value, name, _school in rows]))
        self.fields["audience"].choices = choices
        for name in ("audience", "language", "level"):
            self.fields[name].error_messages["invalid_choice"] = _("Please choose one of the list.")
        if not self.is_bound and "language" not in self.initial:
            self.initial["language"] = get_language()

    @property
    def school(self):
        """The key of the school of the chosen audience."""
        return self.schools.get(self.cleaned_data.get("audience"))

    def clean(self):
        data = super().clean()
        if data.get("level") == Level.READ:
            data["answer_by"] = None
        until = data.get("answer_by")
        if until and self.school:
            data["answer_by"] = until = in_zone(until, self.zones[self.school])
        if until and until <= timezone.now():
            self.add_error("answer_by", PAST)
        return data

    @property
    def words(self):
        """Return {"language", "title", "text"}."""
        return {name: self.cleaned_data[name] for name in ("language", "title", "text")}

    @property
    def columns(self):
        """Return the columns of the announcement that are asked."""
        kind, _colon, key = self.cleaned_data["audience"].partition(":")
        asked = {name: self.cleaned_data[name] for name in ("level", "answer_by")}
        return asked | {"audience": kind, "key": key}


def in_zone(moment, zone):
    """Return what was typed as a time of day, meant by the clock of `zone`."""
    return timezone.make_naive(moment).replace(tzinfo=zone)


class WordsForm(SubmissionFormMixin, CleanTextMixin, forms.Form):
    """The words in one language."""

    title = TitleField(label=gettext_lazy("Title"))
    text = text_field()
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)


class SendForm(SubmissionFormMixin, forms.Form):
    """When it leaves."""

    NOW, LATER = "now", "later"
    when = forms.ChoiceField(
        label=gettext_lazy("When does it leave?"), initial=NOW, widget=ChoiceBoxes(row=True),
        choices=[(NOW, gettext_lazy("Now")), (LATER, gettext_lazy("Later, by itself"))],
    )  # fmt: skip
    at = moment_field(gettext_lazy("Day and time"), gettext_lazy("By the school’s clock."))
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def clean(self):
        data = super().clean()
        if data.get("when") != self.LATER:
            data["at"] = None
        elif not data.get("at"):
            if "at" not in self.errors:
                self.add_error("at", _("Please write the day and the time."))
        elif data["at"] <= timezone.now():
            self.add_error("at", PAST)
        return data


class OfASchool:
    """A form about something of one school, which is asked for only where there are several."""

    def _choose_among(self, schools):
        self.schools = schools
        if len(schools) == 1:
            del self.fields["school"]
        else:
            self.fields["school"].choices = [(str(row.pk), row.name) for row in schools]

    @property
    def chosen_school(self):
        """The school, once the form is clean."""
        key = self.cleaned_data.get("school") or str(self.schools[0].pk)
        return next(row for row in self.schools if str(row.pk) == key)


class TemplateForm(OfASchool, SubmissionFormMixin, CleanTextMixin, OpenedMixin):
    """A template: its name, what is asked, and the words in each language of the portal."""

    school = forms.ChoiceField(label=gettext_lazy("School"))
    name = TitleField(
        label=gettext_lazy("Name"),
        help_text=gettext_lazy("For the staff, like “Parent evening”."),
    )
    level = forms.ChoiceField(
        label=gettext_lazy("What do you ask of families?"), initial=Level.READ,
        widget=ChoiceBoxes(hints=WHAT_IT_MEANS),
        choices=ASKED,
    )  # fmt: skip

    def __init__(self, *args, schools, **kwargs):
        super().__init__(*args, **kwargs)
        self._choose_among(schools)
        for code, name in spoken():
            self.fields[f"title_{code}"] = TitleField(
                label=_("Title in %(language)s") % {"language": name}, required=False
            )
            field = text_field(required=False)
            field.label = _("Text in %(language)s") % {"language": name}
            self.fields[f"text_{code}"] = field

    def clean(self):
        data = super().clean()
        for code, _name in spoken():
            for one, other in (("title", "text"), ("text", "title")):
                if data.get(f"{one}_{code}") and not data.get(f"{other}_{code}", "-"):
                    self.add_error(f"{other}_{code}", _("Please write the title and the text."))
        if not self.words and not self.errors:
            raise ValidationError(_("Please write the words in at least one language."))
        return data

    @property
    def words(self):
        """Return [{"language", "title", "text"}] of the languages that were filled in."""
        data = self.cleaned_data
        return [
            {"language": code, "title": data[f"title_{code}"], "text": data[f"text_{code}"]}
            for code, _name in spoken()
            if data.get(f"title_{code}") and data.get(f"text_{code}")
        ]


class SavedListForm(OfASchool, SubmissionFormMixin, CleanTextMixin, forms.Form):
    """The name of a list of children, and at which school it is begun."""

    school = forms.ChoiceField(label=gettext_lazy("School"))
    name = TitleField(
        label=gettext_lazy("Name"),
        help_text=gettext_lazy("Families never read it. Like “Choir” or “Bus line 4”."),
    )

    def __init__(self, *args, schools, **kwargs):
        super().__init__(*args, **kwargs)
        self._choose_among(schools)
