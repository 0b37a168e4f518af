"""The table of doors: for every URL name, who comes in, and what the others find.

A row is a `Door`. A page about nobody in particular says what each group of people finds:

    Door("people:child-list", get=signed_in(OK))

A page about a thing names the kind of thing and the roles that come in:

    Door("people:child-edit", about="child", get={SCHOOL_ADMIN}, post={SCHOOL_ADMIN})

Everything else follows: strangers go to sign-in, staff without a second factor to the second
factor, whoever does not see the thing finds what stands at an address that never existed (404),
whoever sees it in another role is refused (403). `None` for a method: it is not taken (405).
"""

from dataclasses import dataclass, field

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.db import connection
from django.test import Client
from django.urls import reverse

from homeschool.journal.models import Entry
from homeschool.people import sight
from homeschool.people.models import Caseload, Handover, Transfer
from homeschool.people.sight import (
    ADVISER,
    COUNSELOR,
    GUARDIAN,
    LEADER,
    SCHOOL_ADMIN,
    STUDENT,
)

from . import builders, records
from .cast import make_cast, sign_in

# --- what somebody may find -----------------------------------------------------------------------

OK = "comes in"  # 200; for a POST of an empty form also 422, or a redirect within
AWAY = "is sent on"  # 302 to another page
SIGN_IN = "is sent to sign-in"
PROVE = "is sent to the second factor"
REFUSED = "403"
HIDDEN = "404"
WRONG_METHOD = "405"
REPORTS = "200 or 503"

# --- the people -------------------------------------------------------------------------------------

STRANGERS = ("anonymous", "deactivated")
FAMILY = ("mother", "father", "other_mother", "adult", "parent")
STAFF = (
    "adviser", "other_teacher", "counselor", "other_counselor", "principal", "school_admin",
    "other_school_admin",
)  # fmt: skip
ADMINS = ("school_admin", "other_school_admin")
HELPERS = ("volunteer", "district")
# Signed in as a counselor with the child on the caseload; then the role ended.
FORMER = ("old_session",)
# A counselor with the child on the caseload, who has not shown a second factor in this session.
UNPROVEN = ("staff_without_second_factor",)
# The first admin, before there is any school: a superuser without a role.
FIRST = ("first_admin",)
WORKING = (*STAFF, *HELPERS, *FIRST)
PEOPLE = (*STRANGERS, *FAMILY, *STAFF, *HELPERS, *FORMER, *UNPROVEN, *FIRST)


def everybody(outcome, **others):
    """Return what each person finds: `outcome`, or another for a person or group named so."""
    groups = {
        "strangers": STRANGERS, "family": FAMILY, "staff": STAFF, "helpers": HELPERS,
        "former": FORMER, "unproven": UNPROVEN, "first": FIRST, "admins": ADMINS,
    }  # fmt: skip
    found = dict.fromkeys(PEOPLE, outcome)
    for name, other in others.items():
        found |= dict.fromkeys(groups.get(name, (name,)), other)
    return found


def signed_in(outcome, **others):
    """Return what each person finds behind the door: strangers and unproven staff do not pass it."""
    return everybody(outcome, **{"strangers": SIGN_IN, "unproven": PROVE} | others)


# --- the things, and who sees them in which roles ----------------------------------------------------

SCHOOL_WIDE = {"principal": {LEADER}, "school_admin": {SCHOOL_ADMIN}}
WITH_THE_CHILD = SCHOOL_WIDE | {"adviser": {ADVISER}, "counselor": {COUNSELOR}}
IN_SCHOOL = WITH_THE_CHILD | {"other_teacher": {ADVISER}, "other_counselor": {COUNSELOR}}
ELSEWHERE = {"other_school_admin": {SCHOOL_ADMIN}}

BOTH_ADMINS = {"school_admin": {SCHOOL_ADMIN}} | ELSEWHERE

