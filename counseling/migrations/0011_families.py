"""What families see and say of the time after lessons."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("counseling", "0010_volunteers")]

    operations: list = []
