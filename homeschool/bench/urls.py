"""The portal's addresses, and the floors that its pages are measured against."""

from django.urls import path

from homeschool.bench import views
from homeschool.urls import urlpatterns as of_the_portal

urlpatterns = [
    *of_the_portal,
    path("bench/floor/<uuid:pk>", views.floor, name="bench-floor"),
    path("bench/lookup/<uuid:pk>", views.lookup, name="bench-lookup"),
]
