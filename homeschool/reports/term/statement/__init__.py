"""The one statement that counts a term: shared tables once, and a piece for what is asked for."""

from functools import cache

from . import answers, base, families, messages, missing, plans, reach, sessions, work

COUNTED = (
    *reach.PIECES,
    *work.PIECES,
    *answers.PIECES,
    *families.PIECES,
    *plans.PIECES,
    *sessions.PIECES,
    *messages.PIECES,
)
PIECES = (*COUNTED, *missing.PIECES, *plans.MISSING, *sessions.MISSING)


def _tables(past):
    return f"{base.THEN if past else base.NOW}, {plans.tables(past=past)}"


@cache
def followed(*, past=False):
    """Return the SQL of the goals whose standing a term report tells: rows of (goal, code of the division,
    code of the class) where the child is. `past` and `<seen>` as for `statement`."""
    return f"""
WITH {_tables(past)}
SELECT f.goal, d.code, c.code
FROM followed f
LEFT JOIN people_division d ON d.id = f.division
LEFT JOIN people_schoolclass c ON c.id = f.class
ORDER BY f.goal
"""  # noqa: S608 - made of the texts of this package alone


@cache
def statement(*, measures=None, whole=False, past=False):
    """Return the SQL that counts: rows of (measure, kind, key, number).

    `measures` are the codes that are asked for (a frozenset; None asks for all), and what is counted
    along with them comes too. `whole` leaves every breakdown out, and what is missing. `past` asks for who was on roll,
    and where, as the term ended. `<seen>` stands for the SQL of the children.
    """
    pieces = [
        piece
        for piece in (COUNTED if whole else PIECES)
        if (measures is None or measures & piece.measures) and not (whole and piece.is_breakdown)
    ]
    counted = "\n    UNION ALL\n".join(piece.sql(whole) for piece in pieces)
    return f"""
WITH {_tables(past)}, {base.TABLES}, {sessions.TABLES}, {messages.TABLES},
counted (measure, by, division, class, part, number) AS (
{counted}
)
SELECT measure,
       CASE by WHEN 1 THEN 'division' WHEN 2 THEN 'class' WHEN 3 THEN '' WHEN 8 THEN 'by'
               WHEN 9 THEN 'mode' WHEN 10 THEN 'aspect' WHEN 11 THEN 'region' WHEN 12 THEN 'need'
               WHEN 13 THEN 'state' WHEN 14 THEN 'outcome' WHEN 15 THEN 'format' WHEN 16 THEN 'provider'
               WHEN 17 THEN 'wrote' WHEN 18 THEN 'language' ELSE 'level' END,
       coalesce(d.code, c.code, part, ''), number::numeric
FROM counted
LEFT JOIN people_division d ON d.id = counted.division
LEFT JOIN people_schoolclass c ON c.id = counted.class
"""  # noqa: S608 - made of the texts of this package alone
