"""Families are invited to a meeting and answer by one tap: signed in, or by a letter's link alone."""

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from homeschool.journal import channels
from homeschool.journal.models import Delivery, Entry, Notice, Receipt
from homeschool.people.models import Address, Household
from tests import builders
from visits.models import Meeting, MeetingHome

from .gathering import DAY, be_its_day, expand, letter, plan_meeting, told

pytestmark = pytest.mark.django_db
YES, NO = {"answer": "yes", "people": "2"}, {"answer": "no"}


def answer(client, meeting, sent=YES):
    return client.post(reverse("visits:meeting-answer", args=[meeting.pk]), sent)


def by_link(token, sent=YES):
    return Client().post(reverse("visits:letter-answer", args=[token]), sent)


def page(token):
    return Client().get(reverse("journal:letter", args=[token]))


def act(client, meeting, verb):
    return client.post(reverse(f"visits:meeting-{verb}", args=[meeting.pk]))


def said(meeting):
    """Return {(answer, people)} of the homes."""
    return {(row.answer, row.people) for row in meeting.homes.exclude(answer="")}


# --- inviting ----------------------------------------------------------------------------------------


def test_it_invites_the_guardians_of_its_classes_who_may_receive(cast, as_):
    meeting = plan_meeting(cast, invite=False)
    assert act(as_(cast.adviser), meeting, "invite").status_code == 302
    assert told(meeting, "meeting.invited") == {cast.mother, cast.other_mother}
    assert Entry.objects.about(meeting).filter(verb="meeting.invited").count() == 1


def test_pressed_again_it_tells_only_those_who_are_new(cast, as_):
    meeting = plan_meeting(cast)
    expand()
    new = builders.make_guardian(builders.make_student(cast.school_class, "New Child"), "Newcomer")
    act(as_(cast.adviser), meeting, "invite")
    assert new in told(meeting, "meeting.invited")
    assert Receipt.objects.about(meeting).filter(person=cast.mother).count() == 1
    assert page(letter(meeting, new)).status_code == 200


def test_it_invites_nobody_without_a_time(cast, as_):
    meeting = plan_meeting(cast, invite=False, start=None)
    act(as_(cast.adviser), meeting, "invite")
    meeting.refresh_from_db()
    assert meeting.invited_at is None
    assert not Notice.objects.exists()


def test_a_grown_student_decides_whether_a_guardian_is_invited(cast):
    by = builders.make_staff(cast.college, "counselor")
    row = cast.adult.student_row
    other = builders.make_guardian(row, "Chen Wei")
    meeting = plan_meeting(cast, row.school_class, by=by)
    assert told(meeting, "meeting.invited") == {cast.adult, cast.parent}
    assert other not in told(meeting, "meeting.invited")


def test_who_lost_the_right_after_the_invitation_gets_no_mail(cast):
    Address.objects.update(pace="instant")  # no evening letter
    meeting = plan_meeting(cast)
    expand()
    ids = list(Delivery.objects.filter(channel="email").values_list("pk", flat=True))
    cast.mother.guardianships.get(student=cast.child).withdraw(by=cast.school_admin)
    from homeschool.journal.relay import LANES

    LANES[1].take()
    from homeschool.journal import actions

    actions.deliver(ids)
    states = dict(Delivery.objects.filter(pk__in=ids).values_list("receipt__person", "state"))
    assert states[cast.mother.pk] == "cancelled"
    assert states[cast.other_mother.pk] == "sent"
    assert page(letter(meeting, cast.mother)).status_code == 410


def test_the_mail_says_when_and_where_in_the_reader_s_language_and_carries_the_calendar(cast):
    meeting = plan_meeting(cast)
    expand()
    to_carmen = Delivery.objects.get(channel="email", receipt__person=cast.other_mother)
    mail = channels.email_for(to_carmen)
    assert "Winter safety" not in mail.subject
    assert "Mateo" not in mail.subject
    for words in ("Winter safety", "18:00", "Room 12"):
        assert words in mail.body
        assert words in mail.alternatives[0][0]
    (entry,) = Calendar.from_ical(mail.attachments[0][1]).events
    assert entry["UID"].startswith(f"meeting-{meeting.pk}@")
    assert entry.start == meeting.starts_at


