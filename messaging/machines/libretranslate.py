"""A LibreTranslate server of the operator's own: https://docs.libretranslate.com/guides/api_usage/.

Texts go to the one address that TRANSLATION_URL names and nowhere else: a redirect is a refusal, and no
proxy of the environment is asked. The key goes in the body, as its interface wants it, and into no log.
"""

import functools
import json
import re
import time

import requests
from django.conf import settings

from .interface import Unavailable

CONNECT, ANSWER = 3, 12  # seconds for one request, at most
MOST = 12_000  # characters of a text
PIECE = 1_500  # characters of one request: servers may limit them, and long ones take long
MOST_BYTES = 256 * 1024  # of an answer
KNOWN_FOR = 600  # seconds for which the list of languages is believed
LIKELY = 50  # percent of confidence from which a detected language is believed
# By what names servers know a language of ours: older ones say zh, newer ones zh-Hans.
NAMES = {"zh-hans": ("zh-hans", "zh", "zh-cn"), "zh-hant": ("zh-hant", "zt", "zh-tw")}
_REASONS = {400: "language", 401: "refused", 403: "refused", 413: "too_long", 429: "busy"}


class LibreTranslate:
    """The server at `url`, with the key that it may ask for."""

    name = "LibreTranslate"

    def __init__(self, url, key=""):
        self.url, self.key = url.rstrip("/"), key
        self._known, self._known_at = None, 0.0

    def __repr__(self):
        return f"<LibreTranslate {self.url}>"

    # --- what the portal asks -------------------------------------------------------------------
    def languages(self, until=None):
        """Return {language: languages into which it translates}, in the portal's names."""
        if self._known is None or time.monotonic() - self._known_at > KNOWN_FOR:
            told = self._ask(_Until(until), "get", "languages")
            rows = _checked(told, _is_list_of_languages)
            self._codes = {_ours(row["code"]): row["code"] for row in rows}
            self._known = {_ours(row["code"]): _targets(row) for row in rows}
            self._known_at = time.monotonic()
        return self._known

    def detect(self, text, until=None):
        """Return the language of `text`, or "" where the server is in doubt. Raises Unavailable."""
        told = self._ask(_Until(until), "post", "detect", q=text[:PIECE])
        rows = _checked(told, _is_list_of_guesses)
        best = max(rows, key=lambda row: row["confidence"], default=None)
        return _ours(best["language"]) if best and best["confidence"] >= LIKELY else ""

    def translate(self, text, source, target, until=None):
        """Return `text` in `target`, its lines stay lines. Raises Unavailable."""
        if len(text) > MOST:
            raise Unavailable("too_long")
        if target not in self.languages(until).get(source, ()) or target not in self._codes:
            raise Unavailable("language")
        names = {"source": self._codes[source], "target": self._codes[target]}
        return "".join(self._piece(piece, names, _Until(until)) for piece in pieces(text))

    def _piece(self, piece, names, until):
        inside = piece.strip()
        if not inside:
            return piece
        told = self._ask(until, "post", "translate", q=inside, format="text", **names)
        said = _checked(told, _is_translation)["translatedText"].replace("\0", "")
        before, _inside, after = piece.partition(inside)
        return before + said.strip() + after

    # --- how it is asked ------------------------------------------------------------------------
    def _ask(self, until, method, path, **values):
        """Return what the server answers, as JSON. Raises Unavailable."""
        if self.key and method == "post":
            values["api_key"] = self.key
        try:
            with requests.Session() as session:
                session.trust_env = False  # no proxy, no .netrc
                with session.request(
                    method, f"{self.url}/{path}", json=values or None, timeout=until.timeout(),
                    allow_redirects=False, stream=True,
                ) as answer:  # fmt: skip
                    return _read(answer, until)
        except requests.RequestException:
            # not chained: what requests says holds the address
            raise Unavailable("away") from None


class _Until:
    """The moment (time.monotonic) at which an answer is of no use any more; None: of one request."""

    def __init__(self, at):
        self.at = at or time.monotonic() + ANSWER

    def left(self):
        """Return the seconds that are left. Raises Unavailable where there are none."""
        left = self.at - time.monotonic()
        if left <= 0:
            raise Unavailable("away")
        return left

    def timeout(self):
        """Return what requests waits for: to connect, and between two parts of the answer."""
        left = self.left()
        return min(CONNECT, left), min(ANSWER, left)


def _read(answer, until):
    if answer.status_code != 200:
        server = answer.status_code >= 500
        raise Unavailable("failed" if server else _REASONS.get(answer.status_code, "refused"))
    body = b""
    for part in answer.iter_content(16 * 1024):
        body += part
        until.left()  # a server that drips
        if len(body) > MOST_BYTES:
            raise Unavailable("failed")
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise Unavailable("failed") from None


def pieces(text):
    """Return `text` in pieces of at most PIECE characters, cut after lines, else sentences, else words.

    Together they are the text.
    """
    found = []
    while len(text) > PIECE:
        at = _cut(text[:PIECE])
        found.append(text[:at])
        text = text[at:]
    return [*found, text] if text else found


def _cut(text):
    for pattern in (r"\n+", r"[。！？]|[.!?]\s+", r"\s+"):
        ends = [hit.end() for hit in re.finditer(pattern, text)]
        if ends:
            return ends[-1]
    return len(text)


# --- what it answers --------------------------------------------------------------------------------


def _checked(told, holds):
    if not holds(told):
        raise Unavailable("failed")
    return told


def _is_list_of_languages(told):
    return isinstance(told, list) and all(
        isinstance(row, dict) and isinstance(row.get("code"), str) for row in told
    )


def _is_list_of_guesses(told):
    return isinstance(told, list) and all(
        isinstance(row, dict)
        and isinstance(row.get("language"), str)
        and isinstance(row.get("confidence"), int | float)
        for row in told
    )


def _is_translation(told):
    return isinstance(told, dict) and isinstance(told.get("translatedText"), str)


def _targets(row):
    targets = row.get("targets")
    return {_ours(code) for code in targets if isinstance(code, str)} if targets else set()


def _ours(code):
    """Return the portal's name of a language for the server's."""
    code = code.lower()
    return next((ours for ours, names in NAMES.items() if code in names), code)


@functools.cache
def at(url, key):
    """Return the server at this address: one in each process, which remembers its languages."""
    return LibreTranslate(url, key)


def of_settings():
    """Return the server that the operator named, or None."""
    return (
        at(settings.TRANSLATION_URL, settings.TRANSLATION_KEY) if settings.TRANSLATION_URL else None
    )
