"""Addresses of the people room: children and families, and the school's own set-up."""

from django.urls import path

from homeschool.people.views import (
    children,
    grants,
    guardians,
    invitations,
    me,
    roster,
    school,
    staff,
    start,
    tokens,
)

app_name = "people"

urlpatterns = [
    path("children/", children.child_list, name="child-list"),
    path("children/<uuid:pk>/", children.child_detail, name="child-detail"),
    path("children/<uuid:pk>/edit/", children.child_edit, name="child-edit"),
    path("children/<uuid:pk>/strengths/", children.child_strengths, name="child-strengths"),
    path("children/<uuid:pk>/who-looked/", children.child_looks, name="child-looks"),
    path("children/<uuid:pk>/guardians/add/", guardians.guardianship_add, name="guardianship-add"),
    path("children/<uuid:pk>/grants/give/", grants.grant_give, name="grant-give"),
    path("grants/<uuid:pk>/withdraw/", grants.grant_withdraw, name="grant-withdraw"),
    path("guardianships/<uuid:pk>/", guardians.guardianship_edit, name="guardianship-edit"),
    path(
        "guardianships/<uuid:pk>/withdraw/",
        guardians.guardianship_withdraw,
        name="guardianship-withdraw",
    ),
    path(
        "guardianships/<uuid:pk>/restore/",
        guardians.guardianship_restore,
        name="guardianship-restore",
    ),
    path(
        "guardianships/<uuid:pk>/restrict/",
        guardians.guardianship_restrict,
        name="guardianship-restrict",
    ),
    path("guardianships/<uuid:pk>/end/", guardians.guardianship_end, name="guardianship-end"),
    path("me/", me.me, name="me"),
    path("me/tokens/", tokens.token_list, name="token-list"),
    path("me/tokens/new/", tokens.token_create, name="token-create"),
    path("me/tokens/<uuid:pk>/revoke/", tokens.token_revoke, name="token-revoke"),
    path("school/", start.school, name="school"),
    path("school/new/", start.school_create, name="school-create"),
    path("school/import/", start.roster, name="roster"),
    path("school/<uuid:pk>/", school.school_settings, name="school-settings"),
    path("school/<uuid:pk>/start/", start.school_start, name="school-start"),
    path("school/<uuid:pk>/terms/", school.term_list, name="term-list"),
    path("school/<uuid:pk>/terms/new/", school.term_create, name="term-create"),
    path("school/terms/<uuid:pk>/", school.term_edit, name="term-edit"),
    path("school/<uuid:pk>/classes/", school.class_list, name="class-list"),
    path("school/<uuid:pk>/classes/new/", school.class_create, name="class-create"),
    path("school/classes/<uuid:pk>/", school.class_edit, name="class-edit"),
    path("school/<uuid:pk>/letters/", invitations.invitation_list, name="invitation-list"),
    path(
        "school/classes/<uuid:pk>/letters/",
        invitations.invitation_class,
        name="invitation-class",
    ),
    path(
        "school/classes/<uuid:pk>/letters/print/",
        invitations.invitation_print,
        name="invitation-print",
    ),
    path(
        "school/classes/<uuid:pk>/letters/pdf/", invitations.invitation_pdf, name="invitation-pdf"
    ),
    path(
        "school/letters/<uuid:pk>/revoke/",
        invitations.invitation_revoke,
        name="invitation-revoke",
    ),
    path("school/<uuid:pk>/staff/", staff.staff_list, name="staff-list"),
    path("school/<uuid:pk>/staff/add/", staff.staff_add, name="staff-add"),
    path("school/staff/<uuid:pk>/", staff.staff_detail, name="staff-detail"),
    path("school/staff/<uuid:pk>/end/", staff.staff_end, name="staff-end"),
    path("school/caseloads/<uuid:pk>/end/", staff.caseload_end, name="caseload-end"),
    path("school/<uuid:pk>/import/", roster.roster_import, name="roster-import"),
    path("school/<uuid:pk>/import/roster.csv", roster.roster_template, name="roster-template"),
    path("school/<uuid:pk>/import/<uuid:key>/", roster.roster_preview, name="roster-preview"),
    path(
        "school/<uuid:pk>/import/<uuid:key>/refused.csv",
        roster.roster_refused,
        name="roster-refused",
    ),
    path(
        "school/<uuid:pk>/import/<uuid:key>/confirm/", roster.roster_confirm, name="roster-confirm"
    ),
    path("school/<uuid:pk>/import/done/<int:entry>/", roster.roster_done, name="roster-done"),
]
