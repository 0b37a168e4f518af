"""Counting a campaign: one statement over the children of one sight, kept until something changes.

`visible_to` gives the children, as everywhere; the statement counts over them and nothing else.
What was counted stands in `CampaignCount`; triggers note a change in the transaction that makes it,
and who asks next counts anew. The rows behind each number are found on another road
(`coverage_rows`), and a test compares the two.
"""

import hashlib
import json
import zoneinfo

from django.core.exceptions import EmptyResultSet
from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.utils import timezone

from homeschool.people import sight
from homeschool.people.models import Student
from visits.models import (
    CampaignChange,
    CampaignChild,
    CampaignCount,
    CampaignFigure,
    TargetRule,
    Visit,
    VisitChild,
)
from visits.models.offering import Offer

DIVISION, CLASS, AREA = "division", "class", "area"
MODE, ASPECT, REGION = "mode", "aspect", "region"
# By these every child is counted, by the others what took place.
OF_CHILDREN = (DIVISION, CLASS, AREA)
OF_VISITS = (MODE, ASPECT, REGION)
WHOLE_SCHOOL = "school"
MOST_NEXT = 200
STATUS = Visit.Status
# A visit that was planned or offered was asked for; one that was called off again was not.
NOT_ASKED = (STATUS.PROPOSED, STATUS.CANCELLED)
AGREED = (STATUS.ACCEPTED, STATUS.UNDER_WAY, STATUS.HELD)
# What a family answered stays true when the visit goes on from there.
YES = (Offer.Answer.THIS_TIME, *Offer.PLACES)
AHEAD = (STATUS.ACCEPTED, STATUS.SCHEDULED, STATUS.UNDER_WAY)
WAITING = (STATUS.OFFERED, STATUS.OTHER_TIME)


# --- over whom is counted --------------------------------------------------------------------------
def in_sight(user, campaign):
    """Return the children of the campaign's school over whom `user` has figures."""
    seen = Student.objects.visible_to(user, roles=sight.STAFF_ROLES)
    return seen.filter(school=campaign.school_id)


def scope_of(user, campaign):
    """Return the sign of `in_sight`: the school, or the targets by which `user` sees children."""
    rows = [row for row in sight.reach_of(user) if row["role"] in sight.STAFF_ROLES]
    if any(row["school_id"] == campaign.school_id for row in rows):
        return WHOLE_SCHOOL
    targets = sorted({f"{t}:{row[t]}" for row in rows for t in sight.TARGETS if row[t]})
    return hashlib.sha256(" ".join(targets).encode()).hexdigest()


def meant(campaign):
    """Return the condition on a child that the campaign means it: on roll, and by the rule of its
    division everybody, a share, or named."""
    named = CampaignChild.objects.filter(campaign=campaign, student=OuterRef(OuterRef("pk")))
    rules = TargetRule.objects.filter(
        ~Q(kind=TargetRule.Kind.NAMED) | Exists(named),
        campaign=campaign,
        division=OuterRef("division"),
    )
    return Q(Exists(rules), status=Student.Status.ACTIVE)


def lines_of(campaign, **visits):
    """Return the lines of the campaign's visits about the child at `pk`."""
    found = {f"visit__{name}": value for name, value in visits.items()}
    return VisitChild.objects.filter(visit__campaign=campaign, student=OuterRef("pk"), **found)


def longest_unseen(campaign, students):
    """Return those of `students` who are meant and not met yet, each with `last_met`: who was never
    visited first, then who was not for longest, whatever the visit was for."""
    last = VisitChild.objects.filter(student=OuterRef("pk"), visit__status=STATUS.HELD)
    last = last.order_by("-visit__happened_at").values("visit__happened_at")[:1]
    waiting = students.filter(
        meant(campaign), ~Exists(lines_of(campaign, status=STATUS.HELD))
    ).annotate(last_met=Subquery(last))
    return waiting.order_by(F("last_met").asc(nulls_first=True), "sort_key", "pk")


