"""The addresses of what families see and say of the time after lessons, under /after-school/."""

from django.urls import path

from counseling.views import evaluation, family_feeds, family_seats

urlpatterns = [
    path("home/", family_seats.afternoon_home, name="afternoon-home"),
    path("home/<uuid:pk>/", family_seats.afternoon, name="afternoon"),
    path(
        "home/<uuid:pk>/sessions/<uuid:session>/away/",
        family_seats.absence_say,
        name="absence-say",
    ),
    path(
        "home/<uuid:pk>/sessions/<uuid:session>/comes/",
        family_seats.absence_take_back,
        name="absence-take-back",
    ),
    path("home/<uuid:pk>/days/<str:on>/away/", family_seats.absence_day, name="absence-day"),
    path("home/<uuid:pk>/pick-up/", family_seats.pick_up_add, name="pick-up-add"),
    path("home/<uuid:pk>/pick-up/me/", family_seats.pick_up_me, name="pick-up-me"),
    path("pick-up/<uuid:pk>/", family_seats.pick_up_list, name="pick-up-list"),
    path("pick-up/persons/<uuid:pk>/end/", family_seats.pick_up_end, name="pick-up-end"),
    path("calendar/", family_feeds.family_feed, name="family-feed"),
    path("calendar/renew/", family_feeds.family_feed_renew, name="family-feed-renew"),
    path("calendar/end/", family_feeds.family_feed_revoke, name="family-feed-revoke"),
    path("calendar/<str:token>.ics", family_feeds.family_feed_read, name="family-feed-read"),
    path("evaluation/<str:token>/", evaluation.evaluation, name="evaluation"),
    path("evaluation/<str:token>/send/", evaluation.evaluation_send, name="evaluation-send"),
    path("evaluations/<uuid:pk>/", evaluation.evaluation_figures, name="evaluation-figures"),
]
