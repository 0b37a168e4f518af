"""The record in full: new questions, what is confidential, and needs as rows of their own."""

import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from homeschool.migrating import Together
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

# What was ticked for a child at a visit that was held before: a row for each, as `hold` writes it.
NOTED = """
INSERT INTO visits_need (
    id, school_id, student_id, visit_id, kind, words, kept_out, noted_at, outcome, outcome_words
)
SELECT DISTINCT ON (l.visit_id, l.student_id, need.kind)
    gen_random_uuid(), v.school_id, l.student_id, l.visit_id, need.kind, l.needs_words,
    'needs' = ANY (v.kept_out), v.happened_at, '', ''
FROM visits_visitchild l
JOIN visits_visit v ON v.id = l.visit_id
CROSS JOIN LATERAL unnest(l.needs) AS need (kind)
WHERE v.status = 'held' AND need.kind <> 'nothing'
"""


class Migration(migrations.Migration):
    dependencies = [
        ("pghistory", "0007_auto_20250421_0444"),
        ("people", "0002_sight"),
        ("visits", "0002_counting_anew"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        Together([
            migrations.CreateModel(
                name='Confidence',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('since', models.DateTimeField(default=django.utils.timezone.now)),
                    ('until', models.DateTimeField(blank=True, null=True)),
                ],
                options={
                    'ordering': ['visit', 'since'],
                },
            ),
            migrations.CreateModel(
                name='Need',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('kind', models.CharField(choices=[('reading', 'Reading and homework'), ('money', 'Money and things'), ('travel', 'Getting to school'), ('wellbeing', 'Feeling well'), ('family', 'Help for the family'), ('nothing', 'Nothing for now')], max_length=12)),
                    ('words', models.TextField(blank=True)),
                    ('kept_out', models.BooleanField(default=False)),
                    ('noted_at', models.DateTimeField()),
                    ('outcome', models.CharField(blank=True, choices=[('met', 'met'), ('passed_on', 'passed on'), ('not_needed', 'no longer needed')], max_length=10)),
                    ('outcome_words', models.CharField(blank=True, max_length=500)),
                    ('resolved_at', models.DateTimeField(blank=True, null=True)),
                ],
                options={
                    'ordering': ['noted_at', 'id'],
                },
            ),
            migrations.CreateModel(
                name='NeedEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, serialize=False)),
                    ('kind', models.CharField(choices=[('reading', 'Reading and homework'), ('money', 'Money and things'), ('travel', 'Getting to school'), ('wellbeing', 'Feeling well'), ('family', 'Help for the family'), ('nothing', 'Nothing for now')], max_length=12)),
                    ('words', models.TextField(blank=True)),
                    ('kept_out', models.BooleanField(default=False)),
                    ('noted_at', models.DateTimeField()),
                    ('outcome', models.CharField(blank=True, choices=[('met', 'met'), ('passed_on', 'passed on'), ('not_needed', 'no longer needed')], max_length=10)),
                    ('outcome_words', models.CharField(blank=True, max_length=500)),
                    ('resolved_at', models.DateTimeField(blank=True, null=True)),
                ],
                options={
                    'abstract': False,
                },
            ),
        ]),
        pgtrigger.migrations.RemoveTrigger(
            model_name='visit',
            name='a_held_visit_is_never_changed',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='visit',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='visit',
            name='update_update',
        ),
        Together([
            migrations.AddField(
                model_name='visit',
                name='difficulties',
                field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('learning', 'learning'), ('attendance', 'coming to school every day'), ('way', 'getting to school'), ('language', 'the language of the school'), ('health', 'health'), ('feelings', 'feelings, sleep, friends'), ('screens', 'screens and phone'), ('money', 'money'), ('housing', 'housing'), ('care', 'who looks after the child'), ('conflict', 'quarrels in the family'), ('other', 'something else')], max_length=12), blank=True, default=list, size=None),
            ),
            migrations.AddField(
                model_name='visit',
                name='learning',
                field=models.TextField(blank=True),
            ),
            migrations.AddField(
                model_name='visit',
                name='wishes',
                field=models.TextField(blank=True),
            ),
            migrations.AddField(
                model_name='visit',
                name='worries',
                field=models.TextField(blank=True),
            ),
            migrations.AddField(
                model_name='visitevent',
                name='difficulties',
                field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('learning', 'learning'), ('attendance', 'coming to school every day'), ('way', 'getting to school'), ('language', 'the language of the school'), ('health', 'health'), ('feelings', 'feelings, sleep, friends'), ('screens', 'screens and phone'), ('money', 'money'), ('housing', 'housing'), ('care', 'who looks after the child'), ('conflict', 'quarrels in the family'), ('other', 'something else')], max_length=12), blank=True, default=list, size=None),
            ),
            migrations.AddField(
                model_name='visitevent',
                name='learning',
                field=models.TextField(blank=True),
            ),
            migrations.AddField(
                model_name='visitevent',
                name='wishes',
                field=models.TextField(blank=True),
            ),
            migrations.AddField(
                model_name='visitevent',
                name='worries',
                field=models.TextField(blank=True),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='summary',
                trigger=pgtrigger.compiler.Trigger(name='a_confidential_visit_is_not_published', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF EXISTS (\n                        SELECT 1 FROM visits_confidence\n                        WHERE visit_id = NEW.visit_id AND until IS NULL\n                    ) THEN\n                        RAISE EXCEPTION 'a confidential visit is not published';\n                    END IF;\n                    RETURN NEW;\n                ", hash='dcba09bd033a648069be2b466b13acc2b50f4b94', operation='INSERT', pgid='pgtrigger_a_confidential_visit_is_not_published_0444a', table='visits_summary', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='visit',
                trigger=pgtrigger.compiler.Trigger(name='a_held_visit_is_never_changed', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.status = \'held\' AND ((OLD."difficulties" IS DISTINCT FROM (NEW."difficulties") OR OLD."ended_at" IS DISTINCT FROM (NEW."ended_at") OR OLD."explained" IS DISTINCT FROM (NEW."explained") OR OLD."happened_at" IS DISTINCT FROM (NEW."happened_at") OR OLD."hopes" IS DISTINCT FROM (NEW."hopes") OR OLD."household_id" IS DISTINCT FROM (NEW."household_id") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."interpreter" IS DISTINCT FROM (NEW."interpreter") OR OLD."kept_out" IS DISTINCT FROM (NEW."kept_out") OR OLD."language_spoken" IS DISTINCT FROM (NEW."language_spoken") OR OLD."learning" IS DISTINCT FROM (NEW."learning") OR OLD."mode" IS DISTINCT FROM (NEW."mode") OR OLD."planned_at" IS DISTINCT FROM (NEW."planned_at") OR OLD."planned_minutes" IS DISTINCT FROM (NEW."planned_minutes") OR OLD."purpose" IS DISTINCT FROM (NEW."purpose") OR OLD."read_aloud" IS DISTINCT FROM (NEW."read_aloud") OR OLD."received_at" IS DISTINCT FROM (NEW."received_at") OR OLD."recorded_at" IS DISTINCT FROM (NEW."recorded_at") OR OLD."recorded_by_id" IS DISTINCT FROM (NEW."recorded_by_id") OR OLD."region_id" IS DISTINCT FROM (NEW."region_id") OR OLD."school_id" IS DISTINCT FROM (NEW."school_id") OR OLD."shared_summary" IS DISTINCT FROM (NEW."shared_summary") OR OLD."situation" IS DISTINCT FROM (NEW."situation") OR OLD."source" IS DISTINCT FROM (NEW."source") OR OLD."staff_note" IS DISTINCT FROM (NEW."staff_note") OR OLD."status" IS DISTINCT FROM (NEW."status") OR OLD."wishes" IS DISTINCT FROM (NEW."wishes") OR OLD."worries" IS DISTINCT FROM (NEW."worries") OR OLD."written_in" IS DISTINCT FROM (NEW."written_in"))))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='d81845f766ae9da761ace0a998da1ede31df1e86', operation='UPDATE', pgid='pgtrigger_a_held_visit_is_never_changed_8ea44', table='visits_visit', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='visit',
                trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "visits_visitevent" ("campaign_id", "campaign_team_id", "difficulties", "ended_at", "explained", "happened_at", "hopes", "household_id", "id", "interpreter", "kept_out", "language_spoken", "learning", "mode", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "planned_at", "planned_minutes", "purpose", "read_aloud", "received_at", "recorded_at", "recorded_by_id", "region_id", "school_id", "shared_summary", "situation", "source", "staff_note", "status", "wishes", "worries", "written_in") SELECT new_values."campaign_id", new_values."campaign_team_id", new_values."difficulties", new_values."ended_at", new_values."explained", new_values."happened_at", new_values."hopes", new_values."household_id", new_values."id", new_values."interpreter", new_values."kept_out", new_values."language_spoken", new_values."learning", new_values."mode", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."planned_at", new_values."planned_minutes", new_values."purpose", new_values."read_aloud", new_values."received_at", new_values."recorded_at", new_values."recorded_by_id", new_values."region_id", new_values."school_id", new_values."shared_summary", new_values."situation", new_values."source", new_values."staff_note", new_values."status", new_values."wishes", new_values."worries", new_values."written_in" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='4481f0e5188eb802efe716639e518904f6545034', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_9d6da', referencing='REFERENCING NEW TABLE AS new_values ', table='visits_visit', when='AFTER')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='visit',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "visits_visitevent" ("campaign_id", "campaign_team_id", "difficulties", "ended_at", "explained", "happened_at", "hopes", "household_id", "id", "interpreter", "kept_out", "language_spoken", "learning", "mode", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "planned_at", "planned_minutes", "purpose", "read_aloud", "received_at", "recorded_at", "recorded_by_id", "region_id", "school_id", "shared_summary", "situation", "source", "staff_note", "status", "wishes", "worries", "written_in") SELECT new_values."campaign_id", new_values."campaign_team_id", new_values."difficulties", new_values."ended_at", new_values."explained", new_values."happened_at", new_values."hopes", new_values."household_id", new_values."id", new_values."interpreter", new_values."kept_out", new_values."language_spoken", new_values."learning", new_values."mode", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."planned_at", new_values."planned_minutes", new_values."purpose", new_values."read_aloud", new_values."received_at", new_values."recorded_at", new_values."recorded_by_id", new_values."region_id", new_values."school_id", new_values."shared_summary", new_values."situation", new_values."source", new_values."staff_note", new_values."status", new_values."wishes", new_values."worries", new_values."written_in" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='f8100c4de4349cc915e1d8ee1bba0211a9842db7', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_41cf1', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='visits_visit', when='AFTER')),
            ),
            migrations.AddField(
                model_name='confidence',
                name='by',
                field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
            ),
            migrations.AddField(
                model_name='confidence',
                name='lifted_by',
                field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
            ),
            migrations.AddField(
                model_name='confidence',
                name='visit',
                field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='confidences', to='visits.visit'),
            ),
            migrations.AddField(
                model_name='need',
                name='resolved_by',
                field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
            ),
            migrations.AddField(
                model_name='need',
                name='school',
                field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.school'),
            ),
            migrations.AddField(
                model_name='need',
                name='student',
                field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='needs', to='people.student'),
            ),
            migrations.AddField(
                model_name='need',
                name='visit',
                field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='needs_noted', to='visits.visit'),
            ),
            migrations.AddField(
                model_name='needevent',
                name='pgh_context',
                field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
            ),
            migrations.AddField(
                model_name='needevent',
                name='pgh_obj',
                field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='visits.need'),
            ),
            migrations.AddField(
                model_name='needevent',
                name='resolved_by',
                field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL),
            ),
            migrations.AddField(
                model_name='needevent',
                name='school',
                field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='people.school'),
            ),
            migrations.AddField(
                model_name='needevent',
                name='student',
                field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='people.student'),
            ),
            migrations.AddField(
                model_name='needevent',
                name='visit',
                field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='visits.visit'),
            ),
            migrations.AddConstraint(
                model_name='confidence',
                constraint=models.UniqueConstraint(condition=models.Q(('until', None)), fields=('visit',), name='a_visit_is_confidential_once'),
            ),
            migrations.AddConstraint(
                model_name='confidence',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('lifted_by', None), ('until', None)), models.Q(('lifted_by__isnull', False), ('until__isnull', False)), _connector='OR'), name='a_confidence_says_who_lifted_it'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='confidence',
                trigger=pgtrigger.compiler.Trigger(name='a_confidence_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='c10ca92481dd7821ca22addd15c2bc9c28984dd5', operation='DELETE', pgid='pgtrigger_a_confidence_is_kept_c5823', table='visits_confidence', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='confidence',
                trigger=pgtrigger.compiler.Trigger(name='a_confidence_is_only_lifted', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF OLD.until IS NOT NULL OR (NEW.visit_id, NEW.since, NEW.by_id)\n                        IS DISTINCT FROM (OLD.visit_id, OLD.since, OLD.by_id) THEN\n                        RAISE EXCEPTION 'a confidence is lifted once, and never changed';\n                    END IF;\n                    RETURN NEW;\n                ", hash='77aa9f75a0f5ddb1291ad4dab8533f54ba417e5d', operation='UPDATE', pgid='pgtrigger_a_confidence_is_only_lifted_8db27', table='visits_confidence', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='confidence',
                trigger=pgtrigger.compiler.Trigger(name='what_a_family_read_is_not_confidential', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF EXISTS (SELECT 1 FROM visits_summary WHERE visit_id = NEW.visit_id) THEN\n                        RAISE EXCEPTION 'the family has read it: it cannot be confidential';\n                    END IF;\n                    RETURN NEW;\n                ", hash='20256f6677845ea02220883242f9487e013bab6c', operation='INSERT', pgid='pgtrigger_what_a_family_read_is_not_confidential_946ea', table='visits_confidence', when='BEFORE')),
            ),
            migrations.AddIndex(
                model_name='need',
                index=models.Index(condition=models.Q(('resolved_at', None)), fields=['school', 'noted_at'], name='needs_open'),
            ),
            migrations.AddIndex(
                model_name='need',
                index=models.Index(fields=['student', 'noted_at'], name='needs_of_a_child'),
            ),
            migrations.AddConstraint(
                model_name='need',
                constraint=models.UniqueConstraint(fields=('visit', 'student', 'kind'), name='a_need_is_noted_once_in_a_visit'),
            ),
            migrations.AddConstraint(
                model_name='need',
                constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['reading', 'money', 'travel', 'wellbeing', 'family'])), name='a_need_is_not_nothing'),
            ),
            migrations.AddConstraint(
                model_name='need',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('outcome', ''), ('outcome_words', ''), ('resolved_at', None), ('resolved_by', None)), models.Q(('outcome__in', ['met', 'passed_on', 'not_needed']), ('resolved_at__isnull', False), ('resolved_by__isnull', False)), _connector='OR'), name='an_answered_need_says_how_and_by_whom'),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='need',
                trigger=pgtrigger.compiler.Trigger(name='what_was_noted_never_changes', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."kept_out" IS DISTINCT FROM (NEW."kept_out") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."noted_at" IS DISTINCT FROM (NEW."noted_at") OR OLD."school_id" IS DISTINCT FROM (NEW."school_id") OR OLD."student_id" IS DISTINCT FROM (NEW."student_id") OR OLD."visit_id" IS DISTINCT FROM (NEW."visit_id") OR OLD."words" IS DISTINCT FROM (NEW."words"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='74085b025c1785182db3adad31f4a0a05bd038db', operation='UPDATE', pgid='pgtrigger_what_was_noted_never_changes_a0f85', table='visits_need', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='need',
                trigger=pgtrigger.compiler.Trigger(name='a_need_is_never_removed', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='5c63690942e97806a81c9be37485224f250b2b75', operation='DELETE', pgid='pgtrigger_a_need_is_never_removed_dc726', table='visits_need', when='BEFORE')),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name='need',
                trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "visits_needevent" ("id", "kept_out", "kind", "noted_at", "outcome", "outcome_words", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "resolved_at", "resolved_by_id", "school_id", "student_id", "visit_id", "words") SELECT new_values."id", new_values."kept_out", new_values."kind", new_values."noted_at", new_values."outcome", new_values."outcome_words", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."resolved_at", new_values."resolved_by_id", new_values."school_id", new_values."student_id", new_values."visit_id", new_values."words" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='b3a2ab8792b33f601dd7a8a30647c3d8deef2797', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_b7ae9', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='visits_need', when='AFTER')),
            ),
        ]),
        migrations.RunSQL(NOTED, migrations.RunSQL.noop),
    ]