# --- what is kept ------------------------------------------------------------------------------------
def counted(campaign, user):
    """Return the CampaignCount over the children whom `user` sees, counted anew where something
    has changed since (two queries where nothing has)."""
    scope = scope_of(user, campaign)
    if not CampaignChange.objects.filter(school=campaign.school_id).exists():
        kept = _kept(campaign, scope)
        if kept:
            return kept
    with transaction.atomic():
        _one_at_a_time(campaign.school_id)
        gone, _kinds = CampaignChange.objects.filter(school=campaign.school_id).delete()
        if gone:
            CampaignCount.objects.filter(campaign__school=campaign.school_id).delete()
        return _kept(campaign, scope) or _keep(campaign, scope, in_sight(user, campaign))


def _kept(campaign, scope):
    return CampaignCount.objects.filter(campaign=campaign, scope=scope).first()


def _one_at_a_time(school):
    """Let nobody else count for this school until the transaction ends: what was counted before a
    change must not be kept after it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 11))", [str(school)])


def _keep(campaign, scope, students):
    zone = zoneinfo.ZoneInfo(campaign.school.time_zone)
    longest = longest_unseen(campaign, students).values_list("pk", "last_met")[:MOST_NEXT]
    kept = CampaignCount.objects.create(
        campaign=campaign,
        scope=scope,
        counted_at=timezone.now(),
        longest=[
            [str(pk), at and timezone.localtime(at, zone).date().isoformat()] for pk, at in longest
        ],
    )
    figures = [
        CampaignFigure(count=kept, kind=kind, key=key, place=place, numbers=numbers)
        for kind, parts in in_order(count(campaign, students)).items()
        for place, (key, numbers) in enumerate(parts)
    ]
    CampaignFigure.objects.bulk_create(figures, 1000)
    return kept


def recount():
    """Count every board of a whole school that nothing has changed since; return how many there
    are, and the CampaignCounts that were not true (they are dropped)."""
    changed = CampaignChange.objects.filter(school=OuterRef("campaign__school"))
    kept = CampaignCount.objects.filter(~Exists(changed), scope=WHOLE_SCHOOL)
    checked, wrong = 0, []
    for count_ in kept.select_related("campaign__school").order_by("counted_at"):
        with transaction.atomic():
            campaign = count_.campaign
            _one_at_a_time(campaign.school_id)
            now = count(campaign, Student.objects.filter(school=campaign.school_id))
            stands = {(f.kind, f.key): f.numbers for f in count_.figures.all()}
            checked += 1
            if stands != now:
                wrong.append(count_)
                CampaignCount.objects.filter(pk=count_.pk).delete()
    return checked, wrong


def in_order(found):
    """Return {kind: [(key, numbers)]}: of whom the smallest share was met first, so that nobody is
    forgotten; where no child is counted but what took place, the most first."""
    kinds: dict = {}
    for (kind, key), numbers in found.items():
        kinds.setdefault(kind, []).append((key, numbers))
    for kind, parts in kinds.items():
        parts.sort(key=_least_met if kind in OF_CHILDREN else _most)
    return kinds


def _least_met(part):
    key, numbers = part
    targets = numbers.get("targets", 0)
    return (not targets, numbers["met"] / targets if targets else 0, -targets, key)


def _most(part):
    key, numbers = part
    return (-numbers.get("visits_held", 0), key)


# --- the statement -------------------------------------------------------------------------------------
def count(campaign, students):
    """Return {(kind, key): {measure: number}} of `campaign` over `students`: one query.

    `kind` is "" for all together; what nobody counted has no entry, except for all together.
    """
    found: dict = {("", ""): dict.fromkeys(("targets", "met", "goal", "reached"), 0)}
    try:
        seen, values = _compiled(students)
    except EmptyResultSet:
        return found
    values |= {
        "campaign": campaign.pk,
        "modes_in_person": list(map(str, Visit.IN_PERSON)),
        "not_asked": list(map(str, NOT_ASKED)),
        "yes": list(map(str, YES)),
        "agreed": list(map(str, AGREED)),
        "ahead": list(map(str, AHEAD)),
        "waiting": list(map(str, WAITING)),
    }
    with connection.cursor() as cursor:
        cursor.execute(STATEMENT.replace("<seen>", seen), values)
        for kind, key, numbers in cursor.fetchall():
            read = json.loads(numbers) if isinstance(numbers, str) else numbers
            found.setdefault((kind, key or ""), {}).update(read)
    goals = [
        numbers["goal"] for (kind, _key), numbers in found.items() if "goal" in numbers and kind
    ]
    found["", ""]["goal"] = sum(goals)
    return found


def _compiled(students):
    """Return the SQL of the children with named parameters, and their values."""
    rows = students.order_by().values("id", "school_class_id", "division_id", "status")
    sql, values = rows.query.sql_with_params()
    names = tuple(f"%(seen_{n})s" for n in range(len(values)))
    return sql % names, {f"seen_{n}": value for n, value in enumerate(values)}


# Part by part: who is seen; whom the campaign means; its visits and what became of them; their lines
# about the children; each child that is meant or was visited, with its home, its area and how it stands.
# What follows counts.
STATEMENT = """
WITH seen AS MATERIALIZED (
    SELECT id, school_class_id AS class, division_id AS division, status = 'active' AS on_roll
    FROM (<seen>) AS students
), meant AS MATERIALIZED (
    SELECT s.id, r.percent FROM seen s
    JOIN visits_targetrule r ON r.division_id = s.division AND r.campaign_id = %(campaign)s
    LEFT JOIN visits_campaignchild c ON c.campaign_id = r.campaign_id AND c.student_id = s.id
    WHERE s.on_roll AND (r.kind <> 'named' OR c.id IS NOT NULL)
), offer AS MATERIALIZED (
    SELECT o.visit_id AS visit, bool_or(o.answer = ANY(%(yes)s)) AS yes, bool_or(o.answer = 'no') AS no,
           bool_or(o.answer = 'other_time') AS other_time
    FROM visits_offer o JOIN visits_visit v ON v.id = o.visit_id
    WHERE v.campaign_id = %(campaign)s GROUP BY o.visit_id
), visit AS MATERIALIZED (
    SELECT v.id, v.mode, v.household_id, v.mode = ANY(%(modes_in_person)s) AS in_person,
           CASE WHEN v.mode = ANY(%(modes_in_person)s) THEN v.region_id END AS region,
           v.status = 'held' AS held, v.status <> ALL(%(not_asked)s) OR o.visit IS NOT NULL AS asked,
           v.status = ANY(%(agreed)s) OR coalesce(o.yes, false) AS accepted,
           v.status = 'declined' OR coalesce(o.no, false) AS declined,
           v.status = 'other_time' OR coalesce(o.other_time, false) AS other_time,
           v.status = 'nobody_home' AS tried,
           v.status = ANY(%(ahead)s) AS ahead, v.status = ANY(%(waiting)s) AS waiting
    FROM visits_visit v LEFT JOIN offer o ON o.visit = v.id WHERE v.campaign_id = %(campaign)s
), line AS MATERIALIZED (
    SELECT v.*, l.student_id AS student
    FROM visit v JOIN visits_visitchild l ON l.visit_id = v.id JOIN seen s ON s.id = l.student_id
), fact AS (
    SELECT student, bool_or(asked) AS asked, bool_or(accepted) AS accepted,
           bool_or(declined) AS declined, bool_or(other_time) AS other_time, bool_or(tried) AS tried,
           bool_or(ahead) AS ahead, bool_or(waiting) AS waiting, bool_or(held) AS reached,
           bool_or(held AND in_person) AS in_person
    FROM line GROUP BY student
), told AS MATERIALIZED (
    SELECT s.id, s.class, s.division, m.id IS NOT NULL AS meant, m.percent,
           coalesce(f.asked, false) AS asked, coalesce(f.accepted, false) AS accepted,
           coalesce(f.declined, false) AS declined, coalesce(f.other_time, false) AS other_time,
           coalesce(f.tried, false) AS tried, coalesce(f.reached, false) AS reached,
           coalesce(f.in_person, false) AS in_person,
           CASE WHEN f.reached THEN 'met' WHEN f.ahead THEN 'ahead' WHEN f.waiting THEN 'waiting'
                WHEN f.declined THEN 'declined' WHEN f.tried THEN 'tried' ELSE 'not yet' END AS stands
    FROM seen s LEFT JOIN meant m ON m.id = s.id LEFT JOIN fact f ON f.student = s.id
    WHERE m.id IS NOT NULL OR f.student IS NOT NULL
), home AS MATERIALIZED (
    SELECT DISTINCT ON (hs.student_id) hs.student_id AS student, h.id, h.region_id AS area
    FROM people_household_students hs JOIN people_household h ON h.id = hs.household_id
    WHERE hs.student_id IN (SELECT id FROM told)
    ORDER BY hs.student_id, h.id
), child AS MATERIALIZED (
    SELECT t.*, home.area, coalesce(home.id::text, tie.guardian_id::text, t.id::text) AS family
    FROM told t
    LEFT JOIN home ON home.student = t.id
    LEFT JOIN LATERAL (
        SELECT g.guardian_id FROM people_guardianship g
        WHERE home.id IS NULL AND g.student_id = t.id AND g.until IS NULL
        ORDER BY g.primary DESC, g.since, g.id LIMIT 1
    ) tie ON true
), held AS MATERIALIZED (
    SELECT l.id AS visit, l.mode, l.in_person, l.region, l.student, c.class, c.division, c.area,
           CASE WHEN l.mode = 'home' THEN coalesce(l.household_id::text, c.family) END AS home
    FROM line l JOIN child c ON c.id = l.student WHERE l.held
)
SELECT CASE grouping(division, class, area)
           WHEN 7 THEN '' WHEN 3 THEN 'division' WHEN 5 THEN 'class' ELSE 'area' END,
       coalesce(division, class, area)::text,
       json_build_object(
           'targets', count(*) FILTER (WHERE meant),
           'asked', count(*) FILTER (WHERE asked),
           'accepted', count(*) FILTER (WHERE accepted),
           'declined', count(*) FILTER (WHERE declined),
           'other_time', count(*) FILTER (WHERE other_time),
           'tried', count(*) FILTER (WHERE tried),
           'in_person', count(*) FILTER (WHERE in_person),
           'online', count(*) FILTER (WHERE reached AND NOT in_person),
           'reached', count(*) FILTER (WHERE reached),
           'besides', count(*) FILTER (WHERE reached AND NOT meant),
           'not_asked', count(*) FILTER (WHERE meant AND NOT asked),
           'met', count(*) FILTER (WHERE meant AND stands = 'met'),
           'ahead', count(*) FILTER (WHERE meant AND stands = 'ahead'),
           'waiting', count(*) FILTER (WHERE meant AND stands = 'waiting'),
           'declined_now', count(*) FILTER (WHERE meant AND stands = 'declined'),
           'tried_now', count(*) FILTER (WHERE meant AND stands = 'tried'),
           'families', count(DISTINCT family) FILTER (WHERE meant),
           'families_met', count(DISTINCT family) FILTER (WHERE meant AND reached))
