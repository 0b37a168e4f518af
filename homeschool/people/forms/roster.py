"""Forms of an import: the file, which column is which, and the word that it may come in."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import Truncator
from django.utils.translation import gettext as _, gettext_lazy, ngettext

from homeschool.forms import CleanTextMixin, SubmissionFormMixin, readable
from homeschool.people.importing import COLUMN_NAMES
from homeschool.people.importing.words import MUST_STAND
from homeschool.people.models.rostering import ALLOW_RETIRE, LARGEST_FILE
from homeschool.sheets import MAGIC, SAVE_AS, holds_an_unkeepable_sign

NOT_HERE = "-"
LONGEST_HEADING, LONGEST_EXAMPLE = 200, 40


class RosterForm(SubmissionFormMixin, forms.Form):
    """A sheet or a OneRoster ZIP; `cleaned_data["file"]` is (name, bytes), not read yet."""

    file = forms.FileField(
        label=gettext_lazy("Your file: CSV, XLSX or a OneRoster ZIP"), allow_empty_file=True,
        max_length=200,
        help_text=gettext_lazy("You see what it changes before it changes anything."),
    )  # fmt: skip
    known_classes_only = forms.BooleanField(
        label=gettext_lazy("Only classes that the school already has"), required=False,
        help_text=gettext_lazy("For a sheet: otherwise a class that is missing is made."),
    )  # fmt: skip

    @property
    def largest(self):
        """How many bytes a file may have."""
        return LARGEST_FILE

    def clean_file(self):
        upload = self.cleaned_data["file"]
        if upload.size > self.largest:
            most = {"number": self.largest // 1024**2}
            raise ValidationError(_("A file may have %(number)s MB at most."), params=most)
        raw = upload.read()
        if not raw.strip():
            raise ValidationError(_("The file is empty."))
        for magic, kind in MAGIC:
            if raw.startswith(magic):
                said = _("This is a file of the kind %(kind)s.") % {"kind": kind}
                raise ValidationError([said, SAVE_AS])
        return readable(upload.name[-100:]), raw


class ColumnsForm(SubmissionFormMixin, CleanTextMixin, forms.Form):
    """Which heading of a sheet each missing column is; `question` is what `told` kept of it."""

    def __init__(self, *args, question, **kwargs):
        super().__init__(*args, **kwargs)
        self.question, self.header = question, question["header"]
        guesses = {column: heading for heading, column in question["slips"].items()}
        choices = list(self._choices())
        for column in question["asked"]:
            field = forms.ChoiceField(
                label=COLUMN_NAMES[column], choices=[("", _("please choose")), *choices],
                error_messages={"required": _("Please choose the column of: %(name)s")
                                % {"name": COLUMN_NAMES[column]}},
            )  # fmt: skip
            if column not in MUST_STAND:
                field.choices = [*field.choices, (NOT_HERE, _("is not in this sheet"))]
            if guess := guesses.get(column):
                field.initial = str(self.header.index(guess))
            self.fields[column] = field

    def _choices(self):
        """Yield (place, heading with the first cells below it) of the headings that may be meant."""
        for place, heading in enumerate(self.header):
            usable = heading and len(heading) <= LONGEST_HEADING
            if (
                usable
                and not self.question["columns"][place]
                and not holds_an_unkeepable_sign(heading)
            ):
                examples = ", ".join(self.examples(place))
                yield str(place), readable(f"{heading}: {examples}" if examples else heading)

    def examples(self, place):
        """Return the first cells of a column that are not empty."""
        cells = (row[place] for row in self.question["rows"] if place < len(row))
        return [Truncator(readable(cell)).chars(LONGEST_EXAMPLE) for cell in cells if cell]

    def clean(self):
        super().clean()
        chosen: dict[str, str] = {}
        for column in self.question["asked"]:
            place = self.cleaned_data.get(column, NOT_HERE)
            if place == NOT_HERE:
                continue
            heading = self.header[int(place)]
            if heading in chosen:
                self.add_error(column, _("Each heading can be chosen once."))
            elif self.header.count(heading) > 1:
                self.add_error(
                    column, _("This heading stands twice in the sheet. Give it another name there.")
                )
            chosen[heading] = column
        self.chosen = chosen
        return self.cleaned_data

    @property
    def meanings(self):
        """{heading: column} as it was said, "" for a heading that is not to be read."""
        left = {
            heading: ""
            for heading, column in self.question["slips"].items()
            if self.cleaned_data[column] == NOT_HERE and heading not in self.chosen
        }
        return left | self.chosen

    @property
    def without(self):
        """The columns of which was said that they are not in the sheet."""
        return [c for c in self.question["asked"] if self.cleaned_data[c] == NOT_HERE]


class RosterConfirmForm(SubmissionFormMixin, forms.Form):
    """The word that a plan may come in, with a tick for all that needs one."""

    digest = forms.CharField(widget=forms.HiddenInput, required=False)
    take_off = forms.BooleanField(
        error_messages={"required": gettext_lazy("Tick this if it is right that they leave.")}
    )
    skip_refused = forms.BooleanField(
        error_messages={"required": gettext_lazy("Tick this if the refused rows may be left out.")}
    )

    def __init__(self, *args, plan, **kwargs):
        super().__init__(*args, **kwargs)
        self.brakes = plan["brakes"]
        if self.brakes:
            self.fields["take_off"].label = _("Yes, it is right that they leave.")
        else:
            del self.fields["take_off"]
        if plan["refused"]:
            self.fields["skip_refused"].label = ngettext(
                "Leave out the refused row", "Leave out the %(n)s refused rows", plan["refused"]
            ) % {"n": plan["refused"]}
            self.fields["skip_refused"].help_text = _(
                "You can mend what is wrong there and send it later."
            )
        else:
            del self.fields["skip_refused"]

    @property
    def allow_retire(self):
        """The share of a role, in per cent, that may leave: what was shown, rounded up."""
        shares = [-(-100 * brake["retired"] // max(brake["of"], 1)) for brake in self.brakes]
        return max([ALLOW_RETIRE, *shares])
