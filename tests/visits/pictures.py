"""Pictures and papers for tests of uploads: small, made on the spot, some of them made to break a reader."""

import base64
import copy
import io
import struct
import zlib

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from pypdf import PdfWriter
from pypdf.annotations import Link
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    TextStringObject,
)

CANARY = "CanaryOfAFile77"  # letters alone: papers write other signs in another way
# 64 x 48, the left half blue, the right half red, held on its side (rotation 6), with a position.
HEIC = base64.b64decode(
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAchtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAA"
    "AAAAAAAAAAAAADRpbG9jAAAAAERAAAIAAQAAAAAB7AABAAAAAAAAACMAAgAAAAACDwABAAAAAAAAAH4AAAA4aWlu"
    "ZgAAAAAAAgAAABVpbmZlAgAAAAABAABodmMxAAAAABVpbmZlAgAAAQACAABFeGlmAAAAAA5waXRtAAAAAAABAAAB"
    "B2lwcnAAAADmaXBjbwAAAHZodmNDAQNwAAAAkAAAAAAAHvAA/P34+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMA"
    "AAMAHroCQGEAAQAqQgEBA3AAAAMAkAAAAwAAAwAeoCCBBZbq5Ka5uAhoMCAAAAMDIAAAAwAhYgABAAZEAcFzwIkA"
    "AAATY29scm5jbHgAAQANAAaAAAAAFGlzcGUAAAAAAAAAQAAAAEAAAAAoY2xhcAAAAEAAAAABAAAAMAAAAAEAAAAA"
    "AAAAAv////AAAAACAAAAEHBpeGkAAAAAAwgICAAAAAlpcm90AwAAABlpcG1hAAAAAAAAAAEAAQaBAgMFhIYAAAAa"
    "aXJlZgAAAAAAAAAOY2RzYwACAAEAAQAAAKltZGF0AAAAHygBrwtg9eWDr//1sVb4MKPmuZVS8pXf2oxvsPiJ9OAA"
    "AAAGRXhpZgAATU0AKgAAAAgAAwEOAAIAAAAMAAAAMgESAAMAAAABAAYAAIglAAQAAAABAAAAPgAAAABjYW5hcnkt"
    "ZXhpZgAAAgABAAIAAAACTgAAAAACAAUAAAADAAAAXAAAAAAAAAApAAAAAQAAADAAAAABAAAAAAAAAAE="
)


def upload(content, name="IMG_0001.jpg", content_type="image/jpeg"):
    """Return what a form gets when these bytes are sent under this name."""
    return SimpleUploadedFile(name, content, content_type)


def saved(image, form="JPEG", **options):
    """Return a picture as the bytes of a file."""
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def picture(form="JPEG", mode="RGB", size=(64, 48), **options):
    """Return a picture of one colour as a file."""
    return saved(Image.new(mode, size), form, **options)


def halves(form="JPEG", **options):
    """Return a picture of 64 x 48 whose left half is blue and whose right half is red."""
    image = Image.new("RGB", (64, 48), (200, 0, 0))
    image.paste((0, 0, 200), (0, 0, 32, 48))
    return saved(image, form, **options)


def exif(rotation=6):
    """Return notes that say where it was taken, by whom, and how it was held."""
    notes = Image.Exif()
    notes[0x0112], notes[0x013B], notes[0x9286] = rotation, CANARY, CANARY
    notes.get_ifd(0x8825).update({1: "N", 2: (41.0, 48.0, 0.0), 3: "E", 4: (123.0, 25.0, 0.0)})
    return notes.tobytes()


def png_that_says(width, height, rows=b""):
    """Return a PNG of a few bytes that says to be this large."""

    def piece(name, content):
        crc = zlib.crc32(name + content)
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", crc)

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + piece(b"IHDR", head) + piece(b"IDAT", zlib.compress(rows, 9))
        + piece(b"IEND", b"")
    )  # fmt: skip


def opened(content):
    """Return the picture that these bytes are."""
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


# --- papers ------------------------------------------------------------------------------------------


PACKING = {
    "/FlateDecode": zlib.compress,
    "/ASCII85Decode": lambda data: base64.a85encode(data) + b"~>",
    "/ASCIIHexDecode": lambda data: data.hex().encode() + b">",
}


