"""The tables of the statement that several of its pieces count from."""

# Who is seen, and where they are: today, while the term runs.
NOW = """
seen AS MATERIALIZED (
    SELECT id, class, division, on_roll FROM (
        SELECT id, school_class_id AS class, division_id AS division, status = 'active' AS on_roll
        FROM (<seen>) AS students
    ) here
    WHERE (%(of_division)s = '' OR division IN (
               SELECT id FROM people_division WHERE school_id = %(school)s AND code = %(of_division)s))
      AND (%(of_class)s = '' OR class IN (
               SELECT id FROM people_schoolclass WHERE school_id = %(school)s AND code = %(of_class)s))
)"""

# The same as it was when the term ended, from the history of each child. Of a school whose rows are
# all younger than the term nothing of that is known: then it is as today. A child without a row at that
# time, in a school that had others, had not come yet.
THEN = """
seen AS MATERIALIZED (
    SELECT id, class, division, on_roll FROM (
        SELECT s.id, CASE WHEN e.here THEN e.class ELSE s.school_class_id END AS class,
               CASE WHEN e.here THEN e.division ELSE s.division_id END AS division,
               CASE WHEN bool_or(e.here IS NOT NULL) OVER () THEN coalesce(e.here AND e.on_roll, false)
                    ELSE s.status = 'active' END AS on_roll
        FROM (<seen>) AS s
        LEFT JOIN LATERAL (
            SELECT e.school_class_id AS class, e.division_id AS division, e.status = 'active' AS on_roll,
                   e.school_id = %(school)s AS here
            FROM people_studentevent e
            WHERE e.pgh_obj_id = s.id AND e.pgh_created_at < %(end)s
            ORDER BY e.pgh_created_at DESC, e.pgh_id DESC LIMIT 1
        ) e ON true
    ) there
    WHERE (%(of_division)s = '' OR division IN (
               SELECT id FROM people_division WHERE school_id = %(school)s AND code = %(of_division)s))
      AND (%(of_class)s = '' OR class IN (
               SELECT id FROM people_schoolclass WHERE school_id = %(school)s AND code = %(of_class)s))
)"""

# Asked for only where there is no household: coalesce looks no further than it must.
FIRST_GUARDIAN = """(
        SELECT g.guardian_id FROM people_guardianship g
        WHERE g.student_id = a.student AND g.since <= statement_timestamp()
          AND (g.until IS NULL OR g.until > statement_timestamp())
        ORDER BY g.primary DESC, g.since, g.id LIMIT 1)"""