# --- one tap ------------------------------------------------------------------------------------------


def test_the_link_shows_on_get_and_writes_on_post(cast):
    meeting = plan_meeting(cast)
    token = letter(meeting, cast.mother)
    Client().get(reverse("visits:letter-answer", args=[token]))
    page(token)
    assert not MeetingHome.objects.exists()
    assert by_link(token).url == reverse("journal:letter", args=[token])
    row = meeting.homes.get()
    assert (row.answer, row.people, row.household) == ("yes", 2, cast.household)
    assert row.answered_by == cast.mother
    assert 'lang="zh-Hans"' in page(token).text


def test_an_answer_sent_twice_is_one(cast):
    meeting = plan_meeting(cast)
    token = letter(meeting, cast.mother)
    for _n in range(3):
        by_link(token)
    assert Entry.objects.filter(verb="meeting.answered").count() == 1
    assert meeting.homes.count() == 1


def test_the_later_answer_stands(cast):
    meeting = plan_meeting(cast)
    token = letter(meeting, cast.mother)
    by_link(token)
    by_link(token, NO)
    assert said(meeting) == {("no", 0)}


@pytest.mark.parametrize(("typed", "people"), [("", 1), ("x", 1), ("-3", 1), ("0", 1), ("²", 1), ("99", 9), ("\0", 1)])  # fmt: skip
def test_a_number_that_makes_no_sense_is_put_right(cast, as_, typed, people):
    meeting = plan_meeting(cast)
    answer(as_(cast.mother), meeting, {"answer": "yes", "people": typed})
    assert said(meeting) in ({("yes", people)}, set())


@pytest.mark.parametrize("sent", [{}, {"answer": "perhaps"}, {"answer": "\0"}])
def test_what_is_no_answer_changes_nothing(cast, as_, sent):
    meeting = plan_meeting(cast)
    assert answer(as_(cast.mother), meeting, sent).status_code == 302
    assert not said(meeting)


def test_both_guardians_of_a_home_see_one_answer(cast, as_):
    grandma = builders.make_guardian(cast.child, "林奶奶", relation="grandmother")
    cast.household.guardians.add(grandma)
    meeting = plan_meeting(cast)
    answer(as_(cast.mother), meeting)
    text = as_(grandma).get(reverse("visits:meeting-family", args=[meeting.pk])).text
    assert "You come, 2 of you." in text
    assert "answered for your home" in text
    answer(as_(grandma), meeting, NO)
    assert said(meeting) == {("no", 0)}


def test_separated_homes_answer_each_for_themselves_and_never_see_each_other(cast, as_):
    cast.father.guardianship.restore(by=cast.school_admin)
    builders.make_household(cast.child, guardians=[cast.father], address="2 Far Road")
    meeting = plan_meeting(cast)
    answer(as_(cast.mother), meeting)
    text = as_(cast.father).get(reverse("visits:meeting-family", args=[meeting.pk])).text
    assert "You come" not in text
    assert cast.mother.called not in text
    answer(as_(cast.father), meeting, NO)
    assert said(meeting) == {("yes", 2), ("no", 0)}


def test_without_a_household_written_down_each_guardian_answers_alone(cast, as_):
    stepfather = builders.make_guardian(cast.classmate, "Luis Ruiz", relation="stepparent")
    meeting = plan_meeting(cast)
    answer(as_(cast.other_mother), meeting)
    url = reverse("visits:meeting-family", args=[meeting.pk])
    assert "You come" not in as_(stepfather).get(url).text
    assert meeting.homes.get().person == cast.other_mother


