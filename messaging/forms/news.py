"""Writing news: the article, its words in another language, its picture."""

from django import forms
from django.utils.translation import gettext_lazy as _

from homeschool.forms import ChoiceBoxes, CleanTextMixin, SubmissionFormMixin
from homeschool.uploads import PICTURES, FileField
from homeschool.uploads.fields import taken
from messaging.models import News
from messaging.models.news import LONGEST_TEXT, LONGEST_TITLE
from messaging.reading.news import LOOKS

from .opened import OpenedMixin
from .published import ForWhomMixin, LanguageField, SpanMixin, TextField, TitleField, days_of

ICONS = {name: icon for name, (icon, _tone) in LOOKS.items()}


class NewsWordsForm(SubmissionFormMixin, CleanTextMixin, OpenedMixin):
    """The words of an article in one language."""

    title = TitleField(label=_("Heading"), max_length=LONGEST_TITLE)
    text = TextField(label=_("Text"), max_length=LONGEST_TEXT)


class PlaceForm(SubmissionFormMixin, CleanTextMixin, ForWhomMixin, SpanMixin):
    """For whom an article is, under which category, and how long it stands."""

    category = forms.ChoiceField(
        label=_("Under which category?"),
        choices=News.Category.choices,
        widget=ChoiceBoxes(icons=ICONS),
    )

    field_order = ["audience", "category", "first_day", "last_day"]

    def __init__(self, *args, row=None, **kwargs):
        super().__init__(*args, row=row, **kwargs)
        self.row = row
        if row is not None and not self.is_bound:
            self.initial |= days_of(row) | {"category": row.category}

    def columns(self):
        """Return the columns of a valid form."""
        whom = self.for_whom()
        span = self.span(whom["school_id"], self.row)
        return whom | span | {"category": self.cleaned_data["category"]}


class NewsForm(PlaceForm):
    """A new article with its first words."""

    title = NewsWordsForm.base_fields["title"]
    text = NewsWordsForm.base_fields["text"]
    language = LanguageField()

    field_order = ["title", "text", "language", "audience", "category", "first_day", "last_day"]

    def words(self):
        """Return (language, title, text) of a valid form."""
        return tuple(self.cleaned_data[name] for name in ("language", "title", "text"))


class PictureForm(SubmissionFormMixin, CleanTextMixin, forms.Form):
    """The picture above an article."""

    file = FileField(
        kinds=PICTURES, label=_("The picture"),
        help_text=_(
            "JPEG, PNG, WebP or HEIC, up to 10 MB. No child that can be recognised, unless its family "
            "said yes to this picture."
        ),
    )  # fmt: skip
    alt = TitleField(
        label=_("What does it show?"), max_length=200,
        help_text=_("A few words for those who cannot see it."),
    )  # fmt: skip

    def clean(self):
        data = super().clean()
        taken(self)
        return data
