"""The board of an announcement: four facts kept apart, by class and language, and who stands behind them."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from homeschool.journal import kinds
from homeschool.journal.models import Delivery, Entry, Notice, Receipt
from homeschool.people.actions import exporting
from homeschool.people.models import Guardianship, Student
from messaging.models import Announcement, Telling
from messaging.models.reaching import ToldBefore
from messaging.reading.board import Board, figures
from messaging.reading.followed import A_PAGE, Asked, Listing
from tests import builders

from .builders import make_announcement

pytestmark = pytest.mark.django_db


def letter(receipt, state="sent", address="a@example.org"):
    """Write the e-mail of a copy, as the relay left it."""
    now = timezone.now()
    return Delivery.objects.create(
        receipt=receipt, channel="email", address=address, state=state,
        sent_at=now if state == "sent" else None, expires_at=now + dt.timedelta(days=5),
        not_before=now,
    )  # fmt: skip


@pytest.fixture
def told(cast):
    """An announcement of the class: the mother read it, the other mother's letter failed."""
    row = make_announcement(
        cast, told=[cast.mother, cast.other_mother], about=[cast.child, cast.classmate]
    )
    letter(row.receipts[cast.mother.pk])
    letter(row.receipts[cast.other_mother.pk], "failed")
    row.receipts[cast.mother.pk].read()
    return row


def url(name, row, *more):
    return reverse(f"messaging:announcement-{name}", args=[row.pk, *more])


def numbers(part):
    return (part.told, part.reached, part.read, part.acknowledged, part.waiting, part.unreachable)


def test_the_facts_of_people_and_of_children_are_kept_apart(cast, told):
    board = Board(told, cast.adviser)
    assert numbers(board.people) == (2, 1, 1, 0, 0, 1)
    assert numbers(board.children) == (2, 1, 1, 0, 0, 1)
    assert [(p.key, p.people.told, p.people.read) for p in board.languages] == [
        ("es", 1, 0), ("zh-hans", 1, 1),
    ]  # fmt: skip
    (part,) = board.classes
    assert part.name == cast.school_class.name
    assert numbers(part.children) == numbers(board.children)


@pytest.mark.parametrize(
    ("state", "found"),
    [
        ("sent", (1, 1, 0, 0, 0, 0)), ("pending", (1, 0, 0, 0, 1, 0)), ("held", (1, 0, 0, 0, 1, 0)),
        ("uncertain", (1, 0, 0, 0, 1, 0)), ("failed", (1, 0, 0, 0, 0, 1)),
        ("cancelled", (1, 0, 0, 0, 0, 1)), (None, (1, 0, 0, 0, 0, 1)),
    ],
)  # fmt: skip
def test_a_copy_in_the_portal_alone_reaches_nobody_until_it_is_read(cast, state, found):
    row = make_announcement(cast, told=[cast.mother])
    if state:
        letter(row.receipts[cast.mother.pk], state)
    assert numbers(Board(row, cast.principal).people) == found
    row.receipts[cast.mother.pk].acknowledge()
    assert numbers(Board(row, cast.principal).people)[:4] == (1, 1, 1, 1)


def test_a_child_counts_by_one_home_and_a_person_with_two_children_once(cast):
    grandmother = builders.make_guardian(cast.child, "Grandmother", relation="grandmother")
    row = make_announcement(
        cast, by=cast.principal, told=[cast.mother, grandmother], about=[cast.child, cast.sibling],
        audience="school", key=str(cast.school.pk),
    )  # fmt: skip
    row.receipts[grandmother.pk].read()
    board = Board(row, cast.principal)
    assert (board.people.told, board.people.read) == (2, 1)
    assert (board.children.told, board.children.read) == (2, 1)  # the sibling's home did not
    assert sorted(p.people.told for p in board.classes) == [1, 2]


def test_a_child_without_anybody_is_not_reachable(cast):
    lone = builders.make_student(cast.school_class, "Lone", number="L1")
    row = make_announcement(cast, about=[lone])
    board = Board(row, cast.adviser)
    assert (board.people.told, board.children.told, board.children.unreachable) == (0, 1, 1)


def test_who_looks_after_the_child_no_more_does_not_count_for_it(cast, told):
    Guardianship.objects.filter(guardian=cast.mother).update(
        since=timezone.now() - dt.timedelta(days=9), until=told.sent_at - dt.timedelta(days=1)
    )
    assert Board(told, cast.adviser).children.read == 0
    Guardianship.objects.filter(guardian=cast.mother).update(until=timezone.now())
    assert Board(told, cast.adviser).children.read == 1


def test_the_reader_counts_the_children_whom_it_sees(cast):
    row = make_announcement(
        cast, by=cast.principal, told=[cast.mother, cast.other_mother],
        about=[cast.child, cast.classmate], audience="school", key=str(cast.school.pk),
    )  # fmt: skip
    assert Board(row, cast.principal).is_whole
    mine = Board(row, cast.counselor)
    assert (mine.children.told, mine.people.told, mine.is_whole) == (1, 1, False)
    assert [r.pk for r in Listing(mine, Asked("told")).rows] == [cast.mother.pk]
    assert Board(row, cast.other_school_admin).children.told == 0


