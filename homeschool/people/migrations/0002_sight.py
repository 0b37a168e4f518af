"""Sight in its two views, and the keys that hold a student in its own school.

`Reach` answers by user, `Sight` by student: flat branches over the same sources, Sight not
stacked on Reach (stacked it took 121 ms for one child, against 1.9).
Clock: statement_timestamp(), since inside a transaction a row stamped by Python fails
`since <= now()`. Birthdays are counted in the school's zone.
"""

from django.db import migrations

CLOCK = "statement_timestamp()"


def is_open(row):
    return f"({row}.since <= {CLOCK} AND ({row}.until IS NULL OR {row}.until > {CLOCK}))"


# 34 CFR 99.3 and 99.5: at 18, or in post-secondary education, the rights are the student's own.
OWN_RIGHTS = (
    "(school.kind = 'university' OR (child.birth_date + interval '18 years')::date"
    f" <= ({CLOCK} AT TIME ZONE school.time_zone)::date) IS TRUE"
)
CHILD = "JOIN people_student child ON child.id = {0}.student_id JOIN people_school school ON school.id = child.school_id"

GUARDIANSHIP = f"""
    FROM people_guardianship g {CHILD.format("g")}
    WHERE g.may_view AND {is_open("g")} AND NOT {OWN_RIGHTS}
"""
GRANT = f"""
    FROM people_grant gr {CHILD.format("gr")}
    JOIN people_guardianship g
      ON g.student_id = gr.student_id AND g.guardian_id = gr.guardian_id
     AND g.may_view AND {is_open("g")}
    WHERE {is_open("gr")} AND {OWN_RIGHTS}
"""
SELF = f"""
    FROM people_student child JOIN people_school school ON school.id = child.school_id
    WHERE child.user_id IS NOT NULL AND {OWN_RIGHTS}
"""
ADVISER = f"""
    FROM people_schoolclass c
    JOIN people_membership m
      ON m.id = c.adviser_id AND m.school_id = c.school_id AND m.role = 'adviser' AND {is_open("m")}
"""
ENROLLED = """
    JOIN people_enrolment e ON e.school_class_id = c.id
    JOIN people_student child ON child.id = e.student_id AND child.school_id = c.school_id
    WHERE c.kind = 'scheduled'
"""
CASELOAD = f"""
    FROM people_caseload k
    JOIN people_membership m ON m.id = k.membership_id AND {is_open("m")}
"""
WHOLE = """
    FROM people_membership m
"""
LEADING = f"m.role IN ('leader', 'school_admin') AND {is_open('m')}"

NO = "NULL::uuid"

REACH = f"""
CREATE VIEW people_reach (user_id, role, why, why_id, item, student_id, school_class_id, division_id, school_id) AS
SELECT g.guardian_id, 'guardian', 'guardianship', g.id, '', g.student_id, {NO}, {NO}, {NO} {GUARDIANSHIP}
UNION ALL
SELECT gr.guardian_id, 'guardian', 'grant', gr.id, gr.item, gr.student_id, {NO}, {NO}, {NO} {GRANT}
UNION ALL
SELECT child.user_id, 'student', 'self', child.id, '', child.id, {NO}, {NO}, {NO} {SELF}
UNION ALL
SELECT m.user_id, m.role, 'adviser', c.id, '', {NO}, c.id, {NO}, {NO} {ADVISER} WHERE c.kind = 'homeroom'
UNION ALL
SELECT m.user_id, m.role, 'adviser', c.id, '', child.id, {NO}, {NO}, {NO} {ADVISER} {ENROLLED}
UNION ALL
SELECT m.user_id, m.role, 'caseload', k.id, '', child.id, {NO}, {NO}, {NO} {CASELOAD}
    JOIN people_student child ON child.id = k.student_id AND child.school_id = m.school_id
    WHERE {is_open("k")}
UNION ALL
SELECT m.user_id, m.role, 'caseload', k.id, '', {NO}, c.id, {NO}, {NO} {CASELOAD}
    JOIN people_schoolclass c ON c.id = k.school_class_id AND c.school_id = m.school_id
    WHERE {is_open("k")}
UNION ALL
SELECT m.user_id, m.role, 'caseload', k.id, '', {NO}, {NO}, d.id, {NO} {CASELOAD}
    JOIN people_division d ON d.id = k.division_id AND d.school_id = m.school_id
    WHERE {is_open("k")}
UNION ALL
SELECT m.user_id, m.role, 'membership', m.id, '', {NO}, {NO}, m.division_id,
       CASE WHEN m.division_id IS NULL THEN m.school_id END {WHOLE} WHERE {LEADING}
UNION ALL
-- a role that by itself shows no child: it opens doors, not records
SELECT m.user_id, m.role, 'membership', m.id, '', {NO}, {NO}, {NO}, {NO} {WHOLE}
    WHERE m.role NOT IN ('leader', 'school_admin') AND {is_open("m")}
"""

