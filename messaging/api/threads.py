"""Threads and messages as the API tells them: each to whoever reads it on its page.

Remarks of staff, drafts, what was taken back or has not left yet, and who read a message when are on pages
alone. A program that reads a message has not read it for its person: it stays unread. That staff read what
it takes no part in is written down, as on the page.
"""

from django.db.models import CharField, Exists, OuterRef, Prefetch
from django.db.models.functions import Cast
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from homeschool.journal.models import Entry, Receipt
from homeschool.people.api.lists import (
    Filters,
    Moment,
    NamedSerializer,
    ReadOnly,
    key_filter,
    moment_filter,
)
from homeschool.people.models import Token
from messaging.models import Message, Seat, Thread, Translation
from messaging.models.message import WRITTEN

NEWEST = 50  # messages that one thread tells


def unread_of(user):
    """Return the condition on messages that `user` was told of and has not read."""
    told = Receipt.objects.of(user).unread().filter(
        notice__kind=WRITTEN, notice__about_type=Message._meta.label_lower,
        notice__cancelled_at=None, notice__about_id=Cast(OuterRef("pk"), CharField()),
    )  # fmt: skip
    return Exists(told)


def note_reading(user, threads):
    """Write down which of these threads `user` read, who takes no part in them: as their page does, and
    naming no child (two queries; one where it takes part in all)."""
    mine = Seat.objects.live().filter(person=user.pk, thread__in=[row.pk for row in threads])
    own = set(mine.values_list("thread", flat=True))
    Entry.objects.bulk_create(
        Entry(
            kind=Entry.Kind.VIEWED, verb="thread.viewed", actor=user, school_id=thread.school_id,
            about_type=Thread._meta.label_lower, about_id=str(thread.pk),
        )
        for thread in threads
        if thread.pk not in own
    )  # fmt: skip


# --- messages --------------------------------------------------------------------------------------------
class TranslationSerializer(serializers.ModelSerializer):
    """A message in another language, and whether a person wrote or checked these words."""

    of_a_machine = serializers.BooleanField(
        source="is_of_a_machine", help_text="A machine translated it, and nobody has looked at it yet."
    )  # fmt: skip

    class Meta:
        model = Translation
        fields = ("language", "text", "of_a_machine")


class MessageSerializer(serializers.ModelSerializer):
    """A message as it was written, and in the languages into which it was translated."""

    student = serializers.UUIDField(source="thread.student_id")
    author = serializers.CharField(source="author.full_name")
    tap = serializers.ChoiceField(
        Message.Tap.choices, allow_blank=True, help_text="The answer of one tap; empty: it has words."
    )  # fmt: skip
    sent_at = Moment(source="leaves_at")
    unread = serializers.BooleanField(help_text="You were told of it, and have not read it.")
    translations = TranslationSerializer(many=True)

    class Meta:
        model = Message
        fields = (
            "id", "thread", "student", "author", "side", "text", "language", "tap", "asks", "answers",
            "sent_at", "unread", "translations",
        )  # fmt: skip


class MessageFilters(Filters):
    thread = key_filter(_("conversation"))
    student = key_filter(_("child"), "thread__student")
    school = key_filter(_("School"), "thread__school")
    side = filters.ChoiceFilter(choices=Seat.Side.choices, label=_("who wrote"))
    unread = filters.BooleanFilter(label=_("not read yet"))
    since = moment_filter(_("From"), field_name="leaves_at", lookup_expr="gte")
    before = moment_filter(_("before"), field_name="leaves_at", lookup_expr="lt")


def told_messages(user):
    """Return the messages that `user` may read and that have left, as they are told."""
    rows = Message.objects.visible_to(user).out().annotate(unread=unread_of(user))
    return rows.select_related("author", "thread").prefetch_related("translations")


class Messages(ReadOnly):
    """Messages of the threads in which the person takes part, those of a caseload too, in the order in
    which they were sent."""

    scope = Token.Scope.MESSAGES
    serializer_class = MessageSerializer
    filterset_class = MessageFilters
    queryset = Message.objects.none()
    ordering = ("leaves_at", "id")

    def get_queryset(self):
        return told_messages(self.user)

    def paginate_queryset(self, queryset):
        page = super().paginate_queryset(queryset)
        note_reading(self.user, {row.thread_id: row.thread for row in page}.values())
        return page

    def get_object(self):
        message = super().get_object()
        note_reading(self.user, [message.thread])
        return message


