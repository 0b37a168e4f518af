"""PostgreSQL and Redis of our own: shared by commands, revived when they die, gone with the last user."""

import os
import pwd
import signal
import stat
from pathlib import Path

import psycopg2
import pytest
import redis

from homeschool import keeper, services
from homeschool.processes import Child, Lock, clean_environment, wait_until

from .processes import left, of_state, state_folder

linux = pytest.mark.skipif(not Path("/proc/self/cwd").exists(), reason="reads /proc")


@pytest.fixture
def no_urls(monkeypatch):
    """An environment that names no server, as on a newcomer's machine."""
    for name in (*services.URLS, "SECRET_KEY", "DATA_KEYS"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def state(no_urls):
    """A state folder; ends its servers afterwards."""
    with state_folder() as folder:
        state = services.State(folder)
        yield state
        state.users.free()
        assert wait_until(lambda: not state.keeper.taken, 10)


def ask(url, question):
    """Return the first column of the first row."""
    connection = psycopg2.connect(url)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(question)
            return cursor.fetchone()[0] if cursor.description else None
    finally:
        connection.close()


def answers(url):
    try:
        return ask(url, "SELECT 1") == 1
    except psycopg2.OperationalError:
        return False


def postmaster(state):
    data = services.home_of_postgres(state.folder)
    return int((data / "postmaster.pid").read_text().splitlines()[0])


def test_it_gives_a_command_both_servers_and_secrets(state):
    given = services.join(state)
    assert set(given) == {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "DATA_KEYS"}
    assert int(ask(given["DATABASE_URL"], "SHOW server_version_num")) >= keeper.OLDEST * 10000
    assert (
        ask(
            given["DATABASE_URL"],
            "SELECT count(*) FROM pg_available_extensions WHERE name IN ('btree_gist', 'pg_trgm', 'unaccent')",
        )
        == 3
    )
    assert ask(given["DATABASE_URL"], "SELECT 'Z' < 'a' COLLATE \"default\"") is True
    with redis.from_url(given["REDIS_URL"]) as client:
        assert client.ping()


def test_it_lets_nobody_in_without_the_password(state):
    given = services.join(state)
    database, broker = given["DATABASE_URL"], given["REDIS_URL"]
    wrong = database.replace(state.secrets()["postgres"], "guess")
    with pytest.raises(psycopg2.OperationalError, match="password"):
        psycopg2.connect(wrong)
    port = broker.rsplit(":", 1)[1]
    with (
        redis.from_url(f"redis://127.0.0.1:{port}") as client,
        pytest.raises(redis.AuthenticationError),
    ):
        client.ping()
    for name in ("secrets.json", "servers.json"):
        assert stat.S_IMODE((state.folder / name).stat().st_mode) == 0o600


def test_a_second_command_uses_the_same_servers_and_the_last_one_ends_them(state):
    given = services.join(state)
    second = services.State(state.folder)
    assert services.join(second) == given
    state.users.free()
    assert not wait_until(lambda: not state.keeper.taken, 1)
    assert answers(given["DATABASE_URL"])
    second.users.free()
    assert wait_until(lambda: not state.keeper.taken, 10)
    assert not answers(given["DATABASE_URL"])
    assert left(state.folder) == []


@linux
def test_a_database_that_dies_is_started_again_on_its_port_with_its_rows(state):
    url = services.join(state)["DATABASE_URL"]
    ask(url, "CREATE TABLE kept AS SELECT 42 AS n")
    os.kill(postmaster(state), signal.SIGKILL)
    assert wait_until(lambda: answers(url), 60)  # recovery writes through to the disk
    assert ask(url, "SELECT n FROM kept") == 42


@linux
def test_servers_end_with_a_killed_keeper_and_the_next_command_starts_them_again(state):
    url = services.join(state)["DATABASE_URL"]
    ask(url, "CREATE TABLE kept AS SELECT 42 AS n")
    os.kill(of_state(state.folder, "homeschool.keeper"), signal.SIGKILL)
    assert wait_until(lambda: left(state.folder) == [], 10)
    assert services.join(state)["DATABASE_URL"] == url
    assert ask(url, "SELECT n FROM kept") == 42


@linux
def test_a_pid_file_that_names_a_stranger_does_not_stop_the_start(state):
    url = services.join(state)["DATABASE_URL"]
    state.users.free()
    assert wait_until(lambda: not state.keeper.taken, 10)
    data = services.home_of_postgres(state.folder)
    (data / "postmaster.pid").write_text(
        f"{os.getpid()}\n{data}\n1\n5432\n\n127.0.0.1\n1 1\nready\n"
    )
    assert services.join(state)["DATABASE_URL"] == url
    assert answers(url)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's PostgreSQL runs as another user")
def test_data_moves_where_root_has_shut_postgresqls_user_out(state):
    url = services.join(state)["DATABASE_URL"]
    ask(url, "CREATE TABLE kept AS SELECT 42 AS n")
    state.users.free()
    assert wait_until(lambda: not state.keeper.taken, 10)
    state.folder.parent.chmod(0o700)
    assert services.join(state)["DATABASE_URL"] == url
    assert ask(url, "SELECT n FROM kept") == 42
    assert services.home_of_postgres(state.folder).parent == Path("/var/lib")


def test_throwaway_servers_leave_nothing(no_urls):
    with services.throwaway() as given:
        assert ask(given["DATABASE_URL"], "SHOW fsync") == "off"
        assert ask(given["DATABASE_URL"], "SHOW max_connections") == "300"
        folder = Path(ask(given["DATABASE_URL"], "SHOW data_directory"))
        assert folder.exists()
    assert not folder.exists()


def test_it_starts_nothing_where_both_servers_are_named(monkeypatch, tmp_path):
    monkeypatch.setenv("DATABASE_URL", "postgres://elsewhere/portal")
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere/0")
    monkeypatch.setenv("PORTAL_STATE", str(tmp_path / "state"))
    with services.for_verb("migrate"):
        assert os.environ["DATABASE_URL"] == "postgres://elsewhere/portal"
    assert not (tmp_path / "state").exists()


def test_a_command_without_need_starts_nothing(monkeypatch, tmp_path, no_urls):
    monkeypatch.setenv("PORTAL_STATE", str(tmp_path / "state"))
    monkeypatch.setattr(os, "environ", dict(os.environ))
    with services.for_verb("makemessages"):
        assert os.environ["DATABASE_URL"] == services.NOWHERE["DATABASE_URL"]
    assert not (tmp_path / "state").exists()


def test_a_folder_of_another_user_is_refused_with_the_mend(tmp_path):
    folder = tmp_path / "file"
    folder.write_text("not a folder")
    with pytest.raises(services.Trouble, match="PORTAL_STATE"):
        services.State(folder).make()


def test_wiping_removes_what_is_ours_and_nothing_else(state):
    services.join(state)
    other = services.State(state.folder)
    state.users.free()
    assert wait_until(lambda: not state.keeper.taken, 10)
    (state.folder / "thesis.txt").write_text("years of work")
    services.wipe(other)
    assert not services.home_of_postgres(state.folder).exists()
    assert not (state.folder / "secrets.json").exists()
    assert (state.folder / "thesis.txt").exists()


def test_wiping_is_refused_while_a_command_uses_the_folder(state):
    services.join(state)
    with pytest.raises(services.Trouble, match="in use"):
        services.wipe(services.State(state.folder), patience=0.1)


def test_the_modes_of_folders_decide_whether_a_user_reaches_a_path(state):
    nobody = pwd.getpwnam("nobody")
    path = state.folder / "inner"
    path.mkdir()
    path.chmod(0o711)
    assert keeper.reaches(nobody, path)
    state.folder.chmod(0o700)
    assert not keeper.reaches(nobody, path)


def test_data_of_another_major_version_is_named_with_the_mend():
    with pytest.raises(services.Trouble, match="--fresh"):
        keeper.find_postgres(9)


def test_a_lock_tells_whether_it_is_taken(tmp_path):
    lock = Lock(tmp_path / "lock")
    assert not lock.taken
    with lock:
        assert Lock(lock.path).taken
        assert not Lock(lock.path).take(wait=False)
    assert not Lock(lock.path).taken


def test_a_child_that_ends_starts_again_after_growing_pauses(tmp_path):
    child = Child("brief", ["false"], environment=dict(os.environ), log=tmp_path / "log")
    child.start()
    child.process.wait()
    assert "exit 1" in child.revive()
    assert child.revive() is None
    assert wait_until(lambda: child.revive() or child.again_at is None, 3) is True
    child.process.wait()
    assert "in 1 s" in child.revive()


def test_a_childs_environment_is_free_of_what_is_foreign(monkeypatch):
    monkeypatch.setenv("GUNICORN_CMD_ARGS", "--reload")
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "elsewhere")
    monkeypatch.setenv("PGOPTIONS", "-c search_path=elsewhere")
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    environment = clean_environment(DEMO_MODE="1")
    assert not {
        "GUNICORN_CMD_ARGS",
        "DJANGO_SETTINGS_MODULE",
        "PGOPTIONS",
        "PYTEST_CURRENT_TEST",
    } & set(environment)
    assert (environment["TZ"], environment["DEMO_MODE"]) == ("Asia/Shanghai", "1")


def test_it_reads_the_names_of_the_switches_from_the_settings():
    assert {
        "SECRET_KEY",
        "DATA_KEYS",
        "DEMO_MODE",
        "DATABASE_URL",
        "REDIS_URL",
        "EMAIL_URL",
    } <= set(services.switch_names())
