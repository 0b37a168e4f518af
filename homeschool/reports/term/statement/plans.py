"""Counting plans: how they stand, what came of them, their reviews, what families say, and habits.

How the goals of a plan stand is judged by the rules (`term.goals`), not by this statement; which goals
these are, and of which nobody knows anything lately, is counted here.
"""

from counseling.models import Plan
from counseling.models.habit import KEPT
from counseling.rules import STALE_AFTER

from .piece import ByParts, Other

AT_WORK = ", ".join(f"'{state}'" for state in Plan.AT_WORK)

# How a plan stands today, while the term runs; and when its next review is due.
_NOW = {"state": "p.state", "due": "p.next_review_on", "was": ""}
# The same as the term ended, from the history of each plan, as far as it is known.
_THEN = {
    "state": """CASE WHEN p.closed_at < %(end)s THEN 'closed'
                 ELSE coalesce(was.state, CASE p.state WHEN 'closed' THEN 'active' ELSE p.state END) END""",
    "due": "coalesce(was.next_review_on, p.next_review_on)",
    "was": """LEFT JOIN LATERAL (
        SELECT e.state, e.next_review_on FROM counseling_planevent e
        WHERE e.pgh_obj_id = p.id AND e.pgh_created_at < %(end)s
        ORDER BY e.pgh_created_at DESC, e.pgh_id DESC LIMIT 1
    ) was ON true""",
}

# `plan`: those of the term, open on one of its days at least. `followed`: the goals of those at work,
# with the days since something was measured in this phase of the plan. `look`: the reviews that were
# due. `shown`: what families were shown last, and whether all who answered agree; null is no answer.
_TABLES = """
plan AS MATERIALIZED (
    SELECT p.id, s.class, s.division, p.made_at >= %(begin)s AS opened, <state> AS state, p.outcome,
           <due> AS due_on, 7 * p.review_weeks AS review_days
    FROM counseling_plan p JOIN seen s ON s.id = p.student_id
    <was>
    WHERE p.school_id = %(school)s AND p.made_at < %(end)s
      AND (p.closed_at IS NULL OR p.closed_at >= %(begin)s)
), followed AS MATERIALIZED (
    SELECT g.id AS goal, p.id AS plan, p.class, p.division, p.review_days,
           %(day)s - coalesce((
               SELECT max(m."on") FROM counseling_point m
               WHERE m.goal_id = g.id AND m."on" <= %(day)s
                 AND m."on" >= coalesce(f.began, '-infinity'::date)
                 AND NOT EXISTS (SELECT FROM counseling_point c WHERE c.supersedes_id = m.id)
           ), f.began, g.baseline_on) AS silent
    FROM plan p JOIN counseling_goal g ON g.plan_id = p.id
    LEFT JOIN LATERAL (
        SELECT max(f."on") AS began FROM counseling_phase f WHERE f.plan_id = p.id AND f."on" <= %(day)s
    ) f ON true
    WHERE p.state IN (<at_work>) AND g.baseline_on <= %(day)s
      AND (g.ended_at IS NULL OR g.ended_at >= %(end)s)
), version AS MATERIALIZED (
    SELECT DISTINCT ON (v.plan_id) v.id, v.plan_id AS plan, p.class, p.division
    FROM plan p JOIN counseling_version v ON v.plan_id = p.id
    WHERE v.published_at < %(end)s
    ORDER BY v.plan_id, v.number DESC
), shown AS MATERIALIZED (
    SELECT v.plan, v.class, v.division, bool_and(a.agrees) AS agreed,
           bool_or(a.proposals <> '') AS wishes
    FROM version v LEFT JOIN counseling_answer a ON a.version_id = v.id AND a.at < %(end)s
         AND NOT EXISTS (SELECT FROM counseling_answer n WHERE n.supersedes_id = a.id AND n.at < %(end)s)
    GROUP BY v.plan, v.class, v.division
), look AS MATERIALIZED (
    SELECT p.class, p.division, r.held_on <= r.due_on AS in_time
    FROM plan p JOIN counseling_review r ON r.plan_id = p.id
    WHERE r.due_on >= %(first_day)s AND r.due_on < %(last_day)s AND r.held_on <= %(day)s
    UNION ALL
    SELECT p.class, p.division, NULL
    FROM plan p
    WHERE p.state IN (<at_work>) AND p.due_on >= %(first_day)s AND p.due_on < %(day)s
), habit_week AS MATERIALIZED (
    SELECT h.id AS habit, s.class, s.division, m.value >= <kept> AS kept
    FROM counseling_habitweek w
    JOIN counseling_habit h ON h.id = w.habit_id
    JOIN counseling_goal g ON g.id = h.goal_id
    JOIN counseling_plan p ON p.id = g.plan_id
    JOIN seen s ON s.id = p.student_id
    JOIN counseling_point m ON m.id = w.point_id
    WHERE p.school_id = %(school)s
      AND w.monday + 6 >= %(first_day)s AND w.monday + 6 < %(last_day)s
)""".replace("<at_work>", AT_WORK).replace("<kept>", str(int(KEPT * 100)))


