"""News of the school: articles by category, in the languages of its families, for an audience."""

import pghistory
from django.conf import settings
from django.db import models, transaction
from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from homeschool.uploads.models import KeptFile, KeptFileQuerySet, LightManager, whole_or_gone

from .opened import digest_of
from .published import Published

LONGEST_TITLE, LONGEST_TEXT = 120, 10_000


@pghistory.track()
class News(Published):
    """One article."""

    class Category(models.TextChoices):
        LIFE = "life", _("School life")
        LESSONS = "lessons", _("Lessons")
        HEALTH = "health", _("Health")
        EVENTS = "events", _("Events")
        NOTICES = "notices", _("Good to know")

    category = models.CharField(_("category"), max_length=8, choices=Category)

    class Meta(Published.Meta):
        ordering = ["-since", "-made_at", "id"]
        verbose_name_plural = "news"
        indexes = [
            models.Index(fields=["school", "-since", "id"], name="articles_of_a_school"),
        ]

    def get_absolute_url(self):
        return reverse("messaging:news-detail", args=[self.pk])

    def desk_url(self):
        """The address where it is kept."""
        return reverse("messaging:news-manage", args=[self.pk])

    def mark(self):
        picture = NewsPicture.objects.filter(news=self).values_list("at", flat=True).first()
        return digest_of([super().mark(), self.category, picture])

    def put_words(self, language, title, text, *, by, opened=None):
        """Write, or write anew, the words in one language; returns them.

        Raises Moved where they are not those that were `opened` (a digest).
        """
        with transaction.atomic():
            self._lock()._refuse_moved(opened, language, title, text)
            row, _new = NewsWords.objects.update_or_create(
                news=self, language=language,
                defaults={"title": title, "text": text, "by": by, "at": timezone.now()},
            )  # fmt: skip
            self.note("worded", by, language=language)
        return row

    def put_picture(self, checked, *, by, alt):
        """Keep this picture (a Checked) in the place of the one before."""
        with transaction.atomic():
            self._lock()
            NewsPicture.objects.filter(news=self).delete()
            picture = NewsPicture(news=self, by=by, alt=alt)
            picture.hold(checked)
            picture.save(force_insert=True)
            self.note("pictured", by)
        return picture

    def drop_picture(self, *, by):
        """Erase the picture; none there, nothing happens."""
        with transaction.atomic():
            if NewsPicture.objects.filter(news=self).delete()[0]:
                self.note("unpictured", by)


@pghistory.track()
class NewsWords(models.Model):
    """The words of an article in one language; the first ones written are the original."""

    news = models.ForeignKey(News, models.PROTECT, related_name="words")
    language = models.CharField(max_length=12, choices=settings.LANGUAGES)
    title = models.CharField(_("heading"), max_length=LONGEST_TITLE)
    text = models.TextField(_("text"), max_length=LONGEST_TEXT)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["news", "language"], name="an_article_stands_once_in_a_language"
            ),
            models.CheckConstraint(
                condition=~Q(title="") & ~Q(text=""), name="an_article_says_something"
            ),
        ]

    def __str__(self):
        return self.title


class NewsPicture(KeptFile):
    """The picture above an article; taken away, nothing of it is left."""

    news = models.OneToOneField(News, models.PROTECT, related_name="picture")
    alt = models.CharField(_("what it shows"), max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = LightManager.from_queryset(KeptFileQuerySet)()

    class Meta:
        constraints = [
            whole_or_gone("a_picture_of_news_is_whole_or_gone"),
            models.CheckConstraint(condition=~Q(alt=""), name="a_picture_of_news_is_described"),
        ]

    def __str__(self):
        return self.alt

    def get_absolute_url(self):
        return reverse("messaging:news-picture", args=[self.news_id])


class ReadQuerySet(models.QuerySet):
    def per_language(self):
        """Return {language: distinct people} (one query)."""
        found = self.order_by().values_list("language").annotate(Count("person", distinct=True))
        return dict(found)


class NewsRead(models.Model):
    """That somebody of a family opened an article, once, and in which language it stood there first.

    Kept to count and to mark what is new to this person; no page tells staff who read what.
    """

    news = models.ForeignKey(News, models.CASCADE, related_name="reads")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    language = models.CharField(max_length=12)
    at = models.DateTimeField(default=timezone.now)

    objects = ReadQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["news", "person"], name="an_article_is_read_once")
        ]

    def __str__(self):
        return f"{self.news_id} {self.language}"

    @classmethod
    def mark(cls, news, person, language):
        """Note that `person` has it open; noted before, the first time stays."""
        row = cls(news=news, person=person, language=language)
        cls.objects.bulk_create([row], ignore_conflicts=True)
