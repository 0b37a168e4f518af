"""Offering visits to many families at once: whom, between which hours, who comes, until when."""

import datetime as dt
import uuid

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext, gettext_lazy as _, ngettext

from homeschool.forms import (
    CheckBoxes,
    ChoiceBoxes,
    CleanTextMixin,
    DateBox,
    SubmissionFormMixin,
    TimeBox,
)
from homeschool.people import sight
from homeschool.people.models import Guardianship, Household, User
from homeschool.people.views.seen import listed
from visits.models import Campaign, Holder, Round, Visit, VisitChild, Visitor
from visits.models.planning import NoSuchTime, moment

from .listing import NOT_A_DAY
from .planning import (
    FARTHEST,
    LONGEST,
    NO_SUCH_TIME,
    SHORTEST,
    USUAL,
    colleagues_of,
    show_near,
)
from .step import choose
from .who import MODES

MOST_FAMILIES, MOST_TIMES = 80, 100
WINDOWS = (1, 2, 3)
USUAL_PAUSE, USUAL_DAYS = 15, 5
NOT_A_TIME = _("This is not a time. Write it like 16:30.")


def families_of(children):
    """Return `children` as families, [(household or None, [child])], in the order in which they came.

    A home counts as one family: that of a first guardian, where a child has several. Children
    without a home belong together where they share a guardian. Four queries.
    """
    ids = [child.pk for child in children]
    homes = _homes_of(ids)
    adults: dict[uuid.UUID, set] = {}
    ties = Guardianship.objects.open().filter(student__in=ids)
    for child, adult in ties.values_list("student", "guardian"):
        adults.setdefault(child, set()).add(adult)
    found: list = []
    for child in children:
        home, circle = homes.get(child.pk), adults.get(child.pk, set())
        for family in found:
            same = family[0] == home if home else not family[0] and family[2] & circle
            if same:
                family[1].append(child)
                family[2].update(circle)
                break
        else:
            found.append((home, [child], set(circle)))
    return [(home, group) for home, group, _circle in found]


def _homes_of(ids):
    """Return {child: the home at which it is visited}."""
    links = Household.students.through.objects.filter(student__in=ids)
    rows = Household.objects.in_bulk(links.values_list("household", flat=True))
    first = Guardianship.objects.open().filter(student__in=ids, primary=True)
    primary = set(first.values_list("student", "guardian"))
    members: dict[uuid.UUID, set] = {}
    through = Household.guardians.through.objects.filter(household__in=list(rows))
    for home, adult in through.values_list("household", "user"):
        members.setdefault(home, set()).add(adult)
    found: dict[uuid.UUID, tuple] = {}
    for child, home in links.values_list("student", "household").order_by("household"):
        is_first = any((child, adult) in primary for adult in members.get(home, ()))
        if child not in found or (is_first and not found[child][0]):
            found[child] = (is_first, rows[home])
    return {child: home for child, (_first, home) in found.items()}


def with_a_visit_ahead(children):
    """Return the ids of those of `children` with a visit that is offered or planned (one query)."""
    ahead = Q(planned_at__gte=timezone.now()) | Q(planned_at=None)
    visits = Visit.objects.filter(ahead, status__in=Visit.OPEN)
    lines = VisitChild.objects.filter(student__in=[child.pk for child in children])
    return set(lines.filter(visit__in=visits).values_list("student", flat=True))


def without_letters(children):
    """Return the ids of those of `children` about whom nobody may be written to (one query)."""
    told = sight.receivers([child.pk for child in children], "visits")
    reached = set(told.values_list("student", flat=True))
    return {child.pk for child in children} - reached


def _row(label, kind, **options):
    return kind(label=label, required=False, **options)


