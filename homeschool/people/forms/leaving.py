"""Forms about a child that leaves, comes back or changes class, and about several at once."""

import datetime

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from homeschool.forms import CheckBoxes, ChoiceBoxes, CleanTextMixin, DateBox, SubmissionFormMixin
from homeschool.people.models import Leaving, SchoolClass, Student

OLDEST = datetime.date(1900, 1, 1)


def open_classes(school):
    """Return the homeroom classes of a school that children go to, by grade and code."""
    rows = SchoolClass.objects.filter(school=school, kind=SchoolClass.Kind.HOMEROOM).open()
    return rows.select_related("division").order_by("division__code", "code")


class ClassField(forms.ModelChoiceField):
    """One class of a school, named with its grade or college."""

    def __init__(self, **kwargs):
        super().__init__(
            SchoolClass.objects.none(), label=_("Class"), empty_label=_("choose"), **kwargs
        )

    def label_from_instance(self, school_class):
        return f"{school_class.name} · {school_class.division.name}"


class LeaveForm(SubmissionFormMixin, CleanTextMixin, forms.ModelForm):
    """When somebody left, and where to."""

    class Meta:
        model = Leaving
        fields = ["on", "where", "note"]
        widgets = {
            "on": DateBox,
            "where": ChoiceBoxes,
            "note": forms.Textarea(attrs={"rows": 3}),
        }
        labels = {"on": _("Last day at school")}
        help_texts = {
            "note": _("Only leaders and administrators of the school read it. The family does not.")
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["where"].choices = Leaving.Where.choices
        self.initial.setdefault("on", timezone.localdate())

    def clean_on(self):
        day = self.cleaned_data["on"]
        if day > timezone.localdate():
            raise ValidationError(
                _("This day has not come yet. Children stay on roll until their last day."),
                code="ahead",
            )
        if day < OLDEST:
            raise ValidationError(_("Please check the year."), code="year")
        return day

    def values(self):
        """Return day, where to and note, as `Leaving.objects.begin` takes them."""
        return {name: self.cleaned_data[name] for name in self._meta.fields}


class ChildrenField(forms.ModelMultipleChoiceField):
    """Some of the children of a class."""

    def __init__(self, **kwargs):
        super().__init__(Student.objects.none(), widget=CheckBoxes, **kwargs)

    def label_from_instance(self, student):
        return f"{student.full_name} · {student.number}"


class LeaveTogetherForm(LeaveForm):
    """Several children of one class who left on one day for one place."""

    children = ChildrenField(label=_("Who has left?"))
    field_order = ["children", "on", "where", "note"]

    def __init__(self, *args, school_class, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["children"].queryset = Student.objects.active().filter(
            school_class=school_class
        )


class ToClassForm(SubmissionFormMixin, forms.Form):
    """The class into which a child goes."""

    school_class = ClassField()

    def __init__(self, *args, school, without=None, **kwargs):
        super().__init__(*args, **kwargs)
        rows = open_classes(school)
        self.fields["school_class"].queryset = rows.exclude(pk=without) if without else rows
