"""The pages of a campaign: who makes it, whom it means, its board, its rows, its files."""

import datetime as dt
import io
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from python_calamine import CalamineWorkbook

from homeschool.journal.models import Entry
from homeschool.people.models import Student
from tests import builders
from visits import recording
from visits.models import Campaign, Draft, TargetRule, Visit
from visits.reading.campaign import MEASURES, RECORDS
from visits.reading.coverage_rows import ROWS

from .builders import hold_visit, plan_visit, whole_answers
from .campaigns import Many, make_campaign, make_visit

pytestmark = pytest.mark.django_db
KIND = TargetRule.Kind


@pytest.fixture
def campaign(cast):
    return make_campaign(cast.principal, cast.school)


def url(name, row, query=""):
    return reverse(f"visits:{name}", args=[row.pk]) + query


def fields(cast, **more):
    """Return what the form of a campaign sends."""
    return {
        "name": "Spring visits", "theme": "Reading at home", "term": cast.term.pk,
        "starts": "2026-10-01", "ends": "2026-12-18", "purpose": "relationship",
        "submission": builders.new_key(),
    } | more  # fmt: skip


# --- the list ------------------------------------------------------------------------------------------
def test_it_says_what_a_campaign_is_for_where_there_is_none(cast, as_):
    page = as_(cast.principal).get(reverse("visits:campaign-list"))
    assert "Make the first one" in page.content.decode()
    assert (
        "Make the first one"
        not in as_(cast.adviser).get(page.request["PATH_INFO"]).content.decode()
    )


@pytest.mark.parametrize("person", ["mother", "volunteer", "district"])
def test_it_is_for_staff(cast, as_, person):
    assert as_(getattr(cast, person)).get(reverse("visits:campaign-list")).status_code == 403


@pytest.mark.parametrize(
    "name", ["campaign-list", "campaign-next", "campaign-board", "campaign-teams"]
)
def test_it_asks_as_often_for_many_rows_as_for_one(cast, as_, campaign, name):
    address = reverse(f"visits:{name}", args=[] if name == "campaign-list" else [campaign.pk])
    campaign.teams.create(name="Team 0").members.add(cast.adviser)
    client = as_(cast.principal)
    numbers = []
    for round_ in range(2):
        client.get(address)
        with CaptureQueriesContext(connection) as seen:
            client.get(address)
        numbers.append(len(seen))
        if not round_:
            for n in range(20):
                school_class = builders.make_class(cast.school, f"n{n}")
                builders.make_student(school_class)
                make_campaign(cast.principal, cast.school, name=f"Campaign {n}")
                campaign.teams.create(name=f"Team {n + 1}").members.add(cast.counselor)
    assert numbers[0] == numbers[1]
    assert numbers[0] <= 15


# --- making one ----------------------------------------------------------------------------------------
def test_a_leader_makes_a_campaign(cast, as_):
    answer = as_(cast.principal).post(reverse("visits:campaign-create"), fields(cast))
    made = Campaign.objects.get()
    assert answer["Location"] == url("campaign-targets", made)
    assert (made.school, made.state, made.made_by) == (cast.school, "draft", cast.principal)
    assert Entry.objects.about(made).get().verb == "campaign.made"


def test_it_is_made_once_however_often_it_is_sent(cast, as_):
    sent = fields(cast)
    for _n in range(2):
        as_(cast.principal).post(reverse("visits:campaign-create"), sent)
    assert Campaign.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"ends": "2026-09-01"}, "before the first"),
        ({"starts": "0026-10-01"}, "look at the year"),
        ({"purpose": "both"}, "Select a valid choice"),
        ({"gift_value": "-5"}, "greater than or equal to 0"),
        ({"name": ""}, "fill this in"),
    ],
)
def test_it_says_what_is_wrong(cast, as_, wrong, words):
    page = as_(cast.principal).post(reverse("visits:campaign-create"), fields(cast, **wrong))
    assert page.status_code == 422
    assert words in page.content.decode()
    assert not Campaign.objects.exists()


