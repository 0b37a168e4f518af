"""A child goes to another school of the portal, with its record: offered, answered, and who sees what."""

import datetime
import threading
import uuid

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from homeschool.journal import kinds
from homeschool.journal.models import Entry, Notice
from homeschool.people import sight
from homeschool.people.models import (
    Caseload,
    Enrolment,
    Household,
    Invitation,
    Leaving,
    RosterKey,
    Sight,
    Student,
    Transfer,
)
from homeschool.people.models.transfer import AnsweredAlready, StillWritten
from homeschool.reports.term import build
from tests import builders, records
from visits.models import Draft, Promise, Visit, VisitChild


def offered(cast, **how):
    return Transfer.objects.offer(
        cast.child, cast.other_school, by=cast.school_admin, **{"message": "She draws."} | how
    )


@pytest.fixture
def transfer(cast):
    return offered(cast)


@pytest.fixture
def there(cast):
    """The class of the other school, with a teacher and a counselor of the grade."""
    cast.hill_teacher = builders.make_staff(cast.other_school, sight.ADVISER)
    row = builders.make_class(cast.other_school, "4h", adviser=cast.hill_teacher.membership)
    cast.hill_counselor = builders.make_staff(cast.other_school, sight.COUNSELOR)
    builders.give_caseload(cast.hill_counselor, division=row.division)
    return row


def accept(cast, transfer, there, number="H-1"):
    transfer.accept(there, number, by=cast.other_school_admin)
    cast.child.refresh_from_db()


def sees(user, child):
    """Return whether a person sees a child, by both ends of sight."""
    by_user = Student.objects.visible_to(user).filter(pk=child.pk).exists()
    by_child = Sight.objects.filter(user=user, student=child).exists()
    assert by_user == by_child
    return by_user


def post(client, page, /, *args, **data):
    return client.post(reverse(f"people:{page}", args=args), {"submission": uuid.uuid4()} | data)


# --- offering ------------------------------------------------------------------------------------


def test_an_offer_changes_nothing_yet(cast, transfer):
    assert (transfer.from_school, transfer.class_name, transfer.number) == (
        cast.school, "Class 3B", "2026001",
    )  # fmt: skip
    assert not sees(cast.other_school_admin, cast.child)
    assert sees(cast.adviser, cast.child)
    assert Entry.objects.get(verb="transfer.offered").data == {"to": str(cast.other_school.pk)}


def test_a_child_is_offered_once_at_a_time(cast, transfer):
    assert offered(cast) == transfer
    transfer.withdraw(by=cast.school_admin)
    assert offered(cast) != transfer


def test_the_message_is_kept_encrypted(transfer):
    with connection.cursor() as cursor:
        cursor.execute("SELECT message FROM people_transfer")
        assert "draws" not in cursor.fetchone()[0]


# --- accepting -----------------------------------------------------------------------------------


def test_the_child_is_of_the_new_school_from_the_next_request(cast, transfer, there):
    accept(cast, transfer, there)
    child = cast.child
    assert (child.school, child.division, child.school_class) == (
        cast.other_school, there.division, there,
    )  # fmt: skip
    assert (child.number, child.status) == ("H-1", "active")
    assert Student.objects.found_by("H-1").get() == child
    before = (cast.adviser, cast.counselor, cast.principal, cast.school_admin)
    assert not any(sees(user, child) for user in before)
    after = (cast.hill_teacher, cast.hill_counselor, cast.other_school_admin, cast.mother)
    assert all(sees(user, child) for user in after)
    assert not sees(cast.father, child)  # his sight was withdrawn before, and is so still


def test_the_doors_of_the_child_open_and_close_with_it(cast, transfer, there, as_):
    old, new = as_(cast.adviser), as_(cast.hill_teacher)
    url = cast.child.get_absolute_url()
    assert (old.get(url).status_code, new.get(url).status_code) == (200, 404)
    accept(cast, transfer, there)
    assert (old.get(url).status_code, new.get(url).status_code) == (404, 200)
    assert as_(cast.mother).get(url).status_code == 200


