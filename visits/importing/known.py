"""What a school knows of the children, the people and the aspects that a sheet names."""

from django.conf import settings
from django.utils import translation

from homeschool import names
from homeschool.people.models import Address, Membership, Student, User
from visits.models import Aspect

from .sheet import Problem

BATCH = 5000


def in_batches(items, size):
    """Yield lists of at most `size` of the items, in their order."""
    items = list(items)
    for start in range(0, len(items), size):
        yield items[start : start + size]


class Known:
    """The children, staff and aspects of `school`, and nobody else's."""

    def __init__(self, school, lines):
        self.school = school
        self.students = self._students({line.student_number for line in lines})
        self.staff = self._staff()
        self.aspects = self._aspects()

    def _students(self, numbers):
        """Return {number: (id, name)} of the children whom the lines name."""
        found = {}
        for batch in in_batches(numbers - {""}, BATCH):
            rows = Student.objects.filter(school=self.school, number__in=batch)
            found |= {
                number: (pk, name)
                for pk, number, name in rows.values_list("pk", "number", "full_name")
            }
        return found

    def _staff(self):
        """Return {address: id} of everybody who has or had a role here; an address by which two are
        known belongs to the one who signs in with it."""
        ever = Membership.objects.filter(school=self.school).values("user")
        mails = Address.objects.filter(user__in=ever, channel=Address.Channel.EMAIL)
        found, shared = {}, set()
        for address, user in mails.values_list("value", "user"):
            if found.setdefault(address.lower(), user) != user:
                shared.add(address.lower())
        found = {address: user for address, user in found.items() if address not in shared}
        people = User.objects.filter(pk__in=ever).exclude(email=None)
        return found | dict(people.values_list("email", "pk"))

    def _aspects(self):
        """Return {word: code}: each aspect by its code, its name, and what the portal calls it."""
        rows = dict(Aspect.objects.filter(school=self.school).values_list("code", "name"))
        rows = rows or dict.fromkeys(
            Aspect.SHIPPED, ""
        )  # a list is given to a school when it begins
        found = {}
        for language, _name in settings.LANGUAGES:
            with translation.override(language):
                found |= {
                    names.plain(str(Aspect.SHIPPED[code])): code
                    for code in rows
                    if code in Aspect.SHIPPED
                }
        found |= {names.plain(name): code for code, name in rows.items() if name}
        found |= {names.plain(code.replace("_", " ")): code for code in rows}
        return found | {names.plain(code): code for code in rows}

    def settle(self, line):
        """Put ids and codes in the place of what the line names; return the problems."""
        problems = []
        if line.student_number:
            line.student, _name = self.students.get(line.student_number, (None, ""))
        if line.student_number and line.student is None:
            kind = "student" if self.students else "foreign"
            problems.append(Problem(kind, line.row, "student_number", "", line.student_number))
        line.visitors = self._all(line, "visitors", self.staff.get, "visitor", problems)
        line.aspects = self._all(line, "aspects", self._aspect, "aspect", problems)
        return problems

    def _aspect(self, word):
        return self.aspects.get(names.plain(word))

    def _all(self, line, column, find, kind, problems):
        """Return what is found for each word of a cell, each once."""
        found = {word: find(word) for word in getattr(line, column)}
        expected = ", ".join(sorted(set(self.aspects.values()))) if kind == "aspect" else ""
        problems += [
            Problem(kind, line.row, column, expected, word[:254])
            for word, row in found.items()
            if row is None
        ]
        return tuple(dict.fromkeys(row for row in found.values() if row is not None))
