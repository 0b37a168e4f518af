import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.contrib.postgres.indexes
import django.contrib.postgres.operations
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
import homeschool.fields
import homeschool.people.models.school
import homeschool.people.models.staff
import homeschool.people.models.user
from homeschool.migrating import Together
import pgtrigger.compiler
import pgtrigger.migrations
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('people', '0001_initial'), ('people', '0003_api_tokens'), ('people', '0004_invitations'), ('people', '0005_rosters'), ('people', '0006_new_year'), ('people', '0007_handing_over'), ('people', '0008_long_names')]

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('journal', '0001_entries_and_jobs'),
        ('pghistory', '0007_auto_20250421_0444'),
    ]

    operations = [
        Together([
            django.contrib.postgres.operations.BtreeGistExtension(
            ),
            django.contrib.postgres.operations.TrigramExtension(
            ),
            django.contrib.postgres.operations.UnaccentExtension(
            ),
            migrations.CreateModel(
                name='Reach',
                fields=[
                    ('role', models.CharField(max_length=14)),
                    ('why', models.CharField(max_length=14)),
                    ('why_id', models.UUIDField(primary_key=True, serialize=False)),
                    ('item', models.CharField(max_length=10)),
                ],
                options={
                    'db_table': 'people_reach',
                    'managed': False,
                },
            ),
            migrations.CreateModel(
                name='Sight',
                fields=[
                    ('role', models.CharField(max_length=14)),
                    ('why', models.CharField(max_length=14)),
                    ('why_id', models.UUIDField(primary_key=True, serialize=False)),
                    ('item', models.CharField(max_length=10)),
                ],
                options={
                    'db_table': 'people_sight',
                    'managed': False,
                },
            ),
            migrations.CreateModel(
                name='Division',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('code', models.CharField(max_length=60, validators=[django.core.validators.RegexValidator('^[\\w.-]+$', 'Use letters, digits, dot, hyphen and underscore, without spaces.')], verbose_name='code')),
                    ('name', models.CharField(max_length=120, verbose_name='name')),
                ],
                options={
                    'ordering': ['school', 'code'],
                },
            ),
            migrations.CreateModel(
                name='School',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('code', models.CharField(help_text='The short name that files and commands use, like “demo-school”.', max_length=60, unique=True, validators=[django.core.validators.RegexValidator('^[\\w.-]+$', 'Use letters, digits, dot, hyphen and underscore, without spaces.')], verbose_name='code')),
                    ('name', models.CharField(max_length=200, verbose_name='name')),
                    ('kind', models.CharField(choices=[('primary', 'primary school'), ('secondary', 'secondary school'), ('university', 'university or college')], default='primary', max_length=12, verbose_name='kind')),
                    ('time_zone', models.CharField(default='Asia/Shanghai', help_text='Like Asia/Shanghai or America/Chicago.', max_length=60, validators=[homeschool.people.models.user.valid_time_zone], verbose_name='time zone')),
                    ('languages', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('en', 'English'), ('zh-hans', '中文'), ('es', 'Español')], max_length=12), default=homeschool.people.models.school.all_languages, size=None, verbose_name='languages of the families')),
                    ('letterhead', models.TextField(blank=True, max_length=1000, verbose_name='letterhead')),
                    ('quiet_from', models.TimeField(default='21:00', verbose_name='quiet from')),
                    ('quiet_until', models.TimeField(default='07:30', verbose_name='quiet until')),
                    ('two_staff_at_the_door', models.BooleanField(default=True, verbose_name='a home visit needs two members of staff')),
                    ('smallest_group', models.PositiveSmallIntegerField(default=10, validators=[django.core.validators.MinValueValidator(3)], verbose_name='smallest group shown in public figures')),
                ],
                options={
                    'ordering': ['name', 'id'],
                },
            ),
            migrations.CreateModel(
                name='User',
                fields=[
                    ('password', models.CharField(max_length=128, verbose_name='password')),
                    ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                    ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('email', models.EmailField(blank=True, max_length=254, null=True, unique=True, verbose_name='e-mail')),
                    ('phone', models.CharField(blank=True, max_length=32, null=True, unique=True, verbose_name='phone')),
                    ('full_name', models.CharField(max_length=255, verbose_name='name')),
                    ('preferred_name', models.CharField(blank=True, max_length=255, verbose_name='name to be called by')),
                    ('sort_key', models.CharField(editable=False, max_length=300)),
                    ('language', models.CharField(blank=True, choices=[('en', 'English'), ('zh-hans', '中文'), ('es', 'Español')], max_length=12, verbose_name='language')),
                    ('time_zone', models.CharField(blank=True, max_length=60, validators=[homeschool.people.models.user.valid_time_zone], verbose_name='time zone')),
                    ('is_active', models.BooleanField(default=True)),
                    ('is_staff', models.BooleanField(default=False)),
                    ('date_joined', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                    ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                    ('merged_into', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
                ],
                options={
                    'ordering': ['sort_key', 'id'],
                    'constraints': [models.CheckConstraint(condition=models.Q(('email', None), ('email', django.db.models.functions.text.Lower('email')), _connector='OR'), name='an_email_is_kept_in_small_letters'), models.CheckConstraint(condition=models.Q(('merged_into', None), ('is_active', False), _connector='OR'), name='an_account_that_was_merged_is_closed')],
                },
            ),
            migrations.CreateModel(
                name='Address',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('channel', models.CharField(choices=[('email', 'e-mail'), ('phone', 'phone'), ('wechat', 'WeChat'), ('wecom', 'WeCom')], max_length=8)),
                    ('value', models.CharField(max_length=254)),
                    ('verified_at', models.DateTimeField(blank=True, null=True)),
                    ('opted_out_at', models.DateTimeField(blank=True, null=True)),
                    ('failed_at', models.DateTimeField(blank=True, null=True)),
                    ('signs_in', models.BooleanField(db_default=False, default=False, editable=False)),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='addresses', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'verbose_name_plural': 'addresses',
                    'constraints': [models.UniqueConstraint(models.F('user'), models.F('channel'), django.db.models.functions.text.Lower('value'), name='an_address_stands_once_with_a_person'), models.UniqueConstraint(models.F('channel'), django.db.models.functions.text.Lower('value'), condition=models.Q(('signs_in', True)), name='a_former_address_opens_one_account')],
                },
            ),
            migrations.CreateModel(
                name='Grant',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('item', models.CharField(choices=[('basics', 'name, class and teachers'), ('visits', 'visits and promises'), ('plans', 'counselling plans'), ('sessions', 'after-school sessions')], max_length=10)),
                    ('since', models.DateTimeField(default=django.utils.timezone.now)),
                    ('until', models.DateTimeField(blank=True, null=True)),
                    ('guardian', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='grants', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'constraints': [models.CheckConstraint(condition=models.Q(('until', None), ('until__gte', models.F('since')), _connector='OR'), name='a_grant_ends_after_it_begins', violation_error_code='until')],
                },
            ),
            migrations.CreateModel(
                name='Guardianship',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('relation', models.CharField(choices=[('mother', 'mother'), ('father', 'father'), ('grandmother', 'grandmother'), ('grandfather', 'grandfather'), ('stepparent', 'step-parent'), ('sibling', 'brother or sister'), ('relative', 'relative'), ('foster', 'foster parent'), ('other', 'other')], default='other', max_length=12, verbose_name='relation')),
                    ('relation_said', models.CharField(blank=True, help_text='Only where the word differs, like “aunt on her mother’s side”.', max_length=60, verbose_name='as the family says it')),
                    ('primary', models.BooleanField(default=False, verbose_name='first to be asked')),
                    ('lives_with', models.BooleanField(default=True, verbose_name='the child lives with this person')),
                    ('legal_guardian', models.BooleanField(default=True, verbose_name='legal guardian')),
                    ('may_view', models.BooleanField(default=True, verbose_name='may see the child’s pages')),
                    ('may_receive', models.BooleanField(default=True, verbose_name='receives the school’s messages')),
                    ('restricted_at', models.DateTimeField(blank=True, editable=False, null=True)),
                    ('restriction_reason', homeschool.fields.EncryptedTextField(blank=True, max_length=2000, verbose_name='reason of the restriction')),
                    ('since', models.DateTimeField(default=django.utils.timezone.now)),
                    ('until', models.DateTimeField(blank=True, null=True)),
                    ('guardian', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='guardianships', to=settings.AUTH_USER_MODEL)),
                    ('restricted_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'ordering': ['-primary', 'since'],
                    'constraints': [models.CheckConstraint(condition=models.Q(('until', None), ('until__gte', models.F('since')), _connector='OR'), name='a_guardianship_ends_after_it_begins', violation_error_code='until'), models.CheckConstraint(condition=models.Q(models.Q(('restricted_at', None), ('restricted_by', None), ('restriction_reason', '')), models.Q(('restricted_at__isnull', False), ('restricted_by__isnull', False), models.Q(('restriction_reason', ''), _negated=True)), _connector='OR'), name='a_restriction_has_author_and_reason'), models.CheckConstraint(condition=models.Q(('restricted_at', None), models.Q(('may_receive', False), ('may_view', False)), _connector='OR'), name='a_restricted_guardian_sees_and_receives_nothing')],
                },
            ),
            migrations.CreateModel(
                name='Membership',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('role', models.CharField(choices=[('adviser', 'class teacher'), ('counselor', 'counselor'), ('leader', 'school leader'), ('school_admin', 'school administrator'), ('volunteer', 'volunteer'), ('partner', 'partner'), ('district', 'district officer')], max_length=14, verbose_name='role')),
                    ('since', models.DateTimeField(default=django.utils.timezone.now)),
                    ('until', models.DateTimeField(blank=True, null=True)),
                    ('division', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.division')),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to=settings.AUTH_USER_MODEL)),
                    ('school', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='people.school')),
                ],
                options={
                    'ordering': ['school', 'role', 'since'],
                    'constraints': [models.CheckConstraint(condition=models.Q(('until', None), ('until__gte', models.F('since')), _connector='OR'), name='a_role_ends_after_it_begins', violation_error_code='until'), django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('user', '='), ('school', '='), ('role', '='), (models.Func('division', models.Value(uuid.UUID('00000000-0000-0000-0000-000000000000')), function='COALESCE'), '='), (homeschool.people.models.staff.TimeRange('since', 'until'), '&&')], name='a_role_is_held_once_at_a_time')],
                },
            ),
            migrations.CreateModel(
                name='Region',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('level', models.CharField(choices=[('province', 'province'), ('city', 'city'), ('county', 'county')], max_length=8)),
                    ('code', models.CharField(blank=True, max_length=20)),
                    ('name', models.CharField(max_length=120)),
                    ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='parts', to='people.region')),
                ],
                options={
                    'ordering': ['level', 'name'],
                    'constraints': [models.UniqueConstraint(fields=('parent', 'level', 'name'), name='a_region_stands_once_under_its_parent', nulls_distinct=False)],
                },
            ),
            migrations.CreateModel(
                name='Household',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('address', models.TextField(blank=True, max_length=500, verbose_name='address')),
                    ('guardians', models.ManyToManyField(related_name='households', to=settings.AUTH_USER_MODEL)),
                    ('region', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.region')),
                    ('school', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='households', to='people.school')),
                ],
            ),
            migrations.CreateModel(
                name='RosterKey',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('kind', models.CharField(choices=[('term', 'Term'), ('division', 'Division'), ('class', 'Class'), ('student', 'Student'), ('person', 'Person'), ('guardianship', 'Guardianship'), ('membership', 'Membership')], max_length=12)),
                    ('key', models.TextField()),
                    ('row', models.UUIDField()),
                    ('retired_at', models.DateTimeField(null=True)),
                    ('school', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='people.school')),
                ],
                options={
                    'indexes': [models.Index(fields=['school', 'kind', 'row'], name='roster_keys_of_a_row')],
                    'constraints': [models.UniqueConstraint(fields=('school', 'kind', 'key'), name='a_roster_key_names_one_row')],
                },
            ),
            migrations.CreateModel(
                name='RosterImport',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('state', models.CharField(choices=[('checking', 'being read'), ('columns', 'asks which column is which'), ('checked', 'waits for your word'), ('writing', 'being brought in'), ('done', 'brought in'), ('stopped', 'stopped'), ('failed', 'failed'), ('undoing', 'being taken back'), ('undone', 'taken back')], default='checking', max_length=8)),
                    ('note', models.CharField(blank=True, max_length=500)),
                    ('file_name', models.CharField(max_length=200)),
                    ('content', models.BinaryField(null=True)),
                    ('options', models.JSONField(default=dict)),
                    ('asked_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('progress', models.JSONField(default=dict)),
                    ('checked', models.BinaryField(null=True)),
                    ('refused', models.BinaryField(null=True)),
                    ('digest', models.CharField(blank=True, max_length=64)),
                    ('stop_asked_at', models.DateTimeField(null=True)),
                    ('counts', models.JSONField(default=dict)),
                    ('undo', models.BinaryField(null=True)),
                    ('undone_at', models.DateTimeField(null=True)),
                    ('asked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('entry', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='journal.entry')),
                    ('job', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='journal.job')),
                    ('undone_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('school', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='roster_imports', to='people.school')),
                ],
                options={
                    'ordering': ['-asked_at', 'id'],
                    'indexes': [models.Index(fields=['school', '-asked_at'], name='rosters_of_a_school')],
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('state', 'done'), _negated=True), ('entry__isnull', False), _connector='OR'), name='a_roster_that_came_in_has_its_entry')],
                },
            ),
            migrations.CreateModel(
                name='RosterHeading',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('heading', models.CharField(max_length=200)),
                    ('column', models.CharField(max_length=30)),
                    ('school', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='roster_headings', to='people.school')),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('school', 'heading'), name='a_heading_means_one_thing')],
                },
            ),
            migrations.CreateModel(
                name='NewYear',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('plan', models.JSONField(default=dict)),
                    ('at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('saved_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('done_at', models.DateTimeField(null=True)),
                    ('counts', models.JSONField(default=dict)),
                    ('undo', models.JSONField(null=True)),
                    ('after', models.CharField(blank=True, max_length=64)),
                    ('undone_at', models.DateTimeField(null=True)),
                    ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('undone_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('school', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='new_years', to='people.school')),
                ],
                options={
                    'ordering': ['-at'],
                    'constraints': [models.UniqueConstraint(condition=models.Q(('done_at', None)), fields=('school',), name='one_new_year_of_a_school_is_thought_out'), models.CheckConstraint(condition=models.Q(('undone_at', None), ('done_at__isnull', False), _connector='OR'), name='only_a_year_that_was_done_is_taken_back')],
                },
            ),
            migrations.CreateModel(
                name='MembershipEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, serialize=False)),
                    ('role', models.CharField(choices=[('adviser', 'class teacher'), ('counselor', 'counselor'), ('leader', 'school leader'), ('school_admin', 'school administrator'), ('volunteer', 'volunteer'), ('partner', 'partner'), ('district', 'district officer')], max_length=14, verbose_name='role')),
                    ('since', models.DateTimeField(default=django.utils.timezone.now)),
                    ('until', models.DateTimeField(blank=True, null=True)),
                    ('division', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='people.division')),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='people.membership')),
                    ('user', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                    ('school', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='people.school')),
                ],
                options={
                    'abstract': False,
                },
            ),
            migrations.CreateModel(
                name='HouseholdEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, serialize=False)),
                    ('address', models.TextField(blank=True, max_length=500, verbose_name='address')),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='people.household')),
                    ('region', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='people.region')),
                    ('school', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='people.school')),
                ],
                options={
                    'abstract': False,
                },
            ),
            migrations.CreateModel(
                name='Handover',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('note', homeschool.fields.EncryptedTextField(blank=True, max_length=4000, verbose_name='note for the colleague')),
                    ('counts', models.JSONField(default=dict)),
                    ('at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('giver', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='given', to='people.membership')),
                    ('taker', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='taken', to='people.membership')),
                    ('school', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='handovers', to='people.school')),
                ],
                options={
                    'ordering': ['-at', 'id'],
                    'constraints': [models.CheckConstraint(condition=models.Q(('giver', models.F('taker')), _negated=True), name='nobody_hands_over_to_the_own_role')],
                },
            ),
            migrations.AddField(
                model_name='division',
                name='school',
                field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='divisions', to='people.school'),
            ),
            migrations.CreateModel(
                name='SchoolClass',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('code', models.CharField(max_length=60, validators=[django.core.validators.RegexValidator('^[\\w.-]+$', 'Use letters, digits, dot, hyphen and underscore, without spaces.')], verbose_name='code')),
                    ('name', models.CharField(max_length=120, verbose_name='name')),
                    ('kind', models.CharField(choices=[('homeroom', 'homeroom class'), ('scheduled', 'course class')], default='homeroom', max_length=10)),
                    ('closed_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='closed')),
                    ('adviser', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='classes', to='people.membership', verbose_name='class adviser')),
                    ('division', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='classes', to='people.division')),
                    ('school', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='classes', to='people.school')),
                ],
                options={
                    'verbose_name_plural': 'school classes',
                    'ordering': ['school', 'code'],
                    'constraints': [models.UniqueConstraint(fields=('school', 'code'), name='a_class_code_stands_once'), models.UniqueConstraint(fields=('id', 'division'), name='class_and_its_division')],
                },
            ),
            migrations.CreateModel(
                name='Caseload',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('since', models.DateTimeField(default=django.utils.timezone.now)),
                    ('until', models.DateTimeField(blank=True, null=True)),
                    ('division', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.division')),
                    ('membership', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='caseloads', to='people.membership')),
                    ('school_class', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.schoolclass')),
                ],
                options={
                    'constraints': [models.CheckConstraint(condition=models.Q(('until', None), ('until__gte', models.F('since')), _connector='OR'), name='a_caseload_ends_after_it_begins', violation_error_code='until')],
                },
            ),
            migrations.CreateModel(
                name='Student',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('number', models.CharField(max_length=60, verbose_name='student number')),
                    ('full_name', models.CharField(max_length=255, verbose_name='name')),
                    ('preferred_name', models.CharField(blank=True, max_length=255, verbose_name='name to be called by')),
                    ('sort_key', models.CharField(editable=False, max_length=300)),
                    ('search_key', models.TextField(editable=False)),
                    ('birth_date', models.DateField(blank=True, null=True, verbose_name='birth date')),
                    ('sex', models.CharField(blank=True, choices=[('female', 'girl'), ('male', 'boy'), ('other', 'other')], max_length=6, verbose_name='sex')),
                    ('home_language', models.CharField(blank=True, max_length=60, verbose_name='language at home')),
                    ('status', models.CharField(choices=[('active', 'on roll'), ('left', 'has left'), ('transferred', 'moved to another school'), ('suspected', 'may have dropped out'), ('dropout', 'has dropped out')], default='active', max_length=12)),
                    ('strengths', models.TextField(blank=True, help_text='One a line. The family reads them, and they stand beside every concern.', max_length=2000, verbose_name='strengths')),
                    ('division', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='students', to='people.division')),
                    ('school', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='students', to='people.school')),
                    ('school_class', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='students', to='people.schoolclass', verbose_name='class')),
                    ('user', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='student', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'ordering': ['sort_key', 'id'],
                    'indexes': [models.Index(fields=['school', 'sort_key', 'id'], name='students_of_a_school'), models.Index(fields=['division', 'sort_key', 'id'], name='students_of_a_division'), models.Index(fields=['school_class', 'sort_key', 'id'], name='students_of_a_class'), models.Index(fields=['sort_key', 'id'], name='students_in_order'), django.contrib.postgres.indexes.GinIndex(fields=['search_key'], name='students_by_search_key', opclasses=['gin_trgm_ops'])],
                    'constraints': [models.UniqueConstraint(fields=('school', 'number'), name='a_student_number_stands_once_in_a_school'), models.CheckConstraint(condition=models.Q(('search_key', ''), _negated=True), name='a_student_can_be_found')],
                },
            ),
            migrations.CreateModel(
                name='Leaving',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('class_name', models.CharField(max_length=120)),
                    ('on', models.DateField(verbose_name='last day')),
                    ('where', models.CharField(choices=[('school', 'another school'), ('away', 'moved away'), ('finished', 'finished school'), ('other', 'something else')], max_length=8, verbose_name='where to')),
                    ('note', homeschool.fields.EncryptedTextField(blank=True, max_length=2000, verbose_name='note for the office')),
                    ('at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('ended_at', models.DateTimeField(blank=True, null=True)),
                    ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('school', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.school')),
                    ('school_class', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.schoolclass')),
                    ('student', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='leavings', to='people.student')),
                ],
                options={
                    'ordering': ['-at'],
                    'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('student',), name='a_child_leaves_once_at_a_time'), models.CheckConstraint(condition=models.Q(('ended_at', None), ('ended_at__gte', models.F('at')), _connector='OR'), name='a_leaving_ends_after_it_began')],
                },
            ),
            migrations.CreateModel(
                name='Invitation',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('digest', models.CharField(editable=False, max_length=64, unique=True)),
                    ('issued_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('expires_at', models.DateTimeField()),
                    ('outcome', models.CharField(blank=True, choices=[('used', 'used'), ('refused', 'said: this is not my child'), ('revoked', 'revoked')], max_length=8)),
                    ('ended_at', models.DateTimeField(blank=True, null=True)),
                    ('issued_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='invitations', to=settings.AUTH_USER_MODEL)),
                    ('school', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.school')),
                    ('student', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.student')),
                ],
                options={
                    'ordering': ['-issued_at', 'id'],
                    'constraints': [models.UniqueConstraint(condition=models.Q(('outcome', '')), fields=('school', 'user'), name='one_letter_of_a_school_to_a_person_is_open'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('outcome', '')), models.Q(models.Q(('outcome', ''), _negated=True), ('ended_at__isnull', False)), _connector='OR'), name='a_letter_that_ended_says_how_and_when'), models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('issued_at'))), name='a_letter_ends_after_it_was_made')],
                },
            ),
            migrations.AddField(
                model_name='household',
                name='students',
                field=models.ManyToManyField(related_name='households', to='people.student'),
            ),
            migrations.CreateModel(
                name='GuardianshipEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, serialize=False)),
                    ('relation', models.CharField(choices=[('mother', 'mother'), ('father', 'father'), ('grandmother', 'grandmother'), ('grandfather', 'grandfather'), ('stepparent', 'step-parent'), ('sibling', 'brother or sister'), ('relative', 'relative'), ('foster', 'foster parent'), ('other', 'other')], default='other', max_length=12, verbose_name='relation')),
                    ('relation_said', models.CharField(blank=True, help_text='Only where the word differs, like “aunt on her mother’s side”.', max_length=60, verbose_name='as the family says it')),
                    ('primary', models.BooleanField(default=False, verbose_name='first to be asked')),
                    ('lives_with', models.BooleanField(default=True, verbose_name='the child lives with this person')),
                    ('legal_guardian', models.BooleanField(default=True, verbose_name='legal guardian')),
                    ('may_view', models.BooleanField(default=True, verbose_name='may see the child’s pages')),
                    ('may_receive', models.BooleanField(default=True, verbose_name='receives the school’s messages')),
                    ('restricted_at', models.DateTimeField(blank=True, editable=False, null=True)),
                    ('restriction_reason', homeschool.fields.EncryptedTextField(blank=True, max_length=2000, verbose_name='reason of the restriction')),
                    ('since', models.DateTimeField(default=django.utils.timezone.now)),
                    ('until', models.DateTimeField(blank=True, null=True)),
                    ('guardian', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='people.guardianship')),
                    ('restricted_by', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                    ('student', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='people.student')),
                ],
                options={
                    'abstract': False,
                },
            ),
            migrations.AddField(
                model_name='guardianship',
                name='student',
                field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='guardianships', to='people.student'),
            ),
            migrations.CreateModel(
                name='GrantEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, serialize=False)),
                    ('item', models.CharField(choices=[('basics', 'name, class and teachers'), ('visits', 'visits and promises'), ('plans', 'counselling plans'), ('sessions', 'after-school sessions')], max_length=10)),
                    ('since', models.DateTimeField(default=django.utils.timezone.now)),
                    ('until', models.DateTimeField(blank=True, null=True)),
                    ('guardian', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='people.grant')),
                    ('student', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='people.student')),
                ],
                options={
                    'abstract': False,
                },
            ),
            migrations.AddField(
                model_name='grant',
                name='student',
                field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='grants', to='people.student'),
            ),
            migrations.CreateModel(
                name='Enrolment',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('school_class', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='enrolments', to='people.schoolclass')),
                    ('student', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='enrolments', to='people.student')),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('student', 'school_class'), name='a_student_sits_in_a_class_once')],
                },
            ),
            migrations.CreateModel(
                name='CaseloadEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, serialize=False)),
                    ('since', models.DateTimeField(default=django.utils.timezone.now)),
                    ('until', models.DateTimeField(blank=True, null=True)),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='people.caseload')),
                    ('division', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='people.division')),
                    ('membership', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='people.membership')),
                    ('school_class', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='people.schoolclass')),
                    ('student', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='people.student')),
                ],
                options={
                    'abstract': False,
                },
            ),
            migrations.AddField(
                model_name='caseload',
                name='student',
                field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.student'),
            ),
            migrations.CreateModel(
                name='StudentEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, serialize=False)),
                    ('number', models.CharField(max_length=60, verbose_name='student number')),
                    ('full_name', models.CharField(max_length=255, verbose_name='name')),
                    ('preferred_name', models.CharField(blank=True, max_length=255, verbose_name='name to be called by')),
                    ('sort_key', models.CharField(editable=False, max_length=300)),
                    ('search_key', models.TextField(editable=False)),
                    ('birth_date', models.DateField(blank=True, null=True, verbose_name='birth date')),
                    ('sex', models.CharField(blank=True, choices=[('female', 'girl'), ('male', 'boy'), ('other', 'other')], max_length=6, verbose_name='sex')),
                    ('home_language', models.CharField(blank=True, max_length=60, verbose_name='language at home')),
                    ('status', models.CharField(choices=[('active', 'on roll'), ('left', 'has left'), ('transferred', 'moved to another school'), ('suspected', 'may have dropped out'), ('dropout', 'has dropped out')], default='active', max_length=12)),
                    ('strengths', models.TextField(blank=True, help_text='One a line. The family reads them, and they stand beside every concern.', max_length=2000, verbose_name='strengths')),
                    ('division', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='people.division')),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='people.student')),
                    ('school', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='people.school')),
                    ('school_class', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='people.schoolclass', verbose_name='class')),
                    ('user', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'abstract': False,
                },
            ),
            migrations.CreateModel(
                name='Term',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('code', models.CharField(max_length=60, validators=[django.core.validators.RegexValidator('^[\\w.-]+$', 'Use letters, digits, dot, hyphen and underscore, without spaces.')], verbose_name='code')),
                    ('name', models.CharField(max_length=120, verbose_name='name')),
                    ('start', models.DateField(verbose_name='first day')),
                    ('end', models.DateField(verbose_name='day after the last day')),
                    ('school', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='terms', to='people.school')),
                ],
                options={
                    'ordering': ['school', '-start'],
                    'constraints': [models.UniqueConstraint(fields=('school', 'code'), name='a_term_code_stands_once'), models.CheckConstraint(condition=models.Q(('end__gt', models.F('start'))), name='a_term_ends_after_it_begins', violation_error_message='The term must end after it begins.'), django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('school', '='), (homeschool.people.models.school.DateRange('start', 'end', django.contrib.postgres.fields.ranges.RangeBoundary()), '&&')], name='terms_of_a_school_never_overlap', violation_error_message='Another term of this school has some of these days.')],
                },
            ),
            migrations.CreateModel(
                name='Token',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('name', models.CharField(max_length=80, verbose_name='what it is for')),
                    ('beginning', models.CharField(editable=False, max_length=12)),
                    ('digest', models.CharField(editable=False, max_length=64, unique=True)),
                    ('scopes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('roster:read', 'Children, guardians, classes and terms'), ('visits:read', 'Visits'), ('promises:read', 'Promises'), ('plans:read', 'Plans'), ('sessions:read', 'Programmes and sessions after school'), ('attendance:read', 'Who was at sessions')], max_length=20), size=None, verbose_name='what it may read')),
                    ('proven', models.BooleanField(default=False, editable=False)),
                    ('made_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                    ('expires_at', models.DateTimeField()),
                    ('revoked_at', models.DateTimeField(blank=True, null=True)),
                    ('last_used_at', models.DateTimeField(blank=True, null=True)),
                    ('minute', models.DateTimeField(blank=True, editable=False, null=True)),
                    ('asked', models.PositiveIntegerField(default=0, editable=False)),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tokens', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'ordering': ['-made_at', 'id'],
                    'constraints': [models.CheckConstraint(condition=models.Q(('scopes', []), _negated=True), name='a_token_may_read_something'), models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('made_at'))), name='a_token_ends_after_it_was_made')],
                },
            ),
            migrations.CreateModel(
                name='Transfer',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('class_name', models.CharField(max_length=120)),
                    ('number', models.CharField(max_length=60)),
                    ('message', homeschool.fields.EncryptedTextField(blank=True, max_length=1000, verbose_name='a word to the other school')),
                    ('offered_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('answer', models.CharField(blank=True, choices=[('accepted', 'accepted'), ('declined', 'declined'), ('withdrawn', 'taken back')], max_length=9)),
                    ('words', homeschool.fields.EncryptedTextField(blank=True, max_length=1000, verbose_name='a word back')),
                    ('answered_at', models.DateTimeField(null=True)),
                    ('answered_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('from_class', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.schoolclass')),
                    ('from_school', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.school')),
                    ('offered_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('student', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='transfers', to='people.student')),
                    ('to_school', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.school')),
                ],
                options={
                    'ordering': ['-offered_at'],
                    'constraints': [models.UniqueConstraint(condition=models.Q(('answer', '')), fields=('student',), name='a_child_is_offered_once_at_a_time'), models.CheckConstraint(condition=models.Q(('from_school', models.F('to_school')), _negated=True), name='a_transfer_is_to_another_school'), models.CheckConstraint(condition=models.Q(models.Q(('answer', ''), ('answered_at', None), ('answered_by', None)), models.Q(models.Q(('answer', ''), _negated=True), ('answered_at__isnull', False), ('answered_by__isnull', False)), _connector='OR'), name='an_answer_says_by_whom_and_when')],
                },
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='membership',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "people_membershipevent" ("division_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "school_id", "since", "until", "user_id") SELECT new_values."division_id", new_values."id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."role", new_values."school_id", new_values."since", new_values."until", new_values."user_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='f4adda8e2b9189e293a108510c3d821c93d0b46d', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_6bbf7', referencing='REFERENCING NEW TABLE AS new_values ', table='people_membership', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='membership',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "people_membershipevent" ("division_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "school_id", "since", "until", "user_id") SELECT new_values."division_id", new_values."id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."role", new_values."school_id", new_values."since", new_values."until", new_values."user_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='3473c9a6bf873b04e6223c33a1374bfe0808445c', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_c12bb', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='people_membership', when='AFTER')),
            ),
            migrations.AddConstraint(
                model_name='division',
                constraint=models.UniqueConstraint(fields=('school', 'code'), name='a_division_code_stands_once'),
            ),
            migrations.AddConstraint(
                model_name='division',
                constraint=models.UniqueConstraint(fields=('id', 'school'), name='division_and_its_school'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='student',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "people_studentevent" ("birth_date", "division_id", "full_name", "home_language", "id", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "preferred_name", "school_class_id", "school_id", "search_key", "sex", "sort_key", "status", "strengths", "user_id") SELECT new_values."birth_date", new_values."division_id", new_values."full_name", new_values."home_language", new_values."id", new_values."number", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."preferred_name", new_values."school_class_id", new_values."school_id", new_values."search_key", new_values."sex", new_values."sort_key", new_values."status", new_values."strengths", new_values."user_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='e7094e741017d404e250536d0bf726a657c96dbc', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_d3923', referencing='REFERENCING NEW TABLE AS new_values ', table='people_student', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='student',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "people_studentevent" ("birth_date", "division_id", "full_name", "home_language", "id", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "preferred_name", "school_class_id", "school_id", "search_key", "sex", "sort_key", "status", "strengths", "user_id") SELECT new_values."birth_date", new_values."division_id", new_values."full_name", new_values."home_language", new_values."id", new_values."number", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."preferred_name", new_values."school_class_id", new_values."school_id", new_values."search_key", new_values."sex", new_values."sort_key", new_values."status", new_values."strengths", new_values."user_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='633e59139f511826fceb659347d33d51f4027463', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_8455d', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='people_student', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='household',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "people_householdevent" ("address", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "region_id", "school_id") SELECT new_values."address", new_values."id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."region_id", new_values."school_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='d25faa35d06a5db6c3cc36c650efa061384fca18', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_bfe65', referencing='REFERENCING NEW TABLE AS new_values ', table='people_household', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='household',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "people_householdevent" ("address", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "region_id", "school_id") SELECT new_values."address", new_values."id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."region_id", new_values."school_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='974a845b4c4b802685f4ddd0e235d6508eeaa6f7', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_dc1e1', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='people_household', when='AFTER')),
            ),
            migrations.AddConstraint(
                model_name='guardianship',
                constraint=models.UniqueConstraint(condition=models.Q(('until', None)), fields=('student', 'guardian'), name='a_guardian_stands_once_with_a_child'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='guardianship',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "people_guardianshipevent" ("guardian_id", "id", "legal_guardian", "lives_with", "may_receive", "may_view", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "primary", "relation", "relation_said", "restricted_at", "restricted_by_id", "restriction_reason", "since", "student_id", "until") SELECT new_values."guardian_id", new_values."id", new_values."legal_guardian", new_values."lives_with", new_values."may_receive", new_values."may_view", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."primary", new_values."relation", new_values."relation_said", new_values."restricted_at", new_values."restricted_by_id", new_values."restriction_reason", new_values."since", new_values."student_id", new_values."until" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='08e1bff63bd18afd5f6f92176f983be8f43e615e', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_5782f', referencing='REFERENCING NEW TABLE AS new_values ', table='people_guardianship', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='guardianship',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "people_guardianshipevent" ("guardian_id", "id", "legal_guardian", "lives_with", "may_receive", "may_view", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "primary", "relation", "relation_said", "restricted_at", "restricted_by_id", "restriction_reason", "since", "student_id", "until") SELECT new_values."guardian_id", new_values."id", new_values."legal_guardian", new_values."lives_with", new_values."may_receive", new_values."may_view", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."primary", new_values."relation", new_values."relation_said", new_values."restricted_at", new_values."restricted_by_id", new_values."restriction_reason", new_values."since", new_values."student_id", new_values."until" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='846f7ac3ff9353c754063571cc9dd47a3b1dc8a6', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_d23a2', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='people_guardianship', when='AFTER')),
            ),
            migrations.AddConstraint(
                model_name='grant',
                constraint=models.UniqueConstraint(condition=models.Q(('until', None)), fields=('student', 'guardian', 'item'), name='a_thing_is_granted_once'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='grant',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "people_grantevent" ("guardian_id", "id", "item", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "since", "student_id", "until") SELECT new_values."guardian_id", new_values."id", new_values."item", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."since", new_values."student_id", new_values."until" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='f5f647b889891c90f25fa76d7424ed0bfc0d20cf', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_a2869', referencing='REFERENCING NEW TABLE AS new_values ', table='people_grant', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='grant',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "people_grantevent" ("guardian_id", "id", "item", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "since", "student_id", "until") SELECT new_values."guardian_id", new_values."id", new_values."item", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."since", new_values."student_id", new_values."until" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='811d979e0ef2f1ea0a2848e6a963a3697b643254', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_317e2', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='people_grant', when='AFTER')),
            ),
            migrations.AddConstraint(
                model_name='caseload',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('division', None), ('school_class', None), ('student__isnull', False)), models.Q(('division', None), ('school_class__isnull', False), ('student', None)), models.Q(('division__isnull', False), ('school_class', None), ('student', None)), _connector='OR'), name='a_caseload_names_one_child_class_or_division'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='caseload',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "people_caseloadevent" ("division_id", "id", "membership_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "school_class_id", "since", "student_id", "until") SELECT new_values."division_id", new_values."id", new_values."membership_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."school_class_id", new_values."since", new_values."student_id", new_values."until" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='fcef9ff1371c185659de20ba3e93ecfef008f16c', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_da38e', referencing='REFERENCING NEW TABLE AS new_values ', table='people_caseload', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='caseload',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "people_caseloadevent" ("division_id", "id", "membership_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "school_class_id", "since", "student_id", "until") SELECT new_values."division_id", new_values."id", new_values."membership_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."school_class_id", new_values."since", new_values."student_id", new_values."until" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='abefd66371566ec84ba3b6eed78b8b283eb04481', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_83d08', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='people_caseload', when='AFTER')),
            ),
        ]),
    ]
