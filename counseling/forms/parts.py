"""The parts of a plan, each as rows on one page: needs, team, steps, times, materials."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.db import transaction
from django.utils.text import capfirst
from django.utils.translation import gettext as _, gettext_lazy

from counseling.models import Domain, Material, Member, PlanNeed, Slot, Task
from counseling.reading.plan import read_by, weighs
from homeschool.forms import CleanTextMixin, DateBox, SubmissionFormMixin, TimeBox
from homeschool.people.models.weekday import Weekday
from visits.forms.step import NOT_IN_THE_LIST, choose
from visits.models.campaign import staff_of

from .plans import EditsMixin, ModelWords, check_year

MOST, EMPTY = 20, 2


class RowForm(CleanTextMixin, ModelWords, forms.ModelForm):
    """One row of a part; a row that is emptied goes away."""

    marks_optional = False

    def __init__(self, *args, plan, **kwargs):
        self.plan = plan
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.error_messages |= {
                "invalid_choice": NOT_IN_THE_LIST, "invalid_pk_value": NOT_IN_THE_LIST,
            }  # fmt: skip
            field.required = False

    @property
    def is_empty(self):
        """Whether nothing stands in the row that anybody wrote."""
        return not any(self.cleaned_data.get(name) for name in self._counted)

    # fields of which one keeps a row that stands, and those that a row has to have
    counts: tuple[str, ...] = ()
    wanted: tuple[str, ...] = ()

    @property
    def _counted(self):
        """The fields of which one makes it a row: of a new one all that hold a text, a choice or a day,
        so that nothing that was written is lost in silence."""
        if not self.empty_permitted:
            return self.counts
        return [n for n, field in self.fields.items() if not isinstance(field, forms.BooleanField)]

    def clean(self):
        data = super().clean()
        if any(data.get(name) or name in self.errors for name in self._counted):
            for name, field in self.fields.items():
                is_missing = name in self.wanted and data.get(name) in (None, "")
                if is_missing and name not in self.errors:
                    self.add_error(name, field.error_messages["required"])
        return data

    def values(self):
        """Return {column: value}."""
        return {name: self.cleaned_data[name] for name in self._meta.fields}

    def _post_clean(self):
        """Check the answers alone: rows are written together, by the plan's own lock."""


class StaffMixin:
    """For rows that may name a colleague of the school."""

    person = ""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        people = self.plan.colleagues
        field = choose(forms.ChoiceField, self.fields[self.person].label, people)
        row = getattr(self.instance, f"{self.person}_id")
        if row and str(row) not in dict(people):
            field.choices = [*people, (str(row), getattr(self.instance, self.person).full_name)]
        self.fields[self.person] = field
        self.initial[self.person] = str(row or "")

    def values(self):
        found = super().values()
        chosen = found.pop(self.person)
        return found | {f"{self.person}_id": chosen or None}


def colleagues(school):
    """Return [(id, name)] of the staff of a school who may be in a team (one query), nobody first."""
    people = staff_of(school).order_by("sort_key", "pk").values_list("pk", "full_name")
    return [("", _("a name that I write below")), *((str(pk), name) for pk, name in people)]


class NeedRow(RowForm):
    counts = ("domain", "words")
    wanted = ("domain", "weight")

    class Meta:
        model = PlanNeed
        fields = ["domain", "weight", "words"]
        widgets = {"words": forms.Textarea(attrs={"rows": 2, "lang": ""})}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        weights = [("", "—"), *((n, capfirst(weighs(n))) for n in range(1, 6))]
        self.fields["weight"] = forms.TypedChoiceField(
            label=self.fields["weight"].label, choices=weights, coerce=int, empty_value=None,
            required=False, error_messages={"invalid_choice": NOT_IN_THE_LIST},
        )  # fmt: skip
        self.fields["weight"].error_messages["required"] = _("How much does it weigh?")
        self.fields["domain"].choices = [("", "—"), *((c, capfirst(n)) for c, n in Domain.choices)]

    def shown(self):
        data = self.cleaned_data
        return f"{Domain(data['domain']).label} · {weighs(data['weight'])} · {data['words']}"


