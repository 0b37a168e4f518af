"""Stories of visits for the school's news: told only with the consent of the child's rights holder.

Consent is a yes to words: to this text, in this language, with this name. Whatever of it changes is
asked anew, and a yes that is taken back takes the story down at once. Silence publishes nothing,
and a no needs no reason. Without pictures: a photo has a consent of its own.
"""

import hashlib
import json
import uuid

import pgtrigger
from django.conf import settings
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext, gettext_lazy as _

from homeschool.journal.models import Entry, Notice
from homeschool.people import sight
from homeschool.people.models import Guardianship, School, Student

from .campaign import Campaign
from .record import READERS
from .visit import Visit

LONGEST_TITLE, LONGEST_TEXT, LONGEST_NAME = 120, 3000, 100
# What is agreed to: any change of these is a change of what the family said yes to.
WORDS = ("title", "text", "language", "other_title", "other_text", "other_language", "naming",
         "named_as")  # fmt: skip


class Changed(ValueError):
    """The words, or how the story stands, changed since the page was drawn."""


class NobodyToAsk(ValueError):
    """No rights holder of the child may be asked."""


class NotInTheirLanguage(ValueError):
    """A rights holder reads another language; `languages` are the codes that are missing."""

    def __init__(self, languages):
        super().__init__(languages)
        self.languages = languages


class NotAgreed(ValueError):
    """The family has not said yes to these words."""


class ChangeOfAgreed(pgtrigger.AnyChange):
    """That words to which the family said yes get others, and the yes stays."""

    def resolve(self, model):
        return f"OLD.state = 'agreed' AND NEW.state = 'agreed' AND ({super().resolve(model)})"


class StoryQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Return the stories that `user` may read.

        adviser, counselor, leader: those about children they see, in every state · legal guardian, or
        the student who holds its own rights: what it was asked about · staff and families of the
        school: what is published · volunteer, partner, district, anonymous: none.
        """
        if not user.is_authenticated or not user.is_active:
            return self.none()
        return self.filter(self._of_staff(user) | self._of_family(user) | self._news(user))

    def kept_by(self, user):
        """Return those about children with whom `user` works, in every state."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        return self.filter(self._of_staff(user))

    def asked_of(self, user):
        """Return those about which `user` is, or was, asked as a rights holder of the child."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        return self.filter(self._of_family(user))

    def published(self):
        """Return those that stand in the news: with a yes, to these words, that was not taken back."""
        return self.filter(state=Story.State.AGREED, published_at__isnull=False)

    def news_for(self, user):
        """Return what is published in the schools of `user`."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        return self.filter(self._news(user))

    @staticmethod
    def _of_staff(user):
        return sight.within(user, "student", READERS) or Q(pk=None)

    @staticmethod
    def _of_family(user):
        # item "": what a grown student granted is to read a thing, not to decide for it
        own = sight.within(user, "student", sight.FAMILY_ROLES, item="")
        if own is None:
            return Q(pk=None)
        legal = legal_ties().filter(student=OuterRef("student"), guardian=user.pk)
        holds = Q(student__user=user.pk) | Q(Exists(legal))
        return own & holds & ~Q(state=Story.State.DRAFT)

    @staticmethod
    def _news(user):
        children = Student.objects.visible_to(user, roles=sight.FAMILY_ROLES)
        here = Q(school__in=sight.schools_of(user)) | Q(school__in=children.values("school"))
        return here & Q(state=Story.State.AGREED, published_at__isnull=False)


def legal_ties():
    """Return the guardianships of today that decide for a child."""
    return Guardianship.objects.open().filter(legal_guardian=True, may_view=True)


def decides():
    """Return the condition on a row of Sight that its person decides for the child: the student who
    holds its own rights, else a legal guardian."""
    legal = legal_ties().filter(student=OuterRef("student_id"), guardian=OuterRef("user_id"))
    return Q(role=sight.STUDENT) | Q(role=sight.GUARDIAN) & Exists(legal)


