"""What became of an announcement: the board, who stands behind a figure, asking again, and the unreached."""

from urllib.parse import urlencode

from django.db import transaction
from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from homeschool.journal.models import Entry, hours
from homeschool.people.actions.exporting import tell_of_many
from homeschool.people.forms.school import OnceForm
from homeschool.people.models import SchoolClass, Student, User
from homeschool.people.signin import asks_again
from homeschool.people.views.home import posted
from homeschool.people.views.setting_up import answered
from homeschool.people.views.unreached import Reasons
from messaging.forms.proof import TakeAlongForm, TakeForm, ToldForm
from messaging.models import Announcement, Telling
from messaging.models.announcing import SPEAKERS
from messaging.models.chasing import AskedBefore, NobodyLeft, NotOutYet, ask_again
from messaging.models.reaching import ToldBefore, may_take
from messaging.reading import board as reading
from messaging.reading.announcement_letters import Words, language_name
from messaging.reading.board_file import MOST_ROWS, rows_of, sheet
from messaging.reading.followed import (
    Asked,
    Listing,
    reaches,
    telling_in_words,
    ties_of,
    uuid_or_none,
    without_anybody,
)
from messaging.reading.ways import places

from .announcements import kept

NOT_WHOLE = 422
REFUSALS = {
    NotOutYet: gettext_lazy(
        "The first letters are still being written. Please try again in a few minutes."
    ),
    AskedBefore: gettext_lazy("They were asked again before. Each family is asked again once."),
    NobodyLeft: gettext_lazy("Everybody has answered. There is nobody to ask again."),
}


def followed(request, pk):
    """Return (announcement that has left, its Board) for staff; 404 where it is not seen or has not
    left, 403 for who was told of it alone."""
    row = kept(request, pk)
    if row.state != Announcement.State.SENT:
        raise Http404
    return row, reading.Board(row, request.user)


def page(request, template, row, context, status=200):
    """Return a page of an announcement, by the clock of its school."""
    context = {"announcement": row, "words": Words(row, "").first} | context
    with timezone.override(hours.zone_of(row.school.time_zone)):
        return render(request, template, context, status=status)


@require_safe
def board(request, pk):
    """Show what became of an announcement: the four facts, by class and by language."""
    row, found = followed(request, pk)
    return page(request, "messaging/board_detail.html", row, _board_context(request, found))


def _board_context(request, found, **more):
    return {
        "board": found, "once": OnceForm(), "figures": _figures(found),
        "places": places(request.user, "announcement-list"),
    } | more  # fmt: skip


def _figures(found):
    """Return [(fact, label, people, children)] in the order in which they are read."""
    facts = ("told", "reached", "read", "acknowledged", "unreachable")
    return [
        (fact, reading.LABELS[fact], getattr(found.people, fact), getattr(found.children, fact))
        for fact in facts
    ]


@require_safe
def board_people(request, pk):
    """List who stands behind a figure, as far as the reader sees their children."""
    row, found = followed(request, pk)
    asked = Asked.of(request.GET)
    zone = hours.zone_of(row.school.time_zone)
    with timezone.override(zone):
        listing = Listing(found, asked)
    Entry.record(
        "announcement.followed", row, by=request.user, kind=Entry.Kind.VIEWED, school=row.school,
        fact=asked.fact, rows=len(listing.rows),
    )  # fmt: skip
    query = {
        key: request.GET[key] for key in ("fact", "who", "class", "language") if key in request.GET
    }
    parts = [language_name(asked.language)] if asked.language else []
    if asked.school_class:
        parts += SchoolClass.objects.filter(pk=asked.school_class, school=row.school).values_list(
            "name", flat=True
        )
    context = {
        "board": found, "asked": asked, "listing": listing, "part": " · ".join(parts),
        "next": urlencode(query | {"after": listing.next}) if listing.next else "",
        "facts": [(fact, label) for fact, label in reading.LABELS.items()],
    }  # fmt: skip
    return page(request, "messaging/board_people.html", row, context)


# --- once more --------------------------------------------------------------------------------------


def chase(request, pk):
    """Ask those again who have not answered, now; the page says first how many, and when it happens by
    itself."""
    row, found = followed(request, pk)
    form = OnceForm(posted(request))
    fault = ""

    def work():
        ask_again(row, by=request.user)
        return reverse("messaging:announcement-board", args=[row.pk])

    try:
        if done := answered(request, form, work, _("They are asked again.")):
            return done
    except tuple(REFUSALS) as error:
        fault = str(REFUSALS[type(error)])
    context = {"board": found, "form": form, "fault": fault}
    return page(request, "messaging/chase_form.html", row, context, NOT_WHOLE if fault else 200)


# --- whom no letter reaches -------------------------------------------------------------------------


@require_safe
def unreached(request, pk):
    """List whom no letter of the announcement reached, who of the school tells each, and who was told."""
    row, found = followed(request, pk)
    with timezone.override(hours.zone_of(row.school.time_zone)):
        rows, children, further = _unreached_page(request, found)
        _attach_reasons(request.user, found, rows)
        owned = Telling.objects.visible_to(request.user, roles=SPEAKERS).filter(announcement=row)
        owned = list(owned.select_related("owner", "done_by", "person", "student"))
        by_child = {one.student_id: telling_in_words(one) for one in owned if one.person_id is None}
        for child in children:
            child.telling = by_child.get(child.pk, "")
        done = [(one, telling_in_words(one)) for one in owned if one.done_at is not None]
    context = {
        "board": found, "rows": rows, "children": children, "done": done,
        "next": urlencode(further), "reaches": reaches(request.user),
    }  # fmt: skip
    return page(request, "messaging/unreached_list.html", row, context)


