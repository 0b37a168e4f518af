"""The people whom a school knows: found, corrected, closed, let in again; and what was refused."""

import threading
import uuid

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.db import connections
from django.urls import reverse
from django.utils import timezone

from homeschool.journal.models import Entry
from homeschool.people.models import Address, User
from homeschool.people.signin.refusals import record_refusal
from tests import builders

NOW = timezone.now


@pytest.fixture
def admin(cast, as_):
    return as_(cast.school_admin)


def page_of(cast, person, name="person-detail"):
    return reverse(f"people:{name}", args=[cast.school.pk, person.pk])


def post(client, cast, person, name="person-detail", **data):
    return client.post(page_of(cast, person, name), {"submission": uuid.uuid4()} | data)


def found(client, cast, **query):
    page = client.get(reverse("people:person-list", args=[cast.school.pk]), query)
    return {person.full_name for person in page.context["page"].object_list}


# --- found ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["林美", "linmei@", "lin mei", "555 0100", "5550100", "LIN"])
def test_a_guardian_is_found_by_name_pinyin_email_and_phone(cast, admin, text):
    User.objects.filter(pk=cast.mother.pk).update(email="linmei@example.org", phone="+86 555 0100")
    Address.objects.create(user=cast.mother, channel="phone", value="865550100")
    assert "林美" in found(admin, cast, q=text)


def test_the_list_holds_guardians_and_staff_of_today_and_before_and_nobody_else(cast, admin):
    cast.volunteer.membership.end(by=cast.school_admin)
    names = found(admin, cast)
    assert {"林美", "林强", "Carmen Ruiz", "Mei Chen", "Vera Volkov", "Gone Away"} <= names
    assert not {"Otto Ott", "Chen Hua"} & names
    assert found(admin, cast, q="Otto") == set()


@pytest.mark.parametrize("text", ["a\0b", "\ud800", "%", "_", "x" * 201])
def test_odd_text_finds_nobody_and_breaks_nothing(cast, admin, text):
    url = reverse("people:person-list", args=[cast.school.pk])
    assert admin.get(url, {"q": text.encode("utf-8", "surrogatepass")}).status_code == 200


def test_the_list_asks_the_same_at_twenty(cast, admin, django_assert_num_queries):
    url = reverse("people:person-list", args=[cast.school.pk])
    admin.get(url)
    with django_assert_num_queries(9):
        admin.get(url)
    for _ in range(20):
        builders.make_guardian(cast.child, "New Guardian")
    with django_assert_num_queries(9):
        admin.get(url)


def test_a_person_of_another_school_is_not_found(cast, admin):
    assert admin.get(page_of(cast, cast.other_school_admin)).status_code == 404
    assert post(admin, cast, cast.parent).status_code == 404


def test_reading_how_somebody_is_reached_is_written_down(cast, admin):
    admin.get(page_of(cast, cast.mother))
    entry = Entry.objects.get(verb="person.viewed")
    assert (entry.kind, entry.about_id) == (Entry.Kind.VIEWED, str(cast.mother.pk))


# --- corrected -----------------------------------------------------------------------------------------

MOTHER = {"full_name": "林美美", "preferred_name": "", "language": "en", "phone": "+86 411 5550"}


def test_name_language_and_phone_are_corrected_with_an_entry_each(cast, admin):
    assert post(admin, cast, cast.mother, **MOTHER).status_code == 302
    mother = User.objects.get(pk=cast.mother.pk)
    assert (mother.full_name, mother.sort_key, mother.language) == ("林美美", "lin mei mei", "en")
    assert mother.phone == mother.addresses.get(channel="phone").value == "+86 411 5550"
    entries = Entry.objects.filter(verb="person.changed").order_by("pk")
    assert [entry.data["fields"] for entry in entries] == [["full_name", "language"], ["phone"]]


def test_two_people_may_share_a_phone(cast, admin):
    User.objects.filter(pk=cast.father.pk).update(phone="+86 411 5550")
    post(admin, cast, cast.mother, **MOTHER)
    mother = User.objects.get(pk=cast.mother.pk)
    assert mother.phone is None
    assert mother.addresses.get(channel="phone").value == "+86 411 5550"