def test_an_aspect_of_another_school_is_refused(cast, as_):
    other = cast.other_school.aspects.create(code="other")
    page = as_(cast.principal).post(
        reverse("visits:campaign-create"), fields(cast, aspects=[other.pk])
    )
    assert page.status_code == 422


def test_an_adviser_makes_none(cast, as_):
    assert as_(cast.adviser).get(reverse("visits:campaign-create")).status_code == 403


def test_a_leader_of_a_division_sees_and_does_not_change(cast, as_, campaign):
    leader = builders.make_staff(cast.school, "leader", division=cast.school_class.division)
    assert as_(leader).get(url("campaign-board", campaign)).status_code == 200
    assert as_(leader).get(url("campaign-edit", campaign)).status_code == 403


def test_it_is_changed(cast, as_, campaign):
    as_(cast.school_admin).post(url("campaign-edit", campaign), fields(cast, name="Winter 2"))
    campaign.refresh_from_db()
    assert campaign.name == "Winter 2"
    entry = Entry.objects.about(campaign).first()
    assert "name" in entry.data["fields"]


def test_a_campaign_with_visits_keeps_its_purpose(cast, as_, campaign):
    make_visit(campaign, cast.child)
    as_(cast.principal).post(url("campaign-edit", campaign), fields(cast, purpose="targeted"))
    campaign.refresh_from_db()
    assert (campaign.purpose, campaign.name) == ("relationship", "Spring visits")


# --- whom it means --------------------------------------------------------------------------------------
def rule(cast, kind, percent=""):
    division = cast.school_class.division_id
    return {f"kind_{division}": kind, f"percent_{division}": percent}


def test_a_rule_is_set_for_a_division(cast, as_, campaign):
    as_(cast.principal).post(url("campaign-targets", campaign), rule(cast, "percent", "40"))
    found = campaign.rules.get()
    assert (found.kind, found.percent) == (KIND.PERCENT, 40)
    as_(cast.principal).post(url("campaign-targets", campaign), rule(cast, ""))
    assert not campaign.rules.exists()


@pytest.mark.parametrize("percent", ["", "0", "101", "x", "-3"])
def test_a_share_is_a_number_up_to_a_hundred(cast, as_, campaign, percent):
    page = as_(cast.principal).post(
        url("campaign-targets", campaign), rule(cast, "percent", percent)
    )
    assert page.status_code == 422
    assert "between 1 and 100" in page.content.decode()


def test_children_are_named_by_the_filter(cast, as_, campaign):
    campaign.set_rules({}, by=cast.principal)
    sent = {"school_class": cast.school_class.pk, "submission": builders.new_key()}
    answer = as_(cast.principal).post(url("campaign-children-add", campaign), sent)
    assert str(cast.school_class.pk) in answer["Location"]
    named = set(campaign.named.values_list("student", flat=True))
    assert named == {cast.child.pk, cast.classmate.pk}
    assert campaign.rules.get().kind == KIND.NAMED


def test_one_child_is_named_and_taken_off(cast, as_, campaign):
    client = as_(cast.principal)
    client.post(url("campaign-children-add", campaign), {"child": cast.child.pk})
    assert campaign.named.get().student == cast.child
    page = client.get(url("campaign-children", campaign, "?named=1")).content.decode()
    assert cast.child.full_name in page
    assert cast.classmate.full_name not in page
    client.post(url("campaign-child-remove", campaign), {"child": cast.child.pk})
    assert not campaign.named.exists()


def test_a_child_of_another_school_is_never_named(cast, as_, campaign):
    for key in (cast.other_child.pk, "no-key", ""):
        as_(cast.principal).post(url("campaign-children-add", campaign), {"child": key})
    assert not campaign.named.exists()


# --- open, closed, copied, attached -----------------------------------------------------------------------
def test_it_is_opened_and_closed(cast, as_, campaign):
    visit = make_visit(campaign, cast.child, status="scheduled")
    page = as_(cast.principal).get(url("campaign-close", campaign)).content.decode()
    assert cast.child.full_name in page
    as_(cast.principal).post(url("campaign-close", campaign))
    campaign.refresh_from_db()
    visit.refresh_from_db()
    assert (campaign.state, visit.status) == ("closed", "scheduled")
    as_(cast.principal).post(url("campaign-open", campaign))
    campaign.refresh_from_db()
    assert campaign.is_open


