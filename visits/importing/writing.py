"""Past visits as rows: made in batches, and put into their tables by COPY.

A held visit takes no further parts: the database refuses them. So the visits of a batch are
written as under way, then their parts, and then they are held.
"""

import contextlib
import datetime as dt
import io
import json

from django.db import connection, models
from django.utils import timezone

from homeschool import names
from homeschool.journal.models import Entry
from homeschool.people.importing.words import relation_of
from homeschool.people.models import Guardianship, Household
from visits.models import Aspect, Participant, Promise, Summary, Visit, VisitChild, Visitor

from .standing import TEXTS

BATCH = 2000  # visits
# What a day says of the hour; nothing, so the middle of the day stands for it.
NOON = dt.time(12)
# What is written with a visit.
PARTS = (VisitChild, Visitor, Participant, Promise, Summary, Visit.aspects.through, Entry)
_ESCAPES = str.maketrans({"\\": r"\\", "\n": r"\n", "\r": r"\r", "\t": r"\t"})


def copy(model, rows):
    """Put rows, as dicts by attribute, into the table of a model; what a row does not say takes the
    field's default, a numbered key is left to the table."""
    fields = [f for f in model._meta.concrete_fields if not isinstance(f, models.AutoField)]
    quote = connection.ops.quote_name
    columns = ", ".join(quote(field.column) for field in fields)
    attributes = [(field.attname, field.get_default) for field in fields]
    text = io.StringIO()
    for row in rows:
        cells = [_text(row[name] if name in row else default()) for name, default in attributes]
        text.write("\t".join(cells) + "\n")
    text.seek(0)
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {quote(model._meta.db_table)} ({columns}) FROM STDIN", text)


def _text(value):
    """Return a value as COPY reads it in its text format."""
    if isinstance(value, str):
        return value.translate(_ESCAPES)
    if value is None:
        return r"\N"
    if isinstance(value, list):  # of codes
        return "{" + ",".join(value) + "}"
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False).translate(_ESCAPES)
    return str(value)


@contextlib.contextmanager
def checking_at_once():
    """Let the foreign keys of what is written be checked by each statement, not at the very end.

    While checks wait, a row that fires a trigger takes the longer the more of them there are:
    1.2 ms at 200,000, on PostgreSQL 18. 40,000 visits took seven minutes.
    """
    tables = [connection.ops.quote_name(model._meta.db_table) for model in (*PARTS, Visit)]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE contype = 'f' AND condeferrable"
            " AND conrelid = ANY (%s::regclass[])",
            [tables],
        )
        keys = ", ".join(connection.ops.quote_name(name) for (name,) in cursor)
        cursor.execute(f"SET CONSTRAINTS {keys} IMMEDIATE")
        yield
        cursor.execute(f"SET CONSTRAINTS {keys} DEFERRED")