THINGS = {
    "child": {
        "the child": WITH_THE_CHILD | {"mother": {GUARDIAN}},
        "a child of the same school": SCHOOL_WIDE,
        "a child of another school": ELSEWHERE,
        "a grown student": {"adult": {STUDENT}, "parent": {GUARDIAN}},
    },
    # A guardian's own row, and those of staff who see the child; a withdrawn father has none.
    "guardianship": {
        "the mother's": WITH_THE_CHILD | {"mother": {GUARDIAN}},
        "the father's": WITH_THE_CHILD,
        "one of the same school": SCHOOL_WIDE,
        "one of another school": ELSEWHERE,
        "one with a grown student": {"parent": {GUARDIAN}},
    },
    "grant": {
        "the adult's to the parent": {"adult": {STUDENT}, "parent": {GUARDIAN}},
        "the adult's to another": {"adult": {STUDENT}},
    },
    "passkey": {"somebody else's": {}},
    "address": {"the mother's own": {"mother": {GUARDIAN}}},
    "token": {"the counselor's own": {"counselor": {COUNSELOR}}},
    "school": {"the school": IN_SCHOOL, "another school": ELSEWHERE},
    "term": {"the term": IN_SCHOOL, "another school's term": ELSEWHERE},
    "class": {"the class": IN_SCHOOL, "another school's class": ELSEWHERE},
    "membership": {"a colleague's": IN_SCHOOL, "one of another school": ELSEWHERE},
    "handover": {
        "the counselor's to a colleague": SCHOOL_WIDE
        | {"counselor": {COUNSELOR}, "other_counselor": {COUNSELOR}},
        "one of another school": ELSEWHERE,
    },
    "caseload": {"the counselor's": IN_SCHOOL, "one of another school": ELSEWHERE},
    "invitation": {"a letter of the school": IN_SCHOOL, "one of another school": ELSEWHERE},
    "grade": {"the grade": IN_SCHOOL, "another school's grade": ELSEWHERE},
    # an offer is for the administrators of both schools alone
    "transfer": {"to another school": BOTH_ADMINS, "from another school": BOTH_ADMINS},
    "roster": {
        "a file of the school": {"school_admin": {SCHOOL_ADMIN}},
        "one of another school": ELSEWHERE,
    },
} | records.THINGS
NEVER = "one that never existed"
NOTE = "Canary-note 2048"
NO_UUID, NO_NUMBER = "00000000-0000-4000-8000-000000000000", 2**31 - 1
BY_NUMBER = {
    "passkey",
    "delivery",
    "task",
    "week of a plan",
    "day off",
    "school word",
    "translation",
    "unclear message",
    "away",
}


def things(kind, person):
    """Return the labels of the things of a kind, the one that never existed last.

    Who is stopped before the page asks for the thing, or has nothing to do with any, tries two.
    """
    if not kind:
        return [""]
    labels = [*THINGS[kind], NEVER]
    return [labels[0], NEVER] if person in STRANGERS + UNPROVEN + HELPERS + FIRST else labels


# --- a row ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Door:
    """One URL name. `get` and `post`: who comes in (roles, or a dict by person), or None."""

    name: str
    about: str = ""
    get: object = None
    post: object = None
    # what they find who come in
    inside: str = OK
    # what finds who sees the thing, in a role that the door is not for
    otherwise: str = REFUSED
    # what one person finds with one thing: {("parent", "a grown student"): HIDDEN}
    but: dict = field(default_factory=dict)
    # arguments of the address beside the thing's key; a function gets the stage
    args: dict = field(default_factory=dict)
    # how a request names the thing: in the address ("pk"), its query ("?child") or the form ("child")
    named: str = "pk"
    # what a POST sends beside its hidden key
    sends: dict = field(default_factory=dict)
    # who is stopped before the page looks for the thing, and what they find
    before: dict = field(default_factory=dict)

    def __str__(self):
        return self.name

    def url(self, stage, key):
        args = {name: arg(stage) if callable(arg) else arg for name, arg in self.args.items()}
        address = reverse(self.name, kwargs=args | ({"pk": key} if self._has_key else {}))
        return f"{address}{self.named}={key}" if self.named.startswith("?") else address

    @property
    def _has_key(self):
        return self.about and self.named == "pk"

    def data(self, key):
        """Return what a POST about the thing of this key sends beside its hidden key."""
        in_the_form = self.named != "pk" and not self.named.startswith("?")
        return self.sends | ({self.named: key} if in_the_form else {})

    def reader(self, person):
        """Return in whose eyes `person` reads what stands behind this door."""
        return person

    def outcome(self, method, person, thing):
        """Return what `person` finds who asks by `method` for `thing`."""
        allowed = getattr(self, method)
        if isinstance(allowed, dict):
            return allowed[person]
        if person in STRANGERS:
            return SIGN_IN
        if person in UNPROVEN:
            return PROVE
        if person in self.before:
            return self.before[person]
        if allowed is None:
            return WRONG_METHOD
        if (person, thing) in self.but:
            return self.but[person, thing]
        return self._by_role(set(allowed), person, thing)

    def _by_role(self, allowed, person, thing):
        roles = THINGS[self.about].get(thing, {}).get(person)
        if not roles:
            return HIDDEN
        return self.inside if roles & allowed else self.otherwise


