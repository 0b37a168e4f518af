"""What a package would change in a school: one row in `change` for each child, person and tie."""
# ruff: noqa: S608 - what is put together here are pieces of this package; values go in apart

from homeschool.people.importing import words

from .staging import copy_in, execute, make_table

# Rows of VALUES (label, before, after) as the fields of a change: what is said, and differs.
FIELDS = """(
    SELECT coalesce(jsonb_agg(jsonb_build_array(label, coalesce(was, ''), becomes) ORDER BY place), '[]')
    FROM (VALUES {0}) field(place, label, was, becomes)
    WHERE becomes IS NOT NULL AND becomes IS DISTINCT FROM coalesce(was, ''))"""
COMES_BACK = "('left', 'transferred')"
CHANGE = "INSERT INTO change (kind, state, file, row, name, fields, id)"


def make_change_table():
    """Make the empty table of what becomes of each row."""
    make_table(
        "change",
        "place int GENERATED ALWAYS AS IDENTITY, kind text, state text, file text, row int, name text,"
        " fields jsonb, id uuid",
    )


def compare_pupils(plan):
    """Say what becomes of each child that is named."""
    fields = FIELDS.format("""
        (1, 'name', s.full_name::text, p.name),
        (2, 'class', was.name::text, CASE WHEN p.class IS DISTINCT FROM p.was_class THEN c.name END),
        (3, 'number', s.number::text, p.final), (4, 'birth_date', s.birth_date::text, p.birth::text),
        (5, 'sex', s.sex::text, p.sex), (6, 'courses', courses.was, courses.becomes)
    """)
    _make_course_table()
    execute(f"""
        {CHANGE}
        SELECT 'students', CASE WHEN gone THEN CASE was_status WHEN 'active' THEN 'retired' ELSE 'same' END
                                WHEN said AND was_status IN {COMES_BACK} THEN 'returned'
                                WHEN fields <> '[]' THEN 'changed' ELSE 'same' END,
               'users', row, called, CASE WHEN gone THEN '[]' ELSE fields END, id
        FROM (
            SELECT p.*, coalesce(p.name, s.full_name) AS called, {fields} AS fields
            FROM pupil p JOIN people_student s ON s.id = p.id
            LEFT JOIN people_schoolclass was ON was.id = p.was_class
            LEFT JOIN class_of c ON c.id = p.class
            LEFT JOIN courses ON courses.student = p.id
            WHERE NOT p.is_new
        ) pupils WHERE said OR fields <> '[]' OR gone ORDER BY row, sid
    """)
    execute(f"""
        {CHANGE}
        SELECT 'students', 'new', 'users', p.row, p.name, jsonb_build_array(jsonb_build_array('class', '', c.name)), p.id
        FROM pupil p JOIN class_of c ON c.id = p.class WHERE p.is_new ORDER BY p.row
    """)


def _make_course_table():
    """Fill `courses`: the course classes of children before and after, where they differ."""
    execute("DROP TABLE IF EXISTS pg_temp.courses")
    execute("""
        CREATE TEMP TABLE courses ON COMMIT DROP AS
        WITH before AS (
            SELECT e.student_id AS student, e.school_class_id AS class, e.id FROM people_enrolment e
            WHERE e.student_id IN (SELECT id FROM pupil WHERE NOT is_new)
        ), after AS (
            SELECT student, class FROM before WHERE id NOT IN (SELECT id FROM seat_lost) UNION
            SELECT student, class FROM seat
        ), moved AS (
            SELECT student FROM seat_lost UNION
            SELECT student FROM seat WHERE (student, class) NOT IN (SELECT student, class FROM before)
        ), called AS (SELECT id, name FROM people_schoolclass UNION SELECT id, name FROM class_of)
        SELECT m.student,
            (SELECT string_agg(DISTINCT c.name, ', ' ORDER BY c.name) FROM before b JOIN called c ON c.id = b.class WHERE b.student = m.student) AS was,
            coalesce((SELECT string_agg(DISTINCT c.name, ', ' ORDER BY c.name) FROM after a JOIN called c ON c.id = a.class WHERE a.student = m.student), '-') AS becomes
        FROM moved m
    """)


