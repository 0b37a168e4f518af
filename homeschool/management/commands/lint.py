import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from django.core.management import BaseCommand, CommandError

from homeschool import services
from homeschool.services import ROOT

ROOMS = ("homeschool", "visits", "counseling", "messaging")
TYPED = ("models.py", "models/*.py", "actions.py", "rules.py", "sight.py")
ENQUEUER = Path("homeschool/journal/relay.py")
ENQUEUES = re.compile(r"\.delay\(|\bapply_async\(")
BIN = Path(sys.executable).parent
FILLED = []  # switches that stand in for real ones while the tools look at the settings


class Command(BaseCommand):
    """Every check that needs no test: one line per tool, all of them, and a verdict."""

    help = "Run every linter; exit 1 when one of them has something to say."
    requires_system_checks = ()

    def add_arguments(self, parser):
        parser.add_argument("tools", nargs="*", help=f"only these: {' '.join(TOOLS)}")
        parser.add_argument("--fix", action="store_true", help="first mend what the tools can mend")

    def handle(self, *args, **options):
        unknown = set(options["tools"]) - set(TOOLS)
        if unknown:
            raise CommandError(f"no such tool: {', '.join(sorted(unknown))}")
        FILLED.extend(services.fill(services.NOWHERE | services.new_secrets()))
        os.environ["DJANGO_SETTINGS_MODULE"] = "homeschool.settings"
        if options["fix"]:
            self.fix()
        chosen = {name: TOOLS[name] for name in options["tools"] or TOOLS}
        failed = [name for name, tool in chosen.items() if not self.check(name, tool)]
        if failed:
            self.stdout.write(f"Failed: {', '.join(failed)}")
            sys.exit(1)
        self.stdout.write("All well.")

    def fix(self):
        run("ruff", "check", "--fix", "--quiet", ".")
        run("ruff", "format", "--quiet", ".")
        run("djade", "--target-version", "5.2", *templates())

    def check(self, name, tool):
        """Run one tool, print its line, and what it found. Returns whether all was well."""
        began = time.monotonic()
        findings = tool().strip()
        mark = "✗" if findings else "✓"
        self.stdout.write(f"{mark} {name:<14} {time.monotonic() - began:5.1f} s")
        if findings:
            self.stdout.write(findings)
        return not findings


def run(tool, *arguments, environment=None):
    """Run a program of the virtualenv; returns what it said if it failed, else an empty text."""
    done = subprocess.run(
        [BIN / tool, *map(str, arguments)],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    return "" if done.returncode == 0 else done.stdout + done.stderr or f"exit {done.returncode}"


def rooms():
    return [ROOT / name for name in ROOMS if (ROOT / name).is_dir()]


def templates():
    return sorted((ROOT / "templates").rglob("*.html"))


# --- the tools ----------------------------------------------------------------------------------------


def migrations():
    """Find models that no migration describes; with the servers of the state folder."""
    plain = {name: value for name, value in os.environ.items() if name not in FILLED}
    return run("python", "manage.py", "makemigrations", "--check", "--dry-run", environment=plain)


def types():
    """Check the types where style.md asks for it: models, actions, rules, sight."""
    found = [path for room in rooms() for name in TYPED for path in room.rglob(name)]
    return run("mypy", *sorted(set(found)))


def enqueuing():
    """Find calls that enqueue: a row in the database asks for work, and only the relay passes it on."""
    found = []
    for path in sorted(path for room in rooms() for path in room.rglob("*.py")):
        name = path.relative_to(ROOT)
        if name == ENQUEUER or path == Path(__file__).resolve():
            continue
        lines = enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        found += [
            f"{name}:{n}: only {ENQUEUER} enqueues" for n, line in lines if ENQUEUES.search(line)
        ]
    return "\n".join(found)


def translations():
    """Find words without a translation, doubtful ones, and .mo files that are not of their .po."""
    import polib

    files = sorted((ROOT / "homeschool" / "locale").glob("*/LC_MESSAGES/*.po"))
    if not files:
        return "no homeschool/locale/*/LC_MESSAGES/*.po: run makemessages and compilemessages"
    found, extracted = [], extract()
    for path in files:
        catalog = polib.pofile(str(path))
        found += [f"{path.relative_to(ROOT)}: {what}" for what in faults(path, catalog, extracted)]
    return "\n".join(found)


def faults(path, catalog, extracted):
    """Yield what is wrong with one language's words."""
    import polib

    if "en" not in path.parts:  # the words in the code are English
        yield from (f"untranslated: {entry.msgid!r}" for entry in catalog.untranslated_entries())
    yield from (f"fuzzy: {entry.msgid!r}" for entry in catalog.fuzzy_entries())
    known = {key(entry) for entry in catalog if not entry.obsolete}
    yield from (
        f"missing, run makemessages: {msgid!r}" for msgid, context in sorted(extracted - known)
    )
    compiled = path.with_suffix(".mo")
    if not compiled.exists():
        yield "there is no .mo beside it: run compilemessages"
    elif said(catalog.translated_entries()) != said(polib.mofile(str(compiled))):
        yield "its .mo says something else: run compilemessages"


def key(entry):
    """Return what tells one message from another."""
    return (entry.msgid, entry.msgctxt or "")


def said(entries):
    """Return {message: its translation or plural forms}."""
    return {key(entry): entry.msgstr or dict(entry.msgstr_plural) for entry in entries}


def extract():
    """Return the messages of the code and the templates; none where gettext is not installed."""
    import polib

    if shutil.which("xgettext") is None:
        return set()
    with tempfile.TemporaryDirectory() as folder:
        for source in [*rooms(), ROOT / "templates"]:
            ignored = shutil.ignore_patterns("locale", "__pycache__", "*.pyc")
            shutil.copytree(source, Path(folder) / source.name, ignore=ignored)
        (Path(folder) / "locale").mkdir()
        plain = {
            name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"
        }
        command = [sys.executable, "-m", "django", "makemessages", "-l", "xx", "--no-location"]
        subprocess.run(command, cwd=folder, env=plain, capture_output=True, check=True)
        made = Path(folder) / "locale/xx/LC_MESSAGES/django.po"
        return {key(entry) for entry in polib.pofile(str(made))}


TOOLS = {
    "ruff": lambda: run("ruff", "check", "--quiet", "--output-format", "concise", "."),
    "format": lambda: run("ruff", "format", "--check", "--output-format", "concise", "."),
    "imports": lambda: run("lint-imports", "--no-logo"),
    "djade": lambda: run("djade", "--check", "--target-version", "5.2", *templates()),
    "djlint": lambda: run("djlint", "--lint", "--quiet", ROOT / "templates"),
    "enqueuing": enqueuing,
    "migrations": migrations,
    "mypy": types,
    "translations": translations,
}