SIGHT = f"""
CREATE VIEW people_sight (user_id, role, why, why_id, item, student_id) AS
SELECT g.guardian_id, 'guardian', 'guardianship', g.id, '', g.student_id {GUARDIANSHIP}
UNION ALL
SELECT gr.guardian_id, 'guardian', 'grant', gr.id, gr.item, gr.student_id {GRANT}
UNION ALL
SELECT child.user_id, 'student', 'self', child.id, '', child.id {SELF}
UNION ALL
SELECT m.user_id, m.role, 'adviser', c.id, '', child.id {ADVISER}
    JOIN people_student child ON child.school_class_id = c.id WHERE c.kind = 'homeroom'
UNION ALL
SELECT m.user_id, m.role, 'adviser', c.id, '', child.id {ADVISER} {ENROLLED}
UNION ALL
SELECT m.user_id, m.role, 'caseload', k.id, '', child.id {CASELOAD}
    JOIN people_student child ON child.id = k.student_id AND child.school_id = m.school_id
    WHERE {is_open("k")}
UNION ALL
SELECT m.user_id, m.role, 'caseload', k.id, '', child.id {CASELOAD}
    JOIN people_student child ON child.school_class_id = k.school_class_id AND child.school_id = m.school_id
    WHERE {is_open("k")}
UNION ALL
SELECT m.user_id, m.role, 'caseload', k.id, '', child.id {CASELOAD}
    JOIN people_student child ON child.division_id = k.division_id AND child.school_id = m.school_id
    WHERE {is_open("k")}
UNION ALL
SELECT m.user_id, m.role, 'membership', m.id, '', child.id {WHOLE}
    JOIN people_student child ON child.division_id = m.division_id AND child.school_id = m.school_id
    WHERE {LEADING}
UNION ALL
SELECT m.user_id, m.role, 'membership', m.id, '', child.id {WHOLE}
    JOIN people_student child ON child.school_id = m.school_id
    WHERE m.division_id IS NULL AND {LEADING}
"""

# A student's class is of its division, and its division of its school, whoever writes the row.
STUDENT_KEYS = """
ALTER TABLE people_student
  ADD CONSTRAINT a_students_class_is_of_its_division
  FOREIGN KEY (school_class_id, division_id) REFERENCES people_schoolclass (id, division_id)
  DEFERRABLE INITIALLY DEFERRED,
  ADD CONSTRAINT a_students_division_is_of_its_school
  FOREIGN KEY (division_id, school_id) REFERENCES people_division (id, school_id)
  DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE people_schoolclass
  ADD CONSTRAINT a_class_division_is_of_its_school
  FOREIGN KEY (division_id, school_id) REFERENCES people_division (id, school_id)
  DEFERRABLE INITIALLY DEFERRED;
"""
DROP_STUDENT_KEYS = """
ALTER TABLE people_schoolclass DROP CONSTRAINT a_class_division_is_of_its_school;
ALTER TABLE people_student
  DROP CONSTRAINT a_students_class_is_of_its_division,
  DROP CONSTRAINT a_students_division_is_of_its_school;
"""


class Migration(migrations.Migration):
    # mfa comes early, since each migration costs more where more models stand; it needs users alone
    dependencies = [("people", "0001_people"), ("mfa", "0003_authenticator_type_uniq")]

    operations = [
        migrations.RunSQL(REACH, "DROP VIEW people_reach"),
        migrations.RunSQL(SIGHT, "DROP VIEW people_sight"),
        migrations.RunSQL(STUDENT_KEYS, DROP_STUDENT_KEYS),
    ]
