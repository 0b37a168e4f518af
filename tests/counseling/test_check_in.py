"""The weekly check-in: asked on Friday, answered by a link in three taps, over when the week is."""

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from counseling.models import READERS, CheckIn, NotAPoint, NotATick, Plan, Point, WeeklyQuestion
from counseling.models.check_in import KIND, Over, homes_to_ask
from counseling.reading.check_in import Asked, check_in_token, last_moment
from counseling.reading.home import versions_told
from counseling.reading.version import FamilyPlan
from homeschool.journal import kinds
from homeschool.journal.models import Entry, JobRun, Notice, Receipt, reminding
from homeschool.people.models import Guardianship
from homeschool.people.sight import FAMILY_ROLES
from tests import builders
from visits.models.home import Home, homes_of

from .builders import make_goal
from .practising import (
    DONE,
    FRI,
    MON,
    NOT,
    NOW,
    PARTLY,
    SAT,
    SHANGHAI,
    SUN,
    THU,
    TUE,
    WED,
    WEEK,
    ask,
    asked_home,
    at_home,
    at_work,
    home_of,
    make_habit,
    stop_clock,
)  # fmt: skip
from .versions import publish

pytestmark = pytest.mark.django_db
FOUR = NOW - dt.timedelta(minutes=30)
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """It is Friday, 16:30; `clock(moment)` makes it another."""
    stop_clock(monkeypatch)
    return lambda moment: stop_clock(monkeypatch, moment)


@pytest.fixture
def habit(cast):
    cast.mother.language = "en"
    cast.mother.save()
    return make_habit(at_work(cast))


def link(check_in, person, name="check-in"):
    return reverse(f"counseling:{name}", args=[check_in_token(check_in.pk, person.pk)])


def send(check_in, person, **fields):
    return Client(enforce_csrf_checks=True).post(link(check_in, person, "check-in-send"), fields)


def week(habit):
    return f"week-{habit.pk}"


def day(habit, date):
    return f"day-{habit.pk}-{date.isoformat()}"


def stands(habit):
    return {t.day: (t.state, t.whole_week) for t in habit.ticks.standing().order_by("day")}


# --- when, and whom -------------------------------------------------------------------------------------


def run(rule, moment, before):
    """Let beat start one rule at this moment, after it ran last at `before`."""
    found = next(row for row in reminding.table() if row.name == rule)
    JobRun.objects.get_or_create(job=found.job, period_start=before)
    return reminding.run(found, moment)


def test_it_is_asked_on_friday_at_four_once(cast, habit):
    assert run("habits.check_in", FOUR - MINUTE, FOUR - 2 * MINUTE) == 0
    assert not CheckIn.objects.exists()
    assert run("habits.check_in", FOUR, FOUR - MINUTE) == 1
    check_in = CheckIn.objects.get()
    assert (check_in.monday, check_in.household) == (MON, cast.household)
    assert check_in.closes_at == dt.datetime(2026, 11, 23, tzinfo=SHANGHAI)
    CheckIn.objects.ask(cast.school, MON)
    notice = Notice.objects.get(kind=KIND)
    assert (notice.about_id, notice.student) == (str(check_in.pk), None)
    assert set(kinds.get(KIND).recipients(notice).values_list("user", flat=True)) == {
        cast.mother.pk
    }
    with pytest.raises(IntegrityError), transaction.atomic():
        CheckIn.objects.create(
            school=cast.school, monday=MON, household=cast.household, closes_at=NOW
        )


def test_the_last_friday_and_monday_of_a_school(cast):
    def last(text, weekday, at, zone="Asia/Shanghai"):
        cast.school.time_zone, cast.school.asked_until = zone, dt.datetime.fromisoformat(text)
        return last_moment(cast.school, weekday, at).isoformat()

    four, midnight = dt.time(16), dt.time()
    assert last("2026-11-20T08:00Z", 5, four) == "2026-11-20T16:00:00+08:00"
    assert last("2026-11-20T07:59Z", 5, four) == "2026-11-13T16:00:00+08:00"
    assert last("2026-11-20T20:59Z", 5, four, "America/New_York") == "2026-11-13T16:00:00-05:00"
    assert last("2026-11-22T16:00Z", 1, midnight) == "2026-11-23T00:00:00+08:00"
    assert last("2026-11-22T15:59Z", 1, midnight) == "2026-11-16T00:00:00+08:00"


