"""A confidential visit: who reads it, and that it stays away from everybody else."""

import pytest
from django.db import InternalError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from homeschool.journal.models import Entry, Notice
from homeschool.people import sight
from homeschool.people.views.seen import Seen
from tests import builders
from tests.api import Program
from visits import recording
from visits.models import (
    Addendum,
    Confidence,
    Draft,
    Need,
    Participant,
    Promise,
    Summary,
    Visit,
    VisitChild,
)

from .builders import hold_visit, make_whole_draft, page_of
from .campaigns import make_campaign

READS = ("counselor", "principal")
WORDS = ("The reading group.", "The mother works evenings.", "bus pass", "tells stories")


@pytest.fixture
def visit(cast):
    """One that the counselor made alone, at school."""
    return hold_visit(cast, mode="school", colleagues=[], share=False, confidential="on")


def page(client, visit):
    return client.get(reverse("visits:visit-detail", args=[visit.pk]))


def press(client, visit, what):
    return client.post(reverse(f"visits:visit-{what}", args=[visit.pk]))


def division_leader(cast):
    return builders.make_staff(
        cast.school, sight.LEADER, "Lena Part", division=cast.school_class.division
    )


# --- who reads it -------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", READS)
def test_it_opens_to_whom_it_is_for(cast, as_, visit, who):
    client = as_(getattr(cast, who))
    text = page(client, visit).text
    assert "This visit is confidential" in text
    for words in WORDS:
        assert words in text
    assert str(visit.pk) in client.get("/visits/").text


@pytest.mark.parametrize(
    "who",
    [
        "adviser",
        "other_teacher",
        "other_counselor",
        "school_admin",
        "mother",
        "father",
        "volunteer",
    ],
)
def test_it_is_not_there_for_anybody_else(cast, as_, visit, who):
    person = getattr(cast, who)
    client = as_(person)
    assert page(client, visit).status_code == 404
    assert client.get(reverse("visits:visit-print", args=[visit.pk])).status_code == 404
    assert not Visit.objects.visible_to(person).exists()
    for model in (VisitChild, Promise, Participant, Addendum, Need):
        assert not model.objects.visible_to(person).filter(visit=visit).exists(), model


def test_it_is_not_for_an_adviser_who_stayed_here(cast, as_, visit):
    assert str(visit.pk) not in as_(cast.adviser).get("/visits/").text


def test_it_opens_to_an_adviser_who_went_along(cast, as_):
    visit = hold_visit(cast, share=False, confidential="on")
    assert page(as_(cast.adviser), visit).status_code == 200


def test_it_closes_to_a_visitor_who_no_longer_works_with_the_child(cast, as_):
    visit = hold_visit(cast, share=False, confidential="on")
    cast.adviser.membership.end(by=cast.school_admin)
    assert page(as_(cast.adviser), visit).status_code == 404


def test_it_is_not_for_the_leader_of_a_division(cast, as_, visit):
    client = as_(division_leader(cast))
    assert page(client, visit).status_code == 404
    visit.lift_confidence(by=cast.principal)
    assert page(client, visit).status_code == 200


def test_it_opens_to_the_counselor_of_one_of_the_children(cast):
    visit = hold_visit(
        cast, cast.child, cast.sibling, mode="school", colleagues=[], share=False, confidential="on"
    )
    builders.give_caseload(cast.other_counselor, cast.sibling)
    assert Visit.objects.visible_to(cast.other_counselor).get() == visit
    lines = visit.children_for(cast.other_counselor)
    assert [line.student for line in lines] == [cast.sibling]


def test_it_is_not_in_the_api_for_anybody_else(cast, visit):
    for who, found in (("counselor", 1), ("principal", 1), ("adviser", 0)):
        program = Program(getattr(cast, who))
        for name in ("visits/", "promises/"):
            assert len(program.rows(name)) == found, (who, name)


