"""Addresses of visits, promises and meetings."""

from django.urls import path

from visits.views import drafts, family, importing, meetings, planning, promises, visits

app_name = "visits"

urlpatterns = [
    path("", visits.visit_list, name="visit-list"),
    path("plan/", planning.visit_plan, name="visit-plan"),
    path("<uuid:pk>/", visits.visit_detail, name="visit-detail"),
    path("<uuid:pk>/print/", visits.visit_print, name="visit-print"),
    path("<uuid:pk>/cancel/", visits.visit_cancel, name="visit-cancel"),
    path("<uuid:pk>/nobody-home/", visits.visit_nobody_home, name="visit-nobody-home"),
    path("<uuid:pk>/share/", visits.visit_share, name="visit-share"),
    path("meetings/", meetings.meeting_list, name="meeting-list"),
    path("meetings/new/", meetings.meeting_create, name="meeting-create"),
    path("meetings/<uuid:pk>/", meetings.meeting_edit, name="meeting-edit"),
    # past visits from a spreadsheet
    path("import/", importing.past_visits, name="past-visits"),
    path("import/<uuid:pk>/", importing.visits_import, name="visits-import"),
    path(
        "import/<uuid:pk>/visits.csv",
        importing.visits_import_template,
        name="visits-import-template",
    ),
    path(
        "import/<uuid:pk>/<uuid:key>/",
        importing.visits_import_preview,
        name="visits-import-preview",
    ),
    path(
        "import/<uuid:pk>/<uuid:key>/refused.csv",
        importing.visits_import_refused,
        name="visits-import-refused",
    ),
    path(
        "import/<uuid:pk>/<uuid:key>/confirm/",
        importing.visits_import_confirm,
        name="visits-import-confirm",
    ),
    path(
        "import/<uuid:pk>/done/<int:entry>/",
        importing.visits_import_done,
        name="visits-import-done",
    ),
    # writing a visit down
    path("new/", drafts.draft_new, name="draft-new"),
    path("<uuid:pk>/start/", drafts.visit_start, name="visit-start"),
    path("drafts/<uuid:pk>/<int:step>/", drafts.draft_step, name="draft-step"),
    path("drafts/<uuid:pk>/<int:step>/leave/", drafts.draft_leave, name="draft-leave"),
    path("drafts/<uuid:pk>/save/", drafts.draft_save, name="draft-save"),
    path("drafts/<uuid:pk>/promises/add/", drafts.promise_add, name="draft-promise-add"),
    path("drafts/<uuid:pk>/finish/", drafts.draft_finish, name="draft-finish"),
    path(
        "drafts/<uuid:pk>/finish/share-later/",
        drafts.draft_finish_unshared,
        name="draft-finish-unshared",
    ),
    path("drafts/<uuid:pk>/discard/", drafts.draft_discard, name="draft-discard"),
    # what home and school answer, add and keep
    path("<uuid:pk>/confirm/", family.summary_confirm, name="summary-confirm"),
    path("<uuid:pk>/add/", family.addendum_add, name="addendum-add"),
    path("added/<uuid:pk>/seen/", family.addendum_seen, name="addendum-seen"),
    path("promises/<uuid:pk>/keep/", promises.promise_keep, name="promise-keep"),
]
