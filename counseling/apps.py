from django.apps import AppConfig


class CounselingConfig(AppConfig):
    """From a child's need to the plan, and the sessions that carry it out."""

    name = "counseling"
    label = "counseling"

    def ready(self):
        from counseling import actions
        from counseling.reading import PURPOSES
        from counseling.reading.check_in import register_check_in
        from counseling.reading.importing import running
        from counseling.reading.notes import register_notes
        from counseling.reading.publishing import register_publishing
        from homeschool.people.views import seen

        seen.PURPOSES |= PURPOSES
        actions.register()
        running.register_jobs()
        register_check_in()
        register_notes()
        register_publishing()
