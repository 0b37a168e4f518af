"""Campaigns: the list, making and changing one, opening and closing it, the next term's."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.http import require_POST, require_safe

from homeschool.people import sight
from homeschool.people.forms.school import OnceForm
from homeschool.people.views.home import posted
from homeschool.people.views.setting_up import answered
from visits.forms.campaigns import AttachForm, CampaignForm, CopyForm, terms_kept_by
from visits.models import Campaign
from visits.models.campaign import KEEPERS
from visits.models.record import READERS
from visits.reading.gifts import leads_a_team

A_PAGE = 30
NOT_WHOLE = 422
OPEN_SHOWN = 50


def seen(request, pk):
    """Return the campaign with its school and term, or answer 404."""
    rows = Campaign.objects.visible_to(request.user).select_related("school", "term")
    return get_object_or_404(rows, pk=pk)


def kept(request, pk):
    """Return the campaign for whom it is theirs to change: 404 not seen, 403 not kept."""
    campaign = seen(request, pk)
    if not may_keep(request.user, campaign):
        raise PermissionDenied
    return campaign


def may_keep(user, campaign):
    """Whether `user` may change the campaign (one query)."""
    return Campaign.objects.kept_by(user).filter(pk=campaign.pk).exists()


@require_safe
def campaign_list(request):
    """List the campaigns of the reader's schools, the newest first."""
    if not request.user.roles() & sight.STAFF_ROLES:
        raise PermissionDenied
    mine = Campaign.objects.kept_by(request.user).filter(pk=OuterRef("pk"))
    rows = Campaign.objects.visible_to(request.user).select_related("term", "school")
    rows = rows.annotate(may_change=Exists(mine)).order_by("-starts", "name", "pk")
    context = {
        "page": Paginator(rows, A_PAGE).get_page(request.GET.get("page")),
        "may_make": terms_kept_by(request.user).exists(),
    }
    roles = request.user.roles()
    context["shows_gifts"] = bool(roles & KEEPERS) or leads_a_team(request.user)
    # who reads no records has the figures of suggestions here
    context["shows_suggestions"] = sight.SCHOOL_ADMIN in roles and not roles & READERS
    return render(request, "visits/campaign_list.html", context)


def campaign_create(request):
    """Make a campaign."""
    terms = terms_kept_by(request.user)
    if not request.user.roles() & sight.STAFF_ROLES or not terms.exists():
        raise PermissionDenied
    form = CampaignForm(posted(request), terms=terms)

    def work():
        form.instance.keep(by=request.user, aspects=form.cleaned_data["aspects"])
        return _targets(form.instance)

    said = _("The campaign is made. Now say whom it means.")
    return answered(request, form, work, said) or _page(request, form)


def _targets(campaign):
    return reverse("visits:campaign-targets", args=[campaign.pk])


def campaign_edit(request, pk):
    """Change what a campaign says of itself."""
    campaign = kept(request, pk)
    name = campaign.name
    terms = terms_kept_by(request.user).filter(school=campaign.school_id)
    form = CampaignForm(posted(request), instance=campaign, terms=terms)

    def work():
        values = form.values()
        if values:
            campaign.change(by=request.user, **values)
        return campaign.get_absolute_url()

    return answered(request, form, work) or _page(request, form, name, campaign)


def _page(request, form, name="", campaign=None):
    context = {"form": form, "name": name, "campaign": campaign}
    status = NOT_WHOLE if form.is_bound else 200
    return render(request, "visits/campaign_form.html", context, status=status)


# --- open and closed ------------------------------------------------------------------------------------
@require_POST
def campaign_open(request, pk):
    """Open a campaign: visits are planned for it from now on."""
    campaign = kept(request, pk)
    campaign.open_up(by=request.user)
    messages.success(request, _("The campaign is open. Whoever plans a visit is asked for it."))
    return redirect(campaign)


def campaign_close(request, pk):
    """Close a campaign; what is still planned for it is listed first, and stays planned."""
    campaign = kept(request, pk)
    form = OnceForm(posted(request))

    def work():
        campaign.close(by=request.user)
        return campaign.get_absolute_url()

    answer = answered(request, form, work, _("The campaign is closed."))
    if answer:
        return answer
    open_ = campaign.still_open()
    context = {"campaign": campaign, "form": form, "number": open_.count()}
    context["visits"] = open_.prefetch_related("lines__student")[:OPEN_SHOWN]
    return render(request, "visits/campaign_close.html", context)


# --- from last term's, and old visits ----------------------------------------------------------------------
def campaign_copy(request, pk):
    """Make the next campaign from this one."""
    campaign = kept(request, pk)
    form = CopyForm(posted(request), campaign=campaign, terms=terms_kept_by(request.user))

    def work():
        return form.copy(request.user).get_absolute_url()

    said = _("Copied. Look it through, then open it.")
    answer = answered(request, form, work, said)
    context = {"campaign": campaign, "form": form}
    status = NOT_WHOLE if form.is_bound else 200
    return answer or render(request, "visits/campaign_copy.html", context, status=status)


def campaign_attach(request, pk):
    """Let visits of some children in some days count for the campaign."""
    campaign = kept(request, pk)
    form = AttachForm(posted(request), campaign=campaign, user=request.user)
    number = 0

    def work():
        nonlocal number
        number = campaign.attach(*form.found(), by=request.user)
        messages.success(
            request,
            ngettext(
                "%(n)s visit counts for the campaign now.",
                "%(n)s visits count for the campaign now.",
                number,
            )
            % {"n": number},
        )
        return campaign.get_absolute_url()

    answer = answered(request, form, work)
    context = {"campaign": campaign, "form": form}
    status = NOT_WHOLE if form.is_bound else 200
    return answer or render(request, "visits/campaign_attach.html", context, status=status)
