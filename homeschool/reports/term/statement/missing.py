"""Counting what the school still owes the report."""

from .piece import ByParts, Other

PIECES = (
    ByParts(
        """line LEFT JOIN (
            SELECT v.id, NOT EXISTS (SELECT FROM visits_visit_aspects va WHERE va.visit_id = v.id) AS no_aspect,
                   NOT EXISTS (SELECT FROM visits_summary s WHERE s.visit_id = v.id) AS no_summary
            FROM visit v WHERE v.status = 'held'
        ) told ON told.id = line.visit""",
        {
            "visits_without_aspect": "count(DISTINCT visit) FILTER (WHERE no_aspect)",
            "visits_without_region": "count(DISTINCT visit) FILTER (WHERE in_person AND region IS NULL)",
            "visits_without_household":
                "count(DISTINCT visit) FILTER (WHERE mode = 'home' AND household_id IS NULL)",
            "visits_without_summary": "count(DISTINCT visit) FILTER (WHERE no_summary)",
        },
    ),
    ByParts(
        """(
            SELECT v.id AS visit, s.division, s.class
            FROM visits_visit v
            JOIN visits_visitchild l ON l.visit_id = v.id JOIN seen s ON s.id = l.student_id
            WHERE v.school_id = %(school)s AND v.status = ANY(%(open)s) AND v.mode = ANY(%(modes)s)
              AND v.status <> 'proposed' AND v.planned_at >= %(begin)s AND v.planned_at < %(end)s
              AND v.planned_at + v.planned_minutes * interval '1 minute' < statement_timestamp()
        ) planned""",
        {"visits_without_record": "count(DISTINCT visit)"},
    ),
    Other(
        frozenset({"students_moved_on"}),
        """
    SELECT 'students_moved_on', 3, NULL::uuid, NULL::uuid, NULL::text, count(*)
    FROM people_transfer t
    WHERE t.from_school_id = %(school)s AND t.answer = 'accepted' AND t.answered_at >= %(begin)s
      AND t.from_class_id IN (SELECT class FROM seen)
    HAVING count(*) > 0""",
        is_breakdown=False,
    ),
)  # fmt: skip
