"""What families answer after a visit, and stories of visits for the school's news."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from homeschool.migrating import Together
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("visits", "0005_photos_and_materials")]

    operations = [
        Together([
            migrations.CreateModel(
                name='Story',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('title', models.CharField(max_length=120, verbose_name='heading')),
                    ('text', models.TextField(max_length=3000, verbose_name='story')),
                    ('language', models.CharField(choices=[('en', 'English'), ('zh-hans', '中文'), ('es', 'Español')], max_length=12, verbose_name='written in')),
                    ('other_title', models.CharField(blank=True, max_length=120, verbose_name='the same heading')),
                    ('other_text', models.TextField(blank=True, max_length=3000, verbose_name='the same story')),
                    ('other_language', models.CharField(blank=True, choices=[('en', 'English'), ('zh-hans', '中文'), ('es', 'Español')], max_length=12, verbose_name='in the family’s language')),
                    ('naming', models.CharField(choices=[('grade', 'without a name: a family of the grade'), ('first', 'with the first name'), ('full', 'with the whole name')], default='grade', max_length=5, verbose_name='how the family is named')),
                    ('named_as', models.CharField(editable=False, max_length=100)),
                    ('written_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('state', models.CharField(choices=[('draft', 'being written'), ('asked', 'family is asked'), ('agreed', 'family agrees'), ('refused', 'family prefers not'), ('withdrawn', 'family took its yes back')], default='draft', editable=False, max_length=9)),
                    ('asked_at', models.DateTimeField(blank=True, editable=False, null=True)),
                    ('version', models.CharField(blank=True, editable=False, max_length=64)),
                    ('answered_in', models.CharField(blank=True, editable=False, max_length=12)),
                    ('answered_as', models.CharField(blank=True, editable=False, max_length=60)),
                    ('answered_at', models.DateTimeField(blank=True, editable=False, null=True)),
                    ('withdrawn_at', models.DateTimeField(blank=True, editable=False, null=True)),
                    ('published_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ],
                options={
                    'verbose_name_plural': 'stories',
                    'ordering': ['-published_at', '-written_at', 'id'],
                },
            ),
            migrations.CreateModel(
                name='Voice',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('listened', models.PositiveSmallIntegerField(blank=True, choices=[(3, 'Yes'), (2, 'Partly'), (1, 'No')], null=True)),
                    ('at_home', models.PositiveSmallIntegerField(blank=True, choices=[(3, 'Yes'), (2, 'Partly'), (1, 'No')], null=True)),
                    ('said_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('changed_at', models.DateTimeField(default=django.utils.timezone.now)),
                ],
                options={
                    'ordering': ['said_at', 'id'],
                },
            ),
            migrations.AddField(
                model_name='story',
                name='answered_by',
                field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
            ),
            migrations.AddField(
                model_name='story',
                name='campaign',
                field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='stories', to='visits.campaign', verbose_name='campaign'),
            ),
            migrations.AddField(
                model_name='story',
                name='school',
                field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.school'),
            ),
            migrations.AddField(
                model_name='story',
                name='student',
                field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.student'),
            ),
            migrations.AddField(
                model_name='story',
                name='visit',
                field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='visits.visit'),
            ),
            migrations.AddField(
                model_name='story',
                name='written_by',
                field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
            ),
            migrations.AddField(
                model_name='voice',
                name='person',
                field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
            ),
            migrations.AddField(
                model_name='voice',
                name='visit',
                field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='visits.visit'),
            ),
            migrations.AddIndex(
                model_name='story',
                index=models.Index(condition=models.Q(('published_at__isnull', False)), fields=['school', '-published_at'], name='news_of_a_school'),
            ),
            migrations.AddConstraint(
                model_name='story',
                constraint=models.CheckConstraint(condition=models.Q(('published_at', None), ('state', 'agreed'), _connector='OR'), name='a_story_is_published_with_a_yes_alone'),
            ),
            migrations.AddConstraint(
                model_name='story',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['agreed', 'refused', 'withdrawn']), _negated=True), models.Q(('answered_at__isnull', False), ('answered_by__isnull', False), models.Q(('version', ''), _negated=True)), _connector='OR'), name='an_answered_story_says_by_whom_and_to_what'),
            ),
            migrations.AddConstraint(
                model_name='story',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('other_language', ''), ('other_text', ''), ('other_title', '')), models.Q(models.Q(('other_language', ''), _negated=True), models.Q(('other_text', ''), _negated=True), models.Q(('other_title', ''), _negated=True), models.Q(('other_language', models.F('language')), _negated=True)), _connector='OR'), name='the_other_text_is_whole_and_in_another_language'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='story',
                trigger=pgtrigger.compiler.Trigger(name='agreed_words_are_never_changed', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.state = \'agreed\' AND NEW.state = \'agreed\' AND ((OLD."language" IS DISTINCT FROM (NEW."language") OR OLD."named_as" IS DISTINCT FROM (NEW."named_as") OR OLD."naming" IS DISTINCT FROM (NEW."naming") OR OLD."other_language" IS DISTINCT FROM (NEW."other_language") OR OLD."other_text" IS DISTINCT FROM (NEW."other_text") OR OLD."other_title" IS DISTINCT FROM (NEW."other_title") OR OLD."text" IS DISTINCT FROM (NEW."text") OR OLD."title" IS DISTINCT FROM (NEW."title"))))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='4a07b02266999a1af56822e8793a3037e255a6d5', operation='UPDATE', pgid='pgtrigger_agreed_words_are_never_changed_53615', table='visits_story', when='BEFORE')),
            ),
            migrations.AddConstraint(
                model_name='voice',
                constraint=models.UniqueConstraint(fields=('visit', 'person'), name='a_person_has_one_voice_about_a_visit'),
            ),
            migrations.AddConstraint(
                model_name='voice',
                constraint=models.CheckConstraint(condition=models.Q(('listened__isnull', False), ('at_home__isnull', False), _connector='OR'), name='a_voice_says_something'),
            ),
            migrations.AddConstraint(
                model_name='voice',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('listened', None), ('listened__range', (1, 3)), _connector='OR'), models.Q(('at_home', None), ('at_home__range', (1, 3)), _connector='OR')), name='a_voice_is_between_1_and_3'),
            ),
        ]),
    ]
