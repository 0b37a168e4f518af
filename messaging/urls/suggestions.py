"""The addresses of what families suggest, under /suggestions/."""

from django.urls import path

from messaging.views import suggestions

urlpatterns = [
    path("", suggestions.suggestion_list, name="suggestion-list"),
]
