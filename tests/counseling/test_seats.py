"""Seats: asked for, waited for, offered for two days, taken, left; never more than there are places."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from counseling.models import Draw, Programme, Seat
from counseling.models.drawing import DrawnAlready
from counseling.models.programme import FewerThanTaken, SeatsAskedFor
from counseling.models.seat import NotForThisChild, NotOpen, TooLate
from homeschool.journal.models import Entry, Notice
from homeschool.people.models import leaving
from homeschool.people.models.leaving import Leaving
from tests.visits.test_conference_race import race

from .after_school import TUESDAY, make_children, make_programme

HOURS = dt.timedelta(hours=1)


def ask(programme, student, **values):
    return Seat.objects.ask(programme, student, by=student_asker(programme), **values)


def student_asker(programme):
    return programme.owner


def test_who_asks_first_has_the_seat_and_the_next_one_waits(cast):
    programme = make_programme(cast, capacity=1)
    first = ask(programme, cast.child)
    second = ask(programme, cast.classmate)
    assert (first.state, second.state) == ("taken", "waiting")
    assert ask(programme, cast.child) == first
    assert Notice.objects.filter(kind="seat.given", student=cast.child).count() == 1
    assert Entry.objects.filter(verb="seat.asked").count() == 2


def test_it_asks_whether_the_programme_is_for_the_child(cast):
    programme = make_programme(cast)
    programme.classes.add(cast.other_class)
    with pytest.raises(NotForThisChild):
        ask(programme, cast.child)
    with pytest.raises(NotForThisChild):
        ask(programme, cast.other_child)
    assert ask(programme, cast.sibling).state == "taken"
    programme.change(by=cast.counselor, asks_until=timezone.now() - HOURS)
    with pytest.raises(NotOpen):
        ask(programme, cast.sibling.__class__.objects.get(pk=cast.classmate.pk))


def test_a_place_that_is_left_is_offered_to_the_first_who_waits(cast):
    programme = make_programme(cast, capacity=1)
    seat, late = ask(programme, cast.child), ask(programme, cast.classmate)
    urgent = ask(programme, cast.sibling, need=0)
    Seat.objects.filter(pk=late.pk).update(need=1)
    seat.leave(by=cast.mother, words="We move")
    urgent.refresh_from_db()
    late.refresh_from_db()
    assert (seat.state, urgent.state, late.state) == ("left", "offered", "waiting")
    assert urgent.offered_until - urgent.offered_at == 48 * HOURS
    seat.leave(by=cast.mother)
    urgent.accept(by=cast.mother)
    urgent.accept(by=cast.mother)
    assert urgent.state == "taken"


def test_an_offer_that_nobody_answers_rolls_on(cast):
    programme = make_programme(cast, capacity=1)
    seat, second, third = (ask(programme, c) for c in (cast.child, cast.classmate, cast.sibling))
    seat.leave(by=cast.mother)
    assert programme.roll_on() == 0
    later = timezone.now() + 49 * HOURS
    assert programme.roll_on(later) == 1
    second.refresh_from_db()
    third.refresh_from_db()
    assert (second.state, third.state) == ("expired", "offered")
    with pytest.raises(TooLate):
        second.accept(by=cast.mother)
    Seat.objects.filter(pk=third.pk).update(
        offered_at=timezone.now() - 50 * HOURS, offered_until=timezone.now() - 2 * HOURS
    )
    with pytest.raises(TooLate):
        third.accept(by=cast.mother)
    assert Notice.objects.filter(kind="seat.offered").count() == 2


def test_a_family_that_says_no_to_an_offer_lets_the_next_one_up(cast):
    programme = make_programme(cast, capacity=1)
    seat, second, third = (ask(programme, c) for c in (cast.child, cast.classmate, cast.sibling))
    seat.leave(by=cast.mother)
    second.refresh_from_db()
    second.leave(by=cast.other_mother)
    third.refresh_from_db()
    assert (second.state, third.state) == ("declined", "offered")


def test_there_are_no_fewer_places_than_seats(cast):
    programme = make_programme(cast, capacity=2)
    ask(programme, cast.child)
    ask(programme, cast.sibling)
    waits = ask(programme, cast.classmate)
    with pytest.raises(FewerThanTaken):
        programme.change(by=cast.counselor, capacity=1)
    with pytest.raises(IntegrityError, match="fewer places"), transaction.atomic():
        Programme.objects.filter(pk=programme.pk).update(capacity=1)
    programme.change(by=cast.counselor, capacity=3)
    waits.refresh_from_db()
    assert waits.state == "offered"


def test_the_database_gives_no_seat_too_many(cast):
    programme = make_programme(cast, capacity=1)
    ask(programme, cast.child)
    with pytest.raises(IntegrityError, match="more seats"), transaction.atomic():
        Seat.objects.create(
            programme=programme, student=cast.sibling, asked_by=cast.mother, state="taken"
        )


@pytest.mark.django_db(transaction=True)
def test_a_hundred_who_ask_at_once_get_twelve_seats(cast):
    programme = make_programme(cast)
    children = make_children(cast, 100)
    race([lambda child=child: ask(programme, child) for child in children])
    states = list(programme.seats.values_list("state", flat=True))
    assert (states.count("taken"), states.count("waiting")) == (12, 88)
    assert len(set(programme.seats.waiting().values_list("line", flat=True))) == 88


@pytest.mark.django_db(transaction=True)
def test_a_yes_in_the_last_moment_and_the_next_one_never_share_a_place(cast):
    for n in range(5):
        programme = make_programme(cast, capacity=1, name=f"Club {n}")
        before, offered, after = (
            ask(programme, child) for child in (cast.child, cast.classmate, cast.sibling)
        )
        before.leave(by=cast.mother)
        over = timezone.now() + HOURS / 2
        Seat.objects.filter(pk=offered.pk).update(offered_until=over)
        found = race([
            lambda one=offered: Seat.objects.get(pk=one.pk).accept(by=cast.other_mother),
            lambda club=programme, over=over: club.roll_on(over),
            lambda club=programme, over=over: club.roll_on(over),
        ])  # fmt: skip
        holds = programme.seats.holding_a_place().get()
        taken = found[0] is None
        assert (holds, holds.state) == ((offered, "taken") if taken else (after, "offered"))
        assert taken or isinstance(found[0], TooLate)


@pytest.mark.django_db(transaction=True)
def test_two_who_answer_one_offer_at_once_take_it_once(cast):
    programme = make_programme(cast, capacity=1)
    seat, second = ask(programme, cast.child), ask(programme, cast.classmate)
    seat.leave(by=cast.mother)
    race([
        lambda: Seat.objects.get(pk=second.pk).accept(by=cast.other_mother),
        lambda: Seat.objects.get(pk=second.pk).leave(by=cast.other_mother),
        lambda: programme.roll_on(),
    ])  # fmt: skip
    second.refresh_from_db()
    assert second.state in ("taken", "left", "declined")
    assert programme.seats.holding_a_place().count() <= 1


def test_a_draw_can_be_reckoned_again(cast):
    club = make_programme(cast, capacity=12, giving=Programme.Giving.DRAW)
    for n, child in enumerate(make_children(cast, 30)):
        assert ask(club, child, need=0 if n % 5 == 0 else 1).state == "asked"
    found = Draw.objects.make([club], by=cast.counselor, seed="a seed").line()
    club.refresh_from_db()
    assert (club.seed, club.seats.taken().count(), club.seats.waiting().count()) == (
        "a seed", 12, 18,
    )  # fmt: skip
    assert [one.number for one in found] == list(range(1, 31))
    line = club.seats.waiting().values_list("line", flat=True)
    assert list(line) == list(range(13, 31))
    with pytest.raises(DrawnAlready):
        Draw.objects.make([club], by=cast.counselor)
    late = ask(club, cast.classmate)
    assert (late.state, late.line) == ("waiting", 31)


def test_a_child_that_gets_its_second_choice_waits_for_its_first(cast):
    chess = make_programme(cast, name="Chess", capacity=1, giving=Programme.Giving.DRAW)
    choir = make_programme(cast, name="Choir", capacity=5, giving=Programme.Giving.DRAW)
    for child in (cast.child, cast.classmate):
        ask(chess, child, choice=1)
        ask(choir, child, choice=2)
    Draw.objects.make([chess, choir], by=cast.counselor, seed="s")
    found = {(seat.programme.name, seat.state) for seat in Seat.objects.select_related("programme")}
    assert found == {
        ("Chess", "taken"), ("Chess", "waiting"), ("Choir", "taken"), ("Choir", "not_needed"),
    }  # fmt: skip


def test_who_waits_after_a_draw_waits_with_the_need_it_was_drawn_with(cast):
    chess, choir = (
        make_programme(
            cast, name=name, capacity=1, giving=Programme.Giving.DRAW, needs=["lives alone"]
        )
        for name in ("Chess", "Choir")
    )
    for child in make_children(cast, 6):
        ask(chess, child, choice=1)
        ask(choir, child, choice=2)
    for child in (cast.child, cast.sibling, cast.classmate):  # in one of the two in the group alone
        ask(chess, child, choice=1, need=0)
        ask(choir, child, choice=2)
    draw = Draw.objects.make([chess, choir], by=cast.counselor, seed="s")
    for programme in (chess, choir):
        drawn = [one.student for one in draw.line() if str(programme.pk) in one.waiting]
        assert drawn == [str(seat.student_id) for seat in programme.seats.waiting()]


def test_what_is_over_offers_and_takes_nothing(cast):
    programme = make_programme(cast, capacity=1)
    seat, offered, waits = (ask(programme, c) for c in (cast.child, cast.classmate, cast.sibling))
    seat.leave(by=cast.mother)
    programme.move_on("over", by=cast.counselor)
    with pytest.raises(TooLate):
        Seat.objects.get(pk=offered.pk).accept(by=cast.other_mother)
    found = [Seat.objects.get(pk=one.pk).state for one in (offered, waits)]
    assert found == ["expired", "left"]


def test_a_programme_past_its_last_day_gives_no_seats(cast):
    programme = make_programme(cast, capacity=1)
    seat, waits = ask(programme, cast.child), ask(programme, cast.classmate)
    offered = make_programme(cast, capacity=1, name="Chess")
    before, late = ask(offered, cast.child), ask(offered, cast.classmate)
    before.leave(by=cast.mother)
    yesterday = programme.today - dt.timedelta(days=1)
    Programme.objects.update(ends=yesterday)
    assert not Programme.objects.taking_wishes().exists()
    with pytest.raises(NotOpen):
        ask(Programme.objects.get(pk=programme.pk), cast.sibling)
    Seat.objects.get(pk=seat.pk).leave(by=cast.mother)
    waits.refresh_from_db()
    assert waits.state == "waiting"
    with pytest.raises(TooLate):
        Seat.objects.get(pk=late.pk).accept(by=cast.other_mother)
    assert Programme.objects.roll_on() == 0
    Programme.objects.update(ends=programme.today)
    assert Programme.objects.taking_wishes().count() == 2
    Programme.objects.roll_on()  # what stands free goes to who waits
    waits.refresh_from_db()
    assert waits.state == "offered"


def test_an_offer_that_ends_with_a_change_goes_to_the_next(cast):
    programme = make_programme(cast, capacity=1)
    seat, second, third = (ask(programme, c) for c in (cast.child, cast.classmate, cast.sibling))
    seat.leave(by=cast.mother)
    past = timezone.now() - 50 * HOURS
    Seat.objects.filter(pk=second.pk).update(offered_at=past, offered_until=past + 48 * HOURS)
    programme.change(by=cast.counselor, name=programme.name)
    second.refresh_from_db()
    third.refresh_from_db()
    assert (second.state, third.state) == ("expired", "offered")


def test_how_seats_are_given_stays_once_somebody_asked(cast):
    programme = make_programme(cast, giving=Programme.Giving.DRAW)
    seat = ask(programme, cast.child)
    with pytest.raises(SeatsAskedFor):
        programme.change(by=cast.counselor, giving=Programme.Giving.FIRST_COME)
    seat.leave(by=cast.mother)
    programme.change(by=cast.counselor, giving=Programme.Giving.FIRST_COME)
    assert programme.giving == "first_come"


def test_a_no_after_a_yes_says_that_it_ended_nothing(cast):
    programme = make_programme(cast, capacity=1)
    seat, offered = ask(programme, cast.child), ask(programme, cast.classmate)
    seat.leave(by=cast.mother)
    offered.refresh_from_db()
    other = Seat.objects.get(pk=offered.pk)
    offered.accept(by=cast.other_mother, said="Her aunt", how="phone")
    assert other.decline(by=cast.other_mother) is False
    offered.refresh_from_db()
    assert (offered.state, offered.answered_for[0]) == ("taken", "Her aunt")


def test_who_sees_seats(cast):
    programme = make_programme(cast)
    seat = ask(programme, cast.child)
    seen = Seat.objects.visible_to
    for person in (cast.adviser, cast.counselor, cast.principal, cast.school_admin, cast.mother):
        assert list(seen(person)) == [seat]
    for person in (cast.father, cast.other_mother, cast.volunteer, cast.district, cast.deactivated):
        assert not seen(person).exists()


def test_a_child_that_leaves_the_school_gives_up_its_seat(cast):
    programme = make_programme(cast, capacity=1)
    seat, waits = ask(programme, cast.child), ask(programme, cast.classmate)
    assert "1 seat after school is given up." in leaving.told_of([cast.child.pk])
    Leaving.objects.begin(
        [cast.child.pk], by=cast.school_admin, school=cast.school, on=TUESDAY, where="school"
    )
    seat.refresh_from_db()
    waits.refresh_from_db()
    assert (seat.state, seat.ended_by, waits.state) == ("left", cast.school_admin, "offered")