# --- the stage: the cast, its sessions, its things, and words that few may read ---------------------------


class Stage:
    """The cast with a session for each person, and a thing for each label of THINGS."""

    def __init__(self):
        self.cast = c = make_cast()
        self.browser = Client()  # one for all: making one costs more than most pages
        self.extend(c)
        self.keys = self.all_keys(c)
        self.canaries = self.plant(c)
        self.sessions = {name: self.session(name) for name in PEOPLE}
        c.old_session.membership.end(by=c.school_admin)
        self.beginning = self.footprint()

    def extend(self, c):
        """Add who and what only the doors need."""
        self.lone_class = builders.make_class(c.school, "4d")
        self.lone_child = builders.make_student(self.lone_class, "Noor Haddad", number="2026009")
        self.lone_parent = builders.make_guardian(self.lone_child, "Sami Haddad")
        self.other_parent = builders.make_guardian(c.other_child, "Olga’s mother")
        self.other_term = builders.make_term(c.other_school)
        self.second_parent = builders.make_guardian(c.adult.student_row, "Chen Wei")
        c.adult.student_row.grants.create(guardian=self.second_parent, item="plans")
        for name in ("old_session", "staff_without_second_factor"):
            user = builders.make_staff(c.school, COUNSELOR, name)
            builders.give_caseload(user, c.child)
            setattr(c, name, user)
        c.first_admin = builders.make_user("First Admin", is_staff=True, is_superuser=True)
        self.give_second_steps(c)
        self.visits_imported = Entry.record(
            "visits.imported", c.school, by=c.school_admin, school=c.school, counts={}
        )
        leaver, comer = (
            builders.make_student(self.lone_class),
            builders.make_student(c.other_child.school_class),
        )
        self.transfers = [
            Transfer.objects.offer(leaver, c.other_school, by=c.school_admin),
            Transfer.objects.offer(comer, c.school, by=c.other_school_admin),
        ]
        self.token = builders.make_token(c.counselor)
        self.other_role = builders.make_staff(c.other_school, COUNSELOR).membership
        self.caseload = c.counselor.membership.caseloads.first()
        self.other_caseload = Caseload.objects.create(
            membership=self.other_role, student=c.other_child
        )
        taker = builders.make_staff(c.other_school, COUNSELOR).membership
        self.handovers = [
            Handover.objects.create(school=giver.school, giver=giver, taker=taker, by=by, note=note)
            for giver, taker, by, note in (
                (c.counselor.membership, c.other_counselor.membership, c.school_admin, NOTE),
                (self.other_role, taker, c.other_school_admin, ""),
            )
        ]
        self.records = records.Records(self, c)

    def give_second_steps(self, c):
        """Give all staff an app and recovery codes, and somebody else a passkey."""
        kinds = Authenticator.Type
        for name in (*STAFF, *HELPERS, *FIRST):
            user = getattr(c, name)
            Authenticator.objects.create(user=user, type=kinds.TOTP, data={"secret": ""})
            RecoveryCodes.activate(user)
        self.passkey = Authenticator.objects.create(
            user=builders.make_user(), type=kinds.WEBAUTHN, data={"name": "Phone"}
        )

    def all_keys(self, c):
        """Return {kind: {label: primary key}}."""
        ties, grants = c.child.guardianships, c.adult.student_row.grants
        rows = {
            "child": [c.child, self.lone_child, c.other_child, c.adult.student_row],
            "guardianship": [
                ties.get(guardian=c.mother),
                ties.get(guardian=c.father),
                self.lone_parent.guardianship,
                self.other_parent.guardianship,
                c.parent.guardianship,
            ],
            "grant": [grants.get(guardian=c.parent), grants.get(guardian=self.second_parent)],
            "passkey": [self.passkey],
            "address": [c.mother.addresses.get(channel="email")],
            "token": [self.token],
            "school": [c.school, c.other_school],
            "term": [c.term, self.other_term],
            "class": [c.school_class, c.other_child.school_class],
            "membership": [c.counselor.membership, self.other_role],
            "handover": self.handovers,
            "caseload": [self.caseload, self.other_caseload],
            "grade": [c.school_class.division, c.other_child.school_class.division],
            "transfer": self.transfers,
            "invitation": [
                builders.make_letter(self.lone_child, self.lone_parent, c.school_admin),
                builders.make_letter(c.other_child, self.other_parent, c.other_school_admin),
            ],
            "roster": [
                builders.make_roster(c.school, c.school_admin),
                builders.make_roster(c.other_school, c.other_school_admin),
            ],
        }
        keys = {kind: [row.pk for row in found] for kind, found in rows.items()}
        return {
            kind: dict(zip(THINGS[kind], found, strict=True))
            | {NEVER: NO_NUMBER if kind in BY_NUMBER else NO_UUID}
            for kind, found in (keys | self.records.keys()).items()
        }

    def plant(self, c):
        """Write words into sensitive fields; return {word: who may read it}."""
        contacts = {"counselor", "principal", "school_admin"}
        c.father.guardianship.restrict(by=c.counselor, reason="Canary-reason 4711")
        c.household.address = "Canary-road 8"
        c.household.save()
        self.write_to(c.mother, "canary-mother@example.org", "+86 555 0100")
        self.write_to(c.father, "canary-father@example.org", "+86 555 0199")
        return {
            "Canary-reason 4711": contacts,
            "Canary-road 8": contacts,
            # the two, the leader, and who wrote it
            NOTE: {"counselor", "other_counselor", "principal", "school_admin"},
            "canary-mother@example.org": contacts | {"mother"},
            "+86 555 0100": contacts | {"mother"},
            "canary-father@example.org": contacts | {"father"},
            "+86 555 0199": contacts | {"father"},
            **records.CANARIES,
        }

    def write_to(self, user, email, phone):
        user.email, user.phone = email, phone
        user.save()
        user.addresses.filter(channel="email").update(value=email)
        user.addresses.create(channel="phone", value=phone)

    def session(self, name):
        """Return the cookies of a person's session."""
        client, user = Client(), getattr(self.cast, name, None)
        if name in UNPROVEN:
            client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        elif user is not None:
            sign_in(user, client)
        client.get(reverse("healthz"))  # the first request writes down how long the session lives
        return {key: morsel.value for key, morsel in client.cookies.items()}

    def client(self, name):
        """Return the one client, in a person's session as it was in the beginning."""
        self.browser.cookies.clear()
        for key, value in self.sessions[name].items():
            self.browser.cookies[key] = value
        return self.browser

    def key(self, door, thing):
        return self.keys[door.about][thing] if door.about else None

    def url(self, door, thing):
        return door.url(self, self.key(door, thing))

    def data(self, door, thing):
        return door.data(self.key(door, thing))

    def footprint(self):
        """Return a number that differs after a change of a row about a child, or an Entry of one."""
        with connection.cursor() as cursor:
            cursor.execute(FOOTPRINT)
            return cursor.fetchone()[0]


