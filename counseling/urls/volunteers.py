"""The addresses of volunteers, under /after-school/: applying, staff, and their own pages."""

from django.urls import path

from counseling.views import volunteers, volunteers_apply, volunteers_own

urlpatterns = [
    path("help/<slug:key>/", volunteers_apply.volunteer_apply, name="volunteer-apply"),
    path("help/<slug:key>/thanks/", volunteers_apply.volunteer_thanks, name="volunteer-thanks"),
    path("volunteers/", volunteers.volunteer_list, name="volunteer-list"),
    path("volunteers/address/<uuid:pk>/", volunteers.volunteer_call, name="volunteer-call"),
    path(
        "volunteers/address/<uuid:pk>/close/", volunteers.volunteer_call_close,
        name="volunteer-call-close",
    ),
    path("volunteers/<uuid:pk>/", volunteers.volunteer_detail, name="volunteer-detail"),
    path("volunteers/<uuid:pk>/decide/", volunteers.volunteer_decide, name="volunteer-decide"),
    path("volunteers/<uuid:pk>/pause/", volunteers.volunteer_rest, name="volunteer-rest"),
    path("volunteers/<uuid:pk>/return/", volunteers.volunteer_return, name="volunteer-return"),
    path("volunteers/<uuid:pk>/end/", volunteers.volunteer_end, name="volunteer-end"),
    path("volunteers/<uuid:pk>/check/", volunteers.check_add, name="volunteer-check"),
    path(
        "volunteers/<uuid:pk>/check/<int:check>/", volunteers.check_withdraw,
        name="volunteer-check-withdraw",
    ),
    path("volunteers/<uuid:pk>/training/", volunteers.training_add, name="volunteer-training"),
    path("volunteers/<uuid:pk>/hours/", volunteers_own.volunteer_hours, name="volunteer-hours"),
    path("mine/", volunteers_own.volunteer_home, name="volunteer-home"),
    path("mine/<uuid:pk>/times/", volunteers_own.volunteer_times, name="volunteer-times"),
]  # fmt: skip
