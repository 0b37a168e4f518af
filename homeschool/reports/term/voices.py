"""Voices of families in the report: so counted that no report tells what one family said."""

from visits.models import Visit, VisitChild, Voice
from visits.reading.voices import FACES

from .counting import span
from .measures import QUESTION


def count_voices(term, students):
    """Return {(measure, "question", question): number} of what was answered about the visits of a term to
    `students` (one query).

    Above the smallest shown group whole groups alone are counted, the first that came: the numbers
    move only when so many more have answered, so that two looks, before and after one family has, tell
    nothing of it. Fewer answers are counted as they are, and `hiding.anonymous` hides them. A person of
    two accounts that became one counts once.
    """
    begin, end = span(term)
    lines = VisitChild.objects.filter(student__in=students.order_by().values("pk"))
    visits = Visit.objects.held().filter(
        pk__in=lines.values("visit"),
        school=term.school_id,
        happened_at__gte=begin,
        happened_at__lt=end,
    )
    questions = Voice.Question.values
    said = list(Voice.objects.about(visits).order_by("said_at", "pk").values_list(*questions))
    numbers = {}
    for n, question in enumerate(questions):
        answers = whole_groups([row[n] for row in said if row[n]], term.school.smallest_group)
        for code, number in _counted(answers).items():
            numbers[f"voices_{code}", QUESTION, question] = number
    return numbers


def whole_groups(answers, smallest):
    """Return the answers that fill groups of this size, the first that came; fewer than one group are all
    returned."""
    return answers[: len(answers) // smallest * smallest] if len(answers) >= smallest else answers


def _counted(answers):
    found = {"said": len(answers)}
    if answers:
        found |= {"mean": round(sum(answers) / len(answers), 2)}
    return found | {name: answers.count(answer) for answer, name in FACES.items()}
