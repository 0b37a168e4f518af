"""What rows name and nobody knows: refused, and what hangs on a refused row is left out."""
# ruff: noqa: S608 - what is put together here are pieces of this package; values go in apart

from .staging import execute


def check(plan):
    """Refuse each row that names a class, an org or a user which stands nowhere."""
    _leave_out_what_hangs(plan)
    _check_orgs(plan)
    _check_classes(plan)
    _check_users(plan)


def _leave_out_what_hangs(plan):
    """Drop rows that name a refused one: they are not wrong themselves."""
    gone = execute(
        """
        DELETE FROM in_enrollments e WHERE class IN (SELECT sid FROM class_kept) AND class NOT IN (SELECT sid FROM class_of)
           OR person IN (SELECT sid FROM user_kept) AND person NOT IN (SELECT sid FROM in_users)
        RETURNING person
        """
    )
    left = {sid for (sid,) in gone if sid}
    plan.leave_out("enrolled", left)
    execute(
        "INSERT INTO enrolled_kept SELECT unnest(%s::text[]) ON CONFLICT DO NOTHING", [list(left)]
    )
    lost = "{0} IN (SELECT sid FROM user_kept) AND {0} NOT IN (SELECT sid FROM in_users)".format
    execute(f"DELETE FROM in_roles WHERE {lost('person')}")
    execute(f"DELETE FROM in_demographics WHERE {lost('sid')}")
    execute(f"DELETE FROM in_relationships WHERE {lost('person')} OR {lost('other')}")


def _check_orgs(plan):
    """Refuse roles and enrolments at an org that nobody knows; rows of other schools go."""
    known = list(set(plan.orgs.rows) | plan.orgs.ours)
    for file, column, field in (
        ("roles", "org", "orgSourcedId"),
        ("enrollments", "school", "schoolSourcedId"),
    ):
        unknown = f"SELECT row, {column} FROM in_{file} WHERE {column} <> ALL (%s) ORDER BY row"
        for row, org in execute(unknown, [known]):
            plan.refuse("reference", file, row, field, "orgs.csv", org)
    ours = list(plan.orgs.ours)
    execute("DELETE FROM in_enrollments WHERE school <> ALL (%s)", [ours])


def _check_classes(plan):
    gone = (
        [sid for sid, pk in plan.classes.known.items()] if plan.modes["classes"] != "bulk" else []
    )
    rows = execute(
        "SELECT row, class FROM in_enrollments WHERE class NOT IN (SELECT sid FROM class_of)"
        " AND class NOT IN (SELECT sid FROM class_kept) AND class <> ALL (%s) ORDER BY row",
        [gone],
    )
    for row, sid in rows:
        plan.refuse("reference", "enrollments", row, "classSourcedId", "classes.csv", sid)


def _check_users(plan):
    """Refuse rows that name a user who stands neither in the package nor, unless it is whole, in
    what earlier packages brought."""
    before = "true" if plan.modes["users"] != "bulk" else "false"

    def stands(column):
        return f"""(EXISTS (SELECT FROM in_users u WHERE u.sid = {column})
            OR EXISTS (SELECT FROM user_kept k WHERE k.sid = {column})
            OR {before} AND EXISTS (SELECT FROM known k WHERE k.kind IN ('student', 'person') AND k.own AND k.key = {column}))"""

    columns = (
        ("enrollments", "person", "userSourcedId"), ("roles", "person", "userSourcedId"),
        ("demographics", "sid", "sourcedId"), ("relationships", "person", "userSourcedId"),
        ("relationships", "other", "relationshipUserSourcedId"),
    )  # fmt: skip
    elsewhere = plan.known_elsewhere("student", "person")
    for file, column, field in columns:
        named = f"said.{column}"
        sql = f"SELECT row, {named} FROM in_{file} said WHERE {named} IS NOT NULL AND NOT {stands(named)} ORDER BY row"
        for row, sid in execute(sql):
            if sid not in elsewhere:
                plan.refuse("reference", file, row, field, "users.csv", sid)
    rows = execute(
        f"SELECT DISTINCT ON (u.row) u.row, a.sid FROM in_users u, unnest(string_to_array(u.agents, ',')) a(sid)"
        f" WHERE coalesce(u.status, 'active') = 'active' AND NOT {stands('a.sid')} ORDER BY u.row"
    )
    for row, sid in rows:
        if sid not in elsewhere:
            plan.refuse("reference", "users", row, "agentSourcedIds", "users.csv", sid)
