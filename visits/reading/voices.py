"""Voices of families: the two questions as a family is asked them, and their means for the school.

Nobody at the school reads a single answer; `shown` is what a live page may show.
"""

from dataclasses import dataclass
from functools import cached_property

from django.conf import settings
from django.db.models import Avg, Count, F, Window
from django.db.models.functions import RowNumber
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _, ngettext

from homeschool.people import sight
from homeschool.people.models.signed_link import SignedLink
from homeschool.people.views.seen import listed
from visits.models import Summary, Voice
from visits.models.voice import closes_at, is_open

Answer, Question = Voice.Answer, Voice.Question
# From the best to the worst, as they stand beside each other; the name of the face of each.
FACES = {Answer.YES: "yes", Answer.PARTLY: "partly", Answer.NO: "no"}

# --- the link -------------------------------------------------------------------------------------


def _summaries():
    return Summary.objects.select_related("visit__school")


# One person answers for one visit; what opens is its summary.
_LINK = SignedLink("visits.voice", _summaries, field="visit")
voice_token, open_voice_token = _LINK.token, _LINK.open


# --- as a family is asked -------------------------------------------------------------------------


class Voices:
    """The two questions about the visit of `summary` to `reader`, of the home that was visited.

    `children` are those of the visit whom the reader sees. Speak the reader's language. `marked` is
    {question: answer} that a link of the letter named and nobody has sent yet.
    """

    def __init__(self, summary, reader, children, marked=None):
        self.summary, self.reader, self.children = summary, reader, list(children)
        self.marked = marked or {}
        self.token = voice_token(summary.visit_id, reader.pk)
        self.is_open = is_open(summary)
        self.smallest = summary.visit.school.smallest_group

    @property
    def link(self):
        return settings.SITE_URL + reverse("visits:voice", args=[self.token])

    @property
    def until(self):
        """The last day on which an answer counts, in words."""
        from .telling import day_in_words

        return day_in_words(timezone.localtime(closes_at(self.summary)))

    @cached_property
    def mine(self):
        """What the reader answered before, or None (one query)."""
        return Voice.objects.filter(visit=self.summary.visit_id, person=self.reader.pk).first()

    @property
    def is_answered(self):
        """Whether the reader has answered both questions."""
        return all(getattr(self.mine, question.value, None) for question in Question)

    @property
    def asked(self):
        """The questions of a letter, that knows of no answer: [{"code", "words", "answers"}]."""
        return [self._question(question, None) for question in Question]

    @property
    def questions(self):
        """The questions as they stand on a page, with what the reader answered."""
        return [self._question(question, self.mine) for question in Question]

    def _question(self, question, mine):
        said = getattr(mine, question.value, None)
        marked = self.marked.get(question.value)
        answers = [self._answer(question, answer, said, marked) for answer in FACES]
        return {
            "code": question.value,
            "words": self._words(question),
            "answers": answers,
            "said": said,
            "marked": next((row for row in answers if row["is_marked"]), None),
        }

    def _answer(self, question, answer, said, marked):
        return {
            "value": int(answer),
            "label": answer.label,
            "face": FACES[answer],
            "is_mine": said == answer,
            "is_marked": marked == answer and said != answer,
            "link": f"{self.link}?{question.value}={int(answer)}#{question.value}",
        }

    def _words(self, question):
        """Return a question as the reader is asked it: about the children by name, or about itself."""
        if question == Question.LISTENED:
            return question.label
        if [child.user_id for child in self.children] == [self.reader.pk]:
            return _("Do you feel at home at school?")
        names = {"names": listed(child.called for child in self.children)}
        return (
            ngettext(
                "Does %(names)s feel at home at school?",
                "Do %(names)s feel at home at school?",
                len(self.children),
            )
            % names
        )


def voices_of(summary, reader, children):
    """Return the Voices of a letter, or None once the time to answer is over."""
    return Voices(summary, reader, children) if is_open(summary) else None


def asked_of(summary, reader, marked=None):
    """Return the Voices of whoever opens the link (one query)."""
    lines = summary.visit.children_for(reader, roles=sight.FAMILY_ROLES)
    return Voices(summary, reader, [line.student for line in lines], marked)


# --- for the school -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Shown:
    """The mean of one question as a live page may show it: of `n` answers, to one decimal."""

    words: str
    n: int
    mean: float | None


def shown(visits, smallest):
    """Return [Shown] of what was answered about `visits`, safe to show at any moment (two queries).

    Under `smallest` answers there is no mean. Above, whole groups of so many count, the first that
    came: two looks at a page, before and after one family has answered, must not tell what it said.
    """
    rows = Voice.objects.about(visits)
    return [_shown(rows, question, smallest) for question in Question]


def _shown(rows, question, smallest):
    said = rows.exclude(**{question.value: None}).order_by()
    said = said.annotate(
        place=Window(RowNumber(), order_by=["said_at", "pk"]), all=Window(Count("pk"))
    )
    found = said.filter(place__lte=F("all") / smallest * smallest).aggregate(
        n=Count("pk"), mean=Avg(question.value)
    )
    mean = None if found["mean"] is None else round(float(found["mean"]), 1)
    return Shown(question.label, found["n"], mean)