class Writer:
    """Writes batches of new visits, recorded by `by`, else by the first visitor of each."""

    def __init__(self, visits, *, by):
        self.visits, self.school, self.by = visits, visits.school, by
        self.now = timezone.now()
        Aspect.objects.ship_to(self.school)
        self.aspects = dict(Aspect.objects.filter(school=self.school).values_list("code", "pk"))
        self.names = dict(visits.known.students.values())

    def write(self, pasts):
        """Write the rows of these visits: three queries, and one COPY for each table."""
        children = [line.student for past in pasts for line in past.lines]
        self.homes, self.ties = self._homes(children), self._ties(children)
        self.parts = {model: [] for model in PARTS}
        copy(Visit, [self._visit(past) for past in pasts])
        for model, parts in self.parts.items():
            copy(model, parts)
        Visit.objects.filter(pk__in=[past.id for past in pasts]).update(status=Visit.Status.HELD)

    def _homes(self, children):
        """Return {child: [its homes]}."""
        links = Household.students.through.objects.filter(
            student__in=children, household__school=self.school
        )
        found = {}
        for child, home in links.values_list("student", "household"):
            found.setdefault(child, []).append(home)
        return found

    def _ties(self, children):
        """Return {child: {plain name: {guardian: relation}}} of all who look or looked after it."""
        rows = (
            Guardianship.objects.filter(student__in=children)
            .order_by("since")
            .values_list("student", "guardian", "guardian__full_name", "relation", "relation_said")
        )
        found = {}
        for child, guardian, name, relation, said in rows:
            namesakes = found.setdefault(child, {}).setdefault(names.plain(name), {})
            namesakes[guardian] = said or relation
        return found

    # --- one visit ----------------------------------------------------------------------------------
    def _visit(self, past):
        said, visitors = past.said, past.said("visitors")
        begun, ended = self._times(said("happened_on"), said("minutes"))
        place = said("region")
        texts = {name: said(column) or "" for column, name in TEXTS.items()}
        visit = texts | {
            "id": past.id,
            "school_id": self.school.pk,
            "household_id": self._home(past),
            "status": Visit.Status.UNDER_WAY,
            "source": Visit.Source.IMPORTED,
            "mode": said("mode"),
            "region_id": place and self.visits.regions.find(place),
            "happened_at": begun,
            "ended_at": ended,
            "recorded_at": self.now,
            "received_at": self.now,
            "recorded_by_id": self.by.pk if self.by else visitors[0],
        }
        self._take_parts(past, visitors)
        if texts["shared_summary"]:
            self.parts[Summary].append(self._summary(past, texts, visit["recorded_by_id"]))
        return visit

    def _times(self, day, minutes):
        """Return when a visit of that day began and ended: at noon, today early enough to be over."""
        noon = dt.datetime.combine(day, NOON, self.visits.zone)
        length = dt.timedelta(minutes=minutes or 0)
        midnight = dt.datetime.combine(day, dt.time(), self.visits.zone)
        begun = noon if noon + length <= self.now else max(midnight, self.now - length)
        return begun, begun + length if minutes else None

    def _home(self, past):
        """Return the home that was visited, where every child of the visit has this one alone."""
        if past.said("mode") != Visit.Mode.HOME:
            return None
        homes = {tuple(self.homes.get(line.student, ())) for line in past.lines}
        home = next(iter(homes))
        return home[0] if len(homes) == 1 and len(home) == 1 else None

    def _take_parts(self, past, visitors):
        take, visit = self.parts, {"visit_id": past.id}
        take[Visitor] += [visit | {"user_id": user} for user in visitors]
        take[Participant] += [visit | self._person(past, *person) for person in past.persons_met]
        take[Visit.aspects.through] += [
            visit | {"aspect_id": self.aspects[code]} for code in past.said("aspects") or ()
        ]
        for line in past.lines:
            about = visit | {"student_id": line.student}
            take[VisitChild].append(about)
            take[Promise] += [
                about | {"side": Promise.Side.SCHOOL, "owner_id": visitors[0], "what": what}
                for what in line.promises_school
            ]
            take[Promise] += [
                about | {"side": Promise.Side.FAMILY, "what": what} for what in line.promises_family
            ]
            take[Entry].append(self._entry(past, line))

    def _person(self, past, name, relation):
        """Return somebody who was there: a guardian or a child of the visit, where one alone is
        called so."""
        plain = names.plain(name)
        found = {}
        for line in past.lines:
            found |= self.ties.get(line.student, {}).get(plain, {})
        children = [
            line.student for line in past.lines if names.plain(self.names[line.student]) == plain
        ]
        code, as_said = relation_of(relation) if relation else ("", "")
        person = {"name": name, "relation": as_said or code}
        if len(found) == 1:
            [(guardian, known)] = found.items()
            return person | {"guardian_id": guardian, "relation": person["relation"] or known}
        return person | {"student_id": children[0] if not found and len(children) == 1 else None}

    def _summary(self, past, texts, published_by):
        """Return what the family reads on its page; nobody is told of it."""
        lines = [VisitChild(student_id=line.student) for line in past.lines]
        return {
            "visit_id": past.id,
            "body": Visit(**texts).shared_body(lines),
            "published_at": self.now,
            "published_by_id": published_by,
        }

    def _entry(self, past, line):
        return {
            "kind": Entry.Kind.CHANGED,
            "verb": "visit.imported",
            "actor_id": self.by and self.by.pk,
            "student_id": line.student,
            "school_id": self.school.pk,
            "about_type": Visit._meta.label_lower,
            "about_id": past.id,
            "at": self.now,
        }
