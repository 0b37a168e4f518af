import datetime

from django.db import migrations, models
from django.db.models.lookups import IsNull


class Migration(migrations.Migration):
    dependencies = [("people", "0005_plans")]

    operations = [
        migrations.AddConstraint(
            model_name="school",
            constraint=models.CheckConstraint(
                condition=IsNull(
                    models.Func(
                        models.F("time_zone"),
                        models.Value(datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)),
                        function="timezone",
                        output_field=models.DateTimeField(),
                    ),
                    False,
                ),
                name="a_school_has_a_clock",
            ),
        )
    ]