def test_figures_of_many_announcements_are_the_sum(cast, told):
    other = make_announcement(cast, told=[cast.mother])
    both = figures(Announcement.objects.filter(pk__in=[told.pk, other.pk]))
    assert both["people", "all", ""].told == 3
    assert both["people", "language", "zh-hans"].told == 2
    assert figures(Announcement.objects.none()) == {}


def test_the_list_behind_a_figure_goes_on_after_the_last_name(cast, told):
    board = Board(told, cast.adviser)
    first = Listing(board, Asked("told"), most=1)
    second = Listing(board, Asked("told", after=first.next), most=1)
    assert second.next is None
    assert {first.rows[0].pk, second.rows[0].pk} == {cast.mother.pk, cast.other_mother.pk}
    assert [r.pk for r in Listing(board, Asked("unreachable")).rows] == [cast.other_mother.pk]
    children = Listing(board, Asked("read", who="children"))
    assert [(r.pk, [p.pk for p in r.people]) for r in children.rows] == [
        (cast.child.pk, [cast.mother.pk])
    ]
    spanish = Listing(board, Asked("told", language="es"))
    assert [r.pk for r in spanish.rows] == [cast.other_mother.pk]
    elsewhere = Listing(board, Asked("told", school_class=cast.other_class.pk))
    assert not elsewhere.rows


def test_odd_addresses_of_a_figure_show_the_whole(cast, as_, told):
    for query in ("fact=nothing", "after=1", "class=%00", "language=%00", "who=x&class=x"):
        page = as_(cast.adviser).get(f"{url('board-people', told)}?{query}")
        assert page.status_code == 200
        assert "林美" in page.text


def test_the_pages_say_it_in_words_and_leave_an_entry(cast, as_, told):
    page = as_(cast.adviser).get(url("board", told)).text
    assert "<b>1 of 2 children</b> have a home that read it." in page
    assert "2 people were told, 1 read it." in page
    page = as_(cast.adviser).get(url("board-people", told) + "?fact=read").text
    assert "林美" in page
    assert "Carmen" not in page
    assert Entry.objects.filter(verb="announcement.followed", actor=cast.adviser).exists()


@pytest.mark.parametrize("name", ["board", "board-people", "board-export", "unreached", "chase"])
def test_what_has_not_left_has_no_board_and_whoever_was_told_none_either(cast, as_, told, name):
    draft = Announcement.objects.begin(
        cast.school, "school", str(cast.school.pk), by=cast.adviser,
        words={"language": "en", "title": "T", "text": "Text"},
    )  # fmt: skip
    assert as_(cast.adviser).get(url(name, draft)).status_code == 404
    assert as_(cast.mother).get(url(name, told)).status_code == 403
    assert as_(cast.other_school_admin).get(url(name, told)).status_code == 404


def queries(client, address):
    with CaptureQueriesContext(connection) as found:
        assert client.get(address).status_code == 200
    return len(found)


@pytest.mark.parametrize(("name", "most"), [("board", 14), ("board-people", 16), ("unreached", 21)])
def test_the_pages_ask_as_much_of_two_as_of_twenty(cast, as_, name, most):
    client = as_(cast.principal)
    few = make_announcement(
        cast, by=cast.principal, told=[cast.mother, cast.other_mother],
        about=[cast.child, cast.classmate],
    )  # fmt: skip
    few.receipts[cast.mother.pk].read()
    client.get(url(name, few))
    before = queries(client, url(name, few))
    children = [builders.make_student(cast.school_class, f"Child {n}") for n in range(20)]
    people = [builders.make_guardian(child, f"Home {n}") for n, child in enumerate(children)]
    many = make_announcement(cast, by=cast.principal, told=people, about=children)
    many.receipts[people[0].pk].read()
    assert queries(client, url(name, many)) == before
    assert before <= most


# --- told another way -------------------------------------------------------------------------------


def test_told_by_a_person_is_reached_and_never_read(cast, told, as_):
    client = as_(cast.adviser)
    page = client.get(url("unreached", told)).text
    assert "Carmen Ruiz" in page
    home = url("home", told, cast.classmate.pk) + f"?person={cast.other_mother.pk}"
    assert client.get(home).status_code == 200
    data = {"person": cast.other_mother.pk, "how": "telephoned", "note": "She will come."}
    data |= {"submission": builders.new_key()}
    for _twice in range(2):
        answer = client.post(url("told", told, cast.classmate.pk), data)
        assert answer.status_code == 302
    board = Board(told, cast.adviser)
    assert numbers(board.people) == (2, 2, 1, 0, 0, 0)
    assert board.children.reached == 2
    row = Telling.objects.get()
    assert (row.how, row.done_by, row.remark) == ("telephoned", cast.adviser, "She will come.")
    assert Entry.objects.filter(verb="announcement.told", student=cast.classmate).count() == 1
    again = client.post(
        url("told", told, cast.classmate.pk), data | {"submission": builders.new_key()}
    )
    assert again.status_code == 422
    assert "told this home already" in again.text
    page = client.get(url("unreached", told)).text
    assert "telephoned: Daniel" in page


