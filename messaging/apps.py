from django.apps import AppConfig


class MessagingConfig(AppConfig):
    """What home and school write to each other, and proof that it was read."""

    name = "messaging"
    label = "messaging"

    def ready(self):
        from messaging import actions

        actions.register()
