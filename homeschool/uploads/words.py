"""Why a file is not taken, in a plain sentence that says what to do."""

from django.utils.translation import gettext_lazy as _

from .kinds import PDF

MOST_MEGABYTES = 10

REASONS = {
    "empty": _("This file is empty. Please choose it once more, or take the photo again."),
    "too_large": _("This file is larger than 10 MB. Please choose a smaller one."),
    "kind": _("This is no picture that can be kept. Please choose a JPEG, PNG, WebP or HEIC."),
    "kind_or_paper": _(
        "This file cannot be kept. Please choose a PDF, or a picture: JPEG, PNG, WebP or HEIC."
    ),
    "too_many_dots": _(
        "This picture is too large: it has more than 40 million dots. Please make it smaller, or take "
        "a photo of it."
    ),
    "broken": _(
        "This file cannot be read to its end. Please choose it once more, or save it anew first."
    ),
    "locked": _("This PDF is locked by a password. Please save it without one, and choose it again."),
    "too_many_pages": _("This PDF has more than 200 pages. Please send it in parts."),
    "too_much": _(
        "This file is too hard to read. Please save it in a simpler way, or take a photo of it."
    ),
    "busy": _("Many files come in at this moment. Please send yours again in a minute."),
}  # fmt: skip


def of(reason, kinds):
    """Return the sentence for a reason, where files of these kinds are taken."""
    if reason == "kind" and PDF in kinds:
        reason = "kind_or_paper"
    return REASONS[reason]
