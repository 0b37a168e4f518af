"""Reading aloud: a button where the device itself has a voice of the language, and nowhere else."""

import pytest
from django.conf import settings
from django.template.loader import render_to_string

pytestmark = pytest.mark.browser

SITE = "http://portal.test"
# The voices of the stub, and what it was told to say.
STUB = """
  const heard = [], calls = {};
  window.voices = [];
  window.heard = heard;
  window.SpeechSynthesisUtterance = class {
    constructor(text) { this.text = text; }
    addEventListener(name, call) { this[name] = call; }
  };
  Object.defineProperty(window, "speechSynthesis", {value: {
    getVoices: () => window.voices,
    addEventListener: (name, call) => { calls[name] = call; },
    speak: (words) => { heard.push([words.text.trim(), words.lang]); window.last = words; },
    cancel: () => { heard.push("stop"); },
  }});
  window.arrive = (...voices) => {
    window.voices = voices.map(([lang, localService]) => ({lang, localService}));
    calls.voiceschanged?.();
  };
"""


@pytest.fixture
def page(chromium):
    words = {"text_id": "words", "lang": "zh-hans"}
    other = {"text_id": "other", "lang": "es"}
    html = (
        '<!doctype html><html lang="en"><body><p id="words">星期五见。请带伞！</p>'
        '<p id="other">Hasta el viernes</p>'
        + render_to_string("messaging/read_aloud.html", words)
        + render_to_string("messaging/read_aloud.html", other)
        + "</body></html>"
    )
    script = (settings.BASE_DIR / "static" / "js" / "read-aloud.js").read_text(encoding="utf-8")
    context = chromium.new_context()
    context.route(
        f"{SITE}/", lambda route: route.fulfill(body=html, content_type="text/html; charset=utf-8")
    )
    context.route(
        f"{SITE}/static/**",
        lambda route: route.fulfill(body=script, content_type="text/javascript"),
    )
    context.add_init_script(STUB)
    page = context.new_page()
    page.goto(f"{SITE}/")
    yield page
    context.close()


def test_it_reads_aloud_where_a_voice_is(page):
    shown = page.locator("button:visible")
    assert shown.count() == 0
    # voices of others' servers, and Cantonese, are none
    page.evaluate("arrive(['zh-CN', false], ['zh-HK', true], ['en-GB', true])")
    assert shown.count() == 0
    page.evaluate("arrive(['zh-TW', true], ['zh_CN', true], ['es-MX', true])")
    assert shown.count() == 2
    first, second = shown.nth(0), shown.nth(1)
    first.click()
    assert page.evaluate("heard") == ["stop", ["星期五见。", "zh_CN"], ["请带伞！", "zh_CN"]]
    assert first.get_attribute("aria-pressed") == "true"
    assert first.inner_text().strip() == "Stop reading"
    second.click()
    assert page.evaluate("heard.slice(3)") == ["stop", ["Hasta el viernes", "es-MX"]]
    assert first.get_attribute("aria-pressed") == "false"
    page.evaluate("last.end()")
    assert second.get_attribute("aria-pressed") == "false"
    page.evaluate("arrive()")
    assert shown.count() == 0
