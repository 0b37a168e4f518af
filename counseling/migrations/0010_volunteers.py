"""Volunteers: how they apply, whose number is sealed, and that nobody leads without a check."""

import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
import homeschool.fields
from homeschool.migrating import Together
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


def rewrite(editor, how):
    """Write the number of each check anew as `how(text)`."""
    with editor.connection.cursor() as cursor:
        cursor.execute("SELECT id, reference FROM counseling_clearance WHERE reference <> ''")
        for pk, text in cursor.fetchall():
            cursor.execute(
                "UPDATE counseling_clearance SET reference = %s WHERE id = %s", [how(text), pk]
            )


def seal_numbers(apps, editor):
    rewrite(editor, homeschool.fields.seal)


def unseal_numbers(apps, editor):
    rewrite(editor, homeschool.fields.unseal)


class Migration(migrations.Migration):
    dependencies = [("counseling", "0009_sessions")]

    operations = [
        Together([
            migrations.CreateModel(
                name="VolunteerCall",
                fields=[
                    (
                        "id",
                        models.BigAutoField(
                            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                        ),
                    ),
                    ("key", models.CharField(editable=False, max_length=24, unique=True)),
                    ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                    ("ended_at", models.DateTimeField(blank=True, null=True)),
                ],
                options={
                    "ordering": ["-made_at", "id"],
                },
            ),
            pgtrigger.migrations.RemoveTrigger(
                model_name="leading",
                name="a_volunteer_is_cleared",
            ),
            pgtrigger.migrations.RemoveTrigger(
                model_name="volunteer",
                name="insert_insert",
            ),
            pgtrigger.migrations.RemoveTrigger(
                model_name="volunteer",
                name="update_update",
            ),
            migrations.AddField(
                model_name="clearance",
                name="withdrawn_because",
                field=models.CharField(blank=True, db_default="", default="", max_length=300),
            ),
            migrations.AddField(
                model_name="clearance",
                name="withdrawn_by",
                field=models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddField(
                model_name="volunteer",
                name="language",
                field=models.CharField(db_default="en", default="en", editable=False, max_length=12),
            ),
            migrations.AddField(
                model_name="volunteer",
                name="sent_as",
                field=models.UUIDField(editable=False, null=True, unique=True),
            ),
            migrations.AddField(
                model_name="volunteerevent",
                name="language",
                field=models.CharField(db_default="en", default="en", editable=False, max_length=12),
            ),
            migrations.AddField(
                model_name="volunteerevent",
                name="sent_as",
                field=models.UUIDField(editable=False, null=True),
            ),
            pgtrigger.migrations.RemoveTrigger(
                model_name="clearance",
                name="a_clearance_says_what_it_said",
            ),
        ]),
        migrations.AlterField(
            model_name="clearance",
            name="reference",
            field=homeschool.fields.EncryptedTextField(
                blank=True, max_length=60, verbose_name="number"
            ),
        ),
        migrations.RunPython(seal_numbers, unseal_numbers),
        Together([
            pgtrigger.migrations.AddTrigger(
                model_name="clearance",
                trigger=pgtrigger.compiler.Trigger(
                    name="a_clearance_says_what_it_said",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition='WHEN (OLD."checked_at" IS DISTINCT FROM (NEW."checked_at") OR OLD."checked_by_id" IS DISTINCT FROM (NEW."checked_by_id") OR OLD."expires_on" IS DISTINCT FROM (NEW."expires_on") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."issued_on" IS DISTINCT FROM (NEW."issued_on") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."reference" IS DISTINCT FROM (NEW."reference") OR OLD."volunteer_id" IS DISTINCT FROM (NEW."volunteer_id"))',
                        func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                        hash="143477935d43edced290876bb8b91454d86b2d2a",
                        operation="UPDATE",
                        pgid="pgtrigger_a_clearance_says_what_it_said_2429b",
                        table="counseling_clearance",
                        when="BEFORE",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="clearance",
                trigger=pgtrigger.compiler.Trigger(
                    name="without_a_check_nobody_leads",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition='WHEN (NEW."withdrawn_at" IS NOT NULL)',
                        func="\n                    PERFORM 1 FROM counseling_volunteer WHERE id = NEW.volunteer_id FOR UPDATE;\n                    UPDATE counseling_leading l SET live = false\n                        WHERE l.volunteer_id = NEW.volunteer_id AND l.live\n                            AND lower(l.span) > now()\n                            AND NOT EXISTS (SELECT 1 FROM counseling_clearance c\n                                WHERE c.volunteer_id = l.volunteer_id AND c.withdrawn_at IS NULL\n                                    AND l.on BETWEEN c.issued_on AND c.expires_on);\n                    RETURN NULL;\n                ",
                        hash="8ad9016f0c8bd3a28d5db162bdf6261199060aa2",
                        operation='UPDATE OF "withdrawn_at"',
                        pgid="pgtrigger_without_a_check_nobody_leads_34267",
                        table="counseling_clearance",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="leading",
                trigger=pgtrigger.compiler.Trigger(
                    name="a_volunteer_is_cleared",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition='WHEN (NEW."live" AND NEW."volunteer_id" IS NOT NULL)',
                        func="\n                    -- first the lock, for which a check that is withdrawn meanwhile waits, or is\n                    -- waited for; the second statement reads what was committed until then\n                    PERFORM 1 FROM counseling_volunteer WHERE id = NEW.volunteer_id FOR KEY SHARE;\n                    PERFORM 1 FROM counseling_volunteer v\n                        JOIN counseling_clearance c ON c.volunteer_id = v.id\n                        WHERE v.id = NEW.volunteer_id AND v.state = 'accepted'\n                            AND c.withdrawn_at IS NULL\n                            AND NEW.on BETWEEN c.issued_on AND c.expires_on;\n                    IF NOT FOUND THEN\n                        RAISE EXCEPTION 'volunteer % is not cleared on %', NEW.volunteer_id, NEW.on\n                            USING ERRCODE = 'check_violation',\n                                CONSTRAINT = 'a_volunteer_is_cleared';\n                    END IF;\n                    RETURN NEW;\n                ",
                        hash="9131c6f7792272ed63bc157a83fae48aad0ced43",
                        operation='INSERT OR UPDATE OF "on", "volunteer_id", "live"',
                        pgid="pgtrigger_a_volunteer_is_cleared_89f53",
                        table="counseling_leading",
                        when="BEFORE",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="volunteer",
                trigger=pgtrigger.compiler.Trigger(
                    name="who_stops_helping_leads_nothing",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition="WHEN (NOT (NEW.\"state\" = 'accepted'))",
                        func="\n                    UPDATE counseling_leading SET live = false\n                        WHERE volunteer_id = NEW.id AND live AND lower(span) > now();\n                    RETURN NULL;\n                ",
                        hash="5456ce1806e1d2ca390ce81dcb0e11d558c9e005",
                        operation='UPDATE OF "state"',
                        pgid="pgtrigger_who_stops_helping_leads_nothing_eed34",
                        table="counseling_volunteer",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="volunteer",
                trigger=pgtrigger.compiler.Trigger(
                    name="insert_insert",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "counseling_volunteerevent" ("applied_at", "born_on", "decided_at", "decided_by_id", "deciding_words", "email", "full_name", "good_at", "id", "language", "languages", "organisation", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "school_id", "sent_as", "state", "user_id") SELECT new_values."applied_at", new_values."born_on", new_values."decided_at", new_values."decided_by_id", new_values."deciding_words", new_values."email", new_values."full_name", new_values."good_at", new_values."id", new_values."language", new_values."languages", new_values."organisation", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."phone", new_values."school_id", new_values."sent_as", new_values."state", new_values."user_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                        hash="4d5821bf0fb2abea8e2cddb2fff65ac53f404622",
                        level="STATEMENT",
                        operation="INSERT",
                        pgid="pgtrigger_insert_insert_9a310",
                        referencing="REFERENCING NEW TABLE AS new_values ",
                        table="counseling_volunteer",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="volunteer",
                trigger=pgtrigger.compiler.Trigger(
                    name="update_update",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "counseling_volunteerevent" ("applied_at", "born_on", "decided_at", "decided_by_id", "deciding_words", "email", "full_name", "good_at", "id", "language", "languages", "organisation", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "school_id", "sent_as", "state", "user_id") SELECT new_values."applied_at", new_values."born_on", new_values."decided_at", new_values."decided_by_id", new_values."deciding_words", new_values."email", new_values."full_name", new_values."good_at", new_values."id", new_values."language", new_values."languages", new_values."organisation", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."phone", new_values."school_id", new_values."sent_as", new_values."state", new_values."user_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                        hash="79ef424dcb0eb1d8a92245e2db54070d20495d74",
                        level="STATEMENT",
                        operation="UPDATE",
                        pgid="pgtrigger_update_update_a7466",
                        referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                        table="counseling_volunteer",
                        when="AFTER",
                    ),
                ),
            ),
            migrations.AddConstraint(
                model_name="volunteer",
                constraint=models.UniqueConstraint(
                    models.F("school"),
                    django.db.models.functions.text.Lower("email"),
                    condition=models.Q(("state", "applied"), models.Q(("email", ""), _negated=True)),
                    name="one_application_of_an_address_waits",
                ),
            ),
            migrations.AddField(
                model_name="volunteercall",
                name="made_by",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                ),
            ),
            migrations.AddField(
                model_name="volunteercall",
                name="school",
                field=models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="volunteer_calls",
                    to="people.school",
                ),
            ),
            migrations.AddConstraint(
                model_name="volunteercall",
                constraint=models.UniqueConstraint(
                    condition=models.Q(("ended_at", None)),
                    fields=("school",),
                    name="a_school_has_one_open_address",
                ),
            ),
        ]),
    ]
