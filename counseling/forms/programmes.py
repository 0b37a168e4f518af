"""Forms of programmes: one programme with its week, and days without sessions."""

import datetime as dt
import hashlib
import json

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _, gettext_lazy, ngettext

from counseling.models import DayOff, Programme
from counseling.models.programme import FewerThanTaken
from counseling.rules.pattern import Weekly
from homeschool.forms import (
    CheckBoxes,
    ChoiceBoxes,
    CleanTextMixin,
    DateBox,
    DateTimeBox,
    SubmissionFormMixin,
    TimeBox,
)
from homeschool.people.models import Division, SchoolClass
from homeschool.people.models.weekday import Weekday
from visits.forms.listing import NOT_A_DAY
from visits.forms.step import NOT_IN_THE_LIST

from .plans import LAST_BEFORE_FIRST, check_year

MOST_TIMES, EMPTY_TIMES, MOST_NEEDS = 14, 3, 10
LISTS, WEEK = ("classes", "divisions"), "weekly"
NO_TIME = gettext_lazy("This is no time. Write it like 15:30.")


def fewer_in_words(taken):
    """Say why there cannot be fewer places than seats given."""
    return ngettext(
        "%(n)s place is taken or offered already. Please write at least %(n)s.",
        "%(n)s places are taken or offered already. Please write at least %(n)s.",
        taken,
    ) % {"n": taken}


class NeedsField(forms.CharField):
    """Groups of need, one in a line, the first before all others."""

    widget = forms.Textarea(attrs={"rows": 3, "lang": ""})

    def prepare_value(self, value):
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value):
        lines = [line.strip() for line in super().clean(value).splitlines()]
        lines = list(dict.fromkeys(filter(None, lines)))
        if len(lines) > MOST_NEEDS:
            raise ValidationError(_("Please write at most %(n)s groups.") % {"n": MOST_NEEDS})
        if any(len(line) > 200 for line in lines):
            raise ValidationError(_("Please write each group in one short line."))
        return lines

    def has_changed(self, initial, data):
        return self.prepare_value(initial or []) != (data or "")


