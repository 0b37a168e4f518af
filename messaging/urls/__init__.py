"""The addresses of the room: threads under /messages/, what goes to many under /announcements/, /news/ and /for-parents/."""

from django.urls import include, path

from . import announcements, away, news, proof, suggestions, threads, translating

app_name = "messaging"
urlpatterns = [
    path("messages/", include(threads.urlpatterns)),
    path("messages/", include(translating.urlpatterns)),
    path("messages/away/", include(away.urlpatterns)),
    path("suggestions/", include(suggestions.urlpatterns)),
    path("announcements/", include(announcements.urlpatterns)),
    path("announcements/", include(proof.urlpatterns)),
    path("", include(news.urlpatterns)),
]