def test_somebody_who_sees_the_child_takes_a_home(cast, told, as_):
    client = as_(cast.adviser)
    data = {"person": cast.other_mother.pk, "owner": cast.principal.pk}
    client.post(url("take", told, cast.classmate.pk), data | {"submission": builders.new_key()})
    assert Telling.objects.get().owner == cast.principal
    page = client.get(url("unreached", told)).text
    assert "Ruth" in page
    assert Board(told, cast.adviser).people.unreachable == 1
    wrong = client.post(
        url("take", told, cast.classmate.pk),
        data | {"owner": cast.other_teacher.pk, "submission": builders.new_key()},
    )
    assert wrong.status_code == 422


def test_a_child_without_anybody_is_told_by_its_own_row(cast, as_):
    lone = builders.make_student(cast.school_class, "Lone", number="L1")
    row = make_announcement(cast, about=[lone])
    client = as_(cast.adviser)
    assert "Lone" in client.get(url("unreached", row)).text
    client.post(
        url("told", row, lone.pk), {"how": "paper", "note": "", "submission": builders.new_key()}
    )
    assert Board(row, cast.adviser).children.reached == 1
    with pytest.raises(ToldBefore):
        Telling.objects.take(row, lone, None, owner=cast.adviser, by=cast.adviser)


def test_children_without_anybody_stand_on_as_many_pages_as_they_need(cast, as_):
    lone = [
        builders.make_student(cast.school_class, f"Lone {n:02}", number=f"L{n}")
        for n in range(A_PAGE + 2)
    ]
    row = make_announcement(cast, about=lone)
    client = as_(cast.adviser)
    first = client.get(url("unreached", row))
    second = client.get(url("unreached", row) + "?" + first.context["next"])
    pages = [page.context["children"] for page in (first, second)]
    assert [len(page) for page in pages] == [A_PAGE, 2]
    assert {child.pk for page in pages for child in page} == {child.pk for child in lone}
    assert not second.context["next"]


def test_children_without_anybody_come_after_the_people(cast, told, as_, monkeypatch):
    lone = builders.make_student(cast.school_class, "Lone", number="L1")
    row = make_announcement(
        cast, told=[cast.mother, cast.other_mother], about=[cast.child, cast.classmate, lone]
    )
    monkeypatch.setattr(Listing.__init__, "__defaults__", (1,))
    client, page, seen = as_(cast.adviser), url("unreached", row), []
    for _page in range(2):
        context = client.get(page).context
        seen += [(len(context["rows"]), context["children"])]
        page = url("unreached", row) + "?" + context["next"]
    assert seen == [(1, []), (1, [lone])]
    assert not context["next"]


def test_a_home_that_is_not_of_the_announcement_is_not_found(cast, told, as_):
    client = as_(cast.principal)
    assert client.get(url("home", told, cast.sibling.pk)).status_code == 404
    stranger = url("home", told, cast.classmate.pk) + f"?person={cast.mother.pk}"
    assert client.get(stranger).status_code == 404
    Student.objects.filter(pk=cast.classmate.pk).update(school_class=cast.other_class)
    assert as_(cast.adviser).get(url("home", told, cast.classmate.pk)).status_code == 404


# --- the file ---------------------------------------------------------------------------------------


def test_the_file_holds_no_formula_and_says_who_took_it(cast, told, as_):
    Receipt.objects.filter(person=cast.mother).update(signed="=1+1")
    Student.objects.filter(pk=cast.child.pk).update(full_name="=HYPERLINK(1)")
    client = as_(cast.adviser)
    assert client.post(url("board-export", told), {"reason": "x"}).status_code == 422
    data = {"reason": "ask", "submission": builders.new_key()}
    answer = client.post(url("board-export", told), data)
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    text = answer.content.decode()
    assert text.startswith("\ufeffChild,Class,Person")
    assert "'=HYPERLINK(1)" in text
    assert "'=1+1" in text
    assert len(text.strip().splitlines()) == 3
    entry = Entry.objects.get(verb="announcement.exported")
    assert (entry.kind, entry.data["reason"], entry.data["rows"]) == ("exported", "ask", 3)


def test_many_children_taken_along_are_told_to_the_administrators(cast, told, as_, monkeypatch):
    client = as_(cast.adviser)
    for most, notices in ((2, 0), (1, 1)):
        monkeypatch.setattr(exporting, "MANY", most)
        data = {"reason": "ask", "submission": builders.new_key()}
        assert client.post(url("board-export", told), data).status_code == 200
        assert Notice.objects.filter(kind=exporting.EXPORTED).count() == notices
    notice = Notice.objects.get(kind=exporting.EXPORTED)
    assert Entry.objects.get(pk=notice.about_id).data["children"] == 2
    receipt = Receipt.objects.create(notice=notice, person=cast.school_admin, why="school_admin")
    context = kinds.context_of(receipt, link="", stop_link="", site_url="")
    for form in ("subject.txt", "txt", "html", "page.html"):
        letter = kinds.words(receipt, form, context)
        assert "list of an announcement" in letter
        assert "roster" not in letter
