"""Addresses of what was told."""

from django.urls import path

from homeschool.journal import views

app_name = "journal"
urlpatterns = [
    path("m/<str:token>/", views.letter, name="letter"),
    path("m/<str:token>/confirm/", views.letter_confirm, name="letter-confirm"),
    path("m/<str:token>/stop/", views.stop, name="stop"),
    path("operations/", views.operations, name="operations"),
    path("operations/deliveries/<int:pk>/retry/", views.delivery_retry, name="delivery-retry"),
]
