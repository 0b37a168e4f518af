"""The log holds no address that opens something by itself."""

import logging

import pytest

from homeschool.logs import WithoutTokens


@pytest.mark.parametrize(
    ("path", "logged"),
    [
        ("/plans/check-in/abc.def/", "/plans/check-in/…/"),
        ("/visits/o/abc.def/take/", "/visits/o/…/take/"),
        ("/m/abc.def/", "/m/…/"),
        ("/children/", "/children/"),
        ("/nowhere/abc.def", "/nowhere/abc.def"),
    ],
)
def test_no_token_stands_in_the_log(rf, path, logged):
    record = logging.LogRecord("django.request", 30, "", 0, "%s: %s", ("Not Found", path), None)
    record.request = rf.get(path)
    assert WithoutTokens().filter(record)
    assert record.getMessage() == f"Not Found: {logged}"


def test_every_line_of_the_console_goes_by_it(settings):
    assert settings.LOGGING["handlers"]["console"]["filters"] == ["without_tokens"]
