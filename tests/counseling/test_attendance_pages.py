"""Marking who is there on a phone, correcting it, the sheet of a term, and what home is told."""

import datetime as dt
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from counseling.models import Absence, Attendance, PickUp, Seat, Session, Volunteer
from counseling.reading.session_letters import EVENING, evening_of
from homeschool.journal import actions, kinds
from homeschool.journal.models import Entry, Notice, Receipt, reminding
from homeschool.people import sight
from homeschool.people.models import Division
from tests import builders
from tests.cast import sign_in

from .after_school import make_children, make_programme, make_session, make_volunteer

pytestmark = pytest.mark.django_db
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


def seat(programme, *children, by):
    for child in children:
        Seat.objects.ask(programme, child, by=by)
    Seat.objects.update(taken_at=timezone.now() - 30 * DAY)


@pytest.fixture
def session(cast):
    programme = make_programme(cast, place="Library")
    seat(programme, cast.child, cast.classmate, by=cast.counselor)
    return make_session(programme)


def page_of(session):
    return reverse("counseling:attendance-mark", args=[session.pk])


def typed(client, session, **changes):
    """Return what the form of the page sends, with changes {"<field>": {child: value}}."""
    form = client.get(page_of(session)).context["form"]
    sent = {field.html_name: field.value() or "" for field in form}
    sent["submission"] = uuid.uuid4()
    for name, values in changes.items():
        sent |= {f"{name}-{child.pk}": value for child, value in values.items()}
    return sent


# --- marking ------------------------------------------------------------------------------------------------


def test_all_were_there_and_then_one_is_corrected(cast, session):
    client = sign_in(cast.counselor)
    client.post(reverse("counseling:attendance-all", args=[session.pk]))
    client.post(reverse("counseling:attendance-all", args=[session.pk]))
    assert [line.mark for line in session.attendance.all()] == ["present", "present"]
    sent = typed(client, session, mark={cast.child: "late"}, missed={cast.child: "10"})
    assert [client.post(page_of(session), sent).status_code for _n in range(2)] == [302, 302]
    line = session.attendance.get(student=cast.child)
    assert (line.mark, line.minutes, line.events.count()) == ("late", 50, 2)
    page = client.get(reverse("counseling:session-detail", args=[session.pk])).content.decode()
    assert "was: there; changed by Mei Chen" in page


def test_who_said_before_that_it_will_not_come_is_excused(cast, session):
    Absence.objects.create(student=cast.child, session=session, on=session.on, said_by=cast.mother)
    client = sign_in(cast.counselor)
    assert typed(client, session)[f"mark-{cast.child.pk}"] == "excused"
    client.post(reverse("counseling:attendance-all", args=[session.pk]))
    marks = {line.student_id: line.mark for line in session.attendance.all()}
    assert marks == {cast.child.pk: "excused", cast.classmate.pk: "present"}


def test_a_person_who_is_not_on_the_list_needs_a_reason_that_staff_reads(cast, session):
    PickUp.objects.create(
        student=cast.child, name="Grandma Lin", relation="grandmother", said_by=cast.mother
    )
    client = sign_in(cast.counselor)
    sent = typed(client, session, mark={cast.child: "present"}, picked={cast.child: "other"})
    sent[f"other-{cast.child.pk}"] = "Uncle Wu"
    answer = client.post(page_of(session), sent)
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "Uncle Wu" in text
    assert "this person is not on the list" in text
    sent[f"because-{cast.child.pk}"] = "The mother called"
    assert client.post(page_of(session), sent).status_code == 302
    line = session.attendance.get()
    assert (line.picked_up_by, line.pick_up_because) == ("Uncle Wu", "The mother called")
    assert line.picked_up_at
    page = client.get(reverse("counseling:session-detail", args=[session.pk])).content.decode()
    assert "The mother called" in page
    again = typed(client, session, picked={cast.child: "Grandma Lin"})
    client.post(page_of(session), again)
    line.refresh_from_db()
    assert (line.picked_up_by, line.pick_up_because) == ("Grandma Lin", "")


