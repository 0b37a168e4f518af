"""How every form of the portal is drawn, and what no text field takes."""

import datetime as dt
import re
import uuid
from contextvars import ContextVar

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting
from django.forms.utils import pretty_name
from django.utils.translation import gettext, gettext_lazy as _

UNKEEPABLE = _("This text holds a sign that cannot be kept. Please delete it and type it again.")
_BROKEN = re.compile("[\0\ud800-\udfff]")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_NO_TEXT = (forms.JSONField, forms.UUIDField)  # typed as text, and something else once cleaned


def readable(text):
    """Return `text` so that it can be shown: NUL and lone surrogates become U+FFFD."""
    return _BROKEN.sub("\ufffd", str(text))


def refuse_lone_surrogates(text):
    """Refuse half a character (a lone surrogate), which no database and no page can hold."""
    if _LONE_SURROGATE.search(text):
        raise ValidationError(UNKEEPABLE, code="lone_surrogate")


def plain_lines(text):
    """Return `text` with LF alone at the end of its lines."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


class PortalBoundField(BoundField):
    """A field as the portal draws it.

    The browser neither checks nor cuts what was typed (no `required`, no `maxlength`): errors
    come from the server in the reader's language, and nothing that was typed is lost.
    """

    def build_widget_attrs(self, attrs, widget=None):
        widget = widget or self.field.widget
        attrs = super().build_widget_attrs(attrs, widget)
        attrs |= {"required": False, "maxlength": False, "minlength": False}
        if css := self._css(widget):
            attrs["class"] = " ".join(filter(None, [css, widget.attrs.get("class")]))
        if isinstance(widget, forms.RadioSelect):  # and several checkboxes, which are built on it
            attrs.pop("aria-invalid", None)
        elif isinstance(widget, forms.Textarea) or getattr(widget, "input_type", "") == "text":
            attrs.setdefault("dir", widget.attrs.get("dir", "auto"))
        return attrs

    @staticmethod
    def _css(widget):
        if widget.is_hidden:
            return ""
        kind = getattr(widget, "input_type", None)
        if kind in ("radio", "checkbox"):
            return "form-check-input"
        return "form-select" if kind == "select" else "form-control"

    def value(self):
        """Return what the control shows; signs that no page can hold are shown as U+FFFD."""
        value = super().value()
        if isinstance(value, str):
            return readable(value)
        if isinstance(value, list):
            return [readable(v) if isinstance(v, str) else v for v in value]
        return value


class Renderer(TemplatesSetting):
    """Draws forms with the templates in templates/django/forms/ (settings.FORM_RENDERER)."""

    bound_field_class = PortalBoundField


def _empty_words(name, field):
    """Return what is said where nothing was filled in; it names the field, for the summary."""
    label = {"label": field.label or pretty_name(name)}
    if isinstance(field, (forms.ChoiceField, forms.ModelChoiceField)):
        return gettext("Please choose an answer: %(label)s") % label
    return gettext("Please fill this in: %(label)s") % label


class CleanTextMixin:
    """Makes every text field refuse NUL and lone surrogates, and every error name its field.

    Put it first: `class PromiseForm(CleanTextMixin, forms.ModelForm)`. Fields that may stay
    empty are marked so; a form of filters says `marks_optional = False`.
    """

    marks_optional = True

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if (
                field.error_messages.get("required")
                == forms.Field.default_error_messages["required"]
            ):
                field.error_messages["required"] = _empty_words(name, field)
            if isinstance(field, forms.CharField) and not isinstance(field, _NO_TEXT):
                field.error_messages["null_characters_not_allowed"] = UNKEEPABLE
                field.validators = [*field.validators, refuse_lone_surrogates]


class LinesField(forms.CharField):
    """A text of several lines, whose lines end as the portal keeps them: browsers send CR and LF."""

    def __init__(self, *, widget=forms.Textarea, **options):
        super().__init__(widget=widget, **options)

    def to_python(self, value):
        return plain_lines(super().to_python(value))


class SubmissionField(forms.UUIDField):
    """The key of one sending: a missing or broken key is as good as a new one."""

    widget = forms.HiddenInput

    def clean(self, value):
        try:
            return super().clean(value) or uuid.uuid4()
        except ValidationError:
            return uuid.uuid4()


# What a form asks for the text of a session that ended: `mark(form)` says who writes it, and
# `take(form)` gives it back. Set for each request by people.signin.KeptTextMiddleware.
desk = ContextVar("desk", default=None)


class SubmissionFormMixin:
    """Gives a form the hidden `submission` key, by which sending it twice is known as once.

    A fresh form carries a new key; a form that comes back with errors keeps its own. In a
    request it also carries the hidden `writer`: what the same person typed into it before a
    session ended stands in the fresh form again (people.signin.kept).
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["submission"] = SubmissionField(required=False, initial=uuid.uuid4)
        keeper = desk.get()
        if keeper is not None:
            name = f"{type(self).__qualname__}:{self.prefix or ''}"
            self.fields["writer"] = forms.CharField(required=False, widget=forms.HiddenInput)
            if not self.is_bound:
                self._fill(keeper.take(name) or {})
                self.initial["writer"] = keeper.mark(name)

    def _fill(self, text):
        for name, field in self.fields.items():
            key = self.add_prefix(name)
            if text and not field.widget.value_omitted_from_data(text, {}, key):
                self.initial[name] = field.widget.value_from_datadict(text, {}, key)


class _Boxes:
    """Choices drawn as boxes: the whole box is the target.

    `hints` and `icons` are keyed by the choice's value; `row` puts short choices side by side.
    """

    def __init__(self, attrs=None, choices=(), *, hints=None, icons=None, row=False):
        super().__init__(attrs, choices)
        self.hints, self.icons, self.row = hints or {}, icons or {}, row

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        context["widget"]["row"] = self.row
        return context

    def create_option(self, name, value, *args, **kwargs):
        option = super().create_option(name, value, *args, **kwargs)
        key = getattr(value, "value", value)  # a ModelChoiceIteratorValue carries its own
        return option | {"hint": self.hints.get(key, ""), "icon": self.icons.get(key, "")}


class ChoiceBoxes(_Boxes, forms.RadioSelect):
    """One of several, as boxes."""


class CheckBoxes(_Boxes, forms.CheckboxSelectMultiple):
    """Several of several, as boxes."""


class _Picker:
    """The browser's own picker. A value that it cannot show stays visible as text."""

    def __init__(self, attrs=None):
        super().__init__(attrs, format=self.format_sent)

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        if not self._shows(context["widget"]["value"]):
            context["widget"]["type"] = "text"
        return context

    def _shows(self, text):
        try:
            return not text or self.read(text).strftime(self.format_sent) == text
        except ValueError:
            return False


class DateBox(_Picker, forms.DateInput):
    """A day."""

    input_type = "date"
    format_sent = "%Y-%m-%d"
    read = staticmethod(dt.date.fromisoformat)


class TimeBox(_Picker, forms.TimeInput):
    """A time of the day, to the minute."""

    input_type = "time"
    format_sent = "%H:%M"
    read = staticmethod(dt.time.fromisoformat)


class DateTimeBox(_Picker, forms.DateTimeInput):
    """A day and a time, to the minute."""

    input_type = "datetime-local"
    format_sent = "%Y-%m-%dT%H:%M"
    read = staticmethod(dt.datetime.fromisoformat)
