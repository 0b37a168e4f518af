"""The public version: nobody can work a hidden small group out from what is shown."""

import itertools

import pytest
from hypothesis import given, settings, strategies as st

from homeschool.reports.term.hiding import Hiding, Sum, public, sums
from homeschool.reports.term.measures import MEASURES, Figure

SMALLEST = 10
ON_ROLL, REACHED = "students_on_roll", "students_reached"
IN_PERSON, ONLINE = "students_reached_in_person", "students_reached_online"


def figures_of(divisions):
    """Return the figures of a school: a division is (online, in person, not reached)."""
    counted, totals = {}, {}
    for number, (online, in_person, others) in enumerate(divisions):
        reached = online + in_person
        found = {ON_ROLL: reached + others, REACHED: reached, IN_PERSON: in_person, ONLINE: online}
        for measure, value in found.items():
            counted[measure, f"division=d{number}"] = value
            totals[measure] = totals.get(measure, 0) + value
    counted |= {(measure, ""): value for measure, value in totals.items()}
    return [
        Figure(measure, breakdown, value, counted[ON_ROLL, "" if measure == ON_ROLL else breakdown])
        for (measure, breakdown), value in counted.items()
    ]


def shown_by(figures):
    return {(f.measure, f.breakdown): f.value for f in figures}


schools = st.lists(
    st.tuples(*[st.integers(0, 40) | st.integers(0, 12)] * 3), min_size=1, max_size=6
)


@settings(max_examples=200, deadline=None)
@given(schools)
def test_no_small_group_is_shown(divisions):
    for figure in public(figures_of(divisions), SMALLEST):
        assert figure.value is None or figure.value == 0 or figure.value >= SMALLEST
        assert figure.suppressed == (figure.value is None)
        assert figure.n is None or figure.n == 0 or figure.n >= SMALLEST


@settings(max_examples=200, deadline=None)
@given(schools)
def test_what_is_shown_is_true(divisions):
    figures = figures_of(divisions)
    true = shown_by(figures)
    for place, value in shown_by(public(figures, SMALLEST)).items():
        assert value is None or value == true[place]


def readings(divisions, shown):
    """Yield every reading of the hidden numbers of a small school that fits all that is shown."""
    top = max(sum(division) for division in divisions) + 2
    fits = []
    for number in range(len(divisions)):
        part = f"division=d{number}"
        fits.append(
            [
                (online, in_person, others)
                for online, in_person, others in itertools.product(range(top), repeat=3)
                if agrees(online, in_person, others, part, shown)
            ]
        )
    for reading in itertools.product(*fits):
        if agrees(*map(sum, zip(*reading, strict=True)), "", shown):
            yield reading


def agrees(online, in_person, others, part, shown):
    reached = online + in_person
    found = {ON_ROLL: reached + others, REACHED: reached, IN_PERSON: in_person, ONLINE: online}
    return all(shown[measure, part] in (None, value) for measure, value in found.items())


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(*[st.integers(0, 7)] * 3), min_size=2, max_size=2))
def test_every_small_group_could_be_another_number(divisions):
    """By trying all readings, not by the algebra that hid the numbers."""
    shown = shown_by(public(figures_of(divisions), 3))
    found: dict = {}
    for reading in readings(divisions, shown):
        for number, cells in enumerate(reading):
            for cell, value in enumerate(cells):
                found.setdefault((number, cell), set()).add(value)
    for (number, cell), values in found.items():
        if 0 < divisions[number][cell] < 3:
            assert len(values) > 1, (number, cell, values)


def test_a_total_does_not_give_the_only_hidden_part_away():
    figures = figures_of([(40, 3, 0), (50, 20, 0), (60, 30, 0)])
    shown = shown_by(public(figures, SMALLEST))
    hidden = [
        part for (measure, part), value in shown.items() if measure == IN_PERSON and value is None
    ]
    assert "division=d0" in hidden
    assert len(hidden) > 1


def test_those_who_were_not_reached_are_a_group_too():
    shown = shown_by(public(figures_of([(30, 30, 4), (40, 40, 20)]), SMALLEST))
    assert shown[ON_ROLL, "division=d0"] is None or shown[REACHED, "division=d0"] is None