def test_what_is_added_to_it_is_as_confidential(cast, visit):
    added = Addendum.objects.pin(visit, "One word more.", by=cast.counselor, shared=True)
    assert Addendum.objects.visible_to(cast.counselor).get() == added
    assert not Addendum.objects.visible_to(cast.adviser).exists()
    assert not Addendum.objects.visible_to(cast.mother).exists()


def test_it_costs_the_list_no_query(cast, as_, django_assert_num_queries):
    client = as_(cast.counselor)
    open_one = hold_visit(cast, share=False)
    client.get("/visits/")
    with CaptureQueriesContext(connection) as before:
        client.get("/visits/")
    open_one.keep_in_confidence(by=cast.counselor)
    with django_assert_num_queries(len(before)):
        client.get("/visits/")


# --- the family gets nothing --------------------------------------------------------------------------


def test_the_family_gets_nothing_whatever_was_pressed(cast, as_):
    draft = make_whole_draft(cast, confidential="on")
    client = as_(cast.counselor)
    answer = client.post(
        reverse("visits:draft-finish", args=[draft.pk]), page_of(draft), follow=True
    )
    assert "nothing goes to the family" in answer.text
    visit = Visit.objects.get(pk=draft.pk)
    assert visit.is_confidential()
    assert not Summary.objects.exists()
    assert not Notice.objects.exists()
    mothers = as_(cast.mother).get(reverse("reports:progress", args=[cast.child.pk])).text
    assert not any(words in mothers for words in WORDS)


def test_it_is_not_shared(cast, as_, visit):
    with pytest.raises(ValueError, match="confidential"):
        visit.share(by=cast.counselor)
    client = as_(cast.counselor)
    assert "Share with the family" not in page(client, visit).text
    answer = client.post(reverse("visits:visit-share", args=[visit.pk]), follow=True)
    assert "nothing of it goes to the family" in answer.text
    assert not Summary.objects.exists()


def test_it_is_not_held_shared_and_confidential_at_once(cast):
    visit = Visit(school=cast.school, happened_at=timezone.now())
    with pytest.raises(ValueError, match="confidential"):
        visit.hold(by=cast.counselor, lines=[], visitors=[], share=True, confidential=True)
    assert not Visit.objects.exists()


def test_the_database_refuses_to_publish_it(cast, visit):
    with pytest.raises(InternalError), transaction.atomic():
        Summary.objects.create(visit=visit, body={}, published_by=cast.counselor)


def test_the_family_does_not_see_that_a_visit_was_read(cast, as_, visit):
    client = as_(cast.counselor)
    page(client, visit)
    client.get(reverse("visits:visit-print", args=[visit.pk]))
    read = Entry.objects.filter(kind=Entry.Kind.VIEWED, student=cast.child)
    assert set(read.values_list("verb", flat=True)) == {"record.viewed", "record.printed"}
    looks = Seen(cast.mother, cast.child).looks(5)
    assert [row["what"].partition(": ")[2] for row in looks] == ["read the record"] * 2


def test_its_chip_says_so(cast, as_, visit):
    assert "Confidential" in as_(cast.counselor).get("/visits/").text


# --- later --------------------------------------------------------------------------------------------


def test_it_is_lifted_and_set_again_and_the_journal_knows(cast, as_, visit):
    client = as_(cast.counselor)
    press(client, visit, "unseal")
    assert Visit.objects.visible_to(cast.adviser).exists()
    assert "Share with the family" in page(client, visit).text
    press(client, visit, "confide")
    press(client, visit, "confide")
    assert not Visit.objects.visible_to(cast.adviser).exists()
    assert Confidence.objects.filter(visit=visit).count() == 2
    verbs = Entry.objects.filter(student=cast.child).values_list("verb", flat=True)
    assert [v for v in verbs.order_by("pk") if v in ("visit.confided", "visit.unsealed")] == [
        "visit.confided", "visit.unsealed", "visit.confided",
    ]  # fmt: skip
    assert Visit.objects.get(pk=visit.pk).is_held


