"""The rows of tests/doors.py for visits, letters and reports."""

from homeschool.people.sight import ADVISER, COUNSELOR, GUARDIAN, LEADER, SCHOOL_ADMIN, STUDENT
from visits.forms import LAST

from .doors import (
    ADMIN,
    AWAY,
    HIDDEN,
    NEVER,
    NOT_KEPT,
    OK,
    PEOPLE,
    REFUSED,
    STRANGERS,
    THINGS,
    TO_OWN_SCHOOL,
    UNPROVEN,
    WRONG_METHOD,
    Door,
    everybody,
    reverse,
    signed_in,
)
from .doors_campaigns import CAMPAIGNS
from .doors_meetings import MEETINGS
from .doors_photos import PHOTOS
from .doors_suggestions import SUGGESTIONS
from .records import (
    ADDED_BY_STAFF,
    ADDED_IN_CONFIDENCE,
    ALIVE,
    CONFIDED,
    FOR_EVERYBODY,
    GROWN_UP,
    KEPT_BY_STAFF,
    NEAR,
    NOT_SHARED,
    OPERATOR,
    OWED_AT_SCHOOL,
    OWED_BY_THE_GROWN,
    PLANNED,
    SHARED,
    TAKEN_BACK,
)

FAMILY = {GUARDIAN, STUDENT}
# Who reads and writes visits; a school admin reads figures, not records.
VISITING = {ADVISER, COUNSELOR, LEADER}
VISITORS = {"adviser", "other_teacher", "counselor", "other_counselor", "principal"}
HERE = dict.fromkeys(VISITORS, OK)
STAFF_PAGE = signed_in(REFUSED, staff=OK)
# The report of a term: staff, and the public version for a district officer.
FIGURES = signed_in(REFUSED, staff=OK, district=OK)
NO_FIGURES = {person for person, found in FIGURES.items() if found == REFUSED}
ONLY_READ = ONLY_SENT = signed_in(WRONG_METHOD)


def so(found, thing, *people):
    """Return the exception that these people find `found` at `thing`."""
    return {(person, thing): found for person in people}


def refused_at(kind, people):
    """Return the exceptions that these people are refused at every thing of a kind."""
    return {(person, thing): REFUSED for person in people for thing in [*THINGS[kind], NEVER]}


# --- visits -----------------------------------------------------------------------------------------

# The family reads what was shared on its own page, and is sent there.
TO_ITS_PAGE = so(AWAY, SHARED, "mother") | so(AWAY, GROWN_UP, "adult", "parent")
# A visit that did not take place has no summary to confirm and nothing to be pinned to.
NOT_HELD = so(HIDDEN, PLANNED, *NEAR)
# Who does not read what stays with staff does not say what of it the family reads.
NOT_ALONG = so(REFUSED, SHARED, "other_teacher") | so(REFUSED, NOT_SHARED, "adviser")
# Only what took place is confidential.
NOT_HELD_YET = so(REFUSED, PLANNED, *NEAR)
# Only who goes along sets out; who goes, and who leads, says that all are back.
STAYS_HERE = (
    so(REFUSED, SHARED, "other_teacher", "principal")
    | {
        ("principal", CONFIDED): REFUSED,
    }
    | {
        (person, thing): REFUSED
        for person in ("adviser", "principal")
        for thing in (NOT_SHARED, PLANNED)
    }
)
WATCHING = VISITING | {SCHOOL_ADMIN}
# Who visits nobody is stopped before the page looks for the child.
NO_VISITOR = dict.fromkeys(set(PEOPLE) - VISITORS - {*STRANGERS, *UNPROVEN}, REFUSED)


def of_draft(name, **how):
    """Return the row of what is done with a draft: by whoever writes on it."""
    return Door(f"visits:draft-{name}", about="draft", **{"post": {COUNSELOR}} | how)


