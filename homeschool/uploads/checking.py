"""Checking a file: what it is by its content, and making it anew in a process of its own."""

import hashlib
import json
import subprocess
import sys
import threading
import uuid
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from django.core.exceptions import ValidationError

from . import words
from .kinds import ENDINGS, HEAD, PAPERS, PICTURES, kind_of

MOST_BYTES = words.MOST_MEGABYTES * 1024**2
SECONDS = 20  # by the clock; of the processor it may take less (child/__main__.py)
CHILD = Path(__file__).with_name("child")
# One at a time in each web process: a picture may take 1 GB while it is read.
WAIT = 20  # seconds
_turn = threading.BoundedSemaphore(1)


class Refused(ValidationError):
    """A file that is not taken; it reads as a plain sentence, and `code` is the reason."""

    def __init__(self, reason, kinds=PICTURES | PAPERS):
        super().__init__(words.of(reason, kinds), code=reason)


@dataclass(frozen=True)
class Checked:
    """A file that was made anew: a JPEG or a PDF, with nothing in it but what is seen.

    `name` is made here and tells nothing. `small` is a JPEG of at most 480 dots a side, of a picture
    alone; `width` and `height` are None for a PDF.
    """

    kind: str
    content: bytes
    small: bytes | None = None
    width: int | None = None
    height: int | None = None

    @cached_property
    def name(self):
        return f"{uuid.uuid4().hex}.{ENDINGS[self.kind]}"

    @cached_property
    def sha256(self):
        return hashlib.sha256(self.content).hexdigest()


def checked(file, kinds=PICTURES | PAPERS):
    """Return the uploaded `file` as a Checked. Raises Refused for what is not one of `kinds`.

    What it is says its content, never its name. It is decoded and encoded again: position, author,
    comments and whatever was hidden behind it are gone, a picture stands upright.
    """
    look(file, kinds)
    file.seek(0)
    content = file.read(MOST_BYTES + 1)
    return _remade(content, kind_of(content[:HEAD]), kinds)


def look(file, kinds):
    """Raise Refused for what a look at size and beginning tells already."""
    if not file.size:
        raise Refused("empty", kinds)
    file.seek(0)
    if kind_of(file.read(HEAD)) not in kinds:
        raise Refused("kind", kinds)
    if file.size > MOST_BYTES:
        raise Refused("too_large", kinds)


def _remade(content, kind, kinds):
    told, parts = _asked(content, kind, kinds)
    if "refused" in told:
        raise Refused(told["refused"], kinds)
    small = parts[1] if len(parts) > 1 else None
    return Checked(told["kind"], parts[0], small, told["width"], told["height"])


def _asked(content, kind, kinds):
    """Return what the child says, and the parts that it made. Raises Refused where it did not end well."""
    if not _turn.acquire(timeout=WAIT):
        raise Refused("busy", kinds)
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-B", str(CHILD), kind],
            input=content, capture_output=True, timeout=SECONDS, env={}, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise Refused("too_much", kinds) from None
    finally:
        _turn.release()
    if done.returncode:  # killed by a limit, or by its reader's fault
        raise Refused("too_much", kinds)
    return _told(done.stdout)


def _told(answer):
    head, _line, rest = answer.partition(b"\n")
    told, parts = json.loads(head), []
    for size in told["sizes"]:
        parts.append(rest[:size])
        rest = rest[size:]
    return told, parts
