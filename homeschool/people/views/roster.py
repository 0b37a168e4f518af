"""Bringing children and families in: choose a sheet, look at what it changes, confirm."""

from django.contrib import messages
from django.core.cache import cache
from django.core.paginator import Paginator
from django.db import IntegrityError
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_POST

from homeschool.journal.models import Entry, Submission
from homeschool.people.forms.school import OnceForm, RosterForm
from homeschool.people.importing import (
    COLUMN_NAMES,
    REQUIRED,
    Roster,
    Table,
    import_roster,
    problems_by_mend,
)
from homeschool.people.models import School

from .home import posted
from .setting_up import administered, download

AN_HOUR = 60 * 60
A_PAGE = 100
PROBLEMS_SHOWN = 50
CHANGED_MEANWHILE = gettext_lazy("The school changed meanwhile: please look again.")
EXAMPLE = (
    ("2026001", "林小雨", "3B", "林美", "妈妈", "linmei@example.org", "zh-hans"),
    ("2026001", "林小雨", "3B", "林强", "爸爸", "", "zh-hans"),
    ("2026002", "Mateo Hernández Ruiz", "3B", "Camila Ruiz", "madre", "camila@example.org", "es"),
)


def _key(request, school, key):
    """A sheet between preview and confirmation is kept for one person and one school."""
    return f"roster:{request.user.pk}:{school.pk}:{key}"


def roster_import(request, pk):
    """Take a sheet, keep it for an hour, and go on to its preview."""
    school = administered(request.user, School.objects, pk)
    form = RosterForm(posted(request), request.FILES or None)
    if request.method == "POST" and form.is_valid():
        key = form.cleaned_data["submission"]
        kept = {
            "table": vars(form.cleaned_data["file"]),
            "only": form.cleaned_data["known_classes_only"],
        }
        cache.set(_key(request, school, key), kept, AN_HOUR)
        return redirect("people:roster-preview", school.pk, key)
    columns = [{"code": column, "name": COLUMN_NAMES[column]} for column in REQUIRED]
    context = {"school": school, "form": form, "columns": columns, "example": EXAMPLE}
    return render(request, "people/roster_import.html", context)


def roster_template(request, pk):
    """Return an example sheet, in the encoding that spreadsheet programs open rightly."""
    administered(request.user, School.objects, pk)
    return download("roster.csv", [REQUIRED, *EXAMPLE])


def _kept(request, school, key):
    """Return the sheet that was sent as (Table, whether classes must exist), None after an hour."""
    found = cache.get(_key(request, school, key))
    return (Table(**found["table"]), found["only"]) if found else None


def _gone(request, school):
    messages.info(request, _("This preview is no longer kept. Please choose the file again."))
    return redirect("people:roster-import", school.pk)


def roster_preview(request, pk, key):
    """Show what the sheet would change, or what keeps it out."""
    school = administered(request.user, School.objects, pk)
    kept = _kept(request, school, key)
    if kept is None:
        return _gone(request, school)
    roster = Roster(school, kept[0], known_classes_only=kept[1])
    page = Paginator(roster.differences, A_PAGE).get_page(request.GET.get("page"))
    context = {"school": school, "key": key, "roster": roster, "page": page, "form": OnceForm()}
    context["groups"] = problems_by_mend(roster.problems, PROBLEMS_SHOWN)
    return render(request, "people/roster_preview.html", context)


def roster_refused(request, pk, key):
    """Return the refused rows as a sheet, with what is wrong beside each."""
    school = administered(request.user, School.objects, pk)
    kept = _kept(request, school, key)
    if kept is None:
        return _gone(request, school)
    roster = Roster(school, kept[0], known_classes_only=kept[1])
    return download("refused.csv", roster.refused_rows(kept[0]))


@require_POST
def roster_confirm(request, pk, key):
    """Write the sheet as it was previewed; where the school changed meanwhile, look again."""
    school = administered(request.user, School.objects, pk)
    preview = reverse("people:roster-preview", args=[school.pk, key])

    def work():
        kept = _kept(request, school, key)
        return _write(request, school, key, kept) if kept else preview

    form = OnceForm(request.POST)
    form.is_valid()
    try:
        return redirect(Submission.once(request.user, form.cleaned_data["submission"], work))
    except IntegrityError:  # an address was taken elsewhere while this was written
        messages.warning(request, CHANGED_MEANWHILE)
        return redirect(preview)


def _write(request, school, key, kept):
    roster = import_roster(
        school, kept[0], by=request.user, known_classes_only=kept[1],
        expected=request.POST.get("digest", ""),
    )  # fmt: skip
    if roster.applied is None:
        messages.warning(request, CHANGED_MEANWHILE)
        return reverse("people:roster-preview", args=[school.pk, key])
    cache.delete(_key(request, school, key))
    return reverse("people:roster-done", args=[school.pk, roster.applied.pk])


def roster_done(request, pk, entry):
    """Say what an import did."""
    school = administered(request.user, School.objects, pk)
    imports = Entry.objects.filter(verb="roster.imported", school=school)
    entry = get_object_or_404(imports.select_related("actor"), pk=entry)
    context = {"school": school, "entry": entry, "counts": entry.data["counts"]}
    return render(request, "people/roster_done.html", context)
