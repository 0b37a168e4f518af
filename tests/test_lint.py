"""`manage.py lint`: what its own checks find. The other tools are checked by their makers."""

import polib
import pytest

from homeschool.management.commands import lint


@pytest.fixture
def catalog(tmp_path):
    """A Spanish catalog with one message that is translated and compiled; returns it."""
    folder = tmp_path / "es" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    catalog = polib.POFile()
    catalog.fpath = str(folder / "django.po")
    catalog.append(polib.POEntry(msgid="Visit", msgstr="Visita"))
    catalog.append(
        polib.POEntry(
            msgid="%d visit",
            msgid_plural="%d visits",
            msgstr_plural={0: "%d visita", 1: "%d visitas"},
        )
    )
    save(catalog)
    return catalog


def save(catalog):
    catalog.save()
    catalog.save_as_mofile(catalog.fpath.replace(".po", ".mo"))


def faults(catalog, *extracted):
    from pathlib import Path

    return list(lint.faults(Path(catalog.fpath), polib.pofile(catalog.fpath), set(extracted)))


def test_it_is_content_with_complete_words(catalog):
    assert faults(catalog, ("Visit", ""), ("%d visit", "")) == []


def test_it_finds_untranslated_and_fuzzy_words(catalog):
    catalog.append(polib.POEntry(msgid="Plan", msgstr=""))
    catalog.append(polib.POEntry(msgid="Goal", msgstr="Gol", flags=["fuzzy"]))
    save(catalog)
    assert faults(catalog) == ["untranslated: 'Plan'", "fuzzy: 'Goal'"]


def test_it_finds_words_that_no_catalog_has(catalog):
    assert faults(catalog, ("Visit", "verb")) == ["missing, run makemessages: 'Visit'"]


def test_it_finds_a_compiled_file_that_is_older_or_missing(catalog, tmp_path):
    catalog[0].msgstr = "La visita"
    catalog.save()
    assert faults(catalog) == ["its .mo says something else: run compilemessages"]
    (tmp_path / "es" / "LC_MESSAGES" / "django.mo").unlink()
    assert faults(catalog) == ["there is no .mo beside it: run compilemessages"]


def test_it_finds_calls_that_enqueue_outside_the_relay(tmp_path, monkeypatch):
    room = tmp_path / "homeschool" / "journal"
    room.mkdir(parents=True)
    (room / "relay.py").write_text("expand.delay(1)\n")
    (room / "views.py").write_text(
        "def page(request):\n    expand.delay(1)\n    send.apply_async()\n"
    )
    monkeypatch.setattr(lint, "ROOT", tmp_path)
    assert [line.split(": ")[0] for line in lint.enqueuing().splitlines()] == [
        "homeschool/journal/views.py:2",
        "homeschool/journal/views.py:3",
    ]
