"""Step 1: who was there."""

import datetime as dt

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext, gettext_lazy as _

from homeschool.forms import CheckBoxes, ChoiceBoxes, DateBox, TimeBox
from homeschool.people.models import Guardianship
from visits.models import Aspect, Participant, Visit
from visits.models.planning import NoSuchTime, moment

from .step import StepForm, choose, line

OLDEST = dt.date(2000, 1, 1)
A_DAY = dt.timedelta(days=1)
AFTER_MIDNIGHT = dt.timedelta(hours=8)
NO_SUCH_TIME = _(
    "The clocks are put forward that night: this time does not exist. Please look again."
)
MODES = {
    Visit.Mode.HOME: (_("At home"), "house"),
    Visit.Mode.SCHOOL: (_("At school"), "school"),
    Visit.Mode.ELSEWHERE: (_("Somewhere else"), "map-pin"),
    Visit.Mode.VIDEO: (_("By video"), "video"),
    Visit.Mode.PHONE: (_("By phone"), "phone"),
}
ASPECT_ICONS = {
    "financial_aid": "wallet",
    "academic_support": "book-open",
    "career_planning": "map",
    "cadre_development": "users",
    "mental_health": "smile",
    "job_placement": "file-text",
    "school_promotion": "school",
    "overall_quality": "star",
}


def relation_words(adult):
    """Return the relation as the family says it, else in the reader's language."""
    return adult.said or str(Guardianship.Relation(adult.code).label)


def aspect_words(aspect):
    """Return the school's word for an aspect, else the shipped one in the reader's language."""
    return capfirst(aspect.name or str(Aspect.SHIPPED.get(aspect.code, aspect.code)))


def home_words(home):
    """Return whose home it is; the address stays out."""
    return ", ".join(home.adults) or gettext("a home without names")


# How somebody of the family had a part who was not there.
AWAY = {
    Participant.Presence.NOTIFIED: _("%(name)s was told"),
    Participant.Presence.ABSENT: _("%(name)s was not there"),
}


def away(answers):
    """Return {id of an adult: presence} of the answers to `away`, each "presence:id"."""
    parted = (answer.partition(":") for answer in answers)
    return {pk: presence for presence, _colon, pk in parted}


