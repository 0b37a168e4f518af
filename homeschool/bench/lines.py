"""What is measured, against what, and the goal of each."""

from dataclasses import replace
from functools import partial
from urllib.parse import quote

from django.urls import reverse

from homeschool.bench import fanout, heavy, hours, letters, messages, rosters
from homeschool.bench.crowd import answers_a_second
from homeschool.bench.data import uid
from homeschool.bench.harness import Line, Rounds, in_turn
from homeschool.bench.stage import LARGE, SMALL
from visits.reading.offers import offer_token

FLOOR = "a view with session, user and one query by key, same server, same person"
LOOKUP = "an ordinary page of the portal that shows one child found by its key"
# What people type: two letters, a name, a part of it in pinyin, two words, a number.
TYPED = ("lx", "林小", "xiaoyu", "ruiz ma", "B0001")
LIVE = {"HX-Request": "true"}


def pages():
    """Return {name: (who, path, headers)} of every page whose queries are counted."""
    child = uid("student", 0)
    found = reverse("people:child-list")
    board = reverse("visits:campaign-board", args=[uid("campaign")])
    return {
        "progress": ("mother", reverse("reports:progress", args=[child]), {}),
        "progress for staff": ("adviser", reverse("reports:progress", args=[child]), {}),
        "today": ("counselor", reverse("reports:today"), {}),
        "today of a leader": ("leader", reverse("reports:today"), {}),
        "children": ("admin", found, {}),
        "children of a counselor": ("counselor", found, {}),
        "search": ("admin", f"{found}?q=lx", LIVE),
        "child": ("counselor", reverse("people:child-detail", args=[child]), {}),
        "child for the family": ("mother", reverse("people:child-detail", args=[child]), {}),
        "visits": ("counselor", reverse("visits:visit-list"), {}),
        "meetings": ("leader", reverse("visits:meeting-list"), {}),
        "term report": ("leader", reverse("reports:term-report"), {}),
        "week calendar": ("leader", reverse("counseling:session-week"), {}),
        "attendance sheet": (
            "leader",
            reverse("counseling:attendance-sheet", args=[uid("group", "sheet")]),
            {},
        ),
        "hours report": ("leader", f"{reverse('reports:term-report')}?sheet=hours", {}),
        "campaign board": ("leader", board, {}),
        "campaign board of a counselor": ("counselor", board, {}),
        "campaign board by class": ("leader", f"{board}?by=class", {}),
        "offers": ("counselor", reverse("visits:round-list"), {}),
        "an offer": ("mother", _link(uid("offer", 0, 0)), {}),
        "needs": ("counselor", reverse("visits:need-list"), {}),
        "needs of a leader": ("leader", reverse("visits:need-list"), {}),
        "plan": ("counselor", reverse("counseling:plan-detail", args=[uid("a plan", 0)]), {}),
        "plans of a leader": ("leader", f"{reverse('counseling:plan-list')}?whose=all", {}),
        "board of reviews": ("leader", reverse("counseling:board"), {}),
        "inbox": ("leader", reverse("messaging:thread-list"), {}),
        "inbox of a counselor": ("counselor", reverse("messaging:thread-list"), {}),
        "thread": ("leader", thread("long", 0), {}),
        "short thread": ("leader", thread("short", 1), {}),
        "thread for the family": ("mother", thread("long", 0), {}),
        "announcement board": ("leader", announced("many"), {}),
        "board of a few": ("leader", announced("few"), {}),
        "who is next": ("leader", reverse("visits:campaign-next", args=[uid("campaign")]), {}),
    }


def announced(name):
    """Return the address of what became of one of the measured announcements."""
    return reverse("messaging:announcement-board", args=[uid("announcement", name)])


def thread(name, n):
    """Return the address of one of the measured conversations."""
    return reverse("messaging:thread-detail", args=[uid(name, n)])


def _link(offer):
    """Return the address by which the mother answers an offer, without an account."""
    return reverse("visits:offer", args=[offer_token(offer, uid("adult", 0))])


def _floor(stage, who):
    client = stage.client(who)
    path = reverse("bench-floor", args=[uid("student", 0)])
    return lambda: client.get(path)[0]


def _page(stage, name, using=LARGE):
    who, path, headers = pages()[name]
    client = stage.client(who, using)
    return lambda: client.get(path, **headers)[0]


def against_floor(name, stage):
    """Measure a page against the floor."""
    who = pages()[name][0]
    return in_turn(_page(stage, name), _floor(stage, who), rounds=stage.rounds, times=stage.times)


