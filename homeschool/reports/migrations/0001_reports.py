import django.db.models.deletion
import django.utils.timezone
import homeschool.reports.models
import uuid
from homeschool.migrating import Together
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('reports', '0001_reports_and_their_files')]

    initial = True

    dependencies = [
        ('journal', '0002_telling'),
        ('people', '0001_people'),
    ]

    operations = [
        migrations.CreateModel(
            name='ReportRun',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('audience', models.CharField(choices=[('staff', 'Staff'), ('public', 'Everybody')], max_length=6)),
                ('filters', models.JSONField(default=dict)),
                ('scope', models.CharField(max_length=64)),
                ('language', models.CharField(max_length=12)),
                ('asked_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('snapshot', models.JSONField(null=True)),
                ('hash', models.CharField(blank=True, max_length=64)),
                ('frozen_at', models.DateTimeField(null=True)),
                ('expires_at', models.DateTimeField(default=homeschool.reports.models.a_week_from_now)),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('job', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='journal.job')),
                ('school', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.school')),
                ('term', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.term')),
            ],
            options={
                'ordering': ['-asked_at', 'id'],
                'indexes': [models.Index(fields=['school', '-asked_at'], name='reports_of_a_school')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('frozen_at', None), ('hash', ''), ('snapshot', None)), models.Q(('frozen_at__isnull', False), ('snapshot__isnull', False), models.Q(('hash', ''), _negated=True)), _connector='OR'), name='a_frozen_report_has_its_hash')],
            },
        ),
        migrations.CreateModel(
            name='ReportFile',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('ending', models.CharField(choices=[('csv', 'CSV'), ('xlsx', 'XLSX')], max_length=4)),
                ('name', models.CharField(max_length=200)),
                ('content', models.BinaryField()),
                ('size', models.PositiveIntegerField()),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='files', to='reports.reportrun')),
            ],
            options={
                'ordering': ['-ending'],
                'constraints': [models.UniqueConstraint(fields=('run', 'ending'), name='a_report_has_a_file_once')],
            },
        ),
    ]
