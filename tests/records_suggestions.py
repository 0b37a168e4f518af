"""What families suggested and what was given at the visits of tests/records.py, for tests/doors.py."""

from homeschool.people.sight import ADVISER, COUNSELOR, GUARDIAN, LEADER, STUDENT
from visits.models import Gift, Suggestion

LEADS = {"principal": {LEADER}}
KEPT = LEADS | {"counselor": {COUNSELOR}}
STAFF = KEPT | {"adviser": {ADVISER}}
OF_BOTH, GROWN = "what the home of both suggested", "what a grown student suggested"
THINGS = {
    "suggestion": {
        OF_BOTH: STAFF | {"mother": {GUARDIAN}, "other_teacher": {ADVISER}},
        # the adviser did not go along
        "one that was kept out": KEPT,
        "one of a confidential visit": KEPT,
        # another home of the student reads nothing
        GROWN: {"adult": {STUDENT}},
        "one about another child of the school": LEADS,
        "one of another school": {},
    }
}
CANARIES = {
    "Canary-suggestion 1": {*STAFF, "mother", "other_teacher"},
    "Canary-suggestion 2": set(KEPT),
    "Canary-suggestion 3": set(KEPT),
    "Canary-suggestion 4": {"adult"},
    "Canary-suggestion 5": set(LEADS),
    "Canary-suggestion 6": set(),
    "Canary-gift 1": {*STAFF, "mother", "other_teacher"},
    "Canary-gift 3": set(KEPT),
    "Canary-gift 4": {"adult"},
    "Canary-gift 6": set(),
}


def parts(number, *, kept_out=False):
    """Return what `Visit.hold` gets beside the rest: one suggestion and one gift with these canaries."""
    text, item = f"Canary-suggestion {number}", f"Canary-gift {number}"
    return {
        "suggestions": [Suggestion(text=text, kept_out=kept_out)],
        "gifts": [] if f"Canary-gift {number}" not in CANARIES else [Gift(item=item, value=5)],
    }


def rows(*visits):
    """Return {kind: [row]} of these visits, in the order of THINGS."""
    return {"suggestion": [visit.suggestions.get() for visit in visits]}
