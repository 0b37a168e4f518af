"""Words that a school sends again and again: a template holds them, in several languages."""

import uuid

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from homeschool.journal.models import Entry
from homeschool.people.models import School
from homeschool.people.models.school import SchoolPartQuerySet

from .announcing import SPEAKERS, Announcement
from .opened import refuse_moved


def _spoken(words):
    return [(one["language"], one["title"], one["text"]) for one in words]


class TemplateQuerySet(SchoolPartQuerySet):
    def visible_to(self, user, roles=SPEAKERS):
        """Return the templates of the schools where `user` speaks to families as staff."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        return super().visible_to(user, roles)

    def open(self):
        """Return those that were not ended."""
        return self.filter(ended_at=None)

    def keep(self, school, name, level, words, *, by):
        """Keep words, [{"language", "title", "text"}], the first language first; returns the row."""
        with transaction.atomic():
            row = self.create(school=school, name=name, level=level, words=words, made_by=by)
            Entry.record("template.kept", row, by=by, school=school)
        return row


class Template(models.Model):
    """Words of the school to start from; what was sent with them does not change with them."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=120)
    level = models.CharField(
        _("what is asked"), max_length=4, choices=Announcement.Level,
        default=Announcement.Level.READ,
    )  # fmt: skip
    # [{"language", "title", "text"}], the first language first
    words = models.JSONField(default=list)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = TemplateQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="a_template_has_a_name")]

    def __str__(self):
        return self.name

    def in_language(self, language):
        """Return {"language", "title", "text"} in `language`, else the first; None without words."""
        found = {row["language"]: row for row in self.words}
        return found.get(language) or next(iter(self.words), None)

    def spoken(self):
        """Return its words as [(language, title, text)]."""
        return _spoken(self.words)

    def change(self, name, level, words, *, by, opened=None):
        """Write it anew. Raises Moved where its words are not those that were `opened` (a digest)."""
        with transaction.atomic():
            stands = Template.objects.select_for_update(of=("self",)).get(pk=self.pk)
            refuse_moved(opened, stands.spoken(), _spoken(words))
            self.name, self.level, self.words = name, level, words
            self.save(update_fields=["name", "level", "words"])
            Entry.record("template.changed", self, by=by, school=self.school)

    def end(self, *, by):
        """Offer it no more; ended before, nothing happens."""
        with transaction.atomic():
            if Template.objects.open().filter(pk=self.pk).update(ended_at=timezone.now()):
                Entry.record("template.ended", self, by=by, school=self.school)
        self.refresh_from_db()
