"""The list of who may pick a child up: each guardian adds, takes off its own; staff keeps all."""

import pytest
from django.urls import reverse

from counseling.models import PickUp
from homeschool.journal import actions
from homeschool.journal.models import Entry, Notice, Receipt
from tests import builders


def add(client, child, name="Lin Hong", **more):
    url = reverse("counseling:pick-up-add", args=[child.pk])
    return client.post(url, {"name": name, "relation": "aunt", "phone": "", **more})


def test_a_family_adds_a_person_and_takes_it_off(cast, as_):
    mother = as_(cast.mother)
    assert add(mother, cast.child).status_code == 302
    assert add(mother, cast.child, "  Lin   Hong ").status_code == 302
    row = PickUp.objects.live().get()
    assert (row.name, row.said_by) == ("Lin Hong", cast.mother)
    page = mother.get(reverse("counseling:afternoon", args=[cast.child.pk])).text
    assert "Lin Hong" in page
    mother.post(reverse("counseling:pick-up-end", args=[row.pk]))
    mother.post(reverse("counseling:pick-up-end", args=[row.pk]))
    assert not PickUp.objects.live().exists()
    assert Entry.objects.filter(verb__startswith="pick_up.").count() == 2


def test_sent_twice_it_is_one_and_nothing_typed_is_lost(cast, as_):
    mother, key = as_(cast.mother), "0b0f3f3e-3b1f-4c63-8b8e-0c5b2a2f2a10"
    for _ in range(2):
        assert add(mother, cast.child, submission=key).status_code == 302
    assert PickUp.objects.count() == 1
    page = add(mother, cast.child, "Lin Bo", relation="")
    assert page.status_code == 422
    assert "Lin Bo" in page.text


def test_a_guardian_takes_off_only_whom_it_put_there(cast, as_):
    cast.father.guardianships.get().restore(by=cast.principal)
    row = PickUp.objects.add(
        cast.child, name="Lin Hong", relation="aunt", phone="555 0101", by=cast.mother
    )
    father = as_(cast.father)
    page = father.get(reverse("counseling:afternoon", args=[cast.child.pk])).text
    assert "Lin Hong" in page
    assert "555 0101" not in page
    end = reverse("counseling:pick-up-end", args=[row.pk])
    assert father.post(end).status_code == 403
    assert as_(cast.counselor).post(end).status_code == 302
    assert not PickUp.objects.live().exists()


def test_a_guardian_puts_itself_on_the_list_in_one_tap(cast, as_):
    mother, url = as_(cast.mother), reverse("counseling:pick-up-me", args=[cast.child.pk])
    for _ in range(2):
        assert mother.post(url).status_code == 302
    assert PickUp.objects.get().name == cast.mother.full_name


def test_whom_a_restriction_keeps_away_is_held_back_and_staff_is_told(cast, as_):
    cast.father.guardianships.get().restrict(by=cast.principal, reason="Canary court order")
    mother = as_(cast.mother)
    add(mother, cast.child, " ".join(cast.father.full_name))
    assert not PickUp.objects.live().exists()
    page = mother.get(reverse("counseling:afternoon", args=[cast.child.pk])).text
    assert "Please talk to the school first." in page
    assert "restriction" not in page
    notice = Notice.objects.get(kind="pick_up.held")
    actions.expand([notice.pk])
    told = set(Receipt.objects.filter(notice=notice).values_list("person", flat=True))
    assert told == {cast.counselor.pk, cast.principal.pk}
    page = as_(cast.adviser).get(reverse("counseling:pick-up-list", args=[cast.child.pk])).text
    assert "A contact restriction stands" in page
    assert "Canary court order" not in page


def test_a_restriction_that_comes_later_holds_back_too_and_goes_again(cast):
    PickUp.objects.add(cast.child, name=cast.father.full_name, relation="father", by=cast.mother)
    tie = cast.father.guardianships.get()
    assert PickUp.objects.live().exists()
    tie.restrict(by=cast.principal, reason="order")
    assert not PickUp.objects.live().exists()
    tie.restore(by=cast.principal)
    assert PickUp.objects.live().exists()


@pytest.mark.parametrize("who", ["school_admin", "mother", "volunteer"])
def test_the_list_of_staff_is_for_who_works_with_the_child(cast, as_, who):
    url = reverse("counseling:pick-up-list", args=[cast.child.pk])
    assert as_(getattr(cast, who)).get(url).status_code in (403, 404)


def test_staff_writes_down_what_a_family_said_and_its_reading_is_kept(cast, as_):
    counselor, url = as_(cast.counselor), reverse("counseling:pick-up-list", args=[cast.child.pk])
    page = counselor.post(url, {"name": "Lin Hong", "relation": "aunt"})
    assert page.status_code == 302
    assert "Lin Hong" in counselor.get(url).text
    assert Entry.objects.filter(verb="pick_up.viewed", student=cast.child).exists()


def test_whom_a_guardian_named_who_is_restricted_later_is_held_back(cast, as_):
    tie = cast.father.guardianships.get()
    tie.restore(by=cast.principal)
    PickUp.objects.add(cast.child, name="Aunt Wu", relation="aunt", by=cast.father)
    assert PickUp.objects.live().exists()
    tie.restrict(by=cast.principal, reason="order")
    assert not PickUp.objects.live().exists()
    page = as_(cast.mother).get(reverse("counseling:afternoon", args=[cast.child.pk])).text
    assert "Please talk to the school first." in page


def test_who_only_reads_puts_nobody_on_the_list(cast, as_):
    aunt = builders.make_guardian(cast.child, "Lin Mei", relation="aunt", legal_guardian=False)
    client = as_(aunt)
    page = client.get(reverse("counseling:afternoon", args=[cast.child.pk])).text
    assert "Add a person" not in page
    assert "I pick up myself" not in page
    assert add(client, cast.child, "Stranger").status_code == 403
    me = reverse("counseling:pick-up-me", args=[cast.child.pk])
    assert client.post(me).status_code == 403
    assert not PickUp.objects.exists()
