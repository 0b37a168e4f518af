"""What people write to each other: an answer, a new conversation, a remark for colleagues."""

import unicodedata

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import get_language, gettext as _, gettext_lazy

from homeschool.forms import CheckBoxes, CleanTextMixin, SubmissionFormMixin
from messaging.models.message import MOST

from .attachments import AttachMixin
from .away import NOT_IN_THE_LIST

MOST_OF_A_REMARK = 2000
LONG = gettext_lazy(
    "This is too long: %(show_value)d characters. At most %(limit_value)d fit. Please shorten it, or "
    "send it in two parts."
)


def refuse_nothing_to_read(text):
    """Refuse a text of which nothing can be seen: spaces, and signs without a width."""
    if all(unicodedata.category(sign)[0] in "CZ" for sign in text):
        raise ValidationError(_("Please write something."), code="empty")


def text_field(label, most=MOST, *, rows=3, **options):
    """Return the field of what somebody writes: kept as it was typed, and always shown as text."""
    return forms.CharField(
        label=label, max_length=most, widget=forms.Textarea({"rows": rows}),
        validators=[refuse_nothing_to_read],
        error_messages={"required": gettext_lazy("Please write something."), "max_length": LONG},
        **options,
    )  # fmt: skip


class MessageForm(SubmissionFormMixin, CleanTextMixin, AttachMixin):
    """An answer in a thread; staff may ask for one tap."""

    text = text_field(gettext_lazy("Write in your language"))
    asks = forms.BooleanField(
        label=gettext_lazy("Ask for an answer by one tap"), required=False,
        help_text=gettext_lazy("The family can tap: Yes, Another time, I have a question."),
    )  # fmt: skip
    language = forms.ChoiceField(
        label=gettext_lazy("Written in"), choices=settings.LANGUAGES, required=False,
        error_messages={"invalid_choice": NOT_IN_THE_LIST},
    )  # fmt: skip

    marks_optional = False

    def __init__(self, *args, is_staff=False, **options):
        super().__init__(*args, **options)
        self.fields["language"].initial = get_language()
        if not is_staff:
            del self.fields["asks"]

    def clean_language(self):
        return self.cleaned_data["language"] or get_language()

    @property
    def message(self):
        """What a valid form says of the message, but for its files."""
        names = ("text", "language", "asks")
        return {name: self.cleaned_data[name] for name in names if name in self.cleaned_data}


class _ToForm(MessageForm):
    """A new conversation: also to whom."""

    field_order = ("to", "text")
    nobody = gettext_lazy("Please choose to whom you write.")

    def __init__(self, *args, to, label, hints=None, **options):
        super().__init__(*args, **options)
        self.fields["to"] = forms.MultipleChoiceField(
            label=label, choices=to, widget=CheckBoxes(hints=hints or {}),
            error_messages={"required": self.nobody, "invalid_choice": NOT_IN_THE_LIST},
        )  # fmt: skip
        self.fields["to"].initial = [to[0][0]] if to else []
        self.order_fields(self.field_order)


class ToHomesForm(_ToForm):
    """Staff writes to the homes of a child: each that is chosen gets a conversation of its own."""


class ToSchoolForm(_ToForm):
    """A family writes to people of the school."""


class RemarkForm(SubmissionFormMixin, CleanTextMixin, forms.Form):
    """A remark that staff alone reads."""

    text = text_field(gettext_lazy("For colleagues"), MOST_OF_A_REMARK)


class JoinForm(SubmissionFormMixin, CleanTextMixin, forms.Form):
    """A colleague who shall take part, too."""

    def __init__(self, *args, people, **options):
        super().__init__(*args, **options)
        self.fields["person"] = forms.ChoiceField(
            label=_("Who takes part, too?"), choices=[("", "…"), *people],
            error_messages={"invalid_choice": NOT_IN_THE_LIST},
        )  # fmt: skip


class DraftForm(CleanTextMixin, forms.Form):
    """What somebody has typed so far."""

    text = forms.CharField(
        max_length=MOST, required=False, strip=False, error_messages={"max_length": LONG}
    )
