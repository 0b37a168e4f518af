"""Who is at a session: a mark for each child, and what else is worth keeping of it."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy, pgettext_lazy

from counseling.models import Attendance
from counseling.reading.attendance import digest_of
from homeschool.forms import ChoiceBoxes, CleanTextMixin, SubmissionFormMixin
from visits.forms.campaigns import ExportForm
from visits.forms.step import choose, line

ONE = forms.ChoiceField
Mark = Attendance.Mark
OTHER = "other"
MARKS = (
    (Mark.PRESENT, pgettext_lazy("attendance", "There")),
    (Mark.LATE, pgettext_lazy("attendance", "Late")),
    (Mark.EXCUSED, pgettext_lazy("attendance", "Excused")),
    (Mark.ABSENT, pgettext_lazy("attendance", "Not there")),
)
ENGAGEMENT = (
    ("", gettext_lazy("not said")),
    ("1", gettext_lazy("1: had to be brought along")),
    ("2", gettext_lazy("2: joined in")),
    ("3", gettext_lazy("3: worked by itself")),
)
A_NUMBER = gettext_lazy("Write the minutes as a number.")
# The fields that stand folded below the mark.
MORE = ("missed", "engagement", "note", "picked", "other", "because")


class AttendanceForm(SubmissionFormMixin, CleanTextMixin, forms.Form):
    """The children of a session, a few fields each, named `<field>-<key of the child>`.

    `lines` {child: Attendance} is what stands, `said` the children whose family said before that they
    will not come, `pick_ups` {child: [PickUp]}. A child without a mark is left as it is; what somebody
    else wrote since the page was opened is not overwritten unawares.
    """

    marks_optional = False

    def __init__(self, data=None, *, session, children, lines, said, pick_ups):
        self.session, self.children, self.lines = session, list(children), lines
        self.said, self.pick_ups = set(said), pick_ups
        for child in self.children:
            own = {f"{name}-{child.pk}": field for name, field in self._fields_of(child).items()}
            self.base_fields = self.base_fields | own
        super().__init__(data)

    def _fields_of(self, child):
        known = self.lines.get(child.pk)
        expected = Mark.EXCUSED if child.pk in self.said else ""
        missed = forms.IntegerField(
            label=_("Minutes missed"), required=False, min_value=0, initial=self._missed(known),
            help_text=_("Came late or left early, of %(n)d minutes.") % {"n": self.session.minutes},
            widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
            error_messages={"invalid": A_NUMBER, "min_value": A_NUMBER},
        )  # fmt: skip
        return {
            "mark": choose(
                ONE, child.called, MARKS, widget=ChoiceBoxes(row=True),
                initial=known.mark if known else expected,
            ),
            "missed": missed,
            "engagement": choose(
                ONE, _("How it worked"), ENGAGEMENT,
                initial=str(known.engagement or "") if known else "",
            ),
            "note": line(_("Note"), 300, initial=known.note if known else ""),
            **self._picking_up(child, known),
            "was": forms.CharField(
                required=False, widget=forms.HiddenInput, initial=digest_of(known)
            ),
        }  # fmt: skip

    def _picking_up(self, child, known):
        """Return the fields of who picked the child up: somebody of its list, or another with a reason."""
        listed = {row.name: f"{row.name} ({row.relation})" for row in self.pick_ups[child.pk]}
        name = known.picked_up_by if known else ""
        choices = [("", _("not written down")), *listed.items(), (OTHER, _("somebody else"))]
        return {
            "picked": choose(
                ONE, _("Picked up by"), choices,
                initial=name if name in listed or not name else OTHER,
            ),
            "other": line(
                _("Who else"), 255, initial="" if name in listed else name,
                help_text=_("Not on the list of the family."),
            ),
            "because": line(
                _("Why this person"), 300, initial=known.pick_up_because if known else "",
                help_text=_("The school reads it."),
            ),
        }  # fmt: skip

    def _missed(self, known):
        if not known or not known.is_there or known.minutes >= self.session.minutes:
            return None
        return self.session.minutes - known.minutes

    # --- how it is drawn ------------------------------------------------------------------------
    @property
    def rows(self):
        """[(child, its mark, the fields that stand folded, whether they are open, its hidden field)]."""
        return [
            (
                child, self[f"mark-{child.pk}"],
                [self[f"{name}-{child.pk}"] for name in MORE],
                any(f"{name}-{child.pk}" in self.errors for name in MORE),
                self[f"was-{child.pk}"],
            )
            for child in self.children
        ]  # fmt: skip

    @property
    def shared(self):
        """The hidden fields that are about the whole form."""
        return [field for field in self.hidden_fields() if not field.name.startswith("was-")]

    # --- what was said --------------------------------------------------------------------------
    def clean(self):
        data = super().clean()
        self.marks = {}
        for child in self.children:
            if self._said(child, "mark"):
                self._take(child)
        if not self.errors and not any(self._said(child, "mark") for child in self.children):
            raise ValidationError(_("Mark at least one child."), code="none")
        return data

    def _said(self, child, name):
        return self.cleaned_data.get(f"{name}-{child.pk}")

    def _take(self, child):
        """Take what was said of a child among `marks`, unless it stands so already."""
        values = self._values(child)
        known = self.lines.get(child.pk)
        if known and all(getattr(known, name) == value for name, value in values.items()):
            return
        if known and self._said(child, "was") != digest_of(known):
            self._warn(child, known)
        if values["picked_up_by"] != (known.picked_up_by if known else ""):
            values["picked_up_at"] = timezone.now() if values["picked_up_by"] else None
        self.marks[child.pk] = values

    def _values(self, child):
        mark = self._said(child, "mark")
        if mark not in Attendance.THERE:  # who was not there missed all, and nobody picked it up
            return {
                "mark": mark, "minutes": 0, "engagement": None, "note": self._said(child, "note") or "",
                "picked_up_by": "", "pick_up_because": "",
            }  # fmt: skip
        engagement = self._said(child, "engagement")
        return {
            "mark": mark, "minutes": self._minutes(child), "note": self._said(child, "note") or "",
            "engagement": int(engagement) if engagement else None, **self._picked(child),
        }  # fmt: skip

    def _minutes(self, child):
        missed = self._said(child, "missed") or 0
        if missed >= self.session.minutes:
            words = _("%(name)s: the session has %(n)d minutes.")
            self.add_error(
                f"missed-{child.pk}", words % {"name": child.called, "n": self.session.minutes}
            )
        return max(0, self.session.minutes - missed)

    def _picked(self, child):
        picked = self._said(child, "picked")
        if picked != OTHER:
            return {"picked_up_by": picked or "", "pick_up_because": ""}
        name, because = self._said(child, "other") or "", self._said(child, "because") or ""
        for field, text, words in (
            ("other", name, _("%(name)s: write who picked the child up.")),
            ("because", because, _("%(name)s: this person is not on the list. Write why.")),
        ):
            if not text and f"{field}-{child.pk}" not in self.errors:
                self.add_error(f"{field}-{child.pk}", words % {"name": child.called})
        return {"picked_up_by": name, "pick_up_because": because}

    def _warn(self, child, known):
        """Say that somebody else marked the child since; sent again it is what the sender says."""
        self.data = self.data.copy()
        self.data[f"was-{child.pk}"] = digest_of(known)
        words = _("%(who)s marked %(name)s meanwhile: %(mark)s. Sending it again puts yours there.")
        said = {"who": known.by.full_name, "name": child.called, "mark": known.get_mark_display()}
        self.add_error(f"mark-{child.pk}", words % said)


class AttendanceFileForm(ExportForm):
    """Taking attendance along: as which file, and what for."""

    REASONS = (
        ("report", gettext_lazy("to report on the programme")),
        ("leaders", gettext_lazy("to report to the school’s leaders")),
        ("check", gettext_lazy("to check the figures")),
    )
    reason = forms.ChoiceField(
        label=gettext_lazy("What do you need it for?"), choices=REASONS, widget=ChoiceBoxes
    )
