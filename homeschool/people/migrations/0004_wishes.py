from homeschool.migrating import Together
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("people", "0003_photos")]

    operations = [
        Together([
            migrations.AddField(
                model_name="address",
                name="pace",
                field=models.CharField(
                    choices=[
                        ("instant", "each letter by itself"),
                        ("digest", "ordinary news in one letter in the evening"),
                        ("off", "only what has to arrive"),
                    ],
                    db_default="digest",
                    default="digest",
                    max_length=8,
                ),
            ),
            migrations.AddField(
                model_name="user",
                name="quiet_from",
                field=models.TimeField(blank=True, null=True, verbose_name="quiet from"),
            ),
            migrations.AddField(
                model_name="user",
                name="quiet_until",
                field=models.TimeField(blank=True, null=True, verbose_name="quiet until"),
            ),
            migrations.AddConstraint(
                model_name="user",
                constraint=models.CheckConstraint(
                    condition=Q(quiet_from=None, quiet_until=None)
                    | Q(quiet_from__isnull=False, quiet_until__isnull=False),
                    name="quiet_hours_have_both_ends",
                ),
            ),
        ]),
    ]
