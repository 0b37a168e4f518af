"""A leader that was taken off says when; only the police record or the register clears a volunteer."""

from homeschool.migrating import Together
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

# Who was taken off before this column was there: of a session that was called off since nobody knows.
FREED = """
    UPDATE counseling_leading l SET freed_at = now() FROM counseling_session s
        WHERE s.id = l.session_id AND NOT l.live AND s.state <> 'called_off'
"""


class Migration(migrations.Migration):
    dependencies = [
        ("counseling", "0013_extra"),
    ]

    operations = [
        Together([
            pgtrigger.migrations.RemoveTrigger(
                model_name="clearance",
                name="without_a_check_nobody_leads",
            ),
            pgtrigger.migrations.RemoveTrigger(
                model_name="leading",
                name="a_volunteer_is_cleared",
            ),
            pgtrigger.migrations.RemoveTrigger(
                model_name="seat",
                name="no_more_seats_than_places",
            ),
            pgtrigger.migrations.RemoveTrigger(
                model_name="volunteer",
                name="who_stops_helping_leads_nothing",
            ),
            migrations.AddField(
                model_name="leading",
                name="freed_at",
                field=models.DateTimeField(blank=True, editable=False, null=True),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="clearance",
                trigger=pgtrigger.compiler.Trigger(
                    name="without_a_check_nobody_leads",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition='WHEN (NEW."withdrawn_at" IS NOT NULL)',
                        func="\n                    PERFORM 1 FROM counseling_volunteer WHERE id = NEW.volunteer_id FOR UPDATE;\n                    UPDATE counseling_leading l SET live = false, freed_at = now()\n                        WHERE l.volunteer_id = NEW.volunteer_id AND l.live\n                            AND lower(l.span) > now()\n                            AND NOT EXISTS (SELECT 1 FROM counseling_clearance c\n                                WHERE c.volunteer_id = l.volunteer_id AND c.withdrawn_at IS NULL\n                                    AND c.kind IN ('police', 'register')\n                                    AND l.on BETWEEN c.issued_on AND c.expires_on);\n                    RETURN NULL;\n                ",
                        hash="52975e4f20936f7efdb7fdf92b2dbea1594f6c9c",
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
                        func="\n                    -- first the lock, for which a check that is withdrawn meanwhile waits, or is\n                    -- waited for; the second statement reads what was committed until then\n                    PERFORM 1 FROM counseling_volunteer WHERE id = NEW.volunteer_id FOR KEY SHARE;\n                    PERFORM 1 FROM counseling_volunteer v\n                        JOIN counseling_clearance c ON c.volunteer_id = v.id\n                        WHERE v.id = NEW.volunteer_id AND v.state = 'accepted'\n                            AND c.withdrawn_at IS NULL\n                            AND c.kind IN ('police', 'register')\n                            AND NEW.on BETWEEN c.issued_on AND c.expires_on;\n                    IF NOT FOUND THEN\n                        RAISE EXCEPTION 'volunteer % is not cleared on %', NEW.volunteer_id, NEW.on\n                            USING ERRCODE = 'check_violation',\n                                CONSTRAINT = 'a_volunteer_is_cleared';\n                    END IF;\n                    RETURN NEW;\n                ",
                        hash="7af5a2b31ecc23c7b1b924f74374f99b15fea84b",
                        operation='INSERT OR UPDATE OF "on", "volunteer_id", "live"',
                        pgid="pgtrigger_a_volunteer_is_cleared_89f53",
                        table="counseling_leading",
                        when="BEFORE",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="seat",
                trigger=pgtrigger.compiler.Trigger(
                    name="no_more_seats_than_places",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition="WHEN (NEW.\"state\" IN ('offered', 'taken'))",
                        declare="DECLARE places int; given int;",
                        func="\n                    SELECT capacity INTO places FROM counseling_programme\n                        WHERE id = NEW.programme_id FOR NO KEY UPDATE;\n                    SELECT count(*) INTO given FROM counseling_seat\n                        WHERE programme_id = NEW.programme_id AND state IN ('offered', 'taken');\n                    IF given > places THEN\n                        RAISE EXCEPTION 'more seats than places in %', NEW.programme_id\n                            USING ERRCODE = 'check_violation',\n                                CONSTRAINT = 'no_more_seats_than_places';\n                    END IF;\n                    RETURN NULL;\n                ",
                        hash="10fc81e3080a3ae512930f84265433b180c1d8e6",
                        operation='INSERT OR UPDATE OF "state", "programme_id"',
                        pgid="pgtrigger_no_more_seats_than_places_deb04",
                        table="counseling_seat",
                        when="AFTER",
                    ),
                ),
            ),
            pgtrigger.migrations.AddTrigger(
                model_name="volunteer",
                trigger=pgtrigger.compiler.Trigger(
                    name="who_stops_helping_leads_nothing",
                    sql=pgtrigger.compiler.UpsertTriggerSql(
                        condition="WHEN (NOT (NEW.\"state\" = 'accepted'))",
                        func="\n                    UPDATE counseling_leading SET live = false, freed_at = now()\n                        WHERE volunteer_id = NEW.id AND live AND lower(span) > now();\n                    RETURN NULL;\n                ",
                        hash="eb4952b2c80cc0a1c73c0d0bbd61914a0e541ee2",
                        operation='UPDATE OF "state"',
                        pgid="pgtrigger_who_stops_helping_leads_nothing_eed34",
                        table="counseling_volunteer",
                        when="AFTER",
                    ),
                ),
            ),
        ]),
        migrations.RunSQL(FREED, migrations.RunSQL.noop),
    ]
