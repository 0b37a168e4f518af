"""Bringing past visits in: choose a sheet, look at what it brings, confirm."""

from django.contrib import messages
from django.core.cache import cache
from django.core.paginator import Paginator
from django.db import IntegrityError
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_POST

from homeschool.journal.models import Entry, Submission
from homeschool.people.forms.school import OnceForm
from homeschool.people.models import School
from homeschool.people.views.home import posted
from homeschool.people.views.seen import listed
from homeschool.people.views.setting_up import administered, download
from homeschool.people.views.start import own_school
from visits.forms.importing import PastVisitsForm
from visits.importing import (
    COLUMN_NAMES,
    PastVisits,
    Table,
    import_visits,
    problems_by_mend,
)
from visits.importing.words import REQUIRED
from visits.models import Visit

AN_HOUR = 60 * 60
A_PAGE = 100
PROBLEMS_SHOWN, PLACES_SHOWN = 50, 20
NOT_WHOLE = 422
CHANGED_MEANWHILE = gettext_lazy("The school changed meanwhile: please look again.")
EXAMPLE = (
    ("2026001", "2026-01-15", "home", "45", "mei.chen@example.org; daniel.okafor@example.org",
     "financial_aid; mental_health", "沈阳市/和平区", "林美（妈妈）", "希望孩子多读书。", "妈妈上夜班。",
     "国家助学金", "帮助申请助学金", "每天一起读书二十分钟", "谢谢您的热茶。", "孩子很懂事。", "V-1"),
    ("2026002", "2026-01-15", "home", "45", "mei.chen@example.org; daniel.okafor@example.org",
     "", "", "", "", "", "", "", "", "", "", "V-1"),
    ("2026003", "2026-01-16", "video", "20", "mei.chen@example.org", "career_planning", "",
     "Camila Ruiz", "Una beca para el instituto.", "", "Becas del distrito", "", "", "", "", ""),
)  # fmt: skip


def past_visits(request):
    """Send an administrator to the import of the own school, or let them choose."""
    return own_school(request, "visits:visits-import")


def _key(request, school, key):
    """A sheet between preview and confirmation is kept for one person and one school."""
    return f"visits:{request.user.pk}:{school.pk}:{key}"


def visits_import(request, pk):
    """Take a sheet, keep it for an hour, and go on to its preview."""
    school = administered(request.user, School.objects, pk)
    form = PastVisitsForm(posted(request), request.FILES or None)
    if request.method == "POST" and form.is_valid():
        key = form.cleaned_data["submission"]
        cache.set(_key(request, school, key), vars(form.cleaned_data["file"]), AN_HOUR)
        return redirect("visits:visits-import-preview", school.pk, key)
    columns = [
        {"code": code, "name": name, "required": code in REQUIRED}
        for code, name in COLUMN_NAMES.items()
    ]
    context = {"school": school, "form": form, "columns": columns}
    status = NOT_WHOLE if form.is_bound else 200
    return render(request, "visits/visits_import.html", context, status=status)


def visits_import_template(request, pk):
    """Return an example sheet, in the encoding that spreadsheet programs open rightly."""
    administered(request.user, School.objects, pk)
    return download("visits.csv", [tuple(COLUMN_NAMES), *EXAMPLE])


def _kept(request, school, key):
    """Return the Table that was sent, None after an hour."""
    found = cache.get(_key(request, school, key))
    return Table(**found) if found else None


def _gone(request, school):
    messages.info(request, _("This preview is no longer kept. Please choose the file again."))
    return redirect("visits:visits-import", school.pk)


def visits_import_preview(request, pk, key):
    """Show what the sheet would bring in, and what of it is refused."""
    school = administered(request.user, School.objects, pk)
    table = _kept(request, school, key)
    if table is None:
        return _gone(request, school)
    visits = PastVisits(school, table)
    page = Paginator(visits.new, A_PAGE).get_page(request.GET.get("page"))
    context = {"school": school, "key": key, "visits": visits, "page": page, "form": OnceForm()}
    context["rows"] = [_told(visits, past) for past in page.object_list]
    context["groups"] = problems_by_mend(visits.problems, PROBLEMS_SHOWN)
    context["places"] = [" / ".join(place) for place in visits.places[:PLACES_SHOWN]]
    return render(request, "visits/visits_import_preview.html", context)


def _told(visits, past):
    """Return one visit of the sheet as the preview shows it: no text of the record."""
    return {
        "rows": listed(past.rows),
        "children": listed(visits.known.students[line.student_number][1] for line in past.lines),
        "day": past.said("happened_on"),
        "mode": Visit.Mode(past.said("mode")).label,
        "minutes": past.said("minutes"),
        "visitors": len(past.said("visitors")),
        "shared": bool(past.said("shared_summary")),
    }


def visits_import_refused(request, pk, key):
    """Return the refused rows as a sheet, with what is wrong beside each."""
    school = administered(request.user, School.objects, pk)
    table = _kept(request, school, key)
    if table is None:
        return _gone(request, school)
    return download("refused.csv", PastVisits(school, table).refused_rows(table))


@require_POST
def visits_import_confirm(request, pk, key):
    """Write the visits as they were previewed; where the school changed meanwhile, look again."""
    school = administered(request.user, School.objects, pk)
    preview = reverse("visits:visits-import-preview", args=[school.pk, key])

    def work():
        table = _kept(request, school, key)
        return _write(request, school, key, table) if table else preview

    form = OnceForm(request.POST)
    form.is_valid()
    try:
        return redirect(Submission.once(request.user, form.cleaned_data["submission"], work))
    except IntegrityError:  # a child or a person was taken away while this was written
        messages.warning(request, CHANGED_MEANWHILE)
        return redirect(preview)


def _write(request, school, key, table):
    visits = import_visits(
        school, table, by=request.user, skip_refused=request.POST.get("skip_refused") == "yes",
        expected=request.POST.get("digest", ""),
    )  # fmt: skip
    if visits.applied is None:
        messages.warning(request, CHANGED_MEANWHILE)
        return reverse("visits:visits-import-preview", args=[school.pk, key])
    cache.delete(_key(request, school, key))
    return reverse("visits:visits-import-done", args=[school.pk, visits.applied.pk])


def visits_import_done(request, pk, entry):
    """Say what an import did."""
    school = administered(request.user, School.objects, pk)
    imports = Entry.objects.filter(verb="visits.imported", school=school)
    entry = get_object_or_404(imports.select_related("actor"), pk=entry)
    context = {"school": school, "entry": entry, "counts": entry.data["counts"]}
    return render(request, "visits/visits_import_done.html", context)
