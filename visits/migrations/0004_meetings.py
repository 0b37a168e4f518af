from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("visits", "0003_long_names")]

    operations = []
