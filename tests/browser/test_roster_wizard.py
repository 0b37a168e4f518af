"""An administrator brings a roster in, with a browser: a broken file, the mended rows, and back."""

import pytest
from django.utils import timezone

from homeschool.journal import actions as journal
from homeschool.journal.models import Job
from homeschool.journal.relay import LANES
from homeschool.people.models import RosterImport, Student

from .conftest import DESKTOP, PHONE
from .test_axe import AXE, look_at

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
STRANGE = "编号,name,class,guardian,relation,email,language\n"
GOOD = (
    "N1,林小雪,3B,林美华,妈妈,linmeihua@example.org,zh-hans\n"
    "N2,Nia Cole,4Z,Uma Cole,mother,uma.cole@example.org,en\n"
)
BROKEN = "N3,Al Bo,3B,Eva Bo,mother,nowhere,Klingon\n"
MENDED = "N3,Al Bo,3B,Eva Bo,mother,eva.bo@example.org,en\n"


def look(page):
    """Let axe look at a page in both colours and both widths, then put it back."""
    before = page.viewport_size["width"]
    page.evaluate(AXE)
    for scheme, width in (("light", PHONE), ("dark", PHONE), ("dark", DESKTOP), ("light", DESKTOP)):
        look_at(page, scheme, width)
    page.set_viewport_size({"width": before, "height": 800})
    page.watch.judge()


def choose(page, text, name="roster.csv"):
    """Send a file from the page of imports."""
    raw = text if isinstance(text, bytes) else text.encode()
    file = {"name": name, "mimeType": "application/octet-stream", "buffer": raw}
    page.set_input_files("input[type=file]", file)
    page.get_by_role("button", name="Look at what it changes").click()


def work():
    """Do all work that waits, as a worker would."""
    Job.objects.update(next_at=timezone.now())
    while ids := LANES[2].take():
        for pk in ids:
            journal.work(pk)


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_a_broken_file_is_mended_from_its_refused_rows(people, visit, width):
    page = visit(width, people.school_admin, reduced_motion="reduce")
    page.goto("/school/import/")
    page.get_by_text("No file was sent yet").wait_for()
    look(page)
    choose(page, b"%PDF-1.7")
    page.get_by_text("This is a file of the kind PDF.").first.wait_for()

    choose(page, STRANGE + GOOD + BROKEN)
    page.get_by_role("heading", name="Your file is being read").first.wait_for()
    look(page)
    work()
    page.get_by_role("heading", name="Which column is which?").wait_for()
    look(page)
    page.get_by_label("Student number").select_option("编号: N1, N2, N3")
    page.get_by_role("button", name="Look at what it changes").click()
    page.get_by_role("heading", name="Your file is being read").first.wait_for()
    work()

    page.get_by_role("heading", name="1 row cannot come in").wait_for()
    look(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the refused rows").click()
    refused = download.value.path().read_text("utf-8-sig").splitlines()
    assert refused[0].startswith("编号,name,class")
    assert refused[1].startswith("N3,Al Bo,3B,Eva Bo,mother,nowhere,Klingon,")

    page.get_by_role("button", name="Bring it in").click()
    page.get_by_role("link", name="Tick this if the refused rows may be left out.").wait_for()
    look(page)
    page.get_by_label("Leave out the refused row").check()
    page.get_by_role("button", name="Bring it in").click()
    page.get_by_role("heading", name="It is being brought in").first.wait_for()
    look(page)
    work()
    page.get_by_role("heading", name="It is in", exact=True).wait_for()
    look(page)
    assert Student.objects.filter(number__in=["N1", "N2", "N3"]).count() == 2

    mended = "\n".join([refused[0], MENDED.strip() + ",mended"])
    page.get_by_role("link", name="Bring in children and families").first.click()
    choose(page, mended, name="refused.csv")
    page.get_by_role("heading", name="Your file is being read").first.wait_for()
    work()
    page.get_by_role("heading", name="This would change").wait_for()
    page.get_by_role("button", name="Bring it in").click()
    page.get_by_role("heading", name="It is being brought in").first.wait_for()
    work()
    page.get_by_role("heading", name="It is in", exact=True).wait_for()
    assert Student.objects.filter(number="N3").exists()

    page.get_by_role("link", name="Take it back").click()
    page.get_by_role("heading", name="Take this import back?").wait_for()
    look(page)
    page.get_by_role("button", name="Take it back").click()
    page.get_by_role("heading", name="It is being taken back").first.wait_for()
    work()
    page.get_by_role("heading", name="It is taken back").wait_for()
    look(page)
    assert not Student.objects.filter(number="N3").exists()
    page.goto("/school/import/")
    look(page)


def test_it_can_be_stopped(people, visit):
    page = visit(PHONE, people.school_admin, reduced_motion="reduce")
    page.goto("/school/import/")
    choose(page, STRANGE.replace("编号", "student_number") + GOOD)
    page.get_by_role("button", name="Stop").click()
    page.get_by_role("heading", name="It was stopped").wait_for()
    look(page)
    work()
    assert RosterImport.objects.get().state == "stopped"
    assert not Student.objects.filter(number="N1").exists()
