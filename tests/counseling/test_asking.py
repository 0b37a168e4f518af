"""The family asks from its phone, answers offers by link and on its page, and reads why."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from counseling.models import Draw, Programme, Seat
from counseling.models.seat import NotForThisChild
from counseling.reading.asking import seat_token
from counseling.reading.seats import lines_of, why_in_words
from homeschool.journal import kinds
from homeschool.journal.models import Notice
from tests import builders
from tests.cast import sign_in
from visits.models import Visit, VisitChild

from .after_school import make_children
from .test_programmes import SUBMISSION, ask, going_on, queries_of

pytestmark = pytest.mark.django_db
HOURS = dt.timedelta(hours=1)
CONSENT = "It goes home with its grandmother."


@pytest.fixture
def today():
    return timezone.localdate()


def address(name, *keys):
    return reverse(f"counseling:{name}", args=keys)


def offered_to(cast, today, **columns):
    """Return (programme, the offer to the cast's child) after another child gave its seat up."""
    programme = going_on(cast, today, capacity=1, **columns)
    before, seat = ask(programme, cast.classmate), ask(programme, cast.child)
    before.leave(by=cast.other_mother)
    seat.refresh_from_db()
    return programme, seat


# --- what there is --------------------------------------------------------------------------------


def test_a_family_sees_what_is_open_and_for_its_child(cast, today):
    going_on(cast, today, name="Chess club")
    going_on(cast, today, name="Not yet", state="draft")
    going_on(cast, today, name="Too late", asks_until=timezone.now() - HOURS)
    going_on(cast, today, name="For fifth grade").classes.add(cast.other_class)
    page = sign_in(cast.mother).get(address("asking", cast.child.pk)).content.decode()
    assert "Chess club" in page
    assert not [name for name in ("Not yet", "Too late", "For fifth grade") if name in page]
    siblings = sign_in(cast.mother).get(address("asking", cast.sibling.pk)).content.decode()
    assert "For fifth grade" in siblings


def test_nobody_asks_for_a_child_that_left(cast, today):
    programme = going_on(cast, today)
    cast.child.status = cast.child.Status.LEFT
    assert not Programme.objects.for_child(cast.child).exists()
    with pytest.raises(NotForThisChild):
        ask(programme, cast.child)


def test_a_double_click_asks_once_and_the_yes_is_kept(cast, today):
    programme = going_on(cast, today, consent=CONSENT)
    client, url = sign_in(cast.mother), address("asking-seat", cast.child.pk, programme.pk)
    assert CONSENT in client.get(url).content.decode()
    sent = {"words": CONSENT, "submission": f"{SUBMISSION}1"}
    assert client.post(url, sent).status_code == 422
    for _twice in range(2):
        assert client.post(url, sent | {"yes": "on"}).status_code == 302
    seat = Seat.objects.get()
    assert (seat.state, seat.consent_words, seat.consent_by) == ("taken", CONSENT, cast.mother)


def test_words_that_changed_are_read_again(cast, today):
    programme = going_on(cast, today, consent=CONSENT)
    url = address("asking-seat", cast.child.pk, programme.pk)
    response = sign_in(cast.mother).post(url, {"words": "Other words", "yes": "on"})
    assert response.status_code == 422
    assert "The school changed these words just now" in response.content.decode()
    assert not Seat.objects.exists()


def test_a_programme_that_closed_meanwhile_says_so(cast, today):
    programme = going_on(cast, today)
    client, url = sign_in(cast.mother), address("asking-seat", cast.child.pk, programme.pk)
    programme.change(by=cast.counselor, asks_until=timezone.now() - HOURS)
    response = client.post(url, {"submission": f"{SUBMISSION}2"})
    assert response.status_code == 422
    assert "Nobody can ask for this programme now" in response.content.decode()


def test_both_parents_see_the_seat_and_who_decides_asks(cast, today):
    programme = going_on(cast, today)
    father = builders.make_guardian(cast.child, "Lin Feng", relation="father", language="en")
    aunt = builders.make_guardian(
        cast.child, "Lin Ya", relation="relative", legal_guardian=False, language="en"
    )
    url = address("asking-seat", cast.child.pk, programme.pk)
    assert sign_in(aunt).post(url, {"submission": f"{SUBMISSION}3"}).status_code == 403
    assert sign_in(father).post(url, {"submission": f"{SUBMISSION}3"}).status_code == 302
    seat = Seat.objects.get()
    for person in (father, aunt, cast.mother):
        assert sign_in(person).get(address("seat-family", seat.pk)).status_code == 200
    assert sign_in(cast.father).get(address("seat-family", seat.pk)).status_code == 404
    assert sign_in(aunt).post(address("seat-give-up", seat.pk)).status_code == 403


def test_a_grown_students_parent_sees_seats_only_where_sessions_were_granted(cast, today):
    child = cast.adult.student_row
    programme = going_on(cast, today, school=cast.college)
    seat = ask(programme, child)
    assert Seat.objects.visible_to(cast.adult).get() == seat
    assert not Seat.objects.visible_to(cast.parent).exists()
    assert not Programme.objects.visible_to(cast.parent).exists()
    child.grants.create(guardian=cast.parent, item="sessions")
    assert Seat.objects.visible_to(cast.parent).get() == seat
    assert sign_in(cast.parent).post(address("seat-give-up", seat.pk)).status_code == 403


def test_the_page_costs_the_same_for_one_programme_and_for_twenty(
    cast, today, django_assert_max_num_queries
):
    client, url = sign_in(cast.mother), address("asking", cast.child.pk)

    def counter():
        return django_assert_max_num_queries(30)

    def offer(number):
        for n in range(number):
            going_on(cast, today, name=f"Open {n}")
            ask(going_on(cast, today, name=f"Has {n}"), cast.child)

    offer(1)
    one = queries_of(client, url, counter)
    offer(19)
    assert queries_of(client, url, counter) == one


# --- wishes for a draw ----------------------------------------------------------------------------


def test_a_family_names_its_wishes_in_order_and_changes_them(cast, today):
    chess, choir, craft = (
        going_on(cast, today, name=name, giving="draw") for name in ("Chess", "Choir", "Craft")
    )
    client, url = sign_in(cast.mother), address("asking-wish", cast.child.pk)
    twice = {"first": f"{chess.pk}", "second": f"{chess.pk}"}
    assert client.post(url, twice).status_code == 422
    client.post(url, {"first": f"{chess.pk}", "second": f"{choir.pk}"})
    client.post(url, {"first": f"{craft.pk}", "second": f"{chess.pk}"})
    live = Seat.objects.live().order_by("choice").values_list("programme", "choice", "state")
    assert list(live) == [(craft.pk, 1, "asked"), (chess.pk, 2, "asked")]
    assert Seat.objects.get(programme=choir).state == "left"
    page = client.get(url).content.decode()
    assert f'value="{craft.pk}" selected' in page
    Draw.objects.make([chess, choir, craft], by=cast.counselor)
    assert client.get(url)["Location"] == address("asking", cast.child.pk)


def test_a_wish_that_can_change_no_more_stays(cast, today):
    chess, choir = (going_on(cast, today, name=n, giving="draw") for n in ("Chess", "Choir"))
    client, url = sign_in(cast.mother), address("asking-wish", cast.child.pk)
    client.post(url, {"first": f"{chess.pk}"})
    chess.change(by=cast.counselor, asks_until=timezone.now() - HOURS)
    page = client.get(url).content.decode()
    assert "These wishes stand" in page
    assert "Chess" in page
    assert client.post(url, {"first": f"{choir.pk}"}).status_code == 302
    live = Seat.objects.live().order_by("choice").values_list("programme", "choice", "state")
    assert list(live) == [(chess.pk, 1, "asked"), (choir.pk, 2, "asked")]
    client.post(url, {"first": ""})
    assert Seat.objects.live().get().programme == chess


def test_each_family_reads_why(cast, today):
    programme = going_on(cast, today, capacity=12, giving="draw", needs=["lives alone"])
    children = make_children(cast, 30)
    for n, child in enumerate(children):
        ask(programme, child, need=0 if n % 5 == 0 else None)
    draw = Draw.objects.make([programme], by=cast.counselor, seed="a seed")
    seats = {f"{seat.student_id}": seat for seat in programme.seats.select_related("student")}
    lines = lines_of(seats.values())
    for one in draw.line():
        seat = seats[one.student]
        words = " ".join(why_in_words(seat, lines.get(seat.pk)))
        assert f"was number {one.number} of 30" in words
        assert ("has a seat" in words) == bool(one.got)
        assert ("6 children stood before by need" in words) == (one.number > 6)
        assert one.got or f"is number {one.number - 12} on the waiting list" in words
        assert "lives alone" not in words


def test_a_family_gets_one_letter_of_a_draw(cast, today):
    one = going_on(cast, today, name="One", capacity=1, giving="draw")
    two = going_on(cast, today, name="Two", capacity=1, giving="draw")
    for child in (cast.child, cast.classmate, cast.sibling):
        Seat.objects.wish(child, [one, two], by=cast.counselor)
    Draw.objects.make([one, two], by=cast.counselor, seed="s")
    told = sorted(Notice.objects.filter(kind__startswith="seat.").values_list("kind", flat=True))
    assert told == ["seat.given", "seat.given", "seat.not_given"]


# --- an offer -------------------------------------------------------------------------------------


def test_the_letters_link_shows_and_only_a_post_writes(cast, today, client):
    programme, seat = offered_to(cast, today)
    token = seat_token(seat, cast.mother.pk)
    for _scanner in range(2):
        page = client.get(address("seat-offer", token))
        assert page.status_code == 200
        assert "Yes, we take the place" in page.content.decode()
    seat.refresh_from_db()
    assert seat.state == "offered"
    for _twice in range(2):
        assert client.post(address("seat-offer-take", token)).status_code == 302
    seat.refresh_from_db()
    assert (seat.state, programme.seats.taken().count()) == ("taken", 1)
    client.post(address("seat-offer-decline", token))  # the other button of an old letter
    seat.refresh_from_db()
    assert seat.state == "taken"


def test_a_no_by_link_lets_the_next_child_up(cast, today, client):
    programme, seat = offered_to(cast, today)
    after = ask(programme, cast.sibling)
    client.post(address("seat-offer-decline", seat_token(seat, cast.mother.pk)))
    after.refresh_from_db()
    seat.refresh_from_db()
    assert (seat.state, after.state) == ("declined", "offered")


def test_a_link_that_expired_says_so_and_takes_nothing(cast, today, client):
    _programme, seat = offered_to(cast, today)
    past = timezone.now() - 50 * HOURS
    Seat.objects.filter(pk=seat.pk).update(offered_at=past, offered_until=past + 48 * HOURS)
    seat.refresh_from_db()
    token = seat_token(seat, cast.mother.pk)
    for response in (
        client.get(address("seat-offer", token)), client.post(address("seat-offer-take", token)),
    ):  # fmt: skip
        assert response.status_code == 410
        assert "The time to answer is over" in response.content.decode()
    seat.refresh_from_db()
    assert seat.state == "offered"
    sign_in(cast.mother).post(address("seat-accept", seat.pk))
    Programme.objects.roll_on()
    seat.refresh_from_db()
    assert seat.state == "expired"
    assert client.get(address("seat-offer", token)).status_code == 410


def test_a_link_is_for_who_decides_today(cast, today, client):
    _programme, seat = offered_to(cast, today)
    assert client.get(address("seat-offer", "nonsense")).status_code == 404
    stranger = seat_token(seat, cast.other_mother.pk)
    assert client.post(address("seat-offer-take", stranger)).status_code == 410
    token = seat_token(seat, cast.mother.pk)
    cast.mother.guardianships.get(student=cast.child).withdraw(by=cast.principal)
    assert client.post(address("seat-offer-take", token)).status_code == 410


def test_an_offer_past_its_time_is_free_for_who_acts_next(cast, today):
    programme, seat = offered_to(cast, today)
    past = timezone.now() - 50 * HOURS
    Seat.objects.filter(pk=seat.pk).update(offered_at=past, offered_until=past + 48 * HOURS)
    assert ask(programme, cast.sibling).state == "taken"  # without any task
    seat.refresh_from_db()
    assert seat.state == "expired"


def test_a_family_answers_and_gives_up_on_its_page(cast, today):
    programme, seat = offered_to(cast, today)
    client = sign_in(cast.mother)
    page = client.get(address("seat-family", seat.pk)).content.decode()
    assert "the school’s time" in page
    client.post(address("seat-accept", seat.pk))
    client.post(address("seat-accept", seat.pk))
    seat.refresh_from_db()
    assert seat.state == "taken"
    late = client.post(address("seat-decline", seat.pk))
    assert late.status_code == 409
    assert "Another child gets the place" not in late.content.decode()
    sent = {"words": "We move", "submission": f"{SUBMISSION}8"}
    client.post(address("seat-give-up", seat.pk), sent)
    seat.refresh_from_db()
    assert (seat.state, seat.leaving_words) == ("left", "We move")
    assert programme.free() == 1


def visited(child, programme, today, home):
    """Let a visit to this home fall upon the first day but one of the programme."""
    at = dt.datetime.combine(today + dt.timedelta(days=2), dt.time(5), programme.zone)
    visit = Visit.objects.create(
        school=programme.school, status=Visit.Status.ACCEPTED, planned_at=at, planned_minutes=60,
        household=home,
    )  # fmt: skip
    VisitChild.objects.create(visit=visit, student=child)
    return visit


EVERY_DAY = tuple((n, dt.time(0), 600) for n in range(1, 8))


def test_a_visit_is_told_to_the_home_that_is_visited(cast, today, client):
    cast.father.guardianships.get().restore(by=cast.principal)
    there = builders.make_household(cast.child, guardians=[cast.father], address="2 Far Road")
    programme, seat = offered_to(cast, today, weekly=EVERY_DAY)
    visited(cast.child, programme, today, cast.household)
    for person, told in ((cast.mother, True), (cast.father, False)):
        page = sign_in(person).get(address("seat-family", seat.pk)).content.decode()
        link = client.get(address("seat-offer", seat_token(seat, person.pk))).content.decode()
        assert [("A visit is planned then" in text) for text in (page, link)] == [told, told]
    Visit.objects.update(household=None)  # at school, or elsewhere
    page = sign_in(cast.father).get(address("seat-family", seat.pk)).content.decode()
    assert "A visit is planned then" in page
    assert there.guardians.get() == cast.father


def test_a_visit_is_told_to_whom_visits_were_granted(cast, today):
    child = cast.adult.student_row
    child.grants.all().delete()
    child.grants.create(guardian=cast.parent, item="sessions")
    programme = going_on(cast, today, school=cast.college, weekly=EVERY_DAY)
    seat = ask(programme, child)
    visited(child, programme, today, None)
    client, url = sign_in(cast.parent), address("seat-family", seat.pk)
    assert "A visit is planned then" not in client.get(url).content.decode()
    child.grants.create(guardian=cast.parent, item="visits")
    assert "A visit is planned then" in client.get(url).content.decode()


def test_the_link_of_an_offer_goes_out_a_fortnight_after_it(cast, today, client):
    _programme, seat = offered_to(cast, today)
    seat.accept(by=cast.mother)
    url = address("seat-offer", seat_token(seat, cast.mother.pk))
    for days, status in ((13, 200), (15, 410)):
        until = timezone.now() - dt.timedelta(days=days)
        Seat.objects.filter(pk=seat.pk).update(offered_until=until)
        response = client.get(url)
        assert response.status_code == status
        assert (cast.child.called in response.content.decode()) == (status == 200)


# --- letters --------------------------------------------------------------------------------------


def letter(notice, reader, form):
    """Return one form of the letter of a notice, as `reader` gets it."""
    receipt = notice.receipts.model(notice=notice, person=reader, language="en", why="guardian")
    with kinds.speaking_to(receipt):
        context = kinds.context_of(receipt, link="https://x/", site_url="https://x", stop_link="")
        return kinds.words(receipt, form, context)


def test_the_letter_of_an_offer_says_until_when_by_the_schools_clock(cast, today):
    programme, seat = offered_to(cast, today, name="Reading club")
    notice = Notice.objects.get(kind="seat.offered", student=cast.child)
    kind = kinds.get("seat.offered")
    assert [row.user_id for row in kind.recipients(notice)] == [cast.mother.pk]
    until = timezone.localtime(seat.offered_until, programme.zone)
    for form in ("txt", "html", "page.html"):
        words = letter(notice, cast.mother, form)
        assert "Reading club" in words
        assert f"{until:%H:%M}" in words
    subject = letter(notice, cast.mother, "subject.txt")
    assert cast.child.full_name not in subject
    assert "Reading" not in subject
    assert kind.alive(notice)
    seat.accept(by=cast.mother)
    assert not kind.alive(notice)


def test_who_has_no_seat_reads_its_number(cast, today):
    programme = going_on(cast, today, capacity=1, giving="draw")
    for child in (cast.child, cast.classmate):
        ask(programme, child)
    draw = Draw.objects.make([programme], by=cast.counselor, seed="s")
    for one in draw.line():
        kind = "seat.given" if one.got else "seat.not_given"
        notice = Notice.objects.get(kind=kind)
        reader = cast.mother if one.student == str(cast.child.pk) else cast.other_mother
        words = letter(notice, reader, "txt")
        assert f"was number {one.number} of 2" in words
        assert one.got or "is number 1 on the waiting list" in words
        assert kinds.get(kind).alive(notice)


def test_roll_on_works_without_a_queue(cast, today):
    programme, seat = offered_to(cast, today)
    late = timezone.now() + 49 * HOURS
    assert Programme.objects.roll_on(late) == 1
    assert Programme.objects.roll_on(late) == 0
    seat.refresh_from_db()
    assert (seat.state, programme.free()) == ("expired", 1)
