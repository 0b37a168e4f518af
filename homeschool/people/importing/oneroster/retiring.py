"""Who and what a package takes away: what a whole file no longer names, and what a delta deletes.

Only what an earlier package brought is taken away, and nothing whose row was refused. Children
become "has left", ties and roles end now; nothing is deleted.
"""
# ruff: noqa: S608 - what is put together here are pieces of this package; values go in apart

from homeschool.people.importing.changes import GUARDIANS, STAFF, STUDENTS

from .staging import execute, make_table
from .wording import GIVEN

BULK = "bulk"


class Retiring:
    """Fills `pupil_lost`, `person_lost`, `tie_lost` and `job_lost`; `of` says how many are on roll."""

    def __init__(self, plan):
        self.plan = plan
        self.whole = plan.modes["users"] == BULK
        self.whole_roles = self.whole and plan.modes["roles"] == BULK
        self.of = {}

    # --- what is lost -------------------------------------------------------------------------------
    def find(self):
        """Fill the tables of what goes, before anything is compared with them."""
        make_table("pupil_lost", "id uuid PRIMARY KEY, key text")
        make_table("tie_lost", "id uuid PRIMARY KEY, key text")
        make_table("job_lost", "id uuid PRIMARY KEY, key text, person uuid")
        make_table(
            "person_lost", "id uuid, key text PRIMARY KEY, guardian boolean, forgotten boolean"
        )
        self._find_standing()
        self._find_pupils()
        self._find_jobs()

    def _find_standing(self):
        """Fill `stands` and `ties_standing`: the open roles that a package may give, and the open
        ties that packages brought."""
        execute("DROP TABLE IF EXISTS pg_temp.stands")
        execute(
            "CREATE TEMP TABLE stands ON COMMIT DROP AS SELECT id, user_id AS person, role FROM people_membership"
            " WHERE school_id = %s AND role = ANY (%s) AND since <= statement_timestamp() AND (until IS NULL OR until > statement_timestamp())",
            [self.plan.school.pk, [str(role) for role in GIVEN.values()]],
        )
        execute("DROP TABLE IF EXISTS pg_temp.ties_standing")
        execute(
            """
            CREATE TEMP TABLE ties_standing ON COMMIT DROP AS
            SELECT g.id, k.key, split_part(k.key, chr(10), 1) AS student, split_part(k.key, chr(10), 2) AS person,
                   g.student_id, g.guardian_id, g.restricted_at IS NOT NULL OR NOT g.may_view AND NOT g.may_receive AS closed,
                   s.status = 'active' AS on_roll
            FROM known k JOIN people_guardianship g ON g.id = k.row AND g.until IS NULL
            JOIN people_student s ON s.id = g.student_id AND s.school_id = %s
            WHERE k.kind = 'guardianship' AND k.own AND NOT k.retired
            """,
            [self.plan.school.pk],
        )
        execute("CREATE INDEX ON ties_standing (person)")
        execute("ANALYZE ties_standing")

    def _find_pupils(self):
        brought = """
            FROM known k JOIN people_student s ON s.id = k.row AND s.school_id = %(school)s AND s.status = 'active'
            WHERE k.kind = 'student' AND k.own AND NOT k.retired
        """
        school = {"school": self.plan.school.pk}
        self.of[STUDENTS] = execute(f"SELECT count(DISTINCT s.id) {brought}", school)[0][0]
        if self.whole:
            execute(
                f"INSERT INTO pupil_lost SELECT DISTINCT ON (s.id) s.id, k.key {brought}"
                " AND s.id NOT IN (SELECT id FROM pupil) AND k.key NOT IN (SELECT sid FROM user_kept) ORDER BY s.id, k.key",
                school,
            )
        execute(
            "INSERT INTO pupil_lost SELECT id, sid FROM pupil WHERE gone AND was_status = 'active' ON CONFLICT DO NOTHING"
        )

    def _find_jobs(self):
        brought = """
            FROM known k JOIN stands s ON s.id = k.row WHERE k.kind = 'membership' AND k.own AND NOT k.retired
        """
        self.of[STAFF] = execute(f"SELECT count(DISTINCT s.person) {brought}")[0][0]
        if self.whole_roles:
            execute(
                f"INSERT INTO job_lost SELECT DISTINCT ON (s.id) s.id, k.key, s.person {brought}"
                " AND s.id NOT IN (SELECT id FROM job)"
                " AND split_part(k.key, chr(10), 1) NOT IN (SELECT sid FROM user_kept) ORDER BY s.id, k.key"
            )
        execute(
            f"""
            INSERT INTO job_lost SELECT DISTINCT ON (s.id) s.id, k.key, s.person {brought}
            AND (k.key IN (SELECT key FROM job WHERE gone)
                 OR split_part(k.key, chr(10), 1) IN (SELECT sid FROM person WHERE gone))
            ORDER BY s.id, k.key ON CONFLICT DO NOTHING
            """
        )

    def find_ties(self):
        """Find the ties that go, once those that are named are compared.

        Those of a child that leaves stay: its family goes on reading what it could (rights of parents
        hold for the records of former students too, 34 CFR 99.3).
        """
        stays_on_roll = "student_id NOT IN (SELECT id FROM pupil_lost)"
        ends = """
            INSERT INTO tie_lost SELECT DISTINCT ON (id) id, key FROM ties_standing t WHERE NOT closed AND {0}
            ORDER BY id, key ON CONFLICT DO NOTHING
        """
        kept = "(SELECT sid FROM user_kept)"
        if self.whole:
            speaks = execute("SELECT EXISTS (SELECT FROM tie) OR %s", [self._relationships])[0][0]
            missing = (
                "person NOT IN (SELECT sid FROM person) OR student NOT IN (SELECT sid FROM pupil) OR "
                + ("true" if speaks else "false")
            )
            execute(
                ends.format(
                    f"on_roll AND {stays_on_roll} AND id NOT IN (SELECT id FROM bond) AND student NOT IN {kept} AND person NOT IN {kept} AND ({missing})"
                )
            )
        execute(
            ends.format(
                f"{stays_on_roll} AND (person IN (SELECT sid FROM person WHERE gone)"
                " OR id IN (SELECT id FROM bond WHERE state = 'retired'))"
            )
        )

    @property
    def _relationships(self):
        return self.plan.modes["relationships"] == BULK

    def find_persons(self):
        """Find the guardians who go: some are forgotten, others work at the school still."""
        is_guardian = """(
            EXISTS (SELECT FROM ties_standing t WHERE t.person = k.key AND t.on_roll AND NOT t.closed)
            OR k.key NOT IN (SELECT split_part(key, chr(10), 1) FROM known WHERE kind = 'membership' AND own)
               AND k.key NOT IN (SELECT split_part(key, chr(10), 2) FROM known WHERE kind = 'guardianship' AND own))
        """
        execute("DROP TABLE IF EXISTS pg_temp.guardians_standing")
        execute(
            f"CREATE TEMP TABLE guardians_standing ON COMMIT DROP AS SELECT k.key, k.row AS id FROM known k"
            f" WHERE k.kind = 'person' AND k.own AND NOT k.retired AND {is_guardian}"
        )
        self.of[GUARDIANS] = execute("SELECT count(DISTINCT id) FROM guardians_standing")[0][0]
        stays = """
            k.key NOT IN (SELECT sid FROM user_kept)
            AND NOT EXISTS (SELECT FROM ties_standing t JOIN user_kept u ON u.sid = t.student WHERE t.person = k.key)
        """
        goes = "(k.key IN (SELECT key FROM guardians_standing) OR k.row IN (SELECT person FROM job_lost))"
        works_on = """
            NOT p.guardian AND k.key IN (SELECT key FROM guardians_standing)
            AND NOT EXISTS (SELECT FROM ties_standing t WHERE t.person = k.key AND t.id NOT IN (SELECT id FROM tie_lost))
        """
        execute(
            f"""
            INSERT INTO person_lost
            SELECT k.row, k.key, k.key IN (SELECT key FROM guardians_standing), p.sid IS NULL OR p.gone FROM known k
            LEFT JOIN person p ON p.sid = k.key
            WHERE k.kind = 'person' AND k.own AND NOT k.retired AND {stays}
              AND (p.gone OR %(whole)s AND (p.sid IS NULL AND k.row NOT IN (SELECT id FROM person) AND {goes} OR {works_on}))
            """,
            {"whole": self.whole},
        )

    # --- what is told -------------------------------------------------------------------------------
    def note(self):
        """Write into `change` what goes and stands in no row of the package."""
        execute(
            """
            INSERT INTO change (kind, state, file, row, name, fields, id)
            SELECT 'students', 'retired', 'users', 0, s.full_name, '[]', s.id FROM pupil_lost l
            JOIN people_student s ON s.id = l.id WHERE l.id NOT IN (SELECT id FROM pupil) ORDER BY s.sort_key, s.id
            """
        )
        execute(
            """
            INSERT INTO change (kind, state, file, row, name, fields, id)
            SELECT 'guardians', 'retired', 'users', coalesce(min(p.row), 0), u.full_name, '[]', u.id FROM person_lost l
            JOIN people_user u ON u.id = l.id LEFT JOIN person p ON p.sid = l.key WHERE l.guardian
            GROUP BY u.id, u.full_name, u.sort_key ORDER BY u.sort_key, u.id
            """
        )
        execute(
            """
            INSERT INTO change (kind, state, file, row, name, fields, id)
            SELECT 'guardianships', 'retired', 'users', 0, s.full_name || ' · ' || u.full_name, '[]', g.id FROM tie_lost l
            JOIN people_guardianship g ON g.id = l.id JOIN people_student s ON s.id = g.student_id
            JOIN people_user u ON u.id = g.guardian_id
            WHERE l.id NOT IN (SELECT id FROM bond) ORDER BY s.sort_key, s.id, u.sort_key, u.id
            """
        )

    def brakes(self, counts, allow):
        """Return what is to stop and ask: [{"kind", "retired", "of"}] above `allow` per cent."""
        found = []
        for kind in (STUDENTS, GUARDIANS, STAFF):
            retired, of = counts[kind]["retired"], self.of[kind]
            if retired * 100 > allow * of:
                found.append({"kind": kind, "retired": retired, "of": of})
        return found