def test_visits_promises_and_summaries_go_along(cast, transfer, there, as_):
    owed = records.owed(cast.child, "Lend a book", cast.counselor)
    visit = records.hold(VisitChild(student=cast.child), by=cast.counselor, promises=[owed])
    accept(cast, transfer, there)
    page = reverse("visits:visit-detail", args=[visit.pk])
    assert as_(cast.hill_counselor).get(page).status_code == 200
    assert as_(cast.counselor).get(page).status_code == 404
    assert Promise.objects.visible_to(cast.hill_counselor).filter(visit=visit).exists()
    assert not Promise.objects.visible_to(cast.principal).filter(visit=visit).exists()
    assert Visit.objects.visible_to(cast.mother).filter(pk=visit.pk).exists()
    visit.refresh_from_db()
    assert visit.school == cast.school  # who made it is history


def test_what_the_old_school_did_for_the_child_ends(cast, transfer, there):
    course = builders.make_class(cast.school, "art", kind="scheduled")
    Enrolment.objects.create(student=cast.child, school_class=course)
    letter = builders.make_letter(cast.child, cast.mother, cast.school_admin)
    visit = Visit(school=cast.school, mode="phone", planned_at=timezone.now())
    visit.schedule(by=cast.counselor, children=[cast.child], visitors=[cast.counselor])
    accept(cast, transfer, there)
    assert not Caseload.objects.open().filter(student=cast.child).exists()
    assert not Enrolment.objects.filter(student=cast.child).exists()
    assert Invitation.objects.get(pk=letter.pk).outcome == "revoked"
    visit.refresh_from_db()
    assert visit.status == "cancelled"


def test_a_home_goes_along_unless_a_child_of_the_old_school_lives_there(cast, transfer, there):
    own = builders.make_household(cast.child, guardians=[cast.mother], address="2 Hill Road")
    accept(cast, transfer, there)
    own.refresh_from_db()
    cast.household.refresh_from_db()
    assert (own.school, cast.household.school) == (cast.other_school, cast.school)
    assert set(cast.child.households.all()) == {own, cast.household}
    assert Household.objects.visible_to(cast.hill_counselor).count() == 2


def test_rosters_of_the_old_school_reach_the_child_no_more(cast, transfer, there):
    def key(kind, row, school=cast.school):
        return RosterKey.objects.create(school=school, kind=kind, key=uuid.uuid4(), row=row.pk)

    tie = cast.child.guardianships.get(guardian=cast.father)
    gone = [key("student", cast.child), key("guardianship", tie), key("person", cast.father)]
    stay = [
        key("person", cast.mother),  # her other child is still there
        key("student", cast.sibling),
        key("student", cast.child, cast.other_school),
    ]
    accept(cast, transfer, there)
    left = set(RosterKey.objects.values_list("pk", flat=True))
    assert left == {row.pk for row in stay}
    assert not left & {row.pk for row in gone}


def test_the_journal_says_what_went_to_whom(cast, transfer, there):
    accept(cast, transfer, there)
    entry = Entry.objects.get(verb="student.transferred")
    assert (entry.kind, entry.school, entry.student) == ("disclosed", cast.school, cast.child)
    assert entry.data["to"] == str(cast.other_school.pk)
    assert {"student", "guardianships", "households", "visits", "promises"} <= set(
        entry.data["what"]
    )
    of_plans = {"plans", "goals", "habits", "answers", "observations"}
    assert of_plans <= set(entry.data["what"])
    assert entry.data["basis"] == "34 CFR 99.31(a)(2)"
    assert Entry.objects.get(verb="student.joined").school == cast.other_school


def test_the_family_is_told_and_nobody_else(cast, transfer, there):
    accept(cast, transfer, there)
    notice = Notice.objects.get(kind="people.transferred")
    assert notice.school == cast.school
    told = kinds.get(notice.kind).recipients(notice)
    assert {row.user_id for row in told} == {cast.mother.pk}
    words = kinds.get(notice.kind).context(notice, cast.mother)
    assert (words["from_school"], words["to_school"]) == ("Mill Lane School", "Hill School")


@pytest.mark.parametrize("form", ["subject.txt", "txt", "html", "page.html"])
def test_the_letter_is_drawn_and_its_subject_names_no_child(cast, transfer, there, form):
    accept(cast, transfer, there)
    notice = Notice.objects.get(kind="people.transferred")
    receipt = notice.receipts.create(person=cast.mother, why="guardianship", language="en")
    with kinds.speaking_to(receipt):
        context = kinds.context_of(receipt, link="https://example.org/l", stop_link="")
        text = kinds.words(receipt, form, context)
    assert ("Hill School" in text) == (form != "subject.txt")
    assert ("林小雨" in text) == (form != "subject.txt")


