"""`screenshots`: a picture of each kind of page, from the demo, on servers of its own."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from django.core.management import BaseCommand, CommandError, call_command

from homeschool import services
from homeschool.management.shots import SHOTS, WITH_A_LETTER
from homeschool.processes import clean_environment, free_port, tied, wait_until

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
SIZES = {"phone": (360, 740), "desktop": (1280, 860)}
SCHEMES = ("light", "dark")
LANGUAGES = ("en", "zh-hans")


class Command(BaseCommand):
    help = (
        "Make pictures of each kind of page: phone and desktop, light and dark, English and "
        "Chinese. The demo stands on servers of its own, which are gone afterwards."
    )
    requires_system_checks = ()

    def add_arguments(self, parser):
        add = parser.add_argument
        add("names", nargs="*", metavar="NAME", help="only these pictures (all)")
        add("--out", type=Path, default=services.ROOT / "screenshots", help="folder (screenshots/)")
        add("--languages", nargs="+", default=LANGUAGES, metavar="CODE", help="en zh-hans es")

    def handle(self, *args, names, out, languages, **options):
        shots = [shot for shot in SHOTS if not names or shot.name in names]
        if unknown := set(names) - {shot.name for shot in SHOTS}:
            raise CommandError(f"No such picture: {', '.join(sorted(unknown))}")
        if browser_path() is None:
            raise CommandError("There is no Chromium: apt-get install chromium")
        out.mkdir(parents=True, exist_ok=True)
        began = time.monotonic()
        with demo() as (address, sights):
            count = take(shots, address, sights, out, languages)
        seconds = time.monotonic() - began
        self.stdout.write(f"{count} pictures in {services.shown(out)}, {seconds:.0f} s")


def browser_path():
    """Return the path of a Chromium, or None."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


@contextlib.contextmanager
def demo():
    """Serve the demo; yields its address, and for each shot (path, session key or "")."""
    for name in (*services.switch_names(), "PORTAL_STATE"):
        os.environ.pop(name, None)
    port = free_port()
    address = f"http://localhost:{port}"
    with services.throwaway() as switches:
        os.environ.update(switches | {"DEMO_MODE": "1", "SITE_URL": address})
        with contextlib.closing(Sights()) as sights, serve(port):
            yield address, sights


