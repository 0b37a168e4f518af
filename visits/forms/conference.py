"""Conference days: when, who sits at the tables, which classes; and a time for a family that called."""

import datetime as dt
from zoneinfo import ZoneInfo

from django import forms
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from homeschool.forms import CheckBoxes, CleanTextMixin, DateBox, SubmissionFormMixin, TimeBox
from homeschool.people import sight
from homeschool.people.models import Membership, User
from visits.models import ConferenceDay
from visits.models.conference import as_break, moments

from .listing import LATEST, NOT_A_DAY, OLDEST
from .meetings import NOT_A_TIME, ClassBoxes, ClassesMixin
from .step import NOT_IN_THE_LIST, choose, line

LONGEST = 14  # days
MOST_HOSTS = 100


def staff_of(schools):
    """Return the people who work at these schools today, by name."""
    roles = Membership.objects.open().filter(
        user=OuterRef("pk"), school__in=schools, role__in=sight.STAFF_ROLES
    )
    return User.objects.filter(Exists(roles), is_active=True).order_by("sort_key", "pk")


def _day(label, **options):
    return forms.DateField(
        label=label, widget=DateBox, error_messages={"invalid": NOT_A_DAY}, **options
    )


def _time(label, **options):
    return forms.TimeField(
        label=label, widget=TimeBox, error_messages={"invalid": NOT_A_TIME}, **options
    )


class Hosts(forms.ModelMultipleChoiceField):
    """Staff as boxes."""

    widget = CheckBoxes

    def label_from_instance(self, row):
        return row.full_name

    def _check_values(self, value):
        """Answer a value that is none of the staff without repeating it."""
        try:
            return super()._check_values(value)
        except forms.ValidationError:
            raise forms.ValidationError(NOT_IN_THE_LIST, code="invalid_choice") from None


class OpeningMixin(forms.Form):
    """From which day to which families book: from its morning to its end, by the school's clock."""

    opens = _day(_("Families book from"))
    closes = _day(_("until (the last day)"))

    def opening(self, zone):
        """Return {opens_at, closes_at} of the chosen days."""
        opens = dt.datetime.combine(self.cleaned_data["opens"], dt.time(), zone)
        last = self.cleaned_data["closes"] + dt.timedelta(days=1)
        return {"opens_at": opens, "closes_at": dt.datetime.combine(last, dt.time(), zone)}

    def clean(self):
        data = super().clean()
        opens, closes = data.get("opens"), data.get("closes")
        for name in ("opens", "closes"):
            if data.get(name) and not OLDEST <= data[name] <= LATEST:
                self.add_error(name, _("Please look at the year again."))
        if opens and closes and closes < opens:
            self.add_error("closes", _("The last day lies before the first one."))
        return data


