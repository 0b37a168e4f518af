"""From the draft to the visit: what was typed, checked and put into rows."""

import datetime as dt
import uuid

from django.db import transaction
from django.db.models import Q
from django.utils import timezone, translation

from homeschool.people.models import Guardianship, Household, Student, User
from visits.forms import STEPS
from visits.forms.campaigns import counted_for
from visits.forms.who import away
from visits.models import Aspect, Draft, Participant, Promise, Visit, VisitChild
from visits.models.gift import OverCap

USUAL_LENGTH = dt.timedelta(minutes=45)
# The answers that a draft begins with after a planned visit, by column.
PLANNED = ("mode", "language_spoken", "interpreter")


class NotWhole(ValueError):
    """The draft lacks something that a visit must have."""


# --- the beginning ---------------------------------------------------------------------------------
def family_of(children, user, roles):
    """Return the active children of the family of `children` whom `user` sees in `roles`.

    A family shares a home or a guardian; only children of the same school count.
    """
    marked = [child.pk for child in children]
    at_home = Household.objects.filter(students__in=marked).values("students")
    ties = Guardianship.objects.open()
    guardians = ties.filter(student__in=marked).values("guardian")
    looked_after = ties.filter(guardian__in=guardians).values("student")
    family = Q(pk__in=at_home) | Q(pk__in=looked_after)
    seen = Student.objects.visible_to(user, roles=roles).filter(school=children[0].school_id)
    return list(
        seen.filter(Q(pk__in=marked) | family & Q(status=Student.Status.ACTIVE))
        .select_related("school")
        .order_by("sort_key", "pk")
    )


def are_one_family(children):
    """Whether these children share a home, or each has a guardian in common with another."""
    if len(children) < 2:
        return True
    homes = [set(child.households.values_list("pk", flat=True)) for child in children]
    ties = [
        set(child.guardianships.open().values_list("guardian", flat=True)) for child in children
    ]
    circles = [homes_ | ties_ for homes_, ties_ in zip(homes, ties, strict=True)]
    return all(
        any(circle & other for other in circles if other is not circle) for circle in circles
    )


def first_answers(children, *, zone, visit=None):
    """Return the answers that a new draft begins with: whom, when, where, in which language."""
    language = translation.get_language() or "en"
    answers = {"children": sorted(str(child.pk) for child in children), "written_in": language}
    spoken = next((child.home_language for child in children if child.home_language), "")
    if spoken:
        answers["language_spoken"] = spoken
    answers |= _times(zone, visit.planned_at if visit else None)
    if visit:
        answers |= {name: getattr(visit, name) for name in PLANNED if getattr(visit, name)}
        answers["colleagues"] = sorted(str(user.pk) for user in visit.visitors.all())
        answers["aspects"] = sorted(aspect.code for aspect in visit.aspects.all())
        answers["household"] = str(visit.household_id or "")
    return {name: answer for name, answer in answers.items() if answer}


def _times(zone, planned_at):
    """Return day, start and end: as planned until now, else the last three quarters of an hour."""
    now = timezone.now().astimezone(zone)
    end = now - dt.timedelta(minutes=now.minute % 5)
    start = end - USUAL_LENGTH
    if planned_at and planned_at < now:
        start = planned_at.astimezone(zone)
    times = {"day": f"{start:%Y-%m-%d}", "start": f"{start:%H:%M}"}
    return times | ({"end": f"{end:%H:%M}"} if end.date() == start.date() else {})


# --- the end -----------------------------------------------------------------------------------------
def checked(draft):
    """Return the forms of all steps over what the draft holds, by number, each checked."""
    forms = {number: step(draft, checked=True) for number, step in STEPS.items()}
    for form in forms.values():
        form.full_clean()
    return forms


def is_whole(forms):
    """Whether the draft can become a visit."""
    return all(form.is_valid() for form in forms.values())


