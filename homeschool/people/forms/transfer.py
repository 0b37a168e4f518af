"""Forms of a child's way to another school of the portal."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from homeschool.forms import CleanTextMixin, SubmissionFormMixin
from homeschool.people.models import School, Student

from .leaving import ClassField, open_classes


class OfferForm(SubmissionFormMixin, CleanTextMixin, forms.Form):
    """To which school a child's record is offered."""

    to_school = forms.ModelChoiceField(
        School.objects.none(), label=_("Which school?"), empty_label=_("choose"),
        help_text=_("Only schools of this portal stand here."),
    )  # fmt: skip
    message = forms.CharField(
        label=_("A word to the other school"), max_length=1000, required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It is read before the other school says yes. Write nothing about the child that is not needed."),
    )  # fmt: skip

    def __init__(self, *args, student, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["to_school"].queryset = School.objects.exclude(pk=student.school_id)


class AcceptForm(SubmissionFormMixin, CleanTextMixin, forms.Form):
    """Where a child of another school goes in ours, and under which number."""

    school_class = ClassField()
    number = forms.CharField(label=_("Student number"), max_length=60)

    def __init__(self, *args, transfer, **kwargs):
        super().__init__(*args, **kwargs)
        self.transfer = transfer
        self.fields["school_class"].queryset = open_classes(transfer.to_school)
        self.initial.setdefault("number", transfer.number)

    def clean_number(self):
        number = self.cleaned_data["number"]
        taken = Student.objects.filter(school=self.transfer.to_school, number=number)
        if taken.exists():
            raise ValidationError(
                _("Another child of your school has this number. Please give a new one."),
                code="taken",
            )
        return number


class DeclineForm(SubmissionFormMixin, CleanTextMixin, forms.Form):
    """Why a child does not come to us."""

    words = forms.CharField(
        label=_("A word to the other school"), max_length=1000, required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
