"""What was given at a visit: the rows in the record, held against the campaign's cap, and filters."""

import re
import uuid
from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _, gettext_lazy, ngettext

from homeschool import names
from homeschool.forms import CleanTextMixin
from homeschool.people.models import Household, User
from visits.models import Campaign, Gift, Visit
from visits.models.gift import Allowance

from .listing import AskedMixin
from .step import choose, line

MOST, LONGEST_ITEM = 3, 200
PARTS = ("item", "value", "from", "to")
NO_CAMPAIGN = "none"
# How a sum of money may be typed: digits, and cents behind a point or a comma.
_SUM = re.compile(r"(\d+)(?:[.,](\d{1,2}))?")
LONGEST_SUM = 7


class ValueField(forms.CharField):
    """What a thing is worth, in the school's currency: None, or a number of cents' exactness.

    A comma before one or two digits is read as the point it is in Spanish; every other sign is
    refused, since “1,250” may be a thousand or one and a quarter.
    """

    def clean(self, value):
        text = super().clean(value).replace(" ", "").replace("\u00a0", "")
        if not text:
            return None
        found = _SUM.fullmatch(text)
        if found is None:
            raise ValidationError(
                _("Please write the value as a number, like 12.50, without words or signs.")
            )
        if len(found[1].lstrip("0")) > LONGEST_SUM:
            raise ValidationError(_("This value is too large. Please look at it again."))
        return Decimal(f"{found[1]}.{found[2] or '00'}").quantize(Decimal("0.01"))


def money(value):
    """Return a value in the reader's writing, without a currency."""
    return number_format(value, 2, force_grouping=True)


# --- the rows in the record ----------------------------------------------------------------------


class GiftRows:
    """For the step of a draft that asks what was given: up to three rows."""

    def gift_fields(self):
        """Return the fields of the rows."""
        fields = {}
        for n in range(MOST):
            fields |= {
                f"gift_{n}_item": line(gettext_lazy("What was given?"), LONGEST_ITEM),
                f"gift_{n}_value": ValueField(
                    label=gettext_lazy("What is it worth?"), required=False,
                    widget=forms.TextInput(attrs={"inputmode": "decimal"}),
                ),
                f"gift_{n}_from": line(gettext_lazy("From whom?"), names.LONGEST),
                f"gift_{n}_to": line(gettext_lazy("Who took it?"), names.LONGEST),
            }  # fmt: skip
        return fields

    def _is_given_at(self, n):
        return self.is_noted(*(f"gift_{n}_{part}" for part in PARTS))

    @property
    def gives(self):
        """Whether anything is written in these rows; then they stand open."""
        return any(self._is_given_at(n) for n in range(MOST))

    @property
    def gift_rows(self):
        """The fields of each row by part, and whether it stands open."""
        return [
            {part: self[f"gift_{n}_{part}"] for part in ("item", "value", "to")}
            | {"giver": self[f"gift_{n}_from"], "folded": n > 0, "open": self._is_given_at(n)}
            for n in range(MOST)
        ]

    def given_rows(self, data):
        """Return the rows of the cleaned `data` that hold something: [(number, {part: value})]."""
        found = []
        for n in range(MOST):
            row = {part: data.get(f"gift_{n}_{part}") for part in PARTS}
            if row["item"] or any(row[part] for part in ("from", "to")) or row["value"] is not None:
                found.append((n, row))
        return found

    def gifts(self, data):
        """Return the unsaved rows of the cleaned `data`."""
        return [
            Gift(item=row["item"], value=row["value"], from_whom=row["from"], received_by=row["to"])
            for _n, row in self.given_rows(data)
        ]

    # --- what must hold -----------------------------------------------------------------------
    def clean(self):
        data = super().clean()
        rows = self.given_rows(data)
        for n, row in rows:
            if not row["item"] and f"gift_{n}_item" not in self.errors:
                self.add_error(f"gift_{n}_item", _("What was given?"))
        if rows and not any(name.startswith("gift_") for name in self.errors):
            self._check_cap(rows)
        return data

    def _check_cap(self, rows):
        """Hold the rows against the cap of the campaign for which the visit counts (six queries).

        `Gift.objects.give` asks again under a lock.
        """
        campaign = counted_campaign(self.draft)
        if campaign is None or (campaign.gift_number, campaign.gift_value) == (None, None):
            return
        if campaign.gift_value is not None:
            unknown = [n for n, row in rows if row["value"] is None]
            words = _("“%(campaign)s” limits what gifts are worth: please write the value.")
            for n in unknown:
                self.add_error(f"gift_{n}_value", words % {"campaign": campaign.name})
            if unknown:
                return
        allowance = Allowance.of(
            campaign, home_of_draft(self.draft), [child.id for child in self.draft.chosen]
        )
        passed = allowance.passed_by([row["value"] for _n, row in rows])
        if passed:
            part = "value" if passed == ["value"] else "item"
            reader = User.objects.filter(pk=self.draft.saved_by_id).first()
            words = cap_in_words(allowance, passed, reader)
            self.add_error(f"gift_{rows[-1][0]}_{part}", words)