def against_small(name, stage):
    """Measure a page of the large school against the same page of the small one."""
    return in_turn(
        _page(stage, name), _page(stage, name, SMALL), rounds=stage.rounds, times=stage.times
    )


def against(name, other, stage):
    """Measure a page against another page of the same school."""
    return in_turn(_page(stage, name), _page(stage, other), rounds=stage.rounds, times=stage.times)


def search(stage):
    """Measure the live search against a page that looks one child up."""
    client = stage.client("admin")
    texts = iter(TYPED * 10_000)
    found, lookup = reverse("people:child-list"), reverse("bench-lookup", args=[uid("student", 0)])

    def measure():
        return client.get(f"{found}?q={quote(next(texts))}", **LIVE)[0]

    return in_turn(measure, lambda: client.get(lookup)[0], rounds=stage.rounds, times=stage.times)


def crowd(stage):
    """Measure how many pages a second 16 clients get, against 4."""
    who, path, _headers = pages()["progress"]
    clients = [stage.client(who) for _n in range(16)]
    for client in clients:
        client.get(path)
    pairs, errors = [], []
    for _round in range(stage.rounds):
        few, wrong = answers_a_second(clients[:4], path, stage.times / 10)
        many, more = answers_a_second(clients, path, stage.times / 10)
        pairs.append((many, few))
        errors += wrong + more
    notes = [f"{len(errors)} errors", *errors[:3]] if errors else []
    return Rounds(pairs, unit="pages/s", also="no error", holds=not errors, notes=notes)


def queries(names, stage):
    """Count the queries of these pages at both sizes: how many at most, and whether equal."""
    counted, notes = [], []
    for name in names or [name for name in pages() if not name.startswith("progress")]:
        who, path, headers = pages()[name]
        sizes = [LARGE, SMALL] if stage.has_both else [LARGE]
        numbers = []
        for using in sizes:
            client = stage.client(who, using)
            client.get(path, **headers)  # the first page of a session writes the session
            numbers.append(client.queries(path, **headers))
        counted.append(numbers)
        notes.append(f"{name}: " + " / ".join(map(str, numbers)))
    same = all(len(set(numbers)) == 1 for numbers in counted)
    worst = max(number for numbers in counted for number in numbers)
    return Rounds(
        [(worst, None)], unit="queries", also="equal at both sizes", holds=same, notes=notes
    )


