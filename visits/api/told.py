"""One visit in plain words, as staff or as the family may read it: the rules of the pages.

Both return the same keys; what is not for the reader is None, or an empty list.
"""

from django.db.models import Q

from visits.models import Addendum
from visits.models.record import OF_THE_HOME
from visits.reading import Record

NOT_FOR_FAMILIES = dict.fromkeys(
    (
        "purpose", "planned_at", "ended_at", "visitors", "aspects", "language_spoken",
        "interpreter", "recorded_at", "recorded_by", "difficulties", "situation", "staff_note",
        "kept_out",
    )
)  # fmt: skip


class Reading(Record):
    """The record without the address, which the API tells nobody: nor is it noted as read."""

    address = ""


def to_staff(record):
    """Return what staff reads; the staff part only for whom the page shows it (eight queries)."""
    visit, whole = record.visit, record.keeps_staff_part

    def told(question, text, hidden=""):
        return text if whole or question not in visit.kept_out else hidden

    return {
        **_always(visit, record.summary),
        "as_staff": True,
        "mode": visit.mode,
        "purpose": visit.purpose,
        "planned_at": visit.planned_at,
        "ended_at": visit.ended_at,
        "visitors": [user.full_name for user in record.team],
        "aspects": [aspect.code for aspect in visit.aspects.all()],
        "language_spoken": visit.language_spoken,
        "interpreter": visit.interpreter,
        "recorded_at": visit.recorded_at,
        "recorded_by": visit.recorded_by and visit.recorded_by.full_name,
        "children": [
            {
                "id": line.student_id,
                "name": line.student.full_name,
                "going_well": told("going_well", line.going_well),
                "needs": told("needs", line.needs, []),
                "needs_words": told("needs", line.needs_words),
            }
            for line in record.lines
        ],
        "present": [
            {"name": person["name"], "relation": person["relation"]} for person in record.present
        ],
        **{name: told(name, getattr(visit, name)) for name in OF_THE_HOME},
        "explained": told("explained", visit.explained),
        "closing_words": visit.shared_summary,
        "difficulties": visit.difficulties if whole else None,
        "situation": visit.situation if whole else None,
        "staff_note": visit.staff_note if whole else None,
        "kept_out": visit.kept_out if whole else None,
        "additions": [_added(row) for row in record.additions],
    }


def to_family(visit, user):
    """Return what the family reads of the published summary, or None where there is none for
    `user`. Another home of the child reads neither place nor persons nor what the first answered."""
    summary = visit.summaries.select_related("published_by").first()
    if summary is None:
        return None
    read = summary.read_by(user)
    shown = [row["student"].pk for row in read["children"]]
    added = Addendum.objects.visible_to(user).filter(
        Q(shared=True) | Q(from_family=True),
        Q(student=None) | Q(student__in=shown),
        visit=visit,
    )
    return {
        **_always(visit, summary),
        **NOT_FOR_FAMILIES,
        "as_staff": False,
        "mode": visit.mode if read["home"] else None,
        "children": [_child(row, summary, read["home"]) for row in read["children"]],
        "present": [
            {"name": row.name, "relation": row.relation_words}
            for row in read["participants"]
            if row.student_id is None or row.student_id in shown
        ],
        **{name: read[name] for name in OF_THE_HOME},
        "explained": read["explained"],
        "closing_words": read["words"],
        "additions": [_added(row) for row in added.select_related("by").order_by("at", "pk")],
    }


def _always(visit, summary):
    return {
        "id": visit.pk,
        "school": visit.school_id,
        "status": visit.status,
        "happened_at": visit.happened_at,
        "written_in": visit.written_in,
        "shared_at": summary and summary.published_at,
        "shared_by": summary and summary.published_by.full_name,
        "version": summary and summary.version,
    }


def _child(row, summary, home):
    """Return a child of a summary, with the codes of its needs instead of their words."""
    student = row["student"]
    body = summary.body.get("children", {}).get(str(student.pk), {})
    return {
        "id": student.pk,
        "name": student.full_name,
        "going_well": row["going_well"],
        "needs": body.get("needs", []) if home else [],
        "needs_words": row["needs_words"],
    }


def _added(row):
    return {
        "id": row.pk,
        "at": row.at,
        "by": row.by.full_name,
        "from_family": row.from_family,
        "shared": row.shared,
        "student": row.student_id,
        "text": row.text,
    }
