from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Who is who this term, and who may see whom."""

    name = "homeschool.people"
    label = "people"
