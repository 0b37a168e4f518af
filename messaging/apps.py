from django.apps import AppConfig


class MessagingConfig(AppConfig):
    """What home and school write to each other, and proof that it was read."""

    name = "messaging"
    label = "messaging"

    def ready(self):
        from messaging import actions
        from messaging.models import invariants
        from messaging.reading.announcement_audiences import register_lists
        from messaging.reading.announcement_letters import register_announcements
        from messaging.reading.away_letters import register_away
        from messaging.reading.chase import register_chase
        from messaging.reading.message_letters import register_threads
        from messaging.reading.suggestions import register_suggestions
        from messaging.reading.translating import register_translating

        actions.register()
        invariants.register_invariants()
        register_announcements()
        register_away()
        register_chase()
        register_lists()
        register_suggestions()
        register_translating()
        register_threads()
