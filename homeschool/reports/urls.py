"""Addresses of the pages across rooms."""

from django.urls import path

from .views import progress, term, today

app_name = "reports"
urlpatterns = [
    path("today/", today.today, name="today"),
    path("progress/", progress.progress_home, name="progress-home"),
    path("progress/<uuid:pk>/", progress.progress, name="progress"),
    path("reports/term/", term.term_report, name="term-report"),
    path("reports/term/csv/", term.term_report_csv, name="term-report-csv"),
]
