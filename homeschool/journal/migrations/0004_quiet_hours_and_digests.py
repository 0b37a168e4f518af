import django.db.models.deletion
from homeschool.migrating import Together
from django.db import migrations, models
from django.db.models import Q

STATES = [
    ("pending", "waiting"),
    ("leased", "on its way"),
    ("held", "kept for the evening letter"),
    ("merged", "in an evening letter"),
    ("sent", "sent"),
    ("uncertain", "perhaps sent"),
    ("failed", "failed"),
    ("cancelled", "cancelled"),
    ("expired", "too late"),
]
URGENCIES = [("urgent", "urgent"), ("direct", "at once"), ("routine", "in the evening letter")]


class Migration(migrations.Migration):
    dependencies = [("journal", "0003_cache"), ("people", "0002_sight")]

    operations = [
        Together([
            migrations.AddField(
                model_name="notice",
                name="urgency",
                field=models.CharField(
                    blank=True, choices=URGENCIES, db_default="", default="", max_length=8
                ),
            ),
            migrations.AddField(
                model_name="notice",
                name="urgent_because",
                field=models.CharField(blank=True, db_default="", default="", max_length=200),
            ),
            migrations.AddConstraint(
                model_name="notice",
                constraint=models.CheckConstraint(
                    condition=~Q(urgency="urgent") | ~Q(urgent_because=""),
                    name="what_is_urgent_says_why",
                ),
            ),
            migrations.AddField(
                model_name="delivery",
                name="not_before",
                field=models.DateTimeField(null=True),
            ),
            migrations.AddField(
                model_name="delivery",
                name="digest",
                field=models.ForeignKey(
                    blank=True,
                    db_index=False,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="items",
                    to="journal.delivery",
                ),
            ),
        ]),
        migrations.AlterField(
            model_name="delivery",
            name="state",
            field=models.CharField(choices=STATES, default="pending", max_length=10),
        ),
        Together([
            migrations.AddIndex(
                model_name="delivery",
                index=models.Index(
                    condition=Q(state="held"),
                    fields=["channel", "next_at"],
                    name="deliveries_for_the_evening",
                ),
            ),
            migrations.AddIndex(
                model_name="delivery",
                index=models.Index(
                    condition=Q(digest__isnull=False), fields=["digest"], name="deliveries_in_a_digest"
                ),
            ),
            migrations.AddConstraint(
                model_name="delivery",
                constraint=models.CheckConstraint(
                    condition=Q(state="merged", digest__isnull=False) | ~Q(state="merged"),
                    name="what_is_merged_has_its_letter",
                ),
            ),
        ]),
    ]