# Part by part: the visits of the term that were held, met nobody or were declined; the lines of those
# held. `home` tells whose home it was: the household, else the first guardian, else the child. `days`
# is how long it took to write a visit down here, by the calendar of the school.
TABLES = """
visit AS MATERIALIZED (
    SELECT v.id, v.mode, v.status, v.household_id, v.source, v.happened_at,
           v.mode = ANY(%(in_person)s) AS in_person,
           CASE WHEN v.mode = ANY(%(in_person)s) THEN v.region_id END AS region,
           CASE WHEN v.source = 'logged' THEN
               (v.recorded_at AT TIME ZONE %(zone)s)::date
               - (coalesce(v.ended_at, v.happened_at) AT TIME ZONE %(zone)s)::date END AS days
    FROM visits_visit v
    WHERE v.school_id = %(school)s AND v.mode = ANY(%(modes)s)
      AND (v.status IN ('held', 'nobody_home')
           AND v.happened_at >= %(begin)s AND v.happened_at < %(end)s
           OR v.status = 'declined'
           AND coalesce(v.happened_at, v.planned_at, v.received_at) >= %(begin)s
           AND coalesce(v.happened_at, v.planned_at, v.received_at) < %(end)s)
      AND (%(aspect)s = '' OR EXISTS (
           SELECT FROM visits_visit_aspects va JOIN visits_aspect a ON a.id = va.aspect_id
           WHERE va.visit_id = v.id AND a.code = %(aspect)s))
), asked AS MATERIALIZED (
    SELECT v.id AS visit, v.mode, v.status, v.in_person, v.region, v.household_id, v.days,
           v.happened_at, l.student_id AS student, s.class, s.division
    FROM visit v JOIN visits_visitchild l ON l.visit_id = v.id JOIN seen s ON s.id = l.student_id
), line AS MATERIALIZED (
    SELECT a.*, CASE WHEN a.mode = 'home' THEN coalesce(a.household_id, <first>, a.student) END AS home
    FROM asked a
    WHERE a.status = 'held'
), about AS MATERIALIZED (
    SELECT l.visit, l.student, l.in_person, l.home, a.code AS aspect
    FROM line l JOIN visits_visit_aspects va ON va.visit_id = l.visit
    JOIN visits_aspect a ON a.id = va.aspect_id
), place AS MATERIALIZED (
    SELECT r.id, CASE r.level WHEN 'city' THEN r.id WHEN 'county' THEN p.id END AS city,
           concat_ws('/', g.name, p.name, r.name) AS path
    FROM people_region r
    LEFT JOIN people_region p ON p.id = r.parent_id
    LEFT JOIN people_region g ON g.id = p.parent_id
    WHERE r.id IN (SELECT region FROM line)
), reached AS (
    SELECT student, class, division, bool_or(in_person) AS in_person
    FROM line GROUP BY student, class, division
), of_class AS MATERIALIZED (
    SELECT s.class, s.division FROM seen s JOIN people_schoolclass c ON c.id = s.class
    WHERE s.on_roll AND c.kind = 'homeroom' GROUP BY s.class, s.division
), meeting AS MATERIALIZED (
    SELECT m.id AS meeting, c.class, c.division
    FROM visits_meeting m JOIN visits_meeting_classes mc ON mc.meeting_id = m.id
    JOIN of_class c ON c.class = mc.schoolclass_id
    WHERE m.school_id = %(school)s AND m.held AND m.on >= %(first_day)s AND m.on < %(last_day)s
), noted AS MATERIALIZED (
    SELECT h.id, h.meeting_id AS meeting, coalesce(h.household_id, h.person_id) AS home,
           h.presence = 'came' AS came, h.household_id AS household, h.person_id AS person
    FROM visits_meetinghome h
    WHERE h.presence <> '' AND h.meeting_id IN (SELECT meeting FROM meeting)
), attending AS MATERIALIZED (
    SELECT DISTINCT m.class, m.division, t.home, t.came FROM (
        SELECT n.meeting, n.home, n.came, hs.student_id AS student
        FROM noted n JOIN people_household_students hs ON hs.household_id = n.household
        UNION ALL
        SELECT n.meeting, n.home, n.came, g.student_id
        FROM noted n JOIN people_guardianship g ON g.guardian_id = n.person
        UNION ALL
        SELECT n.meeting, n.home, n.came, st.id FROM noted n JOIN people_student st ON st.user_id = n.person
    ) t JOIN seen s ON s.id = t.student AND s.on_roll
    JOIN meeting m ON m.meeting = t.meeting AND m.class = s.class
), promise AS MATERIALIZED (
    SELECT p.id, p.done_at IS NOT NULL AS kept, p.due, s.class, s.division,
           CASE WHEN p.side IN ('school', 'person') THEN 'school' ELSE 'family' END AS side
    FROM visits_promise p JOIN visit v ON v.id = p.visit_id JOIN seen s ON s.id = p.student_id
    WHERE v.status = 'held'
), told AS MATERIALIZED (
    SELECT s.visit_id AS visit, coalesce(bool_or(r.acknowledged_at IS NOT NULL), false) AS confirmed
    FROM visits_summary s
    JOIN journal_notice n ON n.about_type = 'visits.summary' AND n.about_id = s.id::text
         AND n.cancelled_at IS NULL
    LEFT JOIN journal_receipt r ON r.notice_id = n.id
    WHERE s.visit_id IN (SELECT visit FROM line)
    GROUP BY s.visit_id
), told_line AS MATERIALIZED (
    SELECT l.visit, l.class, l.division, t.confirmed FROM line l JOIN told t ON t.visit = l.visit
), crew AS MATERIALIZED (
    SELECT visit_id AS visit, count(*) AS people FROM visits_visitor
    WHERE visit_id IN (SELECT visit FROM line) GROUP BY visit_id
), went AS MATERIALIZED (
    SELECT DISTINCT l.class, l.division, w.user_id AS person, r.id IS NOT NULL AS leads
    FROM line l JOIN visits_visitor w ON w.visit_id = l.visit
    LEFT JOIN people_membership r ON r.user_id = w.user_id AND r.school_id = %(school)s
         AND r.role = 'leader' AND r.since <= l.happened_at
         AND (r.until IS NULL OR r.until > l.happened_at)
), offer AS MATERIALIZED (
    SELECT o.id, o.answer, s.class, s.division,
           (o.answered_at AT TIME ZONE %(zone)s)::date - (o.asked_at AT TIME ZONE %(zone)s)::date AS days
    FROM visits_offer o
    JOIN visits_visit v ON v.id = o.visit_id
    JOIN visits_visitchild l ON l.visit_id = v.id
    JOIN seen s ON s.id = l.student_id
    WHERE v.school_id = %(school)s AND v.mode = ANY(%(modes)s)
      AND o.asked_at >= %(begin)s AND o.asked_at < %(end)s
      AND (o.revoked_at IS NULL OR o.answered_at IS NOT NULL)
      AND (%(aspect)s = '' OR EXISTS (
           SELECT FROM visits_visit_aspects va JOIN visits_aspect a ON a.id = va.aspect_id
           WHERE va.visit_id = v.id AND a.code = %(aspect)s))
), issue AS MATERIALIZED (
    SELECT n.id, n.kind, s.class, s.division, n.resolved_at IS NOT NULL AS resolved,
           (n.resolved_at AT TIME ZONE %(zone)s)::date - (n.noted_at AT TIME ZONE %(zone)s)::date AS days
    FROM visits_need n JOIN visit v ON v.id = n.visit_id JOIN seen s ON s.id = n.student_id
    WHERE v.status = 'held'
), suggestion AS MATERIALIZED (
    SELECT g.id, l.class, l.division, g.answered_at IS NOT NULL AS answered,
           g.answered_at IS NULL
           AND g.due_on < (statement_timestamp() AT TIME ZONE %(zone)s)::date AS overdue,
           (g.answered_at AT TIME ZONE %(zone)s)::date - (g.asked_at AT TIME ZONE %(zone)s)::date AS days
    FROM visits_suggestion g JOIN line l ON l.visit = g.visit_id
), gift AS MATERIALIZED (
    SELECT g.id, g.value, a.class, a.division, coalesce(a.household_id, <first>, a.student) AS home
    FROM visits_gift g JOIN line a ON a.visit = g.visit_id
)""".replace("<first>", FIRST_GUARDIAN)
