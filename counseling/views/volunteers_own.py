"""Programmes: the list, one of them, making and changing it."""

from django.core.exceptions import PermissionDenied
from django.views.decorators.http import require_safe


@require_safe
def volunteer_home(request):
    """(skeleton)"""
    raise PermissionDenied
