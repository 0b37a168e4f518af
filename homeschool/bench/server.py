"""The portal's own web server under the bench, and a client on loopback."""

import contextlib
import http.client
import signal
import subprocess
import sys
import time
import urllib.request

from homeschool import services
from homeschool.processes import clean_environment, free_port, tied, wait_until

SETTINGS = "homeschool.bench.settings"


@contextlib.contextmanager
def serve(switches):
    """Run gunicorn as the portal does, with these switches; yields its port."""
    port = free_port()
    given = {"SITE_URL": f"http://127.0.0.1:{port}", "DJANGO_SETTINGS_MODULE": SETTINGS}
    command = [sys.executable, "-m", "gunicorn", "--config", "python:homeschool.gunicorn"]
    server = subprocess.Popen(
        [*command, "--bind", f"127.0.0.1:{port}", "--log-level", "error", "homeschool.wsgi"],
        cwd=services.ROOT,
        env=clean_environment(PYTHONWARNINGS="ignore") | switches | given,
        preexec_fn=tied(signal.SIGTERM),
    )
    try:
        if not wait_until(lambda: _answers(port), 60):
            raise services.Trouble("The server that is measured did not start: see above.")
        yield port
    finally:
        server.send_signal(signal.SIGQUIT)
        server.wait(15)


def _answers(port):
    with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz"):
        return True
    return False


class Wrong(AssertionError):
    """A page did not answer as it should: its time says nothing."""


class Client:
    """One person's browser: one connection that stays open, with the session of `who`."""

    HEADERS = {"Accept-Encoding": "gzip", "Accept-Language": "en"}

    def __init__(self, port, session):
        self.port, self.session = port, session
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def get(self, path, **headers):
        """Ask for a page; returns (seconds, its headers). Raises Wrong for anything but 200."""
        sent = self.HEADERS | {"Cookie": f"sessionid={self.session}"} | headers
        try:
            seconds, answer, body = self._ask(path, sent)
        except http.client.RemoteDisconnected:  # the connection was idle for too long
            self.connection.close()
            seconds, answer, body = self._ask(path, sent)
        if answer.status != 200 or not body:
            raise Wrong(f"{path}: {answer.status} {answer.headers.get('Location', '')}")
        return seconds, answer.headers

    def _ask(self, path, headers):
        began = time.perf_counter()
        self.connection.request("GET", path, headers=headers)
        answer = self.connection.getresponse()
        body = answer.read()
        return time.perf_counter() - began, answer, body

    def queries(self, path, **headers):
        """Return how many queries a page takes."""
        _seconds, answered = self.get(path, **{"X-Bench-Count": "1"} | headers)
        return int(answered["X-Bench-Queries"])

    def close(self):
        self.connection.close()
