"""The five steps of the form: what they ask, and what they refuse."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from homeschool.journal.models import Entry
from tests import builders
from visits.models import Draft, Visit

from .builders import make_draft, make_whole_draft, plan_visit, post_step, whole_answers


@pytest.fixture
def client(cast, as_):
    return as_(cast.counselor)


def new(client, *children, **more):
    return client.post(
        reverse("visits:draft-new"), {"child": [str(child.pk) for child in children]} | more
    )


def refused(response, name):
    """Return the errors at one field of a step that came back."""
    assert response.status_code == 422
    form = response.context["form"]
    for error in form.errors.get(name, []):
        assert str(error) in response.content.decode()
    return form.errors.get(name, [])


# --- the beginning ---------------------------------------------------------------------------------


def test_it_begins_a_record_with_what_is_known(cast, client):
    response = new(client, cast.child)
    draft = Draft.objects.with_circle().get()
    assert response.url == reverse("visits:draft-step", args=[draft.pk, 1])
    assert draft.data["children"] == [str(cast.child.pk)]
    assert draft.data["written_in"] == "en"
    assert {child.id for child in draft.offered} == {str(cast.child.pk), str(cast.sibling.pk)}
    assert [adult.name for adult in draft.adults] == ["林美", "林强"]
    assert list(draft.writers.all()) == [cast.counselor]


def test_it_takes_brothers_and_sisters_into_one_visit(cast, client):
    new(client, cast.child, cast.sibling)
    assert len(Draft.objects.get().data["children"]) == 2


def test_it_offers_only_the_children_whom_the_writer_sees(cast, as_):
    new(as_(cast.adviser), cast.child)
    assert [c.id for c in Draft.objects.with_circle().get().offered] == [str(cast.child.pk)]


def test_it_begins_one_record_when_it_is_asked_twice(cast, client):
    key = builders.new_key()
    first = new(client, cast.child, submission=key)
    second = new(client, cast.child, submission=key)
    third = new(client, cast.child)
    assert first.url == second.url == third.url
    assert Draft.objects.count() == 1


def test_it_refuses_children_of_two_families_in_words(cast, as_):
    response = new(as_(cast.adviser), cast.child, cast.classmate)
    assert response.url == reverse("people:child-list")
    assert not Draft.objects.exists()


@pytest.mark.parametrize(
    ("who", "whom", "status"),
    [
        ("counselor", "other_child", 404),
        ("counselor", "classmate", 404),
        ("mother", "child", 403),
        ("school_admin", "child", 403),
        ("volunteer", "child", 404),
    ],
)
def test_it_begins_nothing_for_who_may_not_write(cast, as_, who, whom, status):
    assert new(as_(getattr(cast, who)), getattr(cast, whom)).status_code == status
    assert not Draft.objects.exists()


@pytest.mark.parametrize("child", ["", "abc", "00000000-0000-0000-0000-000000000000"])
def test_it_answers_garbled_children_with_not_found(client, child):
    assert client.post(reverse("visits:draft-new"), {"child": child}).status_code == 404
    assert client.post(reverse("visits:draft-new")).status_code == 404


def test_it_goes_on_from_a_planned_visit_with_its_id(cast, client):
    visit = plan_visit(cast, cast.child, mode="school")
    response = client.post(reverse("visits:visit-start", args=[visit.pk]))
    draft = Draft.objects.get(pk=visit.pk)
    assert response.url == draft.get_absolute_url()
    assert draft.data["mode"] == "school"
    assert client.post(reverse("visits:visit-start", args=[visit.pk])).url == response.url


def test_it_lets_every_planned_visitor_write(cast, client, as_):
    visit = plan_visit(cast, cast.child)
    client.post(reverse("visits:visit-start", args=[visit.pk]))
    visit.team.create(user=cast.adviser)
    response = as_(cast.adviser).post(reverse("visits:visit-start", args=[visit.pk]))
    assert as_(cast.adviser).get(response.url).status_code == 200


# --- pages -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("language", ["en", "zh-hans", "es"])
def test_it_shows_every_step(cast, client, step, language):
    cast.counselor.language = language
    cast.counselor.save(update_fields=["language"])
    draft = make_whole_draft(cast, cast.child, cast.sibling)
    response = client.get(reverse("visits:draft-step", args=[draft.pk, step]))
    assert response.status_code == 200
    assert "林小雨" in response.content.decode()


@pytest.mark.parametrize("step", [0, 6, 99])
def test_it_knows_five_steps(cast, client, step):
    draft = make_draft(cast.counselor, cast.child)
    url = reverse("visits:draft-step", args=[draft.pk, step])
    assert client.get(url).status_code == 404
    assert client.post(url).status_code == 404


@pytest.mark.parametrize(
    "who", ["adviser", "principal", "other_counselor", "school_admin", "mother"]
)
def test_it_shows_a_draft_to_its_writers_alone(cast, as_, who):
    draft = make_draft(cast.counselor, cast.child)
    client = as_(getattr(cast, who))
    for step in (1, 5):
        assert client.get(reverse("visits:draft-step", args=[draft.pk, step])).status_code == 404
    for name in ("draft-save", "draft-finish", "draft-finish-unshared", "draft-discard"):
        assert client.post(reverse(f"visits:{name}", args=[draft.pk])).status_code == 404


def test_it_closes_the_draft_to_a_writer_whose_role_ended(cast, client):
    draft = make_draft(cast.counselor, cast.child)
    cast.counselor.membership.end(by=cast.school_admin)
    assert client.get(draft.get_absolute_url()).status_code == 404


def test_it_never_offers_a_guardian_who_must_not_be_in_contact(cast, client):
    cast.father.guardianship.restrict(by=cast.counselor, reason="A court said so.")
    draft = make_draft(cast.counselor, cast.child)
    assert "林强" not in client.get(draft.get_absolute_url()).content.decode()


def test_it_shows_no_address(cast, client):
    builders.make_household(cast.child, guardians=[cast.father], address="9 Secret Road")
    page = client.get(make_draft(cast.counselor, cast.child).get_absolute_url()).content.decode()
    assert "Whose home is it about?" in page
    assert "Secret Road" not in page
    assert "14 Mill Lane" not in page


# --- going on --------------------------------------------------------------------------------------


def test_it_goes_on_to_the_next_step(cast, client):
    draft = make_whole_draft(cast)
    for step, following in ((1, 2), (2, 3), (3, 4), (4, 5), (5, 5)):
        response = post_step(client, draft, step)
        assert response.status_code == 302, response.context["form"].errors
        assert response.url == reverse("visits:draft-step", args=[draft.pk, following])
        draft = Draft.objects.with_circle().get()


def test_it_lets_the_colleagues_who_were_there_write_too(cast, client, as_):
    draft = make_whole_draft(cast)
    assert as_(cast.adviser).get(draft.get_absolute_url()).status_code == 404
    post_step(client, draft, 1)
    assert as_(cast.adviser).get(draft.get_absolute_url()).status_code == 200
    draft = Draft.objects.with_circle().get()
    post_step(client, draft, 1, draft.data | {"colleagues": [str(cast.principal.pk)]})
    assert as_(cast.adviser).get(draft.get_absolute_url()).status_code == 404


def test_it_takes_a_colleague_from_the_long_list(cast, client):
    draft = make_whole_draft(cast, colleagues=[])
    more = str(cast.other_counselor.pk)
    assert post_step(client, draft, 1, draft.data | {"colleague_more": more}).status_code == 302
    assert Draft.objects.get().data["colleagues"] == [more]


def test_it_keeps_what_was_typed_when_it_is_wrong(cast, client):
    draft = make_draft(cast.counselor, cast.child)
    response = post_step(client, draft, 1, {"day": "31 Febtober", "interpreter": "Ana"})
    assert "31 Febtober" in response.content.decode()
    assert Draft.objects.get().data["interpreter"] == "Ana"
    assert Draft.objects.get().data["day"] == "31 Febtober"
    assert "31 Febtober" in client.get(draft.get_absolute_url()).content.decode()


def test_it_goes_back_without_losing_what_is_not_right_yet(cast, client):
    draft = make_draft(cast.counselor, cast.child)
    url = reverse("visits:draft-leave", args=[draft.pk, 2])
    response = client.post(url, {"hopes": "That she reads.", "version": 1, "to": "1#id_day"})
    assert response.url == reverse("visits:draft-step", args=[draft.pk, 1]) + "#id_day"
    assert Draft.objects.get().data["hopes"] == "That she reads."


@pytest.mark.parametrize("to", ["", "7", "x", "-1"])
def test_it_leaves_only_for_steps_that_exist(cast, client, to):
    draft = make_draft(cast.counselor, cast.child)
    url = reverse("visits:draft-leave", args=[draft.pk, 2])
    assert client.post(url, {"version": 1, "to": to}).status_code == 404


def test_it_redirects_to_no_foreign_place(cast, client):
    draft = make_draft(cast.counselor, cast.child)
    url = reverse("visits:draft-leave", args=[draft.pk, 2])
    response = client.post(url, {"version": 1, "to": "1#\r\nX: y//evil.example"})
    assert response.url == reverse("visits:draft-step", args=[draft.pk, 1])


def test_it_adds_a_row_for_one_more_promise(cast, client):
    draft = make_whole_draft(cast)
    url = reverse("visits:draft-promise-add", args=[draft.pk])
    rows = {f"promise_{n}_what": f"thing {n}" for n in range(3)}
    response = client.post(url, {"version": draft.version} | rows)
    assert response.url.endswith("/4/?rows=4#promise-4")
    page = client.get(response.url).content.decode()
    assert "promise_3_what" in page
    assert "thing 2" in page


def test_it_throws_a_draft_away_and_says_who_did(cast, client):
    draft = make_draft(cast.counselor, cast.child)
    assert client.post(reverse("visits:draft-discard", args=[draft.pk])).status_code == 302
    assert not Draft.objects.exists()
    assert Entry.objects.get(verb="draft.discarded").actor == cast.counselor


# --- bad input ---------------------------------------------------------------------------------------


def step_1(cast, client, **changes):
    draft = make_whole_draft(cast)
    return post_step(client, draft, 1, draft.data | changes)


def test_it_refuses_a_visit_in_the_future(cast, client):
    tomorrow = timezone.localdate() + dt.timedelta(days=2)
    errors = refused(step_1(cast, client, day=f"{tomorrow:%Y-%m-%d}"), "day")
    assert errors == ["A visit that took place cannot lie in the future."]


def test_it_refuses_a_visit_later_today(cast, client):
    cast.school.time_zone = "Pacific/Kiritimati"
    cast.school.save()
    now = timezone.now().astimezone(make_draft(cast.counselor, cast.child).zone)
    if now.hour >= 22:
        pytest.skip("too late in the day there")
    changes = {"day": f"{now:%Y-%m-%d}", "start": f"{now.hour + 1:02}:00", "end": "23:59"}
    assert refused(step_1(cast, client, **changes), "start")


def test_it_counts_days_in_the_zone_of_the_school(cast, client):
    cast.school.time_zone = "Pacific/Kiritimati"  # 14 hours before UTC
    cast.school.save()
    there = timezone.now().astimezone(make_draft(cast.counselor, cast.child).zone)
    if there.hour < 1:
        pytest.skip("too early in the day there")
    changes = {"day": f"{there:%Y-%m-%d}", "start": "00:10", "end": "00:20"}
    assert step_1(cast, client, **changes).status_code == 302


def test_it_refuses_an_end_before_the_start(cast, client):
    errors = refused(step_1(cast, client, start="17:00", end="16:00"), "end")
    assert errors == ["The end must be later than the beginning."]


@pytest.mark.parametrize("day", ["31 Febtober", "2026-02-31", "", "0206-11-03", "９９"])
def test_it_refuses_a_wrong_day(cast, client, day):
    assert refused(step_1(cast, client, day=day), "day")


@pytest.mark.parametrize("start", ["25:00", "noon", ""])
def test_it_refuses_a_wrong_time(cast, client, start):
    assert refused(step_1(cast, client, start=start), "start")


def test_it_refuses_a_child_of_another_school_without_saying_more(cast, client):
    foreign = refused(step_1(cast, client, children=[str(cast.other_child.pk)]), "children")
    unknown = refused(step_1(cast, client, children=[builders.new_key()]), "children")
    assert foreign == unknown == ["This is not one of the answers. Please choose from the list."]


def test_it_refuses_people_who_are_not_of_the_family_or_the_school(cast, client):
    assert refused(step_1(cast, client, present=[str(cast.other_mother.pk)]), "present")
    assert refused(step_1(cast, client, colleagues=[str(cast.other_school_admin.pk)]), "colleagues")


def test_it_refuses_an_unknown_aspect_and_mode(cast, client):
    assert refused(step_1(cast, client, aspects=["astrology"]), "aspects")
    assert refused(step_1(cast, client, mode="balloon"), "mode")
    assert refused(step_1(cast, client, written_in="tlh"), "written_in")


def test_it_asks_for_the_second_member_of_staff_at_a_home(cast, client):
    errors = refused(step_1(cast, client, colleagues=[]), "colleagues")
    assert errors == ["Your school sends two people to a home. Please name who was with you."]
    assert step_1(cast, client, colleagues=[], mode="school").status_code == 302


def test_it_lets_one_go_alone_where_the_school_says_so(cast, client):
    cast.school.two_staff_at_the_door = False
    cast.school.save()
    assert step_1(cast, client, colleagues=[]).status_code == 302


def test_it_asks_whom_of_the_family_one_met(cast, client):
    assert refused(step_1(cast, client, present=[]), "present")
    assert step_1(cast, client, present=[], guest_1="Camila").status_code == 302


def test_it_asks_which_home_where_a_child_has_two(cast, client):
    other = builders.make_household(cast.child, guardians=[cast.father])
    assert refused(step_1(cast, client), "household")
    assert step_1(cast, client, household=str(other.pk)).status_code == 302


def step_of(cast, client, step, **changes):
    draft = make_whole_draft(cast)
    return post_step(client, draft, step, draft.data | changes)


def test_it_says_in_words_how_long_a_text_may_be(cast, client):
    response = step_of(cast, client, 2, hopes="很" * 1_000_000)
    words = "This is too long: 1,000,000 signs. Please keep it under 4,000."
    assert refused(response, "hopes") == [words]
    assert len(Draft.objects.get().data["hopes"]) == 1_000_000


@pytest.mark.parametrize(("sent", "words"), [("a%00b", 1), ("a%ED%A0%80b", 0)])
def test_it_keeps_no_sign_that_cannot_be_kept(cast, client, sent, words):
    """NUL is refused beside the field; half a character does not even come through a form."""
    draft = make_whole_draft(cast)
    response = client.post(
        reverse("visits:draft-step", args=[draft.pk, 2]),
        f"version={draft.version}&hopes={sent}",
        content_type="application/x-www-form-urlencoded",
    )
    assert len(refused(response, "hopes")) == words if words else response.status_code == 302
    assert Draft.objects.get().data["hopes"].strip("ab").strip("\ufffd") == ""


def test_it_asks_for_a_need_or_for_none(cast, client):
    name = f"needs_{cast.child.pk}"
    errors = refused(step_of(cast, client, 3, **{name: []}), name)
    assert errors == ["Choose at least one, or “Nothing for now”"]
    assert refused(step_of(cast, client, 3, **{name: ["nothing", "money"]}), name)
    assert refused(step_of(cast, client, 3, **{name: ["castle"]}), name)
    assert step_of(cast, client, 3, **{name: ["nothing"]}).status_code == 302


def test_it_asks_who_does_what_the_school_promised(cast, client):
    errors = refused(step_of(cast, client, 4, promise_0_owner=""), "promise_0_owner")
    assert errors == ["Who does this? Choose a colleague or write a name."]
    assert step_of(cast, client, 4, promise_0_owner="", promise_0_name="Mr Li").status_code == 302


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"promise_0_side": ""}, "promise_0_side"),
        ({"promise_0_side": "moon"}, "promise_0_side"),
        ({"promise_0_what": ""}, "promise_0_what"),
        ({"promise_0_what": "x" * 301}, "promise_0_what"),
        ({"promise_0_due": "2001-01-01"}, "promise_0_due"),
        ({"promise_0_due": "soon"}, "promise_0_due"),
        ({"promise_0_side": "person", "promise_0_name": ""}, "promise_0_name"),
        ({"promise_0_owner": "00000000-0000-0000-0000-000000000000"}, "promise_0_owner"),
    ],
)
def test_it_refuses_a_promise_that_cannot_be_kept(cast, client, changes, field):
    assert refused(step_of(cast, client, 4, **changes), field)


def test_it_lets_a_promise_of_the_family_stand_without_owner_and_day(cast, client):
    changes = {"promise_0_side": "family", "promise_0_owner": "", "promise_0_due": ""}
    assert step_of(cast, client, 4, **changes).status_code == 302


def test_it_speaks_the_language_of_the_reader(cast, client):
    cast.counselor.language = "zh-hans"
    cast.counselor.save(update_fields=["language"])
    response = step_of(cast, client, 4, promise_0_owner="")
    assert '<html lang="zh-Hans"' in response.content.decode()


def test_it_is_no_draft_of_a_visit_that_is_over(cast, client):
    visit = plan_visit(cast, cast.child, status=Visit.Status.CANCELLED)
    assert (
        client.post(reverse("visits:visit-start", args=[visit.pk])).url == visit.get_absolute_url()
    )
    assert not Draft.objects.exists()


def test_it_asks_for_each_child(cast, client):
    answers = whole_answers(cast, cast.child, cast.sibling)
    draft = make_draft(cast.counselor, cast.child, cast.sibling, **answers)
    name = f"needs_{cast.sibling.pk}"
    assert refused(post_step(client, draft, 3, answers | {name: []}), name)
