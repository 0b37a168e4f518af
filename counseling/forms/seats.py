"""Forms of seats: asked for by staff, put in a group of need, left; drawn together."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _, gettext_lazy

from counseling.models import Programme, Seat
from counseling.reading.seats import moment_in_words
from homeschool.forms import CheckBoxes, ChoiceBoxes, CleanTextMixin, SubmissionFormMixin
from visits.forms.step import answer, choose, line

LONGEST_WORDS = 300
ONE, SEVERAL = forms.ChoiceField, forms.MultipleChoiceField
NEW_WORDS = gettext_lazy("The school changed these words just now. Please read them again.")
SAY_YES = gettext_lazy("Without a yes to this your child cannot take part.")


class AskForChildForm(SubmissionFormMixin, CleanTextMixin, forms.Form):
    """Staff writes down that a family asked, on paper or by telephone."""

    child = choose(ONE, gettext_lazy("Child"), (), required=True)
    how = choose(
        ONE, gettext_lazy("How the family asked"),
        [(c, w) for c, w in Seat.How.choices if c != Seat.How.PORTAL], required=True,
        initial=Seat.How.PAPER, widget=ChoiceBoxes(row=True),
    )  # fmt: skip
    group = choose(ONE, gettext_lazy("Group of need"), ())
    said = line(
        gettext_lazy("Who said yes"), 200, required=True,
        help_text=gettext_lazy("Name of the mother, father or guardian who agreed to the words above."),
    )  # fmt: skip

    def __init__(self, *args, programme, children, **kwargs):
        super().__init__(*args, **kwargs)
        self.programme = programme
        self.children = {str(child.pk): child for child in children}
        self.fields["child"].choices = [
            ("", "—"),
            *((key, f"{c.full_name} · {c.school_class.name}") for key, c in self.children.items()),
        ]
        if programme.needs:
            self.fields["group"].choices = groups_of(programme)
            self.initial.setdefault("group", str(len(programme.needs)))
        else:
            del self.fields["group"]
        if not programme.consent:
            del self.fields["said"]

    def ask(self, by):
        """Ask for the seat; returns it."""
        data, programme = self.cleaned_data, self.programme
        return Seat.objects.ask(
            programme,
            self.children[data["child"]],
            by=by,
            how=data["how"],
            need=int(data["group"]) if data.get("group") else None,
            consent=(programme.consent, data["said"]) if programme.consent else None,
        )


def groups_of(programme):
    """Return [(number, words)] of the groups of need, all others last."""
    rows = [(str(n), words) for n, words in enumerate(programme.needs)]
    return [*rows, (str(len(rows)), _("none of these"))]


class GroupForm(SubmissionFormMixin, CleanTextMixin, forms.Form):
    """In which group of need a waiting child stands."""

    group = choose(ONE, gettext_lazy("Group of need"), (), required=True, widget=ChoiceBoxes)

    def __init__(self, *args, seat, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["group"].choices = groups_of(seat.programme)
        self.initial.setdefault("group", str(min(seat.need, len(seat.programme.needs))))


class YesForm(SubmissionFormMixin, CleanTextMixin, forms.Form):
    """The yes of a family to an offer, as staff heard or read it."""

    said = line(gettext_lazy("Who said yes"), 200, required=True)
    how = choose(
        ONE, gettext_lazy("How the family answered"),
        [(c, w) for c, w in Seat.How.choices if c != Seat.How.PORTAL], required=True,
        initial=Seat.How.PHONE, widget=ChoiceBoxes(row=True),
    )  # fmt: skip


class LeaveForm(SubmissionFormMixin, CleanTextMixin, forms.Form):
    """Why a seat or a wish is given up; a sentence, or nothing."""

    words = answer(gettext_lazy("Why"), rows=2, limit=LONGEST_WORDS)


class ConsentForm(SubmissionFormMixin, CleanTextMixin, forms.Form):
    """Ask for one seat at once; where the programme asks for a yes, it is said here."""

    yes = forms.BooleanField(label=gettext_lazy("Yes, I agree to this"), required=False)
    # the words that stood on the page: what is agreed to is what was read
    words = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, programme, **kwargs):
        super().__init__(*args, **kwargs)
        self.programme = programme
        if not programme.consent:
            del self.fields["yes"], self.fields["words"]
        else:
            self.initial["words"] = programme.consent

    def clean(self):
        data = super().clean()
        if self.programme.consent and not data.get("yes"):
            self.add_error("yes", SAY_YES)
        return data

    @property
    def consent(self):
        """What `Seat.objects.ask` takes."""
        return (self.cleaned_data["words"], "") if self.programme.consent else None

    def show_new_words(self):
        """Show the words as they stand now, and ask again."""
        self.data = self.data.copy()
        self.data[self.add_prefix("words")] = self.programme.consent
        self.data.pop(self.add_prefix("yes"), None)
        self.add_error("yes", NEW_WORDS)


class WishForm(SubmissionFormMixin, CleanTextMixin, forms.Form):
    """Up to three programmes of a draw, in the order in which the family would like them."""

    NAMES = (
        ("first", gettext_lazy("Most of all")), ("second", gettext_lazy("If that is full")),
        ("third", gettext_lazy("If that is full, too")),
    )  # fmt: skip

    def __init__(self, *args, programmes, **kwargs):
        super().__init__(*args, **kwargs)
        self.programmes = {str(programme.pk): programme for programme in programmes}
        choices = [("", _("nothing")), *((k, p.name) for k, p in self.programmes.items())]
        self.places = self.NAMES[: len(self.programmes)]
        fields = {
            name: choose(ONE, label, choices, error_messages={}) for name, label in self.places
        }
        for key, programme in self.programmes.items():
            if programme.consent:
                fields[f"yes-{key}"] = forms.BooleanField(
                    label=_("%(programme)s: yes, I agree to this") % {"programme": programme.name},
                    help_text=programme.consent, required=False,
                )  # fmt: skip
                # what is agreed to is what was read
                fields[f"words-{key}"] = forms.CharField(
                    required=False, widget=forms.HiddenInput, initial=programme.consent
                )
        self.fields = fields | self.fields

    def clean(self):
        data = super().clean()
        chosen = [data.get(name) for name, _label in self.places if data.get(name)]
        for n, (name, _label) in enumerate(self.places):
            if data.get(name) and data[name] in [data.get(m) for m, _l in self.places[:n]]:
                self.add_error(name, _("You chose this already. Please choose another one."))
        for key in chosen:
            if f"yes-{key}" in self.fields:
                self._check_yes(data, key)
        return data

    def _check_yes(self, data, key):
        stands = self.programmes[key].consent
        if not data.get(f"yes-{key}"):
            self.add_error(f"yes-{key}", SAY_YES)
        elif data.get(f"words-{key}") != stands:
            self.data = self.data.copy()
            self.data[self.add_prefix(f"words-{key}")] = stands
            self.data.pop(self.add_prefix(f"yes-{key}"), None)
            self.add_error(f"yes-{key}", NEW_WORDS)

    @property
    def chosen(self):
        """[Programme] in the order of the wish."""
        keys = [self.cleaned_data.get(name) for name, _label in self.places]
        return [self.programmes[key] for key in keys if key]

    @property
    def consents(self):
        """What `Seat.objects.wish` takes."""
        return {p.pk: (p.consent, "") for p in self.chosen if p.consent}


class DrawForm(SubmissionFormMixin, CleanTextMixin, forms.Form):
    """Which programmes are drawn together."""

    programmes = choose(
        SEVERAL, gettext_lazy("Draw together"), (), required=True, widget=CheckBoxes,
        help_text=gettext_lazy("A child gets at most one seat of those drawn together."),
    )  # fmt: skip

    def __init__(self, *args, programmes, **kwargs):
        super().__init__(*args, **kwargs)
        self.rows = {str(programme.pk): programme for programme in programmes}
        self.fields["programmes"].choices = [
            (key, f"{p.name} ({p.begins:%Y-%m-%d})") for key, p in self.rows.items()
        ]

    def clean_programmes(self):
        rows = [self.rows[key] for key in self.cleaned_data["programmes"]]
        for row in rows:
            if row.takes_wishes and row.asks_until:
                words = _(
                    "Families can ask for %(programme)s until %(when)s. Please draw after that."
                )
                when = moment_in_words(row.asks_until, row.zone)
                raise ValidationError(words % {"programme": row.name, "when": when})
        if len({(row.school_id, *row.needs) for row in rows}) > 1:
            raise ValidationError(
                _(
                    "These programmes do not put the same children first. Please draw them one by one."
                )
            )
        return rows


def drawable(user, roles):
    """Return the programmes whose seats wait for a draw, of the schools where `user` keeps them."""
    rows = Programme.objects.visible_to(user, roles=roles).going_on().filter(
        giving=Programme.Giving.DRAW, drawn_at=None,
        state__in=[Programme.State.OPEN, Programme.State.RUNNING],
    )  # fmt: skip
    return rows.select_related("school").counted().order_by("begins", "name", "pk")
