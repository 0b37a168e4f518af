"""A campaign: whom the school means to visit this term, what for, and by which teams."""

import uuid

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from homeschool.journal.models import Entry
from homeschool.people import sight
from homeschool.people.models import Division, Membership, School, Student, Term, User
from homeschool.people.models.school import SchoolPartQuerySet

from .campaign_count import CampaignChange
from .draft import COLLEAGUES
from .record import VisitChild
from .visit import Aspect, Visit

# Who makes campaigns: those of the whole school.
KEEPERS = frozenset({sight.LEADER, sight.SCHOOL_ADMIN})
AIMS = ("theme", "purpose", "gift_number", "gift_value")


class CampaignQuerySet(SchoolPartQuerySet):
    """Campaigns. `visible_to(user)`:

    leader, school admin, counselor, adviser: those of the school where they work, with the figures
    of the children whom they see · family, volunteer, partner, district, anonymous: none.
    """

    def kept_by(self, user):
        """Return those that `user` may change: leaders and administrators of the whole school."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        roles = Membership.objects.open().filter(user=user.pk, role__in=KEEPERS, division=None)
        return self.filter(school__in=roles.values("school"))

    def open(self):
        """Return those for which visits are planned now."""
        return self.filter(state=Campaign.State.OPEN)

    def meaning(self, children):
        """Return those that mean every one of `children` (ids; one condition for each)."""
        found = self
        for pk in children:
            named = CampaignChild.objects.filter(campaign=OuterRef("campaign"), student=pk)
            child = Student.objects.filter(pk=pk)
            rules = TargetRule.objects.filter(
                ~Q(kind=TargetRule.Kind.NAMED) | Exists(named),
                campaign=OuterRef("pk"),
                division__in=child.values("division"),
            )
            found = found.filter(Exists(rules))
        return found


class Campaign(models.Model):
    """Visits that belong together: a theme, a term, one purpose, targets and teams."""

    class State(models.TextChoices):
        DRAFT = "draft", _("being prepared")
        OPEN = "open", _("open")
        CLOSED = "closed", _("closed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="campaigns")
    term = models.ForeignKey(Term, models.PROTECT, related_name="campaigns", verbose_name=_("term"))
    name = models.CharField(_("name"), max_length=200)
    theme = models.CharField(_("theme"), max_length=300, blank=True)
    purpose = models.CharField(
        _("purpose"),
        max_length=12,
        choices=Visit.Purpose,
        default=Visit.Purpose.RELATIONSHIP,
    )
    starts = models.DateField(_("first day"))
    ends = models.DateField(_("last day"))
    aspects = models.ManyToManyField(
        Aspect, related_name="campaigns", blank=True, verbose_name=_("what it is about")
    )
    gift_number = models.PositiveSmallIntegerField(
        _("gifts for one household, at most"), null=True, blank=True
    )
    gift_value = models.DecimalField(
        _("value of the gifts for one household, at most"),
        max_digits=9,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    state = models.CharField(max_length=6, choices=State, default=State.DRAFT, editable=False)
    copied_from = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="copies", editable=False
    )
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False
    )

    objects = CampaignQuerySet.as_manager()

    class Meta:
        ordering = ["-starts", "name", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends__gte=F("starts")), name="a_campaign_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=Q(gift_value=None) | Q(gift_value__gte=0),
                name="gifts_are_worth_something",
            ),
            models.UniqueConstraint(
                fields=["term", "name"], name="a_campaign_stands_once_in_a_term"
            ),
            models.CheckConstraint(
                condition=~Q(copied_from=F("pk")), name="a_campaign_is_no_copy_of_itself"
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("visits:campaign-board", args=[self.pk])

    @property
    def is_open(self):
        """Whether visits are planned for it now."""
        return self.state == self.State.OPEN

    def keep(self, *, by, aspects=()):
        """Keep this new campaign, being prepared."""
        with transaction.atomic():
            self.made_by, self.school_id = by, self.term.school_id
            self.save(force_insert=True)
            self.aspects.set(aspects)
            self._record("campaign.made", by)
        return self

    def change(self, *, by, aspects=None, **values):
        """Set these fields, and the aspects where they are given."""
        with transaction.atomic():
            for name, value in values.items():
                setattr(self, name, value)
            if values:
                self.save(update_fields=list(values))
            fields = sorted(values)
            if aspects is not None:
                self.aspects.set(aspects)
                fields.append("aspects")
            self._record("campaign.changed", by, fields=fields)

    def open_up(self, *, by):
        """Let visits be planned for it from now on; opened before, nothing happens."""
        self._move(self.State.OPEN, "campaign.opened", by)

    def close(self, *, by):
        """End it: no visit more is planned for it. What is still open (`still_open`) stays planned."""
        self._move(self.State.CLOSED, "campaign.closed", by)

    def _move(self, state, verb, by):
        with transaction.atomic():
            rows = Campaign.objects.filter(pk=self.pk).exclude(state=state)
            if rows.update(state=state):
                self._record(verb, by)
        self.state = state

    def still_open(self):
        """Return its visits that are planned or offered, and neither held nor given up."""
        return self.visits.filter(status__in=Visit.OPEN).order_by("planned_at", "pk")

    # --- whom it means ------------------------------------------------------------------------------
    def set_rules(self, rules, *, by):
        """Let `rules`, {division id: (kind, percent or None)}, stand instead of those that stood.

        Named children stay named, also where their division has another rule or none.
        """
        with transaction.atomic():
            self.rules.all().delete()
            TargetRule.objects.bulk_create(
                TargetRule(campaign=self, division_id=division, kind=kind, percent=percent)
                for division, (kind, percent) in rules.items()
            )
            self._record("campaign.targets_changed", by, divisions=sorted(map(str, rules)))

    def add_children(self, students, *, by):
        """Name these children of its school; return how many are named newly.

        A division without a rule gets the one that its named children are meant.
        """
        with transaction.atomic():
            own = students.filter(school=self.school_id).order_by()
            there = CampaignChild.objects.filter(campaign=self, student=OuterRef("pk"))
            keys = list(own.exclude(Exists(there)).values_list("pk", flat=True))
            CampaignChild.objects.bulk_create(
                [CampaignChild(campaign=self, student_id=pk) for pk in keys],
                1000,
                ignore_conflicts=True,
            )
            self._name_in(own.values_list("division", flat=True).distinct())
            if keys:
                self._record("campaign.children_named", by, number=len(keys))
        return len(keys)

    def _name_in(self, divisions):
        TargetRule.objects.bulk_create(
            [
                TargetRule(campaign=self, division_id=division, kind=TargetRule.Kind.NAMED)
                for division in divisions
            ],
            ignore_conflicts=True,
        )

    def remove_child(self, student, *, by):
        """Take a named child off the list; taken off before, nothing happens."""
        with transaction.atomic():
            gone, _kinds = self.named.filter(student=student).delete()
            if gone:
                self._record("campaign.child_removed", by, student=student)

    # --- which visits count -------------------------------------------------------------------------
    def attachable(self, students, start, end):
        """Return the visits of `students` from `start` up to `end` (moments) that may count for it:
        of its purpose, so that the two are never mixed, and of no other campaign."""
        lines = VisitChild.objects.filter(visit=OuterRef("pk"), student__in=students)
        inside = Q(happened_at__gte=start, happened_at__lt=end) | Q(
            happened_at=None, planned_at__gte=start, planned_at__lt=end
        )
        return Visit.objects.filter(
            inside, Exists(lines), school=self.school_id, campaign=None, purpose=self.purpose
        )

    def attach(self, students, start, end, *, by):
        """Let the visits of `attachable` count for it; return how many."""
        with transaction.atomic():
            number = self.attachable(students, start, end).update(campaign=self)
            if number:
                self._record("campaign.visits_attached", by, number=number)
        return number

    # --- from last term's ---------------------------------------------------------------------------
    def copy_forward(self, term, *, by, starts, ends, name=""):
        """Return a new campaign of `term` made like this one, being prepared.

        Theme, purpose, aspects, gifts and rules come along, named children who are still on roll,
        and teams with those of their members who still work here.
        """
        if term.school_id != self.school_id:
            raise ValueError("a campaign stays in its school")
        aims = {field: getattr(self, field) for field in AIMS}
        with transaction.atomic():
            copy = Campaign(
                term=term,
                name=name or self.name,
                starts=starts,
                ends=ends,
                copied_from=self,
                **aims,
            )
            copy.keep(by=by, aspects=self.aspects.open())
            TargetRule.objects.bulk_create(
                TargetRule(campaign=copy, division_id=d, kind=kind, percent=percent)
                for d, kind, percent in self.rules.values_list("division", "kind", "percent")
            )
            on_roll = Student.objects.active().filter(campaigns__campaign=self)
            CampaignChild.objects.bulk_create(
                CampaignChild(campaign=copy, student=student) for student in on_roll
            )
            for team in self.teams.prefetch_related("members"):
                team.copy_to(copy)
            copy._record("campaign.copied", by)
        return copy

    # --- teams --------------------------------------------------------------------------------------
    def team_of(self, user, children):
        """Return the team in which `user` makes a visit to `children` (ids): one of their division first,
        None where the person is in none (one query)."""
        mine = self.teams.filter(Q(lead=user.pk) | Exists(_membership_of(user)))
        divisions = Student.objects.filter(pk__in=children).values("division")
        near = mine.filter(Q(division__in=divisions) | Q(division=None))
        return near.order_by(F("division").asc(nulls_last=True), "name").first()

    def _record(self, verb, by, student=None, **data):
        Entry.record(verb, self, by=by, school=self.school, student=student, **data)
        CampaignChange.objects.create(school=self.school)


def staff_of(school):
    """Return the people who may be in a team: whoever goes along on visits of `school` today."""
    roles = Membership.objects.open().filter(school=school, role__in=COLLEAGUES)
    return User.objects.filter(pk__in=roles.values("user"), is_active=True)


def _membership_of(user):
    return Team.members.through.objects.filter(team=OuterRef("pk"), user=user.pk)


class TargetRule(models.Model):
    """Whom a campaign means in one division; a division without a rule is not meant.

    A share is a number, no lottery: `percent` of the children on roll, rounded up. Who was not
    seen for longest stands first.
    """

    class Kind(models.TextChoices):
        EVERYONE = "everyone", _("everybody")
        PERCENT = "percent", _("a share")
        NAMED = "named", _("children by name")

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="rules")
    division = models.ForeignKey(Division, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind)
    percent = models.PositiveSmallIntegerField(
        _("percent"), null=True, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )

    class Meta:
        ordering = ["division__code"]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "division"], name="a_division_has_one_rule_in_a_campaign"
            ),
            models.CheckConstraint(
                condition=Q(kind="percent", percent__gte=1, percent__lte=100)
                | (~Q(kind="percent") & Q(percent=None)),
                name="a_share_is_between_1_and_100_percent",
            ),
        ]

    def __str__(self):
        return f"{self.division} {self.kind}"


class CampaignChild(models.Model):
    """A child whom a campaign means by name."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="named")
    student = models.ForeignKey(Student, models.PROTECT, related_name="campaigns")

    objects = sight.SightQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "student"], name="a_child_is_named_once_in_a_campaign"
            )
        ]

    def __str__(self):
        return f"{self.student} {self.campaign_id}"