def test_the_next_one_is_made_from_it(cast, as_, campaign):
    gone = builders.make_staff(cast.school, "counselor", "Gone Away Soon")
    team = campaign.teams.create(name="North", lead=gone, interpreter_name="Aunt Li")
    team.members.set([gone, cast.adviser])
    campaign.add_children(Student.objects.filter(school=cast.school), by=cast.principal)
    Student.objects.filter(pk=cast.sibling.pk).update(status="left")
    gone.membership.end(by=cast.school_admin)
    term = builders.make_term(cast.school, "2027a", "2027-02-01", "2027-08-01")
    sent = {"name": "Summer", "term": term.pk, "starts": "2027-02-10", "ends": "2027-06-30"}
    as_(cast.principal).post(url("campaign-copy", campaign), sent)
    copy = Campaign.objects.get(name="Summer")
    assert (copy.copied_from, copy.state, copy.term) == (campaign, "draft", term)
    assert copy.rules.count() == campaign.rules.count()
    assert copy.named.count() == 2
    made = copy.teams.get()
    assert (made.lead, list(made.members.all()), made.interpreter_name) == (
        None, [cast.adviser], "Aunt Li",
    )  # fmt: skip


def test_old_visits_are_counted_in_one_action(cast, as_, campaign):
    old = make_visit(None, cast.child, by=cast.counselor, days=3)
    targeted = make_visit(None, cast.child, by=cast.counselor, days=3, purpose="targeted")
    early = make_visit(None, cast.child, by=cast.counselor, days=300)
    day = timezone.localdate(old.happened_at, ZoneInfo(cast.school.time_zone))
    sent = {
        "starts": f"{day.replace(day=1)}",
        "ends": f"{day}",
        "school_class": cast.school_class.pk,
    }
    if day.day < 2:
        sent["starts"] = f"{day}"
    page = as_(cast.principal).post(url("campaign-attach", campaign), sent, follow=True)
    assert "1 visit counts for the campaign now." in page.content.decode()
    for visit, counts in ((old, campaign), (targeted, None), (early, None)):
        visit.refresh_from_db()
        assert visit.campaign == counts


