"""Applying to help, for whoever has the school's address: no account, and nothing that tells whether
somebody applied before."""

from functools import wraps

from allauth.core import ratelimit
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect, render
from django.utils import translation
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_safe

from counseling.forms.volunteers import ApplyForm
from counseling.models import VolunteerCall
from counseling.reading.situation import today_at
from homeschool.journal.views import NOT_FOUND, dead_link
from homeschool.people.views.home import posted

NOT_WHOLE = 422


def behind_address(view):
    """Open `view(request, call)` to whoever has an address that is open; else say kindly that it is not."""

    @login_not_required
    @cache_control(no_store=True)
    @wraps(view)
    def page(request, key):
        rows = VolunteerCall.objects.live().select_related("school")
        call = rows.filter(key=key).first()
        response = view(request, call) if call else dead_link(NOT_FOUND)
        response["X-Robots-Tag"] = "noindex, nofollow"
        response["Referrer-Policy"] = "same-origin"
        return response

    return page


def _language():
    now = translation.get_language()
    return now if now in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


@require_http_methods(["GET", "HEAD", "POST"])
@behind_address
def volunteer_apply(request, call):
    """Take an application; sent twice it is one, and who applied before is thanked the same way."""
    if request.method == "POST" and not ratelimit.consume(request, action="volunteer"):
        return ratelimit.respond_429(request)
    form = ApplyForm(posted(request), today=today_at(call.school))
    if form.is_bound and form.is_valid():
        call.apply(
            sent_as=form.cleaned_data["submission"], times=form.times, language=_language(),
            **form.columns(),
        )  # fmt: skip
        return redirect("counseling:volunteer-thanks", call.key)
    context = {"call": call, "school": call.school, "form": form}
    status = NOT_WHOLE if form.is_bound else 200
    return render(request, "counseling/volunteer_apply.html", context, status=status)


@require_safe
@behind_address
def volunteer_thanks(request, call):
    """Thank for an application, and say what happens now."""
    context = {"call": call, "school": call.school}
    return render(request, "counseling/volunteer_thanks.html", context)
