"""Writing what parents may use: the thing itself, its language versions, and looking at it again."""

import datetime as dt

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from homeschool.forms import ChoiceBoxes, CleanTextMixin, DateBox, SubmissionFormMixin
from homeschool.people import sight
from homeschool.people.models import Membership, User
from homeschool.uploads import FileField
from homeschool.uploads.fields import taken
from messaging.models import Resource
from messaging.models.published import WRITERS
from messaging.models.resource import LONGEST_TEXT, LONGEST_TITLE
from messaging.reading.resources import LONGEST_SEARCH, TOPICS

from .opened import OpenedMixin
from .published import ForWhomMixin, LanguageField, TextField, TitleField

A_YEAR = dt.timedelta(days=365)
ICONS = {name: icon for name, (icon, _tone, _hint) in TOPICS.items()}
HINTS = {name: hint for name, (_icon, _tone, hint) in TOPICS.items()}
NOTHING = _("Please write a text, or choose a file.")


class SearchForm(CleanTextMixin, forms.Form):
    """Words to look for."""

    marks_optional = False
    q = forms.CharField(label=_("Look for"), required=False, max_length=LONGEST_SEARCH)


class AgainField(forms.DateField):
    """A day to come on which somebody looks again."""

    def __init__(self, **options):
        super().__init__(
            widget=DateBox, label=_("When to look at it again?"),
            help_text=_("What is old misleads. On that day it comes back to whoever answers for it."),
            initial=lambda: timezone.localdate() + A_YEAR, **options,
        )  # fmt: skip

    def clean(self, value):
        day = super().clean(value)
        if day is not None and day <= timezone.localdate():
            raise forms.ValidationError(_("Please choose a day to come."))
        return day


class AgainForm(SubmissionFormMixin, CleanTextMixin, forms.Form):
    """It was looked at, and is still right."""

    again_on = AgainField()


class ShelfForm(SubmissionFormMixin, CleanTextMixin, ForWhomMixin):
    """For whom a thing is, where it stands, and who answers for it."""

    topic = forms.ChoiceField(
        label=_("Under which topic?"), choices=Resource.Topic.choices,
        widget=ChoiceBoxes(icons=ICONS, hints=HINTS),
    )  # fmt: skip
    kind = forms.ChoiceField(
        label=_("What is it?"), choices=Resource.Kind.choices, widget=ChoiceBoxes(row=True)
    )
    responsible = forms.ModelChoiceField(
        label=_("Who answers for it?"), queryset=User.objects.none(),
        help_text=_("Families read this name."),
    )  # fmt: skip

    field_order = ["audience", "topic", "kind", "responsible"]

    def __init__(self, *args, user, row=None, **kwargs):
        super().__init__(*args, user=user, row=row, **kwargs)
        here = sight.schools_of(user, WRITERS)
        staff = Membership.objects.open().filter(school__in=here, role__in=WRITERS)
        people = User.objects.filter(pk__in=staff.values("user"), is_active=True)
        kept = User.objects.filter(pk=row.responsible_id) if row else User.objects.none()
        found = (people | kept).distinct().order_by("sort_key", "pk")
        self.fields["responsible"].queryset = found
        self.fields["responsible"].label_from_instance = lambda person: person.full_name
        if not self.is_bound:
            start = row or Resource(responsible=user)
            for name in ("topic", "kind", "responsible"):
                self.initial.setdefault(name, getattr(start, name))

    def columns(self):
        """Return the columns of a valid form."""
        names = ("topic", "kind", "responsible")
        return self.for_whom() | {name: self.cleaned_data[name] for name in names}


class VersionForm(SubmissionFormMixin, CleanTextMixin, OpenedMixin):
    """One language version: a text, a file, or both. `row` is the one that stands."""

    title = TitleField(label=_("Title"), max_length=LONGEST_TITLE)
    text = TextField(label=_("Text"), max_length=LONGEST_TEXT, required=False)
    file = FileField(
        label=_("A file to take along"), required=False,
        help_text=_("A PDF or a picture, up to 10 MB. Its author, scripts and hidden files are taken out."),
    )  # fmt: skip
    drop_file = forms.BooleanField(label=_("Take the file away that is there"), required=False)
    new = forms.BooleanField(
        label=_("Say to readers that it has changed"), required=False, initial=True,
        help_text=_("Leave it out for a slip of the pen."),
    )  # fmt: skip

    def __init__(self, *args, row=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.row = row
        if row is None:
            self.fields.pop("new")
        if row is None or not row.has_file:
            self.fields.pop("drop_file")
        if row is not None and not self.is_bound:
            self.initial = {"title": row.title, "text": row.text} | self.initial

    def clean(self):
        found = super().clean()
        stays = self.row is not None and self.row.has_file and not found.get("drop_file")
        if not (found.get("text") or found.get("file") or stays) and not self.errors:
            self.add_error("text", NOTHING)
        taken(self)
        return found

    def values(self):
        """Return what `Resource.put_words` wants, of a valid form."""
        found = self.cleaned_data
        return {
            "title": found["title"], "text": found["text"], "file": found["file"],
            "drop_file": found.get("drop_file", False), "new": found.get("new", True),
        }  # fmt: skip


class ResourceForm(ShelfForm, VersionForm):
    """A new thing with its first language version."""

    opened = None  # nothing stands yet
    language = LanguageField()
    again_on = AgainField()

    field_order = [
        "title", "text", "file", "language", "audience", "topic", "kind", "responsible", "again_on",
    ]  # fmt: skip
