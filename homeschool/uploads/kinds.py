"""Kinds of files, known by how they begin and never by their name."""

JPEG, PNG, WEBP, HEIC, PDF = "jpeg", "png", "webp", "heic", "pdf"
PICTURES = frozenset({JPEG, PNG, WEBP, HEIC})
PAPERS = frozenset({PDF})
HEAD = 32  # bytes that `kind_of` needs

# What is kept: every picture is made anew as a JPEG.
MEDIA_TYPES = {JPEG: "image/jpeg", PDF: "application/pdf"}
ENDINGS = {JPEG: "jpg", PDF: "pdf"}
# What a file dialog offers, and what lets a phone offer its camera.
ACCEPTED = {
    JPEG: "image/jpeg", PNG: "image/png", WEBP: "image/webp", HEIC: "image/heic,image/heif,.heic,.heif",
    PDF: "application/pdf,.pdf",
}  # fmt: skip

_BEGINNINGS = ((b"\xff\xd8\xff", JPEG), (b"\x89PNG\r\n\x1a\n", PNG), (b"%PDF-", PDF))
# ISO/IEC 23008-12, annex B: the brands of pictures and bursts coded by HEVC, and of the general kind.
_HEIC = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}


def kind_of(head):
    """Return the kind of a file that begins with these bytes, or None."""
    for beginning, kind in _BEGINNINGS:
        if head.startswith(beginning):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WEBP
    return HEIC if head[4:8] == b"ftyp" and head[8:12] in _HEIC else None


def accepted(kinds):
    """Return what the `accept` of a file control says for these kinds."""
    return ",".join(ACCEPTED[kind] for kind in ACCEPTED if kind in kinds)