# --- threads ---------------------------------------------------------------------------------------------
class WrittenAboutSerializer(NamedSerializer):
    """The child about whom they write."""

    name = serializers.CharField(source="full_name")


class ThreadSerializer(serializers.ModelSerializer):
    """A conversation: about whom, between whom, and when something was sent last."""

    student = WrittenAboutSerializer()
    side = serializers.SerializerMethodField(
        help_text="On which side the person of the token stands."
    )
    home = serializers.SerializerMethodField(help_text="Who takes part of the family, by name.")
    staff = serializers.SerializerMethodField(help_text="Who takes part of the school, by name.")
    opened_at, last_at = Moment(), Moment()
    closed_at = Moment(allow_null=True)
    unread = serializers.SerializerMethodField(
        help_text="How many messages you were told of and have not read."
    )

    class Meta:
        model = Thread
        fields: tuple[str, ...] = (
            "id", "school", "student", "side", "home", "staff", "opened_at", "last_at", "closed_at",
            "unread",
        )  # fmt: skip

    def get_side(self, thread) -> Seat.Side:
        return Seat.Side.HOME if thread.from_home else Seat.Side.SCHOOL

    def get_home(self, thread) -> list[str]:
        return _names(thread, Seat.Side.HOME)

    def get_staff(self, thread) -> list[str]:
        return _names(thread, Seat.Side.SCHOOL)

    def get_unread(self, thread) -> int:
        return len(thread.not_read)


def _names(thread, side):
    return [seat.person.full_name for seat in thread.taking_part if seat.side == side]


class ThreadDetailSerializer(ThreadSerializer):
    """One conversation with its newest messages; all of them stand under `messages/`."""

    messages = MessageSerializer(many=True, source="newest")
    has_earlier = serializers.BooleanField(
        help_text=f"There are more than the newest {NEWEST}: ask `messages/?thread=…`."
    )

    class Meta(ThreadSerializer.Meta):
        fields = (*ThreadSerializer.Meta.fields, "messages", "has_earlier")


class ThreadFilters(Filters):
    student = key_filter(_("child"))
    school = key_filter(_("School"))
    school_class = key_filter(_("Class"), "student__school_class")
    open = filters.BooleanFilter(field_name="closed_at", lookup_expr="isnull", label=_("open"))
    since = moment_filter(_("From"), field_name="last_at", lookup_expr="gte")
    before = moment_filter(_("before"), field_name="last_at", lookup_expr="lt")


class Threads(ReadOnly):
    """Conversations in which the person takes part; to a counselor those of the caseload too. Another
    home of the child finds none of them, and a school administrator none at all."""

    scope = Token.Scope.MESSAGES
    serializer_class = ThreadSerializer
    filterset_class = ThreadFilters
    queryset = Thread.objects.none()

    def get_queryset(self):
        seats = Seat.objects.live().select_related("person")
        mine = Seat.objects.live().home().filter(thread=OuterRef("pk"), person=self.user.pk)
        unread = Message.objects.out().filter(unread_of(self.user)).only("thread")
        return (
            Thread.objects.visible_to(self.user)
            .annotate(from_home=Exists(mine))
            .select_related("student")
            .prefetch_related(
                Prefetch("seats", seats, "taking_part"), Prefetch("messages", unread, "not_read")
            )
        )

    @extend_schema(responses=ThreadDetailSerializer)
    def retrieve(self, request, *args, **kwargs):
        """One conversation with its newest messages, the newest last."""
        thread = get_object_or_404(self.get_queryset(), pk=kwargs["pk"])
        rows = told_messages(self.user).filter(thread=thread).order_by("-leaves_at", "-id")
        found = list(rows[: NEWEST + 1])
        thread.has_earlier = len(found) > NEWEST
        thread.newest = found[:NEWEST][::-1]
        note_reading(self.user, [thread])
        return Response(ThreadDetailSerializer(thread).data)
