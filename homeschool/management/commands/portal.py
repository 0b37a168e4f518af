import contextlib
import io
import os
import sys
from argparse import SUPPRESS

from django.core.management import BaseCommand, call_command, get_commands

from homeschool import services
from homeschool.supervisor import Checklist, Portal


class Command(BaseCommand):
    """The door to the supervisor. `--prepare` is the supervisor's own: the part that needs Django."""

    help = (
        "Start the whole portal on this machine, with demo data on the first run; Ctrl-C stops it."
    )
    requires_system_checks = ()

    def add_arguments(self, parser):
        add = parser.add_argument
        add("--port", type=int, default=8000, help="the web port (8000)")
        add(
            "--bind",
            default="127.0.0.1",
            metavar="ADDRESS",
            help="listen here; 0.0.0.0 for all networks",
        )
        add("--fresh", action="store_true", help="remove all that the portal kept, then start")
        add(
            "--empty",
            action="store_true",
            help="no demo: a school of your own, and its first admin",
        )
        add(
            "--admin-email",
            default="",
            metavar="EMAIL",
            help="with --empty: the first admin's address",
        )
        add("--prepare", action="store_true", help=SUPPRESS)  # these two are the portal's own
        add("--load", action="store_true", help=SUPPRESS)

    def handle(self, *args, **options):
        if options["prepare"]:
            prepare(load=options["load"], admin_email=options["admin_email"])
            return
        names = ("port", "bind", "fresh", "empty", "admin_email")
        sys.exit(Portal(**{name: options[name] for name in names}).run())


def prepare(*, load, admin_email):
    """Bring the database to today's shape, load what is asked for, and write down what there is."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "homeschool.settings")
    steps = Checklist()
    with steps.step("migrations"):
        import django

        django.setup()
        steps.note = migrate()
    commands, mode = get_commands(), {}
    if load and "load_demo" in commands:
        with steps.step("demo data"):
            words_of("load_demo")
        mode["loaded"] = True
    people = demo_people(commands)
    if admin_email and "first_admin" in commands:
        people = words_of("first_admin", admin_email)
        mode["admin"] = admin_email
    found = {"commands": sorted(commands), "people": people, "mode": mode}
    services.State().write("prepared.json", found)


def migrate():
    """Apply what is not applied yet; returns what was done, in words."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if not plan:
        return "up to date"
    call_command("migrate", interactive=False, verbosity=0)
    return f"{len(plan)} applied"


def demo_people(commands):
    """Return the demo's people as text, where the demo is on."""
    from django.conf import settings

    return words_of("load_demo", "--list") if settings.DEMO_MODE and "load_demo" in commands else ""


def words_of(command, *arguments):
    """Run a command; returns what it said."""
    with contextlib.closing(io.StringIO()) as said:
        call_command(command, *arguments, stdout=said)
        return said.getvalue()
