"""Forms of the new year: what each class of a grade does next, and who stays behind."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from homeschool.forms import ChoiceBoxes, CleanTextMixin, SubmissionFormMixin
from homeschool.people.actions import new_year
from homeschool.people.actions.next_steps import LEAVE, NOBODY, OPEN, SAME, STAY, UP
from homeschool.people.models import Student
from homeschool.people.models.school import code_validator

from .leaving import ChildrenField

STEPS = ((UP, _("moves up")), (STAY, _("stays as it is")), (LEAVE, _("leaves school")))


class StepForm(CleanTextMixin, forms.Form):
    """What one class does next."""

    marks_optional = False
    step = forms.ChoiceField(label=_("Next step"), choices=STEPS, widget=ChoiceBoxes(row=True))
    name = forms.CharField(label=_("New name"), max_length=120, required=False)
    code = forms.CharField(
        label=_("New code"), max_length=60, required=False, validators=[code_validator]
    )
    division = forms.ChoiceField(label=_("Grade or college then"), required=False)
    new_division = forms.CharField(
        label=_("Or a new grade or college"), max_length=120, required=False
    )
    teacher = forms.ChoiceField(label=_("Class teacher then"))

    def __init__(self, *args, plan, step, **kwargs):
        super().__init__(*args, initial=step.choices, prefix=step.key, **kwargs)
        self.of = step
        self.fields["division"].choices = [
            ("", _("a new one")),
            *((str(row.pk), row.name) for row in plan.divisions),
        ]
        self.fields["teacher"].choices = [
            (SAME, self._same_words(step.row)),
            (NOBODY, _("nobody yet")),
            *((key, role.user.full_name) for key, role in plan.teachers.items()),
        ]

    @staticmethod
    def _same_words(row):
        if row.adviser is None:
            return _("as now: nobody")
        return _("as now: %(name)s") % {"name": row.adviser.user.full_name}

    def clean(self):
        super().clean()
        data = self.cleaned_data
        if data.get("step") == UP:
            for name in ("name", "code"):
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, _("Please fill this in, or keep the class as it is."))
            if data.get("division") and data.get("new_division"):
                self.add_error(
                    "new_division", _("Choose one from the list or type a new one, not both.")
                )
            elif not data.get("division") and not data.get("new_division"):
                self.add_error("division", _("Choose a grade or college, or type a new one."))
        elif data.get("step"):
            data["name"], data["code"] = self.of.row.name, self.of.row.code
            data["division"], data["new_division"] = str(self.of.row.division_id), ""
        return data


class GradeForm(SubmissionFormMixin, forms.Form):
    """What the classes of one grade or college do next: a StepForm for each."""

    def __init__(self, data=None, *, plan, steps, **kwargs):
        super().__init__(data, **kwargs)
        self.parts = [StepForm(data, plan=plan, step=step) for step in steps]

    def is_valid(self):
        """Whether every class has a right answer."""
        return all([super().is_valid(), *(part.is_valid() for part in self.parts)])

    @property
    def chosen(self):
        """{class: choices}, as the draft keeps them."""
        return {part.of.key: part.cleaned_data for part in self.parts}


class BehindForm(SubmissionFormMixin, CleanTextMixin, forms.Form):
    """Which children of a class do not go along, and the class to which they go."""

    marks_optional = False
    children = ChildrenField(label=_("Who does not go along with the class?"), required=False)
    target = forms.ChoiceField(label=_("To which class do they go?"), required=False)

    def __init__(self, *args, plan, step, **kwargs):
        super().__init__(*args, **kwargs)
        self.plan = plan
        self.fields["children"].queryset = Student.objects.active().filter(school_class=step.row)
        self.fields["target"].choices = [("", _("choose")), *self._targets(step)]
        if step.behind:
            self.initial |= {"children": step.behind, "target": plan.behind[step.behind[0]]}

    def _targets(self, step):
        for other in self.plan.steps:
            if other is not step and other.step not in (LEAVE, OPEN):
                words = {"then": other.name_then, "now": other.row.name}
                same = other.name_then == other.row.name
                name = other.row.name if same else _("%(then)s (now %(now)s)") % words
                yield other.key, name

    def clean(self):
        super().clean()
        data = self.cleaned_data
        if data.get("children") and not data.get("target") and "target" not in self.errors:
            self.add_error("target", _("Please choose the class to which they go."))
        return data

    def keep(self, school_class, by):
        """Keep the answer in the draft of the school."""
        target = self.plan.by_key.get(self.cleaned_data["target"])
        children = [row.pk for row in self.cleaned_data["children"]]
        new_year.keep_behind(school_class, children, target and target.row, by=by)


class CheckedForm(SubmissionFormMixin, forms.Form):
    """The confirmation of what was checked."""

    digest = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def clean_digest(self):
        digest = self.cleaned_data["digest"]
        if len(digest) != 64:
            raise ValidationError(_("Please look at the page again."))
        return digest
