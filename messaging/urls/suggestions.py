"""The addresses of what families suggest, under /suggestions/."""

from django.urls import path

from messaging.views import suggestions

urlpatterns = [
    path("", suggestions.suggestion_list, name="suggestion-list"),
    path("mine/", suggestions.suggestion_own, name="suggestion-own"),
    path("new/", suggestions.suggestion_new, name="suggestion-new"),
    path("<uuid:pk>/", suggestions.suggestion_detail, name="suggestion-detail"),
    path("<uuid:pk>/answer/", suggestions.suggestion_answer, name="suggestion-answer"),
    path("<uuid:pk>/add/", suggestions.suggestion_add, name="suggestion-add"),
]
