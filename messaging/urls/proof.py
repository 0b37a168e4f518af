"""The addresses of what became of an announcement: the board, who is asked again, and the proof."""

from django.urls import path

from messaging.views import board, proof

urlpatterns = [
    path("<uuid:pk>/board/", board.board, name="announcement-board"),
    path("<uuid:pk>/board/people/", board.board_people, name="announcement-board-people"),
    path("<uuid:pk>/board/export/", board.board_export, name="announcement-board-export"),
    path("<uuid:pk>/ask-again/", board.chase, name="announcement-chase"),
    path("<uuid:pk>/unreached/", board.unreached, name="announcement-unreached"),
    path("<uuid:pk>/unreached/<uuid:student>/", board.home, name="announcement-home"),
    path("<uuid:pk>/unreached/<uuid:student>/take/", board.home_take, name="announcement-take"),
    path("<uuid:pk>/unreached/<uuid:student>/told/", board.home_told, name="announcement-told"),
    path("<uuid:pk>/proof/", proof.proof_list, name="announcement-proofs"),
    path("<uuid:pk>/proof/pdf/", proof.proof_list_pdf, name="announcement-proofs-pdf"),
    path("<uuid:pk>/proof/<int:signature>/", proof.proof, name="announcement-proof"),
    path(
        "<uuid:pk>/proof/<int:signature>/check/", proof.proof_check, name="announcement-proof-check"
    ),
    path("<uuid:pk>/proof/<int:signature>/pdf/", proof.proof_pdf, name="announcement-proof-pdf"),
]
