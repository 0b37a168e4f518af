from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0003_suggestions"),
    ]

    operations: list[migrations.operations.base.Operation] = []
