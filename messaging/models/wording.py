"""The words of an announcement, in one language each."""

import hashlib

import pgtrigger
from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class LanguageTaken(Exception):
    """Words in this language stand already beside the first ones."""


def _belongs_to(first, language):
    return first.digest if first and first.language != language else ""


def _as_it_stands(row):
    return row and (row.digest, row.of_digest, row.checked_by_id)


class WordingManager(models.Manager):
    def put(self, announcement, language, title, text, *, by, provider="", version=None, of=None):
        """Write, or write anew, the words in one language; returns them. Raises NotThatState once it
        has left: what people read never changes. ChangedMeanwhile where `version` is another.
        `of` is the digest of the first words to which these belong: as they stand, unless given."""
        with transaction.atomic():
            stands = announcement._standing(version)
            first = stands.first_words()
            values = {
                "title": title, "text": text, "provider": provider, "by": by, "checked_by": None,
                "of_digest": _belongs_to(first, language) if of is None else of,
            }  # fmt: skip
            row, _new = self.update_or_create(
                announcement=stands, language=language, defaults=values
            )
            stands.count_change()
        announcement.__dict__.pop("_prefetched_objects_cache", None)
        return row

    def fill(self, announcement, language, title, text, *, by, provider, of, instead=None):
        """Write the words of a machine in the place of `instead`: a Wording as it stood when the machine
        was asked, None where none did. Returns them, or None where somebody was quicker and wrote or
        checked words in this language meanwhile. Raises NotThatState."""
        with transaction.atomic():
            announcement._standing()
            there = self.filter(announcement=announcement, language=language).first()
            if _as_it_stands(there) != _as_it_stands(instead):
                return None
            return self.put(announcement, language, title, text, by=by, provider=provider, of=of)

    def rewrite(self, announcement, words, *, by):
        """Write the first words anew, in another language too. Raises LanguageTaken where words stand in
        that one."""
        first = announcement.first_words()
        if first is None:
            return self.put(announcement, **words, by=by)
        taken = announcement.wordings.exclude(pk=first.pk).filter(language=words["language"])
        same = (first.title, first.text) == (words["title"], words["text"])
        if taken.exists():
            raise LanguageTaken
        first.language = words["language"]
        if not same:
            first.by = by
        first.title, first.text = words["title"], words["text"]
        first.save(update_fields=["language", "title", "text", "by"])
        return first


class Wording(models.Model):
    """The words of an announcement in one language; the first one written is the original."""

    announcement = models.ForeignKey(
        "messaging.Announcement", models.CASCADE, related_name="wordings"
    )
    language = models.CharField(max_length=12)
    title = models.CharField(_("title"), max_length=120)
    text = models.TextField(_("text"), max_length=10_000)
    # the digest of the first words to which these belong; empty for the first ones
    of_digest = models.CharField(max_length=64, blank=True, default="", db_default="")
    # the name of the machine that translated it; empty where a person wrote it
    provider = models.CharField(max_length=60, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = WordingManager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["announcement", "language"], name="a_wording_stands_once_in_a_language"
            ),
            models.CheckConstraint(
                condition=~Q(title="") & ~Q(text=""), name="a_wording_says_something"
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="what_was_sent_stays",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                declare=[("row", "messaging_wording%ROWTYPE")],
                func="""
                    row := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
                    PERFORM 1 FROM messaging_announcement
                        WHERE id = row.announcement_id AND state = 'sent';
                    IF FOUND THEN
                        RAISE EXCEPTION 'the words of % have been sent', row.announcement_id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'what_was_sent_stays';
                    END IF;
                    RETURN row;
                """,
            )
        ]

    def __str__(self):
        return f"{self.announcement_id} {self.language}"

    @property
    def digest(self):
        """The hash of the words, in hexadecimal: what a signature is for."""
        return hashlib.sha256(f"{self.language}\n{self.title}\n{self.text}".encode()).hexdigest()

    @property
    def is_of_a_machine(self):
        """Whether nobody has looked at it yet."""
        return bool(self.provider) and self.checked_by_id is None

    def check_by(self, person, version=None):
        """Note that a person found the words right for the first ones as they stand. Raises
        NotThatState, ChangedMeanwhile."""
        with transaction.atomic():
            stands = self.announcement._standing(version)
            first = stands.first_words()
            self.checked_by, self.of_digest = person, first.digest
            self.save(update_fields=["checked_by", "of_digest"])
            stands.count_change()
            stands.note("announcement.words_checked", person)

    def drop(self, *, by):
        """Take the words away; the first ones stay. Raises NotThatState, ValueError."""
        with transaction.atomic():
            stands = self.announcement._standing()
            if stands.first_words().pk == self.pk:
                raise ValueError("the first words stay")
            self.delete()
            stands.count_change()
            stands.note("announcement.words_dropped", by)
