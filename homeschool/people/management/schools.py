"""Schools as the commands name them."""

from django.core.management.base import CommandError

from homeschool.people.models import School


def school_of_code(code):
    """Return the School with this code; raise CommandError naming the codes that there are."""
    try:
        return School.objects.get(code=code)
    except (School.DoesNotExist, ValueError):
        known = ", ".join(School.objects.order_by("code").values_list("code", flat=True))
        raise CommandError(
            f"No school has the code “{code}”. Known: {known or 'none yet'}."
        ) from None
