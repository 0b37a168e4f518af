"""Visits and all that hangs on them, for the stage of tests/doors.py.

One of each kind of thing that somebody may not see, each with words that few may read: a visit to
brother and sister, shared; one not shared yet; one to a grown student, who has a home of its own;
what was added, promised, begun and told; and the same of a child and a school that are not yours.
"""

import datetime as dt

from django.utils import timezone

from homeschool.journal import channels
from homeschool.journal.models import Delivery, Notice, Receipt
from homeschool.people.models import Student
from homeschool.people.sight import (
    ADVISER,
    COUNSELOR,
    GUARDIAN,
    LEADER,
    SCHOOL_ADMIN,
    STUDENT,
)
from homeschool.reports.models import ReportRun
from homeschool.reports.term import Filters
from visits.models import Addendum, Draft, Meeting, Outing, Participant, Promise, Visit, VisitChild

from . import (
    builders,
    records_afternoons,
    records_announcements,
    records_campaigns,
    records_learning,
    records_meetings,
    records_news,
    records_notes,
    records_offers,
    records_parents_ideas,
    records_photos,
    records_plans,
    records_programmes,
    records_proof,
    records_sessions,
    records_situation,
    records_stories,
    records_suggestions,
    records_threads,
    records_translating,
    records_versions,
    records_volunteers,
)

# --- who sees them, in which roles ----------------------------------------------------------------

STAFF = {"adviser": {ADVISER}, "counselor": {COUNSELOR}, "principal": {LEADER}}
TOLD = STAFF | {"mother": {GUARDIAN}}
OF_THE_SIBLING = {"other_teacher": {ADVISER}}
GROWN = {"adult": {STUDENT}, "parent": {GUARDIAN}}
AT_SCHOOL = {"principal": {LEADER}}
# The adviser did not go along.
IN_CONFIDENCE = AT_SCHOOL | {"counselor": {COUNSELOR}}
ELSEWHERE = {"other_school_admin": {SCHOOL_ADMIN}}
COLLEAGUES = STAFF | {
    "other_teacher": {ADVISER},
    "other_counselor": {COUNSELOR},
    "school_admin": {SCHOOL_ADMIN},
}
OPERATOR = "operator"  # a superuser sees every school's deliveries

SHARED, NOT_SHARED = "a visit to brother and sister", "a visit not shared"
PLANNED, GROWN_UP = "a planned visit", "a visit to a grown student"
CONFIDED = "a confidential visit"
OWED_AT_HOME, OWED_AT_SCHOOL = "the family's promise", "the school's promise"
OWED_BY_THE_GROWN = "the grown student's promise"
ADDED_IN_CONFIDENCE = "what was added to a confidential visit"
ADDED_BY_STAFF, KEPT_BY_STAFF = "what staff added for the family", "what staff added for itself"
ALIVE, TAKEN_BACK = "the mother's", "the father's, whose sight was withdrawn"
OF_ANOTHER_PURPOSE = "one of another purpose"
OF_THE_SCHOOL, OF_THE_CLASS, FOR_EVERYBODY = "the school's", "the class teacher's", "the public one"
OFFICE = {"principal": {LEADER}, "school_admin": {SCHOOL_ADMIN}}

