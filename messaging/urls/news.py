"""The addresses of news of the school, under /news/, and of what parents may use, under /for-parents/."""

from django.urls import path

from messaging.views import news, resources

urlpatterns = [
    path("news/", news.news_list, name="news-list"),
    path("for-parents/", resources.resource_list, name="resource-list"),
]
