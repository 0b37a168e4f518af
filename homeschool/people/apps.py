from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Who is who this term, and who may see whom."""

    name = "homeschool.people"
    label = "people"

    def ready(self):
        """Tell the journal where people are reached, and who oversees what left."""
        from homeschool.journal import channels, kinds

        from .actions import exporting, handing, rostering, transferring, uniting
        from .models import reached

        uniting.declare()
        exporting.register_kind()
        handing.register_kind()
        transferring.register_kind()
        rostering.register_jobs()
        channels.register_addresses(reached.usable_addresses, reached.opt_out)
        kinds.register_overseers(reached.overseen_schools)
