from django.apps import AppConfig


class VisitsConfig(AppConfig):
    """Face-to-face contact between home and school."""

    name = "visits"
    label = "visits"

    def ready(self):
        from homeschool.people.views import seen
        from visits.reading import PURPOSES
        from visits.reading.telling import register_kinds

        seen.PURPOSES |= PURPOSES
        register_kinds()
