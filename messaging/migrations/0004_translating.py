"""Files of messages; a word of the school stands once, in whatever case it is written."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models
from django.db.models.functions import Lower

from homeschool.migrating import Together


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0003_suggestions"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        Together([
            migrations.CreateModel(
                name="Attachment",
                fields=[
                    ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ("kind", models.CharField(choices=[("jpeg", "picture"), ("pdf", "PDF")], editable=False, max_length=4)),
                    ("content", models.BinaryField(null=True)),
                    ("size", models.PositiveIntegerField(default=0, editable=False)),
                    ("sha256", models.CharField(blank=True, editable=False, max_length=64)),
                    ("width", models.PositiveIntegerField(editable=False, null=True)),
                    ("height", models.PositiveIntegerField(editable=False, null=True)),
                    ("title", models.CharField(blank=True, max_length=80)),
                    ("at", models.DateTimeField(default=django.utils.timezone.now)),
                    ("erased_at", models.DateTimeField(editable=False, null=True)),
                    ("erased_by", models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                    ("message", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="attachments", to="messaging.message")),
                ],
                options={
                    "ordering": ["at", "id"],
                    "indexes": [models.Index(fields=["message", "at"], name="attachments_of_a_message")],
                    "constraints": [
                        models.CheckConstraint(condition=models.Q(models.Q(("content__isnull", False), ("size__gt", 0), models.Q(("sha256", ""), _negated=True)), models.Q(("content", None), ("height", None), ("sha256", ""), ("size", 0), ("width", None)), _connector="OR"), name="an_attachment_is_whole_or_gone"),
                        models.CheckConstraint(condition=models.Q(models.Q(("content__isnull", False), ("erased_at", None)), models.Q(("content", None), ("erased_at__isnull", False), ("erased_by__isnull", False), ("title", "")), _connector="OR"), name="an_erased_attachment_keeps_who_and_when"),
                    ],
                },
            ),
            migrations.AddConstraint(
                model_name="term",
                constraint=models.CheckConstraint(condition=models.Q(("source", models.F("language")), _negated=True), name="a_term_is_in_two_languages"),
            ),
        ]),
        migrations.RemoveConstraint(model_name="term", name="a_term_stands_once"),
        migrations.AlterField(
            model_name="term",
            name="source",
            field=models.CharField(choices=[("en", "English"), ("zh-hans", "中文"), ("es", "Español")], max_length=12, verbose_name="from"),
        ),
        migrations.AlterField(
            model_name="term",
            name="language",
            field=models.CharField(choices=[("en", "English"), ("zh-hans", "中文"), ("es", "Español")], max_length=12, verbose_name="into"),
        ),
        migrations.AddConstraint(
            model_name="term",
            constraint=models.UniqueConstraint("school", "source", "language", Lower("word"), name="a_term_stands_once"),
        ),
    ]
