"""The triggers that note a change of whatever the board of a campaign counts."""

from django.db import migrations

# Whatever a board counts is noted where it changes, in the transaction of the change, so that the next
# reader counts anew. Statement by statement: an import of forty thousand visits notes a row a batch.
NOTE = """
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO visits_campaignchange (school_id)
    SELECT DISTINCT changed.school_id FROM ({changed}) AS changed
    WHERE EXISTS (SELECT FROM visits_campaign c WHERE c.school_id = changed.school_id);
    RETURN NULL;
END $$
"""
TRIGGER = """
CREATE OR REPLACE TRIGGER {name} AFTER {event} ON {table}
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
    dependencies = [("visits", "0001_visits"), ("people", "0002_sight")]

    operations = [migrations.RunSQL(*noting())]
