"""The pages of plans for staff: the list, one plan, a new one, its parts, paper, and its way."""

import datetime as dt
import threading

import pytest
from django.contrib.messages import get_messages
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from counseling.models import Goal, Plan, Point, Stale, Template, Version
from homeschool import pdf
from homeschool.journal.models import Entry
from tests import builders
from tests.visits.builders import hold_visit
from tests.visits.test_card import pages_of
from visits.models.record import Confidence

from .builders import MONDAY, change, count, make_goal, make_plan, measure
from .practising import make_habit

pytestmark = pytest.mark.django_db
State = Plan.State
LIST = "/plans/"


def url(name, *args):
    return reverse(f"counseling:{name}", args=args)


@pytest.fixture
def plan(cast):
    """A plan at work, behind its aim line, with little of the help attended."""
    made = make_plan(cast, state=State.ACTIVE, about="Reads with a finger.")
    measure(made.goals.get(), 54, 55, 55, 57, 60, 63, 66, 69, 71, 74, 77)
    change(made, 5)
    for week in range(5, 12):
        count(made, week, 3, 3, 2)
    return made


# --- one plan ----------------------------------------------------------------------------------------


def test_it_says_first_what_the_chart_shows(cast, as_, plan, monkeypatch):
    now = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
    monkeypatch.setattr(timezone, "now", lambda: now)
    page = as_(cast.counselor).get(url("plan-detail", plan.pk))
    text = page.text
    sentence = "From 52 on 7 September to 90 by 21 December. On 23 November it was 77."
    assert text.index(sentence) < text.index('<svg class="chart') < text.index("See the numbers")
    assert (
        text.count('<svg class="chart chart-lg"') == text.count('<svg class="chart chart-sm"') == 1
    )
    assert "Suggestion: check the delivery first" in text
    assert "66 % of the planned help was attended" in text
    assert page.context["review"]["decision"].value() == "mend"
    assert "14 of 21" in text
    view = page.context["page"].goals[0]
    assert view.wide.chart.trend is None  # seven results since the change
    assert [row["value"] for row in view.rows[:2]] == ["77", "74"]
    assert view.rows[0]["aim"] == "79.9"


def test_it_writes_the_reading_down(cast, as_, plan):
    as_(cast.counselor).get(url("plan-detail", plan.pk))
    entry = Entry.objects.get(verb="plan.viewed")
    assert (entry.kind, entry.student, entry.actor) == ("viewed", cast.child, cast.counselor)


def test_it_takes_twelve_queries_with_twenty_goals_and_two_thousand_results(cast, as_, plan):
    goals = [make_goal(plan, measure=f"measure {n}", baseline_on=MONDAY) for n in range(19)]
    Point.objects.bulk_create(
        Point(goal=goal, on=MONDAY + dt.timedelta(days=day), value=50 + day % 30, source="staff")
        for goal in goals
        for day in range(105)
    )
    client = as_(cast.counselor)
    client.get(url("week-count", plan.pk))  # the first page of a session writes it
    with CaptureQueriesContext(connection) as found:
        page = client.get(url("plan-detail", plan.pk))
    assert len(page.context["page"].goals) == 20
    assert len(found) <= 12, "\n".join(query["sql"][-250:] for query in found)
    assert len(page.content) < 500_000


def test_on_paper_and_as_a_pdf_it_is_one_page(cast, as_, plan):
    for n in range(3):
        measure(make_goal(plan, measure=f"measure {n}"), 53, 55, 58)
    for n in range(5):
        plan.tasks.create(what=f"Read page {n}", side="student")
    client = as_(cast.counselor)
    paper = client.get(url("plan-print", plan.pk))
    assert paper.text.count('<svg class="chart chart-sm"') == 4
    if pdf.missing():
        pytest.skip("no PDF on this machine")
    answer = client.get(url("plan-pdf", plan.pk))
    assert pages_of(answer.content) == 1


