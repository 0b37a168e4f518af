"""`screenshots`: a picture of each kind of page, from the demo, on servers of its own."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from django.core.management import BaseCommand, CommandError, call_command

from homeschool import services
from homeschool.processes import clean_environment, free_port, tied, wait_until

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
SIZES = {"phone": (360, 740), "desktop": (1280, 860)}
SCHEMES = ("light", "dark")
LANGUAGES = ("en", "zh-hans")
# Somebody who has typed the code of a letter, and has not come in yet.
WITH_A_LETTER = "with a letter"


@dataclass(frozen=True)
class Shot:
    """A page: the picture's name, who looks (a key of the demo's world), and its address.

    `of` is the key of the row (or token) that the page is about, "" for a page about nobody; `step`
    is the step of a form that has several, `query` what stands behind the question mark, with names
    of the demo's world in braces.
    """

    name: str
    who: str
    url: str
    of: str = ""
    step: int = 0
    query: str = ""


SHOTS = (
    Shot("sign-in", "", "account_login"),
    Shot("sign-in-staff", "", "account_login_password"),
    Shot("first-sign-in-language", "", "account_letter_scanned", "letter_code"),
    Shot("first-sign-in-code", WITH_A_LETTER, "account_letter_code"),
    Shot("first-sign-in-child", WITH_A_LETTER, "account_letter_child"),
    Shot("demo-people", "", "demo:people"),
    Shot("today", "mei_chen", "reports:today"),
    Shot("today-empty", "grace_miller", "reports:today"),
    *(Shot(f"visit-step-{n}", "mei_chen", "visits:draft-step", "draft", n) for n in range(1, 6)),
    Shot("visits", "mei_chen", "visits:visit-list"),
    Shot("visit", "mei_chen", "visits:visit-detail", "visit"),
    Shot("visit-print", "mei_chen", "visits:visit-print", "visit"),
    Shot("visit-confidential", "lucia_vega", "visits:visit-detail", "confided"),
    Shot("needs", "mei_chen", "visits:need-list"),
    Shot("need", "mei_chen", "visits:need-detail", "need"),
    Shot("notes", "mei_chen", "counseling:note-list", "xiaoyu"),
    Shot("note", "mei_chen", "counseling:note-detail", "note_signed"),
    Shot("note-write", "mei_chen", "counseling:note-edit", "note_draft"),
    Shot("notes-open", "ruth_adler", "counseling:glass-break", "xiaoyu"),
    Shot("notes-opened", "ruth_adler", "counseling:glass-list"),
    Shot("visit-plan", "mei_chen", "visits:visit-plan"),
    Shot("plans", "mei_chen", "counseling:plan-list"),
    Shot("plan", "mei_chen", "counseling:plan-detail", "plan"),
    Shot("plan-ahead", "mei_chen", "counseling:plan-detail", "plan_ahead"),
    Shot("plan-draft", "mei_chen", "counseling:plan-detail", "plan_draft"),
    Shot("plan-print", "mei_chen", "counseling:plan-print", "plan"),
    Shot("plan-new", "mei_chen", "counseling:plan-new", query="child={xiaoyu.pk}"),
    Shot("plan-result", "mei_chen", "counseling:point-add", "goal"),
    Shot("plan-goal", "mei_chen", "counseling:goal-edit", "goal"),
    Shot("reviews", "ruth_adler", "counseling:board"),
    Shot("progress", "lin_mei", "reports:progress", "xiaoyu"),
    Shot("progress-spanish", "camila_ruiz", "reports:progress", "mateo"),
    Shot("plan-family", "lin_mei", "counseling:family-plan", "family_plan"),
    Shot("plan-family-print", "lin_mei", "counseling:family-print", "family_plan"),
    Shot("plan-publish", "mei_chen", "counseling:version-publish", "shared_plan"),
    Shot("plan-versions", "mei_chen", "counseling:version-list", "shared_plan"),
    Shot("plan-version-new", "mei_chen", "counseling:version-compare", "shared_version"),
    Shot("habits", "mei_chen", "counseling:habit-list"),
    Shot("habit", "mei_chen", "counseling:habit-detail", "habit"),
    Shot("habits-family", "wang_haitao", "counseling:habit-family"),
    Shot("check-in", "", "counseling:check-in", "check_in_link"),
    Shot("letter", "", "journal:letter", "letter"),
    Shot("photos", "mei_chen", "visits:photo-list", "visit"),
    Shot("photos-family", "lin_mei", "visits:photo-list", "visit"),
    Shot("photo-add", "mei_chen", "visits:photo-add", "visit"),
    Shot("suggestions", "ruth_adler", "visits:suggestion-list"),
    Shot("suggestion", "ruth_adler", "visits:suggestion-detail", "suggestion"),
    Shot("gifts", "ruth_adler", "visits:gift-list"),
    Shot("meetings", "mei_chen", "visits:meeting-list"),
    Shot("meeting", "mei_chen", "visits:meeting-detail", "meeting"),
    Shot("meeting-file", "mei_chen", "visits:material-add", "meeting"),
    Shot("meeting-came", "mei_chen", "visits:meeting-attendance", "met"),
    Shot("meeting-family", "lin_mei", "visits:meeting-family", "meeting"),
    Shot("meeting-letter", "", "journal:letter", "meeting_letter"),
    Shot("conferences", "daniel_okafor", "visits:conference-list"),
    Shot("conference", "daniel_okafor", "visits:conference-detail", "talks"),
    Shot("conference-form", "daniel_okafor", "visits:conference-create"),
    Shot("conference-family", "lin_mei", "visits:conference-family", "talks"),
    Shot("conference-print", "daniel_okafor", "visits:conference-print", "talks"),
    Shot("campaigns", "ruth_adler", "visits:campaign-list"),
    Shot("campaign-board", "ruth_adler", "visits:campaign-board", "campaign"),
    Shot(
        "campaign-board-by-class",
        "ruth_adler",
        "visits:campaign-board",
        "campaign",
        query="by=class",
    ),
    Shot("campaign-next", "mei_chen", "visits:campaign-next", "campaign"),
    Shot("campaign-targets", "ruth_adler", "visits:campaign-targets", "campaign"),
    Shot("campaign-teams", "ruth_adler", "visits:campaign-teams", "campaign"),
    Shot("term-report", "omar_haddad", "reports:term-report"),
    Shot("term-report-public", "omar_haddad", "reports:term-report", query="audience=public"),
    Shot("term-report-voices", "omar_haddad", "reports:term-report", query="sheet=voices"),
    Shot("term-report-campaigns", "omar_haddad", "reports:term-report", query="sheet=campaigns"),
    Shot("term-report-gifts", "ruth_adler", "reports:term-report", query="sheet=gifts"),
    Shot("term-report-college", "college_admin", "reports:term-report"),
    Shot(
        "term-report-college-public",
        "college_admin",
        "reports:term-report",
        query="audience=public&sheet=visits",
    ),
    Shot("offers", "mei_chen", "visits:round-list"),
    Shot("offers-answered", "mei_chen", "visits:round-detail", "round"),
    Shot("offers-choose", "mei_chen", "visits:round-create"),
    Shot("offer", "", "visits:offer", "offer_link"),
    Shot("offer-agreed", "", "visits:offer", "agreed_link"),
    Shot("visit-move", "mei_chen", "visits:visit-move", "asked_visit"),
    Shot("road", "mei_chen", "visits:road", query="day={road_day}"),
    Shot("road-sheet", "mei_chen", "visits:road-print", query="day={road_day}&team={road_team}"),
    Shot("voice", "", "visits:voice", "voice_link"),
    Shot("card", "lin_mei", "visits:card", "visit"),
    Shot("stories", "lin_mei", "visits:story-list"),
    Shot("stories-desk", "mei_chen", "visits:story-desk"),
    Shot("story-asked", "camila_ruiz", "visits:story-detail", "asked_story"),
    Shot("story", "mei_chen", "visits:story-detail", "asked_story"),
    Shot("calendar", "mei_chen", "visits:feed"),
    Shot("term-rows", "omar_haddad", "reports:term-rows", query="measure=students_reached"),
    Shot("operations", "omar_haddad", "journal:operations"),
    Shot("given-up", "omar_haddad", "journal:given-up"),
    Shot("unreached", "mei_chen", "people:unreached-list"),
    Shot("family-home", "wang_haitao", "home"),
    Shot("family-child", "lin_mei", "people:child-detail", "xiaoyu"),
    Shot("family-who-looked", "lin_mei", "people:child-looks", "xiaoyu"),
    Shot("family-me", "lin_mei", "people:me"),
    Shot("family-reach", "lin_mei", "people:reach"),
    Shot("staff-reach", "mei_chen", "people:reach"),
    Shot("grown-student", "nora_account", "people:child-detail", "nora"),
    Shot("children", "mei_chen", "people:child-list"),
    Shot("child", "mei_chen", "people:child-detail", "xiaoyu"),
    Shot("child-class-teacher", "daniel_okafor", "people:child-detail", "xiaoyu"),
    Shot("child-edit", "omar_haddad", "people:child-edit", "xiaoyu"),
    Shot("guardian-add", "omar_haddad", "people:guardianship-add", "xiaoyu"),
    Shot("guardian", "omar_haddad", "people:guardianship-edit", "guardianship"),
    Shot("guardian-restrict", "omar_haddad", "people:guardianship-restrict", "guardianship"),
    Shot("school-start", "omar_haddad", "people:school-start", "school"),
    Shot("school-settings", "omar_haddad", "people:school-settings", "school"),
    Shot("terms", "omar_haddad", "people:term-list", "school"),
    Shot("classes", "omar_haddad", "people:class-list", "school"),
    Shot("new-year", "omar_haddad", "people:new-year", "school"),
    Shot("new-year-grade", "omar_haddad", "people:new-year-grade", "grade"),
    Shot("new-year-check", "omar_haddad", "people:new-year-check", "school"),
    Shot("child-left", "omar_haddad", "people:child-detail", "jonas"),
    Shot("child-leave", "omar_haddad", "people:child-leave", "xiaoyu"),
    Shot("transfer", "college_admin", "people:transfer-detail", "transfer"),
    Shot("staff", "omar_haddad", "people:staff-list", "school"),
    Shot("staff-past", "omar_haddad", "people:staff-list", "school", query="roles=past"),
    Shot("staff-edit", "omar_haddad", "people:staff-edit", "membership"),
    Shot("staff-hand-over", "omar_haddad", "people:staff-hand-over", "membership"),
    Shot("handover", "mei_chen", "people:handover", "handover"),
    Shot("people", "omar_haddad", "people:person-list", "school"),
    Shot("divisions", "omar_haddad", "people:division-list", "school"),
    Shot("aspects", "omar_haddad", "visits:aspect-list", "school"),
    Shot("letterhead", "omar_haddad", "people:letterhead-preview", "school"),
    Shot("guardian-same", "omar_haddad", "people:guardianship-same", "namesake"),
    Shot("staff-caseload", "omar_haddad", "people:staff-detail", "membership"),
    Shot("roster-import", "omar_haddad", "people:roster-import", "school"),
    Shot("roster-export", "omar_haddad", "people:roster-export", "school"),
    Shot("visits-import", "omar_haddad", "visits:visits-import", "school"),
    Shot("situation-classes", "daniel_okafor", "counseling:situation-class-list"),
    Shot("situation-class", "daniel_okafor", "counseling:situation-class", "situation_class"),
    Shot("situation-marks", "daniel_okafor", "counseling:situation-marks", "situation_class"),
    Shot(
        "situation-attendance",
        "daniel_okafor",
        "counseling:situation-attendance",
        "situation_class",
    ),
    Shot("situation-child", "daniel_okafor", "counseling:situation-child", "mateo"),
    Shot("situation-add", "daniel_okafor", "counseling:situation-add", "mateo"),
    Shot("situation-correct", "daniel_okafor", "counseling:situation-correct", "observation"),
    Shot("situation-family", "camila_ruiz", "counseling:situation-family", "mateo"),
    Shot("situation-import", "daniel_okafor", "counseling:import-list", "school"),
    Shot("letters", "omar_haddad", "people:invitation-list", "school"),
    Shot("letters-of-a-class", "omar_haddad", "people:invitation-class", "invited_class"),
    Shot("who-is-out", "ruth_adler", "visits:outing-list"),
    Shot("before-you-go", "mei_chen", "visits:outing-begin", "planned_visit"),
    Shot("roster-read", "omar_haddad", "people:roster-detail", "roster"),
    Shot("tokens", "omar_haddad", "people:token-list"),
    Shot("token", "omar_haddad", "people:token-create"),
    Shot("second-step", "omar_haddad", "mfa_index"),
    Shot("not-found", "lin_mei", "people:child-detail", "school"),
    Shot("parts", "", "look"),
)


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
