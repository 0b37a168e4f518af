from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("visits", "0006_offers")]

    operations = []