def test_a_child_that_had_left_is_on_roll_there(cast, there):
    cast.child.leave(by=cast.school_admin, on=datetime.date(2026, 7, 3), where="school")
    accept(cast, offered(cast), there)
    assert cast.child.status == "active"
    assert Leaving.objects.get().ended_at is not None


def test_nothing_goes_while_somebody_still_writes_about_the_child(cast, transfer, there, hill):
    draft = records.begin_draft(cast.counselor, cast.child, "Half a sen")
    Draft.objects.filter(pk=draft.pk).update(version=2)  # something was typed
    with pytest.raises(StillWritten):
        accept(cast, transfer, there)
    sent = {"school_class": there.pk, "number": "H-1"}
    answer = post(hill, "transfer-accept", transfer.pk, **sent)
    assert answer.url == reverse("people:transfer-detail", args=[transfer.pk])
    assert Transfer.objects.get().is_open
    assert sees(cast.counselor, cast.child)


def test_who_promised_something_at_the_old_school_sees_it_no_more(cast, transfer, there):
    owed = records.owed(cast.child, "Lend a book", cast.counselor)
    records.hold(VisitChild(student=cast.child), by=cast.counselor, promises=[owed])
    accept(cast, transfer, there)
    assert not Promise.objects.visible_to(cast.counselor).filter(student=cast.child).exists()


def test_a_number_that_is_taken_is_refused_and_nothing_happens(cast, transfer, there):
    with pytest.raises(IntegrityError), transaction.atomic():
        accept(cast, transfer, there, cast.other_child.number)
    transfer = Transfer.objects.get()
    assert transfer.is_open
    assert not Notice.objects.filter(kind="people.transferred").exists()


@pytest.mark.parametrize("first", ["accept", "decline", "withdraw", "moved"])
def test_it_is_answered_once(cast, transfer, there, first):
    other = Transfer.objects.get()
    if first == "accept":
        accept(cast, transfer, there)
    elif first == "moved":
        Student.objects.filter(pk=cast.child.pk).update(
            school=cast.other_school, division=there.division, school_class=there
        )
    else:
        getattr(transfer, first)(by=cast.school_admin)
    with pytest.raises(AnsweredAlready):
        other.accept(there, "H-2", by=cast.other_school_admin)


# --- the pages -----------------------------------------------------------------------------------


@pytest.fixture
def admin(cast, as_):
    return as_(cast.school_admin)


@pytest.fixture
def hill(cast, as_):
    return as_(cast.other_school_admin)


def page(client, transfer):
    return client.get(reverse("people:transfer-detail", args=[transfer.pk]))


def test_the_admin_offers_a_child_on_its_page(cast, admin, hill):
    sent = {"to_school": cast.other_school.pk, "message": "She draws."}
    answer = post(admin, "transfer-offer", cast.child.pk, **sent)
    transfer = Transfer.objects.get()
    assert answer.url == reverse("people:transfer-detail", args=[transfer.pk])
    start = reverse("people:school-start", args=[cast.other_school.pk])
    assert "1 child may come to your school" in hill.get(start).content.decode()
    assert admin.get(reverse("people:transfer-offer", args=[cast.child.pk])).url == answer.url


def test_a_child_is_not_offered_to_its_own_school_or_to_none(cast, admin):
    for school in (cast.school.pk, "", uuid.uuid4()):
        answer = post(admin, "transfer-offer", cast.child.pk, to_school=school)
        assert set(answer.context["form"].errors) == {"to_school"}


def test_before_it_accepts_the_other_school_reads_no_more_than_it_needs(cast, transfer, hill):
    cast.household.address = "Canary-road 8"
    cast.household.save()
    records.hold(VisitChild(student=cast.child, going_well="Canary-words"), by=cast.counselor)
    text = page(hill, transfer).content.decode()
    for shown in ("林小雨", "2026001", "Class 3B", "Mill Lane School", "She draws."):
        assert shown in text
    for hidden in ("Canary", "林美", "Mei Chen"):
        assert hidden not in text


def test_it_accepts_with_class_and_number_once(cast, transfer, there, hill):
    key = uuid.uuid4()
    for _n in range(2):
        sent = {"school_class": there.pk, "number": "H-7"}
        answer = post(hill, "transfer-accept", transfer.pk, submission=key, **sent)
        assert answer.url == cast.child.get_absolute_url()
    cast.child.refresh_from_db()
    assert (cast.child.school_class, cast.child.number) == (there, "H-7")
    assert Notice.objects.filter(kind="people.transferred").count() == 1


