"""The page on which people say how they are reached, in plain words."""

from django.contrib import messages
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from homeschool.journal import kinds
from homeschool.journal.models import Submission, hours
from homeschool.people.forms.reach import ReachForm
from homeschool.people.models import Address

from .home import posted


def reach(request):
    """Show and change how a person is reached: quiet hours, and the pace of each address."""
    user = request.user
    addresses = list(user.addresses.filter(channel=Address.Channel.EMAIL).order_by("value"))
    open_ones = [row for row in addresses if not row.opted_out_at]
    form = ReachForm(posted(request), user=user, addresses=open_ones, school=user.first_school())
    if request.method == "POST" and form.is_valid():
        key = form.cleaned_data["submission"]
        answer = Submission.once(user, key, lambda: _keep(form, user))
        messages.success(request, _("Your wishes are kept."))
        return redirect(answer)
    context = {
        "form": form,
        "failed": [row for row in open_ones if row.failed_at],
        "stopped": [row for row in addresses if row.opted_out_at],
        "zone": timezone.get_current_timezone_name().replace("_", " "),
        "evening": hours.EVENING,
        "always": what_arrives(for_staff=user.is_staff_member),
    }
    return render(request, "people/reach.html", context)


def what_arrives(*, for_staff):
    """Return what nobody can switch off, as [(why, [label])]: each label once."""
    found: dict[str, dict] = {}
    for kind in kinds.registered():
        if kind.must_arrive and (for_staff or not kind.for_staff):
            found.setdefault(str(kind.must_arrive), {})[str(kind.label)] = True
    return [(why, list(labels)) for why, labels in found.items()]


@require_POST
def address_again(request, pk):
    """Write again to an address whose owner stopped letters."""
    own = request.user.addresses.filter(channel=Address.Channel.EMAIL)
    get_object_or_404(own, pk=pk).write_again(by=request.user)
    messages.success(request, _("We write there again."))
    return redirect("people:reach")


def _keep(form, user):
    with transaction.atomic():
        user.be_quiet(*form.hours)
        for address, pace in form.paces:
            address.keep_pace(pace, by=user)
    return reverse("people:reach")
