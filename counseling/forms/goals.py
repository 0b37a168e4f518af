"""A goal: what is counted, from where, to where, by when."""

from decimal import Decimal

from django import forms
from django.utils.translation import gettext as _, gettext_lazy

from counseling.models import Goal
from counseling.reading.plan import plain
from homeschool.forms import CleanTextMixin, DateBox, SubmissionFormMixin

from .plans import EditsMixin, ModelWords, check_span

NUMBERS = ("baseline", "target", "least", "most", "step")
NOT_A_NUMBER = gettext_lazy("Please write a number, like 12 or 3.5.")


def number_field(label, **options):
    """Return the field of a number with two places at most."""
    return forms.DecimalField(
        label=label, max_digits=9, decimal_places=2,
        widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "any", "autocomplete": "off"}),
        error_messages={
            "invalid": NOT_A_NUMBER,
            "max_digits": gettext_lazy("This number is too large."),
            "max_whole_digits": gettext_lazy("This number is too large."),
            "max_decimal_places": gettext_lazy("Two places behind the point are enough."),
        },
        **options,
    )  # fmt: skip


class GoalForm(EditsMixin, SubmissionFormMixin, CleanTextMixin, ModelWords, forms.ModelForm):
    """One goal; the helper words ask what makes it SMART: specific, measured, within reach, relevant,
    with a day."""

    baseline = number_field(gettext_lazy("Where does the child stand now?"))
    target = number_field(gettext_lazy("Where shall it go?"))
    least = number_field(gettext_lazy("Smallest value that there is"), initial=0)
    most = number_field(gettext_lazy("Largest value that there is"), required=False)
    step = number_field(gettext_lazy("Smallest change that it shows"), initial=1)

    class Meta:
        model = Goal
        fields = [
            "statement", "matters", "measure", "unit", "baseline", "baseline_on", "target",
            "target_on", "least", "most", "step",
        ]  # fmt: skip
        labels = {
            "statement": gettext_lazy("The goal, in one sentence"),
            "matters": gettext_lazy("Why does it matter to the child?"),
            "measure": gettext_lazy("What is counted?"),
            "unit": gettext_lazy("In which unit?"),
            "baseline_on": gettext_lazy("Measured on"),
            "target_on": gettext_lazy("By when?"),
        }
        help_texts = {
            "statement": gettext_lazy("What will the child do, so that somebody else can see it?"),
            "measure": gettext_lazy("Something that two people count alike, like “words read in a minute”."),
            "unit": gettext_lazy("One word, like words, minutes, days."),
        }  # fmt: skip
        widgets = {"baseline_on": DateBox, "target_on": DateBox}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in NUMBERS:
            if isinstance(self.initial.get(name), Decimal):
                self.initial[name] = plain(self.initial[name])
        self.fields["target"].help_text = _(
            "Far enough to matter, near enough to reach. Less is better for absences: then write a "
            "smaller number."
        )
        self.fields["most"].help_text = _(
            "Like 5 for the days of a school week. Empty where there is no end."
        )

    @property
    def first(self):
        """The fields that every goal needs."""
        names = (
            "statement",
            "matters",
            "measure",
            "unit",
            "baseline",
            "baseline_on",
            "target",
            "target_on",
        )
        return [self[name] for name in names]

    @property
    def bounds(self):
        """The fields that most goals leave as they are."""
        return [self[name] for name in ("least", "most", "step")]

    @property
    def bounds_ask(self):
        """Whether something is wrong with these: then they stand open."""
        return any(field.errors for field in self.bounds)

    def clean(self):
        data = super().clean()
        check_span(self, data, "baseline_on", "target_on")
        if self._both(data, "baseline", "target") and data["baseline"] == data["target"]:
            self.add_error(
                "target", _("This is where the child stands already. Where shall it go?")
            )
        if data.get("step") is not None and data["step"] <= 0:
            self.add_error("step", _("The smallest change is more than nothing."))
        for name in ("baseline", "target"):
            self._check_within(data, name)
        return data

    @staticmethod
    def _both(data, one, other):
        return data.get(one) is not None and data.get(other) is not None

    def _check_within(self, data, name):
        if self._both(data, name, "least") and data[name] < data["least"]:
            self.add_error(name, _("This is less than the smallest value that there is."))
        if self._both(data, name, "most") and data[name] > data["most"]:
            self.add_error(name, _("This is more than the largest value that there is."))

    def values(self):
        """Return {column: value} as it was written."""
        return {name: self.cleaned_data[name] for name in self._meta.fields}

    def _post_clean(self):
        """Check the answers alone: the row is written by its verb."""