def test_what_a_colleague_wrote_meanwhile_is_not_overwritten_unawares(cast, session):
    counselor, leader = sign_in(cast.counselor), sign_in(cast.principal)
    marks = {cast.child.pk: {"mark": "absent"}}
    Attendance.objects.mark(session, marks, by=cast.principal)
    opened = typed(counselor, session)
    leader.post(page_of(session), typed(leader, session, mark={cast.child: "present"}))
    opened[f"mark-{cast.child.pk}"] = "excused"
    answer = counselor.post(page_of(session), opened)
    assert answer.status_code == 422
    assert "Ruth Adler marked" in answer.content.decode()
    form = answer.context["form"]
    opened[f"was-{cast.child.pk}"] = form[f"was-{cast.child.pk}"].value()
    opened["submission"] = uuid.uuid4()
    assert counselor.post(page_of(session), opened).status_code == 302
    assert session.attendance.get().mark == "excused"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "Mark at least one child."),
        ({"mark": "late", "missed": "90"}, "the session has 60 minutes"),
        ({"mark": "late", "missed": "ten"}, "Write the minutes as a number."),
        ({"mark": "gone"}, "This is not one of the answers"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_lost(cast, session, changes, words):
    client = sign_in(cast.counselor)
    sent = typed(client, session, **{name: {cast.child: value} for name, value in changes.items()})
    answer = client.post(page_of(session), sent)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Attendance.objects.exists()


def test_nobody_is_marked_before_it_begins_or_when_it_was_called_off(cast, session):
    ahead = make_session(session.programme, timezone.now() + 3 * HOUR)
    client = sign_in(cast.counselor)
    assert "It has not begun yet" in client.get(page_of(ahead)).content.decode()
    url = reverse("counseling:attendance-all", args=[ahead.pk])
    assert "It has not begun yet" in client.post(url, follow=True).content.decode()
    sent = typed(client, session, mark={cast.child: "present"})
    session.call_off(by=cast.counselor, because="Rain")
    answer = client.post(page_of(session), sent)
    assert answer.status_code == 422
    assert "was called off" in answer.content.decode()


def test_a_child_that_left_meanwhile_is_named(cast, session, monkeypatch):
    client = sign_in(cast.counselor)
    sent = typed(client, session, mark={cast.child: "present"})
    monkeypatch.setattr("counseling.models.attendance.AttendanceManager._check", _nobody_has_a_seat)
    answer = client.post(page_of(session), sent)
    assert answer.status_code == 422
    assert "No seat in this programme any more: 林小雨" in answer.content.decode()


def _nobody_has_a_seat(self, session, marks):
    from counseling.models.attendance import NoSeat

    raise NoSeat(list(marks))


# --- who marks ------------------------------------------------------------------------------------------------


def test_a_volunteer_who_leads_it_marks_the_group_and_reads_nothing_else(cast, session):
    volunteer = make_volunteer(cast)
    volunteer.user = cast.volunteer
    volunteer.save(update_fields=["user"])
    client = sign_in(cast.volunteer)
    assert client.get(page_of(session)).status_code == 404
    session.lead(by=cast.counselor, volunteer=volunteer)
    cast.child.preferred_name = "Xiaoyu"
    cast.child.save()
    text = client.get(page_of(session)).content.decode()
    assert "Xiaoyu" in text
    for word in ("林小雨", cast.child.number, "/people/", "/children/"):
        assert word not in text
    sent = typed(client, session, mark={cast.child: "present"}, engagement={cast.child: "3"})
    assert client.post(page_of(session), sent).status_code == 302
    assert session.attendance.get().by == cast.volunteer
    detail = reverse("counseling:session-detail", args=[session.pk])
    assert client.get(detail)["Location"] == page_of(session)
    other = make_session(session.programme, timezone.now() - 5 * HOUR)
    assert client.get(page_of(other)).status_code == 404
    sheet = reverse("counseling:attendance-sheet", args=[session.programme.pk])
    assert client.get(sheet).status_code == 403


def test_a_counselor_who_does_not_keep_it_marks_the_own_children(cast, session):
    client = sign_in(cast.other_counselor)
    assert client.get(page_of(session)).context["form"].children == []
    session.programme.owner = cast.principal
    session.programme.save(update_fields=["owner"])
    own = sign_in(cast.counselor).get(page_of(session)).context["form"].children
    assert own == [cast.child]
    assert sign_in(cast.adviser).get(page_of(session)).status_code == 403
    session.lead(by=cast.counselor, user=cast.adviser)
    whole = sign_in(cast.adviser).get(page_of(session)).context["form"].children
    assert len(whole) == 2


def test_marking_costs_the_same_for_one_child_and_for_twenty(cast):
    programme = make_programme(cast, capacity=30)
    children = make_children(cast, 20)
    seat(programme, children[0], by=cast.counselor)
    client, session = sign_in(cast.counselor), make_session(programme)

    def count():
        with CaptureQueriesContext(connection) as seen:
            form = client.get(page_of(session)).context["form"]
        return len(seen), len(form.children)

    client.get(page_of(session))
    one = count()
    seat(programme, *children[1:], by=cast.counselor)
    assert count() == (one[0], 20)


# --- a term ---------------------------------------------------------------------------------------------------


def hold(programme, number, children, by):
    sessions = [make_session(programme, timezone.now() - (n + 1) * DAY) for n in range(number)]
    Attendance.objects.bulk_create(
        Attendance(session=row, student=child, mark="present", minutes=60, by=by)
        for row in sessions
        for child in children
    )
    type(sessions[0]).objects.filter(programme=programme).update(
        state="held", held_at=timezone.now()
    )
    return sessions


def test_the_sheet_counts_and_costs_the_same_at_any_size(cast):
    programme = make_programme(cast, capacity=100, begins=timezone.localdate() - 90 * DAY)
    children = make_children(cast, 20)
    seat(programme, children[0], by=cast.counselor)
    hold(programme, 1, children[:1], cast.counselor)
    client = sign_in(cast.principal)
    url = reverse("counseling:attendance-sheet", args=[programme.pk]) + "?term=all"

    def count():
        with CaptureQueriesContext(connection) as seen:
            answer = client.get(url)
        return len(seen), answer.context["sheet"]

    client.get(url)
    one, sheet = count()
    assert (sheet.lines[0].there, sheet.hours) == (1, 1)
    seat(programme, *children[1:], by=cast.counselor)
    hold(programme, 8, children, cast.counselor)
    many, sheet = count()
    assert many == one <= 12
    assert (len(sheet.lines), len(sheet.sessions), sheet.totals[0]) == (20, 9, 20)


def test_the_file_of_the_sheet_is_asked_for_and_written_down(cast, session):
    Attendance.objects.mark(session, {cast.child.pk: {"mark": "late"}}, by=cast.counselor)
    url = reverse("counseling:attendance-file", args=[session.programme.pk]) + "?term=all"
    client = sign_in(cast.counselor)
    assert client.post(url, {"ending": "csv"}).status_code == 422
    answer = client.post(url, {"ending": "csv", "reason": "check"})
    text = answer.content.decode("utf-8-sig")
    assert "林小雨,came late,1,1,60" in text
    assert Entry.objects.get(verb="attendance.exported").data == {"reason": "check", "rows": 2}
    assert sign_in(cast.school_admin).get(url).status_code == 403


# --- what people are told -------------------------------------------------------------------------------------


def letters_of(notice):
    """Return {person: all forms of its letter in one text}."""
    actions.expand([notice.pk])
    found = {}
    for receipt in Receipt.objects.filter(notice=notice).select_related("person", "notice"):
        with kinds.speaking_to(receipt):
            link = {"link": "https://a.example/m/1/", "stop_link": "https://a.example/s"}
            context = kinds.context_of(receipt, **link)
            forms = ("subject.txt", "txt", "html", "page.html")
            text = "".join(kinds.words(receipt, form, context) for form in forms)
        found[receipt.person] = text
    return found


def evening(session, hour=EVENING.hour, minute=1):
    at = dt.datetime.combine(session.on, dt.time(hour, minute), session.programme.zone)
    return at


def remind(now):
    rule = next(rule for rule in reminding.table() if rule.name == "counseling.not_there")
    reminding.run(rule, now - dt.timedelta(minutes=2))
    return reminding.run(rule, now)


@pytest.fixture
def noon(cast, session):
    """The session took place at the last noon of the school, and was marked then."""
    at = dt.datetime.combine(session.on, dt.time(12), session.programme.zone)
    at -= DAY if at + HOUR > timezone.now() else 0 * DAY
    type(session).objects.filter(pk=session.pk).update(
        begins=at, ends=at + HOUR, planned_for=at, on=at.date()
    )
    marks = {cast.child.pk: {"mark": "absent"}, cast.classmate.pk: {"mark": "present"}}
    Attendance.objects.mark(session, marks, by=cast.counselor)
    Attendance.objects.update(at=at + HOUR)
    session.refresh_from_db()
    return session


def test_home_is_told_in_the_evening_once_and_only_the_first_name_time_and_place(cast, noon):
    cast.child.preferred_name = "Xiaoyu"
    cast.child.save()
    assert remind(evening(noon, 17, 59)) == 0
    assert remind(evening(noon)) == 1
    notice = Notice.objects.get(kind="session.not_there")
    letters = letters_of(notice)
    assert set(letters) == {cast.mother}
    text = letters[cast.mother]
    assert "Xiaoyu was not there after school" in text
    for word in ("12:00", "13:00"):
        assert word in text
    assert "Reading club" not in text
    assert "林小雨" not in text
    remind(evening(noon, 19))
    assert Notice.objects.filter(kind="session.not_there").count() == 1


def test_home_is_not_told_of_a_mark_that_was_corrected_or_an_absence_that_was_said(cast, noon):
    Attendance.objects.mark(noon, {cast.child.pk: {"mark": "late"}}, by=cast.counselor)
    assert remind(evening(noon)) == 0
    Attendance.objects.mark(noon, {cast.child.pk: {"mark": "absent"}}, by=cast.counselor)
    Attendance.objects.update(at=noon.ends)
    said = Absence.objects.create(student=cast.child, on=noon.on, said_by=cast.mother)
    assert remind(evening(noon, 18, 10)) == 0
    said.delete()
    assert remind(evening(noon, 18, 20)) == 0  # it was due before
    line = noon.attendance.get(student=cast.child)
    late = evening(noon) + dt.timedelta(hours=1)
    line.at = late
    assert evening_of(line) == late
    line.at = late + 3 * DAY
    assert evening_of(line) is None


def test_what_was_corrected_between_the_evening_and_the_letter_is_not_sent(cast, noon):
    remind(evening(noon))
    Attendance.objects.mark(noon, {cast.child.pk: {"mark": "late"}}, by=cast.counselor)
    notice = Notice.objects.get(kind="session.not_there")
    assert letters_of(notice) == {}
    notice.refresh_from_db()
    assert notice.cancelled_at


@pytest.mark.parametrize("kind", ["session.moved", "session.called_off"])
def test_families_and_leaders_are_told_that_it_moved_or_was_called_off(cast, session, kind):
    volunteer = make_volunteer(cast)
    volunteer.user = cast.volunteer
    volunteer.save(update_fields=["user"])
    ahead = make_session(session.programme, timezone.now() + 3 * DAY)
    ahead.describe(by=cast.counselor, place="Library", topic="Canary-topic")
    ahead.lead(by=cast.counselor, volunteer=volunteer)
    ahead.lead(by=cast.counselor, user=cast.counselor)
    if kind == "session.moved":
        ahead.move(ahead.begins + DAY, by=cast.counselor)
    else:
        ahead.call_off(by=cast.counselor, because="Canary-why")
    letters = letters_of(Notice.objects.get(kind=kind))
    assert set(letters) == {cast.mother, cast.other_mother}
    assert "Mateo" in letters[cast.other_mother]
    assert "Mateo" not in letters[cast.mother]
    team = letters_of(Notice.objects.get(kind=f"{kind}_team"))
    assert set(team) == {cast.volunteer}
    for text in [*letters.values(), *team.values()]:
        assert "Canary" not in text
        assert "Reading club" not in text
        said = "takes place at another time" if kind == "session.moved" else "does not take place"
        assert said in text


# --- who reads no longer, and what is written down of who reads ----------------------------------------------


@pytest.fixture
def led(cast, session):
    """The session of an hour ago, which a volunteer leads."""
    volunteer = make_volunteer(cast)
    volunteer.user = cast.volunteer
    volunteer.save(update_fields=["user"])
    session.lead(by=cast.counselor, volunteer=volunteer)
    return volunteer


def test_a_volunteer_whose_role_ends_has_left_and_reads_nothing(cast, session, led):
    ahead = make_session(session.programme, timezone.now() + 3 * DAY)
    ahead.lead(by=cast.counselor, volunteer=led)
    client = sign_in(cast.volunteer)
    assert client.get(page_of(session)).status_code == 200
    cast.volunteer.memberships.get().end(by=cast.principal)
    led.refresh_from_db()
    assert led.state == "ended"
    assert not ahead.leaders.filter(live=True).exists()
    assert client.get(page_of(session)).status_code == 404
    all_there = reverse("counseling:attendance-all", args=[session.pk])
    assert client.post(all_there).status_code == 404
    assert not Attendance.objects.exists()


def test_a_role_that_ran_out_opens_nothing_though_nobody_ended_it(cast, session, led):
    cast.volunteer.memberships.update(since=timezone.now() - DAY, until=timezone.now() - HOUR)
    assert not Session.objects.led_by(cast.volunteer).exists()
    assert not Volunteer.objects.visible_to(cast.volunteer).exists()


def test_a_check_that_is_withdrawn_or_ran_out_closes_the_list(cast, session, led):
    client, check = sign_in(cast.volunteer), led.clearances.get()
    check.withdraw(by=cast.principal, because="Asked again")
    assert client.get(page_of(session)).status_code == 404
    today = timezone.localdate(timezone=session.programme.zone)
    year = 365 * DAY
    led.clear(by=cast.principal, kind="police", issued_on=today - year, expires_on=today - DAY)
    assert client.get(page_of(session)).status_code == 404
    led.clear(by=cast.principal, kind="police", issued_on=today - year, expires_on=today)
    assert client.get(page_of(session)).status_code == 200


def test_a_session_of_long_ago_is_closed_for_who_led_it(cast, session, led):
    client = sign_in(cast.volunteer)
    for days, status in ((6, 200), (8, 404)):
        old = make_session(session.programme, timezone.now() - days * DAY)
        old.lead(by=cast.counselor, volunteer=led)
        assert client.get(page_of(old)).status_code == status


def test_whoever_left_hears_nothing_more_of_the_session(cast, session, led):
    ahead = make_session(session.programme, timezone.now() + 3 * DAY)
    ahead.lead(by=cast.counselor, volunteer=led)
    ahead.move(ahead.begins + DAY, by=cast.counselor)
    cast.volunteer.memberships.update(since=timezone.now() - DAY, until=timezone.now() - HOUR)
    assert letters_of(Notice.objects.get(kind="session.moved_team")) == {}


def test_the_way_back_of_a_volunteer_is_its_own_page(cast, session, led):
    text = sign_in(cast.volunteer).get(page_of(session)).content.decode()
    assert reverse("counseling:volunteer-home") in text
    back = reverse("counseling:session-detail", args=[session.pk])
    assert f'href="{back}"' not in text


def test_the_leader_of_a_division_reads_and_marks_the_own_children_alone(cast, session):
    other = Division.objects.create(school=cast.school, code="other", name="Other")
    for of, number in ((cast.child.division, 2), (other, 0)):
        leader = builders.make_staff(cast.school, sight.LEADER, f"Leader {of.pk}", division=of)
        client = sign_in(leader)
        assert len(client.get(page_of(session)).context["form"].children) == number
        url = reverse("counseling:attendance-sheet", args=[session.programme.pk])
        assert len(client.get(url).context["sheet"].children) == number


def test_what_is_read_beyond_sight_stands_in_the_journal_of_each_child(cast, session, led):
    sign_in(cast.volunteer).get(page_of(session))
    seen = Entry.objects.filter(verb="attendance.viewed", actor=cast.volunteer)
    assert {row.student_id for row in seen} == {cast.child.pk, cast.classmate.pk}
    counselor = sign_in(cast.counselor)
    counselor.get(page_of(session))
    counselor.get(reverse("counseling:session-detail", args=[session.pk]))
    counselor.get(reverse("counseling:attendance-sheet", args=[session.programme.pk]))
    own = Entry.objects.filter(
        verb="attendance.viewed", actor=cast.counselor, student__isnull=False
    )
    assert [row.student_id for row in own] == [cast.classmate.pk] * 3


def test_a_restricted_person_who_is_written_down_alarms_the_school(cast, session):
    cast.father.guardianships.get().restrict(by=cast.principal, reason="order")
    client = sign_in(cast.counselor)
    sent = typed(client, session, mark={cast.child: "present"}, picked={cast.child: "other"})
    sent |= {f"other-{cast.child.pk}": " ".join(cast.father.full_name)}
    sent |= {f"because-{cast.child.pk}": "Canary-why"}
    answer = client.post(page_of(session), sent, follow=True)
    assert "please ring the office first" in answer.content.decode()
    assert session.attendance.get().picked_up_by
    letters = letters_of(Notice.objects.get(kind="pick_up.held"))
    assert set(letters) == {cast.counselor, cast.principal}
    assert all("Somebody picked a child up who is held back" in text for text in letters.values())
    assert "Canary-why" not in str(letters)