class WhoForm(StepForm):
    number = 1
    circle = ("children", "adults", "homes", "colleagues", "aspects", "writers")
    heading = _("Who was there?")

    def make_fields(self):
        draft, fields = self.draft, {}
        many, one = forms.MultipleChoiceField, forms.ChoiceField
        children = [(child.id, child.full_name) for child in draft.offered]
        fields["children"] = choose(
            many, _("Which children was it about?"), children, required=True, widget=CheckBoxes
        )
        modes = [(mode, words) for mode, (words, _icon) in MODES.items()]
        icons = {mode: icon for mode, (_words, icon) in MODES.items()}
        fields["mode"] = choose(
            one, _("Where did you meet?"), modes, required=True, widget=ChoiceBoxes(icons=icons)
        )
        fields["household"] = choose(
            one,
            _("Whose home is it about?"),
            [(home.id, home_words(home)) for home in draft.homes],
            required=self.has_two_homes,
            widget=ChoiceBoxes,
            help_text=_("Another home of the child never reads who and where."),
        )
        fields |= self._times() | self._people()
        fields["language_spoken"] = line(_("Which language did you speak?"), 60)
        fields["interpreter"] = line(
            _("Who interpreted?"), help_text=_("Leave it empty if nobody did.")
        )
        fields["aspects"] = choose(
            many,
            _("What was it about?"),
            [(a.code, aspect_words(a)) for a in draft.aspects],
            widget=CheckBoxes(
                icons={a.code: ASPECT_ICONS.get(a.code, "star") for a in draft.aspects}
            ),
        )
        fields["written_in"] = choose(
            one,
            _("I write this record in"),
            settings.LANGUAGES,
            required=True,
            widget=ChoiceBoxes(row=True),
        )
        return fields

    @property
    def has_two_homes(self):
        """Whether the children live in several homes, so that the page must ask for one."""
        return len(self.draft.homes) > 1

    def _times(self):
        missing = {"invalid": _("This is not a time. Write it like 16:30.")}
        return {
            "day": forms.DateField(
                label=_("On which day?"),
                widget=DateBox,
                error_messages={"invalid": _("This is not a day. Write it like 2026-11-26.")},
            ),
            "start": forms.TimeField(label=_("From"), widget=TimeBox, error_messages=missing),
            "end": forms.TimeField(label=_("Until"), widget=TimeBox, error_messages=missing),
        }

    def _people(self):
        draft, many = self.draft, forms.MultipleChoiceField
        family = [(adult.id, adult.name) for adult in draft.adults]
        family += [(child.id, child.full_name) for child in draft.offered]
        hints = {adult.id: relation_words(adult) for adult in draft.adults}
        hints |= {child.id: gettext("child") for child in draft.offered}
        staff = [(colleague.id, colleague.name) for colleague in draft.colleagues]
        others = [("", _("nobody else")), *staff]
        # the long lists as functions: they are not copied with the form
        return {
            "present": choose(
                many, _("Who of the family was there?"), family, widget=CheckBoxes(hints=hints)
            ),
            "away": choose(
                many,
                _("Who was told, or was not there?"),
                [
                    (f"{presence}:{adult.id}", words % {"name": adult.name})
                    for adult in draft.adults
                    for presence, words in AWAY.items()
                ],
                widget=CheckBoxes,
            ),
            "guest_1": line(_("Name")),
            "guest_1_relation": line(_("Relation"), 60),
            "guest_2": line(_("Name of a second person")),
            "guest_2_relation": line(_("Relation"), 60),
            "colleagues": choose(
                many, _("Which colleague was with you?"), lambda: staff, widget=CheckBoxes
            ),
            "colleague_more": choose(
                forms.ChoiceField,
                _("Somebody else of the school"),
                lambda: others,
            ),
        }

    def show_near(self):
        """Offer the child's own team, and who is named already, as boxes; the rest in a list."""
        named = set(self["colleagues"].value() or [])
        staff = [(c.id, c.name) for c in self.draft.colleagues]
        near = self.draft.team | named if len(staff) > 6 else {pk for pk, _name in staff}
        self.fields["colleagues"].widget.choices = [row for row in staff if row[0] in near]
        rest = [row for row in staff if row[0] not in near]
        self.fields["colleague_more"].widget.choices = [("", _("nobody else")), *rest]
        self.has_more_colleagues = bool(rest)

    @property
    def has_guests(self):
        """Whether somebody is named who is not in the lists."""
        return any(self[name].value() or self[name].errors for name in ("guest_1", "guest_2"))

    @property
    def has_away(self):
        """Whether it is noted of somebody that they were told, or not there."""
        return self.is_noted("away")

    def arrange(self, typed):
        more = typed.pop("colleague_more", None)
        if more:
            typed["colleagues"] = sorted({*typed.get("colleagues", []), more})
        return typed

    # --- what must hold ---------------------------------------------------------------------------
    def clean(self):
        data = super().clean()
        self._check_times(data)
        if not (data.get("present") or data.get("guest_1") or data.get("guest_2")) and (
            "present" not in self.errors
        ):
            self.add_error("present", _("Please name whom of the family you met."))
        self._check_away(data)
        for row in ("guest_1", "guest_2"):
            if data.get(f"{row}_relation") and not data.get(row) and row not in self.errors:
                self.add_error(row, _("What is this person’s name?"))
        self._check_pair(data)
        self._check_sight(data)
        return data

    def _check_away(self, data):
        """Of each person one thing is noted: there, told, or not there."""
        noted = [answer.partition(":")[2] for answer in data.get("away") or []]
        twice = {pk for pk in noted if noted.count(pk) > 1} | {*noted} & {
            *(data.get("present") or [])
        }
        for adult in self.draft.adults:
            if adult.id in twice:
                words = _("%(name)s is named twice: was there, was told, or was not there?")
                self.add_error("away", words % {"name": adult.name})

    def _check_times(self, data):
        """Set `happened_at` and `ended_at`, in the school's zone, if the times can be true."""
        day, start, end = (data.get(name) for name in ("day", "start", "end"))
        if day and day < OLDEST:
            self.add_error("day", _("Please look at the year again."))
            return
        if not (day and start and end):
            return
        try:
            data["happened_at"], data["ended_at"] = self._between(day, start, end)
        except NoSuchTime:
            self.add_error("start", NO_SUCH_TIME)
            return
        zone, now = self.draft.zone, timezone.now()
        if data["happened_at"] > now:
            field = "day" if day > now.astimezone(zone).date() else "start"
            self.add_error(field, _("A visit that took place cannot lie in the future."))
        elif data["ended_at"].astimezone(dt.UTC) <= data["happened_at"].astimezone(dt.UTC):
            self.add_error("end", _("The end must be later than the beginning."))
        elif data["ended_at"] > now:
            self.add_error("end", _("This time has not come yet."))

    def _between(self, day, start, end):
        """Return when it began and ended: an end before the beginning is after midnight, where
        that makes no more than eight hours. Raises NoSuchTime."""
        zone = self.draft.zone
        begun, ended = moment(day, start, zone), moment(day, end, zone)
        if end < start:
            later = moment(day + A_DAY, end, zone)
            if later.astimezone(dt.UTC) - begun.astimezone(dt.UTC) <= AFTER_MIDNIGHT:
                ended = later
        return begun, ended

    def _check_pair(self, data):
        """A home visit needs two members of staff, where the school says so."""
        alone = not (data.get("colleagues") or data.get("colleague_more"))
        if (
            alone
            and data.get("mode") == Visit.Mode.HOME
            and "colleagues" not in self.errors
            and self.draft.school.two_staff_at_the_door
        ):
            self.add_error(
                "colleagues",
                _("Your school sends two people to a home. Please name who was with you."),
            )

    def _check_sight(self, data):
        """A right that was withdrawn while the record was written holds here too."""
        for child in self.draft.offered:
            if child.id in data.get("children", []) and not self.draft.is_in_sight(child):
                words = _("%(child)s is no longer in the care of anybody who writes this record.")
                self.add_error("children", words % {"child": child.called})
