"""A caseload goes to a colleague in one step, with a note that few read."""

import datetime as dt
import uuid

import pytest
from django.core import mail
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from homeschool.journal import actions as journal, channels
from homeschool.journal.models import Delivery, Entry, Notice, Receipt
from homeschool.people.actions import hand_over, handing
from homeschool.people.models import Caseload, Handover, SchoolClass, Student
from tests import builders
from visits.models import Draft, Promise, Visit, VisitChild, Visitor

NOTE = "Agreed: the grandmother opens the door."


@pytest.fixture
def two(cast):
    """The counselor's role and the colleague's."""
    return cast.counselor.membership, cast.other_counselor.membership


def hand(cast, two, *, part=None, note=NOTE):
    rows = list(handing.open_caseloads(two[0]))
    return hand_over(
        *two, by=cast.school_admin, caseloads=rows if part is None else part, note=note
    )


def plan(cast, *children, days=3, visitors=None):
    visit = Visit(school=cast.school, planned_at=timezone.now() + dt.timedelta(days=days))
    return visit.schedule(
        by=cast.counselor, children=children, visitors=visitors or [cast.counselor]
    )


def visitors(visit):
    return set(Visitor.objects.filter(visit=visit).values_list("user__full_name", flat=True))


# --- the verb ---------------------------------------------------------------------------------------


def test_the_colleague_sees_the_children_and_the_other_no_more(cast, two):
    made = hand(cast, two)
    assert set(Student.objects.visible_to(cast.other_counselor)) == {cast.child, cast.sibling}
    assert not Student.objects.visible_to(cast.counselor).exists()
    assert made.counts == {
        "caseloads": 2,
        "classes": 0,
        "visits": 0,
        "visits_at_once": 0,
        "promises": 0,
        "plans": 0,
    }
    verbs = list(Entry.objects.filter(actor=cast.school_admin).values_list("verb", flat=True))
    assert sorted(verbs) == sorted(
        ["caseload.ended", "caseload.begun"] * 2 + ["caseload.handed_over"]
    )


def test_some_of_it_goes_and_the_rest_stays(cast, two):
    hand(cast, two, part=[Caseload.objects.get(membership=two[0], student=cast.child)])
    assert set(Student.objects.visible_to(cast.other_counselor)) == {cast.child}
    assert set(Student.objects.visible_to(cast.counselor)) == {cast.sibling}


def test_what_the_colleague_has_already_is_not_begun_twice(cast, two):
    builders.give_caseload(cast.other_counselor, cast.child)
    hand(cast, two)
    assert Caseload.objects.filter(membership=two[1], student=cast.child).count() == 1


def test_what_ended_meanwhile_is_left_out(cast, two):
    rows = list(handing.open_caseloads(two[0]))
    rows[0].end(by=cast.school_admin)
    assert hand(cast, two, part=rows).counts["caseloads"] == 1


def test_a_teachers_classes_go_along(cast):
    pair = cast.adviser.membership, cast.other_teacher.membership
    hand_over(*pair, by=cast.school_admin, classes=[cast.school_class])
    assert SchoolClass.objects.get(pk=cast.school_class.pk).adviser == pair[1]
    assert cast.child not in Student.objects.visible_to(cast.adviser)


def test_planned_visits_go_along_and_held_and_past_ones_stay(cast, two):
    to_come, over = plan(cast, cast.child), plan(cast, cast.child, days=-3)
    both = plan(cast, cast.child, days=4, visitors=[cast.counselor, cast.other_counselor])
    elsewhere = plan(cast, cast.classmate, days=5)
    held = Visit(school=cast.school, mode="phone", happened_at=timezone.now())
    held.hold(by=cast.counselor, lines=[VisitChild(student=cast.child)], visitors=[cast.counselor])
    assert hand(cast, two).counts["visits"] == 2
    assert visitors(to_come) == visitors(both) == {cast.other_counselor.full_name}
    for visit in (over, elsewhere, held):
        assert visitors(visit) == {cast.counselor.full_name}
    assert Entry.objects.filter(verb="visit.handed_over", student=cast.child).count() == 2


