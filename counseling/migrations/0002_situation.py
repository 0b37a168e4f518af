import datetime
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from homeschool.migrating import Together
import pgtrigger.compiler
import pgtrigger.migrations
import uuid
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('counseling', '0001_plans'),
        ('journal', '0005_reminders'),
        ('people', '0005_plans'),
    ]

    operations = [
        Together([
            migrations.CreateModel(
                name='Observation',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('kind', models.CharField(choices=[('mark', 'mark'), ('attendance', 'attendance'), ('behaviour', 'behaviour'), ('remark', 'remark')], max_length=10, verbose_name='kind')),
                    ('subject', models.CharField(blank=True, max_length=80, verbose_name='subject')),
                    ('value', models.DecimalField(blank=True, decimal_places=2, max_digits=9, null=True, validators=[django.core.validators.MinValueValidator(0)], verbose_name='points')),
                    ('out_of', models.DecimalField(blank=True, decimal_places=2, max_digits=9, null=True, validators=[django.core.validators.MinValueValidator(Decimal('0.01'))], verbose_name='out of')),
                    ('words', models.TextField(blank=True, max_length=1000, verbose_name='your sentence')),
                    ('on', models.DateField(verbose_name='day')),
                    ('at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('source', models.CharField(choices=[('entered', 'entered'), ('imported', 'imported')], default='entered', max_length=8)),
                    ('is_void', models.BooleanField(default=False)),
                    ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('school', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.school')),
                    ('student', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='observations', to='people.student')),
                    ('supersedes', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='superseded_by', to='counseling.observation')),
                ],
                options={
                    'ordering': ['-on', '-at', 'id'],
                },
            ),
            migrations.AddField(
                model_name='planneed',
                name='observation',
                field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='counseling.observation'),
            ),
            migrations.CreateModel(
                name='ObservationImport',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('state', models.CharField(choices=[('checking', 'being read'), ('checked', 'waits for your word'), ('writing', 'being brought in'), ('done', 'brought in'), ('stopped', 'stopped'), ('failed', 'failed'), ('undoing', 'being taken back'), ('undone', 'taken back')], default='checking', max_length=8)),
                    ('note', models.CharField(blank=True, max_length=500)),
                    ('about', models.CharField(blank=True, max_length=12)),
                    ('file_name', models.CharField(max_length=200)),
                    ('content', models.BinaryField(null=True)),
                    ('language', models.CharField(blank=True, max_length=10)),
                    ('skip_refused', models.BooleanField(default=False)),
                    ('asked_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('checked', models.BinaryField(null=True)),
                    ('refused', models.BinaryField(null=True)),
                    ('digest', models.CharField(blank=True, max_length=64)),
                    ('counts', models.JSONField(default=dict)),
                    ('undo', models.BinaryField(null=True)),
                    ('undone_at', models.DateTimeField(null=True)),
                    ('asked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('entry', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='journal.entry')),
                    ('job', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='journal.job')),
                    ('school', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.school')),
                    ('undone_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'ordering': ['-asked_at', 'id'],
                },
            ),
            migrations.AddIndex(
                model_name='observation',
                index=models.Index(fields=['student', '-on'], name='observations_of_a_child'),
            ),
            migrations.AddConstraint(
                model_name='observation',
                constraint=models.CheckConstraint(condition=models.Q(('value', None), ('value__gte', 0), _connector='OR'), name='an_observation_counts_from_nothing'),
            ),
            migrations.AddConstraint(
                model_name='observation',
                constraint=models.CheckConstraint(condition=models.Q(('out_of', None), models.Q(('out_of__gt', 0), ('value__lte', models.F('out_of'))), _connector='OR'), name='an_observation_lies_within_its_measure'),
            ),
            migrations.AddConstraint(
                model_name='observation',
                constraint=models.CheckConstraint(condition=models.Q(('is_void', True), models.Q(('kind', 'mark'), ('value__isnull', False), models.Q(('subject', ''), _negated=True)), models.Q(('kind', 'attendance'), ('out_of__isnull', False), ('value__isnull', False)), models.Q(('kind__in', ['behaviour', 'remark']), ('out_of', None), ('value', None), ('words__regex', '\\S')), _connector='OR'), name='an_observation_says_what_its_kind_says'),
            ),
            migrations.AddConstraint(
                model_name='observation',
                constraint=models.CheckConstraint(condition=models.Q(('is_void', False), ('supersedes__isnull', False), _connector='OR'), name='what_is_void_takes_something_back'),
            ),
            migrations.AddConstraint(
                model_name='observation',
                constraint=models.CheckConstraint(condition=models.Q(('on__gte', datetime.date(1900, 1, 1))), name='an_observation_has_a_likely_day'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='observation',
                trigger=pgtrigger.compiler.Trigger(name='an_observation_is_never_changed', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='6d4c4504fc774975bf035f596efdc31faef6d35f', operation='UPDATE OR DELETE', pgid='pgtrigger_an_observation_is_never_changed_7f04f', table='counseling_observation', when='BEFORE')),
            ),
            migrations.AddIndex(
                model_name='observationimport',
                index=models.Index(fields=['school', '-asked_at'], name='observation_sheets'),
            ),
            migrations.AddConstraint(
                model_name='observationimport',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'done'), _negated=True), ('entry__isnull', False), _connector='OR'), name='a_sheet_that_came_in_has_its_entry'),
            ),
        ]),
    ]
