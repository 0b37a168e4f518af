"""Whether a leader says yes before a plan begins."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0004_wishes")]

    operations = [
        migrations.AddField(
            model_name="school",
            name="plans_need_approval",
            field=models.BooleanField(
                db_default=False,
                default=False,
                verbose_name="a leader says yes before a plan begins",
            ),
        ),
    ]
