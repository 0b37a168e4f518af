"""A child as one reader may see it: which parts, why, and who else has looked.

Every part is asked of `visible_to`, `reasons` and `watchers`; here is only which part of the
page follows from which role (the truth table of docs/decisions/0002-sight.md).
"""

import datetime
import uuid
from dataclasses import dataclass, field
from functools import cached_property

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _, gettext_lazy, pgettext, pgettext_lazy

from homeschool.journal.models import Entry
from homeschool.people import asked, sight
from homeschool.people.models import (
    Grant,
    Guardianship,
    Membership,
    SchoolClass,
    Student,
    User,
)
from homeschool.prepared import instance

# Whom a family meets, in the order in which they are named.
TEAM_ROLES = {sight.ADVISER: 1, sight.COUNSELOR: 2}

YOU_ARE = {
    Guardianship.Relation.MOTHER: gettext_lazy("You are %(child)s’s mother."),
    Guardianship.Relation.FATHER: gettext_lazy("You are %(child)s’s father."),
    Guardianship.Relation.GRANDMOTHER: gettext_lazy("You are %(child)s’s grandmother."),
    Guardianship.Relation.GRANDFATHER: gettext_lazy("You are %(child)s’s grandfather."),
    Guardianship.Relation.STEPPARENT: gettext_lazy("You are %(child)s’s step-parent."),
    Guardianship.Relation.SIBLING: gettext_lazy("You are %(child)s’s brother or sister."),
    Guardianship.Relation.RELATIVE: gettext_lazy("You are a relative of %(child)s."),
    Guardianship.Relation.FOSTER: gettext_lazy("You are %(child)s’s foster parent."),
    Guardianship.Relation.OTHER: gettext_lazy("You look after %(child)s."),
}
# What a reader came for, by the verb of the Entry; rooms above name their own the same way.
PURPOSES = {
    "child.viewed": gettext_lazy("read how the family is reached"),
    "child.history": gettext_lazy("read the history of changes"),
}
A_ROLE = {
    **dict(Membership.Role.choices),
    "": pgettext_lazy("somebody who looked at the record", "a person of the school"),
}


@dataclass
class Seen:
    """A child in the eyes of `user`; what costs a query is read when it is asked for."""

    user: User
    student: Student
    reasons: list = field(default_factory=list)

    def __post_init__(self):
        self.reasons = sight.reasons(self.user, self.student)
        self.roles = {row["role"] for row in self.reasons}
        self.items = {row["item"] for row in self.reasons if row["role"] == sight.GUARDIAN}

    # --- which parts -----------------------------------------------------------------------
    @property
    def as_staff(self):
        """Whether the reader works with the child."""
        return bool(self.roles & sight.STAFF_ROLES)

    @property
    def as_self(self):
        """Whether the reader is the student itself."""
        return sight.STUDENT in self.roles

    @property
    def basics(self):
        """Whether name, class and teachers may be shown: a guardian by Grant needs that item."""
        return self.as_staff or self.as_self or bool(self.items & {"", Grant.Item.BASICS})

    @property
    def contacts(self):
        """Whether addresses and restrictions may be shown; the reading leaves an Entry."""
        return bool(self.roles & sight.CONTACT_ROLES)

    @property
    def may_edit_family(self):
        return bool(self.roles & sight.FAMILY_EDITORS)

    @property
    def may_edit_basics(self):
        return sight.SCHOOL_ADMIN in self.roles

    @property
    def may_write(self):
        """Whether the reader writes with the family of the child, who is on roll."""
        writers = {sight.ADVISER, sight.COUNSELOR, sight.LEADER}
        return bool(self.roles & writers) and self.student.status == Student.Status.ACTIVE

    @property
    def may_describe(self):
        return bool(self.roles & sight.DESCRIBERS)

    @property
    def may_read_looks(self):
        """Whether the reader may know who looked: the family, as long as the rights are theirs."""
        return self.as_self or "" in self.items

    # --- the parts -------------------------------------------------------------------------
    @property
    def strengths(self):
        return [line.strip() for line in self.student.strengths.splitlines() if line.strip()]

    @cached_property
    def guardianships(self):
        """Guardianships that hold today, as far as the reader may see them."""
        if not (self.as_staff or self.as_self or "" in self.items):
            return []
        found = asked.ties_of(self.user, self.student.pk)
        rows = [instance(Guardianship, row) for row in found]
        if self.contacts:
            _attach(rows, "addresses", self._addresses(rows))
        if self.student.holds_own_rights:
            _attach(rows, "grants", self._grants())
            for row in rows:
                row.granted = listed(grant.get_item_display() for grant in row.grants)
        return rows

    def _addresses(self, rows):
        ids = [row.guardian_id for row in rows]
        return [(row["user_id"], row["value"]) for row in asked.addresses_of(ids)]

    def _grants(self):
        grants = Grant.objects.open().filter(student=self.student).order_by("item")
        return [(grant.guardian_id, grant) for grant in grants]

    @cached_property
    def is_restricted(self):
        """Whether somebody must not be in contact: all that a class teacher is told."""
        return any(row.restricted_at for row in self.guardianships)

    @cached_property
    def grantees(self):
        """For a grown student: its guardians, each with what it may see and what not."""
        ties = self.student.guardianships.open().filter(may_view=True).select_related("guardian")
        given = {(guardian, grant.item): grant for guardian, grant in self._grants()}
        return [
            {
                "tie": tie,
                "items": [
                    {
                        "code": code,
                        "words": words,
                        "grant": given.get((tie.guardian_id, code)),
                        "key": uuid.uuid4(),
                    }
                    for code, words in Grant.Item.choices
                ],
            }
            for tie in ties
        ]

    @cached_property
    def leaving(self):
        """When and where to a child that is not on roll has left, or None where nobody wrote it
        down; asked for no child that is on roll."""
        if self.student.status == Student.Status.ACTIVE or not self.basics:
            return None
        return self.student.leavings.filter(ended_at=None).first()

    @cached_property
    def households(self):
        """The homes of the child: {address, region__name, adults}."""
        return asked.homes_of(self.student.pk)

    @cached_property
    def siblings(self):
        """Other children of the same guardians whom the reader may see too."""
        return asked.siblings_of(self.user, self.student.pk)

    @cached_property
    def team(self):
        """Class teacher and counselors of the child, as {name, role}."""
        rows = asked.team_of(self.student.pk, roles=tuple(TEAM_ROLES))
        people = {tuple(row.values()) for row in rows}
        ordered = sorted(people, key=lambda row: (TEAM_ROLES[row[0]], row[2]))
        return [{"role": Membership.Role(role).label, "name": name} for role, name, _key in ordered]

    # --- why, and who else -----------------------------------------------------------------
    @cached_property
    def why(self):
        """The reasons of this sight as sentences, each once."""
        sentences = [_sentence(self, row) for row in self.reasons if row["why"] != "grant"]
        items = [row["item"] for row in self.reasons if row["why"] == "grant"]
        if items:
            words = listed(Grant.Item(item).label for item in sorted(items))
            sentences.append(
                _("%(child)s lets you see: %(items)s.")
                % {"child": self.student.called, "items": words}
            )
        return list(dict.fromkeys(sentences))

    def looks(self, limit):
        """Who opened the record this term, newest first: one row for a person, a day, a purpose.

        Each is {who, person, what, times}: staff of the school by name (`who`) and role, everybody
        else by role alone.
        """
        student = self.student
        values = [student.pk, student.school_id, term_start(student)]
        if student.user_id:
            values.append(student.user_id)
        rows = asked.lookers(*values, limit=limit, zone=timezone.get_current_timezone())
        return [_look(row) for row in rows]

    def record_reading(self):
        """Write down that the reader opened what only some may read."""
        if self.contacts:
            reason = next(row for row in self.reasons if row["role"] in sight.CONTACT_ROLES)
            Entry.record(
                "child.viewed",
                self.student,
                by=self.user,
                kind=Entry.Kind.VIEWED,
                student=self.student,
                school=self.student.school,
                role=reason["role"],
                why=reason["why"],
                fields=["addresses", "restrictions"],
            )


