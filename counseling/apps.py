from django.apps import AppConfig


class CounselingConfig(AppConfig):
    """From a child's need to the plan, and the sessions that carry it out."""

    name = "counseling"
    label = "counseling"

    def ready(self):
        from counseling import actions

        actions.register()