def test_on_monday_the_week_is_counted_after_days_away_too(cast, habit, clock):
    at_home(habit, {MON: DONE, TUE: NOT}, by=cast.mother, home=home_of(cast))
    monday = dt.datetime(2026, 11, 23, tzinfo=SHANGHAI)
    clock(monday + dt.timedelta(days=2))
    run("habits.week", monday + dt.timedelta(days=2), monday - MINUTE)
    assert Point.objects.get(goal=habit.goal).value == 25  # of Monday to Thursday


def test_each_home_is_asked_and_nobody_who_may_not(cast, habit):
    alone = builders.make_guardian(cast.child, "林刚", relation="father")
    make_habit(at_work(cast, cast.classmate))  # no household is written down
    make_habit(at_work(cast, cast.sibling, published_at=None))
    homes = {home_of(cast), Home(person=alone.pk), Home(person=cast.other_mother.pk)}
    assert homes_to_ask(cast.school) == homes
    assert homes_of(cast.mother, [cast.child])[cast.child.pk] == {home_of(cast)}
    cast.child.guardianships.filter(guardian=alone).update(may_receive=False)
    habit.end(by=cast.counselor, today=THU)
    assert homes_to_ask(cast.school) == {Home(person=cast.other_mother.pk)}


@pytest.mark.parametrize("form", ["txt", "html", "page.html", "subject.txt"])
def test_the_letter_names_the_habit_and_not_in_its_subject(cast, habit, form):
    ask(habit.plan.goals.first())
    check_in = asked_home(cast)
    notice = Notice.objects.get(kind=KIND)
    receipt = Receipt.objects.create(
        notice=notice, person=cast.mother, why="guardianship", language="en"
    )
    with kinds.speaking_to(receipt):
        context = kinds.context_of(receipt, link="https://a.example", stop_link="https://a.example")
        text = kinds.words(receipt, form, context)
    if form == "subject.txt":
        assert text == "Mill Lane School asks: how was your week?"
        return
    assert link(check_in, cast.mother) in text
    assert form == "page.html" or ("Reads ten minutes" in text and "how many evenings" in text)
    assert kinds.get(KIND).alive(notice)
    check_in.answer(by=cast.mother, weeks={habit.pk: DONE})
    assert not kinds.get(KIND).alive(notice)


# --- the link -------------------------------------------------------------------------------------------


def test_one_tap_and_send_answers_the_week(cast, habit):
    check_in = asked_home(cast)
    page = Client().get(link(check_in, cast.mother))
    text = page.content.decode()
    assert "How did the week go at home?" in text
    assert "no-store" in page["Cache-Control"]
    assert page["Referrer-Policy"] == "no-referrer"
    assert not habit.ticks.exists()  # a GET writes nothing
    for _twice in range(2):
        answer = send(check_in, cast.mother, **{week(habit): "done"})
        assert answer.url == link(check_in, cast.mother)
    assert stands(habit) == dict.fromkeys([MON, TUE, WED, THU, FRI], ("done", True))
    assert habit.ticks.count() == 5
    assert set(habit.ticks.values_list("via", "side", "household")) == {
        ("link", "home", cast.household.pk)
    }
    assert Entry.objects.filter(verb="check_in.answered").count() == 1
    page = Client().get(answer.url).content.decode()
    assert "Thank you, 林美" in page
    assert page.count("checked") == 1


def test_single_days_go_before_the_week_and_may_be_changed(cast, habit):
    check_in = asked_home(cast)
    send(check_in, cast.mother, **{week(habit): "done", day(habit, WED): "not"})
    assert stands(habit)[WED] == ("not", False)
    assert stands(habit)[MON] == ("done", True)
    send(check_in, cast.mother, **{week(habit): "done", day(habit, WED): "partly"})
    assert stands(habit)[WED] == ("partly", False)
    assert habit.ticks.count() == 6


