"""The list of needs, as its filters stand in the URL, and how a need ended."""

from django import forms
from django.db.models import Exists, OuterRef
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from homeschool.forms import ChoiceBoxes, CleanTextMixin, SubmissionFormMixin
from visits.models import Need
from visits.models.need import KINDS

from .campaigns import ExportForm
from .listing import AskedMixin, ChildFilterMixin, classes_in_sight, in_sight
from .step import choose, line

OPEN, ANSWERED, ALL = "", "answered", "all"
OUTCOME_ICONS = {
    Need.Outcome.MET: "check",
    Need.Outcome.PASSED_ON: "share-2",
    Need.Outcome.NOT_NEEDED: "x",
}


class NeedFilter(AskedMixin, ChildFilterMixin, CleanTextMixin, forms.Form):
    """Which needs: every filter is named here, and a wrong value is answered in words."""

    marks_optional = False

    def __init__(self, data, user):
        self.user = user
        one = forms.ChoiceField
        kinds = [(code, label) for code, label in Need.Kind.choices if code in KINDS]
        states = [(OPEN, _("open")), (ANSWERED, _("answered")), (ALL, _("all"))]
        self.base_fields = {
            "child": forms.CharField(required=False, widget=forms.HiddenInput),
            "kind": choose(one, _("Need"), [("", _("all")), *kinds]),
            "school_class": choose(
                one, _("Class"), [("", _("all classes")), *classes_in_sight(user)]
            ),
            "state": choose(one, _("State"), [(code, capfirst(label)) for code, label in states]),
        }
        super().__init__(data)

    def needs(self):
        """Return the needs that fit, open ones first, longest open on top; none where a value is
        wrong."""
        if not self.is_valid():
            return Need.objects.none()
        data, found = self.cleaned_data, Need.objects.visible_to(self.user).by_age()
        if data["state"] == OPEN:
            found = found.open()
        elif data["state"] == ANSWERED:
            found = found.exclude(resolved_at=None)
        if data["kind"]:
            found = found.filter(kind=data["kind"])
        if data["child"]:
            found = found.filter(student=data["child"])
        if data["school_class"]:
            children = in_sight(self.user).filter(
                pk=OuterRef("student"), school_class=data["school_class"]
            )
            found = found.filter(Exists(children))
        return found


class OutcomeForm(SubmissionFormMixin, CleanTextMixin, forms.Form):
    """How a need ended: one tap, and a word to it for whoever wants to write one."""

    def __init__(self, *args, **kwargs):
        self.base_fields = self.base_fields | {
            "outcome": choose(
                forms.ChoiceField,
                _("How did it end?"),
                [(code, capfirst(label)) for code, label in Need.Outcome.choices],
                required=True,
                widget=ChoiceBoxes(
                    icons=OUTCOME_ICONS,
                    hints={
                        Need.Outcome.MET: _("the child has what it needs"),
                        Need.Outcome.PASSED_ON: _("somebody else looks after it now"),
                        Need.Outcome.NOT_NEEDED: _("it has settled by itself"),
                    },
                ),
            ),
            "words": line(_("What helped, or who has it now?"), 500),
        }
        super().__init__(*args, **kwargs)


class NeedExportForm(ExportForm):
    """Taking needs along: as which file, and what for."""

    REASONS = (
        ("help", _("to arrange help")),
        ("leaders", _("to report to the school’s leaders")),
        ("check", _("to check the figures")),
    )
    reason = forms.ChoiceField(
        label=_("What do you need it for?"), choices=REASONS, widget=ChoiceBoxes
    )
