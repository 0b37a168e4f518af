"""What families suggest to the school, and when somebody of the school usually answers."""

import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

from homeschool.migrating import Together


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0002_threads"),
    ]

    operations = [
        Together([
            migrations.CreateModel(
                name='Suggestion',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('area', models.CharField(choices=[('lessons', 'lessons and homework'), ('food', 'food'), ('way', 'the way to school'), ('buildings', 'buildings and things'), ('together', 'living and learning together'), ('other', 'something else')], max_length=10, verbose_name='what it is about')),
                    ('text', models.TextField(max_length=2000, verbose_name='what you suggest')),
                    ('language', models.CharField(blank=True, max_length=12)),
                    ('asked_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                    ('due_on', models.DateField(editable=False)),
                    ('outcome', models.CharField(blank=True, choices=[('taken_up', 'taken up'), ('not_now', 'not now'), ('already_so', 'already so')], max_length=10, verbose_name='what becomes of it')),
                    ('answer', models.TextField(blank=True, max_length=4000, verbose_name='answer')),
                    ('answered_at', models.DateTimeField(blank=True, editable=False, null=True)),
                    ('answered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('school', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.school')),
                    ('student', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.student')),
                ],
                options={
                    'ordering': ['due_on', 'id'],
                },
            ),
            migrations.CreateModel(
                name='FurtherWord',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('text', models.TextField(max_length=4000)),
                    ('at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                    ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('suggestion', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='further', to='messaging.suggestion')),
                ],
                options={
                    'ordering': ['at', 'id'],
                },
            ),
            migrations.CreateModel(
                name='OfficeHours',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('weekdays', django.contrib.postgres.fields.ArrayField(base_field=models.PositiveSmallIntegerField(choices=[(1, 'Monday'), (2, 'Tuesday'), (3, 'Wednesday'), (4, 'Thursday'), (5, 'Friday'), (6, 'Saturday'), (7, 'Sunday')]), size=None)),
                    ('begins', models.TimeField(verbose_name='from')),
                    ('ends', models.TimeField(verbose_name='until')),
                    ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('school', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.school')),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('school', 'person'), name='office_hours_stand_once', nulls_distinct=False), models.CheckConstraint(condition=models.Q(('ends__gt', models.F('begins'))), name='an_office_day_ends'), models.CheckConstraint(condition=models.Q(('weekdays__len__gt', 0)), name='office_hours_have_a_day')],
                },
            ),
            migrations.AddIndex(
                model_name='suggestion',
                index=models.Index(condition=models.Q(('answered_at', None)), fields=['school', 'due_on'], name='ideas_that_wait'),
            ),
            migrations.AddIndex(
                model_name='suggestion',
                index=models.Index(fields=['student', '-asked_at'], name='ideas_of_a_child'),
            ),
            migrations.AddConstraint(
                model_name='suggestion',
                constraint=models.CheckConstraint(condition=models.Q(('text__regex', '\\S')), name='an_idea_of_a_family_says_something'),
            ),
            migrations.AddConstraint(
                model_name='suggestion',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('answer', ''), ('answered_at', None), ('answered_by', None), ('outcome', '')), models.Q(('answer__regex', '\\S'), ('answered_at__isnull', False), ('answered_by__isnull', False), models.Q(('outcome', ''), _negated=True)), _connector='OR'), name='an_idea_is_answered_whole'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='suggestion',
                trigger=pgtrigger.compiler.Trigger(name='an_idea_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='8bd6c2c7f71b80b7db6ebe04147b854faee895fd', operation='DELETE', pgid='pgtrigger_an_idea_is_kept_18649', table='messaging_suggestion', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='suggestion',
                trigger=pgtrigger.compiler.Trigger(name='an_idea_says_what_it_said', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."area" IS DISTINCT FROM (NEW."area") OR OLD."asked_at" IS DISTINCT FROM (NEW."asked_at") OR OLD."due_on" IS DISTINCT FROM (NEW."due_on") OR OLD."language" IS DISTINCT FROM (NEW."language") OR OLD."school_id" IS DISTINCT FROM (NEW."school_id") OR OLD."student_id" IS DISTINCT FROM (NEW."student_id") OR OLD."text" IS DISTINCT FROM (NEW."text"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='fa0488917997dcde0df8ec4e083c739eedcea99f', operation='UPDATE', pgid='pgtrigger_an_idea_says_what_it_said_893a0', table='messaging_suggestion', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='suggestion',
                trigger=pgtrigger.compiler.Trigger(name='an_answer_to_an_idea_stands', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."answered_at" IS NOT NULL AND (OLD."answer" IS DISTINCT FROM (NEW."answer") OR OLD."outcome" IS DISTINCT FROM (NEW."outcome") OR OLD."answered_at" IS DISTINCT FROM (NEW."answered_at") OR OLD."answered_by_id" IS DISTINCT FROM (NEW."answered_by_id")))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='5625f186e956ba96e240b94aa9d7731e97636bec', operation='UPDATE', pgid='pgtrigger_an_answer_to_an_idea_stands_bc047', table='messaging_suggestion', when='BEFORE')),
            ),
            migrations.AddConstraint(
                model_name='furtherword',
                constraint=models.CheckConstraint(condition=models.Q(('text__regex', '\\S')), name='a_further_word_is_one'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='furtherword',
                trigger=pgtrigger.compiler.Trigger(name='a_further_word_stands', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='ede0cda497fc28042b22ee276edd81e3bfe2d5ba', operation='UPDATE OR DELETE', pgid='pgtrigger_a_further_word_stands_bf72f', table='messaging_furtherword', when='BEFORE')),
            ),
        ]),
    ]
