"""Forms of campaigns: what it is, whom it means, its teams, the next term's, and old visits."""

import datetime as dt
from functools import cache
from zoneinfo import ZoneInfo

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from homeschool.forms import (
    CheckBoxes,
    ChoiceBoxes,
    CleanTextMixin,
    DateBox,
    SubmissionFormMixin,
)
from homeschool.people import sight
from homeschool.people.models import Membership, Student, Term
from visits.models import Aspect, Campaign, TargetRule, Team, Visit
from visits.models.campaign import KEEPERS, staff_of

from .listing import LATEST, NOT_A_DAY, OLDEST
from .step import NOT_IN_THE_LIST, choose
from .who import aspect_words

KIND = TargetRule.Kind
NOBODY = ""
LAST_BEFORE_FIRST = _("The last day lies before the first one.")
LOOK_AT_THE_YEAR = _("Please look at the year again.")


def terms_kept_by(user):
    """Return the terms of the schools whose campaigns `user` makes, the newest first."""
    roles = Membership.objects.open().filter(user=user.pk, role__in=KEEPERS, division=None)
    terms = Term.objects.filter(school__in=roles.values("school"))
    return terms.select_related("school").order_by("school__name", "-start")


class AspectBoxes(forms.ModelMultipleChoiceField):
    """The school's aspects as boxes."""

    widget = CheckBoxes

    def label_from_instance(self, row):
        return aspect_words(row)


class TermChoice(forms.ModelChoiceField):
    """A term; the school is named where there are several."""

    several = False

    def label_from_instance(self, row):
        return f"{row.name} · {row.school.name}" if self.several else row.name


def _terms(field, terms):
    """Offer `terms` in `field`."""
    field.queryset, field.empty_label = terms, None
    field.several = len({term.school_id for term in terms}) > 1


def _check_days(form, data):
    """Say what is wrong with the days from `starts` to `ends`."""
    for name in ("starts", "ends"):
        if data.get(name) and not OLDEST <= data[name] <= LATEST:
            form.add_error(name, LOOK_AT_THE_YEAR)
    first, last = data.get("starts"), data.get("ends")
    if first and last and last < first:
        form.add_error("ends", LAST_BEFORE_FIRST)


class CampaignForm(SubmissionFormMixin, CleanTextMixin, forms.ModelForm):
    """A campaign of one term; `terms` are those that the reader may choose."""

    class Meta:
        model = Campaign
        fields = [
            "name", "theme", "term", "starts", "ends", "purpose", "aspects", "gift_number",
            "gift_value",
        ]  # fmt: skip
        field_classes = {"term": TermChoice, "aspects": AspectBoxes}
        widgets = {
            "starts": DateBox,
            "ends": DateBox,
            "purpose": ChoiceBoxes(
                hints={
                    Visit.Purpose.RELATIONSHIP: _("For every family, as it likes. No forms at the door."),
                    Visit.Purpose.TARGETED: _("Aid, attendance, return to school and the like."),
                }
            ),
        }  # fmt: skip
        labels = {"purpose": _("What are the visits for?")}
        help_texts = {
            "purpose": _("The two are never counted together."),
            "gift_number": _("Leave it empty where there is no limit."),
        }
        error_messages = {"starts": {"invalid": NOT_A_DAY}, "ends": {"invalid": NOT_A_DAY}}

    def __init__(self, *args, terms, **kwargs):
        super().__init__(*args, **kwargs)
        _terms(self.fields["term"], terms)
        schools = {term.school_id for term in terms}
        if len(schools) == 1:
            Aspect.objects.ship_to(terms[0].school)
        self.fields["aspects"].queryset = Aspect.objects.filter(school__in=schools, retired_at=None)
        self.fields["purpose"].choices = [
            (code, capfirst(words)) for code, words in Visit.Purpose.choices
        ]
        for name in ("term", "aspects"):
            self.fields[name].error_messages |= {
                "invalid_choice": NOT_IN_THE_LIST, "invalid_pk_value": NOT_IN_THE_LIST,
            }  # fmt: skip
        if self.instance.pk and not self.instance._state.adding and self._has_visits():
            del self.fields["purpose"], self.fields["term"]

    def _has_visits(self):
        """Whether visits count for it: then it keeps its term and its purpose."""
        return self.instance.visits.exists()

    def clean(self):
        data = super().clean()
        _check_days(self, data)
        term = data.get("term")
        if term and any(aspect.school_id != term.school_id for aspect in data.get("aspects", ())):
            self.add_error("aspects", NOT_IN_THE_LIST)
        return data

    def values(self):
        """Return the fields that were changed, with their new values."""
        return {n: self.cleaned_data[n] for n in self.changed_data if n in self._meta.fields}


