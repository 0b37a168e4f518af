"""The campaigns of the demo: one of the school in every state of a visit, one of the college.

The school's counts the visits of the last weeks; beside them stand families that were asked and
have not answered, that said no, that said yes, and one that asked for another time.
The college's is its winter programme: every visit that the import brought.
"""

import datetime as dt

from homeschool.demo.world import COLLEGE_CODE
from homeschool.people import sight
from homeschool.people.models import Membership, Student
from visits.models import Campaign, TargetRule, Team, Visit, VisitChild, Visitor

KIND, STATUS = TargetRule.Kind, Visit.Status
# What became of the families beside those that were visited, one after the other.
BESIDES = (
    STATUS.OFFERED, STATUS.DECLINED, STATUS.OTHER_TIME, STATUS.ACCEPTED, STATUS.OFFERED,
    STATUS.SCHEDULED, STATUS.OFFERED, STATUS.DECLINED, STATUS.ACCEPTED,
)  # fmt: skip


def load(world):
    """Make the campaign of the world's school, once; `world.campaign` is it."""
    key = world.id("campaign", world.school.code)
    if not Campaign.objects.filter(pk=key).exists():
        make = _of_the_college if world.school.code == COLLEGE_CODE else _of_the_school
        make(world)
    world.campaign = Campaign.objects.get(pk=key)


def _campaign(world, by, rules, **fields):
    """Make an open campaign of the term that holds today, with these rules by division code."""
    term = world.school.terms.on(world.today).first() or world.school.terms.first()
    campaign = Campaign(
        id=world.id("campaign", world.school.code), school=world.school, term=term, made_by=by,
        state=Campaign.State.OPEN, **fields,
    )  # fmt: skip
    world.save([campaign])
    divisions = world.school.divisions.in_bulk(list(rules), field_name="id")
    world.save([
        TargetRule(campaign=campaign, division=divisions[pk], kind=kind, percent=percent)
        for pk, (kind, percent) in rules.items()
    ])  # fmt: skip
    campaign.aspects.set(world.school.aspects.all()[:2])
    world.note("campaign.opened", campaign, world.at(-40), by_id=by.pk)
    return campaign


def _staff(world, role):
    rows = Membership.objects.open().filter(school=world.school, role=role)
    return [row.user for row in rows.select_related("user").order_by("user__sort_key", "user")]


# --- the college -----------------------------------------------------------------------------------------
def _of_the_college(world):
    """Let every visit of the winter programme count; everybody is meant."""
    everybody = dict.fromkeys(_divisions(world), (KIND.EVERYONE, None))
    campaign = _campaign(
        world, _staff(world, sight.LEADER)[0], everybody, name="冬季千人访万家",
        theme="走进家庭，听家长说", starts=world.day(-60), ends=world.day(20),
    )  # fmt: skip
    Visit.objects.filter(school=world.school).update(campaign=campaign)
    world.save_notes()


def _divisions(world):
    return list(world.school.divisions.order_by("code").values_list("pk", flat=True))


# --- the school ------------------------------------------------------------------------------------------
def _of_the_school(world):
    """Count the last weeks' visits, and add what became of other families."""
    first, *rest = _divisions(world)
    rules = {first: (KIND.PERCENT, 60)} | dict.fromkeys(rest, (KIND.EVERYONE, None))
    campaign = _campaign(
        world, world.ruth_adler, rules, name="Autumn visits",
        theme="We come to listen: what is your child good at?",
        starts=world.day(-60), ends=world.day(40), gift_number=1, gift_value=30,
    )  # fmt: skip
    team = _teams(world, campaign)
    told = Visit.objects.filter(
        school=world.school, source=Visit.Source.LOGGED, purpose=Visit.Purpose.RELATIONSHIP
    )
    told.filter(happened_at__gte=world.at(-60)).update(campaign=campaign)
    told.filter(happened_at=None, planned_at__gte=world.at(-1, 0)).update(
        campaign=campaign, campaign_team=team
    )
    _ask_others(world, campaign, team)
    world.save_notes()


def _teams(world, campaign):
    """Make two teams, of which one has an interpreter; return the first."""
    north = Team(id=world.id("team", "north"), campaign=campaign, name="North side",
                 lead=world.mei_chen)  # fmt: skip
    river = Team(id=world.id("team", "river"), campaign=campaign, name="River side",
                 interpreter_name="Lucía Ortega (Español)")  # fmt: skip
    world.save([north, river])
    north.members.set([world.mei_chen, world.daniel_okafor])
    river.members.set(_staff(world, sight.ADVISER)[:2])
    return north


def _ask_others(world, campaign, team):
    """Write down what became of families that were asked and not visited."""
    visited = VisitChild.objects.filter(visit__school=world.school).values("student")
    children = Student.objects.active().filter(school=world.school).exclude(pk__in=visited)
    visits, lines, visitors = [], [], []
    for n, (status, child) in enumerate(zip(BESIDES, children.order_by("number"), strict=False)):
        visit = _visit(world, campaign, team, n, status, child)
        visits.append(visit)
        lines.append(VisitChild(visit=visit, student=child))
        visitors.append(Visitor(visit=visit, user=world.mei_chen))
        at = world.at(-6)
        world.note("visit.planned", visit, at, by_id=world.mei_chen.pk, student=child)
    for rows in (visits, lines, visitors):
        world.save(rows)


def _visit(world, campaign, team, n, status, child):
    ahead = status in (STATUS.ACCEPTED, STATUS.SCHEDULED)
    return Visit(
        id=world.id("campaign", "visit", n), school=world.school, campaign=campaign,
        campaign_team=team, status=status, household=child.households.order_by("pk").first(),
        planned_at=world.at(8 + n, 15) + dt.timedelta(hours=n % 3) if ahead else None,
        received_at=world.at(-6),
    )  # fmt: skip
