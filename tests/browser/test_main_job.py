"""The main job, whole: a visit travels from the counselor's form to the family and into the report.

Everything on the way is real: gunicorn, PostgreSQL, Redis, relay, Celery worker, SMTP, Chromium.
"""

import csv
import datetime as dt
import io
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import global_settings, settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, override

from homeschool.journal.models import Delivery, Entry
from homeschool.processes import tied, wait_until
from tests.processes import Redis, environment
from visits.models import Visit

from .conftest import DESKTOP, PHONE, code_in, holds_a_code
from .test_paths import PASSWORD, SECRET, choose_language, digits_now

pytestmark = pytest.mark.browser

WORKER = ["-m", "celery", "-A", "homeschool.celery", "worker", "--concurrency", "2"]
RELAY = ["-m", "django", "relay", "--settings", "homeschool.settings"]
MAIL_WITHIN = 30  # seconds from finishing to the mail
# What was typed: the family reads the first four, and never the last two.
WELL = "画的连环画，全班都想看下一集。"
HOPES = "“希望她回家也愿意读出声。”"
NEEDS = "“她怕读错了我们笑她。”"
EXPLAINED = "图画书可以借回家两周。"
OURS, THEIRS = "借两本图画书给小雨", "每周二、周六一起读十分钟"
CLOSING = "谢谢外婆的茶。"
SITUATION, REFLECTION = "妈妈每周三个晚上上晚班。", "下次从画本开始，不从课本开始。"


@pytest.fixture
def post_office(portal, people, mail_sink, tmp_path):
    """Redis, the relay and a worker, as the portal starts them; what they say stands in files."""
    redis = Redis(tmp_path)
    redis.start()
    env = environment(SITE_URL=portal, EMAIL_URL=mail_sink.url, REDIS_URL=redis.url)
    running = [
        start(tmp_path / "relay.log", RELAY, env),
        start(tmp_path / "worker.log", WORKER, env),
    ]
    yield tmp_path
    for process in running:
        process.kill()
        process.wait(10)
    redis.stop()


def start(log, arguments, env):
    """Start a Python process of the portal that ends with the tests, and its children with it."""
    with log.open("wb") as file:
        return subprocess.Popen(
            [sys.executable, *arguments], cwd=settings.BASE_DIR, env=env, stdin=subprocess.DEVNULL,
            stdout=file, stderr=subprocess.STDOUT, preexec_fn=tied(signal.SIGKILL),
        )  # fmt: skip


@pytest.fixture
def people(people, settings):
    """The cast, with a term that runs today and a counselor who has a password and an app."""
    settings.PASSWORD_HASHERS = global_settings.PASSWORD_HASHERS  # those of the portal itself
    today = timezone.localdate()
    people.term.start, people.term.end = today - dt.timedelta(60), today + dt.timedelta(60)
    people.term.save()
    people.counselor.set_password(PASSWORD)
    people.counselor.save()
    TOTP.activate(people.counselor, SECRET)
    return people


def sign_in_with_password_and_app(page, person, language):
    page.goto(reverse("account_login"))
    choose_language(page, language)
    page.locator(f"a[href='{reverse('account_login_password')}']").click()
    page.locator("input[type=email]").fill(person.email)
    page.locator("input[type=password]").fill(PASSWORD)
    page.locator("input[type=password]").press("Enter")
    page.locator("input[name=code]").fill(digits_now())
    page.locator("input[name=code]").press("Enter")
    page.wait_for_url(lambda url: "/accounts/" not in url)
    page.watch.judge()


def begin_the_record(page, people):
    """Find the child by two keys, and begin the record on its page."""
    page.goto(reverse("people:child-list"))
    page.locator("input[type=search]").press_sequentially("yu")
    page.locator("main").get_by_role("link", name="林小晴").wait_for(state="detached")
    page.watch.judge()
    page.locator("main").get_by_role("link", name="林小雨").click()
    page.wait_for_url(f"**{people.child.get_absolute_url()}")
    page.watch.judge()
    page.locator(f"form[action='{reverse('visits:draft-new')}'] button").click()