THINGS = (
    {
        "visit": {
            SHARED: TOLD | OF_THE_SIBLING,
            PLANNED: STAFF,
            NOT_SHARED: STAFF,
            GROWN_UP: GROWN,
            "a visit to another child of the school": AT_SCHOOL,
            "a visit of another school": {},
            CONFIDED: IN_CONFIDENCE,
        },
        "draft": {
            "the counselor's": {"counselor": {COUNSELOR}},
            "that of a counselor whose role ended": {},
            "one of another school": {},
        },
        # words about one child are for those who see this one
        "addendum": {
            "what the mother added": TOLD,
            ADDED_BY_STAFF: TOLD | OF_THE_SIBLING,
            KEPT_BY_STAFF: STAFF,
            "what the grown student added": {"adult": {STUDENT}},
            "what was added in another school": {},
            ADDED_IN_CONFIDENCE: IN_CONFIDENCE,
        },
        "promise": {
            OWED_AT_HOME: TOLD,
            OWED_AT_SCHOOL: TOLD,
            "one of a visit not shared": STAFF,
            OWED_BY_THE_GROWN: GROWN,
            "one about another child of the school": AT_SCHOOL,
            "one of another school": {},
            "one of a confidential visit": IN_CONFIDENCE,
        },
        "need": {
            "one that the family reads of": STAFF,
            "one that the family kept out": IN_CONFIDENCE,
            "one of a confidential visit": IN_CONFIDENCE,
            "one of another school": {},
        },
        # named by its visit
        "outing": {
            "one of the school": STAFF | {"school_admin": {SCHOOL_ADMIN}},
            "one of another school": ELSEWHERE,
        },
        **records_meetings.THINGS,
        **records_suggestions.THINGS,
        **records_campaigns.THINGS,
        **records_photos.THINGS,
        **records_stories.THINGS,
        "meeting": {
            "the class's": COLLEAGUES,
            "another school's": {"other_school_admin": {SCHOOL_ADMIN}},
        },
        # whoever has the same figures may have the file; only who asked stops it
        "report": {
            OF_THE_SCHOOL: OFFICE,
            OF_THE_CLASS: {"adviser": {ADVISER}},
            "a report of another school": {"other_school_admin": {SCHOOL_ADMIN}},
        },
        "report file": {
            OF_THE_SCHOOL: OFFICE,
            OF_THE_CLASS: {"adviser": {ADVISER}},
            FOR_EVERYBODY: COLLEAGUES | {"principal": {LEADER}},
            "a file of another school": {"other_school_admin": {SCHOOL_ADMIN}},
        },
        # who holds the link reads: see `LinkDoor` in tests/doors_records.py
        "letter": {ALIVE: {}, TAKEN_BACK: {}, OF_ANOTHER_PURPOSE: {}},
        "stop link": {ALIVE: {}, OF_ANOTHER_PURPOSE: {}},
        "delivery": {
            "one that failed": {"school_admin": {SCHOOL_ADMIN}, "first_admin": {OPERATOR}},
            "one of another school": {"other_school_admin": {SCHOOL_ADMIN}},
        },
    }
    | records_offers.THINGS
    | records_plans.THINGS
    | records_versions.THINGS
    | records_notes.THINGS
    | records_situation.THINGS
    | records_programmes.THINGS
    | records_afternoons.THINGS
    | records_announcements.THINGS
    | records_volunteers.THINGS
    | records_translating.THINGS
    | records_threads.THINGS
    | records_parents_ideas.THINGS
    | records_news.THINGS
    | records_learning.THINGS
    | records_sessions.THINGS
)

# --- the words, and who may read them -------------------------------------------------------------

