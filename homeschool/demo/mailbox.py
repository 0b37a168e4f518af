"""The mails that the demo really sent, as its SMTP sink put them into a Maildir."""

import base64
import email
import hashlib
import mailbox
import re
from dataclasses import dataclass
from email import policy
from email.utils import parsedate_to_datetime
from pathlib import Path

from django.conf import settings

from homeschool.forms import readable

NEWEST = 100
_STYLE = re.compile(r"<style[^>]*>(.*?)</style>", re.DOTALL)


@dataclass
class Mail:
    """One mail: `text` and `html` are its parts, empty where it has none."""

    key: str
    message: email.message.EmailMessage

    @property
    def subject(self):
        return readable(self.message["Subject"] or "")

    @property
    def sender(self):
        return readable(self.message["From"] or "")

    @property
    def to(self):
        return readable(self.message["To"] or "")

    @property
    def at(self):
        """When it was written, or None where its date cannot be read."""
        try:
            return parsedate_to_datetime(str(self.message["Date"]))
        except (TypeError, ValueError):
            return None

    @property
    def text(self):
        return self._part("plain")

    @property
    def html(self):
        return self._part("html")

    @property
    def style_hashes(self):
        """The hashes by which a content security policy lets the mail's own styles in."""
        digests = (hashlib.sha256(css.encode()).digest() for css in _STYLE.findall(self.html))
        return [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests]

    def _part(self, kind):
        part = self.message.get_body(preferencelist=(kind,))
        if part is None:
            return ""
        payload = part.get_payload(decode=True) or b""
        try:
            return payload.decode(part.get_content_charset() or "utf-8", "replace")
        except LookupError:  # a charset that nobody knows
            return payload.decode("utf-8", "replace")


def _box():
    folder = settings.DEMO_MAILDIR
    if not folder or not (Path(folder) / "new").is_dir():
        return None
    return mailbox.Maildir(folder, create=False)


def _open(box, key):
    return Mail(key, email.message_from_bytes(box.get_bytes(key), policy=policy.default))


def newest():
    """Return the newest mails, the last one first: at most NEWEST of them."""
    box = _box()
    if box is None:
        return []
    keys = sorted(box.keys(), key=_age, reverse=True)
    return [_open(box, key) for key in keys[:NEWEST]]


def _age(key):
    """Return what a Maildir name begins with: the second, then the count of its writer."""
    second, _dot, rest = key.partition(".")
    count = re.search(r"M(\d+)", rest)
    return (int(second) if second.isdigit() else 0, int(count[1]) if count else 0)


def find(key):
    """Return the mail with this key, or None: keys are looked up among those of the folder."""
    box = _box()
    if box is None or key not in box:
        return None
    return _open(box, key)
