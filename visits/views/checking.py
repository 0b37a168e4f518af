"""The closing step: what the family will read, what stays with staff, and what is missing."""

from functools import cached_property

from django.urls import reverse
from django.utils.formats import time_format
from django.utils.translation import (
    get_language,
    get_language_info,
    gettext,
    gettext_lazy as _,
    gettext_noop,
    override,
)

from homeschool.forms import readable
from homeschool.people import sight
from homeschool.people.models import User
from homeschool.people.views.seen import listed
from visits import recording
from visits.forms.who import MODES
from visits.models import Difficulty, Draft, Promise, VisitChild
from visits.reading.telling import day_in_words

GOING_WELL = gettext_noop("What goes well")
GOING_WELL_OF = gettext_noop("What goes well with %(child)s")
HOPES = gettext_noop("Hopes of the family")
FOLDED = {
    "wishes": gettext_noop("Wishes of the family"),
    "worries": gettext_noop("Worries of the family"),
    "learning": gettext_noop("Learning at home"),
}
NEEDS_OF = gettext_noop("What %(child)s needs")
EXPLAINED = gettext_noop("What the school explained")
# Answers in the family's own language.
OWN_WORDS = ("hopes", "wishes", "worries", "needs")
ICONS = {"school": "school", "family": "house", "student": "user", "person": "user"}


def faults(forms):
    """Return what is missing or wrong, as [{"url", "message"}] that lead to the fields."""
    found = []
    for number, form in forms.items():
        page = reverse("visits:draft-step", args=[form.draft.pk, number])
        for name, errors in form.errors.items():
            target = f"#{_control(form, name)}" if name in form.fields else ""
            url = f"{page}?check{target}"
            found += [{"url": url, "message": readable(message)} for message in errors]
    return found


def _control(form, name):
    """Return the id that a link leads to: the control, or the first of its boxes."""
    return form[name].id_for_label or f"{form[name].auto_id}_0"