class MemberRow(StaffMixin, RowForm):
    counts = ("user", "name", "part")
    wanted = ("name",)
    person = "user"

    class Meta:
        model = Member
        fields = ["user", "name", "part"]
        labels = {"user": gettext_lazy("Colleague")}

    def clean(self):
        data = super().clean()
        names = dict(self.fields["user"].choices)
        if data.get("user") and not data.get("name"):
            data["name"] = names.get(data["user"], "")
            self.errors.pop("name", None)
        return data


class TaskRow(StaffMixin, RowForm):
    counts = ("what",)
    wanted = ("what", "side")
    person = "owner"

    class Meta:
        model = Task
        fields = ["what", "side", "owner", "owner_name", "due", "weekly", "at_home"]
        labels = {"owner": gettext_lazy("Colleague")}
        widgets = {"due": DateBox}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        sides = [("", "—"), *((c, capfirst(n)) for c, n in Task.Side.choices)]
        self.fields["side"].choices = sides

    def clean(self):
        data = super().clean()
        check_year(self, data, "due")
        if data.get("weekly") and data.get("due"):
            self.add_error("due", _("A step of every week has no one day. Take one of them away."))
        if data.get("weekly") and self.instance.done_at:
            self.add_error("weekly", _("This step is done already. Please write a new one."))
        return data


class SlotRow(RowForm):
    counts = ("starts", "place", "weekday")
    wanted = ("weekday", "starts", "minutes")

    class Meta:
        model = Slot
        fields = ["weekday", "starts", "minutes", "place"]
        widgets = {"starts": TimeBox}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        days = [("", "—"), *((c, n) for c, n in Weekday.choices)]
        self.fields["weekday"] = forms.TypedChoiceField(
            label=self.fields["weekday"].label, choices=days, coerce=int, empty_value=None,
            required=False, error_messages={"invalid_choice": NOT_IN_THE_LIST},
        )  # fmt: skip
        self.fields["weekday"].error_messages["required"] = _("On which day?")
        self.fields["starts"].error_messages["invalid"] = _("This is no time. Write it like 15:30.")


class MaterialRow(RowForm):
    counts = ("title", "pages")
    wanted = ("title",)

    class Meta:
        model = Material
        fields = ["title", "pages"]


@dataclass(frozen=True)
class Part:
    """One part: its rows, what the page is called, and how its formset is."""

    form: Any
    rows: str
    title: Any
    one_more: Any


PARTS = {
    "needs": Part(NeedRow, "needs", gettext_lazy("Why there is a plan"), gettext_lazy("One more need")),
    "team": Part(MemberRow, "team", gettext_lazy("The team"), gettext_lazy("One more person")),
    "steps": Part(TaskRow, "tasks", gettext_lazy("Steps"), gettext_lazy("One more step")),
    "times": Part(SlotRow, "slots", gettext_lazy("When it takes place"), gettext_lazy("One more time")),
    "materials": Part(MaterialRow, "materials", gettext_lazy("Books and materials"), gettext_lazy("One more")),
}  # fmt: skip


class HeadForm(EditsMixin, SubmissionFormMixin, CleanTextMixin, forms.Form):
    """What the rows of a part carry along: the key of the sending, and the count that was read."""


