import os
import signal
import subprocess
import sys

from django.core.management import BaseCommand

from homeschool import services
from homeschool.processes import clean_environment, tied
from homeschool.services import ROOT, Trouble


class Command(BaseCommand):
    """pytest, on servers of its own that are gone afterwards; every argument is pytest's."""

    help = "Run the tests: python3 manage.py test [pytest arguments]"
    requires_system_checks = ()

    def run_from_argv(self, argv):
        sys.exit(run(argv[2:]))

    def handle(self, *args, **options):
        sys.exit(run(args))


def run(arguments):
    """Run pytest with the arguments; returns its exit code."""
    arguments = [*shares(arguments), *arguments]
    forget_switches()
    try:
        with services.throwaway() as switches:
            return pytest(arguments, environment(switches))
    except Trouble as error:
        sys.stderr.write(f"{error}\n")
        return 1


def shares(arguments):
    """Return what shares all tests out among processes; nothing where a file or a folder is named.

    One process more than the machine has processors, since many tests wait for a server. The tests of
    a file stay together, and tests/conftest.py says which files come first.
    """
    named = any((ROOT / word.split("::")[0]).exists() for word in arguments)
    if named or "--pdb" in arguments:
        return []
    processes = len(os.sched_getaffinity(0)) + 1
    return ["-n", str(processes), "--dist", "loadfile", "--no-loadscope-reorder"]


def forget_switches():
    """Drop the portal's switches from our environment: a test run is not bent by a portal's.

    A server that the caller names by DATABASE_URL or REDIS_URL is used instead of a throw-away one.
    """
    for name in {*services.switch_names(), "PORTAL_STATE"} - {*services.URLS}:
        os.environ.pop(name, None)


def environment(switches):
    """Return the tests' environment: clean, with the servers and what was said to pytest itself."""
    said = {
        name: value
        for name, value in os.environ.items()
        if name.startswith(("PYTEST_", "REQUIRE_"))
    }
    return clean_environment() | switches | said


def pytest(arguments, environment):
    """Run pytest as a child; a Ctrl-C is pytest's to handle."""
    with subprocess.Popen(
        [sys.executable, "-m", "pytest", *arguments],
        cwd=ROOT,
        env=environment,
        preexec_fn=tied(signal.SIGTERM),
    ) as child:
        for sign in (signal.SIGINT, signal.SIGTERM):
            signal.signal(sign, lambda number, _: number == signal.SIGTERM and child.terminate())
        return child.wait()
