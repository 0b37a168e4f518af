"""Imports the portal once, and makes its background parts by forking: a worker that was killed a
hundred times is there again at once, as if the machine had nothing else to do.

Reads a line of JSON for each part, [its log, "relay" or "worker" or "beat", its flags …], and answers
with the pid. It opens no connection itself.
"""

import importlib
import json
import os
import signal
import sys
import traceback

import django


def main():
    for name in ("celery.apps.beat", "celery.apps.worker", "celery.concurrency.prefork"):
        importlib.import_module(name)
    django.setup()
    importlib.import_module("homeschool.journal.relay")
    from homeschool.celery import app

    app.loader.import_default_modules()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # whoever ends is gone
    print("ready", flush=True)  # noqa: T201
    for line in sys.stdin:
        log, *words = json.loads(line)
        pid = os.fork()
        if pid == 0:
            become(log, words)
        os.setpgid(pid, pid)
        print(pid, flush=True)  # noqa: T201


def become(log, words):
    """Be the part that these words name, to its end."""
    code = 1
    try:
        os.setpgid(0, 0)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(out, 1)
        os.dup2(out, 2)
        code = run(words) or 0
    except SystemExit as end:
        code = end.code or 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code if isinstance(code, int) else 1)


def run(words):
    from django.core.management import call_command

    from homeschool.celery import app

    return call_command("relay") if words == ["relay"] else app.start(words)


if __name__ == "__main__":
    main()
