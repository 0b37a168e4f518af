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
        ("messaging", "0006_proof"),
        ("people", "0007_messages"),
        ("pghistory", "0007_auto_20250421_0444"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        Together([
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
        ]),
    ]
