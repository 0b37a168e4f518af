"""What was given at a visit: its rows, the caps of a campaign, and the list of gifts."""

import datetime as dt
import threading
from decimal import Decimal

import pytest
from django.db import DatabaseError, InternalError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from homeschool.journal.models import Entry
from homeschool.people import sight
from tests import builders
from visits import recording
from visits.forms.gifts import ValueField
from visits.models import Draft, Gift, Visit, VisitChild
from visits.models.gift import Allowance, OverCap

from .builders import hold_visit, make_whole_draft, page_of, plan_visit, post_step
from .campaigns import make_campaign
from .test_suggestions import Counter

LIST = "/visits/gifts/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign(cast):
    """A campaign that gives one household two gifts worth 30 together."""
    return make_campaign(cast.principal, cast.school, gift_number=2, gift_value=30)


def give(cast, *children, item="A school bag", value="10", **more):
    """Hold a visit at which this was given."""
    return hold_visit(cast, *children, gift_0_item=item, gift_0_value=value, **more)


def hold(campaign, *children, gifts, household=None, by=None):
    """Hold a visit of yesterday for the campaign, by the verb alone."""
    at = timezone.now() - dt.timedelta(days=1)
    visit = Visit(
        school=children[0].school, campaign=campaign, household=household, happened_at=at,
        purpose=campaign.purpose if campaign else Visit.Purpose.RELATIONSHIP,
    )  # fmt: skip
    by = by or campaign.made_by
    lines = [VisitChild(student=child) for child in children]
    return visit.hold(by=by, lines=lines, visitors=[by], gifts=gifts, share=False)


def errors(response):
    return response.context["form"].errors


# --- its rows ---------------------------------------------------------------------------------------


def test_it_is_written_with_the_visit(cast):
    visit = give(
        cast, value="1200,5", gift_0_from="Rotary", gift_0_to="林美", gift_2_item="A book"
    )  # fmt: skip
    first, second = visit.gifts.order_by("place")
    assert (first.item, first.value) == ("A school bag", Decimal("1200.50"))
    assert (first.from_whom, first.received_by) == ("Rotary", "林美")
    assert (second.item, second.value, second.from_whom) == ("A book", None, "")
    assert (first.given_at, first.school) == (visit.happened_at, cast.school)


@pytest.mark.parametrize(
    ("text", "value"),
    [("", None), (" 12 ", "12"), ("12.5", "12.5"), ("12,50", "12.5"), ("0", "0"), ("1 000", "1000"),
     ("0009999999.99", "9999999.99"), ("３０", "30")],
)  # fmt: skip
def test_it_takes_a_value(text, value):
    assert ValueField(required=False).clean(text) == (value and Decimal(value))


@pytest.mark.parametrize(
    "text",
    ["ten", "-5", "30元", "¥30", "1,250", "1.250,00", "12.345", "NaN", "Infinity", "1e3", "12..5",
     ".5", "10000000", "9" * 5000, "½"],
)  # fmt: skip
def test_it_refuses_what_is_no_value_and_loses_nothing(cast, as_, text):
    draft = make_whole_draft(cast)
    typed = draft.data | {"gift_1_item": "A coat", "gift_1_value": text}
    response = post_step(as_(cast.counselor), draft, 4, typed)
    assert response.status_code == 422
    assert "gift_1_value" in errors(response)
    draft.refresh_from_db()
    assert (draft.data["gift_1_item"], draft.data["gift_1_value"]) == ("A coat", text)


@pytest.mark.parametrize("part", ["value", "from", "to"])
def test_it_asks_what_was_given(cast, as_, part):
    draft = make_whole_draft(cast)
    response = post_step(as_(cast.counselor), draft, 4, draft.data | {f"gift_0_{part}": "3"})
    assert response.status_code == 422
    assert "gift_0_item" in errors(response)


def test_it_stands_folded_until_something_is_written(cast, as_):
    draft = make_whole_draft(cast)
    page = reverse("visits:draft-step", args=[draft.pk, 4])
    assert not as_(cast.counselor).get(page).context["form"].gives
    draft.data["gift_0_item"] = "A coat"
    draft.save()
    assert as_(cast.counselor).get(page).context["form"].gives


