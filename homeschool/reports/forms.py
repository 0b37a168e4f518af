"""Forms of reports: what to show, as it stands in the address of the page."""

from typing import cast

from django import forms
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from homeschool.forms import ChoiceBoxes, CleanTextMixin
from homeschool.people.models import SchoolClass, Term
from homeschool.reports.models import PUBLIC_READERS, STAFF_READERS, ReportRun, counted_for
from homeschool.reports.term import PUBLIC, SHEETS, STAFF, WAYS_IN_WORDS, Filters
from visits.models import Aspect

# A longer list of classes is no help: then the grade or college is chosen first.
MOST_CLASSES = 80
FILTERS = ("division", "school_class", "mode", "aspect")


class TermReportForm(CleanTextMixin, forms.Form):
    """Which term, which sheet, for whom, and what narrows it; nothing in it has to be filled in.

    Where the address names no term, it is the one that runs, else the last that began.
    """

    marks_optional = False

    term = forms.ModelChoiceField(Term.objects.none(), label=_("Term"), empty_label=None)
    sheet = forms.ChoiceField(label=_("Sheet"))
    division = forms.ChoiceField(label=_("Grade or college"), required=False)
    school_class = forms.ChoiceField(label=_("Class"), required=False)
    mode = forms.ChoiceField(label=_("How people met"), required=False)
    aspect = forms.ChoiceField(label=_("What it was about"), required=False)
    audience = forms.ChoiceField(label=_("Who will read it"), widget=ChoiceBoxes)

    def __init__(self, data, *, user):
        self.user = user
        self.terms = Term.objects.visible_to(user, PUBLIC_READERS).select_related("school")
        super().__init__(self._filled(data))
        for field in self.fields.values():
            field.error_messages["invalid_choice"] = _("This is not to choose from (any more).")
        terms = self.terms.order_by("school__name", "-start")
        cast(forms.ModelChoiceField, self.fields["term"]).queryset = terms
        self.chosen = self._chosen_term()
        self._offer()

    def _filled(self, data):
        """Return the data with what the page shows to whom chooses nothing."""
        data = data.copy()
        if "term" not in data and (first := self._usual_term()):
            data["term"] = str(first.pk)
        data.setdefault("sheet", next(iter(SHEETS)))
        data.setdefault("audience", STAFF if self.sees_children else PUBLIC)
        return data

    def _usual_term(self):
        begun = self.terms.filter(start__lte=timezone.localdate()).order_by("-start").first()
        return begun or self.terms.order_by("start").first()

    def _chosen_term(self):
        try:
            return self.fields["term"].clean(self.data.get("term"))
        except forms.ValidationError:
            return None

    def _offer(self):
        """Offer what this term's school has, and what the reader may see of it."""
        self._choices("sheet", [(code, sheet.title) for code, sheet in SHEETS.items()])
        audiences = ReportRun.Audience.choices
        if not self.sees_children:
            audiences = [choice for choice in audiences if choice[0] == PUBLIC]
        self._choices("audience", audiences)
        if self.chosen is None:
            return
        smallest = {"smallest": self.chosen.school.smallest_group}
        self.fields["audience"].widget.hints = {
            STAFF: _("every figure"),
            PUBLIC: _("the whole school; groups under %(smallest)s hidden") % smallest,
        }
        self._offer_filters()

    def _offer_filters(self):
        divisions = {row[0]: row[1] for row in self.classes}
        self._choices("division", [("", _("all")), *divisions.items()])
        self._choices("school_class", [("", _("all classes")), *(row[2:] for row in self.classes)])
        self._choices("mode", [("", _("in person and online")), *WAYS_IN_WORDS.items()])
        aspects = list(self.chosen.school.aspects.all()) or [Aspect(code=c) for c in Aspect.SHIPPED]
        self._choices("aspect", [("", _("everything")), *((a.code, str(a)) for a in aspects)])

    def _choices(self, name, choices):
        cast(forms.ChoiceField, self.fields[name]).choices = choices

    @cached_property
    def sees_children(self):
        """Whether the reader has figures of children beside the public ones."""
        return bool(self.user.roles() & STAFF_READERS)

    @cached_property
    def classes(self):
        """(division code, its name, class code, its name) of the classes in sight (one query)."""
        if not self.sees_children:
            return []
        seen = counted_for(self.user, self.chosen, STAFF).filter(school_class=OuterRef("pk"))
        rows = SchoolClass.objects.filter(Exists(seen), school=self.chosen.school_id)
        columns = ("division__code", "division__name", "code", "name")
        return list(rows.order_by("division__code", "code").values_list(*columns))

    @cached_property
    def narrowing(self):
        """The filters that have something to choose from, as they are drawn."""
        if self.chosen is None or not self.sees_children:
            return []
        field = cast(forms.ChoiceField, self.fields["school_class"])
        division = self.data.get("division")
        if len(self.classes) > MOST_CLASSES:
            chosen = self.data.get("school_class")
            field.widget.choices = [("", _("all classes"))] + [
                row[2:] for row in self.classes if row[0] == division or row[2] == chosen
            ]
        fields = [self[name] for name in FILTERS]
        return [field for field in fields if len(field.field.widget.choices) > 2 or field.value()]

    @property
    def is_narrowed(self):
        """Whether one of the filters is set."""
        return any(field.value() for field in self.narrowing)

    @property
    def filters(self):
        """The Filters of a valid form; the public version has none."""
        if self.cleaned_data["audience"] == PUBLIC:
            return Filters()
        return Filters(**{name: self.cleaned_data[name] for name in FILTERS})

    @property
    def wishes(self):
        """What a valid form asks for, as address and hidden fields carry it; the sheet apart."""
        data = self.cleaned_data
        wishes = {"term": str(data["term"].pk), "audience": data["audience"]}
        return wishes | self.filters.as_dict()
