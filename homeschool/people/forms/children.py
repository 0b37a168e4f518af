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
from homeschool.people import asked
from homeschool.people.models import Student

# A longer list of classes is no help: then the grade is chosen first.
MOST_CLASSES = 80
OLDEST = datetime.date(1900, 1, 1)


class FilterForm(CleanTextMixin, forms.Form):
    """The filters of a list: nothing in it has to be filled in."""

    marks_optional = False


def classes_with_children(user):
    """Return (school id, name, division id, name, class id, name) of the classes where `user`
    sees a child: one query that fills every filter of the list."""
    return [tuple(row.values()) for row in asked.classes_with_children(user)]


def _choices(rows, key, several):
    """Return the choices of one filter; a name that stands in several schools says its school."""
    found = {
        str(row[key]): f"{row[key + 1]} · {row[1]}" if several and key else row[key + 1]
        for row in rows
    }
    return list(found.items())


def _place(row, several):
    return f"{row[5]} · {row[1]}" if several else row[5]


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
        choices=Student.Status.choices, label=_("Status"), empty_label=_("everybody")
    )

    class Meta:
        model = Student
        form = FilterForm
        fields = []

    def __init__(self, data, queryset, user):
        super().__init__(data, queryset)
        rows = classes_with_children(user)
        self.several_schools = len({row[0] for row in rows}) > 1
        self.classes_of = {}
        for row in rows:
            self.classes_of.setdefault(str(row[2]), set()).add(str(row[4]))
        self.places = {row[4]: _place(row, self.several_schools) for row in rows}
        for key, name in ((0, "school"), (2, "division"), (4, "school_class")):
            self.filters[name].extra["choices"] = _choices(rows, key, self.several_schools)

    def found_by(self, queryset, name, value):
        return nearest_first(queryset.found_by(value), value)

    @cached_property
    def narrowing(self):
        """The fields beside the search box that have something to choose from."""
        self._offer_fewer_classes()
        fields = [self.form[name] for name in ("school", "division", "school_class", "status")]
        return [f for f in fields if len(f.field.widget.choices) > 2 or f.value()]

    def _offer_fewer_classes(self):
        """Draw, where there are very many classes, only those of the chosen grade.

        Every class in sight stays a right answer: a link to one works whatever is drawn.
        """
        field, chosen = self.form.fields["school_class"], self.data.get("school_class")
        if len(field.choices) > MOST_CLASSES:
            of_grade = self.classes_of.get(self.data.get("division"), set())
            field.widget.choices = [
                (code, words) for code, words in field.choices if code in {"", chosen, *of_grade}
            ]

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
