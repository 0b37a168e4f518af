"""The addresses of words in other languages, under /messages/."""

from django.urls import path

from messaging.views import translating

urlpatterns = [
    path("words/", translating.term_list, name="term-list"),
]
