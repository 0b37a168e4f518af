from django.apps import AppConfig


class DemoConfig(AppConfig):
    """The demo: a school told in depth, its pages and its mailbox."""

    name = "homeschool.demo"
    label = "demo"
