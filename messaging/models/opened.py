"""Of two people who write the same words at once, the second is shown both and chooses."""

import hashlib


class Moved(Exception):
    """Somebody wrote other words after the page was opened; `now` is what stands: (language, title, text)
    for each language."""

    def __init__(self, now):
        super().__init__(len(now))
        self.now = now


def digest_of(texts):
    """Return the digest of these texts, without the ways in which lines end; of none, too."""
    folded = ["\n".join(str(text).splitlines()).strip() for text in texts]
    return hashlib.sha256("\0".join(folded).encode("utf-8", "surrogatepass")).hexdigest()


def refuse_moved(opened, now, mine):
    """Raise Moved where neither what was `opened` (a digest; None asks nothing) nor `mine` stands `now`;
    both are lists of (language, title, text)."""
    if opened is None:
        return
    stands = digest_of(part for words in now for part in words)
    if stands not in (opened, digest_of(part for words in mine for part in words)):
        raise Moved(now)