VISITS = [
    Door("visits:visit-list", get=signed_in(REFUSED, admins=AWAY, **HERE), post=ONLY_READ),
    Door("visits:visit-detail", about="visit", get=VISITING, but=TO_ITS_PAGE),
    Door("visits:visit-print", about="visit", get=VISITING, but=TO_ITS_PAGE),
    Door(
        "visits:visit-plan",
        about="child",
        named="?child",
        get=VISITING,
        post=VISITING,
        before=NO_VISITOR,
    ),
    Door("visits:visit-cancel", about="visit", post=VISITING),
    Door("visits:visit-nobody-home", about="visit", post=VISITING),
    Door("visits:outing-list", get=STAFF_PAGE, post=ONLY_READ),
    Door("visits:outing-begin", about="visit", get=VISITING, post=VISITING, but=STAYS_HERE),
    Door("visits:outing-back", about="outing", post=WATCHING),
    Door("visits:outing-put-off", about="outing", post=WATCHING),
    Door("visits:visit-share", about="visit", post=VISITING, but=NOT_ALONG),
    Door("visits:visit-confide", about="visit", post=VISITING, but=NOT_ALONG | NOT_HELD_YET),
    Door("visits:visit-unseal", about="visit", post=VISITING, but=NOT_ALONG | NOT_HELD_YET),
    Door("visits:need-list", get=signed_in(REFUSED, **HERE), post=ONLY_READ),
    Door("visits:need-export", get=signed_in(REFUSED, **HERE), post=signed_in(REFUSED, **HERE)),
    Door("visits:need-detail", about="need", get=VISITING),
    Door("visits:need-resolve", about="need", post=VISITING),
    Door("visits:need-reopen", about="need", post=VISITING),
    Door("visits:visit-start", about="visit", post=VISITING),
    Door("visits:draft-new", about="child", named="child", post=VISITING),
    of_draft("step", get={COUNSELOR}, args={"step": LAST}),
    of_draft("leave", args={"step": LAST}, sends={"to": "1"}),
    of_draft("save", sends={"step": str(LAST)}),
    of_draft("promise-add"),
    of_draft("finish"),
    of_draft("finish-unshared"),
    of_draft("discard"),
    Door("visits:summary-confirm", about="visit", post=FAMILY, but=NOT_HELD),
    Door("visits:addendum-add", about="visit", post=FAMILY | VISITING, but=NOT_HELD),
    Door(
        "visits:addendum-seen",
        about="addendum",
        post=VISITING,
        but=so(REFUSED, ADDED_BY_STAFF, *NEAR, "other_teacher")
        | so(REFUSED, KEPT_BY_STAFF, *NEAR)
        | so(REFUSED, ADDED_IN_CONFIDENCE, "counselor", "principal"),
    ),
    Door(
        "visits:promise-keep",
        about="promise",
        post=FAMILY | VISITING,
        # a family keeps its own, and no other home's
        but=so(REFUSED, OWED_AT_SCHOOL, "mother") | so(REFUSED, OWED_BY_THE_GROWN, "parent"),
    ),
    Door("visits:meeting-list", get=STAFF_PAGE, post=STAFF_PAGE),
    Door("visits:meeting-create", get=STAFF_PAGE, post=STAFF_PAGE),
    Door(
        "visits:meeting-edit",
        about="meeting",
        get=VISITING | {SCHOOL_ADMIN},
        post=VISITING | {SCHOOL_ADMIN},
        but=so(REFUSED, "the class's", "other_teacher"),
    ),
]

# --- what visits are about ------------------------------------------------------------------------------


def of_aspects(name, **how):
    """Return the row of a page about a school's list of aspects: its administrators come in."""
    return Door(f"visits:{name}", about="school", **{"get": ADMIN, "post": ADMIN} | how)


ONE_ASPECT = {"args": {"code": "mental_health"}}
ASPECTS = [
    of_aspects("aspect-list"),
    of_aspects("aspect-edit", **ONE_ASPECT),
    *(of_aspects(f"aspect-{verb}", get=None, **ONE_ASPECT) for verb in ("up", "retire", "restore")),
]

# --- past visits from a spreadsheet -------------------------------------------------------------------


def of_import(name, **how):
    """Return the row of a page by which a school's administrators bring past visits in."""
    return Door(f"visits:{name}", about="school", **{"get": ADMIN, "post": ADMIN} | how)


