"""Bringing children and families in: choose a file, and what became of those that were sent."""

from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.utils import translation

from homeschool.journal.models import Submission
from homeschool.people.forms.roster import RosterForm
from homeschool.people.importing import COLUMN_NAMES, REQUIRED
from homeschool.people.models import RosterImport, School
from homeschool.people.models.rostering import NOTES

from .home import posted
from .setting_up import administered, download

A_PAGE = 20
EXAMPLE = (
    ("2026001", "林小雨", "3B", "林美", "妈妈", "linmei@example.org", "zh-hans"),
    ("2026001", "林小雨", "3B", "林强", "爸爸", "", "zh-hans"),
    ("2026002", "Mateo Hernández Ruiz", "3B", "Camila Ruiz", "madre", "camila@example.org", "es"),
)
TONES = {
    RosterImport.State.DONE: "good",
    RosterImport.State.FAILED: "bad",
    RosterImport.State.CHECKED: "rust",
    RosterImport.State.COLUMNS: "rust",
}


def roster_import(request, pk):
    """Take a file, let it be read, and go on to its page; below, the files that were sent before."""
    school = administered(request.user, School.objects, pk)
    form = RosterForm(posted(request), request.FILES or None)
    if request.method == "POST" and form.is_valid():
        return redirect(_ask(request, school, form.cleaned_data))
    earlier = RosterImport.objects.filter(school=school).listed()
    page = Paginator(earlier, A_PAGE).get_page(request.GET.get("page"))
    context = {
        "school": school, "form": form, "example": EXAMPLE, "page": page,
        "columns": [{"code": column, "name": COLUMN_NAMES[column]} for column in REQUIRED],
        "imports": [_drawn(row) for row in page.object_list],
    }  # fmt: skip
    return render(request, "people/roster_import.html", context)


def _ask(request, school, data):
    """Let the file be read, once for each sending; return the address of its page."""
    name, content = data["file"]

    def work():
        row = RosterImport.objects.ask(
            school, by=request.user, file_name=name, content=content,
            language=translation.get_language(), known_classes_only=data["known_classes_only"],
        )  # fmt: skip
        return row.get_absolute_url()

    return Submission.once(request.user, data["submission"], work)


def _drawn(row):
    counted = {
        state: sum(states.get(state, 0) for states in row.counts.values())
        for state in ("new", "changed", "retired", "returned")
    }
    return {
        "row": row,
        "state": row.stands.label,
        "tone": TONES.get(row.stands, "teal" if row.at_work else ""),
        "counted": counted
        if row.stands in (RosterImport.State.DONE, RosterImport.State.UNDONE)
        else {},
        "note": row.said if row.note in NOTES else "",
    }


def roster_template(request, pk):
    """Return an example sheet, in the encoding that spreadsheet programs open rightly."""
    administered(request.user, School.objects, pk)
    return download("roster.csv", [REQUIRED, *EXAMPLE])
