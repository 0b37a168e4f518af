"""Meetings of parents: the school's list, a new one, and mending one."""

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from homeschool.people import sight
from homeschool.people.views.home import posted
from homeschool.people.views.setting_up import answered
from visits.forms.meetings import MeetingForm
from visits.models import Meeting
from visits.models.meeting import classes_for
from visits.reading import zone_of

A_PAGE = 50
NOT_WHOLE = 422


def _staff_only(user):
    if not user.roles() & sight.STAFF_ROLES:
        raise PermissionDenied


def meeting_list(request):
    """List the meetings of the reader's schools, newest first."""
    _staff_only(request.user)
    mine = Meeting.objects.kept_by(request.user).filter(pk=OuterRef("pk"))
    rows = Meeting.objects.visible_to(request.user).annotate(may_change=Exists(mine))
    rows = rows.prefetch_related("classes").order_by("-on", "pk")
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    today = timezone.localdate(timezone=zone_of(request.user))
    context = {"page": page, "today": today, "may_add": classes_for(request.user).exists()}
    context["may_import"] = sight.SCHOOL_ADMIN in request.user.roles()
    return render(request, "visits/meeting_list.html", context)


def meeting_create(request):
    """Write down a meeting, planned or held."""
    _staff_only(request.user)
    form = MeetingForm(posted(request), classes=classes_for(request.user))

    def work():
        form.instance.write_down(by=request.user, classes=list(form.cleaned_data["classes"]))
        return form.instance.get_absolute_url()

    return answered(request, form, work) or _page(request, form)


def meeting_edit(request, pk):
    """Mend a meeting: whoever may gather all of its classes."""
    meeting = get_object_or_404(Meeting.objects.visible_to(request.user), pk=pk)
    if not Meeting.objects.kept_by(request.user).filter(pk=pk).exists():
        raise PermissionDenied
    theme = meeting.theme
    classes = classes_for(request.user).filter(school=meeting.school)
    form = MeetingForm(posted(request), instance=meeting, classes=classes)

    def work():
        values = form.values()
        if values:
            meeting.change(by=request.user, **values)
        return meeting.get_absolute_url()

    return answered(request, form, work) or _page(request, form, theme)


def _page(request, form, theme=""):
    context = {"form": form, "theme": theme}
    status = NOT_WHOLE if form.is_bound else 200
    return render(request, "visits/meeting_form.html", context, status=status)
