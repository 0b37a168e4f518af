"""What happened to a visit, in words."""

from django.db.models import Max
from django.db.models.functions import TruncDate
from django.utils.translation import gettext as _, gettext_lazy

from homeschool.journal.models import Entry

MOST = 200
# What a reader came for, as the family reads it on “who looked at this record”.
PURPOSES = {
    "visit.viewed": gettext_lazy("read the record of a visit"),
    "visit.printed": gettext_lazy("printed the record of a visit"),
    "need.viewed": gettext_lazy("read what the child needs"),
    "visit.prepared": gettext_lazy("looked up where the family lives, for a visit"),
    "photo.viewed": gettext_lazy("looked at a photo of a visit"),
    "photo.saved": gettext_lazy("saved a photo of a visit"),
    "visit.card": gettext_lazy("printed the family’s card"),
}
HISTORY = {
    "visit.planned": gettext_lazy("%(name)s planned the visit"),
    "visit.cancelled": gettext_lazy("%(name)s called the visit off"),
    "visit.nobody_home": gettext_lazy("%(name)s noted that nobody was met"),
    "visit.came_up": gettext_lazy("%(name)s said that something came up"),
    "draft.discarded": gettext_lazy("%(name)s threw the unfinished record away"),
    "visit.held": gettext_lazy("%(name)s finished the record"),
    "visit.imported": gettext_lazy("%(name)s brought the record in from a spreadsheet"),
    "visit.shared": gettext_lazy("%(name)s shared the summary with the family"),
    "visit.added": gettext_lazy("%(name)s added something"),
    "addendum.seen": gettext_lazy("%(name)s has read what the family added"),
    "visit.confided": gettext_lazy("%(name)s made the visit confidential"),
    "visit.unsealed": gettext_lazy("%(name)s let others read the visit again"),
    "need.resolved": gettext_lazy("%(name)s wrote how a need ended"),
    "need.reopened": gettext_lazy("%(name)s opened a need again"),
    "need.viewed": gettext_lazy("%(name)s read what was needed"),
    "suggestion.answered": gettext_lazy("%(name)s answered a suggestion of the family"),
    "suggestion.added_to": gettext_lazy("%(name)s added to the answer to a suggestion"),
    "promise.kept": gettext_lazy("%(name)s noted that a promise was kept"),
    "summary.confirmed": gettext_lazy("%(name)s has read the summary"),
    "visit.viewed": gettext_lazy("%(name)s read the record"),
    "visit.printed": gettext_lazy("%(name)s printed the record"),
    "record.viewed": gettext_lazy("%(name)s read the record"),
    "record.printed": gettext_lazy("%(name)s printed the record"),
    "visit.prepared": gettext_lazy("%(name)s looked up the way there"),
    "photo.added": gettext_lazy("%(name)s added a photo"),
    "photo.erased": gettext_lazy("%(name)s erased a photo"),
    "photo.viewed": gettext_lazy("%(name)s looked at a photo"),
    "photo.saved": gettext_lazy("%(name)s saved a photo"),
    "visit.card": gettext_lazy("%(name)s opened the family’s card"),
}
SOMETHING = gettext_lazy("%(name)s did something with the record")


def _words(verb):
    return HISTORY.get(verb, SOMETHING)


def told(entries, zone):
    """Return what `entries` say, newest first: [{"at", "words", "is_reading"}] (two queries).

    What was written once for each child is told once. Who read it stands there once a day.
    """
    changes = entries.exclude(kind=Entry.Kind.VIEWED)
    done = changes.values("verb", "about_id", "actor__full_name").annotate(last=Max("at"))
    reads = entries.filter(kind=Entry.Kind.VIEWED).annotate(day=TruncDate("at", tzinfo=zone))
    read = reads.values("verb", "actor__full_name", "day").annotate(last=Max("at"))
    rows = [*done.order_by("-last")[:MOST], *read.order_by("-last")[:MOST]]
    rows.sort(key=lambda row: row["last"], reverse=True)
    return [
        {
            "at": row["last"].astimezone(zone),
            "words": _words(row["verb"]) % {"name": row["actor__full_name"] or _("The portal")},
            "is_reading": "day" in row,
        }
        for row in rows
    ]
