from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0002_threads"),
    ]

    operations: list[migrations.operations.base.Operation] = []
