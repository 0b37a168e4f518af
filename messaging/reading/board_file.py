"""The board as a file: one line for each child and person, no cell of it a formula."""

import csv

from django.db import connection
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from homeschool.sheets import harmless
from messaging.models import Telling

from .announcement_letters import language_name
from .board import facts_of

MOST_ROWS = 20_000

_ROWS = f"""
    SELECT s.full_name, coalesce(c.name, ''), u.full_name, p.language, p.reached, p.waiting,
        p.read_at, p.acknowledged_at, p.signed, p.person, child.student
    FROM child
    JOIN people_student AS s ON s.id = child.student
    LEFT JOIN people_schoolclass AS c ON c.id = child.class
    LEFT JOIN pair AS p ON p.student = child.student
    LEFT JOIN people_user AS u ON u.id = p.person
    ORDER BY c.name, s.sort_key, s.id, u.sort_key, u.id
    LIMIT {MOST_ROWS}
"""  # noqa: S608 - a number of this module


def rows_of(board):
    """Return the lines of the file, heading first, by the clock and language that hold now."""
    head = [
        _("Child"), _("Class"), _("Person"), _("Language"), _("Reached"), _("Read"),
        _("Confirmed or signed"), _("Signed as"), _("Told by the school"),
    ]  # fmt: skip
    facts = facts_of(board.told)
    if facts is None:
        return [head]
    with connection.cursor() as cursor:
        cursor.execute(facts[0] + _ROWS, facts[1])
        found = cursor.fetchall()
    told = Telling.objects.filter(announcement=board.announcement, done_at__isnull=False)
    told = list(told.select_related("done_by"))
    people = {row.person_id: row for row in told if row.person_id}
    children = {row.student_id: row for row in told if row.person_id is None}
    return [head, *(_line(row, people.get(row[9]) or children.get(row[10])) for row in found)]


def _line(row, telling):
    child, name, person, language, reached, waiting, read, confirmed, signed, *_keys = row
    state = _("yes") if reached else _("on its way") if waiting else _("no")
    return [
        child, name, person or _("nobody"), language_name(language) if language else "",
        _("yes") if telling and not person else state, _day(read), _day(confirmed),
        signed or "", _spoken(telling),
    ]  # fmt: skip


def _written(at):
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M") if at else ""


def _day(at):
    """Write the day alone: nobody learns at which hour of the night somebody read."""
    return timezone.localtime(at).strftime("%Y-%m-%d") if at else ""


def _spoken(telling):
    if telling is None:
        return ""
    how = telling.get_how_display()
    return f"{how}, {telling.done_by.called}, {_written(telling.done_at)}"


def sheet(rows, name):
    """Return the answer that is kept as the CSV `name`, in the encoding that spreadsheets open rightly."""
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    writer = csv.writer(response)
    for row in rows:
        writer.writerow([harmless(str(cell)) for cell in row])
    return response
