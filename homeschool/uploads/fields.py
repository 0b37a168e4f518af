"""A file in a form: what is cheap to see is said beside it at once."""

from django import forms
from django.utils.translation import gettext_lazy as _

from . import checking
from .kinds import PAPERS, PICTURES, accepted


class FileInput(forms.FileInput):
    """The browser's own file control; on a phone it offers the camera."""

    def __init__(self, kinds):
        super().__init__({"accept": accepted(kinds)})


class FileField(forms.FileField):
    """One file of `kinds`. A form calls `taken(self)` at the end of its `clean`, once all else is right,
    since making a file anew takes a second: then `cleaned_data` holds a Checked."""

    default_error_messages = {
        "required": _("Please choose a file."),
        "missing": _("Please choose a file."),
        "invalid": _("Please choose a file."),
    }

    def __init__(self, *, kinds=PICTURES | PAPERS, **options):
        self.kinds = kinds
        options.setdefault("widget", FileInput(kinds))
        super().__init__(allow_empty_file=True, **options)

    def to_python(self, data):
        if data is None:
            return None
        checking.look(data, self.kinds)
        return data


def taken(form, name="file"):
    """Make the file of a form anew, where nothing else is wrong with the form; errors stand beside it."""
    file = form.cleaned_data.get(name)
    if file is None or form.errors:
        return
    try:
        form.cleaned_data[name] = checking.checked(file, form.fields[name].kinds)
    except checking.Refused as refusal:
        form.add_error(name, refusal)