# --- guardians and staff ----------------------------------------------------------------------------
def compare_persons(plan):
    """Say what becomes of each guardian, and fill `phone_new` with the numbers to be added."""
    make_table("phone_new", "person uuid, value text, id uuid DEFAULT gen_random_uuid()")
    execute("""
        INSERT INTO phone_new (person, value)
        SELECT DISTINCT p.id, n.value FROM person p, LATERAL (VALUES (p.phone), (p.sms)) n(value)
        WHERE n.value IS NOT NULL AND NOT p.gone AND NOT EXISTS (
            SELECT FROM people_address a WHERE a.user_id = p.id AND a.channel = 'phone' AND lower(a.value) = lower(n.value))
    """)
    execute("DROP TABLE IF EXISTS pg_temp.phones")
    execute("""
        CREATE TEMP TABLE phones ON COMMIT DROP AS
        SELECT person, string_agg(value, ', ' ORDER BY value) AS numbers FROM phone_new GROUP BY person
    """)
    fields = FIELDS.format("""
        (1, 'name', p.was_name, CASE WHEN p.is_new OR NOT p.shared THEN p.name END),
        (2, 'email', p.was_email, p.email),
        (3, 'phone', NULL, n.numbers)
    """)
    execute("DROP TABLE IF EXISTS pg_temp.compared")
    execute(f"""
        CREATE TEMP TABLE compared ON COMMIT DROP AS
        SELECT p.sid, p.row, p.id, p.guardian, p.staff, p.said, p.gone, p.is_new, coalesce(p.name, p.was_name) AS name,
               CASE WHEN p.is_new THEN fields - 0 ELSE fields END AS fields, k.retired
        FROM (SELECT p.*, {fields} AS fields FROM person p LEFT JOIN phones n ON n.person = p.id) p
        LEFT JOIN known k ON k.kind = 'person' AND k.own AND k.key = p.sid
    """)
    execute("CREATE INDEX ON compared (sid)")
    execute(f"""
        {CHANGE}
        SELECT 'guardians', CASE WHEN is_new THEN 'new' WHEN retired THEN 'returned'
                                 WHEN fields <> '[]' THEN 'changed' ELSE 'same' END,
               'users', row, name, fields, id
        FROM compared WHERE NOT gone AND (guardian AND said OR NOT staff AND fields <> '[]') ORDER BY row, sid
    """)


# --- who looks after whom ---------------------------------------------------------------------------
def compare_ties(plan):
    """Say what becomes of each tie: `bond` holds each beside the one that stands."""
    _make_relation_table()
    execute("DROP TABLE IF EXISTS pg_temp.bond")
    execute(
        """
        CREATE TEMP TABLE bond ON COMMIT DROP AS
        SELECT t.*, c.id AS student_id, p.id AS person_id, t.student || chr(10) || t.person AS key,
               coalesce(g.id, gen_random_uuid()) AS id, g.id IS NULL AS is_new, g.until IS NOT NULL AS ended,
               g.until IS NOT NULL AND coalesce(k.retired, false) AND NOT (g.restricted_at IS NOT NULL OR NOT g.may_view AND NOT g.may_receive) AS reopens,
               coalesce(g.restricted_at IS NOT NULL OR NOT g.may_view AND NOT g.may_receive, false) AS closed,
               g.relation AS was_relation, g.relation_said AS was_said, g.primary AS was_primary,
               g.lives_with AS was_lives, g.legal_guardian AS was_legal,
               r.code AS code, coalesce(r.said, '') AS relation_said,
               coalesce(c.name, s.full_name) || ' · ' || coalesce(p.name, p.was_name) AS name,
               NULL::boolean AS becomes_primary
        FROM tie t
        JOIN pupil c ON c.sid = t.student AND NOT c.gone JOIN person p ON p.sid = t.person AND NOT p.gone
        LEFT JOIN people_student s ON s.id = c.id
        LEFT JOIN known k ON k.kind = 'guardianship' AND k.own AND k.key = t.student || chr(10) || t.person
        LEFT JOIN LATERAL (
            SELECT g.* FROM people_guardianship g
            WHERE g.student_id = c.id AND (g.guardian_id = p.id OR g.id = k.row)
            ORDER BY g.until IS NOT NULL, g.id IS NOT DISTINCT FROM k.row DESC, g.until DESC, g.id LIMIT 1
        ) g ON true
        LEFT JOIN relation_word r ON r.word = t.word
        WHERE NOT t.gone OR g.id IS NOT NULL
        """
    )
    execute("CREATE INDEX ON bond (student_id)")
    execute("ANALYZE bond")
    _refuse_unknown_ties(plan)
    _choose_first_to_be_asked()
    _note_ties(plan)