FROM child GROUP BY GROUPING SETS ((), (division), (class), (area))

UNION ALL
SELECT 'division', division::text, json_build_object('goal',
    CASE WHEN percent IS NULL THEN count(*) ELSE ceil(count(*) * percent / 100.0) END)
FROM child WHERE meant GROUP BY division, percent

UNION ALL
SELECT CASE grouping(division, class, area)
           WHEN 7 THEN '' WHEN 3 THEN 'division' WHEN 5 THEN 'class' ELSE 'area' END,
       coalesce(division, class, area)::text,
       json_build_object('visits_held', count(DISTINCT visit), 'households_visited', count(DISTINCT home))
FROM held GROUP BY GROUPING SETS ((), (division), (class), (area))

UNION ALL
SELECT 'mode', mode, json_build_object(
    'reached', count(DISTINCT student), 'visits_held', count(DISTINCT visit))
FROM held GROUP BY mode

UNION ALL
SELECT 'aspect', va.aspect_id::text, json_build_object(
    'reached', count(DISTINCT student), 'visits_held', count(DISTINCT visit),
    'in_person', count(DISTINCT student) FILTER (WHERE in_person))
FROM held JOIN visits_visit_aspects va ON va.visit_id = held.visit GROUP BY va.aspect_id

UNION ALL
SELECT 'region', region::text, json_build_object(
    'in_person', count(DISTINCT student), 'visits_held', count(DISTINCT visit),
    'households_visited', count(DISTINCT home))
FROM held WHERE in_person GROUP BY region
"""
