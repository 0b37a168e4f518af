"""Forms of plans: the list's filters, a new plan, what a plan says, its parts, a template."""

import uuid

from django import forms
from django.db.models import F
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from counseling.models import READERS, Plan
from counseling.reading import templates
from homeschool.forms import ChoiceBoxes, CleanTextMixin, DateBox, SubmissionFormMixin
from visits.forms.listing import (
    LATEST,
    NOT_A_DAY,
    OLDEST,
    AskedMixin,
    ChildFilterMixin,
    classes_in_sight,
    in_sight,
)
from visits.forms.step import NotTooLong, choose, line

LOOK_AT_THE_YEAR = _("Please look at the year again.")
LAST_BEFORE_FIRST = _("The last day must come after the first one.")
MINE, EVERYBODYS = "", "all"
BLANK, AFTER = "blank", "after:"
ONE = forms.ChoiceField


def day_field(label, **options):
    """Return the field of a day."""
    return forms.DateField(
        label=label, widget=DateBox, error_messages={"invalid": NOT_A_DAY}, **options
    )


def check_year(form, data, *names):
    """Say so where one of these days lies beyond the calendar of a school."""
    for name in names:
        if data.get(name) and not OLDEST <= data[name] <= LATEST:
            form.add_error(name, LOOK_AT_THE_YEAR)


def check_span(form, data, first, last):
    """Say what is wrong with the days from `first` to `last`."""
    check_year(form, data, first, last)
    if data.get(first) and data.get(last) and data[last] <= data[first]:
        form.add_error(last, LAST_BEFORE_FIRST)


def edits_field(edits):
    """Return the hidden field that says which state of a plan was on the page."""
    return forms.IntegerField(
        required=False, min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput, initial=edits
    )