class Sheet:
    """Everything that was written, drawn on the closing page before it is finished."""

    def __init__(self, pk):
        self.draft = draft = Draft.objects.with_circle().get(pk=pk)
        self.forms = recording.checked(draft)
        self.answers = {}
        for form in self.forms.values():
            self.answers |= {name: draft.data.get(name, "") for name in form.names()}
        self.sound = {n: v for form in self.forms.values() for n, v in form.cleaned_data.items()}

    @cached_property
    def faults(self):
        """What is missing or wrong in any step, with the way to it."""
        return faults(self.forms)

    # --- the first line -----------------------------------------------------------------------
    @property
    def first_line(self):
        """When, where and with whom, as far as it is known: a list of short phrases."""
        parts = [self._time(), self._place()]
        if self.present:
            parts.append(gettext("There: %(names)s") % {"names": ", ".join(self.present)})
        return [part for part in parts if part]

    def _time(self):
        day, start, end = (self.sound.get(name) for name in ("day", "start", "end"))
        if not (day and start and end):
            return day_in_words(day) if day else ""
        return gettext("%(day)s, %(start)s to %(end)s") % {
            "day": day_in_words(day),
            "start": time_format(start, "H:i"),
            "end": time_format(end, "H:i"),
        }

    def _place(self):
        mode = self.sound.get("mode")
        return str(MODES[mode][0]) if mode in MODES else ""

    @property
    def present(self):
        """The names of those who were there."""
        here = self.sound.get("present") or []
        names = [adult.name for adult in self.draft.adults if adult.id in here]
        names += [child.called for child in self.draft.offered if child.id in here]
        guests = [self.answers.get("guest_1"), self.answers.get("guest_2")]
        return [*names, *filter(None, guests)]

    # --- what the family reads ------------------------------------------------------------------
    @cached_property
    def readers(self):
        """Who of the family is told, as [{"name", "language"}]: those who may read it today."""
        rows = sight.receivers([child.id for child in self.draft.chosen], "visits")
        people = User.objects.filter(pk__in=rows.values("user")).order_by("sort_key", "pk")
        return [{"name": p.full_name, "code": p.language or get_language()} for p in people]

    @cached_property
    def family_language(self):
        """The code of the language in which the first reader gets the headings."""
        return self.readers[0]["code"] if self.readers else get_language()

    @property
    def languages(self):
        """The names of the languages in which the readers get the headings."""
        codes = dict.fromkeys(reader["code"] for reader in self.readers)
        return [gettext(get_language_info(code)["name_translated"]) for code in codes]

    def _term(self, words, **names):
        """Return {"term", "theirs"}: a heading to the writer, and as the family reads it."""
        mine = gettext(words) % names
        with override(self.family_language):
            theirs = gettext(words) % names
        return {"term": mine, "theirs": theirs if theirs != mine else ""}

    @cached_property
    def questions(self):
        """Every question that the family reads, or that was kept out, in order."""
        draft, several, rows = self.draft, len(self.draft.chosen) > 1, []
        for child in draft.chosen:
            words = GOING_WELL_OF if several else GOING_WELL
            term = self._term(words, child=child.called)
            rows.append(self._row("going_well", 2, f"going_well_{child.id}", term))
        rows.append(self._row("hopes", 2, "hopes", self._term(HOPES)))
        for question, words in FOLDED.items():
            row = self._row(question, 2, question, self._term(words))
            rows += [] if row["empty"] else [row]  # what nobody wrote stays folded
        for child in draft.chosen:
            row = self._row(
                "needs", 3, f"needs_words_{child.id}", self._term(NEEDS_OF, child=child.called)
            )
            row["needs"] = self._needs(child)
            row["empty"] = not (row["text"] or row["needs"])
            row["target"] = f"3#id_needs_{child.id}_0"
            rows.append(row)
        rows.append(self._row("explained", 4, "explained", self._term(EXPLAINED)))
        return rows

    def _row(self, question, step, name, term):
        text = self.answers.get(name, "")
        kept_out = bool(self.answers.get(f"keep_{question}"))
        own_words = question in OWN_WORDS
        lang = "" if own_words else self.answers.get("written_in", "")
        return term | {
            "text": text,
            "empty": not text,
            "kept_out": kept_out,
            "lang": lang,
            "target": f"{step}#id_{name}",
        }

    def _needs(self, child):
        codes = self.answers.get(f"needs_{child.id}") or []
        return [label for code, label in VisitChild.Need.choices if code in codes]

    @property
    def shared(self):
        return [row for row in self.questions if not row["kept_out"]]

    @property
    def kept_out(self):
        return [row for row in self.questions if row["kept_out"] and not row["empty"]]

    @property
    def difficulties(self):
        """The difficulties that were ticked, in words."""
        codes = self.answers.get("difficulties") or []
        return listed(label for code, label in Difficulty.choices if code in codes)

    # --- promises ---------------------------------------------------------------------------------
    @cached_property
    def promises(self):
        """The promises as both sides read them: {"icon", "side", "what", "who", "due", "child"}."""
        return [self._promise(row) for _n, row in self.forms[4].filled(self.sound)]

    def _promise(self, row):
        several = len(self.draft.chosen) > 1
        child = next((c for c in self.draft.chosen if c.id == row["child"]), self.draft.chosen[0])
        side = row["side"] or Promise.Side.SCHOOL
        titles = {"school": _("School"), "family": _("Home"), "student": child.called}
        return {
            "side": side,
            "icon": ICONS[side],
            "title": titles.get(side) or row["name"],
            "what": row["what"],
            "who": self._owner(row) if side in ("school", "family") else "",
            "due": day_in_words(row["due"]) if row["due"] else "",
            "child": child.called if several and side != "student" else "",
        }

    def _owner(self, row):
        names = dict(self.forms[4].owners())
        return names.get(row["owner"] or "", "") if row["owner"] else row["name"] or ""

    @cached_property
    def suggestions(self):
        """What the family suggests to the school: [{"text", "by"}]."""
        return self.forms[2].suggested(self.sound)

    @cached_property
    def gifts(self):
        """What was given: [{"item", "giver"}]."""
        rows = [row for _n, row in self.forms[4].given_rows(self.sound)]
        return [{"item": row["item"], "giver": row["from"]} for row in rows if row["item"]]

    @property
    def work(self):
        """The school's own promises: they stand on somebody's page from today."""
        return [promise for promise in self.promises if promise["side"] == Promise.Side.SCHOOL]
