from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0001_messages"),
    ]

    operations: list[migrations.operations.base.Operation] = []
