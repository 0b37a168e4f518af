"""What a family, or staff on its behalf, writes of the time after lessons."""

from django import forms
from django.utils.translation import gettext_lazy as _

from counseling.models import PickUp
from homeschool.forms import CleanTextMixin, SubmissionFormMixin


class PickUpForm(SubmissionFormMixin, CleanTextMixin, forms.ModelForm):
    """A person who may pick a child up."""

    class Meta:
        model = PickUp
        fields = ["name", "relation", "phone"]
        labels = {
            "name": _("Full name"),
            "relation": _("Who is that to the child?"),
            "phone": _("Telephone"),
        }
        help_texts = {
            "name": _("As it stands on the identity card: the school looks at it at the door."),
            "relation": _("Aunt, neighbour, driver of the bus."),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["phone"].widget = forms.TextInput(
            attrs={"inputmode": "tel", "autocomplete": "off", "maxlength": 40}
        )
        self.fields["name"].widget.attrs["autocomplete"] = "off"

    def clean_name(self):
        return " ".join(self.cleaned_data["name"].split())

    def validate_constraints(self):
        """A person that stands on the list already is no mistake: the line stands."""
