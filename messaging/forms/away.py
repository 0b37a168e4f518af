"""Being away, and when somebody usually answers."""

import datetime as dt

from django import forms
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.formats import date_format
from django.utils.translation import gettext as _, gettext_lazy

from homeschool.forms import CheckBoxes, CleanTextMixin, DateBox, SubmissionFormMixin, TimeBox
from homeschool.people.models import User
from homeschool.people.models.weekday import Weekday
from messaging.models import Away, OfficeHours
from messaging.models.away import MayNotStandIn, staff_of

NOT_A_DAY = gettext_lazy("This is not a day. Write it like 2026-11-26.")
NOT_A_TIME = gettext_lazy("Please write a time like 16:30.")
NOT_IN_THE_LIST = gettext_lazy("This is not one of the answers. Please choose from the list.")
LONGEST = dt.timedelta(days=366)


class _Person(forms.ModelChoiceField):
    """One of the staff, by name."""

    def __init__(self, **options):
        super().__init__(User.objects.none(), **options)
        self.error_messages["invalid_choice"] = NOT_IN_THE_LIST

    def label_from_instance(self, person):
        return person.full_name


def _day(label, **options):
    return forms.DateField(
        label=label, widget=DateBox, error_messages={"invalid": NOT_A_DAY}, **options
    )


class AwayForm(SubmissionFormMixin, CleanTextMixin, forms.Form):
    """When somebody of `school` is away, and who answers; a `setter` says it of colleagues, too."""

    person = _Person(label=gettext_lazy("Who is away?"))
    since = _day(gettext_lazy("First day"))
    until = _day(gettext_lazy("Last day"), help_text=gettext_lazy("Still away on this day."))
    substitute = _Person(
        label=gettext_lazy("Who answers meanwhile?"),
        required=False,
        empty_label=gettext_lazy("nobody"),
        help_text=gettext_lazy(
            "This colleague reads and answers the conversations, as far as it sees the child itself."
        ),
    )
    words = forms.CharField(
        label=gettext_lazy("What families read"),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2, "lang": ""}),
        help_text=gettext_lazy("Like: For what cannot wait, please call the office."),
    )

    def __init__(self, *args, user, school, setter, today, **kwargs):
        super().__init__(*args, **kwargs)
        self.user, self.school, self.today = user, school, today
        staff = User.objects.filter(pk__in=staff_of(school).values("user"))
        self.fields["substitute"].queryset = staff.order_by("sort_key", "pk")
        if setter:
            # neither in its own place nor in that of whom it calls away: that would open its conversations
            self.fields["substitute"].queryset = staff.exclude(pk=user.pk).order_by(
                "sort_key", "pk"
            )
            self.fields["person"].queryset = staff.order_by("sort_key", "pk")
            self.initial.setdefault("person", user.pk)
        else:
            del self.fields["person"]
        self.initial.setdefault("since", today)

    @property
    def person_away(self):
        """Who is away: the one that was chosen, else whoever fills the form in."""
        return self.cleaned_data.get("person") or self.user

    def clean(self):
        data = super().clean() or self.cleaned_data
        since, until = data.get("since"), data.get("until")
        if data.get("substitute") and data["substitute"] == self.person_away:
            self.add_error(
                "substitute", _("Nobody stands in for itself. Please choose a colleague.")
            )
        if since and until:
            self._check_days(since, until)
        return data

    def _check_days(self, since, until):
        if until < since:
            self.add_error("until", _("The last day is before the first one."))
        elif until < self.today:
            self.add_error("until", _("These days are over."))
        elif until - since > LONGEST:
            self.add_error("until", _("This is longer than a year. Please choose an earlier day."))
        elif not self.errors.get("person"):
            before = Away.objects.overlapping(self.person_away, since, until).first()
            if before:
                self.add_error("since", self.overlap(before))

    def overlap(self, before):
        """Return the sentence that says which time away stands on these days."""
        words = {
            "name": self.person_away.full_name,
            "since": date_format(before.since, "DATE_FORMAT"),
            "until": date_format(before.until, "DATE_FORMAT"),
        }
        return (
            _(
                "%(name)s is away already from %(since)s to %(until)s. "
                "End that one first, or choose other days."
            )
            % words
        )

    def keep(self, by):
        """Write it down and return the row. Raises AwayTwice, MayNotStandIn: `refused` says it."""
        data = self.cleaned_data
        return Away.objects.announce(
            self.person_away, self.school, since=data["since"], until=data["until"], by=by,
            substitute=data["substitute"], words=data["words"],
        )  # fmt: skip

    def refused(self, error):
        """Say beside the field what a colleague changed meanwhile."""
        if isinstance(error, MayNotStandIn):
            self.add_error("substitute", NOT_IN_THE_LIST)
            return
        data = self.cleaned_data
        days = (self.person_away, data["since"], data["until"])
        before = Away.objects.overlapping(*days).first()
        words = self.overlap(before) if before else _("Somebody else changed this meanwhile.")
        self.add_error("since", words)


class OfficeForm(SubmissionFormMixin, CleanTextMixin, forms.Form):
    """On which weekdays and between which times somebody usually answers."""

    weekdays = forms.TypedMultipleChoiceField(
        label=gettext_lazy("On which days?"),
        choices=[(day, WEEKDAYS_ABBR[day - 1]) for day in Weekday],
        coerce=int,
        required=False,
        widget=CheckBoxes(row=True),
        help_text=gettext_lazy("No day: families read nothing about it."),
        error_messages={"invalid_choice": NOT_IN_THE_LIST, "invalid_list": NOT_IN_THE_LIST},
    )
    begins = forms.TimeField(
        label=gettext_lazy("From"), widget=TimeBox, required=False,
        error_messages={"invalid": NOT_A_TIME},
    )  # fmt: skip
    ends = forms.TimeField(
        label=gettext_lazy("Until"), widget=TimeBox, required=False,
        error_messages={"invalid": NOT_A_TIME},
    )  # fmt: skip
    marks_optional = False

    def __init__(self, *args, stands=None, **kwargs):
        super().__init__(*args, **kwargs)
        if stands is not None:
            for name in ("weekdays", "begins", "ends"):
                self.initial.setdefault(name, getattr(stands, name))

    def clean(self):
        data = super().clean() or self.cleaned_data
        if data.get("weekdays"):
            for name in ("begins", "ends"):
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, _("From when until when? Please write both times."))
        begins, ends = data.get("begins"), data.get("ends")
        if begins and ends and ends <= begins:
            self.add_error("ends", _("It ends before it begins."))
        return data

    def keep(self, school, person, by):
        """Keep them for `person`, or (None) for whoever of the school says nothing else."""
        data = self.cleaned_data
        return OfficeHours.objects.keep(
            school, person, weekdays=data["weekdays"], begins=data["begins"], ends=data["ends"],
            by=by,
        )  # fmt: skip
