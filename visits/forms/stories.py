"""Writing a story of a visit: the words, the same in the family's language, and the name below."""

import re

from django import forms
from django.utils.translation import gettext_lazy as _

from homeschool.forms import ChoiceBoxes, CleanTextMixin, SubmissionFormMixin
from homeschool.people.models import Guardianship
from visits.models import Campaign, Story

SHORTEST_NAME = 2
OTHER = ("other_language", "other_title", "other_text")
HANZI = re.compile(r"[㐀-鿿]")


def names_in(text, names):
    """Return those of `names` that stand in `text` as a word; hanzi stand anywhere."""
    return [name for name in names if len(name) >= SHORTEST_NAME and _stands(name, text)]


def _stands(name, text):
    if HANZI.search(name):
        return name in text
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE) is not None


class StoryForm(SubmissionFormMixin, CleanTextMixin, forms.ModelForm):
    """A story about `student`; `language` is what the family reads, "" where it is not known."""

    marks_optional = False

    first_name = forms.CharField(
        label=_("The first name that stands below"),
        required=False,
        max_length=60,
        help_text=_("Only where the first name is to be told."),
    )

    class Meta:
        model = Story
        fields = [
            "title", "text", "language", "naming", "other_language", "other_title", "other_text",
            "campaign",
        ]  # fmt: skip
        widgets = {
            "text": forms.Textarea(attrs={"rows": 9}),
            "other_text": forms.Textarea(attrs={"rows": 9}),
            "naming": ChoiceBoxes,
        }
        labels = {
            "naming": _("How is the family named?"),
            "other_language": _("The same in the family’s language"),
        }
        help_texts = {
            "text": _(
                "What was good to see and to hear. Nothing about money, health, marks or worries."
            ),
            "other_language": _(
                "Needed where the family reads another language: it agrees only to what it can read."
            ),
        }

    field_order = [
        "title", "text", "language", "naming", "first_name", "other_language", "other_title",
        "other_text", "campaign",
    ]  # fmt: skip

    def __init__(self, *args, student, user, family_language="", **kwargs):
        super().__init__(*args, **kwargs)
        self.student = student
        campaigns = Campaign.objects.visible_to(user).filter(school=student.school_id)
        self.fields["campaign"].queryset = campaigns.order_by("-starts", "name")
        self.fields["other_language"].required = False
        if not self.is_bound:
            self._begin(family_language)

    def _begin(self, family_language):
        story = self.instance
        named = story.naming == Story.Naming.FIRST and story.named_as
        self.initial.setdefault("first_name", named or self.student.preferred_name)
        if family_language and family_language != self.initial.get("language"):
            self.initial["other_language"] = self.initial["other_language"] or family_language

    def clean(self):
        found = super().clean()
        self._check_other(found)
        self._check_name(found)
        return found

    def _check_other(self, found):
        """The other text is whole, and in another language; a language alone is none."""
        if not (found.get("other_title") or found.get("other_text")):
            found["other_language"] = ""
            return
        if found.get("other_language") == found.get("language"):
            self.add_error("other_language", _("Please choose another language than the first."))
        for name in OTHER:
            if not found.get(name) and not self.errors.get(name):
                self.add_error(
                    name, _("Please fill in heading, story and language, or none of them.")
                )

    def _check_name(self, found):
        """What is to stay unnamed is not named in the text."""
        naming = found.get("naming")
        if naming == Story.Naming.FIRST and not found.get("first_name"):
            self.add_error("first_name", _("Please type the first name, as it is to stand below."))
        for field in ("title", "text", "other_title", "other_text"):
            if told := names_in(found.get(field) or "", self._hidden_names(naming, found)):
                words = _("The name “%(name)s” stands in it, and is not to be told.")
                self.add_error(field, words % {"name": told[0]})

    def _hidden_names(self, naming, found):
        """Return the names that must not stand in the text."""
        if naming == Story.Naming.FULL:
            return []
        ties = Guardianship.objects.open().filter(student=self.student)
        names = {self.student.full_name, *ties.values_list("guardian__full_name", flat=True)}
        if naming == Story.Naming.GRADE:
            names |= {self.student.preferred_name, *self.student.full_name.split()}
        return sorted(names - {"", found.get("first_name")})

    @property
    def named_as(self):
        """The name that stands below the story, of a valid form."""
        return {
            Story.Naming.FIRST: self.cleaned_data["first_name"],
            Story.Naming.FULL: self.student.full_name,
        }.get(self.cleaned_data["naming"], self.student.division.name)

    def values(self):
        """Return the columns of the story, of a valid form."""
        columns = {name: self.cleaned_data[name] for name in self.Meta.fields}
        return columns | {"named_as": self.named_as}
