"""The addresses of programmes and their seats, under /after-school/."""

from django.urls import path

from counseling.views import programmes

urlpatterns = [path("", programmes.programme_list, name="programme-list")]