FOOTPRINT = """
    SELECT (SELECT count(*) FROM journal_entry WHERE kind = 'changed')
         + (SELECT count(*) FROM people_studentevent) + (SELECT count(*) FROM people_householdevent)
         + (SELECT count(*) FROM people_guardianshipevent) + (SELECT count(*) FROM people_grantevent)
         + (SELECT count(*) FROM people_membershipevent) + (SELECT count(*) FROM people_caseloadevent)
         + (SELECT count(*) FROM people_school) + (SELECT count(*) FROM people_term)
         + (SELECT count(*) FROM people_division) + (SELECT count(*) FROM people_handover)
         + (SELECT count(*) + count(retired_at) FROM visits_aspect)
         + (SELECT count(*) FROM people_schoolclass) + (SELECT count(*) FROM people_user)
         + (SELECT count(*) FROM people_leaving) + (SELECT count(*) FROM people_newyear)
         + (SELECT count(*) + count(answered_at) FROM people_transfer)
         + (SELECT count(*) + count(revoked_at) FROM people_token)
         + (SELECT count(*) + count(ended_at) FROM people_invitation)
         + (SELECT count(*) FROM visits_visitevent) + (SELECT count(*) FROM visits_promiseevent)
         + (SELECT count(*) FROM visits_meetinghome) + (SELECT count(*) FROM visits_bookingevent)
         + (SELECT count(answered_at) FROM visits_suggestion)
         + (SELECT count(*) FROM visits_furtheranswer)
         + (SELECT count(*) FROM visits_meeting) + (SELECT count(*) FROM visits_addendum)
         + (SELECT count(*) + coalesce(sum(version), 0) FROM visits_draft)
         + (SELECT count(acknowledged_at) FROM journal_receipt)
         + (SELECT count(*) FROM journal_delivery WHERE state = 'pending')
"""