def _make_relation_table():
    make_table("relation_word", "word text PRIMARY KEY, code text, said text")
    spoken = execute("SELECT DISTINCT word FROM tie WHERE word IS NOT NULL")
    rows = ((word, *relation_of(word)) for (word,) in spoken)
    copy_in("relation_word", "word, code, said", rows)


def relation_of(word):
    """Return (code, as the family says it) of a relationshipRole; `ext:` words lose their mark."""
    code, said = words.relation_of(word.removeprefix("ext:"))
    return str(code), said[:60]


def _refuse_unknown_ties(plan):
    """A delta must not end a tie that is not here."""
    rows = execute(
        """
        SELECT t.row, t.person FROM tie t LEFT JOIN bond b ON b.student = t.student AND b.person = t.person
        WHERE t.gone AND b.id IS NULL ORDER BY t.row
        """
    )
    for row, person in rows:
        plan.refuse("unknown", "relationships", row, "relationshipUserSourcedId", "", person)


def _choose_first_to_be_asked():
    """Let one be the first to be asked of each child: as the file says, else who is it, else the first."""
    execute(
        """
        UPDATE bond SET becomes_primary = bond.id = first.id FROM (
            SELECT DISTINCT ON (student_id) student_id, id FROM bond
            WHERE is_primary AND NOT gone AND NOT closed AND (NOT ended OR reopens) ORDER BY student_id, row
        ) first WHERE first.student_id = bond.student_id AND NOT bond.gone AND NOT closed
        """
    )
    execute(
        "UPDATE bond SET becomes_primary = false WHERE becomes_primary IS NULL AND is_primary IS FALSE AND NOT gone"
    )
    execute(
        """
        UPDATE bond SET becomes_primary = true FROM (
            SELECT DISTINCT ON (b.student_id) b.student_id, b.id FROM bond b
            WHERE b.is_new AND b.is_primary IS NULL AND NOT b.gone
              AND NOT EXISTS (SELECT FROM bond o WHERE o.student_id = b.student_id AND o.becomes_primary)
              AND NOT EXISTS (SELECT FROM people_guardianship g WHERE g.student_id = b.student_id AND g.primary AND g.until IS NULL)
            ORDER BY b.student_id, b.row
        ) first WHERE first.id = bond.id
        """
    )


def _note_ties(plan):
    relation = "code <> was_relation OR relation_said <> '' AND relation_said <> was_said"
    fields = FIELDS.format(f"""
        (1, 'relation', coalesce(nullif(was_said, ''), was_relation), CASE WHEN is_said AND ({relation}) THEN word END),
        (2, 'primary', was_primary::text, becomes_primary::text),
        (3, 'lives_with', was_lives::text, lives::text),
        (4, 'legal_guardian', was_legal::text, legal::text)
    """)
    execute("ALTER TABLE bond ADD fields jsonb, ADD state text")
    execute(f"""
        UPDATE bond SET fields = CASE WHEN is_new THEN CASE WHEN is_said
            THEN jsonb_build_array(jsonb_build_array('relation', '', word)) ELSE '[]' END ELSE {fields} END
    """)
    execute("""
        UPDATE bond SET state = CASE
            WHEN is_new THEN 'new'
            WHEN gone THEN CASE WHEN ended OR closed THEN 'same' ELSE 'retired' END
            WHEN reopens THEN 'returned'
            WHEN ended OR closed OR fields = '[]' THEN 'same' ELSE 'changed' END
    """)
    kept = execute(
        "SELECT file, row, name, fields FROM bond WHERE NOT is_new AND NOT reopens AND NOT gone"
        " AND (ended OR closed AND fields <> '[]') ORDER BY file, row"
    )
    for file, row, name, told in kept:
        plan.keep("guardianships", file, row, name, told)
    execute("UPDATE bond SET fields = '[]' WHERE state IN ('same', 'retired')")
    execute(f"""
        {CHANGE} SELECT 'guardianships', state, file, row, name, fields, id FROM bond ORDER BY file, row, key
    """)


