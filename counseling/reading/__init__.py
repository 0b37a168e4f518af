"""What the pages of plans read and say."""

from django.utils.translation import gettext_lazy as _

# What a reader came for, as the family reads it on “who looked at this record”. A plan is not named
# there: it may be one that was not published yet.
PURPOSES = {
    "attendance.viewed": _("read who was there after school"),
    "help.viewed": _("read how much help the child gets after school"),
    "pick_up.viewed": _("looked at who picks the child up"),
    "situation.viewed": _("read how the child is learning"),
    "seat.viewed": _("read about its seat after school"),
}
