"""What a class is called a year later: the number of its grade in a name or a code, raised by one.

Pure functions. A name that holds a year ("2024级机电1班") says when its children came: it stays. The
number of a class among others ("2班", "Class A") is no grade.
"""

import re
from dataclasses import dataclass

_CJK = "一二三四五六七八九"
_CHINESE = [*_CJK, "十", "十一", "十二"]  # of 1 to 12
_NUMERAL = "十[一二]|[一二三四五六七八九十]"
_YEAR = re.compile(r"(?<!\d)(19|20)\d\d(?!\d)")
# 三年级2班 · 三（2）班 · 高二(3)班
_GRADE = re.compile(rf"({_NUMERAL})(?=\s*年级)|^({_NUMERAL})(?=\s*[(（])")
_STAGE = re.compile(r"(?<=[初高])([一二三])")
_ORDINAL = re.compile(r"(?<!\d)(\d{1,2})(st|nd|rd|th)\b", re.IGNORECASE)
_DIGITS = re.compile(r"(?<!\d)(\d{1,2})(?!\d)(?!\s*班)")
_LAST_OF_A_STAGE = 3


@dataclass(frozen=True)
class Raised:
    """A grade's number in a text, and the text a year later: None where a stage of school ends."""

    number: int
    text: str | None


def raised(text):
    """Return the Raised of a name or a code, or None where it names no grade."""
    if _YEAR.search(text):
        return None
    for pattern, raise_it in _WAYS:
        if found := pattern.search(text):
            return raise_it(text, found)
    return None


def _replaced(text, found, new):
    return text[: found.start()] + new + text[found.end() :]


def _numeral(text, found):
    number = _CHINESE.index(found[0]) + 1
    if number == len(_CHINESE):
        return Raised(number, None)
    return Raised(number, _replaced(text, found, _CHINESE[number]))


def _stage(text, found):
    """初一 is the seventh year of school, 高一 the tenth."""
    place = _CJK.index(found[0]) + 1
    number = place + (6 if text[found.start() - 1] == "初" else 9)
    if place == _LAST_OF_A_STAGE:
        return Raised(number, None)
    return Raised(number, _replaced(text, found, _CJK[place]))


def _ordinal(text, found):
    number = int(found[1])
    following = number + 1
    teens = following % 100 in (11, 12, 13)
    ending = "th" if teens else {1: "st", 2: "nd", 3: "rd"}.get(following % 10, "th")
    return Raised(number, _replaced(text, found, f"{following}{ending}"))


def _digits(text, found):
    number = int(found[1])
    return Raised(number, _replaced(text, found, str(number + 1).zfill(len(found[1]))))


_WAYS = ((_GRADE, _numeral), (_STAGE, _stage), (_ORDINAL, _ordinal), (_DIGITS, _digits))
