"""Two separated parents, each in a browser of its own, and the counselor who writes to both homes."""

import datetime as dt

import pytest
from django.conf import settings
from django.urls import reverse

from messaging.models import Message, Thread, message
from tests import builders
from tests.cast import sign_in
from tests.messaging.builders import let_leave, make_thread, tell

from .conftest import DESKTOP, PHONE, Watch

pytestmark = pytest.mark.browser


@pytest.fixture
def open_for(chromium, portal, people):
    """Return `open_for(person, width)`: a page in a browser context of the person's own."""
    contexts = []

    def go(person, width):
        context = chromium.new_context(base_url=portal, viewport={"width": width, "height": 800})
        contexts.append(context)
        kept = sign_in(person).cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": kept, "url": portal}])
        page = context.new_page()
        page.watch = Watch(page, portal)
        return page

    yield go
    for context in contexts:
        context.close()


def left():
    """Let the minute of everything be over."""
    from django.db import transaction

    with transaction.atomic():
        for thread in Thread.objects.all():
            let_leave(thread)


def test_each_home_reads_its_own_copy_alone(people, open_for):
    father = builders.make_guardian(people.child, "Steven Brooks", relation="father", language="en")
    builders.make_household(people.child, guardians=[father], address="31 Station Street")
    people.mother.full_name, people.mother.language = "Karen Whitfield", "en"
    people.mother.save()

    staff = open_for(people.counselor, DESKTOP)
    staff.goto(reverse("messaging:thread-write", args=[people.child.pk]))
    for box in staff.locator("input[name='to']").all():
        box.check()
    staff.locator("textarea[name='text']").fill("May we talk on Thursday at four?")
    staff.locator("input[name='asks']").check()
    staff.get_by_role("button", name="Send").click()
    staff.wait_for_url("**/messages/?child=*")
    assert Thread.objects.count() == 2
    left()

    pages = {}
    for parent, other in ((people.mother, "Steven"), (father, "Karen")):
        page = pages[parent] = open_for(parent, PHONE)
        page.goto(reverse("messaging:thread-list"))
        assert page.locator(".thread-row").count() == 1
        page.locator(".thread-row a").click()
        page.get_by_text("May we talk on Thursday at four?").first.wait_for()
        assert other not in page.content()

    mother = pages[people.mother]
    mother.get_by_role("button", name="Yes").click()
    mother.get_by_text("You can take it back until").wait_for()
    mother.get_by_role("button", name="Take it back").click()
    mother.get_by_text("Taken back. Nobody has read it.").wait_for()
    mother.get_by_role("button", name="Yes").click()
    mother.get_by_text("You can take it back until").wait_for()
    left()
    assert Message.objects.kept().get(tap="yes").author == people.mother

    pages[father].reload()
    assert "Karen" not in pages[father].content()
    assert pages[father].get_by_role("button", name="Yes").count() == 1

    own = Thread.objects.visible_to(people.mother).get()
    staff.goto(own.get_absolute_url())
    staff.locator(".bubble").get_by_text("Yes", exact=True).wait_for()
    staff.get_by_role("heading", name="Only staff reads this").wait_for()
    for page in (staff, *pages.values()):
        assert not page.watch.complaints
        assert not page.watch.foreign


def test_a_page_that_nobody_looks_at_marks_nothing_as_read(people, open_for, monkeypatch):
    thread = make_thread(people, text="May we talk on Thursday?")
    staff = open_for(people.counselor, DESKTOP)
    staff.clock.install()
    staff.goto(thread.get_absolute_url())
    staff.locator(".thread-live").wait_for(state="attached")
    monkeypatch.setattr(message, "UNDO", dt.timedelta(0))  # it leaves at once
    answer = thread.messages.write(thread, "Yes, gladly.", by=people.mother)
    (receipt,) = tell(answer, people.counselor)

    staff.evaluate("Object.defineProperty(document, 'hidden', {value: true, configurable: true})")
    asked = []
    staff.on("request", lambda request: asked.append(request.url))
    for _quarter in range(3):
        staff.clock.run_for(16_000)
    assert not asked
    receipt.refresh_from_db()
    assert receipt.read_at is None

    staff.evaluate("delete document.hidden")
    staff.clock.run_for(16_000)
    staff.get_by_text("Yes, gladly.").wait_for()
    assert asked
    receipt.refresh_from_db()
    assert receipt.read_at
    assert not staff.watch.complaints
