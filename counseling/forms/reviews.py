"""What a person decides: at a review, at the end of a plan, at the end of the term."""

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from counseling.models import Plan, Review
from counseling.reading.words import day
from homeschool.forms import ChoiceBoxes, CleanTextMixin, SubmissionFormMixin
from visits.forms.step import answer, choose, line

from .plans import EditsMixin, edits_field

Decision, ONE = Review.Decision, forms.ChoiceField
ICONS = {
    Decision.CONTINUE: "check",
    Decision.MEND: "list-checks",
    Decision.CHANGE: "refresh-cw",
    Decision.FADE: "sprout",
    Decision.CLOSE: "x",
}


def outcomes(empty=None):
    """Return the choices of how a plan ended."""
    found = [(code, capfirst(label)) for code, label in Plan.Outcome.choices]
    return found if empty is None else [("", empty), *found]


class ReviewForm(EditsMixin, SubmissionFormMixin, CleanTextMixin, forms.Form):
    """The decision of a review: `suggested` stands chosen, and a reason is asked for in any case."""

    def __init__(self, data=None, *, suggested="", next_on="", **kwargs):
        decisions = [(code, capfirst(label)) for code, label in Decision.choices]
        hints = {
            Decision.CONTINUE: next_on,
            Decision.MEND: next_on,
            Decision.CHANGE: _("Write below what is different from today on."),
            Decision.CLOSE: _("Choose below what came of it."),
        }
        self.base_fields = {
            "decision": choose(
                ONE, _("You decide"), decisions, required=True, initial=suggested,
                widget=ChoiceBoxes(hints=hints, icons=ICONS),
            ),
            "change": line(_("What is different now?"), 200),
            "outcome": choose(ONE, _("What came of the plan?"), outcomes(_("not closed"))),
            "reason": answer(_("Your reason"), rows=2, limit=2000, required=True, lang=""),
        }  # fmt: skip
        super().__init__(data, **kwargs)

    def clean(self):
        data = super().clean()
        decision = data.get("decision")
        if decision == Decision.CHANGE and not data.get("change") and "change" not in self.errors:
            self.add_error("change", _("Write what is different from today on."))
        if decision == Decision.CLOSE and not data.get("outcome") and "outcome" not in self.errors:
            self.add_error("outcome", _("Choose what came of the plan."))
        return data

    def both(self, stands):
        """Return [(what it is about, what was decided last, what this one decides)]."""
        last = stands.reviews.select_related("by").first()
        theirs = ""
        if last:
            who = _("%(name)s on %(day)s") % {"name": last.by.full_name, "day": day(last.held_on)}
            theirs = f"{last.get_decision_display()}\n{last.reason}\n{who}"
        data = self.cleaned_data
        mine = [str(Decision(data["decision"]).label), data["change"], data["reason"]]
        return [(_("the decision"), theirs, "\n".join(filter(None, mine)))]

    def values(self):
        """Return what `Review.objects.hold` takes."""
        data = self.cleaned_data
        return {name: data[name] for name in ("decision", "reason", "change", "outcome")}


class CloseForm(SubmissionFormMixin, CleanTextMixin, forms.Form):
    """How a plan ended, and why."""

    def __init__(self, *args, **kwargs):
        self.base_fields = self.base_fields | {
            "outcome": choose(
                ONE, _("What came of the plan?"), outcomes(), required=True, widget=ChoiceBoxes
            ),
            "reason": answer(_("Your reason"), rows=3, limit=2000, required=True, lang=""),
        }
        super().__init__(*args, **kwargs)


class ClosingForm(SubmissionFormMixin, CleanTextMixin, forms.Form):
    """Many plans at the end of a term: for each what came of it and why; left open, it stays open.

    `edits_…` says which state of each plan was on the page.
    """

    marks_optional = False

    def __init__(self, data=None, *, plans):
        self.plans = plans
        self.base_fields = {}
        for plan in plans:
            self.base_fields[f"outcome_{plan.pk}"] = choose(
                ONE, _("What came of it?"), outcomes(_("stays open"))
            )
            self.base_fields[f"reason_{plan.pk}"] = line(_("Your reason"), 2000)
            self.base_fields[f"edits_{plan.pk}"] = edits_field(plan.edits)
        super().__init__(data)

    @property
    def rows(self):
        """Return (plan, what came of it, reason) as bound fields."""
        return [(p, self[f"outcome_{p.pk}"], self[f"reason_{p.pk}"]) for p in self.plans]

    def clean(self):
        data = super().clean()
        self._ask_what_came_of(data)
        chosen = [plan for plan in self.plans if data.get(f"outcome_{plan.pk}")]
        for plan in chosen:
            name = f"reason_{plan.pk}"
            if not data.get(name) and name not in self.errors:
                words = _("Why? Please write a reason for %(child)s.")
                self.add_error(name, words % {"child": plan.student.full_name})
        if not chosen and not self.errors:
            raise forms.ValidationError(_("Choose for at least one plan what came of it."))
        return data

    def _ask_what_came_of(self, data):
        """Say so where a reason stands alone: it would be lost."""
        for plan in self.plans:
            name = f"outcome_{plan.pk}"
            if data.get(f"reason_{plan.pk}") and not data.get(name) and name not in self.errors:
                words = _("There is a reason. Choose what came of the plan, or empty the reason.")
                self.add_error(name, words)

    def chosen(self):
        """Return [(plan, outcome, reason, edits)] of those that are to be closed."""
        data = self.cleaned_data
        return [
            (plan, data[f"outcome_{plan.pk}"], data[f"reason_{plan.pk}"], edits_of(data, plan))
            for plan in self.plans
            if data[f"outcome_{plan.pk}"]
        ]

    def again(self, changed):
        """Return the form with all that was written, to be sent again knowingly: `changed` are the
        plans, as they stand, that somebody changed meanwhile."""
        data = self.data.copy()
        for plan in changed:
            data[f"edits_{plan.pk}"] = plan.edits
        form = ClosingForm(data, plans=self.plans)
        form.full_clean()
        for plan in changed:
            words = _("Somebody changed this plan meanwhile. Please look at it and send again.")
            form.add_error(f"reason_{plan.pk}", words)
        return form


def edits_of(data, plan):
    """Return the count that the page held of a plan; one that was never read is never right."""
    found = data.get(f"edits_{plan.pk}")
    return -1 if found is None else found
