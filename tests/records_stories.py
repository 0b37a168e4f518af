"""Stories for the school's news and the links of voices, for the stage of tests/doors.py."""

from homeschool.people.sight import ADVISER, COUNSELOR, GUARDIAN, LEADER, SCHOOL_ADMIN
from visits.models import Story
from visits.reading.voices import voice_token

STAFF = {"adviser": {ADVISER}, "counselor": {COUNSELOR}, "principal": {LEADER}}
ASKED_OF = STAFF | {"mother": {GUARDIAN}}
# Whoever reads the news sees a published story, and nothing more of it.
READS = "reads the news"
NEWS = {
    "other_teacher": {READS},
    "other_counselor": {READS},
    "school_admin": {READS, SCHOOL_ADMIN},
    "other_mother": {READS},
}
DRAFT, ASKED, PUBLISHED = "a story being written", "one that the mother is asked about", "one told"
VISITED, NOT_OF_THE_HOME, OTHER_LINK = (
    "the mother's voice", "a father's, who is not asked", "a link of another purpose",
)  # fmt: skip
THINGS = {
    "story": {
        DRAFT: STAFF,
        ASKED: ASKED_OF,
        PUBLISHED: ASKED_OF | NEWS,
        "a story of another school": {},
    },
    "voice link": {VISITED: {}, NOT_OF_THE_HOME: {}, OTHER_LINK: {}},
}
CANARIES = {
    "Canary-story 21": set(STAFF),
    "Canary-story 22": {*STAFF, "mother"},
    "Canary-story 23": {*STAFF, "mother", *NEWS},
    "Canary-story 24": set(),
}
SHOWN_AT = [("visits:story-list", ""), ("visits:story-desk", "")]


def story(child, campaign, by, words):
    """Write a story in a language that the family reads."""
    row = Story(
        student=child, campaign=campaign, title=words, text="We met.", language="zh-hans",
        named_as="3",
    )  # fmt: skip
    return row.write(by=by)


class Stories:
    """The rows behind THINGS, made on `stage` among its cast `c`."""

    def __init__(self, stage, c, records):
        here, there = records.campaigns.campaigns
        draft, asked, told = (
            story(c.child, here, c.counselor, f"Canary-story {n}") for n in (21, 22, 23)
        )
        asked.ask(by=c.counselor)
        told.ask(by=c.counselor)
        told.agree(by=c.mother, version=told.version)
        told.publish(by=c.counselor)
        other = story(c.other_child, there, stage.other_role.user, "Canary-story 24")
        self.rows = [draft, asked, told, other]
        self.visit, self.mother, self.father = records.shared, c.mother, c.father

    def keys(self, letter):
        """Return {kind: [key]} in the order of THINGS; `letter` is a link of another purpose."""
        links = [voice_token(self.visit.pk, who.pk) for who in (self.mother, self.father)]
        return {"story": [row.pk for row in self.rows], "voice link": [*links, letter]}