def test_a_visit_for_which_the_colleague_has_no_time_goes_along_and_it_is_said(cast, two, as_):
    mine = plan(cast, cast.child)
    plan(cast, cast.classmate, visitors=[cast.other_counselor])
    made = hand(cast, two)
    assert (made.counts["visits"], made.counts["visits_at_once"]) == (1, 1)
    assert visitors(mine) == {cast.other_counselor.full_name}
    assert (
        "1 of them falls into the time of another visit"
        in read(as_(cast.other_counselor), made).content.decode()
    )


def test_a_record_that_was_begun_is_open_to_the_colleague(cast, two):
    visit = plan(cast, cast.child)
    draft = Draft.objects.begin(by=cast.counselor, children=[cast.child], answers={}, pk=visit.pk)
    hand(cast, two)
    assert draft in Draft.objects.visible_to(cast.other_counselor)


def test_open_promises_go_along(cast, two):
    held = Visit(school=cast.school, mode="phone", happened_at=timezone.now())
    owed = {
        "open": Promise(student=cast.child, side="school", owner=cast.counselor, what="a"),
        "kept": Promise(student=cast.child, side="school", owner=cast.counselor, what="b"),
        "other": Promise(student=cast.child, side="school", owner=cast.adviser, what="c"),
    }
    held.hold(
        by=cast.counselor, lines=[VisitChild(student=cast.child)], visitors=[cast.counselor],
        promises=owed.values(),
    )  # fmt: skip
    owed["kept"].keep(by=cast.counselor)
    assert hand(cast, two).counts["promises"] == 1
    owners = dict(Promise.objects.values_list("what", "owner__full_name"))
    assert owners == {"a": cast.other_counselor.full_name, "b": "Mei Chen", "c": "Daniel Okafor"}


@pytest.mark.parametrize("wrong", ["role", "school", "self", "ended", "closed"])
def test_it_refuses_who_does_not_fit(cast, two, wrong):
    giver, taker = two
    if wrong == "role":
        taker = cast.adviser.membership
    elif wrong == "school":
        taker = builders.make_staff(cast.other_school, "counselor").membership
    elif wrong == "self":
        taker = giver
    elif wrong == "ended":
        taker.end(by=cast.school_admin)
    else:
        cast.other_counselor.is_active = False
        cast.other_counselor.save()
    with pytest.raises(handing.NotHandedOver):
        hand_over(giver, taker, by=cast.school_admin, caseloads=handing.open_caseloads(giver))
    assert not Handover.objects.exists()
    assert cast.child in Student.objects.visible_to(cast.counselor)


def test_the_note_is_kept_encrypted_and_stands_in_no_entry(cast, two):
    made = hand(cast, two)
    with connection.cursor() as cursor:
        cursor.execute("SELECT note FROM people_handover")
        assert "grandmother" not in cursor.fetchone()[0]
    assert not any(
        "grandmother" in str(data) for data in Entry.objects.values_list("data", flat=True)
    )
    assert Handover.objects.get().note == made.note == NOTE


# --- who reads it ----------------------------------------------------------------------------------------


def read(client, made):
    return client.get(reverse("people:handover", args=[made.pk]))


@pytest.mark.parametrize("who", ["counselor", "other_counselor", "principal", "school_admin"])
def test_the_two_the_leader_and_its_author_read_the_note(cast, two, as_, who):
    made = hand(cast, two)
    user = getattr(cast, who)
    assert NOTE in read(as_(user), made).content.decode()
    entry = Entry.objects.get(verb="handover.viewed")
    assert (entry.actor, entry.kind) == (user, Entry.Kind.VIEWED)


def test_another_admin_sees_that_it_was_and_not_the_note(cast, two, as_):
    made = hand(cast, two)
    second = builders.make_staff(cast.school, "school_admin")
    page = read(as_(second), made).content.decode()
    assert "Lucía Vega" in page
    assert NOTE not in page
    assert not Entry.objects.filter(verb="handover.viewed").exists()


@pytest.mark.parametrize(
    "who", ["adviser", "volunteer", "mother", "other_school_admin", "district"]
)
def test_nobody_else_finds_it(cast, two, as_, who):
    made = hand(cast, two)
    assert read(as_(getattr(cast, who)), made).status_code == 404