def test_a_taken_number_is_told_beside_it(cast, transfer, there, hill):
    sent = {"school_class": there.pk, "number": cast.other_child.number}
    answer = post(hill, "transfer-accept", transfer.pk, **sent)
    assert "Another child of your school has this number" in answer.content.decode()
    assert set(answer.context["form"].errors) == {"number"}


def test_a_class_of_another_school_is_no_answer(cast, transfer, hill):
    sent = {"school_class": cast.school_class.pk, "number": "H-7"}
    answer = post(hill, "transfer-accept", transfer.pk, **sent)
    assert set(answer.context["form"].errors) == {"school_class"}


def test_it_declines_with_a_word_and_keeps_no_name(cast, transfer, hill, admin):
    key = str(uuid.uuid4())
    sent = {"no-words": "We have no seat.", "no-submission": key}
    urls = {post(hill, "transfer-decline", transfer.pk, **sent).url for _n in range(2)}
    assert urls == {reverse("people:transfer-list", args=[cast.other_school.pk])}
    assert "We have no seat." in page(admin, transfer).content.decode()
    assert "林小雨" in page(admin, transfer).content.decode()
    for text in (page(hill, transfer), hill.get(urls.pop())):
        assert "林小雨" not in text.content.decode()
    assert sees(cast.adviser, cast.child)


def test_the_old_school_takes_an_offer_back(cast, transfer, admin, hill):
    post(admin, "transfer-withdraw", transfer.pk)
    assert Transfer.objects.get().answer == "withdrawn"
    late = post(hill, "transfer-decline", transfer.pk)
    assert late.status_code == 302
    assert Transfer.objects.get().answer == "withdrawn"


def test_each_side_has_its_own_answers(cast, transfer, there, admin, hill):
    assert post(admin, "transfer-accept", transfer.pk).status_code == 403
    assert post(admin, "transfer-decline", transfer.pk).status_code == 403
    assert post(hill, "transfer-withdraw", transfer.pk).status_code == 403


def test_twenty_offers_ask_as_much_as_one(cast, transfer, admin):
    url = reverse("people:transfer-list", args=[cast.school.pk])
    admin.get(url)
    with CaptureQueriesContext(connection) as few:
        admin.get(url)
    for _n in range(19):
        child = builders.make_student(cast.school_class)
        Transfer.objects.offer(child, cast.other_school, by=cast.school_admin)
    with CaptureQueriesContext(connection) as many:
        admin.get(url)
    assert len(many) == len(few)


# --- reports of the old school -----------------------------------------------------------------------


def test_a_past_term_says_who_went_on_and_still_adds_up(cast, there):
    records.hold(VisitChild(student=cast.child), by=cast.counselor)
    records.hold(VisitChild(student=cast.classmate), by=cast.counselor)
    today = timezone.localdate()
    cast.term.start = today - datetime.timedelta(days=30)
    cast.term.end = today + datetime.timedelta(days=30)
    cast.term.save()

    def report():
        snapshot = build(cast.term, Student.objects.filter(school=cast.school))
        figures = {(row[0], row[1]): row[2] for row in snapshot.data["figures"]}
        of_class = figures["students_reached", "class=3b"]
        return figures["students_reached", ""], of_class, snapshot.data["missing"]

    reached, of_class, missing = report()
    assert (reached, of_class) == (2, 2)
    assert "students_moved_on" not in {row[0] for row in missing}
    accept(cast, offered(cast), there)
    reached, of_class, missing = report()
    assert (reached, of_class) == (1, 1)
    assert ["students_moved_on", 1, {}] in missing


@pytest.mark.django_db(transaction=True)
def test_of_two_who_accept_at_once_one_takes_the_child_in(cast, transfer, there):
    said = []

    def take(number):
        try:
            Transfer.objects.get(pk=transfer.pk).accept(there, number, by=cast.other_school_admin)
            said.append("in")
        except AnsweredAlready:
            said.append("late")
        finally:
            connection.close()

    both = [threading.Thread(target=take, args=[number]) for number in ("H-1", "H-2")]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(said) == ["in", "late"]
    assert Entry.objects.filter(verb="student.transferred").count() == 1
