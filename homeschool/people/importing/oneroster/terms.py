"""The terms that a package names: made, and moved with the file; never taken away."""

import datetime as dt

from homeschool.people.importing.changes import CHANGED, NEW, SAME, TERMS
from homeschool.people.models import RosterKey, Term

from .orgs import is_active, is_code
from .wording import free_code

# What counts as a term: the first of these that the package has.
TYPES = ("term", "semester", "schoolYear")
FILE = "academicSessions"


class Terms:
    """What becomes of the school's terms."""

    def __init__(self, plan):
        self.plan = plan
        self.standing = list(Term.objects.filter(school=plan.school))
        self.by_pk = {term.pk: term for term in self.standing}
        self.known = plan.remembered(RosterKey.Kind.TERM)
        self.new, self.changed, self.keys, self.taken = [], [], {}, set()
        self.before = {}
        self.named: dict = {}
        rows = plan.small_rows(FILE)
        self.sourced_ids = {session["sourcedId"] for _row, session in rows}
        self.own = plan.own_rows(Term, self.sourced_ids)
        for row, session in self._chosen(rows):
            self._settle(row, session)
        for row, term in self.named.values():
            self._refuse_overlap(row, term)

    def _chosen(self, rows):
        rows = [(row, session) for row, session in rows if is_active(session["status"])]
        types = {session["type"] for _row, session in rows}
        kind = next((kind for kind in TYPES if kind in types), None)
        if self.plan.modes[FILE] == "delta" and kind != TYPES[0] and self.known:
            return [(row, session) for row, session in rows if session["sourcedId"] in self.known]
        return [(row, session) for row, session in rows if session["type"] == kind]

    def _settle(self, row, session):
        sid, days = session["sourcedId"], (session["startDate"], session["endDate"])
        term = self._find(row, sid, days)
        if term is False:
            return
        if term is None:
            codes = {other.code for other in [*self.standing, *self.new]}
            code = sid if is_code(sid) and sid not in codes else free_code(sid, codes)
            term = Term(school=self.plan.school, code=code)
            self.new.append(term)
            self._set(term, session)
            self.plan.note(TERMS, NEW, FILE, row, term.name, [["days", "", _days(term)]])
        else:
            self._compare(row, term, session)
        self.taken.add(term.pk)
        self.keys[sid] = term.pk
        self.named[sid] = row, term

    def _find(self, row, sid, days):
        """Return the school's term, None for a new one, False where the row is refused."""
        uid, school = self.own.get(sid, (None, self.plan.school.pk))
        if school != self.plan.school.pk:
            self.plan.refuse("elsewhere", FILE, row, "sourcedId", "", sid)
            return False
        wanted = (
            lambda term: term.pk == self.known.get(sid),
            lambda term: term.pk == uid,
            lambda term: term.code == sid,
            lambda term: (term.start, term.end) == days,
        )
        free = [term for term in self.standing if term.pk not in self.taken]
        return next((term for test in wanted for term in free if test(term)), None)

    @staticmethod
    def _set(term, session):
        term.name, term.start, term.end = session["title"], session["startDate"], session["endDate"]

    def _compare(self, row, term, session):
        before, days = {n: getattr(term, n) for n in ("name", "start", "end")}, _days(term)
        self._set(term, session)
        fields = [
            [label, old, new]
            for label, old, new in (
                ("name", before["name"], term.name),
                ("days", days, _days(term)),
            )
            if old != new
        ]
        if fields:
            self.before[term] = before
            self.changed.append(term)
        self.plan.note(TERMS, CHANGED if fields else SAME, FILE, row, term.name, fields)

    def _refuse_overlap(self, row, term):
        for other in [*self.standing, *self.new]:
            if other.pk != term.pk and other.start < term.end and term.start < other.end:
                expected = f"{other.name}: {_days(other)}"
                self.plan.refuse("overlap", FILE, row, "startDate", expected, _days(term))
                return

    def write(self):
        """Write them; days that pass from one term to another are set aside first."""
        far = dt.date(9000, 1, 1)
        for number, term in enumerate(self.changed):
            start = far + dt.timedelta(days=2 * number)
            aside = {"start": start, "end": start + dt.timedelta(days=1)}
            Term.objects.filter(pk=term.pk).update(**aside)
        Term.objects.bulk_update(self.changed, ["name", "start", "end"])
        Term.objects.bulk_create(self.new)


def _days(term):
    return f"{term.start} – {term.end}"
