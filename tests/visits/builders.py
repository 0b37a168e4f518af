"""Rows and requests about visits, for tests."""

import datetime as dt

from django.urls import reverse
from django.utils import timezone

from tests import builders
from visits import recording
from visits.models import Draft, Visit, VisitChild


def make_draft(by, *children, **answers):
    """Begin the record of a visit to these children; `answers` are typed already."""
    draft = Draft.objects.begin(
        by=by, children=list(children), answers={"children": [str(c.pk) for c in children]}
    )
    if answers:
        draft.data |= answers
        draft.save(update_fields=["data"])
    return Draft.objects.with_circle().get(pk=draft.pk)


def whole_answers(cast, *children, **more):
    """Return the answers of a draft that can be finished: a visit of yesterday at home."""
    children = children or (cast.child,)
    answers = {
        "children": [str(child.pk) for child in children],
        "mode": "home",
        "day": f"{builders.today() - dt.timedelta(days=1):%Y-%m-%d}",
        "start": "16:30",
        "end": "17:15",
        "present": [str(cast.mother.pk)],
        "colleagues": [str(cast.adviser.pk)],
        "language_spoken": "中文",
        "aspects": ["academic_support"],
        "written_in": "en",
        "hopes": "That she reads alone.",
        "situation": "The mother works evenings.",
        "explained": "The reading group.",
        "promise_0_side": "school",
        "promise_0_what": "Hand over the bus pass",
        "promise_0_owner": str(cast.adviser.pk),
        "promise_0_due": f"{builders.today() + dt.timedelta(days=7):%Y-%m-%d}",
        "promise_0_child": str(children[0].pk),
        "shared_summary": "Thank you for the tea.",
        "staff_note": "She was proud.",
    }
    for child in children:
        answers |= {
            f"going_well_{child.pk}": f"{child.called} tells stories.",
            f"needs_{child.pk}": ["reading", "travel"],
            f"needs_words_{child.pk}": "Ella lee mejor por la tarde.",
        }
    return answers | more


def make_whole_draft(cast, *children, by=None, **more):
    """Begin a draft that can be finished."""
    children = children or (cast.child,)
    by = by or cast.counselor
    return make_draft(by, *children, **whole_answers(cast, *children, **more))


def hold_visit(cast, *children, by=None, share=True, **more):
    """Write a visit down and finish it."""
    draft = make_whole_draft(cast, *children, by=by, **more)
    return recording.finish(draft, by=by or cast.counselor, share=share)


def plan_visit(cast, *children, by=None, at=None, **columns):
    """Plan a visit to these children."""
    children = children or (cast.child,)
    visit = Visit.objects.create(
        school=children[0].school,
        planned_at=at or timezone.now(),
        household=cast.household,
        **columns,
    )
    VisitChild.objects.bulk_create([VisitChild(visit=visit, student=c) for c in children])
    visit.team.create(user=by or cast.counselor)
    return visit


def post_step(client, draft, step, answers=None, **more):
    """Send a step as the page would: what stands in the draft, with these answers changed."""
    return client.post(
        reverse("visits:draft-step", args=[draft.pk, step]), page_of(draft, answers, **more)
    )


def page_of(draft, answers=None, *, version=None, **more):
    """Return what a page with these answers sends, having seen `version` (the newest)."""
    if answers is None:
        answers = draft.data
    sent = {name: answer for name, answer in answers.items() if not name.startswith("_")}
    return sent | {"version": draft.version if version is None else version} | more