def test_a_withdrawn_father_of_the_same_home_reads_nothing(cast, as_):
    cast.household.guardians.add(cast.father)
    meeting = plan_meeting(cast)
    url = reverse("visits:meeting-family", args=[meeting.pk])
    assert as_(cast.father).get(url).status_code == 404
    assert answer(as_(cast.father), meeting).status_code == 404
    assert not said(meeting)


def test_it_takes_no_answer_once_it_has_begun(cast, as_):
    meeting = plan_meeting(cast)
    token = letter(meeting, cast.mother)
    be_its_day(meeting)
    by_link(token)
    answer(as_(cast.mother), meeting)
    assert not said(meeting)
    assert page(token).status_code == 200
    assert "<button" not in page(token).text.split('id="answer"')[1]


def test_nobody_answers_an_uninvited_meeting_or_another_class(cast, as_):
    meeting = plan_meeting(cast, invite=False)
    assert answer(as_(cast.mother), meeting).status_code == 404
    foreign = plan_meeting(cast, cast.other_class, by=cast.other_teacher)
    assert answer(as_(cast.other_mother), foreign).status_code == 404


@pytest.mark.parametrize("name", ["letter-answer", "letter-take", "letter-give-back"])
def test_a_link_of_another_letter_opens_nothing_here(cast, name):
    from .builders import hold_visit

    summary = hold_visit(cast).summaries.get()
    url = reverse(f"visits:{name}", args=[letter(summary, cast.mother)])
    assert Client().post(url, YES).status_code == 404
    assert Client().post(reverse(f"visits:{name}", args=["no.such.token"])).status_code == 404


# --- moved, called off, reminded ------------------------------------------------------------------------


def entry_of(client, meeting):
    answer = client.get(reverse("visits:meeting-calendar", args=[meeting.pk]))
    calendar = Calendar.from_ical(answer.content)
    return calendar["METHOD"], calendar.events[0]


def test_a_meeting_that_is_moved_tells_those_who_were_invited_and_moves_in_the_calendar(cast, as_):
    meeting = plan_meeting(cast)
    old = letter(meeting, cast.mother)
    _method, first = entry_of(as_(cast.mother), meeting)
    meeting.change(by=cast.adviser, on=meeting.on + DAY, start=dt.time(19))
    assert told(meeting, "meeting.moved") == {cast.mother, cast.other_mother}
    assert page(old).status_code == 410
    assert "19:00" in page(letter(meeting, cast.mother)).text
    _method, second = entry_of(as_(cast.mother), meeting)
    assert second["UID"] == first["UID"]
    assert (first["SEQUENCE"], second["SEQUENCE"]) == (0, 1)
    assert second.start - first.start == DAY + dt.timedelta(hours=1)


def test_another_theme_moves_nothing(cast):
    meeting = plan_meeting(cast)
    meeting.change(by=cast.adviser, theme="Snow")
    assert not told(meeting, "meeting.moved")
    assert Meeting.objects.get().sequence == 0


def test_it_moves_by_the_form(cast, as_):
    meeting = plan_meeting(cast)
    sent = {
        "classes": [str(cast.school_class.pk)], "theme": meeting.theme, "on": f"{meeting.on}",
        "start": "18:00", "duration": "60", "place": "Gym", "submission": builders.new_key(),
    }  # fmt: skip
    as_(cast.adviser).post(reverse("visits:meeting-edit", args=[meeting.pk]), sent)
    assert told(meeting, "meeting.moved") == {cast.mother, cast.other_mother}
    as_(cast.adviser).post(
        reverse("visits:meeting-edit", args=[meeting.pk]), sent | {"submission": builders.new_key()}
    )
    assert Notice.objects.filter(kind="meeting.moved").count() == 1


