"""What every page needs: the brand, the places of the signed-in person, languages and colours."""

from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language, gettext, gettext_lazy as _, pgettext_lazy

COLOUR_COOKIE = "colours"
COLOUR_SCHEMES = {
    "": (_("As my device"), "contrast"),
    "light": (_("Light"), "sun"),
    "dark": (_("Dark"), "moon"),
}
ROLE_NAMES = {
    "school_admin": _("School administrator"),
    "leader": _("School leader"),
    "counselor": _("Counselor"),
    "adviser": _("Class adviser"),
    "volunteer": _("Volunteer"),
    "partner": _("Partner"),
    "district": _("District"),
    "guardian": _("Family"),
    "student": _("Student"),
}


@dataclass
class Place:
    """One entry of the navigation; `tab` says that it has a tab of its own on a phone."""

    name: str
    icon: str
    label: str
    roles: frozenset = frozenset()
    tab: bool = False
    url: str = ""
    current: bool = False
    count: int = 0


_ADMIN = frozenset({"school_admin"})
_READERS = frozenset({"adviser", "counselor", "leader"})
STAFF_PLACES = (
    Place("reports:today", "house", _("Today"), roles=_READERS, tab=True),
    Place("people:child-list", "users", _("Children"), tab=True),
    Place("visits:visit-list", "footprints", _("Visits"), roles=_READERS, tab=True),
    Place("visits:meeting-list", "users", _("Parent meetings"), roles=_ADMIN),
    Place("counseling:plan-list", "target", _("Plans"), roles=_READERS),
    Place("counseling:programme-list", "calendar-days", _("After school"), roles=_READERS | _ADMIN),
    Place(
        "counseling:volunteer-home", "hand-heart", _("My groups"), roles=frozenset({"volunteer"})
    ),
    Place("counseling:situation-class-list", "book-open", _("Learning situation"), roles=_READERS),
    Place("counseling:note-index", "lock", _("Confidential notes"), roles=frozenset({"counselor"})),
    Place("counseling:glass-list", "eye", _("Notes opened"), roles=frozenset({"leader"})),
    Place("messaging:thread-list", "message-circle", _("Messages"), tab=True),
    Place("visits:campaign-list", "map", _("Campaigns")),
    Place("reports:term-report", "file-spreadsheet", _("Reports")),
    Place("people:school", "school", _("School"), roles=_ADMIN),
    Place("people:roster", "upload", _("Bring in children"), roles=_ADMIN),
    Place("journal:operations", "activity", _("How the portal runs"), roles=_ADMIN),
)
FAMILY_PLACES = (
    Place("home", "house", pgettext_lazy("navigation", "Home"), tab=True),
    Place("messaging:thread-list", "message-circle", _("Messages"), tab=True),
    Place("visits:family-visit-list", "footprints", _("Visits"), tab=True),
    Place(
        "counseling:volunteer-home",
        "hand-heart",
        _("My groups"),
        roles=frozenset({"volunteer"}),
        tab=True,
    ),
    Place("people:me", "user", pgettext_lazy("navigation", "Me"), tab=True),
)
# Staff who have children at the school: their way to the pages that families see.
OWN_FAMILY = (Place("reports:progress-home", "heart-handshake", _("My family’s page")),)


def _address(name):
    return _address_in(settings.ROOT_URLCONF, name)


@cache
def _address_in(urls, name):
    try:
        return reverse(name, urls)
    except NoReverseMatch:
        return ""


def _is_here(place, request):
    match = request.resolver_match
    return request.path == place.url or (match is not None and match.view_name == place.name)


# Rooms whose pages have several beginnings, and the place to which all of them belong.
FIRST_OF_ROOM = {"messaging": "messaging:thread-list"}


def _first_of_room(request):
    match = request.resolver_match
    return FIRST_OF_ROOM.get(match.namespace if match else "")


def places_of(places, request, roles):
    """Return those of `places` that exist and are for `roles`, the one at hand marked.

    A page that is no place itself belongs to the place whose address its own begins with, or to the
    first one of its room; on other pages of a family, which are about their child, that is Home.
    """
    found = []
    for place in places:
        url = _address(place.name)
        if url and (not place.roles or place.roles & roles):
            found.append(Place(**{**vars(place), "url": url}))
    here = [place for place in found if _is_here(place, request)] or [
        place for place in found if place.url != "/" and request.path.startswith(place.url)
    ]
    here = here or [place for place in found if place.name == _first_of_room(request)]
    if not here and places is FAMILY_PLACES:
        here = [place for place in found if place.url == "/"]
    if here:
        max(here, key=lambda place: len(place.url)).current = True
    return found


def _shell(user):
    """Return whose page this is: staff, family or guest. Staff who are parents too get staff."""
    if user is None or not user.is_authenticated:
        return "guest"
    return "staff" if user.is_staff_member or user.is_superuser else "family"


def role_line(roles):
    """Return the first of a person's roles in words, as it stands under the name."""
    return next((str(words) for role, words in ROLE_NAMES.items() if role in roles), "")


def language_list():
    """Return the languages, each named in itself, the reader's one marked."""
    now = get_language()
    return [{"code": c, "name": n, "current": c == now} for c, n in settings.LANGUAGES]


def colour_scheme(request):
    """Return light or dark as the person chose it, empty for as the device wishes."""
    chosen = request.COOKIES.get(COLOUR_COOKIE, "")
    return chosen if chosen in COLOUR_SCHEMES else ""


def page(request):
    """Return the context of every page; what costs a query is read when a template asks."""
    user = getattr(request, "user", None)
    scheme = colour_scheme(request)
    roles = cache(lambda: user.roles() if user and user.is_authenticated else set())
    shell = cache(lambda: _shell(user))

    def nav():
        if shell() == "guest":
            return []
        return places_of(STAFF_PLACES if shell() == "staff" else FAMILY_PLACES, request, roles())

    def family_nav():
        both = shell() == "staff" and roles() & {"guardian", "student"}
        return places_of(OWN_FAMILY, request, roles()) if both else []

    return {
        "brand": gettext("Home & School"),
        "reader": user,
        "shell": shell,
        "nav": cache(nav),
        "family_nav": family_nav,
        "role_line": lambda: role_line(roles()),
        "language_list": language_list(),
        "colour_scheme": scheme,
        "colour_schemes": [
            {"code": code, "name": name, "icon": icon, "current": code == scheme}
            for code, (name, icon) in COLOUR_SCHEMES.items()
        ],
        "demo_mode": settings.DEMO_MODE,
        "demo_people_url": _address("demo:people") if settings.DEMO_MODE else "",
        "demo_mailbox_url": _address("demo:mailbox") if settings.DEMO_MODE else "",
        "home_url": _address("home") or "/",
        "help_url": _address("help"),
        "me_url": _address("people:me"),
        "sign_out_url": _address("account_logout"),
        "here": request.get_full_path(),
    }
