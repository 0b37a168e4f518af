from importlib import import_module

from django.apps import AppConfig


class HomeschoolConfig(AppConfig):
    """The project itself: commands, template tags and the Celery app."""

    name = "homeschool"
    label = "homeschool"

    def ready(self):
        import_module("homeschool.celery")  # so that every shared_task binds to our app