def test_called_off_it_tells_those_who_were_invited_once_and_leaves_the_calendar(cast, as_):
    meeting = plan_meeting(cast)
    answer(as_(cast.mother), meeting)
    old = letter(meeting, cast.mother)
    late = builders.make_guardian(builders.make_student(cast.school_class, "Late"), "Too late")
    for _n in range(2):
        act(as_(cast.adviser), meeting, "call-off")
    assert told(meeting, "meeting.called_off") == {cast.mother, cast.other_mother}
    assert late not in told(meeting, "meeting.called_off")
    assert page(old).status_code == 410
    meeting.refresh_from_db()
    method, entry = entry_of(as_(cast.mother), meeting)
    assert (method, entry["STATUS"], entry["SEQUENCE"]) == ("CANCEL", "CANCELLED", 1)
    answer(as_(cast.mother), meeting, NO)
    assert said(meeting) == {("yes", 2)}


def test_it_reminds_those_who_have_not_answered_once_a_day(cast, as_):
    meeting = plan_meeting(cast)
    by_link(letter(meeting, cast.mother))
    text = as_(cast.adviser).get(meeting.get_absolute_url()).text
    silent = text.split('id="silent"')[1].split("</ul>")[0]
    assert "Mateo" in silent
    assert cast.child.full_name not in silent
    for _n in range(2):
        act(as_(cast.adviser), meeting, "remind")
    assert told(meeting, "meeting.reminder") == {cast.other_mother}
    assert Notice.objects.filter(kind="meeting.reminder").count() == 1
    token = letter(meeting, cast.other_mother, "meeting.reminder")
    by_link(token)
    assert page(token).status_code == 200


def test_a_reminder_is_not_sent_after_the_meeting_has_begun(cast):
    meeting = plan_meeting(cast)
    meeting.remind(by=cast.adviser)
    be_its_day(meeting)
    assert not told(meeting, "meeting.reminder")


def test_a_reader_elsewhere_reads_the_own_clock_too(cast, as_):
    cast.mother.time_zone = "Europe/Madrid"
    cast.mother.language = "en"
    cast.mother.save()
    meeting = plan_meeting(cast)
    text = page(letter(meeting, cast.mother)).text
    assert "18:00 to 19:00" in text
    assert "By your clock" in text


# --- on the page of staff ---------------------------------------------------------------------------------


def test_staff_sees_only_the_families_of_children_in_sight(cast, as_):
    meeting = plan_meeting(cast)
    answer(as_(cast.mother), meeting)
    text = as_(cast.counselor).get(meeting.get_absolute_url()).text
    assert cast.child.full_name in text
    assert "Mateo" not in text
    assert "Mateo" in as_(cast.adviser).get(meeting.get_absolute_url()).text


@pytest.mark.parametrize("page_name", ["meeting-detail", "meeting-attendance"])
def test_it_asks_as_often_for_twenty_families_as_for_one(cast, as_, page_name):
    meeting = plan_meeting(cast)
    client = as_(cast.adviser)
    url = reverse(f"visits:{page_name}", args=[be_its_day(meeting).pk])
    client.get(url)
    with CaptureQueriesContext(connection) as one:
        client.get(url)
    for n in range(19):
        child = builders.make_student(cast.school_class, f"Child {n}")
        adult = builders.make_guardian(child, f"Adult {n}")
        home = builders.make_household(child, guardians=[adult])
        MeetingHome.objects.create(
            meeting=meeting, household=home, answer="yes", people=1, presence="came",
            answered_at=timezone.now(), answered_by=adult, marked_at=timezone.now(),
            marked_by=cast.adviser,
        )  # fmt: skip
    with CaptureQueriesContext(connection) as twenty:
        text = client.get(url).text
    assert "Child 18" in text
    assert len(one) <= len(twenty) <= 17
    assert len(twenty) - len(one) <= 1  # what was changed again is asked where something is noted


def test_a_home_with_two_children_in_the_class_stands_once(cast, as_):
    twin = builders.make_student(cast.school_class, "林小双")
    builders.make_guardian(twin, user=cast.mother)
    Household.objects.get(pk=cast.household.pk).students.add(twin)
    meeting = plan_meeting(cast)
    answer(as_(cast.mother), meeting)
    assert meeting.homes.count() == 1
    text = as_(cast.adviser).get(meeting.get_absolute_url()).text
    assert "林小双" in text
