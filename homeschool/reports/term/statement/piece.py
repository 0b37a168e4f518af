"""A piece of the statement: what it counts, and the SQL that counts it.

Every piece gives rows of (measure, by, division, class, part, number). `by` says by what: 1 division,
2 class, 3 neither (as `grouping` says it), 8 who promised, 9 mode, 10 aspect, 11 area, 12 need, 13 how a
plan stands, 14 what came of it, 15 how a programme is given, 16 by whom, 17 who wrote, 18 language, 19 what was
asked; the key of all but the first three stands in `part`.
"""

from dataclasses import dataclass

SETS = "GROUPING SETS ((), (division), (class))"


@dataclass(frozen=True)
class ByParts:
    """Aggregates of `source`, which has the columns division and class: in all, and by these parts.

    `numbers` is {measure: aggregate}. With `each`, `source` is first brought to one row for each of
    these columns in every part, as a median of visits needs it.
    """

    source: str
    numbers: dict
    each: str = ""

    is_breakdown = False

    @property
    def measures(self):
        return frozenset(self.numbers)

    def sql(self, whole):
        columns = ", ".join(f"{number} AS n{n}" for n, number in enumerate(self.numbers.values()))
        pairs = ", ".join(f"('{code}', n{n}::numeric)" for n, code in enumerate(self.numbers))
        return f"""
    SELECT m.measure, g.by, g.division, g.class, NULL::text, m.number
    FROM ({self._grouped(columns, whole)}) g, LATERAL (VALUES {pairs}) m (measure, number)
    WHERE m.number IS NOT NULL"""  # noqa: S608

    def _grouped(self, columns, whole):
        source = f"(SELECT * FROM {self.source}) s"  # noqa: S608
        if whole:
            part = "3 AS by, NULL::uuid AS division, NULL::uuid AS class"
            if self.each:
                source = f"(SELECT DISTINCT {self.each} FROM {self.source}) s"  # noqa: S608
            return f"SELECT {part}, {columns} FROM {source}"  # noqa: S608
        if not self.each:
            part = "grouping(division, class) AS by, division, class"
            return f"SELECT {part}, {columns} FROM {source} GROUP BY {SETS}"  # noqa: S608
        return f"""
        SELECT by, division, class, {columns} FROM (
            SELECT grouping(division, class) AS by, division, class, {self.each}
            FROM {self.source}
            GROUP BY GROUPING SETS (({self.each}), (division, {self.each}), (class, {self.each}))
        ) each GROUP BY by, division, class"""  # noqa: S608


@dataclass(frozen=True)
class Other:
    """A piece with SQL of its own: a `is_breakdown` one counts no whole."""

    measures: frozenset
    text: str
    is_breakdown: bool = True

    def sql(self, whole):
        return self.text


def by_column(number, column, source, numbers):
    """Return the Other that counts `source` by one of its columns, which `by` says as `number`."""
    columns = ", ".join(f"{count} AS n{n}" for n, count in enumerate(numbers.values()))
    pairs = ", ".join(f"('{code}', n{n}::numeric)" for n, code in enumerate(numbers))
    return Other(
        frozenset(numbers),
        f"""
    SELECT m.measure, {number}, NULL::uuid, NULL::uuid, g.{column}, m.number
    FROM (SELECT {column}, {columns} FROM {source} GROUP BY {column}) g,
         LATERAL (VALUES {pairs}) m (measure, number)
    WHERE m.number IS NOT NULL""",  # noqa: S608
    )


def median(days):
    """Return the aggregate of the median of a column of days, to one digit."""
    return f"round(percentile_cont(0.5) WITHIN GROUP (ORDER BY {days})::numeric, 1)"
