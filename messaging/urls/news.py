"""The addresses of news of the school, under /news/, and of what parents may use, under /for-parents/."""

from django.urls import path

from messaging.views import news, resources

urlpatterns = [
    path("news/", news.news_list, name="news-list"),
    path("news/desk/", news.news_desk, name="news-desk"),
    path("news/new/", news.news_create, name="news-create"),
    path("news/told/<slug:source>/<uuid:pk>/", news.news_tale, name="news-tale"),
    path("news/<uuid:pk>/", news.news_detail, name="news-detail"),
    path("news/<uuid:pk>/picture/", news.NewsPictureFile.as_view(), name="news-picture"),
    path("news/<uuid:pk>/desk/", news.news_manage, name="news-manage"),
    path("news/<uuid:pk>/edit/", news.news_edit, name="news-edit"),
    path("news/<uuid:pk>/words/<slug:language>/", news.news_words, name="news-words"),
    path("news/<uuid:pk>/picture/choose/", news.news_picture_add, name="news-picture-add"),
    path("news/<uuid:pk>/picture/remove/", news.news_picture_remove, name="news-picture-remove"),
    path("news/<uuid:pk>/propose/", news.news_propose, name="news-propose"),
    path("news/<uuid:pk>/publish/", news.news_publish, name="news-publish"),
    path("news/<uuid:pk>/withdraw/", news.news_withdraw, name="news-withdraw"),
    path("for-parents/", resources.resource_list, name="resource-list"),
    path("for-parents/desk/", resources.resource_desk, name="resource-desk"),
    path("for-parents/new/", resources.resource_create, name="resource-create"),
    path("for-parents/files/<uuid:pk>/", resources.ResourceFile.as_view(), name="resource-file"),
    path("for-parents/<uuid:pk>/", resources.resource_detail, name="resource-detail"),
    path("for-parents/<uuid:pk>/print/", resources.resource_print, name="resource-print"),
    path("for-parents/<uuid:pk>/desk/", resources.resource_manage, name="resource-manage"),
    path("for-parents/<uuid:pk>/edit/", resources.resource_edit, name="resource-edit"),
    path(
        "for-parents/<uuid:pk>/words/<slug:language>/",
        resources.resource_words,
        name="resource-words",
    ),
    path("for-parents/<uuid:pk>/again/", resources.resource_again, name="resource-again"),
    path("for-parents/<uuid:pk>/propose/", resources.resource_propose, name="resource-propose"),
    path("for-parents/<uuid:pk>/publish/", resources.resource_publish, name="resource-publish"),
    path("for-parents/<uuid:pk>/withdraw/", resources.resource_withdraw, name="resource-withdraw"),
]
