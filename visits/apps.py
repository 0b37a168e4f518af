from django.apps import AppConfig


class VisitsConfig(AppConfig):
    """Face-to-face contact between home and school."""

    name = "visits"
    label = "visits"

    def ready(self):
        from homeschool.people.views import seen
        from visits import actions
        from visits.models import leaving
        from visits.reading import PURPOSES
        from visits.reading.meeting_telling import register_meeting_kinds
        from visits.reading.telling import register_kinds

        seen.PURPOSES |= PURPOSES
        register_kinds()
        register_meeting_kinds()
        actions.register()
        leaving.register()