class EditsMixin:
    """For forms over a plan that somebody read: `edits` says which state of it was on the page."""

    def __init__(self, *args, edits=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["edits"] = edits_field(edits)

    @property
    def edits(self):
        """The count that the page held; one that was never read is never right."""
        found = self.cleaned_data.get("edits")
        return -1 if found is None else found


class ModelWords:
    """For model forms whose rows are written by a verb: the columns' own bounds, and errors of
    lengths and days in the words of the portal."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if type(field) is forms.IntegerField:
                column = self._meta.model._meta.get_field(name)
                field.validators = [*field.validators, *column.validators]
            if isinstance(field, forms.CharField) and field.max_length:
                field.validators = [
                    v for v in field.validators if getattr(v, "code", "") != "max_length"
                ]
                field.validators.append(NotTooLong(field.max_length))
            if isinstance(field, forms.DateField):
                field.error_messages["invalid"] = NOT_A_DAY


class PlanFilter(AskedMixin, ChildFilterMixin, CleanTextMixin, forms.Form):
    """Which plans; every filter is named here, and a wrong value is answered in words."""

    marks_optional = False

    def __init__(self, data, user):
        self.user = user
        states = [("", _("open")), *_labels(Plan.State), ("all", _("all"))]
        whose = [(MINE, _("those that I look after")), (EVERYBODYS, _("all that I may read"))]
        self.base_fields = {
            "q": line(_("Find by a child’s name or number"), 100),
            "child": forms.CharField(required=False, widget=forms.HiddenInput),
            "whose": choose(ONE, _("Whose plans?"), whose),
            "school_class": choose(ONE, _("Class"), [("", _("all classes")), *classes_in_sight(user)]),
            "state": choose(ONE, _("State"), states),
            "due": forms.BooleanField(label=_("Only those whose review is due"), required=False),
        }  # fmt: skip
        super().__init__(data)

    @property
    def narrowing(self):
        """The fields beside the search box."""
        names = ["whose", "school_class", "state", "due"]
        if len(self.fields["school_class"].choices) < 3 and not self["school_class"].value():
            names.remove("school_class")
        return [self[name] for name in names]

    @property
    def is_narrowed(self):
        """Whether a filter beside the search box is set."""
        return any(field.value() for field in self.narrowing)

    def plans(self, today):
        """Return the plans that fit, the review that is due first on top, closed ones last; none
        where a value is wrong."""
        if not self.is_valid():
            return Plan.objects.none()
        data, found = self.cleaned_data, Plan.objects.visible_to(self.user, roles=READERS)
        if data["state"] == "":
            found = found.open()
        elif data["state"] != "all":
            found = found.filter(state=data["state"])
        if data["due"]:
            found = found.review_due(today)
        return self._of(found, data).order_by(
            F("closed_at").desc(nulls_first=True), F("next_review_on").asc(nulls_last=True),
            "-made_at", "pk",
        )  # fmt: skip

    def _of(self, found, data):
        """Narrow to the reader's own plans, to one child, to children that were searched for."""
        if data["child"]:
            return found.filter(student=data["child"])
        if data["whose"] == MINE:
            found = found.filter(owner=self.user.pk)
        if data["q"]:
            found = found.filter(student__in=in_sight(self.user).found_by(data["q"]))
        if data["school_class"]:
            found = found.filter(student__school_class=uuid.UUID(data["school_class"]))
        return found


class NewPlanForm(SubmissionFormMixin, CleanTextMixin, forms.Form):
    """A new plan for `student`: what it begins from, its name and its days."""

    def __init__(self, data=None, *, student, begins, ends, first=BLANK):
        self.student = student
        self.before = {f"{AFTER}{plan.pk}": plan for plan in templates.plans_before(student)}
        sources = [
            (BLANK, _("an empty sheet")),
            *(
                (key, f"{plan.title} ({date_format(plan.begins)})")
                for key, plan in self.before.items()
            ),
            *templates.choices_for(student),
        ]
        hints = {
            key: _(
                "Goes on from this plan: needs, open steps, and goals from where they stand now."
            )
            for key in self.before
        }
        known = {key for key, _name in sources}
        self.base_fields = {
            "source": choose(
                ONE, _("What does it begin from?"), sources, required=True,
                widget=ChoiceBoxes(hints=hints), initial=first if first in known else BLANK,
            ),
            "title": line(
                _("Name of the plan"), 120,
                help_text=_("Left empty, it is named like what it begins from."),
            ),
            "begins": day_field(_("First day"), initial=begins),
            "ends": day_field(_("Last day"), initial=ends),
        }  # fmt: skip
        super().__init__(data)

    def clean(self):
        data = super().clean()
        check_span(self, data, "begins", "ends")
        if data.get("source") == BLANK and "title" not in self.errors and not data.get("title"):
            self.add_error("title", _("What shall the plan be called?"))
        return data


class PlanForm(EditsMixin, SubmissionFormMixin, CleanTextMixin, ModelWords, forms.ModelForm):
    """What a plan says of itself."""

    class Meta:
        model = Plan
        fields = ["title", "about", "begins", "ends", "review_weeks"]
        widgets = {
            "begins": DateBox,
            "ends": DateBox,
            "about": forms.Textarea(attrs={"rows": 5, "lang": ""}),
        }

    def clean(self):
        data = super().clean()
        check_span(self, data, "begins", "ends")
        return data

    def values(self):
        """Return {column: value} as it was written."""
        return {name: self.cleaned_data[name] for name in self._meta.fields}

    def _post_clean(self):
        """Check the answers alone: the row is written by its verb, which looks at how it stands."""


class TemplateForm(SubmissionFormMixin, CleanTextMixin, forms.Form):
    """The name under which a plan is kept as a template of the school."""

    def __init__(self, *args, **kwargs):
        self.base_fields = self.base_fields | {
            "name": line(_("Name of the template"), 120, required=True)
        }
        super().__init__(*args, **kwargs)


def _labels(choices):
    return [(value, capfirst(label)) for value, label in choices.choices]