# --- the table ----------------------------------------------------------------------------------------------

ALL = {GUARDIAN, STUDENT, *sight.STAFF_ROLES}
EDITORS = sight.FAMILY_EDITORS

PORTAL = [
    Door("healthz", get=everybody(OK), post=everybody(WRONG_METHOD)),
    Door("readyz", get=everybody(REPORTS), post=everybody(WRONG_METHOD)),
    Door("set_language", get=everybody(WRONG_METHOD), post=everybody(AWAY)),
    Door("set-theme", get=everybody(WRONG_METHOD), post=everybody(AWAY)),
    Door(
        "home",
        get=signed_in(AWAY, district=OK, former=OK, father=OK, mother=OK),
        post=signed_in(AWAY, district=OK, former=OK, father=OK, mother=OK),
    ),
]

NO_PARENT = {("parent", "a grown student"): REFUSED}  # it was granted visits, and only that

CHILDREN = [
    Door("people:child-list", get=signed_in(OK), post=signed_in(OK)),
    Door("people:child-detail", about="child", get=ALL, post=ALL),
    Door("people:child-edit", about="child", get={SCHOOL_ADMIN}, post={SCHOOL_ADMIN}),
    Door(
        "people:child-strengths",
        about="child",
        get=sight.DESCRIBERS,
        post=sight.DESCRIBERS,
    ),
    Door(
        "people:child-looks",
        about="child",
        get={GUARDIAN, STUDENT},
        post={GUARDIAN, STUDENT},
        but=NO_PARENT,
    ),
    *(
        Door(f"people:child-{verb}", about="child", get=EDITORS, post=EDITORS)
        for verb in ("leave", "come-back", "move")
    ),
    Door("people:transfer-offer", about="child", get={SCHOOL_ADMIN}, post={SCHOOL_ADMIN}),
    Door("people:guardianship-add", about="child", get=EDITORS, post=EDITORS),
    Door("people:grant-give", about="child", post={STUDENT}),
    Door("people:grant-withdraw", about="grant", post={STUDENT}),
    *(
        Door(f"people:guardianship-{verb}", about="guardianship", get=EDITORS, post=EDITORS)
        for verb in ("edit", "withdraw", "restore", "restrict", "end")
    ),
    Door("people:guardianship-same", about="guardianship", get={SCHOOL_ADMIN}, post={SCHOOL_ADMIN}),
    Door("people:me", get=signed_in(OK), post=signed_in(OK)),
    Door("people:reach", get=signed_in(OK), post=signed_in(OK)),
    Door("people:address-again", about="address", post={GUARDIAN}, inside=AWAY),
    Door("people:token-list", get=signed_in(OK), post=signed_in(OK)),
    Door("people:token-create", get=signed_in(OK), post=signed_in(OK)),
    Door("people:token-revoke", about="token", post={COUNSELOR}, inside=AWAY),
]

ADMIN = {SCHOOL_ADMIN}
TO_OWN_SCHOOL = signed_in(REFUSED, admins=AWAY, first=AWAY)
TO_THE_FIRST = signed_in(REFUSED, first=OK)
NOT_KEPT = {"key": NO_UUID}  # a preview that was never made: the admin is sent back to the form


def of_school(name, about="school", **how):
    """Return the row of a page of a school's set-up: its administrators come in."""
    return Door(f"people:{name}", about=about, **{"get": ADMIN, "post": ADMIN} | how)


