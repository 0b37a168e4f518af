"""Names as keys: how a person is sorted and found.

A child called 林小雨 is found by 小雨, linxiaoyu, xiaoyu, lxy and LXY; María by maria. The order
of Chinese names comes from the sort key, since the embedded PostgreSQL carries no ICU.
"""

import re
import unicodedata

# As long as a name may be, in any script; forms and sheets refuse what is longer.
LONGEST = 255
# A key is cut, since an index holds no longer one: names that agree so far stand in any order.
LONGEST_SORT_KEY = 300
# Letters that carry their stroke inside, so that no decomposition takes it off.
_STROKES = str.maketrans("łøđðħıŧ", "loddhit")
_HAN = re.compile(r"[㐀-鿿豈-﫿]")


def plain(text):
    """Return `text` lower-cased, without accents, with single spaces."""
    decomposed = unicodedata.normalize("NFKD", text)
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join(unicodedata.normalize("NFC", bare).casefold().translate(_STROKES).split())


def sign_of(name):
    """Return the sign that tells a child from its siblings: the last hanzi, else nothing."""
    return name[-1] if name and "㐀" <= name[-1] <= "鿿" else ""


def _syllables(text):
    # here, since its words cost each process a quarter of a second and 50 MB, and few ask for them
    from pypinyin import Style, lazy_pinyin

    # an accent without a letter is nothing by itself
    plainly = (plain(s).replace(" ", "") for s in lazy_pinyin(text, style=Style.NORMAL))
    return [syllable for syllable in plainly if syllable]


def sort_key(name):
    """Return the key by which names are ordered, of 300 signs at most: pinyin for hanzi, else plain."""
    key = " ".join(_syllables(name)) if _HAN.search(name) else plain(name)
    return key[:LONGEST_SORT_KEY].rstrip()


def search_key(*names, number=""):
    """Return all the words by which a person may be searched, one space before each."""
    words = [plain(number)] if number else []
    for name in filter(None, names):
        words.append(plain(name))
        if _HAN.search(name):
            syllables = _syllables(name)
            words += ["".join(syllables), "".join(syllables[1:]), "".join(s[0] for s in syllables)]
        else:
            words.append("".join(word[0] for word in plain(name).split()))
    return " " + " ".join(dict.fromkeys(filter(None, words)))
