"""A draw as staff reads it: the line in order, with names where the reader sees the child."""

from dataclasses import dataclass, field
from functools import cached_property

from django.utils.translation import gettext as _, ngettext

from counseling.models import Programme
from counseling.models.programme import KEEPERS, NEED_READERS, READERS
from homeschool.journal.models import hours
from homeschool.people import sight
from homeschool.people.models import Student


@dataclass
class Line:
    """A child's place in the line; `name` is "" where the reader does not see it."""

    number: int
    name: str
    student: str
    group: str
    got: str
    choice: int | None
    waiting: list = field(default_factory=list)
    why: str = ""


class DrawPage:
    """A draw in the eyes of `user`; `again` reckons it once more."""

    def __init__(self, user, draw, *, again=False):
        self.user, self.draw, self.asked_again = user, draw, again
        self.zone = hours.zone_of(draw.school.time_zone)

    @cached_property
    def programmes(self):
        """{id as text: Programme}."""
        return {str(row.pk): row for row in Programme.objects.filter(draws=self.draw)}

    @property
    def seats(self):
        """[(programme, seats that were drawn)]."""
        return [(row, self.draw.places[key]) for key, row in self.programmes.items()]

    @cached_property
    def is_same(self):
        """Whether the same seed gives the same line again."""
        return self.draw.again() == self.draw.line()

    @property
    def may_export(self):
        return sight.schools_of(self.user, KEEPERS).filter(school=self.draw.school_id).exists()

    @cached_property
    def lines(self):
        """[Line] in the order of the line."""
        found = self.draw.again() if self.asked_again else self.draw.line()
        needs = {wish["student"]: wish["need"] for wish in self.draw.wishes}
        names, known = self._names(found, READERS), self._names(found, NEED_READERS)
        return [
            self._line(one, names, needs[one.student] if one.student in known else None)
            for one in found
        ]

    def _names(self, found, roles):
        """Return {id as text: name} of the children whom the reader sees in one of `roles`."""
        seen = Student.objects.visible_to(self.user, roles=roles)
        seen = seen.filter(pk__in=[one.student for one in found])
        return {str(key): name for key, name in seen.values_list("pk", "full_name")}

    def _line(self, one, names, need):
        groups = self.draw.needs
        return Line(
            number=one.number,
            name=names.get(one.student, ""),
            student=one.student,
            group=groups[need] if need is not None and need < len(groups) else "",
            got=self.programmes[one.got].name if one.got else "",
            choice=one.choice,
            waiting=[
                _("%(programme)s: number %(number)s")
                % {"programme": self.programmes[key].name, "number": number}
                for key, number in one.waiting.items()
            ],
            why=self._why(one),
        )

    def _why(self, one):
        if one.got and one.choice == 1:
            said = _("its first wish was free")
        elif one.got:
            said = _("its wishes before were full")
        else:
            said = _("all that it wished was full")
        if one.ahead:
            before = ngettext("%(n)s before by need", "%(n)s before by need", one.ahead)
            said = f"{said}; {before % {'n': one.ahead}}"
        return said

    def table(self):
        """Return the rows of the file, the head first; what is known of the draw stands last."""
        head = [
            _("Number"), _("Child"), _("Group of need"), _("Seat in"), _("Which wish"),
            _("Waits for"), _("Why"),
        ]  # fmt: skip
        about = [
            [],
            [_("Drawn"), f"{self.draw.made_at.astimezone(self.zone):%Y-%m-%d %H:%M}"],
            [_("Seed"), self.draw.seed],
            *([row.name, places] for row, places in self.seats),
        ]
        rows = [
            [
                line.number, line.name or _("another child"), line.group, line.got,
                line.choice or "", "; ".join(line.waiting), line.why,
            ]
            for line in self.lines
        ]  # fmt: skip
        return [head, *rows, *about]