# --- roles ------------------------------------------------------------------------------------------
def compare_posts(plan):
    """Find the membership of each role that is named, in `job`; kept is what ended in the portal."""
    execute("DROP TABLE IF EXISTS pg_temp.job")
    execute(
        """
        CREATE TEMP TABLE job ON COMMIT DROP AS
        SELECT t.person, t.role, t.row, t.gone OR p.gone AS gone, p.id AS person_id,
               t.person || chr(10) || t.role AS key, coalesce(m.id, gen_random_uuid()) AS id, m.id IS NULL AS is_new,
               coalesce(m.ended, false) AS ended, coalesce(m.ended AND k.retired, false) AS reopens
        FROM post t JOIN person p ON p.sid = t.person
        LEFT JOIN known k ON k.kind = 'membership' AND k.own AND k.key = t.person || chr(10) || t.role
        LEFT JOIN LATERAL (
            SELECT m.id, m.until <= statement_timestamp() IS TRUE AS ended FROM people_membership m
            WHERE m.user_id = p.id AND m.school_id = %s AND m.role = t.role
            ORDER BY m.until <= statement_timestamp() IS TRUE, m.id IS NOT DISTINCT FROM k.row DESC, m.division_id IS NOT NULL, m.until DESC, m.id LIMIT 1
        ) m ON true
        WHERE NOT (t.gone AND m.id IS NULL)
        """,
        [plan.school.pk],
    )
    kept = execute(
        "SELECT j.row, coalesce(p.name, p.was_name), j.role FROM job j JOIN person p ON p.sid = j.person"
        " WHERE j.ended AND NOT j.reopens AND NOT j.gone ORDER BY j.row"
    )
    for row, name, role in kept:
        plan.keep("staff", "roles", row, name, [["roles", "", role]])


def compare_staff(plan):
    """Say what becomes of each member of staff that is named: the roles before, and after."""
    execute(
        f"""
        {CHANGE}
        SELECT 'staff', CASE WHEN was = '' AND becomes <> '' THEN
                   CASE WHEN retired OR reopens THEN 'returned' ELSE 'new' END
               WHEN was <> '' AND becomes = '' THEN 'retired'
               WHEN was <> becomes OR fields <> '[]' THEN 'changed' ELSE 'same' END,
               'users', row, name,
               CASE WHEN is_new THEN '[]' ELSE fields END || CASE WHEN was <> becomes
                   THEN jsonb_build_array(jsonb_build_array('roles', was, becomes)) ELSE '[]' END, id
        FROM (
            SELECT c.*, coalesce(j.reopens, false) AS reopens,
                coalesce((SELECT string_agg(role, ', ' ORDER BY role) FROM stands WHERE stands.person = c.id), '') AS was,
                coalesce((SELECT string_agg(role, ', ' ORDER BY role) FROM (
                    SELECT role FROM stands WHERE stands.person = c.id AND stands.id NOT IN (SELECT id FROM job_lost)
                    UNION SELECT role FROM job WHERE job.person = c.sid AND NOT gone AND (NOT ended OR reopens)) x), '') AS becomes
            FROM compared c
            LEFT JOIN (SELECT person, bool_or(reopens) AS reopens FROM job GROUP BY person) j ON j.person = c.sid
            WHERE c.staff OR c.sid IN (SELECT person FROM job) OR c.id IN (SELECT person FROM job_lost)
        ) staff WHERE staff OR was <> becomes ORDER BY row, sid
        """
    )
    execute(
        f"""
        {CHANGE}
        SELECT 'staff', CASE WHEN bool_and(s.id IN (SELECT id FROM job_lost)) THEN 'retired' ELSE 'changed' END,
               'users', 0, u.full_name, jsonb_build_array(jsonb_build_array('roles',
                   string_agg(s.role, ', ' ORDER BY s.role),
                   coalesce(string_agg(s.role, ', ' ORDER BY s.role) FILTER (WHERE s.id NOT IN (SELECT id FROM job_lost)), ''))),
               u.id
        FROM stands s JOIN people_user u ON u.id = s.person
        WHERE s.person IN (SELECT person FROM job_lost) AND s.person NOT IN (SELECT id FROM compared)
        GROUP BY u.id, u.full_name ORDER BY u.full_name, u.id
        """
    )
