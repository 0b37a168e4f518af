"""Promises as the API tells them: both sides see the same ones."""

import zoneinfo

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from rest_framework import serializers

from homeschool.people import sight
from homeschool.people.api.lists import (
    Filters,
    Moment,
    NamedSerializer,
    ReadOnly,
    day_filter,
    key_filter,
)
from homeschool.people.models import Token
from visits.models import Promise
from visits.models.record import READERS, home_of

STATES = [("open", _("open")), ("late", _("late")), ("done", _("done"))]
FAMILY_SIDES = (Promise.Side.FAMILY, Promise.Side.STUDENT)


class PromisedToSerializer(NamedSerializer):
    """The child whom a promise is for."""

    name = serializers.CharField(source="full_name")


class PromiseSerializer(serializers.ModelSerializer):
    """Who does what by when. What is not for the reader is null."""

    student = PromisedToSerializer()
    owner = serializers.SerializerMethodField(
        help_text="Who does it, by name; to families only where the school owes it."
    )
    written_in = serializers.CharField(source="visit.written_in")
    state = serializers.SerializerMethodField()
    done_at = Moment(allow_null=True)

    class Meta:
        model = Promise
        fields = (
            "id", "visit", "student", "side", "owner", "what", "written_in", "due", "state",
            "done_at",
        )  # fmt: skip

    def get_owner(self, promise) -> str | None:
        reader = self.context["request"].user
        as_staff = sight.roles_for(reader, promise.student) & READERS
        if not as_staff and promise.side in FAMILY_SIDES:
            return None
        return promise.owner.full_name if promise.owner else promise.owner_name or None

    def get_state(self, promise) -> str:
        zone = zoneinfo.ZoneInfo(promise.visit.school.time_zone)
        return promise.state(timezone.localdate(timezone=zone))


class PromiseFilters(Filters):
    student = key_filter(_("child"))
    visit = key_filter(_("visit"))
    side = filters.ChoiceFilter(choices=Promise.Side.choices, label=_("who"))
    done = filters.BooleanFilter(
        field_name="done_at", lookup_expr="isnull", exclude=True, label=_("done")
    )
    due_from = day_filter(_("From"), field_name="due", lookup_expr="gte")
    due_until = day_filter(_("Until"), field_name="due", lookup_expr="lte")


class Promises(ReadOnly):
    """Promises that stand or were kept, about children in sight; to a family those of visits that
    were shared with it. What one home of a child promised, its other home does not read."""

    scope = Token.Scope.PROMISES
    serializer_class = PromiseSerializer
    filterset_class = PromiseFilters
    queryset = Promise.objects.none()

    def get_queryset(self):
        staff = Promise.objects.visible_to(self.user, roles=READERS)
        family = Promise.objects.visible_to(self.user, roles=sight.FAMILY_ROLES).filter(
            ~Q(side=Promise.Side.FAMILY) | home_of(self.user, "visit__")
        )
        rows = (staff | family).filter(dropped_at=None)
        return rows.select_related("student", "owner", "visit__school")
