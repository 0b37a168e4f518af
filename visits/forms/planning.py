"""Planning a visit: whom, when, how long, where, who comes along, and what for."""

import datetime as dt
import uuid

from django import forms
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext, gettext_lazy as _, pgettext

from homeschool.forms import (
    CheckBoxes,
    ChoiceBoxes,
    CleanTextMixin,
    DateBox,
    SubmissionFormMixin,
    TimeBox,
)
from homeschool.people import sight
from homeschool.people.models import Household, Membership, User
from homeschool.people.views.seen import listed
from visits.models import Visit, Visitor
from visits.models.draft import COLLEAGUES, Home
from visits.models.planning import NoSuchTime, free_times, moment, span_of
from visits.models.record import WRITERS

from .campaigns import campaign_field, counted_for
from .listing import NOT_A_DAY
from .step import choose, line
from .who import MODES, home_words

SHORTEST, LONGEST, USUAL = 5, 480, 45
FARTHEST = dt.timedelta(days=366)
FEW = 6


def homes_of(children):
    """Return the homes of these children as [Home] (two queries)."""
    homes = Household.objects.filter(students__in=children).distinct().order_by("pk")
    return [
        Home(str(home.pk), [adult.full_name for adult in home.guardians.all()])
        for home in homes.prefetch_related("guardians")
    ]


def colleagues_of(school, user):
    """Return [(id, name)] of who may come along on a visit of `school` (one query)."""
    roles = Membership.objects.open().filter(school=school, role__in=COLLEAGUES)
    people = User.objects.filter(pk__in=roles.values("user"), is_active=True).exclude(pk=user.pk)
    return [(str(pk), name) for pk, name in people.values_list("pk", "full_name")]


def show_near(form, name, children):
    """Let the field `name` show the staff near `children` as boxes, and `colleague_more` the rest
    of the school; return whether there is anybody in each."""
    staff = form.fields[name].choices
    near = {pk for pk, _name in staff}
    if len(staff) > FEW:
        rows = sight.watchers(children, roles=WRITERS)
        near = {str(pk) for pk in rows.values_list("user_id", flat=True)}
        near |= set(form[name].value() or [])
    form.fields[name].widget.choices = [row for row in staff if row[0] in near]
    rest = [row for row in staff if row[0] not in near]
    form.fields["colleague_more"].widget.choices = [("", _("nobody else")), *rest]
    return bool(staff), bool(rest)


NO_SUCH_TIME = _(
    "The clocks are put forward that night: this time does not exist. Please choose another."
)


def busy_words(users, at, minutes, zone, *, but=None):
    """Return who of `users` is busy then, and the next times at which all are free; "" where
    nobody is. That a colleague is busy is said, and nothing of why."""
    rows = Visitor.objects.busy(users, span_of(at, minutes), but=but)
    names = sorted(set(rows.values_list("user__full_name", flat=True)))
    if not names:
        return ""
    words = gettext("%(names)s cannot come at this time.") % {"names": listed(names)}
    times = free_times(users, at, minutes, zone, but=but)
    if times:
        shown = listed(time_in_words(time, zone) for time in times)
        words = f"{words} " + gettext("Free for all: %(times)s.") % {"times": shown}
    return words


def time_in_words(at, zone):
    """Return a moment by the clock of `zone`, with its weekday."""
    at = at.astimezone(zone)
    words = {"weekday": date_format(at, "D"), "date": date_format(at, "MONTH_DAY_FORMAT")}
    words["time"] = f"{at:%H:%M}"
    return pgettext("Thu 26 November 16:30", "%(weekday)s %(date)s %(time)s") % words


class LastsMixin:
    """A form of a visit that says in `minutes` how long it lasts."""

    def clean_minutes(self):
        minutes = self.cleaned_data["minutes"]
        if not SHORTEST <= minutes <= LONGEST:
            limits = {"least": SHORTEST, "most": LONGEST}
            raise forms.ValidationError(
                gettext("A visit lasts between %(least)s and %(most)s minutes.") % limits
            )
        return minutes


