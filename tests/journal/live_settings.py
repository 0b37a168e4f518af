"""The portal's settings for real workers and relays of tests: the same, and the kinds of the tests."""

from pathlib import Path

from homeschool.settings import *  # noqa: F403
from homeschool.settings import TEMPLATES

TEMPLATES[0]["DIRS"] = [*TEMPLATES[0]["DIRS"], Path(__file__).parent / "templates"]
CELERY_IMPORTS = ["tests.journal.live_inside"]
