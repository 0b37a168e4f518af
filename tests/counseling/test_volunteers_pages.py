"""Pages of volunteers: applying without an account, staff, and their own."""

import datetime as dt
import uuid

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from counseling.models import Seat, Volunteer, VolunteerCall
from homeschool import pdf
from homeschool.journal.models import Entry
from homeschool.people.models import Student, User
from tests import builders

from .after_school import make_programme, make_session, make_volunteer
from .test_volunteers import DAY, applied, helper, in_days, led_by

TODAY = timezone.localdate


def url(name, *args):
    return reverse(f"counseling:volunteer-{name}", args=args)


@pytest.fixture
def call(cast):
    return VolunteerCall.objects.renew(cast.school, by=cast.principal)


def answers(**others):
    usual = {
        "full_name": "  Wen   Li ", "email": "Wen@Example.org", "phone": "", "born_on": "2000-02-29",
        "languages": ["zh-hans", "vi"], "good_at": "Reading aloud", "organisation": "River College",
        "agrees": "on", "day-0": "2", "starts-0": "16:00", "ends-0": "17:30",
        "submission": str(uuid.uuid4()),
    }  # fmt: skip
    return usual | others


# --- applying ---------------------------------------------------------------------------------------


def test_somebody_applies_without_an_account_in_the_own_language(call, cast):
    client = Client(headers={"accept-language": "zh-hans"})
    assert 'lang="zh' in client.get(call.get_absolute_url()).text
    sent = answers()
    for _time in range(2):  # a double click
        answer = client.post(call.get_absolute_url(), sent)
        assert answer.url == url("thanks", call.key)
    row = Volunteer.objects.get()
    assert (row.full_name, row.email, row.language) == ("Wen Li", "wen@example.org", "zh-hans")
    assert (row.languages, row.state, row.user) == (["zh-hans", "vi"], "applied", None)
    times = row.availability.get()
    assert (times.weekday, times.starts, times.ends) == (2, dt.time(16), dt.time(17, 30))
    assert not User.objects.filter(email="wen@example.org").exists()
    assert client.get(url("thanks", call.key)).status_code == 200


@pytest.mark.parametrize("state", ["applied", "accepted", "resting"])
def test_the_same_address_twice_is_thanked_the_same_way(call, cast, state):
    applied(cast, state=state)
    answer = Client().post(call.get_absolute_url(), answers(full_name="Somebody"))
    assert answer.url == url("thanks", call.key)
    assert Volunteer.objects.count() == 1


def test_an_address_that_cannot_be_one_is_not_found(db):
    for address in ("/after-school/help/%00/", "/after-school/help/%00/thanks/"):
        assert Client().get(address).status_code == 404


def test_an_account_of_the_portal_is_not_told_of_nor_joined(call, cast):
    first = Client().post(call.get_absolute_url(), answers(email=cast.mother.email))
    assert first.url == url("thanks", call.key)
    assert Volunteer.objects.get().user is None


