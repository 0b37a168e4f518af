"""What a WSGI server serves: `gunicorn --config python:homeschool.gunicorn homeschool.wsgi`."""

import os

import pypinyin  # noqa: F401 - before the web server forks: the words of names are large, and shared
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "homeschool.settings")

application = get_wsgi_application()
