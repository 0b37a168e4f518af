"""Forms of what became of an announcement: who tells a home, how it was told, and taking it along."""

from django import forms
from django.utils.translation import gettext_lazy as _

from homeschool.forms import ChoiceBoxes, CleanTextMixin, SubmissionFormMixin
from homeschool.people.models import User
from messaging.models import Telling


class PersonChoice(forms.ModelChoiceField):
    """A choice of staff by the name under which they are known."""

    def label_from_instance(self, person):
        return person.full_name


class TakeForm(SubmissionFormMixin, forms.Form):
    """Who of the school tells this home; `staff` (a queryset) are those who see the child."""

    marks_optional = False
    owner = PersonChoice(label=_("Who tells them?"), queryset=User.objects.none(), empty_label=None)

    def __init__(self, *args, staff, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = staff


class ToldForm(SubmissionFormMixin, CleanTextMixin, forms.Form):
    """That this home was told by a person, and how."""

    how = forms.ChoiceField(
        label=_("How were they told?"), choices=Telling.How, widget=ChoiceBoxes(row=True)
    )
    note = forms.CharField(label=_("What was said"), max_length=300, required=False)


class TakeAlongForm(SubmissionFormMixin, CleanTextMixin, forms.Form):
    """Taking the board along as a file: what for."""

    marks_optional = False
    REASONS = (
        ("ask", _("to call those who have not answered")),
        ("file", _("to keep it with the papers of the school")),
        ("check", _("to check the figures")),
    )
    reason = forms.ChoiceField(
        label=_("What do you need it for?"), choices=REASONS, widget=ChoiceBoxes
    )
