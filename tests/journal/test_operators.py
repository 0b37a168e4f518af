"""What operators do: try again one by one or all, send a test; and the families whom nothing reaches."""

import smtplib

import pytest
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from homeschool.journal import admin, kinds
from homeschool.journal.models import Attempt, Bounce, Delivery, Entry, JobRun, reminding
from homeschool.people.models import Address, Guardianship, Student, User
from homeschool.people.models.reached import unreached
from tests import builders

pytestmark = pytest.mark.django_db
URL = "/operations/"


@pytest.fixture
def failed(told):
    """Return `failed(reason)`: a delivery that was given up."""

    def failed(error="554 spam", state="failed", **more):
        delivery = told(**more)
        Delivery.objects.filter(pk=delivery.pk).update(state=state, error=error, attempts=1)
        return delivery

    return failed


def states():
    return list(
        Delivery.objects.filter(channel="email").order_by("pk").values_list("state", flat=True)
    )


# --- all at once ------------------------------------------------------------------------------------


def test_it_counts_reasons_the_most_frequent_first(cast, failed, as_):
    for n, error in enumerate(["554 spam", "450 later", "554 spam"]):
        failed(error, dedupe_key=str(n))
    page = as_(cast.school_admin).get(URL)
    assert [(row["code"], row["n"]) for row in page.context["reasons"]] == [
        ("554 spam", 2), ("450 later", 1),
    ]  # fmt: skip
    assert page.context["given_up_count"] == 3


def test_it_lets_all_leave_again(cast, failed, as_):
    for n in range(3):
        failed(dedupe_key=str(n))
    client = as_(cast.school_admin)
    answer = client.post(reverse("journal:deliveries-retry"), follow=True)
    assert states() == ["pending"] * 3
    assert "3 letters wait to leave again." in answer.text
    assert Entry.objects.filter(verb="delivery.tried_again").count() == 3
    client.post(reverse("journal:deliveries-retry"))
    assert Entry.objects.filter(verb="delivery.tried_again").count() == 3


def test_it_lets_those_of_one_reason_leave_again(cast, failed, as_):
    failed("554 spam", dedupe_key="1")
    failed("450 later", dedupe_key="2")
    as_(cast.school_admin).post(reverse("journal:deliveries-retry"), {"reason": "450 later"})
    assert states() == ["failed", "pending"]


def test_it_asks_a_person_about_what_perhaps_arrived_and_about_bad_addresses(cast, failed, as_):
    failed(state="uncertain", dedupe_key="1")
    failed(dedupe_key="2")
    Bounce.record("hard", "email", cast.mother.email, reason="5.1.1", event="1")
    as_(cast.school_admin).post(reverse("journal:deliveries-retry"))
    assert states() == ["uncertain", "failed"]


def test_it_lets_nothing_of_another_school_leave(cast, failed, as_):
    failed()
    as_(cast.other_school_admin).post(reverse("journal:deliveries-retry"))
    assert states() == ["failed"]
    assert as_(cast.counselor).post(reverse("journal:deliveries-retry")).status_code == 403


def test_it_lists_all_that_was_given_up_by_reason(cast, failed, as_):
    failed("554 spam", dedupe_key="1")
    failed("450 later", dedupe_key="2")
    client = as_(cast.school_admin)
    url = reverse("journal:given-up")
    assert len(client.get(url).context["page"].object_list) == 2
    one = client.get(url, {"reason": "450 later"})
    assert [row["reason"] for row in one.context["page"].object_list] == ["450 later"]
    assert client.get(url, {"reason": "\0x", "page": "x"}).status_code == 200
    assert as_(cast.other_school_admin).get(url).context["page"].paginator.count == 0


def test_the_list_asks_as_often_for_twenty_as_for_one(cast, failed, as_):
    client, url = as_(cast.school_admin), reverse("journal:given-up")
    failed()
    client.get(url)
    with CaptureQueriesContext(connection) as one:
        client.get(url)
    for n in range(20):
        failed(dedupe_key=str(n))
    with CaptureQueriesContext(connection) as many:
        client.get(url)
    assert len(one) == len(many)


