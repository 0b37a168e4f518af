import contextlib
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from django.core.management import BaseCommand

from homeschool import bootstrap, keeper, services
from homeschool.processes import Lock
from homeschool.services import Trouble, shown

PDF_PACKAGES = ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0")
EXTENSIONS = ("btree_gist", "pg_trgm", "unaccent")
WELL, MISSING, WRONG = "✓", "–", "✗"


class Command(BaseCommand):
    """What is configured, what is missing, and how to mend it."""

    help = "Look at this machine and its settings; exit 1 when something essential is missing."
    requires_system_checks = ()

    def add_arguments(self, parser):
        parser.add_argument(
            "--new-key", action="store_true", help="print a fresh key for DATA_KEYS"
        )

    def handle(self, *args, **options):
        if options["new_key"]:
            self.stdout.write(services.new_secrets()["DATA_KEYS"])
            return
        self.wrong = 0
        self.part("This machine", machine())
        self.part("Browser tests, PDF and translations (the portal runs without)", extras())
        self.part("The portal", portal())
        self.stdout.write(
            f"\n{self.wrong} essential thing(s) to mend."
            if self.wrong
            else "\nAll that is essential is there."
        )
        if self.wrong:
            sys.exit(1)

    def part(self, title, findings):
        self.stdout.write(f"\n{title}")
        for mark, name, told in findings:
            self.wrong += mark == WRONG
            self.stdout.write(f"  {mark} {name:<14} {told}")
            self.stdout.flush()


# --- the machine --------------------------------------------------------------------------------------


def machine():
    """Yield (mark, name, sentence) for what every command needs."""
    yield WELL, "Python", f"{sys.version.split()[0]} ({sys.executable})"
    yield environment()
    yield server("PostgreSQL", "DATABASE_URL", postgres)
    yield server("Redis", "REDIS_URL", keeper.find_redis)


def environment():
    """Say whether the packages are there, in today's versions."""
    if bootstrap.satisfied(bootstrap.lists_for("doctor")):
        return WELL, "packages", shown(sys.prefix) + parts_for_tests()
    return (
        WRONG,
        "packages",
        f"{shown(sys.prefix)} is stale. Remove it: the next command makes it anew",
    )


def parts_for_tests():
    """Say whether the parts for tests are there; nothing in an image, which holds no tests."""
    if not (services.ROOT / bootstrap.TESTS).exists():
        return ""
    if bootstrap.satisfied([bootstrap.TESTS]):
        return ", with the parts for tests"
    return ", the parts for tests come with the first `test`"


def server(name, switch, find):
    """Say which server is used: the operator's by its switch, or our own."""
    if os.environ.get(switch):
        return WELL, name, f"yours, by {switch}"
    try:
        return WELL, name, f"our own, for the demo and tests: {find()}"
    except Trouble as error:
        return WRONG, name, str(error)


def postgres():
    folder, version = keeper.find_postgres()
    return f"{version} ({folder})"


def extras():
    """Yield what some functions need and the portal runs without."""
    chromium = next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
    )
    yield found("Chromium", chromium, "browser tests are skipped", "chromium libatomic1")
    yield found("CJK font", cjk_font(), "Chinese is boxes in PDF and screenshots", "fonts-noto-cjk")
    yield found(
        "PDF",
        pdf(),
        "the buttons for PDF say so, pages print and XLSX and CSV go on",
        " ".join(PDF_PACKAGES),
    )
    yield found("gettext", shutil.which("xgettext"), "translations cannot be renewed", "gettext")


def found(name, what, without, packages):
    if what:
        return WELL, name, str(what)
    return MISSING, name, f"missing: {without}. On Debian: apt-get install {packages}"


def cjk_font():
    """Return a font for Chinese, None where there is none."""
    if tool := shutil.which("fc-list"):
        asked = [tool, ":lang=zh-cn", "family"]
        said = subprocess.run(asked, capture_output=True, text=True, check=False).stdout
        return said.splitlines()[0] if said.strip() else None
    return next(Path("/usr/share/fonts").rglob("*CJK*"), None)


def pdf():
    """Say whether the libraries that make PDF are there."""
    from ctypes.util import find_library

    libraries = ("pango-1.0", "pangoft2-1.0", "harfbuzz-subset")
    missing = [name for name in libraries if find_library(name) is None]
    return (
        None
        if missing
        else "libraries found" + ("" if find_spec("weasyprint") else ", no WeasyPrint")
    )


# --- the portal itself --------------------------------------------------------------------------------


def portal():
    """Yield what is configured, then what the running parts say."""
    state = services.State()
    own = services.embedded()
    try:
        if own:
            yield WELL, "state", f"{shown(state.folder)}, {running(state)}"
            os.environ.update(services.join(state) | services.switches_of(state))
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "homeschool.settings")
        yield from configured("this state folder's own" if own else "given by the environment")
    except Trouble as error:
        yield WRONG, "servers", str(error)
    finally:
        state.users.free()


def running(state):
    """Say whether a portal runs on the state folder."""
    if not Lock(state.portal.path).taken:
        return "no portal runs on it now"
    return f"a portal runs on it at {state.read('portal.json').get('address')}"


