"""Campaigns for tests: a school with classes, families and visits in every state."""

import datetime as dt
import random

from django.utils import timezone

from homeschool.people import sight
from homeschool.people.models import Division, Region
from tests import builders
from visits.models import Aspect, Campaign, TargetRule, Visit, VisitChild

KIND = TargetRule.Kind
EVERYONE = (KIND.EVERYONE, None)


def make_campaign(by, school, *, rules=None, opened=True, **fields):
    """Make a campaign of the school's first term that means everybody, and open it."""
    term = school.terms.first() or builders.make_term(school)
    fields.setdefault("name", "Winter visits")
    fields.setdefault("starts", term.start)
    fields.setdefault("ends", term.end)
    campaign = Campaign(term=term, **fields).keep(by=by)
    if rules is None:
        rules = dict.fromkeys(school.divisions.values_list("pk", flat=True), EVERYONE)
    campaign.set_rules(rules, by=by)
    if opened:
        campaign.open_up(by=by)
    return campaign


def make_visit(campaign, *children, status="held", by=None, days=1, **columns):
    """Make a visit of the campaign that stands like this, to these children."""
    at = timezone.now() - dt.timedelta(days=days)
    took_place = status in ("held", "nobody_home")
    times = {"happened_at": at, "recorded_at": at} if took_place else {"planned_at": at}
    aspects = columns.pop("aspects", ())
    visit = Visit.objects.create(
        school=children[0].school, campaign=campaign, recorded_by=by or (campaign and campaign.made_by),
        **times, **{"received_at": at} | columns,
    )  # fmt: skip
    VisitChild.objects.bulk_create(VisitChild(visit=visit, student=child) for child in children)
    visit.aspects.set(aspects)
    Visit.objects.filter(pk=visit.pk).update(status=status)
    visit.status = status
    return visit


class Many:
    """A school with three divisions, siblings, several homes and visits in every state."""

    def __init__(self, seed=1, families=24, visits=60):
        self.dice = random.Random(seed)  # noqa: S311
        self.school = builders.make_school()
        self.leader = builders.make_staff(self.school, sight.LEADER)
        self.admin = builders.make_staff(self.school, sight.SCHOOL_ADMIN)
        self.counselor = builders.make_staff(self.school, sight.COUNSELOR)
        self.adviser = builders.make_staff(self.school, sight.ADVISER)
        divisions = [
            Division.objects.create(school=self.school, code=f"d{n}", name=f"Grade {n}")
            for n in range(3)
        ]
        self.classes = [
            builders.make_class(
                self.school, f"c{n}", divisions[n // 2],
                adviser=self.adviser.membership if n == 1 else None,
            )
            for n in range(6)
        ]  # fmt: skip
        city = Region.objects.create(level="city", name="Shenyang")
        self.regions = [
            Region.objects.create(level="county", name=f"Area {n}", parent=city) for n in range(4)
        ]
        Aspect.objects.ship_to(self.school)
        self.aspects = list(self.school.aspects.all())
        self.children = [child for _n in range(families) for child in self._family()]
        builders.give_caseload(self.counselor, division=divisions[1])
        builders.give_caseload(self.counselor, self.children[0])
        self.division_leader = builders.make_staff(self.school, sight.LEADER, division=divisions[0])
        self.campaign = make_campaign(
            self.leader, self.school,
            rules={
                divisions[0].pk: EVERYONE,
                divisions[1].pk: (KIND.PERCENT, 30),
                divisions[2].pk: (KIND.NAMED, None),
            },
        )  # fmt: skip
        for child in self.children[::2]:
            self.campaign.named.create(student=child)
        for _n in range(visits):
            self._visit()

    def _family(self):
        dice = self.dice
        children = [
            builders.make_student(dice.choice(self.classes)) for _n in range(dice.choice([1, 1, 2]))
        ]
        if dice.random() < 0.15:
            children[0].status = "left"
            children[0].save(update_fields=["status"])
        mother = builders.make_guardian(children[0], primary=True)
        for child in children[1:]:
            builders.make_guardian(child, user=mother)
        for _n in range(dice.choice([0, 1, 1, 2])):
            region = dice.choice([*self.regions, None])
            builders.make_household(*children, guardians=[mother], region=region)
        return children

    def _visit(self):
        dice = self.dice
        child = dice.choice(self.children)
        mode = dice.choice(Visit.Mode.values)
        make_visit(
            dice.choice([self.campaign, self.campaign, self.campaign, None]),
            child, by=self.leader, mode=mode,
            status=dice.choice(["held", "held", "held", *Visit.Status.values]),
            days=dice.randint(1, 100),
            household=child.households.first() if dice.random() < 0.7 else None,
            region=dice.choice([*self.regions, None]),
            aspects=dice.sample(self.aspects, dice.choice([0, 1, 2])),
        )  # fmt: skip
