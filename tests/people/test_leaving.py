"""Children who leave school, come back or change class: the verbs, and their pages."""

import datetime
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from homeschool.journal.models import Entry
from homeschool.people.models import Caseload, Enrolment, Invitation, Leaving, Student
from homeschool.people.models.leaving import told_of
from tests import builders, records
from visits.models import Visit, VisitChild

DAY = datetime.date(2026, 7, 3)


def left(student, by, **how):
    student.leave(by=by, **{"on": DAY, "where": Leaving.Where.AWAY} | how)
    return Leaving.objects.get(student=student, ended_at=None)


def post(client, page, /, *args, **data):
    return client.post(reverse(f"people:{page}", args=args), {"submission": uuid.uuid4()} | data)


@pytest.fixture
def admin(cast, as_):
    return as_(cast.school_admin)


# --- the verbs -----------------------------------------------------------------------------------


def test_who_leaves_is_on_roll_no_more_and_the_day_is_kept(cast):
    leaving = left(cast.child, cast.school_admin, note="Their number is with the office.")
    assert cast.child.status == "left"
    assert not Student.objects.active().filter(pk=cast.child.pk).exists()
    assert (leaving.on, leaving.where, leaving.class_name) == (DAY, "away", "Class 3B")
    assert leaving.note == "Their number is with the office."
    entry = Entry.objects.get(verb="student.left")
    assert (entry.student, entry.actor, entry.school) == (
        cast.child,
        cast.school_admin,
        cast.school,
    )
    assert entry.data == {"where": "away"}
    assert cast.child.events.last().status == "left"


def test_the_note_is_kept_encrypted(cast):
    left(cast.child, cast.school_admin, note="Their number is with the office.")
    with connection.cursor() as cursor:
        cursor.execute("SELECT note FROM people_leaving")
        assert "office" not in cursor.fetchone()[0]


def test_what_names_the_child_alone_ends(cast):
    course = builders.make_class(cast.school, "art", kind="scheduled")
    Enrolment.objects.create(student=cast.child, school_class=course)
    letter = builders.make_letter(cast.child, cast.mother, cast.school_admin)
    left(cast.child, cast.school_admin)
    assert not Caseload.objects.open().filter(student=cast.child).exists()
    assert Caseload.objects.open().filter(student=cast.sibling).exists()
    assert not Enrolment.objects.exists()
    assert Invitation.objects.get(pk=letter.pk).outcome == "revoked"
    assert Entry.objects.filter(verb="caseload.ended", student=cast.child).count() == 1
    assert Entry.objects.filter(verb="invitation.revoked", student=cast.child).count() == 1


def planned(cast, *children, hours=0):
    at = timezone.now() + datetime.timedelta(hours=hours)
    visit = Visit(school=cast.school, mode="home", planned_at=at)
    return visit.schedule(by=cast.counselor, children=children, visitors=[cast.counselor])


def test_planned_visits_are_called_off_unless_somebody_stays(cast):
    alone, both = planned(cast, cast.child), planned(cast, cast.child, cast.sibling, hours=3)
    assert told_of([cast.child.pk]) == ["1 planned visit is called off."]
    left(cast.child, cast.school_admin)
    alone.refresh_from_db()
    both.refresh_from_db()
    assert (alone.status, both.status) == ("cancelled", "scheduled")


def test_a_held_visit_stays_as_it_is(cast):
    visit = records.hold(VisitChild(student=cast.child), by=cast.counselor)
    left(cast.child, cast.school_admin)
    visit.refresh_from_db()
    assert visit.is_held


def test_leaving_twice_is_leaving_once(cast):
    first = left(cast.child, cast.school_admin)
    cast.child.leave(by=cast.school_admin, on=DAY, where="other")
    assert Leaving.objects.get() == first


def test_the_family_keeps_what_it_could_read(cast):
    left(cast.child, cast.school_admin)
    assert Student.objects.visible_to(cast.mother).filter(pk=cast.child.pk).exists()
    assert Student.objects.visible_to(cast.adviser).filter(pk=cast.child.pk).exists()
    assert not Student.objects.visible_to(cast.counselor).filter(pk=cast.child.pk).exists()


def test_who_comes_back_is_on_roll_in_the_class_of_now(cast):
    left(cast.child, cast.school_admin)
    cast.child.come_back(cast.other_class, by=cast.school_admin)
    cast.child.refresh_from_db()
    assert (cast.child.status, cast.child.school_class) == ("active", cast.other_class)
    assert Leaving.objects.get().ended_at is not None
    cast.child.come_back(cast.school_class, by=cast.school_admin)  # on roll: nothing happens
    assert Entry.objects.filter(verb="student.came_back").count() == 1
    assert left(cast.child, cast.school_admin).class_name == "Class 5C"


