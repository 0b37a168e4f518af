"""The school's own words in what a machine translates: names of offices, lessons, places and papers.

Each word is hidden from the machine behind a sign of letters and digits, and put back as the school says
it. Where the machine loses a sign, what stands between the words is translated piece by piece instead, so
that no word of the school is lost either way.
"""

import itertools
import re

# Scripts without spaces between words: there a word begins and ends anywhere.
HAN = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_LETTER = rf"[^\W{HAN}]"  # a letter, a digit or _ of a script with spaces
_HAN = re.compile(f"[{HAN}]")
# Languages in which more than one of a thing ends with -s or -es; a plural of its own is longer and wins.
_WITH_S = ("en", "es")
_STEMS = ("ZQ", "QZ", "XQ", "QX", "ZX", "XZ")


class Lost(Exception):
    """The machine gave a sign back too seldom, too often, or not at all."""


class Words:
    """The terms of a school from one language to another, over one text.

    `terms` are Term rows, the longest first, so that the longest word wins where two overlap.
    """

    def __init__(self, terms, source, target):
        self.said = [term.said for term in terms]
        self.target = target
        words = (f"({_word(term.word, source)})" for term in terms)
        self.pattern = re.compile("|".join(words), re.IGNORECASE) if self.said else None

    def found(self, text):
        """Return what stands in `text` by turns: [text, said, text, said, …, text]."""
        parts, at = [], 0
        for hit in self.pattern.finditer(text) if self.pattern else ():
            parts += [text[at : hit.start()], self.said[hit.lastindex - 1]]
            at = hit.end()
        return [*parts, text[at:]]


def _word(word, source):
    first = "" if _HAN.match(word[0]) else f"(?<!{_LETTER})"
    last = "" if _HAN.match(word[-1]) else f"(?!{_LETTER})"
    plural = "(?:s|es)?" if last and source in _WITH_S else ""
    return first + r"\s+".join(map(re.escape, word.split())) + plural + last


def through(machine, text, words):
    """Return `text` as `machine` (a callable from text to text) says it, with the words of the school."""
    parts = words.found(text)
    if len(parts) == 1:
        return machine(text)
    if not any(_says_something(between) for between in parts[::2]):
        return "".join(parts)
    signs = _Signs(text)
    hidden = "".join(part if at % 2 == 0 else signs.hide(part) for at, part in enumerate(parts))
    try:
        return signs.show(machine(hidden), words.target)
    except Lost:
        return _piece_by_piece(machine, parts, words.target)


def _says_something(text):
    return any(sign.isalnum() for sign in text)


def _piece_by_piece(machine, parts, target):
    said = ""
    for at, part in enumerate(parts):
        if at % 2 == 0 and _says_something(part):
            inside = part.strip()
            before, _inside, after = part.partition(inside)
            part = before + machine(inside) + after
        said = _joined(said, part, target)
    return said


class _Signs:
    """The signs for one text: made of letters that stand nowhere in it."""

    def __init__(self, text):
        folded = text.casefold()
        longer = (a + b for a, b in itertools.product(_STEMS, repeat=2))
        stems = itertools.chain(_STEMS, longer, (f"ZQ{'Q' * n}Z" for n in itertools.count(1)))
        self.stem = next(stem for stem in stems if stem.casefold() not in folded)
        self.end = self.stem[::-1]
        self.kept = []

    def hide(self, said):
        """Return the sign that stands for these words."""
        self.kept.append(said)
        return f"{self.stem}{len(self.kept)}{self.end}"

    def show(self, text, target):
        """Return the text with the words put back. Raises Lost unless each sign stands in it once."""
        pattern = re.compile(rf"{self.stem}\s*(\d+)\s*{self.end}", re.IGNORECASE)
        pieces = pattern.split(text)
        if sorted(pieces[1::2]) != sorted(str(n + 1) for n in range(len(self.kept))):
            raise Lost
        if any(self.stem.casefold() in rest.casefold() for rest in pieces[::2]):
            raise Lost
        told = ""
        for at, piece in enumerate(pieces):
            told = _joined(told, self.kept[int(piece) - 1] if at % 2 else piece, target)
        return told


def _joined(before, after, target):
    """Return both as one text: without a space between signs of Han, with one between letters."""
    if target.startswith(("zh", "ja")):
        left, right = before.rstrip(" "), after.lstrip(" ")
        if left and right and _HAN.match(left[-1]) and _HAN.match(right[0]):
            return left + right
    elif before[-1:].isalnum() and after[:1].isalnum():
        return f"{before} {after}"
    return before + after