class PlanForm(LastsMixin, SubmissionFormMixin, CleanTextMixin, forms.Form):
    """A visit to come, to `offered`: the children of one family whom the planner sees."""

    marks_optional = False

    def __init__(self, data=None, *, offered, chosen, by, campaign=""):
        self.offered, self.by = offered, by
        self.school, self.zone = offered[0].school, offered[0].school_zone
        self.homes = homes_of(offered)
        self.base_fields = self._whom() | self._when() | self._where() | self._who()
        self.base_fields |= campaign_field([child.pk for child in chosen], chosen=campaign)
        children = [str(child.pk) for child in chosen]
        spoken = next((child.home_language for child in chosen if child.home_language), "")
        super().__init__(data, initial={"child": children, "language_spoken": spoken})

    # --- the fields -------------------------------------------------------------------------------
    def _whom(self):
        children = [(str(child.pk), child.full_name) for child in self.offered]
        return {
            "child": choose(
                forms.MultipleChoiceField, _("Which children is it about?"), children,
                required=True, widget=CheckBoxes,
            )
        }  # fmt: skip

    def _when(self):
        hint = ""
        if timezone.localtime().utcoffset() != timezone.localtime(timezone=self.zone).utcoffset():
            hint = gettext("By the clock of the school.")
        return {
            "day": forms.DateField(
                label=_("On which day?"), widget=DateBox, error_messages={"invalid": NOT_A_DAY}
            ),
            "start": forms.TimeField(
                label=_("From"), widget=TimeBox, help_text=hint,
                error_messages={"invalid": _("This is not a time. Write it like 16:30.")},
            ),
            "minutes": forms.IntegerField(
                label=_("Minutes"), initial=USUAL,
                widget=forms.NumberInput(attrs={"inputmode": "numeric", "min": SHORTEST}),
                error_messages={"invalid": _("Please write the minutes as a number, like 45.")},
            ),
        }  # fmt: skip

    def _where(self):
        modes = [(mode, words) for mode, (words, _icon) in MODES.items()]
        icons = {mode: icon for mode, (_words, icon) in MODES.items()}
        fields = {
            "mode": choose(
                forms.ChoiceField, _("Where do you meet?"), modes, required=True,
                initial=Visit.Mode.HOME, widget=ChoiceBoxes(icons=icons),
            )
        }  # fmt: skip
        if len(self.homes) > 1:
            fields["household"] = choose(
                forms.ChoiceField, _("Whose home is it about?"),
                [(home.id, home_words(home)) for home in self.homes],
                required=True, widget=ChoiceBoxes,
                help_text=_("Another home of the child never reads who and where."),
            )  # fmt: skip
        return fields

    def _who(self):
        staff = colleagues_of(self.school, self.by)
        purposes = [(code, capfirst(words)) for code, words in Visit.Purpose.choices]
        return {
            "colleagues": choose(
                forms.MultipleChoiceField, _("Which colleague comes along?"), staff,
                widget=CheckBoxes,
            ),
            "colleague_more": choose(
                forms.ChoiceField, _("Somebody else of the school"),
                [("", _("nobody else")), *staff],
            ),
            "purpose": choose(
                forms.ChoiceField, _("What is it for?"), purposes, required=True,
                initial=Visit.Purpose.RELATIONSHIP, widget=ChoiceBoxes,
            ),
            "language_spoken": line(_("Which language will you speak?"), 60),
            "interpreter": line(
                _("Who interprets?"), help_text=_("Leave it empty if nobody does.")
            ),
        }  # fmt: skip

    def show_near(self):
        """Offer the child's own team as boxes, and the rest of the school in a list."""
        self.has_colleagues, self.has_more = show_near(self, "colleagues", self.offered)

    # --- what must hold ---------------------------------------------------------------------------
    def clean(self):
        data = super().clean()
        self._check_time(data)
        alone = not (data.get("colleagues") or data.get("colleague_more"))
        if (
            alone and data.get("mode") == Visit.Mode.HOME and "colleagues" not in self.errors
            and self.school.two_staff_at_the_door
        ):  # fmt: skip
            self.add_error(
                "colleagues",
                _("Your school sends two people to a home. Please name who comes with you."),
            )
        return data

    def _check_time(self, data):
        """Set `planned_at`, in the school's zone, if the visit lies ahead."""
        day, start, now = data.get("day"), data.get("start"), timezone.now()
        today = timezone.localdate(now, self.zone)
        if not day:
            return
        if day < today:
            self.add_error("day", _("This day is over. A visit that took place is logged instead."))
        elif day > today + FARTHEST:
            self.add_error("day", _("Please look at the year again."))
        elif start:
            self._set_moment(data, day, start, now)

    def _set_moment(self, data, day, start, now):
        try:
            data["planned_at"] = moment(day, start, self.zone)
        except NoSuchTime:
            self.add_error("start", NO_SUCH_TIME)
            return
        if data["planned_at"] < now:
            self.add_error("start", _("This time is over. Please choose a later one."))
        elif "minutes" in data:
            self.check_free(data)

    def check_free(self, data):
        """Say who is busy at that time, and when all are free next."""
        users = self._visitors(data)
        words = busy_words(users, data["planned_at"], data["minutes"], self.zone)
        if words:
            self.add_error("start", words)

    # --- the end ----------------------------------------------------------------------------------
    def schedule(self):
        """Plan the visit and return it."""
        data = self.cleaned_data
        children = [child for child in self.offered if str(child.pk) in data["child"]]
        columns = {n: data[n] for n in ("mode", "purpose", "language_spoken", "interpreter")}
        pks = [child.pk for child in children]
        columns |= counted_for(data.get("campaign"), by=self.by, children=pks)
        visit = Visit(
            school=self.school,
            household_id=self._household(children),
            planned_at=data["planned_at"],
            planned_minutes=data["minutes"],
            **columns,
        )
        return visit.schedule(by=self.by, children=children, visitors=self._visitors(data))

    def _visitors(self, data):
        """Return the people who are to make the visit."""
        named = {str(self.by.pk), *data.get("colleagues", []), data.get("colleague_more", "")}
        return list(User.objects.filter(pk__in=[uuid.UUID(pk) for pk in named - {""}]))

    def _household(self, children):
        """Return the id of the home that it is about: as chosen, else the only one, else None."""
        if "household" in self.fields:
            return uuid.UUID(self.cleaned_data["household"])
        homes = homes_of(children)
        return uuid.UUID(homes[0].id) if len(homes) == 1 else None
