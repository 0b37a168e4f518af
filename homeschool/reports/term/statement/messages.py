"""Counting what the school tells, what home and school write to each other, and what families suggest.

What was reached, read and confirmed is a fact of a person and an announcement, whatever letter it was
told by: who was asked again is not counted twice. The rule is that of its board (`messaging.reading.board`).
"""

from .piece import ByParts, Other, by_column, median

# The moment until which messages are counted: what waits for its minute has not left.
_MOMENT = "least(%(end)s, statement_timestamp())"
_KEPT = "m.taken_back_at IS NULL"

# `kin`: who belongs to the family of a child, or did. `spoken`: each announcement with the children whom it
# was about, `copy`: with the people who were told. `begun`: conversations, with their first message.
TABLES = f"""
kin AS MATERIALIZED (
    SELECT g.guardian_id AS person, g.may_receive, g.until, s.id AS student, s.class, s.division
    FROM people_guardianship g JOIN seen s ON s.id = g.student_id
    UNION
    SELECT c.user_id, true, NULL, s.id, s.class, s.division
    FROM people_student c JOIN seen s ON s.id = c.id WHERE c.user_id IS NOT NULL
), spoken AS MATERIALIZED (
    SELECT a.id AS announcement, a.level, a.sent_at, t.student_id AS student, s.class, s.division
    FROM messaging_announcement a JOIN messaging_told t ON t.announcement_id = a.id
    JOIN seen s ON s.id = t.student_id
    WHERE a.school_id = %(school)s AND a.state = 'sent'
      AND a.sent_at >= %(begin)s AND a.sent_at < %(end)s
), copy AS MATERIALIZED (
    SELECT c.announcement, c.person, c.level, c.language, c.reached, c.read, c.confirmed,
           p.class, p.division
    FROM (
        SELECT a.announcement, a.level, r.person_id AS person,
               (array_agg(r.language ORDER BY r.id))[1] AS language,
               bool_or(r.read_at IS NOT NULL OR EXISTS (
                   SELECT FROM journal_delivery d
                   WHERE d.receipt_id = r.id AND d.channel <> 'in_app' AND d.state = 'sent')
                   OR EXISTS (
                   SELECT FROM messaging_telling s
                   WHERE s.announcement_id = a.announcement AND s.person_id = r.person_id
                     AND s.done_at IS NOT NULL)) AS reached,
               bool_or(r.read_at IS NOT NULL) AS read,
               bool_or(r.acknowledged_at IS NOT NULL) AS confirmed
        FROM (SELECT DISTINCT announcement, level FROM spoken) a
        JOIN journal_notice n ON n.about_type = 'messaging.announcement'
             AND n.about_id = a.announcement::text AND n.cancelled_at IS NULL
        JOIN journal_receipt r ON r.notice_id = n.id
        GROUP BY a.announcement, a.level, r.person_id
    ) c JOIN (
        SELECT DISTINCT a.announcement, k.person, a.class, a.division
        FROM spoken a JOIN kin k ON k.student = a.student AND k.may_receive
             AND (k.until IS NULL OR k.until > a.sent_at)
    ) p ON p.announcement = c.announcement AND p.person = c.person
), written AS MATERIALIZED (
    SELECT m.id, m.side AS wrote, m.language, s.id AS student, s.class, s.division
    FROM messaging_thread t JOIN seen s ON s.id = t.student_id
    JOIN messaging_message m ON m.thread_id = t.id
    WHERE t.school_id = %(school)s AND t.last_at >= %(begin)s AND {_KEPT}
      AND m.leaves_at >= %(begin)s AND m.leaves_at < {_MOMENT}
), begun AS MATERIALIZED (
    SELECT t.id AS thread, f.wrote, f.language, s.class, s.division, EXISTS (
               SELECT FROM messaging_message m
               WHERE m.thread_id = t.id AND m.side <> f.wrote AND {_KEPT}
                 AND m.leaves_at <= statement_timestamp()) AS answered
    FROM messaging_thread t JOIN seen s ON s.id = t.student_id
    JOIN LATERAL (
        SELECT m.side AS wrote, m.language FROM messaging_message m
        WHERE m.thread_id = t.id AND {_KEPT} AND m.leaves_at <= statement_timestamp()
        ORDER BY m.leaves_at, m.id LIMIT 1
    ) f ON true
    WHERE t.school_id = %(school)s AND t.opened_at >= %(begin)s AND t.opened_at < %(end)s
), unclear AS MATERIALIZED (
    SELECT u.id, u.helped_at IS NOT NULL AS explained, m.language, s.class, s.division
    FROM messaging_unclear u JOIN messaging_message m ON m.id = u.message_id
    JOIN messaging_thread t ON t.id = m.thread_id JOIN seen s ON s.id = t.student_id
    WHERE t.school_id = %(school)s AND u.at >= %(begin)s AND u.at < %(end)s
), idea AS MATERIALIZED (
    SELECT g.id, s.class, s.division, g.answered_at IS NOT NULL AS answered,
           g.answered_at IS NULL
           AND g.due_on < (statement_timestamp() AT TIME ZONE %(zone)s)::date AS overdue,
           (g.answered_at AT TIME ZONE %(zone)s)::date - (g.asked_at AT TIME ZONE %(zone)s)::date AS days
    FROM messaging_suggestion g JOIN seen s ON s.id = g.student_id
    WHERE g.school_id = %(school)s AND g.asked_at >= %(begin)s AND g.asked_at < %(end)s
), article AS MATERIALIZED (
    SELECT DISTINCT r.id, r.person_id AS person, r.language, k.class, k.division
    FROM messaging_newsread r JOIN messaging_news n ON n.id = r.news_id
    JOIN kin k ON k.person = r.person_id
    WHERE n.school_id = %(school)s AND r.at >= %(begin)s AND r.at < %(end)s
), opened AS MATERIALIZED (
    SELECT DISTINCT r.id, r.person_id AS person, r.language, r.saved_at IS NOT NULL AS saved,
           k.class, k.division
    FROM messaging_resourceread r JOIN messaging_resource n ON n.id = r.resource_id
    JOIN kin k ON k.person = r.person_id
    WHERE n.school_id = %(school)s AND r.first_at >= %(begin)s AND r.first_at < %(end)s
)"""  # noqa: S608 - made of the texts of this module alone

