"""A person's own tokens: the list, a new one whose text is shown once, and the end of one."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from homeschool.journal.models import Submission
from homeschool.people.forms.tokens import TokenForm
from homeschool.people.models import Token
from homeschool.people.signin import asks_again, needs_second_factor, second_factor_shown

from .home import posted

ENDED_SHOWN = 10


def token_list(request):
    """List the person's tokens: those that live, and the last that ended."""
    own = Token.objects.filter(user=request.user)
    live = own.live()
    context = {"live": live, "ended": own.exclude(pk__in=live.values("pk"))[:ENDED_SHOWN]}
    return render(request, "people/token_list.html", context)


@asks_again
def token_create(request):
    """Make a token and show its text, this once: it is kept nowhere.

    Sent again, the form shows nothing: the token stands in the list.
    """
    proven = second_factor_shown(request.session)
    if not proven and needs_second_factor(request.user):
        raise PermissionDenied
    form, made = TokenForm(posted(request), user=request.user), []
    if request.method == "POST" and form.is_valid():

        def work():
            made.extend(form.make(proven=proven))
            return reverse("people:token-list")

        answer = Submission.once(request.user, form.cleaned_data["submission"], work)
        return _shown(request, *made) if made else _shown_before(request, answer)
    return render(request, "people/token_form.html", {"form": form})


def _shown(request, token, text):
    return render(request, "people/token_made.html", {"token": token, "text": text})


def _shown_before(request, answer):
    messages.info(
        request,
        _("This token was made already, and its text was shown. Did you not keep it? Revoke it."),
    )
    return redirect(answer)


@require_POST
def token_revoke(request, pk):
    """End one of the person's own tokens now."""
    token = get_object_or_404(Token.objects.filter(user=request.user), pk=pk)
    token.revoke(by=request.user)
    messages.success(request, _("This token opens nothing any more."))
    return redirect("people:token-list")
