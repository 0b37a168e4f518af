"""The portal's settings, and beside them only the pages that measure: no other server has those."""

from homeschool.settings import *  # noqa: F403 - the portal as it is
from homeschool.settings import DATABASES, MIDDLEWARE

ROOT_URLCONF = "homeschool.bench.urls"
MIDDLEWARE = ["homeschool.bench.views.CountingMiddleware", *MIDDLEWARE]
# The small school, beside the large one of DATABASE_URL.
DATABASES |= {
    "small": DATABASES["default"] | {"NAME": DATABASES["default"]["NAME"] + "_small"},
}
