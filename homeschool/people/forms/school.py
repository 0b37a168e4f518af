"""Forms of a school's set-up: the school itself, terms, classes, staff, caseloads."""

import datetime
import zoneinfo

from django import forms
from django.conf import settings
from django.core.exceptions import NON_FIELD_ERRORS
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from homeschool import names
from homeschool.forms import (
    CheckBoxes,
    ChoiceBoxes,
    CleanTextMixin,
    DateBox,
    SubmissionFormMixin,
    TimeBox,
)
from homeschool.people import actions, sight
from homeschool.people.models import (
    Division,
    Membership,
    School,
    SchoolClass,
    Term,
)
from homeschool.people.models.school import all_languages

REGIONS = {
    "Africa": _("Africa"),
    "America": _("America"),
    "Antarctica": _("Antarctica"),
    "Asia": _("Asia"),
    "Atlantic": _("Atlantic Ocean"),
    "Australia": _("Australia"),
    "Europe": _("Europe"),
    "Indian": _("Indian Ocean"),
    "Pacific": _("Pacific Ocean"),
}


def time_zones():
    """Return the time zones of the world by region, each under the name of its city."""
    cities = {region: [] for region in REGIONS}
    for zone in sorted(zoneinfo.available_timezones()):
        region, _slash, city = zone.partition("/")
        if city and region in cities:
            cities[region].append((zone, city.replace("/", " · ").replace("_", " ")))
    return [(REGIONS[region], found) for region, found in cities.items()] + [
        ("UTC", [("UTC", "UTC")])
    ]


class OnceForm(SubmissionFormMixin, forms.Form):
    """Nothing to fill in: the button answers, and counts once."""


class SetUpForm(SubmissionFormMixin, CleanTextMixin, forms.ModelForm):
    """A row that belongs to `school`; what the database would refuse is said beside a field."""

    # field beside which a broken rule is told, when the rule names several columns
    rule_field = "code"

    def __init__(self, *args, school=None, **kwargs):
        super().__init__(*args, **kwargs)
        if school is not None:
            self.instance.school = school

    def _get_validation_exclusions(self):
        """Check the rules that name the school too, although it is no field of the form."""
        return super()._get_validation_exclusions() - {"school"}

    def _update_errors(self, errors):
        found = getattr(errors, "error_dict", {})
        for error in found.pop(NON_FIELD_ERRORS, []):
            if error.code == "unique_together":
                self.add_error(
                    "code", _("Your school has this code already. Please choose another one.")
                )
            else:
                found.setdefault(self.rule_field, []).append(error)
        super()._update_errors(errors)

    def keep(self, by):
        """Save the row with its Entry and return it."""
        return actions.keep(
            self.instance, by=by, fields=set(self.changed_data) - {"submission", "writer"}
        )