@pytest.mark.parametrize("columns", [{"item": ""}, {"item": " \n"}, {"value": Decimal("-0.01")}])
def test_the_database_refuses_what_cannot_be(cast, columns):
    visit = Visit.objects.create(school=cast.school, happened_at=timezone.now())
    with pytest.raises(DatabaseError), transaction.atomic():
        Gift.objects.give(visit, [Gift(**{"item": "A coat"} | columns)])


def test_the_database_lets_the_gifts_of_a_held_visit_be(cast):
    visit = give(cast)
    for change in (visit.gifts.get().delete, lambda: Gift.objects.update(item="Another")):
        with pytest.raises(InternalError), transaction.atomic():
            change()
    with pytest.raises(InternalError), transaction.atomic():
        Gift.objects.give(visit, [Gift(item="A coat")])


# --- the cap ----------------------------------------------------------------------------------------


def test_it_counts_the_household_once(cast, campaign):
    """Brother and sister are visited apart: what one brought home the other's visit counts."""
    hold(campaign, cast.child, gifts=[Gift(item="A bag", value=10)], household=cast.household)
    allowance = Allowance.of(campaign, cast.household.pk, [cast.sibling.pk])
    assert (allowance.number, allowance.value) == (1, 10)
    assert allowance.passed_by([Decimal(20)]) == []
    assert allowance.passed_by([Decimal("20.01")]) == ["value"]
    assert allowance.passed_by([None, None]) == ["number"]


def test_where_no_household_is_known_the_children_count(cast, campaign):
    hold(campaign, cast.child, gifts=[Gift(item="A bag", value=10)])
    hold(campaign, cast.classmate, gifts=[Gift(item="A bag", value=10)])
    assert Allowance.of(campaign, None, [cast.child.pk]).number == 1
    assert Allowance.of(campaign, cast.household.pk, [cast.child.pk]).number == 1
    # her sister lives there: the bag came into the same home
    assert Allowance.of(campaign, cast.household.pk, [cast.sibling.pk]).number == 1
    hold(campaign, cast.sibling, gifts=[Gift(item="A coat")], household=cast.household)
    assert Allowance.of(campaign, None, [cast.child.pk]).number == 2


def test_another_campaign_and_none_do_not_count(cast, campaign):
    other = make_campaign(cast.principal, cast.school, name="Spring")
    home = {"household": cast.household}
    hold(other, cast.child, gifts=[Gift(item="A bag")] * 1, **home)
    hold(None, cast.child, gifts=[Gift(item="A book")], by=cast.principal, **home)
    assert Allowance.of(campaign, cast.household.pk, [cast.child.pk]).number == 0


def test_another_home_of_the_child_has_its_own(cast, campaign):
    fathers = builders.make_household(cast.child, guardians=[cast.father])
    hold(campaign, cast.child, gifts=[Gift(item="A bag")], household=fathers)
    assert Allowance.of(campaign, cast.household.pk, [cast.child.pk]).number == 0


def test_the_verb_refuses_more_and_writes_nothing(cast, campaign):
    home = {"household": cast.household}
    hold(campaign, cast.child, gifts=[Gift(item="A bag"), Gift(item="A book")], **home)
    with pytest.raises(OverCap):
        hold(campaign, cast.sibling, gifts=[Gift(item="A coat")], **home)
    assert Visit.objects.held().count() == 1
    assert Gift.objects.count() == 2


@pytest.mark.parametrize("cap", [{"gift_number": None, "gift_value": None}])
def test_without_a_cap_everything_may_be_given(cast, campaign, cap):
    campaign.change(by=cast.principal, **cap)
    many = [Gift(item=f"Thing {n}", value=9_999_999) for n in range(3)]
    assert hold(campaign, cast.child, gifts=many).gifts.count() == 3


def test_without_a_campaign_everything_may_be_given(cast, campaign):
    for _n in range(3):
        give(cast, value="500")
    assert Gift.objects.count() == 3


def test_a_cap_of_nothing_lets_nothing_be_given(cast, campaign):
    campaign.change(by=cast.principal, gift_number=0)
    with pytest.raises(OverCap):
        hold(campaign, cast.child, gifts=[Gift(item="A bag")])


