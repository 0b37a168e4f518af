"""Threads and messages, what goes to many with its proof, what families suggest, news and things for parents."""

import datetime
import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.text
import django.utils.timezone
import homeschool.people.models.school
from homeschool.migrating import Together
import pgtrigger.compiler
import pgtrigger.migrations
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('journal', '0005_reminders'),
        ('people', '0007_messages'),
        ('pghistory', '0007_auto_20250421_0444'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        Together([
            migrations.CreateModel(
                name='Announcement',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('audience', models.CharField(max_length=20, verbose_name='to whom')),
                    ('key', models.CharField(max_length=60)),
                    ('called', models.CharField(blank=True, db_default='', default='', max_length=255)),
                    ('level', models.CharField(choices=[('read', 'is read'), ('tap', 'is answered with “I have read it”'), ('sign', 'is signed with the name')], default='read', max_length=4, verbose_name='what is asked')),
                    ('state', models.CharField(choices=[('draft', 'being written'), ('scheduled', 'leaves by itself'), ('sent', 'has left'), ('called_off', 'called off')], default='draft', editable=False, max_length=10)),
                    ('sends_at', models.DateTimeField(blank=True, null=True, verbose_name='leaves')),
                    ('sent_at', models.DateTimeField(blank=True, editable=False, null=True)),
                    ('answer_by', models.DateTimeField(blank=True, null=True, verbose_name='answered until')),
                    ('chased_at', models.DateTimeField(blank=True, editable=False, null=True)),
                    ('made_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                    ('version', models.PositiveIntegerField(db_default=0, default=0, editable=False)),
                    ('stopped', models.CharField(blank=True, choices=[('nobody', 'nobody stood behind it any more'), ('no_words', 'it had no words'), ('behind', 'the words in one language were older than the first ones')], db_default='', default='', editable=False, max_length=8)),
                    ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('school', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='announcements', to='people.school')),
                ],
                options={
                    'ordering': ['-made_at', 'id'],
                },
            ),
            migrations.CreateModel(
                name='AnnouncementEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, serialize=False)),
                    ('audience', models.CharField(max_length=20, verbose_name='to whom')),
                    ('key', models.CharField(max_length=60)),
                    ('called', models.CharField(blank=True, db_default='', default='', max_length=255)),
                    ('level', models.CharField(choices=[('read', 'is read'), ('tap', 'is answered with “I have read it”'), ('sign', 'is signed with the name')], default='read', max_length=4, verbose_name='what is asked')),
                    ('state', models.CharField(choices=[('draft', 'being written'), ('scheduled', 'leaves by itself'), ('sent', 'has left'), ('called_off', 'called off')], default='draft', editable=False, max_length=10)),
                    ('sends_at', models.DateTimeField(blank=True, null=True, verbose_name='leaves')),
                    ('sent_at', models.DateTimeField(blank=True, editable=False, null=True)),
                    ('answer_by', models.DateTimeField(blank=True, null=True, verbose_name='answered until')),
                    ('chased_at', models.DateTimeField(blank=True, editable=False, null=True)),
                    ('made_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                    ('version', models.PositiveIntegerField(db_default=0, default=0, editable=False)),
                    ('stopped', models.CharField(blank=True, choices=[('nobody', 'nobody stood behind it any more'), ('no_words', 'it had no words'), ('behind', 'the words in one language were older than the first ones')], db_default='', default='', editable=False, max_length=8)),
                    ('made_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='messaging.announcement')),
                    ('school', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='people.school')),
                ],
                options={
                    'abstract': False,
                },
            ),
            migrations.CreateModel(
                name='Away',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('since', models.DateField(verbose_name='first day')),
                    ('until', models.DateField(verbose_name='last day')),
                    ('words', models.CharField(blank=True, max_length=300, verbose_name='what families read')),
                    ('ended_at', models.DateTimeField(blank=True, editable=False, null=True)),
                    ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('school', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.school')),
                    ('substitute', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'ordering': ['-since', 'id'],
                },
            ),
            migrations.CreateModel(
                name='Message',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('side', models.CharField(choices=[('home', 'the family'), ('school', 'the school')], editable=False, max_length=6)),
                    ('text', models.TextField(blank=True, max_length=10000)),
                    ('language', models.CharField(blank=True, max_length=12)),
                    ('tap', models.CharField(blank=True, choices=[('yes', 'Yes'), ('another_time', 'Another time'), ('question', 'I have a question')], max_length=12)),
                    ('asks', models.BooleanField(default=False)),
                    ('written_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                    ('leaves_at', models.DateTimeField(editable=False)),
                    ('taken_back_at', models.DateTimeField(blank=True, editable=False, null=True)),
                    ('answers', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='answered_by', to='messaging.message')),
                    ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'ordering': ['written_at', 'id'],
                },
            ),
            migrations.CreateModel(
                name='Attachment',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('kind', models.CharField(choices=[('jpeg', 'picture'), ('pdf', 'PDF')], editable=False, max_length=4)),
                    ('content', models.BinaryField(null=True)),
                    ('size', models.PositiveIntegerField(default=0, editable=False)),
                    ('sha256', models.CharField(blank=True, editable=False, max_length=64)),
                    ('width', models.PositiveIntegerField(editable=False, null=True)),
                    ('height', models.PositiveIntegerField(editable=False, null=True)),
                    ('title', models.CharField(blank=True, max_length=80)),
                    ('at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('erased_at', models.DateTimeField(editable=False, null=True)),
                    ('erased_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('message', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attachments', to='messaging.message')),
                ],
                options={
                    'ordering': ['at', 'id'],
                },
            ),
            migrations.CreateModel(
                name='News',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('audience', models.CharField(max_length=20, verbose_name='for whom')),
                    ('key', models.CharField(max_length=60)),
                    ('state', models.CharField(choices=[('draft', 'being written'), ('proposed', 'waits for a leader'), ('published', 'families read it'), ('withdrawn', 'taken back')], default='draft', editable=False, max_length=9)),
                    ('since', models.DateTimeField(blank=True, null=True, verbose_name='stands from')),
                    ('until', models.DateTimeField(blank=True, null=True, verbose_name='stands until')),
                    ('made_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                    ('published_at', models.DateTimeField(editable=False, null=True)),
                    ('category', models.CharField(choices=[('life', 'School life'), ('lessons', 'Lessons'), ('health', 'Health'), ('events', 'Events'), ('notices', 'Good to know')], max_length=8, verbose_name='category')),
                    ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('published_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('school', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.school')),
                ],
                options={
                    'verbose_name_plural': 'news',
                    'ordering': ['-since', '-made_at', 'id'],
                    'abstract': False,
                },
            ),
            migrations.CreateModel(
                name='NewsEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, serialize=False)),
                    ('audience', models.CharField(max_length=20, verbose_name='for whom')),
                    ('key', models.CharField(max_length=60)),
                    ('state', models.CharField(choices=[('draft', 'being written'), ('proposed', 'waits for a leader'), ('published', 'families read it'), ('withdrawn', 'taken back')], default='draft', editable=False, max_length=9)),
                    ('since', models.DateTimeField(blank=True, null=True, verbose_name='stands from')),
                    ('until', models.DateTimeField(blank=True, null=True, verbose_name='stands until')),
                    ('made_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                    ('published_at', models.DateTimeField(editable=False, null=True)),
                    ('category', models.CharField(choices=[('life', 'School life'), ('lessons', 'Lessons'), ('health', 'Health'), ('events', 'Events'), ('notices', 'Good to know')], max_length=8, verbose_name='category')),
                    ('made_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='messaging.news')),
                    ('published_by', models.ForeignKey(db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                    ('school', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='people.school')),
                ],
                options={
                    'abstract': False,
                },
            ),
            migrations.CreateModel(
                name='NewsPicture',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('kind', models.CharField(choices=[('jpeg', 'picture'), ('pdf', 'PDF')], editable=False, max_length=4)),
                    ('content', models.BinaryField(null=True)),
                    ('size', models.PositiveIntegerField(default=0, editable=False)),
                    ('sha256', models.CharField(blank=True, editable=False, max_length=64)),
                    ('width', models.PositiveIntegerField(editable=False, null=True)),
                    ('height', models.PositiveIntegerField(editable=False, null=True)),
                    ('alt', models.CharField(max_length=200, verbose_name='what it shows')),
                    ('at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('news', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='picture', to='messaging.news')),
                ],
            ),
            migrations.CreateModel(
                name='NewsRead',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('language', models.CharField(max_length=12)),
                    ('at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('news', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reads', to='messaging.news')),
                    ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
            ),
            migrations.CreateModel(
                name='NewsWords',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('language', models.CharField(choices=[('en', 'English'), ('zh-hans', '中文'), ('es', 'Español')], max_length=12)),
                    ('title', models.CharField(max_length=120, verbose_name='heading')),
                    ('text', models.TextField(max_length=10000, verbose_name='text')),
                    ('at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('news', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='words', to='messaging.news')),
                ],
                options={
                    'ordering': ['id'],
                },
            ),
            migrations.CreateModel(
                name='NewsWordsEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('id', models.BigIntegerField()),
                    ('language', models.CharField(choices=[('en', 'English'), ('zh-hans', '中文'), ('es', 'Español')], max_length=12)),
                    ('title', models.CharField(max_length=120, verbose_name='heading')),
                    ('text', models.TextField(max_length=10000, verbose_name='text')),
                    ('at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                    ('news', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='messaging.news')),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='messaging.newswords')),
                ],
                options={
                    'abstract': False,
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
            ),
            migrations.CreateModel(
                name='Resource',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('audience', models.CharField(max_length=20, verbose_name='for whom')),
                    ('key', models.CharField(max_length=60)),
                    ('state', models.CharField(choices=[('draft', 'being written'), ('proposed', 'waits for a leader'), ('published', 'families read it'), ('withdrawn', 'taken back')], default='draft', editable=False, max_length=9)),
                    ('since', models.DateTimeField(blank=True, null=True, verbose_name='stands from')),
                    ('until', models.DateTimeField(blank=True, null=True, verbose_name='stands until')),
                    ('made_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                    ('published_at', models.DateTimeField(editable=False, null=True)),
                    ('topic', models.CharField(choices=[('welcome', 'New at our school'), ('learning', 'Learning at home'), ('growing', 'Growing up'), ('health', 'Health and food'), ('rules', 'Rules we agreed on'), ('forms', 'Forms to fill in')], max_length=8, verbose_name='topic')),
                    ('kind', models.CharField(choices=[('article', 'Article'), ('policy', 'Rule of the school'), ('paper', 'Paper')], default='article', max_length=7, verbose_name='what it is')),
                    ('look_again_on', models.DateField(verbose_name='look at it again on')),
                    ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('published_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('responsible', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='answers for it')),
                    ('school', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.school')),
                ],
                options={
                    'ordering': ['topic', 'made_at', 'id'],
                    'abstract': False,
                },
            ),
            migrations.CreateModel(
                name='ResourceEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, serialize=False)),
                    ('audience', models.CharField(max_length=20, verbose_name='for whom')),
                    ('key', models.CharField(max_length=60)),
                    ('state', models.CharField(choices=[('draft', 'being written'), ('proposed', 'waits for a leader'), ('published', 'families read it'), ('withdrawn', 'taken back')], default='draft', editable=False, max_length=9)),
                    ('since', models.DateTimeField(blank=True, null=True, verbose_name='stands from')),
                    ('until', models.DateTimeField(blank=True, null=True, verbose_name='stands until')),
                    ('made_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                    ('published_at', models.DateTimeField(editable=False, null=True)),
                    ('topic', models.CharField(choices=[('welcome', 'New at our school'), ('learning', 'Learning at home'), ('growing', 'Growing up'), ('health', 'Health and food'), ('rules', 'Rules we agreed on'), ('forms', 'Forms to fill in')], max_length=8, verbose_name='topic')),
                    ('kind', models.CharField(choices=[('article', 'Article'), ('policy', 'Rule of the school'), ('paper', 'Paper')], default='article', max_length=7, verbose_name='what it is')),
                    ('look_again_on', models.DateField(verbose_name='look at it again on')),
                    ('made_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='messaging.resource')),
                    ('published_by', models.ForeignKey(db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                    ('responsible', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='answers for it')),
                    ('school', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='people.school')),
                ],
                options={
                    'abstract': False,
                },
            ),
            migrations.CreateModel(
                name='ResourceRead',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('language', models.CharField(max_length=12)),
                    ('first_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('last_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('saved_at', models.DateTimeField(null=True)),
                    ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('resource', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reads', to='messaging.resource')),
                ],
            ),
            migrations.CreateModel(
                name='ResourceWords',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('content', models.BinaryField(null=True)),
                    ('size', models.PositiveIntegerField(default=0, editable=False)),
                    ('sha256', models.CharField(blank=True, editable=False, max_length=64)),
                    ('width', models.PositiveIntegerField(editable=False, null=True)),
                    ('height', models.PositiveIntegerField(editable=False, null=True)),
                    ('kind', models.CharField(blank=True, choices=[('jpeg', 'picture'), ('pdf', 'PDF')], editable=False, max_length=4)),
                    ('language', models.CharField(choices=[('en', 'English'), ('zh-hans', '中文'), ('es', 'Español')], max_length=12)),
                    ('title', models.CharField(max_length=120, verbose_name='title')),
                    ('text', models.TextField(blank=True, max_length=20000, verbose_name='text')),
                    ('at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('first_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                    ('changed_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('resource', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='words', to='messaging.resource')),
                ],
                options={
                    'ordering': ['first_at', 'id'],
                },
            ),
            migrations.CreateModel(
                name='ResourceWordsEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, serialize=False)),
                    ('size', models.PositiveIntegerField(default=0, editable=False)),
                    ('sha256', models.CharField(blank=True, editable=False, max_length=64)),
                    ('width', models.PositiveIntegerField(editable=False, null=True)),
                    ('height', models.PositiveIntegerField(editable=False, null=True)),
                    ('kind', models.CharField(blank=True, choices=[('jpeg', 'picture'), ('pdf', 'PDF')], editable=False, max_length=4)),
                    ('language', models.CharField(choices=[('en', 'English'), ('zh-hans', '中文'), ('es', 'Español')], max_length=12)),
                    ('title', models.CharField(max_length=120, verbose_name='title')),
                    ('text', models.TextField(blank=True, max_length=20000, verbose_name='text')),
                    ('at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('first_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                    ('changed_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='messaging.resourcewords')),
                    ('resource', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='messaging.resource')),
                ],
                options={
                    'abstract': False,
                },
            ),
            migrations.CreateModel(
                name='SavedList',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('name', models.CharField(max_length=120, verbose_name='name')),
                    ('ended_at', models.DateTimeField(blank=True, null=True)),
                    ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('school', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.school')),
                    ('students', models.ManyToManyField(blank=True, related_name='+', to='people.student')),
                ],
                options={
                    'ordering': ['name', 'id'],
                },
            ),
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
                name='Telling',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('how', models.CharField(blank=True, choices=[('telephoned', 'telephoned'), ('met', 'met and told'), ('paper', 'given on paper')], max_length=10, verbose_name='how')),
                    ('remark', models.CharField(blank=True, max_length=300, verbose_name='what was said')),
                    ('done_at', models.DateTimeField(blank=True, editable=False, null=True)),
                    ('announcement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tellings', to='messaging.announcement')),
                    ('done_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('student', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.student')),
                ],
                options={
                    'ordering': ['announcement', 'id'],
                },
            ),
            migrations.CreateModel(
                name='TellingEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, serialize=False)),
                    ('how', models.CharField(blank=True, choices=[('telephoned', 'telephoned'), ('met', 'met and told'), ('paper', 'given on paper')], max_length=10, verbose_name='how')),
                    ('remark', models.CharField(blank=True, max_length=300, verbose_name='what was said')),
                    ('done_at', models.DateTimeField(blank=True, editable=False, null=True)),
                    ('announcement', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='messaging.announcement')),
                    ('done_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                    ('owner', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                    ('person', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='messaging.telling')),
                    ('student', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='people.student')),
                ],
                options={
                    'abstract': False,
                },
            ),
            migrations.CreateModel(
                name='Template',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('name', models.CharField(max_length=120, verbose_name='name')),
                    ('level', models.CharField(choices=[('read', 'is read'), ('tap', 'is answered with “I have read it”'), ('sign', 'is signed with the name')], default='read', max_length=4, verbose_name='what is asked')),
                    ('words', models.JSONField(default=list)),
                    ('ended_at', models.DateTimeField(blank=True, editable=False, null=True)),
                    ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('school', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.school')),
                ],
                options={
                    'ordering': ['name', 'id'],
                },
            ),
            migrations.CreateModel(
                name='Term',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('source', models.CharField(choices=[('en', 'English'), ('zh-hans', '中文'), ('es', 'Español')], max_length=12, verbose_name='from')),
                    ('word', models.CharField(max_length=120, verbose_name='word')),
                    ('language', models.CharField(choices=[('en', 'English'), ('zh-hans', '中文'), ('es', 'Español')], max_length=12, verbose_name='into')),
                    ('said', models.CharField(max_length=120, verbose_name='is said')),
                    ('school', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='people.school')),
                ],
                options={
                    'ordering': ['source', 'language', 'word'],
                },
            ),
            migrations.CreateModel(
                name='Thread',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('opened_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                    ('last_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                    ('copies', models.UUIDField(blank=True, editable=False, null=True)),
                    ('closed_at', models.DateTimeField(blank=True, editable=False, null=True)),
                    ('closed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('opened_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('school', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.school')),
                    ('student', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='threads', to='people.student')),
                ],
                options={
                    'ordering': ['-last_at', '-id'],
                },
            ),
            migrations.CreateModel(
                name='Seat',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('side', models.CharField(choices=[('home', 'the family'), ('school', 'the school')], max_length=6)),
                    ('since', models.DateTimeField(default=django.utils.timezone.now)),
                    ('left_at', models.DateTimeField(blank=True, null=True)),
                    ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('thread', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='seats', to='messaging.thread')),
                ],
                options={
                    'ordering': ['side', 'since', 'id'],
                },
            ),
            migrations.CreateModel(
                name='Remark',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('text', models.TextField(max_length=2000)),
                    ('at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                    ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('thread', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='messaging.thread')),
                ],
                options={
                    'ordering': ['at', 'id'],
                },
            ),
            migrations.AddField(
                model_name='message',
                name='thread',
                field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='messaging.thread'),
            ),
            migrations.CreateModel(
                name='Draft',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('text', models.TextField(max_length=10000)),
                    ('saved_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('student', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.student')),
                    ('thread', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='messaging.thread')),
                ],
            ),
            migrations.CreateModel(
                name='ThreadEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, serialize=False)),
                    ('opened_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                    ('last_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                    ('copies', models.UUIDField(blank=True, editable=False, null=True)),
                    ('closed_at', models.DateTimeField(blank=True, editable=False, null=True)),
                    ('closed_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                    ('opened_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='messaging.thread')),
                    ('school', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='people.school')),
                    ('student', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='people.student')),
                ],
                options={
                    'abstract': False,
                },
            ),
            migrations.CreateModel(
                name='Told',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('announcement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='told', to='messaging.announcement')),
                    ('student', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.student')),
                ],
            ),
            migrations.CreateModel(
                name='Translation',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('language', models.CharField(max_length=12)),
                    ('text', models.TextField(max_length=20000)),
                    ('provider', models.CharField(blank=True, max_length=60)),
                    ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('checked_at', models.DateTimeField(blank=True, null=True)),
                    ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('checked_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('message', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='translations', to='messaging.message')),
                ],
                options={
                    'ordering': ['message', 'language'],
                },
            ),
            migrations.CreateModel(
                name='TranslationEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('id', models.BigIntegerField()),
                    ('language', models.CharField(max_length=12)),
                    ('text', models.TextField(max_length=20000)),
                    ('provider', models.CharField(blank=True, max_length=60)),
                    ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('checked_at', models.DateTimeField(blank=True, null=True)),
                    ('by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                    ('checked_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                    ('message', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='messaging.message')),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='messaging.translation')),
                ],
                options={
                    'abstract': False,
                },
            ),
            migrations.CreateModel(
                name='Unclear',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('helped_at', models.DateTimeField(blank=True, null=True)),
                    ('helper', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('message', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='unclear', to='messaging.message')),
                    ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'ordering': ['at', 'id'],
                },
            ),
            migrations.CreateModel(
                name='Wording',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('language', models.CharField(max_length=12)),
                    ('title', models.CharField(max_length=120, verbose_name='title')),
                    ('text', models.TextField(max_length=10000, verbose_name='text')),
                    ('of_digest', models.CharField(blank=True, db_default='', default='', max_length=64)),
                    ('provider', models.CharField(blank=True, max_length=60)),
                    ('announcement', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='wordings', to='messaging.announcement')),
                    ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('checked_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'ordering': ['id'],
                },
            ),
            migrations.CreateModel(
                name='Signature',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('name', models.CharField(max_length=255)),
                    ('digest', models.CharField(max_length=64)),
                    ('at', models.DateTimeField()),
                    ('way', models.CharField(choices=[('portal', 'signed in'), ('letter', 'by the link of the own letter')], db_default='portal', default='portal', editable=False, max_length=6)),
                    ('receipt', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='journal.receipt')),
                    ('wording', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='messaging.wording')),
                ],
                options={
                    'ordering': ['at', 'id'],
                },
            ),
            migrations.AddIndex(
                model_name='announcement',
                index=models.Index(fields=['school', '-made_at'], name='announcements_of_school'),
            ),
            migrations.AddIndex(
                model_name='announcement',
                index=models.Index(condition=models.Q(('state', 'scheduled')), fields=['sends_at'], name='announcements_to_send'),
            ),
            migrations.AddConstraint(
                model_name='announcement',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('sent_at__isnull', False), ('state', 'sent')), models.Q(models.Q(('state', 'sent'), _negated=True), ('sent_at', None)), _connector='OR'), name='what_was_sent_says_when'),
            ),
            migrations.AddConstraint(
                model_name='announcement',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'scheduled'), _negated=True), ('sends_at__isnull', False), _connector='OR'), name='what_is_scheduled_says_when'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='announcement',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "messaging_announcementevent" ("answer_by", "audience", "called", "chased_at", "id", "key", "level", "made_at", "made_by_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "school_id", "sends_at", "sent_at", "state", "stopped", "version") SELECT new_values."answer_by", new_values."audience", new_values."called", new_values."chased_at", new_values."id", new_values."key", new_values."level", new_values."made_at", new_values."made_by_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."school_id", new_values."sends_at", new_values."sent_at", new_values."state", new_values."stopped", new_values."version" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='47dcb76d68bc847e069b6b4bb86e3e74d764d093', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_eaa72', referencing='REFERENCING NEW TABLE AS new_values ', table='messaging_announcement', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='announcement',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "messaging_announcementevent" ("answer_by", "audience", "called", "chased_at", "id", "key", "level", "made_at", "made_by_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "school_id", "sends_at", "sent_at", "state", "stopped", "version") SELECT new_values."answer_by", new_values."audience", new_values."called", new_values."chased_at", new_values."id", new_values."key", new_values."level", new_values."made_at", new_values."made_by_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."school_id", new_values."sends_at", new_values."sent_at", new_values."state", new_values."stopped", new_values."version" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='f21b650be30acc9b685aea85edf34019f43ef4d4', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_0f3fd', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='messaging_announcement', when='AFTER')),
            ),
            migrations.AddConstraint(
                model_name='away',
                constraint=models.CheckConstraint(condition=models.Q(('until__gte', models.F('since')), ('until__lte', django.db.models.expressions.CombinedExpression(models.F('since'), '+', models.Value(datetime.timedelta(days=366))))), name='who_is_away_comes_back'),
            ),
            migrations.AddConstraint(
                model_name='away',
                constraint=models.CheckConstraint(condition=models.Q(('substitute', models.F('person')), _negated=True), name='nobody_stands_in_for_itself'),
            ),
            migrations.AddConstraint(
                model_name='away',
                constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('ended_at', None)), expressions=[('person', '='), (homeschool.people.models.school.DateRange('since', django.db.models.expressions.CombinedExpression(models.F('until'), '+', models.Value(1))), '&&')], name='a_person_is_away_once'),
            ),
            migrations.AddIndex(
                model_name='attachment',
                index=models.Index(fields=['message', 'at'], name='attachments_of_a_message'),
            ),
            migrations.AddConstraint(
                model_name='attachment',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('content__isnull', False), ('size__gt', 0), models.Q(('sha256', ''), _negated=True)), models.Q(('content', None), ('height', None), ('sha256', ''), ('size', 0), ('width', None)), _connector='OR'), name='an_attachment_is_whole_or_gone'),
            ),
            migrations.AddConstraint(
                model_name='attachment',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('content__isnull', False), ('erased_at', None)), models.Q(('content', None), ('erased_at__isnull', False), ('erased_by__isnull', False), ('title', '')), _connector='OR'), name='an_erased_attachment_keeps_who_and_when'),
            ),
            migrations.AddIndex(
                model_name='news',
                index=models.Index(fields=['school', '-since', 'id'], name='articles_of_a_school'),
            ),
            migrations.AddConstraint(
                model_name='news',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'published'), _negated=True), models.Q(('published_at__isnull', False), ('published_by__isnull', False), ('since__isnull', False)), _connector='OR'), name='news_that_stands_says_since_when'),
            ),
            migrations.AddConstraint(
                model_name='news',
                constraint=models.CheckConstraint(condition=models.Q(('until', None), ('since', None), ('until__gt', models.F('since')), _connector='OR'), name='news_ends_after_it_began'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='news',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "messaging_newsevent" ("audience", "category", "id", "key", "made_at", "made_by_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "published_at", "published_by_id", "school_id", "since", "state", "until") SELECT new_values."audience", new_values."category", new_values."id", new_values."key", new_values."made_at", new_values."made_by_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."published_at", new_values."published_by_id", new_values."school_id", new_values."since", new_values."state", new_values."until" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='453e2f64152635b247564a7aca73d65f03beecf3', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_9bc2d', referencing='REFERENCING NEW TABLE AS new_values ', table='messaging_news', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='news',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "messaging_newsevent" ("audience", "category", "id", "key", "made_at", "made_by_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "published_at", "published_by_id", "school_id", "since", "state", "until") SELECT new_values."audience", new_values."category", new_values."id", new_values."key", new_values."made_at", new_values."made_by_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."published_at", new_values."published_by_id", new_values."school_id", new_values."since", new_values."state", new_values."until" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='db04cee0483ae342d3c4ddb04cf645cdc96841f4', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_6c419', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='messaging_news', when='AFTER')),
            ),
            migrations.AddConstraint(
                model_name='newspicture',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('content__isnull', False), ('size__gt', 0), models.Q(('sha256', ''), _negated=True)), models.Q(('content', None), ('height', None), ('sha256', ''), ('size', 0), ('width', None)), _connector='OR'), name='a_picture_of_news_is_whole_or_gone'),
            ),
            migrations.AddConstraint(
                model_name='newspicture',
                constraint=models.CheckConstraint(condition=models.Q(('alt', ''), _negated=True), name='a_picture_of_news_is_described'),
            ),
            migrations.AddConstraint(
                model_name='newsread',
                constraint=models.UniqueConstraint(fields=('news', 'person'), name='an_article_is_read_once'),
            ),
            migrations.AddConstraint(
                model_name='newswords',
                constraint=models.UniqueConstraint(fields=('news', 'language'), name='an_article_stands_once_in_a_language'),
            ),
            migrations.AddConstraint(
                model_name='newswords',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('title', ''), _negated=True), models.Q(('text', ''), _negated=True)), name='an_article_says_something'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='newswords',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "messaging_newswordsevent" ("at", "by_id", "id", "language", "news_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "text", "title") SELECT new_values."at", new_values."by_id", new_values."id", new_values."language", new_values."news_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."text", new_values."title" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='9fb43e6c8b36adb3428de46d2f5138890be9c51a', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_4d710', referencing='REFERENCING NEW TABLE AS new_values ', table='messaging_newswords', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='newswords',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "messaging_newswordsevent" ("at", "by_id", "id", "language", "news_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "text", "title") SELECT new_values."at", new_values."by_id", new_values."id", new_values."language", new_values."news_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."text", new_values."title" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='4aee8396f0d3a8da82e6105aa29d8e2473e7c1ec', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_61413', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='messaging_newswords', when='AFTER')),
            ),
            migrations.AddConstraint(
                model_name='officehours',
                constraint=models.UniqueConstraint(fields=('school', 'person'), name='office_hours_stand_once', nulls_distinct=False),
            ),
            migrations.AddConstraint(
                model_name='officehours',
                constraint=models.CheckConstraint(condition=models.Q(('ends__gt', models.F('begins'))), name='an_office_day_ends'),
            ),
            migrations.AddConstraint(
                model_name='officehours',
                constraint=models.CheckConstraint(condition=models.Q(('weekdays__len__gt', 0)), name='office_hours_have_a_day'),
            ),
            migrations.AddIndex(
                model_name='resource',
                index=models.Index(fields=['school', 'topic'], name='resources_of_a_school'),
            ),
            migrations.AddConstraint(
                model_name='resource',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'published'), _negated=True), models.Q(('published_at__isnull', False), ('published_by__isnull', False), ('since__isnull', False)), _connector='OR'), name='resource_that_stands_says_since_when'),
            ),
            migrations.AddConstraint(
                model_name='resource',
                constraint=models.CheckConstraint(condition=models.Q(('until', None), ('since', None), ('until__gt', models.F('since')), _connector='OR'), name='resource_ends_after_it_began'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='resource',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "messaging_resourceevent" ("audience", "id", "key", "kind", "look_again_on", "made_at", "made_by_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "published_at", "published_by_id", "responsible_id", "school_id", "since", "state", "topic", "until") SELECT new_values."audience", new_values."id", new_values."key", new_values."kind", new_values."look_again_on", new_values."made_at", new_values."made_by_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."published_at", new_values."published_by_id", new_values."responsible_id", new_values."school_id", new_values."since", new_values."state", new_values."topic", new_values."until" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='a9c1b078fa6320fcc3c155830c44f2c46f489f03', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_3bc8e', referencing='REFERENCING NEW TABLE AS new_values ', table='messaging_resource', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='resource',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "messaging_resourceevent" ("audience", "id", "key", "kind", "look_again_on", "made_at", "made_by_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "published_at", "published_by_id", "responsible_id", "school_id", "since", "state", "topic", "until") SELECT new_values."audience", new_values."id", new_values."key", new_values."kind", new_values."look_again_on", new_values."made_at", new_values."made_by_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."published_at", new_values."published_by_id", new_values."responsible_id", new_values."school_id", new_values."since", new_values."state", new_values."topic", new_values."until" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='7abdb7995bc523b544181d6e42e39d0bacff0fe6', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_1c49b', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='messaging_resource', when='AFTER')),
            ),
            migrations.AddConstraint(
                model_name='resourceread',
                constraint=models.UniqueConstraint(fields=('resource', 'person'), name='a_resource_is_counted_once_for_a_reader'),
            ),
            migrations.AddConstraint(
                model_name='resourcewords',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('content__isnull', False), ('size__gt', 0), models.Q(('sha256', ''), _negated=True)), models.Q(('content', None), ('height', None), ('sha256', ''), ('size', 0), ('width', None)), _connector='OR'), name='a_file_for_parents_is_whole_or_gone'),
            ),
            migrations.AddConstraint(
                model_name='resourcewords',
                constraint=models.UniqueConstraint(fields=('resource', 'language'), name='a_resource_stands_once_in_a_language'),
            ),
            migrations.AddConstraint(
                model_name='resourcewords',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('title', ''), _negated=True), models.Q(models.Q(('text', ''), _negated=True), ('content__isnull', False), _connector='OR')), name='a_resource_says_or_gives_something'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='resourcewords',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "messaging_resourcewordsevent" ("at", "by_id", "changed_at", "first_at", "height", "id", "kind", "language", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "resource_id", "sha256", "size", "text", "title", "width") SELECT new_values."at", new_values."by_id", new_values."changed_at", new_values."first_at", new_values."height", new_values."id", new_values."kind", new_values."language", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."resource_id", new_values."sha256", new_values."size", new_values."text", new_values."title", new_values."width" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='3cb6706a5836db87cb90292e2c33d33372e67641', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_130cd', referencing='REFERENCING NEW TABLE AS new_values ', table='messaging_resourcewords', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='resourcewords',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "messaging_resourcewordsevent" ("at", "by_id", "changed_at", "first_at", "height", "id", "kind", "language", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "resource_id", "sha256", "size", "text", "title", "width") SELECT new_values."at", new_values."by_id", new_values."changed_at", new_values."first_at", new_values."height", new_values."id", new_values."kind", new_values."language", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."resource_id", new_values."sha256", new_values."size", new_values."text", new_values."title", new_values."width" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."at" IS DISTINCT FROM (new_values."at") OR old_values."by_id" IS DISTINCT FROM (new_values."by_id") OR old_values."changed_at" IS DISTINCT FROM (new_values."changed_at") OR old_values."first_at" IS DISTINCT FROM (new_values."first_at") OR old_values."height" IS DISTINCT FROM (new_values."height") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."kind" IS DISTINCT FROM (new_values."kind") OR old_values."language" IS DISTINCT FROM (new_values."language") OR old_values."resource_id" IS DISTINCT FROM (new_values."resource_id") OR old_values."sha256" IS DISTINCT FROM (new_values."sha256") OR old_values."size" IS DISTINCT FROM (new_values."size") OR old_values."text" IS DISTINCT FROM (new_values."text") OR old_values."title" IS DISTINCT FROM (new_values."title") OR old_values."width" IS DISTINCT FROM (new_values."width")) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='75fa84822e5523dbf500b64fcedd346808706a02', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_51b85', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='messaging_resourcewords', when='AFTER')),
            ),
            migrations.AddConstraint(
                model_name='savedlist',
                constraint=models.UniqueConstraint(models.F('school'), models.F('name'), condition=models.Q(('ended_at', None)), name='a_saved_list_stands_once'),
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
            migrations.AddConstraint(
                model_name='telling',
                constraint=models.UniqueConstraint(condition=models.Q(('person__isnull', False)), fields=('announcement', 'person'), name='a_person_is_told_by_one'),
            ),
            migrations.AddConstraint(
                model_name='telling',
                constraint=models.UniqueConstraint(condition=models.Q(('person', None)), fields=('announcement', 'student'), name='a_child_without_anybody_is_told_by_one'),
            ),
            migrations.AddConstraint(
                model_name='telling',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('done_at', None), ('done_by', None), ('how', '')), models.Q(('done_at__isnull', False), ('done_by__isnull', False), models.Q(('how', ''), _negated=True)), _connector='OR'), name='who_was_told_says_how_and_by_whom'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='telling',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "messaging_tellingevent" ("announcement_id", "done_at", "done_by_id", "how", "id", "owner_id", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "remark", "student_id") SELECT new_values."announcement_id", new_values."done_at", new_values."done_by_id", new_values."how", new_values."id", new_values."owner_id", new_values."person_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."remark", new_values."student_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='5c56751f214e83daa842548cf87e006dc4545312', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_ac51a', referencing='REFERENCING NEW TABLE AS new_values ', table='messaging_telling', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='telling',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "messaging_tellingevent" ("announcement_id", "done_at", "done_by_id", "how", "id", "owner_id", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "remark", "student_id") SELECT new_values."announcement_id", new_values."done_at", new_values."done_by_id", new_values."how", new_values."id", new_values."owner_id", new_values."person_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."remark", new_values."student_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='24ed18185e2fbb128fe386d2b3a3ddb8db12e081', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_b9fe7', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='messaging_telling', when='AFTER')),
            ),
            migrations.AddConstraint(
                model_name='template',
                constraint=models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='a_template_has_a_name'),
            ),
            migrations.AddConstraint(
                model_name='term',
                constraint=models.UniqueConstraint(models.F('school'), models.F('source'), models.F('language'), django.db.models.functions.text.Lower('word'), name='a_term_stands_once'),
            ),
            migrations.AddConstraint(
                model_name='term',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('word', ''), _negated=True), models.Q(('said', ''), _negated=True)), name='a_term_says_something'),
            ),
            migrations.AddConstraint(
                model_name='term',
                constraint=models.CheckConstraint(condition=models.Q(('source', models.F('language')), _negated=True), name='a_term_is_in_two_languages'),
            ),
            migrations.AddIndex(
                model_name='thread',
                index=models.Index(models.F('student'), models.OrderBy(models.F('last_at'), descending=True), models.OrderBy(models.F('id'), descending=True), name='threads_of_a_child'),
            ),
            migrations.AddIndex(
                model_name='thread',
                index=models.Index(models.F('school'), models.OrderBy(models.F('last_at'), descending=True), models.OrderBy(models.F('id'), descending=True), name='threads_of_a_school'),
            ),
            migrations.AddIndex(
                model_name='thread',
                index=models.Index(models.OrderBy(models.F('last_at'), descending=True), models.OrderBy(models.F('id'), descending=True), name='threads_in_order'),
            ),
            migrations.AddConstraint(
                model_name='thread',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at', None), ('closed_by', None)), models.Q(('closed_at__isnull', False), ('closed_by__isnull', False)), _connector='OR'), name='a_closed_thread_says_by_whom'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='thread',
                trigger=pgtrigger.compiler.Trigger(name='a_thread_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='76fbd048b5cd35d41d52e9d72a42ab6a1795e1c6', operation='DELETE', pgid='pgtrigger_a_thread_is_kept_ce7ac', table='messaging_thread', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='thread',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "messaging_threadevent" ("closed_at", "closed_by_id", "copies", "id", "last_at", "opened_at", "opened_by_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "school_id", "student_id") SELECT new_values."closed_at", new_values."closed_by_id", new_values."copies", new_values."id", new_values."last_at", new_values."opened_at", new_values."opened_by_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."school_id", new_values."student_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='6636301aec9c5a6db6a0889304ffdc9a3d4038f8', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_6b036', referencing='REFERENCING NEW TABLE AS new_values ', table='messaging_thread', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='thread',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "messaging_threadevent" ("closed_at", "closed_by_id", "copies", "id", "last_at", "opened_at", "opened_by_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "school_id", "student_id") SELECT new_values."closed_at", new_values."closed_by_id", new_values."copies", new_values."id", new_values."last_at", new_values."opened_at", new_values."opened_by_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."school_id", new_values."student_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='f8fb04436e4acea99d4fd9f5c5fb25a626ed8857', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_72cf3', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='messaging_thread', when='AFTER')),
            ),
            migrations.AddIndex(
                model_name='seat',
                index=models.Index(condition=models.Q(('left_at', None)), fields=['person', 'thread'], name='seats_of_a_person'),
            ),
            migrations.AddConstraint(
                model_name='seat',
                constraint=models.UniqueConstraint(condition=models.Q(('left_at', None)), fields=('thread', 'person'), name='a_person_takes_part_once'),
            ),
            migrations.AddConstraint(
                model_name='remark',
                constraint=models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='a_remark_says_something'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='remark',
                trigger=pgtrigger.compiler.Trigger(name='a_remark_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='5bbb509e9c63db88956e8095845fd39d807a1969', operation='UPDATE OR DELETE', pgid='pgtrigger_a_remark_is_kept_d4739', table='messaging_remark', when='BEFORE')),
            ),
            migrations.AddIndex(
                model_name='message',
                index=models.Index(fields=['thread', 'written_at', 'id'], name='messages_of_a_thread'),
            ),
            migrations.AddIndex(
                model_name='message',
                index=models.Index(condition=models.Q(('taken_back_at', None)), fields=['thread', 'leaves_at'], include=('author',), name='messages_as_they_leave'),
            ),
            migrations.AddIndex(
                model_name='message',
                index=django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass(django.db.models.functions.text.Upper('text'), name='gin_trgm_ops'), name='messages_by_their_words'),
            ),
            migrations.AddConstraint(
                model_name='message',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('text', ''), _negated=True), models.Q(('tap', ''), _negated=True), _connector='OR'), name='a_message_says_something'),
            ),
            migrations.AddConstraint(
                model_name='message',
                constraint=models.CheckConstraint(condition=models.Q(('taken_back_at', None), ('taken_back_at__lt', models.F('leaves_at')), _connector='OR'), name='what_has_left_is_not_taken_back'),
            ),
            migrations.AddConstraint(
                model_name='message',
                constraint=models.UniqueConstraint(condition=models.Q(models.Q(('tap', ''), _negated=True), ('taken_back_at', None)), fields=('answers', 'author'), name='a_person_taps_once'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='message',
                trigger=pgtrigger.compiler.Trigger(name='a_message_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='3b3599c203f4103505bbf5cafb97373d9de9dc68', operation='DELETE', pgid='pgtrigger_a_message_is_kept_4fb63', table='messaging_message', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='message',
                trigger=pgtrigger.compiler.Trigger(name='a_message_says_what_it_said', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."answers_id" IS DISTINCT FROM (NEW."answers_id") OR OLD."asks" IS DISTINCT FROM (NEW."asks") OR OLD."author_id" IS DISTINCT FROM (NEW."author_id") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."language" IS DISTINCT FROM (NEW."language") OR OLD."leaves_at" IS DISTINCT FROM (NEW."leaves_at") OR OLD."side" IS DISTINCT FROM (NEW."side") OR OLD."tap" IS DISTINCT FROM (NEW."tap") OR OLD."text" IS DISTINCT FROM (NEW."text") OR OLD."thread_id" IS DISTINCT FROM (NEW."thread_id") OR OLD."written_at" IS DISTINCT FROM (NEW."written_at"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='1959f208e3d220ba69744340ddd3cfd2ef960b6c', operation='UPDATE', pgid='pgtrigger_a_message_says_what_it_said_afeee', table='messaging_message', when='BEFORE')),
            ),
            migrations.AddConstraint(
                model_name='draft',
                constraint=models.UniqueConstraint(fields=('person', 'thread', 'student'), name='a_draft_stands_once', nulls_distinct=False),
            ),
            migrations.AddConstraint(
                model_name='draft',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('student', None), ('thread__isnull', False)), models.Q(('student__isnull', False), ('thread', None)), _connector='OR'), name='a_draft_is_for_one_place'),
            ),
            migrations.AddConstraint(
                model_name='told',
                constraint=models.UniqueConstraint(fields=('announcement', 'student'), name='an_announcement_names_a_child_once'),
            ),
            migrations.AddIndex(
                model_name='translation',
                index=django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass(django.db.models.functions.text.Upper('text'), name='gin_trgm_ops'), name='translations_by_their_words'),
            ),
            migrations.AddConstraint(
                model_name='translation',
                constraint=models.UniqueConstraint(fields=('message', 'language'), name='a_message_stands_once_in_a_language'),
            ),
            migrations.AddConstraint(
                model_name='translation',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('by', None), models.Q(('provider', ''), _negated=True)), models.Q(('by__isnull', False), ('provider', '')), _connector='OR'), name='a_translation_says_whose_it_is'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='translation',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "messaging_translationevent" ("by_id", "checked_at", "checked_by_id", "id", "language", "made_at", "message_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "provider", "text") SELECT new_values."by_id", new_values."checked_at", new_values."checked_by_id", new_values."id", new_values."language", new_values."made_at", new_values."message_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."provider", new_values."text" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='dce8f90a8306cfe8650fb110eec1c979ae7dbb79', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_495e3', referencing='REFERENCING NEW TABLE AS new_values ', table='messaging_translation', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='translation',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "messaging_translationevent" ("by_id", "checked_at", "checked_by_id", "id", "language", "made_at", "message_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "provider", "text") SELECT new_values."by_id", new_values."checked_at", new_values."checked_by_id", new_values."id", new_values."language", new_values."made_at", new_values."message_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."provider", new_values."text" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='827a2fba2ce70e7fef726e67507e1343161f9b45', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_584f7', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='messaging_translation', when='AFTER')),
            ),
            migrations.AddConstraint(
                model_name='unclear',
                constraint=models.UniqueConstraint(fields=('message', 'person'), name='a_message_is_unclear_once_to_a_person'),
            ),
            migrations.AddConstraint(
                model_name='wording',
                constraint=models.UniqueConstraint(fields=('announcement', 'language'), name='a_wording_stands_once_in_a_language'),
            ),
            migrations.AddConstraint(
                model_name='wording',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('title', ''), _negated=True), models.Q(('text', ''), _negated=True)), name='a_wording_says_something'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='wording',
                trigger=pgtrigger.compiler.Trigger(name='what_was_sent_stays', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE row messaging_wording%ROWTYPE;', func="\n                    row := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;\n                    PERFORM 1 FROM messaging_announcement\n                        WHERE id = row.announcement_id AND state = 'sent';\n                    IF FOUND THEN\n                        RAISE EXCEPTION 'the words of % have been sent', row.announcement_id\n                            USING ERRCODE = 'check_violation', CONSTRAINT = 'what_was_sent_stays';\n                    END IF;\n                    RETURN row;\n                ", hash='d1858de1a205e10acc786fd5b4ff6e168859a4b8', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_what_was_sent_stays_81b97', table='messaging_wording', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='signature',
                trigger=pgtrigger.compiler.Trigger(name='a_signature_stands', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='6b900be0311c9c722395677fb646b08debe1d03c', operation='UPDATE OR DELETE', pgid='pgtrigger_a_signature_stands_16fe4', table='messaging_signature', when='BEFORE')),
            ),
        ]),
    ]
