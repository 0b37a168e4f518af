"""Programmes as staff keeps them: the list, the page, the form, days without sessions, draws."""

import csv
import datetime as dt
import io

import pytest
from django.urls import reverse
from django.utils import timezone

from counseling.models import DayOff, Draw, Programme, Seat
from counseling.models.drawing import DifferentNeeds
from counseling.rules import clash
from counseling.rules.draw import renumbered
from counseling.rules.pattern import Weekly
from homeschool.journal.models import Entry
from homeschool.people.models import Student
from tests import builders
from tests.cast import sign_in
from visits.models import Visit, VisitChild

from .after_school import make_children, make_programme

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
SUBMISSION = "20000000-0000-4000-8000-00000000000"


@pytest.fixture
def today():
    return timezone.localdate()


def address(name, *keys):
    return reverse(f"counseling:{name}", args=keys)


def form_of(today, *times, **columns):
    """Return what the form of a programme sends, with these times of the week."""
    times = times or ((2, "16:00", 60),)
    sent = {
        "name": "Chess", "format": "group", "provider": "school", "capacity": "8",
        "begins": f"{today:%Y-%m-%d}", "ends": f"{today + 20 * DAY:%Y-%m-%d}",
        "giving": "first_come", "submission": f"{SUBMISSION}1",
        "week-TOTAL_FORMS": str(len(times)), "week-INITIAL_FORMS": "0",
    }  # fmt: skip
    for n, (weekday, starts, minutes) in enumerate(times):
        sent |= {
            f"week-{n}-weekday": weekday, f"week-{n}-starts": starts, f"week-{n}-minutes": minutes,
        }  # fmt: skip
    return sent | columns


def ask(programme, child, **values):
    return Seat.objects.ask(programme, child, by=programme.owner, **values)


def going_on(cast, today, **columns):
    """Return a programme of these weeks."""
    return make_programme(cast, begins=today, ends=today + 20 * DAY, **columns)


# --- the form -------------------------------------------------------------------------------------


