"""The rows of tests/doors.py for what becomes of a meeting of parents, and for conference days."""

from homeschool.people.sight import ADVISER, COUNSELOR, GUARDIAN, LEADER, SCHOOL_ADMIN, STUDENT

from .doors import AWAY, HIDDEN, OK, REFUSED, WRONG_METHOD, Door, reverse, signed_in
from .records_meetings import ALIVE, DAY, TAKEN_BACK

FAMILY = {GUARDIAN, STUDENT}
KEEPING = {ADVISER, COUNSELOR, LEADER, SCHOOL_ADMIN}
STAFF_PAGE = signed_in(REFUSED, staff=OK)
GONE = "410"
# A teacher of other classes sees the meeting stand in the list, and changes nothing of it.
NOT_KEPT = {("other_teacher", "the class's"): REFUSED}
NOT_THERE = {("other_teacher", DAY): REFUSED}
NOT_THE_OWN = {("other_teacher", "the adviser's"): REFUSED}
# A wish that names neither child nor time finds nothing.
NO_WISH = {(person, DAY): HIDDEN for person in ("mother", "other_mother")}


class LinkDoor(Door):
    """A door that the link of a letter opens, whoever holds it."""

    def url(self, stage, key):
        return reverse(self.name, kwargs={"token": key})

    def reader(self, person):
        return "mother"

    def outcome(self, method, person, thing):
        found = getattr(self, method)
        return WRONG_METHOD if found is None else found.get(thing, HIDDEN)


def of_meeting(name, **how):
    return Door(
        f"visits:meeting-{name}", about="meeting", **{"post": KEEPING, "but": NOT_KEPT} | how
    )


def of_day(name, **how):
    """Return the row of what is done with a conference day: by whoever gathers its classes."""
    return Door(
        f"visits:conference-{name}", about="conference", **{"post": KEEPING, "but": NOT_THERE} | how
    )


def of_slot(name, **how):
    return Door(f"visits:slot-{name}", about="slot", **{"post": KEEPING, "but": NOT_THE_OWN} | how)


def of_guests(name, **how):
    return Door(f"visits:meeting-{name}", about="invited meeting", **how)


MEETINGS = [
    of_meeting("detail", get=KEEPING, but={}),
    of_meeting("invite"),
    of_meeting("remind"),
    of_meeting("call-off"),
    of_meeting("attendance", get=KEEPING),
    of_meeting("mark"),
    of_meeting("mark-rest"),
    of_meeting("minutes", get=KEEPING),
    of_guests("family", get=FAMILY),
    of_guests("answer", post=FAMILY),
    of_guests("calendar", get=FAMILY),
    LinkDoor("visits:letter-answer", about="meeting letter", post={ALIVE: AWAY, TAKEN_BACK: GONE}),
    LinkDoor("visits:letter-calendar", about="meeting letter", get={ALIVE: OK, TAKEN_BACK: GONE}),
    Door("visits:conference-list", get=STAFF_PAGE, post=STAFF_PAGE),
    Door("visits:conference-create", get=STAFF_PAGE, post=STAFF_PAGE),
    of_day("detail", get=KEEPING, post=None),
    of_day("edit", get=KEEPING),
    of_day("print", get=KEEPING, post=None),
    of_day("invite"),
    of_day("call-off"),
    of_slot("block"),
    of_slot("unblock"),
    of_slot("book", get=KEEPING),
    of_slot("clear"),
    Door("visits:conference-family", about="invited conference", get=FAMILY),
    Door("visits:slot-take", about="invited conference", post=FAMILY, but=NO_WISH),
    Door("visits:booking-cancel", about="booking", post=FAMILY, inside=AWAY),
    Door("visits:booking-calendar", about="booking", get=FAMILY),
    LinkDoor("visits:letter-take", about="conference letter", post={TAKEN_BACK: GONE}),
    LinkDoor(
        "visits:letter-give-back",
        about="conference letter",
        post={ALIVE: AWAY, TAKEN_BACK: GONE},
    ),
]