def test_an_email_that_nobody_used_yet_is_corrected(cast, admin):
    old = cast.mother.email
    post(admin, cast, cast.mother, **MOTHER, email="Right@example.org")
    mother = User.objects.get(pk=cast.mother.pk)
    assert mother.email == "right@example.org"
    assert not mother.addresses.filter(value=old).exists()


def test_an_email_that_bounced_is_corrected(cast, admin):
    User.objects.filter(pk=cast.mother.pk).update(last_login=NOW())
    cast.mother.addresses.update(failed_at=NOW())
    post(admin, cast, cast.mother, **MOTHER, email="right@example.org")
    assert User.objects.get(pk=cast.mother.pk).email == "right@example.org"


def test_the_email_with_which_somebody_signs_in_stays(cast, admin):
    User.objects.filter(pk=cast.mother.pk).update(last_login=NOW())
    assert "email" not in admin.get(page_of(cast, cast.mother)).context["form"].fields
    post(admin, cast, cast.mother, **MOTHER, email="thief@example.org")
    assert User.objects.get(pk=cast.mother.pk).email == cast.mother.email


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"full_name": ""}, "full_name"), ({"full_name": "x" * 256}, "full_name"),
        ({"full_name": "a\0b"}, "full_name"), ({"language": "tlh"}, "language"),
        ({"phone": "call me"}, "phone"), ({"email": "nowhere"}, "email"),
        ({"email": "taken@example.org"}, "email"),
    ],
)  # fmt: skip
def test_a_wrong_answer_is_told_beside_its_field(cast, admin, change, field):
    builders.make_user(email="taken@example.org")
    answer = post(admin, cast, cast.mother, **(MOTHER | change))
    assert set(answer.context["form"].errors) == {field}


def test_an_account_that_another_school_knows_is_read_and_not_changed(cast, admin):
    builders.make_guardian(cast.other_child, user=cast.mother)
    assert admin.get(page_of(cast, cast.mother)).context["form"] is None
    post(admin, cast, cast.mother, **MOTHER)
    assert User.objects.get(pk=cast.mother.pk).full_name == "林美"
    for name in ("person-close", "person-reopen", "person-reset", "address-works"):
        assert post(admin, cast, cast.mother, name).status_code == 403


def test_a_superusers_account_is_not_changed_by_a_school(cast, admin):
    User.objects.filter(pk=cast.counselor.pk).update(is_superuser=True)
    assert admin.get(page_of(cast, cast.counselor)).context["form"] is None


def test_an_address_that_works_again_is_written_to(cast, admin):
    address = cast.mother.addresses.get()
    Address.objects.filter(pk=address.pk).update(failed_at=NOW(), opted_out_at=NOW())
    post(admin, cast, cast.mother, "address-works", value=address.value)
    address.refresh_from_db()
    assert address.failed_at is None
    assert address.opted_out_at
    assert Entry.objects.filter(verb="address.works").count() == 1
    post(admin, cast, cast.mother, "address-works", value="a\0b")


# --- closed and opened again ------------------------------------------------------------------------------


def test_the_account_of_somebody_who_left_is_closed_and_opened_again(cast, admin, as_):
    browser = as_(cast.volunteer)
    token = builders.make_token(cast.volunteer)
    cast.volunteer.membership.end(by=cast.school_admin)
    post(admin, cast, cast.volunteer, "person-close")
    token.refresh_from_db()
    assert token.revoked_at
    assert browser.get(reverse("people:me")).url.startswith(reverse("account_login"))
    post(admin, cast, cast.volunteer, "person-reopen")
    assert User.objects.get(pk=cast.volunteer.pk).is_active
    verbs = set(Entry.objects.values_list("verb", flat=True))
    assert {"person.closed", "person.reopened"} <= verbs


@pytest.mark.parametrize("who", ["volunteer", "mother", "school_admin"])
def test_an_account_with_a_role_or_a_child_is_not_closed_nor_the_own_one(cast, admin, who):
    person = getattr(cast, who)
    assert not admin.get(page_of(cast, person)).context["may_close"]
    assert post(admin, cast, person, "person-close").status_code == 403
    assert User.objects.get(pk=person.pk).is_active


