"""Writing what a plan says into the school: a statement for each table, whatever the number of rows."""
# ruff: noqa: S608 - what is put together here are pieces of this package; values go in apart

from django.db import connection
from django.db.models import AutoField

from homeschool import names
from homeschool.people.models import (
    Address,
    Caseload,
    Division,
    Enrolment,
    Guardianship,
    Leaving,
    Membership,
    RosterKey,
    SchoolClass,
    Student,
    Term,
    User,
)
from homeschool.people.models.leaving import let_go

from .staging import copy_in, execute, make_table
from .undo import Done

STEPS = 6
MANY = 1000  # rows


def write(plan, *, by):
    """Write everything of a plan; returns the Done by which it can be taken back.

    Letters that ended and visits that were called off with a child that left stay so.
    """
    return Writer(plan, by).write()


def insert(model, columns, source, params=()):
    """Insert `source` (SQL from FROM on) into the table of a model, `columns` as {attribute: SQL}; what
    is not named takes the field's default. Returns the keys of the new rows."""
    rest = {
        field.column: field.get_db_prep_save(field.get_default(), connection)
        for field in model._meta.concrete_fields
        if field.attname not in columns and not field.generated and not isinstance(field, AutoField)
    }
    quote = connection.ops.quote_name
    into = ", ".join(quote(model._meta.get_field(name).column) for name in columns)
    into += "".join(f", {quote(column)}" for column in rest)
    values = ", ".join([*columns.values(), *["%s"] * len(rest)])
    table = quote(model._meta.db_table)
    sql = f"INSERT INTO {table} ({into}) SELECT {values} {source} RETURNING {quote(model._meta.pk.column)}"
    return [key for (key,) in execute(sql, [*rest.values(), *params])]


