"""What a WSGI server serves: `gunicorn --config python:homeschool.gunicorn homeschool.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "homeschool.settings")

application = get_wsgi_application()