def counted_campaign(draft):
    """Return the campaign for which the visit of `draft` counts, or None: the one that was chosen, else
    the one for which it was planned (two queries)."""
    try:
        chosen = uuid.UUID(str(draft.data.get("campaign") or ""))
    except ValueError:
        chosen = None
    found = chosen and Campaign.objects.open().filter(pk=chosen).first()
    return (
        found
        or Campaign.objects.filter(
            pk__in=Visit.objects.filter(pk=draft.pk).values("campaign")
        ).first()
    )


def home_of_draft(draft):
    """Return the id of the household that the visit of `draft` is to, or None where several or none
    are written down (one query): the one that was chosen, else the only one."""
    lives = Household.students.through.objects.filter(student__in=[c.id for c in draft.offered])
    homes = {str(pk): pk for pk in lives.values_list("household", flat=True)}
    only = next(iter(homes.values())) if len(homes) == 1 else None
    return homes.get(str(draft.data.get("household"))) or only


def cap_in_words(allowance, passed, reader):
    """Return what the campaign gives one household at most, and what that was given already and when.

    Gifts of visits that `reader` does not read are counted, and not named.
    """
    campaign, told = allowance.campaign, []
    names_ = {"campaign": campaign.name}
    if "number" in passed:
        words = ngettext(
            "“%(campaign)s” gives one household %(n)d gift at most.",
            "“%(campaign)s” gives one household %(n)d gifts at most.",
            campaign.gift_number,
        )
        told.append(words % (names_ | {"n": campaign.gift_number}))
    if "value" in passed:
        words = _("“%(campaign)s” gives one household gifts worth %(most)s at most, all together.")
        told.append(words % (names_ | {"most": money(campaign.gift_value)}))
    told.append(_given_in_words(allowance, reader))
    told.append(_("Please take out what is too much."))
    return " ".join(told)


def _given_in_words(allowance, reader):
    if not allowance.number:
        return _("Nothing was given to this household before.")
    shown = allowance.given.visible_to(reader) if reader else allowance.given.none()
    rows = list(shown.select_related("school").order_by("given_at", "place"))
    parts = [_gift_in_words(gift) for gift in rows]
    hidden = allowance.number - len(rows)
    if hidden:
        words = ngettext(
            "%(n)d gift at a visit that you do not read",
            "%(n)d gifts at visits that you do not read",
            hidden,
        )
        parts.append(words % {"n": hidden})
    return _("Given already: %(gifts)s.") % {"gifts": "; ".join(parts)}


def _gift_in_words(gift):
    """Return a gift with its day by the school's clock, and its value where that is known."""
    day = date_format(timezone.localdate(gift.given_at, gift.zone), "DATE_FORMAT")
    if gift.value is None:
        return _("%(item)s (%(day)s)") % {"item": gift.item, "day": day}
    words = _("%(item)s (%(day)s, worth %(value)s)")
    return words % {"item": gift.item, "day": day, "value": money(gift.value)}


# --- the list ------------------------------------------------------------------------------------


class GiftFilter(AskedMixin, CleanTextMixin, forms.Form):
    """Which gifts: of which campaign, and whether only those of homes that got too much."""

    marks_optional = False

    def __init__(self, data, campaigns):
        self.base_fields = {
            "campaign": choose(
                forms.ChoiceField, gettext_lazy("Campaign"),
                [
                    ("", gettext_lazy("all")),
                    *((str(pk), name) for pk, name in campaigns),
                    (NO_CAMPAIGN, gettext_lazy("for no campaign")),
                ],
            ),
            "over": forms.BooleanField(
                label=gettext_lazy("Only homes that got more than the campaign gives"),
                required=False,
            ),
        }  # fmt: skip
        super().__init__(data)
