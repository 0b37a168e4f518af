"""What a grown student lets its guardians see: given and taken back by the student alone."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from homeschool.journal.models import Submission
from homeschool.people import sight
from homeschool.people.forms.guardians import ConfirmForm, GrantForm
from homeschool.people.models import Grant

from .children import visible_child


@require_POST
def grant_give(request, pk):
    """Let one guardian see one thing."""
    student = visible_child(request.user, pk)
    sight.require(request.user, student, {sight.STUDENT})
    form = GrantForm(request.POST, student=student)
    if not form.is_valid():
        messages.error(request, _("This could not be shared. Please try again."))
        return redirect(student)
    data = form.cleaned_data

    def give():
        guardian = data["guardian"].guardian
        Grant.objects.give(student=student, guardian=guardian, item=data["item"], by=request.user)
        return student.get_absolute_url()

    answer = Submission.once(request.user, data["submission"], give)
    messages.success(request, _("It is shared from now on. You can take it back at any time."))
    return redirect(answer)


@require_POST
def grant_withdraw(request, pk):
    """Take one thing back."""
    grant = get_object_or_404(Grant.objects.visible_to(request.user), pk=pk)
    student = visible_child(request.user, grant.student_id)
    if sight.GUARDIAN in sight.roles_for(request.user, student) and grant.guardian != request.user:
        raise Http404  # a guardian does not learn what another one may see
    sight.require(request.user, student, {sight.STUDENT})
    form = ConfirmForm(request.POST)
    form.is_valid()

    def withdraw():
        grant.withdraw(by=request.user)
        return student.get_absolute_url()

    answer = Submission.once(request.user, form.cleaned_data["submission"], withdraw)
    messages.success(request, _("It is no longer shared."))
    return redirect(answer)