def test_whoever_was_refused_or_left_may_apply_again(call, cast):
    applied(cast, state="refused")
    Client().post(call.get_absolute_url(), answers())
    assert Volunteer.objects.filter(state="applied").count() == 1


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ({"born_on": "2999-01-01"}, "This day has not come yet."),
        ({"born_on": "1850-01-01"}, "Please look at the year again."),
        ({"born_on": f"{TODAY() - 366 * 15 * DAY}"}, "Whoever helps is 16 or older."),
        ({"born_on": "yesterday"}, "yesterday"),
        ({"ends-0": "15:00"}, "It ends before it begins."),
        ({"ends-0": ""}, "Please fill the row, or leave it empty."),
        ({"languages": ["klingon"]}, "This is not one of the answers."),
        ({"email": ""}, "Please write an e-mail or a telephone number."),
        ({"email": "not an address"}, "not an address"),
        ({"agrees": ""}, "Without this tick the school may keep nothing."),
        ({"full_name": "\0"}, "cannot be kept"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_lost(call, bad, said):
    answer = Client().post(call.get_absolute_url(), answers(**bad))
    assert answer.status_code == 422
    assert said in answer.text
    assert "Reading aloud" in answer.text
    assert not Volunteer.objects.exists()


def test_sixteen_today_is_old_enough(call):
    day = TODAY()
    born = day.replace(year=day.year - 16, day=min(day.day, 28) if day.month == 2 else day.day)
    Client().post(call.get_absolute_url(), answers(born_on=f"{born}"))
    assert Volunteer.objects.exists()


def test_an_address_that_is_closed_or_was_made_anew_opens_nothing(call, cast):
    new = VolunteerCall.objects.renew(cast.school, by=cast.principal)
    assert Client().get(call.get_absolute_url()).status_code == 404
    assert Client().get(new.get_absolute_url()).status_code == 200
    VolunteerCall.objects.close(cast.school, by=cast.principal)
    answer = Client().post(new.get_absolute_url(), answers())
    assert answer.status_code == 404
    assert not Volunteer.objects.exists()


def test_it_is_asked_thirty_times_a_minute_at_most(call):
    client = Client()
    found = [client.post(call.get_absolute_url(), {}).status_code for _time in range(31)]
    assert found == [422] * 30 + [429]


def test_a_leader_opens_the_address_makes_it_anew_and_closes_it(cast, as_):
    client, page = as_(cast.principal), url("call", cast.school.pk)
    assert "takes no applications" in client.get(page).text
    client.post(page, {"submission": uuid.uuid4()})
    call = VolunteerCall.objects.live().get()
    shown = client.get(page).text
    assert call.key in shown
    assert "<svg" in shown
    client.post(page, {"submission": uuid.uuid4()})
    assert VolunteerCall.objects.live().get().key != call.key
    client.post(url("call-close", cast.school.pk), {"submission": uuid.uuid4()})
    assert not VolunteerCall.objects.live().exists()


# --- staff ------------------------------------------------------------------------------------------


def test_the_list_finds_who_is_asked_for(cast, as_):
    applied(cast, full_name="Ada Applies")
    helper(cast, name="Henri Helps")
    helper(cast, name="Sonja Soon", days=20)
    make_volunteer(cast, name="Nadia None", until=TODAY() - DAY, since=TODAY() - 90 * DAY)
    make_volunteer(cast, name="Gus Gone").end(by=cast.principal)
    client = as_(cast.counselor)

    def listed(**asked):
        text = client.get(url("list"), asked).text
        names = ("Ada Applies", "Henri Helps", "Sonja Soon", "Nadia None", "Gus Gone")
        return {name.split()[0] for name in names if name in text}

    assert listed() == {"Ada", "Henri", "Sonja", "Nadia"}
    assert listed(which="applied") == {"Ada"}
    assert listed(which="soon") == {"Sonja"}
    assert listed(which="none") == {"Nadia"}
    assert listed(which="gone") == {"Gus"}
    assert listed(q="henri") == {"Henri"}
    assert listed(which="bogus") == {"Ada", "Henri", "Sonja", "Nadia"}


def test_list_and_page_ask_the_same_for_one_and_for_twenty(cast, as_):
    volunteer = helper(cast)
    sessions = led_by(volunteer, cast, -2, 3)
    client, asked = as_(cast.principal), []
    for _time in range(2):
        client.get(url("list"))
        for page in (url("list"), url("detail", volunteer.pk)):
            with CaptureQueriesContext(connection) as found:
                assert client.get(page).status_code == 200
            asked.append(len(found))
        for n in range(0 if len(asked) > 2 else 19):
            helper(cast, name=f"Helper {n}")
            volunteer.clear(
                by=cast.principal, kind="police", issued_on=TODAY() - n * DAY, expires_on=TODAY() + DAY
            )  # fmt: skip
            make_session(sessions[0].programme, in_days(10 + n)).lead(
                by=cast.counselor, volunteer=volunteer
            )
    assert asked[:2] == asked[2:]
    assert asked[0] <= 14
    assert asked[1] <= 24


def test_a_yes_asks_whether_an_account_that_is_known_is_the_same_person(cast, as_):
    volunteer = applied(cast, email=cast.mother.email.upper())
    client, page = as_(cast.principal), url("decide", volunteer.pk)
    sent = {"decision": "yes", "words": "Welcome", "submission": str(uuid.uuid4())}
    assert cast.mother.full_name in client.get(page).text
    answer = client.post(page, sent)
    assert answer.status_code == 422
    assert "same person" in answer.text
    assert client.post(page, sent | {"same": "on"}).url == volunteer.get_absolute_url()
    volunteer.refresh_from_db()
    assert (volunteer.state, volunteer.user) == ("accepted", cast.mother)


def test_whoever_helps_already_is_not_accepted_a_second_time(cast, as_):
    first, second = applied(cast), applied(cast, email=cast.mother.email)
    first.accept(by=cast.principal, user=cast.mother)
    sent = {"decision": "yes", "same": "on", "submission": uuid.uuid4()}
    answer = as_(cast.principal).post(url("decide", second.pk), sent)
    assert answer.status_code == 422
    assert "helps at the school already" in answer.text


def test_an_account_that_the_school_does_not_know_is_neither_named_nor_opened(cast, as_):
    volunteer = applied(cast, email=cast.other_school_admin.email)
    client, page = as_(cast.principal), url("decide", volunteer.pk)
    answer = client.post(page, {"decision": "yes", "submission": uuid.uuid4()})
    assert answer.status_code == 422
    assert cast.other_school_admin.full_name not in answer.text
    volunteer.refresh_from_db()
    assert volunteer.state == "applied"
    client.post(page, {"decision": "no", "submission": uuid.uuid4()})
    volunteer.refresh_from_db()
    assert volunteer.state == "refused"


def test_who_decides_second_is_told_how_it_stands(cast, as_):
    volunteer = applied(cast)
    volunteer.refuse(by=cast.school_admin)
    page = url("decide", volunteer.pk)
    answer = as_(cast.principal).post(
        page, {"decision": "yes", "submission": uuid.uuid4()}, follow=True
    )
    assert "Somebody else changed this meanwhile" in answer.text
    volunteer.refresh_from_db()
    assert volunteer.state == "refused"


@pytest.mark.parametrize(
    ("last", "said"),
    [
        ("2026-01-01", "It ends before it begins."),
        ("2025-12-31", "It ends before it begins."),
        ("2040-01-01", "A check holds for five years at most."),
    ],
)
def test_a_check_that_ends_before_it_begins_is_refused(cast, as_, last, said):
    volunteer = helper(cast)
    sent = {"kind": "health", "issued_on": "2026-01-01", "expires_on": last, "reference": "K 9"}
    answer = as_(cast.principal).post(url("check", volunteer.pk), sent)
    assert answer.status_code == 422
    assert said in answer.text
    assert "K 9" in answer.text
    assert volunteer.clearances.count() == 1


def test_a_check_is_added_and_withdrawn_and_the_page_says_who_leads_nothing_then(cast, as_):
    volunteer = helper(cast)
    led_by(volunteer, cast, 3)
    client = as_(cast.principal)
    sent = {
        "kind": "health", "issued_on": f"{TODAY() - DAY}", "expires_on": f"{TODAY() + DAY}",
        "submission": str(uuid.uuid4()),
    }  # fmt: skip
    for _time in range(2):
        client.post(url("check", volunteer.pk), sent)
    assert volunteer.clearances.count() == 2
    check = volunteer.clearances.get(kind="police")
    page = url("check-withdraw", volunteer.pk, check.pk)
    assert client.post(page, {"because": ""}).status_code == 422
    answer = client.post(page, {"because": "Not valid", "submission": uuid.uuid4()}, follow=True)
    assert "1 session has no leader now." in answer.text
    assert "Nobody is allowed to lead these" in answer.text
    assert "Not valid" in answer.text
    assert client.get(page).url == volunteer.get_absolute_url()


def test_a_pause_its_end_and_the_end_are_asked_first(cast, as_):
    volunteer = helper(cast)
    led_by(volunteer, cast, 3)
    client = as_(cast.principal)
    assert "1 session to come has no leader then." in client.get(url("rest", volunteer.pk)).text
    for step, state in (("rest", "resting"), ("return", "accepted"), ("end", "ended")):
        client.post(url(step, volunteer.pk), {"submission": uuid.uuid4()})
        volunteer.refresh_from_db()
        assert volunteer.state == state
    again = client.post(url("rest", volunteer.pk), {"submission": uuid.uuid4()})
    assert again.url == volunteer.get_absolute_url()


def test_a_training_is_written_down(cast, as_):
    volunteer = helper(cast)
    client, page = as_(cast.school_admin), url("training", volunteer.pk)
    sent = {"what": "Safe at school", "on": "2999-01-01", "minutes": "90"}
    assert client.post(page, sent).status_code == 422
    client.post(page, sent | {"on": f"{TODAY()}", "submission": uuid.uuid4()})
    assert "Safe at school" in client.get(url("detail", volunteer.pk)).text


# --- its own pages ------------------------------------------------------------------------------------


@pytest.fixture
def own(cast):
    """The cast's volunteer, who leads a group in which the child has a seat."""
    volunteer = helper(cast)
    Volunteer.objects.filter(pk=volunteer.pk).update(user=cast.volunteer)
    volunteer.refresh_from_db()
    programme = make_programme(cast)
    for n in (-2, 3):
        make_session(programme, in_days(n)).lead(by=cast.counselor, volunteer=volunteer)
    Seat.objects.ask(programme, cast.child, by=cast.mother)
    programme.sessions.order_by("begins").first().hold(by=cast.counselor)
    return volunteer


def test_it_comes_home_to_its_groups_and_sees_no_child(cast, as_, own):
    client = as_(cast.volunteer)
    assert client.get("/").url == url("home")
    text = client.get(url("home")).text
    assert "Reading club" in text
    assert "1 h" in text
    assert "My groups" in text
    assert not Student.objects.visible_to(cast.volunteer).exists()
    shown = text + client.get(url("hours", own.pk)).text + client.get(url("times", own.pk)).text
    for word in (cast.child.full_name, cast.child.number, cast.mother.full_name, "14 Mill Lane"):
        assert word not in shown
    child = cast.child.pk
    for page in (
        reverse("people:child-detail", args=[child]), reverse("reports:progress", args=[child]),
        reverse("counseling:situation-child", args=[child]), url("detail", own.pk),
        f"/api/v1/plans/?child={child}", f"/api/v1/students/{child}/",
    ):  # fmt: skip
        answer = client.get(page)
        assert answer.status_code in (401, 403, 404), page
    listed = client.get(reverse("people:child-list"), {"q": cast.child.number}).text
    assert cast.child.full_name not in listed


def test_somebody_with_the_role_alone_is_told_to_ask(cast, as_):
    assert "Please ask there." in as_(cast.volunteer).get(url("home")).text
    assert as_(cast.mother).get(url("home")).status_code == 403


def test_it_says_when_it_can_come(cast, as_, own):
    client, page = as_(cast.volunteer), url("times", own.pk)
    sent = {"day-0": "4", "starts-0": "15:00", "ends-0": "16:00", "submission": uuid.uuid4()}
    assert client.post(page, sent | {"ends-0": "14:00"}).status_code == 422
    assert client.post(page, sent).url == url("home")
    assert own.availability.get().weekday == 4
    assert "15:00" in client.get(page).text
    assert as_(cast.principal).get(page).status_code == 403


def test_hours_come_on_paper_and_the_school_finds_them_by_their_number(cast, as_, own):
    client, page = as_(cast.volunteer), url("hours", own.pk)
    days = {"since": f"{TODAY() - 30 * DAY}", "until": f"{TODAY()}"}
    assert client.get(page, days | {"until": "2999-01-01"}).status_code == 422
    assert client.get(page, days | {"since": f"{TODAY() + DAY}"}).status_code == 422
    if pdf.missing():
        pytest.skip(pdf.missing())
    for _time in range(2):
        answer = client.get(page, days)
        assert answer["Content-Type"] == "application/pdf"
        assert answer.content.startswith(b"%PDF")
    staff = as_(cast.counselor)
    text = staff.get(url("detail", own.pk)).text
    number = Entry.objects.about(own).get(verb="volunteer.certified").data["number"]
    assert number in text
    found = staff.get(url("list"), {"q": number.lower().replace("-", " ")}).text
    assert own.full_name in found
    assert own.full_name not in staff.get(url("list"), {"q": "AAAA-AAAA-AAAA"}).text


def test_a_guardian_who_helps_finds_its_groups_beside_its_child(cast, as_):
    volunteer = applied(cast, email=cast.mother.email)
    volunteer.accept(by=cast.principal, user=cast.mother)
    client = as_(cast.mother)
    assert url("home") in client.get("/", follow=True).text
    assert client.get(url("home")).status_code == 200


def test_other_schools_read_nothing_of_it(cast, as_):
    elsewhere = builders.make_staff(cast.other_school, "leader")
    volunteer = helper(cast)
    client = as_(elsewhere)
    assert volunteer.full_name not in client.get(url("list")).text
    assert client.get(url("detail", volunteer.pk)).status_code == 404
