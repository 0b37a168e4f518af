"""Counting the work of the school: who went, and when a visit was written down."""

from .piece import ByParts, median

PIECES = (
    ByParts(
        "line LEFT JOIN (SELECT visit AS made, people FROM crew) crew ON made = line.visit",
        {
            "visits_in_person": "count(DISTINCT visit) FILTER (WHERE in_person)",
            "visits_by_two": "count(DISTINCT visit) FILTER (WHERE in_person AND people >= 2)",
        },
    ),
    ByParts(
        "went",
        {
            "staff_taking_part": "count(DISTINCT person)",
            "leaders_taking_part": "count(DISTINCT person) FILTER (WHERE leads)",
        },
    ),
    ByParts(
        "line WHERE days IS NOT NULL",
        {
            "visits_logged": "count(*)",
            "logged_within_a_day": "count(*) FILTER (WHERE days <= 1)",
            "days_to_log": median("days"),
        },
        each="visit, days",
    ),
)
