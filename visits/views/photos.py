"""Photos of a visit: added by who made it, seen by the home that was visited, erased once that wishes it."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from homeschool.people import sight
from homeschool.people.views.home import page_of, posted
from homeschool.people.views.setting_up import answered
from homeschool.uploads.serving import FileView
from visits.forms.photos import PhotoForm
from visits.models import Photo, Visit, Visitor
from visits.models.photo import MOST, Enough, NotNow, sees_photos
from visits.reading import zone_of
from visits.reading.photos import Photos, people_of

NOT_WHOLE = 422


def _held(request, pk):
    visits = Visit.objects.visible_to(request.user).held().select_related("school")
    return get_object_or_404(visits, pk=pk)


@require_safe
def photo_list(request, pk):
    """Show the photos of a visit, each with the yes that it stands on, and the way to take it back."""
    visit = _held(request, pk)
    staff, home = sees_photos(request.user, visit)
    if not staff and not home:
        raise PermissionDenied
    zone = zone_of(request.user, visit.school)
    found = Photos(
        visit, request.user, zone, as_staff=staff, made_by=staff and _made(visit, request.user)
    )
    context = {
        "photos": found,
        "visit": visit,
        "most": MOST,
        "back": _back(visit, request.user, staff),
    }
    context["day"] = visit.happened_at.astimezone(zone)
    return render(request, "visits/photo_list.html", context)


def _back(visit, user, staff):
    """Return where the reader came from: staff from the visit, the family from its child's page."""
    if staff:
        return visit.get_absolute_url()
    line = visit.children_for(user, roles=sight.FAMILY_ROLES).first()
    return f"{page_of(line.student_id)}#visit-{visit.pk}"


def _made(visit, user):
    return Visitor.objects.filter(visit=visit, user=user.pk).exists()


def photo_add(request, pk):
    """Take one photo of a visit with the family's yes to it: by who made the visit."""
    visit = _held(request, pk)
    if not _made(visit, request.user) or not sees_photos(request.user, visit)[0]:
        raise PermissionDenied
    if not visit.school.photos:
        messages.warning(request, _("Your school keeps no photos of visits."))
        return redirect(visit)
    people, words = people_of(visit)
    form = PhotoForm(posted(request), request.FILES or None, people=words)

    def work():
        data = form.cleaned_data
        photo = Photo.objects.add(
            visit, data["file"], by=request.user, how=data["how"], words=data["words"],
            said_by=form.person(people), said_by_name=data["name"],
        )  # fmt: skip
        return photo.get_absolute_url()

    try:
        done = answered(request, form, work, _("The photo is kept."))
    except (NotNow, Enough) as no:
        form.add_error(None, _why_not(no))
        done = None
    if done:
        return done
    context = {"form": form, "visit": visit, "most": MOST}
    status = NOT_WHOLE if form.is_bound else 200
    return render(request, "visits/photo_form.html", context, status=status)


def _why_not(no):
    if isinstance(no, Enough):
        words = _("A visit has %(n)d photos at most. Erase one before you add another.")
        return words % {"n": MOST}
    return _("Your school keeps no photos of visits.")


@require_POST
def photo_erase(request, pk):
    """Erase a photo at once, since the family took its yes back: by the family, or by staff for it."""
    photo = get_object_or_404(Photo.objects.visible_to(request.user), pk=pk)
    photo.erase(by=request.user)
    messages.success(request, _("The photo is erased."))
    return redirect(photo)


class PhotoFile(FileView):
    """The photo itself."""

    def rows(self, user):
        rows = Photo.objects.visible_to(user).kept().select_related("visit__school")
        return rows.defer(None).defer("small")

    def record(self, row, *, saved):
        row.record_look(by=self.request.user, saved=saved)


class SmallPhoto(FileView):
    """The photo as it stands on a page, of at most 480 dots a side."""

    column = "small"

    def rows(self, user):
        rows = Photo.objects.visible_to(user).kept().select_related("visit__school")
        return rows.defer(None).defer("content")

    def record(self, row, *, saved):
        row.record_look(by=self.request.user, saved=saved, small=not saved)
