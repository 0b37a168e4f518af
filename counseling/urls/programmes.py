"""The addresses of programmes and their seats, under /after-school/."""

from django.urls import path

from counseling.views import asking, programmes, seats

urlpatterns = [
    path("", programmes.programme_list, name="programme-list"),
    path("programmes/new/<uuid:pk>/", programmes.programme_create, name="programme-create"),
    path("programmes/<uuid:pk>/", programmes.programme_detail, name="programme-detail"),
    path("programmes/<uuid:pk>/edit/", programmes.programme_edit, name="programme-edit"),
    path(
        "programmes/<uuid:pk>/move/<slug:state>/", programmes.programme_move, name="programme-move"
    ),
    path("programmes/<uuid:pk>/pauses/", programmes.programme_pauses, name="programme-pauses"),
    path("programmes/<uuid:pk>/seat/", seats.seat_add, name="seat-add"),
    path("holidays/<uuid:pk>/", programmes.day_off_list, name="day-off-list"),
    path("days-off/<int:pk>/remove/", programmes.day_off_remove, name="day-off-remove"),
    path("seats/<uuid:pk>/", seats.seat_detail, name="seat-detail"),
    path("seats/<uuid:pk>/group/", seats.seat_group, name="seat-group"),
    path("seats/<uuid:pk>/accept-for/", seats.seat_accept_for, name="seat-accept-for"),
    path("seats/<uuid:pk>/leave/", seats.seat_leave, name="seat-leave"),
    path("draws/new/", seats.draw_new, name="draw-new"),
    path("draws/<uuid:pk>/", seats.draw_detail, name="draw-detail"),
    path("draws/<uuid:pk>/again/", seats.draw_again, name="draw-again"),
    path("draws/<uuid:pk>/file/", seats.draw_file, name="draw-file"),
    path("children/<uuid:pk>/", asking.asking, name="asking"),
    path("children/<uuid:pk>/wishes/", asking.asking_wish, name="asking-wish"),
    path("children/<uuid:pk>/ask/<uuid:programme>/", asking.asking_seat, name="asking-seat"),
    path("seats/<uuid:pk>/family/", asking.seat_family, name="seat-family"),
    path("seats/<uuid:pk>/accept/", asking.seat_accept, name="seat-accept"),
    path("seats/<uuid:pk>/decline/", asking.seat_decline, name="seat-decline"),
    path("seats/<uuid:pk>/give-up/", asking.seat_give_up, name="seat-give-up"),
    path("offer/<str:token>/", asking.seat_offer, name="seat-offer"),
    path("offer/<str:token>/yes/", asking.seat_offer_take, name="seat-offer-take"),
    path("offer/<str:token>/no/", asking.seat_offer_decline, name="seat-offer-decline"),
]