def of_person(name, **how):
    """Return the row of a page about somebody who worked at the school: its administrators come in."""
    return of_school(
        name,
        args={"person": lambda stage: stage.cast.old_session.pk},
        but={("other_school_admin", "another school"): HIDDEN},
        **how,
    )


SET_UP = [
    Door("people:school", get=TO_OWN_SCHOOL, post=TO_OWN_SCHOOL),
    Door("people:roster", get=TO_OWN_SCHOOL, post=TO_OWN_SCHOOL),
    Door("people:school-create", get=TO_THE_FIRST, post=TO_THE_FIRST),
    of_school("school-start"),
    of_school("school-settings"),
    of_school("term-list"),
    of_school("term-create"),
    of_school("term-edit", "term"),
    of_school("class-list"),
    of_school("class-create"),
    of_school("class-edit", "class"),
    of_school("class-leave", "class"),
    of_school("new-year"),
    of_school("new-year-grade", "grade"),
    of_school("new-year-behind", "class"),
    of_school("new-year-check"),
    of_school("new-year-confirm", get=None),
    of_school("new-year-take-back", get=None),
    of_school("new-year-forget", get=None),
    of_school("transfer-list"),
    of_school("transfer-detail", "transfer"),
    *(
        of_school(
            f"transfer-{verb}",
            "transfer",
            get=None,
            but={("school_admin", offered): REFUSED, ("other_school_admin", asked): REFUSED},
        )
        for verb, offered, asked in (
            ("accept", "to another school", "from another school"),
            ("decline", "to another school", "from another school"),
            ("withdraw", "from another school", "to another school"),
        )
    ),
    of_school("staff-list"),
    of_school("staff-add"),
    of_school("staff-detail", "membership"),
    of_school("staff-edit", "membership"),
    of_school("staff-hand-over", "membership"),
    Door(
        "people:handover",
        about="handover",
        get={COUNSELOR, LEADER, SCHOOL_ADMIN},
        post={COUNSELOR, LEADER, SCHOOL_ADMIN},
    ),
    of_school("letterhead-preview"),
    of_school("division-list"),
    of_school("division-create"),
    of_school("division-edit", "grade"),
    of_school("division-delete", "grade", get=None),
    of_school("division-unite", "grade", get=None),
    of_school("person-list"),
    of_person("person-detail"),
    of_person("person-reset"),
    of_person("person-close", get=None),
    of_person("person-reopen", get=None),
    of_person("address-works", get=None),
    of_school("staff-end", "membership"),
    of_school("caseload-end", "caseload", get=None),
    of_school("invitation-list"),
    of_school("invitation-class", "class"),
    of_school("invitation-print", "class", get=None),
    of_school("invitation-pdf", "class", get=None),
    of_school("invitation-revoke", "invitation", get=None),
    of_school("roster-import"),
    of_school("roster-export"),
    of_school("roster-template"),
    of_school("roster-detail", "roster", post=None),
    of_school("roster-progress", "roster", post=None),
    of_school("roster-columns", "roster", inside=AWAY),
    of_school("roster-refused", "roster", post=None),
    of_school("roster-confirm", "roster", get=None),
    of_school("roster-stop", "roster", get=None),
    of_school("roster-take-back", "roster", inside=AWAY),
]

FOR_STRANGERS = everybody(AWAY, strangers=OK)
TO_SIGN_IN = everybody(SIGN_IN)
# Without a way in begun, a page in the middle of it sends everybody to its beginning.
MIDDLE = everybody(AWAY, strangers=SIGN_IN)
# The pages of the second factor: for whoever needs one; families have none to keep.
TWO_STEPS = signed_in(OK, family=HIDDEN, former=HIDDEN)
TO_SET_UP = TWO_STEPS | dict.fromkeys(UNPROVEN, OK)
# Done, and back to the overview.
TO_TWO_STEPS = signed_in(PROVE, family=HIDDEN, former=HIDDEN)
# An app stands there already: who has none yet comes in, the others go to the overview.
HAVE_ONE = TO_TWO_STEPS | dict.fromkeys(UNPROVEN, OK)
NOT_BY_POST = signed_in(WRONG_METHOD, family=HIDDEN, former=HIDDEN)
# Who comes in by a code alone has nothing to prove again; staff prove by their app.
PROVING_AGAIN = signed_in(OK, family=REFUSED, former=REFUSED)
TO_PROVE_AGAIN = signed_in(PROVE, family=REFUSED, former=REFUSED)

