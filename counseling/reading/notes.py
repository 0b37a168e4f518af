"""Who reads a confidential note, in words; its rows of a list; and who is told of a broken glass."""

from dataclasses import dataclass, field
from itertools import groupby

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q, Subquery, TextField, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy, ngettext

from counseling.models.glass import LEADERS, OPENED, Glass
from counseling.models.note import KEEPERS, Note, NoteAddendum, NoteHanding
from counseling.models.shares import monday_of
from homeschool.fields import Unreadable
from homeschool.journal import kinds
from homeschool.journal.actions import weekly
from homeschool.journal.models import Entry, hours
from homeschool.people import sight
from homeschool.people.models import Membership, Student
from homeschool.people.views.seen import listed

# What stands below the name of a part.
HINTS = {
    "subjective": gettext_lazy("In the child’s own words, as near as you can."),
    "objective": gettext_lazy("What anybody in the room would have seen and heard."),
    "data": gettext_lazy("What the child said, and what you saw."),
    "assessment": gettext_lazy("Your own view. Say what you know and what you guess."),
    "steps": gettext_lazy("What you will do, and when you meet again."),
}
ABOUT_KINDS = {
    Note.Kind.SOAP: gettext_lazy(
        "What the child said, what I saw, what I make of it, what is next"
    ),
    Note.Kind.DAP: gettext_lazy("What was said and seen, what I make of it, what is next"),
    Note.Kind.FREE: gettext_lazy("One field, as it comes"),
}


# --- who reads it, in words -----------------------------------------------------------------------
def draft_readers(note):
    """Return who reads this draft, and who will once it is signed, as two sentences."""
    if note.supervisor_id:
        name = {"name": note.supervisor.full_name}
        signed = _("Once you sign it, %(name)s reads it too, as your supervisor.") % name
    else:
        signed = _("Once you sign it, you are still the only one who reads it.")
    return [_("Only you read this draft."), signed]


def signed_readers(note, handings):
    """Return who reads this signed note, as sentences; `handings` are its own."""
    names = [note.author, note.supervisor, *(row.taker for row in handings)]
    words = {"names": listed(person.full_name for person in names if person)}
    return [_("Who reads this note: %(names)s.") % words, *emergencies()]


def emergencies():
    """Return the two sentences that hold for every note."""
    return [
        _(
            "In an emergency a leader of the school can open it for four hours. The leader has to "
            "say why, and you are told at once."
        ),
        _("The family, the child, the teachers and the office never see it, or that it exists."),
    ]


# --- which child ----------------------------------------------------------------------------------
def name_children(rows, user):
    """Give each note or opening `child`: the name for who sees the child, or wrote the note; for
    somebody else (a supervisor who does not look after it) its class alone. Returns the rows as a list.

    Their children and classes must be loaded (one query).
    """
    rows = list(rows)
    about = [row.student_id for row in rows]
    seen = {*Student.objects.visible_to(user).filter(pk__in=about).values_list("pk", flat=True)}
    for row in rows:
        knows = row.student_id in seen or getattr(row, "author_id", None) == user.pk
        row.child = row.student.full_name if knows else _("A child")
    return rows


# --- rows -------------------------------------------------------------------------------------------
def rows_of(notes, user):
    """Return notes as rows of a list: no text is loaded; how often something was added (`added`), and
    whether it was handed to `user` (`is_handed`)."""
    added = NoteAddendum.objects.filter(note=OuterRef("pk")).order_by().values("note")
    handed = NoteHanding.objects.filter(note=OuterRef("pk"), taker=user.pk)
    rows = notes.without_text().select_related("author", "student__school_class")
    return rows.annotate(
        added=Coalesce(Subquery(added.annotate(n=Count("pk")).values("n")), 0),
        is_handed=Exists(handed),
    )


@dataclass(frozen=True)
class Part:
    """A part of a note that has words; one whose key is lost has none and says so. What a log or an
    error tells of it holds no text."""

    label: str
    text: str = field(repr=False)
    is_lost: bool


def parts_of(note):
    """Return the parts of a note that have words, or had."""
    found = []
    for name in note.part_names:
        text = getattr(note, name)
        lost = isinstance(text, Unreadable)
        if text or lost:
            found.append(Part(Note._meta.get_field(name).verbose_name, text, lost))
    return found


def glasses_of(glasses):
    """Return broken glasses as rows of a list, each with how many notes were read by it (`read`)."""
    read = Entry.objects.filter(verb="note.viewed", actor=OuterRef("by"), at__gte=OuterRef("at"))
    read = read.annotate(glass=KeyTextTransform("glass", "data"))
    read = read.filter(glass=Cast(OuterRef("pk"), TextField())).order_by().values("actor")
    count = read.annotate(n=Count("about_id", distinct=True)).values("n")
    rows = glasses.select_related("by", "student__school_class", "school")
    return rows.annotate(read=Coalesce(Subquery(count), 0))


def weeks_of(rows):
    """Return [{monday, rows}] of broken glasses, which come newest first; by each school's clock."""

    def monday(glass):
        return monday_of(timezone.localdate(glass.at, hours.zone_of(glass.school.time_zone)))

    return [{"monday": day, "rows": list(found)} for day, found in groupby(rows, monday)]


# --- who is told of a broken glass ----------------------------------------------------------------
def told_of(notice):
    """Return who is told: those whose notes they are, and who else leads the child now."""
    glass = Glass.objects.get(pk=notice.about_id)
    leads = sight.watchers([glass.student_id], LEADERS).values("user")
    whose = Q(role__in=KEEPERS, user__in=glass.concerned()) | Q(role__in=LEADERS, user__in=leads)
    rows = Membership.objects.open().filter(whose, school=glass.school_id, user__is_active=True)
    return rows.exclude(user=glass.by_id).annotate(why=Value("notes"))


def words_of(notice, user):
    """Return what the letter holds: who opened notes and when; no child, no reason, no word of a note."""
    glass = Glass.objects.select_related("by").get(pk=notice.about_id)
    page = settings.SITE_URL + glass.get_absolute_url()
    return {"glass": glass, "opener": glass.by.full_name, "page": page}


def register_notes():
    """Tell the journal of the letter about a broken glass, and of the line in the week's letter."""
    kinds.register(
        kinds.Kind(
            name=OPENED,
            label=gettext_lazy("Confidential notes were opened"),
            recipients=told_of,
            template="counseling/letters/notes_opened",
            context=words_of,
            again_when_uncertain=True,
            urgency=kinds.DIRECT,
            must_arrive=gettext_lazy("somebody opened what you wrote in confidence"),
            for_staff=True,
        )
    )
    weekly.register_line(weekly.Line("notes.opened", 40, _opened, _opened_in_words))


def _opened(user, week):
    """Return how often it was done in the week, to who leads the children (one query where never)."""
    opened = Glass.objects.filter(school=week.school, at__gte=week.since, at__lt=week.until)
    if not opened.exists():
        return None
    led = sight.within(user, "student", LEADERS)
    return opened.filter(led).count() or None if led is not None else None


def _opened_in_words(number):
    words = ngettext(
        "A leader opened confidential notes of a child once",
        "Leaders opened confidential notes of children %(n)s times",
        number,
    )
    return words % {"n": number}, _("Look whether the reason was good enough.")
