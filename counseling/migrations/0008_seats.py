"""Seats."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("counseling", "0007_programmes")]

    operations: list = []
