"""Sessions."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("counseling", "0008_seats")]

    operations = [
        migrations.AddIndex(
            model_name="session",
            index=models.Index(fields=["begins"], name="sessions_of_a_week"),
        ),
    ]
