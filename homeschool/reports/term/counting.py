"""Counting a term: one statement, so that all figures are of the same moment and reconcile.

`visible_to` gives the children, as everywhere; the statement counts over them and nothing else. Lines
of visits are read once and counted in every way from there.
"""

import datetime as dt
import zoneinfo
from dataclasses import dataclass

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.utils.translation import gettext_lazy as _

from visits.models import Visit

IN_PERSON, ONLINE = "in_person", "online"
# What the filter "how people met" takes, beside each single way.
WAYS = {IN_PERSON: Visit.IN_PERSON, ONLINE: Visit.ONLINE} | {mode: (mode,) for mode in Visit.Mode}
WAYS_IN_WORDS = {IN_PERSON: _("in person"), ONLINE: _("online")} | dict(Visit.Mode.choices)


@dataclass(frozen=True)
class Filters:
    """What narrows a staff report: codes as they stand in its address; empty ones narrow nothing.

    Division and class narrow the children; mode and aspect the visits, and so the promises and
    summaries of visits, but neither the roll nor the meetings.
    """

    division: str = ""
    school_class: str = ""
    mode: str = ""
    aspect: str = ""

    def as_dict(self):
        """Return the filters that are set."""
        return {name: value for name, value in vars(self).items() if value}

    def narrow(self, students):
        """Return those of the queryset `students` that are meant."""
        if self.division:
            students = students.filter(division__code=self.division)
        if self.school_class:
            students = students.filter(school_class__code=self.school_class)
        return students


def span(term):
    """Return the moments at which the term begins and ends, in the zone of its school."""
    zone = zoneinfo.ZoneInfo(term.school.time_zone)
    begin, end = (dt.datetime.combine(day, dt.time(), zone) for day in (term.start, term.end))
    return begin, end


def count(term, students, filters=None):
    """Return {(measure, kind, key): number} of `term` over `students` of its school: one query.

    `kind` is one of `measures.BREAKDOWNS`; what nobody counted has no entry.
    """
    filters = filters or Filters()
    try:
        seen, values = _compiled(filters.narrow(students.filter(school=term.school_id)))
    except EmptyResultSet:
        return {}
    begin, end = span(term)
    values = {
        **{f"seen_{n}": value for n, value in enumerate(values)},
        "school": term.school_id,
        "begin": begin,
        "end": end,
        "first_day": term.start,
        "last_day": term.end,
        "modes": list(map(str, WAYS.get(filters.mode, Visit.Mode.values))),
        "in_person": list(map(str, Visit.IN_PERSON)),
        "open": list(map(str, Visit.OPEN)),
        "aspect": filters.aspect,
    }
    with connection.cursor() as cursor:
        cursor.execute(STATEMENT.replace("<seen>", seen), values)
        return {(measure, kind, key): number for measure, kind, key, number in cursor.fetchall()}


def _compiled(students):
    """Return the SQL of the children with named parameters, and their values."""
    rows = students.order_by().values("id", "school_class_id", "division_id", "status")
    sql, values = rows.query.sql_with_params()
    return sql % tuple(f"%(seen_{n})s" for n in range(len(values))), values