class Writer:
    """Writes one plan, and notes what it did."""

    def __init__(self, plan, by):
        self.plan, self.school, self.now, self.by = plan, plan.school.pk, plan.now, by
        self.done = Done()

    def write(self):
        """Write users and roles first, then classes, children and who looks after them."""
        # a trigger that asks for this setting where it was never made costs each row a caught error
        execute("SET LOCAL pgtrigger.ignore = '{}'")
        parts = (
            self._write_people, self._write_roles, self._write_classes, self._write_pupils,
            self._write_ties, self._write_keys,
        )  # fmt: skip
        for number, part in enumerate(parts):
            self.plan.tell("write", number, STEPS)
            part()
        self._count_anew()
        return self.done

    def _count_anew(self):
        """Let PostgreSQL count tables that grew much, since what asks next is planned by its counts:
        without, the next package of such a school took minutes until they were counted."""
        if sum(map(len, self.done.made.values())) > MANY:
            models = (User, Address, Membership, Student, Enrolment, Guardianship, RosterKey)
            execute("ANALYZE " + ", ".join(model._meta.db_table for model in models))

    # --- small words --------------------------------------------------------------------------------
    def _insert(self, model, columns, source, params=()):
        self.done.make(model, insert(model, columns, source, params))

    def _changing(self, model, ids, fields, work):
        """Do `work` and note what it changed in these fields of rows with these ids (SQL)."""
        keys = [key for (key,) in execute(ids)] if isinstance(ids, str) else list(ids)
        if not keys:
            return
        before = self._values(model, keys, fields)
        work()
        self.done.change(model, before, self._values(model, keys, fields))

    @staticmethod
    def _values(model, keys, fields):
        rows = model._base_manager.filter(pk__in=keys).values("pk", *fields)
        return {row["pk"]: {name: row[name] for name in fields} for row in rows.iterator()}

    # --- accounts -----------------------------------------------------------------------------------
    def _write_people(self):
        self._spell_people()
        self._insert_people()
        self._change_people()
        self._write_addresses()

    def _insert_people(self):
        self._insert(
            User,
            {
                "id": "p.id", "password": "'!' || replace(gen_random_uuid()::text, '-', '')", "email": "p.email",
                "full_name": "p.name", "preferred_name": "coalesce(p.preferred, '')", "sort_key": "s.sort_key",
                "language": "''",
            },
            "FROM person p JOIN spelled s ON s.id = p.id WHERE p.is_new",
        )  # fmt: skip

    RENAMED = "NOT p.is_new AND NOT p.gone AND NOT p.shared AND p.name <> p.was_name"
    READDRESSED = "NOT p.is_new AND NOT p.gone AND p.email IS DISTINCT FROM p.was_email AND p.email IS NOT NULL"

    def _spell_people(self):
        make_table("spelled", "id uuid PRIMARY KEY, sort_key text, search_key text")
        rows = execute(f"SELECT id, name FROM person p WHERE p.is_new OR {self.RENAMED}")
        copy_in(
            "spelled",
            "id, sort_key",
            ((key, names.sort_key(name) or name[:300]) for key, name in rows),
        )

    def _change_people(self):
        ids = f"SELECT id FROM person p WHERE {self.RENAMED} OR {self.READDRESSED}"

        def work():
            execute(
                f"""
                UPDATE people_user u SET full_name = p.name, sort_key = s.sort_key
                FROM person p JOIN spelled s ON s.id = p.id WHERE u.id = p.id AND {self.RENAMED}
                """
            )
            execute(
                f"UPDATE people_user u SET email = p.email FROM person p WHERE u.id = p.id AND {self.READDRESSED}"
            )

        self._changing(User, ids, ("full_name", "sort_key", "email"), work)

    def _write_addresses(self):
        """Let the address for mail follow the one that signs in; add telephone numbers."""
        moved = f"""
            FROM person p JOIN LATERAL (
                SELECT a.id FROM people_address a WHERE a.user_id = p.id AND a.channel = 'email'
                  AND NOT EXISTS (SELECT FROM people_address o WHERE o.user_id = p.id AND o.channel = 'email' AND lower(o.value) = p.email)
                ORDER BY lower(a.value) = p.was_email DESC, a.id LIMIT 1
            ) a ON true WHERE {self.READDRESSED}
        """

        def work():
            execute(
                f"""
                UPDATE people_address SET value = found.email, verified_at = NULL, opted_out_at = NULL, failed_at = NULL
                FROM (SELECT a.id, p.email {moved}) found WHERE found.id = people_address.id
                """
            )

        fields = ("value", "verified_at", "opted_out_at", "failed_at")
        self._changing(Address, f"SELECT a.id {moved}", fields, work)
        self._insert(
            Address,
            {"id": "gen_random_uuid()", "user_id": "p.id", "channel": "'email'", "value": "p.email"},
            f"""FROM person p WHERE p.email IS NOT NULL AND (p.is_new OR {self.READDRESSED}) AND NOT EXISTS (
                SELECT FROM people_address a WHERE a.user_id = p.id AND a.channel = 'email' AND lower(a.value) = p.email)""",
        )  # fmt: skip
        self._insert(
            Address,
            {"id": "n.id", "user_id": "n.person", "channel": "'phone'", "value": "n.value"},
            "FROM phone_new n",
        )

    # --- roles --------------------------------------------------------------------------------------
    def _write_roles(self):
        self._insert(
            Membership,
            {
                "id": "j.id", "user_id": "j.person_id", "school_id": f"'{self.school}'::uuid", "role": "j.role",
                "since": f"'{self.now.isoformat()}'::timestamptz",
            },
            "FROM job j WHERE j.is_new AND NOT j.gone",
        )  # fmt: skip
        reopened = "SELECT id FROM job WHERE reopens AND NOT gone"
        self._changing(
            Membership, reopened, ("until",),
            lambda: execute(f"UPDATE people_membership SET until = NULL WHERE id IN ({reopened})"),
        )  # fmt: skip
        lost = "SELECT id FROM job_lost"
        self._changing(
            Membership, lost, ("until",),
            lambda: execute(f"UPDATE people_membership SET until = greatest(since, %s) WHERE id IN ({lost})", [self.now]),
        )  # fmt: skip

    # --- terms, divisions, classes --------------------------------------------------------------------
    def _write_classes(self):
        terms, classes = self.plan.terms, self.plan.classes
        terms.write()
        classes.write()
        self.done.make(Term, [term.pk for term in terms.new])
        self.done.make(Division, [division.pk for division in classes.divisions.new])
        self.done.make(SchoolClass, [row.pk for row in classes.new])
        for row, before in [
            *terms.before.items(),
            *classes.before.items(),
            *classes.divisions.before.items(),
        ]:
            after = {name: getattr(row, name) for name in before}
            self.done.change(type(row), {row.pk: before}, {row.pk: after})

    # --- children -----------------------------------------------------------------------------------
    CHANGED = "SELECT id FROM change WHERE kind = 'students' AND state IN ('changed', 'returned')"

    def _write_pupils(self):
        self._spell_pupils()
        self._changing(Student, self.CHANGED, (
            "full_name", "number", "birth_date", "sex", "school_class_id", "division_id", "status",
            "sort_key", "search_key",
        ), self._change_pupils)  # fmt: skip
        self._insert(
            Student,
            {
                "id": "p.id", "school_id": f"'{self.school}'::uuid", "division_id": "p.division",
                "school_class_id": "p.class", "number": "p.final", "full_name": "p.name",
                "preferred_name": "coalesce(p.preferred, '')", "sort_key": "s.sort_key", "search_key": "s.search_key",
                "birth_date": "p.birth", "sex": "coalesce(p.sex, '')",
            },
            "FROM pupil p JOIN spelled s ON s.id = p.id WHERE p.is_new",
        )  # fmt: skip
        self._end_leavings()
        lost = "SELECT id FROM pupil_lost"
        self._changing(
            Student, lost, ("status",),
            lambda: execute(f"UPDATE people_student SET status = 'left' WHERE id IN ({lost})"),
        )  # fmt: skip
        self._move_with_class()
        self._write_seats()
        self._let_go([key for (key,) in execute(lost)])

    def _let_go(self, students):
        """End what the school does for the children (ids) that left, as where one leaves by hand."""
        if not students:
            return
        seats = Enrolment.objects.filter(
            student__in=students, school_class__school=self.plan.school
        )
        self.done.remove(Enrolment, seats.values("id", "student_id", "school_class_id"))
        held = list(
            Caseload.objects.filter(student__in=students, until=None).values_list("pk", flat=True)
        )
        before = self._values(Caseload, held, ("until",))
        let_go(students, by=self.by, school=self.plan.school)
        self.done.change(Caseload, before, self._values(Caseload, held, ("until",)))

    def _end_leavings(self):
        """Let nobody have left who is on roll again."""
        back = "SELECT id FROM change WHERE kind = 'students' AND state = 'returned'"
        ids = f"SELECT id FROM people_leaving WHERE ended_at IS NULL AND student_id IN ({back})"
        end = f"UPDATE people_leaving SET ended_at = greatest(at, %s) WHERE id IN ({ids})"
        self._changing(Leaving, ids, ("ended_at",), lambda: execute(end, [self.now]))

    def _spell_pupils(self):
        make_table("spelled", "id uuid PRIMARY KEY, sort_key text, search_key text")
        rows = execute(
            f"""
            SELECT p.id, coalesce(p.name, s.full_name), coalesce(s.preferred_name, p.preferred, ''), p.final
            FROM pupil p LEFT JOIN people_student s ON s.id = p.id
            WHERE p.is_new OR p.id IN ({self.CHANGED}) AND (p.name <> s.full_name OR p.final <> s.number)
            """
        )
        copy_in(
            "spelled",
            "id, sort_key, search_key",
            (
                (
                    key,
                    names.sort_key(name) or name[:300],
                    names.search_key(name, preferred, number=number),
                )
                for key, name, preferred, number in rows
            ),
        )

    def _change_pupils(self):
        # numbers that pass from one child to another are set aside first
        execute(
            f"""
            UPDATE people_student s SET number = s.id::text FROM pupil p
            WHERE s.id = p.id AND NOT p.is_new AND p.final <> s.number AND p.id IN ({self.CHANGED})
              AND EXISTS (SELECT FROM pupil o WHERE o.final = s.number AND o.id <> s.id)
            """
        )
        execute(
            f"""
            UPDATE people_student s SET
                full_name = coalesce(p.name, s.full_name), number = coalesce(p.final, s.number),
                birth_date = coalesce(p.birth, s.birth_date), sex = coalesce(p.sex, s.sex),
                school_class_id = coalesce(p.class, s.school_class_id),
                division_id = coalesce(p.division, s.division_id),
                status = CASE WHEN p.said AND s.status IN ('left', 'transferred') THEN 'active' ELSE s.status END,
                sort_key = coalesce(k.sort_key, s.sort_key), search_key = coalesce(k.search_key, s.search_key)
            FROM pupil p LEFT JOIN spelled k ON k.id = p.id
            WHERE s.id = p.id AND p.id IN ({self.CHANGED})
            """
        )

    def _move_with_class(self):
        """Let all children of a class that moved to another division go along."""
        ids = [
            key for (key,) in execute(
                "SELECT s.id FROM people_student s JOIN people_schoolclass c ON c.id = s.school_class_id"
                " WHERE s.school_id = %s AND s.division_id <> c.division_id", [self.school],
            )
        ]  # fmt: skip
        sql = (
            "UPDATE people_student s SET division_id = c.division_id FROM people_schoolclass c"
            " WHERE c.id = s.school_class_id AND s.id = ANY (%s)"
        )
        self._changing(Student, ids, ("division_id",), lambda: execute(sql, [ids]))

    def _write_seats(self):
        lost = Enrolment.objects.filter(
            pk__in=[key for (key,) in execute("SELECT id FROM seat_lost")]
        )
        self.done.remove(Enrolment, lost.values("id", "student_id", "school_class_id"))
        lost.delete()
        self._insert(
            Enrolment,
            {"student_id": "n.student", "school_class_id": "n.class"},
            "FROM seat n WHERE NOT EXISTS (SELECT FROM people_enrolment e"
            " WHERE e.student_id = n.student AND e.school_class_id = n.class)",
        )

    # --- who looks after whom -------------------------------------------------------------------------
    def _write_ties(self):
        self._insert(
            Guardianship,
            {
                "id": "b.id", "student_id": "b.student_id", "guardian_id": "b.person_id",
                "relation": "coalesce(b.code, 'other')", "relation_said": "b.relation_said",
                "primary": "coalesce(b.becomes_primary, false)", "lives_with": "coalesce(b.lives, true)",
                "legal_guardian": "coalesce(b.legal, true)", "may_view": "coalesce(b.may_view, true)",
                "may_receive": "coalesce(b.may_receive, true)", "since": f"'{self.now.isoformat()}'::timestamptz",
            },
            "FROM bond b WHERE b.is_new AND NOT b.gone",
        )  # fmt: skip
        changed = "SELECT id FROM bond WHERE state IN ('changed', 'returned')"
        fields = ("relation", "relation_said", "primary", "lives_with", "legal_guardian", "until")
        self._changing(Guardianship, changed, fields, self._change_ties)
        self._leave_one_first()
        lost = "SELECT id FROM tie_lost"
        self._changing(
            Guardianship, lost, ("until",),
            lambda: execute(f"UPDATE people_guardianship SET until = greatest(since, %s) WHERE id IN ({lost})", [self.now]),
        )  # fmt: skip

    @staticmethod
    def _change_ties():
        execute(
            """
            UPDATE people_guardianship g SET until = NULL,
                relation = CASE WHEN b.is_said THEN b.code ELSE g.relation END,
                relation_said = CASE WHEN b.is_said AND (b.code <> g.relation OR b.relation_said <> '')
                    THEN b.relation_said ELSE g.relation_said END,
                "primary" = coalesce(b.becomes_primary, g.primary), lives_with = coalesce(b.lives, g.lives_with),
                legal_guardian = coalesce(b.legal, g.legal_guardian)
            FROM bond b WHERE b.id = g.id AND b.state IN ('changed', 'returned')
            """
        )

    def _leave_one_first(self):
        """Where a package says who is first to be asked, let no tie that was made by hand be it too."""
        others = """
            SELECT g.id FROM people_guardianship g
            JOIN bond b ON b.student_id = g.student_id AND b.becomes_primary AND b.id <> g.id
            WHERE g.primary AND g.until IS NULL AND g.restricted_at IS NULL AND g.id NOT IN (SELECT id FROM bond)
        """
        ids = [key for (key,) in execute(others)]
        sql = 'UPDATE people_guardianship SET "primary" = false WHERE id = ANY (%s)'
        self._changing(Guardianship, ids, ("primary",), lambda: execute(sql, [ids]))

    # --- what is remembered ---------------------------------------------------------------------------
    def _write_keys(self):
        make_table("named", "kind text, key text, row uuid")
        execute(
            """
            INSERT INTO named
            SELECT 'student', sid, id FROM pupil WHERE NOT gone UNION ALL
            SELECT 'person', sid, id FROM person WHERE NOT gone UNION ALL
            SELECT 'guardianship', key, id FROM bond WHERE NOT gone UNION ALL
            SELECT 'membership', key, id FROM job WHERE NOT gone
            """
        )
        copy_in("named", "kind, key, row", self._keys_of_parts())
        execute(
            "DELETE FROM named n USING known k WHERE k.own AND k.kind = n.kind AND k.key = n.key AND k.row = n.row AND NOT k.retired"
        )
        self._change_keys()
        self._insert(
            RosterKey,
            {
                "school_id": f"'{self.school}'::uuid",
                "kind": "n.kind",
                "key": "n.key",
                "row": "n.row",
            },
            "FROM named n WHERE NOT EXISTS (SELECT FROM known k WHERE k.own AND k.kind = n.kind AND k.key = n.key)",
        )
        self._retire_keys()

    def _keys_of_parts(self):
        plan, kinds = self.plan, RosterKey.Kind
        yield kinds.DIVISION, plan.orgs.school, self.school
        for kind, keys in (
            (kinds.DIVISION, plan.classes.divisions.keys), (kinds.TERM, plan.terms.keys),
            (kinds.CLASS, {sid: row.pk for sid, row in plan.classes.rows.items()}),
        ):  # fmt: skip
            for key, row in keys.items():
                yield kind, key, row

    def _change_keys(self):
        where = "WHERE k.school_id = %s AND k.kind = n.kind AND k.key = n.key"
        table = RosterKey._meta.db_table
        ids = [
            key for (key,) in execute(f"SELECT k.id FROM {table} k, named n {where}", [self.school])
        ]
        sql = f"UPDATE {table} k SET row = n.row, retired_at = NULL FROM named n {where}"
        self._changing(RosterKey, ids, ("row", "retired_at"), lambda: execute(sql, [self.school]))

    def _retire_keys(self):
        lost = """
            k.kind = 'student' AND k.row IN (SELECT id FROM pupil_lost)
            OR k.kind = 'guardianship' AND k.row IN (SELECT id FROM tie_lost)
            OR k.kind = 'membership' AND k.row IN (SELECT id FROM job_lost)
            OR k.kind = 'person' AND k.key IN (SELECT key FROM person_lost WHERE forgotten)
        """
        table = RosterKey._meta.db_table
        sql = f"SELECT k.id FROM {table} k WHERE k.school_id = %s AND k.retired_at IS NULL AND ({lost})"
        ids = [key for (key,) in execute(sql, [self.school])]
        retire = f"UPDATE {table} SET retired_at = %s WHERE id = ANY (%s)"
        self._changing(RosterKey, ids, ("retired_at",), lambda: execute(retire, [self.now, ids]))