class TeamQuerySet(SchoolPartQuerySet):
    """Teams; they show where their campaign does."""

    school_path = "campaign__school"


class Team(models.Model):
    """Who makes the visits of a campaign together; of one division, or of the whole school."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="teams")
    name = models.CharField(_("name"), max_length=120)
    division = models.ForeignKey(
        Division,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("grade or college"),
    )
    lead = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    members = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+", blank=True)
    interpreter = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    interpreter_name = models.CharField(_("interpreter from outside"), max_length=255, blank=True)

    objects = TeamQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "name"], name="a_team_stands_once_in_a_campaign"
            ),
            models.CheckConstraint(
                condition=Q(interpreter=None) | Q(interpreter_name=""),
                name="a_team_has_one_interpreter",
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("visits:campaign-teams", args=[self.campaign_id])

    def keep(self, *, by, members):
        """Save this team, new or changed, with these people."""
        with transaction.atomic():
            is_new = self._state.adding
            self.save()
            self.members.set(members)
            verb = "campaign.team_made" if is_new else "campaign.team_changed"
            self.campaign._record(verb, by, team=str(self.pk))

    def drop(self, *, by):
        """Take the team away; its visits stay in the campaign."""
        with transaction.atomic():
            self.visits.update(campaign_team=None)
            self.members.clear()
            self.campaign._record("campaign.team_dropped", by, team=str(self.pk))
            self.delete()

    def copy_to(self, campaign):
        """Make this team again in `campaign` with those who still work at its school."""
        here = set(staff_of(campaign.school_id).values_list("pk", flat=True))
        team = Team.objects.create(
            campaign=campaign,
            name=self.name,
            division_id=self.division_id,
            lead_id=self.lead_id if self.lead_id in here else None,
            interpreter_id=self.interpreter_id if self.interpreter_id in here else None,
            interpreter_name=self.interpreter_name,
        )
        team.members.set([person for person in self.members.all() if person.pk in here])
