"""Meetings of parents with guests, answers and minutes; conference days with times that are booked."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0008_long_names'),
        ('pghistory', '0007_auto_20250421_0444'),
        ('visits', '0003_long_names'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Booking',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('span', django.contrib.postgres.fields.ranges.DateTimeRangeField()),
                ('live', models.BooleanField(default=True)),
                ('sequence', models.PositiveIntegerField(default=0)),
                ('booked_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('ended_at', models.DateTimeField(null=True)),
            ],
            options={
                'ordering': ['span', 'id'],
            },
        ),
        migrations.CreateModel(
            name='BookingEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, serialize=False)),
                ('span', django.contrib.postgres.fields.ranges.DateTimeRangeField()),
                ('live', models.BooleanField(default=True)),
                ('sequence', models.PositiveIntegerField(default=0)),
                ('booked_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('ended_at', models.DateTimeField(null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ConferenceDay',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('on', models.DateField(verbose_name='first day')),
                ('until', models.DateField(verbose_name='last day')),
                ('begins', models.TimeField(verbose_name='begins at')),
                ('ends', models.TimeField(verbose_name='ends at')),
                ('breaks', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=11), blank=True, default=list, size=None)),
                ('minutes', models.PositiveSmallIntegerField(default=15, validators=[django.core.validators.MinValueValidator(5), django.core.validators.MaxValueValidator(120)], verbose_name='minutes for each family')),
                ('place', models.CharField(blank=True, max_length=200, verbose_name='place')),
                ('opens_at', models.DateTimeField(verbose_name='booking opens')),
                ('closes_at', models.DateTimeField(verbose_name='booking closes')),
                ('invited_at', models.DateTimeField(editable=False, null=True)),
                ('called_off_at', models.DateTimeField(editable=False, null=True)),
            ],
            options={
                'ordering': ['-on', 'id'],
            },
        ),
        migrations.CreateModel(
            name='MeetingHome',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('answer', models.CharField(blank=True, choices=[('yes', 'comes'), ('no', 'cannot come')], max_length=4)),
                ('people', models.PositiveSmallIntegerField(default=0)),
                ('answered_at', models.DateTimeField(null=True)),
                ('presence', models.CharField(blank=True, choices=[('came', 'came'), ('absent', 'did not come'), ('later', 'later, by phone')], max_length=6)),
                ('marked_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='MeetingHomeEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, serialize=False)),
                ('answer', models.CharField(blank=True, choices=[('yes', 'comes'), ('no', 'cannot come')], max_length=4)),
                ('people', models.PositiveSmallIntegerField(default=0)),
                ('answered_at', models.DateTimeField(null=True)),
                ('presence', models.CharField(blank=True, choices=[('came', 'came'), ('absent', 'did not come'), ('later', 'later, by phone')], max_length=6)),
                ('marked_at', models.DateTimeField(null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Slot',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('room', models.CharField(blank=True, max_length=60, verbose_name='room')),
                ('starts_at', models.DateTimeField()),
                ('span', django.contrib.postgres.fields.ranges.DateTimeRangeField()),
                ('blocked', models.BooleanField(default=False)),
                ('live', models.BooleanField(default=True)),
            ],
            options={
                'ordering': ['starts_at', 'host', 'id'],
            },
        ),
        migrations.AddField(
            model_name='meeting',
            name='agenda',
            field=models.TextField(blank=True, db_default='', default='', max_length=4000, verbose_name='what we will talk about'),
        ),
        migrations.AddField(
            model_name='meeting',
            name='called_off_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='meeting',
            name='duration',
            field=models.PositiveSmallIntegerField(db_default=60, default=60, validators=[django.core.validators.MinValueValidator(5), django.core.validators.MaxValueValidator(600)], verbose_name='how many minutes'),
        ),
        migrations.AddField(
            model_name='meeting',
            name='invited_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='meeting',
            name='materials',
            field=models.TextField(blank=True, db_default='', default='', max_length=4000, verbose_name='to read before'),
        ),
        migrations.AddField(
            model_name='meeting',
            name='minutes',
            field=models.TextField(blank=True, db_default='', default='', max_length=8000, verbose_name='what we talked about'),
        ),
        migrations.AddField(
            model_name='meeting',
            name='minutes_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='meeting',
            name='minutes_by',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='meeting',
            name='minutes_in',
            field=models.CharField(blank=True, choices=[('en', 'English'), ('zh-hans', '中文'), ('es', 'Español')], db_default='', default='', max_length=12),
        ),
        migrations.AddField(
            model_name='meeting',
            name='online_link',
            field=models.URLField(blank=True, db_default='', default='', max_length=500, verbose_name='link for those who come online'),
        ),
        migrations.AddField(
            model_name='meeting',
            name='place',
            field=models.CharField(blank=True, db_default='', default='', max_length=200, verbose_name='place'),
        ),
        migrations.AddField(
            model_name='meeting',
            name='sequence',
            field=models.PositiveIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.AddField(
            model_name='meeting',
            name='start',
            field=models.TimeField(blank=True, null=True, verbose_name='begins at'),
        ),
        migrations.AddIndex(
            model_name='meeting',
            index=models.Index(fields=['school', 'on'], name='meetings_of_a_school'),
        ),
        migrations.AddConstraint(
            model_name='meeting',
            constraint=models.CheckConstraint(condition=models.Q(('invited_at', None), ('start__isnull', False), _connector='OR'), name='a_meeting_with_guests_has_a_time'),
        ),
        migrations.AddConstraint(
            model_name='meeting',
            constraint=models.CheckConstraint(condition=models.Q(('called_off_at', None), ('held', False), _connector='OR'), name='a_meeting_called_off_was_not_held'),
        ),
        migrations.AddConstraint(
            model_name='meeting',
            constraint=models.CheckConstraint(condition=models.Q(('minutes_at', None), models.Q(('minutes_by__isnull', False), models.Q(('minutes', ''), _negated=True)), _connector='OR'), name='published_minutes_have_words_and_author'),
        ),
        migrations.AddField(
            model_name='booking',
            name='booked_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='booking',
            name='ended_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='booking',
            name='host',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='booking',
            name='household',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.household'),
        ),
        migrations.AddField(
            model_name='booking',
            name='person',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='booking',
            name='student',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='bookings', to='people.student'),
        ),
        migrations.AddField(
            model_name='bookingevent',
            name='booked_by',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='bookingevent',
            name='ended_by',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='bookingevent',
            name='host',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='bookingevent',
            name='household',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='people.household'),
        ),
        migrations.AddField(
            model_name='bookingevent',
            name='person',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='bookingevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='bookingevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='visits.booking'),
        ),
        migrations.AddField(
            model_name='bookingevent',
            name='student',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='people.student'),
        ),
        migrations.AddField(
            model_name='conferenceday',
            name='classes',
            field=models.ManyToManyField(related_name='conference_days', to='people.schoolclass', verbose_name='classes'),
        ),
        migrations.AddField(
            model_name='conferenceday',
            name='made_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='conferenceday',
            name='school',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='conference_days', to='people.school'),
        ),
        migrations.AddField(
            model_name='bookingevent',
            name='conference',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='visits.conferenceday'),
        ),
        migrations.AddField(
            model_name='booking',
            name='conference',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='bookings', to='visits.conferenceday'),
        ),
        migrations.AddField(
            model_name='meetinghome',
            name='answered_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='meetinghome',
            name='household',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.household'),
        ),
        migrations.AddField(
            model_name='meetinghome',
            name='marked_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='meetinghome',
            name='meeting',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='homes', to='visits.meeting'),
        ),
        migrations.AddField(
            model_name='meetinghome',
            name='person',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='meetinghomeevent',
            name='answered_by',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='meetinghomeevent',
            name='household',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='people.household'),
        ),
        migrations.AddField(
            model_name='meetinghomeevent',
            name='marked_by',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='meetinghomeevent',
            name='meeting',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='visits.meeting'),
        ),
        migrations.AddField(
            model_name='meetinghomeevent',
            name='person',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='meetinghomeevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='meetinghomeevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='visits.meetinghome'),
        ),
        migrations.AddField(
            model_name='slot',
            name='conference',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='slots', to='visits.conferenceday'),
        ),
        migrations.AddField(
            model_name='slot',
            name='host',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='bookingevent',
            name='slot',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='visits.slot'),
        ),
        migrations.AddField(
            model_name='booking',
            name='slot',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='bookings', to='visits.slot'),
        ),
        migrations.AddConstraint(
            model_name='conferenceday',
            constraint=models.CheckConstraint(condition=models.Q(('until__gte', models.F('on'))), name='a_conference_ends_after_it_begins'),
        ),
        migrations.AddConstraint(
            model_name='conferenceday',
            constraint=models.CheckConstraint(condition=models.Q(('ends__gt', models.F('begins'))), name='a_conference_closes_after_it_opens'),
        ),
        migrations.AddConstraint(
            model_name='conferenceday',
            constraint=models.CheckConstraint(condition=models.Q(('closes_at__gt', models.F('opens_at'))), name='booking_closes_after_it_opens'),
        ),
        migrations.AddConstraint(
            model_name='meetinghome',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('household', None), ('person__isnull', False)), models.Q(('household__isnull', False), ('person', None)), _connector='OR'), name='a_guest_is_a_household_or_a_person'),
        ),
        migrations.AddConstraint(
            model_name='meetinghome',
            constraint=models.UniqueConstraint(fields=('meeting', 'household', 'person'), name='a_home_stands_once_in_a_meeting', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='meetinghome',
            constraint=models.CheckConstraint(condition=models.Q(('answer', ''), models.Q(('answered_at__isnull', False), ('answered_by__isnull', False)), _connector='OR'), name='an_answer_says_when_and_by_whom'),
        ),
        migrations.AddConstraint(
            model_name='meetinghome',
            constraint=models.CheckConstraint(condition=models.Q(('presence', ''), models.Q(('marked_at__isnull', False), ('marked_by__isnull', False)), _connector='OR'), name='a_presence_says_when_and_by_whom'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='meetinghome',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "visits_meetinghomeevent" ("answer", "answered_at", "answered_by_id", "household_id", "id", "marked_at", "marked_by_id", "meeting_id", "people", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "presence") SELECT new_values."answer", new_values."answered_at", new_values."answered_by_id", new_values."household_id", new_values."id", new_values."marked_at", new_values."marked_by_id", new_values."meeting_id", new_values."people", new_values."person_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."presence" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='e1ad2176f6f26c143d6880bf0e378e9ecfc6793f', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_acd0e', referencing='REFERENCING NEW TABLE AS new_values ', table='visits_meetinghome', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='meetinghome',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "visits_meetinghomeevent" ("answer", "answered_at", "answered_by_id", "household_id", "id", "marked_at", "marked_by_id", "meeting_id", "people", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "presence") SELECT new_values."answer", new_values."answered_at", new_values."answered_by_id", new_values."household_id", new_values."id", new_values."marked_at", new_values."marked_by_id", new_values."meeting_id", new_values."people", new_values."person_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."presence" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='bdb21af5141affa88cd9ec2a2900b74a4cd66ce6', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_c70ec', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='visits_meetinghome', when='AFTER')),
        ),
        migrations.AddIndex(
            model_name='slot',
            index=models.Index(fields=['conference', 'starts_at'], name='slots_of_a_conference'),
        ),
        migrations.AddConstraint(
            model_name='slot',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('live', True)), expressions=[('host', '='), ('span', '&&')], name='nobody_holds_two_tables_at_once'),
        ),
        migrations.AddConstraint(
            model_name='booking',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('household', None), ('person__isnull', False)), models.Q(('household__isnull', False), ('person', None)), _connector='OR'), name='a_booking_is_of_a_household_or_a_person'),
        ),
        migrations.AddConstraint(
            model_name='booking',
            constraint=models.UniqueConstraint(condition=models.Q(('live', True)), fields=('slot',), name='a_slot_is_taken_once'),
        ),
        migrations.AddConstraint(
            model_name='booking',
            constraint=models.UniqueConstraint(condition=models.Q(('live', True)), fields=('conference', 'host', 'student', 'household', 'person'), name='a_home_has_one_time_with_a_teacher', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='booking',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('live', True)), expressions=[('host', '='), ('span', '&&')], name='a_teacher_talks_with_one_family_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='booking',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('live', True)), expressions=[('student', '='), ('span', '&&')], name='a_child_sits_at_one_table_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='booking',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('live', True)), models.Q(('ended_at__isnull', False), ('live', False)), _connector='OR'), name='a_booking_that_ended_says_when'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='booking',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "visits_bookingevent" ("booked_at", "booked_by_id", "conference_id", "ended_at", "ended_by_id", "host_id", "household_id", "id", "live", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sequence", "slot_id", "span", "student_id") SELECT new_values."booked_at", new_values."booked_by_id", new_values."conference_id", new_values."ended_at", new_values."ended_by_id", new_values."host_id", new_values."household_id", new_values."id", new_values."live", new_values."person_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."sequence", new_values."slot_id", new_values."span", new_values."student_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='bfe82e3f78a1d5c648e0defbc3f9cc8f03db4889', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_5517a', referencing='REFERENCING NEW TABLE AS new_values ', table='visits_booking', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='booking',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "visits_bookingevent" ("booked_at", "booked_by_id", "conference_id", "ended_at", "ended_by_id", "host_id", "household_id", "id", "live", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sequence", "slot_id", "span", "student_id") SELECT new_values."booked_at", new_values."booked_by_id", new_values."conference_id", new_values."ended_at", new_values."ended_by_id", new_values."host_id", new_values."household_id", new_values."id", new_values."live", new_values."person_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."sequence", new_values."slot_id", new_values."span", new_values."student_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='4de87c766d7d4883353146c7905d01278d4cea04', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_e2dd6', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='visits_booking', when='AFTER')),
        ),
    ]
