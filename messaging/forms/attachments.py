"""Files in the form of a message: several at once, each made anew."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _, gettext_lazy

from homeschool.forms import readable
from homeschool.uploads import PAPERS, PICTURES, Refused, checked
from homeschool.uploads.checking import look
from homeschool.uploads.fields import FileInput
from messaging.models import Attachment
from messaging.models.attachment import MOST_FILES, clean_title

KINDS = PICTURES | PAPERS


class FilesInput(FileInput):
    """The browser's own file control, for several files at once."""

    allow_multiple_selected = True


class FilesField(forms.Field):
    """Up to MOST_FILES files: a list of uploaded files, each looked at."""

    def __init__(self, **options):
        super().__init__(widget=FilesInput(KINDS), required=False, **options)

    def clean(self, value):
        """Return the files. Raises ValidationError that names each that is not taken, and why."""
        files = value or []
        if len(files) > MOST_FILES:
            words = _("A message carries %(n)d files at most. You chose %(chosen)d.")
            raise ValidationError(words % {"n": MOST_FILES, "chosen": len(files)})
        refusals = _refusals(files, lambda file: look(file, KINDS))
        if refusals:
            raise ValidationError(refusals)
        return files


def _refusals(files, work):
    """Do `work` with each file; returns what is to be said of those that it refuses."""
    said = []
    for file in files:
        try:
            work(file)
        except Refused as refusal:
            name = clean_title(readable(file.name)) or _("A file")
            said += [f"{name}: {words}" for words in refusal.messages]
    return said


class AttachMixin(forms.Form):
    """Gives a form of a message the field `files`: put it before forms.Form, and call `save_files` in the
    transaction in which the message is written.

    Making a file anew takes a second, so it is done once all else in the form is right. What was refused
    is named beside the field; the browser forgets all files when a page comes back, and the page says so.
    """

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fields["files"] = FilesField(
            label=gettext_lazy("Pictures or papers"),
            help_text=gettext_lazy(
                "Up to 5 files, PDF or pictures, 10 MB each. Where and by whom they were made is taken out."
            ),
        )

    @property
    def files_field(self):
        """The bound field, for messaging/attach_fields.html."""
        return self["files"]

    def clean(self):
        data = super().clean()
        files = self.cleaned_data.get("files")
        if files and not self.errors:
            made = []
            refusals = _refusals(
                files, lambda file: made.append((checked(file, KINDS), clean_title(file.name)))
            )
            if refusals:
                self.add_error("files", ValidationError(refusals))
            else:
                self.cleaned_data["files"] = made
        return data

    def save_files(self, message):
        """Keep the files of a valid form with the message that was just written."""
        for file, title in self.cleaned_data.get("files") or []:
            Attachment.objects.add(message, file, by=message.author, title=title)
