"""Forms about the aspects of a school's visits."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from homeschool import names
from homeschool.forms import CleanTextMixin, SubmissionFormMixin


class AspectForm(SubmissionFormMixin, CleanTextMixin, forms.Form):
    """What an aspect is called; `aspect` is the one that is renamed, None for a new one.

    One that was shipped may be left empty: then it is called as it was shipped, in the reader's
    language.
    """

    name = forms.CharField(label=_("Name"), max_length=120)

    def __init__(self, *args, rows, aspect=None, **kwargs):
        self.rows, self.aspect = rows, aspect
        if aspect is not None:
            kwargs["initial"] = {"name": aspect.name}
        super().__init__(*args, **kwargs)
        if aspect is not None and aspect.is_shipped:
            self.fields["name"].required = False
            self.fields["name"].help_text = _(
                "Empty: as it was shipped, in the language of each reader."
            )

    def clean_name(self):
        name = self.cleaned_data["name"].strip()
        taken = {names.plain(str(row)) for row in self.rows if row != self.aspect}
        if names.plain(name) in taken:
            raise ValidationError(_("Your school has an aspect of this name already."))
        return name

    def code(self):
        """Return a code that no aspect of the school has, made from the name."""
        code = slugify(self.cleaned_data["name"], allow_unicode=True)[:50] or "x"
        taken = {row.code for row in self.rows}
        while code in taken:
            code += "-"
        return code