def test_a_held_visit_takes_nothing_but_its_campaign(cast, campaign):
    from django.db import DatabaseError, transaction

    visit = make_visit(None, cast.child, by=cast.counselor)
    Visit.objects.filter(pk=visit.pk).update(campaign=campaign)
    for change in ({"hopes": "x"}, {"campaign": None, "mode": "phone"}, {"status": "cancelled"}):
        with pytest.raises(DatabaseError, match="never_changed"), transaction.atomic():
            Visit.objects.filter(pk=visit.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        Visit.objects.filter(pk=visit.pk)._raw_delete("default")


# --- teams ----------------------------------------------------------------------------------------------
def test_a_team_is_made_changed_and_taken_away(cast, as_, campaign):
    client = as_(cast.principal)
    sent = {"name": "North", "members": [cast.adviser.pk], "lead": cast.counselor.pk}
    client.post(url("team-create", campaign), sent)
    team = campaign.teams.get()
    assert list(team.members.all()) == [cast.adviser]
    client.post(reverse("visits:team-edit", args=[team.pk]), sent | {"interpreter_name": "Aunt Li"})
    team.refresh_from_db()
    assert team.interpreter_name == "Aunt Li"
    visit = make_visit(campaign, cast.child, campaign_team=team)
    client.post(reverse("visits:team-drop", args=[team.pk]))
    visit.refresh_from_db()
    assert not campaign.teams.exists()
    assert (visit.campaign, visit.campaign_team) == (campaign, None)


def test_a_team_has_one_interpreter_and_one_name(cast, as_, campaign):
    campaign.teams.create(name="North")
    sent = {"name": "North", "interpreter": cast.adviser.pk, "interpreter_name": "Aunt Li"}
    page = as_(cast.principal).post(url("team-create", campaign), sent)
    assert page.status_code == 422
    assert "a team of this name already" in page.content.decode()


# --- the board -------------------------------------------------------------------------------------------
def test_the_sentence_comes_first(cast, as_, campaign):
    make_visit(campaign, cast.child, cast.sibling, household=cast.household)
    page = as_(cast.principal).get(url("campaign-board", campaign)).content.decode()
    assert "<b>1 of 2 families</b> have been met." in page
    assert "2 of 3 children who are meant were reached." in page


def test_it_says_so_where_nobody_is_meant(cast, as_, campaign):
    campaign.set_rules({}, by=cast.principal)
    assert (
        "Say whom it means"
        in as_(cast.principal).get(url("campaign-board", campaign)).content.decode()
    )
    text = as_(cast.adviser).get(url("campaign-board", campaign)).content.decode()
    assert "None of your children is meant" in text


def test_a_share_shows_its_goal(cast, as_, campaign):
    campaign.set_rules({cast.school_class.division_id: (KIND.PERCENT, 34)}, by=cast.principal)
    page = as_(cast.principal).get(url("campaign-board", campaign)).content.decode()
    assert "Goal 2 of 3." in page


@pytest.mark.parametrize("by", ["division", "class", "area", "mode", "aspect", "region", "x'"])
def test_each_number_opens_as_many_rows(as_, by):
    many = Many(7)
    client = as_(many.leader)
    board = client.get(url("campaign-board", many.campaign, f"?by={by}")).context["board"]
    cells = [cell for row in board.page.object_list[:3] for cell in row["cells"]] + board.figures
    links = [cell for cell in cells if cell["url"]]
    assert links
    for cell in links[:12]:
        page = client.get(cell["url"])
        assert page.context["page"].paginator.count == cell["number"], cell


@pytest.mark.parametrize("measure", ROWS)
def test_every_measure_has_words_and_opens_its_rows(cast, as_, campaign, measure):
    make_visit(campaign, cast.child, household=cast.household)
    assert MEASURES[measure].definition
    address = url("campaign-rows", campaign, f"?measure={measure}")
    assert as_(cast.principal).get(address).status_code == 200
    admin = as_(cast.school_admin).get(address).status_code
    assert admin == (403 if measure in RECORDS else 200)


def test_opening_rows_is_written_down(cast, as_, campaign):
    as_(cast.adviser).get(url("campaign-rows", campaign, "?measure=targets"))
    entry = Entry.objects.about(campaign).filter(kind="viewed").get()
    assert (entry.actor, entry.data["measure"]) == (cast.adviser, "targets")


@pytest.mark.parametrize(
    "query",
    ["", "?measure=x", "?measure=targets&by=x", "?measure=targets&by=class&key=x",
     "?measure=targets&key=00000000-0000-4000-8000-000000000000", "?measure=targets&by=mode&key=x"],
)  # fmt: skip
def test_rows_that_do_not_exist_are_not_found(cast, as_, campaign, query):
    assert as_(cast.principal).get(url("campaign-rows", campaign, query)).status_code == 404


def test_an_adviser_sees_figures_of_the_own_children_alone(cast, as_, campaign):
    make_visit(campaign, cast.sibling)
    board = as_(cast.adviser).get(url("campaign-board", campaign)).context["board"]
    assert (board.total["targets"], board.total["reached"]) == (2, 0)
    rows = as_(cast.adviser).get(url("campaign-rows", campaign, "?measure=targets"))
    assert cast.sibling.full_name not in rows.content.decode()


def test_who_is_next_can_be_planned_in_one_tap(cast, as_, campaign):
    page = as_(cast.counselor).get(url("campaign-next", campaign)).content.decode()
    assert f"?child={cast.child.pk}&campaign={campaign.pk}" in page.replace("&amp;", "&")
    assert cast.classmate.full_name not in page
    found = as_(cast.principal).get(
        url("campaign-next", campaign, f"?school_class={cast.other_class.pk}")
    )
    assert [row["name"] for row in found.context["page"].object_list] == [cast.sibling.full_name]


# --- files ------------------------------------------------------------------------------------------------
def take(client, campaign, ending, query=""):
    sent = {"reason": "check", "ending": ending, "submission": builders.new_key()}
    return client.post(url("campaign-export", campaign, query), sent)


def test_the_figures_are_taken_along(cast, as_, campaign):
    make_visit(campaign, cast.child)
    answer = take(as_(cast.principal), campaign, "xlsx")
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0)
    head, total = sheet.to_python()[:2]
    assert total[head.index("Reached")] == 1
    entry = Entry.objects.about(campaign).filter(kind="exported").get()
    assert entry.data["reason"] == "check"


