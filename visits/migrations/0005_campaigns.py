"""Campaigns with their targets and teams, and the figures of their boards as they were counted last."""

import uuid

import django.core.validators
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

# Whatever a board counts is noted where it changes, in the transaction of the change, so that the next
# reader counts anew. Statement by statement: an import of forty thousand visits notes a row a batch.
NOTE = """
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO visits_campaignchange (school_id)
    SELECT DISTINCT changed.school_id FROM ({changed}) AS changed
    WHERE EXISTS (SELECT FROM visits_campaign c WHERE c.school_id = changed.school_id);
    RETURN NULL;
END $$
"""
TRIGGER = """
CREATE TRIGGER {name} AFTER {event} ON {table}
REFERENCING {rows} FOR EACH STATEMENT EXECUTE FUNCTION {name}()
"""
ONE = {"INSERT": "NEW TABLE AS new_rows", "DELETE": "OLD TABLE AS old_rows"}
BOTH = {"UPDATE": "NEW TABLE AS new_rows OLD TABLE AS old_rows"}
OF_ROW = "SELECT school_id FROM {rows}"
OF_VISIT = "SELECT v.school_id FROM {rows} r JOIN visits_visit v ON v.id = r.visit_id"
OF_STUDENT = "SELECT s.school_id FROM {rows} r JOIN people_student s ON s.id = r.student_id"
OF_HOME = "SELECT h.school_id FROM {rows} r JOIN people_household h ON h.id = r.household_id"
# (table, whose school of the new or old rows, what differs between the new and the old row "n" and "o")
NOTED = (
    ("visits_visit", OF_ROW, "true"),
    ("visits_visitchild", OF_VISIT, "true"),
    ("people_student", OF_ROW,
     "(n.status, n.division_id, n.school_class_id, n.school_id)"
     " IS DISTINCT FROM (o.status, o.division_id, o.school_class_id, o.school_id)"),
    ("people_household_students", OF_HOME, "true"),
    ("people_household", OF_ROW, "n.region_id IS DISTINCT FROM o.region_id"),
    ("people_guardianship", OF_STUDENT,
     "(n.guardian_id, n.until, n.primary, n.student_id)"
     " IS DISTINCT FROM (o.guardian_id, o.until, o.primary, o.student_id)"),
)  # fmt: skip


def noting():
    """Return the statements that make the triggers, and those that take them away."""
    made, gone = [], []
    for table, school, differs in NOTED:
        for event, rows in (ONE | BOTH).items():
            name = f"{table}_{event.lower()}_counts_anew"
            old = school.format(rows="old_rows")
            if event == "UPDATE":
                both = (
                    f"(SELECT n.* FROM new_rows n JOIN old_rows o ON o.id = n.id WHERE {differs})"  # noqa: S608
                )
                changed = school.format(rows=f"{both} AS r" if " r " not in school else both)
            else:
                changed = old if event == "DELETE" else school.format(rows="new_rows")
            made += [
                NOTE.format(name=name, changed=changed),
                TRIGGER.format(name=name, event=event, table=table, rows=rows),
            ]
            gone += [f"DROP TRIGGER {name} ON {table}", f"DROP FUNCTION {name}()"]
    return made, gone


