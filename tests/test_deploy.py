"""The settings of a school that serves the portal under its own name."""

import os
import subprocess
import sys
from pathlib import Path

from django.core.management.utils import get_random_secret_key

ROOT = Path(__file__).resolve().parent.parent
PRODUCTION = {
    "SITE_URL": "https://portal.school.example",
    "ALLOWED_HOSTS": "portal.school.example",
    "DEBUG": "0",
    "DEMO_MODE": "0",
    "TRUSTED_PROXIES": "1",
    "DJANGO_SETTINGS_MODULE": "homeschool.settings",
    "PYTHONPATH": str(ROOT),
}


def run(*words, **environment):
    given = (
        os.environ | PRODUCTION | {"SECRET_KEY": "$" + get_random_secret_key() * 2} | environment
    )
    command = [sys.executable, "-m", "django", *words]
    return subprocess.run(command, env=given, cwd=ROOT, capture_output=True, text=True, check=False)


def test_it_passes_the_check_for_deployment_without_a_warning():
    checked = run("check", "--deploy", "--fail-level", "WARNING")
    assert checked.returncode == 0, checked.stderr
    assert "no issues" in checked.stdout


def test_it_speaks_https_alone():
    shown = run("diffsettings", "--all")
    for name in ("SESSION_COOKIE", "CSRF_COOKIE", "LANGUAGE_COOKIE"):
        assert f"{name}_SECURE = True" in shown.stdout, shown.stderr
    assert "SECURE_SSL_REDIRECT = True" in shown.stdout
