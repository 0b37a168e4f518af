"""Forms of the learning situation: marks of a test, attendance of a day, one observation of a child."""

import hashlib
import unicodedata
from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _, gettext_lazy

from counseling.models import Observation
from counseling.models.observation import LONGEST_SUBJECT, LONGEST_WORDS, OLDEST
from counseling.reading.importing.sheet import PROBLEMS, number, plainly
from homeschool.forms import ChoiceBoxes, CleanTextMixin, DateBox, SubmissionFormMixin
from visits.forms.listing import NOT_A_DAY
from visits.forms.step import answer, choose, line
from visits.importing.sheet import Wrong

LONGEST_LINE = 300
ONE = forms.ChoiceField
Kind = Observation.Kind
NOT_YET = gettext_lazy("This day has not come yet.")
MEANWHILE = gettext_lazy(
    "Somebody else took this day meanwhile. Look again; sending it now puts yours in its place."
)


class AmountField(forms.CharField):
    """A number as people write it: 85, 85.5, 85,5, and the digits of other keyboards."""

    def __init__(self, *, placeholder="", **options):
        attrs = {"inputmode": "decimal", "autocomplete": "off", "size": "6", "dir": "ltr"}
        if placeholder:
            attrs["placeholder"] = placeholder
        super().__init__(widget=forms.TextInput(attrs=attrs), **options)

    def prepare_value(self, value):
        """Show a number of the database as people write it."""
        return plainly(value) if isinstance(value, Decimal) else value

    def clean(self, value):
        text = super().clean(value)
        if not text:
            return None
        try:
            return number(unicodedata.normalize("NFKC", text))
        except Wrong as wrong:
            raise ValidationError(PROBLEMS[wrong.args[0]][0], code=wrong.args[0]) from None


def hinted(field, words):
    """Return the field with a hint inside, where a list names its lines by the child alone."""
    field.widget.attrs["placeholder"] = words
    return field


class OnADayForm(SubmissionFormMixin, CleanTextMixin, forms.Form):
    """A form about a day that has come; `today` is the school's."""

    marks_optional = False

    def __init__(self, *args, today, **kwargs):
        self.today = today
        super().__init__(*args, **kwargs)
        self.initial.setdefault("on", today)

    def clean_on(self):
        on = self.cleaned_data["on"]
        if on > self.today:
            raise ValidationError(NOT_YET, code="future")
        if on < OLDEST:
            raise ValidationError(_("Please look at the year again."), code="early")
        return on


def day():
    """Return the field of the day."""
    return forms.DateField(
        label=gettext_lazy("Day"), widget=DateBox, error_messages={"invalid": NOT_A_DAY}
    )


class ClassForm(OnADayForm):
    """A form with a line for each child of a class; `rows` draws them."""

    def __init__(self, *args, children, **kwargs):
        self.children = list(children)
        for child in self.children:
            self.base_fields = self.base_fields | self.fields_of(child)
        super().__init__(*args, **kwargs)

    def fields_of(self, child):
        """Return the fields of one child by name."""
        raise NotImplementedError

    @property
    def shared(self):
        """The fields that are about all children."""
        own = {f"{name}-{child.pk}" for child in self.children for name in self.own}
        return [field for field in self.visible_fields() if field.name not in own]

    @property
    def rows(self):
        """[(child, its fields)]."""
        return [(child, [self[f"{n}-{child.pk}"] for n in self.own]) for child in self.children]

    def of(self, name, child):
        """Return what was cleaned for a child."""
        return self.cleaned_data.get(f"{name}-{child.pk}")


class MarksForm(ClassForm):
    """The marks of one test for all children of a class; a child without a mark is left out."""

    own = ("value", "words")
    subject = line(gettext_lazy("Subject"), LONGEST_SUBJECT, required=True)
    on = day()
    out_of = AmountField(
        label=gettext_lazy("Points to reach"), initial="100", required=False,
        help_text=gettext_lazy("Empty where you give grades."),
    )  # fmt: skip
    about = line(
        gettext_lazy("What the test was about"), LONGEST_LINE,
        help_text=gettext_lazy("Every child and family reads it beside the mark."),
    )  # fmt: skip

    def fields_of(self, child):
        name = child.full_name
        value = AmountField(
            label=_("Mark of %(name)s") % {"name": name}, required=False, placeholder=_("mark")
        )
        words = hinted(
            line(_("A sentence for %(name)s") % {"name": name}, LONGEST_WORDS - LONGEST_LINE - 1),
            _("your sentence"),
        )
        return {f"value-{child.pk}": value, f"words-{child.pk}": words}

    def clean(self):
        data = super().clean()
        if data.get("out_of") == Decimal(0):
            self.add_error("out_of", _("Write how many points could be reached, or nothing."))
        most, given = data.get("out_of"), 0
        for child in self.children:
            value = self.of("value", child)
            given += value is not None or f"value-{child.pk}" in self.errors
            if value is None and self.of("words", child):
                self.add_error(
                    f"value-{child.pk}",
                    _("Write a mark for %(name)s too.") % {"name": child.full_name},
                )
            elif value is not None and most and value > most:
                self.add_error(
                    f"value-{child.pk}",
                    _("%(name)s: more than could be reached.") % {"name": child.full_name},
                )
        if not given and not self.errors:
            raise ValidationError(_("Write at least one mark."), code="none")
        return data

    def observations(self, by):
        """Return the marks that were written, unsaved."""
        data = self.cleaned_data
        return [
            Observation(
                school_id=child.school_id, student=child, kind=Kind.MARK, by=by,
                subject=data["subject"], on=data["on"], value=self.of("value", child),
                out_of=data["out_of"],
                words="\n".join(filter(None, [data["about"], self.of("words", child)])),
            )
            for child in self.children
            if self.of("value", child) is not None
        ]  # fmt: skip


