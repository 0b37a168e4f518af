"""Forms of sessions: one more, another time, what is worked on, who leads, and what is booked."""

import datetime as dt

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _, gettext_lazy

from counseling.models import Resource, Volunteer
from counseling.reading.sessions import staff_who_lead
from counseling.rules import pattern
from homeschool.forms import CheckBoxes, CleanTextMixin, DateBox, SubmissionFormMixin, TimeBox
from visits.forms.listing import NOT_A_DAY
from visits.forms.step import choose, line

ONE, SEVERAL = forms.ChoiceField, forms.MultipleChoiceField
FARTHEST = dt.timedelta(days=400)
NOT_A_TIME = gettext_lazy("This is not a time. Write it like 16:30.")


class _Form(SubmissionFormMixin, CleanTextMixin, forms.Form):
    """A form that counts once."""

    marks_optional = False


class MomentForm(_Form):
    """A day and a time by the clock of the school; `zone` is that clock."""

    on = forms.DateField(
        label=gettext_lazy("Day"), widget=DateBox, error_messages={"invalid": NOT_A_DAY}
    )
    starts = forms.TimeField(
        label=gettext_lazy("From"), widget=TimeBox, error_messages={"invalid": NOT_A_TIME}
    )

    def __init__(self, *args, zone, today, **kwargs):
        self.zone, self.today = zone, today
        super().__init__(*args, **kwargs)

    def clean_on(self):
        on = self.cleaned_data["on"]
        if not self.today - FARTHEST <= on <= self.today + FARTHEST:
            raise ValidationError(_("Please look at the year again."), code="far")
        return on

    @property
    def begins(self):
        """The moment: in nights in which clocks change as `rules.pattern` says."""
        return pattern.moment(self.cleaned_data["on"], self.cleaned_data["starts"], self.zone)


class MoveForm(MomentForm):
    """Another day or time for one session."""

    def clean_on(self):
        on = super().clean_on()
        if on < self.today:
            raise ValidationError(_("This day is over. Choose one that comes."), code="past")
        return on


class AddForm(MomentForm):
    """One session more than the pattern has."""

    minutes = forms.IntegerField(
        label=gettext_lazy("Minutes"), min_value=5, max_value=600, initial=60,
        error_messages={
            "min_value": gettext_lazy("Write a number from 5 to 600."),
            "max_value": gettext_lazy("Write a number from 5 to 600."),
            "invalid": gettext_lazy("Write a number from 5 to 600."),
        },
    )  # fmt: skip
    place = line(gettext_lazy("Where"), 200)


class WorkForm(_Form):
    """Where a session is, and what is worked on."""

    place = line(gettext_lazy("Where"), 200)
    topic = line(gettext_lazy("Topic"), 200)
    material = line(gettext_lazy("Book or material"), 200)
    pages = line(gettext_lazy("Pages"), 60)

    def values(self):
        """Return the columns that it sets."""
        return {name: self.cleaned_data[name] for name in ("place", "topic", "material", "pages")}


class CallOffForm(_Form):
    """Why a session does not take place."""

    because = line(
        gettext_lazy("Why"), 300, required=True,
        help_text=gettext_lazy("Staff reads it. Families are told that it does not take place."),
    )  # fmt: skip


def people_for(school, on=None):
    """Return [(group, [(value, name)])] of the staff of a school and of its volunteers, where a day is
    named those who are cleared on it: two queries."""
    staff = [(f"user:{row.pk}", row.full_name) for row in staff_who_lead(school)]
    cleared = Volunteer.objects.filter(school=school, state=Volunteer.State.ACCEPTED)
    cleared = cleared.cleared_on(on) if on else cleared
    helpers = [(f"volunteer:{row.pk}", row.full_name) for row in cleared]
    groups = [(_("Staff"), staff), (_("Volunteers"), helpers)]
    return [group for group in groups if group[1]]


def things_for(school, span=None):
    """Return [(key, name)] of the rooms, devices and books of a school by kind; with a span of time,
    of those that are free then (one query)."""
    rows = Resource.objects.kept().filter(school=school)
    rows = rows.free(span) if span else rows
    groups: dict = {}
    for row in rows:
        name = f"{row.name} ({row.partner})" if row.partner else row.name
        groups.setdefault(row.get_kind_display().capitalize(), []).append((str(row.pk), name))
    return list(groups.items())


def person_of(value, school):
    """Return the User of the staff, or the Volunteer, whom a choice names."""
    kind, _colon, key = value.partition(":")
    rows = staff_who_lead(school) if kind == "user" else Volunteer.objects.filter(school=school)
    return rows.get(pk=key)