class ProgrammeForm(SubmissionFormMixin, CleanTextMixin, forms.ModelForm):
    """What a programme is; its times of the week are rows of `TimesOfWeek`."""

    needs = NeedsField(
        label=gettext_lazy("Who comes first"), required=False,
        help_text=gettext_lazy(
            "One group in a line, the most urgent first, like “lives with grandparents”. You put waiting "
            "children into a group. Families read only that the school puts some children first."
        ),
    )  # fmt: skip

    capacity = forms.IntegerField(label=gettext_lazy("Places"), min_value=1, max_value=1000)
    # what stood when the page was drawn: what nobody changed there is not written
    stood = forms.JSONField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Programme
        fields = [
            "name", "about", "provider", "partner", "format", "place", "capacity", "begins", "ends",
            "classes", "divisions", "whom", "giving", "asks_until", "needs", "consent",
        ]  # fmt: skip
        widgets = {
            "about": forms.Textarea(attrs={"rows": 3, "lang": ""}),
            "provider": ChoiceBoxes(row=True),
            "format": ChoiceBoxes(row=True),
            "begins": DateBox,
            "ends": DateBox,
            "asks_until": DateTimeBox,
            "classes": CheckBoxes(row=True),
            "divisions": CheckBoxes(row=True),
            "giving": ChoiceBoxes(
                hints={
                    Programme.Giving.FIRST_COME: gettext_lazy(
                        "A place is given at once, as long as one is free."
                    ),
                    Programme.Giving.DRAW: gettext_lazy(
                        "All wishes wait for a draw that anybody can reckon again."
                    ),
                }
            ),
            "consent": forms.Textarea(attrs={"rows": 3, "lang": ""}),
        }
        help_texts = {
            "about": gettext_lazy("Families read this before they ask."),
            "partner": gettext_lazy("Only where a partner of the school offers it."),
            "classes": gettext_lazy("Nothing chosen, here and below, is for everybody."),
            "whom": gettext_lazy(
                "In words, for families, like “for children who like to play chess”."
            ),
            "asks_until": gettext_lazy("By the school’s clock. Empty: as long as it is open."),
            "consent": gettext_lazy(
                "For example that the child stays at school until six, and with whom it goes home. Empty: "
                "nothing is asked."
            ),
        }

    def __init__(self, *args, school, **kwargs):
        super().__init__(*args, **kwargs)
        self.instance.school = school
        programme = self.instance if not self.instance._state.adding else None
        self.fields["classes"].queryset = _with_those(
            SchoolClass.objects.filter(school=school), SchoolClass, programme, "classes"
        )
        self.fields["divisions"].queryset = Division.objects.filter(school=school)
        for name in ("provider", "format", "giving"):
            self.fields[name].choices = [
                (value, capfirst(words)) for value, words in self.fields[name].choices if value
            ]
        for name in ("begins", "ends"):
            self.fields[name].error_messages["invalid"] = NOT_A_DAY
        for field in self.fields.values():
            field.error_messages |= {
                "invalid_choice": NOT_IN_THE_LIST, "invalid_pk_value": NOT_IN_THE_LIST,
                "invalid_list": NOT_IN_THE_LIST,
            }  # fmt: skip
        if programme and programme.drawn_at:
            del self.fields["giving"], self.fields["needs"]  # the line is drawn
        if programme:
            self.initial["stood"] = {
                name: _mark(value) for name, value in self._standing(programme).items()
            }

    def _standing(self, programme):
        """Return {name: value} of what the form asks, as it stands."""
        found = {n: getattr(programme, n) for n in self._meta.fields if n in self.fields}
        return found | {n: list(found[n].all()) for n in LISTS} | {WEEK: programme.weekly()}

    def clean(self):
        data = super().clean()
        check_year(self, data, "begins", "ends")
        if data.get("begins") and data.get("ends") and data["ends"] < data["begins"]:
            self.add_error("ends", LAST_BEFORE_FIRST)
        if data.get("provider") == Programme.Provider.PARTNER and not data.get("partner"):
            self.add_error("partner", _("Please write the name of the partner."))
        return data

    def clean_capacity(self):
        capacity = self.cleaned_data["capacity"]
        if not self.instance._state.adding:
            taken = self.instance.seats.holding_a_place().count()
            if capacity < taken:
                raise ValidationError(fewer_in_words(taken))
        return capacity

    def _update_errors(self, errors):
        # rules of the database are said in words above, beside the field
        getattr(errors, "error_dict", {}).pop(NON_FIELD_ERRORS, None)
        super()._update_errors(errors)

    def _post_clean(self):
        """Check the answers alone: what stands is written by the programme's own lock."""

    def values(self):
        """Return {column: value} of what the form asks."""
        others = {*LISTS, "submission", "writer", "stood"}
        return {n: v for n, v in self.cleaned_data.items() if n not in others}

    def keep(self, weekly, *, by):
        """Make the programme, or change of it what was changed on the page: what somebody else wrote
        meanwhile stays. Returns it. Raises FewerThanTaken, SeatsAskedFor, Busy."""
        lists = {name: list(self.cleaned_data[name]) for name in LISTS}
        programme = self.instance
        if programme._state.adding:
            return Programme.objects.begin(
                programme.school, self.values(), by=by, weekly=weekly, **lists
            )  # fmt: skip
        stood = self.cleaned_data.get("stood")
        stood = stood if isinstance(stood, dict) else {}
        values = self.values() | lists | {WEEK: weekly}
        programme.change(
            by=by, **{n: v for n, v in values.items() if stood.get(n) != _mark(v)}
        )  # fmt: skip
        return programme

    def say_asked(self):
        """Say beside the field that how seats are given cannot change any more."""
        self.add_error(
            "giving",
            _("Children have a seat or ask for one already. How seats are given stays as it is."),
        )

    def say_fewer(self, error: FewerThanTaken):
        """Say beside the field that somebody got a seat in this moment."""
        self.add_error("capacity", fewer_in_words(error.taken))


def _mark(value):
    """Return a short mark by which two equal values of the form are known."""
    if isinstance(value, dt.datetime):  # the form asks for minutes
        value = f"{value.astimezone(dt.UTC):%Y-%m-%d %H:%M}"
    elif isinstance(value, list) and value and not isinstance(value[0], str):
        value = sorted(str(getattr(one, "pk", one)) for one in value)
    elif isinstance(value, str):
        value = "\n".join(value.split("\r\n")).strip()
    return hashlib.sha256(json.dumps(value, default=str).encode()).hexdigest()[:12]


