"""An administrator brings past visits in, with a browser: the pages between file and figures."""

import pytest

from tests.visits.sheets import as_xlsx, line, whole
from visits.models import Visit

from .conftest import DESKTOP, PHONE
from .test_axe import AXE, look_at

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def look(page):
    """Let axe look at a page in both colours and both widths, then put it back."""
    page.evaluate(AXE)
    for scheme, width in (("light", PHONE), ("dark", PHONE), ("dark", DESKTOP), ("light", DESKTOP)):
        look_at(page, scheme, width)


def choose(page, raw):
    file = {"name": "2025 家访.xlsx", "mimeType": "application/octet-stream", "buffer": raw}
    page.set_input_files("input[type=file]", file)
    page.get_by_role("button", name="Look at what it brings in").click()


def test_an_administrator_brings_a_workbook_in(people, visit):
    page = visit(DESKTOP, people.school_admin, reduced_motion="reduce")
    page.goto("/school/")
    page.get_by_role("link", name="Bring in past visits").click()
    look(page)
    choose(page, b"%PDF-1.7")
    page.get_by_text("Found: PDF.").first.wait_for()
    look(page)

    sibling = whole(people, student_number=people.sibling.number)
    wrong = line(people, mode="by boat", happened_on="2031-02-30", aspects="astrology")
    choose(page, as_xlsx(whole(people), sibling, line(people), wrong))
    page.get_by_role("heading", name="1 row cannot come in").wait_for()
    look(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the refused rows").click()
    assert "by boat" in download.value.path().read_text("utf-8-sig")

    page.get_by_role("link", name="Another file").click()
    choose(page, as_xlsx(whole(people), sibling, line(people)))
    page.get_by_role("heading", name="This would come in").wait_for()
    look(page)
    page.get_by_role("button", name="Bring them in").click()
    page.get_by_role("heading", name="The visits are in").wait_for()
    look(page)
    assert Visit.objects.filter(recorded_by=people.school_admin).count() == 2
