"""The children that a package names, each beside the child of the school that it is."""
# ruff: noqa: S608 - what is put together here are pieces of this package; values go in apart

from .staging import execute, make_table

ACTIVE = "coalesce({0}.status, 'active') = 'active'"
UUID = "'^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$'"
COLUMNS = """
    sid text PRIMARY KEY, row int, said boolean, gone boolean, number text, is_strong boolean,
    name text, preferred text, grade text, birth date, sex text,
    id uuid, is_new boolean DEFAULT false, class uuid, division uuid, final text,
    was_class uuid, was_status text
"""
# The number by which a school knows a child: what stands first of these.
STUDENT_ID = r"'\{student_?id[^:,}]*:\s*([^},]+)\}'"


class Pupils:
    """Fills the table `pupil`: who is named, who that is, and which class the child goes to."""

    def __init__(self, plan):
        self.plan, self.school = plan, plan.school.pk
        self.today = plan.today
        self._gather()
        self._match()
        self._check_numbers()

    # --- who is named -------------------------------------------------------------------------------
    def _gather(self):
        make_table("pupil", COLUMNS)
        execute(
            f"""
            INSERT INTO pupil (sid, row, said, gone, number, is_strong, name, preferred, grade, birth, sex)
            SELECT u.sid, u.row, true, NOT {ACTIVE.format("u")} OR r.active IS FALSE,
                   coalesce(u.identifier, trim(substring(u.user_ids, '(?i)' || {STUDENT_ID})), u.username, u.sid),
                   coalesce(u.identifier, substring(u.user_ids, '(?i)' || {STUDENT_ID})) IS NOT NULL,
                   u.name, u.preferred, nullif(trim(split_part(u.grades, ',', 1)), ''), d.birth,
                   CASE WHEN d.sex IN ('female', 'male', 'other') THEN d.sex END
            FROM in_users u
            LEFT JOIN (
                SELECT person, bool_or({ACTIVE.format("r")} AND (r.ends IS NULL OR r.ends > %(today)s)) AS active
                FROM in_roles r WHERE r.role = 'student' AND r.org = ANY (%(ours)s) GROUP BY person
            ) r ON r.person = u.sid
            LEFT JOIN known k ON k.kind = 'student' AND k.own AND k.key = u.sid
            LEFT JOIN in_demographics d ON d.sid = u.sid AND {ACTIVE.format("d")}
            WHERE r.person IS NOT NULL
               OR k.key IS NOT NULL AND (%(partly)s OR NOT {ACTIVE.format("u")})
            """,
            {
                "today": self.today,
                "ours": list(self.plan.orgs.ours),
                "partly": self.plan.modes["roles"] != "bulk",
            },
        )
        execute("ANALYZE pupil")
        if self.plan.modes["users"] != "bulk":
            self._gather_named_elsewhere()

    def _gather_named_elsewhere(self):
        """Add children that the package's other files name, and that earlier packages brought."""
        execute(
            f"""
            INSERT INTO pupil (sid, row, said, gone, birth, sex)
            SELECT k.key, coalesce(r.row, d.row, 0), false, r.active IS FALSE, d.birth,
                   CASE WHEN d.sex IN ('female', 'male', 'other') THEN d.sex END
            FROM known k
            JOIN (
                SELECT person AS sid FROM in_enrollments WHERE role = 'student' UNION
                SELECT sid FROM in_demographics UNION
                SELECT person FROM in_relationships UNION SELECT other FROM in_relationships UNION
                SELECT person FROM in_roles WHERE role = 'student' AND org = ANY (%(ours)s) UNION
                SELECT unnest(string_to_array(agents, ',')) FROM in_users
            ) named ON named.sid = k.key
            LEFT JOIN (
                SELECT person, min(row) AS row, bool_or({ACTIVE.format("r")} AND (r.ends IS NULL OR r.ends > %(today)s)) AS active
                FROM in_roles r WHERE r.role = 'student' AND r.org = ANY (%(ours)s) GROUP BY person
            ) r ON r.person = k.key
            LEFT JOIN in_demographics d ON d.sid = k.key AND {ACTIVE.format("d")}
            WHERE k.kind = 'student' AND k.own AND k.key NOT IN (SELECT sid FROM pupil)
            """,
            {"today": self.today, "ours": list(self.plan.orgs.ours)},
        )

    # --- who that is --------------------------------------------------------------------------------
    def _match(self):
        execute(
            """
            UPDATE pupil SET id = s.id FROM known k, people_student s
            WHERE k.kind = 'student' AND k.own AND k.key = pupil.sid AND s.id = k.row AND s.school_id = %s
            """,
            [self.school],
        )
        self._match_own()
        execute(
            """
            UPDATE pupil SET id = s.id FROM people_student s
            WHERE pupil.id IS NULL AND said AND NOT gone AND s.school_id = %s AND s.number = pupil.number
              AND NOT EXISTS (SELECT FROM pupil other WHERE other.id = s.id)
            """,
            [self.school],
        )
        self._refuse_two_rows()
        self._drop_unknown()
        execute(
            """
            UPDATE pupil SET was_class = s.school_class_id, was_status = s.status,
                   final = CASE WHEN is_strong THEN pupil.number ELSE s.number END
            FROM people_student s WHERE s.id = pupil.id
            """
        )
        execute(
            "UPDATE pupil SET id = gen_random_uuid(), is_new = true, final = number WHERE id IS NULL"
        )
        execute("CREATE INDEX ON pupil (id)")
        execute("ANALYZE pupil")

    def _match_own(self):
        """Know a child whose sourcedId is the portal's own key, as an export writes it."""
        own = f"""
            FROM pupil p JOIN people_student s
              ON s.id = (CASE WHEN p.sid ~ {UUID} THEN p.sid END)::uuid WHERE p.id IS NULL
        """
        for row, sid in execute(f"SELECT p.row, p.sid {own} AND s.school_id <> %s", [self.school]):
            self.plan.refuse("elsewhere", "users", row, "sourcedId", "", sid)
        execute(
            f"UPDATE pupil SET id = found.id FROM (SELECT p.sid, s.id {own} AND s.school_id = %s) found"
            " WHERE found.sid = pupil.sid",
            [self.school],
        )

    def _refuse_two_rows(self):
        rows = execute(
            """
            SELECT row, sid, first FROM (
                SELECT row, sid, first_value(row) OVER same AS first, row_number() OVER same AS place
                FROM pupil WHERE id IS NOT NULL WINDOW same AS (PARTITION BY id ORDER BY said DESC, row, sid)
            ) counted WHERE place > 1 ORDER BY row
            """
        )
        for row, sid, first in rows:
            self.plan.refuse("one_row", "users", row, "sourcedId", self.plan.as_in_row(first), sid)

    def _drop_unknown(self):
        """Forget those who are to be deleted and are not here; a delta must not name them."""
        rows = execute("DELETE FROM pupil WHERE gone AND id IS NULL RETURNING row, sid")
        if self.plan.modes["users"] == "delta":
            elsewhere = self.plan.known_elsewhere("student")
            for row, sid in sorted(rows):
                if sid not in elsewhere:
                    self.plan.refuse("unknown", "users", row, "sourcedId", "", sid)

    # --- numbers ------------------------------------------------------------------------------------
    def _check_numbers(self):
        refuse = self.plan.refuse
        longest = "SELECT row, final FROM pupil WHERE said AND NOT gone AND length(final) > 60 ORDER BY row"
        for row, number in execute(longest):
            refuse("long", "users", row, "identifier", self.plan.signs(60), number[:40])
        twice = execute(
            """
            SELECT row, final, first FROM (
                SELECT row, final, said, first_value(row) OVER same AS first, row_number() OVER same AS place
                FROM pupil WHERE NOT gone WINDOW same AS (PARTITION BY final ORDER BY said, row)
            ) counted WHERE place > 1 AND said ORDER BY row
            """
        )
        for row, number, first in twice:
            expected = self.plan.as_in_row(first) if first else ""
            refuse("number_twice", "users", row, "identifier", expected, number)
        standing = execute(
            """
            SELECT p.row, p.final FROM pupil p
            JOIN people_student s ON s.school_id = %s AND s.number = p.final AND s.id <> p.id
            LEFT JOIN pupil other ON other.id = s.id
            WHERE p.said AND NOT p.gone AND (other.id IS NULL OR other.gone OR other.final = s.number)
              AND NOT EXISTS (SELECT FROM pupil q WHERE q.sid <> p.sid AND q.final = p.final AND NOT q.gone)
            ORDER BY p.row
            """,
            [self.school],
        )
        for row, number in standing:
            refuse("number_twice", "users", row, "identifier", "", number)

    # --- classes ------------------------------------------------------------------------------------
    def place(self):
        """Say which class each child goes to, and refuse those of whom nobody can tell."""
        self._find_homerooms()
        self._find_by_grade()
        self._refuse_without_class()
        execute(
            "UPDATE pupil SET division = c.division FROM class_of c WHERE c.id = pupil.class AND pupil.class IS NOT NULL"
        )
        self._find_seats()

    def _find_homerooms(self):
        execute(
            f"""
            UPDATE pupil SET class = home.id FROM (
                SELECT DISTINCT ON (e.person) e.person, c.id
                FROM in_enrollments e JOIN class_of c ON c.sid = e.class AND c.kind = 'homeroom'
                WHERE e.role = 'student' AND {ACTIVE.format("e")} AND (e.ends IS NULL OR e.ends > %(today)s)
                ORDER BY e.person, coalesce(e.begins <= %(today)s, true) DESC,
                         CASE WHEN e.begins <= %(today)s THEN e.begins END DESC NULLS LAST, e.begins, e.row
            ) home WHERE home.person = pupil.sid AND NOT pupil.gone
            """,
            {"today": self.today},
        )

    def _find_by_grade(self):
        """Put children of no homeroom into the class of their grade: new ones, those that come back
        from a closed class, and those whom a whole file takes out of a class that it brought."""
        classes = self.plan.classes
        execute("DROP TABLE IF EXISTS pg_temp.homeless")
        execute(
            """
            CREATE TEMP TABLE homeless ON COMMIT DROP AS
            SELECT p.sid, p.row, p.grade, p.said FROM pupil p
            LEFT JOIN people_schoolclass c ON c.id = p.was_class
            WHERE p.class IS NULL AND NOT p.gone AND p.sid NOT IN (SELECT sid FROM enrolled_kept)
              AND (p.is_new OR p.said AND (
                    (p.was_status IN ('left', 'transferred') AND c.closed_at IS NOT NULL)
                    OR %(whole)s AND c.id IN (SELECT row FROM known WHERE kind = 'class' AND own)))
            """,
            {"whole": self.plan.modes["enrollments"] == "bulk"},
        )
        grades = execute(
            "SELECT grade, min(row) FROM homeless WHERE grade IS NOT NULL GROUP BY grade ORDER BY 1"
        )
        for grade, row in grades:
            classes.of_grade(grade, row)
        classes.stage()
        execute(
            "UPDATE pupil SET class = c.id FROM homeless h, class_of c"
            " WHERE h.sid = pupil.sid AND c.sid = 'grade' || chr(10) || h.grade"
        )

    def _refuse_without_class(self):
        rows = execute("SELECT row FROM homeless WHERE grade IS NULL ORDER BY row")
        for (row,) in rows:
            self.plan.refuse("homeroom", "users", row, "grades", "05", "")
        hanging = "DELETE FROM pupil WHERE is_new AND class IS NULL RETURNING sid"
        self.plan.leave_out("user", [sid for (sid,) in execute(hanging)])

    def _find_seats(self):
        """Fill `seat`: who sits in which course class by this package."""
        make_table("seat", "student uuid, class uuid, PRIMARY KEY (student, class)")
        execute(
            f"""
            INSERT INTO seat SELECT DISTINCT p.id, c.id FROM in_enrollments e
            JOIN class_of c ON c.sid = e.class AND c.kind = 'scheduled'
            JOIN pupil p ON p.sid = e.person AND NOT p.gone
            WHERE e.role = 'student' AND {ACTIVE.format("e")} AND (e.ends IS NULL OR e.ends > %s)
            """,
            [self.today],
        )
        execute("ANALYZE seat")
        self._find_seats_lost()

    def _find_seats_lost(self):
        """Fill `seat_lost`: seats in classes that packages brought and this one no longer gives."""
        make_table("seat_lost", "id bigint PRIMARY KEY, student uuid, class uuid")
        whole = """
            s.student_id NOT IN (SELECT p.id FROM pupil p JOIN enrolled_kept k ON k.sid = p.sid)
            AND s.school_class_id NOT IN (
                SELECT k.row FROM known k JOIN class_kept c ON c.sid = k.key WHERE k.kind = 'class' AND k.own)
            AND s.student_id IN (SELECT id FROM pupil UNION
                SELECT k.row FROM known k JOIN people_student c ON c.id = k.row AND c.status = 'active'
                WHERE k.kind = 'student' AND k.own)
        """
        named = f"""
            (s.student_id, s.school_class_id) IN (
                SELECT p.id, c.id FROM in_enrollments e JOIN class_of c ON c.sid = e.class
                JOIN pupil p ON p.sid = e.person
                WHERE NOT {ACTIVE.format("e")} OR e.ends <= %(today)s)
        """
        bulk = self.plan.modes["enrollments"] == "bulk"
        execute(
            f"""
            INSERT INTO seat_lost SELECT s.id, s.student_id, s.school_class_id FROM people_enrolment s
            WHERE s.school_class_id IN (SELECT row FROM known WHERE kind = 'class' AND own)
              AND (s.student_id, s.school_class_id) NOT IN (SELECT student, class FROM seat)
              AND {whole if bulk else named}
            """,
            {"today": self.today},
        )
