"""The filters of the list of visits, as they stand in its URL."""

import datetime as dt
import uuid

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef
from django.db.models.functions import Coalesce
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from homeschool.forms import CleanTextMixin, DateBox
from homeschool.people.models import SchoolClass, Student
from visits.models import Visit, VisitChild, Visitor
from visits.models.record import READERS

from .step import choose, line

NOT_A_DAY = _("This is not a day. Write it like 2026-11-26.")
OLDEST, LATEST = dt.date(2000, 1, 1), dt.date(2099, 12, 31)


def in_sight(user):
    """Return the children whose visits `user` reads as staff."""
    return Student.objects.visible_to(user, roles=READERS)


def classes_in_sight(user):
    """Return [(id, name)] of their classes, the school named where there are several (one query)."""
    there = Exists(in_sight(user).filter(school_class=OuterRef("pk")))
    rows = list(
        SchoolClass.objects.filter(there)
        .order_by("school__name", "division__code", "code")
        .values_list("pk", "name", "school__name")
    )
    several = len({row[2] for row in rows}) > 1
    return [(str(pk), f"{name} · {school}" if several else name) for pk, name, school in rows]


class AskedMixin:
    """For filters of which every field narrows the list."""

    @property
    def is_asked(self):
        """Whether anything narrows the list."""
        return any(self[name].value() for name in self.fields)


class ChildFilterMixin:
    """For filters that may name one child, by its key in the hidden field `child`."""

    @property
    def only_child(self):
        """The one child that the list is about, or None."""
        return getattr(self, "cleaned_data", {}).get("child") or None

    def clean_child(self):
        """Return the child that the address names, if the reader works with it."""
        text = self.cleaned_data["child"]
        if not text:
            return None
        try:
            pk = uuid.UUID(text)
        except ValueError:
            pk = None
        child = pk and in_sight(self.user).filter(pk=pk).first()
        if not child:
            raise ValidationError(_("This child is not among yours."), code="child")
        return child


class VisitFilter(ChildFilterMixin, CleanTextMixin, forms.Form):
    """Which visits: every filter is named here, and a wrong value is answered in words."""

    marks_optional = False

    def __init__(self, data, user):
        self.user = user
        one = forms.ChoiceField
        self.base_fields = {
            "q": line(_("Find by a child’s name or number"), 100),
            "child": forms.CharField(required=False, widget=forms.HiddenInput),
            "school_class": choose(
                one, _("Class"), [("", _("all classes")), *classes_in_sight(user)]
            ),
            "status": choose(one, _("State"), [("", _("all")), *_labels(Visit.Status)]),
            "mode": choose(one, _("Where"), [("", _("all")), *_labels(Visit.Mode)]),
            "from": _day(_("From")),
            "to": _day(_("Until")),
            "mine": forms.BooleanField(label=_("Only visits that I made"), required=False),
        }
        super().__init__(data)

    @property
    def narrowing(self):
        """The fields beside the search box that have something to choose from."""
        names = ["school_class", "status", "mode", "from", "to", "mine"]
        if len(self.fields["school_class"].choices) < 3 and not self["school_class"].value():
            names.remove("school_class")
        return [self[name] for name in names]

    @property
    def is_narrowed(self):
        """Whether a filter beside the search box is set."""
        return any(field.value() for field in self.narrowing)

    @property
    def is_asked(self):
        """Whether anything at all narrows the list."""
        return self.is_narrowed or bool(self["child"].value() or self["q"].value())

    def clean(self):
        data = super().clean()
        first, last = data.get("from"), data.get("to")
        for name in ("from", "to"):
            if data.get(name) and not OLDEST <= data[name] <= LATEST:
                self.add_error(name, _("Please look at the year again."))
        if first and last and last < first:
            self.add_error("to", _("The last day lies before the first one."))
        return data

    def visits(self, zone):
        """Return the visits that fit, days by the clock of `zone`; none where a value is wrong."""
        if not self.is_valid():
            return Visit.objects.none()
        found = Visit.objects.visible_to(self.user, roles=READERS)
        found = self._of_children(found)
        for name in ("status", "mode"):
            if self.cleaned_data[name]:
                found = found.filter(**{name: self.cleaned_data[name]})
        if self.cleaned_data["mine"]:
            found = found.filter(
                Exists(Visitor.objects.filter(visit=OuterRef("pk"), user=self.user.pk))
            )
        return self._between(found, zone)

    def _of_children(self, found):
        data, children = self.cleaned_data, None
        if data["q"]:
            children = in_sight(self.user).found_by(data["q"])
        if data["school_class"]:
            children = (in_sight(self.user) if children is None else children).filter(
                school_class=data["school_class"]
            )
        if data["child"]:
            found = found.filter(
                Exists(VisitChild.objects.filter(visit=OuterRef("pk"), student=data["child"]))
            )
        if children is None:
            return found
        lines = VisitChild.objects.filter(visit=OuterRef("pk"), student__in=children)
        return found.filter(Exists(lines))

    def _between(self, found, zone):
        first, last = self.cleaned_data["from"], self.cleaned_data["to"]
        found = found.annotate(on=Coalesce("happened_at", "planned_at"))
        if first:
            found = found.filter(on__gte=dt.datetime.combine(first, dt.time(), zone))
        if last:
            end = dt.datetime.combine(last + dt.timedelta(days=1), dt.time(), zone)
            found = found.filter(on__lt=end)
        return found


def _labels(choices):
    return [(value, capfirst(label)) for value, label in choices.choices]


def _day(label):
    return forms.DateField(
        label=label, required=False, widget=DateBox, error_messages={"invalid": NOT_A_DAY}
    )
