"""The addresses of words in other languages and of files, under /messages/."""

from django.urls import path

from messaging.views import attachments, translating

urlpatterns = [
    path("words/", translating.term_list, name="term-list"),
    path("words/new/<uuid:pk>/", translating.term_add, name="term-add"),
    path("words/<int:pk>/", translating.term_change, name="term-change"),
    path("words/<int:pk>/remove/", translating.term_remove, name="term-remove"),
    path(
        "m/<uuid:pk>/in/<slug:language>/", translating.translation_write, name="translation-write"
    ),
    path("m/<uuid:pk>/translate/", translating.translation_ask, name="translation-ask"),
    path("translations/<int:pk>/right/", translating.translation_check, name="translation-check"),
    path("m/<uuid:pk>/unclear/", translating.unclear_say, name="unclear-say"),
    path("unclear/", translating.unclear_list, name="unclear-list"),
    path("unclear/<int:pk>/explained/", translating.unclear_help, name="unclear-help"),
    path("files/<uuid:pk>/", attachments.AttachmentFile.as_view(), name="attachment-file"),
    path("files/<uuid:pk>/erase/", attachments.attachment_erase, name="attachment-erase"),
]
