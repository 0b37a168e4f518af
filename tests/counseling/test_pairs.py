"""Learning pairs: proposed by figures, confirmed, left, kept apart; names only where both families agree."""

import contextlib
import datetime as dt
from fractions import Fraction

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from counseling.models import Attendance, NoPair, Observation, Pair, Seat
from counseling.models.pair import proposed
from counseling.reading.helping import helped_lines
from counseling.reading.pairs import proposals, together_of
from counseling.rules.pairing import SCHOOL_DAYS, Child, Mark, propose
from homeschool.journal.models import Entry
from tests.builders import make_guardian, make_student, new_key
from tests.visits.test_conference_race import race

from .after_school import make_children, make_programme, make_session


def form_key():
    return {"submission": new_key()}


def url(name, *args):
    return reverse(f"counseling:{name}", args=args)


def marks(child, subject, *values, by):
    today = timezone.localdate()
    return Observation.objects.bulk_create(
        Observation(
            school=child.school, student=child, kind="mark", subject=subject, value=value, out_of=100,
            on=today - dt.timedelta(days=n), by=by,
        )
        for n, value in enumerate(values)
    )  # fmt: skip


@pytest.fixture
def pair(cast):
    return Pair.objects.propose(cast.classmate, cast.child, "Mathematics", by=cast.adviser)


# --- the rule -----------------------------------------------------------------------------------------


def share(child, percent, subject="Maths", n=2):
    return Mark(child, subject, Fraction(percent, 100), n)


def test_the_greatest_need_comes_first_and_nobody_helps_more_than_two():
    children = {key: Child("A") for key in "abcdef"}
    found = propose(
        [share("a", 95), share("b", 50), share("c", 40), share("d", 30), share("e", 59), share("f", 60)],
        children, set("bcdef"),
    )  # fmt: skip
    assert [(one.helper.child, one.helped.child) for one in found] == [("a", "d"), ("a", "c")]


def test_a_plan_goes_first_then_the_own_class_and_who_helps_fewest():
    children = {"a": Child("A"), "b": Child("B"), "n": Child("A", has_plan=True), "m": Child("A")}
    found = propose(
        [share("a", 80), share("b", 99), share("m", 10), share("n", 50)], children, {"m", "n"}
    )
    assert [(one.helper.child, one.helped.child) for one in found] == [("a", "n"), ("a", "m")]


def test_one_mark_is_no_figure_and_who_never_meets_is_no_pair():
    busy = {"club": set(SCHOOL_DAYS)}
    children = {"a": Child("A", seats=busy), "n": Child("A"), "m": Child("A", seats=busy)}
    assert propose([share("a", 90), share("n", 10)], children, {"n"}) == []
    (one,) = propose([share("a", 90), share("m", 10)], children, {"m"})
    assert one.together == ("club",)
    assert propose([share("a", 90, n=1), share("m", 10)], children, {"m"}) == []


def test_who_is_kept_apart_or_was_left_is_not_proposed():
    children = {key: Child("A") for key in "an"}
    both = [share("a", 90), share("n", 10)]
    assert propose(both, children, {"n"}, never={("a", "n", None)}) == []
    assert propose(both, children, {"n"}, never={("a", "n", "Maths")}) == []
    assert propose(both, children, {"n"}, helped={("n", "Maths")}) == []


# --- the row ------------------------------------------------------------------------------------------


def test_marks_of_the_term_propose_and_a_second_time_nothing(cast, django_assert_max_num_queries):
    marks(cast.classmate, "Mathematics", 92, 96, by=cast.adviser)
    marks(cast.child, "Mathematics", 40, 44, 51, by=cast.adviser)
    with django_assert_max_num_queries(12):
        found = proposals(cast.adviser, cast.school_class, timezone.localdate())
    assert proposed(found, by=cast.adviser) == 1
    pair = Pair.objects.get()
    assert (pair.helper, pair.helped, pair.is_open) == (cast.classmate, cast.child, True)
    assert pair.because["helper"] == {"share": 94, "marks": 2}
    assert pair.because["helped"] == {"share": 45, "marks": 3, "plan": False}
    assert proposals(cast.adviser, cast.school_class, timezone.localdate()) == []
    pair.end(by=cast.adviser)
    assert proposals(cast.adviser, cast.school_class, timezone.localdate()) == []


