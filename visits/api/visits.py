"""Visits as the API tells them: the list says when and with whom, one visit says what was said."""

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    BooleanField,
    Exists,
    ExpressionWrapper,
    OuterRef,
    Q,
    Subquery,
)
from django.db.models.functions import Coalesce, JSONObject
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from homeschool.people import sight
from homeschool.people.api.lists import (
    Filters,
    Moment,
    NamedSerializer,
    ReadOnly,
    key_filter,
    moment_filter,
)
from homeschool.people.models import Token
from visits.models import Difficulty, Summary, Visit, VisitChild, Visitor
from visits.models.record import READERS, home_of

from . import told

ONLY_STAFF = "Null for families."
ONLY_NEAR = "Null except for who made the visit, the child's counselor and the school's leaders."


class VisitSerializer(serializers.Serializer):
    """A visit in the list: when, where, who. What is not for the reader is null."""

    id = serializers.UUIDField()
    school = serializers.UUIDField()
    as_staff = serializers.BooleanField(
        help_text="Whether it is told as to staff, or as to a family."
    )
    status = serializers.ChoiceField(Visit.Status.choices)
    mode = serializers.ChoiceField(
        Visit.Mode.choices, allow_null=True, help_text="Where; null for another home of the child."
    )
    purpose = serializers.ChoiceField(Visit.Purpose.choices, allow_null=True, help_text=ONLY_STAFF)
    planned_at = Moment(allow_null=True, help_text=ONLY_STAFF)
    happened_at = Moment(allow_null=True)
    ended_at = Moment(allow_null=True, help_text=ONLY_STAFF)
    children = NamedSerializer(many=True, help_text="Only those whom the reader may see.")
    visitors = serializers.ListField(
        child=serializers.CharField(), allow_null=True, help_text=ONLY_STAFF
    )
    shared_at = Moment(allow_null=True, help_text="When its summary was shared with the family.")


class ToldChildSerializer(NamedSerializer):
    """A child of a visit, and what was said about this one alone."""

    going_well = serializers.CharField()
    needs = serializers.ListField(child=serializers.ChoiceField(VisitChild.Need.choices))
    needs_words = serializers.CharField()


class PresentSerializer(serializers.Serializer):
    """Somebody of the family, or with it, who was there."""

    name = serializers.CharField()
    relation = serializers.CharField()


class AdditionSerializer(serializers.Serializer):
    """What was added to a visit later."""

    id = serializers.UUIDField()
    at = Moment()
    by = serializers.CharField()
    from_family = serializers.BooleanField()
    shared = serializers.BooleanField()
    student = serializers.UUIDField(allow_null=True)
    text = serializers.CharField()


class VisitDetailSerializer(VisitSerializer):
    """One visit with what was said. To families: what was shared with them, and no more."""

    version = serializers.IntegerField(allow_null=True, help_text="Of the shared summary.")
    shared_by = serializers.CharField(allow_null=True)
    recorded_at = Moment(allow_null=True, help_text=ONLY_STAFF)
    recorded_by = serializers.CharField(allow_null=True, help_text=ONLY_STAFF)
    written_in = serializers.CharField(help_text="Language code of the words; may be empty.")
    language_spoken = serializers.CharField(allow_null=True, help_text=ONLY_STAFF)
    interpreter = serializers.CharField(allow_null=True, help_text=ONLY_STAFF)
    aspects = serializers.ListField(
        child=serializers.CharField(), allow_null=True, help_text=ONLY_STAFF
    )
    children = ToldChildSerializer(many=True, help_text="Only those whom the reader may see.")
    present = PresentSerializer(many=True)
    hopes = serializers.CharField()
    wishes = serializers.CharField()
    worries = serializers.CharField()
    learning = serializers.CharField(help_text="How learning goes at home.")
    explained = serializers.CharField()
    closing_words = serializers.CharField()
    difficulties = serializers.ListField(
        child=serializers.ChoiceField(Difficulty.choices), allow_null=True, help_text=ONLY_NEAR
    )
    situation = serializers.CharField(allow_null=True, help_text=ONLY_NEAR)
    staff_note = serializers.CharField(allow_null=True, help_text=ONLY_NEAR)
    kept_out = serializers.ListField(
        child=serializers.CharField(),
        allow_null=True,
        help_text="Questions that the family wished kept out. " + ONLY_NEAR,
    )
    additions = AdditionSerializer(many=True)


