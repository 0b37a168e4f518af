"""What was given at a visit, and how much of that a campaign gives to one household."""

import uuid
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.apps import apps
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Count, Exists, OuterRef, Q, Sum
from django.utils.translation import gettext_lazy as _

from homeschool.people import sight
from homeschool.people.models import Household, School

from .record import READERS, VisitChild, home_of, part_of_a_held_visit

if TYPE_CHECKING:
    from .campaign import Campaign


class OverCap(ValueError):
    """The campaign gives one household less than that."""


class GiftQuerySet(models.QuerySet):
    def visible_to(self, user, roles=None):
        """Return the gifts that `user` may read.

        adviser, counselor, leader: of visits whose record they read · the home that was visited:
        once the summary is published · another home of the child, school admin (figures alone) and
        everybody else: nothing. `roles` narrows to sight by one of these roles.
        """
        if not user.is_authenticated:
            return self.none()
        visits = apps.get_model("visits", "Visit").objects
        there = {"pk": OuterRef("visit")}
        staff = visits.visible_to(user, roles=READERS if roles is None else READERS & roles)
        found = Q(Exists(staff.filter(**there)))
        if roles is None or roles & sight.FAMILY_ROLES:
            family = visits.visible_to(user, roles=sight.FAMILY_ROLES).filter(**there)
            found |= Q(home_of(user, "visit__"), Exists(family))
        return self.filter(found)

    def of_home(self, campaign, household, children):
        """Return the gifts of `campaign` to the home of a visit to `children` (all ids).

        The household counts once, whichever of its children was visited. Where a household is
        not written down (None, for this visit or for the other one), the children tell: a gift at a
        visit to one of them, or to a child who lives with one of them, is a gift to their home.
        """
        lines = VisitChild.objects.filter(visit=OuterRef("visit"))
        lives = Household.students.through.objects
        if household is None:
            near = lives.filter(household=OuterRef("visit__household"), student__in=children)
            same = Q(Exists(lines.filter(student__in=children))) | Q(Exists(near))
        else:
            living = lives.filter(household=household).values("student")
            theirs = lines.filter(Q(student__in=children) | Q(student__in=living))
            same = Q(visit__household=household) | Q(Exists(theirs), visit__household=None)
        return self.filter(same, visit__campaign=campaign)


class GiftManager(models.Manager.from_queryset(GiftQuerySet)):
    def give(self, visit, gifts):
        """Write down these gifts (unsaved rows) of a visit that is being held.

        Raises OverCap where its campaign gives a household less. The campaign's row is locked until
        the transaction ends, so that two visits at once do not pass the cap together.
        """
        rows = list(gifts)
        for place, row in enumerate(rows):
            row.visit, row.school_id, row.place = visit, visit.school_id, place
            row.given_at = visit.happened_at
        if rows and visit.campaign_id:
            campaigns = apps.get_model("visits", "Campaign").objects
            campaign = campaigns.select_for_update(no_key=True).get(pk=visit.campaign_id)
            children = visit.lines.values_list("student", flat=True)
            allowance = Allowance.of(campaign, visit.household_id, list(children))
            if allowance.passed_by([row.value for row in rows]):
                raise OverCap
        self.bulk_create(rows)


class Gift(models.Model):
    """Something that was given to a family at a visit: a book, a coat, a voucher.

    Household and campaign are those of the visit, read there (`visit__household`,
    `visit__campaign`): a copy could say something else. The cap of the campaign is checked while
    the visit is written down; of a visit that is counted for a campaign later (`Campaign.attach`)
    the gift is given already, so what passes the cap is reported in the list and not refused.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="gifts")
    visit = models.ForeignKey("visits.Visit", models.PROTECT, related_name="gifts")
    place = models.PositiveSmallIntegerField(default=0, editable=False)
    item = models.CharField(_("what was given"), max_length=200)
    # in the school's currency; None: nobody knows
    value = models.DecimalField(
        _("what it is worth"),
        max_digits=9,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    from_whom = models.CharField(_("from whom"), max_length=255, blank=True)
    received_by = models.CharField(_("who took it"), max_length=255, blank=True)
    given_at = models.DateTimeField()

    objects = GiftManager()

    class Meta:
        ordering = ["given_at", "place", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(item__regex=r"\S"), name="a_gift_says_what_was_given"
            ),
            models.CheckConstraint(
                condition=Q(value=None) | Q(value__gte=0), name="a_gift_is_worth_nothing_or_more"
            ),
        ]
        triggers = [part_of_a_held_visit("a_gift_of_a_held_visit_stays")]

    def __str__(self):
        return self.item

    @property
    def zone(self):
        """The time zone of the school, by which its day is told."""
        return ZoneInfo(self.school.time_zone)


@dataclass(frozen=True)
class Allowance:
    """What a campaign gives one household at most, and what that has already.

    `number` gifts, worth `value` together as far as that is known; `given` are their rows.
    """

    campaign: "Campaign"
    given: GiftQuerySet
    number: int
    value: Decimal

    @classmethod
    def of(cls, campaign, household, children):
        """Return how it stands for the home of a visit to `children` (ids; one query)."""
        given = Gift.objects.of_home(campaign.pk, household, children)
        sums = given.aggregate(number=Count("pk"), value=Sum("value"))
        return cls(campaign, given, sums["number"], sums["value"] or Decimal(0))

    def passed_by(self, values):
        """Return which caps are passed by further gifts of these values (None where it is not
        known): "number", "value". A gift of unknown value counts as worth nothing."""
        campaign, worth = self.campaign, sum((value or 0 for value in values), self.value)
        passed = []
        if campaign.gift_number is not None and self.number + len(values) > campaign.gift_number:
            passed.append("number")
        if campaign.gift_value is not None and worth > campaign.gift_value:
            passed.append("value")
        return passed
