"""The front door: every address of the portal, room by room."""

from django.conf import settings
from django.urls import include, path

from homeschool import health, look, views
from homeschool.people.views.home import home

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("language", views.choose_language, name="set_language"),
    path("colours", views.choose_colours, name="set-theme"),
    path("", home, name="home"),
    path("", include("homeschool.people.urls")),
    path("", include("homeschool.journal.urls")),
    path("", include("homeschool.reports.urls")),
    path("visits/", include("visits.urls")),
    path("", include("counseling.urls")),
    path("", include("messaging.urls")),
    path("accounts/", include("homeschool.people.signin.urls")),
    path("api/v1/", include("homeschool.api")),
]
handler500 = "homeschool.away.server_error"
if settings.DEMO_MODE:
    urlpatterns.append(path("demo/", include("homeschool.demo.urls")))
if settings.DEBUG or settings.DEMO_MODE:
    urlpatterns.append(path("look/", look.look, name="look"))