def configured(source):
    """Yield what the settings say; the first wrong one ends the list, since nothing is loaded then."""
    import django
    from django.core.exceptions import ImproperlyConfigured

    try:
        django.setup()
    except ImproperlyConfigured as error:
        yield WRONG, "settings", str(error)
        return
    yield WELL, "settings", "complete"
    yield from secrets(source)
    yield mail()
    yield sender()
    yield reports()
    yield translation()
    yield from database()


def secrets(source):
    from django.conf import settings

    weak = len(settings.SECRET_KEY) < 50 or len(set(settings.SECRET_KEY)) < 5
    if weak:
        yield WRONG, "SECRET_KEY", "too short: give it 50 random characters or more"
    else:
        yield WELL, "SECRET_KEY", source
    yield WELL, "DATA_KEYS", f"{len(settings.DATA_KEYS)} key(s), {source}"
    yield (
        WELL,
        "SITE_URL",
        settings.SITE_URL + ("" if settings.SECURE else " (not https: for this machine only)"),
    )
    yield WELL, "demo mode", "on" if settings.DEMO_MODE else "off"


def mail():
    """Say where mails go, and whether that server answers."""
    from django.conf import settings
    from django.core import mail as post

    where = f"{getattr(settings, 'EMAIL_HOST', '')}:{getattr(settings, 'EMAIL_PORT', '')}"
    if settings.MAIL_PROVIDER:
        return provider(settings.MAIL_PROVIDER)
    if "smtp" not in settings.EMAIL_BACKEND:
        return WELL, "mail", settings.EMAIL_BACKEND
    try:
        with contextlib.closing(post.get_connection(timeout=3)) as connection:
            connection.open()
    except OSError as error:
        told = f"{where} does not answer ({error}): no mail goes out. Set EMAIL_URL"
        return (
            MISSING,
            "mail",
            told + ("; the running demo has its own" if settings.DEMO_MODE else ""),
        )
    return WELL, "mail", f"{where} answers"


def provider(name):
    """Say whether the provider's keys are there; whether they are right, “send me a test” tells."""
    from django.core import mail as post
    from django.core.exceptions import ImproperlyConfigured

    try:
        post.get_connection()
    except ImproperlyConfigured as error:
        return WRONG, "mail", f"{name}: {' '.join(str(error).split())}. Set MAIL_PROVIDER_KEYS"
    return WELL, "mail", f"by {name}"


def sender():
    """Say as whom letters leave, and which records let them pass for no junk."""
    from email.utils import parseaddr

    from django.conf import settings

    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    if "." not in domain:
        here = (
            "for this machine only" if not settings.SECURE else "nobody accepts it. Set MAIL_FROM"
        )
        return MISSING, "sender", f"{settings.DEFAULT_FROM_EMAIL}: {here}"
    by = settings.MAIL_PROVIDER or settings.EMAIL_HOST
    told = f"{domain} must have an SPF record that names {by}, a DKIM key, and a DMARC record"
    return WELL, "sender", f"{settings.DEFAULT_FROM_EMAIL}: {told}"


def reports():
    """Say whether the portal learns of letters that come back."""
    from django.conf import settings

    if not settings.MAIL_PROVIDER:
        return (
            WELL,
            "came back",
            "known where the mail server refuses at once; others go to the sender",
        )
    if not settings.MAIL_WEBHOOK_SECRET:
        return MISSING, "came back", "not reported. Set MAIL_WEBHOOK_SECRET"
    return (
        WELL,
        "came back",
        f"{settings.MAIL_PROVIDER} reports to {settings.SITE_URL}/mail/events/",
    )


def translation():
    """Say whether a machine translates messages, and whether it answers."""
    from django.conf import settings

    from messaging import machines

    if not machines.stands():
        return MISSING, "translation", "by people alone: no text leaves. Set TRANSLATION_URL"
    try:
        known = sorted(machines.get().languages())
    except machines.Unavailable as no:
        told = f"{settings.TRANSLATION_URL} gives no languages ({no.reason}): originals stand alone"
        return MISSING, "translation", told
    ours = [code for code, _name in settings.LANGUAGES]
    missing = ", ".join(code for code in ours if code not in known)
    told = f"{settings.TRANSLATION_URL} answers" + (
        f"; it does not know {missing}" if missing else ""
    )
    return WELL, "translation", told


def database():
    """Yield what the database has: version, extensions, migrations."""
    from django.db import DatabaseError, connection
    from django.db.migrations.executor import MigrationExecutor

    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT name FROM pg_available_extensions")
            there = {name for (name,) in cursor.fetchall()}
            version = connection.pg_version // 10000
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        yield WRONG, "database", f"does not answer: {' '.join(str(error).split())}"
        return
    yield (WELL if version >= keeper.OLDEST else WRONG), "database", f"PostgreSQL {version} answers"
    missing = [name for name in EXTENSIONS if name not in there]
    told = f"missing: {', '.join(missing)}. On Debian: apt-get install postgresql-contrib"
    yield (WRONG, "extensions", told) if missing else (WELL, "extensions", ", ".join(EXTENSIONS))
    if plan:
        yield (
            MISSING,
            "migrations",
            f"{len(plan)} to apply: python3 manage.py migrate (the portal does it)",
        )
    else:
        yield WELL, "migrations", "all applied"
