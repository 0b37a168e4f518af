"""The pages of a plan for the family: whole, in plain words, and nothing that stays with staff."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from counseling.models import AtHome
from counseling.models.shares import monday_of
from counseling.reading.plan import plans_to_read
from counseling.reading.version import told_of
from tests import builders

from .builders import make_goal, measure
from .practising import stop_clock
from .versions import plan_to_read, publish, recently

pytestmark = pytest.mark.django_db
MOST_QUERIES = 12


def url(name, key):
    return reverse(f"counseling:{name}", args=[key])


@pytest.fixture
def plan(cast):
    cast.mother.language = "en"
    cast.mother.save()
    return plan_to_read(cast)


def test_the_page_says_what_was_published_and_what_is_measured_now(cast, as_, plan):
    recently(plan)
    version = publish(plan, cast.counselor, strengths="She draws.", agreed="Ten minutes a day.")
    plan.change(by=cast.counselor, edits=plan.edits, title="A later name")
    plan.tasks.create(what="A later step", side="teacher")
    type(plan.goals.get()).objects.update(statement="A later goal", target=99)
    goal = plan.goals.get()
    goal.measured(
        77, goal.baseline_on, by=cast.counselor, source="staff", words="Staff alone.",
        today=goal.target_on,
    )  # fmt: skip
    page = as_(cast.mother).get(url("family-plan", plan.pk)).content.decode()
    for words in (
        "She draws.", "Ten minutes a day.", "Reads 90 words", "We hope for 90 words", "77",
        "Read one page aloud", "15:30, 30 minutes, library", "Blue reader, 12-20",
        "Mei Chen: looks after the plan", "Do you agree with this plan?",
    ):  # fmt: skip
        assert words in page, words
    assert "later" not in page.replace("publish again later", "")
    assert "Only staff" not in page
    assert "Staff alone." not in page
    assert page.index("She draws.") < page.index("Reads 90 words")
    paper = as_(cast.mother).get(url("family-print", plan.pk)).content.decode()
    assert "Read one page aloud" in paper
    assert "Only staff" not in paper
    again = publish(plan, cast.counselor, news="A later step is there.")
    page = as_(cast.mother).get(url("family-plan", plan.pk)).content.decode()
    assert "A later step is there." in page
    old = as_(cast.mother).get(url("version-detail", version.pk)).content.decode()
    assert "It no longer applies." in old
    assert "Do you agree" not in old
    assert as_(cast.mother).get(url("version-detail", again.pk)).status_code == 200


def test_staff_sees_it_as_the_family_without_a_way_to_answer(cast, as_, plan):
    version = publish(plan, cast.counselor)
    client = as_(cast.counselor)
    page = client.get(url("family-plan", plan.pk)).content.decode()
    assert "This is what the family sees." in page
    assert "Do you agree" not in page
    assert client.post(url("family-answer", version.pk), {"agrees": "yes"}).status_code == 403
    assert client.post(url("home-did", version.pk)).status_code == 403


def test_another_home_reads_the_plan_and_whose_tie_ended_does_not(cast, as_, plan):
    father = builders.make_guardian(cast.child, "Second Home", relation="father")
    version = publish(plan, cast.counselor)
    for person in (cast.mother, father):
        assert as_(person).get(url("family-plan", plan.pk)).status_code == 200
    father.guardianship.end(by=cast.counselor)
    for name, key in (("family-plan", plan.pk), ("version-detail", version.pk)):
        assert as_(father).get(url(name, key)).status_code == 404
    assert as_(father).post(url("family-answer", version.pk), {"agrees": "no"}).status_code == 404
    assert as_(father).post(url("home-did", version.pk)).status_code == 404


def test_a_plan_that_ended_is_read_and_not_answered(cast, as_, plan):
    version = publish(plan, cast.counselor)
    plan.close(by=cast.counselor, outcome="not_reached", words="Only staff reads why.")
    page = as_(cast.mother).get(url("family-plan", plan.pk)).content.decode()
    assert "This plan ended on" in page
    assert "not reached" not in page
    assert "Only staff" not in page
    assert "Do you agree" not in page
    late = as_(cast.mother).post(url("family-answer", version.pk), {"agrees": "no"}, follow=True)
    assert "Your words were not kept." in late.content.decode()


def test_one_thing_at_home_is_ticked_by_the_week(cast, as_, plan):
    recently(plan)
    version = publish(plan, cast.counselor)
    client, home = as_(cast.mother), reverse("reports:progress", args=[cast.child.pk])
    page = client.get(home).content.decode()
    assert "One thing to do at home this week" in page
    assert page.count("Read one page aloud") == 1
    assert client.get(url("home-did", version.pk)).status_code == 405
    for said, words in (
        ("home-not-yet", "Not yet this week"),
        ("home-did", "You did it this week"),
    ):
        page = client.post(url(said, version.pk), follow=True).content.decode()
        assert words in page
    row = AtHome.objects.get()
    assert (row.said, row.person) == ("did", cast.mother)
    assert row.monday == monday_of(row.monday)
    newer = publish(plan, cast.counselor)
    assert "You did it this week" in client.get(home).content.decode()
    client.post(url("home-not-yet", newer.pk))
    assert AtHome.objects.get().said == "not_yet"
    client.post(url("home-did", newer.pk))
    staff = as_(cast.counselor).get(url("plan-detail", plan.pk)).content.decode()
    assert "We did it" in staff
    plan.tasks.all().delete()
    publish(plan, cast.counselor)
    page = client.post(url("home-did", version.pk), follow=True).content.decode()
    assert "Please look again." in page
    assert "One thing to do at home" not in page


def test_what_was_done_at_home_is_shown_by_the_school_s_weeks(cast, as_, plan, monkeypatch):
    version = publish(plan, cast.counselor)
    monday = dt.date(2026, 11, 23)
    for n, words in ((3, "The fourth"), (4, "The fifth")):
        AtHome.objects.create(
            version=version, person=cast.mother, said="did", words=words,
            monday=monday - dt.timedelta(weeks=n),
        )  # fmt: skip
    shown = []
    # on Monday in Shanghai, where it is Sunday by UTC, and at the end of the week before
    for moment in ("2026-11-22T16:30+00:00", "2026-11-22T15:30+00:00"):
        stop_clock(monkeypatch, dt.datetime.fromisoformat(moment))
        told = told_of(plans_to_read(cast.counselor).get())
        shown.append({row["words"] for row in told.ticks})
    assert shown == [{"The fourth"}, {"The fourth", "The fifth"}]


def count(client, *pages):
    with CaptureQueriesContext(connection) as seen:
        for page in pages:
            assert client.get(page).status_code == 200
    return len(seen)


def test_pages_ask_as_much_for_one_goal_as_for_ten(cast, as_, plan):
    recently(plan)
    publish(plan, cast.counselor)
    client = as_(cast.mother)
    pages = url("family-plan", plan.pk), reverse("reports:progress", args=[cast.child.pk])
    count(client, *pages)
    few = [count(client, page) for page in pages]
    for n in range(10):
        goal = make_goal(plan, statement=f"Goal {n}")
        measure(goal, *range(52, 72))
        plan.tasks.create(what=f"Step {n}", side="teacher")
    publish(plan, cast.counselor)
    assert [count(client, page) for page in pages] == few
    assert max(few) <= MOST_QUERIES
