"""Counting children, visits, meetings, promises and summaries."""

from .piece import ByParts, Other

DECLINED_OR_MISSED = (
    "CASE status WHEN 'declined' THEN 'visits_declined' ELSE 'visits_nobody_home' END"
)

PIECES = (
    ByParts("seen WHERE on_roll", {"students_on_roll": "count(*)"}),
    ByParts(
        "reached",
        {
            "students_reached": "count(*)",
            "students_reached_in_person": "count(*) FILTER (WHERE in_person)",
            "students_reached_online": "count(*) FILTER (WHERE NOT in_person)",
        },
    ),
    ByParts(
        "line LEFT JOIN (SELECT id AS area, city FROM place) place ON area = line.region",
        {
            "visits_held": "count(DISTINCT visit)",
            "households_visited": "count(DISTINCT home)",
            "regions_visited": "count(DISTINCT region)",
            "cities_visited": "count(DISTINCT city)",
        },
    ),
    ByParts(
        "asked WHERE status <> 'held'",
        {
            "visits_declined": "count(DISTINCT visit) FILTER (WHERE status = 'declined')",
            "visits_nobody_home": "count(DISTINCT visit) FILTER (WHERE status = 'nobody_home')",
        },
    ),
    ByParts(
        "meeting",
        {
            "meetings_held": "count(DISTINCT meeting)",
            "classes_with_meeting": "count(DISTINCT class)",
        },
    ),
    ByParts("of_class", {"classes": "count(DISTINCT class)"}),
    ByParts(
        "attending",
        {
            "homes_noted": "count(DISTINCT home)",
            "homes_present": "count(DISTINCT home) FILTER (WHERE came)",
        },
    ),
    ByParts(
        "promise",
        {
            "promises_made": "count(*)",
            "promises_kept": "count(*) FILTER (WHERE kept)",
            "promises_without_day": "count(*) FILTER (WHERE due IS NULL)",
        },
    ),
    ByParts(
        "told_line",
        {
            "summaries_sent": "count(DISTINCT visit)",
            "summaries_confirmed": "count(DISTINCT visit) FILTER (WHERE confirmed)",
        },
    ),
    Other(
        frozenset({"promises_made", "promises_kept"}),
        """
    SELECT 'promises_' || m.measure, 8, NULL::uuid, NULL::uuid, s.side, m.number FROM (
        SELECT side, count(*) AS made, count(*) FILTER (WHERE kept) AS kept FROM promise GROUP BY side
    ) s, LATERAL (VALUES ('made', made), ('kept', kept)) m (measure, number)""",
    ),
    Other(
        frozenset({"visits_held", "students_reached"}),
        """
    SELECT m.measure, 9, NULL::uuid, NULL::uuid, l.mode, m.number FROM (
        SELECT mode, count(DISTINCT visit) AS visits, count(DISTINCT student) AS students
        FROM line GROUP BY mode
    ) l, LATERAL (VALUES ('visits_held', visits), ('students_reached', students)) m (measure, number)""",
    ),
    Other(
        frozenset({"visits_declined", "visits_nobody_home"}),
        f"""
    SELECT {DECLINED_OR_MISSED}, 9, NULL::uuid, NULL::uuid, mode, count(DISTINCT visit)
    FROM asked WHERE status <> 'held' GROUP BY status, mode""",  # noqa: S608
    ),
    Other(
        frozenset({"students_reached", "students_reached_in_person", "students_reached_online"}),
        """
    SELECT m.measure, 10, NULL::uuid, NULL::uuid, a.aspect, m.number FROM (
        SELECT aspect, count(*) AS students, count(*) FILTER (WHERE in_person) AS in_person FROM (
            SELECT aspect, student, bool_or(in_person) AS in_person FROM about GROUP BY aspect, student
        ) s GROUP BY aspect
    ) a, LATERAL (VALUES ('students_reached', students), ('students_reached_in_person', in_person),
                         ('students_reached_online', students - in_person)) m (measure, number)""",
    ),
    Other(
        frozenset({"visits_held", "households_visited"}),
        """
    SELECT m.measure, 10, NULL::uuid, NULL::uuid, a.aspect, m.number FROM (
        SELECT aspect, count(DISTINCT visit) AS visits, count(DISTINCT home) AS homes
        FROM about GROUP BY aspect
    ) a, LATERAL (VALUES ('visits_held', visits), ('households_visited', homes)) m (measure, number)""",
    ),
    Other(
        frozenset(
            {"visits_held", "students_reached", "students_reached_in_person", "households_visited"}
        ),
        """
    SELECT m.measure, 11, NULL::uuid, NULL::uuid, r.path, m.number FROM (
        SELECT place.path, count(DISTINCT visit) AS visits, count(DISTINCT student) AS students,
               count(DISTINCT home) AS homes
        FROM line JOIN place ON place.id = line.region GROUP BY place.path
    ) r, LATERAL (VALUES ('visits_held', visits), ('students_reached', students),
                         ('students_reached_in_person', students),
                         ('households_visited', homes)) m (measure, number)""",
    ),
)
