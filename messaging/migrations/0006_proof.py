from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0005_announcing"),
    ]

    operations: list[migrations.operations.base.Operation] = []