def test_whose_role_has_ended_reads_it_no_more(cast, two, as_):
    made = hand(cast, two)
    two[0].end(by=cast.school_admin)
    assert read(as_(cast.counselor), made).status_code == 404


def test_a_leader_of_one_grade_does_not_find_it(cast, two, as_):
    made = hand(cast, two)
    part = builders.make_staff(cast.school, "leader", division=cast.school_class.division)
    assert read(as_(part), made).status_code == 404


# --- the colleague is told --------------------------------------------------------------------------------


def test_the_colleague_is_told_by_mail_without_names_or_note(cast, two):
    made = hand(cast, two)
    journal.expand([Notice.objects.get(kind=handing.HANDED_OVER).pk])
    receipt = Receipt.objects.get()
    assert receipt.person == cast.other_counselor
    journal.deliver(_handed_out())
    (letter,) = mail.outbox
    whole = letter.subject + letter.body + str(letter.alternatives)
    assert reverse("people:handover", args=[made.pk]) in letter.body
    for word in (NOTE, cast.child.full_name, cast.child.preferred_name or "小雨"):
        assert word not in whole


def _handed_out():
    waiting = Delivery.objects.filter(state="pending")
    waiting.update(lease_by="relay")
    return list(waiting.values_list("pk", flat=True))


def test_the_colleague_finds_it_on_the_own_page(cast, two, as_):
    made = hand(cast, two)
    page = reverse("people:me")
    assert made.get_absolute_url() in as_(cast.other_counselor).get(page).content.decode()
    assert made.get_absolute_url() not in as_(cast.counselor).get(page).content.decode()


def test_the_link_of_the_letter_shows_no_child_and_no_note(cast, two, client):
    hand(cast, two)
    journal.expand([Notice.objects.get(kind=handing.HANDED_OVER).pk])
    page = client.get(
        reverse("journal:letter", args=[channels.letter_token(Receipt.objects.get())])
    )
    assert page.status_code == 200
    assert "Mei Chen" in page.content.decode()
    assert cast.child.full_name not in page.content.decode()


# --- the page -------------------------------------------------------------------------------------------------


def form_of(membership):
    return reverse("people:staff-hand-over", args=[membership.pk])


def test_the_form_offers_colleagues_of_the_same_role_alone(cast, two, as_):
    builders.make_staff(cast.other_school, "counselor")
    form = as_(cast.school_admin).get(form_of(two[0])).context["form"]
    assert list(form.fields["taker"].queryset) == [two[1]]
    assert len(form.fields["what"].choices) == len(form.fields["what"].initial) == 2


def test_it_is_handed_over_once_however_often_it_is_sent(cast, two, as_):
    client, key = as_(cast.school_admin), uuid.uuid4()
    what = [row.pk for row in handing.open_caseloads(two[0])]
    data = {"submission": key, "taker": two[1].pk, "what": what, "note": NOTE}
    answers = {client.post(form_of(two[0]), data).url for _ in range(2)}
    assert answers == {Handover.objects.get().get_absolute_url()}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"taker": ""}, "taker"), ({"taker": uuid.uuid4()}, "taker"), ({"what": []}, "what"),
        ({"what": [uuid.uuid4()]}, "what"), ({"note": "a\0b"}, "note"), ({"note": "x" * 4001}, "note"),
    ],
)  # fmt: skip
def test_a_wrong_answer_is_told_beside_its_field(cast, two, as_, change, field):
    what = [row.pk for row in handing.open_caseloads(two[0])]
    data = {"taker": two[1].pk, "what": what} | change
    answer = as_(cast.school_admin).post(form_of(two[0]), data)
    assert set(answer.context["form"].errors) == {field}
    assert not Handover.objects.exists()


def test_a_role_without_children_has_nothing_to_hand_over(cast, as_):
    client = as_(cast.school_admin)
    for membership in (cast.volunteer.membership, cast.other_counselor.membership):
        assert b"<textarea" not in client.get(form_of(membership)).content


def test_ending_a_role_with_children_offers_to_hand_over_first(cast, two, as_):
    client = as_(cast.school_admin)
    end = reverse("people:staff-end", args=[two[0].pk])
    assert form_of(two[0]) in client.get(end).content.decode()
    hand(cast, two)
    assert form_of(two[0]) not in client.get(end).content.decode()