# --- queues, rates, reminders -----------------------------------------------------------------------------


def queue(name):
    rows = admin.queues(Delivery.objects.all(), kinds.EVERY_SCHOOL)
    return next(row for row in rows if str(row["name"]) == name)


def test_what_waits_for_its_time_is_not_counted_as_waiting(told):
    told(dedupe_key="1")
    later = told(dedupe_key="2")
    soon = timezone.now() + timezone.timedelta(hours=8)
    Delivery.objects.filter(pk=later.pk).update(next_at=soon)
    row = queue("e-mail")
    assert (row["waiting"], row["later"], row["leased"]) == (1, 1, 0)


def test_it_counts_how_tries_ended_in_the_last_while(cast, told):
    delivery, now = told(), timezone.now()
    for n, (outcome, minutes) in enumerate(
        [("sent", 1), ("sent", 30), ("later", 5), ("refused", 700), ("sent", 3000)]
    ):
        at = now - timezone.timedelta(minutes=minutes)
        Attempt.objects.create(delivery=delivery, n=n, at=at, worker="w", outcome=outcome)
    found = admin.rates(kinds.EVERY_SCHOOL)
    assert [(r["sent"], r["later"], r["refused"]) for r in found] == [
        (1, 1, 0),
        (2, 1, 0),
        (2, 1, 1),
    ]
    assert admin.rates([cast.other_school.pk])[2]["sent"] == 0


def test_it_shows_what_reminders_did_and_what_they_came_too_late_for(cast, as_):
    now = timezone.now()
    JobRun.objects.create(job="remind:visits.tomorrow", period_start=now, told=4, dropped=2)
    JobRun.objects.create(
        job="remind:visits.tomorrow", period_start=now - timezone.timedelta(hours=2), told=1
    )
    page = as_(cast.school_admin).get(URL)
    rows = {str(row["label"]): row for row in page.context["reminders"]}
    assert len(rows) == len(reminding.table())
    row = rows["A visit tomorrow"]
    assert (row["told"], row["dropped"], row["at"]) == (5, 2, now)


# --- a test for me ------------------------------------------------------------------------------------


@pytest.fixture
def _mail_is_free(cast):
    cache.delete(f"mail-try:{cast.school_admin.pk}")


@pytest.mark.usefixtures("_mail_is_free")
def test_it_sends_me_a_test_and_says_so(cast, as_):
    answer = as_(cast.school_admin).post(reverse("journal:mail-try"), follow=True)
    assert mail.outbox[0].to == [cast.school_admin.email]
    assert "The mail server took it." in answer.text


@pytest.mark.usefixtures("_mail_is_free")
@pytest.mark.parametrize(
    ("error", "words"),
    [
        (
            smtplib.SMTPAuthenticationError(535, b"5.7.8 wrong password for a@x.org"),
            "535 5.7.8 wrong",
        ),
        (TimeoutError(), "did not answer in time"),
        (ConnectionRefusedError(111, "refused"), "refused"),
    ],
)
def test_it_says_what_the_server_said(cast, as_, monkeypatch, error, words):
    def broken(*args, **more):
        raise error

    monkeypatch.setattr(mail, "send_mail", broken)
    answer = as_(cast.school_admin).post(reverse("journal:mail-try"), follow=True)
    assert words in answer.text
    assert "a@x.org" not in answer.text


@pytest.mark.usefixtures("_mail_is_free")
def test_it_sends_one_test_at_a_time_and_only_to_operators(cast, as_):
    client = as_(cast.school_admin)
    client.post(reverse("journal:mail-try"))
    client.post(reverse("journal:mail-try"))
    as_(cast.counselor).post(reverse("journal:mail-try"))
    assert len(mail.outbox) == 1


# --- families whom no letter reaches ----------------------------------------------------------------------


