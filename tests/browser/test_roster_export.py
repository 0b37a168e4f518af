"""An administrator takes the roster along, with a browser."""

import pytest

from homeschool.journal.models import Entry
from homeschool.people.importing.oneroster import read_package

from .conftest import DESKTOP, PHONE
from .test_axe import AXE, look_at

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_an_administrator_takes_the_roster_along(people, visit):
    page = visit(DESKTOP, people.school_admin, reduced_motion="reduce")
    page.goto("/school/")
    page.get_by_role("link", name="Take the roster along").click()
    page.get_by_role("button", name="Download the roster").click()
    page.get_by_text("Please choose an answer").first.wait_for()
    page.evaluate(AXE)
    for scheme, width in (("light", PHONE), ("dark", PHONE), ("dark", DESKTOP), ("light", DESKTOP)):
        look_at(page, scheme, width)
    page.get_by_text("The school keeps a copy").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the roster").click()
    assert download.value.suggested_filename.endswith("-oneroster.zip")
    package = read_package(download.value.path().read_bytes())
    assert package.sizes["users"] > 1
    assert Entry.objects.get(verb="roster.exported").data["reason"] == "copy"
