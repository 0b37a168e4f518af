from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0007_news"),
    ]

    operations: list[migrations.operations.base.Operation] = []
