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

    initial = True

    dependencies = [
        ('people', '0005_plans'),
        ('pghistory', '0007_auto_20250421_0444'),
        ('visits', '0006_voices_and_stories'),
    ]

    operations = [
        Together([
            migrations.CreateModel(
                name='Goal',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('place', models.PositiveSmallIntegerField(default=0)),
                    ('statement', models.CharField(max_length=300, verbose_name='the goal, in one sentence')),
                    ('matters', models.CharField(blank=True, max_length=300, verbose_name='why it matters to the child')),
                    ('measure', models.CharField(max_length=120, verbose_name='what is counted')),
                    ('unit', models.CharField(blank=True, max_length=40, verbose_name='unit')),
                    ('baseline', models.DecimalField(decimal_places=2, max_digits=9, verbose_name='where it stands')),
                    ('baseline_on', models.DateField(verbose_name='measured on')),
                    ('target', models.DecimalField(decimal_places=2, max_digits=9, verbose_name='where it goes')),
                    ('target_on', models.DateField(verbose_name='by')),
                    ('least', models.DecimalField(decimal_places=2, default=Decimal('0'), max_digits=9)),
                    ('most', models.DecimalField(blank=True, decimal_places=2, max_digits=9, null=True)),
                    ('step', models.DecimalField(decimal_places=2, default=Decimal('1'), max_digits=9, validators=[django.core.validators.MinValueValidator(Decimal('0.01'))])),
                    ('ended_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ],
                options={
                    'ordering': ['place', 'id'],
                    'constraints': [models.CheckConstraint(condition=models.Q(('target_on__gt', models.F('baseline_on'))), name='a_target_comes_after_its_baseline'), models.CheckConstraint(condition=models.Q(('target', models.F('baseline')), _negated=True), name='a_target_is_not_the_baseline'), models.CheckConstraint(condition=models.Q(('step__gt', 0)), name='a_measure_has_a_step'), models.CheckConstraint(condition=models.Q(('baseline__gte', models.F('least')), ('target__gte', models.F('least')), models.Q(('most', None), models.Q(('baseline__lte', models.F('most')), ('target__lte', models.F('most'))), _connector='OR')), name='a_goal_lies_within_its_measure')],
                },
            ),
            migrations.CreateModel(
                name='Plan',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('title', models.CharField(max_length=120, verbose_name='name of the plan')),
                    ('about', models.TextField(blank=True, max_length=4000, verbose_name='what it is about')),
                    ('state', models.CharField(choices=[('draft', 'being written'), ('agreed', 'agreed'), ('active', 'at work'), ('review', 'under review'), ('fading', 'help is fading out'), ('closed', 'closed')], default='draft', max_length=8)),
                    ('begins', models.DateField(verbose_name='first day')),
                    ('ends', models.DateField(verbose_name='last day')),
                    ('review_weeks', models.PositiveSmallIntegerField(default=4, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(26)], verbose_name='weeks between two reviews')),
                    ('next_review_on', models.DateField(blank=True, null=True)),
                    ('template', models.CharField(blank=True, editable=False, max_length=60)),
                    ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('edits', models.PositiveIntegerField(default=0, editable=False)),
                    ('is_fading', models.BooleanField(default=False, editable=False)),
                    ('approved_at', models.DateTimeField(blank=True, editable=False, null=True)),
                    ('published_at', models.DateTimeField(blank=True, editable=False, null=True)),
                    ('closed_at', models.DateTimeField(blank=True, editable=False, null=True)),
                    ('outcome', models.CharField(blank=True, choices=[('reached', 'the goals were reached'), ('partly', 'partly reached'), ('not_reached', 'not reached'), ('not_needed', 'no longer needed'), ('moved', 'the child left')], max_length=12)),
                    ('closing_words', models.TextField(blank=True, max_length=2000)),
                    ('after', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='followed_by', to='counseling.plan')),
                    ('approved_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('closed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('need', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='plans', to='visits.need')),
                    ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('school', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='plans', to='people.school')),
                    ('student', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='plans', to='people.student')),
                ],
                options={
                    'ordering': ['-made_at', 'id'],
                    'indexes': [models.Index(condition=models.Q(('state', 'closed'), _negated=True), fields=['school', 'next_review_on'], name='plans_by_review'), models.Index(fields=['student', '-made_at'], name='plans_of_a_child'), models.Index(condition=models.Q(('state', 'closed'), _negated=True), fields=['owner', 'next_review_on'], name='plans_of_an_owner')],
                    'constraints': [models.CheckConstraint(condition=models.Q(('ends__gt', models.F('begins'))), name='a_plan_ends_after_it_begins'), models.CheckConstraint(condition=models.Q(('review_weeks__gte', 1), ('review_weeks__lte', 26)), name='a_plan_is_looked_at_within_half_a_year'), models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', False), ('state', 'closed'), models.Q(('outcome', ''), _negated=True)), models.Q(models.Q(('state', 'closed'), _negated=True), ('closed_at', None), ('closed_by', None), ('outcome', '')), _connector='OR'), name='a_closed_plan_says_when_and_how'), models.CheckConstraint(condition=models.Q(models.Q(('approved_at', None), ('approved_by', None)), models.Q(('approved_at__isnull', False), ('approved_by__isnull', False)), _connector='OR'), name='an_approved_plan_says_by_whom'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['active', 'review', 'fading']), _negated=True), ('next_review_on__isnull', False), _connector='OR'), name='a_plan_at_work_has_a_next_review')],
                },
            ),
            migrations.CreateModel(
                name='Phase',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('on', models.DateField(verbose_name='from')),
                    ('words', models.CharField(max_length=200, verbose_name='what is different now')),
                    ('at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='phases', to='counseling.plan')),
                ],
                options={
                    'ordering': ['on', 'id'],
                    'constraints': [models.UniqueConstraint(fields=('plan', 'on'), name='a_phase_begins_on_a_day')],
                },
            ),
            migrations.CreateModel(
                name='Member',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('name', models.CharField(max_length=255, verbose_name='name')),
                    ('part', models.CharField(blank=True, max_length=200, verbose_name='what this person does')),
                    ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('plan', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='team', to='counseling.plan')),
                ],
                options={
                    'ordering': ['id'],
                    'constraints': [models.UniqueConstraint(fields=('plan', 'user'), name='a_person_stands_once_in_a_team')],
                },
            ),
            migrations.CreateModel(
                name='Material',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('title', models.CharField(max_length=200, verbose_name='book or material')),
                    ('pages', models.CharField(blank=True, max_length=60, verbose_name='pages')),
                    ('plan', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='materials', to='counseling.plan')),
                ],
                options={
                    'ordering': ['id'],
                },
            ),
            migrations.CreateModel(
                name='GoalEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, serialize=False)),
                    ('place', models.PositiveSmallIntegerField(default=0)),
                    ('statement', models.CharField(max_length=300, verbose_name='the goal, in one sentence')),
                    ('matters', models.CharField(blank=True, max_length=300, verbose_name='why it matters to the child')),
                    ('measure', models.CharField(max_length=120, verbose_name='what is counted')),
                    ('unit', models.CharField(blank=True, max_length=40, verbose_name='unit')),
                    ('baseline', models.DecimalField(decimal_places=2, max_digits=9, verbose_name='where it stands')),
                    ('baseline_on', models.DateField(verbose_name='measured on')),
                    ('target', models.DecimalField(decimal_places=2, max_digits=9, verbose_name='where it goes')),
                    ('target_on', models.DateField(verbose_name='by')),
                    ('least', models.DecimalField(decimal_places=2, default=Decimal('0'), max_digits=9)),
                    ('most', models.DecimalField(blank=True, decimal_places=2, max_digits=9, null=True)),
                    ('step', models.DecimalField(decimal_places=2, default=Decimal('1'), max_digits=9, validators=[django.core.validators.MinValueValidator(Decimal('0.01'))])),
                    ('ended_at', models.DateTimeField(blank=True, editable=False, null=True)),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='counseling.goal')),
                    ('plan', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='counseling.plan')),
                ],
                options={
                    'abstract': False,
                },
            ),
            migrations.AddField(
                model_name='goal',
                name='plan',
                field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='goals', to='counseling.plan'),
            ),
            migrations.CreateModel(
                name='PlanEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, serialize=False)),
                    ('title', models.CharField(max_length=120, verbose_name='name of the plan')),
                    ('about', models.TextField(blank=True, max_length=4000, verbose_name='what it is about')),
                    ('state', models.CharField(choices=[('draft', 'being written'), ('agreed', 'agreed'), ('active', 'at work'), ('review', 'under review'), ('fading', 'help is fading out'), ('closed', 'closed')], default='draft', max_length=8)),
                    ('begins', models.DateField(verbose_name='first day')),
                    ('ends', models.DateField(verbose_name='last day')),
                    ('review_weeks', models.PositiveSmallIntegerField(default=4, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(26)], verbose_name='weeks between two reviews')),
                    ('next_review_on', models.DateField(blank=True, null=True)),
                    ('template', models.CharField(blank=True, editable=False, max_length=60)),
                    ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('edits', models.PositiveIntegerField(default=0, editable=False)),
                    ('is_fading', models.BooleanField(default=False, editable=False)),
                    ('approved_at', models.DateTimeField(blank=True, editable=False, null=True)),
                    ('published_at', models.DateTimeField(blank=True, editable=False, null=True)),
                    ('closed_at', models.DateTimeField(blank=True, editable=False, null=True)),
                    ('outcome', models.CharField(blank=True, choices=[('reached', 'the goals were reached'), ('partly', 'partly reached'), ('not_reached', 'not reached'), ('not_needed', 'no longer needed'), ('moved', 'the child left')], max_length=12)),
                    ('closing_words', models.TextField(blank=True, max_length=2000)),
                    ('after', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='counseling.plan')),
                    ('approved_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                    ('closed_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                    ('made_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                    ('need', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='visits.need')),
                    ('owner', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='counseling.plan')),
                    ('school', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='people.school')),
                    ('student', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='people.student')),
                ],
                options={
                    'abstract': False,
                },
            ),
            migrations.CreateModel(
                name='PlanNeed',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('domain', models.CharField(choices=[('learning', 'learning'), ('attendance', 'coming to school'), ('behaviour', 'getting on with others'), ('feelings', 'feelings'), ('health', 'health and sleep'), ('family', 'life at home'), ('money', 'money and things'), ('future', 'what comes after school')], max_length=10, verbose_name='what it is about')),
                    ('weight', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(5)], verbose_name='how much it weighs')),
                    ('words', models.TextField(blank=True, max_length=1000, verbose_name="in the child's own words")),
                    ('need', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='visits.need')),
                    ('plan', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='needs', to='counseling.plan')),
                ],
                options={
                    'ordering': ['-weight', 'id'],
                    'constraints': [models.CheckConstraint(condition=models.Q(('weight__gte', 1), ('weight__lte', 5)), name='a_need_weighs_one_to_five')],
                },
            ),
            migrations.CreateModel(
                name='Point',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('on', models.DateField()),
                    ('value', models.DecimalField(decimal_places=2, max_digits=9)),
                    ('words', models.CharField(blank=True, max_length=300)),
                    ('source', models.CharField(choices=[('staff', 'by the school'), ('family', 'by the family'), ('child', 'by the child'), ('session', 'from a session'), ('habit', "from the week's ticks"), ('imported', 'imported')], max_length=8)),
                    ('at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('goal', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='points', to='counseling.goal')),
                    ('supersedes', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='superseded_by', to='counseling.point')),
                ],
                options={
                    'ordering': ['on', 'at'],
                    'indexes': [models.Index(fields=['goal', 'on'], name='points_of_a_goal')],
                },
            ),
            migrations.CreateModel(
                name='Review',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('due_on', models.DateField()),
                    ('held_on', models.DateField()),
                    ('findings', models.JSONField(default=list)),
                    ('decision', models.CharField(choices=[('continue', 'go on as it is'), ('mend', 'see to it that it takes place, and look again'), ('change', 'change the help'), ('fade', 'let the help fade out'), ('close', 'close the plan')], max_length=8)),
                    ('reason', models.TextField(max_length=2000, verbose_name='your reason')),
                    ('at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reviews', to='counseling.plan')),
                ],
                options={
                    'ordering': ['-held_on', '-id'],
                    'constraints': [models.CheckConstraint(condition=models.Q(('reason__regex', '\\S')), name='a_decision_has_a_reason')],
                },
            ),
            migrations.CreateModel(
                name='Slot',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('weekday', models.PositiveSmallIntegerField(choices=[(1, 'Monday'), (2, 'Tuesday'), (3, 'Wednesday'), (4, 'Thursday'), (5, 'Friday'), (6, 'Saturday'), (7, 'Sunday')], verbose_name='day')),
                    ('starts', models.TimeField(verbose_name='from')),
                    ('minutes', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(600)], verbose_name='minutes')),
                    ('place', models.CharField(blank=True, max_length=200, verbose_name='where')),
                    ('plan', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='slots', to='counseling.plan')),
                ],
                options={
                    'ordering': ['weekday', 'starts', 'id'],
                    'constraints': [models.CheckConstraint(condition=models.Q(('minutes__gte', 1), ('minutes__lte', 600), ('weekday__gte', 1), ('weekday__lte', 7)), name='a_slot_lies_within_a_week')],
                },
            ),
            migrations.CreateModel(
                name='Task',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('what', models.CharField(max_length=300, verbose_name='what')),
                    ('side', models.CharField(choices=[('student', 'the child'), ('guardian', 'the family'), ('teacher', 'the school'), ('volunteer', 'a volunteer'), ('partner', 'a partner of the school')], max_length=9, verbose_name='who')),
                    ('owner_name', models.CharField(blank=True, max_length=255, verbose_name='name')),
                    ('due', models.DateField(blank=True, null=True, verbose_name='by when')),
                    ('weekly', models.BooleanField(default=False, verbose_name='every week')),
                    ('at_home', models.BooleanField(default=False, verbose_name='show it to the family as the thing to do at home')),
                    ('done_at', models.DateTimeField(blank=True, null=True)),
                    ('done_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('plan', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tasks', to='counseling.plan')),
                ],
                options={
                    'ordering': ['due', 'id'],
                    'indexes': [models.Index(condition=models.Q(('done_at', None)), fields=['owner', 'due'], name='tasks_open')],
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('done_at', None), ('done_by', None)), models.Q(('done_at__isnull', False), ('done_by__isnull', False)), _connector='OR'), name='a_task_that_is_done_says_by_whom'), models.CheckConstraint(condition=models.Q(('weekly', False), models.Q(('done_at', None), ('due', None)), _connector='OR'), name='a_weekly_task_has_no_one_day'), models.UniqueConstraint(condition=models.Q(('at_home', True)), fields=('plan',), name='one_thing_to_do_at_home')],
                },
            ),
            migrations.CreateModel(
                name='WeekCount',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('monday', models.DateField()),
                    ('planned', models.PositiveSmallIntegerField(verbose_name='planned')),
                    ('held', models.PositiveSmallIntegerField(verbose_name='held')),
                    ('attended', models.PositiveSmallIntegerField(verbose_name='attended')),
                    ('at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='weeks', to='counseling.plan')),
                ],
                options={
                    'ordering': ['monday'],
                    'constraints': [models.UniqueConstraint(fields=('plan', 'monday'), name='a_week_is_counted_once'), models.CheckConstraint(condition=models.Q(('attended__lte', models.F('held'))), name='nobody_attends_what_was_not_held'), models.CheckConstraint(condition=models.Q(('monday__iso_week_day', 1)), name='a_week_begins_on_monday')],
                },
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='plan',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "counseling_planevent" ("about", "after_id", "approved_at", "approved_by_id", "begins", "closed_at", "closed_by_id", "closing_words", "edits", "ends", "id", "is_fading", "made_at", "made_by_id", "need_id", "next_review_on", "outcome", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "published_at", "review_weeks", "school_id", "state", "student_id", "template", "title") SELECT new_values."about", new_values."after_id", new_values."approved_at", new_values."approved_by_id", new_values."begins", new_values."closed_at", new_values."closed_by_id", new_values."closing_words", new_values."edits", new_values."ends", new_values."id", new_values."is_fading", new_values."made_at", new_values."made_by_id", new_values."need_id", new_values."next_review_on", new_values."outcome", new_values."owner_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."published_at", new_values."review_weeks", new_values."school_id", new_values."state", new_values."student_id", new_values."template", new_values."title" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='e7b8ccbabf1376fdd904f6c7a5b52735ecff2e62', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_3ac87', referencing='REFERENCING NEW TABLE AS new_values ', table='counseling_plan', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='plan',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "counseling_planevent" ("about", "after_id", "approved_at", "approved_by_id", "begins", "closed_at", "closed_by_id", "closing_words", "edits", "ends", "id", "is_fading", "made_at", "made_by_id", "need_id", "next_review_on", "outcome", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "published_at", "review_weeks", "school_id", "state", "student_id", "template", "title") SELECT new_values."about", new_values."after_id", new_values."approved_at", new_values."approved_by_id", new_values."begins", new_values."closed_at", new_values."closed_by_id", new_values."closing_words", new_values."edits", new_values."ends", new_values."id", new_values."is_fading", new_values."made_at", new_values."made_by_id", new_values."need_id", new_values."next_review_on", new_values."outcome", new_values."owner_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."published_at", new_values."review_weeks", new_values."school_id", new_values."state", new_values."student_id", new_values."template", new_values."title" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='127216fe39eb610797cd41ba5fade41d5ae704ec', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_681fc', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='counseling_plan', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='goal',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "counseling_goalevent" ("baseline", "baseline_on", "ended_at", "id", "least", "matters", "measure", "most", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "plan_id", "statement", "step", "target", "target_on", "unit") SELECT new_values."baseline", new_values."baseline_on", new_values."ended_at", new_values."id", new_values."least", new_values."matters", new_values."measure", new_values."most", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."place", new_values."plan_id", new_values."statement", new_values."step", new_values."target", new_values."target_on", new_values."unit" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='f541f5d18461815949f51e1090017528b9f384d2', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_bf9b4', referencing='REFERENCING NEW TABLE AS new_values ', table='counseling_goal', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='goal',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "counseling_goalevent" ("baseline", "baseline_on", "ended_at", "id", "least", "matters", "measure", "most", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "plan_id", "statement", "step", "target", "target_on", "unit") SELECT new_values."baseline", new_values."baseline_on", new_values."ended_at", new_values."id", new_values."least", new_values."matters", new_values."measure", new_values."most", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."place", new_values."plan_id", new_values."statement", new_values."step", new_values."target", new_values."target_on", new_values."unit" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='a8d2c073a67ab859e30821ff440d4439e59d5d4c', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_f3fad', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='counseling_goal', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='point',
                trigger=pgtrigger.compiler.Trigger(name='a_point_is_never_changed', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='2cef73113cd02169194b9fb24dd66e90f715e36a', operation='UPDATE OR DELETE', pgid='pgtrigger_a_point_is_never_changed_8bec8', table='counseling_point', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='review',
                trigger=pgtrigger.compiler.Trigger(name='a_review_is_never_changed', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='ba676379552d7498e52e2f28fb3780e8c31acdeb', operation='UPDATE OR DELETE', pgid='pgtrigger_a_review_is_never_changed_db701', table='counseling_review', when='BEFORE')),
            ),
        ]),
    ]
