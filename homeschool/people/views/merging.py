"""“This is the same person as …”: two accounts of one guardian become one. School admin only."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from homeschool import names
from homeschool.forms import SubmissionField
from homeschool.journal.models import Submission
from homeschool.people import actions, sight
from homeschool.people.actions import merging, persons
from homeschool.people.forms.merging import MergeForm
from homeschool.people.forms.people import PeopleFilter
from homeschool.people.models import Address, Guardianship, User
from homeschool.people.signin import asks_again

from .guardians import _ended, visible_tie
from .home import posted

SHOWN = 20


@asks_again
def guardianship_same(request, pk):
    """Choose the account that is the same person's, look at both side by side, and merge them."""
    tie = visible_tie(request.user, pk)
    sight.require(request.user, tie.student, {sight.SCHOOL_ADMIN})
    if first := _first_answer(request):
        return redirect(first)
    if tie.until:
        return _ended(request, tie)
    if other := request.GET.get("with"):
        return _compare(request, tie, _other(request.user, tie, other))
    form = PeopleFilter(request.GET if "q" in request.GET else None)
    text = form.cleaned_data["q"] if form.is_bound and form.is_valid() else ""
    found = namesakes(request.user, tie, text)
    context = {"tie": tie, "student": tie.student, "found": found, "form": form, "text": text}
    return render(request, "people/merge_choose.html", context)


def _first_answer(request):
    """Return what this form was answered before: afterwards the other account is not found any more."""
    if request.method != "POST":
        return ""
    key = SubmissionField(required=False).clean(request.POST.get("submission", ""))
    return Submission.first_answer(request.user, key)


def _ties(user, school):
    """Return the guardianships of a school that its administrator may see today."""
    rows = Guardianship.objects.visible_to(user, roles={sight.SCHOOL_ADMIN}).open()
    return rows.filter(student__school=school, guardian__is_active=True)


def _other(user, tie, key):
    """Return the other guardianship, of another account, or answer 404."""
    rows = _ties(user, tie.student.school_id).exclude(guardian=tie.guardian_id)
    try:
        return rows.select_related("guardian", "student__school").get(pk=key)
    except (Guardianship.DoesNotExist, ValidationError, ValueError) as error:
        raise Http404 from error


def namesakes(user, tie, text=""):
    """Return the guardianships of accounts that may be the same person's: of the same name, with
    the same e-mail or phone, or found by `text`; one for each account (three queries)."""
    school, person = tie.student.school_id, tie.guardian
    rows = _ties(user, school).exclude(guardian=person).select_related("guardian", "student")
    if text:
        people = persons.found_by(User.objects.all(), text)
        rows = rows.filter(guardian__in=people.values("pk"))
    else:
        rows = rows.filter(guardian__in=_alike(rows, person))
    found = {}
    for row in rows.order_by("guardian__sort_key", "student__sort_key", "pk")[: SHOWN * 4]:
        found.setdefault(row.guardian_id, row).__dict__.setdefault("of", []).append(row.student)
    return list(found.values())[:SHOWN]


def _alike(rows, person):
    """Return the ids of those among the guardians of `rows` who are called or reached alike."""
    called = {names.plain(person.full_name), names.plain(person.called)}
    same = rows.filter(guardian__sort_key=person.sort_key).values_list(
        "guardian", "guardian__full_name"
    )
    alike = {pk for pk, name in same if names.plain(name) in called}
    reached = Address.objects.filter(user=person).values("value")
    shared = Address.objects.filter(value__in=reached, user__in=rows.values("guardian"))
    return alike | set(shared.values_list("user", flat=True))


def _compare(request, tie, other):
    one, two, school = tie.guardian, other.guardian, tie.student.school
    why_not = merging.refusal(one, two, by=request.user, school=school)
    doubts = [] if why_not else merging.doubts(one, two)
    form = None if why_not else _form(request, tie, other, doubts)
    done = form and _merged(request, form, tie, school)
    if done:
        return done
    for person in (one, two):
        persons.record_reading(person, by=request.user, school=school)
    context = {
        "tie": tie, "student": tie.student, "form": form, "why_not": why_not, "doubts": doubts,
        "sides": [_side(request.user, row) for row in (tie, other)],
    }  # fmt: skip
    return render(request, "people/merge_compare.html", context)


def _form(request, tie, other, doubts):
    pair = (tie, other)
    best = max(
        pair, key=lambda row: (row.guardian.last_login is not None, bool(row.guardian.email))
    )
    choices = [(str(row.guardian_id), _line(row.guardian)) for row in pair]
    return MergeForm(
        posted(request), pair=pair, doubts=doubts, choices=choices,
        initial={"keep": str(best.guardian_id)},
    )  # fmt: skip


def _line(person):
    where = person.email or person.phone or _("no e-mail")
    return f"{person.full_name} · {where}"


def _side(user, tie):
    """Return what the page shows of one account: as far as the administrator may see it."""
    person = tie.guardian
    ties = _ties(user, tie.student.school_id).filter(guardian=person)
    return {
        "person": person,
        "ties": ties.select_related("student__school_class").order_by("student__sort_key"),
        "addresses": person.addresses.order_by("channel", "value"),
    }


def _merged(request, form, tie, school):
    """Return the redirect after a form that was right, now or when it was first sent, else None."""
    if request.method != "POST":
        return None
    valid, key = form.is_valid(), form.cleaned_data["submission"]
    if not valid:
        return None
    keep, gone = form.chosen()

    def work():
        actions.merge(keep, gone, by=request.user, school=school)
        return tie.student.get_absolute_url()

    try:
        answer = Submission.once(request.user, key, work)
    except merging.NotMerged as error:  # it became impossible while the page was open
        form.add_error(None, str(error.words))
        return None
    said = _("This is one account now: %(name)s. The other one is closed and leads to it.")
    messages.success(request, said % {"name": keep.full_name})
    return redirect(answer)
