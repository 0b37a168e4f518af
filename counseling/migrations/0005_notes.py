import datetime
import django.db.models.deletion
import django.db.models.expressions
import django.utils.timezone
import homeschool.fields
from homeschool.migrating import Together
import pgtrigger.compiler
import pgtrigger.migrations
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("counseling", "0004_habits")]

    operations = [
        Together([
            migrations.CreateModel(
                name='Note',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('kind', models.CharField(choices=[('soap', 'SOAP note'), ('dap', 'DAP note'), ('free', 'Free note')], max_length=4)),
                    ('subjective', homeschool.fields.EncryptedTextField(blank=True, max_length=10000, verbose_name='What the child said')),
                    ('objective', homeschool.fields.EncryptedTextField(blank=True, max_length=10000, verbose_name='What I saw')),
                    ('data', homeschool.fields.EncryptedTextField(blank=True, max_length=10000, verbose_name='What was said and seen')),
                    ('assessment', homeschool.fields.EncryptedTextField(blank=True, max_length=10000, verbose_name='What I make of it')),
                    ('steps', homeschool.fields.EncryptedTextField(blank=True, max_length=10000, verbose_name='What comes next')),
                    ('text', homeschool.fields.EncryptedTextField(blank=True, max_length=10000, verbose_name='Note')),
                    ('written_on', models.DateField(verbose_name='Day of the talk')),
                    ('made_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                    ('saved_at', models.DateTimeField(editable=False, null=True)),
                    ('signed_at', models.DateTimeField(editable=False, null=True)),
                    ('edits', models.PositiveIntegerField(default=0, editable=False)),
                    ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('plan', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='counseling.plan')),
                    ('school', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.school')),
                    ('student', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.student')),
                    ('supervisor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'ordering': ['-written_on', '-made_at', 'id'],
                },
            ),
            migrations.CreateModel(
                name='NoteAddendum',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('text', homeschool.fields.EncryptedTextField(max_length=10000, verbose_name='What is to be added')),
                    ('at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('note', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='counseling.note')),
                ],
            ),
            migrations.CreateModel(
                name='NoteHanding',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('note', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='counseling.note')),
                    ('taker', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
            ),
            migrations.CreateModel(
                name='Glass',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('reason', homeschool.fields.EncryptedTextField(max_length=1000, verbose_name='Why do you have to read them now?')),
                    ('at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('until', models.DateTimeField()),
                    ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('school', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.school')),
                    ('student', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.student')),
                ],
                options={
                    'ordering': ['-at', 'id'],
                    'indexes': [models.Index(fields=['school', '-at'], name='glasses_by_day')],
                    'constraints': [models.CheckConstraint(condition=models.Q(('until__lte', django.db.models.expressions.CombinedExpression(models.F('at'), '+', models.Value(datetime.timedelta(seconds=14400))))), name='a_glass_is_broken_for_four_hours')],
                },
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='glass',
                trigger=pgtrigger.compiler.Trigger(name='a_broken_glass_is_never_changed', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='c1426cb7afe8b1f146c9ad90284886d00fd73f91', operation='UPDATE OR DELETE', pgid='pgtrigger_a_broken_glass_is_never_changed_91b17', table='counseling_glass', when='BEFORE')),
            ),
            migrations.AddIndex(
                model_name='note',
                index=models.Index(fields=['student', '-written_on'], name='notes_of_a_child'),
            ),
            migrations.AddConstraint(
                model_name='note',
                constraint=models.CheckConstraint(condition=models.Q(('supervisor', models.F('author')), _negated=True), name='nobody_supervises_the_own_note'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='note',
                trigger=pgtrigger.compiler.Trigger(name='a_signed_note_is_never_changed', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."signed_at" IS NOT NULL)', func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='c9051b69c82f3061abbffe6215509c53fda6522d', operation='UPDATE OR DELETE', pgid='pgtrigger_a_signed_note_is_never_changed_fecb1', table='counseling_note', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='noteaddendum',
                trigger=pgtrigger.compiler.Trigger(name='an_addendum_of_a_note_is_never_changed', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='def369812ac1233e4fb11814a5113f305dd081a9', operation='UPDATE OR DELETE', pgid='pgtrigger_an_addendum_of_a_note_is_never_changed_7277d', table='counseling_noteaddendum', when='BEFORE')),
            ),
            migrations.AddConstraint(
                model_name='notehanding',
                constraint=models.UniqueConstraint(fields=('note', 'taker'), name='a_note_is_handed_once'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='notehanding',
                trigger=pgtrigger.compiler.Trigger(name='who_was_handed_a_note_stays_written', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='1502a9201ef36dc489516a2194a74800b549c518', operation='UPDATE OR DELETE', pgid='pgtrigger_who_was_handed_a_note_stays_written_8471f', table='counseling_notehanding', when='BEFORE')),
            ),
        ]),
    ]
