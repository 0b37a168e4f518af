"""Forms of volunteers: applying, deciding, checks, trainings, when somebody can come, and hours."""

import datetime as dt

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _, gettext_lazy

from counseling.models import Clearance, Training, Volunteer
from counseling.models.volunteer import YOUNGEST
from counseling.reading.volunteers import WHICH, languages
from homeschool import names
from homeschool.forms import (
    CheckBoxes,
    ChoiceBoxes,
    CleanTextMixin,
    DateBox,
    SubmissionFormMixin,
    TimeBox,
)
from homeschool.people.actions import is_known_at
from homeschool.people.forms.guardians import NOT_TO_BE_USED
from homeschool.people.models import User
from homeschool.people.models.weekday import Weekday
from visits.forms.listing import NOT_A_DAY
from visits.forms.step import answer, choose, line

ONE = forms.ChoiceField
NOT_YET = gettext_lazy("This day has not come yet.")
LOOK_AT_THE_YEAR = gettext_lazy("Please look at the year again.")
ENDS_BEFORE = gettext_lazy("It ends before it begins.")
NO_TIME = gettext_lazy("Please write a time like 16:30.")
OLDEST_AGE, LONGEST_CHECK = 110, dt.timedelta(days=366 * 5)


def years_before(day, years):
    """Return the same day so many years earlier; of 29 February it is the 28th."""
    last = 28 if (day.month, day.day) == (2, 29) else day.day
    return day.replace(year=day.year - years, day=last)


def day(label, **options):
    """Return the field of a day."""
    return forms.DateField(
        label=label, widget=DateBox, error_messages={"invalid": NOT_A_DAY}, **options
    )


class OnceAForm(SubmissionFormMixin, CleanTextMixin, forms.Form):
    """A form that counts once; `today` is the school's."""

    def __init__(self, *args, today, **kwargs):
        self.today = today
        super().__init__(*args, **kwargs)

    def has_come(self, name):
        """Refuse a day that has not come; returns it."""
        on = self.cleaned_data[name]
        if on and on > self.today:
            raise ValidationError(NOT_YET, code="future")
        return on