class AttendanceForm(ClassForm):
    """Who was there on a day. `stand` {child: Observation} is what is known of it already."""

    own = ("there", "words")
    THERE, HALF, AWAY = "1", "0.5", "0"
    WAYS = (
        (THERE, gettext_lazy("there")), (HALF, gettext_lazy("half")),
        (AWAY, gettext_lazy("absent")),
    )  # fmt: skip
    on = forms.DateField(widget=forms.HiddenInput, error_messages={"invalid": NOT_A_DAY})
    # which rows stood when the page was read, so that nobody overwrites a colleague unawares
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, stand, **kwargs):
        self.stand = stand
        super().__init__(*args, **kwargs)
        self.initial["seen"] = self.stands_now

    @property
    def stands_now(self):
        """What stands of the day, in short."""
        rows = sorted(str(row.pk) for row in self.stand.values())
        return hashlib.sha256(" ".join(rows).encode()).hexdigest()[:20]

    def clean(self):
        data = super().clean()
        if data.get("seen") != self.stands_now:
            self.data = self.data.copy()
            self.data[self.add_prefix("seen")] = self.stands_now
            raise ValidationError(MEANWHILE, code="meanwhile")
        return data

    def fields_of(self, child):
        known = self.stand.get(child.pk)
        there = choose(
            ONE, child.full_name, self.WAYS, required=True, widget=ChoiceBoxes(row=True),
            initial=_way(known) if known else self.THERE,
        )  # fmt: skip
        words = hinted(
            line(
                _("Reason for %(name)s") % {"name": child.full_name}, LONGEST_LINE,
                initial=known.words if known else "",
            ),
            _("reason"),
        )  # fmt: skip
        return {f"there-{child.pk}": there, f"words-{child.pk}": words}

    def changes(self, by):
        """Return (new rows, [(row that stands, what it should say)])."""
        new, changed = [], []
        for child in self.children:
            said = {"value": Decimal(self.of("there", child)), "words": self.of("words", child)}
            known = self.stand.get(child.pk)
            if known is None:
                new.append(
                    Observation(
                        school_id=child.school_id, student=child, kind=Kind.ATTENDANCE, by=by,
                        on=self.cleaned_data["on"], out_of=Decimal(1), **said,
                    )
                )  # fmt: skip
            elif (known.value, known.words) != (said["value"], said["words"]):
                changed.append((known, said))
        return new, changed


def _way(known):
    return {0: AttendanceForm.AWAY, 1: AttendanceForm.THERE}.get(known.value, AttendanceForm.HALF)


class ObservationForm(OnADayForm):
    """One observation of one child, new or corrected."""

    KINDS = (
        (Kind.REMARK, gettext_lazy("A remark")), (Kind.BEHAVIOUR, gettext_lazy("Behaviour")),
        (Kind.MARK, gettext_lazy("A mark")), (Kind.ATTENDANCE, gettext_lazy("Attendance")),
    )  # fmt: skip
    kind = choose(
        ONE, gettext_lazy("What it is"), KINDS, required=True, initial=Kind.REMARK,
        widget=ChoiceBoxes(row=True),
    )  # fmt: skip
    on = day()
    words = answer(
        gettext_lazy("Your sentence"), limit=LONGEST_WORDS,
        help_text=gettext_lazy("The family reads it as it stands here. Begin with what went well."),
    )  # fmt: skip
    subject = line(gettext_lazy("Subject"), LONGEST_SUBJECT)
    value = AmountField(
        label=gettext_lazy("Points, or days that the child was there"), required=False,
        help_text=gettext_lazy("For a mark and for attendance."),
    )  # fmt: skip
    out_of = AmountField(label=gettext_lazy("Out of"), required=False)

    field_order = ("kind", "on", "subject", "value", "out_of", "words")

    def __init__(self, *args, correcting=None, **kwargs):
        super().__init__(*args, **kwargs)
        if correcting:
            del self.fields["kind"]
        self.kind = correcting.kind if correcting else None

    def clean(self):
        data = super().clean()
        kind = self.kind or data.get("kind")
        if kind in Observation.SAID:
            data["value"] = data["out_of"] = None
            self._ask(data, "words")
        elif kind:
            self._ask(data, *(("value", "subject") if kind == Kind.MARK else ("value", "out_of")))
        value, most = data.get("value"), data.get("out_of")
        if most == Decimal(0) or (most and value is not None and value > most):
            self.add_error("value", PROBLEMS["outside"][0])
        return data

    def _ask(self, data, *names):
        for name in names:
            if name not in self.errors and data.get(name) in (None, ""):
                label = self.fields[name].label
                self.add_error(name, _("Please fill this in: %(label)s") % {"label": label})

    def values(self):
        """Return the columns that it sets."""
        names = ("kind", "on", "words", "subject", "value", "out_of")
        return {name: self.cleaned_data[name] for name in names if name in self.fields}
