"""The addresses of volunteers, under /after-school/."""

from django.urls import path

from counseling.views import volunteers, volunteers_own

urlpatterns = [
    path("volunteers/", volunteers.volunteer_list, name="volunteer-list"),
    path("mine/", volunteers_own.volunteer_home, name="volunteer-home"),
]
