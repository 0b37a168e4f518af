"""The door behind the door: where each person goes after signing in."""

from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse

from homeschool.people import sight
from homeschool.people.models import Student


def first_address(*names, args=()):
    """Return the address of the first of these URL names that exists, or None."""
    for name in names:
        try:
            return reverse(name, args=args)
        except NoReverseMatch:
            continue
    return None


def posted(request):
    """Return what a form was sent, or None where the page is only opened."""
    return request.POST if request.method == "POST" else None


def page_of(child_id):
    """Return where a family reads about its child: the progress page, once there is one."""
    return first_address("reports:progress", "people:child-detail", args=[child_id])


def home(request):
    """Send each person on: staff to their day, a family to its child, the first admin to the start."""
    roles = request.user.roles()
    if roles & sight.STAFF_ROLES:
        return redirect(first_address("reports:today", "people:child-list"))
    if roles & sight.FAMILY_ROLES:
        return _family(request)
    if sight.VOLUNTEER in roles and (groups := first_address("counseling:volunteer-home")):
        return redirect(groups)
    start = first_address("people:school-create") if request.user.is_superuser else None
    return (
        redirect(start) if start else render(request, "people/home_nobody.html", {"roles": roles})
    )


def _family(request):
    children = list(own_children(request.user))
    if len(children) == 1:
        return redirect(page_of(children[0]["pk"]))
    rows = [child | {"url": page_of(child["pk"])} for child in children]
    return render(request, "people/home.html", {"children": rows})


def own_children(user):
    """Return the children of whom `user` is a guardian, and itself if it is a grown student."""
    visible = Student.objects.visible_to(user, roles=sight.FAMILY_ROLES)
    return visible.values("pk", "full_name", "preferred_name", "school_class__name", "school__name")
