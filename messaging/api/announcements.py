"""Announcements as the API tells them: to whoever was told, and to who speaks for the school.

Only what has left. Drafts, what waits for its hour, who of the families read or signed, and how somebody is
reached are on pages alone.
"""

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from homeschool.journal.models import Receipt
from homeschool.people.api.lists import Filters, Moment, ReadOnly, key_filter, moment_filter
from homeschool.people.models import Token
from messaging.models import Announcement, Wording
from messaging.reading.board import Board


class WordingSerializer(serializers.ModelSerializer):
    """The words in one language, and whether a person wrote or checked them."""

    of_a_machine = serializers.BooleanField(
        source="is_of_a_machine", help_text="A machine translated it, and nobody has looked at it yet."
    )  # fmt: skip

    class Meta:
        model = Wording
        fields = ("language", "title", "text", "of_a_machine")


class ToldSerializer(serializers.ModelSerializer):
    """How the person of the token was told, and what it did."""

    told_at = Moment(source="created_at")
    read_at = Moment(allow_null=True)
    acknowledged_at = Moment(allow_null=True)

    class Meta:
        model = Receipt
        fields = ("language", "told_at", "read_at", "acknowledged_at", "signed")


class AnnouncementSerializer(serializers.ModelSerializer):
    """What the school told many homes: the original words come first."""

    audience = serializers.CharField(help_text="To whom, as a kind: class, school …")
    sent_at = Moment()
    answer_by = Moment(allow_null=True, help_text="Until when it is to be read, tapped or signed.")
    words = WordingSerializer(many=True, source="wordings")
    mine = ToldSerializer(allow_null=True, help_text="Null: the person of the token was not told.")

    class Meta:
        model = Announcement
        fields: tuple[str, ...] = (
            "id", "school", "audience", "level", "sent_at", "answer_by", "words", "mine",
        )  # fmt: skip


class FactsSerializer(serializers.Serializer):
    """How many of each fact, as the board of the announcement counts them."""

    told, reached, read, acknowledged, waiting, unreachable = (
        serializers.IntegerField() for _name in range(6)
    )


class BoardSerializer(serializers.Serializer):
    """What became of it, over the children whom the person of the token sees."""

    people = FactsSerializer()
    children = FactsSerializer()


class AnnouncementDetailSerializer(AnnouncementSerializer):
    """One announcement, with what became of it for who speaks for the school."""

    board = BoardSerializer(allow_null=True, help_text="Null for families.")

    class Meta(AnnouncementSerializer.Meta):
        fields = (*AnnouncementSerializer.Meta.fields, "board")


class AnnouncementFilters(Filters):
    school = key_filter(_("School"))
    level = filters.ChoiceFilter(choices=Announcement.Level.choices, label=_("what is asked"))
    since = moment_filter(_("From"), field_name="sent_at", lookup_expr="gte")
    before = moment_filter(_("before"), field_name="sent_at", lookup_expr="lt")


class Announcements(ReadOnly):
    """What has left, newest first: what the person was told, what it sent itself, and to a leader or an
    administrator of the whole school everything that left there."""

    scope = Token.Scope.ANNOUNCEMENTS
    serializer_class = AnnouncementSerializer
    filterset_class = AnnouncementFilters
    queryset = Announcement.objects.none()
    ordering = ("-sent_at", "id")

    def get_queryset(self):
        rows = Announcement.objects.visible_to(self.user).filter(state=Announcement.State.SENT)
        return rows.prefetch_related("wordings")

    def paginate_queryset(self, queryset):
        return self._with_mine(super().paginate_queryset(queryset))

    @extend_schema(responses=AnnouncementDetailSerializer)
    def retrieve(self, request, *args, **kwargs):
        """One announcement; to who speaks for the school with what became of it."""
        row = get_object_or_404(self.get_queryset(), pk=kwargs["pk"])
        self._with_mine([row])
        keeps = Announcement.objects.kept_by(self.user).filter(pk=row.pk).exists()
        row.board = Board(row, self.user) if keeps else None
        return Response(AnnouncementDetailSerializer(row).data)

    def _with_mine(self, page):
        """Give each of the rows the reader's own receipt, or None (one query)."""
        told = Receipt.objects.of(self.user).filter(
            notice__about_type=Announcement._meta.label_lower, notice__cancelled_at=None,
            notice__about_id__in=[str(row.pk) for row in page],
        )  # fmt: skip
        mine = {row.notice.about_id: row for row in told.select_related("notice").order_by("-pk")}
        for row in page:
            row.mine = mine.get(str(row.pk))
        return page
