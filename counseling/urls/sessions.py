"""The addresses of sessions, of what they use, and of attendance, under /after-school/."""

from django.urls import path

from counseling.views import resources, sessions

urlpatterns = [
    path("week/", sessions.session_week, name="session-week"),
    path("things/", resources.resource_list, name="resource-list"),
]
