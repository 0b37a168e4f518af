"""The backup of docs/operate.md, taken and restored for real: dump, a fresh server, the same portal."""

import os
import re
import subprocess
import urllib.request

import psycopg2
import pytest
from django.conf import settings

from homeschool import keeper, services

from .doors import Stage
from .processes import database_url, serve

GUIDE = (services.ROOT / "docs" / "operate.md").read_text(encoding="utf-8")
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
SEQUENCES = "SELECT sequencename, last_value FROM pg_sequences ORDER BY 1"
THINGS = """
    SELECT 'constraint', conname FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT 'index', indexdef FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT 'trigger', pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT 'function', proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL SELECT 'extension', extname FROM pg_extension
    ORDER BY 1, 2
"""


def tool(name):
    """Return the path of a program of PostgreSQL."""
    return next(str(path / name) for path in keeper.postgres_folders() if (path / name).exists())


def options(name):
    """Return the options that docs/operate.md gives a program of PostgreSQL, less names of its own."""
    words = re.search(rf"database {name} -U portal (.+?) [<>]", GUIDE)[1].split()
    return [word for word in words if word.startswith("--") and "dbname" not in word]


def ask(url, question):
    connection = psycopg2.connect(url)
    try:
        with connection.cursor() as cursor:
            cursor.execute(question)
            return cursor.fetchall()
    finally:
        connection.close()


def content(url):
    """Return {table: (rows, hash of all rows)}."""
    rows = "SELECT count(*), md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {} t"
    return {name: ask(url, rows.format(f'"{name}"'))[0] for (name,) in ask(url, TABLES)}


@pytest.fixture
def empty_server(monkeypatch):
    """The switches of a PostgreSQL that nobody has used, and of a Redis."""
    for name in services.URLS:
        monkeypatch.delenv(name)
    with services.throwaway() as switches:
        yield switches


@pytest.mark.django_db(transaction=True)
def test_a_portal_comes_back_from_its_dump(empty_server, tmp_path, record_testsuite_property):
    stage, old, new = Stage(), database_url(), empty_server["DATABASE_URL"]
    dump = tmp_path / "portal.dump"
    subprocess.run([tool("pg_dump"), *options("pg_dump"), f"--file={dump}", old], check=True)
    restore = [tool("pg_restore"), *options("pg_restore"), f"--dbname={new}", str(dump)]
    subprocess.run(restore, check=True)

    assert content(new) == content(old)
    assert ask(new, SEQUENCES) == ask(old, SEQUENCES)
    assert ask(new, THINGS) == ask(old, THINGS)
    assert sum(count for count, _ in content(new).values()) > 200
    with pytest.raises(psycopg2.Error, match="pgtrigger"):
        ask(new, "UPDATE journal_entry SET kind = kind")
    record_testsuite_property("bytes of the dump", dump.stat().st_size)

    with serve(tmp_path, **empty_server, SECRET_KEY=os.environ["SECRET_KEY"]) as address:
        url = f"{address}{stage.url(child_page(), 'the child')}"
        page = read(url, stage.sessions["principal"])
    assert stage.cast.child.full_name in page
    assert "Canary-reason 4711" in page  # encrypted in the table, by a key that no dump holds


def child_page():
    from .test_doors import BY_NAME

    return BY_NAME["people:child-detail"]


def read(url, cookies):
    """Return a page of somebody whose session is as old as the dump."""
    cookie = f"{settings.SESSION_COOKIE_NAME}={cookies[settings.SESSION_COOKIE_NAME]}"
    asked = urllib.request.Request(url, headers={"Cookie": cookie})  # noqa: S310 - our own address
    with urllib.request.urlopen(asked, timeout=10) as answer:  # noqa: S310
        return answer.read().decode()
