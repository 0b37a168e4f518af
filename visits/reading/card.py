"""The family card: one small side to keep, with the hopes that were heard and what was promised.

It is made from the published summary, so it holds nothing that the family does not read. Only the
home that was visited gets one: another home of the child reads neither hopes nor its promises.
"""

import unicodedata
import zoneinfo
from collections import Counter
from functools import cached_property

from django.conf import settings
from django.utils import timezone, translation
from django.utils.text import Truncator
from django.utils.translation import gettext as _, ngettext

from homeschool.people import sight
from homeschool.people.models import User
from homeschool.people.views.seen import listed
from visits.models import Offer, Promise
from visits.models.record import READERS

from .telling import promise_in_words

# One side of A5 is one side: what is longer is cut at a word, and stands in the summary as a whole.
LONGEST = {"going_well": 200, "hopes": 240, "what": 100}
MOST_PROMISES, MOST_PEOPLE = 4, 3
# From how many letters on it is printed smaller; a promise takes the room of so many more. Tried with
# WeasyPrint: two children, three people and the longest texts still stand on one side.
SIZES, OF_A_PROMISE = ((400, "roomy"), (660, "snug")), 110
SMALLEST = "tight"


def width(text):
    """Return how many letters wide `text` is; a hanzi takes two."""
    return sum(1 + (unicodedata.east_asian_width(sign) in "WF") for sign in text)


def cut(text, most):
    """Return `text` in one paragraph, no wider than `most` letters, cut with three dots."""
    text = " ".join(text.split())
    if width(text) <= most:
        return text
    share = len(text) / width(text)
    short = Truncator(text).chars(int(most * share))
    spaced = short[:-1].rpartition(" ")[0]
    return f"{spaced}…" if len(spaced) > len(short) // 2 else short


class Card:
    """The card of the visit of `summary`, for `reader`; with `as_staff`, as the visited home gets it.

    Speak the language of the card.
    """

    def __init__(self, summary, reader, *, as_staff=False):
        self.summary, self.visit, self.reader = summary, summary.visit, reader
        self.school = summary.visit.school
        told = self._as_staff() if as_staff else summary.read_by(reader)
        self.told = told
        self.students = [row["student"] for row in told["children"]]

    def _as_staff(self):
        """Return what `Summary.read_by` returns to the visited home, about the children in sight."""
        body, of_each = self.summary.body, self.summary.body.get("children", {})
        lines = self.visit.children_for(self.reader, roles=READERS)
        promises = Promise.objects.visible_to(self.reader, roles=READERS).filter(visit=self.visit)
        return {
            "home": True,
            "hopes": body.get("hopes", ""),
            "children": [
                {
                    "student": line.student,
                    "going_well": of_each.get(str(line.student_id), {}).get("going_well", ""),
                }
                for line in lines
            ],
            "promises": list(promises.select_related("owner", "student")),
        }

    @property
    def is_for_reader(self):
        """Whether the visit was to the home of the reader."""
        return bool(self.told["home"] and self.students)

    @property
    def names(self):
        return listed(student.called for student in self.students)

    @property
    def day(self):
        zone = zoneinfo.ZoneInfo(self.school.time_zone)
        return timezone.localtime(self.visit.happened_at, zone)

    @cached_property
    def well(self):
        """What goes well, as [{"name", "text"}]; the name stands only where there are several."""
        several = len(self.students) > 1
        return [
            {
                "name": row["student"].called if several else "",
                "text": cut(row["going_well"], LONGEST["going_well"] // len(self.students)),
            }
            for row in self.told["children"]
            if row["going_well"]
        ]

    @cached_property
    def hopes(self):
        return cut(self.told["hopes"], LONGEST["hopes"])

    @cached_property
    def promises(self):
        """What was promised, the school's side first, with who, until when, and whether it is kept."""
        rows = [row for row in self.told["promises"] if not row.dropped_at]
        rows.sort(key=lambda row: not row.is_school_side)
        return [self._promise(row) for row in rows[:MOST_PROMISES]]

    @staticmethod
    def _promise(row):
        told = promise_in_words(row)
        return told | {"what": cut(told["what"], LONGEST["what"]), "is_kept": bool(row.done_at)}

    @property
    def more(self):
        """How many promises stand in the summary alone, in words; "" for none."""
        rows = [row for row in self.told["promises"] if not row.dropped_at]
        n = len(rows) - len(self.promises)
        if n < 1:
            return ""
        words = ngettext("%(n)d more stands in the summary.", "%(n)d more stand in the summary.", n)
        return words % {"n": n}

    @cached_property
    def people(self):
        """Whom to turn to, as [{"name", "role"}]: class teachers and counselors of today."""
        found = {}
        for student in self.students:
            adviser = student.school_class.adviser
            if adviser and (adviser.until is None or adviser.until > timezone.now()):
                found[adviser.user_id] = {
                    "name": adviser.user.full_name,
                    "role": _("class teacher"),
                }
        rows = sight.watchers([s.pk for s in self.students], {sight.COUNSELOR})
        counselors = User.objects.filter(pk__in=rows.values("user")).order_by("sort_key", "pk")
        for user in counselors:
            found.setdefault(user.pk, {"name": user.full_name, "role": _("counselor")})
        return list(found.values())[:MOST_PEOPLE]

    @property
    def size(self):
        """How large it is printed, so that all of it stands on one side; hopes are set larger."""
        parts = [row["text"] for row in self.well] + [row["what"] for row in self.promises]
        letters = (
            1.3 * width(self.hopes) + sum(map(width, parts)) + OF_A_PROMISE * len(self.promises)
        )
        return next((name for most, name in SIZES if letters <= most), SMALLEST)

    @property
    def is_empty(self):
        """Whether there is nothing to keep: neither hopes nor what goes well nor promises."""
        return not (self.well or self.hopes or self.promises)


def language_of_home(visit):
    """Return the language in which the home that was visited is written to: that of most who are
    (one query or two); the reader's, where none is known."""
    rows = Offer(visit=visit).receivers().exclude(user__language="")
    found = Counter(sorted(rows.values_list("user__language", flat=True)))
    return found.most_common(1)[0][0] if found else translation.get_language()


def language_asked(wanted, otherwise):
    """Return the language `wanted` if the portal speaks it, else `otherwise`."""
    return wanted if wanted in dict(settings.LANGUAGES) else otherwise
