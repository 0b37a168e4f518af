"""The page of a visit: what each reader finds on it, what is done from it, and its history."""

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from homeschool.journal.models import Entry, Notice
from homeschool.people import sight
from homeschool.people.models import Guardianship
from tests import builders
from tests.cast import make_cast
from visits.models import Addendum, Draft, Summary, Visit
from visits.models.visit import NotPlanned

from .builders import hold_visit, plan_visit

SITUATION, NOTE = "The mother works evenings.", "She was proud."


def page(client, visit):
    return client.get(reverse("visits:visit-detail", args=[visit.pk]))


def press(client, visit, what, **data):
    return client.post(reverse(f"visits:visit-{what}", args=[visit.pk]), data)


def says(response):
    """Return what the next page tells about a press."""
    return [str(message) for message in response.wsgi_request._messages]


# --- who reads what -----------------------------------------------------------------------------------


def test_it_shows_the_counselor_everything(cast, as_):
    visit = hold_visit(cast, keep_hopes="on")
    text = page(as_(cast.counselor), visit).text
    for words in (
        "林小雨 tells stories.", "Reading and homework", "Ella lee mejor", "The reading group.",
        "Thank you for the tea.", "Hand over the bus pass", "Daniel Okafor", "林美", "中文",
        SITUATION, NOTE, "Kept out on the family’s wish", "That she reads alone.",
        "Academic support",
    ):  # fmt: skip
        assert words in text, words


def test_it_keeps_the_staff_part_from_a_teacher_who_was_not_there(cast, as_):
    visit = hold_visit(cast, colleagues=[str(cast.principal.pk)], keep_hopes="on")
    text = page(as_(cast.adviser), visit).text
    assert "The reading group." in text
    for words in (SITUATION, NOTE, "That she reads alone.", "staff part", "Share with"):
        assert words not in text, words


@pytest.mark.parametrize("who", ["counselor", "principal", "adviser"])
def test_it_shows_the_staff_part_to_visitors_counselor_and_leader(cast, as_, who):
    visit = hold_visit(cast)
    assert SITUATION in page(as_(getattr(cast, who)), visit).text


def test_it_takes_the_visit_from_a_visitor_who_left_the_class(cast, as_):
    visit = hold_visit(cast)
    cast.adviser.membership.end(by=cast.school_admin)
    assert page(as_(cast.adviser), visit).status_code in (404, 302)


@pytest.mark.parametrize(
    "who", ["other_teacher", "other_counselor", "school_admin", "volunteer", "other_school_admin"]
)
def test_it_is_not_found_by_others(cast, as_, who):
    visit = hold_visit(cast)
    assert page(as_(getattr(cast, who)), visit).status_code == 404


def test_it_names_no_child_that_the_reader_does_not_see(cast, as_):
    both = [str(cast.child.pk), str(cast.sibling.pk), str(cast.mother.pk)]
    visit = hold_visit(cast, cast.child, cast.sibling, present=both)
    text = page(as_(cast.adviser), visit).text
    assert "another child of the family" in text
    assert "小晴" not in text
    assert "林小晴 tells stories." in page(as_(cast.counselor), visit).text


def test_it_sends_the_family_to_its_own_page(cast, as_):
    visit = hold_visit(cast)
    answer = page(as_(cast.mother), visit)
    assert answer.url == reverse("reports:progress", args=[cast.child.pk]) + f"#visit-{visit.pk}"


@pytest.mark.parametrize("who", ["father", "other_mother", "adult"])
def test_it_is_not_found_by_another_family(cast, as_, who):
    visit = hold_visit(cast)
    assert page(as_(getattr(cast, who)), visit).status_code == 404


def test_it_is_not_found_by_the_family_before_it_is_shared(cast, as_):
    for visit in (hold_visit(cast, share=False), plan_visit(cast)):
        assert page(as_(cast.mother), visit).status_code == 404


# --- reading is written down --------------------------------------------------------------------------


def test_it_writes_down_who_read_about_each_child_it_showed(cast, as_):
    visit = hold_visit(cast, cast.child, cast.sibling)
    page(as_(cast.adviser), visit)
    entry = Entry.objects.get(verb="visit.viewed")
    assert (entry.actor, entry.student, entry.kind) == (cast.adviser, cast.child, "viewed")
    page(as_(cast.counselor), visit)
    read = Entry.objects.filter(verb="visit.viewed", actor=cast.counselor)
    assert {entry.student for entry in read} == {cast.child, cast.sibling}


def test_the_family_reads_who_looked_and_why(cast, as_):
    page(as_(cast.counselor), hold_visit(cast))
    text = as_(cast.mother).get(reverse("people:child-looks", args=[cast.child.pk])).text
    assert "Mei Chen" in text


def test_it_writes_nothing_for_the_family(cast, as_):
    page(as_(cast.mother), hold_visit(cast))
    assert not Entry.objects.filter(verb="visit.viewed").exists()