def finish(draft, *, by, share):
    """Make the visit of `draft`, once, and return it; the draft is emptied.

    Two at the same moment give one visit: the second waits and gets the first. A confidential one
    is not shared, whatever was asked. Raises NotWhole where something is missing; nothing is
    written then.
    """
    with transaction.atomic():
        # no key: whoever joins the writers at this moment need not wait, so nobody waits in a circle
        Draft.objects.select_for_update(no_key=True).get(pk=draft.pk)
        draft = Draft.objects.with_circle().get(pk=draft.pk)
        if draft.finished_at:
            return Visit.objects.get(pk=draft.pk)
        forms = checked(draft)
        if not is_whole(forms):
            raise NotWhole
        answers = {
            name: value for form in forms.values() for name, value in form.cleaned_data.items()
        }
        visit = _visit(draft, answers)
        confidential = answers["confidential"]
        try:
            visit = visit.hold(
                by=by,
                share=share and not confidential,
                confidential=confidential,
                **_parts(draft, forms, answers),
            )
        except OverCap:  # another visit gave meanwhile: the form says now what is too much
            raise NotWhole from None
        draft.close()
        return visit


def _visit(draft, answers):
    household = _household(draft, answers)
    kept_out = [q for q in Visit.SHARED_QUESTIONS if answers.get(f"keep_{q}")]
    columns = (
        "mode",
        "happened_at",
        "ended_at",
        "language_spoken",
        "interpreter",
        "written_in",
        "hopes",
        "learning",
        "wishes",
        "worries",
        "explained",
        "shared_summary",
        "difficulties",
        "situation",
        "staff_note",
        "read_aloud",
    )
    children = [child.id for child in draft.chosen]
    return Visit(
        pk=draft.pk,
        school=draft.school,
        **counted_for(answers.get("campaign"), by=draft.started_by, children=children),
        household=household,
        region=household.region if household and answers["mode"] == Visit.Mode.HOME else None,
        kept_out=kept_out,
        **{name: answers[name] for name in columns},
    )


def _household(draft, answers):
    pk = answers.get("household") or (draft.homes[0].id if len(draft.homes) == 1 else None)
    return Household.objects.select_related("region").get(pk=pk) if pk else None


def _parts(draft, forms, answers):
    children = Student.objects.in_bulk([uuid.UUID(child.id) for child in draft.chosen])
    students = [children[uuid.UUID(child.id)] for child in draft.chosen]
    visitors = {draft.started_by_id, *map(uuid.UUID, answers["colleagues"])} - {None}
    return {
        "lines": [_line(student, answers) for student in students],
        "visitors": list(User.objects.filter(pk__in=visitors).order_by("sort_key", "pk")),
        "participants": _participants(draft, answers),
        "promises": [_promise(students, row) for _n, row in forms[4].filled(answers)],
        "suggestions": forms[2].suggestions(answers),
        "gifts": forms[4].gifts(answers),
        "aspects": list(Aspect.objects.filter(school=draft.school, code__in=answers["aspects"])),
    }


def _line(student, answers):
    needs = answers[f"needs_{student.pk}"]
    return VisitChild(
        student=student,
        going_well=answers[f"going_well_{student.pk}"],
        needs=[code for code in VisitChild.Need.values if code in needs],
        needs_words=answers[f"needs_words_{student.pk}"],
    )


def _participants(draft, answers):
    """Return everybody of the family who was there, and the adults who were told, or not there."""
    here = dict.fromkeys(answers["present"], Participant.Presence.PRESENT) | away(answers["away"])
    rows = [
        Participant(
            guardian_id=adult.id,
            name=adult.name,
            relation=adult.said or adult.code,
            presence=here[adult.id],
        )
        for adult in draft.adults
        if adult.id in here
    ]
    rows += [
        Participant(student_id=child.id, name=child.full_name)
        for child in draft.offered
        if child.id in here
    ]
    rows += [
        Participant(name=answers[guest], relation=answers[f"{guest}_relation"])
        for guest in ("guest_1", "guest_2")
        if answers[guest]
    ]
    return rows


def _promise(students, row):
    child = next((s for s in students if str(s.pk) == row["child"]), students[0])
    owner = row["owner"] or None if row["side"] == Promise.Side.SCHOOL else None
    return Promise(
        student=child,
        side=row["side"],
        owner_id=owner,
        owner_name="" if owner else row["name"],
        what=row["what"],
        due=row["due"],
    )
