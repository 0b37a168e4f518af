"""Forms about children: finding them, and mending what the school knows of them."""

import datetime

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Case, IntegerField, Q, Value, When
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from homeschool import names
from homeschool.forms import CleanTextMixin, DateBox, SubmissionFormMixin
from homeschool.people import asked, sight
from homeschool.people.models import Student

# A longer list of classes is no help: then the grade is chosen first.
MOST_CLASSES = 80
OLDEST = datetime.date(1900, 1, 1)
EVERYBODY = "all"


class FilterForm(CleanTextMixin, forms.Form):
    """The filters of a list: nothing in it has to be filled in."""

    marks_optional = False


def nearest_first(rows, text):
    """Order `rows` found by `text`: who is on roll, then who is not; in each, whole words, then
    beginnings of words, then the rest."""
    words = names.plain(text).split()
    if not words:
        return rows
    first = words[0]
    whole = Q(search_key__contains=f" {first} ") | Q(search_key__endswith=f" {first}")
    rank = Case(
        When(whole, then=Value(0)),
        When(search_key__contains=f" {first}", then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    gone = Case(When(status=Student.Status.ACTIVE, then=Value(0)), default=Value(1))
    return rows.order_by(gone, rank, "sort_key", "id")


class StudentFilter(django_filters.FilterSet):
    """The children list's filters, as they stand in its URL."""

    q = django_filters.CharFilter(
        method="found_by", label=_("Find a child by name or number"), max_length=100
    )
    school = django_filters.ChoiceFilter(
        field_name="school_id", label=_("School"), empty_label=_("all schools")
    )
    division = django_filters.ChoiceFilter(
        field_name="division_id", label=_("Grade or college"), empty_label=_("all")
    )
    school_class = django_filters.ChoiceFilter(
        field_name="school_class_id", label=_("Class"), empty_label=_("all classes")
    )
    status = django_filters.ChoiceFilter(
        choices=[*Student.Status.choices, (EVERYBODY, _("everybody"))],
        method="of_status",
        label=_("Status"),
        empty_label=_("on roll, or searched for"),
    )

    class Meta:
        model = Student
        form = FilterForm
        fields = []

    OF_SIGHT = ("school", "division", "school_class")

    def __init__(self, data, queryset, user, *, whole=True):
        super().__init__(data, queryset)
        self.user, self.whole = user, whole

    @cached_property
    def divisions(self):
        """The divisions and classes where the reader sees a child (one query)."""
        return asked.divisions_with_children(self.user)

    @cached_property
    def several_schools(self):
        """Whether the reader sees children of several schools; who works at one sees no other's."""
        of_staff = sight.roles_of(self.user) <= sight.STAFF_ROLES
        if of_staff and not self.whole and not sight.works_at_several(self.user):
            return False
        return len({row["of_school"] for row in self.divisions}) > 1

    @property
    def form(self):
        """The form; what there is to choose from is looked up where it is drawn or chosen."""
        if not hasattr(self, "_form"):
            form = super().form
            if any(self.data.get(name) for name in self.OF_SIGHT):
                self._offer(form)
        return self._form

    def _offer(self, form):
        for name, choices in self._offered().items():
            form.fields[name].choices = choices

    def _offered(self):
        """Return {field: choices}; what stands in several schools says its school.

        Where there are very many classes, those of the chosen grade; beside them every class in
        sight is a right answer: a link to one works.
        """
        rows, grade, chosen = (
            self.divisions,
            self.data.get("division"),
            self.data.get("school_class"),
        )
        schools = {row["of_school"]: row["school__name"] for row in rows}
        divisions = [
            (row["of_division"], self.of_school(row["division__name"], row)) for row in rows
        ]
        all_of_them = sum(len(row["classes"]) for row in rows) <= MOST_CLASSES
        classes = [
            (key, self.of_school(name, row))
            for row in rows
            for key, name in zip(row["classes"], row["names"], strict=True)
            if all_of_them or key == chosen or row["of_division"] == grade
        ]
        return {"school": list(schools.items()), "division": divisions, "school_class": classes}

    def of_school(self, name, row):
        """Return the name of a class or grade, with its school where the reader sees several."""
        return f"{name} · {row['school__name']}" if self.several_schools else name

    def found_by(self, queryset, name, value):
        return nearest_first(queryset.found_by(value), value)

    def of_status(self, queryset, name, value):
        return queryset if value == EVERYBODY else queryset.filter(status=value)

    def filter_queryset(self, queryset):
        """Staff see who is on roll, unless they ask for a status or search: who left is found then,
        last. A family sees its children, whatever became of them."""
        found, asked_for = super().filter_queryset(queryset), self.form.cleaned_data
        if asked_for.get("q") or asked_for.get("status"):
            return found
        return found.active() if sight.roles_of(self.user) & sight.STAFF_ROLES else found

    @cached_property
    def narrowing(self):
        """The fields beside the search box that have something to choose from."""
        self._offer(self.form)
        fields = [self.form[name] for name in ("school", "division", "school_class", "status")]
        return [f for f in fields if len(f.field.widget.choices) > 2 or f.value()]

    @property
    def is_narrowed(self):
        """Whether a filter beside the search box is set."""
        return any(field.value() for field in self.narrowing)

    def rows(self):
        """Return the children that fit; none where a value of the URL is wrong."""
        return self.qs if self.form.is_valid() else self.queryset.none()


class ChildForm(SubmissionFormMixin, CleanTextMixin, forms.ModelForm):
    """What the school knows of the child itself, as its administrator mends it."""

    class Meta:
        model = Student
        fields = ["full_name", "preferred_name", "birth_date", "sex", "home_language", "strengths"]
        widgets = {
            "birth_date": DateBox,
            "strengths": forms.Textarea(attrs={"rows": 5}),
        }

    def clean_birth_date(self):
        day = self.cleaned_data["birth_date"]
        if day and not OLDEST <= day <= timezone.localdate():
            raise ValidationError(_("A birth date lies between 1900 and today."), code="birth_date")
        return day

    def values(self):
        """Return the fields that were changed, with their new values."""
        return {n: self.cleaned_data[n] for n in self.changed_data if n in self._meta.fields}


class StrengthsForm(ChildForm):
    """What the child is good at, as those who know it write it down."""

    clean_birth_date = None

    class Meta(ChildForm.Meta):
        fields = ["strengths"]