def test_hidden_groups_that_are_few_together_take_another_one_along():
    values = {("visits_held", "", ""): 50} | {
        ("visits_held", "mode", mode): value
        for mode, value in {"home": 3, "school": 4, "video": 20, "phone": 23}.items()
    }
    hidden = Hiding(values, list(sums(values)), SMALLEST).hidden
    assert hidden == {("visits_held", "mode", m) for m in ("home", "school", "video")}


def test_a_group_of_nobody_is_shown_and_large_ones_stay():
    figures = figures_of([(40, 20, 15), (50, 0, 25)])
    assert shown_by(public(figures, SMALLEST)) == shown_by(figures)


def test_places_and_classes_are_no_groups_of_people():
    figures = [Figure("cities_visited", "", 2, 40), Figure("classes", "", 4, 4)]
    assert [f.value for f in public(figures, SMALLEST)] == [2, 4]


@pytest.mark.parametrize("kind", ["class=3b", "region=A/B"])
def test_it_has_no_tables_by_class_and_area(kind):
    assert public([Figure(REACHED, kind, 30, 40)], SMALLEST) == []


def test_a_number_behind_two_sums_is_found_out():
    """a + b = 30 and a - b = 4 give both, though neither line names one hidden number alone."""
    cells = {(name, "", ""): value for name, value in {"a": 17, "b": 13, "c": 30, "d": 4}.items()}
    a, b, c, d = cells
    hiding = Hiding(cells | {}, [], SMALLEST)
    hiding.sums, hiding.hidden = [Sum(c, [a, b]), Sum(a, [b, d])], {a, b}
    assert hiding.known() == {a, b}


def test_every_measure_knows_what_it_is_of():
    for measure in MEASURES.values():
        assert measure.of in MEASURES


def offers_of(accepted, other, declined, unanswered):
    """Return the figures of offers with these answers."""
    answered = accepted + other + declined
    sent = answered + unanswered
    found = {
        "offers_sent": sent, "offers_answered": answered, "offers_accepted": accepted,
        "offers_other_time": other, "offers_declined": declined, "offers_unanswered": unanswered,
    }  # fmt: skip
    return [Figure(measure, "", value, sent) for measure, value in found.items()]


@settings(max_examples=100, deadline=None)
@given(st.tuples(*[st.integers(0, 40) | st.integers(0, 12)] * 4))
def test_small_answers_do_not_follow_from_the_others(numbers):
    """What is shown is true, no small group stands there, and none is what is left of a sum."""
    figures = offers_of(*numbers)
    true, shown = shown_by(figures), shown_by(public(figures, SMALLEST))
    assert all(value in (None, true[place]) for place, value in shown.items())
    assert all(not value or value >= SMALLEST for value in shown.values())
    answers = ("offers_accepted", "offers_other_time", "offers_declined")
    for whole, parts in (
        ("offers_answered", answers),
        ("offers_sent", ("offers_answered", "offers_unanswered")),
    ):
        hidden = [part for part in parts if shown[part, ""] is None]
        if shown[whole, ""] is not None and len(hidden) == 1:
            assert true[hidden[0], ""] == 0 or true[hidden[0], ""] >= SMALLEST


def test_a_campaign_is_no_part_of_a_whole():
    """Two campaigns that met the same children are not added up."""
    figures = [
        Figure("campaign_targets", f"campaign={name}", 60, 60) for name in ("Autumn", "Winter")
    ] + [
        Figure("campaign_met", f"campaign={name}", met, 60)
        for name, met in (("Autumn", 3), ("Winter", 30))
    ]
    shown = shown_by(public(figures, SMALLEST))
    assert shown["campaign_met", "campaign=Autumn"] is None
    assert shown["campaign_met", "campaign=Winter"] == 30


def test_a_median_goes_with_those_of_whom_it_is():
    figures = [
        Figure("visits_held", "", 40, 40), Figure("visits_logged", "", 4, 40),
        Figure("days_to_log", "", 2.5, 4), Figure("days_to_log", "division=a", 2.5, 4),
    ]  # fmt: skip
    shown = shown_by(public(figures, SMALLEST))
    assert shown["days_to_log", ""] is None
    assert ("days_to_log", "division=a") not in shown
