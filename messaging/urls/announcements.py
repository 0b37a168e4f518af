"""The addresses of announcements: written, sent, read and signed."""

from django.urls import path

from messaging.views import announcements

urlpatterns = [
    path("", announcements.announcement_list, name="announcement-list"),
]
