"""The figures of a campaign as they were counted last, until something in the school changes.

A statement over twenty thousand children is too slow for every opening of a board, so what was
counted is kept for each sight. Triggers write a CampaignChange whenever a visit, a child's class
or a home changes, in the same transaction; who opens a board next counts anew.
`visits.reading.coverage` counts, and `recount_campaigns` compares.
"""

import uuid

from django.db import models

from homeschool.people.models import School


class CampaignChange(models.Model):
    """Something changed in a school, and its campaigns have to be counted anew."""

    school = models.ForeignKey(School, models.CASCADE, related_name="+")

    def __str__(self):
        return str(self.school_id)


class CampaignCount(models.Model):
    """What was counted of a campaign over the children of one sight."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey("visits.Campaign", models.CASCADE, related_name="counts")
    # "school", or a sign of the children over whom was counted (`reading.coverage.scope_of`)
    scope = models.CharField(max_length=64)
    counted_at = models.DateTimeField()
    # [[id of a child, the day of its last visit or None], …]: who was not seen for longest
    longest = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "scope"], name="a_campaign_is_counted_once_for_a_sight"
            )
        ]

    def __str__(self):
        return f"{self.campaign_id} {self.scope}"


class CampaignFigure(models.Model):
    """The numbers of one part of a campaign: the whole, a division, a class, an area …"""

    count = models.ForeignKey(CampaignCount, models.CASCADE, related_name="figures")
    kind = models.CharField(max_length=8, blank=True)
    key = models.CharField(max_length=60, blank=True)
    # where it stands among its kind: those of whom the smallest share was met come first
    place = models.PositiveIntegerField(default=0)
    # {measure: number}
    numbers = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["count", "kind", "place"], name="a_part_of_a_campaign_has_its_place"
            )
        ]

    def __str__(self):
        return f"{self.kind} {self.key}"
