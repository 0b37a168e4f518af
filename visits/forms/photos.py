"""A photo of a visit, and the family's yes to it."""

from django import forms
from django.utils.translation import gettext_lazy as _

from homeschool.forms import ChoiceBoxes, CleanTextMixin, SubmissionFormMixin
from homeschool.uploads import PICTURES, FileField
from homeschool.uploads.fields import taken
from visits.models import Photo

from .step import choose

SOMEBODY_ELSE = "other"


class PhotoForm(SubmissionFormMixin, CleanTextMixin, forms.Form):
    """One photo, and who of the family said yes to it: `people` is {key: name and relation}."""

    file = FileField(
        kinds=PICTURES, label=_("The photo"),
        help_text=_("JPEG, PNG, WebP or HEIC, up to 10 MB. Where and when it was taken is removed."),
    )  # fmt: skip
    words = forms.CharField(
        label=_("What does it show?"), max_length=200, required=False,
        help_text=_("A few words for those who cannot see it. Name no child."),
    )  # fmt: skip
    said_by = choose(
        forms.ChoiceField, _("Who of the family said yes to this photo?"), [], required=True,
        widget=ChoiceBoxes,
    )  # fmt: skip
    name = forms.CharField(
        label=_("If it was somebody else: who?"), max_length=255, required=False,
        help_text=_("Name and relation, like “Rosa, the grandmother”."),
    )  # fmt: skip
    how = choose(
        forms.ChoiceField, _("How did they say it?"), Photo.How.choices, required=True,
        widget=ChoiceBoxes(row=True),
    )  # fmt: skip
    shown = forms.BooleanField(
        label=_("They saw this photo before they said yes"),
        error_messages={"required": _("Please show the photo to the family first.")},
    )

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        choices = [(str(key), words) for key, words in people.items()]
        self.fields["said_by"].choices = [*choices, (SOMEBODY_ELSE, _("Somebody else"))]

    def clean(self):
        data = super().clean()
        if (
            data.get("said_by") == SOMEBODY_ELSE
            and not data.get("name")
            and "name" not in self.errors
        ):
            self.add_error("name", _("Please write who said yes."))
        taken(self)
        return data

    def person(self, people):
        """Return the one of `people` who said yes, or None for somebody else."""
        return next((row for row in people if str(row.pk) == self.cleaned_data["said_by"]), None)
