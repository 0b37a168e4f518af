"""Paper as a file: PDF from the same templates as the pages, by WeasyPrint.

WeasyPrint needs libraries of the system. They are asked for when a PDF is wanted, never at the
start: without them the portal runs, and says what is missing.
"""

import mimetypes
import shutil
import subprocess
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.contrib.staticfiles import finders
from django.utils.translation import gettext as _

PACKAGES = ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0")
FONT_PACKAGE = "fonts-noto-cjk"


class NotOurs(ValueError):
    """A template asked for something that is no static file of the portal."""


@cache
def packages_missing():
    """Return the names of the Debian packages that a PDF needs and this machine has not."""
    missing: list[str] = []
    try:
        import weasyprint  # noqa: F401 - it loads the libraries
    except OSError:
        missing.extend(PACKAGES)
    except ImportError:
        missing.append("WeasyPrint")
    if not _has_chinese():
        missing.append(FONT_PACKAGE)
    return missing


def _has_chinese():
    tool = shutil.which("fc-list")
    if not tool:
        return True  # nobody can say: the PDF is made
    asked = subprocess.run(
        [tool, ":lang=zh-cn", "family"], capture_output=True, text=True, check=False, timeout=20
    )
    return bool(asked.stdout.strip())


def missing():
    """Return what keeps this machine from making PDF, as a sentence; empty where nothing does."""
    names = packages_missing()
    if not names:
        return ""
    return _("No PDF can be made on this machine. It lacks: %(packages)s.") % {
        "packages": " ".join(names)
    }


def made_of(html, *, css):
    """Return `html` as the bytes of a PDF, with the static style `css`.

    The style may name static files beside it; nothing else is opened, here or elsewhere.
    """
    import weasyprint

    style = weasyprint.CSS(filename=finders.find(css), url_fetcher=_static)
    return weasyprint.HTML(string=html, url_fetcher=_static).write_pdf(stylesheets=[style])


def _static(url):
    """Return a static file as WeasyPrint wants it. Raises NotOurs for any other address."""
    from weasyprint.urls import URLFetcherResponse

    parts = urlsplit(url)
    path = Path(unquote(parts.path)).resolve()
    if parts.scheme != "file" or not any(path.is_relative_to(d) for d in settings.STATICFILES_DIRS):
        raise NotOurs(url)
    kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
    return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": kind})
