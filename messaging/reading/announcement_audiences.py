"""To whom somebody can speak at once, as a list to choose from; and saved lists as an audience."""

from django.utils.translation import gettext_lazy as _

from homeschool.journal.models import audiences
from messaging.models import SavedList

# In this order they are offered; what a room made known beyond them comes last.
ORDER = ("class", "division", "school", "saved_list", "programme", "campaign")
# So many of each kind are offered at most.
MOST = 300


def groups(user):
    """Return [(kind in words, [("class:<key>", name, school's key)])] of what `user` may speak to."""
    known = {audience.name: audience for audience in audiences.registered()}
    names = [name for name in ORDER if name in known] + sorted(known.keys() - {*ORDER})
    found = []
    for name in names:
        rows = known[name].rows(user)[:MOST]
        choices = [(f"{name}:{row.pk}", str(row), school_of(row)) for row in rows]
        if choices:
            found.append((known[name].label, choices))
    return found


def groups_of_both(user, writer, stands):
    """Return `groups(user)` without what `writer` may not speak to: it is by the sight of its writer
    that an announcement reaches anybody. What `stands` ("class:<key>") is left."""
    if user == writer:
        return groups(user)
    kept = {value for _label, rows in groups(writer) for value, _name, _school in rows} | {stands}
    found = [(label, [row for row in rows if row[0] in kept]) for label, rows in groups(user)]
    return [(label, rows) for label, rows in found if rows]


def school_of(row):
    """Return the key of the school to which a row of an audience belongs; a school's own."""
    return getattr(row, "school_id", row.pk)


def lists(user):
    """Return the saved lists that `user` may use."""
    return SavedList.objects.visible_to(user).open().order_by("name", "pk")


def _children(key):
    """Return the keys of the children of a list; of one that was ended, those of its last day."""
    return SavedList.students.through.objects.filter(savedlist=key).values("student")


def _stands(key):
    return SavedList.objects.open().filter(pk=key).exists()


def _called(key):
    return SavedList.objects.filter(pk=key).values_list("name", flat=True).first() or ""


def register_lists():
    """Tell the journal of saved lists as an audience."""
    audiences.register(
        audiences.Audience("saved_list", _("A saved list"), lists, _children, _called, _stands)
    )
