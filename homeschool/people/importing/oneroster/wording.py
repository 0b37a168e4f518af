"""Codes and words that a package is given in the portal."""

import itertools
import re

from django.utils.translation import gettext as _, gettext_lazy

from homeschool import names
from homeschool.people.importing import words
from homeschool.people.models import Guardianship, Membership, Student

# What a difference is told by: the code that is kept, and the words of it.
LABELS = {
    "name": gettext_lazy("Name"),
    "days": gettext_lazy("Days"),
    "class": words.COLUMN_NAMES["class"],
    "division": words.COLUMN_NAMES["division"],
    "number": words.COLUMN_NAMES["student_number"],
    "birth_date": gettext_lazy("Birth date"),
    "sex": gettext_lazy("Sex"),
    "courses": gettext_lazy("Course classes"),
    "email": words.COLUMN_NAMES["email"],
    "phone": gettext_lazy("Phone"),
    "roles": gettext_lazy("Roles"),
    "adviser": gettext_lazy("Class teacher"),
    "relation": words.COLUMN_NAMES["relation"],
    "primary": gettext_lazy("First to be asked"),
    "lives_with": gettext_lazy("Lives with the child"),
    "legal_guardian": gettext_lazy("Legal guardian"),
    "closed": gettext_lazy("Closed"),
}
# OneRoster's role, and the role that it gives here. All others are given by people.
GIVEN = {
    "teacher": Membership.Role.ADVISER,
    "counselor": Membership.Role.COUNSELOR,
    "principal": Membership.Role.LEADER,
}
# Codes that a difference tells in words.
WORDS = {
    "roles": dict(Membership.Role.choices),
    "relation": dict(Guardianship.Relation.choices),
    "sex": dict(Student.Sex.choices),
}
YES_NO = {"true": gettext_lazy("yes"), "false": gettext_lazy("no")}
GUARDIAN_ROLES = ("parent", "guardian", "relative")


def free_code(name, taken):
    """Return a free code made of `name`: letters, digits, dots and hyphens; it is taken then."""
    plain = re.sub(r"[^\w.]+", "-", names.plain(name)).strip("-")[:50] or "x"
    numbered = (f"{plain}-{n}" for n in itertools.count(2))
    code = next(code for code in itertools.chain([plain], numbered) if code not in taken)
    taken.add(code)
    return code


def grade_name(grade):
    """Return what a grade is called: “Grade 3” of OneRoster's 03, the code itself where it is no number."""
    return _("Grade %(grade)s") % {"grade": grade.lstrip("0") or grade}


def grade_class_name(grade):
    """Return what the class of all children of a grade is called that are in no homeroom."""
    return _("Grade %(grade)s") % {"grade": grade}


def in_words(label, value):
    """Return what a difference says, in the reader's language."""
    known = WORDS.get(label, YES_NO)
    return ", ".join(str(known.get(code, code)) for code in value.split(", "))
