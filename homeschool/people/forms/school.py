"""Forms of a school's set-up: the school itself, terms, classes, staff, caseloads, the roster."""

import datetime
import zoneinfo

from django import forms
from django.conf import settings
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
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
from homeschool.people.importing import MAX_BYTES, MAX_ROWS_OF_A_PAGE, Unreadable, read_table
from homeschool.people.models import (
    Caseload,
    Division,
    Membership,
    School,
    SchoolClass,
    Student,
    Term,
    User,
)
from homeschool.people.models.school import all_languages

from .guardians import NOT_TO_BE_USED

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
            "two_staff_at_the_door", "quiet_from", "quiet_until", "smallest_group",
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


class StaffForm(SubmissionFormMixin, CleanTextMixin, forms.Form):
    """A person who works at the school, and the role."""

    WITHOUT_DIVISION = (sight.SCHOOL_ADMIN, sight.DISTRICT)

    full_name = forms.CharField(label=_("Name"), max_length=names.LONGEST)
    email = forms.EmailField(
        label=_("E-mail"), max_length=254,
        help_text=_("The person signs in with it, and is then asked to set up a second proof."),
    )  # fmt: skip
    role = forms.ChoiceField(
        label=_("Role"), choices=Membership.Role.choices,
        widget=ChoiceBoxes(
            hints={
                sight.ADVISER: _("sees the children of the own classes"),
                sight.COUNSELOR: _("sees the children of the caseload"),
                sight.LEADER: _("sees the whole school, or one grade or college"),
                sight.SCHOOL_ADMIN: _("sees the whole school, and sets it up"),
                sight.VOLUNTEER: _("sees no child yet"),
                sight.PARTNER: _("sees no child yet"),
                sight.DISTRICT: _("sees no child, only figures"),
            }
        ),
    )  # fmt: skip
    division = forms.ModelChoiceField(
        Division.objects.none(), label=_("Grade or college"), required=False,
        empty_label=_("the whole school"),
    )  # fmt: skip

    def __init__(self, *args, school, **kwargs):
        super().__init__(*args, **kwargs)
        self.school, self.user = school, None
        self.fields["division"].queryset = Division.objects.filter(school=school)

    def clean_email(self):
        email = self.cleaned_data["email"].strip().lower()
        self.user = User.objects.filter(email=email).first()
        if self.user and not (self.user.is_active and actions.is_known_at(self.school, self.user)):
            raise ValidationError(NOT_TO_BE_USED, code="not_to_be_used")
        return email

    def clean(self):
        super().clean()
        data = self.cleaned_data
        if data.get("division") and data.get("role") in self.WITHOUT_DIVISION:
            self.add_error("division", _("This role is always for the whole school."))
        if self.user and {"full_name", "role"} <= set(data):
            self._check_known_person(data)
        return data

    def _check_known_person(self, data):
        if names.plain(self.user.full_name) != names.plain(data["full_name"]):
            self.add_error(
                "full_name",
                ValidationError(
                    _(
                        "This e-mail belongs to %(name)s. Write the name the same way, or use another e-mail."
                    ),
                    params={"name": self.user.full_name},
                ),
            )
        open_roles = Membership.objects.open().filter(school=self.school, user=self.user)
        if open_roles.filter(role=data["role"], division=data.get("division")).exists():
            self.add_error("role", _("This person has this role already."))

    def add(self, by):
        """Give the person the role and return the Membership."""
        fields = ("full_name", "email", "role", "division")
        chosen = {name: self.cleaned_data[name] for name in fields}
        return actions.add_staff(self.school, by=by, user=self.user, **chosen)


class CaseloadForm(SubmissionFormMixin, CleanTextMixin, forms.Form):
    """A class, a grade or one child that a counselor is to look after."""

    marks_optional = False
    group = forms.ChoiceField(label=_("A whole class or grade"), required=False)
    number = forms.CharField(
        label=_("Or one child, by student number"), max_length=60, required=False
    )

    def __init__(self, *args, membership, **kwargs):
        super().__init__(*args, **kwargs)
        self.membership = membership
        self.classes = SchoolClass.objects.filter(school=membership.school)
        self.divisions = Division.objects.filter(school=membership.school)
        self.fields["group"].choices = [
            ("", _("no class or grade")),
            (_("Classes"), [(f"school_class:{row.pk}", row.name) for row in self.classes]),
            (
                _("Grades and colleges"),
                [(f"division:{row.pk}", row.name) for row in self.divisions],
            ),
        ]

    def clean_number(self):
        number = self.cleaned_data["number"].strip()
        if not number:
            return None
        student = Student.objects.filter(school=self.membership.school, number=number).first()
        if student is None:
            raise ValidationError(_("No child of this school has this number."))
        return student

    def clean(self):
        super().clean()
        group, student = self.cleaned_data.get("group"), self.cleaned_data.get("number")
        if group and student:
            self.add_error("number", _("Choose a class or grade, or name one child, not both."))
        elif not group and not student and not self.errors:
            self.add_error("group", _("Choose a class or grade, or name one child."))
        elif not self.errors and self._caseloads().filter(**self.target()).exists():
            self.add_error("group" if group else "number", _("This is on the caseload already."))
        return self.cleaned_data

    def _caseloads(self):
        return Caseload.objects.open().filter(membership=self.membership)

    def target(self):
        """Return what is to be looked after, as a Caseload names it."""
        if student := self.cleaned_data.get("number"):
            return {"student": student}
        field, _colon, pk = self.cleaned_data["group"].partition(":")
        return {f"{field}_id": pk}


class RosterForm(SubmissionFormMixin, forms.Form):
    """The sheet of children and guardians."""

    file = forms.FileField(
        label=_("Your sheet, as CSV or XLSX"), allow_empty_file=True, max_length=200,
        help_text=_("CSV in UTF-8 or GB18030; 5 MB at most. You see what it changes before it changes."),
    )  # fmt: skip
    known_classes_only = forms.BooleanField(
        label=_("Only classes that the school already has"), required=False,
        help_text=_("Otherwise a class that is missing is made."),
    )  # fmt: skip

    def clean_file(self):
        upload = self.cleaned_data["file"]
        try:
            table = read_table(upload.read(MAX_BYTES + 1), file=upload.name[-100:])
        except Unreadable as refusal:
            raise ValidationError(str(refusal), code="unreadable") from None
        if len(table.rows) > MAX_ROWS_OF_A_PAGE:
            raise ValidationError(
                _("A sheet may have %(number)s lines at most. Send the classes one after another."),
                params={"number": MAX_ROWS_OF_A_PAGE},
            )
        return table
