"""Step 4: what was explained, and what home and school promised each other."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _

from homeschool.forms import ChoiceBoxes, DateBox
from visits.models import Promise

from .gifts import GiftRows
from .step import StepForm, answer, choose, keep_out, line

FEWEST, MOST = 3, 20
PARTS = ("side", "child", "what", "owner", "name", "due")
Side = Promise.Side


def _number(name):
    """Return the number of the row whose text is `name`, or None."""
    parts = name.split("_")
    known = len(parts) == 3 and parts[0] == "promise" and parts[2] in PARTS
    return int(parts[1]) if known and parts[1].isdigit() and len(parts[1]) < 3 else None


class PromisesForm(GiftRows, StepForm):
    number = 4
    circle = ("children", "colleagues")
    heading = _("What did we promise each other?")

    def __init__(self, *args, wanted=0, **kwargs):
        self.wanted = wanted
        super().__init__(*args, **kwargs)

    def make_fields(self):
        fields = {
            "explained": answer(
                _("What did the school explain?"),
                lang=self.draft.data.get("written_in", ""),
                help_text=_("Rules, offers and help that you told the family about."),
            ),
            "keep_explained": keep_out(),
        }
        numbers = [_number(name) for name in self.given]
        last = max((n for n in numbers if n is not None), default=-1)
        self.shown = min(MOST, max(FEWEST, self.wanted, last + 1))
        owners = [("", _("a name that I write below")), *self.owners()]
        for n in range(self.shown):
            row = self._row(lambda: owners)  # as a function: a long list is not copied for each row
            fields |= {f"promise_{n}_{part}": field for part, field in row.items()}
        return fields | self.gift_fields()

    def _row(self, owners):
        chosen = self.draft.chosen
        child = chosen[0].called if len(chosen) == 1 else gettext("A child")
        sides = [
            (Side.SCHOOL, _("School")),
            (Side.FAMILY, _("Family")),
            (Side.STUDENT, child),
            (Side.PERSON, _("Somebody else")),
        ]
        children = [(child.id, child.called) for child in self.draft.offered]
        one = forms.ChoiceField
        return {
            "side": choose(one, _("Who promised it?"), sides, widget=ChoiceBoxes(row=True)),
            "child": choose(one, _("For whom?"), children, widget=ChoiceBoxes(row=True)),
            "what": line(_("What?"), 300, widget=forms.Textarea(attrs={"rows": 2})),
            "owner": choose(one, _("Who does this?"), owners),
            "name": line(_("Name")),
            "due": forms.DateField(
                label=_("By when?"),
                widget=DateBox,
                required=False,
                error_messages={"invalid": _("This is not a day. Write it like 2026-11-26.")},
            ),
        }

    def owners(self):
        """Return who may own a promise: who wrote the record first, then who came along."""
        draft = self.draft
        first = [(str(draft.started_by_id), draft.started_by.full_name)] if draft.started_by else []
        named = draft.data.get("colleagues", [])
        rest = sorted(draft.colleagues, key=lambda colleague: colleague.id not in named)
        return first + [(colleague.id, colleague.name) for colleague in rest]

    # --- rows -------------------------------------------------------------------------------------
    def _is_filled(self, n):
        names = [f"promise_{n}_{part}" for part in PARTS if part != "child"]
        return any(self[name].value() for name in names)

    @property
    def rows(self):
        """The fields of each row by part, its number for the reader, and whether it stands open."""
        first_empty = next((n for n in range(self.shown) if not self._is_filled(n)), MOST)
        return [
            {part: self[f"promise_{n}_{part}"] for part in PARTS}
            | {"number": n + 1, "open": self._is_filled(n) or n in (first_empty, self.wanted - 1)}
            for n in range(self.shown)
        ]

    @property
    def can_grow(self):
        return self.shown < MOST

    def filled(self, data):
        """Return the cleaned rows that hold a promise, as [(number, {part: value})]."""
        found = []
        for n in range(self.shown):
            row = {part: data.get(f"promise_{n}_{part}") for part in PARTS}
            if any(value for part, value in row.items() if part != "child"):
                found.append((n, row))
        return found

    def clean(self):
        data = super().clean()
        for n, row in self.filled(data):
            for part, words in self._faults(row):
                if f"promise_{n}_{part}" not in self.errors:
                    self.add_error(f"promise_{n}_{part}", words)
        return data

    def _faults(self, row):
        """Yield (part, words) for what is wrong with one promise."""
        if not row["child"] and len(self.draft.chosen) > 1:
            yield "child", _("For which child is it?")
        if not row["side"]:
            yield "side", _("Who promised this: school, family or child?")
        if not row["what"]:
            yield "what", _("What was promised?")
        if row["side"] == Side.SCHOOL and not (row["owner"] or row["name"]):
            yield "owner", _("Who does this? Choose a colleague or write a name.")
        if row["side"] == Side.PERSON and not row["name"]:
            yield "name", _("Who does this? Write a name.")
        today = timezone.localdate(timezone=self.draft.zone)
        if row["due"] and row["due"] < today:
            yield "due", _("The date must be today or later")
