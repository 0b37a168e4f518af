"""The living page of the look: every part once, for those who build pages and for the tests."""

import datetime as dt
from types import SimpleNamespace

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from homeschool.context import FAMILY_PLACES, STAFF_PLACES, Place
from homeschool.forms import CheckBoxes, ChoiceBoxes, CleanTextMixin, DateBox, SubmissionFormMixin

NEEDS = {
    "reading": (_("Reading and homework"), _("a quiet place, a person to ask"), "book-open"),
    "money": (_("Money and things"), _("meals, books, clothes, fares"), "wallet"),
    "way": (_("Getting to school"), _("on time and safely"), "bus"),
}


class SampleForm(SubmissionFormMixin, CleanTextMixin, forms.Form):
    """One field of each kind."""

    language = forms.ChoiceField(
        label=_("Your language"),
        choices=[("zh", "中文"), ("en", "English"), ("es", "Español")],
        widget=ChoiceBoxes(row=True),
    )
    needs = forms.MultipleChoiceField(
        label=_("What does the child need?"),
        help_text=_("Choose all that fit."),
        choices=[(key, words) for key, (words, _hint, _icon) in NEEDS.items()],
        widget=CheckBoxes(
            hints={key: hint for key, (_words, hint, _icon) in NEEDS.items()},
            icons={key: icon for key, (_words, _hint, icon) in NEEDS.items()},
        ),
    )
    words = forms.CharField(
        label=_("In the family’s own words"),
        help_text=_("Write it as they said it, in their language."),
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        max_length=2000,
    )
    by = forms.DateField(label=_("Look at this again by"), widget=DateBox)
    relation = forms.ChoiceField(
        label=_("Relation"), choices=[("mother", _("mother")), ("other", _("somebody else"))]
    )
    code = forms.CharField(
        label=_("Six digits"), widget=forms.TextInput(attrs={"class": "code-field", "dir": "ltr"})
    )
    private = forms.BooleanField(
        label=_("Keep this out of the shared summary"),
        help_text=_("Only staff of this child will read it"),
        required=False,
    )


def _places(shell):
    if shell == "guest":
        return []
    places = STAFF_PLACES if shell == "staff" else FAMILY_PLACES
    return [
        Place(**{**vars(place), "url": f"#{n}", "current": n == 0, "count": 2 if n == 4 else 0})
        for n, place in enumerate(places)
    ]


def _sample_form(with_errors):
    if not with_errors:
        return SampleForm(initial={"language": "en", "needs": ["reading"], "relation": "mother"})
    return SampleForm(
        {"words": "Su mamá: «Lee mejor cuando su hermana está cerca.»", "by": "2026-02-31"}
    )


@login_not_required
def look(request):
    """Show every part; `?shell=staff`, `family` or `guest`, and `?errors=1` for a form refused."""
    shell = request.GET.get("shell", "guest")
    return render(
        request,
        "look.html",
        {
            "shell": shell,
            "nav": _places(shell),
            "reader": SimpleNamespace(full_name="Mei Chen", called="Mei Chen"),
            "role_line": _("Counselor"),
            "form": _sample_form("errors" in request.GET),
            "day": dt.date(2026, 12, 3),
            "pages": Paginator(range(60), 20).page(2),
            "colleges": [
                ("Engineering", 620, 471),
                ("Business", 480, 402),
                ("Education", 310, 288),
            ],
        },
    )
