"""Words of the school, and the words of a message in another language."""

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import get_language, gettext as _, gettext_lazy

from homeschool.forms import CleanTextMixin, SubmissionFormMixin
from messaging.models import Term
from messaging.models.message import MOST

from .opened import OpenedMixin


class TermForm(SubmissionFormMixin, CleanTextMixin, forms.ModelForm):
    """A word of the school and how it is said in another language."""

    class Meta:
        model = Term
        fields = ("source", "word", "language", "said")
        labels = {
            "source": gettext_lazy("In which language is the word?"),
            "word": gettext_lazy("The word"),
            "language": gettext_lazy("Into which language?"),
            "said": gettext_lazy("How we say it"),
        }
        help_texts = {
            "word": gettext_lazy(
                "As it stands in messages, in one form. Write a plural of its own as a second word."
            ),
            "said": gettext_lazy("Families read exactly this."),
        }

    def __init__(self, *args, school, **options):
        super().__init__(*args, **options)
        self.instance.school = school
        self.fields["source"].choices = settings.LANGUAGES
        self.fields["source"].initial = get_language()
        self.fields["language"].choices = [("", "…"), *settings.LANGUAGES]

    def _one_line(self, name):
        return " ".join(self.cleaned_data[name].split())

    def clean_word(self):
        return self._one_line("word")

    def clean_said(self):
        return self._one_line("said")

    def clean(self):
        data = super().clean()
        if data.get("source") and data.get("source") == data.get("language"):
            self.add_error("language", _("These are one and the same language."))
        elif not self.errors:
            self._refuse_twice(data)
        return data

    def _refuse_twice(self, data):
        place = {"source": data["source"], "language": data["language"]}
        rows = Term.objects.filter(school=self.instance.school, word__iexact=data["word"], **place)
        other = rows.exclude(pk=self.instance.pk).first()
        if other is not None:
            words = _("This word is in the list already. We say “%(said)s”.")
            self.add_error("word", ValidationError(words % {"said": other.said}))

    def validate_constraints(self):
        """The database has the last word on two senders at once; `clean` says it in words before."""


class TranslationForm(SubmissionFormMixin, CleanTextMixin, OpenedMixin):
    """What a message says in another language, written or mended by a person."""

    text = forms.CharField(
        label=gettext_lazy("The words in this language"), max_length=2 * MOST,
        widget=forms.Textarea({"rows": 8}),
    )  # fmt: skip

    def __init__(self, *args, language, **options):
        super().__init__(*args, **options)
        self.fields["text"].widget.attrs["lang"] = language
        self.fields["text"].label = _("The words in %(language)s") % {
            "language": dict(settings.LANGUAGES)[language]
        }
