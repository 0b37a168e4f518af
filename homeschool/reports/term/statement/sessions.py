"""Counting what takes place after lessons: sessions, children, hours, how dense the help was, volunteers,
waiting lists.

How dense it was is reckoned here for all children at once, by the figures of `counseling.rules.dosage`;
the rows behind a figure ask the rules themselves.
"""

from counseling.rules import dosage

from .piece import ByParts, by_column, median

THERE = "('present', 'late')"
_SAME = dosage.SAME_TUTOR
_BAND = " + ".join(f"(sum(m.minutes) >= {60 * hours})::int" for hours in dosage.BAND_FROM)
# The moment as of which a waiting list is told: now, of a term that is over its end.
_MOMENT = "least(%(end)s, statement_timestamp())"

# `session`: those of the term, in any state; `whole` says that its week is over. `marked`: the lines of
# attendance. `pair`: each session with each child that had a seat when it began, or was marked. `part`:
# the parts of the school to which a session belongs by its children. `got`: a row for each child that was
# there, `dose` for each that was before the week that runs.
TABLES = f"""
session AS MATERIALIZED (
    SELECT s.id, s.programme_id AS programme, s."on" - extract(isodow FROM s."on")::int AS week,
           s."on" < date_trunc('week', statement_timestamp() AT TIME ZONE %(zone)s) AS whole,
           s.begins, s.ends, s.minutes, s.state, p.format, p.provider
    FROM counseling_session s JOIN counseling_programme p ON p.id = s.programme_id
    WHERE p.school_id = %(school)s AND s."on" >= %(first_day)s AND s."on" < %(last_day)s
), marked AS MATERIALIZED (
    SELECT a.session_id AS session, a.student_id AS student, s.class, s.division, a.mark, a.minutes,
           a.mark IN {THERE} AS there, x.whole, x.format, x.provider
    FROM session x JOIN counseling_attendance a ON a.session_id = x.id JOIN seen s ON s.id = a.student_id
), pair AS MATERIALIZED (
    SELECT x.id AS session, t.student_id AS student, s.class, s.division
    FROM session x JOIN counseling_seat t ON t.programme_id = x.programme AND t.taken_at <= x.begins
         AND (t.ended_at IS NULL OR t.ended_at > x.begins)
    JOIN seen s ON s.id = t.student_id
    UNION
    SELECT session, student, class, division FROM marked
), part AS MATERIALIZED (
    SELECT DISTINCT p.session, p.class, p.division, x.state, x.ends, x.format, x.provider
    FROM pair p JOIN session x ON x.id = p.session
), seated AS MATERIALIZED (
    SELECT t.student_id AS student, s.class, s.division
    FROM counseling_seat t JOIN counseling_programme p ON p.id = t.programme_id
    JOIN seen s ON s.id = t.student_id
    WHERE p.school_id = %(school)s AND t.taken_at < {_MOMENT} AND p.ends >= %(first_day)s
      AND p.begins < %(last_day)s AND (t.ended_at IS NULL OR t.ended_at >= %(begin)s)
    UNION
    SELECT student, class, division FROM marked
), tutor AS MATERIALIZED (
    SELECT DISTINCT l.session_id AS session, coalesce(l.volunteer_id, l.user_id) AS tutor
    FROM session x JOIN counseling_leading l ON l.session_id = x.id AND l.live
), crowd AS (
    SELECT c.session, ceil(c.pupils / greatest(t.tutors, 1)::numeric) AS pupils
    FROM (
        SELECT a.session_id AS session, count(*) AS pupils
        FROM session x JOIN counseling_attendance a ON a.session_id = x.id
        WHERE a.mark IN {THERE} GROUP BY a.session_id
    ) c LEFT JOIN (SELECT session, count(*) AS tutors FROM tutor GROUP BY session) t ON t.session = c.session
), weeks AS (
    SELECT student, count(*) AS weeks FROM (
        SELECT DISTINCT p.student, x.week FROM pair p JOIN session x ON x.id = p.session AND x.whole
    ) w GROUP BY student
), same AS (
    SELECT student, max(sessions) AS most FROM (
        SELECT m.student, t.tutor, count(*) AS sessions
        FROM marked m JOIN tutor t ON t.session = m.session
        WHERE m.there AND m.whole GROUP BY m.student, t.tutor
    ) led GROUP BY student
), got AS MATERIALIZED (
    SELECT m.student, m.class, m.division, {_BAND} AS band
    FROM marked m WHERE m.there GROUP BY m.student, m.class, m.division
), dose AS MATERIALIZED (
    SELECT d.student, d.class, d.division, d.sessions >= {dosage.A_WEEK} * w.weeks AS often,
           d.length >= {dosage.MINUTES} AS long, d.pupils <= {dosage.PUPILS} AS small,
           coalesce({_SAME.denominator} * b.most >= {_SAME.numerator} * d.sessions, false) AS same
    FROM (
        SELECT m.student, m.class, m.division, count(*) AS sessions,
               percentile_disc(0.5) WITHIN GROUP (ORDER BY m.minutes) AS length,
               percentile_disc(0.5) WITHIN GROUP (ORDER BY c.pupils DESC) AS pupils
        FROM marked m JOIN crowd c ON c.session = m.session
        WHERE m.there AND m.whole GROUP BY m.student, m.class, m.division
    ) d JOIN weeks w ON w.student = d.student LEFT JOIN same b ON b.student = d.student
), helped AS MATERIALIZED (
    SELECT p.class, p.division, l.volunteer_id AS volunteer, x.id AS session, x.minutes
    FROM session x JOIN counseling_leading l ON l.session_id = x.id AND l.volunteer_id IS NOT NULL AND l.live
    JOIN part p ON p.session = x.id
    WHERE x.state = 'held'
), waiting AS MATERIALIZED (
    SELECT t.id, t.student_id AS student, s.class, s.division,
           %(day)s - (t.asked_at AT TIME ZONE %(zone)s)::date AS days
    FROM counseling_seat t JOIN counseling_programme p ON p.id = t.programme_id
    JOIN seen s ON s.id = t.student_id
    WHERE p.school_id = %(school)s AND p.ends >= %(first_day)s AND p.begins < %(last_day)s
      AND t.state <> 'asked' AND t.asked_at < {_MOMENT}
      AND (p.giving = 'first_come' OR p.drawn_at < {_MOMENT})
      AND (t.offered_at IS NULL OR t.offered_at >= {_MOMENT})
      AND (t.taken_at IS NULL OR t.taken_at >= {_MOMENT})
      AND (t.ended_at IS NULL OR t.ended_at >= {_MOMENT})
), place_given AS MATERIALIZED (
    SELECT t.id, s.class, s.division, t.taken_at >= %(begin)s AND t.taken_at < %(end)s AS taken,
           t.state = 'left' AND t.ended_at >= %(begin)s AND t.ended_at < %(end)s AS given_up
    FROM counseling_seat t JOIN counseling_programme p ON p.id = t.programme_id
    JOIN seen s ON s.id = t.student_id
    WHERE p.school_id = %(school)s AND t.taken_at < %(end)s
      AND (t.taken_at >= %(begin)s OR t.ended_at >= %(begin)s)
)"""  # noqa: S608 - made of the rules' own numbers

