"""PDF: what its pages show is copied into a new file, and nothing that acts, hides or tells of its author.

The file is walked object by object from its pages (ISO 32000-1, 7.7), so that what no page needs is
left behind: earlier versions of the file, embedded files, scripts, forms, the author's name. Of what
is reached, the keys below are left out. Text, fonts, pictures, links to web pages and within the file,
layers and the marks that screen readers follow stay. One that is broken is refused, never mended.
"""

import codecs
import io
import re
import zlib

import photos_within
from pypdf import PdfReader, filters
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    NullObject,
    NumberObject,
    StreamObject,
)
from refusing import Refused

MOST_PAGES = 200
MOST_OBJECTS = 100_000
MOST_UNPACKED = 256 * 1024**2  # bytes of all streams together, unpacked

OF_THE_FILE = {"/Lang", "/MarkInfo", "/StructTreeRoot", "/OCProperties", "/PageLabels"}
OF_A_PAGE = {
    "/Contents", "/Resources", "/MediaBox", "/CropBox", "/BleedBox", "/TrimBox", "/ArtBox", "/Rotate",
    "/UserUnit", "/Group", "/Tabs", "/StructParents", "/Annots",
}  # fmt: skip
INHERITED = ("/Resources", "/MediaBox", "/CropBox", "/Rotate")
# Of what lies upon a page: where it is and how it looks; not who wrote it, when, and what it does.
OF_A_NOTE = {
    "/Type", "/Subtype", "/Rect", "/F", "/AP", "/AS", "/A", "/Dest", "/Border", "/BS", "/C", "/IC",
    "/H", "/QuadPoints", "/StructParent", "/CA", "/OC",
}  # fmt: skip
NEVER = {
    "/AA", "/OpenAction", "/JS", "/JavaScript", "/EF", "/EmbeddedFiles", "/AF", "/Metadata",
    "/PieceInfo", "/LastModified", "/XFA", "/AcroForm", "/RichMediaContent", "/RichMediaSettings",
    "/Names", "/Measure", "/PtData", "/LGIDict", "/Ref", "/OPI", "/Collection", "/Thumb", "/Info",
    "/Author", "/Creator", "/CreatorInfo", "/Producer", "/ModDate", "/CreationDate", "/NM", "/ID",
    "/User", "/SpiderInfo",
}  # fmt: skip
# A stream that is kept in another file names it so.
OF_ANOTHER_FILE = {"/F", "/FFilter", "/FDecodeParms"}
KINDS_LEFT_OUT = {
    "/Filespec", "/F", "/EmbeddedFile", "/Sig", "/DocTimeStamp", "/Metadata", "/Pages", "/Page",
}  # fmt: skip
NOTES_KEPT = {
    "/Link", "/FreeText", "/Line", "/Square", "/Circle", "/Polygon", "/PolyLine", "/Highlight",
    "/Underline", "/Squiggly", "/StrikeOut", "/Caret", "/Stamp", "/Ink", "/Widget",
}  # fmt: skip
# What a note may do when it is touched; elsewhere nothing acts.
ACTIONS_KEPT = {"/GoTo", "/URI"}
ACTIONS_LEFT_OUT = {
    "/GoToR", "/GoToE", "/Launch", "/Thread", "/Sound", "/Movie", "/Hide", "/Named", "/SubmitForm",
    "/ResetForm", "/ImportData", "/JavaScript", "/SetOCGState", "/Rendition", "/Trans", "/GoTo3DView",
    "/RichMediaExecute", "/GoToDp",
}  # fmt: skip
WEB = re.compile(r"(https?://|mailto:)", re.IGNORECASE)
PACKED = {"/FlateDecode", "/Fl"}
PACKED_IN_TURN = PACKED | {"/LZWDecode", "/LZW", "/RunLengthDecode", "/RL"}
PHOTO, PHOTO_2000 = {"/DCTDecode", "/DCT"}, {"/JPXDecode"}
FAX = {"/CCITTFaxDecode", "/CCF", "/JBIG2Decode"}
AS_TEXT = {"/ASCIIHexDecode", "/AHx", "/ASCII85Decode", "/A85"}
KNOWN = PACKED_IN_TURN | PHOTO | PHOTO_2000 | FAX | AS_TEXT
END = b"%%EOF"
# How words and names may be written in a file, as pypdf reads them; Python loads each when it is
# first asked for.
SCRIPTS = (*NameObject.CHARSETS, "ascii", "charmap", "utf-16", "utf-16-be", "utf-16-le")