class PartForms:
    """The rows of one part of `plan` that `reader` may read, over `data` where they were sent.

    A need that hangs on a visit which the reader does not read, since it was taken into confidence,
    is left as it stands.
    """

    def __init__(self, name, plan, data=None, *, reader):
        self.name, self.plan, self.part = name, plan, PARTS[name]
        self.shown = getattr(plan, self.part.rows).all()
        if name == "needs":
            self.shown = self.shown.filter(read_by(reader))
        if name in ("team", "steps"):
            plan.colleagues = colleagues(plan.school)
        self.stand = list(self.shown)
        self.head = HeadForm(data, edits=plan.edits)
        model = self.part.form._meta.model
        factory = forms.modelformset_factory(
            model, form=self.part.form, extra=EMPTY, max_num=MOST, absolute_max=MOST + EMPTY
        )
        self.rows = factory(
            self._with_rows_that_stand(data),
            queryset=self.shown,
            form_kwargs={"plan": plan},
        )
        for form in self.rows.forms:
            form.fields["id"].required = False

    def _with_rows_that_stand(self, data):
        """Return what was sent without the ids of rows that the plan no longer has: somebody removed
        them meanwhile, and their text becomes a new row."""
        if data is None:
            return None
        data, stand = data.copy(), {str(row.pk) for row in self.stand}
        for name in data:
            if name.startswith("form-") and name.endswith("-id") and data[name] not in stand:
                data[name] = ""
        return data

    @property
    def checked(self):
        """What the summary of errors reads, in the order in which it stands on the page."""
        return [self.head, self.rows]

    @property
    def cleaned_data(self):
        return self.head.cleaned_data

    def is_valid(self):
        """Whether every row is right; two things to do at home are not."""
        valid = self.head.is_valid() & self.rows.is_valid()
        return valid and self._is_one_at_home() and self._is_everybody_once()

    def add_error(self, field, words):
        """Say what is wrong with all of it."""
        self.head.add_error(field, words)

    def _is_one_at_home(self):
        chosen = [form for form in self.written if form.cleaned_data.get("at_home")]
        for form in chosen[1:]:
            form.add_error(
                "at_home", _("One thing at home is enough: another step is marked already.")
            )
        return len(chosen) < 2

    def _is_everybody_once(self):
        seen: set = set()
        for form in self.written:
            person = form.cleaned_data.get("user")
            if person and person in seen:
                form.add_error("user", _("This person stands in the team already."))
                return False
            seen.add(person)
        return True

    @property
    def written(self):
        return [form for form in self.rows.forms if not form.is_empty]

    def keep(self, by):
        """Write the rows as they were sent. Raises Stale where somebody changed the plan since it was
        read, NotThatState for a closed plan."""
        with transaction.atomic():
            stands = self.plan.locked(self.head.edits)
            rows = getattr(stands, self.part.rows)
            kept = [form.instance.pk for form in self.written if form.instance.pk]
            self.shown.exclude(pk__in=kept).delete()
            if self.name == "steps":  # the mark goes from one to another
                rows.update(at_home=False)
            for form in self.written:
                if form.instance.pk:
                    rows.filter(pk=form.instance.pk).update(**form.values())
                else:
                    rows.create(**form.values())
            stands.touch("plan.changed", by, fields=[self.name])
        self.plan.refresh_from_db()
        return self.plan.get_absolute_url()

    # --- two writers at once -------------------------------------------------------------------------
    def both(self, stands):
        """Return [(what it is about, text of the other writer, text of this one)]."""
        return [
            (
                self.part.title,
                _lines(map(row_words, self.stand)),
                _lines(map(form_words, self.written)),
            )
        ]


def _lines(texts):
    return "\n".join(texts)


def row_words(row):
    """Return a row of a part as it stands, in one line."""
    form = next(part.form for part in PARTS.values() if part.form._meta.model is type(row))
    return _joined(
        getattr(row, name) for name in form._meta.fields if name not in ("owner", "user")
    )


def form_words(form):
    """Return a row of a part as it was written, in one line."""
    names = (name for name in form._meta.fields if name not in ("owner", "user"))
    return _joined(form.cleaned_data.get(name) for name in names)


def _joined(values):
    shown = (
        _("yes") if value is True else value for value in values if value not in (None, "", False)
    )
    return " · ".join(
        f"{value:%H:%M}" if hasattr(value, "minute") else str(value) for value in shown
    )
