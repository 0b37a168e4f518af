"""Addresses of what was told."""

from django.urls import path

from homeschool.journal import admin, api, views

app_name = "journal"
urlpatterns = [
    path("m/<str:token>/", views.letter, name="letter"),
    path("m/<str:token>/confirm/", views.letter_confirm, name="letter-confirm"),
    path("m/<str:token>/stop/", views.stop, name="stop"),
    path("m/<str:token>/again/", views.stop_again, name="stop-again"),
    path("operations/", admin.operations, name="operations"),
    path("operations/given-up/", admin.given_up, name="given-up"),
    path("operations/retry/", admin.deliveries_retry, name="deliveries-retry"),
    path("operations/mail/try/", admin.mail_try, name="mail-try"),
    path("operations/deliveries/<int:pk>/retry/", admin.delivery_retry, name="delivery-retry"),
    path("mail/events/", api.mail_events, name="mail-events"),
]
