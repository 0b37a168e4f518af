from django.apps import AppConfig


class VisitsConfig(AppConfig):
    """Face-to-face contact between home and school."""

    name = "visits"
    label = "visits"

    def ready(self):
        from homeschool.people.views import seen
        from visits import actions
        from visits.models import invariants, leaving
        from visits.reading import PURPOSES
        from visits.reading.audiences import register_audiences
        from visits.reading.meeting_telling import register_meeting_kinds
        from visits.reading.reminders import register_reminders
        from visits.reading.stories import register_tales
        from visits.reading.suggestions import register_suggestions
        from visits.reading.telling import register_kinds
        from visits.reading.weekly import register_lines

        seen.PURPOSES |= PURPOSES
        register_audiences()
        register_kinds()
        register_lines()
        register_meeting_kinds()
        register_reminders()
        register_suggestions()
        register_tales()
        actions.register()
        leaving.register()
        invariants.register_invariants()