def test_it_draws_every_page_of_its_own(cast, as_, plan):
    client, goal = as_(cast.counselor), plan.goals.get()
    parts = ("needs", "team", "steps", "times", "materials")
    for path in (
        url("plan-edit", plan.pk), *(url("plan-part", plan.pk, part) for part in parts),
        url("plan-close", plan.pk), url("plan-keep", plan.pk), url("goal-edit", goal.pk),
        url("week-count", plan.pk), url("plan-new"),
    ):  # fmt: skip
        assert client.get(path).status_code == 200, path
    assert client.get(url("plan-part", plan.pk, "moods")).status_code == 404
    assert client.get(url("plan-new") + "?child=x").status_code == 404


# --- the list ----------------------------------------------------------------------------------------


def test_the_list_is_narrowed_by_every_filter(cast, as_, plan):
    today = timezone.localdate()
    later = {"next_review_on": today + dt.timedelta(days=30)}
    sibling = make_plan(cast, cast.sibling, state=State.ACTIVE, title="Sleep", **later)
    draft = make_plan(cast, by=cast.principal, title="Draft")
    closed = make_plan(cast, title="Closed")
    closed.close(by=cast.counselor, outcome="reached")
    client = as_(cast.counselor)

    def found(**query):
        page = client.get(LIST, query)
        return [row.plan for row in page.context["page"].object_list]

    assert found() == [plan, sibling]
    assert found(whose="all") == [plan, sibling, draft]
    assert found(state="closed") == [closed]
    assert found(state="all", whose="all")[-1] == closed
    assert found(due="on") == [plan]
    assert found(q="小晴") == [sibling]
    assert found(child=str(cast.sibling.pk)) == [sibling]
    assert found(school_class=str(cast.other_class.pk)) == [sibling]
    for odd in ({"child": "x"}, {"state": "gone"}, {"q": "\0"}, {"school_class": "1"}):
        assert found(**odd) == []


# --- a new one ---------------------------------------------------------------------------------------


def begin(client, child, **data):
    days = {"begins": "2026-11-23", "ends": "2027-02-19", "submission": builders.new_key()}
    return client.post(url("plan-new") + f"?child={child.pk}", days | data)


def test_it_begins_from_an_empty_sheet_or_a_template(cast, as_):
    client = as_(cast.counselor)
    assert "called" in begin(client, cast.child, source="blank").context["form"].errors["title"][0]
    begin(client, cast.child, source="blank", title="Chess")
    begin(client, cast.child, source="sleep")
    blank, sleep = Plan.objects.order_by("made_at")
    assert (blank.title, blank.owner, blank.state) == ("Chess", cast.counselor, State.DRAFT)
    assert (sleep.title, sleep.template) == ("Sleep", "sleep")
    assert sleep.tasks.filter(at_home=True).count() == 1
    assert sleep.needs.get().domain == "health"
    assert not sleep.goals.exists()
    wrong = begin(client, cast.child, source="blank", title="X", ends="2026-11-23")
    assert "must come after" in wrong.context["form"].errors["ends"][0]
    assert begin(client, cast.child, source="own:x").status_code == 422


def test_it_begins_from_a_need_in_one_action_with_the_link_back(cast, as_):
    visit = hold_visit(cast, cast.child)
    need = visit.needs_noted.first()
    client = as_(cast.counselor)
    assert url("plan-from-need", need.pk) in client.get(need.get_absolute_url()).text
    first = client.post(url("plan-from-need", need.pk))
    again = client.post(url("plan-from-need", need.pk))
    plan = Plan.objects.get()
    assert first["Location"] == again["Location"] == plan.get_absolute_url()
    assert (plan.need, plan.needs.get().need) == (need, need)
    assert need.get_absolute_url() in client.get(plan.get_absolute_url()).text


def test_what_the_family_kept_out_does_not_come_along(cast, as_):
    visit = hold_visit(cast, cast.child, keep_needs="on", colleagues=[str(cast.principal.pk)])
    need = visit.needs_noted.first()
    as_(cast.counselor).post(url("plan-from-need", need.pk))
    plan = Plan.objects.get()
    assert need.kept_out
    assert (plan.title, plan.need) == ("Plan", need)
    assert not plan.needs.exists()
    assert need.get_absolute_url() not in as_(cast.adviser).get(plan.get_absolute_url()).text