# --- which ------------------------------------------------------------------------------------------


class VisitFilters(Filters):
    student = key_filter(_("child"), "lines__student", method="of_child")
    school = key_filter(_("School"))
    status = filters.ChoiceFilter(choices=Visit.Status.choices, label=_("State"))
    mode = filters.ChoiceFilter(
        choices=Visit.Mode.choices, label=_("Where"), method="at_a_place_that_is_told"
    )
    since = moment_filter(_("From"), field_name="moment", lookup_expr="gte")
    before = moment_filter(_("before"), field_name="moment", lookup_expr="lt")

    def of_child(self, queryset, name, value):
        """Only by a child whom the reader may see: a brother's key finds nothing else."""
        user, lines = self.request.user, VisitChild.objects.filter(student=value)
        staff = lines.visible_to(user, roles=READERS)
        family = lines.visible_to(user, roles=sight.FAMILY_ROLES, item="visits")
        own = {"visit": OuterRef("pk")}
        return queryset.filter(
            Q(Exists(staff.filter(**own)), as_staff=True)
            | Q(Exists(family.filter(**own)), as_staff=False)
        )

    def at_a_place_that_is_told(self, queryset, name, value):
        """Another home of the child does not learn the place by asking for it."""
        return queryset.filter(Q(as_staff=True) | Q(home=True), mode=value)


class Visits(ReadOnly):
    """Visits, newest first: of the children with whom staff works; of a family those that were
    shared with it. A school administrator reads figures, not records, and finds none."""

    scope = Token.Scope.VISITS
    serializer_class = VisitSerializer
    filterset_class = VisitFilters
    ordering = ("-moment", "-id")
    queryset = Visit.objects.none()

    def get_queryset(self):
        return _in_list(Visit.objects.visible_to(self.user), self.user)

    def list(self, request, *args, **kwargs):
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        rows = self.get_serializer([_listed(visit) for visit in page], many=True)
        return self.get_paginated_response(rows.data)

    @extend_schema(responses=VisitDetailSerializer)
    def retrieve(self, request, *args, **kwargs):
        """One visit with what was said. That staff read it is written down, as on the page."""
        visits = Visit.objects.visible_to(self.user).select_related("school", "recorded_by")
        visit = get_object_or_404(visits, pk=kwargs["pk"])
        record = told.Reading(visit, self.user)
        if record.lines:
            record.record_reading()
            return Response(VisitDetailSerializer(told.to_staff(record)).data)
        read = told.to_family(visit, self.user)
        if read is None:
            raise Http404
        return Response(VisitDetailSerializer(read).data)


def _in_list(visits, user):
    """Add what a row of the list says, to staff and to families, in the same query."""
    line = {"visit": OuterRef("pk")}
    staff = VisitChild.objects.visible_to(user, roles=READERS).filter(**line)
    family = VisitChild.objects.visible_to(user, roles=sight.FAMILY_ROLES, item="visits")
    team = Visitor.objects.filter(**line).order_by("user__sort_key", "user")
    summary = Summary.objects.filter(**line).order_by("-version")
    return visits.annotate(
        moment=Coalesce("happened_at", "planned_at", "received_at"),
        as_staff=Exists(staff),
        home=ExpressionWrapper(home_of(user), BooleanField()),
        children_of_staff=_children(staff),
        children_of_family=_children(family.filter(**line)),
        team_names=ArraySubquery(team.values("user__full_name")),
        shared_at=Subquery(summary.values("published_at")[:1]),
    )


def _children(lines):
    name = JSONObject(id="student_id", name="student__full_name")
    return ArraySubquery(lines.order_by("student__sort_key", "student").values(json=name))


def _listed(visit):
    """Return the row of the list: of staff all of it, of a family what its page says."""
    row = {
        "id": visit.pk,
        "school": visit.school_id,
        "as_staff": visit.as_staff,
        "status": visit.status,
        "happened_at": visit.happened_at,
        "shared_at": visit.shared_at,
    }
    if visit.as_staff:
        return row | {
            "mode": visit.mode,
            "purpose": visit.purpose,
            "planned_at": visit.planned_at,
            "ended_at": visit.ended_at,
            "children": visit.children_of_staff,
            "visitors": visit.team_names,
        }
    return (
        row
        | told.NOT_FOR_FAMILIES
        | {
            "mode": visit.mode if visit.home else None,
            "children": visit.children_of_family,
        }
    )