class SchoolForm(SetUpForm):
    """What a school says of itself, and how it works."""

    time_zone = forms.ChoiceField(
        label=_("Time zone"), choices=time_zones, initial="Asia/Shanghai",
        help_text=_("The city whose clocks show the time of your school."),
    )  # fmt: skip
    languages = forms.MultipleChoiceField(
        label=_("Languages of the families"), choices=settings.LANGUAGES, initial=all_languages,
        widget=CheckBoxes(row=True),
    )  # fmt: skip

    class Meta:
        model = School
        fields = [
            "name", "code", "kind", "time_zone", "languages", "letterhead",
            "two_staff_at_the_door", "photos", "plans_need_approval", "quiet_from", "quiet_until", "smallest_group",
        ]  # fmt: skip
        widgets = {
            "kind": ChoiceBoxes(
                hints={
                    School.Kind.UNIVERSITY: _("Every student holds the rights over the own record.")
                }
            ),
            "letterhead": forms.Textarea(attrs={"rows": 3}),
            "quiet_from": TimeBox,
            "quiet_until": TimeBox,
        }
        help_texts = {
            "name": _("As it stands on your letters, in any script."),
            "letterhead": _("Address and telephone, printed on top of letters."),
            "quiet_from": _("From then until the morning the portal sends no message."),
            "smallest_group": _(
                "Figures about fewer children than this are hidden from the public."
            ),
            "two_staff_at_the_door": _("Nobody goes to a family’s home alone."),
            "plans_need_approval": _(
                "Until then a plan that the family agreed to cannot be started."
            ),
            "photos": _(
                "Who made a visit can add up to six photos, each only after the family saw it and said yes "
                "to this one. The family can take its yes back at any time: the photo is erased at once. "
                "Switched off, nobody adds a photo; those that are there stay until they are erased."
            ),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = School.Kind.choices
        if not self.instance._state.adding:
            del self.fields["code"]

    def found(self, by):
        """Save the new school, with `by` as its first administrator, and return it."""
        return actions.found_school(self.instance, by=by)


class TermForm(SetUpForm):
    """A term, by its first and its last day."""

    rule_field = "start"
    last_day = forms.DateField(label=_("Last day"), widget=DateBox)

    class Meta:
        model = Term
        fields = ["name", "code", "start"]
        widgets = {"start": DateBox}
        help_texts = {
            "name": _("As people say it, like “Autumn 2026”."),
            "code": _("A short name for files and commands, like “2026-autumn”."),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.end:
            self.initial["last_day"] = self.instance.last_day

    def clean(self):
        super().clean()
        start, last_day = self.cleaned_data.get("start"), self.cleaned_data.get("last_day")
        if last_day == datetime.date.max:
            self.add_error("last_day", _("Please check the year."))
        elif last_day:
            self.instance.end = last_day + datetime.timedelta(days=1)
            if start and last_day < start:
                self.add_error("last_day", _("The last day lies before the first day."))
        return self.cleaned_data

    def _get_validation_exclusions(self):
        """Check the span of days once both of its ends are right."""
        found = super()._get_validation_exclusions()
        both = {"start", "last_day"} <= set(self.cleaned_data)
        return found - {"end"} if both else found


class ClassForm(SetUpForm):
    """A class, its grade or college, and who teaches it."""

    new_division = forms.CharField(
        label=_("Or a new grade or college"), max_length=120, required=False,
        help_text=_("Type its name, like “Grade 3”."),
    )  # fmt: skip
    field_order = ["name", "code", "division", "new_division", "adviser"]

    class Meta:
        model = SchoolClass
        fields = ["name", "code", "division", "adviser"]
        help_texts = {
            "name": _("As people say it, like “Class 3B”."),
            "code": _("A short name for files and commands, like “3b”."),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        school = self.instance.school
        division, adviser = self.fields["division"], self.fields["adviser"]
        division.queryset = Division.objects.filter(school=school)
        division.label, division.required = _("Grade or college"), False
        division.empty_label = _("a new one")
        adviser.queryset = (
            Membership.objects.open()
            .filter(school=school, role=sight.ADVISER)
            .select_related("user")
            .order_by("user__sort_key")
        )
        adviser.label_from_instance = lambda membership: membership.user.full_name
        adviser.empty_label = _("nobody yet")

    def clean(self):
        super().clean()
        division, typed = self.cleaned_data.get("division"), self.cleaned_data.get("new_division")
        if division and typed:
            self.add_error(
                "new_division", _("Choose one from the list or type a new one, not both.")
            )
        elif typed:
            self.cleaned_data["division"] = self._division_called(typed)
        elif not division and "division" not in self.errors:
            self.add_error("division", _("Choose a grade or college, or type a new one."))
        return self.cleaned_data

    def _division_called(self, name):
        """Return the division of this name, or a new one that is saved with the class."""
        rows = list(Division.objects.filter(school=self.instance.school))
        found = next((row for row in rows if names.plain(row.name) == names.plain(name)), None)
        if found:
            return found
        code, taken = slugify(name, allow_unicode=True)[:50] or "x", {row.code for row in rows}
        while code in taken:
            code += "-"
        return Division(school=self.instance.school, name=name, code=code)

    def _get_validation_exclusions(self):
        """A division that is still to be made is checked by this form alone."""
        return super()._get_validation_exclusions() | {"division"}

    def keep(self, by):
        """Save the class, and its division where that is new, with an Entry each."""
        division = self.instance.division
        if division._state.adding:
            actions.keep(division, by=by, fields=["name"])
            self.instance.division = division
        fields = set(self.changed_data) - {"submission", "writer"}
        if "new_division" in fields:
            fields = fields - {"new_division"} | {"division"}
        return actions.keep(self.instance, by=by, fields=fields)
