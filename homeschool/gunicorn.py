"""How gunicorn serves the portal, in the demo and behind a school's own proxy."""

import os
import signal
from pathlib import Path

from homeschool.processes import tied

worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "8"))
preload_app = True
timeout = 30
graceful_timeout = 5
keepalive = 5
accesslog = None
errorlog = "-"
control_socket_disable = True
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - gunicorn's own files

_tie = tied(signal.SIGKILL)  # made in the master: a worker never outlives it


def post_fork(server, worker):
    """Tie a worker to the master, so that a killed master leaves none behind."""
    _tie()
