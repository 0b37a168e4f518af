"""How sessions feed plans."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("counseling", "0011_families")]

    operations: list = []
