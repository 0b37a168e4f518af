"""Chromium: how it is started, and why browser tests cannot run where they cannot."""

import functools
import shutil
import subprocess

from homeschool.management.commands.screenshots import FLAGS, browser_path

# The same Chromium without windows, which a page of a test has no use for: half the work a page.
WITHOUT_WINDOWS = "chromium-headless-shell"


@functools.cache
def why_not():
    """Return why browser tests cannot run on this machine and how to mend it; "" where they can."""
    if browser_path() is None:
        return "there is no Chromium: apt-get install chromium"
    from playwright._impl._driver import compute_driver_executable

    node = compute_driver_executable()[0]
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    if "libatomic" in said.stderr:
        return "Playwright lacks a library: apt-get install libatomic1"
    return f"Playwright's node does not start: {said.stderr.strip()}" if said.returncode else ""


def launch(playwright):
    """Return a running browser: the one without windows where it is installed too."""
    path = shutil.which(WITHOUT_WINDOWS) or browser_path()
    return playwright.chromium.launch(executable_path=path, args=FLAGS)