class OfferForm(SubmissionFormMixin, CleanTextMixin, forms.Form):
    """Visits offered to the families of `children`, all of one school, whom `by` sees."""

    marks_optional = False

    def __init__(self, data=None, *, children, by):
        self.by, self.school, self.zone = by, children[0].school, children[0].school_zone
        ahead, unreached = with_a_visit_ahead(children), without_letters(children)
        self.left_out = [child for child in children if child.pk in ahead]
        self.unreached = [c for c in children if c.pk in unreached and c.pk not in ahead]
        self.children = [c for c in children if c.pk not in ahead | unreached]
        self.base_fields = self._whom() | self._when() | self._where() | self._words()
        today = timezone.localdate(timezone=self.zone)
        initial = {"child": [str(child.pk) for child in self.children]}
        initial["answer_by"] = today + dt.timedelta(days=USUAL_DAYS)
        super().__init__(data, initial=initial)

    # --- the fields -------------------------------------------------------------------------------
    def _whom(self):
        children = [(str(child.pk), child.full_name) for child in self.children]
        return {
            "child": choose(
                forms.MultipleChoiceField, _("Whose families do you ask?"), children,
                required=True, widget=CheckBoxes,
            )
        }  # fmt: skip

    def _when(self):
        fields: dict[str, forms.Field] = {}
        for n in WINDOWS:
            fields[f"day_{n}"] = _row(
                _("Day"), forms.DateField, widget=DateBox, error_messages={"invalid": NOT_A_DAY}
            )
            for name, label in (("from", _("From")), ("until", _("Until"))):
                fields[f"{name}_{n}"] = _row(
                    label, forms.TimeField, widget=TimeBox, error_messages={"invalid": NOT_A_TIME}
                )
        number = forms.NumberInput(attrs={"inputmode": "numeric"})
        wrong = {"invalid": _("Please write the minutes as a number, like 45.")}
        fields["minutes"] = forms.IntegerField(
            label=_("Minutes for each visit"), initial=USUAL, widget=number, error_messages=wrong
        )
        fields["pause"] = forms.IntegerField(
            label=_("Minutes for the way in between"),
            initial=USUAL_PAUSE, min_value=0, max_value=LONGEST, widget=number,
            error_messages=wrong,
        )  # fmt: skip
        return fields

    def _where(self):
        staff = colleagues_of(self.school, self.by)
        icons = {mode: icon for mode, (_words, icon) in MODES.items()}
        modes = [(mode, words) for mode, (words, _icon) in MODES.items()]
        return {
            "mode": choose(
                forms.ChoiceField, _("Where do you meet?"), modes, required=True,
                initial=Visit.Mode.HOME, widget=ChoiceBoxes(icons=icons),
            ),
            "colleagues": choose(
                forms.MultipleChoiceField, _("Which colleague comes along?"), staff,
                widget=CheckBoxes,
            ),
            "colleague_more": choose(
                forms.ChoiceField, _("Somebody else of the school"),
                [("", _("nobody else")), *staff],
            ),
        } | self._what_for()  # fmt: skip

    def _what_for(self):
        purposes = [(code, capfirst(words)) for code, words in Visit.Purpose.choices]
        fields = {
            "purpose": choose(
                forms.ChoiceField, _("What is it for?"), purposes, required=True,
                initial=Visit.Purpose.RELATIONSHIP, widget=ChoiceBoxes,
            )
        }  # fmt: skip
        found = Campaign.objects.visible_to(self.by).open().filter(school=self.school)
        self.campaigns = {str(row.pk): row for row in found.order_by("-starts", "name")}
        if self.campaigns:
            names = [(pk, row.name) for pk, row in self.campaigns.items()]
            fields["campaign"] = choose(
                forms.ChoiceField, _("For which campaign does it count?"),
                [("", _("for none")), *names],
            )  # fmt: skip
        return fields

    def _words(self):
        return {
            "answer_by": forms.DateField(
                label=_("Families answer until"), widget=DateBox,
                error_messages={"invalid": NOT_A_DAY},
            ),
            "words": forms.CharField(
                label=_("A few words to the families"), required=False, max_length=1000,
                widget=forms.Textarea(attrs={"rows": 3}),
                help_text=_("It is sent as you write it, in your language, below ours."),
            ),
            "shows_all": forms.BooleanField(
                label=_("Show each family all times"), required=False,
                help_text=_("Otherwise each family is shown three that are free."),
            ),
        }  # fmt: skip

    def show_near(self):
        """Offer the children's own team as boxes, and the rest of the school in a list."""
        self.has_colleagues, self.has_more = show_near(self, "colleagues", self.children)

    @property
    def windows(self):
        """The fields of the hours, by row."""
        return [[self[f"{name}_{n}"] for name in ("day", "from", "until")] for n in WINDOWS]

    # --- what must hold ---------------------------------------------------------------------------
    def clean_minutes(self):
        minutes = self.cleaned_data["minutes"]
        if not SHORTEST <= minutes <= LONGEST:
            raise forms.ValidationError(
                gettext("A visit lasts between %(least)s and %(most)s minutes.")
                % {"least": SHORTEST, "most": LONGEST}
            )
        return minutes

    def clean_answer_by(self):
        day, today = self.cleaned_data["answer_by"], timezone.localdate(timezone=self.zone)
        if not today <= day <= today + FARTHEST:
            raise forms.ValidationError(gettext("Please choose a day from today on."))
        return day

    def clean(self):
        data = super().clean()
        named = data.get("colleagues") or data.get("colleague_more")
        alone = not named and "colleagues" not in self.errors
        if alone and data.get("mode") == Visit.Mode.HOME and self.school.two_staff_at_the_door:
            self.add_error(
                "colleagues",
                _("Your school sends two people to a home. Please name who comes with you."),
            )
        if not self.errors:
            self._make_times(data)
        return data

    def _make_times(self, data):
        """Set `times`: those of the windows at which all who come are free."""
        wanted: set[dt.datetime] = set()
        for n in WINDOWS:
            wanted |= set(self._of_window(n, data))
        if self.errors:
            return
        if not wanted:
            self.add_error("day_1", _("Please give at least one day with its hours."))
        elif len(wanted) > MOST_TIMES:
            self.add_error(
                "until_1", gettext("These are more than %(n)s times.") % {"n": MOST_TIMES}
            )
        else:
            data["times"] = self._free(sorted(wanted), data)

    def _of_window(self, n, data):
        day, first, last = (data.get(f"{name}_{n}") for name in ("day", "from", "until"))
        if not (day or first or last):
            return []
        if not (day and first and last):
            self.add_error(f"day_{n}", _("Please fill in day, from and until."))
            return []
        try:
            at, end = moment(day, first, self.zone), moment(day, last, self.zone)
        except NoSuchTime:
            self.add_error(f"from_{n}", NO_SUCH_TIME)
            return []
        if at < timezone.now():
            self.add_error(f"from_{n}", _("This time is over. Please choose a later one."))
            return []
        if day > timezone.localdate(timezone=self.zone) + FARTHEST:
            self.add_error(f"day_{n}", _("Please look at the year again."))
            return []
        return self._split(n, at, end, data)

    def _split(self, n, at, end, data):
        """Return the times from `at` on that end by `end`."""
        minutes, found = dt.timedelta(minutes=data["minutes"]), []
        step = minutes + dt.timedelta(minutes=data["pause"])
        at, end = at.astimezone(dt.UTC), end.astimezone(dt.UTC)
        while at + minutes <= end and len(found) <= MOST_TIMES:
            found.append(at)
            at += step
        if not found:
            self.add_error(f"until_{n}", _("No visit fits between these hours."))
        return found

    def _free(self, times, data):
        """Return those of `times` at which all who come are free; say so where none is left."""
        minutes, users = dt.timedelta(minutes=data["minutes"]), self.visitors(data)
        span = (times[0], times[-1] + minutes)
        busy = [s for s in Visitor.objects.busy(users, span).values_list("span", flat=True) if s]
        Holder.objects.over().update(span=None)
        kept = Holder.objects.filter(user__in=users, span__overlap=span)
        busy += list(kept.values_list("span", flat=True))
        free = [
            at for at in times if not any(s.lower < at + minutes and at < s.upper for s in busy)
        ]
        if not free:
            names = listed(user.full_name for user in users)
            words = gettext("%(names)s: somebody is busy at all these times.") % {"names": names}
            self.add_error("day_1", words)
        self.busy_times = len(times) - len(free)
        return free

    def visitors(self, data):
        """Return the people who come."""
        named = {str(self.by.pk), *data.get("colleagues", []), data.get("colleague_more", "")}
        return list(User.objects.filter(pk__in=[uuid.UUID(pk) for pk in named - {""}]))

    def refuse_taken(self):
        """Say that somebody offered one of these times elsewhere at the same moment."""
        self.add_error(
            None, _("A colleague has just offered one of these times. Please look and send again.")
        )

    # --- the end ----------------------------------------------------------------------------------
    def offer(self):
        """Offer the visits and return the round. Raises Taken."""
        data = self.cleaned_data
        chosen = [child for child in self.children if str(child.pk) in data["child"]]
        campaign = self.campaigns.get(data.get("campaign", ""))
        last = max(data["times"])
        answer_by = dt.datetime.combine(data["answer_by"], dt.time(23, 59), self.zone)
        return Round.objects.offer(
            families_of(chosen),
            by=self.by,
            visitors=self.visitors(data),
            times=data["times"],
            campaign=campaign,
            purpose=campaign.purpose if campaign else data["purpose"],
            answer_by=max(min(answer_by, last), timezone.now() + dt.timedelta(minutes=5)),
            **{name: data[name] for name in ("mode", "minutes", "words", "shows_all")},
        )

    def told(self, round_):
        """Return what is said when the round is made."""
        asked, times = round_.offers.count(), round_.times.count()
        words = ngettext("%(n)d family is asked now.", "%(n)d families are asked now.", asked)
        words = words % {"n": asked}
        if asked > times:
            words += " " + gettext(
                "There are fewer times than families: who comes too late asks for another one."
            )
        if self.busy_times:
            words += " " + ngettext(
                "%(n)d time was left out: somebody is busy then.",
                "%(n)d times were left out: somebody is busy then.",
                self.busy_times,
            ) % {"n": self.busy_times}
        return words
