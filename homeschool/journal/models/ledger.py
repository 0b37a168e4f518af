"""What happened, and what was already answered.

The journal knows no other room: it names a person, a child and a school by string, and
everything else by kind and id.
"""

import pgtrigger
from django.conf import settings
from django.db import models, transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class EntryQuerySet(models.QuerySet):
    def about(self, row):
        """Return the entries about one row."""
        return self.filter(about_type=row._meta.label_lower, about_id=str(row.pk))


class Entry(models.Model):
    """One thing that happened; written in the transaction of the fact, never changed after.

    It holds ids and names of fields, no text about a child, so that erasing a child's
    text can be honest.
    """

    class Kind(models.TextChoices):
        CHANGED = "changed", _("changed")
        VIEWED = "viewed", _("viewed")
        REFUSED = "refused", _("refused")
        EXPORTED = "exported", _("exported")
        DISCLOSED = "disclosed", _("disclosed")

    kind = models.CharField(max_length=12, choices=Kind)
    verb = models.CharField(max_length=60)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    student = models.ForeignKey("people.Student", models.PROTECT, null=True, related_name="+")
    school = models.ForeignKey("people.School", models.PROTECT, null=True, related_name="+")
    about_type = models.CharField(max_length=60)
    about_id = models.CharField(max_length=60)
    at = models.DateTimeField(default=timezone.now, db_default=Now())
    data = models.JSONField(default=dict, db_default=models.Value("{}", models.JSONField()))

    objects = EntryQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["student", "-at"], name="entries_of_a_child"),
            models.Index(fields=["about_type", "about_id", "-at"], name="entries_about_a_row"),
        ]
        triggers = [
            pgtrigger.Protect(
                name="an_entry_is_never_changed", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self):
        return f"{self.verb} {self.about_type} {self.about_id}"

    @classmethod
    def record(cls, verb, about, *, by, kind=Kind.CHANGED, student=None, school=None, **data):
        """Write that `by` (None: the portal itself) did `verb` to the row `about`.

        `verb` reads like `guardianship.withdrawn`. `data` holds ids and names of fields only.
        Call it inside the transaction that changes the fact.
        """
        return cls.objects.create(
            kind=kind,
            verb=verb,
            actor=by,
            student=student,
            school=school,
            about_type=about._meta.label_lower,
            about_id=str(about.pk),
            data=data,
        )

    @classmethod
    def viewed_of(cls, verb, about, students, *, by, school):
        """Write for each of these children (ids) that `by` read of it on the page of `about`: one
        statement, none where there is no child."""
        cls.objects.bulk_create(
            cls(
                kind=cls.Kind.VIEWED,
                verb=verb,
                actor=by,
                student_id=student,
                school=school,
                about_type=about._meta.label_lower,
                about_id=str(about.pk),
            )
            for student in students
        )


class Submission(models.Model):
    """A form that was sent: its hidden key, and the first answer that it got."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    key = models.UUIDField()
    answer = models.CharField(max_length=500)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="a_form_is_accepted_once")
        ]

    def __str__(self):
        return str(self.key)

    @classmethod
    def once(cls, user, key, work):
        """Return the URL that `work()` answers; sent again, the first answer, without working.

        Both happen in one transaction. A second sender of the same key waits for the first.
        """
        with transaction.atomic():
            submission, new = cls.objects.get_or_create(user=user, key=key)
            if new:
                submission.answer = str(work())
                submission.save(update_fields=["answer"])
            return submission.answer

    @classmethod
    def first_answer(cls, user, key):
        """Return what a form with this key was answered before, empty where it is new.

        For a form that is no longer valid because its first sending did the work.
        """
        return cls.objects.filter(user=user, key=key).values_list("answer", flat=True).first() or ""


class Heartbeat(models.Model):
    """When a part that runs in the background last said that it lives."""

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()

    def __str__(self):
        return self.name

    @classmethod
    def beat(cls, name):
        """Say that the part `name` lives now."""
        cls.objects.update_or_create(name=name, defaults={"at": timezone.now()})