def write(page, **answers):
    """Type into the fields of these names."""
    for name, text in answers.items():
        page.locator(f"[name='{name}']").fill(text)


def tick(page, **answers):
    """Choose the boxes of these names and values."""
    for name, value in answers.items():
        page.locator(f"[name='{name}'][value='{value}']").check()


def go_on(page, step):
    """Press Continue; the page of the next step follows."""
    page.watch.judge()
    page.locator("button[form=f]:not([formaction])").click()
    page.wait_for_url(f"**/{step}/")


def fill_five_steps(page, people):
    child, day = people.child.pk, timezone.localdate(timezone=people.child.school_zone)
    page.wait_for_url("**/1/")
    tick(page, mode="home", present=people.mother.pk, colleagues=people.adviser.pk)
    tick(page, aspects="academic_support", written_in="zh-hans")
    write(
        page,
        day=f"{day - dt.timedelta(days=1)}",
        start="16:30",
        end="17:15",
        language_spoken="中文",
    )
    go_on(page, 2)
    with page.expect_response("**/save/") as saved:  # by itself, when the hand rests
        write(page, **{f"going_well_{child}": WELL, "hopes": HOPES, "situation": SITUATION})
    assert saved.value.ok
    go_on(page, 3)
    tick(page, **{f"needs_{child}": "reading"})
    write(page, **{f"needs_words_{child}": NEEDS})
    go_on(page, 4)
    write(page, explained=EXPLAINED)
    tick(page, promise_0_side="school")
    page.locator("[name=promise_0_owner]").select_option(str(people.counselor.pk))
    write(page, promise_0_what=OURS, promise_0_due=f"{day + dt.timedelta(days=7)}")
    page.locator("#promise-2 summary").click()
    tick(page, promise_1_side="family")
    write(page, promise_1_what=THEIRS)
    go_on(page, 5)


def finish_and_share(page):
    """Look at what the family will read, and share it; return the visit."""
    write(page, shared_summary=CLOSING, staff_note=REFLECTION)
    page.locator("[name=read_aloud]").check()
    family, staff = (
        page.locator(f"section[aria-labelledby={part}]") for part in ("family-reads", "staff-keeps")
    )
    for text in (WELL, HOPES, NEEDS, EXPLAINED, OURS, THEIRS):
        assert text in family.inner_text()
    assert SITUATION in staff.inner_text()
    assert SITUATION not in family.inner_text()
    page.watch.judge()
    page.locator("[formaction$='/finish/']").click()
    visit = Visit.objects.get()
    page.wait_for_url(f"**{visit.get_absolute_url()}")
    page.watch.judge()
    return visit


def letter_to(sink, person, logs):
    """Return the letter to `person`: the mail that can be stopped."""

    def letters():
        return [
            mail for mail in sink.mails if person.email in mail["To"] and mail["List-Unsubscribe"]
        ]

    if not wait_until(letters, MAIL_WITHIN):
        said = "\n".join(
            f"{log.name}:\n{log.read_text()[-2000:]}" for log in sorted(logs.glob("*.log"))
        )
        pytest.fail(f"No letter came within {MAIL_WITHIN} s.\n{said}")
    assert len(letters()) == 1
    return letters()[0]


def chinese(words):
    """Return `words` of the portal as the mother reads them."""
    with override("zh-hans"):
        return gettext(words)


def read(text):
    """Fail unless `text` holds what the family reads, and nothing that stays with staff."""
    for told in (WELL, HOPES, NEEDS, EXPLAINED, OURS, THEIRS, CLOSING):
        assert told in text
    assert SITUATION not in text
    assert REFLECTION not in text


def open_the_letter(page, mail):
    """Read the mail as a mail program shows it, and follow its link: the message, without an account."""
    for part in ("plain", "html"):
        read(mail.get_body([part]).get_content())
    assert "林小雨" not in mail["Subject"]
    page.set_content(mail.get_body(["html"]).get_content())
    assert page.locator("html").get_attribute("lang") == "zh-Hans"
    assert chinese("What the school explained") in page.locator("body").inner_text()
    page.watch.judge()
    page.locator("a", has_text=chinese("Read it, and tell us that you did")).click()
    page.wait_for_url("**/m/**")
    read(page.locator("main").inner_text())
    assert page.locator("main").get_by_role("button", name="我看过了").is_visible()
    page.watch.judge()
    assert page.context.cookies() == []


