"""A server on this machine that speaks LibreTranslate's interface, as its documentation shows it.

It translates nothing: words are said backwards in upper case, which shows what went through it and what
did not. `troubles` are answered first, one a request.
"""

import contextlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

LANGUAGES = [
    {"code": "en", "name": "English", "targets": ["en", "es", "zh-Hans"]},
    {"code": "es", "name": "Spanish", "targets": ["en", "es"]},
    {"code": "zh-Hans", "name": "Chinese", "targets": ["en", "zh-Hans"]},
]


class Translator(ThreadingHTTPServer):
    """Answers at `url`; `asked` is what it was asked, as (path, values)."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Answers)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.asked, self.troubles, self.languages = [], [], LANGUAGES
        self.key, self.guess, self.says = "", {"confidence": 92.0, "language": "en"}, backwards
        self.stop = threading.Event()

    @property
    def texts(self):
        """Return the texts that it was asked to translate."""
        return [values["q"] for path, values in self.asked if path == "/translate"]


def backwards(values):
    return {"translatedText": " ".join(word[::-1].upper() for word in values["q"].split(" "))}


def keeping(values):
    """Say everything in upper case, in the same order: signs stay whole."""
    return {"translatedText": values["q"].upper()}


class _Answers(BaseHTTPRequestHandler):
    def log_message(self, *_words):
        """Say nothing."""

    def do_GET(self):
        self.answer({"/languages": lambda _values: self.server.languages})

    def do_POST(self):
        self.answer({"/translate": self.server.says, "/detect": lambda _v: [self.server.guess]})

    def answer(self, doors):
        size = int(self.headers.get("Content-Length") or 0)
        values = json.loads(self.rfile.read(size)) if size else {}
        self.server.asked.append((self.path, values))
        trouble = self.server.troubles.pop(0) if self.server.troubles else None
        if trouble is not None and trouble is not False:
            return trouble(self)
        if self.server.key and self.command == "POST" and values.get("api_key") != self.server.key:
            return self.say(403, {"error": "Invalid API key"})
        return self.say(200, doors[self.path](values))

    def say(self, status, told, **headers):
        body = told if isinstance(told, bytes) else json.dumps(told).encode()
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        with contextlib.suppress(ConnectionError):
            self.wfile.write(body)


def status(code, error="no"):
    """A trouble: the server answers with this status."""
    return lambda handler: handler.say(code, {"error": error})


def garbage(body):
    """A trouble: the server answers 200 with this."""
    return lambda handler: handler.say(200, body)


def elsewhere(url):
    """A trouble: the server sends its caller to another address."""
    return lambda handler: handler.say(307, b"", Location=url)


def silence(handler):
    """A trouble: no answer until the test is over."""
    handler.server.stop.wait(10)


@contextlib.contextmanager
def running():
    """Yield a Translator that runs."""
    server = Translator()
    thread = threading.Thread(target=server.serve_forever, args=[0.01], daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stop.set()
        server.shutdown()
        server.server_close()
        thread.join()