SIGN_IN_DOORS = [
    Door("account_login", get=FOR_STRANGERS, post=FOR_STRANGERS),
    Door("account_login_password", get=FOR_STRANGERS, post=FOR_STRANGERS),
    Door("account_request_login_code", get=TO_SIGN_IN, post=TO_SIGN_IN),
    Door("account_confirm_login_code", get=MIDDLE, post=MIDDLE),
    # a letter is for strangers: who is signed in is told so, and nothing is done with it
    Door("account_letter", get=everybody(OK), post=everybody(OK, strangers=AWAY)),
    Door(
        "account_letter_scanned",
        get=everybody(OK),
        post=everybody(OK, strangers=AWAY),
        args={"code": "AAAA-AAAA-AAAA"},
    ),
    Door("account_letter_code", get=everybody(OK), post=everybody(OK)),
    Door(
        "account_letter_child",
        get=everybody(OK, strangers=AWAY),
        post=everybody(OK, strangers=AWAY),
    ),
    *(
        Door(
            f"account_letter_{answer}",
            get=everybody(OK, strangers=WRONG_METHOD),
            post=everybody(OK, strangers=AWAY),
        )
        for answer in ("yes", "no")
    ),
    # everybody of the cast has an e-mail
    Door("account_letter_email", get=signed_in(AWAY), post=signed_in(AWAY)),
    Door("account_letter_email_code", get=signed_in(AWAY), post=signed_in(AWAY)),
    Door("account_logout", get=everybody(OK, strangers=SIGN_IN), post=TO_SIGN_IN),
    Door("account_reauthenticate", get=TO_PROVE_AGAIN, post=TO_PROVE_AGAIN),
    Door("account_set_password", get=TWO_STEPS, post=TWO_STEPS),
    # the staff of the cast have no password yet
    Door("account_change_password", get=TWO_STEPS | dict.fromkeys(WORKING, AWAY), post=TWO_STEPS),
    Door("account_reset_password", get=everybody(OK), post=everybody(OK)),
    Door("account_reset_password_done", get=everybody(OK), post=everybody(WRONG_METHOD)),
    Door(
        "account_reset_password_from_key",
        get=everybody(OK),  # a page that says that the link has ended
        post=everybody(OK),
        args={"uidb36": "1", "key": "never-made"},
    ),
    Door("account_reset_password_from_key_done", get=everybody(OK), post=everybody(WRONG_METHOD)),
    Door("mfa_index", get=TO_SET_UP, post=NOT_BY_POST | dict.fromkeys(UNPROVEN, WRONG_METHOD)),
    Door("mfa_authenticate", get=MIDDLE, post=MIDDLE),
    Door("mfa_reauthenticate", get=PROVING_AGAIN, post=PROVING_AGAIN),
    Door("mfa_activate_totp", get=HAVE_ONE, post=HAVE_ONE),
    Door("mfa_deactivate_totp", get=TWO_STEPS, post=TO_TWO_STEPS),
    Door("mfa_view_recovery_codes", get=TWO_STEPS, post=NOT_BY_POST),
    Door("mfa_generate_recovery_codes", get=TWO_STEPS, post=TO_TWO_STEPS),
    Door("mfa_download_recovery_codes", get=TWO_STEPS, post=NOT_BY_POST),
    Door("mfa_list_webauthn", get=TWO_STEPS, post=NOT_BY_POST),
    Door("mfa_add_webauthn", get=TO_SET_UP, post=TO_SET_UP),
    Door("mfa_login_webauthn", get=MIDDLE, post=MIDDLE),
    Door("mfa_reauthenticate_webauthn", get=TO_PROVE_AGAIN, post=TO_PROVE_AGAIN),
    Door("mfa_edit_webauthn", about="passkey", get={"owner"}, post={"owner"}),
    Door("mfa_remove_webauthn", about="passkey", get={"owner"}, post={"owner"}),
]

DOORS = [*PORTAL, *CHILDREN, *SET_UP, *SIGN_IN_DOORS]
