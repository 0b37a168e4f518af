from django.apps import AppConfig


class JournalConfig(AppConfig):
    """What happened, to whom, and who has been told."""

    name = "homeschool.journal"
    label = "journal"