def get_ready():
    """Load all that is needed, since nothing can be opened afterwards."""
    filters.FlateDecode.decode(zlib.compress(b""), DictionaryObject())
    for name in SCRIPTS:
        codecs.lookup(name)


def remade(content, kind):
    """Return (what is told of it, [the PDF anew]). Raises Refused, and whatever its reader does on one that is broken."""
    # ISO 32000-1, annex H, note 18: readers look for the end within the last 1,024 bytes
    if END not in content[-1024:]:
        raise Refused("broken")
    reader = PdfReader(io.BytesIO(content), strict=False)
    if reader.is_encrypted:
        raise Refused("locked")
    pages = _pages(reader)
    if not pages:
        raise Refused("broken")
    told = {"kind": kind, "width": None, "height": None}
    return told, [Copy(pages).of(reader.root_object)]


def _pages(reader):
    """Return the pages. Raises Refused for more than MOST_PAGES."""
    found = []
    for page in reader.pages:
        found.append(page)
        if len(found) > MOST_PAGES:
            raise Refused("too_many_pages")
    return found


class Copy:
    """A new file of these pages: each object that they reach, once, without what is left out."""

    def __init__(self, pages):
        self.pages = pages
        self.count, self.unpacked = 0, 0
        self.numbers = {}  # of an object in the file that was sent: its number in this one
        self.waiting, self.done = [], {}

    def of(self, root):
        """Return the file as bytes."""
        numbers = [self._number(page.indirect_reference) for page in self.pages]
        tree, top = self._new(), self._new()
        for number, page in zip(numbers, self.pages, strict=True):
            self.done[number] = self._page(page, tree)
        kids = ArrayObject([_reference(number) for number in numbers])
        self.done[tree] = _dictionary(
            {"/Type": NameObject("/Pages"), "/Kids": kids, "/Count": NumberObject(len(kids))}
        )
        kept = {key: self._value(value) for key, value in _raw(root) if key in OF_THE_FILE}
        catalog = {"/Type": NameObject("/Catalog"), "/Pages": _reference(tree)} | kept
        self.done[top] = _dictionary(catalog)
        while self.waiting:  # no recursion: a file may be one long chain
            number, found = self.waiting.pop()
            self.done[number] = self._object(found)
        return self._written(top)

    def _new(self):
        self.count += 1
        if self.count > MOST_OBJECTS:
            raise Refused("too_much")
        return self.count

    def _number(self, reference):
        key = (reference.idnum, reference.generation)
        if key not in self.numbers:
            self.numbers[key] = self._new()
        return self.numbers[key]

    # --- objects ---------------------------------------------------------------------------------
    def _page(self, page, tree):
        own = {key: value for key, value in _raw(page) if key in OF_A_PAGE}
        for key in INHERITED:
            if key not in own and (value := page.get_inherited(key)) is not None:
                own[key] = value
        told = {key: self._value(value) for key, value in own.items() if key != "/Annots"}
        if isinstance(notes := _at(page, "/Annots"), ArrayObject):
            found = [self._value(note) for note in notes if _is_note(note.get_object())]
            told["/Annots"] = ArrayObject([n for n in found if not isinstance(n, NullObject)])
        return _dictionary({"/Type": NameObject("/Page"), "/Parent": _reference(tree)} | told)

    def _value(self, value):
        """Return what stands for a value in the new file: an object of its own is named and waits."""
        if not isinstance(value, IndirectObject):
            return self._object(value)
        if (value.idnum, value.generation) not in self.numbers:
            found = value.get_object()
            if found is None or isinstance(found, NullObject) or _is_left_out(found):
                return NullObject()
            self.waiting.append((self._number(value), found))
        return _reference(self._number(value))

    def _object(self, found):
        if isinstance(found, StreamObject):
            return self._stream(found)
        if isinstance(found, DictionaryObject):
            return NullObject() if _is_left_out(found) else _dictionary(self._told(found))
        if isinstance(found, ArrayObject):
            return ArrayObject([self._value(value) for value in found])
        return NullObject() if found is None else found

    def _told(self, found):
        """Return the keys of a dictionary that stay, with their values in the new file."""
        rows = [(key, value) for key, value in _raw(found) if key not in NEVER]
        if _is_note(found):
            does = _at(found, "/A")
            acts = isinstance(does, DictionaryObject) and _at(does, "/S") in ACTIONS_KEPT
            kept = OF_A_NOTE if acts else OF_A_NOTE - {"/A"}
            rows = [(key, value) for key, value in rows if key in kept]
        elif _at(found, "/S") == "/URI":
            rows = [(key, value) for key, value in rows if key in ("/Type", "/S", "/URI")]
        return {key: self._value(value) for key, value in rows}

    def _stream(self, found):
        told = self._told(found)
        for key in OF_ANOTHER_FILE | {"/Length"}:
            told.pop(key, None)
        chain, data = _filters(found), found._data
        if not set(chain) <= KNOWN:
            raise Refused("broken")
        if len(chain) > 1 and chain[-1] in PHOTO | PHOTO_2000:
            data, chain = found.get_data(), chain[-1:]  # pypdf leaves the photo itself as it is
            told |= {"/Filter": NameObject(chain[0]), "/DecodeParms": NullObject()}
        elif PACKED_IN_TURN & set(chain):
            self._count(found, chain)
        if chain and chain[0] in PHOTO:
            data = photos_within.without_notes(data)
        elif chain and chain[0] in PHOTO_2000:
            data = photos_within.without_boxes(data)
        stream = StreamObject()
        stream.update({NameObject(key): value for key, value in told.items()})
        stream.set_data(data)
        return stream

    def _count(self, found, chain):
        """Count what a stream would unpack to: the phone that opens the file has to bear it."""
        if len(chain) == 1 and chain[0] in PACKED:
            self._unpacked(found._data)
        elif not FAX & set(chain):
            self._counted(len(found.get_data()))  # pypdf has a limit of its own

    def _unpacked(self, data):
        """Return what was packed. Raises Refused where all together grows too large."""
        found = zlib.decompressobj().decompress(data, MOST_UNPACKED - self.unpacked + 1)
        self._counted(len(found))
        return found

    def _counted(self, size):
        self.unpacked += size
        if self.unpacked > MOST_UNPACKED:
            raise Refused("too_much")

    # --- the file --------------------------------------------------------------------------------
    def _written(self, top):
        """Return the objects as a file with its table (ISO 32000-1, 7.5)."""
        out = io.BytesIO()
        out.write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
        places = []
        for number in range(1, self.count + 1):
            places.append(out.tell())
            out.write(b"%d 0 obj\n" % number)
            self.done.get(number, NullObject()).write_to_stream(out)
            out.write(b"\nendobj\n")
        table = out.tell()
        out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1))
        for place in places:
            out.write(b"%010d 00000 n \n" % place)
        out.write(b"trailer\n<< /Size %d /Root %d 0 R >>\n" % (len(places) + 1, top))
        out.write(b"startxref\n%d\n%%%%EOF\n" % table)
        return out.getvalue()