NEAR = {"adviser", "counselor", "principal"}  # they see the child; the adviser went along
CANARIES = {
    "Canary-well 41": NEAR | {"mother"},
    "Canary-well 42": {"other_teacher", "counselor", "principal", "mother"},
    "Canary-kept 43": NEAR,
    "Canary-situation 44": NEAR,
    "Canary-note 45": NEAR,
    "Canary-promise 46": NEAR | {"mother"},
    "Canary-added 47": NEAR | {"mother"},
    "Canary-added 48": NEAR,
    # a visit not shared, to which the adviser did not go
    "Canary-kept 51": NEAR - {"adviser"},
    "Canary-situation 52": NEAR - {"adviser"},
    "Canary-note 53": NEAR - {"adviser"},
    "Canary-words 54": NEAR,
    "Canary-promise 55": NEAR,
    "Canary-need 56": NEAR | {"mother"},
    "Canary-need 57": NEAR - {"adviser"},
    # what was said in confidence
    "Canary-wish 31": NEAR - {"adviser"},
    "Canary-need 32": NEAR - {"adviser"},
    "Canary-promise 33": NEAR - {"adviser"},
    "Canary-added 34": NEAR - {"adviser"},
    "Canary-guest 35": NEAR - {"adviser"},
    # another home reads neither who was there, nor what was answered, promised and added there
    "Canary-hopes 61": {"adult"},
    "Canary-guest 62": {"adult"},
    "Canary-added 63": {"adult"},
    "Canary-promise 64": {"adult"},
    "Canary-needs 65": {"adult"},
    "Canary-note 66": set(),
    "Canary-dormitory 67": set(),
    "Canary-draft 71": {"counselor"},
    "Canary-draft 72": set(),
    "Canary-draft 73": set(),
    "Canary-words 81": {"principal"},
    "Canary-promise 82": {"principal"},
    "Canary-words 83": set(),
    "Canary-promise 84": set(),
    "Canary-added 85": set(),
    "Canary-offer 95": {"mother"},
    "Canary-offer 96": set(),
    "Canary-theme 91": {"other_school_admin"},
    **records_meetings.CANARIES,
    **records_notes.CANARIES,
    **records_situation.CANARIES,
    **records_suggestions.CANARIES,
    **records_photos.CANARIES,
    **records_stories.CANARIES,
    **records_plans.CANARIES,
    **records_versions.CANARIES,
    **records_programmes.CANARIES,
    **records_afternoons.CANARIES,
    **records_announcements.CANARIES,
    **records_proof.CANARIES,
    **records_volunteers.CANARIES,
    **records_translating.CANARIES,
    **records_threads.CANARIES,
    **records_parents_ideas.CANARIES,
    **records_news.CANARIES,
    **records_learning.CANARIES,
    **records_sessions.CANARIES,
    "canary-letters@example.org": set(),
    # of brothers and sisters only those are named whom the reader sees
    "林小雨雪": NEAR | {"mother", "school_admin"},
    "林小晴": {"other_teacher", "counselor", "principal", "school_admin", "mother"},
    "Noor Haddad": {"principal", "school_admin"},
    "Olga Orlova": {"other_school_admin"},
}
# Where those who may read them find them; a page of theirs is enough.
SHOWN_AT = [
    ("people:child-list", ""),
    *(("visits:visit-detail", thing) for thing in THINGS["visit"]),
    ("visits:draft-step", "the counselor's"),
    ("visits:meeting-list", ""),
    *records_meetings.SHOWN_AT,
    *records_notes.SHOWN_AT,
    *records_situation.SHOWN_AT,
    *records_photos.SHOWN_AT,
    *records_stories.SHOWN_AT,
    *records_plans.SHOWN_AT,
    *records_versions.SHOWN_AT,
    *records_programmes.SHOWN_AT,
    *records_afternoons.SHOWN_AT,
    *records_announcements.SHOWN_AT,
    *records_proof.SHOWN_AT,
    *records_volunteers.SHOWN_AT,
    *records_translating.SHOWN_AT,
    *records_threads.SHOWN_AT,
    *records_parents_ideas.SHOWN_AT,
    *records_news.SHOWN_AT,
    *records_learning.SHOWN_AT,
    *records_sessions.SHOWN_AT,
    ("reports:progress", "the child"),
    ("reports:progress", "a grown student"),
]


# --- the rows ---------------------------------------------------------------------------------------


def hold(*lines, by, team=(), share=True, confidential=False, promises=(), guests=(), **columns):
    """Hold a visit of yesterday with these lines, one for each child."""
    school = lines[0].student.school
    at = timezone.now() - dt.timedelta(days=1)
    more = {part: columns.pop(part, ()) for part in ("suggestions", "gifts")}
    visit = Visit(school=school, happened_at=at, written_in="en", **columns)
    return visit.hold(
        **more,
        by=by,
        lines=lines,
        visitors=[by, *team],
        participants=[Participant(name=name) for name in guests],
        promises=promises,
        share=share,
        confidential=confidential,
    )


def owed(student, what, owner=None):
    """Return a promise of `owner`, of the school; without one, of the family."""
    side = Promise.Side.SCHOOL if owner else Promise.Side.FAMILY
    return Promise(student=student, side=side, owner=owner, what=what)


def begin_draft(by, child, words):
    answers = {"children": [str(child.pk)], "hopes": words}
    return Draft.objects.begin(by=by, children=[child], answers=answers)


def gather(by, school_class, theme):
    meeting = Meeting(theme=theme, on="2026-10-08")
    meeting.write_down(by=by, classes=[school_class])
    return meeting


def tell(visit, person, address="canary-letters@example.org"):
    """Return the receipt of `person` for the summary of `visit`, and its e-mail, which failed."""
    notice = Notice.objects.about(visit.summaries.get()).get()
    receipt = Receipt.objects.create(
        notice=notice, person=person, why="guardianship", language="en"
    )
    delivery = receipt.deliveries.create(
        channel=Delivery.Channel.EMAIL,
        address=address,
        state=Delivery.State.FAILED,
        expires_at=timezone.now() + dt.timedelta(days=30),
    )
    return receipt, delivery


def make_report(by, term, audience="staff"):
    """Return a report that `by` asked for, made, with one file."""
    run = ReportRun.objects.ask(
        by=by, term=term, audience=audience, filters=Filters(), language="en"
    )
    run.freeze()
    run.write("csv")
    run.job.end(run.job.State.DONE)
    return run