def test_it_goes_on_from_last_terms_plan(cast, as_, plan):
    reached = make_goal(plan, measure="books", baseline=0, target=2)
    measure(reached, 1, 2)
    plan.needs.create(domain="learning", weight=4, words="I want to read.")
    plan.tasks.create(what="Read aloud", side="teacher")
    done = plan.tasks.create(what="Buy a book", side="teacher")
    done.finish(by=cast.counselor)
    begin(as_(cast.counselor), cast.child, source=f"after:{plan.pk}")
    new = plan.followed_by.get()
    goal = new.goals.get()
    assert (goal.baseline, goal.target, goal.baseline_on) == (77, 90, dt.date(2026, 11, 23))
    assert [task.what for task in new.tasks.all()] == ["Read aloud"]
    assert new.needs.get().words == "I want to read."


def test_habits_stay_with_last_terms_plan_and_it_says_so(cast, as_, plan):
    make_habit(plan)
    answer = begin(as_(cast.counselor), cast.child, source=f"after:{plan.pk}")
    assert plan.followed_by.get().goals.get().measure == "words in a minute"
    said = [str(message) for message in get_messages(answer.wsgi_request)]
    assert any("Habits did not come along" in words for words in said)


def test_it_goes_on_from_a_result_outside_of_narrower_bounds(cast, as_, plan):
    Goal.objects.filter(plan=plan).update(target=20, most=60)
    begin(as_(cast.counselor), cast.child, source=f"after:{plan.pk}")
    assert plan.followed_by.get().goals.get().baseline == 60


def test_it_is_kept_as_a_template_without_the_child(cast, as_, plan):
    plan.tasks.create(what="Read aloud", side="guardian", owner_name="Rosa", weekly=True)
    client = as_(cast.counselor)
    client.post(url("plan-keep", plan.pk), {"name": "Fluency", "submission": builders.new_key()})
    template = Template.objects.get()
    kept = str(template.body)
    assert "Read aloud" in kept
    assert "Rosa" not in kept
    assert "finger" not in kept
    begin(client, cast.sibling, source=f"own:{template.pk}", title="Reading too")
    new = Plan.objects.get(title="Reading too")
    assert new.tasks.get().what == "Read aloud"
    client.post(url("template-retire", template.pk))
    page = client.get(url("plan-new") + f"?child={cast.child.pk}")
    assert "Fluency" not in page.text


# --- what it says -----------------------------------------------------------------------------------------