def name(text):
    return NameObject(text)


def paper(change=None, pages=1, words=b"BT (Hello) Tj ET", **told):
    """Return a PDF with these `words` on each page; `change(writer)` puts more into it."""
    writer, plain = PdfWriter(), DecodedStreamObject()
    plain.set_data(words)
    packed = plain.flate_encode()
    for _n in range(pages):
        page = writer.add_blank_page(200, 200)
        page[name("/Contents")] = writer._add_object(copy.copy(packed))
    writer.add_metadata({f"/{key}": value for key, value in told.items()})
    if change:
        change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def full_of_tricks(writer):
    """Put into a paper what a reader of it must not get: whatever acts, hides, or tells of its author."""
    page, root = writer.pages[0], writer.root_object
    writer.add_attachment("evil.exe", CANARY.encode())
    script = {name("/S"): name("/JavaScript"), name("/JS"): TextStringObject(CANARY)}
    named = ArrayObject([TextStringObject("first"), DictionaryObject(script)])
    scripts = DictionaryObject({name("/Names"): named})
    root["/Names"][name("/JavaScript")] = scripts
    launch = {name("/S"): name("/Launch"), name("/F"): TextStringObject(CANARY)}
    root[name("/OpenAction")] = writer._add_object(DictionaryObject(script))
    page[name("/AA")] = DictionaryObject({name("/O"): DictionaryObject(launch)})
    # the kind of the action stands in an object of its own
    indirect = DictionaryObject(launch | {name("/S"): writer._add_object(name("/Launch"))})
    notes = [
        _note("/Link", A=DictionaryObject(launch)),
        _note("/Link", A=writer._add_object(indirect)),
        _note("/Link", A=_web("javascript:" + CANARY)),
        _note("/Text", Contents=TextStringObject(CANARY), T=TextStringObject(CANARY)),
        _note("/FileAttachment", FS=TextStringObject(CANARY)),
        _note("/Highlight", T=TextStringObject(CANARY), Contents=TextStringObject(CANARY)),
    ]
    page[name("/Annots")] = ArrayObject([writer._add_object(note) for note in notes])
    writer.add_annotation(0, Link(rect=(0, 0, 50, 50), url="https://example.org/winter"))
    metadata = DecodedStreamObject()
    metadata.set_data(f"<x:xmpmeta>{CANARY}</x:xmpmeta>".encode())
    root[name("/Metadata")] = writer._add_object(metadata)
    page[name("/PieceInfo")] = DictionaryObject({name("/X"): TextStringObject(CANARY)})
    photo_within(writer, [])[name("/Metadata")] = writer._add_object(metadata)


def photo_within(writer, chain):
    """Put a photo full of notes upon the first page, packed once more by the filters of `chain`."""
    data = picture(exif=exif(), comment=CANARY.encode()) + CANARY.encode()
    for filter_ in chain:
        data = PACKING[filter_](data)
    photo = DecodedStreamObject()
    photo.set_data(data)
    filters = ArrayObject([name(text) for text in [*reversed(chain), "/DCTDecode"]])
    photo.update({
        name("/Type"): name("/XObject"), name("/Subtype"): name("/Image"),
        name("/Width"): NumberObject(64), name("/Height"): NumberObject(48),
        name("/ColorSpace"): name("/DeviceRGB"), name("/BitsPerComponent"): NumberObject(8),
        name("/Filter"): filters,
    })  # fmt: skip
    resources = {name("/XObject"): DictionaryObject({name("/Im"): writer._add_object(photo)})}
    writer.pages[0][name("/Resources")] = DictionaryObject(resources)
    return photo


def _note(kind, **more):
    rows = {name("/Type"): name("/Annot"), name("/Subtype"): name(kind)}
    rows[name("/Rect")] = ArrayObject([NumberObject(n) for n in (0, 0, 9, 9)])
    return DictionaryObject(rows | {name(f"/{key}"): value for key, value in more.items()})


def _web(address):
    return DictionaryObject({name("/S"): name("/URI"), name("/URI"): TextStringObject(address)})
