"""What the forms of all steps share: they read a draft, and what was typed is kept as it is."""

import json

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.utils.datastructures import MultiValueDict
from django.utils.formats import number_format
from django.utils.translation import gettext, gettext_lazy as _

from homeschool import names
from homeschool.forms import CleanTextMixin, SubmissionFormMixin, readable
from visits.models.draft import Seen, digest

LONGEST = 4000
# What the form carries beside the answers.
CARRIED_HERE = ("version", "seen", "step")
CARRIED = frozenset({*CARRIED_HERE, "submission", "writer"})


def as_post(answers):
    """Return the answers of a draft as a form reads them from a request."""
    data = MultiValueDict()
    for name, answer in answers.items():
        data.setlist(name, answer if isinstance(answer, list) else [answer])
    return data


def tidy(text):
    """Return `text` as it is kept: one kind of line end, nothing that no database holds."""
    return readable(text.replace("\r\n", "\n").replace("\r", "\n"))


class NotTooLong(MaxLengthValidator):
    """Says how long the text is, and how long it may be."""

    def __call__(self, value):
        if len(value) > self.limit_value:
            words = gettext("This is too long: %(length)s signs. Please keep it under %(limit)s.")
            counts = {"length": number_format(len(value), force_grouping=True)}
            counts["limit"] = number_format(self.limit_value, force_grouping=True)
            raise ValidationError(words % counts, code="max_length")


def line(label, limit=names.LONGEST, *, required=False, **options):
    """Return the field of one line of text."""
    field = forms.CharField(label=label, required=required, **options)
    field.validators = [*field.validators, NotTooLong(limit)]
    return field


def answer(label, *, rows=4, lang=None, limit=LONGEST, **options):
    """Return the field of a written answer."""
    attrs = {"rows": rows} | ({"lang": lang} if lang is not None else {})
    return line(label, limit, widget=forms.Textarea(attrs=attrs), **options)


def _hidden():
    return forms.CharField(required=False, widget=forms.HiddenInput)


def keep_out():
    """Return the box by which a question is kept out of what the family reads."""
    return forms.BooleanField(
        label=_("Keep this out of the shared summary"),
        help_text=_("Only staff of this child will read it"),
        required=False,
        template_name="visits/draft_keep_out.html",
    )


NOT_IN_THE_LIST = _("This is not one of the answers. Please choose from the list.")


def choose(kind, label, choices, *, required=False, **options):
    """Return a field of choices whose errors never repeat a foreign value."""
    field = kind(label=label, choices=choices, required=required, **options)
    field.error_messages |= {"invalid_choice": NOT_IN_THE_LIST, "invalid_list": NOT_IN_THE_LIST}
    return field


class StepForm(SubmissionFormMixin, CleanTextMixin, forms.Form):
    """One step over one draft.

    Unbound it shows what was typed, valid or not; `StepForm(draft, data=…)` checks an answer;
    `StepForm(draft, checked=True)` checks what the draft holds.
    """

    number = 0
    # what the form needs of `Draft.objects.with_circle` to be drawn and checked; to save it as it
    # is typed, the children are enough
    circle = ("children",)
    marks_optional = False

    def __init__(self, draft, data=None, *, checked=False, answers=None):
        self.draft = draft
        shown = draft.data if answers is None else answers
        self.given = shown if data is None else data
        self.base_fields = self.make_fields() | {name: _hidden() for name in CARRIED_HERE}
        super().__init__(as_post(shown) if checked else data, initial=dict(shown))
        self.initial.setdefault("version", draft.version)
        self.initial.setdefault("seen", self.seen_now())
        self.initial.setdefault("step", self.number)

    def make_fields(self):
        """Return the fields of this step by name; some hang on the children and the school."""
        return {}

    # --- what is kept ---------------------------------------------------------------------------
    def names(self, data=None):
        """Return the names of the answers of this page; those that `data` was asked for."""
        return [name for name in self.fields if name not in CARRIED and self.asked(name, data)]

    def asked(self, name, data):
        """Whether the page that sent `data` asked for this answer."""
        return True

    def typed(self, data):
        """Return {name: text or [text]} as it was typed, valid or not, without empty answers."""
        found = {}
        for name in self.names(data):
            if isinstance(self.fields[name], forms.MultipleChoiceField):
                value = sorted({tidy(text) for text in data.getlist(name) if text})
            else:
                value = tidy(data.get(name, ""))
            if value:
                found[name] = value
        return self.arrange(found)

    def arrange(self, typed):
        """Return what was typed in the shape in which the draft keeps it."""
        return typed

    def is_noted(self, *names):
        """Whether something stands in one of these fields, right or wrong: then a fold stands open."""
        return any(self[name].value() or self[name].errors for name in names)

    def as_checked(self):
        """Return the same form checked: what it shows is read as if it had been sent."""
        shown = {name: self[name].value() or "" for name in self.fields}
        for name, field in self.fields.items():
            if isinstance(field, forms.MultipleChoiceField) and not shown[name]:
                del shown[name]  # boxes without a tick send nothing
        return type(self)(self.draft, data=as_post(shown))

    # --- two writers at once ----------------------------------------------------------------------
    def seen_now(self):
        """Return the digests of the answers as they stand, for the hidden `seen`."""
        digests = {name: digest(self.draft.data.get(name)) for name in self.names()}
        return json.dumps({n: d for n, d in digests.items() if d}, separators=(",", ":"))

    @classmethod
    def seen_by(cls, data):
        """Return what the page that sent `data` knew; what is garbled, it did not know."""
        version = data.get("version", "")
        return Seen(
            int(version) if version.isascii() and version.isdigit() and len(version) < 9 else None,
            _digests(data.get("seen", "")),
            tidy(data.get("submission", ""))[:40],
        )

    def show_clashes(self, names, theirs):
        """Let each field that clashes show what the other writer wrote there."""
        for name in names:
            field = self.fields[name]
            field.clash = True
            field.theirs = self.in_words(name, theirs.get(name))

    def in_words(self, name, value):
        """Return an answer as a reader sees it."""
        field = self.fields[name]
        if isinstance(field, forms.BooleanField):
            return gettext("yes") if value else gettext("no")
        if isinstance(field, forms.ChoiceField):
            labels = {str(key): str(label) for key, label in field.choices}
            chosen = value if isinstance(value, list) else [value]
            return ", ".join(labels.get(str(key), "") for key in chosen if key)
        return value or ""


def _digests(text):
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


class ChildrenMixin:
    """For steps that ask the same of each child: names end with the child's id."""

    # the written answer that every page has for each child that it shows
    each = ""

    def asked(self, name, data):
        for child in self.draft.offered:
            if name.endswith(child.id):
                return data is None or f"{self.each}_{child.id}" in data
        return True

    def named(self, question, child):
        """Return the field of `question` about `child`."""
        return self[f"{question}_{child.id}"]