def _unreached_page(request, found):
    """Return (rows of people, children without anybody, the query of the next page): all the people
    first, then the children, by pages."""
    after, child = (uuid_or_none(request.GET.get(name, "")) for name in ("after", "child"))
    rows = []
    if child is None:
        listing = Listing(found, Asked("unreachable", after=after))
        if listing.next:
            return listing.rows, [], {"after": listing.next}
        rows = listing.rows
    children, last = without_anybody(found, child)
    return rows, children, {"child": last} if last else {}


def _attach_reasons(user, found, rows):
    """Give each row `child` (through whom it is told) and, for whom it concerns, `reason`."""
    keys = [row.pk for row in rows]
    ties = ties_of(found, people=keys)
    people = {person.pk: person for person in User.objects.filter(pk__in=keys)}
    why = Reasons(list(people.values())) if reaches(user) else None
    for row in rows:
        row.child = ties[row.pk][0][0] if row.pk in ties else None
        row.reason = _reason(why, people[row.pk]) if why else ""


def _reason(why, person):
    """Return why letters do not reach somebody; an address that works now was not known then."""
    addresses = why.addresses.get(person.pk, [])
    if person.is_active and [a for a in addresses if not (a.failed_at or a.opted_out_at)]:
        return _("an address is known; the letter did not arrive, or is not wanted")
    return why.of(person)


def _home(request, pk, student):
    """Return (announcement, board, child, person or None) of one home; 404 where it is not seen."""
    row, found = followed(request, pk)
    child = get_object_or_404(
        Student.objects.visible_to(request.user, roles=SPEAKERS).filter(told_of(row)), pk=student
    )
    key = uuid_or_none(request.POST.get("person", request.GET.get("person", "")))
    ties = ties_of(found, children=[child.pk])
    if key is not None and key not in ties:
        raise Http404
    person = User.objects.get(pk=key) if key else None
    return row, found, child, person


def told_of(row):
    """Return the condition that an announcement was about a child."""
    return Q(pk__in=row.told.values("student"))


def _home_page(request, home, take=None, told=None):
    row, _found, child, person = home
    staff = _staff(child)
    about = {"person": person} if person else {"person": None, "student": child}
    telling = Telling.objects.filter(announcement=row, **about).select_related("owner", "done_by")
    telling = telling.first()
    owner = telling.owner_id if telling else request.user.pk
    with timezone.override(hours.zone_of(row.school.time_zone)):
        words = telling_in_words(telling) if telling else ""
    came_back = take or told
    context = {
        "child": child, "person": person, "telling": telling, "telling_words": words,
        "take": take or TakeForm(staff=staff, initial={"owner": owner}), "told": told or ToldForm(),
        "forms": [form for form in (take, told) if form],
    }  # fmt: skip
    return page(
        request, "messaging/unreached_home.html", row, context, NOT_WHOLE if came_back else 200
    )


def _staff(child):
    """Return the staff who may take a home, by name."""
    return User.objects.filter(pk__in=may_take(child).values("user")).order_by("sort_key", "pk")


@require_safe
def home(request, pk, student):
    """Show one home that no letter reached: who tells it, and how it was told."""
    return _home_page(request, _home(request, pk, student))


@require_POST
def home_take(request, pk, student):
    """Say who of the school tells this home."""
    found = _home(request, pk, student)
    row, _board, child, person = found
    form = TakeForm(request.POST, staff=_staff(child))

    def work():
        owner = form.cleaned_data["owner"]
        Telling.objects.take(row, child, person, owner=owner, by=request.user)
        return reverse("messaging:announcement-unreached", args=[row.pk])

    return _kept_once(request, found, form, work, _("It is written down who tells them."), "take")


@require_POST
def home_told(request, pk, student):
    """Write down that this home was told by the one who writes it, and how."""
    found = _home(request, pk, student)
    row, _board, child, person = found
    form = ToldForm(request.POST)

    def work():
        data = form.cleaned_data
        Telling.objects.done(
            row, child, person, how=data["how"], note=data["note"], by=request.user
        )
        return reverse("messaging:announcement-unreached", args=[row.pk])

    return _kept_once(request, found, form, work, _("It is written down that they know."), "told")


def _kept_once(request, found, form, work, said, name):
    try:
        done = answered(request, form, work, said)
    except ToldBefore:
        form.add_error(None, _("Somebody of the school told this home already."))
        done = None
    return done or _home_page(request, found, **{name: form})


# --- taking it along --------------------------------------------------------------------------------


@asks_again
def board_export(request, pk):
    """Take the board along as a CSV: one line for each child and person; asked what for. Of many
    children the administrators of the school are told."""
    row, found = followed(request, pk)
    form = TakeAlongForm(posted(request))
    if request.method == "POST" and form.is_valid():
        with timezone.override(hours.zone_of(row.school.time_zone)):
            rows = rows_of(found)
        with transaction.atomic():
            entry = Entry.record(
                "announcement.exported", row, by=request.user, kind=Entry.Kind.EXPORTED,
                school=row.school, reason=form.cleaned_data["reason"], rows=len(rows),
                children=found.told.count(),
            )  # fmt: skip
            tell_of_many(entry, by=request.user)
        return sheet(rows, f"announcement-{row.sent_at:%Y-%m-%d}-{slugify(str(row.pk)[:8])}.csv")
    context = {"form": form, "board": found, "most": MOST_ROWS}
    status = NOT_WHOLE if form.is_bound else 200
    return page(request, "messaging/board_export.html", row, context, status)