TENFOLD = {
    "progress": 1.25,
    "today": 1.25,
    "today of a leader": 1.5,
    "children": 1.25,
    "child": 1.25,
    "visits": 1.25,
    "term report": 1.5,
    "hours report": 1.5,
    "campaign board": 1.5,
    "offers": 1.25,
    "needs": 1.25,
    "needs of a leader": 1.5,
    "board of reviews": 1.25,
    "week calendar": 1.25,
    "attendance sheet": 1.25,
    "inbox": 1.25,
}
# What stands in the way where a goal is not reached, as profiles say.
SHORT = {
    "drain-written": "What the letter says is asked anew for each reader (five queries of the summary) "
    "and written in three templates; leases, right and marks are a statement a letter.",
    "progress": "Above the floor about half of the time is the template with its words (two hundred "
    "values in 24 kB of HTML), a third the page's own four queries, whose SQL and plans are kept.",
    "today": "Eight queries, of which two are planned anew each time since they span days, and thirty "
    "forms and links in 32 kB of HTML.",
    "children": "Half of the time is drawn HTML (fifty rows, the choices of four filters), and at this "
    "size the choices are looked up among five hundred classes.",
    "child": "Nine queries, one of which writes down that the contacts were read, and a page of fifteen parts.",
    "tenfold-today": "The visits of a day and of the week are found by their time among those of the whole "
    "school, then by the children.",
    "tenfold-today-of-a-leader": "A leader's week holds ten times as many visits, and each is counted.",
    "tenfold-children": "The number of children and the classes that may be chosen are counted each time.",
    "tenfold-term-report": "The report is counted anew at each opening, over every visit of the term, and its "
    "statement grows with the rows; each opening counts what its sheet shows, a third of the whole. The "
    "files come from a snapshot, which is counted once.",
    "tenfold-hours-report": "Hours, bands and what is missing are counted anew at each opening, over every mark of "
    "the term; about half of the time is the marks, the rest what is missing of visits and plans.",
    "offer": "Fourteen queries: whose link it is, whether that person may still answer, which times are free.",
    "preview": "Who may be told is read from the view of sight, for every child at once: of its branches "
    "those of staff are read too, and thrown away, since the role is compared above them.",
    "board": "Each person who was told is counted anew at each opening, with its letters: nothing is kept.",
    "needs": "Sight is asked for each need through its visit, kept in confidence or not: the plan has thirty "
    "parts, and writing and planning it takes longer than running it.",
}
_LINES = (
    Line("progress", "progress page, p50", FLOOR, 2.2, partial(against_floor, "progress"), stretch=1.8),
    Line("today", "Today, p50", FLOOR, 3, partial(against_floor, "today")),
    Line("children", "children list, p50", FLOOR, 3, partial(against_floor, "children")),
    Line("child", "child page, p50", FLOOR, 3, partial(against_floor, "child")),
    Line("offer", "answer page of an offer, p50", FLOOR, 3, partial(against_floor, "an offer")),
    Line("offers", "rounds of offers, p50", FLOOR, 4, partial(against_floor, "offers")),
    Line("needs", "needs noted, p50", FLOOR, 4, partial(against_floor, "needs")),
    Line("search", "child search, p50", LOOKUP, 2, search),
    Line(
        "queries-progress", "queries of the progress page", "", 8,
        partial(queries, ["progress", "progress for staff"]), absolute=True,
    ),
    Line(
        "queries-plans", "queries of a plan with 20 goals and 2,000 results, and of the board of reviews",
        "", 12, partial(queries, ["plan", "board of reviews"]), absolute=True,
    ),
    Line(
        "queries-hours", "queries for the hours of 20,000 children with 200,000 marks", "", 8,
        hours.queries, absolute=True,
    ),
    Line(
        "queries-sessions",
        "queries of a week calendar with 500 sessions, and of the attendance of 200 children at 60 sessions",
        "", 12, partial(queries, ["week calendar", "attendance sheet"]), absolute=True,
    ),
    Line(
        "queries-messages",
        "queries of the inbox with 10,000 conversations, of a conversation of 1,000 messages, and of the board "
        "of an announcement to 5,000", "", 12,
        partial(queries, ["inbox", "inbox of a counselor", "thread", "thread for the family", "announcement board"]),
        absolute=True,
    ),
    Line("poll", "the question whether a conversation has something new", "", 1, messages.poll, absolute=True),
    Line("preview", "preview of an announcement to 20,000 guardians", "", messages.PREVIEW_MS, messages.preview, absolute=True),
    Line(
        "thread", "conversation of 1,000 messages, p50", "one of 100 messages", 1.25,
        partial(against, "thread", "short thread"),
    ),
    Line(
        "board", "board of an announcement to 5,000 people, p50", "one to 500 people", 1.25,
        partial(against, "announcement board", "board of a few"),
    ),
    Line("queries", "queries of any other page, at most", "", 16, partial(queries, []), absolute=True),
    *(
        Line(
            f"tenfold-{name.replace(' ', '-')}", f"{name}, p50 at 10 x data", "the same page at 1 x",
            goal, partial(against_small, name), needs_both=True,
        )
        for name, goal in TENFOLD.items()
    ),
    Line(
        "clients", "16 clients on the progress page", "4 clients", 0.9, crowd, at_least=True,
    ),
    Line(
        "report", "term report, snapshot",
        "the same aggregates as plain SQL, for all children, and the bare rules on the goals of plans",
        1.3, heavy.term_report,
    ),
    Line(
        "tenfold-campaign-board-anew", "campaign board after a change: counted anew and kept",
        "its statement, sent by hand", 2, heavy.campaign_count,
    ),
    Line(
        "import", "past visits, two rows a child", "COPY of the rows that it wrote into bare tables",
        90, heavy.visits_import, absolute=True,
    ),
    Line(
        "roster", "roster import 20,000 students", "COPY of the rows that it wrote into bare tables",
        60, rosters.roster_import, absolute=True,
    ),
    Line(
        "expand", "a notice to 100,000 guardians: receipts and deliveries written",
        "two plain INSERT ... SELECT of the same rows", 1.5, fanout.expansion, stretch=1.3,
    ),
    Line(
        "unread", "what somebody has not read, counted among 2,000,000 receipts",
        "one receipt found by its key", 1.5, fanout.unread,
    ),
    Line(
        "drain", "letters to a mail server: leases, the question for the right, words, marks",
        "Django writes and sends the same letters over one connection", 0.8, letters.drain,
        at_least=True,
    ),
    Line(
        "drain-written", "the same letters", "Django sends them over one connection, their words ready",
        0.8, letters.drain_of_written, at_least=True,
    ),
)  # fmt: skip
LINES = tuple(replace(line, short=SHORT.get(line.name, "")) for line in _LINES)