class Sights:
    """The demo's world in a fresh database: what each shot looks at, and in whose session."""

    def __init__(self):
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "homeschool.settings")
        import django

        django.setup()
        from homeschool.demo import world
        from homeschool.people.models import User

        call_command("migrate", interactive=False, verbosity=0)
        self.world = world.load()
        college = world.load(code=world.COLLEGE_CODE)
        self.world.college_admin, self.world.transfer = college.admin, college.transfer
        self.world.grade = self.world.classes["3b"].division
        User.objects.update(language="")  # the cookie of each picture says the language
        self.world.guardianship = self.world.xiaoyu.guardianships.get(guardian=self.world.lin_mei)
        self.world.namesake = self.world.aisha.guardianships.get(guardian=self.world.nadia_rahman)
        self.world.membership = self.world.mei_chen.memberships.get()
        self.world.draft = self.world.mei_chen.drafts.first()
        self.world.visit = self.world.visits["xiaoyu"]
        self.world.confided = self.world.visits["lily-alone"]
        self.world.need = self.world.visits["mateo"].needs_noted.order_by("kind").first()
        self.world.suggestion = self.world.visits["wang"].suggestions.order_by("place").first()
        self.world.letter = self.letter()
        self.look_at_offers()
        self.look_at_stories()
        self.world.meeting_letter = self.letter(self.world.meeting)
        self.world.letter_code, self.invitation = self.invite()
        self.world.invited_class = self.world.classes["3b"]
        self.world.planned_visit = self.planned_visit()
        self.world.roster = self.sent_roster()
        self.found = {shot: (self.path(shot), self.session(shot.who)) for shot in SHOTS}
        self.leave_looks()
        self.begin_report()

    def path(self, shot):
        from django.urls import NoReverseMatch, reverse

        row = getattr(self.world, shot.of) if shot.of else None
        args = [part for part in (getattr(row, "pk", row), shot.step) if part]
        with contextlib.suppress(NoReverseMatch):
            query = shot.query.format_map(vars(self.world))
            return reverse(shot.url, args=args) + (f"?{query}" if query else "")
        raise CommandError(f"{shot.name}: there is no page {shot.url}")

    def letter(self, row=None):
        """Return the token behind the link of the letter that told the mother of `row` (the visit)."""
        from homeschool.journal import channels
        from homeschool.journal.models import Receipt

        told = Receipt.objects.of(self.world.lin_mei)
        receipt = told.about(row or self.world.visit.summaries.get()).first()
        return channels.letter_token(receipt)

    def invite(self):
        """Return (code, letter) of a letter of invitation to the mother."""
        from homeschool.people.models import Invitation
        from homeschool.people.models.invitation import Invitee

        invitee = Invitee(self.world.xiaoyu, self.world.lin_mei)
        invitation, code = Invitation.objects.issue(invitee, by=self.world.omar_haddad)
        return code, invitation

    def sent_roster(self):
        """Return a sheet that was read and waits for the word that it may come in."""
        from homeschool.journal.models import Job
        from homeschool.people.actions import rostering
        from homeschool.people.models import RosterImport

        lines = (
            "student_number,name,class,guardian,relation,email,language",
            "2026101,林小雨,3B,林晓梅,妈妈,lin.xiaomei@example.org,zh-hans",
            "2026102,Mateo Ruiz,4D,Camila Ruiz,madre,camila.ruiz,es",
            "2026103,Nia Cole,4D,Uma Cole,mother,uma.cole@example.org,en",
        )
        row = RosterImport.objects.ask(
            self.world.school, by=self.world.omar_haddad, file_name="2026-autumn.csv",
            content="\n".join(lines).encode(), language="en",
        )  # fmt: skip
        rostering.check(row.job)
        row.job.end(Job.State.DONE)
        return row

    def planned_visit(self):
        """Return a visit to a home that lies before the counselor."""
        from visits.models import Visit

        mine = Visit.objects.filter(visitors=self.world.mei_chen, status__in=Visit.OPEN)
        return mine.filter(mode=Visit.Mode.HOME).order_by("planned_at").first()

    def look_at_stories(self):
        """Name the story that its family is asked about, and the questions that wait for it."""
        from visits.models import Story
        from visits.reading.voices import voice_token

        self.world.asked_story = Story.objects.get(pk=self.world.id("story", "mateo"))
        visit, mother = self.world.visits["mateo"], self.world.camila_ruiz
        self.world.voice_link = voice_token(visit.pk, mother.pk)

    def look_at_offers(self):
        """Name the offers of the demo that pictures show: one that waits, one agreed, one wish."""
        from visits.reading.offers import offer_token

        offers = {offer.answer: offer for offer in self.world.round.offers.filter(revoked_at=None)}
        asked = {answer: offer.receivers().first().user_id for answer, offer in offers.items()}
        self.world.offer_link = offer_token(offers[""].pk, asked[""])
        self.world.agreed_link = offer_token(offers["this_time"].pk, asked["this_time"])
        self.world.asked_visit = offers["other_time"].visit_id
        time = self.world.road.times.exclude(taken_by=None).earliest("at")
        self.world.road_team = time.taken_by_id
        self.world.road_day = time.at.astimezone(self.world.zone).date()

    def session(self, who):
        """Return the key of a new session of `who` in which the second factor was shown."""
        if not who:
            return ""
        if who == WITH_A_LETTER:
            return self.session_with_a_letter()
        from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
        from django.contrib.sessions.backends.db import SessionStore

        from homeschool.people.signin.proof import ZONE, show_second_factor

        user = getattr(self.world, who)
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        show_second_factor(session)
        session[ZONE] = user.school_zone()
        session.save()
        return session.session_key

    def session_with_a_letter(self):
        """Return the key of a session in which the code of the letter was typed."""
        from django.contrib.sessions.backends.db import SessionStore

        session = SessionStore()
        session["letter_code"] = self.world.letter_code
        session["letter_found"] = str(self.invitation.pk)
        session.save()
        return session.session_key

    def leave_looks(self):
        """Let the counselor have read the record, so that "who looked" has something to show."""
        from homeschool.people.views.seen import Seen

        Seen(self.world.mei_chen, self.world.xiaoyu).record_reading()

    def begin_report(self):
        """Let a report be half made, so that there is progress to see."""
        from homeschool.reports.models import ReportRun
        from homeschool.reports.term import STAFF, Filters

        by, term = self.world.omar_haddad, self.world.term
        run = ReportRun.objects.ask(
            by=by, term=term, audience=STAFF, filters=Filters(), language="en"
        )
        run.freeze()
        run.job.progress = {"done": 1, "of": 3}
        run.job.checkpoint(done=False)

    def __getitem__(self, shot):
        return self.found[shot]

    def close(self):
        from django.db import connections

        connections.close_all()


@contextlib.contextmanager
def serve(port):
    """Run the portal's web server on `port`."""
    command = [sys.executable, "-m", "gunicorn", "--config", "python:homeschool.gunicorn"]
    server = subprocess.Popen(
        [*command, "--bind", f"127.0.0.1:{port}", "--log-level", "error", "homeschool.wsgi"],
        cwd=services.ROOT,
        env=clean_environment(WEB_WORKERS="1", PYTHONWARNINGS="ignore"),
        preexec_fn=tied(signal.SIGTERM),
    )
    try:
        if not wait_until(lambda: answers(f"http://localhost:{port}/healthz"), 30):
            raise CommandError("The portal did not start: see above.")
        yield
    finally:
        server.send_signal(signal.SIGQUIT)
        server.wait(15)


def answers(url):
    """Whether something answers there."""
    try:
        with urllib.request.urlopen(url, timeout=2):  # noqa: S310 - our own address
            return True
    except OSError:
        return False


def take(shots, address, sights, out, languages):
    """Take the pictures; returns how many. Files are name.language.size.scheme.png."""
    from playwright.sync_api import sync_playwright

    count = 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path(), args=FLAGS)
        for shot in shots:
            path, session = sights[shot]
            context = browser.new_context(base_url=address, reduced_motion="reduce")
            page = context.new_page()
            for language in languages:
                cookies = {"sessionid": session, "django_language": language}
                context.add_cookies(
                    [{"name": k, "value": v, "url": address} for k, v in cookies.items() if v]
                )
                count += picture(page, path, out / f"{shot.name}.{language}")
            context.close()
        browser.close()
    return count


def picture(page, path, stem):
    """Take a page in each size and scheme; returns how many pictures that makes."""
    page.goto(path, wait_until="networkidle")
    for size, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        # as high as the page: what is fixed to the window's edge stands at the end, not in the middle
        whole = page.evaluate("document.documentElement.scrollHeight")
        page.set_viewport_size({"width": width, "height": max(height, whole)})
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            page.screenshot(path=f"{stem}.{size}.{scheme}.png", animations="disabled")
    return len(SIZES) * len(SCHEMES)
