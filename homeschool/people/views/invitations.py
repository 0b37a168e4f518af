"""Letters of invitation: who has not joined yet, and the letters to print.

A code stands on the one page, or in the one PDF, that answers the form, and nowhere after it.
"""

import zoneinfo
from dataclasses import dataclass

import segno
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_POST

from homeschool import pdf
from homeschool.journal.models import Submission
from homeschool.people.forms.invitations import PrintForm
from homeschool.people.forms.school import OnceForm
from homeschool.people.models import Invitation, School, SchoolClass
from homeschool.people.models.invitation import Invitee, counts_by_class, invitees_of

from .setting_up import administered, answered

MADE_ALREADY = gettext_lazy(
    "These letters were made already. Codes are shown once: print anew if you need them."
)
NOBODY = gettext_lazy("There is nobody to print a letter for.")


@dataclass
class Letter:
    """What one sheet of paper says."""

    invitee: Invitee
    invitation: Invitation
    code: str
    language: str

    @property
    def address(self):
        """The address to type, without the code."""
        return settings.SITE_URL.split("://")[-1] + reverse("account_letter")

    @property
    def qr(self) -> SafeString:
        """The square, as SVG without style: the address with the code."""
        path = reverse("account_letter_scanned", args=[self.code])
        square = segno.make(settings.SITE_URL + path, error="m", micro=False)
        drawn = square.svg_inline(
            omitsize=True, svgclass="qr", lineclass=None, border=0, dark="#000"
        )
        return mark_safe(drawn)  # noqa: S308 - drawn by us, from our own address


def invitation_list(request, pk):
    """List the classes, and in each how many have joined and how many have not."""
    school = administered(request.user, School.objects, pk)
    counts = counts_by_class(school)
    rows = school.classes.open().filter(kind=SchoolClass.Kind.HOMEROOM).select_related("division")
    classes = []
    for row in rows:
        people, joined = counts.get(row.pk, (0, 0))
        classes.append({"row": row, "people": people, "joined": joined, "left": people - joined})
    context = {"school": school, "classes": classes}
    context["left"] = sum(row["left"] for row in classes)
    return render(request, "people/invitation_list.html", context)


def _class(user, pk):
    return administered(user, SchoolClass.objects.select_related("school", "division"), pk)


def invitation_class(request, pk):
    """List the family of a class: who has not joined, with the days of letters, and who has."""
    school_class = _class(request.user, pk)
    invitees = invitees_of(school_class)
    context = {
        "school_class": school_class,
        "school": school_class.school,
        "form": PrintForm(),
        "waiting": [(one, OnceForm()) for one in invitees if not one.joined_at],
        "joined": [(one, OnceForm()) for one in invitees if one.joined_at],
        "pdf_missing": pdf.missing(),
    }
    return render(request, "people/invitation_class.html", context)


@require_POST
def invitation_print(request, pk):
    """Make the letters and show them as pages to print."""

    def page(letters, school_class):
        context = {"letters": letters, "school_class": school_class}
        return render(
            request, "people/invitation_letters.html", context | _of_letters(school_class)
        )

    return _issued(request, pk, page)


@require_POST
def invitation_pdf(request, pk):
    """Make the letters and return them as one PDF."""
    if missing := pdf.missing():
        messages.error(request, missing)
        return redirect("people:invitation-class", pk)

    def file(letters, school_class):
        context = {"letters": letters, "school_class": school_class} | _of_letters(school_class)
        paper = pdf.made_of(
            render_to_string("people/invitation_pdf.html", context, request), css="css/letters.css"
        )
        name = f"letters-{school_class.code}.pdf"
        return HttpResponse(
            paper,
            content_type="application/pdf",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    return _issued(request, pk, file)


def _of_letters(school_class):
    return {
        "school": school_class.school,
        "languages": settings.LANGUAGES,
        "today": timezone.localdate(timezone=zoneinfo.ZoneInfo(school_class.school.time_zone)),
        "class_url": reverse("people:invitation-class", args=[school_class.pk]),
    }


def _issued(request, pk, answer):
    """Issue the chosen letters once and answer with `answer(letters, school_class)`.

    Codes cannot be shown twice: the form sent again says so. Where the answer cannot be made
    nothing was issued.
    """
    school_class, made = _class(request.user, pk), []
    back = reverse("people:invitation-class", args=[school_class.pk])
    form = PrintForm(request.POST, invitees=invitees_of(school_class))

    def work():
        letters = [_letter(one, request.user) for one in form.chosen()]
        if letters:
            made.append(answer(letters, school_class))
        return back

    if form.is_valid():
        before = Submission.first_answer(request.user, form.cleaned_data["submission"])
        Submission.once(request.user, form.cleaned_data["submission"], work)
        if made:
            return made[0]
        messages.info(request, MADE_ALREADY if before else NOBODY)
    return redirect(back)


def _letter(invitee, by):
    invitation, code = Invitation.objects.issue(invitee, by=by)
    return Letter(invitee, invitation, code, language_of(invitation))


def language_of(invitation):
    """Return the language of a letter: the reader's own, else the first one of the school."""
    known = dict(settings.LANGUAGES)
    spoken = [invitation.user.language, *invitation.school.languages, settings.LANGUAGE_CODE]
    return next(code for code in spoken if code in known)


@require_POST
def invitation_revoke(request, pk):
    """End a letter that was lost."""
    rows = Invitation.objects.select_related("school", "student")
    invitation = administered(request.user, rows, pk)
    back = reverse("people:invitation-class", args=[invitation.student.school_class_id])

    def work():
        invitation.revoke(by=request.user)
        return back

    said = _("This letter opens nothing any more.")
    return answered(request, OnceForm(request.POST), work, said) or redirect(back)
