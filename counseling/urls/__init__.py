"""The addresses of the room: plans under /plans/, what takes place after lessons under /after-school/."""

from django.urls import include, path

from . import family_seats, learning, plans, programmes, sessions, volunteers

app_name = "counseling"
urlpatterns = [
    path("plans/", include(plans.urlpatterns)),
    path("after-school/", include(programmes.urlpatterns)),
    path("after-school/", include(sessions.urlpatterns)),
    path("after-school/", include(volunteers.urlpatterns)),
    path("after-school/", include(family_seats.urlpatterns)),
    path("after-school/", include(learning.urlpatterns)),
]
