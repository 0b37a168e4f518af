"""The forms of confidential notes. What is typed into them stands in no session and no browser."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from counseling.models import Plan
from counseling.models.glass import LETTERS, Glass, is_a_reason
from counseling.models.note import MOST, Note, colleagues_of
from counseling.reading.notes import HINTS
from homeschool.forms import CleanTextMixin, DateBox, SubmissionFormMixin
from homeschool.people.models import User

# No list of what was typed before, no spelling service of the browser's maker, no translation.
UNKEPT = {"autocomplete": "off", "spellcheck": "false", "translate": "no"}


def words_field(label, rows, *, most=MOST, hint="", required=False):
    """Return a field for confidential words."""
    return forms.CharField(
        label=label, max_length=most, required=required, help_text=hint,
        widget=forms.Textarea(attrs=UNKEPT | {"rows": rows}),
    )  # fmt: skip


class UnkeptMixin(SubmissionFormMixin):
    """A form that is accepted once, and whose words no session keeps when it has ended."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields.pop("writer", None)


class NoteForm(CleanTextMixin, forms.ModelForm):
    """A draft, in the parts of its kind. `edits` says which saving its writer has read."""

    marks_optional = False
    edits = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = Note
        fields = ["written_on", *Note.TEXTS, "plan", "supervisor"]
        widgets = {"written_on": DateBox()}

    def __init__(self, *args, user, zone, **kwargs):
        super().__init__(*args, **kwargs)
        self.today, note = timezone.localdate(timezone=zone), self.instance
        self.initial["edits"] = note.edits
        self.fields["edits"].error_messages["required"] = _("Please open the note anew.")
        for name in Note.TEXTS:
            self._shape(name, len(note.part_names))
        self._offer_plans(user)
        self._offer_supervisors()

    def _shape(self, name, parts):
        """Leave a part of another kind out; draw one of this kind large enough for a phone."""
        if name not in self.instance.part_names:
            del self.fields[name]
            return
        label, rows = Note._meta.get_field(name).verbose_name, 12 if parts == 1 else 5
        self.fields[name] = words_field(label, rows, hint=HINTS.get(name, ""))

    def _offer_plans(self, user):
        field, note = self.fields["plan"], self.instance
        field.queryset = Plan.objects.visible_to(user).filter(student=note.student_id)
        field.label, field.empty_label = _("Belongs to the plan"), _("no plan")
        if not field.queryset.exists():
            del self.fields["plan"]

    def _offer_supervisors(self):
        field, note = self.fields["supervisor"], self.instance
        colleagues = colleagues_of(note.school_id).order_by().values("user")
        people = User.objects.filter(pk__in=colleagues).exclude(pk=note.author_id)
        field.queryset = people.order_by("sort_key", "pk")
        field.label_from_instance = lambda person: person.full_name
        field.label, field.empty_label = _("Your supervisor for this note"), _("nobody")
        field.help_text = _("A counselor of your school. Reads it once you have signed it.")

    def clean_written_on(self):
        """Refuse a day that has not come."""
        day = self.cleaned_data["written_on"]
        if day > self.today:
            raise ValidationError(_("This day has not come yet."), code="future")
        return day

    @property
    def values(self):
        """What `Note.write` and `Note.sign` get."""
        return {name: value for name, value in self.cleaned_data.items() if name != "edits"}


class AddendumForm(UnkeptMixin, CleanTextMixin, forms.Form):
    """What is to be added to a signed note."""

    text = words_field(
        _("Add to this note"), 4, required=True,
        hint=_("The note itself stays as it was signed. This stands below it, with your name."),
    )  # fmt: skip


class HandForm(UnkeptMixin, CleanTextMixin, forms.Form):
    """To which colleague a signed note goes."""

    taker = forms.ModelChoiceField(
        User.objects.none(), label=_("Who shall read it?"), empty_label=_("choose")
    )

    def __init__(self, *args, note, **kwargs):
        super().__init__(*args, **kwargs)
        people = User.objects.filter(pk__in=note.takers().order_by().values("user"))
        self.fields["taker"].queryset = people.order_by("sort_key", "pk")
        self.fields["taker"].label_from_instance = lambda person: person.full_name


class GlassForm(UnkeptMixin, CleanTextMixin, forms.Form):
    """Why a leader has to read the notes of a child now."""

    reason = words_field(
        Glass._meta.get_field("reason").verbose_name, 4, most=1000, required=True,
        hint=_("The counselors and the other leaders read this reason."),
    )  # fmt: skip

    def clean_reason(self):
        """Refuse what is too short to be a reason."""
        reason = self.cleaned_data["reason"]
        if not is_a_reason(reason):
            raise ValidationError(
                _("Please say why, in %(n)s letters or more."), code="short", params={"n": LETTERS}
            )
        return reason
