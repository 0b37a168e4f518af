"""The virtualenv that manage.py makes: when it is stale, and what is never touched."""

import sys

import pytest

from homeschool import bootstrap


@pytest.fixture
def lists(tmp_path, monkeypatch):
    """A checkout with two small requirements files; returns its folder."""
    (tmp_path / "tests").mkdir()
    (tmp_path / bootstrap.PORTAL).write_text("# a comment\nDjango==5.2.19\ncelery[redis]==5.7.0\n")
    (tmp_path / bootstrap.TESTS).write_text("pytest==9.2.0\n")
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    return tmp_path


@pytest.fixture
def venv(lists):
    """A folder that looks like a virtualenv of Python 3.11; returns it."""
    folder = lists / ".venv"
    (folder / "bin").mkdir(parents=True)
    (folder / "pyvenv.cfg").write_text("home = /usr/bin\nversion = 3.11.7\n")
    (folder / "bin" / "python3.11").write_text("")
    (folder / "bin" / "python3.11").chmod(0o755)
    (folder / "bin" / "python").symlink_to("python3.11")
    return folder


def stamp(folder, **prints):
    import json

    (folder / bootstrap.STAMP).write_text(json.dumps(prints))


def test_it_reads_pins_with_extras_and_markers(lists):
    newest = f"{sys.version_info[0]}.{sys.version_info[1] + 1}"
    (lists / bootstrap.PORTAL).write_text(
        f'celery[redis]==5.7.0\nold==1 ; python_version < "{newest}"\nnew==2; python_version >= "{newest}"\n'
    )
    assert list(bootstrap.pins(bootstrap.PORTAL)) == [("celery", "5.7.0"), ("old", "1")]


def test_it_refuses_a_requirement_without_a_pin(lists):
    (lists / bootstrap.PORTAL).write_text("Django>=5\n")
    with pytest.raises(bootstrap.Unfit, match="Django>=5"):
        list(bootstrap.pins(bootstrap.PORTAL))


def test_it_knows_what_the_running_python_has(lists):
    assert bootstrap.satisfied([bootstrap.PORTAL])
    (lists / bootstrap.PORTAL).write_text("Django==1.0\n")
    assert not bootstrap.satisfied([bootstrap.PORTAL])
    (lists / bootstrap.PORTAL).write_text("no-such-package-here==1.0\n")
    assert not bootstrap.satisfied([bootstrap.PORTAL])


def test_it_finds_a_changed_list_stale(lists, venv):
    assert bootstrap.stale(venv, [bootstrap.PORTAL])
    stamp(venv, **{bootstrap.PORTAL: bootstrap.fingerprint(bootstrap.PORTAL, "3.11")})
    assert not bootstrap.stale(venv, [bootstrap.PORTAL])
    assert bootstrap.stale(venv, [bootstrap.PORTAL, bootstrap.TESTS])
    (lists / bootstrap.PORTAL).write_text("Django==5.2.20\n")
    assert bootstrap.stale(venv, [bootstrap.PORTAL])


def test_it_finds_a_virtualenv_dead_whose_python_went_away(venv):
    assert bootstrap.version_of(venv) == "3.11"
    (venv / "bin" / "python3.11").rename(venv / "bin" / "python3.13")
    assert bootstrap.version_of(venv) is None
    (venv / "bin" / "python").unlink()
    (venv / "bin" / "python").symlink_to("python3.13")  # what a system upgrade does
    assert bootstrap.version_of(venv) is None


def test_it_touches_no_folder_that_never_was_a_virtualenv(lists):
    (lists / "precious").mkdir()
    (lists / "precious" / "thesis.txt").write_text("years of work")
    with pytest.raises(bootstrap.Unfit, match="not a virtualenv"):
        bootstrap.make(lists / "precious", [bootstrap.PORTAL])
    assert (lists / "precious" / "thesis.txt").read_text() == "years of work"


def test_it_shows_what_pip_said_and_the_mend(lists, venv, capfd):
    (venv / "bin" / "python3.11").write_text("#!/bin/sh\necho 'ERROR: no such index'\nexit 1\n")
    with pytest.raises(bootstrap.Unfit, match=r"(?s)no such index.*PIP_INDEX_URL"):
        bootstrap.make(venv, [bootstrap.PORTAL])
    assert not (venv / bootstrap.STAMP).exists()


def test_it_installs_only_what_is_stale(lists, venv):
    (venv / "bin" / "python3.11").write_text('#!/bin/sh\necho "$@" >> "$(dirname "$0")/said"\n')
    stamp(venv, **{bootstrap.PORTAL: bootstrap.fingerprint(bootstrap.PORTAL, "3.11")})
    bootstrap.make(venv, [bootstrap.PORTAL, bootstrap.TESTS])
    said = (venv / "bin" / "said").read_text()
    assert str(lists / bootstrap.TESTS) in said
    assert f"-r {lists / bootstrap.PORTAL}" not in said
    assert not bootstrap.stale(venv, [bootstrap.PORTAL, bootstrap.TESTS])
