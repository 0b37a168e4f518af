"""The addresses of threads, under /messages/."""

from django.urls import path

from messaging.views import composer, remarks, threads

urlpatterns = [
    path("", threads.thread_list, name="thread-list"),
    path("new/", composer.thread_new, name="thread-new"),
    path("new/<uuid:pk>/", composer.thread_write, name="thread-write"),
    path("new/<uuid:pk>/draft/", composer.thread_write_draft, name="thread-write-draft"),
    path("t/<uuid:pk>/", threads.thread_detail, name="thread-detail"),
    path("t/<uuid:pk>/draft/", threads.thread_draft, name="thread-draft"),
    path("t/<uuid:pk>/new/", threads.thread_news, name="thread-news"),
    path("t/<uuid:pk>/close/", threads.thread_close, name="thread-close"),
    path("t/<uuid:pk>/open/", threads.thread_reopen, name="thread-reopen"),
    path("t/<uuid:pk>/colleague/", threads.thread_join, name="thread-join"),
    path("t/<uuid:pk>/remarks/", remarks.remark_list, name="remark-list"),
    path("m/<uuid:pk>/back/", threads.message_take_back, name="message-take-back"),
    path("m/<uuid:pk>/tap/", threads.message_tap, name="message-tap"),
]
