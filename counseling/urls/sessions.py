"""The addresses of sessions, of what they use, and of attendance, under /after-school/."""

from django.urls import path

from counseling.views import attendance, resources, sessions

urlpatterns = [
    path("week/", sessions.session_week, name="session-week"),
    path("sessions/new/<uuid:pk>/", sessions.session_add, name="session-add"),
    path("sessions/all/<uuid:pk>/", sessions.session_set_up, name="session-set-up"),
    path("sessions/<uuid:pk>/", sessions.session_detail, name="session-detail"),
    path("sessions/<uuid:pk>/work/", sessions.session_work, name="session-work"),
    path("sessions/<uuid:pk>/move/", sessions.session_move, name="session-move"),
    path("sessions/<uuid:pk>/call-off/", sessions.session_call_off, name="session-call-off"),
    path("sessions/<uuid:pk>/lead/", sessions.session_lead, name="session-lead"),
    path("sessions/<uuid:pk>/let-go/", sessions.session_let_go, name="session-let-go"),
    path("sessions/<uuid:pk>/book/", sessions.session_book, name="session-book"),
    path("sessions/<uuid:pk>/release/", sessions.session_release, name="session-release"),
    path("sessions/<uuid:pk>/who-is-there/", attendance.attendance_mark, name="attendance-mark"),
    path("sessions/<uuid:pk>/all-there/", attendance.attendance_all, name="attendance-all"),
    path("attendance/<uuid:pk>/", attendance.attendance_sheet, name="attendance-sheet"),
    path("attendance/<uuid:pk>/file/", attendance.attendance_file, name="attendance-file"),
    path("things/", resources.resource_list, name="resource-list"),
    path("things/new/<uuid:pk>/", resources.resource_add, name="resource-add"),
    path("things/<uuid:pk>/", resources.resource_detail, name="resource-detail"),
    path("things/<uuid:pk>/end/", resources.resource_end, name="resource-end"),
    path("things/<uuid:pk>/back/", resources.resource_end, {"back": True}, name="resource-back"),
]
