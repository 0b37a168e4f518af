import django.db.models.deletion
import django.utils.timezone
from homeschool.migrating import Together
import pgtrigger.compiler
import pgtrigger.migrations
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('journal', '0002_initial'), ('journal', '0004_telling'), ('journal', '0005_lost_leases'), ('journal', '0006_long_names')]

    initial = True

    dependencies = [
        ('journal', '0001_entries_and_jobs'),
        ('people', '0001_people'),
    ]

    operations = [
        Together([
            migrations.CreateModel(
                name='Heartbeat',
                fields=[
                    ('name', models.CharField(max_length=40, primary_key=True, serialize=False)),
                    ('at', models.DateTimeField()),
                ],
            ),
            migrations.CreateModel(
                name='JobRun',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('job', models.CharField(max_length=60)),
                    ('period_start', models.DateTimeField()),
                    ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('job', 'period_start'), name='a_period_runs_once')],
                },
            ),
            migrations.CreateModel(
                name='Notice',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('kind', models.CharField(max_length=40)),
                    ('about_type', models.CharField(max_length=60)),
                    ('about_id', models.CharField(max_length=60)),
                    ('dedupe_key', models.CharField(max_length=120)),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('next_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('expanded_at', models.DateTimeField(null=True)),
                    ('cancelled_at', models.DateTimeField(null=True)),
                    ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('school', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.school')),
                    ('student', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.student')),
                ],
                options={
                    'indexes': [models.Index(condition=models.Q(('expanded_at', None)), fields=['next_at'], name='notices_to_expand'), models.Index(fields=['about_type', 'about_id'], name='notices_about_a_row')],
                    'constraints': [models.UniqueConstraint(fields=('school', 'kind', 'dedupe_key'), name='a_fact_is_told_once')],
                },
            ),
            migrations.CreateModel(
                name='Receipt',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('why', models.CharField(max_length=14)),
                    ('language', models.CharField(max_length=12)),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('read_at', models.DateTimeField(null=True)),
                    ('acknowledged_at', models.DateTimeField(null=True)),
                    ('signed', models.CharField(blank=True, max_length=255)),
                    ('notice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='receipts', to='journal.notice')),
                    ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='receipts', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'indexes': [models.Index(condition=models.Q(('read_at', None)), fields=['person', '-created_at'], name='receipts_unread')],
                    'constraints': [models.UniqueConstraint(fields=('notice', 'person'), name='a_person_is_told_once'), models.CheckConstraint(condition=models.Q(('acknowledged_at', None), ('read_at__isnull', False), _connector='OR'), name='who_acknowledges_has_read')],
                },
            ),
            migrations.CreateModel(
                name='Delivery',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('channel', models.CharField(choices=[('in_app', 'in the portal'), ('email', 'e-mail')], max_length=8)),
                    ('address', models.CharField(blank=True, max_length=254)),
                    ('state', models.CharField(choices=[('pending', 'waiting'), ('leased', 'on its way'), ('sent', 'sent'), ('uncertain', 'perhaps sent'), ('failed', 'failed'), ('cancelled', 'cancelled'), ('expired', 'too late')], default='pending', max_length=10)),
                    ('attempts', models.PositiveSmallIntegerField(default=0)),
                    ('losses', models.PositiveSmallIntegerField(default=0)),
                    ('next_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('lease_until', models.DateTimeField(null=True)),
                    ('lease_by', models.CharField(blank=True, max_length=80)),
                    ('started_at', models.DateTimeField(null=True)),
                    ('key', models.UUIDField(default=uuid.uuid4, unique=True)),
                    ('provider_id', models.CharField(blank=True, max_length=200)),
                    ('error', models.CharField(blank=True, max_length=500)),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('sent_at', models.DateTimeField(null=True)),
                    ('expires_at', models.DateTimeField()),
                    ('receipt', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='journal.receipt')),
                ],
                options={
                    'verbose_name_plural': 'deliveries',
                    'indexes': [models.Index(condition=models.Q(('state__in', ['pending', 'leased'])), fields=['channel', 'next_at'], name='deliveries_that_wait'), models.Index(condition=models.Q(('state__in', ['failed', 'uncertain'])), fields=['-created_at'], name='deliveries_given_up')],
                    'constraints': [models.UniqueConstraint(fields=('receipt', 'channel'), name='a_receipt_goes_once_by_a_channel'), models.CheckConstraint(condition=models.Q(models.Q(('lease_until__isnull', False), ('state', 'leased')), models.Q(('state', 'leased'), _negated=True), _connector='OR'), name='a_lease_has_an_end'), models.CheckConstraint(condition=models.Q(models.Q(('sent_at__isnull', False), ('state', 'sent')), models.Q(('state', 'sent'), _negated=True), _connector='OR'), name='what_is_sent_has_a_time')],
                },
            ),
            migrations.CreateModel(
                name='Submission',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('key', models.UUIDField()),
                    ('answer', models.CharField(max_length=500)),
                    ('at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('user', 'key'), name='a_form_is_accepted_once')],
                },
            ),
            migrations.CreateModel(
                name='Attempt',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('n', models.PositiveSmallIntegerField()),
                    ('at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('worker', models.CharField(max_length=80)),
                    ('outcome', models.CharField(choices=[('sent', 'sent'), ('later', 'try again later'), ('refused', 'refused for good'), ('uncertain', 'perhaps sent'), ('dropped', 'not sent any more')], max_length=10)),
                    ('reply', models.CharField(blank=True, max_length=500)),
                    ('delivery', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tries', to='journal.delivery')),
                ],
                options={
                    'ordering': ['-at', '-id'],
                },
            ),
            migrations.AddField(
                model_name='entry',
                name='actor',
                field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
            ),
            migrations.AddField(
                model_name='entry',
                name='school',
                field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.school'),
            ),
            migrations.AddField(
                model_name='entry',
                name='student',
                field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.student'),
            ),
            migrations.AddField(
                model_name='job',
                name='asked_by',
                field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='attempt',
                trigger=pgtrigger.compiler.Trigger(name='an_attempt_is_never_changed', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='524f37d798ee43f4a7f8111aed4da7b980e01196', operation='UPDATE OR DELETE', pgid='pgtrigger_an_attempt_is_never_changed_d8704', table='journal_attempt', when='BEFORE')),
            ),
            migrations.AddIndex(
                model_name='entry',
                index=models.Index(fields=['student', '-at'], name='entries_of_a_child'),
            ),
            migrations.AddIndex(
                model_name='entry',
                index=models.Index(fields=['about_type', 'about_id', '-at'], name='entries_about_a_row'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='entry',
                trigger=pgtrigger.compiler.Trigger(name='an_entry_is_never_changed', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='090d225aecbc9de39b502868df57bc012bf20c8f', operation='UPDATE OR DELETE', pgid='pgtrigger_an_entry_is_never_changed_e2792', table='journal_entry', when='BEFORE')),
            ),
            migrations.AddIndex(
                model_name='job',
                index=models.Index(condition=models.Q(('state__in', ['pending', 'leased'])), fields=['next_at'], name='jobs_that_wait'),
            ),
            migrations.AddConstraint(
                model_name='job',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('lease_until__isnull', False), ('state', 'leased')), models.Q(('state', 'leased'), _negated=True), _connector='OR'), name='a_job_at_work_has_a_lease'),
            ),
        ]),
    ]