def _raw(dictionary):
    """Yield the keys of a dictionary with what stands there: a reference is not followed."""
    for key in dictionary:
        yield key, dictionary.raw_get(key)


def _reference(number):
    return IndirectObject(number, 0, None)


def _dictionary(rows):
    made = DictionaryObject()
    made.update({NameObject(key): value for key, value in rows.items()})
    return made


def _at(dictionary, key):
    """Return what stands at a key, a reference followed; None where nothing does."""
    value = dictionary.raw_get(key) if key in dictionary else None
    return None if value is None else value.get_object()


def _filters(stream):
    """Return the names of the filters of a stream, the outermost first."""
    found = _at(stream, "/Filter")
    if found is None or isinstance(found, NullObject):
        return []
    return [str(name.get_object()) for name in found] if isinstance(found, list) else [str(found)]


def _is_note(found):
    """Whether an object lies upon a page: a link, a mark, a field of a form."""
    if not isinstance(found, DictionaryObject):
        return False
    return _at(found, "/Type") == "/Annot" or ("/Subtype" in found and "/Rect" in found)


def _is_left_out(found):
    """Whether an object is of a kind that no page needs: a file within, an action, somebody's note."""
    if not isinstance(found, DictionaryObject):
        return False
    sort, subtype, action = (_at(found, key) for key in ("/Type", "/Subtype", "/S"))
    if sort in KINDS_LEFT_OUT or subtype == "/PS" or action in ACTIONS_LEFT_OUT:
        return True
    if _is_note(found) and subtype not in NOTES_KEPT:
        return True
    return (action == "/URI" and not WEB.match(str(_at(found, "/URI")))) or "/EF" in found
