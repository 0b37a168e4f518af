"""Moving a visit: another time, another place, other people."""

import datetime as dt
import uuid

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from homeschool.forms import (
    CheckBoxes,
    ChoiceBoxes,
    CleanTextMixin,
    DateBox,
    SubmissionFormMixin,
    TimeBox,
)
from homeschool.people.models import Membership, User
from visits.models import Visit
from visits.models.draft import COLLEAGUES
from visits.models.planning import NoSuchTime, moment

from .listing import NOT_A_DAY
from .offering import NOT_A_TIME
from .planning import FARTHEST, NO_SUCH_TIME, SHORTEST, LastsMixin, busy_words, show_near
from .step import choose
from .who import MODES


class MoveForm(LastsMixin, SubmissionFormMixin, CleanTextMixin, forms.Form):
    """The plan of `visit` in the hands of `by`, who may go along or not."""

    marks_optional = False

    def __init__(self, data=None, *, visit, zone):
        self.visit, self.school, self.zone = visit, visit.school, zone
        self.staff = self._staff()
        self.base_fields = self._fields()
        at = visit.planned_at and visit.planned_at.astimezone(zone)
        initial = {
            "day": at and at.date(),
            "start": at and at.time().replace(second=0, microsecond=0),
            "minutes": visit.planned_minutes,
            "mode": visit.mode,
            "team": [str(pk) for pk in visit.visitors.values_list("pk", flat=True)],
        }
        super().__init__(data, initial=initial)

    def _staff(self):
        roles = Membership.objects.open().filter(school=self.school, role__in=COLLEAGUES)
        people = User.objects.filter(pk__in=roles.values("user"), is_active=True)
        rows = people.order_by("sort_key", "pk").values_list("pk", "full_name")
        return [(str(pk), name) for pk, name in rows]

    def _fields(self):
        modes = [(mode, words) for mode, (words, _icon) in MODES.items()]
        icons = {mode: icon for mode, (_words, icon) in MODES.items()}
        return {
            "day": forms.DateField(
                label=_("On which day?"), widget=DateBox, error_messages={"invalid": NOT_A_DAY}
            ),
            "start": forms.TimeField(
                label=_("From"), widget=TimeBox, error_messages={"invalid": NOT_A_TIME}
            ),
            "minutes": forms.IntegerField(
                label=_("Minutes"),
                widget=forms.NumberInput(attrs={"inputmode": "numeric", "min": SHORTEST}),
                error_messages={"invalid": _("Please write the minutes as a number, like 45.")},
            ),
            "mode": choose(
                forms.ChoiceField, _("Where do you meet?"), modes, required=True,
                widget=ChoiceBoxes(icons=icons),
            ),
            "team": choose(
                forms.MultipleChoiceField, _("Who comes?"), self.staff, required=True,
                widget=CheckBoxes,
            ),
            "colleague_more": choose(
                forms.ChoiceField, _("Somebody else of the school"),
                [("", _("nobody else")), *self.staff],
            ),
        }  # fmt: skip

    # --- what must hold ---------------------------------------------------------------------------
    def clean(self):
        data = super().clean()
        team = [*data.get("team", []), *filter(None, [data.get("colleague_more")])]
        if (
            len(team) == 1 and data.get("mode") == Visit.Mode.HOME
            and self.school.two_staff_at_the_door
        ):  # fmt: skip
            self.add_error("team", _("Your school sends two people to a home. Please name both."))
        if data.get("day") and data.get("start"):
            self._set_moment(data)
        return data

    def _set_moment(self, data):
        now = timezone.now()
        if data["day"] > timezone.localdate(now, self.zone) + FARTHEST:
            self.add_error("day", _("Please look at the year again."))
            return
        try:
            at = moment(data["day"], data["start"], self.zone)
        except NoSuchTime:
            self.add_error("start", NO_SUCH_TIME)
            return
        same = self.visit.planned_at and abs(at - self.visit.planned_at) < dt.timedelta(minutes=1)
        data["planned_at"] = self.visit.planned_at if same else at
        if at < now and not same:
            self.add_error("start", _("This time is over. Please choose a later one."))
        elif not self.errors:
            self.check_free(data)

    def check_free(self, data):
        """Say who is busy at that time, and when all are free next."""
        words = busy_words(
            self._people(data), data["planned_at"], data["minutes"], self.zone, but=self.visit
        )
        if words:
            self.add_error("start", words)

    def _people(self, data):
        named = {*data["team"], data.get("colleague_more", "")} - {""}
        return list(User.objects.filter(pk__in=[uuid.UUID(pk) for pk in named]))

    def show_near(self):
        """Offer the team of now and of the children as boxes, and the rest of the school in a list."""
        children = [line.student_id for line in self.visit.lines.all()]
        _some, self.has_more = show_near(self, "team", children)

    # --- the end ----------------------------------------------------------------------------------
    def move(self, *, by):
        """Move the visit. Raises Taken, NotPlanned and BeingWritten."""
        data = self.cleaned_data
        return self.visit.move(
            by=by,
            planned_at=data["planned_at"],
            minutes=data["minutes"],
            mode=data["mode"],
            visitors=self._people(data),
        )