class LeadForm(_Form):
    """Who leads a session; volunteers only where a check of theirs holds on its day."""

    who = choose(ONE, gettext_lazy("Who"), (), required=True)

    def __init__(self, *args, session, **kwargs):
        super().__init__(*args, **kwargs)
        self.school = session.programme.school
        people = people_for(self.school, session.on)
        self.fields["who"].choices = [("", _("Please choose")), *people]

    @property
    def person(self):
        """The User or the Volunteer."""
        return person_of(self.cleaned_data["who"], self.school)


class BookForm(_Form):
    """What is booked for a session, of what is free then."""

    things = choose(
        SEVERAL, gettext_lazy("What"), (), required=True, widget=CheckBoxes(),
    )  # fmt: skip

    def __init__(self, *args, session, **kwargs):
        super().__init__(*args, **kwargs)
        self.session, self.school = session, session.programme.school
        self.fields["things"].choices = things_for(self.school, session.span)

    def clean(self):
        """Say who has a thing that was free when the page was opened."""
        data = super().clean()
        asked = set(self.data.getlist(self.add_prefix("things")))
        self.taken = []
        if "things" in self.errors and asked:
            kept = {str(row.pk): row for row in Resource.objects.kept().filter(school=self.school)}
            self.taken = [kept[key] for key in sorted(asked) if key in kept]
        return data

    @property
    def chosen(self):
        """The Resources."""
        rows = Resource.objects.filter(school=self.school, pk__in=self.cleaned_data["things"])
        return list(rows)


class SetUpForm(_Form):
    """Who leads, and what is booked for, all coming sessions of a programme."""

    leaders = choose(SEVERAL, gettext_lazy("Who leads"), (), widget=CheckBoxes())
    things = choose(SEVERAL, gettext_lazy("What is booked"), (), widget=CheckBoxes())

    def __init__(self, *args, programme, **kwargs):
        super().__init__(*args, **kwargs)
        self.school = programme.school
        # a volunteer whose check ends on the way is offered: the days after it are named
        self.fields["leaders"].choices = people_for(self.school)
        self.fields["things"].choices = things_for(self.school)

    def clean(self):
        data = super().clean()
        if not self.errors and not data.get("leaders") and not data.get("things"):
            raise ValidationError(_("Choose somebody, or something."), code="none")
        return data

    @property
    def people(self):
        """The Users and Volunteers."""
        return [person_of(value, self.school) for value in self.cleaned_data["leaders"]]

    @property
    def chosen(self):
        """The Resources."""
        rows = Resource.objects.filter(school=self.school, pk__in=self.cleaned_data["things"])
        return list(rows)


class WeekFilter(CleanTextMixin, forms.Form):
    """Which sessions of a week are shown, as it stands in the URL. What is not in this week stays
    chosen, so that one can look at the week before and after."""

    marks_optional = False
    programme = choose(ONE, gettext_lazy("Programme"), ())
    leader = choose(ONE, gettext_lazy("Who leads"), ())
    place = choose(ONE, gettext_lazy("Where"), ())
    mine = forms.BooleanField(label=gettext_lazy("Only those that I lead"), required=False)

    def __init__(self, data, week):
        super().__init__(data)
        self._offer("programme", week.programmes, data)
        self._offer("leader", [(name, name) for name in week.leaders], data)
        self._offer("place", [(name, name) for name in week.places], data)

    def _offer(self, name, choices, data):
        chosen = data.get(name, "")
        if chosen and chosen not in dict(choices):
            choices = [*choices, (chosen, _("not in this week") if name == "programme" else chosen)]
        self.fields[name].choices = [("", _("All")), *choices]

    @property
    def is_asked(self):
        """Whether anything narrows the week."""
        return any(self[name].value() for name in self.fields)

    @property
    def asked(self):
        """What narrows it."""
        return self.cleaned_data if self.is_valid() else {}


class ResourceForm(_Form):
    """A room, a device or a set of books."""

    kind = choose(ONE, gettext_lazy("What it is"), Resource.Kind.choices, required=True)
    name = line(gettext_lazy("Name"), 120, required=True)
    partner = line(
        gettext_lazy("Whose it is"), 200,
        help_text=gettext_lazy("Empty: the school’s own. Else the name of the partner."),
    )  # fmt: skip
    places = forms.IntegerField(
        label=gettext_lazy("Places for children"), required=False, min_value=0, max_value=1000,
        help_text=gettext_lazy("Only for a room."),
        error_messages={"invalid": gettext_lazy("Write a number from 0 to 1000.")},
    )  # fmt: skip

    def __init__(self, *args, school, **kwargs):
        self.school = school
        super().__init__(*args, **kwargs)

    def clean(self):
        data = super().clean()
        kind, name = data.get("kind"), data.get("name")
        if kind and name:
            same = Resource.objects.filter(school=self.school, kind=kind, name=name)
            if same.exists():
                self.add_error("name", _("There is one of this name already."))
        return data

    def values(self):
        """Return the columns that it sets."""
        data = self.cleaned_data
        return {name: data[name] for name in ("kind", "name", "partner")} | {
            "places": data["places"] or 0
        }
