from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Who is who this term, and who may see whom."""

    name = "homeschool.people"
    label = "people"

    def ready(self):
        """Tell the journal where people are reached, and who oversees what left."""
        from homeschool.journal import channels, kinds
        from homeschool.journal.models import bouncing

        from . import sight
        from .actions import (
            exporting,
            handing,
            rostering,
            speaking,
            transferring,
            uniting,
            weekly,
        )
        from .models import invariants, reached

        uniting.declare()
        exporting.register_kind()
        handing.register_kind()
        transferring.register_kind()
        weekly.register_kind()
        rostering.register_jobs()
        speaking.register_audiences()
        channels.register_addresses(reached.usable_addresses, reached.opt_out, reached.opt_in)
        bouncing.register_marks(reached.fail, reached.works)
        kinds.register_readers(sight.remember_all)
        kinds.register_overseers(reached.overseen_schools)
        invariants.register_invariants()
