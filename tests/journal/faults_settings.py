"""The portal's settings for real processes that are about to be hurt."""

from homeschool.settings import MIDDLEWARE
from tests.journal.live_settings import *  # noqa: F403
from tests.journal.live_settings import CELERY_IMPORTS

CELERY_IMPORTS = [*CELERY_IMPORTS, "tests.journal.faults_inside"]
MIDDLEWARE = ["tests.journal.faults_inside.dies_before_it_answers", *MIDDLEWARE]
