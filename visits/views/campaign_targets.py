"""Whom a campaign means, and by which teams: rules, named children, teams."""

import uuid
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.http import require_POST, require_safe

from homeschool.journal.models import Submission
from homeschool.people.forms.children import StudentFilter
from homeschool.people.forms.school import OnceForm
from homeschool.people.models import Student
from homeschool.people.views.home import posted
from homeschool.people.views.setting_up import answered
from visits.forms.campaigns import TargetsForm, TeamForm
from visits.models import CampaignChild, Team
from visits.models.campaign import KEEPERS

from .campaigns import NOT_WHOLE, kept, may_keep, seen

A_PAGE = 50


def campaign_targets(request, pk):
    """Say whom the campaign means in each division."""
    campaign = kept(request, pk)
    form = TargetsForm(posted(request), campaign=campaign)

    def work():
        campaign.set_rules(form.rules(), by=request.user)
        return campaign.get_absolute_url()

    answer = answered(request, form, work)
    context = {"campaign": campaign, "form": form, "named": campaign.named.count()}
    status = NOT_WHOLE if form.is_bound else 200
    return answer or render(request, "visits/campaign_targets.html", context, status=status)


# --- named children -------------------------------------------------------------------------------------
def _candidates(request, campaign, data):
    """Return the filter over the children of the campaign's school whom the keeper sees."""
    children = Student.objects.visible_to(request.user, roles=KEEPERS).active()
    return StudentFilter(data, children.filter(school=campaign.school_id), request.user)


@require_safe
def campaign_children(request, pk):
    """List the children of the school by the filters of the URL, and who of them is named."""
    campaign = kept(request, pk)
    narrowed = _candidates(request, campaign, request.GET)
    named = CampaignChild.objects.filter(campaign=campaign, student=OuterRef("pk"))
    found = narrowed.rows().annotate(is_named=Exists(named))
    if "named" in request.GET:
        found = found.filter(is_named=True)
    columns = ("pk", "full_name", "number", "school_class__name", "is_named")
    page = Paginator(found.values(*columns), A_PAGE).get_page(request.GET.get("page"))
    context = {
        "campaign": campaign, "filter": narrowed, "form": narrowed.form, "page": page,
        "once": OnceForm(), "named": campaign.named.count(), "only_named": "named" in request.GET,
        "asked": {name: v for name, v in request.GET.items() if name in narrowed.filters and v},
    }  # fmt: skip
    return render(request, "visits/campaign_children.html", context)


@require_POST
def campaign_children_add(request, pk):
    """Name one child (`child`), or all whom the sent filters find."""
    campaign = kept(request, pk)
    once = OnceForm(request.POST)
    once.is_valid()
    narrowed = _candidates(request, campaign, request.POST)
    found = narrowed.rows()
    if "child" in request.POST:
        found = found.filter(pk=_key(request.POST["child"]))
    back = _with_filters("visits:campaign-children", campaign, request.POST, narrowed)

    def work():
        number = campaign.add_children(
            Student.objects.filter(pk__in=found.order_by().values("pk")), by=request.user
        )
        words = ngettext("%(n)s child is named now.", "%(n)s children are named now.", number)
        messages.success(request, words % {"n": number})
        return back

    return redirect(Submission.once(request.user, once.cleaned_data["submission"], work))


@require_POST
def campaign_child_remove(request, pk):
    """Take one named child (`child`) off the list."""
    campaign = kept(request, pk)
    student = Student.objects.visible_to(request.user, roles=KEEPERS).filter(
        pk=_key(request.POST.get("child", ""))
    )
    narrowed = _candidates(request, campaign, request.POST)
    for child in student:
        campaign.remove_child(child, by=request.user)
        messages.success(request, _("Taken off the list."))
    return redirect(_with_filters("visits:campaign-children", campaign, request.POST, narrowed))


def _key(text):
    """Return a key that may be asked for: a wrong one finds nobody."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _with_filters(name, campaign, data, narrowed):
    chosen = {key: data[key] for key in narrowed.filters if data.get(key)}
    if data.get("named"):
        chosen["named"] = "1"
    address = reverse(name, args=[campaign.pk])
    return f"{address}?{urlencode(chosen)}" if chosen and narrowed.form.is_valid() else address


# --- teams ----------------------------------------------------------------------------------------------
@require_safe
def campaign_teams(request, pk):
    """List the teams of a campaign."""
    campaign = seen(request, pk)
    teams = campaign.teams.select_related("division", "lead", "interpreter")
    context = {
        "campaign": campaign, "teams": teams.prefetch_related("members"),
        "may_keep": may_keep(request.user, campaign),
    }  # fmt: skip
    return render(request, "visits/campaign_teams.html", context)


def team_create(request, pk):
    """Make a team for a campaign."""
    campaign = kept(request, pk)
    return _team(request, campaign, Team(campaign=campaign))


def team_edit(request, pk):
    """Change a team."""
    team = _team_kept(request, pk)
    return _team(request, team.campaign, team)


def _team_kept(request, pk):
    """Return a team of a campaign that is the reader's to change."""
    rows = Team.objects.visible_to(request.user).select_related("campaign__school")
    team = get_object_or_404(rows, pk=pk)
    kept(request, team.campaign_id)
    return team


def _team(request, campaign, team):
    name = team.name
    form = TeamForm(posted(request), instance=team, campaign=campaign)
    answer = answered(request, form, lambda: form.keep(request.user).get_absolute_url())
    context = {"campaign": campaign, "form": form, "name": name, "team": team}
    status = NOT_WHOLE if form.is_bound else 200
    return answer or render(request, "visits/campaign_team_form.html", context, status=status)


@require_POST
def team_drop(request, pk):
    """Take a team away; its visits stay in the campaign."""
    team = _team_kept(request, pk)
    back = team.get_absolute_url()
    team.drop(by=request.user)
    messages.success(request, _("The team is gone. Its visits still count."))
    return redirect(back)
