"""The measures of a term in plain SQL, each on its own: what reports must agree with.

Nothing here is taken from the portal's counting: every measure is a list of what it counts, and
the number is how many different ones there are.
"""

from django.db import connection

# A row for each child and aspect of a visit, with the day of the visit by the school's calendar.
ROWS = """
WITH term AS (
    SELECT t.school_id, t.start, t.end, s.time_zone
    FROM people_term t JOIN people_school s ON s.id = t.school_id
    WHERE s.code = %(school)s AND t.code = %(term)s
), child AS (
    SELECT st.id, st.status, d.code AS division, c.code AS class
    FROM people_student st
    JOIN term ON term.school_id = st.school_id
    JOIN people_division d ON d.id = st.division_id
    JOIN people_schoolclass c ON c.id = st.school_class_id
), line AS (
    SELECT v.id, v.status, v.mode, v.household_id AS household, l.student_id AS student,
           child.division, child.class, a.code AS aspect,
           v.mode IN ('home', 'school', 'elsewhere') AS in_person,
           region.id AS region, region.parent_id AS city,
           (coalesce(v.happened_at, v.planned_at) AT TIME ZONE term.time_zone)::date AS day
    FROM visits_visit v
    JOIN term ON term.school_id = v.school_id
    JOIN visits_visitchild l ON l.visit_id = v.id
    JOIN child ON child.id = l.student_id
    LEFT JOIN visits_visit_aspects va ON va.visit_id = v.id
    LEFT JOIN visits_aspect a ON a.id = va.aspect_id
    LEFT JOIN people_region region ON region.id = v.region_id
), asked AS (
    SELECT line.* FROM line, term WHERE line.day >= term.start AND line.day < term.end
), held AS (
    SELECT * FROM asked WHERE status = 'held'
), met AS (
    SELECT m.id, d.code AS division, c.code AS class, c.id AS class_id
    FROM visits_meeting m
    JOIN term ON term.school_id = m.school_id
    JOIN visits_meeting_classes mc ON mc.meeting_id = m.id
    JOIN people_schoolclass c ON c.id = mc.schoolclass_id
    JOIN people_division d ON d.id = c.division_id
    WHERE m.held AND m.on >= term.start AND m.on < term.end
), promised AS (
    SELECT p.id, p.done_at, child.division, child.class,
           CASE WHEN p.side IN ('school', 'person') THEN 'school' ELSE 'family' END AS by
    FROM visits_promise p JOIN child ON child.id = p.student_id
    WHERE p.visit_id IN (SELECT id FROM held)
), told AS (
    SELECT held.id, held.division, held.class, r.acknowledged_at
    FROM held
    JOIN visits_summary s ON s.visit_id = held.id
    JOIN journal_notice n ON n.about_type = 'visits.summary' AND n.about_id = s.id::text
    LEFT JOIN journal_receipt r ON r.notice_id = n.id
)
"""
# What is counted, and among which rows.
COUNTED = {
    "students_on_roll": ("id", "child WHERE status = 'active'"),
    "students_reached": ("student", "held"),
    "students_reached_in_person": ("student", "held WHERE in_person"),
    "students_reached_online": (
        "student", "held WHERE student NOT IN (SELECT student FROM held WHERE in_person)",
    ),
    "households_visited": ("household", "held WHERE mode = 'home'"),
    "visits_held": ("id", "held"),
    "regions_visited": ("region", "held WHERE in_person"),
    "cities_visited": ("city", "held WHERE in_person"),
    "visits_nobody_home": ("id", "asked WHERE status = 'nobody_home'"),
    "visits_declined": ("id", "asked WHERE status = 'declined'"),
    "meetings_held": ("id", "met"),
    "classes": ("class", "child WHERE status = 'active'"),
    "classes_with_meeting": ("class_id", "met"),
    "promises_made": ("id", "promised"),
    "promises_kept": ("id", "promised WHERE done_at IS NOT NULL"),
    "summaries_sent": ("id", "told"),
    "summaries_confirmed": ("id", "told WHERE acknowledged_at IS NOT NULL"),
}  # fmt: skip


def total(measure, *, school, term):
    """Return the number of a measure in the term with this code of the school with this code."""
    counted, rows = COUNTED[measure]
    return _ask(f"SELECT count(DISTINCT {counted}) FROM {rows}", school, term)[0][0]  # noqa: S608


def parts(measure, kind, *, school, term):
    """Return {code: number} of a measure by `kind`: division, class, mode, aspect, or by.

    Of somebody who was reached both ways says a part by aspect: online there, in person elsewhere.
    """
    counted, rows = COUNTED[measure]
    sql = f"SELECT {kind}, count(DISTINCT {counted}) FROM {rows} GROUP BY {kind}"  # noqa: S608
    return dict(_ask(sql, school, term))


def _ask(sql, school, term):
    with connection.cursor() as cursor:
        cursor.execute(ROWS + sql, {"school": school, "term": term})
        return cursor.fetchall()
