from django.apps import AppConfig


class CounselingConfig(AppConfig):
    """From a child's need to the plan, and the sessions that carry it out."""

    name = "counseling"
    label = "counseling"

    def ready(self):
        from counseling import actions
        from counseling.models import invariants
        from counseling.reading import PURPOSES
        from counseling.reading.asking import register_seats
        from counseling.reading.audiences import register_audiences
        from counseling.reading.check_in import register_check_in
        from counseling.reading.evaluation import register_evaluation
        from counseling.reading.feeding import register_feeding
        from counseling.reading.importing import running
        from counseling.reading.notes import register_notes
        from counseling.reading.publishing import register_publishing
        from counseling.reading.session_letters import register_sessions
        from counseling.reading.volunteer_letters import register_volunteers
        from homeschool.people.views import seen

        seen.PURPOSES |= PURPOSES
        actions.register()
        running.register_jobs()
        register_audiences()
        register_check_in()
        register_evaluation()
        register_feeding()
        register_notes()
        register_publishing()
        register_seats()
        register_sessions()
        register_volunteers()
        invariants.register_invariants()
