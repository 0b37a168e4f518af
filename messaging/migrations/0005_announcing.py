from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0004_translating"),
    ]

    operations: list[migrations.operations.base.Operation] = []
