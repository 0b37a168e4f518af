"""Pictures: read, turned upright, scaled, and written anew as a JPEG that holds nothing but dots."""

import contextlib
import io
import warnings

import pi_heif
from PIL import (
    Image,
    ImageCms,
    ImageOps,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)
from refusing import Refused

MOST_DOTS = 40_000_000
LONGEST, SMALL = 2560, 480  # dots on the longer side
LARGEST_PROFILE = 4 * 1024 * 1024  # bytes; those of cameras and printers have up to 2 MB
FORMATS = {"jpeg": "JPEG", "png": "PNG", "webp": "WEBP", "heic": "HEIF"}
PLUGINS = (JpegImagePlugin, MpoImagePlugin, PngImagePlugin, TiffImagePlugin, WebPImagePlugin)
_SRGB = ImageCms.createProfile("sRGB")


def get_ready():
    """Load all that is needed, since nothing can be opened afterwards."""
    pi_heif.register_heif_opener(thumbnails=False, decode_threads=1)
    warnings.simplefilter("ignore")
    Image.MAX_IMAGE_PIXELS = None  # `_opened` counts, and says it in its own way
    # whatever Pillow loads at its first use is loaded by using it
    first = io.BytesIO()
    Image.new("RGB", (8, 8)).save(first, "JPEG", quality=80, exif=_upright_sign())
    with Image.open(first, formats=["JPEG"]) as image:
        _jpeg(_plain(image), 80)


def _upright_sign():
    exif = Image.Exif()
    exif[0x0112] = 3
    return exif.tobytes()


def remade(content, kind):
    """Return (what is told of it, [JPEG, small JPEG]) of a picture. Raises Refused, and whatever its
    reader does on one that is broken."""
    with _opened(content, kind) as image:
        upright = _plain(image)
    small = upright.copy()
    small.thumbnail((SMALL, SMALL))
    width, height = upright.size
    told = {"kind": "jpeg", "width": width, "height": height}
    return told, [_jpeg(upright, 85), _jpeg(small, 75)]


def _opened(content, kind):
    """Return the picture of which nothing but the head was read. Raises Refused for too many dots."""
    image = Image.open(io.BytesIO(content), formats=[FORMATS[kind]])
    width, height = image.size
    if width * height > MOST_DOTS:
        raise Refused("too_many_dots")
    return image


def _plain(image):
    """Return the picture as RGB, upright, at most LONGEST dots long; of several, the first."""
    image.draft(None, (LONGEST, LONGEST))  # a JPEG is read at half the size where that is enough
    image.load()
    image = _of_eight_bits(image)
    image.thumbnail((LONGEST, LONGEST), reducing_gap=3)  # first: what follows costs by the dot
    with contextlib.suppress(Exception):  # a broken note on how it was held: it stays as it is
        image = ImageOps.exif_transpose(image)
    image = _in_srgb(_on_white(image))
    clean = Image.new("RGB", image.size)  # a new one: what else the file said stays behind
    clean.paste(image)
    return clean


def _of_eight_bits(image):
    """Return the picture as one that can be scaled: a scanner's grey of 16 bits a dot and coloured by
    numbers are made anew."""
    if image.mode.startswith("I"):
        return image.convert("I").point(lambda grey: grey * (1 / 256)).convert("L")
    if image.mode in ("RGB", "RGBA", "L", "LA", "CMYK"):
        return image
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _on_white(image):
    """Return the picture without transparent parts: white paper shows through."""
    if not image.has_transparency_data:
        return image
    seen = image.convert("RGBA")
    white = Image.new("RGB", seen.size, "white")
    white.paste(seen, mask=seen.getchannel("A"))
    white.info["icc_profile"] = image.info.get("icc_profile")
    return white


def _in_srgb(image):
    """Return the picture in the colours that every screen shows; without them it would look pale."""
    profile = image.info.get("icc_profile")
    if profile and len(profile) <= LARGEST_PROFILE:
        with contextlib.suppress(Exception):  # a broken profile: the colours as they stand
            own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            return ImageCms.profileToProfile(image, own, _SRGB, outputMode="RGB")
    return image.convert("RGB")


def _jpeg(image, quality):
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality, optimize=True)
    return out.getvalue()
