"""The one path of uploads: what comes in is made anew, or refused in a sentence that says what to do."""

import importlib.util
import io
import json
import os
import signal
import subprocess
import sys
import threading
import zipfile

import pytest
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import NameObject, NullObject

from homeschool.uploads import PAPERS, PDF, PICTURES, Refused, checked, checking
from homeschool.uploads.checking import CHILD
from homeschool.uploads.kinds import JPEG, kind_of
from homeschool.uploads.serving import given

from .visits.pictures import (
    CANARY,
    HEIC,
    exif,
    full_of_tricks,
    halves,
    opened,
    paper,
    photo_within,
    picture,
    png_that_says,
    saved,
    upload,
)

BLUE, RED = (0, 0, 200), (200, 0, 0)
ENOUGH = 40  # how far a colour may be off after a JPEG


def make(content, kinds=PICTURES | PAPERS, name="IMG_0001.jpg"):
    return checked(upload(content, name), kinds)


def is_near(dot, colour):
    return all(abs(a - b) < ENOUGH for a, b in zip(dot, colour, strict=True))


def why(content, kinds=PICTURES | PAPERS, name="IMG_0001.jpg"):
    with pytest.raises(Refused) as refused:
        make(content, kinds, name)
    assert str(refused.value.messages[0]).endswith(".")
    return refused.value.code


# --- pictures -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        halves(),
        halves("PNG"),
        halves("WEBP", quality=90),
        HEIC,
        saved(opened(halves()).convert("CMYK")),
        saved(opened(halves()).convert("RGBA"), "PNG"),
        saved(opened(halves()).convert("P"), "PNG"),
    ],
    ids=["jpeg", "png", "webp", "heic", "cmyk", "rgba", "by numbers"],
)
def test_it_makes_every_kind_of_picture_a_jpeg(content):
    found = make(content)
    assert (found.kind, {found.width, found.height}) == (JPEG, {64, 48})
    image, small = opened(found.content), opened(found.small)
    assert (image.format, image.mode, small.format) == ("JPEG", "RGB", "JPEG")
    corner = image.getpixel((2, 2))
    assert is_near(corner, BLUE) or is_near(corner, (41, 60, 199))


def test_it_turns_a_picture_upright_and_forgets_where_it_was_taken():
    found = make(halves(exif=exif(6), comment=CANARY.encode()))
    image = opened(found.content)
    # held on its side: what was left is on top
    assert image.size == (48, 64)
    assert is_near(image.getpixel((24, 4)), BLUE)
    assert is_near(image.getpixel((24, 60)), RED)
    assert not image.getexif()
    assert CANARY.encode() not in found.content + found.small


def test_it_turns_a_heic_once():
    image = opened(make(HEIC).content)
    assert image.size == (48, 64)
    assert is_near(image.getpixel((24, 4)), (41, 60, 199))
    assert not image.getexif()


def test_it_takes_a_scanner_s_grey_of_16_bits_as_it_looks():
    image = Image.new("I;16", (16, 16), 40_000)
    grey = opened(make(saved(image, "PNG")).content).getpixel((8, 8))
    assert is_near(grey, (156, 156, 156))


def test_it_shows_what_is_transparent_on_white():
    image = Image.new("RGBA", (16, 16), (0, 0, 0, 0))
    assert is_near(opened(make(saved(image, "PNG")).content).getpixel((8, 8)), (255, 255, 255))


def test_it_keeps_the_first_of_moving_pictures():
    frames = [Image.new("RGB", (16, 16), colour) for colour in (BLUE, RED)]
    content = saved(frames[0], "WEBP", save_all=True, append_images=frames[1:], lossless=True)
    assert is_near(opened(make(content).content).getpixel((8, 8)), BLUE)


def test_it_scales_12000_dots_down_and_makes_a_small_one():
    found = make(picture(size=(12_000, 400)))
    assert (found.width, found.height) == (2560, 85)
    assert opened(found.small).size == (480, 16)


