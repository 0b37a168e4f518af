"""The look in Chromium: axe, narrow pages, keyboard, weight, and whole without script."""

import gzip
import threading

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.handlers.wsgi import WSGIHandler
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler

FIRST_VISIT = 120 * 1024  # bytes over the wire that a parent's first page may weigh

pytestmark = [
    pytest.mark.browser,
    pytest.mark.urls("tests.look_urls"),
]

PAGES = ["shell=guest", "shell=staff", "shell=family&errors=1"]
SMALL_TEXT = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const small = [];
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || !parent.checkVisibility()) continue;
    if (parent.closest(".visually-hidden")) continue;
    if (parseFloat(getComputedStyle(parent).fontSize) < 14) small.push(parent.outerHTML);
  }
  return small;
}"""
RESOURCES = "performance.getEntriesByType('resource').map((entry) => entry.name)"
SMALL_TARGETS = """() => [...document.querySelectorAll("button, summary, nav a, .btn, label.choice")]
  .filter((e) => e.checkVisibility())
  .map((e) => [e.getBoundingClientRect(), e.outerHTML])
  .filter(([box]) => box.height < 43.9 || box.width < 43.9)
  .map(([box, html]) => `${box.width}x${box.height} ${html}`)"""


class _Silent(WSGIRequestHandler):
    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def address():
    """Serve the portal from a thread, and return its address."""
    server = ThreadedWSGIServer(("127.0.0.1", 0), _Silent)
    server.set_app(StaticFilesHandler(WSGIHandler()))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def visit(chromium, address):
    """Return `visit(query, width, ...)`: the look's page open in a browser of that width.

    What the page complains about (a refused script or style, a missing file) is in `page.complaints`.
    """
    contexts = []

    def go(query="", width=360, height=740, **options):
        context = chromium.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        page = context.new_page()
        page.complaints = []
        page.on("console", lambda message: page.complaints.append(message.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on("requestfailed", lambda request: page.complaints.append(request.url))
        page.goto(f"{address}/look/?{query}", wait_until="networkidle")
        return page

    yield go
    for context in contexts:
        context.close()


def axe_violations(page):
    """Return what axe finds wrong, in words."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [f"{v['id']}: {[node['html'][:160] for node in v['nodes']]}" for v in found]


@pytest.mark.parametrize("query", PAGES)
@pytest.mark.parametrize("width", [320, 360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_is_cut(visit, query, width, scheme):
    locale = {"shell=guest": "en", "shell=staff": "zh-hans"}.get(query, "es")
    page = visit(query, width, color_scheme=scheme, locale=locale)
    assert axe_violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(SMALL_TEXT) == []
    assert page.evaluate(SMALL_TARGETS) == []
    assert page.complaints == []


@pytest.mark.parametrize("query", ["shell=staff", "shell=guest"])
def test_axe_finds_nothing_in_an_open_menu(visit, query):
    page = visit(query)
    page.click("summary:visible >> nth=0" if "guest" in query else ".tabbar summary")
    assert page.locator(".menu-panel button:visible").count() >= 3
    assert axe_violations(page) == []
    page.keyboard.press("Escape")
    assert page.locator(".menu-panel button:visible").count() == 0


def test_axe_finds_nothing_from_right_to_left(visit):
    page = visit("shell=staff", 360)
    page.evaluate("document.documentElement.dir = 'rtl'")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert axe_violations(page) == []


@pytest.mark.parametrize("script", [True, False])
def test_the_error_summary_takes_focus_even_without_script(visit, script):
    page = visit("errors=1", java_script_enabled=script)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.url.endswith("#id_language_0")


def test_the_first_tab_stop_skips_to_the_page(visit):
    page = visit("shell=staff", 1280)
    page.keyboard.press("Tab")
    assert page.locator(":focus").get_attribute("href") == "#main"
    assert page.locator(":focus").bounding_box()["y"] >= 0


def test_at_400_percent_nothing_hides_the_page(visit):
    page = visit("shell=staff", 320, 256)
    assert page.evaluate("getComputedStyle(document.querySelector('.tabbar')).position") == "static"
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_a_person_chooses_dark_without_script(visit):
    page = visit("shell=guest", java_script_enabled=False)
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.context.add_cookies([{"name": "colours", "value": "dark", "url": page.url}])
    page.reload()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != paper


def test_a_menu_opens_and_the_language_changes_without_script(visit):
    page = visit("shell=family", java_script_enabled=False)
    page.click(".topbar summary")
    page.click(".topbar button[value=es]")
    page.wait_for_load_state()
    assert page.locator("html[lang=es]").count() == 1


def test_paper_is_white_and_carries_no_bars(visit):
    page = visit("shell=staff", 1280, color_scheme="dark")
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert not page.locator(".sidenav, .tabbar, .topbar").filter(visible=True).count()


def test_the_first_visit_of_a_family_is_light(visit):
    """As the portal sends it: text compressed, the font as it is, 400 bytes of head each."""
    page = visit("shell=family")
    urls = {page.url, *page.evaluate(RESOURCES)}
    bodies = {url: page.request.get(url).body() for url in urls if not url.startswith("data:")}
    packed = {
        url: 400 + len(body if url.endswith(".woff2") else gzip.compress(body))
        for url, body in bodies.items()
    }
    assert any(url.endswith(".woff2") for url in packed)
    assert sum(packed.values()) < FIRST_VISIT * 0.85, packed


def test_every_file_of_the_page_comes_from_our_own_address(visit, address):
    page = visit("shell=staff")
    urls = page.evaluate(RESOURCES)
    assert urls
    assert all(url.startswith((address, "data:")) for url in urls)
