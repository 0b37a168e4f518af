"""Messages can be granted, and read by a token; and who asks Sight for one role reads no other's rows.

The roles of members are told as text, as those of families are: where one branch of the view had to be
cast as a whole, PostgreSQL read all members of staff and then threw them away.
"""

from importlib import import_module


import django.contrib.postgres.fields
from django.db import migrations, models

from homeschool.migrating import Together

sight = import_module("homeschool.people.migrations.0002_sight")
SIGHT = sight.SIGHT.replace("CREATE VIEW", "CREATE OR REPLACE VIEW")
AS_TEXT = SIGHT.replace("m.role,", "m.role::text,")


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0006_clocks'),
    ]

    operations = [
        Together([migrations.SeparateDatabaseAndState(state_operations=[
        migrations.AlterField(
            model_name='grant',
            name='item',
            field=models.CharField(choices=[('basics', 'name, class and teachers'), ('visits', 'visits and promises'), ('plans', 'counselling plans'), ('sessions', 'after-school sessions'), ('messages', 'messages')], max_length=10),
        ),
        migrations.AlterField(
            model_name='grantevent',
            name='item',
            field=models.CharField(choices=[('basics', 'name, class and teachers'), ('visits', 'visits and promises'), ('plans', 'counselling plans'), ('sessions', 'after-school sessions'), ('messages', 'messages')], max_length=10),
        ),
        migrations.AlterField(
            model_name='token',
            name='scopes',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('roster:read', 'Children, guardians, classes and terms'), ('visits:read', 'Visits'), ('promises:read', 'Promises'), ('plans:read', 'Plans'), ('sessions:read', 'Programmes and sessions after school'), ('attendance:read', 'Who was at sessions'), ('messages:read', 'Messages between home and school'), ('announcements:read', 'Announcements of the school')], max_length=20), size=None, verbose_name='what it may read'),
        ),
        ])]),
        migrations.RunSQL(AS_TEXT, SIGHT),
    ]
