"""The words of the family's page: each is made once, since a page has many rows."""

import datetime as dt

from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext as _, ngettext, pgettext

from homeschool.people.models import Guardianship
from homeschool.people.views.seen import listed
from homeschool.templatetags.look import lang_tag
from visits.models import Visit


def spoken_day(day):
    """Return a day with its weekday, as the reader's language says it."""
    words = {"weekday": date_format(day, "l"), "date": date_format(day, "MONTH_DAY_FORMAT")}
    return pgettext("a day, like Thursday 26 November", "%(weekday)s %(date)s") % words


def month_day(day):
    """Return a day without its year."""
    return date_format(day, "MONTH_DAY_FORMAT")


def moment(text, zone):
    """Return a time that came as JSON, in `zone`; None for none."""
    return dt.datetime.fromisoformat(text).astimezone(zone) if text else None


def person(row):
    """Return who was there: the name, and what the family calls the relation."""
    relation = dict(Guardianship.Relation.choices).get(row["relation"], row["relation"])
    if not relation:
        return row["name"]
    return _("%(name)s (%(relation)s)") % {"name": row["name"], "relation": relation}


def lang(code):
    """Return the attribute that says in which language a text was written, where that is known."""
    return format_html(' lang="{}"', lang_tag(code)) if code else ""


def place(row, *, at_home):
    """Return where a visit is; `at_home` says that it is the reader's own home, if it is one."""
    if at_home and row["mode"] == Visit.Mode.HOME:
        return _("at your home")
    return Visit.Mode(row["mode"]).label


def where(row, *, at_home):
    """Return where a visit took place and who was there."""
    words = {
        "place": capfirst(place(row, at_home=at_home)),
        "names": listed(map(person, row["present"])),
    }
    return _("%(place)s, with %(names)s") % words if words["names"] else words["place"]


def written_by(name):
    """Return who wrote a summary."""
    return _("Written by %(name)s") % {"name": name}


def added(addition, user, zone):
    """Return {text, by_whom} of what the family or the school added."""
    words = {"day": month_day(moment(addition["at"], zone)), "name": addition["by"]}
    if addition["by_id"] == str(user.pk):
        by_whom = _("You added on %(day)s") % words
    else:
        by_whom = _("%(name)s added on %(day)s") % words
    return {"text": addition["text"], "by_whom": by_whom}


def how_it_stands(promise):
    """Return how a promise stands: by when it is due, or since when it is done or late."""
    if promise["state"] == "done":
        return _("Done on %(day)s") % {"day": month_day(promise["done_on"])}
    if not promise["due"]:
        return _("No day was set")
    words = {"day": month_day(promise["due"]), "n": promise["days_late"]}
    if promise["state"] == "open":
        return _("By %(day)s") % words
    late = ngettext(
        "%(n)s day late, promised for %(day)s",
        "%(n)s days late, promised for %(day)s",
        promise["days_late"],
    )
    return late % words
