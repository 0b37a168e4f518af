"""The addresses of who is away and when somebody usually answers, under /messages/away/."""

from django.urls import path

from messaging.views import away

urlpatterns = [
    path("", away.away_list, name="away-list"),
    path("new/<uuid:pk>/", away.away_new, name="away-new"),
    path("hours/<uuid:pk>/", away.office_edit, name="office-edit"),
    path("hours/<uuid:pk>/all/", away.office_default, name="office-default"),
    path("<int:pk>/", away.away_detail, name="away-detail"),
    path("<int:pk>/end/", away.away_end, name="away-end"),
]
