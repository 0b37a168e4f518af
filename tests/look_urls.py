"""The look alone: what tests/test_look.py needs, whatever else the portal holds."""

from django.urls import path

from homeschool import look, views

urlpatterns = [
    path("language", views.choose_language, name="set_language"),
    path("colours", views.choose_colours, name="set-theme"),
    path("look/", look.look, name="look"),
]
