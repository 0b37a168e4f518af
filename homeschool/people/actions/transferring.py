"""Telling a family that its child's record went to another school."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from homeschool.journal import kinds
from homeschool.people import sight
from homeschool.people.models import Grant, Transfer

TRANSFERRED = "people.transferred"


def told_of(notice):
    """Return the rows of Sight of the family that may receive: its record was disclosed, and 34 CFR
    99.34 wants a reasonable attempt to tell it."""
    return sight.receivers([notice.student_id], Grant.Item.BASICS)


def words_of(notice, user):
    """Return what the letter holds: the child as it is called, from where, where to, since when."""
    made = Transfer.objects.select_related("student", "from_school", "to_school")
    transfer = made.get(pk=notice.about_id)
    return {
        "transfer": transfer,
        "child": transfer.student.called,
        "from_school": transfer.from_school.name,
        "to_school": transfer.to_school.name,
    }


def register_kind():
    """Tell the journal of the letter that tells a family."""
    kinds.register(
        kinds.Kind(
            name=TRANSFERRED,
            label=_("Move to another school"),
            recipients=told_of,
            template="people/letters/transferred",
            context=words_of,
            lives_for=timedelta(days=30),
            again_when_uncertain=True,
            asks="tap",
            urgency=kinds.DIRECT,
        )
    )