def test_it_refuses_the_same_child_a_third_one_and_a_second_helper(cast, pair):
    one, two = make_children(cast, 2)
    for helper, helped, reason in (
        (cast.child, cast.child, "same"), (one, cast.child, "helped"), (cast.other_child, one, "school"),
    ):  # fmt: skip
        with pytest.raises(NoPair) as refused:
            Pair.objects.propose(helper, helped, "Mathematics", by=cast.adviser)
        assert refused.value.reason == reason
    Pair.objects.propose(cast.classmate, one, "Mathematics", by=cast.adviser)
    with pytest.raises(NoPair, match="helps"):
        Pair.objects.propose(cast.classmate, two, "Mathematics", by=cast.adviser)
    assert Pair.objects.propose(cast.classmate, cast.child, "Mathematics", by=cast.adviser) == pair


def test_kept_apart_holds_in_every_subject_and_both_directions(cast, pair):
    pair.end(by=cast.adviser, apart=True)
    for helper, helped in ((cast.classmate, cast.child), (cast.child, cast.classmate)):
        with pytest.raises(NoPair, match="apart"):
            Pair.objects.propose(helper, helped, "Art", by=cast.adviser)


def test_it_goes_its_way_once_and_what_was_stays_readable(cast, pair):
    pair.confirm(by=cast.adviser)
    first = pair.confirmed_at
    pair.confirm(by=cast.counselor)
    assert (pair.confirmed_at, pair.confirmed_by) == (first, cast.adviser)
    pair.end(by=cast.counselor)
    pair.end(by=cast.adviser)
    assert (pair.ended_by, pair.stands, pair.events.count()) == (cast.counselor, False, 2)
    verbs = Entry.objects.filter(verb__startswith="pair.").values_list("verb", "student")
    assert sorted(verbs) == sorted(
        (f"pair.{verb}", child.pk)
        for verb in ("proposed", "confirmed", "ended")
        for child in (cast.child, cast.classmate)
    )


def test_a_child_that_leaves_ends_its_pairs(cast, pair):
    from counseling.actions import close

    close([cast.child.pk], cast.principal)
    pair.refresh_from_db()
    assert pair.ended_at is not None


def test_the_hours_together_stand_as_a_strength_of_who_helps(cast, pair):
    club = make_programme(cast)
    for child in (cast.child, cast.classmate):
        Seat.objects.ask(club, child, by=cast.counselor)
    Seat.objects.update(taken_at=timezone.now() - dt.timedelta(days=30))
    Pair.objects.update(
        confirmed_at=timezone.now() - dt.timedelta(days=20), confirmed_by=cast.adviser
    )
    for n, said in enumerate(("present", "late", "absent")):
        row = make_session(club, timezone.now() - dt.timedelta(days=n + 1))
        there = {cast.classmate.pk: {"mark": "present"}, cast.child.pk: {"mark": said}}
        Attendance.objects.mark(row, there, by=cast.counselor)
    assert helped_lines(cast.classmate) == ["Helps in Mathematics: 2 hours so far"]
    assert helped_lines(cast.child) == []


def test_a_family_does_not_read_who_of_a_standing_pair_helps(cast, as_, pair):
    pair.confirm(by=cast.adviser)
    staff, home = (url(f"situation-{name}", cast.classmate.pk) for name in ("child", "family"))
    assert "Helps in Mathematics" in as_(cast.adviser).get(staff).content.decode()
    page = as_(cast.other_mother).get(home).content.decode()
    assert "learns together with" in page
    assert "Helps in" not in page


def test_what_a_grown_student_helps_in_is_read_where_sessions_were_granted(cast, as_):
    helper = cast.adult.student_row
    helped = make_student(helper.school_class, "Wu Lan")
    Pair.objects.create(
        helper=helper, helped=helped, subject="Law", confirmed_at=timezone.now(),
        confirmed_by=cast.principal, ended_at=timezone.now(), ended_by=cast.principal,
    )  # fmt: skip
    club = make_programme(cast, school=cast.college)
    row = make_session(club)
    for child in (helper, helped):
        Seat.objects.ask(club, child, by=cast.counselor)
    Seat.objects.update(taken_at=timezone.now() - dt.timedelta(days=30))
    Pair.objects.update(confirmed_at=timezone.now() - dt.timedelta(days=20))
    there = {child.pk: {"mark": "present"} for child in (helper, helped)}
    Attendance.objects.mark(row, there, by=cast.counselor)
    home = url("situation-family", helper.pk)
    helper.grants.create(guardian=cast.parent, item="plans")
    english = {"accept-language": "en"}
    assert "Helps in Law" not in as_(cast.parent).get(home, headers=english).content.decode()
    helper.grants.create(guardian=cast.parent, item="sessions")
    assert "Helps in Law" in as_(cast.parent).get(home, headers=english).content.decode()


