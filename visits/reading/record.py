"""One visit as a member of staff may read it: every part is asked of `visible_to`."""

import datetime as dt
import zoneinfo
from functools import cached_property

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from homeschool.journal.models import Entry, Receipt
from homeschool.people import sight
from homeschool.people.models import Guardianship, Household
from homeschool.people.views.seen import listed
from visits.models import (
    Addendum,
    Difficulty,
    Draft,
    Need,
    Offer,
    Participant,
    Promise,
    Suggestion,
    Summary,
    Visit,
)
from visits.models.record import READERS, staff_part_for

from . import gifts, history, needs, rounds, suggestions
from .standing import MODE_ICONS, STANDING, standing, with_standing, zone_of

A_WHILE = dt.timedelta(minutes=30)


class Record:
    """The visit in the eyes of `user`, who works with at least one of its children."""

    def __init__(self, visit, user):
        self.visit, self.user = visit, user
        self.now = timezone.now()
        self.zone = zone_of(user, visit.school)
        self.lines = list(
            visit.children_for(user, roles=READERS).select_related("student__school_class")
        )

    @cached_property
    def students(self):
        """The children of this visit whom the reader sees."""
        return [line.student for line in self.lines]

    @property
    def several(self):
        """Whether it is about more than one child in sight."""
        return len(self.lines) > 1

    @cached_property
    def names(self):
        return listed(student.full_name for student in self.students)

    @cached_property
    def classes(self):
        return listed(dict.fromkeys(student.school_class.name for student in self.students))

    @cached_property
    def keeps_staff_part(self):
        """Whether the reader reads what stays with staff: visitors, counselor, leader (one query)."""
        return Visit.objects.filter(staff_part_for(self.user, "pk"), pk=self.visit.pk).exists()

    @cached_property
    def _row(self):
        found = with_standing(Visit.objects.filter(pk=self.visit.pk))
        return found.values(*STANDING).get()

    @property
    def standing(self):
        """The chips (one query)."""
        return standing(self._row, self.now)

    @property
    def has_draft(self):
        """Whether its record is begun."""
        return self._row["has_draft"]

    # --- when, where, who ----------------------------------------------------------------------
    @property
    def at(self):
        return self.visit.at and self.visit.at.astimezone(self.zone)

    @property
    def until(self):
        """When it ended, or is planned to end; None for an attempt."""
        end = self.visit.ended_at
        if end is None and self.visit.status in Visit.OPEN and self.visit.planned_at:
            end = self.visit.planned_at + dt.timedelta(minutes=self.visit.planned_minutes)
        return end and end.astimezone(self.zone)

    @property
    def minutes(self):
        """How long it took; None where nobody wrote that down."""
        begun, ended = self.visit.happened_at, self.visit.ended_at
        return round((ended - begun).total_seconds() / 60) if begun and ended else None

    @property
    def is_over(self):
        """Whether the time of the plan is over."""
        return bool(self.until and self.until < self.now)

    @property
    def planned_at(self):
        """When it was planned, where it then took place half an hour off or more."""
        planned, happened = self.visit.planned_at, self.visit.happened_at
        if not planned or not happened or abs(planned - happened) < A_WHILE:
            return None
        return planned.astimezone(self.zone)

    @property
    def at_school(self):
        """The same moment by the clock of the school, where the reader's differs."""
        there = self.visit.at and self.visit.at.astimezone(
            zoneinfo.ZoneInfo(self.visit.school.time_zone)
        )
        return there.time() if there and there.utcoffset() != self.at.utcoffset() else None

    @property
    def place(self):
        return capfirst(self.visit.get_mode_display())

    @property
    def icon(self):
        return MODE_ICONS[Visit.Mode(self.visit.mode)]

    @cached_property
    def address(self):
        """Where the home is, as long as the way there lies ahead and the reader may know it."""
        if self.visit.mode != Visit.Mode.HOME or self.visit.status not in Visit.OPEN:
            return ""
        homes = Household.objects.visible_to(self.user).filter(pk=self.visit.household_id)
        return homes.values_list("address", flat=True).first() or ""

    @cached_property
    def team(self):
        """Members of staff who make the visit."""
        return [
            row.user
            for row in self.visit.team.select_related("user").order_by("user__sort_key", "user")
        ]

    @cached_property
    def team_names(self):
        return listed(user.full_name for user in self.team)

    @property
    def may_be_tried(self):
        """Whether the day of the plan has come, by the clock of the school."""
        zone = zoneinfo.ZoneInfo(self.visit.school.time_zone)
        planned = self.visit.planned_at
        return not planned or timezone.localdate(planned, zone) <= timezone.localdate(
            self.now, zone
        )

    @property
    def plan_url(self):
        """Where another visit to these children is planned."""
        children = "&".join(f"child={student.pk}" for student in self.students)
        return f"{reverse('visits:visit-plan')}?{children}"

    @cached_property
    def offer(self):
        """The newest offer of this visit as staff reads it, or None (one query)."""
        if self.visit.is_held:
            return None
        rows = Offer.objects.filter(visit=self.visit, revoked_at=None).order_by("-asked_at")
        row = rounds.told(self.user, rows).first()
        return row and rounds.shown(row, self.zone)

    @cached_property
    def aspects(self):
        return listed(capfirst(str(aspect)) for aspect in self.visit.aspects.all())

    @cached_property
    def _people(self):
        """Who of the family had a part in it: {presence: [{"name", "relation", "words"}]}; a child
        whom the reader does not see is not named."""
        shown, found = {student.pk for student in self.students}, {}
        rows = Participant.objects.visible_to(self.user).filter(visit=self.visit)
        for row in rows.order_by("pk"):
            found.setdefault(row.presence, []).append(_person(row, shown))
        return found

    def _names(self, presence):
        return listed(person["words"] for person in self._people.get(presence, []))

    @property
    def present(self):
        """Who of the family was there, as [{"name", "relation", "words"}]."""
        return self._people.get(Participant.Presence.PRESENT, [])

    @property
    def present_names(self):
        return self._names(Participant.Presence.PRESENT)

    @property
    def told_names(self):
        """Who was told of it, and was not there."""
        return self._names(Participant.Presence.NOTIFIED)

    @property
    def absent_names(self):
        return self._names(Participant.Presence.ABSENT)

    # --- what was said -------------------------------------------------------------------------
    @cached_property
    def questions(self):
        """Every question of the record, as [{"term", "text", "needs", "lang", "kept_out"}]."""
        visit, several = self.visit, len(self.lines) > 1
        found = []
        for line in self.lines:
            words = _("What goes well with %(child)s") if several else _("What goes well")
            term = words % {"child": line.student.called} if several else words
            found.append(self._answer("going_well", term, line.going_well))
        found.append(self._answer("hopes", _("Hopes of the family"), visit.hopes, lang=""))
        found.append(self._answer("wishes", _("Wishes of the family"), visit.wishes, lang=""))
        found.append(self._answer("worries", _("Worries of the family"), visit.worries, lang=""))
        found.append(self._answer("learning", _("Learning at home"), visit.learning))
        for line in self.lines:
            term = _("What %(child)s needs") % {"child": line.student.called}
            answer = self._answer("needs", term, line.needs_words, lang="")
            found.append(answer | {"needs": listed(line.needs_labels)})
        found.append(self._answer("explained", _("What the school explained"), visit.explained))
        return [row for row in found if row["text"] or row["needs"]]

    def _answer(self, question, term, text, lang=None):
        return {
            "term": term,
            "text": text,
            "needs": "",
            "lang": self.visit.written_in if lang is None else lang,
            "kept_out": question in self.visit.kept_out,
        }

    @property
    def shared(self):
        """What the family reads, or will read."""
        return [row for row in self.questions if not row["kept_out"]]

    @property
    def kept_out(self):
        """What the family wished to keep out."""
        return [row for row in self.questions if row["kept_out"]] if self.keeps_staff_part else []

    @property
    def difficulties(self):
        """What the family finds difficult, in words; it stays with staff."""
        ticked = self.visit.difficulties
        return listed(str(label) for code, label in Difficulty.choices if code in ticked)

    # --- in confidence -------------------------------------------------------------------------
    @cached_property
    def is_confidential(self):
        """Whether few read it, and nothing of it goes to the family (one query)."""
        return self.visit.is_held and self.visit.is_confidential()

    @property
    def may_confide(self):
        """Whether the reader says that it is confidential, or is not any more: who made the visit,
        and the leader of the whole school."""
        return self.visit.is_held and (self._leads or self.user in self.team)

    @property
    def _leads(self):
        schools = {student.school_id for student in self.students}
        return any(
            row["role"] == sight.LEADER and row["school_id"] in schools
            for row in sight.reach_of(self.user)
        )

    # --- what came of it -----------------------------------------------------------------------
    @cached_property
    def needs(self):
        """The needs that were noted, those that wait first (one query)."""
        rows = Need.objects.visible_to(self.user).filter(visit=self.visit).by_age()
        return needs.drawn(rows, self.zone, now=self.now)

    # --- promises ------------------------------------------------------------------------------
    @cached_property
    def promises(self):
        """The promises about the children in sight, the school's first, what is owed on top."""
        today = timezone.localdate(timezone=zoneinfo.ZoneInfo(self.visit.school.time_zone))
        found = Promise.objects.visible_to(self.user, roles=READERS).filter(visit=self.visit)
        found = found.select_related("owner", "student", "done_by")
        shown = [self._promise(promise, today) for promise in found]
        return sorted(shown, key=lambda row: (row["group"], row["state"] == "done"))

    def _promise(self, promise, today):
        titles = {
            Promise.Side.SCHOOL: (1, _("School"), "school"),
            Promise.Side.PERSON: (1, promise.owner_name, "user"),
            Promise.Side.FAMILY: (2, _("Home"), "house"),
            Promise.Side.STUDENT: (3, promise.student.called, "user"),
        }
        group, title, icon = titles[promise.side]
        owner = promise.owner.full_name if promise.owner else promise.owner_name
        return {
            "id": promise.pk,
            "group": group,
            "title": title,
            "icon": icon,
            "what": promise.what,
            "owner": owner if promise.side in (Promise.Side.SCHOOL, Promise.Side.FAMILY) else "",
            "child": promise.student.called if len(self.lines) > 1 else "",
            "due": promise.due,
            "state": promise.state(today),
            "days_late": (today - promise.due).days if promise.due else 0,
            "done_at": promise.done_at and promise.done_at.astimezone(self.zone),
            "done_by": promise.done_by and promise.done_by.full_name,
        }

    # --- the family's side ---------------------------------------------------------------------
    @cached_property
    def summary(self):
        """The published version that holds, or None."""
        return self.visit.summaries.select_related("published_by").first()

    @property
    def may_share(self):
        """Whether the reader may share the summary: those who know what stays with staff."""
        return (
            self.visit.is_held
            and self.keeps_staff_part
            and not self.summary
            and not self.is_confidential
        )

    @cached_property
    def readers(self):
        """Who of the family was told of the summary: [{"name", "reached", "read",
        "confirmed"}], `reached` whether an e-mail opens it to them; only those who
        stand, or stood, with a child in sight, and the grown students themselves."""
        if self.summary is None:
            return []
        ties = Guardianship.objects.filter(student__in=self.students, guardian=OuterRef("person"))
        own = Q(person__in=[student.user_id for student in self.students if student.user_id])
        told = Receipt.objects.about(self.summary).filter(Exists(ties) | own)
        return [
            {
                "name": receipt.person.full_name,
                "reached": bool(receipt.person.email),
                "read": receipt.read_at and receipt.read_at.astimezone(self.zone),
                "confirmed": receipt.acknowledged_at
                and receipt.acknowledged_at.astimezone(self.zone),
            }
            for receipt in told.select_related("person").order_by("person__sort_key", "person")
        ]

    @cached_property
    def additions(self):
        """What was added later, oldest first."""
        rows = Addendum.objects.visible_to(self.user).filter(visit=self.visit)
        found = list(rows.select_related("by", "student", "seen_by").order_by("at", "pk"))
        for row in found:
            row.at_here = row.at.astimezone(self.zone)
            row.seen_here = row.seen_at and row.seen_at.astimezone(self.zone)
        return found

    def printed_additions(self, whole):
        """Return what was added; unless the sheet is `whole`, only what the home that was visited
        may read."""
        if whole:
            return self.additions
        return [row for row in self.additions if self._is_for_the_home(row)]

    def _is_for_the_home(self, addendum):
        if addendum.from_family:
            return self.visit.is_home_of(addendum.by)
        return addendum.shared

    # --- what happened -------------------------------------------------------------------------
    @cached_property
    def suggestions(self):
        """What the family suggests to the school, and the answers (one query)."""
        return suggestions.of_visit(self.visit, self.user, self.zone)

    @cached_property
    def gifts(self):
        """What was given (one query)."""
        return gifts.of_visit(self.visit, self.user, self.zone)

    @cached_property
    def _entries(self):
        """The entries about the visit and its parts, as far as they are about children in sight."""
        about = Q(about_type=Visit._meta.label_lower, about_id=str(self.visit.pk))
        for model, ids in (
            (Draft, [self.visit.pk]),
            (Promise, [row["id"] for row in self.promises]),
            (Need, [row["need"].pk for row in self.needs]),
            (Addendum, [row.pk for row in self.additions]),
            (Suggestion, [row["id"] for row in self.suggestions]),
            (Summary, [self.summary.pk] if self.summary else []),
        ):
            about |= Q(about_type=model._meta.label_lower, about_id__in=[str(pk) for pk in ids])
        return Entry.objects.filter(about, student__in=self.students)

    @cached_property
    def history(self):
        """What happened to it, newest first (two queries)."""
        return history.told(self._entries, self.zone)

    def record_reading(self, what="viewed"):
        """Write down that the reader opened it, for each child that it showed.

        The family sees who read; of a confidential visit it sees “the record”, and not that it was
        the record of a visit.
        """
        verb = f"record.{what}" if self.is_confidential else f"visit.{what}"
        fields = [
            *(["staff_part"] if self.keeps_staff_part else []),
            *(["address"] if self.address else []),
        ]
        for student in self.students:
            Entry.record(
                verb,
                self.visit,
                by=self.user,
                kind=Entry.Kind.VIEWED,
                student=student,
                school=self.visit.school,
                fields=fields,
            )


def _person(row, shown):
    """Return {"name", "relation", "words"} of somebody who was there."""
    if row.student_id:
        name = row.name if row.student_id in shown else _("another child of the family")
        return {"name": name, "relation": "", "words": name}
    words = row.name
    if row.relation_words:
        words = _("%(name)s (%(relation)s)") % {"name": row.name, "relation": row.relation_words}
    return {"name": row.name, "relation": row.relation_words, "words": words}