# --- when somebody can come ---------------------------------------------------------------------
class TimesMixin(forms.Form):
    """Rows of (day, from, until); a row without anything is left out."""

    ROWS = 3

    def __init__(self, *args, times=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.numbers = range(max(self.ROWS, len(times) + 1))
        days = [("", _("no day")), *Weekday.choices]
        for n in self.numbers:
            said = {"n": n + 1}
            self.fields[f"day-{n}"] = choose(ONE, _("Day %(n)d") % said, days)
            for name, label in (("starts", _("From %(n)d")), ("ends", _("Until %(n)d"))):
                self.fields[f"{name}-{n}"] = forms.TimeField(
                    label=label % said, widget=TimeBox, required=False,
                    error_messages={"invalid": NO_TIME},
                )  # fmt: skip
        for n, found in enumerate(times):
            for name, value in zip(("day", "starts", "ends"), found, strict=True):
                self.initial[f"{name}-{n}"] = value

    @property
    def rows(self):
        """[(day, from, until)] as fields to draw."""
        return [[self[f"{name}-{n}"] for name in ("day", "starts", "ends")] for n in self.numbers]

    @property
    def plain_fields(self):
        """The visible fields beside the rows."""
        return [field for field in self.visible_fields() if "-" not in field.name]

    def clean(self):
        data = super().clean() or self.cleaned_data
        for n in self.numbers:
            names_of_row = [f"{name}-{n}" for name in ("day", "starts", "ends")]
            said = [data.get(name) for name in names_of_row]
            if any(said) and not all(said):
                for name, value in zip(names_of_row, said, strict=True):
                    if not value and name not in self.errors:
                        self.add_error(name, _("Please fill the row, or leave it empty."))
            elif all(said) and said[2] <= said[1]:
                self.add_error(names_of_row[2], ENDS_BEFORE)
        return data

    @property
    def times(self):
        """[(weekday, from, until)] as they were written."""
        data = self.cleaned_data
        found = [(data[f"day-{n}"], data[f"starts-{n}"], data[f"ends-{n}"]) for n in self.numbers]
        return [(int(weekday), starts, ends) for weekday, starts, ends in found if weekday]


class TimesForm(SubmissionFormMixin, TimesMixin):
    """When a volunteer can come, as it says itself."""

    marks_optional = False
    ROWS = 5


# --- applying -----------------------------------------------------------------------------------
class ApplyForm(TimesMixin, OnceAForm):
    """What somebody says who would like to help."""

    full_name = line(gettext_lazy("Your name"), names.LONGEST, required=True)
    email = forms.EmailField(label=gettext_lazy("E-mail"), max_length=254, required=False)
    phone = line(
        gettext_lazy("Telephone"), 40,
        help_text=gettext_lazy("One of the two is enough: e-mail or telephone."),
        widget=forms.TextInput(attrs={"inputmode": "tel", "dir": "ltr", "autocomplete": "tel"}),
    )  # fmt: skip
    born_on = day(
        gettext_lazy("Birthday"),
        help_text=gettext_lazy("It is needed for the check. Whoever helps is 16 or older."),
    )
    languages = choose(
        forms.MultipleChoiceField, gettext_lazy("Languages that you speak"), (), required=True,
        widget=CheckBoxes(row=True),
    )  # fmt: skip
    good_at = answer(
        gettext_lazy("What you would like to do, and are good at"), limit=2000, required=True,
        help_text=gettext_lazy("For example: read aloud, mathematics, chess, drawing, football."),
    )  # fmt: skip
    organisation = line(
        gettext_lazy("Sent by"), 200,
        help_text=gettext_lazy("A university, a firm, a club; empty where you come by yourself."),
    )  # fmt: skip
    agrees = forms.BooleanField(
        label=gettext_lazy(
            "I agree: the school checks me before I am with children, and keeps what I wrote here."
        ),
        error_messages={"required": gettext_lazy("Without this tick the school may keep nothing.")},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["languages"].choices = languages()
        self.order_fields([*(n for n in self.fields if n != "agrees"), "agrees"])

    def clean_full_name(self):
        return " ".join(self.cleaned_data["full_name"].split())

    def clean_born_on(self):
        born = self.has_come("born_on")
        if born < years_before(self.today, OLDEST_AGE):
            raise ValidationError(LOOK_AT_THE_YEAR, code="early")
        if born > years_before(self.today, YOUNGEST):
            raise ValidationError(
                _("Whoever helps is %(age)d or older. Please come back then: we will be glad.")
                % {"age": YOUNGEST},
                code="young",
            )
        return born

    def clean(self):
        data = super().clean()
        if not {"email", "phone"} & set(self.errors) and not (
            data.get("email") or data.get("phone")
        ):
            self.add_error("email", _("Please write an e-mail or a telephone number."))
        return data

    def columns(self):
        """Return the columns of a Volunteer that it sets."""
        own = ("full_name", "email", "phone", "born_on", "languages", "good_at", "organisation")
        return {name: self.cleaned_data[name] for name in own}


# --- staff --------------------------------------------------------------------------------------
class FilterForm(CleanTextMixin, forms.Form):
    """Which volunteers are listed."""

    marks_optional = False
    which = choose(ONE, gettext_lazy("Show"), WHICH)
    q = line(gettext_lazy("Name, organisation, or number of a certificate"), 200)


class DecideForm(OnceAForm):
    """Yes or no to an application, with words for the person.

    An e-mail that an account of the portal has opens this account only where the school knows it,
    and somebody says that it is the same person.
    """

    YES, NO = "yes", "no"
    decision = choose(
        ONE, gettext_lazy("Your answer"),
        ((YES, gettext_lazy("Yes, glad to have you")), (NO, gettext_lazy("No, not this time"))),
        required=True, widget=ChoiceBoxes(row=True),
    )  # fmt: skip
    words = answer(
        gettext_lazy("A sentence for the person"),
        limit=500,
        help_text=gettext_lazy("It stands in the letter as you write it here."),
    )
    email = forms.EmailField(
        label=gettext_lazy("E-mail, if you know one"),
        max_length=254,
        required=False,
        help_text=gettext_lazy("With it the person gets an account. Without one, please call."),
    )
    same = forms.BooleanField(required=False)

    def __init__(self, *args, volunteer, **kwargs):
        super().__init__(*args, **kwargs)
        self.volunteer = volunteer
        self.account = None
        if volunteer.email:
            del self.fields["email"]
            self._know(volunteer.email.lower())
        if self.account is None:
            del self.fields["same"]
        else:
            self.fields["same"].label = _(
                "The account of %(name)s at this school has this e-mail: it is the same person."
            ) % {"name": self.account.full_name}

    def _know(self, email):
        """Look whether an account has this address; of one that the school does not know, it says
        nothing but that the address is not to be used."""
        found = User.objects.having(email)
        known = found and found.is_active and is_known_at(self.volunteer.school, found)
        self.account = found if known else None
        self.is_strange = bool(found) and not known

    is_strange = False

    def _helps_already(self):
        there = Volunteer.objects.filter(school=self.volunteer.school_id, user=self.account)
        return there.exclude(state__in=Volunteer.GONE).exists()

    def clean_email(self):
        email = self.cleaned_data["email"].strip().lower()
        if email and User.objects.having(email):
            raise ValidationError(NOT_TO_BE_USED, code="not_to_be_used")
        return email

    def clean(self):
        data = super().clean()
        if data.get("decision") == self.YES:
            if self.account is not None and self._helps_already():
                self.add_error("decision", _("This person helps at the school already."))
            if self.is_strange:
                self.add_error("decision", NOT_TO_BE_USED)
            if self.account is not None and not data.get("same"):
                self.add_error(
                    "same", _("Please make sure that it is the same person, and tick it.")
                )
        return data

    def decide(self, by):
        """Write the answer down."""
        data, volunteer = self.cleaned_data, self.volunteer
        if data["decision"] == self.NO:
            volunteer.refuse(by=by, words=data["words"])
        else:
            volunteer.accept(
                by=by, words=data["words"], user=self.account, email=data.get("email", "")
            )


class CheckForm(OnceAForm):
    """What was checked of a volunteer, and until when it holds."""

    kind = choose(
        ONE, gettext_lazy("What was checked"), Clearance.Kind.choices, required=True,
        widget=ChoiceBoxes(),
        help_text=gettext_lazy("Only the police record or the register lets somebody lead."),
    )  # fmt: skip
    reference = line(
        gettext_lazy("Number"), 60,
        help_text=gettext_lazy("As it stands on the paper. It is kept sealed."),
    )  # fmt: skip
    issued_on = day(gettext_lazy("Holds from"))
    expires_on = day(gettext_lazy("Holds until"))

    def clean(self):
        data = super().clean()
        first, last = data.get("issued_on"), data.get("expires_on")
        if first and last and last <= first:
            self.add_error("expires_on", ENDS_BEFORE)
        elif first and last and last > first + LONGEST_CHECK:
            self.add_error("expires_on", _("A check holds for five years at most."))
        return data

    def columns(self):
        return {n: self.cleaned_data[n] for n in ("kind", "reference", "issued_on", "expires_on")}


class WithdrawForm(OnceAForm):
    """Why a check holds no longer."""

    because = line(gettext_lazy("Why it holds no longer"), 300, required=True)


class TrainingForm(OnceAForm):
    """What a volunteer learned for the work."""

    what = line(gettext_lazy("What was learned"), 200, required=True)
    on = day(gettext_lazy("Day"))
    minutes = forms.IntegerField(
        label=gettext_lazy("Minutes"), min_value=5, max_value=6000, initial=60
    )

    def clean_on(self):
        return self.has_come("on")

    def add(self, volunteer):
        """Write it down; returns the Training."""
        own = ("what", "on", "minutes")
        return Training.objects.create(
            volunteer=volunteer, **{name: self.cleaned_data[name] for name in own}
        )


class HoursForm(CleanTextMixin, forms.Form):
    """The days between which hours are certified."""

    marks_optional = False
    since = day(gettext_lazy("From"))
    until = day(gettext_lazy("Until"))

    def __init__(self, *args, today, **kwargs):
        self.today = today
        super().__init__(*args, **kwargs)

    def clean(self):
        data = super().clean()
        since, until = data.get("since"), data.get("until")
        if until and until > self.today:
            self.add_error("until", NOT_YET)
        elif since and until and until < since:
            self.add_error("until", ENDS_BEFORE)
        elif since and until and (until - since).days > 366 * 10:
            self.add_error("since", LOOK_AT_THE_YEAR)
        return data
