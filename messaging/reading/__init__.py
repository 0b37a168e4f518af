"""What pages show of the room: one module for each subject."""

from django.utils.translation import gettext_lazy as _

# What a reader came for, as the family reads it on “who looked at this record”.
PURPOSES = {
    "attachment.viewed": _("looked at a file of a message"),
    "announcement.proof": _("looked at what the family signed"),
    "attachment.saved": _("saved a file of a message"),
    "translation.opened": _("read a message to translate it"),
    "suggestion.viewed": _("read what the family suggested"),
}
