from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("counseling", "0004_habits")]

    operations = []
