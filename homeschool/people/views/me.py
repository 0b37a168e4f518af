"""One's own page: how one is called, the language, the colours, the clock, the way out."""

import copy

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from homeschool.journal.models import Submission
from homeschool.people import sight
from homeschool.people.actions import handing
from homeschool.people.forms.me import MeForm
from homeschool.people.models import Handover

from .home import first_address, posted

HANDOVERS = 5


def me(request):
    """Show and change what a person says of itself."""
    form = MeForm(posted(request), instance=copy.copy(request.user))
    if request.method == "POST" and form.is_valid():
        answer = Submission.once(request.user, form.cleaned_data["submission"], lambda: _keep(form))
        messages.success(request, _("Your changes are kept."))
        return redirect(answer)
    roles = request.user.roles()
    needs_proof = bool(roles & sight.SECOND_FACTOR_ROLES) or request.user.is_superuser
    return render(
        request,
        "people/me.html",
        {
            "form": form,
            "handovers": handed_to(request.user, roles),
            "second_factor_url": first_address("mfa_index") if needs_proof else "",
        },
    )


def handed_to(user, roles):
    """Return the last caseloads that colleagues handed over to `user`, as far as it may know them."""
    if not roles & handing.WITH_CHILDREN:
        return []
    made = Handover.objects.visible_to(user).filter(taker__user=user)
    return list(made.select_related("giver__user")[:HANDOVERS])


def _keep(form):
    form.instance.save(update_fields=form._meta.fields)
    return reverse("people:me")
