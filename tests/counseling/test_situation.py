"""The learning situation: who reads it, what is written on one page, how it is corrected."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import IntegrityError, InternalError, transaction
from django.urls import reverse

from counseling.models import Observation, Plan, Replaced
from counseling.reading.situation import spark_of
from homeschool.journal.models import Entry
from tests import builders

pytestmark = pytest.mark.django_db
Kind = Observation.Kind
MONDAY = dt.date(2026, 10, 12)


def observe(cast, student=None, kind=Kind.MARK, **columns):
    """Return an observation: a mark, a day missed, or a sentence."""
    student = student or cast.child
    usual = {
        Kind.MARK: {"subject": "Mathematics", "value": Decimal(85), "out_of": Decimal(100)},
        Kind.ATTENDANCE: {"value": Decimal(0), "out_of": Decimal(1)},
    }.get(kind, {"words": "Helps others to begin."})
    values = {"on": MONDAY, "by": cast.adviser} | usual | columns
    return Observation.objects.create(student=student, school=student.school, kind=kind, **values)


def address(name, row):
    return reverse(f"counseling:situation-{name}", args=[row.pk])


# --- sight ------------------------------------------------------------------------------------------------


def test_who_reads_an_observation(cast):
    row = observe(cast)
    readers = {"adviser", "counselor", "principal", "mother"}
    everybody = readers | {
        "other_teacher", "other_counselor", "school_admin", "volunteer", "district", "father",
        "other_mother", "other_school_admin", "deactivated", "adult", "parent",
    }  # fmt: skip
    seen = {
        name for name in everybody
        if Observation.objects.visible_to(getattr(cast, name)).filter(pk=row.pk).exists()
    }  # fmt: skip
    assert seen == readers


def test_a_grown_students_parent_reads_marks_only_where_plans_were_granted(cast):
    row = observe(cast, cast.adult.student_row, by=None)
    assert Observation.objects.visible_to(cast.adult).get() == row
    assert not Observation.objects.visible_to(cast.parent).exists()
    cast.adult.student_row.grants.create(guardian=cast.parent, item="plans")
    assert Observation.objects.visible_to(cast.parent).get() == row


# --- what stands ------------------------------------------------------------------------------------------


def test_a_correction_takes_its_place_and_nothing_is_edited(cast):
    row = observe(cast)
    new = row.correct(by=cast.counselor, value=Decimal(58))
    assert Observation.objects.standing().get() == new
    assert (new.subject, new.value, new.by) == ("Mathematics", 58, cast.counselor)
    with pytest.raises(Replaced):
        row.correct(by=cast.adviser, value=Decimal(70))
    with pytest.raises(InternalError), transaction.atomic():
        Observation.objects.update(value=1)
    with pytest.raises(InternalError), transaction.atomic():
        new.delete()
    new.take_back(by=cast.adviser)
    assert not Observation.objects.standing().exists()
    verbs = Entry.objects.filter(student=cast.child).order_by("id").values_list("verb", flat=True)
    assert list(verbs)[-2:] == ["observation.corrected", "observation.taken_back"]


@pytest.mark.parametrize(
    "columns",
    [
        {"value": Decimal(101)}, {"value": Decimal(-1)}, {"out_of": Decimal(0)}, {"subject": ""},
        {"value": None}, {"on": dt.date(1899, 12, 31)}, {"is_void": True},
        {"kind": Kind.ATTENDANCE, "out_of": None}, {"kind": Kind.REMARK, "words": " "},
        {"kind": Kind.REMARK, "words": "Good", "value": Decimal(1)},
    ],
)  # fmt: skip
def test_the_database_refuses_what_cannot_be(cast, columns):
    with pytest.raises(IntegrityError), transaction.atomic():
        observe(cast, **columns)


def test_a_small_line_needs_three_days_and_goes_from_left_to_right(cast):
    marks = [
        Observation(value=Decimal(v), out_of=Decimal(o), on=MONDAY + dt.timedelta(weeks=n))
        for n, (v, o) in enumerate([(10, 20), (15, 20), (100, 100)])
    ][::-1]
    assert spark_of(marks[:2]) is None
    assert spark_of(marks).path == "M6 22L80 14L154 6"
    grades = [Observation(value=Decimal(2), on=mark.on) for mark in marks]
    assert spark_of(grades).path == "M6 38L80 38L154 38"


# --- pages --------------------------------------------------------------------------------------------------


def test_a_teacher_writes_the_marks_of_a_test_on_one_page(cast, as_):
    client = as_(cast.adviser)
    url = address("marks", cast.school_class)
    page = client.get(url).content.decode()
    assert "林小雨" in page
    assert "Mateo" in page
    sent = {
        "subject": "Mathematics", "on": "2026-10-12", "out_of": "20", "about": "Fractions",
        f"value-{cast.child.pk}": "17,5", f"words-{cast.child.pk}": "Explained it to others.",
        f"value-{cast.classmate.pk}": "",
    }  # fmt: skip
    key = {"submission": "10000000-0000-4000-8000-000000000001"}
    for wrong, said in (
        ({f"value-{cast.child.pk}": "21"}, "more than could be reached"),
        ({f"value-{cast.child.pk}": "B"}, "no number"),
        ({f"value-{cast.child.pk}": "", f"words-{cast.child.pk}": ""}, "at least one mark"),
        ({f"words-{cast.classmate.pk}": "Well done"}, "Write a mark for Mateo"),
        ({"on": "2199-01-01"}, "has not come yet"), ({"on": "1899-01-01"}, "year again"),
        ({"subject": ""}, "Please fill this in"), ({"out_of": "0"}, "could be reached"),
    ):  # fmt: skip
        answer = client.post(url, sent | wrong)
        assert (answer.status_code, said in answer.content.decode()) == (422, True), wrong
    assert "Explained it" in answer.content.decode()
    assert not Observation.objects.exists()
    for _twice in range(2):
        assert client.post(url, sent | key).status_code == 302
    mark = Observation.objects.get()
    assert (mark.student, mark.value, mark.out_of) == (cast.child, Decimal("17.5"), 20)
    assert mark.words == "Fractions\nExplained it to others."
    assert Entry.objects.filter(verb="observation.entered", student=cast.child).count() == 1


def test_a_day_of_attendance_is_taken_and_corrected(cast, as_):
    client = as_(cast.adviser)
    url = address("attendance", cast.school_class)
    sent = {"on": "2026-10-12"} | {f"there-{c.pk}": "1" for c in (cast.child, cast.classmate)}
    sent["seen"] = client.get(url, {"on": "2026-10-12"}).context["form"]["seen"].value()
    client.post(url, sent | {f"there-{cast.child.pk}": "0", f"words-{cast.child.pk}": "ill"})
    assert Observation.objects.filter(kind=Kind.ATTENDANCE).count() == 2
    # a colleague's page that was read before
    late = as_(cast.principal).post(url, sent)
    assert (late.status_code, "meanwhile" in late.content.decode()) == (422, True)
    sent["seen"] = late.context["form"]["seen"].value()
    page = client.get(url, {"on": "2026-10-12"}).content.decode()
    assert "taken before" in page
    assert 'value="ill"' in page
    client.post(url, sent | {f"there-{cast.child.pk}": "0.5", f"words-{cast.child.pk}": "dentist"})
    assert Observation.objects.count() == 3
    missed = Observation.objects.standing().get(student=cast.child)
    assert (missed.value, missed.words) == (Decimal("0.5"), "dentist")
    page = client.get(address("class", cast.school_class)).content.decode()
    assert "0.5 of 1" in page
    for day in ("2199-01-01", "nonsense", "0001-01-01"):
        assert client.get(url, {"on": day}).status_code == 200
    assert client.post(url, sent | {"on": "2199-01-01"}).status_code == 422


def test_a_class_shows_its_children_in_as_many_queries_at_two_and_at_twenty(
    cast, as_, django_assert_num_queries
):
    client = as_(cast.adviser)
    url = address("class", cast.school_class)
    for student in (cast.child, cast.classmate):
        for kind in Kind:
            observe(cast, student, kind)
    client.get(url)
    with django_assert_num_queries(QUERIES_OF_A_CLASS):
        client.get(url)
    for n in range(18):
        child = builders.make_student(cast.school_class, f"Child {n}", number=f"C{n}")
        for kind in Kind:
            observe(cast, child, kind)
    with django_assert_num_queries(QUERIES_OF_A_CLASS):
        page = client.get(url).content.decode()
    assert page.count("Helps others") == 20


QUERIES_OF_A_CLASS = 10


def test_staff_reads_a_child_by_subject_and_the_family_reads_plain_facts(cast, as_):
    type(cast.child).objects.filter(pk=cast.child.pk).update(strengths="Draws every day")
    for n in range(5):
        observe(cast, value=Decimal(60 + n), on=MONDAY + dt.timedelta(days=n))
    observe(cast, kind=Kind.ATTENDANCE, words="ill")
    observe(cast, kind=Kind.ATTENDANCE, value=Decimal(18), out_of=Decimal(20))
    observe(cast, kind=Kind.BEHAVIOUR, words="<b>Waits</b> for others.")
    observe(cast, cast.classmate, kind=Kind.REMARK, words="Canary of a classmate")
    staff = as_(cast.counselor).get(address("child", cast.child)).content.decode()
    home = (
        as_(cast.mother)
        .get(address("family", cast.child), headers={"accept-language": "en"})
        .content.decode()
    )
    for page in (staff, home):
        assert "&lt;b&gt;Waits" in page
        assert "Canary" not in page
        assert page.index("Draws every day")
    assert 'class="spark"' in staff
    assert 'class="spark"' not in home
    assert address("correct", Observation.objects.first()) not in home
    assert home.index("Draws every day") < home.index("Waits")
    assert as_(cast.adviser).get(address("family", cast.child)).status_code == 403
    assert as_(cast.school_admin).get(address("child", cast.child)).status_code == 403
    assert as_(cast.father).get(address("family", cast.child)).status_code == 404


def test_one_observation_is_written_corrected_and_taken_back(cast, as_):
    client, add = as_(cast.adviser), address("add", cast.child)
    for sent, status in (
        ({"kind": "remark", "on": "2026-10-12", "words": ""}, 422),
        ({"kind": "mark", "on": "2026-10-12", "value": "5", "subject": ""}, 422),
        ({"kind": "attendance", "on": "2026-10-12", "value": "5"}, 422),
        ({"kind": "mark", "on": "2026-10-12", "value": "5", "out_of": "4", "subject": "Art"}, 422),
        ({"kind": "remark", "on": "2026-10-12", "words": "Reads aloud.", "value": "3"}, 302),
    ):
        assert client.post(add, sent).status_code == status, sent
    row = Observation.objects.get()
    assert (row.kind, row.value) == ("remark", None)
    url = address("correct", row)
    assert "Reads aloud." in client.get(url).content.decode()
    assert (
        client.post(url, {"on": "2026-10-13", "words": "Reads aloud, calmly."}).status_code == 302
    )
    new = Observation.objects.standing().get()
    assert (new.kind, new.words) == ("remark", "Reads aloud, calmly.")
    assert "Reads aloud." in client.get(address("correct", new)).content.decode()
    # somebody else's page still shows the old one
    answer = client.post(url, {"on": "2026-10-13", "words": "Other"})
    assert (answer.status_code, "Other" in answer.content.decode()) == (422, True)
    assert client.get(url).status_code == 302
    assert Observation.objects.count() == 2
    assert as_(cast.mother).get(url).status_code == 403
    client.post(address("take-back", new))
    assert not Observation.objects.standing().exists()


def test_a_plan_is_made_of_an_observation_once(cast, as_):
    row = observe(cast, kind=Kind.ATTENDANCE)
    client = as_(cast.counselor)
    first = client.post(address("plan", row))
    assert client.post(address("plan", row))["Location"] == first["Location"]
    plan = Plan.objects.get()
    assert (plan.owner, plan.student) == (cast.counselor, cast.child)
    assert [need.observation for need in plan.needs.all()] == [row]
    assert address("child", cast.child) in client.get(first["Location"]).content.decode()
    assert as_(cast.mother).post(address("plan", row)).status_code == 403
    assert as_(cast.other_teacher).post(address("plan", row)).status_code == 404


def test_no_plan_begins_from_what_was_taken_back(cast, as_):
    row = observe(cast, kind=Kind.ATTENDANCE)
    row.take_back(by=cast.counselor)
    answer = as_(cast.counselor).post(address("plan", row))
    assert answer["Location"] == address("child", cast.child)
    assert not Plan.objects.exists()


def test_a_course_class_takes_marks_of_those_who_sit_in_it(cast, as_):
    course = builders.make_class(
        cast.school, "art", adviser=cast.other_teacher.membership, kind="scheduled"
    )
    cast.child.enrolments.create(school_class=course)
    client = as_(cast.other_teacher)
    page = client.get(reverse("counseling:situation-class-list")).content.decode()
    assert address("class", course) in page
    sent = {"subject": "Art", "on": "2026-10-12", "out_of": "", f"value-{cast.child.pk}": "2"}
    assert client.post(address("marks", course), sent).status_code == 302
    assert Observation.objects.get().by == cast.other_teacher
    # of the child's own class only that child is in sight
    assert "Mateo" not in client.get(address("marks", cast.school_class)).content.decode()
    assert as_(cast.school_admin).get(reverse("counseling:situation-class-list")).status_code == 403


def test_the_family_reads_who_looked_at_what_is_known_of_its_child(cast, as_):
    assert as_(cast.adviser).get(address("child", cast.child)).status_code == 200
    page = as_(cast.mother).get(reverse("people:child-looks", args=[cast.child.pk]))
    assert "Daniel Okafor" in page.content.decode()
    assert "read how the child is learning" in page.content.decode()