def nobody_reached(cast):
    Address.objects.filter(user__in=[cast.mother, cast.other_mother]).delete()


def names(page):
    return {child.full_name for child in page.context["page"].object_list}


UNREACHED = "/children/not-reached/"


def test_it_lists_children_none_of_whose_adults_is_reached(cast, as_):
    client = as_(cast.school_admin)
    assert names(client.get(UNREACHED)) == set()
    nobody_reached(cast)
    assert names(client.get(UNREACHED)) == {
        cast.child.full_name, cast.sibling.full_name, cast.classmate.full_name,
    }  # fmt: skip
    Address.objects.create(user=cast.mother, channel="email", value="new@example.org")
    assert names(client.get(UNREACHED)) == {cast.classmate.full_name}


def test_one_adult_who_is_reached_is_enough_unless_nothing_may_be_sent_there(cast):
    aunt = builders.make_guardian(cast.classmate, "Aunt", relation="other")
    Address.objects.filter(user=cast.other_mother).delete()
    here = Student.objects.filter(pk=cast.classmate.pk)
    assert not unreached(here)
    Guardianship.objects.filter(guardian=aunt).update(may_receive=False)
    assert list(unreached(here)) == [cast.classmate]


def test_a_grown_student_is_reached_by_the_own_address(cast):
    here = Student.objects.filter(pk=cast.adult.student_row.pk)
    Guardianship.objects.filter(student__in=here).delete()
    assert not unreached(here)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda a: a.delete(), "no e-mail address is known"),
        (lambda a: Bounce.record("hard", "email", a.value, reason="5.1.1", event="1"),
         "the address may be wrong"),
        (lambda a: Bounce.record("complaint", "email", a.value, reason="", event="1"),
         "called our letters unwanted"),
        (lambda a: [Bounce.record("soft", "email", a.value, reason="", event=f"{n}") for n in "123"],
         "the mailbox may be full"),
        (lambda a: a.write_no_more(by=a.user), "wants no letters"),
        (lambda a: User.objects.filter(pk=a.user_id).update(is_active=False), "the account is closed"),
    ],
)  # fmt: skip
def test_it_says_why_and_shows_no_address(cast, as_, change, words):
    address = Address.objects.get(user=cast.other_mother)
    change(address)
    page = as_(cast.school_admin).get(UNREACHED)
    assert names(page) == {cast.classmate.full_name}
    assert words in page.text
    assert address.value not in page.text


def test_it_names_who_looks_after_the_family(cast, as_):
    nobody_reached(cast)
    text = as_(cast.school_admin).get(UNREACHED).text
    assert f"Looked after by {cast.counselor.full_name}" in text
    assert "Looked after by the administrators of the school" in text


def test_a_counselor_sees_those_on_the_caseload_and_others_none(cast, as_):
    nobody_reached(cast)
    page = as_(cast.counselor).get(UNREACHED)
    assert names(page) == {cast.child.full_name, cast.sibling.full_name}
    assert names(as_(cast.other_school_admin).get(UNREACHED)) == {cast.other_child.full_name}
    for person in ("mother", "adviser", "volunteer"):
        assert as_(getattr(cast, person)).get(UNREACHED).status_code == 403


def test_it_names_no_adult_who_may_get_no_letters(cast, as_):
    nobody_reached(cast)
    assert cast.father.full_name not in as_(cast.school_admin).get(UNREACHED).text


def test_it_asks_as_often_for_twenty_families_as_for_one(cast, as_):
    client = as_(cast.school_admin)
    Address.objects.filter(user=cast.other_mother).delete()
    client.get(UNREACHED)
    with CaptureQueriesContext(connection) as one:
        client.get(UNREACHED)
    for n in range(20):
        parent = builders.make_guardian(builders.make_student(cast.school_class, f"Child {n}"))
        Address.objects.filter(user=parent).delete()
    with CaptureQueriesContext(connection) as many:
        client.get(UNREACHED)
    assert len(one) == len(many)
