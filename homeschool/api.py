"""The addresses of the API, room by room, read-only. Who may read what is said in the rooms."""

from django.urls import path, re_path
from rest_framework.routers import SimpleRouter

from counseling.api import Marks, Plans, Programmes, Sessions
from homeschool.people.api import roster
from homeschool.people.api.document import document
from homeschool.people.api.noes import nothing_here
from messaging.api import Announcements, Messages, Threads
from visits.api import Promises, Visits

app_name = "api"

router = SimpleRouter(use_regex_path=False)
router.register("schools", roster.Schools, "school")
router.register("divisions", roster.Divisions, "division")
router.register("classes", roster.Classes, "class")
router.register("terms", roster.Terms, "term")
router.register("students", roster.Students, "student")
router.register("guardianships", roster.Guardianships, "guardianship")
router.register("visits", Visits, "visit")
router.register("promises", Promises, "promise")
router.register("plans", Plans, "plan")
router.register("programmes", Programmes, "programme")
router.register("sessions", Sessions, "session")
router.register("attendance", Marks, "attendance")
router.register("threads", Threads, "thread")
router.register("messages", Messages, "message")
router.register("announcements", Announcements, "announcement")

urlpatterns = [
    path("schema/", document, name="schema"),
    *router.urls,
    re_path("", nothing_here, name="nothing"),  # whatever is left, line breaks too
]
