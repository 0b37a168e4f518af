from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("people", "0006_new_year")]

    operations = []