def rows(**fields):
    """Return one row of a part as its form sends it."""
    head = {"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "0", "submission": builders.new_key()}
    return head | {f"form-0-{name}": value for name, value in fields.items()}


def test_its_parts_are_written_and_emptied(cast, as_, plan):
    client = as_(cast.counselor)
    for part, row in (
        ("needs", {"domain": "learning", "weight": "4", "words": "I read slowly."}),
        ("team", {"user": str(cast.adviser.pk)}),
        ("steps", {"what": "Read", "side": "student", "due": "2026-12-01", "at_home": "on"}),
        ("times", {"weekday": "1", "starts": "08:00", "minutes": "30", "place": "Library"}),
        ("materials", {"title": "The house", "pages": "1-20"}),
    ):
        plan.refresh_from_db()
        answer = client.post(url("plan-part", plan.pk, part), rows(**row) | {"edits": plan.edits})
        assert answer.status_code == 302, part
    assert plan.team.get().name == "Daniel Okafor"
    assert plan.tasks.get().at_home
    page = client.get(url("plan-detail", plan.pk)).text
    for words in (
        "I read slowly.",
        "Daniel Okafor",
        "at home",
        "Monday, 08:00, 30 minutes",
        "The house",
    ):
        assert words in page
    step = plan.tasks.get()
    client.post(url("task-done", step.pk))
    step.refresh_from_db()
    assert step.done_by == cast.counselor
    plan.refresh_from_db()
    gone = rows(id=step.pk, what="") | {"form-INITIAL_FORMS": "1", "edits": plan.edits}
    client.post(url("plan-part", plan.pk, "steps"), gone)
    assert not plan.tasks.exists()


def test_wrong_rows_are_answered_in_words(cast, as_, plan):
    client = as_(cast.counselor)
    for part, row, field in (
        ("needs", {"words": "Reads slowly"}, "domain"),
        ("steps", {"what": "Read", "side": "student", "weekly": "on", "due": "2026-12-01"}, "due"),
        ("steps", {"what": "Read", "side": "nobody"}, "side"),
        ("times", {"weekday": "1", "starts": "25:00", "minutes": "30"}, "starts"),
        ("times", {"weekday": "1", "starts": "08:00", "minutes": "0"}, "minutes"),
        ("team", {"user": str(cast.mother.pk)}, "user"),
        ("materials", {"pages": "1"}, "title"),
        ("steps", {"side": "student", "due": "2026-12-01"}, "what"),
        ("steps", {"owner_name": "Rosa"}, "what"),
        ("times", {"minutes": "30"}, "weekday"),
        ("needs", {"weight": "4"}, "domain"),
    ):
        answer = client.post(url("plan-part", plan.pk, part), rows(**row) | {"edits": plan.edits})
        assert answer.status_code == 422, (part, row)
        assert field in answer.context["forms"].rows.forms[0].errors, (part, row)
        assert "error-summary" in answer.text, (part, row)
    other = make_plan(cast, cast.sibling)
    foreign = other.tasks.create(what="Theirs", side="teacher")
    stolen = rows(id=foreign.pk, what="Mine", side="student") | {"form-INITIAL_FORMS": "1"}
    client.post(url("plan-part", plan.pk, "steps"), stolen | {"edits": plan.edits})
    foreign.refresh_from_db()
    assert (foreign.what, foreign.plan) == ("Theirs", other)


def test_two_writers_at_once_see_both_texts(cast, as_, plan):
    client, read_at = as_(cast.counselor), plan.edits
    plan.materials.create(title="Old book")
    plan.change(by=cast.principal, edits=read_at, about="Theirs")
    basics = {
        "title": "Reading", "about": "Mine", "begins": "2026-09-07", "ends": "2026-12-21", "review_weeks": "4",
    }  # fmt: skip
    for path, sent, words in (
        (url("plan-edit", plan.pk), basics, ("Theirs", "Mine")),
        (url("plan-part", plan.pk, "materials"), rows(title="New book"), ("Old book", "New book")),
    ):
        for edits in ({"edits": read_at}, {}):  # without a count nothing was read
            answer = client.post(path, sent | {"submission": builders.new_key()} | edits)
            assert answer.status_code == 409
            assert all(text in answer.text for text in words)
    plan.refresh_from_db()
    assert plan.about == "Theirs"
    again = basics | {"edits": answer.context["edits"], "submission": builders.new_key()}
    assert client.post(url("plan-edit", plan.pk), again).status_code == 302
    plan.refresh_from_db()
    assert plan.about == "Mine"


def test_a_row_that_somebody_removed_meanwhile_keeps_no_text_back(cast, as_, plan):
    client = as_(cast.counselor)
    first, second = (plan.materials.create(title=title) for title in ("Old book", "Gone book"))
    page = client.get(url("plan-part", plan.pk, "materials"))
    sent = {
        "form-TOTAL_FORMS": "2", "form-INITIAL_FORMS": "2", "form-0-id": first.pk,
        "form-0-title": "Old book", "form-1-id": second.pk, "form-1-title": "My text",
        "edits": page.context["forms"].head["edits"].value(),
    }  # fmt: skip
    second.delete()
    plan.touch("plan.changed", cast.principal, fields=["materials"])
    key = builders.new_key
    both = client.post(url("plan-part", plan.pk, "materials"), sent | {"submission": key()})
    assert both.status_code == 409
    assert "My text" in both.text
    again = dict(both.context["sent"]) | {"edits": both.context["edits"], "submission": key()}
    assert client.post(url("plan-part", plan.pk, "materials"), again).status_code == 302
    assert [row.title for row in plan.materials.order_by("pk")] == ["Old book", "My text"]


@pytest.mark.django_db(transaction=True)
def test_no_two_editors_ever_overwrite_each_other_in_silence():
    """Fifty times two people save what they read at the same moment: one is kept, one is told."""
    from tests.cast import make_cast

    cast = make_cast()
    assert overwritten(make_plan(cast), (cast.counselor, cast.principal), times=50) == (50, 50, 0)


def overwritten(plan, people, times):
    """Return how often somebody was kept, told, and overwritten in silence."""
    kept, told, lost = 0, 0, 0
    for n in range(times):
        edits, meet, wrote = Plan.objects.get(pk=plan.pk).edits, threading.Barrier(2), []

        def save(by, n=n, edits=edits, meet=meet, wrote=wrote):
            mine, text = Plan.objects.get(pk=plan.pk), f"{by.full_name} {n}"
            meet.wait(10)
            try:
                mine.change(by=by, edits=edits, about=text)
                wrote.append(text)
            except Stale:
                wrote.append(None)
            finally:
                connections.close_all()

        threads = [threading.Thread(target=save, args=(by,)) for by in people]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        saved = [text for text in wrote if text]
        kept, told = kept + len(saved), told + wrote.count(None)
        lost += [Plan.objects.get(pk=plan.pk).about] != saved
    return kept, told, lost


# --- its way -------------------------------------------------------------------------------------------


def test_it_goes_its_way_by_buttons(cast, as_):
    plan, client = make_plan(cast), as_(cast.counselor)
    for way, state in (
        ("agree", State.AGREED),
        ("begin", State.ACTIVE),
        ("look-again", State.REVIEW),
    ):
        client.post(url("plan-move", plan.pk, way))
        plan.refresh_from_db()
        assert plan.state == state
    client.post(url("plan-move", plan.pk, "agree"))
    plan.refresh_from_db()
    assert plan.state == State.REVIEW
    assert client.post(url("plan-move", plan.pk, "punish")).status_code == 404
    assert Goal.objects.filter(plan=plan, ended_at=None).count() == 1


def test_a_closed_plan_changes_no_more(cast, as_, plan):
    plan.close(by=cast.counselor, outcome="reached", words="He reads.")
    client = as_(cast.counselor)
    page = client.get(url("plan-detail", plan.pk)).text
    assert "He reads." in page
    assert "Keep this decision" not in page
    for path in (
        url("plan-edit", plan.pk),
        url("plan-part", plan.pk, "steps"),
        url("plan-close", plan.pk),
    ):
        assert client.post(path, rows(what="x", side="student")).status_code == 302
    assert not plan.tasks.exists()


def test_words_of_a_visit_that_is_confidential_since_are_not_read_in_the_plan(cast, as_):
    visit = hold_visit(cast, cast.child, share=False, colleagues=[str(cast.principal.pk)])
    need = visit.needs_noted.first()
    as_(cast.counselor).post(url("plan-from-need", need.pk))
    plan = Plan.objects.get()
    plan.needs.update(words="I am afraid at night.")
    assert "afraid at night" in as_(cast.adviser).get(plan.get_absolute_url()).text
    Confidence.objects.create(visit=visit, by=cast.counselor)
    part = url("plan-part", plan.pk, "needs")
    for page in (plan.get_absolute_url(), url("plan-print", plan.pk), part):
        assert "afraid at night" not in as_(cast.adviser).get(page).text
    sent = {"edits": plan.edits, "form-TOTAL_FORMS": 0, "form-INITIAL_FORMS": 0}
    assert as_(cast.adviser).post(part, sent).status_code == 302
    assert "afraid at night" in as_(cast.counselor).get(plan.get_absolute_url()).text


def test_no_paper_of_staff_holds_the_child_s_own_words(cast, as_, plan):
    plan.needs.create(domain="feelings", weight=4, words="I am afraid at night.")
    assert "afraid at night" not in as_(cast.counselor).get(url("plan-print", plan.pk)).text


@pytest.mark.parametrize(
    ("name", "verb"),
    [("family-plan", "plan.viewed"), ("family-print", "plan.printed"), ("version-list", "plan.viewed")],
)  # fmt: skip
def test_staff_that_reads_what_the_family_reads_is_written_down(cast, as_, plan, name, verb):
    Version.objects.publish(plan, by=cast.counselor, edits=plan.edits, language="en")
    assert as_(cast.adviser).get(url(name, plan.pk)).status_code == 200
    entry = Entry.objects.get(verb=verb, actor=cast.adviser)
    assert (entry.kind, entry.student) == (Entry.Kind.VIEWED, cast.child)
    if name != "version-list":
        as_(cast.mother).get(url(name, plan.pk))
        assert not Entry.objects.filter(actor=cast.mother, verb=verb).exists()