def test_who_changes_class_is_seen_by_the_new_teacher_alone(cast):
    cast.child.move(cast.other_class, by=cast.school_admin)
    assert Student.objects.visible_to(cast.other_teacher).filter(pk=cast.child.pk).exists()
    assert not Student.objects.visible_to(cast.adviser).filter(pk=cast.child.pk).exists()
    entry = Entry.objects.get(verb="student.moved")
    assert entry.data == {"of": str(cast.school_class.pk), "to": str(cast.other_class.pk)}


# --- the pages -----------------------------------------------------------------------------------


def test_the_page_writes_it_down_once(cast, admin):
    key = uuid.uuid4()
    sent = {"on": "2026-07-03", "where": "school", "note": "To Hill School"}
    for _n in range(2):
        answer = post(admin, "child-leave", cast.child.pk, submission=key, **sent)
        assert answer.url == cast.child.get_absolute_url()
    assert Leaving.objects.get().where == "school"


@pytest.mark.parametrize(
    ("field", "value"),
    [("on", ""), ("on", "2999-01-01"), ("on", "1850-01-01"), ("where", ""), ("where", "moon"),
     ("note", "a\0b"), ("note", "x" * 2001)],
)  # fmt: skip
def test_a_wrong_answer_is_told_beside_its_field(cast, admin, field, value):
    sent = {"on": "2026-07-03", "where": "away", "note": ""} | {field: value}
    answer = post(admin, "child-leave", cast.child.pk, **sent)
    assert set(answer.context["form"].errors) == {field}
    cast.child.refresh_from_db()
    assert cast.child.status == "active"


def test_its_page_says_when_and_where_to_and_the_note_to_the_office_alone(cast, as_):
    left(cast.child, cast.school_admin, note="Ask the aunt")
    shown = {
        who: as_(getattr(cast, who)).get(cast.child.get_absolute_url()).content.decode()
        for who in ("mother", "adviser", "principal", "school_admin")
    }
    in_chinese = shown.pop("mother")
    assert "Class 3B" in in_chinese
    assert "Ask the aunt" not in in_chinese
    assert all("Left Class 3B on 3 July 2026: moved away." in page for page in shown.values())
    told = {who for who, page in shown.items() if "Ask the aunt" in page}
    assert told == {"principal", "school_admin"}


def test_the_page_of_the_family_says_so_too(cast, as_):
    left(cast.classmate, cast.school_admin)
    page = as_(cast.other_mother).get(reverse("reports:progress", args=[cast.classmate.pk]))
    assert "Class 3B" in page.content.decode()
    assert "leaving" in vars(page.context["seen"])  # it was asked for and drawn


def test_several_of_a_class_leave_at_once(cast, admin):
    sent = {"children": [cast.child.pk, cast.classmate.pk], "on": "2026-07-03", "where": "finished"}
    post(admin, "class-leave", cast.school_class.pk, **sent)
    assert set(Leaving.objects.values_list("student", flat=True)) == {
        cast.child.pk, cast.classmate.pk,
    }  # fmt: skip


def test_nobody_of_another_class_leaves_with_them(cast, admin):
    sent = {"children": [cast.sibling.pk], "on": "2026-07-03", "where": "finished"}
    answer = post(admin, "class-leave", cast.school_class.pk, **sent)
    assert set(answer.context["form"].errors) == {"children"}


def test_a_child_comes_back_and_changes_class_on_its_pages(cast, admin):
    left(cast.child, cast.school_admin)
    post(admin, "child-come-back", cast.child.pk, school_class=cast.other_class.pk)
    cast.child.refresh_from_db()
    assert (cast.child.status, cast.child.school_class) == ("active", cast.other_class)
    post(admin, "child-move", cast.child.pk, school_class=cast.school_class.pk)
    cast.child.refresh_from_db()
    assert cast.child.school_class == cast.school_class


@pytest.mark.parametrize("page", ["child-come-back", "child-move"])
def test_no_child_goes_to_a_closed_class_or_one_of_another_school(cast, admin, page):
    closed = builders.make_class(cast.school, "9z", closed_at=timezone.now())
    for row in (closed, cast.other_child.school_class):
        answer = post(admin, page, cast.child.pk, school_class=row.pk)
        assert set(answer.context["form"].errors) == {"school_class"}


def test_the_list_shows_who_is_on_roll_and_a_filter_who_has_left(cast, admin):
    left(cast.child, cast.school_admin)

    def names(**query):
        rows = admin.get(reverse("people:child-list"), query).context["page"].object_list
        return [row["full_name"] for row in rows]

    assert cast.child.full_name not in names()
    assert names(status="left") == [cast.child.full_name]
    assert cast.child.full_name in names(status="all")
    assert names(q="林")[-1] == cast.child.full_name  # a search finds everybody, who left last


def test_a_class_of_twenty_asks_as_much_as_a_class_of_one(cast, admin):
    url = reverse("people:class-leave", args=[cast.other_class.pk])
    admin.get(url)
    with CaptureQueriesContext(connection) as few:
        admin.get(url)
    for _n in range(19):
        builders.make_student(cast.other_class)
    with CaptureQueriesContext(connection) as many:
        admin.get(url)
    assert len(many) == len(few)
