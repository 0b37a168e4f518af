"""The rows of tests/doors.py for volunteers: applying, staff, and their own pages."""

from homeschool.people.sight import COUNSELOR, LEADER, SCHOOL_ADMIN, VOLUNTEER

from .doors import AWAY, HIDDEN, OK, REFUSED, WRONG_METHOD, Door, everybody, signed_in
from .doors_records import ONLY_READ
from .records_volunteers import APPLIED, HELPING

KEEPING, DECIDING = {COUNSELOR, LEADER, SCHOOL_ADMIN}, {LEADER, SCHOOL_ADMIN}
KEEPERS = ("counselor", "other_counselor", "principal", "admins")
ASK_KEEPERS = signed_in(REFUSED, **dict.fromkeys(KEEPERS, OK))


def the_key(stage):
    return stage.records.volunteers.call.key


def the_check(stage):
    return stage.records.volunteers.check.pk


def of_volunteer(name, **how):
    """Return the row of a page about a volunteer; `at` says what finds who may, at which thing."""
    return Door(f"counseling:volunteer-{name}", about="volunteer", **how)


def at(found, thing, *people):
    return {(person, thing): found for person in people}


DECIDERS = ("principal", "school_admin")
# What is done already, or not yet, shows how it stands.
DECIDED = at(AWAY, HELPING, *DECIDERS) | at(AWAY, "one of another school", "other_school_admin")
NOT_YET = at(AWAY, APPLIED, *DECIDERS)
# The check is one of the volunteer who helps.
NO_CHECK = at(HIDDEN, APPLIED, *DECIDERS) | at(
    HIDDEN, "one of another school", "other_school_admin"
)

VOLUNTEERS = [
    Door(
        "counseling:volunteer-apply", get=everybody(OK), post=everybody(OK),
        args={"key": the_key},
    ),
    Door(
        "counseling:volunteer-thanks", get=everybody(OK), post=everybody(WRONG_METHOD),
        args={"key": the_key},
    ),
    Door("counseling:volunteer-list", get=ASK_KEEPERS, post=ONLY_READ),
    Door("counseling:volunteer-call", about="school", get=DECIDING, post=DECIDING),
    Door("counseling:volunteer-call-close", about="school", post=DECIDING),
    of_volunteer("detail", get=KEEPING),
    of_volunteer("decide", get=DECIDING, post=DECIDING, but=DECIDED),
    of_volunteer("rest", get=DECIDING, post=DECIDING, but=NOT_YET),
    of_volunteer("return", get=DECIDING, post=DECIDING, inside=AWAY),
    of_volunteer("end", get=DECIDING, post=DECIDING, but=NOT_YET),
    of_volunteer("check", get=DECIDING, post=DECIDING),
    of_volunteer(
        "check-withdraw", get=DECIDING, post=DECIDING, but=NO_CHECK, args={"check": the_check}
    ),
    of_volunteer("training", get=DECIDING, post=DECIDING),
    of_volunteer("hours", get=KEEPING | {VOLUNTEER}),
    Door("counseling:volunteer-home", get=signed_in(REFUSED, volunteer=OK), post=ONLY_READ),
    of_volunteer("times", get={VOLUNTEER}, post={VOLUNTEER}),
]  # fmt: skip
