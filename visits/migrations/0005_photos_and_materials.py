"""Photos of visits and materials of meetings: the bytes stand in the rows."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("visits", "0004_suggestions_and_gifts"),
        ("people", "0003_photos"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Material",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("jpeg", "picture"), ("pdf", "PDF")], editable=False, max_length=4
                    ),
                ),
                ("content", models.BinaryField(null=True)),
                ("size", models.PositiveIntegerField(default=0, editable=False)),
                ("sha256", models.CharField(blank=True, editable=False, max_length=64)),
                ("width", models.PositiveIntegerField(editable=False, null=True)),
                ("height", models.PositiveIntegerField(editable=False, null=True)),
                ("title", models.CharField(max_length=200, verbose_name="title")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("removed_at", models.DateTimeField(editable=False, null=True)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "meeting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="files",
                        to="visits.meeting",
                    ),
                ),
                (
                    "removed_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["at", "id"],
                "indexes": [models.Index(fields=["meeting", "at"], name="materials_of_a_meeting")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("content__isnull", False),
                                ("size__gt", 0),
                                models.Q(("sha256", ""), _negated=True),
                            ),
                            models.Q(
                                ("content", None),
                                ("height", None),
                                ("sha256", ""),
                                ("size", 0),
                                ("width", None),
                            ),
                            _connector="OR",
                        ),
                        name="a_material_is_whole_or_gone",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("content__isnull", False), ("removed_at", None)),
                            models.Q(
                                ("content", None),
                                ("removed_at__isnull", False),
                                ("removed_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="a_removed_material_keeps_who_and_when",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Photo",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("jpeg", "picture"), ("pdf", "PDF")], editable=False, max_length=4
                    ),
                ),
                ("content", models.BinaryField(null=True)),
                ("size", models.PositiveIntegerField(default=0, editable=False)),
                ("sha256", models.CharField(blank=True, editable=False, max_length=64)),
                ("width", models.PositiveIntegerField(editable=False, null=True)),
                ("height", models.PositiveIntegerField(editable=False, null=True)),
                ("small", models.BinaryField(null=True)),
                (
                    "words",
                    models.CharField(blank=True, max_length=200, verbose_name="what it shows"),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("said_by_name", models.CharField(max_length=255)),
                (
                    "how",
                    models.CharField(
                        choices=[("spoken", "spoken"), ("written", "in writing")], max_length=7
                    ),
                ),
                ("shown", models.BooleanField(default=False)),
                ("erased_at", models.DateTimeField(editable=False, null=True)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "erased_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "said_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "visit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="visits.visit",
                    ),
                ),
            ],
            options={
                "ordering": ["at", "id"],
                "indexes": [models.Index(fields=["visit", "at"], name="photos_of_a_visit")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("content__isnull", False),
                                ("size__gt", 0),
                                models.Q(("sha256", ""), _negated=True),
                            ),
                            models.Q(
                                ("content", None),
                                ("height", None),
                                ("sha256", ""),
                                ("size", 0),
                                ("width", None),
                            ),
                            _connector="OR",
                        ),
                        name="a_photo_is_whole_or_gone",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("shown", True), models.Q(("said_by_name", ""), _negated=True)
                        ),
                        name="a_photo_was_seen_by_who_said_yes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("content__isnull", False),
                                ("erased_at", None),
                                ("small__isnull", False),
                            ),
                            models.Q(
                                ("content", None),
                                ("erased_at__isnull", False),
                                ("erased_by__isnull", False),
                                ("small", None),
                                ("words", ""),
                            ),
                            _connector="OR",
                        ),
                        name="an_erased_photo_keeps_who_and_when",
                    ),
                ],
            },
        ),
    ]
