"""Those who have a seat in a programme, as an audience of announcements."""

from django.utils.translation import gettext_lazy as _

from counseling.models import Programme, Seat
from counseling.models.programme import READERS
from homeschool.journal.models import audiences


def programmes(user):
    """Return the programmes that are not over, of the schools where `user` works."""
    rows = Programme.objects.visible_to(user, roles=READERS)
    return rows.exclude(state=Programme.State.OVER).order_by("name", "pk")


def children(key):
    """Return the keys of the children who have a seat."""
    return Seat.objects.taken().filter(programme=key).values("student")


def called(key):
    """Return the name of a programme."""
    return Programme.objects.filter(pk=key).values_list("name", flat=True).first() or ""


def register_audiences():
    """Tell the journal of this audience."""
    audiences.register(
        audiences.Audience("programme", _("A programme"), programmes, children, called)
    )
