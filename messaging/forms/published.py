"""What the forms of news and of resources share: for whom, in which language, and words that can be read."""

import datetime as dt
import unicodedata

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from homeschool.forms import DateBox, LinesField
from homeschool.journal.models import hours
from homeschool.people.models import School
from messaging.reading import shelf

HOW = _(
    "An empty line begins a new paragraph. A line that begins with # is a heading, one that begins with "
    "- a point of a list."
)
NOTHING_SEEN = _("Nothing of this can be seen. Please type some words.")


def in_one_line(text):
    """Return a title in one line. Raises ValidationError where nothing of it can be seen."""
    text = " ".join(text.split())
    if text and not any(unicodedata.category(sign)[0] in "LNPS" for sign in text):
        raise ValidationError(NOTHING_SEEN)
    return text


class TitleField(forms.CharField):
    """A title: one line, of which something is to be seen."""

    def clean(self, value):
        return in_one_line(super().clean(value))


class TextField(LinesField):
    """A plain text, as long as an article may be."""

    def __init__(self, *, rows=14, **options):
        options.setdefault("help_text", HOW)
        super().__init__(widget=forms.Textarea(attrs={"rows": rows}), **options)


class LanguageField(forms.ChoiceField):
    """The language in which something is written."""

    def __init__(self, **options):
        options.setdefault("label", _("Written in"))
        super().__init__(choices=settings.LANGUAGES, **options)


class ForWhomMixin(forms.Form):
    """For whom a row is: one of the audiences to which `user` may speak, or the one that it has."""

    audience = forms.ChoiceField(label=_("For whom is it?"))

    def __init__(self, *args, user, row=None, **kwargs):
        super().__init__(*args, **kwargs)
        groups, self._schools = shelf.choices(user)
        if row is not None:
            now = f"{row.audience}:{row.key}"
            if now not in self._schools:
                groups.insert(0, (now, row.called or _("as it is")))
            self._schools[now] = row.school_id
            self.initial.setdefault("audience", now)
        self.fields["audience"].choices = [("", _("Please choose")), *groups]

    def for_whom(self):
        """Return the columns of a valid form."""
        name, _mark, key = self.cleaned_data["audience"].partition(":")
        school = self._schools[self.cleaned_data["audience"]]
        return {"audience": name, "key": key, "school_id": school}


class SpanMixin(forms.Form):
    """The days on which something stands, by the clock of its school."""

    first_day = forms.DateField(
        label=_("From which day on?"), required=False, widget=DateBox,
        help_text=_("Left empty: as soon as it is published."),
    )  # fmt: skip
    last_day = forms.DateField(
        label=_("Until which day?"), required=False, widget=DateBox,
        help_text=_("Left empty: until somebody takes it back."),
    )  # fmt: skip

    row = None  # the one that is changed

    def clean(self):
        found = super().clean()
        first, last = found.get("first_day"), found.get("last_day")
        stands = days_of(self.row) if self.row else {"first_day": None, "last_day": None}
        first = first or stands["first_day"]
        if first and last and last < first:
            self.add_error("last_day", _("It would end before it begins."))
        elif last and last != stands["last_day"] and last < timezone.localdate():
            self.add_error("last_day", _("This day is over."))
        return found

    def span(self, school, row=None):
        """Return the columns `since` and `until` of a valid form, as moments; the moment from which on
        it stands already stays, unless another day was chosen."""
        zone = hours.zone_of(School.objects.get(pk=school).time_zone)
        first, last = self.cleaned_data["first_day"], self.cleaned_data["last_day"]
        since = first and dt.datetime.combine(first, dt.time(), zone)
        if row is not None and row.since and first in (None, days_of(row)["first_day"]):
            since = row.since if row.state == row.State.PUBLISHED or first else None
        until = last and dt.datetime.combine(last + dt.timedelta(days=1), dt.time(), zone)
        return {"since": since, "until": until}


def days_of(row):
    """Return the first answers of SpanMixin for a row."""
    zone = hours.zone_of(row.school.time_zone)
    until = row.until and (row.until - dt.timedelta(seconds=1)).astimezone(zone).date()
    return {"first_day": row.since and row.since.astimezone(zone).date(), "last_day": until}
