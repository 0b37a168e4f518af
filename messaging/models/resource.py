"""What parents may use: articles, rules and papers by topic, in the languages of the families."""

import pghistory
from django.conf import settings
from django.db import models, transaction
from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from homeschool.uploads.kinds import ENDINGS
from homeschool.uploads.models import KeptFile, KeptFileQuerySet, LightManager, whole_or_gone

from .news import ReadQuerySet
from .opened import digest_of
from .published import Published, PublishedQuerySet

LONGEST_TITLE, LONGEST_TEXT = 120, 20_000


class ResourceQuerySet(PublishedQuerySet):
    def overdue(self, today):
        """Return those that somebody was to look at again before `today` (a date)."""
        return self.exclude(state=Published.State.WITHDRAWN).filter(look_again_on__lt=today)

    def holding(self, words):
        """Return those in which these words stand, in title or text of any language; "" is all."""
        if not words:
            return self
        found = Q(title__icontains=words) | Q(text__icontains=words)
        return self.filter(pk__in=ResourceWords.objects.filter(found).values("resource"))


@pghistory.track()
class Resource(Published):
    """One thing that parents may use, with somebody who answers for it."""

    class Topic(models.TextChoices):
        WELCOME = "welcome", _("New at our school")
        LEARNING = "learning", _("Learning at home")
        GROWING = "growing", _("Growing up")
        HEALTH = "health", _("Health and food")
        RULES = "rules", _("Rules we agreed on")
        FORMS = "forms", _("Forms to fill in")

    class Kind(models.TextChoices):
        ARTICLE = "article", _("Article")
        POLICY = "policy", _("Rule of the school")
        PAPER = "paper", _("Paper")

    topic = models.CharField(_("topic"), max_length=8, choices=Topic)
    kind = models.CharField(_("what it is"), max_length=7, choices=Kind, default=Kind.ARTICLE)
    responsible = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("answers for it")
    )
    look_again_on = models.DateField(_("look at it again on"))

    objects = ResourceQuerySet.as_manager()

    class Meta(Published.Meta):
        ordering = ["topic", "made_at", "id"]
        indexes = [
            models.Index(fields=["school", "topic"], name="resources_of_a_school"),
        ]

    def get_absolute_url(self):
        return reverse("messaging:resource-detail", args=[self.pk])

    def desk_url(self):
        """The address where it is kept."""
        return reverse("messaging:resource-manage", args=[self.pk])

    def mark(self):
        return digest_of([super().mark(), self.topic, self.kind, self.responsible_id])

    def put_words(
        self, language, title, text, *, by, file=None, drop_file=False, new=True, opened=None
    ):  # fmt: skip
        """Write, or write anew, one language version; returns it.

        `file` (a Checked) takes the place of the one before, `drop_file` erases that. `new` says that
        readers are told of the change. Text or file there is always: the database sees to it. Raises
        Moved where the words are not those that were `opened` (a digest).
        """
        with transaction.atomic():
            self._lock()._refuse_moved(opened, language, title, text)
            rows = ResourceWords.objects.filter(resource=self, language=language)
            row = rows.first() or ResourceWords(resource=self, language=language)
            row.title, row.text, row.by, row.at = title, text, by, timezone.now()
            if new or row._state.adding:
                row.changed_at = row.at
            if drop_file:
                row.let_go_of_file()
            if file is not None:
                row.hold(file)
            row.save()
            self.note("worded", by, language=language, new=bool(new))
        return row

    def look_at(self, *, by, again_on):
        """Say that it is still right, and when to look at it again (a date)."""
        with transaction.atomic():
            self._lock()
            self.look_again_on = again_on
            self.save(update_fields=["look_again_on"])
            self.note("looked_at", by)


@pghistory.track(exclude=["content"])
class ResourceWords(KeptFile):
    """A language version: a text, a file, or both; the first one written is the original."""

    kind = models.CharField(max_length=4, choices=KeptFile.Kind, blank=True, editable=False)
    resource = models.ForeignKey(Resource, models.PROTECT, related_name="words")
    language = models.CharField(max_length=12, choices=settings.LANGUAGES)
    title = models.CharField(_("title"), max_length=LONGEST_TITLE)
    text = models.TextField(_("text"), max_length=LONGEST_TEXT, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    first_at = models.DateTimeField(default=timezone.now, editable=False)
    # the date of the version: when something changed that readers are told of
    changed_at = models.DateTimeField(default=timezone.now)

    objects = LightManager.from_queryset(KeptFileQuerySet)()

    class Meta:
        ordering = ["first_at", "id"]
        constraints = [
            whole_or_gone("a_file_for_parents_is_whole_or_gone"),
            models.UniqueConstraint(
                fields=["resource", "language"], name="a_resource_stands_once_in_a_language"
            ),
            models.CheckConstraint(
                condition=~Q(title="") & (~Q(text="") | Q(content__isnull=False)),
                name="a_resource_says_or_gives_something",
            ),
        ]

    def __str__(self):
        return self.title

    @property
    def has_file(self):
        """Whether there is a file to take along."""
        return self.size > 0

    @property
    def file_name(self):
        return f"for-parents-{self.pk.hex[:8]}.{ENDINGS[self.kind]}"

    def let_go_of_file(self):
        """Give up the bytes; the row is not saved by it."""
        self.let_go()
        self.kind = ""


class ResourceReadQuerySet(ReadQuerySet):
    def saved(self):
        """Return those whose reader took the file along."""
        return self.exclude(saved_at=None)


class ResourceRead(models.Model):
    """That somebody of a family opened a resource: first, last, in which language it stood there last,
    and whether they took the file along. No page tells staff who read what."""

    resource = models.ForeignKey(Resource, models.CASCADE, related_name="reads")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    language = models.CharField(max_length=12)
    first_at = models.DateTimeField(default=timezone.now)
    last_at = models.DateTimeField(default=timezone.now)
    saved_at = models.DateTimeField(null=True)

    objects = ResourceReadQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["resource", "person"], name="a_resource_is_counted_once_for_a_reader"
            )
        ]

    def __str__(self):
        return f"{self.resource_id} {self.language}"

    @classmethod
    def mark(cls, resource, person, language, *, saved=False):
        """Note that `person` opened it, or took its file along (one query)."""
        now = timezone.now()
        row = cls(resource=resource, person=person, language=language, first_at=now, last_at=now)
        fields = ["language", "last_at"]
        if saved:
            row.saved_at = now
            fields.append("saved_at")
        cls.objects.bulk_create(
            [row], update_conflicts=True, update_fields=fields, unique_fields=["resource", "person"]
        )


def figures(rows):
    """Return {resource: (readers, who took the file along)} of these resources (one query)."""
    found = ResourceRead.objects.filter(resource__in=rows).order_by().values_list("resource")
    counted = found.annotate(read=Count("person"), saved=Count("saved_at"))
    return {key: (read, saved) for key, read, saved in counted}