class CopyForm(SubmissionFormMixin, CleanTextMixin, forms.Form):
    """The next campaign, made like `campaign`."""

    name = forms.CharField(label=_("Name"), max_length=200)
    term = TermChoice(Term.objects.none(), label=_("Term"))
    starts = forms.DateField(
        label=_("First day"), widget=DateBox, error_messages={"invalid": NOT_A_DAY}
    )
    ends = forms.DateField(
        label=_("Last day"), widget=DateBox, error_messages={"invalid": NOT_A_DAY}
    )

    def __init__(self, data=None, *, campaign, terms):
        own = terms.filter(school=campaign.school_id)
        later = own.filter(start__gt=campaign.term.start).order_by("start").first()
        first = {"name": campaign.name, "term": later or campaign.term}
        super().__init__(data, initial=first)
        self.campaign = campaign
        _terms(self.fields["term"], own)
        self.fields["term"].error_messages["invalid_choice"] = NOT_IN_THE_LIST

    def clean(self):
        data = super().clean()
        _check_days(self, data)
        name, term = data.get("name"), data.get("term")
        if name and term and Campaign.objects.filter(term=term, name=name).exists():
            self.add_error("name", _("This term has a campaign of this name already."))
        return data

    def copy(self, by):
        """Make the copy and return it."""
        names = ("term", "name", "starts", "ends")
        return self.campaign.copy_forward(by=by, **{n: self.cleaned_data[n] for n in names})


class TargetsForm(SubmissionFormMixin, CleanTextMixin, forms.Form):
    """Whom a campaign means in each division of its school."""

    marks_optional = False

    def __init__(self, data=None, *, campaign):
        self.campaign = campaign
        self.divisions = list(campaign.school.divisions.order_by("code"))
        stand = {rule.division_id: rule for rule in campaign.rules.all()}
        kinds = [(NOBODY, _("nobody")), *((k, capfirst(words)) for k, words in KIND.choices)]
        self.base_fields = {}
        for division in self.divisions:
            rule = stand.get(division.pk)
            self.base_fields[f"kind_{division.pk}"] = choose(
                forms.ChoiceField, division.name, kinds, initial=rule.kind if rule else NOBODY
            )
            self.base_fields[f"percent_{division.pk}"] = forms.IntegerField(
                label=_("Percent"), required=False, initial=rule.percent if rule else None,
                widget=forms.NumberInput(attrs={"inputmode": "numeric", "min": 1, "max": 100}),
                error_messages={"invalid": _("Please write a number between 1 and 100.")},
            )  # fmt: skip
        super().__init__(data)

    @property
    def rows(self):
        """Return (division, its kind, its percent) as bound fields."""
        return [(d, self[f"kind_{d.pk}"], self[f"percent_{d.pk}"]) for d in self.divisions]

    def clean(self):
        data = super().clean()
        for division in self.divisions:
            name = f"percent_{division.pk}"
            percent = data.get(name)
            if data.get(f"kind_{division.pk}") != KIND.PERCENT or name in self.errors:
                continue
            if percent is None or not 1 <= percent <= 100:
                self.add_error(name, _("Please write a number between 1 and 100."))
        return data

    def rules(self):
        """Return {division id: (kind, percent or None)}."""
        found = {}
        for division in self.divisions:
            kind = self.cleaned_data[f"kind_{division.pk}"]
            if kind:
                percent = self.cleaned_data[f"percent_{division.pk}"]
                found[division.pk] = (kind, percent if kind == KIND.PERCENT else None)
        return found


class TeamForm(SubmissionFormMixin, CleanTextMixin, forms.ModelForm):
    """A team of a campaign."""

    class Meta:
        model = Team
        fields = ["name", "division", "lead", "members", "interpreter", "interpreter_name"]
        labels = {
            "lead": _("Who leads it?"),
            "members": _("Who is in it?"),
            "interpreter": _("Who interprets?"),
        }
        widgets = {"members": CheckBoxes}

    def __init__(self, *args, campaign, **kwargs):
        super().__init__(*args, **kwargs)
        self.instance.campaign = campaign
        staff = staff_of(campaign.school).order_by("sort_key", "pk")
        for name in ("lead", "members", "interpreter"):
            field = self.fields[name]
            field.queryset = staff
            field.label_from_instance = lambda person: person.full_name
            field.error_messages |= {
                "invalid_choice": NOT_IN_THE_LIST, "invalid_pk_value": NOT_IN_THE_LIST,
            }  # fmt: skip
        self.fields["division"].queryset = campaign.school.divisions.order_by("code")
        self.fields["division"].empty_label = _("the whole school")
        self.fields["division"].error_messages["invalid_choice"] = NOT_IN_THE_LIST

    def clean_name(self):
        name = self.cleaned_data["name"]
        others = self.instance.campaign.teams.exclude(pk=self.instance.pk)
        if others.filter(name=name).exists():
            raise forms.ValidationError(_("The campaign has a team of this name already."))
        return name

    def clean(self):
        data = super().clean()
        if data.get("interpreter") and data.get("interpreter_name"):
            self.add_error(
                "interpreter_name", _("Please name one: a colleague, or somebody from outside.")
            )
        return data

    def keep(self, by):
        """Save the team and return it."""
        self.instance.keep(by=by, members=self.cleaned_data["members"])
        return self.instance


