"""What stands in the portal of the visits that a sheet names, to be compared with the sheet."""

from homeschool import names
from visits.models import Participant, Promise, Visit, VisitChild, Visitor

# Where the answers of the sheet stand on the visit.
TEXTS = {
    "wishes": "hopes",
    "difficulties": "situation",
    "policies": "explained",
    "shared_summary": "shared_summary",
    "staff_note": "staff_note",
}
MANY = (
    "student_number",
    "visitors",
    "aspects",
    "persons_met",
    "promises_school",
    "promises_family",
)
SIDES = {Promise.Side.SCHOOL: "promises_school", Promise.Side.FAMILY: "promises_family"}


def standing(ids, zone):
    """Return {id: {column: what stands}} of those of these visits that stand (seven queries, one
    where none does)."""
    rows = (
        Visit.objects.filter(pk__in=ids)
        .order_by()
        .values("pk", "happened_at", "ended_at", "mode", "region", *TEXTS.values())
    )
    found = {row["pk"]: _told(row, zone) for row in rows}
    if found:
        for column, parts in _parts(found):
            for pk, *part in parts:
                found[pk][column].append(part[0] if len(part) == 1 else tuple(part))
    return found


def _told(row, zone):
    begun, ended = row["happened_at"], row["ended_at"]
    told = {column: row[name] for column, name in TEXTS.items()} | {column: [] for column in MANY}
    return told | {
        "happened_on": begun and begun.astimezone(zone).date(),
        "minutes": ended and round((ended - begun).total_seconds() / 60),
        "mode": row["mode"],
        "region": row["region"],
    }


def _parts(ids):
    """Yield (column, [(visit, …)]) of what belongs to these visits."""
    yield "student_number", _rows(VisitChild, ids, "student")
    yield "visitors", _rows(Visitor, ids, "user")
    yield (
        "aspects",
        Visit.objects.filter(pk__in=ids)
        .exclude(aspects=None)
        .order_by()
        .values_list("pk", "aspects__code"),
    )
    yield "persons_met", [(pk, names.plain(name)) for pk, name in _rows(Participant, ids, "name")]
    for side, column in SIDES.items():
        yield column, _rows(Promise, ids, "student", "what", side=side)


def _rows(model, ids, *columns, **which):
    return model.objects.filter(visit__in=ids, **which).order_by().values_list("visit", *columns)


def difference(past, stands, regions):
    """Return the first column in which a visit of the sheet differs from what stands, or None."""
    region = stands.pop("region")
    if not regions.is_at(region, past.said("region")):
        return "region"
    said = _content(past)
    return next((c for c in said if _plainly(said[c]) != _plainly(stands[c])), None)


def _content(past):
    """Return {column: what the sheet says}, in the order in which a difference is told."""
    said = {"student_number": [line.student for line in past.lines]}
    said |= {c: past.said(c) for c in ("happened_on", "mode", "minutes")}
    said |= {c: past.said(c) or () for c in ("visitors", "aspects")}
    said["persons_met"] = [names.plain(name) for name, _relation in past.persons_met]
    for column in SIDES.values():
        said[column] = [
            (line.student, what) for line in past.lines for what in getattr(line, column)
        ]
    return said | {column: past.said(column) or "" for column in TEXTS}


def _plainly(value):
    return sorted(map(str, value)) if isinstance(value, (list, tuple)) else value
