"""The portal's addresses, and the floors that its pages are measured against."""

from django.urls import include, path

from homeschool.bench import views

urlpatterns = [
    path("bench/floor/<uuid:pk>", views.floor, name="bench-floor"),
    path("bench/lookup/<uuid:pk>", views.lookup, name="bench-lookup"),
    path("", include("homeschool.urls")),
]
