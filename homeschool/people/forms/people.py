"""Forms about the accounts of a school's people."""

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from homeschool import names
from homeschool.forms import ChoiceBoxes, CleanTextMixin, SubmissionFormMixin
from homeschool.people.actions import persons
from homeschool.people.models import User

from .guardians import NOT_TO_BE_USED, PersonFields


class PeopleFilter(CleanTextMixin, forms.Form):
    """Whom the list of people shows."""

    marks_optional = False
    q = forms.CharField(label=_("Name, e-mail or phone"), required=False, max_length=200)


class PersonForm(SubmissionFormMixin, CleanTextMixin, PersonFields):
    """How a person of the school is called, spoken to and reached."""

    preferred_name = forms.CharField(
        label=_("Name to be called by"), max_length=names.LONGEST, required=False
    )
    phone = forms.RegexField(
        r"^[\d\s()+./-]*$", label=_("Phone"), required=False, max_length=32,
        error_messages={"invalid": _("Please write digits, like +86 411 5550 0100.")},
    )  # fmt: skip
    field_order = ["full_name", "preferred_name", "email", "phone", "language"]

    def __init__(self, *args, person, **kwargs):
        self.person = person
        phones = person.addresses.filter(channel="phone").order_by("pk")
        kwargs["initial"] = {
            "full_name": person.full_name,
            "preferred_name": person.preferred_name,
            "email": person.email,
            "phone": person.phone or phones.values_list("value", flat=True).first() or "",
            "language": person.language,
        }
        super().__init__(*args, **kwargs)
        self.fields["language"].required = bool(person.language)
        if not persons.may_get_email(person):
            del self.fields["email"]

    def clean_email(self):
        email = super().clean_email()
        if email and User.objects.having(email) not in (None, self.person):
            raise ValidationError(NOT_TO_BE_USED, code="not_to_be_used")
        return email

    def correct(self, by, school):
        """Set what was changed, with an Entry each."""
        data = {
            name: self.cleaned_data[name] for name in ("full_name", "preferred_name", "language")
        }
        more = {name: self.cleaned_data.get(name) for name in ("email", "phone")}
        changed = {name: value for name, value in more.items() if name in self.changed_data}
        persons.correct(self.person, by=by, school=school, **data, **changed)


class ResetReason(models.TextChoices):
    """Why a second step is taken away."""

    LOST = "lost", _("The phone or key is lost or stolen")
    NEW = "new", _("There is a new phone, and the old one is gone")
    LOCKED = "locked", _("Something went wrong while setting it up")


class ResetForm(SubmissionFormMixin, CleanTextMixin, forms.Form):
    """Why the second step is taken away, and of whom: the e-mail is typed once more."""

    marks_optional = False
    reason = forms.ChoiceField(label=_("Why?"), choices=ResetReason.choices, widget=ChoiceBoxes)
    email = forms.CharField(
        label=_("Type the e-mail of this person"), max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off", "dir": "ltr"}),
        help_text=_("So that it is the right one."),
    )  # fmt: skip

    def __init__(self, *args, person, **kwargs):
        super().__init__(*args, **kwargs)
        self.person = person

    def clean_email(self):
        email = self.cleaned_data["email"].strip().lower()
        if email != self.person.email:
            raise ValidationError(_("This is not the e-mail of this person."))
        return email
