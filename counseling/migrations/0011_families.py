"""What families see and say of the time after lessons: absences, their calendar, and judging."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from homeschool.migrating import Together
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("counseling", "0010_volunteers"),
        ("people", "0006_clocks"),
        ("pghistory", "0007_auto_20250421_0444"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        Together([
            migrations.CreateModel(
                name="Absence",
                fields=[
                    (
                        "id",
                        models.UUIDField(
                            default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                        ),
                    ),
                    ("on", models.DateField()),
                    ("said_at", models.DateTimeField(default=django.utils.timezone.now)),
                    ("taken_back_at", models.DateTimeField(blank=True, null=True)),
                ],
                options={
                    "ordering": ["on", "said_at", "id"],
                },
            ),
            migrations.CreateModel(
                name="EvaluationEvent",
                fields=[
                    ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                    ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                    ("pgh_label", models.TextField(help_text="The event label.")),
                    ("id", models.BigIntegerField()),
                    (
                        "side",
                        models.CharField(
                            choices=[("child", "the child"), ("family", "the family")], max_length=6
                        ),
                    ),
                    ("glad", models.PositiveSmallIntegerField(verbose_name="I like to go there")),
                    (
                        "learned",
                        models.PositiveSmallIntegerField(verbose_name="I learn something there"),
                    ),
                    ("again", models.PositiveSmallIntegerField(verbose_name="I would go again")),
                    (
                        "words",
                        models.TextField(
                            blank=True, max_length=1000, verbose_name="what could be better"
                        ),
                    ),
                    ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ],
                options={
                    "abstract": False,
                },
            ),
            migrations.CreateModel(
                name="FamilyFeed",
                fields=[
                    (
                        "id",
                        models.UUIDField(
                            default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                        ),
                    ),
                    ("digest", models.CharField(editable=False, max_length=64, unique=True)),
                    (
                        "made_at",
                        models.DateTimeField(default=django.utils.timezone.now, editable=False),
                    ),
                    ("revoked_at", models.DateTimeField(blank=True, null=True)),
                    ("read_at", models.DateTimeField(blank=True, null=True)),
                    ("reads", models.PositiveSmallIntegerField(default=0)),
                    ("counted_from", models.DateTimeField(blank=True, null=True)),
                ],
                options={
                    "ordering": ["-made_at", "id"],
                },
            ),
            migrations.AddField(
                model_name="evaluation",
                name="said_by",
                field=models.ForeignKey(
                    editable=False,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="evaluation",
                trigger=pgtrigger.compiler.Trigger(
                    name="insert_insert",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "counseling_evaluationevent" ("again", "at", "glad", "id", "learned", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "programme_id", "said_by_id", "side", "student_id", "words") SELECT new_values."again", new_values."at", new_values."glad", new_values."id", new_values."learned", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."programme_id", new_values."said_by_id", new_values."side", new_values."student_id", new_values."words" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                        hash="aeaa9b3a93d08613245fe47dc0416b4bae2d1d8d",
                        level="STATEMENT",
                        operation="INSERT",
                        pgid="pgtrigger_insert_insert_53eff",
                        referencing="REFERENCING NEW TABLE AS new_values ",
                        table="counseling_evaluation",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="evaluation",
                trigger=pgtrigger.compiler.Trigger(
                    name="update_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "counseling_evaluationevent" ("again", "at", "glad", "id", "learned", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "programme_id", "said_by_id", "side", "student_id", "words") SELECT new_values."again", new_values."at", new_values."glad", new_values."id", new_values."learned", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."programme_id", new_values."said_by_id", new_values."side", new_values."student_id", new_values."words" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                        hash="94fd780a72cbe5c2267e4e9511a79922cad165cd",
                        level="STATEMENT",
                        operation="UPDATE",
                        pgid="pgtrigger_update_update_365bc",
                        referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                        table="counseling_evaluation",
                        when="AFTER",
                    ),
                ),
            ),
            migrations.AddField(
                model_name="absence",
                name="said_by",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddField(
                model_name="absence",
                name="session",
                field=models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="said_absences",
                    to="counseling.session",
                ),
            ),
            migrations.AddField(
                model_name="absence",
                name="student",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="said_absences",
                    to="people.student",
                ),
            ),
            migrations.AddField(
                model_name="evaluationevent",
                name="pgh_context",
                field=models.ForeignKey(
                    db_constraint=False,
                    null=True,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    to="pghistory.context",
                ),
            ),
            migrations.AddField(
                model_name="evaluationevent",
                name="pgh_obj",
                field=models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="events",
                    to="counseling.evaluation",
                ),
            ),
            migrations.AddField(
                model_name="evaluationevent",
                name="programme",
                field=models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to="counseling.programme",
                ),
            ),
            migrations.AddField(
                model_name="evaluationevent",
                name="said_by",
                field=models.ForeignKey(
                    db_constraint=False,
                    editable=False,
                    null=True,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddField(
                model_name="evaluationevent",
                name="student",
                field=models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to="people.student",
                ),
            ),
            migrations.AddField(
                model_name="familyfeed",
                name="user",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.CASCADE,
                    related_name="family_feeds",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddIndex(
                model_name="absence",
                index=models.Index(fields=["student", "on"], name="absences_of_a_child"),
            ),
            migrations.AddConstraint(
                model_name="absence",
                constraint=models.UniqueConstraint(
                    condition=models.Q(("session__isnull", False), ("taken_back_at", None)),
                    fields=("student", "session"),
                    name="an_absence_is_said_once",
                ),
            ),
            migrations.AddConstraint(
                model_name="absence",
                constraint=models.UniqueConstraint(
                    condition=models.Q(("session", None), ("taken_back_at", None)),
                    fields=("student", "on"),
                    name="a_day_of_absence_is_said_once",
                ),
            ),
            migrations.AddConstraint(
                model_name="familyfeed",
                constraint=models.UniqueConstraint(
                    condition=models.Q(("revoked_at", None)),
                    fields=("user",),
                    name="a_family_has_one_live_feed",
                ),
            ),
        ]),
    ]
