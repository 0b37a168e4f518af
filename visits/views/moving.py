"""Moving a planned visit."""

import zoneinfo

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from homeschool.people.views.home import posted
from homeschool.people.views.setting_up import answered
from visits.forms.moving import MoveForm
from visits.models import Visit
from visits.models.planning import BeingWritten, NotPlanned, Taken
from visits.reading import Record
from visits.views.planning import NOT_WHOLE
from visits.views.visits import in_hand


def visit_move(request, pk):
    """Plan a visit for another time, place or team; the family and the colleagues are told."""
    visit = in_hand(request, pk)
    if visit.status not in Visit.OPEN:
        messages.warning(request, _("This visit is not planned any more."))
        return redirect(visit)
    form = MoveForm(posted(request), visit=visit, zone=zoneinfo.ZoneInfo(visit.school.time_zone))
    answer = _moved(request, form, visit) if request.method == "POST" else None
    if answer:
        return answer
    form.show_near()
    record = Record(visit, request.user)
    context = {"form": form, "visit": visit, "record": record}
    context["offer"] = visit.offers.exclude(wish="").order_by("-answered_at").first()
    status = NOT_WHOLE if form.is_bound else 200
    with timezone.override(record.zone):
        return render(request, "visits/visit_move.html", context, status=status)


def _moved(request, form, visit):
    """Move it once; None where the form says what is wrong."""
    said = _("The visit is moved. The family and the colleagues are told.")
    try:
        return answered(request, form, lambda: form.move(by=request.user).get_absolute_url(), said)
    except Taken:  # somebody was quicker by a moment: now it is seen
        form.check_free(form.cleaned_data)
        return None
    except (NotPlanned, BeingWritten):
        messages.warning(
            request, _("This visit is over, or its record is begun. Please look how it stands now.")
        )
        return redirect(visit)
