"""Counting what families need and suggest, and what they were given."""

from .piece import ByParts, Other, median

_ISSUES = {
    "issues_raised": "count(*)",
    "issues_resolved": "count(*) FILTER (WHERE resolved)",
    "days_to_resolve": median("days"),
}
_COLUMNS = ", ".join(f"{number} AS n{n}" for n, number in enumerate(_ISSUES.values()))
_PAIRS = ", ".join(f"('{code}', n{n}::numeric)" for n, code in enumerate(_ISSUES))

PIECES = (
    ByParts("issue", _ISSUES),
    Other(
        frozenset(_ISSUES),
        f"""
    SELECT m.measure, 12, NULL::uuid, NULL::uuid, i.kind, m.number
    FROM (SELECT kind, {_COLUMNS} FROM issue GROUP BY kind) i,
         LATERAL (VALUES {_PAIRS}) m (measure, number)
    WHERE m.number IS NOT NULL""",  # noqa: S608
    ),
    ByParts(
        "suggestion",
        {
            "suggestions_raised": "count(*)",
            "suggestions_answered": "count(*) FILTER (WHERE answered)",
            "suggestions_overdue": "count(*) FILTER (WHERE overdue)",
            "days_to_reply": median("days"),
        },
        each="id, answered, overdue, days",
    ),
    ByParts(
        "gift",
        {
            "gifts_given": "count(*)",
            "gifts_valued": "count(value)",
            "gifts_unvalued": "count(*) FILTER (WHERE value IS NULL)",
            "gifts_value": "sum(value)",
        },
        each="id, value",
    ),
    ByParts("gift", {"homes_with_gift": "count(DISTINCT home)"}),
)
