"""The addresses of announcements: written, sent, read and signed; templates and saved lists."""

from django.urls import path

from messaging.views import (
    announcement_own as own,
    announcement_templates as templates,
    announcements,
    saved_lists,
)

urlpatterns = [
    path("", announcements.announcement_list, name="announcement-list"),
    path("new/", announcements.announcement_new, name="announcement-new"),
    path("mine/", own.own_list, name="announcement-own-list"),
    path("templates/", templates.template_list, name="wording-list"),
    path("templates/new/", templates.template_new, name="wording-new"),
    path("templates/<uuid:pk>/", templates.template_edit, name="wording-edit"),
    path("templates/<uuid:pk>/end/", templates.template_end, name="wording-end"),
    path("lists/", saved_lists.list_list, name="saved-list-list"),
    path("lists/new/", saved_lists.list_new, name="saved-list-new"),
    path("lists/<uuid:pk>/", saved_lists.list_detail, name="saved-list-detail"),
    path("lists/<uuid:pk>/name/", saved_lists.list_name, name="saved-list-name"),
    path("lists/<uuid:pk>/add/", saved_lists.list_add, name="saved-list-add"),
    path("lists/<uuid:pk>/take-off/", saved_lists.list_take_off, name="saved-list-take-off"),
    path("lists/<uuid:pk>/end/", saved_lists.list_end, name="saved-list-end"),
    path("m/<str:token>/sign/", own.sign_by_letter, name="announcement-sign-by-letter"),
    path("<uuid:pk>/", announcements.announcement_detail, name="announcement-detail"),
    path("<uuid:pk>/edit/", announcements.announcement_edit, name="announcement-edit"),
    path("<uuid:pk>/people/", announcements.announcement_people, name="announcement-people"),
    path(
        "<uuid:pk>/words/<slug:language>/",
        announcements.announcement_words,
        name="announcement-words",
    ),
    path(
        "<uuid:pk>/translate/", announcements.announcement_translate, name="announcement-translate"
    ),
    path("<uuid:pk>/send/", announcements.announcement_send, name="announcement-send"),
    path("<uuid:pk>/call-off/", announcements.announcement_call_off, name="announcement-call-off"),
    path("<uuid:pk>/mine/", own.own, name="announcement-own"),
    path("<uuid:pk>/mine/read/", own.own_confirm, name="announcement-own-confirm"),
    path("<uuid:pk>/mine/sign/", own.own_sign, name="announcement-own-sign"),
]