@pytest.mark.django_db(transaction=True)
def test_two_visits_at_once_do_not_pass_it_together(cast, campaign):
    """Ten visits to one home at the same moment bring one gift each; the campaign gives two."""
    children, gate, found = [cast.child, cast.sibling], threading.Barrier(10), []

    def visit(n):
        try:
            gate.wait(20)
            hold(
                campaign, children[n % 2], gifts=[Gift(item=f"Gift {n}")], household=cast.household
            )
            found.append("given")
        except OverCap:
            found.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=visit, args=(n,)) for n in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(found) == ["given"] * 2 + ["refused"] * 8
    assert Gift.objects.count() == Visit.objects.held().count() == 2


# --- the cap in the form ------------------------------------------------------------------------------


def begin(cast, campaign, *children, by=None, **more):
    """Begin a draft that can be finished, counted for the campaign, at which a coat was given."""
    answers = {"campaign": str(campaign.pk), "gift_0_item": "A coat", "gift_0_value": "15"}
    return make_whole_draft(cast, *children, by=by, **answers | more)


def test_the_form_says_the_cap_and_what_was_given_when(cast, campaign, as_):
    visit = give(cast, campaign=str(campaign.pk), gift_1_item="A book", gift_1_value="5.5")
    draft = begin(cast, campaign)
    response = post_step(as_(cast.counselor), draft, 4)
    assert response.status_code == 422
    (words,) = errors(response)["gift_0_item"]
    day = timezone.localdate(visit.happened_at, draft.zone)
    assert "“Winter visits” gives one household 2 gifts at most." in words
    assert "gifts worth 30.00 at most" in words
    assert f"A school bag ({day.day} {day:%B} {day.year}, worth 10.00)" in words
    assert "A book" in words
    draft.refresh_from_db()
    assert draft.data["gift_0_item"] == "A coat"


def test_the_form_lets_what_is_left_be_given(cast, campaign, as_):
    give(cast, campaign=str(campaign.pk), value="15")
    draft = begin(cast, campaign)
    assert post_step(as_(cast.counselor), draft, 4).status_code == 302
    recording.finish(draft, by=cast.counselor, share=True)
    assert Gift.objects.count() == 2


def test_the_form_asks_what_a_gift_is_worth_where_that_is_limited(cast, campaign, as_):
    draft = begin(cast, campaign, gift_0_value="")
    response = post_step(as_(cast.counselor), draft, 4)
    assert "gift_0_value" in errors(response)
    campaign.change(by=cast.principal, gift_value=None)
    assert post_step(as_(cast.counselor), draft, 4).status_code == 302


def test_the_form_names_no_gift_of_a_visit_that_the_writer_does_not_read(cast, campaign, as_):
    give(cast, cast.sibling, by=cast.counselor, campaign=str(campaign.pk), item="A secret",
         gift_1_item="A surprise", gift_1_value="1", confidential="on")  # fmt: skip
    draft = begin(cast, campaign, by=cast.adviser, colleagues=[str(cast.counselor.pk)])
    response = post_step(as_(cast.adviser), draft, 4)
    (words,) = errors(response)["gift_0_item"]
    assert "2 gifts at visits that you do not read" in words
    assert "secret" not in words
    assert "surprise" not in words


def test_the_campaign_of_a_planned_visit_counts(cast, campaign, as_):
    give(cast, campaign=str(campaign.pk), value="25")
    planned = plan_visit(cast, campaign=campaign, at=timezone.now() - dt.timedelta(hours=2))
    Draft.objects.begin(by=cast.counselor, children=[cast.child], answers={}, pk=planned.pk)
    draft = Draft.objects.with_circle().get(pk=planned.pk)
    draft.data = make_whole_draft(cast).data | {"gift_0_item": "A coat", "gift_0_value": "6"}
    draft.save()
    response = post_step(as_(cast.counselor), draft, 4)
    assert "gift_0_value" in errors(response)


@pytest.mark.parametrize("chosen", ["x", "\0", "00000000-0000-4000-8000-000000000000"])
def test_the_form_bears_any_campaign(cast, campaign, as_, chosen):
    draft = begin(cast, campaign)
    draft.data["campaign"] = chosen.replace("\0", "\ufffd")
    draft.save()
    assert post_step(as_(cast.counselor), draft, 4).status_code == 302


