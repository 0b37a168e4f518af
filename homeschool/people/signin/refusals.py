"""What signed-in people were refused is written down: that somebody tried, and at which door."""

from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone

from homeschool.journal.models import Entry

VERB = "door.refused"
ONCE_IN = timedelta(hours=1)


def record_refusal(user, door):
    """Write that `user` was refused at `door` (the name of an address): once an hour at most.

    However many requests come at once: they wait for each other by a lock of this person and door.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(hashtext(%s))", [f"{VERB} {user.pk} {door}"]
            )
        earlier = Entry.objects.about(user).filter(
            verb=VERB, data__door=door, at__gt=timezone.now() - ONCE_IN
        )
        if not earlier.exists():
            Entry.record(VERB, user, by=user, kind=Entry.Kind.REFUSED, door=door)


class RefusalMiddleware:
    """Each 403 to somebody who is signed in leaves an Entry of its kind."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if response.status_code == 403 and request.user.is_authenticated:
            match = request.resolver_match
            record_refusal(request.user, match.view_name if match else "")
        return response