def listed(words):
    """Return words as a list within a sentence, as the reader's language writes it."""
    return pgettext("between the parts of a list", ", ").join(str(word) for word in words)


def _attach(rows, name, pairs):
    """Give each guardianship the list of its guardian's things."""
    found = {}
    for guardian, thing in pairs:
        found.setdefault(guardian, []).append(thing)
    for row in rows:
        setattr(row, name, found.get(row.guardian_id, []))


def term_start(student):
    """Return the moment at which the term of today began at the school, else 180 days ago."""
    zone = student.school_zone
    today = timezone.localdate(timezone=zone)
    begun = asked.terms_begun(student.school_id, today)
    now = timezone.now()
    if not begun:
        return now - datetime.timedelta(days=180)
    day = begun[0]["start"]
    return now.astimezone(zone).replace(
        year=day.year, month=day.month, day=day.day, hour=0, minute=0, second=0, microsecond=0
    )


def _look(row):
    words = {
        "name": row["actor__full_name"],
        "role": A_ROLE.get(row["role"] or "", A_ROLE[""]),
        "day": date_format(row["day"]),
        "purpose": PURPOSES.get(row["verb"], _("read the record")),
    }
    own = row["role"] in sight.STAFF_ROLES
    return {
        "who": words["name"] if own else "",
        "person": _("%(name)s, %(role)s") % words if own else capfirst(words["role"]),
        "what": _("%(day)s: %(purpose)s") % words,
        "times": row["times"],
    }


def _sentence(seen, row):
    """Return one reason of sight as a sentence to the reader."""
    return {
        "guardianship": _as_guardian,
        "self": lambda seen, row: _("This is your own page."),
        "adviser": _as_adviser,
        "caseload": _as_counselor,
        "membership": _as_leader,
    }[row["why"]](seen, row)


def _as_guardian(seen, row):
    child = seen.student.called
    tie = next((tie for tie in seen.guardianships if tie.pk == row["why_id"]), None)
    if tie is None or tie.relation_said:
        return _("You look after %(child)s.") % {"child": child}
    return YOU_ARE[tie.relation] % {"child": child}


def _as_adviser(seen, row):
    student = seen.student
    if row["why_id"] == student.school_class_id:
        name = student.school_class.name
    else:
        name = SchoolClass.objects.get(pk=row["why_id"]).name
    return _("You are the class teacher of %(school_class)s.") % {"school_class": name}


def _as_counselor(seen, row):
    student = seen.student
    if row["student_id"]:
        return _("%(child)s is on your caseload.") % {"child": student.called}
    part = student.school_class if row["school_class_id"] else student.division
    return _("%(part)s is on your caseload.") % {"part": part.name}


def _as_leader(seen, row):
    student = seen.student
    part = student.division if row["division_id"] else student.school
    if row["role"] == sight.LEADER:
        return _("You lead %(part)s.") % {"part": part.name}
    return _("You keep the records of %(part)s.") % {"part": part.name}