class Records:
    """The rows behind THINGS, made on `stage` among its cast `c`."""

    def __init__(self, stage, c):
        self.of_the_child(c)
        self.of_the_grown(c)
        self.of_others(stage, c)
        self.outings(stage, c)
        self.drafts(stage, c)
        self.gathered = records_meetings.Gathered(stage, c)
        self.campaigns = records_campaigns.Campaigns(c)
        self.tell(stage, c)
        self.reports(stage, c)
        self.offers = records_offers.Offers(stage, c)
        self.stories = records_stories.Stories(stage, c, self)
        self.photos = records_photos.Photos(self)
        self.plans = records_plans.Plans(stage, c)
        self.versions = records_versions.Versions(stage, c, self.plans.plans)
        self.notes = records_notes.Notes(stage, c)
        self.situation = records_situation.Situation(stage, c)
        self.programmes = records_programmes.Programmes(stage, c)
        self.afternoons = records_afternoons.Afternoons(stage, c)
        self.announced = records_announcements.Announced(stage, c)
        self.proven = records_proof.Proven(self.announced, c)
        self.volunteers = records_volunteers.Volunteers(stage, c)
        self.ideas = records_parents_ideas.Ideas(stage, c)
        self.learning = records_learning.Learning(stage, c, self.plans.plans)
        self.shelf = records_news.Shelf(c)
        self.translating = records_translating.Translating(stage, c)
        self.threads = records_threads.Threads(c)
        self.sessions = records_sessions.Sessions(stage, c, self.volunteers.volunteers[0])

    def of_the_child(self, c):
        # a name of its own: the example in the template of a roster has the one of the cast
        Student.objects.filter(pk=c.child.pk).update(full_name="林小雨雪")
        self.shared = hold(
            VisitChild(
                student=c.child,
                going_well="Canary-well 41",
                needs=["reading"],
                needs_words="Canary-need 56",
            ),
            VisitChild(student=c.sibling, going_well="Canary-well 42"),
            by=c.counselor,
            team=[c.adviser],
            household=c.household,
            hopes="Canary-kept 43",
            kept_out=["hopes"],
            situation="Canary-situation 44",
            staff_note="Canary-note 45",
            promises=[owed(c.child, "Canary-promise 46"), owed(c.child, "Lend a book", c.adviser)],
            **records_suggestions.parts(1),
        )
        self.unshared = hold(
            VisitChild(student=c.child, needs=["travel"], needs_words="Canary-need 57"),
            by=c.counselor,
            share=False,
            household=c.household,
            hopes="Canary-kept 51",
            kept_out=["hopes", "needs"],
            situation="Canary-situation 52",
            staff_note="Canary-note 53",
            explained="Canary-words 54",
            promises=[owed(c.child, "Canary-promise 55")],
            **records_suggestions.parts(2, kept_out=True),
        )
        self.confided = hold(
            VisitChild(student=c.child, needs=["family"], needs_words="Canary-need 32"),
            by=c.counselor,
            share=False,
            confidential=True,
            household=c.household,
            wishes="Canary-wish 31",
            promises=[owed(c.child, "Canary-promise 33")],
            guests=["Canary-guest 35"],
            **records_suggestions.parts(3),
        )
        self.planned = Visit(
            school=c.school,
            household=c.household,
            planned_at=timezone.now() + dt.timedelta(hours=2),
        )
        self.planned.schedule(by=c.counselor, children=[c.child], visitors=[c.counselor])
        pin = Addendum.objects.pin
        self.added = [
            pin(
                self.shared, "Canary-added 47",
                by=c.mother, student=c.child, from_family=True, shared=True,
            ),
            pin(self.shared, "She has the book.", by=c.counselor, shared=True),
            pin(self.shared, "Canary-added 48", by=c.counselor),
            pin(self.confided, "Canary-added 34", by=c.counselor, shared=True),
        ]  # fmt: skip
        self.meeting = gather(c.counselor, c.school_class, "Reading at home")

    def of_the_grown(self, c):
        """A visit to the adult, where it lives without its parent."""
        student = c.adult.student_row
        line = VisitChild(student=student, needs_words="Canary-needs 65")
        self.grown = hold(
            line,
            by=builders.make_staff(c.college, COUNSELOR),
            household=builders.make_household(student, address="Canary-dormitory 67"),
            hopes="Canary-hopes 61",
            guests=["Canary-guest 62"],
            staff_note="Canary-note 66",
            promises=[owed(student, "Canary-promise 64")],
            **records_suggestions.parts(4),
        )
        self.added_by_the_grown = Addendum.objects.pin(
            self.grown, "Canary-added 63",
            by=c.adult, student=student, from_family=True, shared=True,
        )  # fmt: skip

    def of_others(self, stage, c):
        """A visit to another child of the school, and one of another school with all that it has."""
        lone, other, by = stage.lone_child, c.other_child, stage.other_role.user
        self.lone = hold(
            VisitChild(student=lone),
            by=c.principal,
            explained="Canary-words 81",
            promises=[owed(lone, "Canary-promise 82")],
            **records_suggestions.parts(5),
        )
        self.other = hold(
            VisitChild(student=other, needs=["money"]),
            by=by,
            explained="Canary-words 83",
            promises=[owed(other, "Canary-promise 84")],
            **records_suggestions.parts(6),
        )
        self.added_elsewhere = Addendum.objects.pin(
            self.other, "Canary-added 85",
            by=stage.other_parent, student=other, from_family=True, shared=True,
        )  # fmt: skip
        self.other_meeting = gather(by, other.school_class, "Canary-theme 91")

    def outings(self, stage, c):
        """Visitors who are not back: of the visit to brother and sister, and elsewhere."""
        due_at = timezone.now() + dt.timedelta(hours=1)
        for visit, by in ((self.shared, c.counselor), (self.other, stage.other_role.user)):
            Outing.objects.create(visit=visit, out_by=by, due_at=due_at)

    def drafts(self, stage, c):
        self.begun = [
            begin_draft(c.counselor, c.child, "Canary-draft 71"),
            begin_draft(c.old_session, c.child, "Canary-draft 72"),
            begin_draft(stage.other_role.user, c.other_child, "Canary-draft 73"),
        ]

    def tell(self, stage, c):
        self.receipt, self.failed = tell(self.shared, c.mother, "letters@example.org")
        self.fathers, _delivery = tell(self.shared, c.father)
        _receipt, self.failed_elsewhere = tell(self.other, stage.other_parent)

    def reports(self, stage, c):
        """Reports that were made: of the school, of a class, for everybody, and elsewhere."""
        self.runs = [
            make_report(c.school_admin, c.term),
            make_report(c.adviser, c.term),
            make_report(c.other_school_admin, stage.other_term),
        ]
        public = make_report(c.school_admin, c.term, audience="public")
        *own, elsewhere = self.runs
        self.files = [run.files.get() for run in (*own, public, elsewhere)]

    def keys(self):
        """Return {kind: [key]} in the order of THINGS."""
        letter, stop = channels.letter_token(self.receipt), channels.stop_token(self.failed)
        home, school = Promise.Side.FAMILY, Promise.Side.SCHOOL
        owed_by = {promise.side: promise for promise in self.shared.promises.all()}
        held = [self.unshared, self.grown, self.lone, self.other]
        rows = {
            "visit": [self.shared, self.planned, *held, self.confided],
            "outing": [self.shared, self.other],
            "draft": self.begun,
            "addendum": [
                *self.added[:3],
                self.added_by_the_grown,
                self.added_elsewhere,
                self.added[3],
            ],
            "promise": [
                owed_by[home],
                owed_by[school],
                *(v.promises.get() for v in [*held, self.confided]),
            ],
            "need": [
                visit.needs_noted.get()
                for visit in (self.shared, self.unshared, self.confided, self.other)
            ],
            "meeting": [self.meeting, self.other_meeting],
            **records_suggestions.rows(self.shared, self.unshared, self.confided, *held[1:]),
            "delivery": [self.failed, self.failed_elsewhere],
            "report": self.runs,
            "report file": self.files,
        }
        links = {
            "letter": [letter, channels.letter_token(self.fathers), stop],
            "stop link": [stop, letter],
        }
        links |= self.stories.keys(letter) | self.photos.keys() | self.plans.keys()
        links |= self.versions.keys() | self.programmes.keys(letter)
        links |= self.notes.keys() | self.situation.keys() | self.afternoons.keys(letter)
        links |= self.translating.keys()
        links |= self.threads.keys()
        links |= self.volunteers.keys() | self.sessions.keys() | self.learning.keys()
        links |= self.announced.keys()
        links |= self.shelf.keys(self.stories.rows[2].pk)
        links |= self.ideas.keys()
        links |= self.offers.keys(letter, self.planned) | self.campaigns.keys()
        return (
            {kind: [row.pk for row in found] for kind, found in rows.items()}
            | links
            | self.gathered.keys()
        )