def test_it_leaves_behind_what_is_hidden_in_a_picture():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("evil.html", f"<script>{CANARY}</script>")
    for content in (halves() + packed.getvalue(), halves("PNG") + b"<script>" + CANARY.encode()):
        found = make(content)
        assert b"PK\x03\x04" not in found.content
        assert CANARY.encode() not in found.content
        assert b"<script" not in found.content


def test_it_gives_each_file_a_name_that_tells_nothing():
    names = {
        make(halves(), name=name).name for name in ("../../etc/passwd", "a\u202egpj.exe", "a\0.jpg")
    }
    assert len(names) == 3
    assert all(name.isascii() and len(name) == 36 and name.endswith(".jpg") for name in names)


# --- what is refused ------------------------------------------------------------------------------------

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def bomb():
    """Return a ZIP of 20 kB that would unpack to 20 MB."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("photo.jpg", bytes(20_000_000))
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (SVG, "kind"),
        (b"<!doctype html><script>alert(1)</script>", "kind"),
        (b"MZ\x90\0" + bytes(200), "kind"),
        (b"GIF89a" + bytes(200), "kind"),
        (b"\0\0\0\x1cftypavif" + bytes(200), "kind"),
        (bomb(), "kind"),
        (b"\n" + halves(), "kind"),
        (halves()[:300], "broken"),
        (halves("PNG")[:60], "broken"),
        (halves("WEBP")[:60], "broken"),
        (HEIC[:500], "broken"),
        (b"\xff\xd8\xff\xe0" + SVG, "broken"),
        (b"\x89PNG\r\n\x1a\n" + SVG, "broken"),
        (png_that_says(12_000, 12_000), "too_many_dots"),
        (png_that_says(2**31 - 1, 2**31 - 1), "too_many_dots"),
        (png_that_says(6000, 6000, bytes(1000)), "broken"),
        (b"%PDF-1.7\nnothing\n%%EOF", "broken"),
        (paper()[:-400], "broken"),
        (bytes(3) + paper(), "kind"),
    ],
)  # fmt: skip
def test_it_refuses_what_is_no_whole_picture_or_paper(content, reason):
    assert why(content) == reason


def test_it_goes_by_the_content_and_not_by_the_name():
    assert make(paper(), name="photo.jpg").kind == PDF
    assert why(paper(), PICTURES, "photo.jpg") == "kind"
    assert why(SVG, name="photo.jpg") == "kind"


def test_it_refuses_more_than_ten_megabytes():
    assert why(halves() + bytes(10 * 1024**2)) == "too_large"


def test_it_says_in_words_what_to_do():
    with pytest.raises(Refused, match="JPEG, PNG, WebP or HEIC"):
        make(SVG, PICTURES)
    with pytest.raises(Refused, match="choose a PDF"):
        make(SVG)


# --- papers -----------------------------------------------------------------------------------------------


def test_it_takes_out_of_a_paper_what_acts_hides_or_tells_of_its_author():
    sent = paper(full_of_tricks, Author=CANARY, Title=CANARY)
    assert sent.count(CANARY.encode()) > 5
    found = make(sent, PAPERS)
    assert (found.kind, found.small, found.width) == (PDF, None, None)
    assert CANARY.encode() not in found.content
    for trick in (b"/JavaScript", b"/JS", b"/Launch", b"/EmbeddedFile", b"/OpenAction", b"/AA",
                  b"/Metadata", b"/Author", b"/FileAttachment", b"javascript", b"Exif"):  # fmt: skip
        assert trick not in found.content
    read = PdfReader(io.BytesIO(found.content), strict=True)
    assert read.metadata is None
    assert not read.attachments
    page = read.pages[0]
    links = [note.get_object().get("/A") for note in page["/Annots"]]
    addresses = [link["/URI"] for link in links if isinstance(link, dict)]
    assert addresses == ["https://example.org/winter"]
    # what is seen stays
    assert b"Hello" in page.get_contents().get_data()
    assert opened(page["/Resources"]["/XObject"]["/Im"]._data).size == (64, 48)


def test_it_finds_a_script_whose_name_is_written_in_another_way():
    sent = paper(full_of_tricks).replace(b"/JavaScript", b"/J#61vaScript").replace(b"/JS", b"/#4AS")
    assert CANARY.encode() not in make(sent).content


@pytest.mark.parametrize("chain", [["/FlateDecode"], ["/ASCII85Decode"], ["/ASCIIHexDecode"]])
def test_it_takes_the_notes_out_of_a_photo_that_is_packed_once_more(chain):
    found = make(paper(lambda writer: photo_within(writer, chain)))
    page = PdfReader(io.BytesIO(found.content)).pages[0]
    photo = page["/Resources"]["/XObject"]["/Im"]
    assert photo["/Filter"] == "/DCTDecode"
    assert opened(photo._data).size == (64, 48)
    assert CANARY.encode() not in photo._data


def test_it_refuses_a_paper_that_is_packed_in_an_unknown_way():
    sent = paper(lambda writer: photo_within(writer, ["/FlateDecode"]))
    assert why(sent.replace(b"/DCTDecode", b"/XYZDecode")) == "broken"


def test_it_takes_out_actions_and_notes_that_nobody_knows_yet():
    sent = paper(full_of_tricks)
    sent = sent.replace(b"/Launch", b"/Lounge").replace(b"/FileAttachment", b"/FileAttachmenu")
    assert b"/Lounge" in sent
    found = make(sent)
    assert b"/Lounge" not in found.content
    assert b"/FileAttachmenu" not in found.content


def test_it_leaves_earlier_versions_of_a_paper_behind():
    first = paper(words=f"BT ({CANARY}) Tj ET".encode())
    reader = PdfReader(io.BytesIO(first))
    writer = PdfWriter(reader, incremental=True)
    writer.pages[0]["/Contents"].get_object().set_data(b"BT (Now) Tj ET")
    out = io.BytesIO()
    writer.write(out)
    found = make(out.getvalue())
    text = PdfReader(io.BytesIO(found.content)).pages[0].get_contents().get_data()
    assert b"Now" in text
    assert found.content.count(b"/FlateDecode") <= 1


def test_it_makes_the_same_of_the_same_paper():
    sent = paper(full_of_tricks, pages=3)
    assert make(sent).sha256 == make(sent).sha256


@pytest.mark.parametrize(
    ("written", "read"),
    [
        # UTF-16 by its mark and by its zeros, UTF-8, PDFDocEncoding
        (b"(\xfe\xff\x4f\x60\x59\x7d)", "你好"),
        (b"(\xff\xfe\x60\x4f\x7d\x59)", "你好"),
        (b"(\0e\0s)", "es"),
        (b"(e\0s\0)", "es"),
        (b"(\xef\xbb\xbf\xe4\xbd\xa0)", "你"),
        (b"(espa\xf1ol)", "español"),
        # a name in GBK, as word processors in China write those of fonts
        (b"/\xcb\xce\xcc\xe5", "/宋体"),
    ],
)
def test_it_reads_a_paper_in_every_script(written, read):
    """The child opens no file any more, which Python does where it meets a new encoding."""

    def write(writer):
        writer.root_object[NameObject("/Lang")] = Raw(written)

    copy = PdfReader(io.BytesIO(make(paper(write)).content))
    assert copy.root_object["/Lang"] == read


class Raw(NullObject):
    """A value of a PDF that is written as it stands."""

    def __init__(self, written):
        self.written = written

    def write_to_stream(self, stream, *args, **more):
        stream.write(self.written)


def test_it_refuses_a_paper_that_is_locked_or_too_long():
    assert why(paper(lambda writer: writer.encrypt("secret", algorithm="RC4-128"))) == "locked"
    assert why(paper(pages=201)) == "too_many_pages"


def test_it_refuses_a_paper_that_unpacks_to_more_than_a_phone_bears():
    assert why(paper(words=bytes(26 * 1024**2), pages=10)) == "too_much"


# --- the child ------------------------------------------------------------------------------------------------


def asked(program, monkeypatch, tmp_path, seconds=20):
    """Return why a file is refused, where this program stands in the place of the child."""
    (tmp_path / "__main__.py").write_text(program)
    monkeypatch.setattr(checking, "CHILD", tmp_path)
    monkeypatch.setattr(checking, "SECONDS", seconds)
    return why(halves())


def test_it_survives_a_child_that_is_killed(monkeypatch, tmp_path):
    killed = f"import os; os.kill(os.getpid(), {int(signal.SIGKILL)})"
    assert asked(killed, monkeypatch, tmp_path) == "too_much"


def test_it_survives_a_picture_at_which_its_reader_crashes():
    """Found by changing byte after byte: the library that reads HEIC ends by a segmentation fault."""
    broken = bytearray(HEIC)
    broken[178] = 197
    assert why(bytes(broken)) in {"too_much", "broken"}


def test_it_ends_a_child_that_does_not_end(monkeypatch, tmp_path):
    assert asked("import time; time.sleep(60)", monkeypatch, tmp_path, seconds=0.2) == "too_much"


def test_it_says_so_where_others_are_before(monkeypatch):
    monkeypatch.setattr(checking, "WAIT", 0.01)
    with checking._turn:
        assert why(halves()) == "busy"
    assert make(halves()).kind == JPEG


def test_it_makes_two_at_once_one_after_the_other():
    found = []
    threads = [threading.Thread(target=lambda: found.append(make(halves()))) for _n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [row.kind for row in found] == [JPEG] * 3


PROBE = """
import sys
sys.path.insert(0, {child!r})
import json, os, socket
import __main__ as here
import importlib.util
spec = importlib.util.spec_from_file_location("child", {main!r})
child = importlib.util.module_from_spec(spec)
spec.loader.exec_module(child)
child.bind_hands()
told = {{"environment": sorted(os.environ)}}
for name, trick in {{
    "file": lambda: open("/etc/passwd"),
    "connection": lambda: socket.socket(),
    "process": lambda: os.pipe(),
    "memory": lambda: len(bytearray(2 * 1024**3)),
}}.items():
    try:
        trick()
        told[name] = "done"
    except (OSError, MemoryError) as error:
        told[name] = type(error).__name__
