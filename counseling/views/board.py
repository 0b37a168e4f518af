"""The board of reviews: what is late, due and on time, and what waits for a leader's yes."""

from django.core.exceptions import PermissionDenied
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from counseling.models import READERS
from counseling.reading.board import Board

from .plans import today_of


@require_safe
def board(request):
    """Show the reviews that the reader answers for, a page at a time."""
    if not request.user.roles() & READERS:
        raise PermissionDenied
    zone, today = today_of(request.user)
    context = {"board": Board(request.user, today, request.GET.get("after", ""))}
    with timezone.override(zone):
        return render(request, "counseling/board.html", context)
