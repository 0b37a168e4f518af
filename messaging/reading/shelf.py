"""What news and resources share on their pages: languages one tap away, plain text with headings and
points, who may be meant, what happened to a row."""

from dataclasses import dataclass, field

from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy as _

from homeschool.journal.models import Entry
from homeschool.people import sight

from .announcement_audiences import groups

STATE_CHIPS = {
    "draft": ("", "pencil", _("Being written")),
    "proposed": ("rust", "clock", _("Waits for a leader")),
    "published": ("good", "check", _("Families read it")),
    "withdrawn": ("", "undo-2", _("Taken back")),
}
NOT_YET = ("teal", "clock", _("Stands later"))
OVER = ("", "check", _("Its time is over"))
HISTORY = {
    "begun": _("began it"),
    "worded": _("wrote the words"),
    "pictured": _("chose a picture"),
    "unpictured": _("took the picture away"),
    "changed": _("changed for whom, when or where it stands"),
    "proposed": _("asked a leader to publish it"),
    "published": _("published it"),
    "withdrawn": _("took it back"),
    "looked_at": _("looked at it, and it is still right"),
}


def name_of(code):
    """Return a language by its own name."""
    return dict(settings.LANGUAGES).get(code, code)


def chip(row):
    """Return (tone, icon, words) of how a row stands."""
    if row.state == "published" and not row.is_open:
        return OVER if row.since <= timezone.now() else NOT_YET
    return STATE_CHIPS[row.state]


# --- languages ------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Tab:
    """One language in which something stands; `here` says that it is the one shown."""

    code: str
    name: str
    here: bool


def chosen(row, asked=""):
    """Return (the words that a reader gets, [Tab] of all languages): those asked for, else the
    reader's, else the first ones."""
    words = row.words_for(asked) if asked in dict(settings.LANGUAGES) else None
    words = words or row.words_for(get_language())
    tabs = [Tab(one.language, name_of(one.language), one is words) for one in row.words.all()]
    return words, tabs


def missing(row):
    """Return [(code, name)] of the languages of the school's families in which nothing stands."""
    there = {words.language for words in row.words.all()}
    return [(c, name_of(c)) for c in row.school.languages if c not in there]


def behind(words):
    """Return the codes of those languages whose words are older than the first ones."""
    first, *others = words or [None]
    return {one.language for one in others if one.at < first.at}


def spoken(words):
    """Return the words of one language as [(language, title, text)]; of None, nothing."""
    return [(words.language, words.title, words.text)] if words else []


# --- text -----------------------------------------------------------------------------------------
@dataclass
class Block:
    """A piece of a text: a "heading", a "text" or "points", with its lines."""

    kind: str
    lines: list = field(default_factory=list)


_MARKS = {"#": "heading", "-": "points", "•": "points", "*": "points"}


def blocks(text):
    """Return a plain text as [Block]: an empty line begins a new piece, "# " a heading, "- " a point."""
    found: list = [Block("text")]
    for line in text.splitlines():
        kind, words = _read(line.strip())
        if not words:
            found.append(Block("text"))
        elif kind == "heading":
            found += [Block(kind, [words]), Block("text")]
        else:
            if found[-1].kind != kind:
                found.append(Block(kind))
            found[-1].lines.append(words)
    return [block for block in found if block.lines]


def _read(line):
    mark, _space, words = line.partition(" ")
    kind = "heading" if mark and not mark.strip("#") else _MARKS.get(mark)
    return (kind, words.strip()) if kind and words.strip() else ("text", line)


def excerpt(text):
    """Return the first words of a text, in one line: of its paragraphs, else of its points."""
    found = blocks(text[:600])
    plain = [block for block in found if block.kind == "text"] or found
    return " ".join(line for block in plain for line in block.lines)


# --- who is meant -----------------------------------------------------------------------------------
def choices(user):
    """Return the audiences to which `user` may speak, as grouped choices, and {choice: school's key}."""
    found = groups(user)
    grouped = [(str(kind), [(key, name) for key, name, _school in rows]) for kind, rows in found]
    return grouped, {key: school for _kind, rows in found for key, _name, school in rows}


# --- what happened ----------------------------------------------------------------------------------
def history(row):
    """Return [{"at", "by", "words", "language"}] of what was done with a row, newest first (one query)."""
    entries = Entry.objects.about(row).select_related("actor")[:40]
    return [
        {
            "at": entry.at,
            "by": entry.actor.full_name if entry.actor else "",
            "words": HISTORY.get(entry.verb.partition(".")[2], entry.verb),
            "language": name_of(entry.data["language"]) if "language" in entry.data else "",
        }
        for entry in entries
    ]


def reads_as_family(user, row):
    """Whether `user` reads the row as somebody of a family: staff that looks is not counted."""
    if not user.roles() & sight.FAMILY_ROLES:
        return False
    return type(row).objects.for_family(user).filter(pk=row.pk).exists()
