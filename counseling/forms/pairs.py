"""Two children who shall learn together, chosen by hand; and what a family said of the name."""

from django import forms
from django.utils.translation import gettext as _, gettext_lazy

from counseling.models.pair import LONGEST_SUBJECT
from counseling.reading.pairs import refusal
from homeschool.forms import ChoiceBoxes, CleanTextMixin, SubmissionFormMixin
from visits.forms.step import NOT_IN_THE_LIST, line


class _OfClass(forms.ModelChoiceField):
    def label_from_instance(self, child):
        return f"{child.full_name} ({child.school_class.name})"


class PairForm(SubmissionFormMixin, CleanTextMixin, forms.Form):
    """Who helps, who learns with it, and in what."""

    def __init__(self, *args, children, **kwargs):
        rows = children.select_related("school_class", "school").order_by("sort_key", "pk")
        wrong = {"invalid_choice": NOT_IN_THE_LIST}
        self.base_fields = self.base_fields | {
            "helper": _OfClass(rows, label=_("Who helps?"), error_messages=wrong),
            "helped": _OfClass(rows, label=_("Who learns with this child?"), error_messages=wrong),
            "subject": line(_("In what?"), LONGEST_SUBJECT, required=True),
        }
        super().__init__(*args, **kwargs)

    def refuse(self, reason):
        """Say why these two cannot be a pair."""
        field = {"helped": "helped", "helps": "helper", "same": "helped"}.get(reason)
        self.add_error(field, refusal(reason))


class SaidForm(SubmissionFormMixin, forms.Form):
    """What a family said: whether the other family may read its child's name."""

    SAID = (("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No")))

    said = forms.ChoiceField(
        label=gettext_lazy("May the other family read the name?"), choices=SAID,
        widget=ChoiceBoxes(row=True), error_messages={"invalid_choice": NOT_IN_THE_LIST},
    )  # fmt: skip

    @property
    def yes(self):
        return self.cleaned_data["said"] == "yes"
