"""Every page of the table of doors: axe finds nothing, nothing is cut, nothing complains.

Each page is read in three languages; colours and width take turns, from page to page too, so that
every kind of page stands in every pair of language, colours and width.
"""

from pathlib import Path

import axe_playwright_python
import pytest
from django.conf import settings

from tests import doors
from tests.doors import OK
from tests.doors_afternoons import AFTERNOONS
from tests.doors_announcements import LOOKED_AT as ANNOUNCEMENTS
from tests.doors_learning import LEARNING
from tests.doors_news import NEWS
from tests.doors_offers import OFFERS
from tests.doors_parents_ideas import IDEAS
from tests.doors_plans import PLANS
from tests.doors_programmes import PROGRAMMES
from tests.doors_proof import LOOKED_AT as PROOF
from tests.doors_records import RECORDS
from tests.doors_sessions import SESSIONS
from tests.doors_situation import SITUATION
from tests.doors_stories import STORIES
from tests.doors_threads import THREADS
from tests.doors_translating import TRANSLATING
from tests.doors_volunteers import VOLUNTEERS
from tests.records_volunteers import HELPING

from .conftest import DESKTOP, PHONE, Watch

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

VISITS = [door for door in RECORDS if door.name.startswith("visits:")]
DOORS = [
    *doors.DOORS,
    *OFFERS,
    *PLANS,
    *PROGRAMMES,
    *STORIES,
    *SITUATION,
    *SESSIONS,
    *AFTERNOONS,
    *ANNOUNCEMENTS,
    *PROOF,
    *LEARNING,
    *NEWS,
    *VOLUNTEERS,
    *THREADS,
    *TRANSLATING,
    *IDEAS,
    *VISITS,
]
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
# Without what no rule that runs asks for: copies of all stylesheets, and a selector for each finding.
RUN = """async () => {
  const found = await axe.run(document, {
    resultTypes: ["violations"], preload: {assets: ["media"]}, selectors: false,
  });
  return found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html.slice(0, 160)).join(" ")}`);
}"""
NARROWEST = 320
WAYS = [("light", PHONE), ("dark", DESKTOP), ("light", DESKTOP), ("dark", PHONE)]
LANGUAGES = ("en", "zh-hans", "es")
# Answers for machines, and files.
NO_PAGES = {
    "healthz",
    "readyz",
    "people:roster-template",
    "people:roster-refused",
    "people:roster-progress",
    "mfa_download_recovery_codes",
    "visits:feed-read",
    "counseling:family-feed-read",
    "visits:road-pdf",
    "visits:card-pdf",
    "counseling:plan-pdf",
    "counseling:import-template",
    "counseling:import-template-points",
    "counseling:import-refused",
    "counseling:import-progress",
    "visits:visits-import-template",
    "visits:meeting-calendar",
    "visits:booking-calendar",
    "visits:letter-calendar",
    "visits:photo-file",
    "visits:photo-small",
    "visits:material-file",
    "messaging:attachment-file",
    "messaging:news-picture",
    "messaging:resource-file",
    "reports:report-paper",
}
# A page looks different to each of these; of each group the first who comes in reads it.
READERS = (
    ("anonymous",),
    ("mother", "adult"),
    ("counselor", "school_admin", "principal"),
    ("staff_without_second_factor",),
)
BESIDES = [
    ("people:child-detail", "adviser", "the child"),
    ("people:child-detail", "adult", "a grown student"),
    ("people:child-detail", "parent", "a grown student"),
    ("counseling:volunteer-home", "volunteer", ""),
    ("counseling:volunteer-times", "volunteer", HELPING),
    ("people:school-create", "first_admin", ""),
]


def visits(door):
    """Yield (name, person, thing) for everybody who reads the page of a door."""
    for group in READERS:
        ways = (
            (door.name, person, thing)
            for person in group
            for thing in doors.things(door.about, person)
            if door.get is not None and door.outcome("get", person, thing) == OK
        )
        yield from list(ways)[:1]


PAGES = [way for door in DOORS if door.name not in NO_PAGES for way in visits(door)] + BESIDES
BY_NAME = {door.name: door for door in DOORS}


@pytest.fixture(scope="module")
def read(chromium, portal, stage):
    """Return `read(person, url, language)`: the page in the one context of that person."""
    pages = {}

    def go(person, url, language):
        if person not in pages:
            context = chromium.new_context(base_url=portal, reduced_motion="reduce")
            cookies = stage.sessions[person].items()
            context.add_cookies([{"name": k, "value": v, "url": portal} for k, v in cookies])
            context.add_init_script(AXE)
            pages[person] = context.new_page()
            pages[person].watch = Watch(pages[person], portal)
        page = pages[person]
        spoken = {"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": portal}
        page.context.add_cookies([spoken])
        page.watch.complaints.clear()
        page.goto(url)
        return page

    yield go
    for page in pages.values():
        page.context.close()


def look_at(page, scheme, width):
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 740 if width == PHONE else 900})
    page.watch.judge()
    assert page.evaluate(RUN) == [], f"{page.url} in {scheme} at {width} px"


@pytest.mark.parametrize(("name", "person", "thing"), PAGES)
def test_axe_finds_nothing(stage, read, name, person, thing):
    url = stage.url(BY_NAME[name], thing)
    turn = PAGES.index((name, person, thing))
    for place, language in enumerate(LANGUAGES):
        page = read(person, url, language)
        assert page.locator("html").get_attribute("lang").lower() == language
        look_at(page, *WAYS[(turn + place) % len(WAYS)])
        page.set_viewport_size({"width": NARROWEST, "height": 640})
        page.watch.judge()


FORMS = [
    ("people:guardianship-add", "school_admin", "the child"),
    ("people:guardianship-restrict", "principal", "the mother's"),
    ("people:term-create", "school_admin", "the school"),
    ("account_login", "anonymous", ""),
    ("account_login_password", "anonymous", ""),
]


@pytest.mark.parametrize(("name", "person", "thing"), FORMS)
def test_axe_finds_nothing_in_a_form_that_was_refused(stage, read, name, person, thing):
    page = read(person, stage.url(BY_NAME[name], thing), "en")
    page.locator("main form[method=post] button:not([name])").last.click()
    summary = page.locator(".error-summary")
    summary.wait_for()
    assert page.title().startswith("Error:")
    assert page.evaluate("document.activeElement.closest('.error-summary') !== null")
    look_at(page, "light", PHONE)
    look_at(page, "dark", PHONE)
