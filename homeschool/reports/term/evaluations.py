"""What children and families say of programmes, so counted that no report tells what one of them said."""

from counseling.models import Evaluation
from counseling.models.evaluation import FEWEST, QUESTIONS as ASKED

from .counting import span
from .measures import EVALUATED
from .voices import whole_groups

QUESTIONS = {name: Evaluation._meta.get_field(name).verbose_name for name in ASKED}


def count_evaluations(term, students):
    """Return {(measure, "evaluation", question): number} of what was answered in a term about programmes
    of its school by, or for, `students` (one query).

    From `FEWEST` answers on whole groups of so many are counted, the first that came; fewer are hidden
    by `hiding.anonymous` (see `voices.count_voices`).
    """
    begin, end = span(term)
    rows = Evaluation.objects.filter(
        programme__school=term.school_id, student__in=students.order_by().values("pk"),
        at__gte=begin, at__lt=end,
    )  # fmt: skip
    said = whole_groups(list(rows.order_by("at", "pk").values_list(*QUESTIONS)), FEWEST)
    numbers = {}
    for n, question in enumerate(QUESTIONS):
        numbers["evaluations_said", EVALUATED, question] = len(said)
        if said:
            mean = round(sum(row[n] for row in said) / len(said), 2)
            numbers["evaluations_mean", EVALUATED, question] = mean
    return numbers