def test_it_shows_the_way_only_as_long_as_it_lies_ahead(cast, as_):
    client = as_(cast.counselor)
    planned = plan_visit(cast, at=timezone.now() + dt.timedelta(days=1))
    assert "14 Mill Lane" in page(client, planned).text
    assert Entry.objects.get(verb="visit.viewed").data["fields"] == ["staff_part", "address"]
    assert "14 Mill Lane" not in page(as_(cast.adviser), planned).text
    assert "14 Mill Lane" not in page(client, hold_visit(cast)).text


# --- the family's side --------------------------------------------------------------------------------


def test_it_shows_who_of_the_family_has_read_and_confirmed(cast, as_):
    visit = hold_visit(cast)
    visit.summaries.get().confirm(by=cast.mother, student=cast.child)
    response = page(as_(cast.counselor), visit)
    assert [(r["name"], bool(r["confirmed"])) for r in response.context["record"].readers] == [
        ("林美", True)
    ]
    assert "I have read it" in response.text
    assert "林美 has read the summary" in response.text


def test_it_does_not_name_readers_of_a_child_out_of_sight(cast, as_):
    visit = hold_visit(cast, cast.child, cast.sibling)
    aunt = builders.make_guardian(cast.sibling, "Tía Rosa")
    visit.summaries.get().confirm(by=aunt, student=cast.sibling)
    assert "Tía Rosa" not in page(as_(cast.adviser), visit).text
    assert "Tía Rosa" in page(as_(cast.counselor), visit).text


def test_it_shows_what_was_added_to_those_who_may_read_it(cast, as_):
    visit = hold_visit(cast, cast.child, cast.sibling, colleagues=[str(cast.principal.pk)])
    pin = Addendum.objects.pin
    pin(visit, "Words of home", by=cast.mother, student=cast.child, from_family=True, shared=True)
    pin(
        visit,
        "About the sister",
        by=cast.mother,
        student=cast.sibling,
        from_family=True,
        shared=True,
    )
    pin(visit, "For everybody", by=cast.counselor, shared=True)
    pin(visit, "Among ourselves", by=cast.counselor)
    near, far = page(as_(cast.counselor), visit).text, page(as_(cast.adviser), visit).text
    for words in ("Words of home", "For everybody"):
        assert words in near
        assert words in far
    for words in ("About the sister", "Among ourselves"):
        assert words in near
        assert words not in far


# --- sharing ------------------------------------------------------------------------------------------


def test_it_shares_a_held_visit_once(cast, as_):
    visit, client = hold_visit(cast, share=False), as_(cast.counselor)
    assert "Share with the family" in page(client, visit).text
    assert press(client, visit, "share").url == visit.get_absolute_url()
    press(client, visit, "share")
    assert Summary.objects.count() == Notice.objects.count() == 1
    assert Entry.objects.filter(verb="visit.shared").count() == 1
    assert "Share with the family" not in page(client, visit).text


def test_it_does_not_share_what_did_not_take_place(cast, as_):
    response = press(as_(cast.counselor), plan_visit(cast), "share")
    assert "Only a visit that took place can be shared." in says(response)
    assert not Summary.objects.exists()


def test_it_lets_only_those_share_who_know_what_stays_with_staff(cast, as_):
    visit = hold_visit(cast, share=False, colleagues=[str(cast.principal.pk)])
    assert press(as_(cast.adviser), visit, "share").status_code == 403
    assert press(as_(cast.principal), visit, "share").status_code == 302


# --- a plan that did not work out ---------------------------------------------------------------------


def test_it_calls_a_planned_visit_off(cast, as_):
    visit, client = plan_visit(cast), as_(cast.counselor)
    press(client, visit, "cancel")
    press(client, visit, "cancel")
    visit.refresh_from_db()
    assert visit.status == Visit.Status.CANCELLED
    entry = Entry.objects.get(verb="visit.cancelled")
    assert (entry.actor, entry.student) == (cast.counselor, cast.child)
    assert "Called off" in page(client, visit).text


def test_it_records_an_attempt(cast, as_):
    visit, client = plan_visit(cast, cast.child, cast.sibling), as_(cast.counselor)
    before = timezone.now()
    press(client, visit, "nobody-home")
    press(client, visit, "nobody-home")
    visit.refresh_from_db()
    assert visit.status == Visit.Status.NOBODY_HOME
    assert before <= visit.happened_at <= timezone.now()
    assert visit.recorded_by == cast.counselor
    assert Entry.objects.filter(verb="visit.nobody_home").count() == 2  # one for each child
    assert "Nobody was met" in page(client, visit).text


def test_it_records_no_attempt_before_its_day(cast, as_):
    visit = plan_visit(cast, at=timezone.now() + dt.timedelta(days=2))
    response = press(as_(cast.counselor), visit, "nobody-home")
    assert "The day of this visit has not come yet." in says(response)
    visit.refresh_from_db()
    assert visit.status == Visit.Status.SCHEDULED


@pytest.mark.parametrize("what", ["cancel", "nobody-home"])
def test_it_leaves_a_held_visit_as_it_is(cast, as_, what):
    visit = hold_visit(cast)
    response = press(as_(cast.counselor), visit, what)
    assert "not planned any more" in says(response)[0]
    visit.refresh_from_db()
    assert visit.is_held


