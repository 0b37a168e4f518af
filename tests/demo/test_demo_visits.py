"""The visits of the demo: told once, dated when they happened, and nobody is written to."""

import datetime as dt
import time

import pytest
from django.db import transaction

from homeschool.demo import stories, world
from homeschool.journal.models import Delivery, Entry, Notice, Receipt
from homeschool.people.models import User
from visits.models import Addendum, Draft, Meeting, Need, Promise, Summary, Visit

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 11, 26)
TABLES = (Visit, Promise, Need, Summary, Addendum, Draft, Meeting, Notice, Receipt, Delivery, Entry)


@pytest.fixture(scope="module")
def made(django_db_setup, django_db_blocker):
    """The demo school, loaded once: what a test does to it is undone, and at the end the school too."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield world.load(TODAY)
        transaction.set_rollback(True)


def rows():
    return {model: set(model.objects.values_list("pk", flat=True)) for model in TABLES}


def test_loading_again_makes_the_same_rows(made, record_property):
    before = rows()
    began = time.monotonic()
    again = world.load(TODAY + dt.timedelta(days=1))
    record_property("seconds", f"{time.monotonic() - began:.2f}")
    assert again.made == 0
    assert rows() == before
    assert set(again.visits) == {told.key for told in (*stories.HELD, *stories.PLANNED)}


def test_what_somebody_tried_out_is_not_undone(made):
    draft = Draft.objects.get(pk=made.id("draft", "draft-mei"))
    draft.discard(by=made.mei_chen)
    again = Visit.objects.get(pk=made.visits["again"].pk)
    again.cancel(by=made.mei_chen)
    world.load(TODAY)
    assert not Draft.objects.filter(pk=draft.pk).exists()
    again.refresh_from_db()
    assert again.status == "cancelled"


def test_nobody_is_written_to_about_what_is_long_ago(made):
    assert not Notice.objects.filter(expanded_at=None).exists()
    told = Delivery.objects.filter(channel="in_app")
    assert set(told.values_list("state", flat=True)) == {"sent"}
    assert not Delivery.objects.waiting().exists()
    assert told.count() == Receipt.objects.count() > 15


def test_the_journal_says_when_it_happened(made):
    visit = made.visits["xiaoyu"]
    entry = Entry.objects.about(visit).get(verb="visit.held")
    assert entry.at == visit.recorded_at
    assert entry.student == made.xiaoyu


def test_a_held_visit_stands_as_one_that_was_just_held(made):
    """The parts are written by rows: the database holds them as fast as those of the verb."""
    visit = made.visits["wang"]
    assert {line.student for line in visit.lines.all()} == {made.zihan, made.ziang}
    with pytest.raises(Exception, match="never changed"):
        visit.lines.update(going_well="")


def test_one_promise_of_the_school_is_late(made):
    late = Promise.objects.late(TODAY).get()
    assert (late.student, late.owner, late.side) == (made.xiaoyu, made.mei_chen, "school")


def test_what_the_grandmother_wished_kept_out_is_in_no_summary(made):
    body = str(made.visits["wang"].summaries.get().body)
    assert "取暖费" not in body
    assert "money" not in body


def test_the_mother_of_xiaoyu_has_read_and_added_something(made):
    summary = made.visits["xiaoyu"].summaries.get()
    assert Receipt.objects.about(summary).get(person=made.lin_mei).acknowledged_at
    assert Addendum.objects.get(seen_at=None).by == made.lin_mei


def test_one_summary_is_not_shared_and_two_records_are_not_finished(made):
    unshared = Visit.objects.held().filter(summaries=None, confidences=None)
    assert unshared.get() == made.visits["aisha"]
    assert Draft.objects.open().count() == 2
    assert Draft.objects.filter(pk=made.visits["begun"].pk).exists()


def test_one_visit_is_confidential_and_its_teacher_does_not_find_it(made):
    confided = made.visits["lily-alone"]
    assert confided.is_confidential()
    assert Visit.objects.visible_to(made.lucia_vega).filter(pk=confided.pk).exists()
    assert not Visit.objects.visible_to(made.helen_fraser).filter(pk=confided.pk).exists()


def test_needs_wait_and_some_ended(made):
    noted = Need.objects.filter(school=made.school)
    assert set(noted.values_list("outcome", flat=True)) == {"", "met", "passed_on", "not_needed"}
    assert noted.open().filter(visit=made.visits["mateo"]).count() == 2
    assert {need.kept_out for need in noted.filter(visit=made.visits["wang"])} == {True}


def test_they_came_once_and_met_nobody(made):
    assert Visit.objects.get(status="nobody_home") == made.visits["nobody"]


def test_separated_parents_read_no_place_and_no_hopes_of_each_other(made):
    told = made.visits["ethan-mother"].summaries.get().read_by(made.steven_brooks)
    assert told["hopes"] == ""
    assert told["participants"] == []
    assert told["words"]
    assert made.visits["ethan-mother"].summaries.get().read_by(made.karen_brooks)["participants"]


def test_the_grown_student_and_her_father_read_her_visits(made):
    nora = User.objects.get(email="noralindgren@demo.example")
    for reader, count in ((nora, 2), (made.erik_lindgren, 2), (made.astrid_lindgren, 0)):
        assert Visit.objects.visible_to(reader).count() == count


def test_two_meetings_of_parents_stand(made):
    assert list(Meeting.objects.order_by("on").values_list("held", flat=True)) == [True, False]
