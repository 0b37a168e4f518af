import django.db.models.deletion
import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations
import uuid

from django.conf import settings
from django.db import migrations, models

from homeschool.migrating import Together


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0004_translating"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations: list[migrations.operations.base.Operation] = [
        Together([
            migrations.CreateModel(
                name='Template',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('name', models.CharField(max_length=120, verbose_name='name')),
                    ('level', models.CharField(choices=[('read', 'is read'), ('tap', 'is answered with “I have read it”'), ('sign', 'is signed with the name')], default='read', max_length=4, verbose_name='what is asked')),
                    ('words', models.JSONField(default=list)),
                    ('ended_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ],
                options={
                    'ordering': ['name', 'id'],
                },
            ),
            migrations.CreateModel(
                name='Told',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ],
            ),
            pgtrigger.migrations.RemoveTrigger(
                model_name='announcement',
                name='insert_insert',
            ),
            pgtrigger.migrations.RemoveTrigger(
                model_name='announcement',
                name='update_update',
            ),
            migrations.AddField(
                model_name='announcement',
                name='called',
                field=models.CharField(blank=True, db_default='', default='', max_length=255),
            ),
            migrations.AddField(
                model_name='announcementevent',
                name='called',
                field=models.CharField(blank=True, db_default='', default='', max_length=255),
            ),
            migrations.AddField(
                model_name='announcement',
                name='stopped',
                field=models.CharField(blank=True, choices=[('nobody', 'nobody stood behind it any more'), ('no_words', 'it had no words'), ('behind', 'the words in one language were older than the first ones')], db_default='', default='', editable=False, max_length=8),
            ),
            migrations.AddField(
                model_name='announcement',
                name='version',
                field=models.PositiveIntegerField(db_default=0, default=0, editable=False),
            ),
            migrations.AddField(
                model_name='announcementevent',
                name='stopped',
                field=models.CharField(blank=True, choices=[('nobody', 'nobody stood behind it any more'), ('no_words', 'it had no words'), ('behind', 'the words in one language were older than the first ones')], db_default='', default='', editable=False, max_length=8),
            ),
            migrations.AddField(
                model_name='announcementevent',
                name='version',
                field=models.PositiveIntegerField(db_default=0, default=0, editable=False),
            ),
            migrations.AddField(
                model_name='signature',
                name='way',
                field=models.CharField(choices=[('portal', 'signed in'), ('letter', 'by the link of the own letter')], db_default='portal', default='portal', editable=False, max_length=6),
            ),
            migrations.AddField(
                model_name='wording',
                name='of_digest',
                field=models.CharField(blank=True, db_default='', default='', max_length=64),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='announcement',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "messaging_announcementevent" ("answer_by", "audience", "called", "chased_at", "id", "key", "level", "made_at", "made_by_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "school_id", "sends_at", "sent_at", "state", "stopped", "version") SELECT new_values."answer_by", new_values."audience", new_values."called", new_values."chased_at", new_values."id", new_values."key", new_values."level", new_values."made_at", new_values."made_by_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."school_id", new_values."sends_at", new_values."sent_at", new_values."state", new_values."stopped", new_values."version" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='47dcb76d68bc847e069b6b4bb86e3e74d764d093', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_eaa72', referencing='REFERENCING NEW TABLE AS new_values ', table='messaging_announcement', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='announcement',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "messaging_announcementevent" ("answer_by", "audience", "called", "chased_at", "id", "key", "level", "made_at", "made_by_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "school_id", "sends_at", "sent_at", "state", "stopped", "version") SELECT new_values."answer_by", new_values."audience", new_values."called", new_values."chased_at", new_values."id", new_values."key", new_values."level", new_values."made_at", new_values."made_by_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."school_id", new_values."sends_at", new_values."sent_at", new_values."state", new_values."stopped", new_values."version" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='f21b650be30acc9b685aea85edf34019f43ef4d4', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_0f3fd', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='messaging_announcement', when='AFTER')),
            ),
            migrations.AddField(
                model_name='template',
                name='made_by',
                field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
            ),
            migrations.AddField(
                model_name='template',
                name='school',
                field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.school'),
            ),
            migrations.AddField(
                model_name='told',
                name='announcement',
                field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='told', to='messaging.announcement'),
            ),
            migrations.AddField(
                model_name='told',
                name='student',
                field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.student'),
            ),
            migrations.AddConstraint(
                model_name='template',
                constraint=models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='a_template_has_a_name'),
            ),
            migrations.AddConstraint(
                model_name='told',
                constraint=models.UniqueConstraint(fields=('announcement', 'student'), name='an_announcement_names_a_child_once'),
            ),
        ]),
    ]