def test_brothers_and_sisters_stand_on_one_page(cast, habit):
    other = make_habit(at_work(cast, cast.sibling), "Packs the bag")
    check_in = asked_home(cast)
    assert CheckIn.objects.count() == 1

    def asked():
        with CaptureQueriesContext(connection) as seen:
            page = Client().get(link(check_in, cast.mother)).content.decode()
        return page.count('class="habit-asked"'), len(seen)

    habits, queries = asked()
    assert habits == 2
    for n in range(5):
        make_habit(habit.plan, f"Habit {n}")
    assert asked() == (7, queries)
    send(check_in, cast.mother, **{week(habit): "done", week(other): "not"})
    assert {state for state, _whole in stands(other).values()} == {"not"}


def test_a_number_is_a_point_of_the_family(cast, habit, clock):
    goal = make_goal(habit.plan, measure="evenings", baseline=1, target=5, most=7)
    typed = habit.plan.goals.first()
    ask(goal), ask(typed)
    check_in = asked_home(cast)
    page = Client().get(link(check_in, cast.mother)).content.decode()
    assert page.count(f'name="number-{goal.pk}"') == 8
    assert page.count(f'name="number-{typed.pk}"') == 1
    few, many = f"number-{goal.pk}", f"number-{typed.pk}"
    for value in ("8", "x", "-1"):
        assert send(check_in, cast.mother, **{few: value}).status_code == 422
    for value in ("-1", "x", "1e9", "NaN"):
        assert send(check_in, cast.mother, **{many: value}).status_code == 422
    assert not Point.objects.exists()
    for value in ("3", "3"):
        assert send(check_in, cast.mother, **{few: value, many: "61.5"}).status_code == 302
    point = Point.objects.get(goal=goal)
    assert (point.value, point.source, point.on, point.by) == (3, "family", FRI, cast.mother)
    assert 'value="3" class="form-check-input"' in (
        page := Client().get(link(check_in, cast.mother)).content.decode()
    )
    assert "61.5" in page
    clock(SUN)
    send(check_in, cast.mother, **{few: "5"})
    assert Point.objects.standing().get(goal=goal).value == 5
    assert Point.objects.filter(goal=goal).count() == 2


def test_two_of_one_home_have_one_answer_and_another_home_its_own(cast, habit):
    second = builders.make_guardian(cast.child, "外婆", relation="grandmother", language="en")
    cast.household.guardians.add(second)
    other = builders.make_guardian(cast.child, "林刚", relation="father", language="en")
    goal = make_goal(habit.plan, measure="evenings", baseline=1, target=5, most=7)
    ask(goal)
    check_in, number = asked_home(cast), f"number-{goal.pk}"
    theirs = CheckIn.objects.get(person=other)
    send(check_in, cast.mother, **{week(habit): "done", number: "2"})
    send(check_in, second, **{day(habit, MON): "not", number: "4"})
    page = Client().get(link(theirs, other)).content.decode()
    assert "checked" not in page
    send(theirs, other, **{day(habit, MON): "partly", number: "1"})
    by_home = habit.ticks.standing().filter(day=MON).values_list("person", "state")
    assert set(by_home) == {(None, "not"), (other.pk, "partly")}
    values = Point.objects.standing().filter(goal=goal).values_list("value", flat=True)
    assert sorted(values) == [1, 4]
    # a link of one home opens nothing for another
    assert Client().get(link(check_in, other)).status_code == 410
    assert Client().get(link(theirs, cast.mother)).status_code == 410


def test_the_own_link_and_that_of_a_household_are_never_crossed(cast, habit):
    """A grown student with two households answers alone: the mother's link shows and corrects her own."""
    student = cast.adult
    row = student.student_row
    builders.make_household(row, guardians=[cast.parent])
    builders.make_household(row, guardians=[])
    row.grants.create(guardian=cast.parent, item="plans")
    goal = make_goal(at_work(cast, row), measure="evenings", baseline=1, target=5, most=7)
    ask(goal)
    CheckIn.objects.ask(row.school, MON)
    own = CheckIn.objects.get(person=student)
    hers = CheckIn.objects.get(household__guardians=cast.parent)
    number = f"number-{goal.pk}"
    assert send(own, student, **{number: "5"}).status_code == 302
    assert "checked" not in Client().get(link(hers, cast.parent)).content.decode()
    assert send(hers, cast.parent, **{number: "6"}).status_code == 302
    values = Point.objects.standing().filter(goal=goal).values_list("value", "check_in")
    assert set(values) == {(5, own.pk), (6, hers.pk)}
    # the student stands in the household too, and does not answer for it
    assert set(hers.receivers().values_list("user", flat=True)) == {cast.parent.pk}
    assert set(own.receivers().values_list("user", flat=True)) == {student.pk}


