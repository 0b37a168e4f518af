"""What takes place after school, as the API tells it to staff: programmes, sessions, who was there.

Only to staff of the school. What families are told of a programme, needs and reasons, notes, who picked a
child up, and how a volunteer is reached are on pages alone.
"""

from django.db.models import Count, Prefetch, Q
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from rest_framework import serializers

from counseling.models import Attendance, Leading, Programme, Seat, Session
from counseling.models.programme import READERS
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

# Who reads by name who was there.
OF_CHILDREN = frozenset({sight.ADVISER, sight.COUNSELOR, sight.LEADER})


def own_schools(user):
    """Return the schools whose programmes `user` reads as staff; a family's are on its pages."""
    return sight.schools_of(user, READERS)


# --- programmes ------------------------------------------------------------------------------------------
class ProgrammeSerializer(serializers.ModelSerializer):
    """A programme, with how many have a seat and how many wait for one."""

    seats_taken = serializers.IntegerField(help_text="Children who have a seat.")
    seats_offered = serializers.IntegerField(
        help_text="Seats offered to a family that can still answer."
    )
    seats_waited = serializers.IntegerField(help_text="Children on the waiting list.")

    class Meta:
        model = Programme
        fields = (
            "id", "school", "name", "provider", "partner", "format", "place", "capacity", "giving",
            "state", "begins", "ends", "seats_taken", "seats_offered", "seats_waited",
        )  # fmt: skip


class ProgrammeFilters(Filters):
    school = key_filter(_("School"))
    state = filters.ChoiceFilter(choices=Programme.State.choices, label=_("State"))
    format = filters.ChoiceFilter(choices=Programme.Format.choices, label=_("how"))
    provider = filters.ChoiceFilter(choices=Programme.Provider.choices, label=_("who offers it"))


class Programmes(ReadOnly):
    """Programmes after school of the schools at which the person works."""

    scope = Token.Scope.SESSIONS
    serializer_class = ProgrammeSerializer
    filterset_class = ProgrammeFilters
    queryset = Programme.objects.none()

    def get_queryset(self):
        rows = Programme.objects.visible_to(self.user).filter(school__in=own_schools(self.user))
        state = Seat.State
        return rows.annotate(
            seats_taken=Count("seats", Q(seats__state=state.TAKEN)),
            seats_offered=Count("seats", Q(seats__state=state.OFFERED)),
            seats_waited=Count("seats", Q(seats__state=state.WAITING)),
        )


# --- sessions --------------------------------------------------------------------------------------------
class SessionSerializer(serializers.ModelSerializer):
    """A session: when, where, who leads it, what is worked on."""

    programme = NamedSerializer()
    school = serializers.UUIDField(source="programme.school_id")
    begins, ends = Moment(), Moment()
    leaders = serializers.SerializerMethodField(help_text="Who leads it, by name.")

    class Meta:
        model = Session
        fields = (
            "id", "school", "programme", "on", "begins", "ends", "minutes", "state", "place", "topic",
            "material", "pages", "leaders",
        )  # fmt: skip

    def get_leaders(self, session) -> list[str]:
        return [
            row.volunteer.full_name if row.volunteer else row.user.full_name
            for row in session.leading
        ]


class SessionFilters(Filters):
    school = key_filter(_("School"), "programme__school")
    programme = key_filter(_("programme"))
    state = filters.ChoiceFilter(choices=Session.State.choices, label=_("State"))
    on_from = day_filter(_("From"), field_name="on", lookup_expr="gte")
    on_until = day_filter(_("Until"), field_name="on", lookup_expr="lte")


class Sessions(ReadOnly):
    """Sessions of these programmes, those that were called off too."""

    scope = Token.Scope.SESSIONS
    serializer_class = SessionSerializer
    filterset_class = SessionFilters
    queryset = Session.objects.none()

    def get_queryset(self):
        leaders = Leading.objects.filter(live=True).select_related("user", "volunteer")
        rows = Session.objects.visible_to(self.user, roles=READERS)
        return rows.select_related("programme").prefetch_related(
            Prefetch("leaders", leaders.order_by("id"), "leading")
        )


# --- who was there ---------------------------------------------------------------------------------------
class MarkedSerializer(NamedSerializer):
    """The child who was marked."""

    name = serializers.CharField(source="full_name")


class AttendanceSerializer(serializers.ModelSerializer):
    """One child at one session, as it stands: what was corrected is left out."""

    student = MarkedSerializer()
    programme = serializers.UUIDField(source="session.programme_id")
    on = serializers.DateField(source="session.on")
    engagement = serializers.IntegerField(
        allow_null=True,
        help_text="1: had to be brought along, to 3: worked by itself; null: not said.",
    )
    at = Moment(help_text="When it was marked, or corrected.")

    class Meta:
        model = Attendance
        fields = (
            "id", "session", "programme", "on", "student", "mark", "minutes", "engagement", "at",
        )  # fmt: skip


class AttendanceFilters(Filters):
    student = key_filter(_("child"))
    session = key_filter(_("session"))
    programme = key_filter(_("programme"), "session__programme")
    school_class = key_filter(_("Class"), "student__school_class")
    mark = filters.ChoiceFilter(choices=Attendance.Mark.choices, label=_("mark"))
    on_from = day_filter(_("From"), field_name="session__on", lookup_expr="gte")
    on_until = day_filter(_("Until"), field_name="session__on", lookup_expr="lte")


class Marks(ReadOnly):
    """Who was at sessions, of the children with whom staff works. A family reads on its page how often
    its child was there; a school administrator reads figures."""

    scope = Token.Scope.ATTENDANCE
    serializer_class = AttendanceSerializer
    filterset_class = AttendanceFilters
    queryset = Attendance.objects.none()

    def get_queryset(self):
        rows = Attendance.objects.visible_to(self.user, roles=OF_CHILDREN)
        return rows.select_related("student", "session")
