"""The database of the tests: made once for all processes of a run, and emptied fast."""

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction

SHARING = 5_061_936  # the advisory lock of whoever makes the database that is copied
# Of all tables these alone hold rows that belong to the code: migrations and their signals write them.
KEPT = ("django_migrations", "django_content_type", "auth_permission")
FEW_BYTES = 2 * 1024 * 1024  # more than that in one table is truncated faster than deleted


def copy_one_of(run):
    """Let this process's database be a copy of one that the first process of the run migrates.

    The others wait for it: to migrate takes a processor some seconds, to copy a fraction of one.
    """
    at, name = connection.settings_dict, shared_name(run)
    own, alias = at["NAME"], at["TEST"]["NAME"]
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [SHARING])  # to the end of the connection
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if cursor.fetchone() is None:
            at["TEST"]["NAME"] = name
            connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
            connection.close()  # only what nobody uses is copied
    settings.DATABASES[connection.alias]["NAME"] = at["NAME"] = own
    at["TEST"] |= {"NAME": alias, "TEMPLATE": name}


def forget(run):
    """Drop what the processes of a run copied; nothing where they copied nothing."""
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {shared_name(run)}")


def shared_name(run):
    return f"test_shared_{run[:16]}"


def empty():
    """Empty every table of the tests' database, as `flush` does, in a hundredth of its time.

    Most tests fill few of the tables: only these are touched, with triggers set aside. Where the
    server does not let us do so, and where a table holds much, it is left to `flush`.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('is_superuser')")
        tables = filled(cursor) if cursor.fetchone()[0] == "on" else None
    if tables is None:
        return call_command("flush", verbosity=0, interactive=False)
    return delete_all(tables)


def filled(cursor):
    """Return the quoted names of the tables with rows; None where one of them is large."""
    cursor.execute(
        "SELECT quote_ident(relname), pg_relation_size(oid) FROM pg_class"
        " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> ALL(%s)",
        [list(KEPT)],
    )
    # a table without a page has no row, and need not be asked
    sizes = {table: size for table, size in cursor.fetchall() if size}
    if max(sizes.values(), default=0) > FEW_BYTES:
        return None
    if not sizes:
        return []
    cursor.execute(
        " UNION ALL ".join(
            f"SELECT '{name}' WHERE EXISTS (SELECT FROM {name})"  # noqa: S608 - names of the catalogue
            for name in sizes
        )
    )
    return [table for (table,) in cursor.fetchall()]


def delete_all(tables):
    """Delete the rows of these tables, in one transaction that other connections wait for."""
    if not tables:
        return
    statements = [f"DELETE FROM {table}" for table in tables]  # noqa: S608 - as above
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {', '.join(tables)} IN EXCLUSIVE MODE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(";".join(statements))
