from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportsConfig(AppConfig):
    """Read-only pages across rooms: today, progress, the term report."""

    name = "homeschool.reports"
    label = "reports"

    def ready(self):
        from homeschool.journal.kinds import register_job
        from homeschool.people.actions import merging
        from homeschool.people.views.seen import PURPOSES
        from homeschool.reports import actions, models

        register_job(models.TERM_REPORT, actions.make)
        merging.moves("reports.ReportRun.asked_by", merging.STAYS)
        PURPOSES["progress.viewed"] = _("read what the family sees")
