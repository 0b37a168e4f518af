"""The guardians and the staff that a package names, each beside the account that it is."""
# ruff: noqa: S608 - what is put together here are pieces of this package; values go in apart

from homeschool import names
from homeschool.people.importing.changes import GUARDIANSHIPS, STAFF

from .pupils import ACTIVE, UUID
from .staging import copy_in, execute, make_table
from .wording import GIVEN, GUARDIAN_ROLES

COLUMNS = """
    sid text PRIMARY KEY, row int, said boolean, gone boolean, guardian boolean, staff boolean,
    name text, preferred text, email text, phone text, sms text,
    id uuid, is_new boolean DEFAULT false, found text, shared boolean DEFAULT false,
    was_name text, was_email text
"""
ROLE_STANDS = f"{ACTIVE.format('r')} AND (r.ends IS NULL OR r.ends > %(today)s)"


class Persons:
    """Fills `tie` (who looks after whom), `post` (who works as what) and `person` (who they are)."""

    def __init__(self, plan):
        self.plan, self.school = plan, plan.school.pk
        self.params = {
            "today": plan.today,
            "ours": list(plan.orgs.ours),
            "guardians": list(GUARDIAN_ROLES),
            "given": list(GIVEN),
            "school": self.school,
            "near": [self.school, *[other.pk for other in plan.trusted_schools]],
        }
        self._gather_ties()
        self._gather_posts()
        self._gather()
        self._match()
        self._look_at_accounts()
        self._check()

    def _do(self, sql):
        return execute(sql, self.params)

    # --- who looks after whom -----------------------------------------------------------------------
    def _gather_ties(self):
        """Read ties from both sides and from relationships.csv, which says more and goes first."""
        make_table(
            "tie",
            "student text, person text, file text, row int, gone boolean, word text, is_said boolean,"
            " is_primary boolean, lives boolean, legal boolean, may_view boolean, may_receive boolean,"
            " PRIMARY KEY (student, person)",
        )
        for student, person in (("person", "other"), ("other", "person")):
            self._do(
                f"""
                INSERT INTO tie SELECT r.{student}, r.{person}, 'relationships', r.row, NOT {ACTIVE.format("r")},
                       r.role, r.role IS NOT NULL, r.is_primary, r.lives, r.legal, r.may_view, r.may_receive
                FROM in_relationships r JOIN pupil p ON p.sid = r.{student} AND NOT p.gone
                WHERE r.{person} IS NOT NULL AND r.{person} NOT IN (SELECT sid FROM pupil) ORDER BY r.row
                ON CONFLICT DO NOTHING
                """
            )
        make_table("agent", "person text, agent text, row int")
        self._do(
            f"""
            INSERT INTO agent SELECT u.sid, a.sid, u.row
            FROM in_users u, unnest(string_to_array(u.agents, ',')) a(sid) WHERE {ACTIVE.format("u")}
            """
        )
        self._keep_children_out()
        for student, person in (("person", "agent"), ("agent", "person")):
            self._do(
                f"""
                INSERT INTO tie SELECT DISTINCT ON (a.person, a.agent) a.{student}, a.{person}, 'users', a.row, false
                FROM agent a JOIN pupil p ON p.sid = a.{student} AND NOT p.gone
                WHERE a.{person} NOT IN (SELECT sid FROM pupil) ORDER BY a.person, a.agent, a.row
                ON CONFLICT DO NOTHING
                """
            )
        self._do(
            """
            UPDATE tie SET word = r.role FROM in_roles r
            WHERE tie.word IS NULL AND r.person = tie.person AND r.role = 'relative'
            """
        )
        execute("ANALYZE tie")

    def _keep_children_out(self):
        """Tell of children who are named as the guardians of children: they become none."""
        rows = execute(
            """
            SELECT a.row, p.name || ' · ' || other.name FROM agent a
            JOIN pupil p ON p.sid = a.person JOIN pupil other ON other.sid = a.agent ORDER BY a.row
            """
        )
        for row, name in rows:
            self.plan.keep(GUARDIANSHIPS, "users", row, name)

    # --- who works as what --------------------------------------------------------------------------
    def _gather_posts(self):
        make_table(
            "post", "person text, role text, row int, gone boolean, PRIMARY KEY (person, role)"
        )
        roles = ", ".join(f"('{theirs}', '{ours}')" for theirs, ours in GIVEN.items())
        self._do(
            f"""
            INSERT INTO post
            SELECT r.person, given.ours, min(r.row), NOT bool_or({ROLE_STANDS})
            FROM in_roles r JOIN (VALUES {roles}) given(theirs, ours) ON given.theirs = r.role
            WHERE r.org = ANY (%(ours)s) GROUP BY r.person, given.ours
            """
        )
        if self.plan.modes["roles"] == "bulk":
            self._do("DELETE FROM post WHERE gone")
        self._keep_other_roles()

    def _keep_other_roles(self):
        """Tell of roles that no file gives: they are given by people."""
        others = self._do(
            f"""
            SELECT r.row, coalesce(u.name, r.person), r.role FROM in_roles r LEFT JOIN in_users u ON u.sid = r.person
            WHERE r.org = ANY (%(ours)s) AND {ROLE_STANDS}
              AND r.role <> ALL (%(given)s) AND r.role <> ALL (%(guardians)s) AND r.role <> 'student' ORDER BY r.row
            """
        )
        for row, name, role in others:
            self.plan.keep(STAFF, "roles", row, name, [["roles", "", role]])

    # --- who is named -------------------------------------------------------------------------------
    def _gather(self):
        make_table("person", COLUMNS)
        known = """
            LEFT JOIN LATERAL (
                SELECT true AS here FROM known k WHERE k.kind = 'person' AND k.own AND k.key = u.sid
            ) k ON true
        """
        self._do(
            f"""
            INSERT INTO person (sid, row, said, gone, guardian, staff, name, preferred, email, phone, sms)
            SELECT u.sid, u.row, true, NOT {ACTIVE.format("u")},
                   g.person IS NOT NULL OR t.person IS NOT NULL OR {self._partly} AND w.person IS NULL AND (
                       u.sid NOT IN {self.WORKED} OR u.sid IN {self.LOOKED_AFTER}),
                   w.person IS NOT NULL OR {self._partly} AND u.sid IN {self.WORKED}, u.name, u.preferred, lower(u.email), u.phone, u.sms
            FROM in_users u {known}
            LEFT JOIN (SELECT DISTINCT person FROM tie WHERE NOT gone) t ON t.person = u.sid
            LEFT JOIN (SELECT DISTINCT person FROM post WHERE NOT gone) w ON w.person = u.sid
            LEFT JOIN (
                SELECT DISTINCT person FROM in_roles r
                WHERE r.role = ANY (%(guardians)s) AND r.org = ANY (%(ours)s) AND {ROLE_STANDS}
            ) g ON g.person = u.sid
            WHERE g.person IS NOT NULL OR t.person IS NOT NULL OR w.person IS NOT NULL
               OR k.here AND (NOT {ACTIVE.format("u")} OR {self._partly})
            """
        )
        execute("ANALYZE person")
        if self.plan.modes["users"] != "bulk":
            self._gather_named_elsewhere()

    # Whom earlier packages know as staff, and as guardians.
    WORKED, LOOKED_AFTER = (
        f"(SELECT split_part(key, chr(10), {place}) FROM known WHERE kind = '{kind}' AND own AND NOT retired)"
        for place, kind in ((1, "membership"), (2, "guardianship"))
    )

    @property
    def _partly(self):
        """Whether a user without a role in this package may have one from an earlier one (SQL)."""
        return "true" if self.plan.modes["roles"] != "bulk" else "false"

    def _gather_named_elsewhere(self):
        """Add people whom the other files name, and whom earlier packages brought."""
        self._do(
            """
            INSERT INTO person (sid, row, said, gone, guardian, staff)
            SELECT k.key, 0, false, false, false, false FROM known k
            JOIN (SELECT person AS sid FROM tie UNION SELECT person FROM post UNION
                  SELECT person FROM in_enrollments WHERE role = 'teacher') named ON named.sid = k.key
            WHERE k.kind = 'person' AND k.own AND k.key NOT IN (SELECT sid FROM person)
            """
        )

    # --- who that is --------------------------------------------------------------------------------
    def _match(self):
        """Find the accounts: by an earlier package, by the portal's own key, by address, by name."""
        self._do(
            """
            UPDATE person SET id = found.id, found = 'key' FROM (
                SELECT DISTINCT ON (k.key) k.key, coalesce(u.merged_into_id, u.id) AS id
                FROM known k JOIN people_user u ON u.id = k.row
                WHERE k.kind = 'person' ORDER BY k.key, k.own DESC
            ) found WHERE found.key = person.sid
            """
        )
        self._match_own()
        self._match_by_address()
        self._match_by_name()
        rows = execute(
            """
            SELECT row, sid, first FROM (
                SELECT row, sid, first_value(row) OVER same AS first, row_number() OVER same AS place
                FROM person WHERE id IS NOT NULL WINDOW same AS (PARTITION BY id ORDER BY said DESC, row, sid)
            ) counted WHERE place > 1 ORDER BY row
            """
        )
        for row, sid, first in rows:
            self.plan.refuse("one_row", "users", row, "sourcedId", self.plan.as_in_row(first), sid)
        self._drop_unknown()
        execute("UPDATE person SET id = gen_random_uuid(), is_new = true WHERE id IS NULL")
        execute("CREATE INDEX ON person (id)")
        execute("ANALYZE person")

    KNOWN_HERE = """(
        EXISTS (SELECT FROM people_guardianship g JOIN people_student s ON s.id = g.student_id
                WHERE g.guardian_id = u.id AND s.school_id = ANY (%(near)s))
        OR EXISTS (SELECT FROM known k WHERE k.kind = 'person' AND k.row = u.id))"""
    WORKS_HERE = """EXISTS (
        SELECT FROM people_membership m WHERE m.user_id = u.id AND m.school_id = ANY (%(near)s)
          AND m.since <= statement_timestamp() AND (m.until IS NULL OR m.until > statement_timestamp()))"""

    def _match_own(self):
        rows = self._do(
            f"""
            SELECT p.sid, p.row, u.id, {self.KNOWN_HERE} OR {self.WORKS_HERE}
            FROM person p JOIN people_user u ON u.id = (CASE WHEN p.sid ~ {UUID} THEN p.sid END)::uuid
            WHERE p.id IS NULL
            """
        )
        for sid, row, user, here in rows:
            if here:
                execute("UPDATE person SET id = %s, found = 'own' WHERE sid = %s", [user, sid])
            else:
                self.plan.refuse("elsewhere", "users", row, "sourcedId", "", sid)

    def _match_by_address(self):
        """Know a person by the address, unless the account is known in other schools alone."""
        rows = self._do(
            f"""
            SELECT p.sid, p.row, p.name, p.email, u.id, u.full_name, {self.KNOWN_HERE}, {self.WORKS_HERE}
            FROM person p JOIN LATERAL (
                SELECT id FROM people_user u WHERE u.email = p.email UNION ALL
                SELECT user_id FROM people_address a WHERE a.signs_in AND a.channel = 'email' AND lower(a.value) = p.email
                LIMIT 1
            ) owner ON true JOIN people_user u ON u.id = coalesce(
                (SELECT merged_into_id FROM people_user closed WHERE closed.id = owner.id), owner.id)
            WHERE p.id IS NULL AND NOT p.gone
            """
        )
        found = []
        for sid, row, name, email, user, called, tied, works in rows:
            if tied or (works and names.plain(name) == names.plain(called)):
                found.append((sid, user))
            else:
                self.plan.refuse("address", "users", row, "email", "", email)
        self._take(found, "email")

    def _match_by_name(self):
        """Know a guardian without a known address by the child and the name."""
        rows = execute(
            """
            SELECT p.sid, p.name, g.guardian_id, u.full_name FROM person p
            JOIN tie t ON t.person = p.sid AND NOT t.gone JOIN pupil c ON c.sid = t.student
            JOIN people_guardianship g ON g.student_id = c.id JOIN people_user u ON u.id = g.guardian_id
            WHERE p.id IS NULL AND p.name IS NOT NULL AND NOT c.is_new
              AND (u.email IS NULL OR u.email NOT IN (SELECT email FROM person WHERE email IS NOT NULL))
              AND NOT EXISTS (SELECT FROM person other WHERE other.id = u.id)
            ORDER BY t.row, c.sid, g.until IS NOT NULL
            """
        )
        found, taken = {}, set()
        for sid, name, user, called in rows:
            if sid not in found and user not in taken and names.plain(name) == names.plain(called):
                found[sid] = user
                taken.add(user)
        self._take(found.items(), "name")

    def _take(self, found, how):
        make_table("matched", "sid text, id uuid")
        copy_in("matched", "sid, id", found)
        execute(
            "UPDATE person SET id = matched.id, found = %s FROM matched WHERE matched.sid = person.sid",
            [how],
        )

    def _drop_unknown(self):
        rows = execute("DELETE FROM person WHERE gone AND id IS NULL RETURNING row, sid")
        rows += execute("SELECT row, sid FROM in_users u WHERE u.status = 'tobedeleted'"
                        " AND sid NOT IN (SELECT sid FROM person) AND sid NOT IN (SELECT sid FROM pupil)")  # fmt: skip
        if self.plan.modes["users"] == "delta":
            elsewhere = self.plan.known_elsewhere("person", "student")
            told = self.plan.refused_rows["users"]
            for row, sid in sorted(set(rows)):
                if sid not in elsewhere and row not in told:
                    self.plan.refuse("unknown", "users", row, "sourcedId", "", sid)

    # --- what may be changed of them ----------------------------------------------------------------
    def _look_at_accounts(self):
        """Note what the accounts are called, and which of them other schools know too: a package
        renames or readdresses none of those, nor who works here and is a guardian in the file."""
        self._do(
            """
            UPDATE person SET was_name = u.full_name, was_email = u.email,
                shared = EXISTS (SELECT FROM people_student s WHERE s.user_id = u.id)
                    OR EXISTS (SELECT FROM people_guardianship g JOIN people_student s ON s.id = g.student_id
                               WHERE g.guardian_id = u.id AND s.school_id <> ALL (%(near)s))
                    OR EXISTS (SELECT FROM people_membership m WHERE m.user_id = u.id
                               AND (m.school_id <> ALL (%(near)s) OR NOT person.staff))
            FROM people_user u WHERE u.id = person.id AND NOT person.is_new
            """
        )

        execute(
            """
            UPDATE person SET email = was_email FROM people_address a
            WHERE a.user_id = person.id AND a.signs_in AND a.channel = 'email' AND lower(a.value) = person.email
            """
        )

    def _check(self):
        refuse = self.plan.refuse
        rows = execute(
            """
            SELECT row, email, first FROM (
                SELECT row, email, first_value(row) OVER same AS first, row_number() OVER same AS place
                FROM person WHERE email IS NOT NULL AND NOT gone WINDOW same AS (PARTITION BY email ORDER BY row)
            ) counted WHERE place > 1 ORDER BY row
            """
        )
        for row, email, first in rows:
            refuse("one_address", "users", row, "email", self.plan.as_in_row(first), email)
        rows = execute(
            """
            SELECT p.row, p.email, p.was_email, p.shared OR u.last_login IS NOT NULL,
                   EXISTS (SELECT FROM people_user o WHERE o.email = p.email) OR EXISTS (
                       SELECT FROM people_address a WHERE a.signs_in AND a.channel = 'email' AND lower(a.value) = p.email)
            FROM person p JOIN people_user u ON u.id = p.id
            WHERE p.email IS NOT NULL AND NOT p.gone AND p.email IS DISTINCT FROM p.was_email ORDER BY p.row
            """
        )
        for row, email, was, signs_in, taken in rows:
            if was and signs_in:
                refuse("signs_in", "users", row, "email", was, email)
            elif taken:
                refuse("address", "users", row, "email", "", email)
        rows = execute(
            "SELECT row FROM person WHERE staff AND said AND NOT gone AND coalesce(email, was_email) IS NULL ORDER BY row"
        )
        for (row,) in rows:
            refuse("staff_email", "users", row, "email", "", "")
