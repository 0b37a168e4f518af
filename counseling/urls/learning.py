"""The addresses of pairs of children who help each other, and of how much help a child got."""

from django.urls import path

from counseling.views import pairs

urlpatterns = [path("pairs/", pairs.pair_list, name="pair-list")]
