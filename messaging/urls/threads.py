"""The addresses of threads, under /messages/."""

from django.urls import path

from messaging.views import threads

urlpatterns = [
    path("", threads.thread_list, name="thread-list"),
]
