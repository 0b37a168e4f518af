"""The family's page about one child."""

from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from homeschool.people import sight
from homeschool.people.views.home import own_children, page_of
from homeschool.reports.asked.progress import children_for
from homeschool.reports.progress import FAMILY_PAGE_ROLES, Progress


def asked_page(request):
    """Return the number of the page that the address asks for; 1 where it makes no sense."""
    text = request.GET.get("page", "")
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) < 5 and int(text) else 1


@require_safe
def progress(request, pk):
    """Show how it goes for a child: to its family, and to its staff what the family sees."""
    children = children_for(request.user, pk)
    child = next((child for child in children if child.pk == pk), None)
    if child is None:
        raise Http404
    sight.require(request.user, child, FAMILY_PAGE_ROLES)
    page = Progress(request.user, child, asked_page(request))
    page.record_reading()
    context = {"page": page, "seen": page.seen, "student": child}
    context["children"] = children if page.as_family else [child]
    with timezone.override(page.zone):
        return render(request, "reports/progress.html", context)


@require_safe
def progress_home(request):
    """Send somebody of a family to the own child's page, or let them choose whose."""
    children = list(own_children(request.user))
    if len(children) == 1:
        return redirect(page_of(children[0]["pk"]))
    rows = [child | {"url": page_of(child["pk"])} for child in children]
    return render(request, "people/home.html", {"children": rows})