class Story(models.Model):
    """A story about a child and a visit, as the school would tell it, and the yes to it.

    `text` is in `language`; `other_text` is the same in the language of whoever is asked, where that is
    another one, and both are agreed to side by side. `named_as` is the name that stands below it: what
    `naming` says, as it was when the family was asked.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("being written")
        ASKED = "asked", _("family is asked")
        AGREED = "agreed", _("family agrees")
        REFUSED = "refused", _("family prefers not")
        WITHDRAWN = "withdrawn", _("family took its yes back")

    class Naming(models.TextChoices):
        GRADE = "grade", _("without a name: a family of the grade")
        FIRST = "first", _("with the first name")
        FULL = "full", _("with the whole name")

    PURPOSE = "news.story"  # what is agreed to, by name
    # Where the family is asked, or was.
    WITH_FAMILY = (State.ASKED, State.AGREED, State.REFUSED, State.WITHDRAWN)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    student = models.ForeignKey(Student, models.PROTECT, related_name="+")
    campaign = models.ForeignKey(
        Campaign, models.PROTECT, related_name="stories", verbose_name=_("campaign")
    )
    visit = models.ForeignKey(Visit, models.PROTECT, null=True, blank=True, related_name="+")
    title = models.CharField(_("heading"), max_length=LONGEST_TITLE)
    text = models.TextField(_("story"), max_length=LONGEST_TEXT)
    language = models.CharField(_("written in"), max_length=12, choices=settings.LANGUAGES)
    other_title = models.CharField(_("the same heading"), max_length=LONGEST_TITLE, blank=True)
    other_text = models.TextField(_("the same story"), max_length=LONGEST_TEXT, blank=True)
    other_language = models.CharField(
        _("in the family’s language"), max_length=12, choices=settings.LANGUAGES, blank=True
    )
    naming = models.CharField(
        _("how the family is named"), max_length=5, choices=Naming, default=Naming.GRADE
    )
    named_as = models.CharField(max_length=LONGEST_NAME, editable=False)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    written_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=9, choices=State, default=State.DRAFT, editable=False)
    asked_at = models.DateTimeField(null=True, blank=True, editable=False)
    # the consent: to which words, in which language they were read, by whom and why that person
    version = models.CharField(max_length=64, blank=True, editable=False)
    answered_in = models.CharField(max_length=12, blank=True, editable=False)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
    )
    answered_as = models.CharField(max_length=60, blank=True, editable=False)
    answered_at = models.DateTimeField(null=True, blank=True, editable=False)
    withdrawn_at = models.DateTimeField(null=True, blank=True, editable=False)
    published_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = StoryQuerySet.as_manager()

    class Meta:
        ordering = ["-published_at", "-written_at", "id"]
        verbose_name_plural = "stories"
        constraints = [
            models.CheckConstraint(
                condition=Q(published_at=None) | Q(state="agreed"),
                name="a_story_is_published_with_a_yes_alone",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["agreed", "refused", "withdrawn"])
                | Q(answered_by__isnull=False, answered_at__isnull=False) & ~Q(version=""),
                name="an_answered_story_says_by_whom_and_to_what",
            ),
            models.CheckConstraint(
                condition=Q(other_language="", other_text="", other_title="")
                | ~Q(other_language="")
                & ~Q(other_text="")
                & ~Q(other_title="")
                & ~Q(other_language=F("language")),
                name="the_other_text_is_whole_and_in_another_language",
            ),
        ]
        indexes = [
            models.Index(
                fields=["school", "-published_at"],
                condition=Q(published_at__isnull=False),
                name="news_of_a_school",
            )
        ]
        triggers = [
            pgtrigger.Protect(
                name="agreed_words_are_never_changed",
                operation=pgtrigger.Update,
                condition=ChangeOfAgreed(*WORDS),
            )
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("visits:story-detail", args=[self.pk])

    # --- questions ----------------------------------------------------------------------------------
    @property
    def words_version(self):
        """The fingerprint of the words as they stand now: what a yes is given to."""
        words = json.dumps([getattr(self, name) for name in WORDS], ensure_ascii=False)
        return hashlib.sha256(words.encode()).hexdigest()

    @property
    def stands(self):
        """Whether the yes holds at this moment, for the words as they are."""
        return self.state == self.State.AGREED and self.version == self.words_version

    @property
    def is_published(self):
        """Whether it stands in the news."""
        return self.published_at is not None and self.stands

    @property
    def named(self):
        """How the family is named below the story, in the reader's language."""
        if self.naming == self.Naming.GRADE:
            return gettext("A family of %(grade)s") % {"grade": self.named_as}
        return self.named_as

    def holders(self):
        """Return the rows of Sight of those who decide for the child today: the student who holds its
        own rights, else its legal guardians."""
        return sight.watchers([self.student_id], sight.FAMILY_ROLES, item="").filter(decides())

    def is_decided_by(self, user):
        """Whether `user` decides for the child at this moment (one query)."""
        return self.holders().filter(user=user.pk).exists()

    def may_agree(self, user):
        """Whether a yes of `user` would count: a no of another holder is not overruled."""
        if self.state == self.State.ASKED:
            return True
        said_no = self.state in (self.State.REFUSED, self.State.WITHDRAWN)
        return said_no and self.answered_by_id == user.pk

    def texts(self):
        """Return its texts as [(language, title, text)], that of the reader's language first."""
        found = [(self.language, self.title, self.text)]
        if self.other_language:
            found.append((self.other_language, self.other_title, self.other_text))
        return sorted(found, key=lambda row: row[0] != translation.get_language())

    # --- staff --------------------------------------------------------------------------------------
    def write(self, *, by):
        """Keep this new story; nobody is asked yet."""
        with transaction.atomic():
            self.school_id, self.written_by = self.student.school_id, by
            self.save(force_insert=True)
            self._record("story.written", by)
        return self

    def change(self, *, by, **values):
        """Set these fields. Where words change, a yes to the old ones is over: the story is down at
        once, and the family is asked again before it returns."""
        with transaction.atomic():
            stands = self._lock()
            before = stands.words_version
            for name, value in values.items():
                setattr(self, name, value)
            if self.words_version == before:
                self.save(update_fields=list(values))
                return
            self._reset()
            self.save(update_fields=[*values, *STATE])
            self._stop_asking()
            self._record("story.changed", by, fields=sorted(values))

    def _reset(self):
        """Be a draft again, with nothing left of an answer to other words."""
        self.state, self.version, self.answered_in, self.answered_as = self.State.DRAFT, "", "", ""
        self.asked_at = self.answered_by = self.answered_at = None
        self.withdrawn_at = self.published_at = None

    def missing_languages(self):
        """Return the codes of languages that holders read, and in which no text stands (one query)."""
        told = {self.language, self.other_language}
        found = self.holders().exclude(user__language="").values_list("user__language", flat=True)
        return sorted(set(found) - told)

    def ask(self, *, by):
        """Show the family exactly what would be published, and ask; asked before, nothing happens.

        Raises NotInTheirLanguage where a holder reads neither text, NobodyToAsk, and Changed for a
        story that was answered: only other words are asked about again.
        """
        with transaction.atomic():
            stands = self._lock()
            if stands.state == self.State.ASKED:
                return
            if stands.state != self.State.DRAFT:
                raise Changed
            if not self.holders().exists():
                raise NobodyToAsk
            if missing := self.missing_languages():
                raise NotInTheirLanguage(missing)
            self.state, self.asked_at = self.State.ASKED, timezone.now()
            self.version = self.words_version
            self.save(update_fields=["state", "asked_at", "version"])
            self._record("story.asked", by, version=self.version)
            Notice.post(
                "visit.story",
                self,
                school=self.school,
                by=by,
                student=self.student,
                dedupe_key=f"{self.pk}:{self.asked_at.isoformat()}",
            )

    def publish(self, *, by):
        """Put it into the school's news; published before, nothing happens. Raises NotAgreed."""
        with transaction.atomic():
            if not self._lock().stands:
                raise NotAgreed
            found = Story.objects.filter(pk=self.pk, published_at=None)
            if found.update(published_at=timezone.now()):
                self._record("story.published", by, version=self.version)
        self.refresh_from_db(fields=["published_at"])

    def take_down(self, *, by):
        """Take it out of the news; the yes stays. Not in the news, nothing happens."""
        with transaction.atomic():
            found = Story.objects.filter(pk=self.pk).exclude(published_at=None)
            if found.update(published_at=None):
                self._record("story.taken_down", by)
        self.refresh_from_db(fields=["published_at"])

    # --- the family -----------------------------------------------------------------------------------
    def agree(self, *, by, version):
        """Say yes to the words of `version`, those that were shown. Said before, nothing happens.

        Raises Changed where other words stand now, or another holder has said no meanwhile.
        """
        with transaction.atomic():
            stands = self._lock()
            if stands.state == self.State.AGREED and stands.version == version:
                return
            if version != stands.words_version or not stands.may_agree(by):
                raise Changed
            self._answer(self.State.AGREED, by, "story.agreed", withdrawn_at=None)

    def refuse(self, *, by):
        """Say no, or take a yes back: without a reason, and at once. Said before, nothing happens.

        Raises Changed where the family is not asked any more.
        """
        with transaction.atomic():
            stands = self._lock()
            if stands.state in (self.State.REFUSED, self.State.WITHDRAWN):
                return
            if stands.state == self.State.ASKED:
                self._answer(self.State.REFUSED, by, "story.refused")
            elif stands.state == self.State.AGREED:
                now = timezone.now()
                self._answer(
                    self.State.WITHDRAWN, by, "story.withdrawn",
                    withdrawn_at=now, published_at=None,
                )  # fmt: skip
            else:
                raise Changed

    def _answer(self, state, by, verb, **values):
        reasons = sight.reasons(by, self.student)
        self.answered_as = next((row["why"] for row in reasons), "")
        self.state, self.answered_by, self.answered_at = state, by, timezone.now()
        self.answered_in = translation.get_language() or ""
        for name, value in values.items():
            setattr(self, name, value)
        self.save(update_fields=STATE)
        self._record(verb, by, version=self.version, language=self.answered_in)
        Notice.post(
            "visit.story_answered",
            self,
            school=self.school,
            by=by,
            dedupe_key=f"{self.pk}:{self.answered_at.isoformat()}",
        )

    # --- the parts ------------------------------------------------------------------------------------
    def _lock(self):
        """Lock the row; return it as it stands, and take how it stands over. The own words stay: what
        was read may be older than what stands."""
        stands = Story.objects.select_for_update(of=("self",)).get(pk=self.pk)
        for name in STATE:
            column = "answered_by_id" if name == "answered_by" else name
            setattr(self, column, getattr(stands, column))
        return stands

    def _stop_asking(self):
        """What was told of the story before is over."""
        Notice.objects.about(self).filter(kind="visit.story").cancel()

    def _record(self, verb, by, **data):
        Entry.record(verb, self, by=by, student=self.student, school=self.school, **data)


# What changes with an answer.
STATE = ("state", "asked_at", "version", "answered_in", "answered_by", "answered_as", "answered_at",
         "withdrawn_at", "published_at")  # fmt: skip
