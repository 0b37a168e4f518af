"""Forms of a school's staff: who works here in which role, from when to when, and for whom."""

import datetime as dt
import zoneinfo

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from homeschool import names
from homeschool.forms import ChoiceBoxes, CleanTextMixin, DateBox, SubmissionFormMixin
from homeschool.people import actions, sight
from homeschool.people.models import (
    Caseload,
    Division,
    Membership,
    SchoolClass,
    Student,
    User,
)

from .guardians import NOT_TO_BE_USED

WITHOUT_DIVISION = (sight.SCHOOL_ADMIN, sight.DISTRICT)


def is_last_admin(membership):
    """Return whether the school would be without an administrator, some day, if this role ended."""
    if membership.role != sight.SCHOOL_ADMIN or membership.is_over:
        return False
    others = Membership.objects.open().filter(
        school=membership.school_id, role=sight.SCHOOL_ADMIN, until=None, user__is_active=True
    )
    return not others.exclude(pk=membership.pk).exists()


class SpanFields(forms.Form):
    """From which day to which day a role holds, by the school's clock; both may stay empty."""

    first_day = forms.DateField(
        label=_("First day"), widget=DateBox, required=False,
        help_text=_("Empty: from now on."),
    )  # fmt: skip
    last_day = forms.DateField(
        label=_("Last day"), widget=DateBox, required=False,
        help_text=_("Empty: until somebody ends it."),
    )  # fmt: skip

    @property
    def zone(self):
        return zoneinfo.ZoneInfo(self.school.time_zone)

    def _begin_of(self, day):
        return dt.datetime.combine(day, dt.time.min, tzinfo=self.zone)

    def _check_days(self):
        """Refuse days that lie in the past, or are reversed."""
        today = timezone.localdate(timezone=self.zone)
        first, last = self.cleaned_data.get("first_day"), self.cleaned_data.get("last_day")
        if dt.date.max in (first, last):
            self.add_error(
                "last_day" if last == dt.date.max else "first_day", _("Please check the year.")
            )
        elif first and first < today:
            self.add_error("first_day", _("This day is over. Leave it empty for today."))
        elif last and last < max(first or today, today):
            self.add_error(
                "last_day", _("The last day lies before the first day, or before today.")
            )

    def span(self, begins=None):
        """Return (since, until) as they were chosen; `begins` stands where no first day was."""
        first, last = self.cleaned_data.get("first_day"), self.cleaned_data.get("last_day")
        today = timezone.localdate(timezone=self.zone)
        later = first and first > today
        since = self._begin_of(first) if later else begins or timezone.now()
        return since, self._begin_of(last + dt.timedelta(days=1)) if last else None

    def _is_held(self, rows, since, until):
        """Return whether one of `rows` holds at some moment of this span."""
        rows = rows.filter(Q(until=None) | Q(until__gt=since))
        return (rows.filter(since__lt=until) if until else rows).exists()


class StaffForm(SubmissionFormMixin, CleanTextMixin, SpanFields):
    """A person who works at the school, and the role."""

    field_order = ["full_name", "email", "role", "division", "first_day", "last_day"]

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
                sight.VOLUNTEER: _("sees the children of the sessions that it leads"),
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
        self.user = User.objects.having(email)
        if self.user and not (self.user.is_active and actions.is_known_at(self.school, self.user)):
            raise ValidationError(NOT_TO_BE_USED, code="not_to_be_used")
        return email

    def clean(self):
        super().clean()
        data = self.cleaned_data
        self._check_days()
        if data.get("division") and data.get("role") in WITHOUT_DIVISION:
            self.add_error("division", _("This role is always for the whole school."))
        if self.user and not self.errors and {"full_name", "role"} <= set(data):
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
        same = Membership.objects.filter(school=self.school, user=self.user, role=data["role"])
        if self._is_held(same.filter(division=data.get("division")), *self.span()):
            self.add_error("role", _("This person has this role already."))

    def add(self, by):
        """Give the person the role and return the Membership."""
        fields = ("full_name", "email", "role", "division")
        chosen = {name: self.cleaned_data[name] for name in fields}
        chosen["since"], chosen["until"] = self.span()
        return actions.add_staff(self.school, by=by, user=self.user, **chosen)


class RoleForm(SubmissionFormMixin, CleanTextMixin, SpanFields):
    """A role that stands: its grade or college, and from when to when."""

    division = forms.ModelChoiceField(
        Division.objects.none(), label=_("Grade or college"), required=False,
        empty_label=_("the whole school"),
    )  # fmt: skip
    field_order = ["division", "first_day", "last_day"]

    def __init__(self, *args, membership, **kwargs):
        self.membership, self.school = membership, membership.school
        last = membership.last_moment
        kwargs["initial"] = {
            "division": membership.division_id,
            "first_day": timezone.localdate(membership.since, self.zone),
            "last_day": last and timezone.localdate(last, self.zone),
        }
        super().__init__(*args, **kwargs)
        self.fields["division"].queryset = Division.objects.filter(school=self.school)
        if membership.role in WITHOUT_DIVISION:
            del self.fields["division"]
        if membership.since <= timezone.now():
            del self.fields["first_day"]

    def clean(self):
        super().clean()
        if not self.errors:
            self._check_days()
        if self.cleaned_data.get("last_day") and is_last_admin(self.membership):
            self.add_error(
                "last_day",
                _("This is the only administrator of the school. Add another one first."),
            )
        if not self.errors and self._is_held(self._others(), *self.chosen_span()):
            self.add_error(None, _("This person has this role already in some of these days."))
        return self.cleaned_data

    def _others(self):
        mine = self.membership
        rows = Membership.objects.filter(school=self.school, user=mine.user_id, role=mine.role)
        return rows.filter(division=self.values().get("division", mine.division)).exclude(
            pk=mine.pk
        )

    def chosen_span(self):
        """Return (since, until) of the role as it is to be."""
        begun = "first_day" not in self.fields
        return self.span(begins=self.membership.since if begun else None)

    def values(self):
        """Return what is to be set on the role, by field."""
        found = {"division": self.cleaned_data.get("division")} if "division" in self.fields else {}
        since, until = self.chosen_span()
        return found | {"since": since, "until": until}


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
        self.classes = SchoolClass.objects.open().filter(school=membership.school)
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
        student = (
            Student.objects.active().filter(school=self.membership.school, number=number).first()
        )
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
