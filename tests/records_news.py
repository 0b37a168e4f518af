"""News and what parents may use, for the stage of tests/doors.py: open, a draft, one of another school."""

from django.utils import timezone

from homeschool.people.sight import ADVISER, COUNSELOR, GUARDIAN, LEADER, SCHOOL_ADMIN
from homeschool.uploads import JPEG, PDF, Checked
from messaging.models import News, Resource

HEADS = {"principal": {LEADER}, "school_admin": {SCHOOL_ADMIN}}
STAFF = HEADS | {
    "adviser": {ADVISER}, "other_teacher": {ADVISER}, "counselor": {COUNSELOR},
    "other_counselor": {COUNSELOR},
}  # fmt: skip
KEEPS = "keeps it"  # beside leaders and administrators, who wrote it
FAMILIES = {"mother": {GUARDIAN}, "other_mother": {GUARDIAN}}
OPEN, DRAFT, ELSEWHERE = "an open one", "a draft of the counselor", "one of another school"
SEEN = {
    OPEN: STAFF | FAMILIES,
    DRAFT: HEADS | {"counselor": {COUNSELOR, KEEPS}},
    ELSEWHERE: {"other_school_admin": {SCHOOL_ADMIN}},
}
# a draft of a resource is kept by the same rule: tests/messaging/test_resources.py
USED = {OPEN: SEEN[OPEN], ELSEWHERE: SEEN[ELSEWHERE]}
THINGS = {
    "article": SEEN, "resource for parents": USED, "file for parents": USED,
    "told story": {"one that is told": STAFF | FAMILIES},
}  # fmt: skip
CANARIES = {
    "Canary-news 0": set(SEEN[OPEN]), "Canary-news 1": set(SEEN[DRAFT]),
    "Canary-news 2": set(SEEN[ELSEWHERE]), "Canary-use 0": set(SEEN[OPEN]),
    "Canary-use 1": set(SEEN[ELSEWHERE]),
}  # fmt: skip
SHOWN_AT = [
    *(("messaging:news-detail", thing) for thing in SEEN),
    *(("messaging:resource-detail", thing) for thing in USED),
]


def whom(school):
    return {"school": school, "audience": "school", "key": str(school.pk)}


class Shelf:
    """The rows behind THINGS, made on `stage` among its cast `c`."""

    def __init__(self, c):
        makers = ((c.school, c.principal), (c.school, c.counselor),
                  (c.other_school, c.other_school_admin))  # fmt: skip
        self.articles = [self.article(n, *maker) for n, maker in enumerate(makers)]
        self.resources = [self.resource(n, *maker) for n, maker in enumerate(makers[::2])]
        for row in (*self.articles[::2], *self.resources):
            row.publish(by=row.made_by)

    def article(self, n, school, by):
        row = News.objects.begin(whom(school) | {"category": "life"}, by=by)
        row.put_words("en", f"Canary-news {n}", "A text.", by=by)
        row.put_picture(Checked(JPEG, b"picture", None, 4, 3), by=by, alt="A sunny yard")
        return row

    def resource(self, n, school, by):
        more = {"topic": "rules", "responsible": by, "look_again_on": timezone.localdate()}
        row = Resource.objects.begin(whom(school) | more, by=by)
        file = Checked(PDF, b"%PDF- a paper")
        row.put_words("en", f"Canary-use {n}", "A text.", by=by, file=file)
        return row

    def keys(self, stories):
        """Return {kind: [key]} in the order of THINGS."""
        return {
            "article": [row.pk for row in self.articles],
            "resource for parents": [row.pk for row in self.resources],
            "file for parents": [row.words.get().pk for row in self.resources],
            "told story": [stories],
        }
