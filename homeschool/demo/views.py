"""The demonstration's own pages: be somebody, and read the mails. They exist in demo mode only."""

from csp.constants import NONE, SELF
from csp.decorators import csp_update
from django.contrib import auth
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_POST

from homeschool.demo import mailbox
from homeschool.demo.people import CAST
from homeschool.people import signin
from homeschool.people.models import User

GROUPS = {"family": _("Families"), "staff": _("At the school"), "college": _("At the college")}
_SANDBOX = [
    "allow-popups",
    "allow-popups-to-escape-sandbox",
    "allow-top-navigation-by-user-activation",
]


@login_not_required
@require_GET
def people(request):
    """Show who can be tried, and what is worth trying as them."""
    emails = [person.email for person in CAST]
    made = set(
        User.objects.filter(is_active=True, email__in=emails).values_list("email", flat=True)
    )
    groups = [
        {"name": name, "people": [p for p in CAST if p.group == group and p.email in made]}
        for group, name in GROUPS.items()
    ]
    return render(request, "demo/people.html", {"groups": groups})


@login_not_required
@require_POST
def be(request):
    """Sign in as a person of the cast; the session counts as one that showed its second factor."""
    email = request.POST.get("person", "")
    if email not in {person.email for person in CAST}:
        raise Http404
    user = get_object_or_404(User, email=email, is_active=True)
    auth.logout(request)
    auth.login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    request.session[signin.SECOND_FACTOR] = signin.DEMO
    return redirect("home")


@login_not_required
@require_GET
def mail_list(request):
    """List the mails that were really sent, the newest first."""
    return render(request, "demo/mailbox.html", {"mails": mailbox.newest()})


def _find(key):
    found = mailbox.find(key)
    if found is None:
        raise Http404
    return found


@login_not_required
@require_GET
@csp_update({"frame-src": [SELF]})
def mail(request, key):
    """Show one mail: its head, its HTML in a frame of its own, its text."""
    return render(request, "demo/mail.html", {"mail": _find(key), "sandbox": " ".join(_SANDBOX)})


@login_not_required
@require_GET
@xframe_options_sameorigin
def mail_html(request, key):
    """Give the HTML of one mail to the frame: no script, nothing from elsewhere, its own styles."""
    found = _find(key)
    if not found.html:
        raise Http404
    response = HttpResponse(found.html.replace("<head>", '<head><base target="_top">', 1))
    response["Content-Security-Policy"] = "; ".join(
        [
            "default-src 'none'",
            f"style-src {' '.join(found.style_hashes) or NONE}",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'self'",
            f"sandbox {' '.join(_SANDBOX)}",
        ]
    )
    return response