def test_a_home_does_not_read_the_number_of_another(cast, as_, habit):
    """It stands neither on the plan's page, nor on paper, nor on the family's page."""
    father = builders.make_guardian(cast.child, "林刚", relation="father", language="en")
    goal = make_goal(habit.plan, measure="evenings", unit="", baseline=1, target=5, most=7)
    ask(goal)
    publish(habit.plan, cast.counselor)
    ours, theirs = asked_home(cast), CheckIn.objects.get(person=father)
    assert send(ours, cast.mother, **{f"number-{goal.pk}": "4"}).status_code == 302
    assert send(theirs, father, **{f"number-{goal.pk}": "2"}).status_code == 302
    version = habit.plan.versions.get()

    def reads(person):
        """What is read as the newest result: on the plan's page, and on the family's."""
        told = FamilyPlan(person, version)
        shown = {
            point.value for row in told.goals if row.id == str(goal.pk) for point in row.points
        }
        roles = FAMILY_ROLES if person in (cast.mother, father) else READERS
        rows = versions_told(person, cast.child, MON, roles)
        at_home = {
            float(p["value"]) for row in rows for p in row["points"] if p["goal"] == str(goal.pk)
        }
        return shown, at_home

    assert reads(cast.mother) == ({4}, {4})
    assert reads(father) == ({2}, {2})
    assert reads(cast.counselor) == ({3}, {2, 4})  # the page takes the middle of one day
    # what the school corrects stays of the home that it corrects
    first = Point.objects.get(check_in=theirs)
    goal.measured(
        3, FRI, by=cast.counselor, source=Point.Source.STAFF, today=FRI, supersedes=first
    )  # fmt: skip
    assert (reads(cast.mother), reads(father)) == (({4}, {4}), ({3}, {3}))
    url = reverse("counseling:family-plan", args=[habit.plan.pk])
    assert as_(cast.mother).get(url).status_code == 200
    assert as_(father).get(reverse("reports:progress", args=[cast.child.pk])).status_code == 200


def test_boxes_offer_whole_numbers_alone(cast, habit):
    goal = make_goal(habit.plan, measure="hours", baseline=1, target=5, least="0.5", most=7)
    ask(goal)
    page = Client().get(link(asked_home(cast), cast.mother)).content.decode()
    assert page.count(f'name="number-{goal.pk}"') == 1


def test_a_goal_that_begins_later_is_not_asked_for_yet(cast, habit, clock):
    goal = make_goal(habit.plan, baseline_on=MON + WEEK, target_on=MON + 9 * WEEK)
    alone = make_goal(at_work(cast, cast.classmate), baseline_on=SAT, target_on=MON + 9 * WEEK)
    ask(goal), ask(alone)
    assert homes_to_ask(cast.school) == {home_of(cast)}
    check_in, number = asked_home(cast), f"number-{goal.pk}"
    assert number not in Client().get(link(check_in, cast.mother)).content.decode()
    sent = {week(habit): "done", number: "60"}
    assert send(check_in, cast.mother, **sent).status_code == 302
    assert stands(habit)[MON] == (DONE, True)
    assert check_in.answer(by=cast.mother, numbers={goal.pk: 60}) == 0
    clock(MON + WEEK)
    assert number in Client().get(link(asked_home(cast, MON + WEEK), cast.mother)).content.decode()


def test_nothing_chosen_is_said_kindly(cast, habit):
    check_in = asked_home(cast)
    answer = send(check_in, cast.mother)
    assert answer.status_code == 422
    assert "Please tap one answer at least." in answer.content.decode()
    wrong = {week(habit): "often", day(habit, MON): "x", f"week-{check_in.pk}": "done"}
    assert send(check_in, cast.mother, **wrong).status_code == 422
    # a day that is still to come, and one of another week, are not asked and not kept
    for wrong_day in (SAT, MON - WEEK, MON + WEEK):
        assert send(check_in, cast.mother, **{day(habit, wrong_day): "done"}).status_code == 422
    assert not habit.ticks.exists()
    goal = make_goal(habit.plan, measure="evenings", baseline=1, target=5, most=7)
    ask(goal)
    for refused, said in (
        (NotATick, {"ticks": {habit.pk: {SAT: DONE}}}),
        (NotATick, {"ticks": {habit.pk: {MON - WEEK: DONE}}}),
        (NotAPoint, {"weeks": {habit.pk: DONE}, "numbers": {goal.pk: 8}}),
    ):
        with pytest.raises(refused):
            check_in.answer(by=cast.mother, **said)
    assert not habit.ticks.exists()  # all or nothing


