"""The week's letter: whom it is for, and how many families no letter reaches."""

from django.db.models import F
from django.utils.translation import gettext as _, gettext_lazy, ngettext

from homeschool.journal import kinds
from homeschool.journal.actions import weekly
from homeschool.people import sight
from homeschool.people.models import Membership, Student
from homeschool.people.models.reached import unreached


def leaders(notice):
    """Return the open roles of those who lead the school, with `user_id` and `why`."""
    roles = Membership.objects.open().filter(school=notice.school_id, user__is_active=True)
    return roles.filter(role=sight.LEADER).annotate(why=F("role"))


def unreachable(user, week):
    """Return how many children on roll, whom `user` sees, have nobody whom a letter reaches."""
    children = Student.objects.visible_to(user, roles={sight.LEADER}).active()
    return unreached(children.filter(school=week.school)).count()


def unreachable_in_words(number):
    """Return the line, and why it matters."""
    words = ngettext(
        "%(n)s child has nobody whom a letter reaches",
        "%(n)s children have nobody whom a letter reaches",
        number,
    )
    remark = _("Their families hear nothing from the portal. Please call them.") if number else ""
    return words % {"n": number}, remark


def register_kind():
    """Tell the journal of the week's letter, and add this room's line to it."""
    kinds.register(
        kinds.Kind(
            name=weekly.KIND,
            label=gettext_lazy("The week at school"),
            recipients=leaders,
            template="journal/letters/week",
            context=weekly.words_of,
            asks="read",
            urgency=kinds.DIRECT,
            for_staff=True,
        )
    )
    weekly.register_line(weekly.Line("people.unreachable", 30, unreachable, unreachable_in_words))
