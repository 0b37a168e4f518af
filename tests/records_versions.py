"""Published plans and what families said to them, for the stage of tests/doors.py."""

from counseling.models import Answer, AtHome
from counseling.models.habit import monday_of
from homeschool.people.sight import GUARDIAN, LEADER, STUDENT

from .counseling.versions import publish
from .records_plans import GROWN, LONE, SHOWN, STAFF

READ = {
    SHOWN: STAFF | {"mother": {GUARDIAN}},
    GROWN: {"adult": {STUDENT}},
    LONE: {"principal": {LEADER}},
    "one of another school": {},
}
MOTHERS, GROWNS = "the mother's", "the grown student's"
SAID = {
    MOTHERS: STAFF | {"mother": {GUARDIAN}},
    "what the child said": STAFF,
    GROWNS: {"adult": {STUDENT}},
    "one in another school": {},
}
ASKED = {
    MOTHERS: STAFF | {"mother": {GUARDIAN}},
    GROWNS: {"adult": {STUDENT}},
    "one in another school": {},
}
THINGS = {"version": READ, "answer": SAID, "question": ASKED}
NEAR = set(STAFF)
CANARIES = {
    "Canary-agreed 1": NEAR | {"mother"},
    "Canary-agreed 3": {"adult"},
    "Canary-agreed 4": {"principal"},
    "Canary-agreed 5": set(),
    "Canary-answer 1": NEAR | {"mother"},
    # what a child says is for the school alone
    "Canary-answer 2": NEAR,
    "Canary-answer 3": {"adult"},
    "Canary-answer 5": set(),
    # what was asked stands with the school
    "Canary-question 1": NEAR,
    "Canary-question 3": set(),
    "Canary-question 5": set(),
}
SHOWN_AT = [("counseling:version-detail", thing) for thing in (SHOWN, GROWN, LONE)]


class Versions:
    """The rows behind THINGS, upon the plans of `records_plans.Plans`."""

    def __init__(self, stage, c, plans):
        shown, _written, grown, lone, elsewhere = plans
        parent, role = stage.other_parent, stage.other_role.user
        self.versions = [
            self.publish(plan, plan.owner, n)
            for n, plan in ((1, shown), (3, grown), (4, lone), (5, elsewhere))
        ]
        first, second, _third, fourth = self.versions
        give = Answer.objects.give
        self.answers = [
            give(first, by=c.mother, person=c.mother, agrees=False, words="Canary-answer 1"),
            give(first, by=c.counselor, person=None, agrees=True, words="Canary-answer 2"),
            give(second, by=c.adult, person=c.adult, agrees=False, words="Canary-answer 3"),
            give(fourth, by=role, person=parent, agrees=False, words="Canary-answer 5"),
        ]
        monday = monday_of(first.published_at.date())
        ask = AtHome.objects.ask
        self.asked = [
            ask(first, "Canary-question 1", by=c.mother, monday=monday),
            ask(second, "Canary-question 3", by=c.adult, monday=monday),
            ask(fourth, "Canary-question 5", by=parent, monday=monday),
        ]

    def publish(self, plan, by, number):
        """Publish a plan with one thing to do at home, and words that few may read."""
        plan.tasks.update(at_home=True)
        return publish(plan, by, agreed=f"Canary-agreed {number}")

    def keys(self):
        """Return {kind: [key]} in the order of THINGS."""
        rows = {"version": self.versions, "answer": self.answers, "question": self.asked}
        return {kind: [row.pk for row in found] for kind, found in rows.items()}