class AttachForm(SubmissionFormMixin, CleanTextMixin, forms.Form):
    """Visits of these children in these days count for the campaign."""

    marks_optional = False

    def __init__(self, data=None, *, campaign, user):
        self.campaign, self.user = campaign, user
        self.zone = ZoneInfo(campaign.school.time_zone)
        divisions = [(str(d.pk), d.name) for d in campaign.school.divisions.order_by("code")]
        classes = campaign.school.classes.order_by("code").values_list("pk", "name")
        one = forms.ChoiceField
        self.base_fields = {
            "division": choose(one, _("Grade or college"), [("", _("all")), *divisions]),
            "school_class": choose(
                one, _("Class"), [("", _("all classes")), *((str(k), n) for k, n in classes)]
            ),
            "starts": _day(_("From")),
            "ends": _day(_("Until")),
        }
        super().__init__(data, initial={"starts": campaign.starts, "ends": campaign.ends})

    def clean(self):
        data = super().clean()
        _check_days(self, data)
        return data

    def found(self):
        """Return (children, first moment, moment after the last) of a valid form."""
        data = self.cleaned_data
        children = Student.objects.visible_to(self.user, roles=sight.FAMILY_EDITORS)
        if data["division"]:
            children = children.filter(division=data["division"])
        if data["school_class"]:
            children = children.filter(school_class=data["school_class"])
        days = data["starts"], data["ends"] + dt.timedelta(days=1)
        return children, *(dt.datetime.combine(day, dt.time(), self.zone) for day in days)


def _day(label):
    return forms.DateField(label=label, widget=DateBox, error_messages={"invalid": NOT_A_DAY})


class ExportForm(SubmissionFormMixin, CleanTextMixin, forms.Form):
    """Taking figures or names along: as which file, and what for."""

    REASONS = (
        ("planning", _("to plan visits")),
        ("leaders", _("to report to the school’s leaders")),
        ("check", _("to check the figures")),
    )
    ENDINGS = (("xlsx", "XLSX"), ("csv", "CSV"))
    marks_optional = False

    reason = forms.ChoiceField(
        label=_("What do you need it for?"), choices=REASONS, widget=ChoiceBoxes
    )
    ending = forms.ChoiceField(
        label=_("As which file?"), choices=ENDINGS, initial="xlsx", widget=ChoiceBoxes(row=True)
    )


def open_campaigns(children):
    """Return [(id, name)] of the open campaigns that mean all these children (ids; one query)."""
    found = Campaign.objects.open().meaning(children).order_by("ends", "name")
    return [(str(pk), name) for pk, name in found.values_list("pk", "name")]


def counted_for(chosen, *, by, children):
    """Return the columns of a visit that `by` makes to `children` (ids) for the campaign `chosen`
    (an id, or "" for none): its purpose is the campaign's (two queries)."""
    campaign = Campaign.objects.open().filter(pk=chosen or None).first()
    if campaign is None:
        return {}
    team = campaign.team_of(by, children)
    return {"campaign": campaign, "campaign_team": team, "purpose": campaign.purpose}


def campaign_field(children, *, chosen=""):
    """Return {"campaign": field} by which a visit counts for a campaign; {} where none is open."""
    campaigns = open_campaigns(children)
    return {"campaign": _field(lambda: campaigns, chosen)} if campaigns else {}


def later_campaign_field(children, visit):
    """Return {"campaign": field} for the record of `visit` (an id) about `children` (ids); what is
    open is asked where the field is drawn, and nothing where the visit was planned for one."""

    @cache
    def campaigns():
        found = open_campaigns(children)
        planned = Visit.objects.filter(pk=visit, campaign__isnull=False)
        return [] if found and planned.exists() else found

    return {"campaign": _field(campaigns)}


def _field(campaigns, chosen=""):
    def first():
        found = campaigns()
        return chosen or (found[0][0] if len(found) == 1 else "")

    return choose(
        forms.ChoiceField, _("Does it count for a campaign?"),
        lambda: [*campaigns(), ("", _("for none"))], initial=first, widget=ChoiceBoxes,
        help_text=_("The visit is then for what the campaign is for."),
    )  # fmt: skip
