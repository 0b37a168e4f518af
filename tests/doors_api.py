"""The rows of tests/doors.py for the API: no session opens it, only a token (tests/test_api.py).

A page of another site could use the cookie of a signed-in person; so a cookie counts for nothing here.
"""

from .doors import Door

ASKS_FOR_A_TOKEN = "401"


class TokenDoor(Door):
    """A door of the API, at which everybody with a session finds the same as a stranger."""

    def outcome(self, method, person, thing):
        return ASKS_FOR_A_TOKEN


def of_api(name, about=""):
    return TokenDoor(f"api:{name}", about=about)


API = [
    of_api("schema"),
    of_api("nothing"),
    of_api("school-list"),
    of_api("school-detail", "school"),
    of_api("division-list"),
    of_api("division-detail", "class"),  # no division has its key
    of_api("class-list"),
    of_api("class-detail", "class"),
    of_api("term-list"),
    of_api("term-detail", "term"),
    of_api("student-list"),
    of_api("student-detail", "child"),
    of_api("guardianship-list"),
    of_api("guardianship-detail", "guardianship"),
    of_api("visit-list"),
    of_api("visit-detail", "visit"),
    of_api("promise-list"),
    of_api("promise-detail", "promise"),
    of_api("plan-list"),
    of_api("plan-detail", "plan"),
    of_api("programme-list"),
    of_api("programme-detail", "plan"),  # no programme, session or mark has its key
    of_api("session-list"),
    of_api("session-detail", "plan"),
    of_api("attendance-list"),
    of_api("attendance-detail", "plan"),
    of_api("thread-list"),
    of_api("thread-detail", "thread"),
    of_api("message-list"),
    of_api("message-detail", "asking message"),
    of_api("announcement-list"),
    of_api("announcement-detail", "announcement"),
]
