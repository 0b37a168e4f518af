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


def test_it_sends_by_a_provider_where_one_is_named():
    given = {"MAIL_PROVIDER": "postmark", "MAIL_PROVIDER_KEYS": "POSTMARK_SERVER_TOKEN=a=b,X=c"}
    shown = run("diffsettings", "--all", MAIL_WEBHOOK_SECRET="name:word", **given)
    assert "EMAIL_BACKEND = 'homeschool.providers.Backend'" in shown.stdout, shown.stderr
    assert "'POSTMARK_SERVER_TOKEN': 'a=b'" in shown.stdout


def test_it_does_not_start_with_a_provider_or_secret_that_is_none():
    for name, value in (("MAIL_PROVIDER", "pigeon"), ("MAIL_WEBHOOK_SECRET", "short")):
        refused = run("check", **{name: value})
        assert refused.returncode != 0
        assert f"{name} must be" in refused.stderr


def test_it_takes_empty_switches_of_mail_as_none():
    names = ("MAIL_PROVIDER", "MAIL_PROVIDER_KEYS", "MAIL_WEBHOOK_SECRET")
    assert run("check", **dict.fromkeys(names, "")).returncode == 0