IMPORTING = [
    Door("visits:past-visits", get=TO_OWN_SCHOOL, post=TO_OWN_SCHOOL),
    of_import("visits-import"),
    of_import("visits-import-template"),
    of_import("visits-import-preview", args=NOT_KEPT, inside=AWAY),
    of_import("visits-import-refused", args=NOT_KEPT, inside=AWAY),
    of_import("visits-import-confirm", args=NOT_KEPT, get=None),
    of_import(
        "visits-import-done",
        args={"entry": lambda stage: stage.visits_imported.pk},
        but={("other_school_admin", "another school"): HIDDEN},
    ),
]

# --- letters ----------------------------------------------------------------------------------------

GONE = "410"


class LinkDoor(Door):
    """A door that its link opens, whoever holds it; `get` and `post` say what each link finds."""

    def url(self, stage, key):
        return reverse(self.name, kwargs={"token": key})

    def reader(self, person):
        return "mother"

    def outcome(self, method, person, thing):
        found = getattr(self, method)
        return WRONG_METHOD if found is None else found.get(thing, HIDDEN)


ASK_THE_OPERATORS = signed_in(REFUSED, admins=OK, first=OK)
BY_OPERATORS = signed_in(REFUSED, admins=AWAY, first=AWAY)
ASK_WHO_MENDS = signed_in(REFUSED, admins=OK, principal=OK, counselor=OK, other_counselor=OK)

LETTERS = [
    LinkDoor("journal:letter", about="letter", get={ALIVE: OK, TAKEN_BACK: GONE}),
    LinkDoor("journal:letter-confirm", about="letter", post={ALIVE: AWAY, TAKEN_BACK: GONE}),
    # a letter of another kind says nothing of a visit to come
    LinkDoor("visits:letter-came-up", about="letter", post={TAKEN_BACK: GONE}),
    LinkDoor("journal:stop", about="stop link", get={ALIVE: OK}, post={ALIVE: OK}),
    LinkDoor("journal:stop-again", about="stop link", post={ALIVE: AWAY}),
    Door("journal:operations", get=ASK_THE_OPERATORS, post=ONLY_READ),
    Door("journal:given-up", get=ASK_THE_OPERATORS, post=ONLY_READ),
    Door("journal:deliveries-retry", post=BY_OPERATORS),
    Door("journal:mail-try", post=BY_OPERATORS),
    Door("journal:delivery-retry", about="delivery", post={SCHOOL_ADMIN, OPERATOR}),
    # without a provider that reports there is no such page
    Door("journal:mail-events", get=everybody(HIDDEN), post=everybody(HIDDEN)),
    Door("people:unreached-list", get=ASK_WHO_MENDS, post=ONLY_READ),
]

# --- reports ----------------------------------------------------------------------------------------

REPORTS = [
    Door("reports:today", get=signed_in(REFUSED, admins=AWAY, **HERE), post=ONLY_READ),
    Door("reports:progress", about="child", get=FAMILY | VISITING),
    Door(
        "reports:progress-home",
        get=signed_in(OK, other_mother=AWAY, adult=AWAY, parent=AWAY),
        post=ONLY_READ,
    ),
    Door("reports:term-report", get=FIGURES, post=ONLY_READ),
    Door(
        "reports:term-rows",
        about="term",
        named="?measure=students_reached&term",
        get=VISITING | {SCHOOL_ADMIN},
        but=refused_at("term", NO_FIGURES),
    ),
    Door("reports:report-make", get=ONLY_SENT, post=FIGURES),
    Door(
        "reports:report-runs",
        about="school",
        get=VISITING | {SCHOOL_ADMIN},
        but=refused_at("school", NO_FIGURES) | so(OK, "the school", "district"),
    ),
    Door(
        "reports:report-stop",
        about="report",
        post={ADVISER, SCHOOL_ADMIN},
        inside=AWAY,
    ),
    Door("reports:report-paper", about="report", get=VISITING | {SCHOOL_ADMIN}),
    Door(
        "reports:report-file",
        about="report file",
        get=VISITING | {SCHOOL_ADMIN},
        but=so(OK, FOR_EVERYBODY, "district"),
    ),
]

RECORDS = [
    *VISITS,
    *SUGGESTIONS,
    *CAMPAIGNS,
    *MEETINGS,
    *PHOTOS,
    *ASPECTS,
    *IMPORTING,
    *LETTERS,
    *REPORTS,
]
