#!/usr/bin/env python3
"""The one door for commands: `python3 manage.py portal`, `... test`, `... help`."""

import os
import sys

# These bring their own settings and servers, or look at the machine before there are any.
BEFORE_DJANGO = ("portal", "test", "lint", "doctor", "screenshots", "bench")


def main():
    verb = sys.argv[1] if len(sys.argv) > 1 else "help"
    from homeschool import bootstrap

    bootstrap.ensure(verb)
    if verb in BEFORE_DJANGO:
        from importlib import import_module

        command = import_module(f"homeschool.management.commands.{verb}").Command()
        command.run_from_argv(sys.argv)
        return
    from homeschool import services

    with services.for_verb(verb):
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "homeschool.settings")
        from django.core.management import execute_from_command_line

        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
