"""A form whose words somebody else may have written anew while it was open."""

from homeschool.people.views.setting_up import answered
from messaging.models.opened import Moved


def answered_or_met(request, form, work, said=""):
    """Do as `answered`; where somebody else wrote meanwhile, nothing is kept, and the form shows both."""
    try:
        return answered(request, form, work, said)
    except Moved as moved:
        form.meet(moved)
        return None