_COPIES = {
    "notices_told": "count(*)",
    "notices_reached": "count(*) FILTER (WHERE reached)",
    "notices_read": "count(*) FILTER (WHERE read)",
    "notices_asked": "count(*) FILTER (WHERE level <> 'read')",
    "notices_acknowledged": "count(*) FILTER (WHERE level <> 'read' AND confirmed)",
}
_PEOPLE = {"parents_told": "count(DISTINCT person)"}
_COPY = "announcement, person, level, language, reached, read, confirmed"
_ONCE = f"(SELECT DISTINCT {_COPY} FROM copy) c"  # noqa: S608 - as above
_SENT = {"announcements_sent": "count(DISTINCT announcement)"}
_WRITTEN = {"messages_sent": "count(*)", "pupils_written": "count(DISTINCT student)"}
_BEGUN = {"threads_begun": "count(*)", "threads_answered": "count(*) FILTER (WHERE answered)"}
_UNCLEAR = {"unclear_said": "count(*)", "unclear_explained": "count(*) FILTER (WHERE explained)"}
_ARTICLES = {"news_reads": "count(DISTINCT id)", "news_readers": "count(DISTINCT person)"}
_OPENED = {
    "resource_reads": "count(DISTINCT id)",
    "resource_readers": "count(DISTINCT person)",
    "resources_saved": "count(DISTINCT id) FILTER (WHERE saved)",
}
_BY_WROTE, _BY_LANGUAGE, _BY_LEVEL = (17, "wrote"), (18, "language"), (19, "level")


def _standing(code, table):
    """Return the Other that counts what families of the school could read in the term."""
    return Other(
        frozenset({code}),
        f"""
    SELECT '{code}', 3, NULL::uuid, NULL::uuid, NULL::text, count(*)
    FROM {table} WHERE school_id = %(school)s AND state = 'published' AND since < {_MOMENT}
         AND (until IS NULL OR until >= %(begin)s)""",  # noqa: S608 - as above
        is_breakdown=False,
    )


PIECES = (
    ByParts("spoken", _SENT),
    by_column(*_BY_LEVEL, "spoken", _SENT),
    ByParts("copy", _COPIES, each=_COPY),
    ByParts("copy", _PEOPLE),
    *(by_column(*by, _ONCE, _COPIES | _PEOPLE) for by in (_BY_LEVEL, _BY_LANGUAGE)),
    ByParts("written", _WRITTEN),
    *(by_column(*by, "written", _WRITTEN) for by in (_BY_WROTE, _BY_LANGUAGE)),
    ByParts("begun", _BEGUN),
    *(by_column(*by, "begun", _BEGUN) for by in (_BY_WROTE, _BY_LANGUAGE)),
    ByParts("unclear", _UNCLEAR),
    by_column(*_BY_LANGUAGE, "unclear", _UNCLEAR),
    ByParts(
        "idea",
        {
            "ideas_raised": "count(*)",
            "ideas_answered": "count(*) FILTER (WHERE answered)",
            "ideas_overdue": "count(*) FILTER (WHERE overdue)",
            "days_to_idea": median("days"),
        },
    ),
    _standing("news_open", "messaging_news"),
    ByParts("article", _ARTICLES),
    by_column(*_BY_LANGUAGE, "article", _ARTICLES),
    _standing("resources_open", "messaging_resource"),
    ByParts("opened", _OPENED),
    by_column(*_BY_LANGUAGE, "opened", _OPENED),
)
