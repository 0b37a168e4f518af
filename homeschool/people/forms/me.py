"""The form about oneself."""

import zoneinfo

from django import forms
from django.utils.translation import gettext_lazy as _

from homeschool.forms import CleanTextMixin, SubmissionFormMixin
from homeschool.people.models import User

AREAS = {
    "Asia": _("Asia"),
    "Europe": _("Europe"),
    "America": _("America"),
    "Africa": _("Africa"),
    "Australia": _("Australia"),
    "Pacific": _("Pacific Ocean"),
    "Atlantic": _("Atlantic Ocean"),
    "Indian": _("Indian Ocean"),
}


def time_zones():
    """Return the choices of time zones, by part of the world."""
    groups = {area: [] for area in AREAS}
    for name in sorted(zoneinfo.available_timezones()):
        area, _slash, place = name.partition("/")
        if area in groups:
            groups[area].append((name, place.replace("_", " ").replace("/", ", ")))
    return [("", _("as at the school")), *((AREAS[area], zones) for area, zones in groups.items())]


class MeForm(SubmissionFormMixin, CleanTextMixin, forms.ModelForm):
    """How a person is called here, and by which clock."""

    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=time_zones,
        required=False,
        help_text=_("Times on every page and in every letter follow it."),
    )

    class Meta:
        model = User
        fields = ["preferred_name", "time_zone"]
        help_texts = {"preferred_name": _("Leave it empty to be called by your full name.")}