def test_finishing_says_what_is_too_much_and_loses_nothing(cast, campaign, as_):
    """The campaign is chosen on the last step: there the cap is known."""
    give(cast, campaign=str(campaign.pk), value="20")
    draft = make_whole_draft(cast, gift_0_item="A coat", gift_0_value="11")
    client = as_(cast.counselor)
    assert post_step(client, draft, 4).status_code == 302
    draft.refresh_from_db()
    sent = page_of(draft, draft.data | {"campaign": str(campaign.pk)})
    response = client.post(reverse("visits:draft-finish", args=[draft.pk]), sent)
    assert response.status_code == 422
    (fault,) = response.context["sheet"].faults
    assert "30.00" in fault["message"]
    assert fault["url"].endswith("/4/?check#id_gift_0_value")
    draft.refresh_from_db()
    assert draft.data["gift_0_item"] == "A coat"
    assert Visit.objects.held().count() == 1


def test_what_the_verb_refuses_comes_back_to_the_form(cast, campaign, as_, monkeypatch):
    """Another visit gives after the form was checked: nothing is lost, and it is said."""
    draft = begin(cast, campaign)
    monkeypatch.setattr("visits.forms.gifts.GiftRows._check_cap", lambda *_args: None)
    give(cast, campaign=str(campaign.pk), value="30")
    with pytest.raises(recording.NotWhole):
        recording.finish(draft, by=cast.counselor, share=True)
    monkeypatch.undo()
    response = as_(cast.counselor).post(
        reverse("visits:draft-finish", args=[draft.pk]), page_of(draft)
    )
    assert response.status_code == 422
    assert response.context["sheet"].faults


# --- counted for a campaign later ---------------------------------------------------------------------


def test_a_visit_that_is_counted_later_is_reported_and_not_refused(cast, campaign, as_):
    give(cast, value="25")
    give(cast, value="25")
    start = timezone.now() - dt.timedelta(days=30)
    everybody = type(cast.child).objects.all()
    assert campaign.attach(everybody, start, timezone.now(), by=cast.principal) == 2
    page = as_(cast.principal).get(LIST)
    (row,) = page.context["page"].object_list
    assert (row["number"], row["worth"], row["over"]) == (2, "50.00", 1)
    assert "more than the campaign gives" in page.text
    with pytest.raises(OverCap):
        hold(campaign, cast.child, gifts=[Gift(item="A bag", value=1)], household=cast.household)


# --- who reads it -----------------------------------------------------------------------------------


def test_it_is_read_like_its_visit(cast):
    visit = give(cast, share=False)
    people = ("mother", "father", "other_mother", "adviser", "other_teacher", "counselor",
              "principal", "school_admin", "volunteer", "other_school_admin")  # fmt: skip

    def readers():
        return {n for n in people if Gift.objects.visible_to(getattr(cast, n)).exists()}

    assert readers() == {"adviser", "counselor", "principal"}
    visit.share(by=cast.counselor)
    assert readers() == {"adviser", "counselor", "principal", "mother"}


def test_the_pages_of_the_visit_show_it(cast, as_):
    visit = give(cast, item="<b>Bag</b>", gift_0_from="Rotary", gift_0_to="Grandmother")
    page = as_(cast.adviser).get(reverse("visits:visit-detail", args=[visit.pk])).text
    paper = as_(cast.adviser).get(reverse("visits:visit-print", args=[visit.pk])).text
    own = as_(cast.mother).get(reverse("reports:progress", args=[cast.child.pk])).text
    for text in (page, paper, own):
        assert "&lt;b&gt;Bag&lt;/b&gt;" in text
        assert "Rotary" in text
    assert "10.00" in page
    assert "10.00" not in own
    assert "10.00" not in paper


def test_the_closing_step_shows_it(cast, as_):
    draft = make_whole_draft(cast, gift_0_item="A coat")
    page = as_(cast.counselor).get(reverse("visits:draft-step", args=[draft.pk, 5]))
    assert page.context["sheet"].gifts == [{"item": "A coat", "giver": ""}]
    assert "A coat" in page.text


# --- the list ---------------------------------------------------------------------------------------