# Part by part: who is seen; the visits of the term that were held, met nobody or were declined; the
# lines of those held. `home` tells whose home it was: the household, else the first guardian, else
# the child. What follows counts. `by` says by what: 1 division, 2 class, 3 neither (as `grouping` says
# it), 8 who promised, 9 mode, 10 aspect, 11 area; the key of the last four stands in `part`.
STATEMENT = """
WITH seen AS MATERIALIZED (
    SELECT id, school_class_id AS class, division_id AS division, status = 'active' AS on_roll
    FROM (<seen>) AS students
), visit AS MATERIALIZED (
    SELECT v.id, v.mode, v.status, v.household_id, v.source,
           v.mode = ANY(%(in_person)s) AS in_person,
           CASE WHEN v.mode = ANY(%(in_person)s) THEN v.region_id END AS region
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
    SELECT v.id AS visit, v.mode, v.status, v.in_person, v.region, v.household_id,
           l.student_id AS student, s.class, s.division
    FROM visit v JOIN visits_visitchild l ON l.visit_id = v.id JOIN seen s ON s.id = l.student_id
), line AS MATERIALIZED (
    SELECT a.*, CASE WHEN a.mode = 'home' THEN
        coalesce(a.household_id::text, first.guardian_id::text, a.student::text) END AS home
    FROM asked a
    LEFT JOIN LATERAL (
        SELECT g.guardian_id FROM people_guardianship g
        WHERE a.mode = 'home' AND a.household_id IS NULL AND g.student_id = a.student
          AND g.since <= statement_timestamp()
          AND (g.until IS NULL OR g.until > statement_timestamp())
        ORDER BY g.primary DESC, g.since, g.id LIMIT 1
    ) first ON true
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
), counted AS (
    SELECT 'students_on_roll' AS measure, grouping(division, class) AS by,
           division, class, NULL AS part, count(*) AS number
    FROM seen WHERE on_roll GROUP BY GROUPING SETS ((), (division), (class))

    UNION ALL
    SELECT m.measure, r.by, r.division, r.class, NULL, m.number FROM (
        SELECT grouping(division, class) AS by, division, class, count(*) AS all_of_them,
               count(*) FILTER (WHERE in_person) AS in_person
        FROM reached GROUP BY GROUPING SETS ((), (division), (class))
    ) r, LATERAL (VALUES ('students_reached', all_of_them), ('students_reached_in_person', in_person),
                         ('students_reached_online', all_of_them - in_person)) m (measure, number)

    UNION ALL
    SELECT m.measure, l.by, l.division, l.class, NULL, m.number FROM (
        SELECT grouping(division, class) AS by, division, class, count(DISTINCT visit) AS visits,
               count(DISTINCT home) AS homes, count(DISTINCT region) AS regions,
               count(DISTINCT city) AS cities
        FROM line LEFT JOIN place ON place.id = line.region
        GROUP BY GROUPING SETS ((), (division), (class))
    ) l, LATERAL (VALUES ('visits_held', visits), ('households_visited', homes),
                         ('regions_visited', regions), ('cities_visited', cities)) m (measure, number)

    UNION ALL
    SELECT CASE status WHEN 'declined' THEN 'visits_declined' ELSE 'visits_nobody_home' END,
           grouping(division, class), division, class, NULL, count(DISTINCT visit)
    FROM asked WHERE status <> 'held' GROUP BY status, GROUPING SETS ((), (division), (class))

    UNION ALL
    SELECT m.measure, c.by, c.division, c.class, NULL, m.number FROM (
        SELECT grouping(division, class) AS by, division, class, count(DISTINCT meeting) AS meetings,
               count(DISTINCT class) AS classes
        FROM meeting GROUP BY GROUPING SETS ((), (division), (class))
    ) c, LATERAL (VALUES ('meetings_held', meetings), ('classes_with_meeting', classes)) m (measure, number)

    UNION ALL
    SELECT 'classes', grouping(division, class), division, class, NULL, count(*)
    FROM of_class GROUP BY GROUPING SETS ((), (division), (class))

    UNION ALL
    SELECT m.measure, p.by, p.division, p.class, NULL, m.number FROM (
        SELECT grouping(division, class) AS by, division, class, count(*) AS made,
               count(*) FILTER (WHERE kept) AS kept, count(*) FILTER (WHERE due IS NULL) AS no_day
        FROM promise GROUP BY GROUPING SETS ((), (division), (class))
    ) p, LATERAL (VALUES ('promises_made', made), ('promises_kept', kept),
                         ('promises_without_day', no_day)) m (measure, number)

    UNION ALL
    SELECT m.measure, t.by, t.division, t.class, NULL, m.number FROM (
        SELECT grouping(division, class) AS by, division, class, count(DISTINCT visit) AS sent,
               count(DISTINCT visit) FILTER (WHERE confirmed) AS confirmed
        FROM told_line GROUP BY GROUPING SETS ((), (division), (class))
    ) t, LATERAL (VALUES ('summaries_sent', sent), ('summaries_confirmed', confirmed)) m (measure, number)

    UNION ALL
    SELECT m.measure, l.by, l.division, l.class, NULL, m.number FROM (
        SELECT grouping(division, class) AS by, division, class,
               count(DISTINCT visit) FILTER (WHERE NOT EXISTS (
                   SELECT FROM visits_visit_aspects va WHERE va.visit_id = line.visit)) AS aspect,
               count(DISTINCT visit) FILTER (WHERE in_person AND region IS NULL) AS region,
               count(DISTINCT visit) FILTER (WHERE mode = 'home' AND household_id IS NULL) AS household,
               count(DISTINCT visit) FILTER (WHERE NOT EXISTS (
                   SELECT FROM visits_summary s WHERE s.visit_id = line.visit)) AS summary
        FROM line GROUP BY GROUPING SETS ((), (division), (class))
    ) l, LATERAL (VALUES ('visits_without_aspect', aspect), ('visits_without_region', region),
                         ('visits_without_household', household),
                         ('visits_without_summary', summary)) m (measure, number)

    UNION ALL
    SELECT 'visits_without_record', grouping(s.division, s.class), s.division, s.class, NULL,
           count(DISTINCT v.id)
    FROM visits_visit v JOIN visits_visitchild l ON l.visit_id = v.id JOIN seen s ON s.id = l.student_id
    WHERE v.school_id = %(school)s AND v.status = ANY(%(open)s) AND v.mode = ANY(%(modes)s)
      AND v.status <> 'proposed' AND v.planned_at >= %(begin)s AND v.planned_at < %(end)s
      AND v.planned_at + v.planned_minutes * interval '1 minute' < statement_timestamp()
    GROUP BY GROUPING SETS ((), (s.division), (s.class))

    UNION ALL
    SELECT 'students_moved_on', 3, NULL, NULL, NULL, count(*)
    FROM people_transfer t
    WHERE t.from_school_id = %(school)s AND t.answer = 'accepted' AND t.answered_at >= %(begin)s
      AND t.from_class_id IN (SELECT class FROM seen)
    HAVING count(*) > 0

    UNION ALL
    SELECT 'promises_' || p.measure, 8, NULL, NULL, p.side, p.number FROM (
        SELECT side, m.measure, m.number FROM (
            SELECT side, count(*) AS made, count(*) FILTER (WHERE kept) AS kept FROM promise GROUP BY side
        ) s, LATERAL (VALUES ('made', made), ('kept', kept)) m (measure, number)
    ) p

    UNION ALL
    SELECT m.measure, 9, NULL, NULL, l.mode, m.number FROM (
        SELECT mode, count(DISTINCT visit) AS visits, count(DISTINCT student) AS students
        FROM line GROUP BY mode
    ) l, LATERAL (VALUES ('visits_held', visits), ('students_reached', students)) m (measure, number)

    UNION ALL
    SELECT CASE status WHEN 'declined' THEN 'visits_declined' ELSE 'visits_nobody_home' END,
           9, NULL, NULL, mode, count(DISTINCT visit)
    FROM asked WHERE status <> 'held' GROUP BY status, mode

    UNION ALL
    SELECT m.measure, 10, NULL, NULL, a.aspect, m.number FROM (
        SELECT aspect, count(*) AS students, count(*) FILTER (WHERE in_person) AS in_person FROM (
            SELECT aspect, student, bool_or(in_person) AS in_person FROM about GROUP BY aspect, student
        ) s GROUP BY aspect
    ) a, LATERAL (VALUES ('students_reached', students), ('students_reached_in_person', in_person),
                         ('students_reached_online', students - in_person)) m (measure, number)

    UNION ALL
    SELECT m.measure, 10, NULL, NULL, a.aspect, m.number FROM (
        SELECT aspect, count(DISTINCT visit) AS visits, count(DISTINCT home) AS homes
        FROM about GROUP BY aspect
    ) a, LATERAL (VALUES ('visits_held', visits), ('households_visited', homes)) m (measure, number)

    UNION ALL
    SELECT m.measure, 11, NULL, NULL, r.path, m.number FROM (
        SELECT place.path, count(DISTINCT visit) AS visits, count(DISTINCT student) AS students,
               count(DISTINCT home) AS homes
        FROM line JOIN place ON place.id = line.region GROUP BY place.path
    ) r, LATERAL (VALUES ('visits_held', visits), ('students_reached', students),
                         ('students_reached_in_person', students),
                         ('households_visited', homes)) m (measure, number)
)
SELECT measure,
       CASE by WHEN 1 THEN 'division' WHEN 2 THEN 'class' WHEN 3 THEN '' WHEN 8 THEN 'by'
               WHEN 9 THEN 'mode' WHEN 10 THEN 'aspect' ELSE 'region' END,
       coalesce(d.code, c.code, part, ''), number
FROM counted
LEFT JOIN people_division d ON d.id = counted.division
LEFT JOIN people_schoolclass c ON c.id = counted.class
"""