@pytest.mark.parametrize("token", ["x", "a.b", "..", "%00", "a_b.c"])
def test_a_wrong_link_opens_nothing(cast, token):
    assert Client().get(f"/plans/check-in/{token}/").status_code == 404


# --- when it is over ---------------------------------------------------------------------------------------


def test_it_says_kindly_that_the_week_is_over_and_where_to_go(cast, habit, clock):
    check_in = asked_home(cast)
    clock(dt.datetime(2026, 11, 22, 23, 59, tzinfo=SHANGHAI))
    assert send(check_in, cast.mother, **{week(habit): "partly"}).status_code == 302
    clock(dt.datetime(2026, 11, 23, tzinfo=SHANGHAI))
    page = Client().get(link(check_in, cast.mother))
    assert page.status_code == 410
    text = page.content.decode()
    assert "This week is over" in text
    assert "what you answered counts" in text
    assert reverse("counseling:habit-family") in text
    assert send(check_in, cast.mother, **{week(habit): "done"}).status_code == 410
    assert {state for state, _whole in stands(habit).values()} == {PARTLY}
    with pytest.raises(Over):
        check_in.answer(by=cast.mother, weeks={habit.pk: DONE})


@pytest.mark.parametrize(
    "end", ["guardianship", "letters", "habit", "plan", "taken back", "account"]
)
def test_it_is_dead_once_the_right_or_the_habit_is(cast, habit, end):
    check_in = asked_home(cast)
    asked = Asked(check_in, cast.mother)
    assert asked.children
    if end == "guardianship":
        cast.child.guardianships.get(guardian=cast.mother).withdraw(by=cast.counselor)
    elif end == "letters":
        Guardianship.objects.filter(guardian=cast.mother).update(may_receive=False)
    elif end == "habit":
        habit.end(by=cast.counselor, today=FRI)
    elif end == "plan":
        habit.plan.close(by=cast.counselor, outcome=Plan.Outcome.REACHED)
    elif end == "taken back":
        check_in.revoke(by=cast.counselor)
        assert Notice.objects.get(kind=KIND).cancelled_at
    else:
        type(cast.mother).objects.filter(pk=cast.mother.pk).update(is_active=False)
    code = 404 if end == "account" else 410
    assert Client().get(link(check_in, cast.mother)).status_code == code
    assert send(check_in, cast.mother, **{week(habit): "done"}).status_code == code
    assert not habit.ticks.exists()


# --- staff ---------------------------------------------------------------------------------------------------


def test_staff_asks_about_a_goal_and_stops(cast, as_, habit):
    goal, client = habit.plan.goals.first(), as_(cast.counselor)
    address = reverse("counseling:check-in-question", args=[goal.pk])
    assert client.post(address, {"words": ""}).status_code == 422
    assert client.post(address, {"words": "How many words?"}).status_code == 302
    question = WeeklyQuestion.objects.get()
    assert question.words in client.get(address).content.decode()
    assert (
        client.post(reverse("counseling:check-in-question-end", args=[goal.pk])).status_code == 302
    )
    question.refresh_from_db()
    assert question.ended_at
    other = reverse("counseling:check-in-question", args=[habit.goal.pk])
    assert "belongs to a habit" in client.get(other).content.decode()
    assert client.post(other, {"words": "x"}).status_code == 422


def test_only_the_home_itself_finds_its_check_in(cast, habit):
    asked_home(cast)
    sees = {name for name in ("mother", "father", "counselor", "adviser", "other_mother", "principal")
            if CheckIn.objects.visible_to(getattr(cast, name)).exists()}  # fmt: skip
    assert sees == {"mother"}
