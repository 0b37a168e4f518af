"""The board of a campaign: how far it is, the rows behind each number, who is next, files."""

import uuid
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from homeschool.journal.models import Entry
from homeschool.people.forms.children import StudentFilter
from homeschool.people.models import Student
from homeschool.people.signin import asks_again
from homeschool.people.views.home import posted
from homeschool.people.views.seen import listed
from visits.forms.campaigns import ExportForm
from visits.models import Visit
from visits.models.record import READERS, WRITERS
from visits.reading import campaign as reading, coverage, voices
from visits.reading.campaign_files import figures_of
from visits.reading.coverage_rows import HOMES, ROWS, STUDENTS, VISITS, rows_of
from visits.reading.standing import in_confidence, names_by_visit

from .campaigns import NOT_WHOLE, may_keep, seen
from .files import as_file

A_PAGE = 50
MOST_ROWS = 20_000


@require_safe
def campaign_board(request, pk):
    """Show how far a campaign is, over the children whom the reader sees."""
    campaign = seen(request, pk)
    board = reading.Board(
        campaign, request.user, by=request.GET.get("by", ""), page=request.GET.get("page")
    )
    context = {"campaign": campaign, "board": board, "may_keep": may_keep(request.user, campaign)}
    context["measures"] = [m for code, m in reading.MEASURES.items() if code in board.total]
    context["tabs"] = reading.BY.items()
    context["voices"] = voices.shown(campaign.visits.held(), campaign.school.smallest_group)
    with timezone.override(campaign.school.time_zone):
        return render(request, "visits/campaign_board.html", context)


# --- the rows behind a number -----------------------------------------------------------------------------
class Asked:
    """The number that an address names: its measure, its part, and its rows for the reader."""

    def __init__(self, request, campaign, data):
        self.code, self.kind = data.get("measure", ""), data.get("by", "")
        self.key = data.get("key", "")
        if self.code not in ROWS or self.kind not in ("", *reading.BY) or not self._is_key():
            raise Http404
        roles = request.user.roles()
        if self.code in reading.RECORDS and not roles & READERS:
            raise PermissionDenied
        students = coverage.in_sight(request.user, campaign)
        if self.code in reading.RECORDS:
            students &= Student.objects.visible_to(request.user, roles=READERS)
        self.what, self.rows = rows_of(campaign, students, self.code, self.kind, self.key)
        self.measure = reading.MEASURES[self.code]

    def _is_key(self):
        """Whether the key may name a part of this kind."""
        if self.kind == coverage.MODE:
            return self.key in Visit.Mode.values
        try:
            return not self.key or (bool(self.kind) and bool(uuid.UUID(self.key)))
        except ValueError:
            return False

    @property
    def part(self):
        """The name of the part, "" for all together (one query)."""
        if not self.kind:
            return ""
        names = reading.names_of(self.kind, [self.key])
        return names.get(self.key, (_("not known"), ""))[0]

    @property
    def query(self):
        """The number as an address names it."""
        part = {"by": self.kind, "key": self.key} if self.kind else {}
        return urlencode({"measure": self.code} | part)


def drawn(user, what, rows):
    """Return rows of this kind as [{"title", "detail", "url"}] (one query more for visits)."""
    return {STUDENTS: _children, VISITS: _visits, HOMES: _homes}[what](user, rows)


def _children(user, rows):
    return [
        {"title": child.full_name, "detail": f"{child.school_class} · {child.number}",
         "url": child.get_absolute_url()}
        for child in rows
    ]  # fmt: skip


def _visits(user, rows):
    rows = list(rows)
    names = names_by_visit(rows, user)
    return [
        {"title": listed(names[visit.pk]), "url": visit.get_absolute_url(),
         "detail": f"{timezone.localtime(visit.at):%Y-%m-%d} · {visit.get_mode_display()}"}
        if visit.pk in names
        else in_confidence()
        for visit in rows
    ]  # fmt: skip


def _homes(user, rows):
    return [{"title": listed(row["names"]), "detail": "", "url": ""} for row in rows]


