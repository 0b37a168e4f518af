"""Campaigns and their teams, for the stage of tests/doors.py."""

from homeschool.people.sight import ADVISER, COUNSELOR, LEADER, SCHOOL_ADMIN

from .visits.campaigns import make_campaign, make_visit

AT_SCHOOL = {
    "adviser": {ADVISER},
    "other_teacher": {ADVISER},
    "counselor": {COUNSELOR},
    "other_counselor": {COUNSELOR},
    "principal": {LEADER},
    "school_admin": {SCHOOL_ADMIN},
}
ELSEWHERE = {"other_school_admin": {SCHOOL_ADMIN}}
THINGS = {
    "campaign": {"the school's campaign": AT_SCHOOL, "another school's campaign": ELSEWHERE},
    "team": {"a team of the school": AT_SCHOOL, "a team of another school": ELSEWHERE},
}


class Campaigns:
    """A campaign with a team in each of two schools; the school's has a visit in it."""

    def __init__(self, c):
        self.campaigns = [
            make_campaign(c.principal, c.school, name="Canary-campaign 1", opened=False),
            make_campaign(
                c.other_school_admin, c.other_school, name="Canary-campaign 2", opened=False
            ),
        ]
        self.teams = [campaign.teams.create(name="North") for campaign in self.campaigns]
        make_visit(self.campaigns[0], c.child, status="declined")

    def keys(self):
        """Return {kind: [key]} in the order of THINGS."""
        return {
            "campaign": [row.pk for row in self.campaigns],
            "team": [row.pk for row in self.teams],
        }