def test_the_second_of_two_presses_is_told_how_it_stands(cast, as_):
    visit = plan_visit(cast)
    press(as_(cast.counselor), visit, "cancel")
    response = press(as_(cast.adviser), visit, "nobody-home")
    assert "not planned any more" in says(response)[0]
    visit.refresh_from_db()
    assert visit.status == Visit.Status.CANCELLED


def test_it_throws_no_text_away(cast, as_):
    visit, client = plan_visit(cast), as_(cast.counselor)
    client.post(reverse("visits:visit-start", args=[visit.pk]))
    Draft.objects.update(version=2)
    assert "is begun" in says(press(client, visit, "cancel"))[0]
    Draft.objects.update(version=1)
    press(client, visit, "cancel")
    visit.refresh_from_db()
    assert visit.status == Visit.Status.CANCELLED
    assert not Draft.objects.exists()


@pytest.mark.parametrize("what", ["cancel", "nobody-home", "share"])
def test_it_is_not_in_the_hands_of_others(cast, as_, what):
    for visit in (hold_visit(cast), plan_visit(cast)):
        for who in ("other_teacher", "other_mother", "school_admin", "other_school_admin"):
            assert press(as_(getattr(cast, who)), visit, what).status_code == 404
    shared = hold_visit(cast)
    assert press(as_(cast.mother), shared, what).status_code == 403
    assert (
        as_(cast.counselor).get(reverse(f"visits:visit-{what}", args=[shared.pk])).status_code
        == 405
    )


# --- history ------------------------------------------------------------------------------------------


def test_it_tells_what_happened_once_for_all_children(cast, as_):
    client = as_(cast.counselor)
    visit = hold_visit(cast, cast.child, cast.sibling)
    visit.promises.get().keep(by=cast.adviser)
    visit.summaries.get().confirm(by=cast.mother, student=cast.child)
    addendum = Addendum.objects.pin(
        visit, "x", by=cast.mother, student=cast.child, from_family=True
    )
    addendum.be_seen(by=cast.principal)
    page(client, visit)
    page(client, visit)
    history = page(client, visit).context["record"].history
    assert [row["words"] for row in history] == [
        "Mei Chen read the record",
        "Ruth Adler has read what the family added",
        "林美 added something",
        "林美 has read the summary",
        "Daniel Okafor noted that a promise was kept",
        "Mei Chen shared the summary with the family",
        "Mei Chen finished the record",
    ]


def test_it_tells_times_by_the_clock_of_the_reader(cast, as_):
    visit = hold_visit(cast)
    cast.counselor.time_zone = "America/Chicago"
    cast.counselor.save()
    response = page(as_(cast.counselor), visit)
    record = response.context["record"]
    assert record.at.utcoffset() == record.history[0]["at"].utcoffset() < dt.timedelta(0)
    assert "At the school it is then 16:30." in response.text


def test_it_tells_nothing_of_a_child_out_of_sight(cast, as_):
    visit = hold_visit(cast, cast.child, cast.sibling)
    aunt = builders.make_guardian(cast.sibling, "Tía Rosa")
    visit.summaries.get().confirm(by=aunt, student=cast.sibling)
    words = [row["words"] for row in page(as_(cast.adviser), visit).context["record"].history]
    assert not any("Tía Rosa" in sentence for sentence in words)


def test_it_asks_as_often_for_much_as_for_little(cast, as_):
    client, visit = as_(cast.counselor), hold_visit(cast)
    page(client, visit)
    with CaptureQueriesContext(connection) as little:
        page(client, visit)
    for n in range(20):
        Addendum.objects.pin(visit, f"{n}", by=cast.mother, student=cast.child, from_family=True)
    with CaptureQueriesContext(connection) as much:
        page(client, visit)
    assert len(little) == len(much) <= 32


def test_it_opens_for_an_adviser_with_a_child_of_its_own(cast, as_):
    Guardianship.objects.create(student=cast.child, guardian=cast.adviser, relation="father")
    visit = hold_visit(cast)
    assert page(as_(cast.adviser), visit).status_code == 200
    assert sight.roles_for(cast.adviser, cast.child) == {"adviser", "guardian"}


@pytest.mark.django_db(transaction=True)
def test_of_two_presses_at_the_same_moment_one_counts():
    cast = make_cast()
    visit = plan_visit(cast)
    barrier = threading.Barrier(2)

    def press_at_once(verb, by):
        try:
            barrier.wait()
            getattr(Visit.objects.get(pk=visit.pk), verb)(by=by)
            return "done"
        except NotPlanned:
            return "too late"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(press_at_once, "cancel", cast.counselor)
        second = pool.submit(press_at_once, "nobody_home", cast.adviser)
        assert sorted([first.result(), second.result()]) == ["done", "too late"]
    assert Entry.objects.filter(verb__in=["visit.cancelled", "visit.nobody_home"]).count() == 1
