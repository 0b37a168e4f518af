"""Whether a school keeps photos of visits: off until somebody switches it on."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0002_sight")]

    operations = [
        migrations.AddField(
            model_name="school",
            name="photos",
            field=models.BooleanField(
                db_default=False, default=False, verbose_name="photos of visits may be kept"
            ),
        ),
    ]
