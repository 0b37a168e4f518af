"""The roster as the API tells it: schools and their parts, children, and who looks after them.

Every row comes from `visible_to`, and no field says more than the page of the same person. No
address, no home, no reason of a restriction: reading those is written down, on the page.
"""

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from rest_framework import serializers

from homeschool.people import sight
from homeschool.people.models import (
    Division,
    Grant,
    Guardianship,
    School,
    SchoolClass,
    Student,
    Term,
    Token,
)

from .lists import Filters, NamedSerializer, ReadOnly, day_filter, key_filter

# Rights that come from a guardianship itself and were not granted thing by thing by a grown child.
OF_THE_TIE = "tie"


class Part(ReadOnly):
    """Rows of the roster."""

    scope = Token.Scope.ROSTER


def by_code():
    return filters.CharFilter(field_name="code", label=_("code"), max_length=60)


# --- schools and their parts -------------------------------------------------------------------------


class SchoolSerializer(serializers.ModelSerializer):
    class Meta:
        model = School
        fields = ("id", "code", "name", "kind", "time_zone")


class SchoolFilters(Filters):
    code = by_code()


class Schools(Part):
    """Schools where the person works. A family finds its school's name with its child."""

    serializer_class = SchoolSerializer
    filterset_class = SchoolFilters
    queryset = School.objects.none()

    def get_queryset(self):
        return School.objects.visible_to(self.user)


class DivisionSerializer(serializers.ModelSerializer):
    class Meta:
        model = Division
        fields = ("id", "school", "code", "name")


class PartFilters(Filters):
    school = key_filter(_("school"))
    code = by_code()


class Divisions(Part):
    """Grades, or colleges of a university."""

    serializer_class = DivisionSerializer
    filterset_class = PartFilters
    queryset = Division.objects.none()

    def get_queryset(self):
        return Division.objects.visible_to(self.user)


class ClassSerializer(serializers.ModelSerializer):
    adviser = serializers.CharField(
        source="adviser.user.full_name", default=None, allow_null=True, help_text=_("class adviser")
    )

    class Meta:
        model = SchoolClass
        fields = ("id", "school", "division", "code", "name", "kind", "adviser")


class ClassFilters(PartFilters):
    division = key_filter(_("Grade or college"))
    kind = filters.ChoiceFilter(choices=SchoolClass.Kind.choices, label=_("kind"))


class Classes(Part):
    """Homeroom classes, and course classes that gather children of several."""

    serializer_class = ClassSerializer
    filterset_class = ClassFilters
    queryset = SchoolClass.objects.none()

    def get_queryset(self):
        return SchoolClass.objects.visible_to(self.user).select_related("adviser__user")


class TermSerializer(serializers.ModelSerializer):
    first_day = serializers.DateField(source="start")
    last_day = serializers.DateField()

    class Meta:
        model = Term
        fields = ("id", "school", "code", "name", "first_day", "last_day")


class TermFilters(PartFilters):
    on = day_filter(_("a day of the term"), method="holding")

    def holding(self, queryset, name, value):
        return queryset.on(value)


class Terms(Part):
    """Terms, both days within."""

    serializer_class = TermSerializer
    filterset_class = TermFilters
    queryset = Term.objects.none()

    def get_queryset(self):
        return Term.objects.visible_to(self.user)


# --- children ----------------------------------------------------------------------------------------