def _with_those(rows, model, programme, name):
    """Return the open ones of `rows`, and those closed ones that the programme names."""
    shown = Q(closed_at=None)
    if programme:
        shown |= Q(pk__in=getattr(programme, name).values("pk"))
    return rows.filter(shown).order_by("code")


class TimeOfWeek(CleanTextMixin, forms.Form):
    """A day of the week, from when, how long; a row that is emptied goes away."""

    marks_optional = False
    weekday = forms.TypedChoiceField(
        label=gettext_lazy("Day"), choices=[("", "—"), *Weekday.choices], coerce=int,
        empty_value=None, required=False, error_messages={"invalid_choice": NOT_IN_THE_LIST},
    )  # fmt: skip
    starts = forms.TimeField(
        label=gettext_lazy("From"), widget=TimeBox, required=False,
        error_messages={"invalid": NO_TIME},
    )  # fmt: skip
    minutes = forms.IntegerField(
        label=gettext_lazy("Minutes"), required=False, min_value=5, max_value=600
    )

    def clean(self):
        data = super().clean()
        if any(data.get(name) or name in self.errors for name in ("weekday", "starts", "minutes")):
            for name, words in (
                ("weekday", _("On which day?")), ("starts", _("From when?")),
                ("minutes", _("How many minutes?")),
            ):  # fmt: skip
                if data.get(name) is None and name not in self.errors:
                    self.add_error(name, words)
        return data

    @property
    def weekly(self):
        """The time, or None of an empty row."""
        data = self.cleaned_data
        if not data.get("weekday"):
            return None
        return Weekly(data["weekday"], data["starts"], data["minutes"])


class _Times(forms.BaseFormSet):
    def _construct_form(self, i, **kwargs):
        row = super()._construct_form(i, **kwargs)
        row.empty_permitted = False  # rows say themselves that they are empty
        return row

    def clean(self):
        if any(self.errors):
            return
        found = self.weekly
        if not found:
            raise ValidationError(_("Please write at least one time of the week."))
        if len({(w.weekday, w.starts) for w in found}) < len(found):
            raise ValidationError(_("The same day and time stands twice."))

    @property
    def weekly(self):
        """[rules.pattern.Weekly] of the rows that were filled in."""
        return [row.weekly for row in self.forms if row.weekly]


def times_of_week(data, programme=None):
    """Return the rows of the weekly times, filled with those of the programme."""
    rows = programme.weekly() if programme else []
    # a row that stands may be emptied, so every row is one that may stay empty
    kind = forms.formset_factory(
        TimeOfWeek, formset=_Times, extra=EMPTY_TIMES, max_num=MOST_TIMES, absolute_max=MOST_TIMES
    )
    initial = [{"weekday": w.weekday, "starts": w.starts, "minutes": w.minutes} for w in rows]
    return kind(data, prefix="week", initial=initial)


class DayOffForm(SubmissionFormMixin, CleanTextMixin, forms.ModelForm):
    """Holidays of the school, or a pause of one programme."""

    class Meta:
        model = DayOff
        fields = ["name", "on", "until"]
        widgets = {"on": DateBox, "until": DateBox}

    def __init__(self, *args, school, programme=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.instance.school, self.instance.programme = school, programme
        for name in ("on", "until"):
            self.fields[name].error_messages["invalid"] = NOT_A_DAY

    def clean(self):
        data = super().clean()
        check_year(self, data, "on", "until")
        first, last = data.get("on"), data.get("until")
        if first and last and not self.errors:
            if last < first:
                self.add_error("until", LAST_BEFORE_FIRST)
            elif last - first > dt.timedelta(days=366):
                self.add_error("until", _("This is longer than a year."))
            elif other := self._other(first, last):
                words = _("These days are free already: %(name)s.") % {"name": other.name}
                self.add_error("on", words)
        return data

    def _other(self, first, last):
        rows = DayOff.objects.filter(school=self.instance.school, on__lte=last, until__gte=first)
        return rows.filter(programme=self.instance.programme).first()

    def _post_clean(self):
        """The rules of the database are said above, in words."""

    def values(self):
        """Return {column: value}."""
        return {name: self.cleaned_data[name] for name in self._meta.fields}


def today_of(school):
    """Return the date at the school."""
    from homeschool.journal.models import hours

    return timezone.localdate(timezone=hours.zone_of(school.time_zone))
