"""How sessions feed plans: what a plan prescribes, weeks that sessions count, children who learn together."""

import uuid

import django.contrib.postgres.constraints
import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import django.utils.timezone
from homeschool.migrating import Together
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import homeschool.people.models.school


class Migration(migrations.Migration):
    dependencies = [
        ("counseling", "0011_families"),
        ("people", "0006_clocks"),
        ("pghistory", "0007_auto_20250421_0444"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        Together([
            migrations.CreateModel(
                name="PairEvent",
                fields=[
                    ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                    ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                    ("pgh_label", models.TextField(help_text="The event label.")),
                    ("id", models.UUIDField(default=uuid.uuid4, editable=False, serialize=False)),
                    ("subject", models.CharField(max_length=60, verbose_name="in what")),
                    ("because", models.JSONField(blank=True, default=dict)),
                    ("proposed_at", models.DateTimeField(default=django.utils.timezone.now)),
                    ("confirmed_at", models.DateTimeField(blank=True, null=True)),
                    ("helper_agreed", models.BooleanField(blank=True, editable=False, null=True)),
                    ("helped_agreed", models.BooleanField(blank=True, editable=False, null=True)),
                    ("ended_at", models.DateTimeField(blank=True, null=True)),
                    ("apart", models.BooleanField(default=False, editable=False)),
                ],
                options={
                    "abstract": False,
                },
            ),
            migrations.CreateModel(
                name="Prescription",
                fields=[
                    (
                        "id",
                        models.UUIDField(
                            default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                        ),
                    ),
                    (
                        "times",
                        models.PositiveSmallIntegerField(
                            validators=[
                                django.core.validators.MinValueValidator(1),
                                django.core.validators.MaxValueValidator(14),
                            ],
                            verbose_name="times a week",
                        ),
                    ),
                    (
                        "minutes",
                        models.PositiveSmallIntegerField(
                            validators=[
                                django.core.validators.MinValueValidator(5),
                                django.core.validators.MaxValueValidator(600),
                            ],
                            verbose_name="minutes each time",
                        ),
                    ),
                    ("since", models.DateField(verbose_name="first day")),
                    ("until", models.DateField(verbose_name="last day")),
                    (
                        "made_at",
                        models.DateTimeField(default=django.utils.timezone.now, editable=False),
                    ),
                    ("dropped_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ],
                options={
                    "ordering": ["since", "id"],
                },
            ),
            migrations.CreateModel(
                name="PrescriptionEvent",
                fields=[
                    ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                    ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                    ("pgh_label", models.TextField(help_text="The event label.")),
                    ("id", models.UUIDField(default=uuid.uuid4, editable=False, serialize=False)),
                    (
                        "times",
                        models.PositiveSmallIntegerField(
                            validators=[
                                django.core.validators.MinValueValidator(1),
                                django.core.validators.MaxValueValidator(14),
                            ],
                            verbose_name="times a week",
                        ),
                    ),
                    (
                        "minutes",
                        models.PositiveSmallIntegerField(
                            validators=[
                                django.core.validators.MinValueValidator(5),
                                django.core.validators.MaxValueValidator(600),
                            ],
                            verbose_name="minutes each time",
                        ),
                    ),
                    ("since", models.DateField(verbose_name="first day")),
                    ("until", models.DateField(verbose_name="last day")),
                    (
                        "made_at",
                        models.DateTimeField(default=django.utils.timezone.now, editable=False),
                    ),
                    ("dropped_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ],
                options={
                    "abstract": False,
                },
            ),
            migrations.CreateModel(
                name="WeekCountEvent",
                fields=[
                    ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                    ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                    ("pgh_label", models.TextField(help_text="The event label.")),
                    ("id", models.BigIntegerField()),
                    ("monday", models.DateField()),
                    ("planned", models.PositiveSmallIntegerField(verbose_name="planned")),
                    ("held", models.PositiveSmallIntegerField(verbose_name="held")),
                    ("attended", models.PositiveSmallIntegerField(verbose_name="attended")),
                    ("by_hand", models.BooleanField(default=True, editable=False)),
                    (
                        "session_planned",
                        models.PositiveSmallIntegerField(blank=True, editable=False, null=True),
                    ),
                    (
                        "session_held",
                        models.PositiveSmallIntegerField(blank=True, editable=False, null=True),
                    ),
                    (
                        "session_attended",
                        models.PositiveSmallIntegerField(blank=True, editable=False, null=True),
                    ),
                    ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ],
                options={
                    "abstract": False,
                },
            ),
            migrations.AddField(
                model_name="pair",
                name="apart",
                field=models.BooleanField(default=False, editable=False),
            ),
            migrations.AddField(
                model_name="pair",
                name="ended_by",
                field=models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddField(
                model_name="pair",
                name="helped_agreed",
                field=models.BooleanField(blank=True, editable=False, null=True),
            ),
            migrations.AddField(
                model_name="pair",
                name="helped_asked",
                field=models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddField(
                model_name="pair",
                name="helper_agreed",
                field=models.BooleanField(blank=True, editable=False, null=True),
            ),
            migrations.AddField(
                model_name="pair",
                name="helper_asked",
                field=models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddField(
                model_name="pair",
                name="proposed_by",
                field=models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddField(
                model_name="point",
                name="session",
                field=models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="counseling.session",
                ),
            ),
            migrations.AddField(
                model_name="weekcount",
                name="by_hand",
                field=models.BooleanField(default=True, editable=False),
            ),
            migrations.AddField(
                model_name="weekcount",
                name="session_attended",
                field=models.PositiveSmallIntegerField(blank=True, editable=False, null=True),
            ),
            migrations.AddField(
                model_name="weekcount",
                name="session_held",
                field=models.PositiveSmallIntegerField(blank=True, editable=False, null=True),
            ),
            migrations.AddField(
                model_name="weekcount",
                name="session_planned",
                field=models.PositiveSmallIntegerField(blank=True, editable=False, null=True),
            ),
            migrations.AddIndex(
                model_name="pair",
                index=models.Index(
                    condition=models.Q(("ended_at", None)), fields=["helper"], name="pairs_of_a_helper"
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="pair",
                trigger=pgtrigger.compiler.Trigger(
                    name="update_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "counseling_pairevent" ("apart", "because", "confirmed_at", "confirmed_by_id", "ended_at", "ended_by_id", "helped_agreed", "helped_asked_id", "helped_id", "helper_agreed", "helper_asked_id", "helper_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "proposed_at", "proposed_by_id", "subject") SELECT new_values."apart", new_values."because", new_values."confirmed_at", new_values."confirmed_by_id", new_values."ended_at", new_values."ended_by_id", new_values."helped_agreed", new_values."helped_asked_id", new_values."helped_id", new_values."helper_agreed", new_values."helper_asked_id", new_values."helper_id", new_values."id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."proposed_at", new_values."proposed_by_id", new_values."subject" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                        hash="c9a92ceab7a807ab2c34662f8267a38f02ff371c",
                        level="STATEMENT",
                        operation="UPDATE",
                        pgid="pgtrigger_update_update_445ed",
                        referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                        table="counseling_pair",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="weekcount",
                trigger=pgtrigger.compiler.Trigger(
                    name="update_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "counseling_weekcountevent" ("at", "attended", "by_hand", "by_id", "held", "id", "monday", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "planned", "session_attended", "session_held", "session_planned") SELECT new_values."at", new_values."attended", new_values."by_hand", new_values."by_id", new_values."held", new_values."id", new_values."monday", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."plan_id", new_values."planned", new_values."session_attended", new_values."session_held", new_values."session_planned" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                        hash="0ec53d267ba712cbdb3d2c97e5f8475eebf91e77",
                        level="STATEMENT",
                        operation="UPDATE",
                        pgid="pgtrigger_update_update_2be5e",
                        referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                        table="counseling_weekcount",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="weekcount",
                trigger=pgtrigger.compiler.Trigger(
                    name="delete_delete",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "counseling_weekcountevent" ("at", "attended", "by_hand", "by_id", "held", "id", "monday", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "planned", "session_attended", "session_held", "session_planned") SELECT old_values."at", old_values."attended", old_values."by_hand", old_values."by_id", old_values."held", old_values."id", old_values."monday", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."plan_id", old_values."planned", old_values."session_attended", old_values."session_held", old_values."session_planned" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                        hash="6964d69ae8a8bffc7585d5e68b9dd849d68c09c6",
                        level="STATEMENT",
                        operation="DELETE",
                        pgid="pgtrigger_delete_delete_e8353",
                        referencing="REFERENCING OLD TABLE AS old_values ",
                        table="counseling_weekcount",
                        when="AFTER",
                    ),
                ),
            ),
            migrations.AddConstraint(
                model_name="pair",
                constraint=models.CheckConstraint(
                    condition=models.Q(("apart", False), ("ended_at__isnull", False), _connector="OR"),
                    name="who_is_kept_apart_is_no_pair",
                ),
            ),
            migrations.AddConstraint(
                model_name="weekcount",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("by_hand", True), ("session_planned__isnull", False), _connector="OR"
                    ),
                    name="a_week_not_counted_by_hand_is_counted_by_sessions",
                ),
            ),
            migrations.AddField(
                model_name="pairevent",
                name="confirmed_by",
                field=models.ForeignKey(
                    blank=True,
                    db_constraint=False,
                    null=True,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddField(
                model_name="pairevent",
                name="ended_by",
                field=models.ForeignKey(
                    blank=True,
                    db_constraint=False,
                    null=True,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddField(
                model_name="pairevent",
                name="helped",
                field=models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to="people.student",
                ),
            ),
            migrations.AddField(
                model_name="pairevent",
                name="helped_asked",
                field=models.ForeignKey(
                    blank=True,
                    db_constraint=False,
                    null=True,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddField(
                model_name="pairevent",
                name="helper",
                field=models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to="people.student",
                ),
            ),
            migrations.AddField(
                model_name="pairevent",
                name="helper_asked",
                field=models.ForeignKey(
                    blank=True,
                    db_constraint=False,
                    null=True,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddField(
                model_name="pairevent",
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
                model_name="pairevent",
                name="pgh_obj",
                field=models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="events",
                    to="counseling.pair",
                ),
            ),
            migrations.AddField(
                model_name="pairevent",
                name="proposed_by",
                field=models.ForeignKey(
                    blank=True,
                    db_constraint=False,
                    null=True,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddField(
                model_name="prescription",
                name="dropped_by",
                field=models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddField(
                model_name="prescription",
                name="goal",
                field=models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="counseling.goal",
                    verbose_name="for which goal",
                ),
            ),
            migrations.AddField(
                model_name="prescription",
                name="made_by",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddField(
                model_name="prescription",
                name="plan",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="prescriptions",
                    to="counseling.plan",
                ),
            ),
            migrations.AddField(
                model_name="prescription",
                name="programme",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="counseling.programme",
                    verbose_name="programme",
                ),
            ),
            migrations.AddField(
                model_name="prescriptionevent",
                name="dropped_by",
                field=models.ForeignKey(
                    blank=True,
                    db_constraint=False,
                    null=True,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddField(
                model_name="prescriptionevent",
                name="goal",
                field=models.ForeignKey(
                    blank=True,
                    db_constraint=False,
                    null=True,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to="counseling.goal",
                    verbose_name="for which goal",
                ),
            ),
            migrations.AddField(
                model_name="prescriptionevent",
                name="made_by",
                field=models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddField(
                model_name="prescriptionevent",
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
                model_name="prescriptionevent",
                name="pgh_obj",
                field=models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="events",
                    to="counseling.prescription",
                ),
            ),
            migrations.AddField(
                model_name="prescriptionevent",
                name="plan",
                field=models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to="counseling.plan",
                ),
            ),
            migrations.AddField(
                model_name="prescriptionevent",
                name="programme",
                field=models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to="counseling.programme",
                    verbose_name="programme",
                ),
            ),
            migrations.AddField(
                model_name="weekcountevent",
                name="by",
                field=models.ForeignKey(
                    db_constraint=False,
                    null=True,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddField(
                model_name="weekcountevent",
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
                model_name="weekcountevent",
                name="pgh_obj",
                field=models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="events",
                    to="counseling.weekcount",
                ),
            ),
            migrations.AddField(
                model_name="weekcountevent",
                name="plan",
                field=models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="+",
                    related_query_name="+",
                    to="counseling.plan",
                ),
            ),
            migrations.AddIndex(
                model_name="prescription",
                index=models.Index(
                    condition=models.Q(("dropped_at", None)),
                    fields=["programme", "since"],
                    name="prescriptions_of_a_programme",
                ),
            ),
            migrations.AddConstraint(
                model_name="prescription",
                constraint=models.CheckConstraint(
                    condition=models.Q(("until__gte", models.F("since"))),
                    name="a_prescription_ends_after_it_begins",
                ),
            ),
            migrations.AddConstraint(
                model_name="prescription",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("minutes__gte", 5),
                        ("minutes__lte", 600),
                        ("times__gte", 1),
                        ("times__lte", 14),
                    ),
                    name="a_prescription_lies_within_a_week",
                ),
            ),
            migrations.AddConstraint(
                model_name="prescription",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("dropped_at", None), ("dropped_by", None)),
                        models.Q(("dropped_at__isnull", False), ("dropped_by__isnull", False)),
                        _connector="OR",
                    ),
                    name="a_dropped_prescription_says_by_whom",
                ),
            ),
            migrations.AddConstraint(
                model_name="prescription",
                constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                    condition=models.Q(("dropped_at", None)),
                    expressions=[
                        ("plan", "="),
                        ("programme", "="),
                        (
                            homeschool.people.models.school.DateRange(
                                "since",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("until"), "+", models.Value(1)
                                ),
                            ),
                            "&&",
                        ),
                    ],
                    name="a_programme_is_prescribed_once_at_a_time",
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="prescription",
                trigger=pgtrigger.compiler.Trigger(
                    name="insert_insert",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "counseling_prescriptionevent" ("dropped_at", "dropped_by_id", "goal_id", "id", "made_at", "made_by_id", "minutes", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "programme_id", "since", "times", "until") SELECT new_values."dropped_at", new_values."dropped_by_id", new_values."goal_id", new_values."id", new_values."made_at", new_values."made_by_id", new_values."minutes", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."plan_id", new_values."programme_id", new_values."since", new_values."times", new_values."until" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                        hash="1c2c37871d4da25f4049dd4072dca8ba9c0df5ec",
                        level="STATEMENT",
                        operation="INSERT",
                        pgid="pgtrigger_insert_insert_f3e38",
                        referencing="REFERENCING NEW TABLE AS new_values ",
                        table="counseling_prescription",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="prescription",
                trigger=pgtrigger.compiler.Trigger(
                    name="update_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "counseling_prescriptionevent" ("dropped_at", "dropped_by_id", "goal_id", "id", "made_at", "made_by_id", "minutes", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "programme_id", "since", "times", "until") SELECT new_values."dropped_at", new_values."dropped_by_id", new_values."goal_id", new_values."id", new_values."made_at", new_values."made_by_id", new_values."minutes", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."plan_id", new_values."programme_id", new_values."since", new_values."times", new_values."until" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                        hash="a8a2780fe917d35e5e35b6196af47dd8b74c8a7d",
                        level="STATEMENT",
                        operation="UPDATE",
                        pgid="pgtrigger_update_update_e7e52",
                        referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                        table="counseling_prescription",
                        when="AFTER",
                    ),
                ),
            ),
        ]),
    ]