def sign_in_by_code(page, sink, person):
    page.locator(f"a[href='{reverse('account_login')}']").first.click()
    page.locator("main input[type=email]").fill(person.email)
    page.locator("main input[type=email]").press("Enter")
    page.locator("input[name=code]").wait_for()
    page.locator("input[name=code]").fill(code_in(sink.to(person.email, that=holds_a_code)))
    page.locator("input[name=code]").press("Enter")
    page.wait_for_url(lambda url: "/accounts/" not in url)
    assert page.locator("html").get_attribute("lang") == "zh-Hans"


def confirm_on_the_progress_page(page, people, visit):
    page.locator("main").get_by_role("link", name="林小雨").click()
    page.wait_for_url(f"**{reverse('reports:progress', args=[people.child.pk])}")
    summary = page.locator(f"#visit-{visit.pk}")
    read(page.locator("main").inner_text())
    page.watch.judge()
    summary.get_by_role("button", name="我看过了").click()
    summary.get_by_role("button", name="我看过了").wait_for(state="detached")
    assert summary.is_visible()
    page.watch.judge()


def counts(report):
    """Return {(measure, breakdown): value} of the CSV of a term."""
    rows = csv.DictReader(io.StringIO(report.decode("utf-8-sig")))
    # a median of nothing has no value
    told = (row for row in rows if row["value"])
    return {(row["measure"], row["breakdown"]): float(row["value"]) for row in told}


def take_the_report_along(page, people):
    """Let the files be made by a real worker, see them come, and take the CSV."""
    page.goto(reverse("reports:term-report"))
    assert people.school.name in page.locator("main").inner_text()
    page.watch.judge()
    page.locator(f"form[action='{reverse('reports:report-make')}'] button").click()
    files = page.locator("#made .download a")
    files.first.wait_for(timeout=20_000)  # without a click: the page looks again by itself
    page.watch.judge()
    with page.expect_download() as download:
        files.filter(has_text="CSV").click()
    return counts(Path(download.value.path()).read_bytes())


@pytest.mark.parametrize(
    ("width", "language", "code"),
    [(PHONE, "English", "en"), (DESKTOP, "中文", "zh-Hans")],
    ids=["phone-en", "desktop-zh"],
)
def test_a_visit_travels_from_the_door_to_the_family_and_into_the_report(
    people, post_office, visit, mail_sink, width, language, code
):
    desk = visit(width)
    sign_in_with_password_and_app(desk, people.counselor, language)
    assert desk.locator("html").get_attribute("lang") == code
    begin_the_record(desk, people)
    fill_five_steps(desk, people)
    held = finish_and_share(desk)

    phone = visit(PHONE, locale="zh-CN")
    open_the_letter(phone, letter_to(mail_sink, people.mother, post_office))
    desk.reload()
    readers = desk.locator("#readers")
    assert people.mother.full_name in readers.inner_text()
    assert readers.locator(".mark.done").count() == 0
    sign_in_by_code(phone, mail_sink, people.mother)
    confirm_on_the_progress_page(phone, people, held)

    desk.reload()
    assert readers.locator(".mark.done").count() == 1
    desk.watch.judge()
    desk.goto(reverse("reports:today"))
    assert people.mother.full_name in desk.locator("main").inner_text()
    desk.watch.judge()
    assert Entry.objects.get(verb="summary.confirmed").actor == people.mother
    assert Delivery.objects.get(channel="email").state == "sent"

    figures = take_the_report_along(visit(width, people.school_admin), people)
    assert figures["visits_held", ""] == figures["visits_held", "mode=home"] == 1
    assert figures["students_reached", ""] == figures["students_reached_in_person", ""] == 1
    assert figures["households_visited", ""] == 1
    assert figures["visits_held", "mode=video"] == 0
    assert figures["summaries_sent", ""] == figures["summaries_confirmed", ""] == 1