@require_safe
def campaign_rows(request, pk):
    """Show the rows that a number counts; opening them is written down."""
    campaign = seen(request, pk)
    asked = Asked(request, campaign, request.GET)
    rows = asked.rows
    if asked.what == STUDENTS:
        rows = rows.select_related("school_class").order_by("sort_key", "pk")
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    with timezone.override(campaign.school.time_zone):
        page.object_list = drawn(request.user, asked.what, page.object_list)
    Entry.record(
        "campaign.rows_opened", campaign, by=request.user, kind=Entry.Kind.VIEWED,
        school=campaign.school, measure=asked.code,
    )  # fmt: skip
    context = {"campaign": campaign, "asked": asked, "page": page}
    return render(request, "visits/campaign_rows.html", context)


# --- who is next ------------------------------------------------------------------------------------------
@require_safe
def campaign_next(request, pk):
    """List who is meant and not met: who was not seen for longest first."""
    campaign = seen(request, pk)
    visible = coverage.in_sight(request.user, campaign)
    narrowed = StudentFilter(request.GET, visible, request.user)
    asked = any(request.GET.get(name) for name in narrowed.filters)
    if asked:
        found = coverage.longest_unseen(campaign, narrowed.rows())
        days = found.values_list("pk", "last_met")[: coverage.MOST_NEXT]
        zone = campaign.school.time_zone
        with timezone.override(zone):
            longest = [[str(k), at and timezone.localdate(at).isoformat()] for k, at in days]
    else:
        longest = coverage.counted(campaign, request.user).longest
    page = Paginator(longest, A_PAGE).get_page(request.GET.get("page"))
    rows = page.object_list = reading.who_next(request.user, page.object_list)
    mine = _visited_by(request.user, rows) if campaign.is_open else []
    for row in rows:
        row["may_plan"] = row["pk"] in mine
    context = {
        "campaign": campaign, "filter": narrowed, "form": narrowed.form, "page": page,
        "is_asked": asked, "is_cut": len(longest) >= coverage.MOST_NEXT,
        "mine": urlencode([("child", pk) for pk in mine]),
    }  # fmt: skip
    return render(request, "visits/campaign_next.html", context)


def _visited_by(user, rows):
    """Return the ids of those of the rows to whom `user` may plan visits, in their order."""
    keys = [row["pk"] for row in rows]
    seen_ = Student.objects.visible_to(user, roles=WRITERS).filter(pk__in=keys)
    found = set(seen_.values_list("pk", flat=True))
    return [pk for pk in keys if pk in found]


# --- files ------------------------------------------------------------------------------------------------
@asks_again
def campaign_export(request, pk):
    """Take the figures along, or with `measure` the rows of one number; asked what for."""
    campaign = seen(request, pk)
    asked = None
    if request.GET.get("measure"):
        asked = Asked(request, campaign, request.GET)
    form = ExportForm(posted(request))
    if request.method == "POST" and form.is_valid():
        return _file(request, campaign, asked, form.cleaned_data)
    context = {"campaign": campaign, "form": form, "asked": asked}
    status = NOT_WHOLE if form.is_bound else 200
    return render(request, "visits/campaign_export.html", context, status=status)


def _file(request, campaign, asked, data):
    """Return the file, and write down who took it along and what for."""
    if asked:
        head, rows = _rows_to_take(request.user, campaign, asked)
    else:
        head, rows = figures_of(reading.Board(campaign, request.user))
    Entry.record(
        "campaign.exported", campaign, by=request.user, kind=Entry.Kind.EXPORTED,
        school=campaign.school, reason=data["reason"], rows=len(rows),
        measure=asked.code if asked else "",
    )  # fmt: skip
    part = f"-{asked.code}" if asked else ""
    name = f"campaign-{slugify(campaign.term.code)}{part}"
    return as_file(head, rows, data["ending"], name, campaign.name, page="")


def _rows_to_take(user, campaign, asked):
    """Return (heading, rows) of the rows of a number, `MOST_ROWS` at most."""
    rows = asked.rows
    if asked.what == STUDENTS:
        columns = ("full_name", "number", "school_class__name", "division__name")
        found = rows.order_by("sort_key", "pk").values_list(*columns)[:MOST_ROWS]
        head = [_("Name"), _("Student number"), _("Class"), _("Grade or college")]
        return head, [list(row) for row in found]
    with timezone.override(campaign.school.time_zone):
        found = drawn(user, asked.what, rows[:MOST_ROWS])
    kept = in_confidence()  # what is confidential leaves the house in no file
    found = [row for row in found if row != kept]
    return [_("Name"), _("Details")], [[row["title"], row["detail"]] for row in found]
