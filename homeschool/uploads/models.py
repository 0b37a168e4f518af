"""How a file is kept: its bytes in a row of PostgreSQL, so that one backup holds all of the portal, and
erasing means that nothing is left."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .kinds import ENDINGS, JPEG, PDF


class KeptFileQuerySet(models.QuerySet):
    def kept(self):
        """Return those whose bytes are there."""
        return self.exclude(content=None)


class LightManager(models.Manager):
    """Leaves the bytes in the database until somebody asks for them by `.content`."""

    def get_queryset(self):
        return super().get_queryset().defer("content")


class KeptFile(models.Model):
    """A file that was made anew (`checked`). Erased, the row stays and its bytes are gone."""

    class Kind(models.TextChoices):
        JPEG = JPEG, _("picture")
        PDF = PDF, "PDF"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=4, choices=Kind, editable=False)
    content = models.BinaryField(null=True, editable=False)
    size = models.PositiveIntegerField(default=0, editable=False)  # bytes
    sha256 = models.CharField(max_length=64, blank=True, editable=False)
    width = models.PositiveIntegerField(null=True, editable=False)  # dots
    height = models.PositiveIntegerField(null=True, editable=False)

    class Meta:
        abstract = True

    @property
    def file_name(self):
        """The name under which it is given out: it says nothing about anybody."""
        return f"{self._meta.model_name}-{self.pk.hex[:8]}.{ENDINGS[self.kind]}"

    def hold(self, checked):
        """Take over what a Checked holds; the row is not saved by it."""
        self.kind, self.content, self.size = checked.kind, checked.content, len(checked.content)
        self.sha256, self.width, self.height = checked.sha256, checked.width, checked.height

    def let_go(self):
        """Give up the bytes and what tells of them; returns the names of the fields to be saved."""
        self.content, self.size, self.sha256 = None, 0, ""
        self.width = self.height = None
        return ["content", "size", "sha256", "width", "height"]


def whole_or_gone(name):
    """Return the constraint that a row has its bytes, or nothing that tells of them."""
    whole = Q(content__isnull=False, size__gt=0) & ~Q(sha256="")
    return models.CheckConstraint(
        condition=whole | Q(content=None, size=0, sha256="", width=None, height=None), name=name
    )
