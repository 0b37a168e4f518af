"""Counting offers, and what families answered."""

from visits.reading.coverage import YES

from .piece import ByParts, median

_YES = ", ".join(f"'{answer}'" for answer in YES)

PIECES = (
    ByParts(
        "offer",
        {
            "offers_sent": "count(*)",
            "offers_answered": "count(*) FILTER (WHERE answer <> '')",
            "offers_accepted": f"count(*) FILTER (WHERE answer IN ({_YES}))",
            "offers_other_time": "count(*) FILTER (WHERE answer = 'other_time')",
            "offers_declined": "count(*) FILTER (WHERE answer = 'no')",
            "offers_unanswered": "count(*) FILTER (WHERE answer = '')",
            "days_to_answer": median("days"),
        },
        each="id, answer, days",
    ),
)
