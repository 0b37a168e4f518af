from django.apps import AppConfig


class JournalConfig(AppConfig):
    """What happened, to whom, and who has been told."""

    name = "homeschool.journal"
    label = "journal"

    def ready(self):
        """Make the letter known that gathers others, and what must hold of our rows."""
        from homeschool.journal.actions import digests
        from homeschool.journal.models import invariants

        digests.register_kind()
        invariants.register_own()