def test_an_account_that_was_merged_is_not_opened_again(cast, admin):
    cast.volunteer.membership.end(by=cast.school_admin)
    rows = User.objects.filter(pk=cast.volunteer.pk)
    rows.update(is_active=False, merged_into=cast.mother)
    assert post(admin, cast, cast.volunteer, "person-reopen").status_code == 404


# --- the phone is lost ---------------------------------------------------------------------------------------


@pytest.fixture
def with_app(cast):
    Authenticator.objects.create(user=cast.counselor, type="totp", data={"secret": ""})
    return cast.counselor


def test_the_second_step_is_taken_away_with_a_reason_and_the_person_is_told(
    cast, admin, with_app, as_, django_capture_on_commit_callbacks
):
    browser = as_(with_app)
    data = {"reason": "lost", "email": with_app.email.upper()}
    with django_capture_on_commit_callbacks(execute=True):
        assert post(admin, cast, with_app, "person-reset", **data).status_code == 302
    assert not Authenticator.objects.filter(user=with_app).exists()
    entry = Entry.objects.get(verb="door.reset")
    assert (entry.actor, entry.data) == (cast.school_admin, {"reason": "lost"})
    assert mail.outbox[-1].to == [with_app.email]
    assert "second step" in mail.outbox[-1].body
    assert browser.get(reverse("people:me")).url.startswith(reverse("account_login"))


@pytest.mark.parametrize(
    ("data", "field"),
    [({"reason": ""}, "reason"), ({"reason": "fun"}, "reason"), ({"email": "x@y.org"}, "email")],
)
def test_without_reason_or_the_right_email_nothing_is_reset(cast, admin, with_app, data, field):
    answer = post(
        admin,
        cast,
        with_app,
        "person-reset",
        **({"reason": "lost", "email": with_app.email} | data),
    )
    assert set(answer.context["form"].errors) == {field}
    assert Authenticator.objects.filter(user=with_app).exists()
    assert not mail.outbox


def test_nobody_resets_the_own_door_here(cast, admin):
    assert admin.get(page_of(cast, cast.school_admin, "person-reset")).status_code == 403


# --- what was refused -----------------------------------------------------------------------------------------


def refusals():
    return Entry.objects.filter(kind=Entry.Kind.REFUSED, verb="door.refused")


def test_a_refusal_is_written_down_once_an_hour_for_a_door(cast, as_):
    client, url = as_(cast.counselor), reverse("people:staff-list", args=[cast.school.pk])
    for _ in range(3):
        assert client.get(url).status_code == 403
    client.get(reverse("people:term-list", args=[cast.school.pk]))
    assert [entry.data["door"] for entry in refusals().order_by("pk")] == [
        "people:staff-list", "people:term-list",
    ]  # fmt: skip
    assert refusals().first().actor == cast.counselor


def test_an_hour_later_it_is_written_down_again(cast, monkeypatch):
    record_refusal(cast.counselor, "x")
    later = NOW() + timezone.timedelta(hours=1, seconds=1)
    monkeypatch.setattr("homeschool.people.signin.refusals.timezone.now", lambda: later)
    record_refusal(cast.counselor, "x")
    assert refusals().count() == 2


def test_strangers_and_what_is_not_found_leave_nothing(cast, as_, client):
    client.get(reverse("people:staff-list", args=[cast.school.pk]))
    as_(cast.mother).get(reverse("people:staff-list", args=[cast.school.pk]))
    assert not refusals().exists()


@pytest.mark.django_db(transaction=True)
def test_many_refusals_at_once_are_one():
    user = builders.make_user()

    def work():
        try:
            record_refusal(user, "x")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert refusals().count() == 1


# --- the letterhead, as letters print it ------------------------------------------------------------------------


def test_the_letterhead_is_shown_as_letters_print_it(cast, admin):
    cast.school.letterhead = "1 Mill Lane\n<b>Tel</b>"
    cast.school.save()
    page = admin.get(reverse("people:letterhead-preview", args=[cast.school.pk])).content.decode()
    assert "1 Mill Lane<br>&lt;b&gt;Tel" in page
