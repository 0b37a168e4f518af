from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0006_proof"),
    ]

    operations: list[migrations.operations.base.Operation] = []
