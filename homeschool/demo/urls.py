"""Addresses of the demonstration; homeschool.urls includes them in demo mode only."""

from django.urls import path, re_path

from homeschool.demo import views

app_name = "demo"

_KEY = r"(?P<key>[\w.,:=+-]{1,200})"

urlpatterns = [
    path("", views.people, name="people"),
    path("be/", views.be, name="be"),
    path("mail/", views.mail_list, name="mailbox"),
    re_path(rf"^mail/{_KEY}/$", views.mail, name="mail"),
    re_path(rf"^mail/{_KEY}/html/$", views.mail_html, name="mail-html"),
]