_SESSIONS = {
    "sessions_planned": "count(DISTINCT session)",
    "sessions_held": "count(DISTINCT session) FILTER (WHERE state = 'held')",
    "sessions_called_off": "count(DISTINCT session) FILTER (WHERE state = 'called_off')",
    "sessions_open": "count(DISTINCT session) FILTER (WHERE state = 'planned')",
}
_LINES = {
    "lines_marked": "count(*)",
    "lines_there": "count(*) FILTER (WHERE there)",
    "lines_late": "count(*) FILTER (WHERE mark = 'late')",
    "lines_excused": "count(*) FILTER (WHERE mark = 'excused')",
    "lines_absent": "count(*) FILTER (WHERE mark = 'absent')",
}
_HOURS = {"hours_attended": "round(sum(minutes) FILTER (WHERE there) / 60.0, 2)"}
_WHO = "(SELECT DISTINCT student, {0} FROM marked WHERE there) who"
_BY = ((15, "format"), (16, "provider"))


PIECES = (
    ByParts("seated", {"pupils_seated": "count(*)"}),
    ByParts("part", _SESSIONS),
    ByParts("marked", {**_LINES, **_HOURS}),
    ByParts(
        "got",
        {
            "pupils_attending": "count(*)",
            **{
                f"pupils_band_{n}": f"count(*) FILTER (WHERE band = {n})"
                for n in range(len(dosage.BAND_FROM) + 1)
            },
        },
    ),
    ByParts(
        "dose",
        {
            **{
                f"pupils_{name}": f"count(*) FILTER (WHERE {name})"
                for name in ("often", "long", "small", "same")
            },
            "pupils_high": "count(*) FILTER (WHERE often AND long AND small AND same)",
        },
    ),
    *(by_column(*by, "part", _SESSIONS) for by in _BY),
    *(by_column(*by, "marked", _LINES | _HOURS) for by in _BY),
    *(by_column(*by, _WHO.format(by[1]), {"pupils_attending": "count(*)"}) for by in _BY),
    ByParts("helped", {"volunteers_active": "count(DISTINCT volunteer)"}),
    ByParts(
        "helped",
        {
            "volunteer_sessions": "count(*)",
            "volunteer_hours": "round(sum(minutes) / 60.0, 2)",
        },
        each="volunteer, session, minutes",
    ),
    ByParts(
        "waiting",
        {
            "seats_waited": "count(*)",
            "pupils_waiting": "count(DISTINCT student)",
            "days_waited": median("days"),
        },
    ),
    ByParts(
        "place_given",
        {
            "seats_taken": "count(*) FILTER (WHERE taken)",
            "seats_given_up": "count(*) FILTER (WHERE given_up)",
        },
    ),
)  # fmt: skip

# What the school still owes: the staff version names it before any figure.
_SEATED = """session x JOIN counseling_seat t ON t.programme_id = x.programme AND t.taken_at <= x.begins
                 AND (t.ended_at IS NULL OR t.ended_at > x.begins)
            JOIN seen s ON s.id = t.student_id"""
MISSING = (
    ByParts(
        f"""(
            SELECT x.id AS session, s.class, s.division FROM {_SEATED}
            WHERE x.state = 'planned' AND x.ends <= statement_timestamp()
        ) unsaid""",  # noqa: S608
        {"sessions_unsaid": "count(DISTINCT session)"},
    ),
    ByParts(
        f"""(
            SELECT x.id AS session, s.class, s.division FROM {_SEATED}
            LEFT JOIN marked m ON m.session = x.id AND m.student = t.student_id
            WHERE x.state = 'held' AND m.student IS NULL
        ) unmarked""",  # noqa: S608
        {"sessions_unmarked": "count(DISTINCT session)"},
    ),
)
