"""The sheets of a term report: each one table, drawn alike on the page and in the workbook."""

from dataclasses import dataclass

from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from .measures import ASPECT, BREAKDOWNS, CLASS, DIVISION, MEASURES, MODE, REGION, SIDE
from .report import Snapshot


@dataclass(frozen=True)
class Sheet:
    """One table: a row for each part of each of `kinds`, a column for each of `measures`.

    `share` is a column more, what the measure is of its `n`.
    """

    code: str
    title: Lazy
    measures: tuple
    kinds: tuple
    share: str = ""

    def columns(self, *, short=False):
        """Return the headings of the numbers: what is counted, or `short` words for a narrow page."""
        found = [MEASURES[code] for code in self.measures]
        words = [measure.heading if short else measure.words for measure in found]
        return [*words, pgettext_lazy("part of a whole", "Share")] if self.share else words

    def rows(self, snapshot):
        """Yield a Row for each part of the snapshot of which this sheet says something."""
        for kind in ("", *self.kinds):
            for key in _keys(snapshot, self.measures, kind):
                cells = [snapshot.by_place.get((code, kind, key)) for code in self.measures]
                if any(cells):
                    yield Row(snapshot, kind, key, cells, self._shared(snapshot, kind, key))

    def _shared(self, snapshot, kind, key):
        return (snapshot.by_place.get((self.share, kind, key)),) if self.share else ()


@dataclass(frozen=True)
class Row:
    """One part of the school: `cells` are Figures, None where nothing is counted; `share` is ()
    or holds the Figure whose share is told."""

    snapshot: Snapshot
    kind: str
    key: str
    cells: list
    share: tuple

    @property
    def level(self):
        """What kind of part it is, in words."""
        return BREAKDOWNS[self.kind]

    @property
    def name(self):
        """The name of the part; of the whole, the school's."""
        return (
            self.snapshot.name(self.kind, self.key)
            if self.kind
            else self.snapshot.data["school"]["name"]
        )

    @property
    def within(self):
        """The division of a class, else nothing."""
        return self.snapshot.division_of(self.key) if self.kind == CLASS else ""


def _keys(snapshot, measures, kind):
    """Return the parts that one of the measures is counted by, in order, each once."""
    keys = (f.key for f in snapshot.figures if f.measure in measures and f.kind == kind)
    return list(dict.fromkeys(keys))


SHEETS = {
    sheet.code: sheet
    for sheet in (
        Sheet(
            "reach", _("Reach"),
            ("students_on_roll", "students_reached", "students_reached_in_person", "students_reached_online"),
            (DIVISION, CLASS, MODE, ASPECT, REGION), share="students_reached",
        ),
        Sheet(
            "visits", _("Visits"),
            ("visits_held", "households_visited", "visits_nobody_home", "visits_declined",
             "regions_visited", "cities_visited"),
            (MODE, ASPECT, DIVISION, CLASS, REGION),
        ),
        Sheet(
            "meetings", _("Parent meetings"),
            ("meetings_held", "classes", "classes_with_meeting"),
            (DIVISION, CLASS), share="classes_with_meeting",
        ),
        Sheet(
            "promises", _("Promises"),
            ("promises_made", "promises_kept"),
            (SIDE, DIVISION, CLASS), share="promises_kept",
        ),
        Sheet(
            "confirmations", _("Confirmations"),
            ("summaries_sent", "summaries_confirmed"),
            (DIVISION, CLASS), share="summaries_confirmed",
        ),
    )
}  # fmt: skip
