"""What was given at visits: the list with its sums, and a file of it."""

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from homeschool.people import sight
from homeschool.people.signin import asks_again
from homeschool.people.views.home import posted
from visits import reading
from visits.forms.campaigns import ExportForm
from visits.forms.gifts import GiftFilter
from visits.models import Campaign
from visits.reading import gifts

from .files import as_file, note_export

A_PAGE, MOST_ROWS, NOT_WHOLE = 50, 20_000, 422


def may_read(user):
    """Whether `user` reads what single homes were given: leaders, and who leads a team."""
    return sight.LEADER in user.roles() or gifts.leads_a_team(user)


class Asked:
    """The gifts that an address asks for, in the eyes of `user`."""

    def __init__(self, user, data):
        if not may_read(user):
            raise PermissionDenied
        self.seen = gifts.in_sight(user)
        campaigns = Campaign.objects.visible_to(user).filter(visits__gifts__in=self.seen)
        names = campaigns.order_by("-starts", "name").distinct().values_list("pk", "name")
        self.form = GiftFilter(data, names)
        self.is_right = self.form.is_valid()
        chosen = self.form.cleaned_data.get("campaign", "")
        self.found = gifts.of_campaign(self.seen, chosen) if self.is_right else self.seen.none()

    @property
    def rows(self):
        """The gifts of each home."""
        return gifts.by_home(self.found, only_over=self.form.cleaned_data.get("over", False))


@require_safe
def gift_list(request):
    """Show what was given, by campaign and home, with sums and with what passes a campaign's cap.

    A school administrator reads figures, not records: the sums of each campaign.
    """
    roles = request.user.roles()
    if sight.SCHOOL_ADMIN in roles and not may_read(request.user):
        found = gifts.of_school_admin(request.user)
        context = {"totals": gifts.totals(found), "campaigns": gifts.by_campaign(found)}
        return render(request, "visits/gift_list.html", context)
    asked, zone = Asked(request.user, request.GET), reading.zone_of(request.user)
    page = Paginator(asked.rows, A_PAGE).get_page(request.GET.get("page"))
    page.object_list = gifts.drawn(page.object_list, request.user, zone)
    context = {"form": asked.form, "page": page, "query": request.GET.urlencode()}
    context |= {"totals": gifts.totals(asked.found), "campaigns": gifts.by_campaign(asked.found)}
    with timezone.override(zone):
        return render(request, "visits/gift_list.html", context)


@asks_again
def gift_export(request):
    """Take the gifts of the list along; asked what for, and written down."""
    asked, form = Asked(request.user, request.GET), ExportForm(posted(request))
    if request.method == "POST" and form.is_valid() and asked.is_right:
        rows = asked.rows[:MOST_ROWS]
        head, lines = gifts.table(rows, request.user, reading.zone_of(request.user))
        schools = asked.found.order_by().values("school").distinct()
        note_export(request.user, "gifts.exported", schools, form.cleaned_data, lines)
        return as_file(head, lines, form.cleaned_data["ending"], "gifts", _("Gifts"))
    context = {"form": form, "query": request.GET.urlencode(), "rows": asked.found.count()}
    status = NOT_WHOLE if form.is_bound else 200
    return render(request, "visits/gift_export.html", context, status=status)