@pytest.mark.django_db(transaction=True)
def test_of_many_who_propose_at_once_one_helper_gets_two(cast):
    children = make_children(cast, 6)

    def ask(child):
        with contextlib.suppress(NoPair):
            Pair.objects.propose(cast.classmate, child, "Mathematics", by=cast.adviser)

    race([lambda child=child: ask(child) for child in children])
    assert Pair.objects.filter(helper=cast.classmate).count() == 2


# --- its pages ----------------------------------------------------------------------------------------


def test_the_adviser_proposes_and_says_yes(cast, as_):
    marks(cast.classmate, "Mathematics", 92, 96, by=cast.adviser)
    marks(cast.child, "Mathematics", 40, 44, by=cast.adviser)
    client = as_(cast.adviser)
    client.post(url("pair-propose", cast.school_class.pk))
    pair = Pair.objects.get()
    page = client.get(url("pair-class", cast.school_class.pk)).content.decode()
    assert "waits for your yes" in page
    page = client.get(url("pair-detail", pair.pk)).content.decode()
    assert "94 % of the points in 2 marks" in page
    assert "weak" not in page
    client.post(url("pair-confirm", pair.pk))
    pair.refresh_from_db()
    assert pair.stands
    assert "1 pair learns together" in client.get(url("pair-list")).content.decode()


def test_it_asks_the_same_queries_for_one_pair_and_for_twenty(cast, as_):
    children = make_children(cast, 24)
    client = as_(cast.adviser)
    found = []
    for n in range(20):
        Pair.objects.propose(children[n], children[n + 1], "Mathematics", by=cast.adviser)
        if n in (0, 19):
            for name, args in (("pair-list", ()), ("pair-class", (cast.school_class.pk,))):
                client.get(url(name, *args))
                with CaptureQueriesContext(connection) as queries:
                    client.get(url(name, *args))
                found.append(len(queries))
    assert found[:2] == found[2:]
    assert max(found) <= 12


def test_two_children_are_chosen_by_hand_and_refused_with_a_sentence(cast, as_, pair):
    client, place = as_(cast.adviser), url("pair-new", cast.school_class.pk)
    sent = {"helper": cast.classmate.pk, "helped": cast.classmate.pk, "subject": "Art"}
    wrong = client.post(place, form_key() | sent)
    assert (wrong.status_code, "the same child" in wrong.content.decode()) == (422, True)
    right = form_key() | sent | {"helped": cast.child.pk}
    for _n in range(2):
        assert client.post(place, right).status_code == 302
    assert Pair.objects.filter(subject="Art").count() == 1


def test_a_family_reads_a_name_only_where_both_agreed(cast, as_, pair):
    client, place = as_(cast.mother), url("pair-family", cast.child.pk)
    assert "Mathematics" not in client.get(place).content.decode()
    pair.confirm(by=cast.adviser)
    other = cast.classmate.called
    page = client.get(place).content.decode()
    assert "learns together with a classmate: Mathematics" in page
    assert other not in page
    client.post(url("pair-say", pair.pk), form_key() | {"said": "yes"})
    assert other not in client.get(place).content.decode()
    as_(cast.adviser).post(url("pair-asked-helper", pair.pk), form_key() | {"said": "yes"})
    assert f"learns together with {other}" in as_(cast.mother).get(place).content.decode()
    as_(cast.mother).post(url("pair-say", pair.pk), form_key() | {"said": "no"})
    assert other not in as_(cast.mother).get(place).content.decode()
    pair.refresh_from_db()
    (seen,) = together_of(cast.classmate)
    assert seen.other == "a classmate"


def test_who_is_not_its_family_cannot_answer_for_it(cast, as_, pair):
    pair.confirm(by=cast.adviser)
    assert as_(cast.other_counselor).get(url("pair-say", pair.pk)).status_code == 404
    assert as_(cast.adviser).get(url("pair-say", pair.pk)).status_code == 403


def test_who_does_not_decide_for_the_child_says_nothing_of_its_name(cast, as_, pair):
    pair.confirm(by=cast.adviser)
    aunt = make_guardian(cast.child, "Lin Mei", relation="aunt", legal_guardian=False)
    page = as_(aunt).get(url("pair-family", cast.child.pk))
    assert url("pair-say", pair.pk) not in page.content.decode()
    answer = as_(aunt).post(url("pair-say", pair.pk), form_key() | {"said": "yes"})
    assert answer.status_code == 403
    pair.refresh_from_db()
    assert pair.helped_agreed is None