sys.stdout.write(json.dumps(told))
"""


def test_it_binds_the_hands_of_the_child():
    program = PROBE.format(child=str(CHILD), main=str(CHILD / "__main__.py"))
    done = subprocess.run(
        [sys.executable, "-I", "-c", program], env={}, capture_output=True, check=True
    )
    told = json.loads(done.stdout)
    assert not {"SECRET_KEY", "DATABASE_URL"} & set(told.pop("environment"))
    assert told == dict.fromkeys(["file", "connection", "process"], "OSError") | {
        "memory": "MemoryError"
    }


def test_it_gives_the_child_no_secret(monkeypatch, tmp_path):
    monkeypatch.setenv("SECRET_KEY", CANARY)
    program = "import os, sys; sys.exit(0 if 'SECRET_KEY' in os.environ else 3)"
    assert asked(program, monkeypatch, tmp_path) == "too_much"  # it ended with 3
    assert os.environ["SECRET_KEY"] == CANARY


def test_it_refuses_what_a_reader_breaks_on(monkeypatch):
    monkeypatch.syspath_prepend(CHILD)
    spec = importlib.util.spec_from_file_location("child", CHILD / "__main__.py")
    child = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(child)

    class Maker:
        @staticmethod
        def remade(content, kind):
            raise content

    for error, reason in ((MemoryError(), "too_much"), (RecursionError(), "too_much"),
                          (ValueError("odd"), "broken"), (OSError(), "broken")):  # fmt: skip
        assert child.answer(Maker, error, "jpeg") == ({"refused": reason}, [])


# --- giving out ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("saved_it", "way"), [(True, "attachment"), (False, "inline")])
def test_it_gives_a_file_out_so_that_a_browser_takes_it_for_nothing_else(saved_it, way):
    answer = given(halves(), JPEG, "photo-1.jpg", saved=saved_it)
    assert answer["Content-Disposition"] == f'{way}; filename="photo-1.jpg"'
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "private, no-store"
    assert "default-src 'none'" in answer["Content-Security-Policy"]


def test_it_knows_kinds_by_how_they_begin():
    assert kind_of(b"RIFF\0\0\0\0WAVEfmt ") is None
    assert kind_of(b"\0\0\0\x18ftypmif1") == "heic"
    assert kind_of(b"") is None
