"""Addresses of the pages across rooms."""

from django.urls import path

from .views import paper, progress, runs, term, today

app_name = "reports"
urlpatterns = [
    path("today/", today.today, name="today"),
    path("progress/", progress.progress_home, name="progress-home"),
    path("progress/<uuid:pk>/", progress.progress, name="progress"),
    path("reports/term/", term.term_report, name="term-report"),
    path("reports/term/rows/", term.term_rows, name="term-rows"),
    path("reports/term/make/", runs.report_make, name="report-make"),
    path("reports/made/<uuid:pk>/", runs.report_runs, name="report-runs"),
    path("reports/<uuid:pk>/stop/", runs.report_stop, name="report-stop"),
    path("reports/<uuid:pk>/paper/", paper.report_paper, name="report-paper"),
    path("reports/files/<uuid:pk>/", runs.report_file, name="report-file"),
]
