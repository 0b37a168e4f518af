"""Visits for tests of pages: each function makes one with the least that it needs."""

import datetime as dt

from django.utils import timezone

from visits.models import Participant, Promise, Visit, VisitChild

DAY = dt.timedelta(days=1)


def hold(cast, *children, days=1, home=True, share=True, promises=(), present=(), **columns):
    """Hold a visit some `days` ago to these children (the child of the cast) and share it.

    `promises` are dicts, `present` people; `going_well`, `needs` and `needs_words` are of each
    child. The counselor and the class teacher came.
    """
    children = children or (cast.child,)
    of_child = {k: columns.pop(k) for k in ("going_well", "needs", "needs_words") if k in columns}
    at = timezone.now() - days * DAY
    columns = {"shared_summary": "Thank you for the tea.", "written_in": "en"} | columns
    visit = Visit(
        school=children[0].school, household=cast.household if home else None,
        happened_at=at, ended_at=at + dt.timedelta(minutes=45), **columns,
    )  # fmt: skip
    return visit.hold(
        by=cast.counselor,
        lines=[VisitChild(student=child, **of_child) for child in children],
        visitors=[cast.counselor, cast.adviser],
        participants=[
            Participant(guardian=p, name=p.full_name, relation="mother") for p in present
        ],
        promises=[Promise(student=children[0], **promise) for promise in promises],
        share=share,
    )


def plan(cast, *children, at=None, home=True, team=None, **columns):
    """Plan a visit to these children, tomorrow unless `at` says when, by the counselor."""
    children = children or (cast.child,)
    columns = {"status": Visit.Status.SCHEDULED} | columns
    visit = Visit.objects.create(
        school=children[0].school, household=cast.household if home else None,
        planned_at=at or timezone.now() + DAY, **columns,
    )  # fmt: skip
    for child in children:
        visit.lines.create(student=child)
    for user in [cast.counselor] if team is None else team:
        visit.team.create(user=user)
    return visit


def owed(cast, what="Lend two books", days=-1, **more):
    """Return a promise of the counselor, due so many `days` from today."""
    due = timezone.localdate(timezone=cast.child.school_zone) + days * DAY
    return {"side": "school", "owner": cast.counselor, "what": what, "due": due} | more


def at_home(what="Read together", **more):
    """Return a promise of the family."""
    return {"side": "family", "what": what} | more
