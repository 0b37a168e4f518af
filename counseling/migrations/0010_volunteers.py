"""Volunteers."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("counseling", "0009_sessions")]

    operations: list = []