class StudentSerializer(serializers.ModelSerializer):
    """A child. What the reader's own page of the child does not show is null."""

    school = NamedSerializer(allow_null=True)
    division = NamedSerializer(allow_null=True)
    school_class = NamedSerializer(allow_null=True)
    strengths = serializers.SerializerMethodField()
    contact_restriction = serializers.BooleanField(
        allow_null=True,
        help_text="Somebody of the family must not be in contact: ask the counselor. Staff only.",
    )

    class Meta:
        model = Student
        fields = (
            "id", "full_name", "preferred_name", "number", "status", "school", "division",
            "school_class", "birth_date", "home_language", "strengths", "contact_restriction",
        )  # fmt: skip
        extra_kwargs = {
            name: {"allow_null": True}
            for name in ("preferred_name", "number", "status", "birth_date", "home_language")
        }

    ALWAYS = ("id", "full_name")
    OF_STAFF = ("birth_date", "contact_restriction")

    def get_strengths(self, student) -> list[str] | None:
        return [line.strip() for line in student.strengths.splitlines() if line.strip()]

    def to_representation(self, student):
        """Tell the child as the reader may read it: as staff, as its family, or by name alone."""
        reasons = sight.reasons(self.context["request"].user, student)
        as_staff = any(row["role"] in sight.STAFF_ROLES for row in reasons)
        basics = as_staff or any(row["item"] in ("", Grant.Item.BASICS) for row in reasons)
        told = super().to_representation(student)
        hidden = () if as_staff else self.OF_STAFF if basics else set(told) - {*self.ALWAYS}
        return told | dict.fromkeys(hidden)


class StudentFilters(Filters):
    """Narrows to children whose class and number the reader may know: a filter tells them too."""

    q = filters.CharFilter(
        method="found_by", label=_("Find a child by name or number"), max_length=100
    )
    number = filters.CharFilter(label=_("student number"), max_length=60)
    status = filters.ChoiceFilter(choices=Student.Status.choices, label=_("Status"))
    school = key_filter(_("School"))
    division = key_filter(_("Grade or college"))
    school_class = key_filter(_("Class"))

    def found_by(self, queryset, name, value):
        return queryset.found_by(value)

    def filter_queryset(self, queryset):
        narrowed = super().filter_queryset(queryset)
        if narrowed is queryset:
            return queryset
        known = sight.within(self.request.user, item=Grant.Item.BASICS)
        return narrowed.none() if known is None else narrowed.filter(known)


class Students(Part):
    """Children in sight: of the class, the caseload or the school; a family's own."""

    serializer_class = StudentSerializer
    filterset_class = StudentFilters
    queryset = Student.objects.none()

    def get_queryset(self):
        restricted = Guardianship.objects.open().filter(
            student=OuterRef("pk"), restricted_at__isnull=False
        )
        rows = Student.objects.visible_to(self.user).annotate(
            contact_restriction=Exists(restricted)
        )
        return rows.select_related("school", "division", "school_class")


# --- who looks after them ------------------------------------------------------------------------------


class GuardianSerializer(NamedSerializer):
    """A guardian: an account of the portal."""

    name = serializers.CharField(source="full_name")
    language = serializers.CharField(allow_null=True)


class GuardianshipSerializer(serializers.ModelSerializer):
    """Who looks after a child. What the reader's own page does not show is null."""

    guardian = GuardianSerializer()

    class Meta:
        model = Guardianship
        fields = (
            "id", "student", "guardian", "relation", "relation_said", "primary", "lives_with",
            "legal_guardian",
        )  # fmt: skip
        extra_kwargs = {
            name: {"allow_null": True} for name in ("primary", "lives_with", "legal_guardian")
        }

    OF_THE_OFFICE = ("primary", "lives_with", "legal_guardian")

    def to_representation(self, tie):
        told = super().to_representation(tie)
        reader = self.context["request"].user
        if sight.roles_for(reader, tie.student) & sight.CONTACT_ROLES:
            return told
        return (
            told
            | dict.fromkeys(self.OF_THE_OFFICE)
            | {"guardian": told["guardian"] | {"language": None}}
        )


class GuardianshipFilters(Filters):
    student = key_filter(_("child"))
    school = key_filter(_("School"), "student__school")


class Guardianships(Part):
    """Who looks after whom today: of children whom staff sees, and a guardian's own row.

    No addresses, for nobody: write to families through the portal.
    """

    serializer_class = GuardianshipSerializer
    filterset_class = GuardianshipFilters
    queryset = Guardianship.objects.none()

    def get_queryset(self):
        own = Student.objects.visible_to(self.user, roles={sight.GUARDIAN}, item=OF_THE_TIE)
        staff = Guardianship.objects.visible_to(self.user, roles=sight.STAFF_ROLES)
        rows = staff | Guardianship.objects.filter(guardian=self.user, student__in=own)
        return rows.open().select_related("guardian", "student")