def test_it_is_not_for_everybody_who_reads_it_to_lift(cast, as_, visit):
    builders.give_caseload(cast.other_counselor, cast.child)
    client = as_(cast.other_counselor)
    assert "Not confidential any more" not in page(client, visit).text
    assert press(client, visit, "unseal").status_code == 403
    assert press(as_(cast.principal), visit, "unseal").status_code == 302
    assert press(as_(cast.adviser), visit, "confide").status_code == 403
    assert not visit.is_confidential()


def test_what_the_family_has_read_cannot_be_made_confidential(cast, as_):
    visit = hold_visit(cast)
    client = as_(cast.counselor)
    assert "Keep it confidential" not in page(client, visit).text
    assert "has read the summary" in client.post(
        reverse("visits:visit-confide", args=[visit.pk]), follow=True
    ).text  # fmt: skip
    with pytest.raises(InternalError), transaction.atomic():
        Confidence.objects.create(visit=visit, by=cast.counselor)
    assert not visit.is_confidential()


def test_a_confidence_is_only_lifted(cast, visit):
    row = Confidence.objects.get()
    for change in ({"by": cast.adviser}, {"since": timezone.now()}):
        with pytest.raises(InternalError), transaction.atomic():
            Confidence.objects.filter(pk=row.pk).update(**change)
    with pytest.raises(InternalError), transaction.atomic():
        row.delete()
    visit.lift_confidence(by=cast.counselor)
    with pytest.raises(InternalError), transaction.atomic():
        Confidence.objects.filter(pk=row.pk).update(until=None, lifted_by=None)


def test_a_visit_that_is_planned_is_not_confidential(cast):
    visit = Visit.objects.create(school=cast.school, planned_at=timezone.now())
    with pytest.raises(ValueError, match="held"):
        visit.keep_in_confidence(by=cast.counselor)


# --- figures count it ---------------------------------------------------------------------------------


def test_it_counts_for_a_campaign_and_its_row_does_not_open(cast, as_):
    campaign = make_campaign(cast.principal, cast.school)
    draft = make_whole_draft(
        cast, mode="school", colleagues=[], confidential="on", campaign=str(campaign.pk)
    )
    visit = recording.finish(draft, by=cast.counselor, share=False)
    rows = reverse("visits:campaign-rows", args=[campaign.pk]) + "?measure=visits_held"
    text = as_(cast.adviser).get(rows).text
    assert "1 row" in text
    assert "Kept in confidence" in text
    assert str(visit.pk) not in text
    assert str(visit.pk) in as_(cast.principal).get(rows).text
    take = reverse("visits:campaign-export", args=[campaign.pk]) + "?measure=visits_held"
    file = as_(cast.adviser).post(
        take, {"reason": "check", "ending": "csv", "submission": builders.new_key()}
    )
    assert len(file.content.decode().strip().splitlines()) == 1


@pytest.mark.parametrize("measure", ["visits_held", "promises_made"])
def test_it_counts_in_the_report_and_its_row_does_not_open(cast, as_, visit, measure):
    rows = reverse("reports:term-rows")
    asked = {"term": cast.term.pk, "measure": measure}
    text = as_(cast.adviser).get(rows, asked).text
    assert "Kept in confidence" in text
    assert str(visit.pk) not in text
    assert "bus pass" not in text
    assert str(visit.pk) in as_(cast.principal).get(rows, asked).text


# --- while it is written ------------------------------------------------------------------------------


def test_the_box_says_what_it_does_and_is_kept(cast, as_):
    draft = make_whole_draft(cast, confidential="on")
    text = as_(cast.counselor).get(reverse("visits:draft-step", args=[draft.pk, 5])).text
    assert "Keep this visit confidential" in text
    assert "The family gets no summary" in text
    assert "Finish in confidence" in text
    assert not Draft.objects.visible_to(cast.principal).exists()
