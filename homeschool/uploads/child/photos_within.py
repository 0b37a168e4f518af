"""Pictures inside a PDF: their notes (position, camera, author) are cut out, their dots stay as they are."""

import re
import struct

from refusing import Refused

# ITU-T T.81, annex B: the markers that stand alone, and those of notes. APP0 (JFIF) and APP14 (Adobe)
# say how the colours are meant.
END_OF_PICTURE, SCAN = 0xD9, 0xDA
FILLING, ALONE = 0xFF, {0x01, *range(0xD0, 0xD8)}
NEXT = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]", re.DOTALL)
NOTES = {0xFE, *range(0xE1, 0xF0)} - {0xEE, 0xE2}
PROFILE, ICC = 0xE2, b"ICC_PROFILE\0"
# ISO/IEC 15444-1, annex I: what a picture of JPEG 2000 needs.
BOXES = {b"jP  ", b"ftyp", b"jp2h", b"jp2c"}


def without_notes(data):
    """Return a JPEG without its notes, up to its end: what a camera hangs behind it is left behind.

    Raises Refused for one that cannot be followed.
    """
    if data[:2] != b"\xff\xd8":
        raise Refused("broken")
    out, place = bytearray(data[:2]), 2
    while place + 2 <= len(data):
        marker = _marker(data, place)
        end = place + 2
        if marker == END_OF_PICTURE:
            return bytes(out + data[place:end])
        if marker == FILLING:
            end = place + 1
        elif marker not in ALONE:
            (length,) = struct.unpack(">H", data[place + 2 : place + 4])
            end = place + 2 + max(length, 2)
        if marker == SCAN:
            end = _end_of_dots(data, end)
        if not _is_note(marker, data[place:end]):
            out += data[place:end]
        place = end
    return bytes(out)


def _marker(data, place):
    if data[place] != 0xFF:
        raise Refused("broken")
    return data[place + 1]


def _end_of_dots(data, place):
    """Return where the next marker stands: among dots 0xFF is followed by 0 or by a restart."""
    found = NEXT.search(data, place)
    return found.start() if found else len(data)


def _is_note(marker, piece):
    if marker == PROFILE:  # besides colours it carries whole second pictures
        return not piece[4:].startswith(ICC)
    return marker in NOTES


def without_boxes(data):
    """Return a picture of JPEG 2000 without the boxes that it does not need."""
    if data[4:8] != b"jP  ":  # the bare dots, without boxes
        return data
    out, place = bytearray(), 0
    while place + 8 <= len(data):
        length, kind = struct.unpack(">I4s", data[place : place + 8])
        if length == 1 and place + 16 <= len(data):
            (length,) = struct.unpack(">Q", data[place + 8 : place + 16])
        end = place + length if length else len(data)
        if end <= place:
            raise Refused("broken")
        if kind in BOXES:
            out += data[place:end]
        place = end
    return bytes(out)