def test_names_are_taken_along_and_none_is_a_formula(cast, as_, campaign):
    Student.objects.filter(pk=cast.child.pk).update(full_name="=1+1")
    text = take(as_(cast.adviser), campaign, "csv", "?measure=targets").content.decode("utf-8-sig")
    assert "'=1+1" in text
    assert cast.classmate.full_name in text
    assert cast.sibling.full_name not in text


def test_it_asks_what_for(cast, as_, campaign):
    page = as_(cast.principal).post(url("campaign-export", campaign), {"ending": "csv"})
    assert page.status_code == 422
    assert not Entry.objects.filter(kind="exported").exists()


def test_an_admin_takes_no_records_along(cast, as_, campaign):
    address = url("campaign-export", campaign, "?measure=visits_held")
    assert as_(cast.school_admin).get(address).status_code == 403


# --- visits that count ------------------------------------------------------------------------------------
def plan(cast, **more):
    day = builders.today() + dt.timedelta(days=3)
    return {
        "child": [str(cast.child.pk)], "day": f"{day}", "start": "16:30", "minutes": "45",
        "mode": "home", "colleagues": [str(cast.adviser.pk)], "purpose": "relationship",
    } | more  # fmt: skip


def test_planning_a_visit_asks_for_the_open_campaigns(cast, as_, campaign):
    make_campaign(cast.principal, cast.school, name="Not for you", rules={})
    make_campaign(cast.principal, cast.school, name="Not open", opened=False)
    address = f"{reverse('visits:visit-plan')}?child={cast.child.pk}"
    page = as_(cast.counselor).get(address).content.decode()
    assert campaign.name in page
    assert "Not for you" not in page
    assert "Not open" not in page


def test_a_planned_visit_counts_goes_as_a_team_and_has_its_purpose(cast, as_, campaign):
    campaign.change(by=cast.principal, purpose="targeted")
    team = campaign.teams.create(name="North")
    team.members.add(cast.counselor)
    as_(cast.counselor).post(reverse("visits:visit-plan"), plan(cast, campaign=str(campaign.pk)))
    visit = Visit.objects.get()
    assert (visit.campaign, visit.campaign_team, visit.purpose) == (campaign, team, "targeted")


def test_a_planned_visit_may_count_for_none(cast, as_, campaign):
    as_(cast.counselor).post(reverse("visits:visit-plan"), plan(cast, campaign=""))
    assert Visit.objects.get().campaign is None


def test_a_record_is_asked_for_the_campaign_and_keeps_that_of_its_plan(cast, as_, campaign):
    visit = hold_visit(cast, campaign=str(campaign.pk))
    assert visit.campaign == campaign
    assert hold_visit(cast).campaign is None
    planned = plan_visit(cast, campaign=campaign)
    draft = Draft.objects.begin(
        by=cast.counselor, children=[cast.child], pk=planned.pk,
        answers=whole_answers(cast),
    )  # fmt: skip
    page = as_(cast.counselor).get(reverse("visits:draft-step", args=[draft.pk, 5]))
    assert not page.context["form"].may_count
    assert campaign.name not in page.content.decode()
    held = recording.finish(draft, by=cast.counselor, share=False)
    assert held.campaign == campaign
