"""What staff writes beside a conversation for colleagues alone. No page of a family leads here."""

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from homeschool.people.views.home import posted
from homeschool.people.views.setting_up import answered
from messaging.forms.threads import RemarkForm
from messaging.models import Remark, Seat, Thread

NOT_WHOLE = 422


def remark_list(request, pk):
    """Show the remarks of a conversation, and take one; htmx gets them as a part of its page."""
    rows = Thread.objects.visible_to(request.user)
    thread = get_object_or_404(rows.select_related("student__school_class", "school"), pk=pk)
    if thread.side_of(request.user) != Seat.Side.SCHOOL:
        raise PermissionDenied
    form = RemarkForm(posted(request))

    def work():
        Remark.write(thread, form.cleaned_data["text"], by=request.user)
        return reverse("messaging:remark-list", args=[thread.pk])

    if done := answered(request, form, work, _("Kept. Only staff reads it.")):
        return done
    remarks = Remark.objects.visible_to(request.user).filter(thread=thread)
    context = {
        "thread": thread, "child": thread.student, "form": form,
        "remarks": remarks.select_related("author").order_by("at", "id"),
    }  # fmt: skip
    name = "remark_part" if request.htmx and not form.is_bound else "remark_list"
    status = NOT_WHOLE if form.is_bound else 200
    return render(request, f"messaging/{name}.html", context, status=status)
