"""Machines that translate, behind one interface; the school's own words survive each of them.

A text is sent only to the machine that the operator runs and names (TRANSLATION_URL). Without one nothing
leaves, and people write the words beside the original themselves.
"""

import time

from django.conf import settings

from messaging.models import Term

from . import glossary, libretranslate
from .interface import Machine, Unavailable

SECONDS = 25  # for one text, however long

__all__ = ["Machine", "Unavailable", "get", "stands", "translate"]


def stands():
    """Whether the operator named a machine."""
    return bool(settings.TRANSLATION_URL)


def get():
    """Return the machine. Raises Unavailable without one."""
    machine = libretranslate.of_settings()
    if machine is None:
        raise Unavailable("none")
    return machine


def translate(school, text, source, target, seconds=SECONDS):
    """Return (text in `target`, name of the machine), with the words of the school kept.

    `source` and `target` are languages of the portal; "" as `source` asks the machine which one it is,
    and what is in `target` already is returned as it is. It takes `seconds` at most. Raises Unavailable.
    """
    machine, until = get(), time.monotonic() + seconds
    source = source or machine.detect(text, until)
    if not source:
        raise Unavailable("language")
    if source == target or not text.strip():
        return text, machine.name
    terms = list(Term.objects.between(school, source, target))
    words = glossary.Words(terms, source, target)
    said = glossary.through(
        lambda part: machine.translate(part, source, target, until), text, words
    )
    if not said.strip():
        raise Unavailable("failed")
    return said, machine.name
