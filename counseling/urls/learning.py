"""The addresses of pairs of children who help each other, and of how much help a child got."""

from django.urls import path

from counseling.views import dosage, pairs

urlpatterns = [
    path("pairs/", pairs.pair_list, name="pair-list"),
    path("pairs/classes/<uuid:pk>/", pairs.pair_class, name="pair-class"),
    path("pairs/classes/<uuid:pk>/propose/", pairs.pair_propose, name="pair-propose"),
    path("pairs/classes/<uuid:pk>/new/", pairs.pair_new, name="pair-new"),
    path("pairs/<uuid:pk>/", pairs.pair_detail, name="pair-detail"),
    path("pairs/<uuid:pk>/yes/", pairs.pair_confirm, name="pair-confirm"),
    path("pairs/<uuid:pk>/end/", pairs.pair_end, name="pair-end"),
    path("pairs/<uuid:pk>/apart/", pairs.pair_apart, name="pair-apart"),
    path("pairs/<uuid:pk>/helper/", pairs.pair_asked, {"side": "helper"}, name="pair-asked-helper"),
    path("pairs/<uuid:pk>/helped/", pairs.pair_asked, {"side": "helped"}, name="pair-asked-helped"),
    path("pairs/home/<uuid:pk>/", pairs.pair_family, name="pair-family"),
    path("pairs/<uuid:pk>/name/", pairs.pair_say, name="pair-say"),
    path("dosage/<uuid:pk>/", dosage.dosage_child, name="dosage-child"),
    path("prescribed/plans/<uuid:pk>/", dosage.prescription_add, name="prescription-add"),
    path("prescribed/<uuid:pk>/", dosage.prescription_edit, name="prescription-edit"),
    path("prescribed/<uuid:pk>/drop/", dosage.prescription_drop, name="prescription-drop"),
    path("weeks/<int:pk>/sessions/", dosage.week_by_sessions, name="week-by-sessions"),
    path("sessions/<uuid:pk>/results/", dosage.session_results, name="session-results"),
]
