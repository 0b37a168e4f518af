"""What stands in the log: no address that opens something by itself."""

import logging

from django.urls import Resolver404, resolve

CUT = "…"


def plain_path(request):
    """Return the path of a request without the token that it may hold: whoever reads the log could
    open the page with it."""
    try:
        token = resolve(request.path_info).kwargs.get("token")
    except Resolver404:
        token = None
    return request.path.replace(token, CUT) if token else request.path


class WithoutTokens(logging.Filter):
    """Cuts tokens out of what Django logs of a request, like each answer of 400 and more."""

    def filter(self, record):
        request = getattr(record, "request", None)
        path = getattr(request, "path", None)
        if path and record.args:
            plain = plain_path(request)
            record.args = tuple(plain if arg == path else arg for arg in record.args)
        return True
