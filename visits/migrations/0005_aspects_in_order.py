"""The aspects of a school's visits stand in its own order, and are retired without being lost."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("visits", "0004_meetings")]

    operations = [
        migrations.AlterModelOptions(
            name="aspect", options={"ordering": ["school", "place", "code"]}
        ),
        migrations.AddField(
            model_name="aspect",
            name="place",
            field=models.PositiveSmallIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.AddField(
            model_name="aspect",
            name="retired_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
    ]
