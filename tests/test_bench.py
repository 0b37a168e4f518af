"""The bench in small: the table, the JSON and the page come out, and the goals are judged. How quick
anything is says the bench itself, never a test."""

import json
import os
import subprocess
import sys

import pytest

from homeschool.bench import lines
from homeschool.bench.data import World, adults_of
from homeschool.bench.harness import Line, Rounds, judge, table
from homeschool.processes import clean_environment
from homeschool.services import ROOT, URLS

SMALL = ("--students", "400", "--rounds", "2", "--times", "2")
LINES = ("progress", "search", "queries", "tenfold-children", "report")


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """One run on a tiny school: (what it printed, the JSON, the page)."""
    folder = tmp_path_factory.mktemp("bench")
    out = ("--json", str(folder / "bench.json"), "--out", str(folder / "bench.md"))
    servers = {name: os.environ[name] for name in URLS if name in os.environ}
    done = subprocess.run(
        [sys.executable, "manage.py", "bench", *LINES, *SMALL, *out],
        cwd=ROOT, env=clean_environment() | servers, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads((folder / "bench.json").read_text(encoding="utf-8"))
    return done.stdout, told, (folder / "bench.md").read_text(encoding="utf-8")


def test_it_prints_a_row_for_each_line(run):
    printed, told, _page = run
    for row in told["lines"]:
        assert row["what"] in printed
    assert {row["name"] for row in told["lines"]} == {
        "progress", "search", "queries", "queries-hours", "queries-messages", "queries-plans", "queries-progress", "queries-sessions", "tenfold-children",
        "report",
    }  # fmt: skip


def test_it_measures_each_page_against_a_floor(run):
    _printed, told, _page = run
    progress = next(row for row in told["lines"] if row["name"] == "progress")
    assert progress["floor"] > 0
    assert progress["least"] <= progress["ratio"] <= progress["most"]
    assert (progress["goal"], progress["stretch"]) == (2.2, 1.8)


def test_it_finds_as_many_queries_at_both_sizes(run):
    _printed, told, _page = run
    for row in told["lines"]:
        if row["unit"] == "queries":
            assert row["passed"], row["notes"]


def test_it_writes_a_page_that_names_no_machine(run):
    _printed, told, page = run
    assert f"{told['cores']} cores" in page
    assert "## What falls short" in page
    for secret in (str(ROOT), os.uname().nodename, "127.0.0.1"):
        assert secret not in page


def test_it_names_each_line_once():
    assert len({line.name for line in lines.LINES}) == len(lines.LINES)


@pytest.mark.parametrize(
    ("goal", "more", "pairs", "passed"),
    [
        (2.2, {}, [(4, 2), (5, 2), (4, 2)], True),
        (2.2, {}, [(5, 2), (5, 2), (4, 2)], False),
        (0.9, {"at_least": True}, [(8, 10)], False),
        (90, {"absolute": True}, [(80, 2)], True),
        (8, {"absolute": True}, [(9, None)], False),
    ],
)
def test_it_judges_by_the_median_of_the_ratios(goal, more, pairs, passed):
    line = Line("x", "what", "floor", goal, lambda stage: None, **more)
    verdict = judge(line, Rounds(pairs))
    assert verdict.passed is passed
    assert ("pass" if passed else "short") in table([verdict])[1]


def test_it_is_short_where_something_else_does_not_hold():
    line = Line("x", "what", "", 8, lambda stage: None, absolute=True)
    assert not judge(line, Rounds([(8, None)], holds=False)).passed


def test_it_makes_seven_guardians_for_four_children():
    world = World(20_000)
    assert world.adults == 35_000
    assert sorted({adult for n in range(20) for adult in adults_of(n)}) == list(range(35))
