"""Those whom a campaign means, as an audience of announcements.

A share of a grade is a number and no list: there the whole grade is meant, since any of its families may
be visited.
"""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from homeschool.journal.models import audiences
from homeschool.people.models import Student
from visits.models import Campaign
from visits.models.campaign import CampaignChild, TargetRule


def campaigns(user):
    """Return the open campaigns of the schools where `user` works."""
    return Campaign.objects.visible_to(user).open().order_by("name", "pk")


def children(key):
    """Return the keys of the children whom a campaign means: of whole grades, and by name."""
    rules = TargetRule.objects.filter(campaign=key)
    whole = rules.exclude(kind=TargetRule.Kind.NAMED).values("division")
    named = CampaignChild.objects.filter(campaign=key).values("student")
    return Student.objects.filter(Q(division__in=whole) | Q(pk__in=named)).values("pk")


def called(key):
    """Return the name of a campaign."""
    return Campaign.objects.filter(pk=key).values_list("name", flat=True).first() or ""


def register_audiences():
    """Tell the journal of this audience."""
    audiences.register(
        audiences.Audience("campaign", _("A campaign of visits"), campaigns, children, called)
    )
