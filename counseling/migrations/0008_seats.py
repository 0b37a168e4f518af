"""Groups of need, the yes of a family, and draws that can be reckoned again."""

import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from homeschool.migrating import Together
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("counseling", "0007_programmes"),
        ("people", "0006_clocks"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        Together([
            migrations.CreateModel(
                name="Draw",
                fields=[
                    (
                        "id",
                        models.UUIDField(
                            default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                        ),
                    ),
                    ("seed", models.CharField(max_length=64)),
                    ("needs", models.JSONField(default=list)),
                    ("wishes", models.JSONField()),
                    ("places", models.JSONField()),
                    ("found", models.JSONField()),
                    ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                ],
                options={
                    "ordering": ["-made_at"],
                },
            ),
            pgtrigger.migrations.RemoveTrigger(
                model_name="programme",
                name="insert_insert",
            ),
            pgtrigger.migrations.RemoveTrigger(
                model_name="programme",
                name="update_update",
            ),
            pgtrigger.migrations.RemoveTrigger(
                model_name="seat",
                name="insert_insert",
            ),
            pgtrigger.migrations.RemoveTrigger(
                model_name="seat",
                name="update_update",
            ),
            migrations.AddField(
                model_name="programme",
                name="consent",
                field=models.TextField(
                    blank=True, max_length=1000, verbose_name="what the family says yes to"
                ),
            ),
            migrations.AddField(
                model_name="programme",
                name="needs",
                field=django.contrib.postgres.fields.ArrayField(
                    base_field=models.CharField(max_length=200),
                    blank=True,
                    default=list,
                    size=None,
                    verbose_name="who comes first",
                ),
            ),
            migrations.AddField(
                model_name="programmeevent",
                name="consent",
                field=models.TextField(
                    blank=True, max_length=1000, verbose_name="what the family says yes to"
                ),
            ),
            migrations.AddField(
                model_name="programmeevent",
                name="needs",
                field=django.contrib.postgres.fields.ArrayField(
                    base_field=models.CharField(max_length=200),
                    blank=True,
                    default=list,
                    size=None,
                    verbose_name="who comes first",
                ),
            ),
            migrations.AddField(
                model_name="seat",
                name="consent_at",
                field=models.DateTimeField(blank=True, null=True),
            ),
            migrations.AddField(
                model_name="seat",
                name="consent_by",
                field=models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddField(
                model_name="seat",
                name="consent_said",
                field=models.CharField(blank=True, max_length=200),
            ),
            migrations.AddField(
                model_name="seat",
                name="consent_words",
                field=models.TextField(blank=True, max_length=1000),
            ),
            migrations.AddField(
                model_name="seat",
                name="how",
                field=models.CharField(
                    choices=[
                        ("portal", "on this portal"),
                        ("paper", "on paper"),
                        ("phone", "by phone or in person"),
                    ],
                    default="portal",
                    max_length=6,
                    verbose_name="how the family asked",
                ),
            ),
            migrations.AddField(
                model_name="seatevent",
                name="consent_at",
                field=models.DateTimeField(blank=True, null=True),
            ),
            migrations.AddField(
                model_name="seatevent",
                name="consent_by",
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
                model_name="seatevent",
                name="consent_said",
                field=models.CharField(blank=True, max_length=200),
            ),
            migrations.AddField(
                model_name="seatevent",
                name="consent_words",
                field=models.TextField(blank=True, max_length=1000),
            ),
            migrations.AddField(
                model_name="seatevent",
                name="how",
                field=models.CharField(
                    choices=[
                        ("portal", "on this portal"),
                        ("paper", "on paper"),
                        ("phone", "by phone or in person"),
                    ],
                    default="portal",
                    max_length=6,
                    verbose_name="how the family asked",
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="programme",
                trigger=pgtrigger.compiler.Trigger(
                    name="insert_insert",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "counseling_programmeevent" ("about", "asks_until", "begins", "capacity", "consent", "drawn_at", "ends", "format", "giving", "id", "made_at", "made_by_id", "name", "needs", "owner_id", "partner", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "provider", "school_id", "seed", "state", "whom") SELECT new_values."about", new_values."asks_until", new_values."begins", new_values."capacity", new_values."consent", new_values."drawn_at", new_values."ends", new_values."format", new_values."giving", new_values."id", new_values."made_at", new_values."made_by_id", new_values."name", new_values."needs", new_values."owner_id", new_values."partner", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."place", new_values."provider", new_values."school_id", new_values."seed", new_values."state", new_values."whom" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                        hash="f40242cc67b1352dd7f181e9df7aa12d735d79e9",
                        level="STATEMENT",
                        operation="INSERT",
                        pgid="pgtrigger_insert_insert_44b94",
                        referencing="REFERENCING NEW TABLE AS new_values ",
                        table="counseling_programme",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="programme",
                trigger=pgtrigger.compiler.Trigger(
                    name="update_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "counseling_programmeevent" ("about", "asks_until", "begins", "capacity", "consent", "drawn_at", "ends", "format", "giving", "id", "made_at", "made_by_id", "name", "needs", "owner_id", "partner", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "provider", "school_id", "seed", "state", "whom") SELECT new_values."about", new_values."asks_until", new_values."begins", new_values."capacity", new_values."consent", new_values."drawn_at", new_values."ends", new_values."format", new_values."giving", new_values."id", new_values."made_at", new_values."made_by_id", new_values."name", new_values."needs", new_values."owner_id", new_values."partner", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."place", new_values."provider", new_values."school_id", new_values."seed", new_values."state", new_values."whom" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                        hash="1771863080a9e4c0dd7bb86417fe5759bf38a371",
                        level="STATEMENT",
                        operation="UPDATE",
                        pgid="pgtrigger_update_update_fab9c",
                        referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                        table="counseling_programme",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="seat",
                trigger=pgtrigger.compiler.Trigger(
                    name="insert_insert",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "counseling_seatevent" ("asked_at", "asked_by_id", "choice", "consent_at", "consent_by_id", "consent_said", "consent_words", "ended_at", "ended_by_id", "how", "id", "leaving_words", "line", "need", "offered_at", "offered_until", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "programme_id", "state", "student_id", "taken_at", "why") SELECT new_values."asked_at", new_values."asked_by_id", new_values."choice", new_values."consent_at", new_values."consent_by_id", new_values."consent_said", new_values."consent_words", new_values."ended_at", new_values."ended_by_id", new_values."how", new_values."id", new_values."leaving_words", new_values."line", new_values."need", new_values."offered_at", new_values."offered_until", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."programme_id", new_values."state", new_values."student_id", new_values."taken_at", new_values."why" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                        hash="e8cc4e7a7d4b2109273352407f09246c3fab0af6",
                        level="STATEMENT",
                        operation="INSERT",
                        pgid="pgtrigger_insert_insert_6bbca",
                        referencing="REFERENCING NEW TABLE AS new_values ",
                        table="counseling_seat",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="seat",
                trigger=pgtrigger.compiler.Trigger(
                    name="update_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "counseling_seatevent" ("asked_at", "asked_by_id", "choice", "consent_at", "consent_by_id", "consent_said", "consent_words", "ended_at", "ended_by_id", "how", "id", "leaving_words", "line", "need", "offered_at", "offered_until", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "programme_id", "state", "student_id", "taken_at", "why") SELECT new_values."asked_at", new_values."asked_by_id", new_values."choice", new_values."consent_at", new_values."consent_by_id", new_values."consent_said", new_values."consent_words", new_values."ended_at", new_values."ended_by_id", new_values."how", new_values."id", new_values."leaving_words", new_values."line", new_values."need", new_values."offered_at", new_values."offered_until", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."programme_id", new_values."state", new_values."student_id", new_values."taken_at", new_values."why" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                        hash="24d652d7d4d4ef7c078911eaab82c616c96a6885",
                        level="STATEMENT",
                        operation="UPDATE",
                        pgid="pgtrigger_update_update_05339",
                        referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                        table="counseling_seat",
                        when="AFTER",
                    ),
                ),
            ),
            migrations.AddConstraint(
                model_name="seat",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("consent_at", None), ("consent_by", None), ("consent_words", "")),
                        models.Q(
                            models.Q(("consent_words", ""), _negated=True),
                            ("consent_at__isnull", False),
                            ("consent_by__isnull", False),
                        ),
                        _connector="OR",
                    ),
                    name="a_yes_says_to_what_by_whom_and_when",
                ),
            ),
            migrations.AddField(
                model_name="draw",
                name="by",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddField(
                model_name="draw",
                name="programmes",
                field=models.ManyToManyField(related_name="draws", to="counseling.programme"),
            ),
            migrations.AddField(
                model_name="draw",
                name="school",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.school"
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="draw",
                trigger=pgtrigger.compiler.Trigger(
                    name="a_draw_is_never_changed",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                        hash="7a4639c0592deb9697b1190708b2bf416b9514f4",
                        operation="UPDATE OR DELETE",
                        pgid="pgtrigger_a_draw_is_never_changed_91273",
                        table="counseling_draw",
                        when="BEFORE",
                    ),
                ),
            ),
        ]),
    ]
