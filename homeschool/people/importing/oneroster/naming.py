"""A name in one piece, as the portal keeps it, and in OneRoster's three pieces."""

import re

# One or more hanzi, of all extensions, and the sign that repeats one.
_HAN = re.compile(r"[々〇㐀-鿿豈-﫿\U00020000-\U000323af]+")
# Family names of two hanzi that are borne today (most of the old list are not).
_LIST = (
    "欧阳歐陽太史端木上官司马司馬东方東方独孤獨孤南宫南宮万俟萬俟闻人聞人夏侯诸葛諸葛尉迟尉遲"
    "公羊赫连赫連澹台澹臺皇甫宗政濮阳濮陽公冶太叔申屠公孙公孫慕容仲孙仲孫钟离鍾離长孙長孫宇文"
    "司徒鲜于鮮于司空闾丘閭丘令狐百里呼延东郭東郭南门南門西门西門轩辕軒轅拓跋完颜完顏纳兰納蘭"
)
_TWO = frozenset(_LIST[at : at + 2] for at in range(0, len(_LIST), 2))


def compose_name(given, middle, family):
    """Return the name as it is written: 小雨 and 林 are 林小雨; Ana, María, Ruiz are Ana María Ruiz.

    The family name comes first, and without a space, where all pieces are hanzi.
    """
    pieces = [piece for piece in (given, middle, family) if piece]
    if family and given and all(map(_HAN.fullmatch, pieces)):
        return f"{family}{middle}{given}"
    return " ".join(pieces)


def split_name(full):
    """Return (given, middle, family) of a name; given and family are never empty, unless all is.

    OneRoster requires both, so a name of one word stands in both. Which of several words belong
    to the family nobody can tell from the letters: all but the first. Where `compose_name` does
    not give the name back, it must be kept beside the pieces.
    """
    words = full.split()
    if len(words) == 1:
        return _of_one(words[0])
    if words and all(map(_HAN.fullmatch, words)):
        return " ".join(words[1:]), "", words[0]
    return words[0] if words else "", "", " ".join(words[1:])


def _of_one(word):
    if len(word) == 1 or not _HAN.fullmatch(word):
        return word, "", word
    at = 2 if len(word) > 2 and word[:2] in _TWO else 1
    return word[at:], "", word[:at]