def test_it_lists_homes_with_sums(cast, campaign, as_):
    give(cast, campaign=str(campaign.pk), value="12.5")
    give(cast, cast.sibling, campaign=str(campaign.pk), item="A coat", value="5")
    give(cast, item="A pen", value="")
    response = as_(cast.principal).get(LIST)
    rows = response.context["page"].object_list
    assert {(r["campaign"], r["number"], r["worth"], r["over"]) for r in rows} == {
        ("Winter visits", 2, "17.50", 0),
        ("For no campaign", 1, None, 0),
    }
    sums = {row["campaign"]: row for row in response.context["campaigns"]}
    assert sums["Winter visits"]["homes"] == 1
    assert sums["Winter visits"]["cap"] == "at most 2 gifts, worth 30.00 for a household"
    assert sums["For no campaign"]["unknown"] == 1
    assert response.context["totals"]["number"] == 3


def test_it_lists_only_some(cast, campaign, as_):
    give(cast, campaign=str(campaign.pk), item="A bag")
    give(cast, item="A pen", value="2")
    client = as_(cast.principal)

    def items(query):
        rows = client.get(f"{LIST}?{query}").context["page"].object_list
        return [gift["item"] for row in rows for gift in row["gifts"]]

    assert items(f"campaign={campaign.pk}") == ["A bag"]
    assert items("campaign=none") == ["A pen"]
    assert items("over=on") == []
    for odd in ("campaign=x", "campaign=%00", "page=x"):
        assert client.get(f"{LIST}?{odd}").status_code == 200


@pytest.mark.parametrize(
    ("who", "status"),
    [("adviser", 403), ("counselor", 403), ("mother", 403), ("volunteer", 403), ("district", 403),
     ("principal", 200), ("school_admin", 200)],
)  # fmt: skip
def test_it_opens_to_leaders(cast, as_, who, status):
    assert as_(getattr(cast, who)).get(LIST).status_code == status


def test_it_opens_to_who_leads_a_team_with_what_it_sees(cast, campaign, as_):
    give(cast, campaign=str(campaign.pk), item="A bag")
    give(cast, item="A pen", value="2")
    team = campaign.teams.create(name="North", lead=cast.counselor)
    text = as_(cast.counselor).get(LIST).text
    assert "A bag" in text
    assert "A pen" not in text
    team.lead = cast.other_counselor
    team.save()
    assert "A bag" not in as_(cast.other_counselor).get(LIST).text


def test_a_leader_of_another_division_sees_none(cast, as_):
    give(cast, item="A bag")
    division = cast.school.divisions.create(code="g9", name="Grade 9")
    leader = builders.make_staff(cast.school, sight.LEADER, division=division)
    assert "A bag" not in as_(leader).get(LIST).text


def test_a_school_administrator_reads_sums_alone(cast, campaign, as_):
    give(cast, campaign=str(campaign.pk), item="A bag", value="7", confidential="on")
    page = as_(cast.school_admin).get(LIST)
    assert "7.00" in page.text
    assert "A bag" not in page.text
    assert cast.child.full_name not in page.text
    assert as_(cast.school_admin).get(f"{LIST}take/").status_code == 403
    assert "7.00" not in as_(cast.other_school_admin).get(LIST).text


def test_it_is_taken_along_and_that_is_written_down(cast, as_):
    give(cast, item="=1+1", value="12.5")
    client = as_(cast.principal)
    sent = {"reason": "leaders", "ending": "csv", "submission": builders.new_key()}
    text = client.post(f"{LIST}take/", sent).content.decode("utf-8-sig")
    assert "'=1+1,12.5" in text
    assert Entry.objects.get(verb="gifts.exported").data == {"reason": "leaders", "rows": 1}
    assert client.post(f"{LIST}take/", sent | {"ending": "xlsx"}).content.startswith(b"PK")
    assert client.post(f"{LIST}take/", {}).status_code == 422
    assert client.get(f"{LIST}take/").status_code == 200


def test_it_asks_as_much_for_one_as_for_twenty(cast, as_):
    client, counts = as_(cast.principal), []
    client.get(LIST)
    for many in (1, 19):
        for n in range(many):
            child = builders.make_student(cast.school_class, f"Child {many} {n}")
            hold(None, child, gifts=[Gift(item="A bag")], by=cast.principal)
        with connection.execute_wrapper(counter := Counter()):
            page = client.get(LIST)
        counts.append(counter.n)
    assert len(page.context["page"].object_list) == 20
    assert counts[0] == counts[1] <= 15