class Migration(migrations.Migration):
    dependencies = [("visits", "0005_aspects_in_order")]

    operations = [
        migrations.CreateModel(
            name="Campaign",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                ("theme", models.CharField(blank=True, max_length=300, verbose_name="theme")),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("relationship", "getting to know each other"),
                            ("targeted", "about something certain"),
                        ],
                        default="relationship",
                        max_length=12,
                        verbose_name="purpose",
                    ),
                ),
                ("starts", models.DateField(verbose_name="first day")),
                ("ends", models.DateField(verbose_name="last day")),
                (
                    "gift_number",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="gifts for one household, at most"
                    ),
                ),
                (
                    "gift_value",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        max_digits=9,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="value of the gifts for one household, at most",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "being prepared"),
                            ("open", "open"),
                            ("closed", "closed"),
                        ],
                        default="draft",
                        editable=False,
                        max_length=6,
                    ),
                ),
            ],
            options={
                "ordering": ["-starts", "name", "id"],
            },
        ),
        migrations.CreateModel(
            name="CampaignChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CampaignChild",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CampaignCount",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("scope", models.CharField(max_length=64)),
                ("counted_at", models.DateTimeField()),
                ("longest", models.JSONField(default=list)),
            ],
        ),
        migrations.CreateModel(
            name="CampaignFigure",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(blank=True, max_length=8)),
                ("key", models.CharField(blank=True, max_length=60)),
                ("place", models.PositiveIntegerField(default=0)),
                ("numbers", models.JSONField(default=dict)),
            ],
        ),
        migrations.CreateModel(
            name="TargetRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("everyone", "everybody"),
                            ("percent", "a share"),
                            ("named", "children by name"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "percent",
                    models.PositiveSmallIntegerField(
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(100),
                        ],
                        verbose_name="percent",
                    ),
                ),
            ],
            options={
                "ordering": ["division__code"],
            },
        ),
        migrations.CreateModel(
            name="Team",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                (
                    "interpreter_name",
                    models.CharField(
                        blank=True, max_length=255, verbose_name="interpreter from outside"
                    ),
                ),
            ],
            options={
                "ordering": ["name", "id"],
            },
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="visit",
            name="a_held_visit_is_never_changed",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="visit",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="visit",
            name="update_update",
        ),
        migrations.AddField(
            model_name="campaign",
            name="aspects",
            field=models.ManyToManyField(
                blank=True,
                related_name="campaigns",
                to="visits.aspect",
                verbose_name="what it is about",
            ),
        ),
        migrations.AddField(
            model_name="campaign",
            name="copied_from",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="copies",
                to="visits.campaign",
            ),
        ),
        migrations.AddField(
            model_name="campaign",
            name="made_by",
            field=models.ForeignKey(
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="campaign",
            name="school",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="campaigns",
                to="people.school",
            ),
        ),
        migrations.AddField(
            model_name="campaign",
            name="term",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="campaigns",
                to="people.term",
                verbose_name="term",
            ),
        ),
        migrations.AddField(
            model_name="visit",
            name="campaign",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="visits",
                to="visits.campaign",
            ),
        ),
        migrations.AddField(
            model_name="visitevent",
            name="campaign",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="visits.campaign",
            ),
        ),
        migrations.AddField(
            model_name="campaignchange",
            name="school",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="people.school"
            ),
        ),
        migrations.AddField(
            model_name="campaignchild",
            name="campaign",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="named",
                to="visits.campaign",
            ),
        ),
        migrations.AddField(
            model_name="campaignchild",
            name="student",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="campaigns",
                to="people.student",
            ),
        ),
        migrations.AddField(
            model_name="campaigncount",
            name="campaign",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="counts",
                to="visits.campaign",
            ),
        ),
        migrations.AddField(
            model_name="campaignfigure",
            name="count",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="figures",
                to="visits.campaigncount",
            ),
        ),
        migrations.AddField(
            model_name="targetrule",
            name="campaign",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="rules",
                to="visits.campaign",
            ),
        ),
        migrations.AddField(
            model_name="targetrule",
            name="division",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.division"
            ),
        ),
        migrations.AddField(
            model_name="team",
            name="campaign",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="teams",
                to="visits.campaign",
            ),
        ),
        migrations.AddField(
            model_name="team",
            name="division",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="people.division",
                verbose_name="grade or college",
            ),
        ),
        migrations.AddField(
            model_name="team",
            name="interpreter",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="team",
            name="lead",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="team",
            name="members",
            field=models.ManyToManyField(blank=True, related_name="+", to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name="visit",
            name="campaign_team",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="visits",
                to="visits.team",
            ),
        ),
        migrations.AddField(
            model_name="visitevent",
            name="campaign_team",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="visits.team",
            ),
        ),
        migrations.AddConstraint(
            model_name="visit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("campaign_team", None), ("campaign__isnull", False), _connector="OR"
                ),
                name="a_team_of_a_campaign_visits_for_it",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends__gte", models.F("starts"))),
                name="a_campaign_ends_after_it_begins",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(("gift_value", None), ("gift_value__gte", 0), _connector="OR"),
                name="gifts_are_worth_something",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.UniqueConstraint(
                fields=("term", "name"), name="a_campaign_stands_once_in_a_term"
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(("copied_from", models.F("pk")), _negated=True),
                name="a_campaign_is_no_copy_of_itself",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaignchild",
            constraint=models.UniqueConstraint(
                fields=("campaign", "student"), name="a_child_is_named_once_in_a_campaign"
            ),
        ),
        migrations.AddConstraint(
            model_name="campaigncount",
            constraint=models.UniqueConstraint(
                fields=("campaign", "scope"), name="a_campaign_is_counted_once_for_a_sight"
            ),
        ),
        migrations.AddConstraint(
            model_name="campaignfigure",
            constraint=models.UniqueConstraint(
                fields=("count", "kind", "place"), name="a_part_of_a_campaign_has_its_place"
            ),
        ),
        migrations.AddConstraint(
            model_name="targetrule",
            constraint=models.UniqueConstraint(
                fields=("campaign", "division"), name="a_division_has_one_rule_in_a_campaign"
            ),
        ),
        migrations.AddConstraint(
            model_name="targetrule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "percent"), ("percent__gte", 1), ("percent__lte", 100)),
                    models.Q(models.Q(("kind", "percent"), _negated=True), ("percent", None)),
                    _connector="OR",
                ),
                name="a_share_is_between_1_and_100_percent",
            ),
        ),
        migrations.AddConstraint(
            model_name="team",
            constraint=models.UniqueConstraint(
                fields=("campaign", "name"), name="a_team_stands_once_in_a_campaign"
            ),
        ),
        migrations.AddConstraint(
            model_name="team",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("interpreter", None), ("interpreter_name", ""), _connector="OR"
                ),
                name="a_team_has_one_interpreter",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="visit",
            trigger=pgtrigger.compiler.Trigger(
                name="a_held_visit_is_never_changed",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD.status = \'held\' AND ((OLD."ended_at" IS DISTINCT FROM (NEW."ended_at") OR OLD."explained" IS DISTINCT FROM (NEW."explained") OR OLD."happened_at" IS DISTINCT FROM (NEW."happened_at") OR OLD."hopes" IS DISTINCT FROM (NEW."hopes") OR OLD."household_id" IS DISTINCT FROM (NEW."household_id") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."interpreter" IS DISTINCT FROM (NEW."interpreter") OR OLD."kept_out" IS DISTINCT FROM (NEW."kept_out") OR OLD."language_spoken" IS DISTINCT FROM (NEW."language_spoken") OR OLD."mode" IS DISTINCT FROM (NEW."mode") OR OLD."planned_at" IS DISTINCT FROM (NEW."planned_at") OR OLD."planned_minutes" IS DISTINCT FROM (NEW."planned_minutes") OR OLD."purpose" IS DISTINCT FROM (NEW."purpose") OR OLD."read_aloud" IS DISTINCT FROM (NEW."read_aloud") OR OLD."received_at" IS DISTINCT FROM (NEW."received_at") OR OLD."recorded_at" IS DISTINCT FROM (NEW."recorded_at") OR OLD."recorded_by_id" IS DISTINCT FROM (NEW."recorded_by_id") OR OLD."region_id" IS DISTINCT FROM (NEW."region_id") OR OLD."school_id" IS DISTINCT FROM (NEW."school_id") OR OLD."shared_summary" IS DISTINCT FROM (NEW."shared_summary") OR OLD."situation" IS DISTINCT FROM (NEW."situation") OR OLD."source" IS DISTINCT FROM (NEW."source") OR OLD."staff_note" IS DISTINCT FROM (NEW."staff_note") OR OLD."status" IS DISTINCT FROM (NEW."status") OR OLD."written_in" IS DISTINCT FROM (NEW."written_in"))))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="63379b1997c141f977229ec3008c5f9065579fea",
                    operation="UPDATE",
                    pgid="pgtrigger_a_held_visit_is_never_changed_8ea44",
                    table="visits_visit",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="visit",
            trigger=pgtrigger.compiler.Trigger(
                name="a_held_visit_is_never_removed",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.\"status\" = 'held')",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="bbd53c422655ce320a20ea2ac67cef88f72d715f",
                    operation="DELETE",
                    pgid="pgtrigger_a_held_visit_is_never_removed_e0dd0",
                    table="visits_visit",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="visit",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "visits_visitevent" ("campaign_id", "campaign_team_id", "ended_at", "explained", "happened_at", "hopes", "household_id", "id", "interpreter", "kept_out", "language_spoken", "mode", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "planned_at", "planned_minutes", "purpose", "read_aloud", "received_at", "recorded_at", "recorded_by_id", "region_id", "school_id", "shared_summary", "situation", "source", "staff_note", "status", "written_in") SELECT new_values."campaign_id", new_values."campaign_team_id", new_values."ended_at", new_values."explained", new_values."happened_at", new_values."hopes", new_values."household_id", new_values."id", new_values."interpreter", new_values."kept_out", new_values."language_spoken", new_values."mode", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."planned_at", new_values."planned_minutes", new_values."purpose", new_values."read_aloud", new_values."received_at", new_values."recorded_at", new_values."recorded_by_id", new_values."region_id", new_values."school_id", new_values."shared_summary", new_values."situation", new_values."source", new_values."staff_note", new_values."status", new_values."written_in" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="0165c2f829240d540bed81acb056093d12802d98",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_9d6da",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="visits_visit",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="visit",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "visits_visitevent" ("campaign_id", "campaign_team_id", "ended_at", "explained", "happened_at", "hopes", "household_id", "id", "interpreter", "kept_out", "language_spoken", "mode", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "planned_at", "planned_minutes", "purpose", "read_aloud", "received_at", "recorded_at", "recorded_by_id", "region_id", "school_id", "shared_summary", "situation", "source", "staff_note", "status", "written_in") SELECT new_values."campaign_id", new_values."campaign_team_id", new_values."ended_at", new_values."explained", new_values."happened_at", new_values."hopes", new_values."household_id", new_values."id", new_values."interpreter", new_values."kept_out", new_values."language_spoken", new_values."mode", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."planned_at", new_values."planned_minutes", new_values."purpose", new_values."read_aloud", new_values."received_at", new_values."recorded_at", new_values."recorded_by_id", new_values."region_id", new_values."school_id", new_values."shared_summary", new_values."situation", new_values."source", new_values."staff_note", new_values."status", new_values."written_in" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="6f468c495907d296414fcae6aa194811893e3c52",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_41cf1",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="visits_visit",
                    when="AFTER",
                ),
            ),
        ),
        migrations.RunSQL(*noting()),
    ]
