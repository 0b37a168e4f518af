"""Sessions."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("counseling", "0008_seats")]

    operations: list = []