def tables(*, past):
    """Return the tables of plans; `past` asks how they stood as the term ended."""
    text = _TABLES
    for name, sql in (_THEN if past else _NOW).items():
        text = text.replace(f"<{name}>", sql)
    return text


PIECES = (
    ByParts(
        "plan",
        {
            "plans_in_term": "count(*)",
            "plans_opened": "count(*) FILTER (WHERE opened)",
            "plans_closed": "count(*) FILTER (WHERE state = 'closed')",
        },
    ),
    Other(
        frozenset({"plans_in_term"}),
        """
    SELECT 'plans_in_term', 13, NULL::uuid, NULL::uuid, state, count(*) FROM plan GROUP BY state""",
    ),
    Other(
        frozenset({"plans_closed"}),
        """
    SELECT 'plans_closed', 14, NULL::uuid, NULL::uuid, outcome, count(*)
    FROM plan WHERE state = 'closed' GROUP BY outcome""",
    ),
    ByParts(
        "look",
        {
            "reviews_due": "count(*)",
            "reviews_on_time": "count(*) FILTER (WHERE in_time)",
            "reviews_late": "count(*) FILTER (WHERE NOT in_time)",
            "reviews_open": "count(*) FILTER (WHERE in_time IS NULL)",
        },
    ),
    ByParts(
        "shown",
        {
            "plans_shown": "count(*)",
            "plans_answered": "count(agreed)",
            "plans_agreed": "count(*) FILTER (WHERE agreed)",
            "plans_not_agreed": "count(*) FILTER (WHERE NOT agreed)",
            "plans_unanswered": "count(*) FILTER (WHERE agreed IS NULL)",
            "plans_with_wishes": "count(*) FILTER (WHERE wishes)",
        },
    ),
    ByParts(
        "habit_week",
        {
            "habits_practised": "count(DISTINCT habit)",
            "habit_weeks": "count(*)",
            "habit_weeks_kept": "count(*) FILTER (WHERE kept)",
        },
    ),
)

# What the school still owes: the staff version names it before any figure.
MISSING = (
    ByParts(
        "followed",
        {"goals_unmeasured": f"count(*) FILTER (WHERE silent > {STALE_AFTER} * review_days)"},
    ),
    ByParts(
        f"""(
            SELECT p.class, p.division,
                   NOT EXISTS (SELECT FROM followed f WHERE f.plan = p.id) AS no_goal,
                   NOT EXISTS (SELECT FROM version v WHERE v.plan = p.id) AS not_shown
            FROM plan p WHERE p.state IN ({AT_WORK})
        ) work""",  # noqa: S608
        {
            "plans_without_goal": "count(*) FILTER (WHERE no_goal)",
            "plans_not_shown": "count(*) FILTER (WHERE not_shown)",
        },
    ),
)