class ConferenceForm(SubmissionFormMixin, ClassesMixin, CleanTextMixin, OpeningMixin):
    """A new conference day, for classes of one school."""

    marks_optional = False

    name = line(_("What is it called?"), 120, required=True)
    classes = ClassBoxes(label=_("Which classes?"), queryset=None)
    hosts = Hosts(label=_("Who sits at the tables?"), queryset=User.objects.none())
    on = _day(_("On which day?"))
    until = _day(
        _("Until which day?"), required=False, help_text=_("Only where it takes several days.")
    )
    begins = _time(_("From"))
    ends = _time(_("To"))
    minutes = forms.IntegerField(
        label=_("How many minutes for each family?"), min_value=5, max_value=120, initial=15
    )
    breaks = line(
        _("Breaks"), 200, help_text=_("Like 12:00-13:00, 15:00-15:15. Leave it empty without any.")
    )
    place = line(_("Where?"), 200)

    field_order = [
        "name", "classes", "hosts", "on", "until", "begins", "ends", "minutes", "breaks", "place",
        "opens", "closes",
    ]  # fmt: skip

    def __init__(self, *args, classes, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        rows = self.offer(classes)
        schools = {row.school_id for row in rows}
        self.fields["hosts"].queryset = staff_of(schools)
        if not self.is_bound:
            self.initial.setdefault("hosts", [user.pk])
            self.initial.setdefault("opens", timezone.localdate())
            if len(rows) == 1:
                self.initial.setdefault("classes", rows)

    def clean_breaks(self):
        text = self.cleaned_data["breaks"].replace("–", "-").replace("，", ",").replace("：", ":")
        found = [part.strip() for part in text.split(",") if part.strip()]
        try:
            pairs = [as_break(part) for part in found]
        except ValueError:
            raise forms.ValidationError(
                _("Write breaks like 12:00-13:00, several with a comma between.")
            ) from None
        return [f"{since:%H:%M}-{until:%H:%M}" for since, until in pairs]

    def clean(self):
        data = super().clean()
        for name in ("on", "until"):
            if data.get(name) and not OLDEST <= data[name] <= LATEST:
                self.add_error(name, _("Please look at the year again."))
        if not self.errors:
            data["until"] = data["until"] or data["on"]
            self._check_days(data)
        if not self.errors and not self._has_times(data):
            self.add_error("ends", _("Not one conversation fits between these times."))
        return data

    def _check_days(self, data):
        on, until, closes = data["on"], data["until"], data["closes"]
        if until < on:
            self.add_error("until", _("The last day lies before the first one."))
        elif (until - on).days >= LONGEST:
            self.add_error("until", _("A conference lasts two weeks at most."))
        if on < timezone.localdate(timezone=self.zone()):
            self.add_error("on", _("This day is over. Please choose one that is to come."))
        if closes > max(on, until):
            words = _("Booking ends on the last day of the conference at the latest.")
            self.add_error("closes", words)
        school = data["classes"][0].school_id
        if data["hosts"].exclude(pk__in=staff_of([school]).values("pk")).exists():
            self.add_error("hosts", _("Please choose staff of the school of these classes."))

    def _has_times(self, data):
        breaks = [as_break(text) for text in data["breaks"]]
        times = moments(
            data["on"], data["begins"], data["ends"], data["minutes"], breaks, self.zone()
        )
        return data["begins"] < data["ends"] and any(True for _slot in times)

    def row(self):
        """Return the unsaved day."""
        names = ("name", "on", "until", "begins", "ends", "minutes", "breaks", "place")
        values = {name: self.cleaned_data[name] for name in names}
        return ConferenceDay(**values, **self.opening(self.zone()))


class ConferenceEditForm(SubmissionFormMixin, CleanTextMixin, OpeningMixin):
    """What can be changed of a day whose times stand: name, place, when families book, more staff."""

    marks_optional = False

    name = line(_("What is it called?"), 120, required=True)
    place = line(_("Where?"), 200)
    hosts = Hosts(
        label=_("Who else sits at a table?"), queryset=User.objects.none(), required=False
    )

    field_order = ["name", "place", "opens", "closes", "hosts"]

    def __init__(self, *args, day, **kwargs):
        self.day, zone = day, ZoneInfo(day.school.time_zone)
        last = day.closes_at.astimezone(zone) - dt.timedelta(seconds=1)
        initial = {
            "name": day.name,
            "place": day.place,
            "opens": day.opens_at.astimezone(zone).date(),
            "closes": last.date(),
        }
        super().__init__(*args, initial=initial, **kwargs)
        seated = day.slots.values("host")
        self.fields["hosts"].queryset = staff_of([day.school_id]).exclude(pk__in=seated)

    def clean_closes(self):
        if self.cleaned_data["closes"] > self.day.until:
            raise forms.ValidationError(
                _("Booking ends on the last day of the conference at the latest.")
            )
        return self.cleaned_data["closes"]

    def values(self):
        """Return the fields that were changed, with their new values."""
        data = self.cleaned_data
        new = {"name": data["name"], "place": data["place"]} | self.opening(self.day.zone)
        return {name: value for name, value in new.items() if getattr(self.day, name) != value}


class ForFamilyForm(SubmissionFormMixin, CleanTextMixin, forms.Form):
    """A time for a family that called: one of the `families` [(key, words)] that the reader sees."""

    marks_optional = False
    family = choose(forms.ChoiceField, _("Which child, of which home?"), [], required=True)

    def __init__(self, *args, families, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["family"].choices = [("", _("Choose a child")), *families]