def test_a_programme_is_made_once_and_its_sessions_are_planned_when_it_opens(cast, today):
    client = sign_in(cast.counselor)
    url = address("programme-create", cast.school.pk)
    sent = form_of(today, (1, "16:00", 60), (4, "16:00", 60), needs="Alone\nNew here\nAlone")
    first, again = client.post(url, sent), client.post(url, sent)
    programme = Programme.objects.get()
    assert first["Location"] == again["Location"] == programme.get_absolute_url()
    assert (programme.state, programme.needs, programme.owner) == (
        "draft", ["Alone", "New here"], cast.counselor,
    )  # fmt: skip
    assert not programme.sessions.exists()
    client.post(address("programme-move", programme.pk, "open"))
    assert programme.sessions.count() in (5, 6)
    assert Entry.objects.filter(verb="programme.open").count() == 1
    client.post(address("programme-move", programme.pk, "draft"))
    programme.refresh_from_db()
    assert programme.state == "open"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": ""}, "Please fill this in"),
        ({"ends": "2020-01-01"}, "The last day must come after the first one."),
        ({"provider": "partner"}, "Please write the name of the partner."),
        ({"capacity": "0"}, "greater than or equal to 1"),
        ({"week-0-minutes": ""}, "How many minutes?"),
        ({"week-0-weekday": "", "week-0-starts": "", "week-0-minutes": ""}, "at least one time"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_lost(cast, today, wrong, words):
    sent = form_of(today, about="Knights and rooks") | wrong
    response = sign_in(cast.principal).post(address("programme-create", cast.school.pk), sent)
    assert response.status_code == 422
    page = response.content.decode()
    assert words in page
    assert "Knights and rooks" in page
    assert not Programme.objects.exists()


def test_fewer_places_than_seats_are_refused_with_their_number(cast, today):
    programme = going_on(cast, today, capacity=3)
    for child in (cast.child, cast.sibling):
        ask(programme, child)
    client, url = sign_in(cast.counselor), address("programme-edit", programme.pk)
    response = client.post(url, form_of(today, capacity="1", name="Another name"))
    page = response.content.decode()
    assert response.status_code == 422
    assert "2 places are taken or offered already. Please write at least 2." in page
    assert "Another name" in page
    assert client.post(url, form_of(today, capacity="2")).status_code == 302
    programme.refresh_from_db()
    assert programme.capacity == 2


def stood_on(client, url):
    """Return what the page of the form says that stood when it was drawn."""
    return client.get(url).context["form"]["stood"].value()


def test_what_a_colleague_changed_meanwhile_stays(cast, today):
    programme = going_on(cast, today, name="Chess", weekly=((2, dt.time(16), 60),))
    client, url = sign_in(cast.counselor), address("programme-edit", programme.pk)
    stood = stood_on(client, url)
    programme.change(
        by=cast.principal, capacity=20, place="The hall", weekly=[Weekly(3, dt.time(15), 45)]
    )
    old = form_of(today, capacity="12", name="Chess club", stood=stood)
    assert client.post(url, old).status_code == 302
    programme.refresh_from_db()
    assert (programme.name, programme.capacity, programme.place) == ("Chess club", 20, "The hall")
    assert programme.weekly() == [Weekly(3, dt.time(15), 45)]


def test_how_seats_are_given_is_not_changed_after_a_wish(cast, today):
    programme = going_on(cast, today, giving="draw", capacity=8)
    ask(programme, cast.child)
    response = sign_in(cast.counselor).post(
        address("programme-edit", programme.pk), form_of(today, giving="first_come")
    )
    assert response.status_code == 422
    assert "How seats are given stays as it is." in response.content.decode()


def test_a_longer_session_that_meets_another_of_its_leader_is_said(cast, today):
    programme = going_on(cast, today, state="draft", weekly=((2, dt.time(16), 60),))
    programme.move_on("open", by=cast.counselor)
    session = programme.sessions.to_come().last()
    other = going_on(cast, today, name="Choir")
    later = session.__class__.objects.add(other, session.ends, 60, by=cast.counselor)
    for one in (session, later):
        one.lead(by=cast.counselor, user=cast.adviser)
    response = sign_in(cast.counselor).post(
        address("programme-edit", programme.pk), form_of(today, (2, "16:00", "90"))
    )
    assert response.status_code == 422
    assert "Somebody or something is taken at that time." in response.content.decode()


def test_sessions_follow_the_pattern_and_the_days_off(cast, today):
    programme = going_on(cast, today, state="draft", weekly=((2, dt.time(16), 60),))
    programme.move_on("open", by=cast.counselor)
    before = programme.sessions.count()
    moved = programme.sessions.to_come().last()
    moved.move(moved.begins + dt.timedelta(hours=1), by=cast.counselor)
    programme.change(by=cast.counselor, weekly=[Weekly(3, dt.time(15), 45)])
    days = {row.begins.astimezone(programme.zone).isoweekday() for row in programme.sessions.all()}
    assert days == {2, 3}  # what was moved by hand stays
    wednesday = programme.sessions.to_come().exclude(pk=moved.pk).first().on
    row = DayOff.objects.add(
        cast.school, by=cast.principal, name="Autumn days", on=wednesday, until=wednesday
    )
    assert not programme.sessions.filter(on=wednesday).exists()
    row.take_back(by=cast.principal)
    assert programme.sessions.filter(on=wednesday).exists()
    assert before >= 2


def test_holidays_are_named_once_and_taken_away(cast, today):
    client, url = sign_in(cast.counselor), address("day-off-list", cast.school.pk)
    sent = {"name": "Autumn", "on": f"{today}", "until": f"{today + 3 * DAY}"}
    assert client.post(url, sent | {"submission": f"{SUBMISSION}2"}).status_code == 302
    twice = client.post(url, sent | {"submission": f"{SUBMISSION}3"})
    assert twice.status_code == 422
    assert "These days are free already: Autumn." in twice.content.decode()
    gone = address("day-off-remove", DayOff.objects.get().pk)
    for _twice in range(2):
        assert client.post(gone).status_code == 302
    assert not DayOff.objects.exists()


# --- the list and the page ------------------------------------------------------------------------


def test_the_list_of_a_teacher_holds_nothing_of_the_school_where_it_is_a_father(cast, today):
    going_on(cast, today, name="Here")
    going_on(cast, today, name="There", school=cast.other_school)
    builders.make_guardian(cast.other_child, user=cast.adviser, relation="father")
    page = sign_in(cast.adviser).get(address("programme-list")).content.decode()
    assert "Here" in page
    assert "There" not in page


def fill(cast, today, number):
    for n in range(number):
        going_on(cast, today, name=f"Club {n}", weekly=((2, dt.time(16), 60),))


def queries_of(client, url, counter):
    client.get(url)
    with counter() as seen:
        assert client.get(url).status_code == 200
    return len(seen)


@pytest.fixture
def counter(django_assert_max_num_queries):
    return lambda: django_assert_max_num_queries(30)


def test_the_list_costs_the_same_for_one_and_for_twenty(cast, today, counter):
    client, url = sign_in(cast.counselor), address("programme-list")
    fill(cast, today, 1)
    one = queries_of(client, url, counter)
    fill(cast, today, 19)
    assert queries_of(client, url, counter) == one


def test_the_page_costs_the_same_for_one_child_and_for_twenty(cast, today, counter):
    programme = going_on(cast, today, capacity=10)
    other = going_on(cast, today, name="Choir", capacity=50)
    client, url = sign_in(cast.principal), address("programme-detail", programme.pk)
    children = make_children(cast, 20)
    for child in children[:1]:
        ask(programme, child)
        ask(other, child)
    one = queries_of(client, url, counter)
    for child in children[1:]:
        ask(programme, child)
        ask(other, child)
    assert queries_of(client, url, counter) == one
    page = client.get(url).content.decode()
    assert "At the same time as Choir: Tuesday" in page


def test_a_counselor_reads_the_names_of_its_own_children_alone(cast, today):
    programme = going_on(cast, today, capacity=1)
    ask(programme, cast.child)
    ask(programme, cast.classmate)  # on nobody's caseload
    page = sign_in(cast.counselor).get(programme.get_absolute_url()).content.decode()
    assert cast.child.full_name in page
    assert cast.classmate.full_name not in page
    assert "a child whom somebody else looks after" in page


def test_a_visit_that_is_planned_then_is_said(cast, today):
    programme = going_on(cast, today, weekly=tuple((n, dt.time(0), 600) for n in range(1, 8)))
    at = dt.datetime.combine(today + 2 * DAY, dt.time(5), programme.zone)
    visit = Visit.objects.create(
        school=cast.school, status=Visit.Status.SCHEDULED, planned_at=at, planned_minutes=60
    )
    VisitChild.objects.create(visit=visit, student=cast.child)
    ask(programme, cast.child)
    page = sign_in(cast.counselor).get(programme.get_absolute_url()).content.decode()
    assert "A visit is planned then:" in page


def test_times_that_only_touch_do_not_clash():
    one = [Weekly(1, dt.time(15), 60), Weekly(3, dt.time(15), 60)]
    assert clash.weeks_meet(one, [Weekly(1, dt.time(16), 60), Weekly(3, dt.time(15, 59), 5)]) == [3]


# --- groups of need -------------------------------------------------------------------------------


def test_groups_keep_their_children_when_the_order_changes():
    assert renumbered(["a", "b"], ["b", "a"]) == {0: 1, 1: 0, 2: 2}
    assert renumbered(["a", "b"], ["a", "new", "b"]) == {0: 0, 1: 2, 2: 3}
    assert renumbered(["a", "b"], ["b"]) == {0: 1, 1: 0, 2: 1}
    assert renumbered(["a"], ["a with other words"]) == {0: 0, 1: 1}


def test_staff_puts_a_waiting_child_first(cast, today):
    programme = going_on(cast, today, capacity=1, needs=["lives alone", "is new"])
    ask(programme, cast.classmate)
    first, second = ask(programme, cast.sibling), ask(programme, cast.child)
    client = sign_in(cast.counselor)
    client.post(address("seat-group", second.pk), {"group": "0", "submission": f"{SUBMISSION}4"})
    assert list(programme.seats.waiting()) == [second, first]
    programme.change(by=cast.counselor, needs=["is new", "lives alone"])
    second.refresh_from_db()
    first.refresh_from_db()
    assert (second.need, first.need) == (1, 2)


def with_groups(cast, today):
    """Return a drawn programme whose two children stand in a group of need."""
    programme = going_on(cast, today, capacity=1, giving="draw", needs=["lives alone"])
    for child in (cast.child, cast.classmate):
        ask(programme, child, need=0)
    return programme, Draw.objects.make([programme], by=cast.counselor, seed="s")


def groups_in(response):
    """Return the page without the list of the programme's own groups."""
    assert response.status_code == 200
    return response.content.decode().replace("1. lives alone", "")


@pytest.mark.parametrize("who", ["school_admin", "other_teacher"])
def test_groups_of_need_are_for_who_works_with_the_child(cast, today, who):
    programme, draw = with_groups(cast, today)
    builders.make_guardian(cast.child, user=cast.other_teacher)
    pages = [programme.get_absolute_url(), draw.get_absolute_url()]
    seats = [address("seat-detail", seat.pk) for seat in programme.seats.all()]
    reader = sign_in(getattr(cast, who))
    for url in pages + (seats if who == "school_admin" else []):
        page = groups_in(reader.get(url))
        assert "lives alone" not in page
        assert "none of these" not in page
        if who == "other_teacher":  # its own child stands there for its teachers
            assert cast.child.full_name not in page
    for url in pages:
        assert "lives alone" in groups_in(sign_in(cast.adviser).get(url))


def test_whose_group_of_need_was_read_stands_in_the_journal(cast, today):
    programme, draw = with_groups(cast, today)
    for reader, children in ((cast.counselor, {cast.child.pk}), (cast.school_admin, set())):
        client = sign_in(reader)
        for row in (programme, draw):
            client.get(row.get_absolute_url())
            read = Entry.objects.about(row).filter(verb="seat.viewed", actor=reader)
            assert {entry.student_id for entry in read} == children


# --- asked for on paper, given up -----------------------------------------------------------------


def test_staff_asks_for_a_family_with_its_yes(cast, today):
    programme = going_on(cast, today, consent="It goes home with its grandmother.")
    client, url = sign_in(cast.counselor), address("seat-add", programme.pk)
    sent = {"child": f"{cast.child.pk}", "how": "phone", "submission": f"{SUBMISSION}5"}
    assert client.post(url, sent).status_code == 422
    for _twice in range(2):
        assert client.post(url, sent | {"said": "the grandmother"}).status_code == 302
    seat = Seat.objects.get()
    assert (seat.state, seat.how, seat.consent_said, seat.consent_by) == (
        "taken", "phone", "the grandmother", cast.counselor,
    )  # fmt: skip
    assert seat.consent_words == programme.consent


def test_a_child_of_another_caseload_is_not_in_the_choice(cast, today):
    programme = going_on(cast, today)
    sent = {"child": f"{cast.classmate.pk}", "how": "paper"}
    client = sign_in(cast.counselor)
    assert client.post(address("seat-add", programme.pk), sent).status_code == 422
    assert not Seat.objects.exists()


def test_staff_gives_a_seat_up_and_the_reading_is_noted(cast, today):
    programme = going_on(cast, today, capacity=1)
    seat, waits = ask(programme, cast.child), ask(programme, cast.classmate)
    client = sign_in(cast.counselor)
    assert client.get(address("seat-detail", seat.pk)).status_code == 200
    assert Entry.objects.filter(verb="seat.viewed", student=cast.child).count() == 1
    sent = {"words": "It moves away", "submission": f"{SUBMISSION}6"}
    for _twice in range(2):
        client.post(address("seat-leave", seat.pk), sent)
    seat.refresh_from_db()
    waits.refresh_from_db()
    assert (seat.state, seat.leaving_words, waits.state) == ("left", "It moves away", "offered")


def test_staff_says_yes_for_a_family_that_called(cast, today):
    programme = going_on(cast, today, capacity=1)
    before, seat = ask(programme, cast.classmate), ask(programme, cast.child)
    before.leave(by=cast.other_mother)
    client, url = sign_in(cast.counselor), address("seat-accept-for", seat.pk)
    page = client.get(address("seat-detail", seat.pk)).content.decode()
    assert "Say yes for the family" in page
    assert client.post(url, {"how": "phone"}).status_code == 422
    sent = {"said": "The grandmother", "how": "phone", "submission": f"{SUBMISSION}8"}
    for _twice in range(2):
        assert client.post(url, sent).status_code == 302
    seat.refresh_from_db()
    assert seat.state == "taken"
    page = client.get(address("seat-detail", seat.pk)).content.decode()
    assert "The grandmother" in page
    seat.leave(by=cast.mother)
    late = client.post(url, sent | {"submission": f"{SUBMISSION}9"})
    assert late.status_code == 422
    assert "or the family has answered already" in late.content.decode()


# --- draws ----------------------------------------------------------------------------------------


def make_draw(cast, today, children=30, places=12):
    """Return a draw of thirty children for twelve seats, six of them put first by need."""
    programme = going_on(cast, today, capacity=places, giving="draw", needs=["lives alone"])
    for n, child in enumerate(make_children(cast, children)):
        ask(programme, child, need=0 if n % 5 == 0 else None)
    return programme


def test_thirty_wishes_for_twelve_seats_go_by_need_and_then_by_the_seed(cast, today):
    programme = make_draw(cast, today)
    client = sign_in(cast.principal)
    preview = client.get(address("draw-new")).content.decode()
    assert "30 children ask." in preview
    sent = {"programmes": [f"{programme.pk}"], "submission": f"{SUBMISSION}7"}
    client.post(address("draw-new"), sent)
    client.post(address("draw-new"), sent)
    draw = Draw.objects.get()
    line = draw.line()
    first = {f"{seat.student_id}" for seat in programme.seats.filter(need=0)}
    assert {one.student for one in line[:6]} == first
    assert [bool(one.got) for one in line] == [True] * 12 + [False] * 18
    assert [one.ahead for one in line] == [0] * 6 + [6] * 24
    page = client.get(draw.get_absolute_url()).content.decode()
    assert draw.seed in page
    assert "all that it wished was full; 6 before by need" in page
    again = client.get(address("draw-again", draw.pk)).content.decode()
    assert "The same line comes out" in again
    programme.seats.taken().first().leave(by=cast.principal)  # what came later changes nothing
    assert draw.again() == draw.line()


def test_the_line_of_a_draw_goes_to_the_file(cast, today):
    programme = make_draw(cast, today, 3, 1)
    Student.objects.filter(seats__programme=programme).update(full_name="=SUM(1)")
    draw = Draw.objects.make([programme], by=cast.principal, seed="s")
    client, url = sign_in(cast.principal), address("draw-file", draw.pk)
    assert client.get(url)["Content-Type"].startswith("text/html")
    assert client.post(url, {"ending": "csv"}).status_code == 422  # what for?
    assert not Entry.objects.filter(verb="draw.exported").exists()
    response = client.post(url, {"reason": "check", "ending": "csv"})
    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert ["Seed", "s"] in rows
    assert [row[1] for row in rows[1:4]] == ["'=SUM(1)"] * 3
    entry = Entry.objects.get(verb="draw.exported")
    book = client.post(url, {"reason": "check", "ending": "xlsx"})
    assert book.content[:2] == b"PK"
    assert (entry.kind, entry.data["reason"], entry.data["rows"]) == ("exported", "check", 3)
    assert sign_in(cast.adviser).get(url).status_code == 403


def test_only_what_puts_the_same_children_first_is_drawn_together(cast, today):
    one = going_on(cast, today, giving="draw", needs=["lives alone"])
    other = going_on(cast, today, giving="draw", name="Choir")
    with pytest.raises(DifferentNeeds):
        Draw.objects.make([one, other], by=cast.counselor)
    sent = {"programmes": [f"{one.pk}", f"{other.pk}"]}
    response = sign_in(cast.counselor).post(address("draw-new"), sent)
    assert response.status_code == 422
    assert "do not put the same children first" in response.content.decode()


def test_nobody_draws_while_families_can_still_ask(cast, today):
    one = going_on(cast, today, giving="draw", asks_until=timezone.now() + DAY)
    response = sign_in(cast.counselor).post(address("draw-new"), {"programmes": [f"{one.pk}"]})
    assert response.status_code == 422
    assert "Please draw after that." in response.content.decode()
    assert not Draw.objects.exists()


def test_another_school_finds_nothing(cast, today):
    programme = going_on(cast, today)
    draw = Draw.objects.make([going_on(cast, today, giving="draw")], by=cast.counselor)
    stranger = sign_in(builders.make_staff(cast.other_school, "leader", "Lena Lang"))
    for url in (programme.get_absolute_url(), draw.get_absolute_url()):
        assert stranger.get(url).status_code == 404
