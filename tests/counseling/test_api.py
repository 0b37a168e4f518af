"""Plans through the API: the working plan, to those who work with the child, and nothing of a note."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from counseling.models import Plan, Point, Version
from homeschool.journal.models import Entry
from tests.api import Program

from .builders import MONDAY, make_goal, make_plan, measure

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("person", "finds"),
    [
        ("counselor", True), ("adviser", True), ("principal", True),
        ("other_teacher", False), ("other_counselor", False), ("school_admin", False),
        ("volunteer", False), ("district", False), ("mother", False), ("father", False),
        ("other_school_admin", False), ("adult", False),
    ],
)  # fmt: skip
def test_it_tells_plans_to_staff_of_the_child(cast, person, finds):
    plan = make_plan(cast, state="active", published_at="2026-09-08T08:00Z")
    program = Program(getattr(cast, person))
    assert [row["id"] for row in program.rows("plans/")] == [str(plan.pk)] * finds
    assert program.get(f"plans/{plan.pk}/").status_code == (200 if finds else 404)
    assert Entry.objects.filter(verb="plan.viewed").count() == finds


def test_it_tells_goals_with_what_stands(cast):
    plan = make_plan(cast, state="active")
    goal = plan.goals.get()
    wrong, right = measure(goal, 5500, 58)
    Point.objects.create(goal=goal, on=wrong.on, value=55, source="family", supersedes=wrong)
    told = Program(cast.counselor).read(f"plans/{plan.pk}/")
    (found,) = told["goals"]
    assert [(point["value"], point["source"]) for point in found["points"]] == [
        (55, "family"), (58, "staff"),
    ]  # fmt: skip
    assert found["points"][1]["id"] == str(right.pk)
    assert (found["baseline"], found["target"], found["is_followed"]) == (52, 90, True)
    goal.end(by=cast.counselor)
    assert Program(cast.counselor).read(f"plans/{plan.pk}/")["goals"][0]["is_followed"] is False


def test_it_tells_no_words_that_are_for_pages(cast):
    """Neither the reason of the plan, nor needs, nor what the family reads and says, nor a point's words."""
    plan = make_plan(cast, about="Canary-about")
    plan.needs.create(domain="learning", weight=3, words="Canary-need")
    measure(plan.goals.get(), 55)
    Point.objects.create(
        goal=plan.goals.get(), on=MONDAY, value=52, source="staff", words="Canary-point"
    )
    version = Version.objects.create(plan=plan, number=1, body={"x": "Canary-body"}, by=plan.owner)
    version.answers.create(
        person=cast.mother, by=cast.mother, agrees=False, words="Canary-answer"
    )  # fmt: skip
    plan.close(by=cast.counselor, outcome="reached", words="Canary-end")
    program = Program(cast.counselor)
    text = program.get("plans/").content + program.get(f"plans/{plan.pk}/").content
    assert b"Canary" not in text
    told = program.rows("plans/")[0]
    assert (told["state"], told["outcome"], told["next_review_on"]) == ("closed", "reached", None)


def test_it_narrows_and_pages(cast):
    due = make_plan(cast, state="active")
    draft = make_plan(cast, cast.sibling)
    done = make_plan(cast, cast.classmate, by=cast.principal, state="active")
    done.close(by=cast.principal, outcome="partly")
    program = Program(cast.principal)

    def found(**query):
        return {row["id"] for row in program.all_rows("plans/", page_size=1, **query)}

    every = {str(plan.pk) for plan in Plan.objects.all()}
    assert found() == every
    assert found(open="true") == {str(due.pk), str(draft.pk)}
    assert found(open="false") == found(state="closed") == {str(done.pk)}
    assert found(student=cast.sibling.pk) == {str(draft.pk)}
    assert found(school_class=cast.school_class.pk) == {str(due.pk), str(done.pk)}
    assert found(review_until="2026-10-05") == found(review_from="2026-10-05") == {str(due.pk)}
    assert found(review_until="2026-10-04") == found(review_from="2026-10-06") == set()
    assert found(school=cast.other_school.pk) == set()


def test_one_plan_asks_as_much_as_one_with_many_goals(cast):
    plan, counts = make_plan(cast), []
    program = Program(cast.counselor)
    for _turn in range(2):
        with CaptureQueriesContext(connection) as seen:
            program.read(f"plans/{plan.pk}/")
        counts.append(len(seen))
        for _n in range(10):
            measure(make_goal(plan), *range(50, 70))
    assert counts[0] == counts[1] <= 12
