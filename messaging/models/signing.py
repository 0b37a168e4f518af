"""Texts that were signed for: which words, under which name, when and how."""

import unicodedata

import pgtrigger
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from homeschool.journal.models import Receipt

from .wording import Wording


class WrongName(Exception):
    """The name typed under a text is not the reader's own."""


class SignatureManager(models.Manager):
    def sign(self, receipt, wording, name, *, now=None, way="portal"):
        """Sign the words as the receipt's person: typed name, moment and text; returns the Signature.

        Signed before, the first signature stands. Raises WrongName where the name is not the person's,
        in whatever case, spacing and form of Unicode. `way` says whether the person had signed in or came by the link
        of the own letter.
        """
        if _plain(name) not in {_plain(receipt.person.full_name), _plain(str(receipt.person))}:
            raise WrongName
        name = " ".join(name.split())[:255]
        with transaction.atomic():
            row, new = self.get_or_create(
                receipt=receipt,
                defaults={
                    "wording": wording, "name": name, "digest": wording.digest,
                    "at": now or timezone.now(), "way": way,
                },
            )  # fmt: skip
            if new:
                Receipt.objects.filter(pk=receipt.pk).update(signed=name)
                receipt.acknowledge()
        return row


def _plain(name):
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())


class Signature(models.Model):
    """A text that somebody signed for: which words, under which name, when. It never changes."""

    class Way(models.TextChoices):
        PORTAL = "portal", _("signed in")
        LETTER = "letter", _("by the link of the own letter")

    receipt = models.OneToOneField(Receipt, models.PROTECT, related_name="+")
    wording = models.ForeignKey(Wording, models.PROTECT, related_name="+")
    name = models.CharField(max_length=255)
    digest = models.CharField(max_length=64)
    at = models.DateTimeField()
    way = models.CharField(
        max_length=6, choices=Way, default=Way.PORTAL, db_default=Way.PORTAL, editable=False
    )

    objects = SignatureManager()

    class Meta:
        ordering = ["at", "id"]
        triggers = [
            pgtrigger.Protect(
                name="a_signature_stands", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self):
        return f"{self.receipt_id} {self.at:%Y-%m-%d}"
