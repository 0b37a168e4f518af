"""Meetings of parents, as staff keeps them: the list, a new one, who answered, who came, the minutes."""

import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext as _, ngettext
from django.views.decorators.http import require_POST

from homeschool.people import sight
from homeschool.people.views.home import posted
from homeschool.people.views.setting_up import answered
from visits.forms.meetings import MarkForm, MeetingForm, MinutesForm
from visits.models import Meeting, MeetingHome
from visits.models.meeting import TooLate, classes_for
from visits.reading import zone_of
from visits.reading.meeting import Guests, classes_of, facts, files_of

A_PAGE = 50
NOT_WHOLE = 422


def _staff_only(user):
    if not user.roles() & sight.STAFF_ROLES:
        raise PermissionDenied


def seen_meeting(request, pk):
    """Return a meeting of the reader's school, else 404."""
    rows = Meeting.objects.visible_to(request.user).select_related("school", "minutes_by")
    return get_object_or_404(rows, pk=pk)


def kept_meeting(request, pk):
    """Return a meeting that the reader may change: 404 where it is not seen, 403 where not kept."""
    meeting = seen_meeting(request, pk)
    if not Meeting.objects.kept_by(request.user).filter(pk=pk).exists():
        raise PermissionDenied
    return meeting


def meeting_list(request):
    """List the meetings of the reader's schools, newest first."""
    _staff_only(request.user)
    rows = Meeting.objects.visible_to(request.user)
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


def meeting_detail(request, pk):
    """Show a meeting: when and where; to those who keep it also who was asked and what they answered."""
    meeting = seen_meeting(request, pk)
    context = {"meeting": meeting, "facts": facts(meeting), "files": files_of(meeting)}
    context["may_change"] = Meeting.objects.kept_by(request.user).filter(pk=pk).exists()
    if context["may_change"]:
        context["guests"] = Guests(meeting, request.user)
    else:
        context["classes"] = meeting.classes.order_by("code")
    return render(request, "visits/meeting_detail.html", context)


def meeting_edit(request, pk):
    """Mend a meeting: whoever may gather all of its classes."""
    meeting = kept_meeting(request, pk)
    theme = meeting.theme
    classes = classes_for(request.user).filter(school=meeting.school)
    form = MeetingForm(posted(request), instance=meeting, classes=classes)

    def work():
        values = form.values()
        if values:
            meeting.change(by=request.user, **values)
        return meeting.get_absolute_url()

    return answered(request, form, work) or _page(request, form, meeting, theme)


def _page(request, form, meeting=None, theme=""):
    back = reverse("visits:meeting-list")
    if meeting:
        back = meeting.get_absolute_url()
    context = {"form": form, "theme": theme, "back": back, "meeting": meeting}
    status = NOT_WHOLE if form.is_bound else 200
    return render(request, "visits/meeting_form.html", context, status=status)


# --- inviting -----------------------------------------------------------------------------------
def _done(request, meeting, verb, said):
    """Call a verb of the meeting, say what came of it, and go back to its page."""
    try:
        verb(by=request.user)
    except TooLate:
        messages.error(request, _("It is too late for that: look when the meeting is."))
    else:
        messages.success(request, said)
    return redirect(meeting)


@require_POST
def meeting_invite(request, pk):
    """Invite the families; pressed again, those who were not told yet."""
    meeting = kept_meeting(request, pk)
    said = _("The families are being told. Here you see what they answer.")
    return _done(request, meeting, meeting.invite, said)


@require_POST
def meeting_remind(request, pk):
    """Ask those who have not answered once more."""
    meeting = kept_meeting(request, pk)
    said = _("Those who have not answered are asked once more today.")
    return _done(request, meeting, meeting.remind, said)


@require_POST
def meeting_call_off(request, pk):
    """Call it off and tell those who were invited."""
    meeting = kept_meeting(request, pk)
    said = _("The meeting is called off. Everybody who was invited is told.")
    return _done(request, meeting, meeting.call_off, said)


# --- who came -------------------------------------------------------------------------------------
def _asked_class(request, meeting):
    """Return (classes of the meeting in which the reader sees children, the chosen one or None)."""
    classes = classes_of(meeting, request.user)
    asked = request.POST.get("class") or request.GET.get("class", "")
    return classes, next((row for row in classes if str(row.pk) == asked), None)


def meeting_attendance(request, pk):
    """List the homes by child, each with one tap for who came; several classes one by one."""
    meeting = kept_meeting(request, pk)
    classes, chosen = _asked_class(request, meeting)
    if len(classes) > 1 and chosen is None:
        chosen = classes[0]
    context = {
        "meeting": meeting,
        "facts": facts(meeting),
        "classes": classes,
        "chosen": chosen,
        "guests": Guests(meeting, request.user, chosen),
        "key": uuid.uuid4(),
        "ways": MeetingHome.Presence,
        "may_mark": meeting.day_has_come and not meeting.called_off_at,
    }
    return render(request, "visits/meeting_attendance.html", context)


def _to_the_list(meeting, chosen, line=None):
    address = reverse("visits:meeting-attendance", args=[meeting.pk])
    query = f"?class={chosen.pk}" if chosen else ""
    return redirect(f"{address}{query}{f'#{line.key}' if line else ''}")


@require_POST
def meeting_mark(request, pk):
    """Note whether one home came; noted so before, nothing happens."""
    meeting = kept_meeting(request, pk)
    _classes, chosen = _asked_class(request, meeting)
    lines = Guests(meeting, request.user, chosen).by_key
    form = MarkForm(request.POST, homes=lines)
    if not form.is_valid():
        messages.error(request, _("This family is not on the list any more. Please look again."))
        return _to_the_list(meeting, chosen)
    line = lines[form.cleaned_data["home"]]
    _mark(request, meeting, [line.home], form.cleaned_data["presence"])
    return _to_the_list(meeting, chosen, line)


@require_POST
def meeting_mark_rest(request, pk):
    """Note of every home of the list of which nothing is noted yet that it came."""
    meeting = kept_meeting(request, pk)
    _classes, chosen = _asked_class(request, meeting)
    lines = Guests(meeting, request.user, chosen).lines
    rest = [line.home for line in lines if not line.presence]
    if rest and _mark(request, meeting, rest, MeetingHome.Presence.CAME):
        words = ngettext("%(n)d family came.", "%(n)d families came.", len(rest))
        messages.success(request, words % {"n": len(rest)})
    return _to_the_list(meeting, chosen)


def _mark(request, meeting, homes, presence):
    try:
        meeting.mark(homes, presence, by=request.user)
    except TooLate:
        messages.error(request, _("Who came is noted from the day of the meeting on."))
        return False
    return True


# --- the minutes ------------------------------------------------------------------------------------
def meeting_minutes(request, pk):
    """Write down what was talked about, and tell it to the families."""
    meeting = kept_meeting(request, pk)
    initial = {"minutes": meeting.minutes, "language": meeting.minutes_in or get_language()}
    form = MinutesForm(posted(request), initial=initial)

    def work():
        data = form.cleaned_data
        meeting.publish_minutes(data["minutes"], by=request.user, language=data["language"])
        return meeting.get_absolute_url()

    try:
        done = answered(request, form, work, _("The families can read it now."))
    except TooLate:
        form.add_error(None, _("The day of the meeting has not come yet, or it was called off."))
        done = None
    if done:
        return done
    context = {"form": form, "meeting": meeting, "facts": facts(meeting)}
    status = NOT_WHOLE if form.is_bound else 200
    return render(request, "visits/meeting_minutes.html", context, status=status)
