"""How the API lists: page by page with a cursor, narrowed by filters that are named in code."""

import datetime as dt

from django.core import signing
from django.core.exceptions import ValidationError as DjangoValidationError
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from rest_framework import serializers, viewsets
from rest_framework.exceptions import ValidationError
from rest_framework.fields import DateTimeField
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.utils.urls import replace_query_param

from homeschool.people.forms.children import FilterForm

A_PAGE, MOST = 50, 200
OLDEST, LATEST = 1900, 2100  # years


class Moment(DateTimeField):
    """A moment, always written in UTC: 2026-11-26T08:30:00Z."""

    def __init__(self, **options):
        super().__init__(default_timezone=dt.UTC, **options)


class Pages(CursorPagination):
    """Page by page in an order that does not change: by key, unless the view says another.

    A cursor is signed for its list, so that a mended or foreign one is refused in words. It holds a
    key or a moment, never a name: addresses stand in logs.
    """

    page_size = A_PAGE
    max_page_size = MOST
    page_size_query_param = "page_size"
    page_size_query_description = f"How many rows a page has: 1 to {MOST}, {A_PAGE} if not said."
    cursor_query_description = "Where the page begins: taken from `next` or `previous`, never made."
    ordering = ("id",)

    def paginate_queryset(self, queryset, request, view=None):
        self.salt = f"api.cursor.{view.basename}"
        return super().paginate_queryset(queryset, request, view)

    def get_ordering(self, request, queryset, view):
        return getattr(view, "ordering", self.ordering)

    def get_page_size(self, request):
        text = request.query_params.get(self.page_size_query_param, str(A_PAGE))
        if not (text.isascii() and text.isdecimal() and 1 <= int(text[:9]) <= MOST):
            words = _("A page has 1 to %(most)d rows.") % {"most": MOST}
            raise ValidationError({self.page_size_query_param: [words]})
        return int(text)

    def encode_cursor(self, cursor):
        position = cursor.position
        signed = signing.dumps([cursor.offset, cursor.reverse, position], salt=self.salt)
        return replace_query_param(self.base_url, self.cursor_query_param, signed)

    def decode_cursor(self, request):
        text = request.query_params.get(self.cursor_query_param)
        if text is None:
            return None
        try:
            return Cursor(*signing.loads(text, salt=self.salt))
        except signing.BadSignature:
            words = _("This is no cursor of this list. Begin without one, then follow “next”.")
            raise ValidationError({self.cursor_query_param: [words]}) from None

    def get_paginated_response_schema(self, schema):
        """Describe a page; `next` and `previous` are null where there is none."""
        link = {"type": "string", "format": "uri", "nullable": True}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": link, "previous": link, "results": schema},
        }

    def get_schema_operation_parameters(self, view):
        parameters = super().get_schema_operation_parameters(view)
        parameters[1]["schema"] = {"type": "integer", "minimum": 1, "maximum": MOST}
        return parameters


class NamedFilters(filters.DjangoFilterBackend):
    """The filters of the view's `filterset_class`; a parameter that nobody named is refused.

    A filter with a slip in its name would else answer with everything.
    """

    def filter_queryset(self, request, queryset, view):
        paging = {Pages.cursor_query_param, Pages.page_size_query_param}
        known = {*view.filterset_class.base_filters, *paging}
        words = _("There is no such parameter here.")
        if strange := sorted(set(request.query_params) - known):
            raise ValidationError({name[:60]: [words] for name in strange[:10]})
        return super().filter_queryset(request, queryset, view)


class Filters(filters.FilterSet):
    """Filters of a list. Text with signs that nobody can keep is refused."""

    class Meta:
        form = FilterForm


def in_our_time(value):
    """Refuse a day or moment before 1900 or after 2099."""
    if not OLDEST <= value.year < LATEST:
        raise DjangoValidationError(_("Please look at the year again."), code="year")


def moment_filter(label, **how):
    """Return a filter by a moment."""
    return filters.IsoDateTimeFilter(label=label, validators=[in_our_time], **how)


def day_filter(label, **how):
    """Return a filter by a day."""
    return filters.DateFilter(label=label, validators=[in_our_time], **how)


def key_filter(label, name=None, **how):
    """Return the filter by the key of a row that this one points at."""
    return filters.UUIDFilter(field_name=name, label=label, **how)


class ReadOnly(viewsets.ReadOnlyModelViewSet):
    """Rows to read: a list and each row by its key. `get_queryset` is always a `visible_to`."""

    http_method_names = ("get", "head")
    lookup_value_converter = "uuid"
    pagination_class = Pages
    filter_backends = (NamedFilters,)

    @property
    def user(self):
        return self.request.user

    def filter_queryset(self, queryset):
        """Narrow the list; a row by its key takes no parameters."""
        return super().filter_queryset(queryset) if self.action == "list" else queryset


class NamedSerializer(serializers.Serializer):
    """A row that another one points at: its key and its name."""

    id = serializers.UUIDField()
    name = serializers.CharField()
