"""The addresses of what became of an announcement: the board, who is asked again, and the proof."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
