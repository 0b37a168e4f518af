"""Reports as files: starting one, watching it, stopping it, taking it along."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.defaultfilters import filesizeformat
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _, gettext_lazy as _lazy
from django.views.decorators.http import require_POST, require_safe

from homeschool.journal.models import Entry, Job, Submission
from homeschool.people.forms.school import OnceForm
from homeschool.people.models import School
from homeschool.people.signin import asks_again
from homeschool.reports.forms import TermReportForm
from homeschool.reports.models import PUBLIC_READERS, ReportFile, ReportRun
from homeschool.reports.term import MEDIA_TYPES, WAYS_IN_WORDS, Snapshot
from homeschool.reports.term.measures import ASPECT, CLASS, DIVISION

MADE = "#made"
MOST_RUNS = 30
STATE = Job.State
# What is being done while so many steps are done.
STEPS = (_lazy("Counting …"), _lazy("Writing the CSV …"), _lazy("Writing the workbook …"))


def asked_form(request, data):
    """Return the form of the report that `data` asks for; 403 for who has no reports."""
    if not request.user.roles() & PUBLIC_READERS:
        raise PermissionDenied
    return TermReportForm(data, user=request.user)


def runs_of(user, school):
    """Return {"at_work": [...], "ended": [...], "some_wait"}: the reports of a school that are being
    made or kept for `user`, as they are drawn (two queries)."""
    runs = ReportRun.objects.visible_to(user).filter(school=school).listed()[:MOST_RUNS]
    drawn = [_drawn(run, user) for run in runs if run.job.state != STATE.CANCELLED]
    at_work = [run for run in drawn if run["waits"]]
    return {
        "at_work": at_work,
        "ended": [run for run in drawn if not run["waits"]],
        "some_wait": bool(at_work),
    }


def _drawn(run, user):
    done = run.job.progress.get("done", 0)
    failed = run.job.state == STATE.FAILED
    return {
        "pk": run.pk,
        "waits": run.job.waits,
        "title": _title(run),
        "detail": _detail(run, failed),
        "done": done,
        "of": len(STEPS),
        "status": _("Waiting for its turn …")
        if run.job.state == STATE.PENDING
        else STEPS[min(done, 2)],
        "is_mine": run.asked_by_id == user.pk,
        "hash": run.hash,
        "icon": "circle-alert" if failed else "file-spreadsheet",
        "tone": "bad" if failed else "good",
        "files": []
        if failed
        else [{"pk": f.pk, "name": f.name, "words": _size(f)} for f in run.files.all()],
        "wishes": {"term": run.term_id, "audience": run.audience} | run.filters,
    }


def _title(run):
    """Return what the report shows: the term, for whom, and what narrows it."""
    names = Snapshot(run.snapshot) if run.snapshot else None
    kinds = {"division": DIVISION, "school_class": CLASS, "aspect": ASPECT}
    said = [
        names.name(kinds[name], value)
        if names and name in kinds
        else WAYS_IN_WORDS.get(value, value)
        for name, value in run.filters.items()
    ]
    return " · ".join(map(str, [run.term, run.get_audience_display(), *said]))


def _detail(run, failed):
    if failed:
        return _("Could not be made. What you chose is kept: please try again.")
    said = {
        "name": run.asked_by.full_name,
        "at": date_format(timezone.localtime(run.asked_at), "SHORT_DATETIME_FORMAT"),
    }
    return _("%(name)s · %(at)s") % said


def _size(file):
    return f"{file.ending.upper()} · {filesizeformat(file.size)}"


@require_POST
def report_make(request):
    """Let the files of a report be made, once for each sending, and go back to its page."""
    form, once = asked_form(request, request.POST), OnceForm(request.POST)
    once.is_valid()
    if not form.is_valid():
        return render(request, "reports/term_report.html", {"form": form}, status=422)

    def work():
        run = ReportRun.objects.ask(
            by=request.user, term=form.chosen, audience=form.cleaned_data["audience"],
            filters=form.filters, language=translation.get_language(),
        )  # fmt: skip
        return run.get_absolute_url() + MADE

    return redirect(Submission.once(request.user, once.cleaned_data["submission"], work))


@require_safe
def report_runs(request, pk):
    """Return the part of the page that says how far the reports of a school are."""
    if not request.user.roles() & PUBLIC_READERS:
        raise PermissionDenied
    school = get_object_or_404(School.objects.visible_to(request.user, PUBLIC_READERS), pk=pk)
    context = {"runs": runs_of(request.user, school), "school": school, "once": OnceForm()}
    return render(request, "reports/_runs.html", context)


def _visible_run(request, pk):
    """Return a report that the reader may have; 404 where it is not there for them."""
    runs = ReportRun.objects.visible_to(request.user).select_related("job", "school", "term")
    return get_object_or_404(runs, pk=pk)


@require_POST
def report_stop(request, pk):
    """Stop making a report; who asked for it does, since others may wait for theirs."""
    run = _visible_run(request, pk)
    if run.asked_by_id != request.user.pk:
        raise PermissionDenied
    run.stop(by=request.user)
    messages.info(request, _("It was stopped. What you chose is still there."))
    return redirect(run.get_absolute_url() + MADE)


@asks_again
@require_safe
def report_file(request, pk):
    """Send a file of a report, and write down who took it along."""
    files = ReportFile.objects.filter(
        run__in=ReportRun.objects.visible_to(request.user), run__expires_at__gt=timezone.now()
    )
    file = get_object_or_404(files.select_related("run__school", "run__job"), pk=pk)
    if file.run.job.state != file.run.job.State.DONE:
        raise Http404
    Entry.record(
        "term_report.exported", file.run, by=request.user, school=file.run.school,
        kind=Entry.Kind.EXPORTED, file=str(file.pk),
    )  # fmt: skip
    answer = HttpResponse(bytes(file.content), content_type=MEDIA_TYPES[file.ending])
    answer.headers["Content-Disposition"] = f'attachment; filename="{file.name}"'
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
