"""“I have read it”, what a family adds, and what staff adds."""

import pytest
from django.urls import reverse

from homeschool.journal.models import Entry, Receipt
from tests import builders
from visits.models import Addendum

from .builders import hold_visit, plan_visit


def confirm(client, visit, **data):
    return client.post(reverse("visits:summary-confirm", args=[visit.pk]), data)


def add(client, visit, text="One more thing.", **data):
    data.setdefault("submission", builders.new_key())
    return client.post(reverse("visits:addendum-add", args=[visit.pk]), {"text": text} | data)


def progress(child):
    return reverse("reports:progress", args=[child.pk])


# --- I have read it -----------------------------------------------------------------------------------


def test_it_is_confirmed_once(cast, as_):
    visit, client = hold_visit(cast), as_(cast.mother)
    assert confirm(client, visit, child=cast.child.pk).url == progress(cast.child)
    first = Receipt.objects.get()
    assert (first.person, first.why) == (cast.mother, "guardianship")
    assert first.acknowledged_at
    confirm(client, visit)
    assert Receipt.objects.get().acknowledged_at == first.acknowledged_at
    entry = Entry.objects.get(verb="summary.confirmed")
    assert (entry.actor, entry.student) == (cast.mother, cast.child)


def test_it_is_confirmed_by_the_grown_student_and_by_whom_it_let_see(cast, as_):
    student = cast.adult.student_row
    counselor = builders.make_staff(cast.college, "counselor", "Ida")
    builders.give_caseload(counselor, student)
    visit = hold_visit(
        cast, student, by=counselor, mode="phone", colleagues=[], present=[str(cast.parent.pk)],
        promise_0_owner="", promise_0_name="Ida",
    )  # fmt: skip
    for person in (cast.adult, cast.parent):
        assert confirm(as_(person), visit).status_code == 302
    assert set(Receipt.objects.values_list("why", flat=True)) == {"self", "grant"}


@pytest.mark.parametrize("who", ["father", "other_mother", "adult", "school_admin", "volunteer"])
def test_a_visit_of_another_family_is_not_found(cast, as_, who):
    visit = hold_visit(cast)
    assert confirm(as_(getattr(cast, who)), visit).status_code == 404
    assert add(as_(getattr(cast, who)), visit).status_code == 404
    assert not Receipt.objects.exists()
    assert not Addendum.objects.exists()


def test_what_was_not_shared_is_not_found(cast, as_):
    for visit in (hold_visit(cast, share=False), plan_visit(cast)):
        assert confirm(as_(cast.mother), visit).status_code == 404
        assert add(as_(cast.mother), visit).status_code == 404


def test_staff_does_not_confirm_for_the_family(cast, as_):
    visit = hold_visit(cast)
    assert confirm(as_(cast.counselor), visit).status_code == 403
    assert (
        as_(cast.mother).get(reverse("visits:summary-confirm", args=[visit.pk])).status_code == 405
    )


# --- the family adds ----------------------------------------------------------------------------------


def test_the_words_of_a_family_are_pinned(cast, as_):
    visit = hold_visit(cast)
    assert add(as_(cast.mother), visit, "她喜欢周三。", child=cast.child.pk).url == progress(
        cast.child
    )
    addendum = Addendum.objects.get()
    assert (addendum.by, addendum.student, addendum.text) == (
        cast.mother,
        cast.child,
        "她喜欢周三。",
    )
    assert addendum.from_family
    assert addendum.seen_at is None
    assert Entry.objects.get(verb="visit.added").student == cast.child


def test_sent_twice_they_are_pinned_once(cast, as_):
    visit, key = hold_visit(cast), builders.new_key()
    for _n in range(2):
        add(as_(cast.mother), visit, submission=key)
    assert Addendum.objects.count() == 1


def test_they_are_about_a_child_of_this_visit(cast, as_):
    visit, client = hold_visit(cast), as_(cast.mother)
    for child in (cast.sibling.pk, cast.classmate.pk, builders.new_key(), "x", "\0"):
        assert add(client, visit, child=child).status_code == 404
    assert not Addendum.objects.exists()


@pytest.mark.parametrize("who", ["mother", "counselor"])
@pytest.mark.parametrize("text", ["", "   ", "x" * 4001, "x\0y", "x" * 10**6])
def test_bad_words_are_refused_and_kept_on_the_page(cast, as_, who, text):
    response = add(as_(getattr(cast, who)), hold_visit(cast), text)
    assert response.status_code == 422
    assert response.context["form"].errors["text"]
    assert "data-error-summary" in response.text
    assert not Addendum.objects.exists()


# --- staff adds ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("shared", [True, False])
def test_staff_adds_for_the_family_or_for_itself(cast, as_, shared):
    visit = hold_visit(cast, cast.child, cast.sibling)
    response = add(as_(cast.counselor), visit, **({"shared": "on"} if shared else {}))
    assert response.url == visit.get_absolute_url()
    addendum = Addendum.objects.get()
    assert (addendum.by, addendum.student, addendum.shared) == (cast.counselor, None, shared)
    assert not addendum.from_family
    assert Entry.objects.filter(verb="visit.added").count() == 2


def test_staff_adds_before_it_is_shared_too(cast, as_):
    add(as_(cast.counselor), hold_visit(cast, share=False))
    assert Addendum.objects.count() == 1


def test_a_teacher_with_a_child_of_its_own_writes_as_who_it_is_on_that_page(cast, as_):
    builders.make_guardian(cast.child, user=cast.adviser, relation="father")
    visit, client = hold_visit(cast), as_(cast.adviser)
    add(client, visit, "as a father", child=cast.child.pk)
    add(client, visit, "as a teacher", side="staff")
    assert [a.from_family for a in Addendum.objects.order_by("at")] == [True, False]


def test_a_mother_is_not_staff_by_saying_so(cast, as_):
    add(as_(cast.mother), hold_visit(cast), side="staff", shared="")
    assert Addendum.objects.get().from_family


# --- read by staff ------------------------------------------------------------------------------------


@pytest.fixture
def words(cast):
    visit = hold_visit(cast, cast.child, cast.sibling)
    return Addendum.objects.pin(
        visit, "Words", by=cast.mother, student=cast.sibling, from_family=True, shared=True
    )


def seen(client, addendum, **data):
    return client.post(reverse("visits:addendum-seen", args=[addendum.pk]), data)


def test_the_first_reader_stands(cast, as_, words):
    assert seen(as_(cast.counselor), words).url == words.visit.get_absolute_url()
    seen(as_(cast.principal), words)
    words.refresh_from_db()
    assert words.seen_by == cast.counselor
    assert Entry.objects.filter(verb="addendum.seen").count() == 1


def test_it_leads_back_to_a_page_of_our_own_alone(cast, as_, words):
    client = as_(cast.counselor)
    assert seen(client, words, next="/today/").url == "/today/"
    assert seen(client, words, next="https://evil.example/").url == words.visit.get_absolute_url()


def test_it_is_not_for_who_does_not_see_the_child(cast, as_, words):
    assert seen(as_(cast.adviser), words).status_code == 404
    assert seen(as_(cast.other_mother), words).status_code == 404
    assert seen(as_(cast.mother), words).status_code == 403
