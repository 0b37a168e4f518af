import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
from homeschool.migrating import Together
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("journal", "0004_quiet_hours_and_digests")]

    operations = [
        Together([
            migrations.AddField(
                model_name="jobrun",
                name="dropped",
                field=models.PositiveIntegerField(db_default=0, default=0),
            ),
            migrations.AddField(
                model_name="jobrun",
                name="told",
                field=models.PositiveIntegerField(db_default=0, default=0),
            ),
            migrations.CreateModel(
                name="Bounce",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    (
                        "kind",
                        models.CharField(
                            choices=[
                                ("hard", "there is no such address"),
                                ("soft", "could not be delivered for now"),
                                ("complaint", "the reader called it unwanted"),
                            ],
                            max_length=10,
                        ),
                    ),
                    ("channel", models.CharField(max_length=8)),
                    ("value", models.CharField(max_length=254)),
                    ("reason", models.CharField(blank=True, max_length=500)),
                    ("event", models.CharField(max_length=200)),
                    ("at", models.DateTimeField(default=django.utils.timezone.now)),
                    ("settled_at", models.DateTimeField(null=True)),
                    (
                        "delivery",
                        models.ForeignKey(
                            null=True,
                            on_delete=django.db.models.deletion.PROTECT,
                            related_name="bounces",
                            to="journal.delivery",
                        ),
                    ),
                ],
                options={
                    "ordering": ["-at", "-id"],
                    "indexes": [
                        models.Index(
                            models.F("channel"),
                            django.db.models.functions.text.Lower("value"),
                            models.OrderBy(models.F("at"), descending=True),
                            name="bounces_of_an_address",
                        )
                    ],
                    "constraints": [
                        models.UniqueConstraint(fields=("event",), name="a_bounce_is_told_once")
                    ],
                },
            ),
            migrations.AddIndex(
                model_name="attempt",
                index=django.contrib.postgres.indexes.BrinIndex(
                    fields=["at"], name="attempts_by_time", pages_per_range=16
                ),
            ),
        ]),
    ]
