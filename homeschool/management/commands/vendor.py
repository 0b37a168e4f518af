"""Fetch the vendored files anew, as static/vendor/LOCK.json says (for maintainers; needs npm).

To bring in an icon: add its lucide name to "icons" in the lock file and run this command.
To move to another version: change it in the lock file and run this command with --accept,
then look at the pages.
"""

import gzip
import hashlib
import json
import re
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

STATIC = Path(settings.BASE_DIR) / "static"
LOCK = STATIC / "vendor" / "LOCK.json"
SYMBOL = (
    '<symbol id="{name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" '
    'stroke-linecap="round" stroke-linejoin="round">{body}</symbol>'
)


def sha256(data):
    """Return the hexadecimal SHA-256 of `data`."""
    return hashlib.sha256(data).hexdigest()


def unpack(package, version, folder):
    """Return the folder that holds `package` at `version`, fetched through npm."""
    npm = shutil.which("npm")
    if npm is None:
        raise CommandError("npm is not here: install Node.js to fetch the vendored files")
    command = [npm, "pack", "--silent", f"{package}@{version}"]
    run = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    archive = folder / run.stdout.split()[-1]
    target = archive.with_suffix("")
    with tarfile.open(archive) as tar:
        tar.extractall(target, filter="data")
    return target / "package"


def sprite(folder, names, version):
    """Return one SVG that holds each icon as a symbol named like the icon."""
    symbols = []
    for name in names:
        source = (folder / "icons" / f"{name}.svg").read_text("utf-8")
        body = re.search(r"<svg[^>]*>(.*)</svg>", source, re.DOTALL)[1]
        symbols.append(SYMBOL.format(name=name, body=re.sub(r"\s*\n\s*", "", body).strip()))
    head = f"<!-- lucide-static {version}, ISC License, (c) Lucide Icons and Contributors -->"
    return "\n".join([head, '<svg xmlns="http://www.w3.org/2000/svg">', *symbols, "</svg>", ""])


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("--accept", action="store_true", help="write what was fetched")

    def handle(self, *, accept, **options):
        lock = json.loads(LOCK.read_text("utf-8"))
        with tempfile.TemporaryDirectory() as name:
            for package in lock["packages"]:
                folder = unpack(package["name"], package["version"], Path(name))
                for file in package["files"]:
                    self.take(folder, package, file, accept)
        LOCK.write_text(json.dumps(lock, indent=2, ensure_ascii=False) + "\n", "utf-8")
        self.stdout.write(f"{len(lock['packages'])} packages are as the lock file says")

    def take(self, folder, package, file, accept):
        """Copy one file in, or refuse it when it is not the one of the lock file."""
        if file["from"] == "icons":
            data = sprite(folder, package["icons"], package["version"]).encode()
            file["sha256"] = sha256(data)
        else:
            data = (folder / file["from"]).read_bytes()
        if accept:
            file["sha256"] = sha256(data)
        if sha256(data) != file["sha256"]:
            raise CommandError(f"{file['path']} is another file than the lock file says")
        path = STATIC / file["path"]
        path.write_bytes(data)
        if file.get("gzip"):
            path.with_name(path.name + ".gz").write_bytes(gzip.compress(data, 9, mtime=0))
