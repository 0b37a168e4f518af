"""What is killed, frozen, starved or flushed loses nothing and tells nothing twice.

Real processes; bounded here. `pytest tests/journal/test_faults.py --faults-in-full` does it in the
sizes and with the pauses of a school, and writes the table in docs/reliability.md.
"""

import contextlib
import os
import random
import signal
import subprocess
import threading
import time
import uuid

import environ
import psycopg2
import pytest
import redis
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from homeschool import services
from homeschool.journal.actions import NO_ADDRESS
from homeschool.journal.models import Delivery, Entry, Submission
from homeschool.processes import wait_until
from tests.cast import sign_in
from tests.processes import backends, database_url, state_folder
from tests.test_restore import tool
from visits.models import Meeting

from . import faults
from .faults import Fault, Stack, catch_up, is_waiting, judge, p95, said, sent
from .test_expand import make_readers

ANSWERED_IN = 1.5  # seconds, for 95 of 100 forms, while Redis is away
READY_AGAIN = 10  # seconds, after the database is back
LETTERS_OF_A_CRASH = 200


@pytest.fixture(scope="module")
def in_full(request):
    return request.config.getoption("faults_in_full")


@pytest.fixture(scope="module")
def size(in_full):
    """Return `size(full, bounded)`."""
    return lambda full, bounded: full if in_full else bounded


@pytest.fixture(scope="module")
def parts(in_full, django_db_setup, django_db_blocker, tmp_path_factory):
    """All parts of the portal but the web, for all tests of this file: they outlive every fault."""
    with django_db_blocker.unblock():
        before = backends()
        stack = Stack(tmp_path_factory.mktemp("faults"), in_full=in_full)
        try:
            yield stack.start()
        finally:
            stack.stop()
            wait_until(lambda: backends() <= before, 10)
            connection.close()


@pytest.fixture
def stack(parts, transactional_db):
    """The parts, with nothing under way and a mail server that behaves."""
    parts.mail.be_well()
    return parts


@pytest.fixture
def web(stack):
    web = stack.web().start()
    yield web
    web.stop(signal.SIGKILL)


@pytest.fixture
def fault(request, in_full):
    """Return `fault(name, amount)`: a row of the table, which says so where the test failed."""

    failed, rows = request.session.testsfailed, []

    def fault(name, amount):
        rows.append(Fault(name, amount))
        return rows[-1]

    yield fault
    for row in rows:
        if request.session.testsfailed > failed:
            row.notes.append("**does not hold**")
        if in_full and (row.lost is not None or failed < request.session.testsfailed):
            faults.write([row])


@pytest.fixture
def tell(post):
    """Return `tell(letters)`: so many letters on their way, half of them urgent."""

    def tell(letters):
        make_readers(letters // 2)
        for kind in ("faults.urgent", "faults.routine"):
            post(kind)
        return letters // 2 * 2

    return tell


@pytest.fixture
def forms(cast):
    """Return `forms(web)`: somebody who sends forms to a web server."""
    cookies = {name: m.value for name, m in sign_in(cast.principal).cookies.items()}
    return lambda *webs: Forms(webs, cookies, cast.school_class)


class Forms:
    """Forms of one person: each is a meeting, with a key of its own."""

    def __init__(self, webs, cookies, school_class):
        self.webs, self.cookies, self.school_class = webs, cookies, school_class
        self.keys, self.seconds, self.away = [], [], []
        self.path = reverse("visits:meeting-create")

    def new(self):
        key = str(uuid.uuid4())
        self.keys.append(key)
        today = timezone.localdate().isoformat()
        form = {"theme": f"Evening {len(self.keys)}", "on": today, "parents_present": "12"}
        return form | {"classes": [str(self.school_class.pk)], "submission": key}

    def send(self, form, web=None, **headers):
        """Send it; returns (status, where to). Raises OSError where there was no answer."""
        began = time.monotonic()
        status, told, _text = (web or self.webs[0]).ask(self.path, self.cookies, form, **headers)
        self.seconds.append(time.monotonic() - began)
        if status == 503:
            self.away.append(told)
        return status, told.get("Location", "")

    def send_until_taken(self, form, seconds=60):
        """Send it to one server after the other, as a proxy does, until one takes it."""
        end = time.monotonic() + seconds
        for n in range(10_000):
            assert time.monotonic() < end, "no server took the form"
            try:
                status, where = self.send(form, self.webs[n % len(self.webs)])
            except OSError:
                time.sleep(0.05)
                continue
            if status == 302:
                return where
            assert status == 503, status
            time.sleep(0.2)

    def judge(self):
        """Every form was taken once."""
        keys = Submission.objects.values_list("key", flat=True)
        assert sorted(map(str, keys)) == sorted(self.keys)
        assert Meeting.objects.count() == len(self.keys)


# --- who works is killed --------------------------------------------------------------------------


def kill_by_progress(kills, letters, kill, patience=10):
    """Call `kill(n)` each time that another part of the letters has left."""
    for n in range(kills):
        wait_until(lambda n=n: sent() >= letters * (n + 0.5) / (kills + 1), patience, step=0.02)
        kill(n)


def test_workers_are_killed(stack, tell, fault, size):
    kills, letters = size(100, 3), size(5000, 400)
    row = fault("kill -9 of workers", f"{kills} in {letters:,} letters")
    tell(letters)
    kill_by_progress(kills, letters, lambda n: stack.replace(n % 2))
    catch_up(row)
    judge(row, stack.mail, wanted=letters)
    assert row.again <= kills * 2  # of each process that was killed the one in hand, at most


def test_children_of_the_pool_are_killed(stack, tell, fault, size):
    kills, letters = size(50, 4), size(2500, 300)
    row = fault("kill -9 of a process of the pool", f"{kills} in {letters:,} letters")
    tell(letters)

    def kill(n):
        pids = faults.children(stack.workers[n % 2])
        if pids:
            os.kill(random.choice(pids), signal.SIGKILL)  # noqa: S311

    kill_by_progress(kills, letters, kill)
    catch_up(row)
    judge(row, stack.mail, wanted=letters)
    assert row.again <= kills


def test_the_relay_is_killed(stack, tell, fault, size):
    kills, letters = size(20, 2), size(1000, 200)
    row = fault("kill -9 of the relay", f"{kills} in {letters:,} letters")
    tell(letters)

    def kill(n):
        faults.end(stack.relay)
        stack.relay = stack.new_relay()

    kill_by_progress(kills, letters, kill)
    catch_up(row)
    judge(row, stack.mail, wanted=letters)
    assert row.again == 0


def test_beat_is_stopped(stack, tell, fault, size):
    """Letters leave without it; what a dead worker held waits for it."""
    seconds, letters = size(60, 2), size(1000, 200)
    row = fault("beat stopped, and a worker killed", f"{seconds} s, {letters:,} letters")
    stack.mail.slow = 0.01
    faults.end(stack.beat, signal.SIGTERM)
    tell(letters)
    assert wait_until(lambda: sent() > letters / 10, 30), said(stack.workers[0])
    stack.replace(0)
    time.sleep(seconds)
    stack.beat = stack.new_beat()
    catch_up(row)
    judge(row, stack.mail, wanted=letters)


# --- the web server is killed between commit and answer --------------------------------------------


def test_the_web_server_dies_between_commit_and_answer(stack, web, forms, fault, size):
    count = size(200, 6)
    row = fault("kill -9 of web between commit and answer", f"{count} forms")
    sender, first = forms(web), []
    for _ in range(count):
        form = sender.new()
        with pytest.raises(OSError, match=r".*"):
            sender.send(form, **{"X-Test-Die": "1"})
        key = form["submission"]
        first.append(Submission.objects.values_list("answer", flat=True).get(key=key))
        assert sender.send_until_taken(form) == first[-1]  # the retry gets the same receipt
    sender.judge()
    row.lost, row.doubled = count - Meeting.objects.count(), Meeting.objects.count() - count
    row.notes.append("each retry got the first answer")
    catch_up(row)
    faults.assert_holds(row)


def test_no_record_is_read_unwritten_when_web_dies(stack, web, forms, fault, size, cast):
    """As many entries as readings, also where the reader's page was lost on the way."""
    count = size(20, 3)
    row = fault("kill -9 of web while a record is read", f"{count} pages")
    reader = {name: m.value for name, m in sign_in(cast.counselor).cookies.items()}
    page = reverse("people:child-detail", args=[cast.child.pk])

    def read(**headers):
        try:
            return web.ask(page, reader, **headers)[0]
        except OSError:
            return None

    for _ in range(count):
        assert read(**{"X-Test-Die": "1"}) is None
        assert wait_until(lambda: read() == 200, 10)
    readings = Entry.objects.filter(verb="child.viewed", actor=cast.counselor).count()
    assert readings >= 2 * count
    row.lost = row.doubled = 0
    row.notes.append(f"{readings} entries for {2 * count} readings")


# --- Redis ----------------------------------------------------------------------------------------


def send_meanwhile(sender, seconds, least):
    """Send forms for so long; each is answered, whatever became of Redis."""
    end = time.monotonic() + seconds
    while time.monotonic() < end or len(sender.seconds) < least:
        assert sender.send(sender.new())[0] == 302
        time.sleep(0.05)


def redis_away(stack, web, forms, tell, row, letters, seconds, *, go, come):
    """Let Redis go in the middle of letters, send forms while it is away, and let it come back."""
    stack.mail.slow = 0.005
    tell(letters)
    assert wait_until(lambda: sent() > letters / 20, 30), said(stack.workers[0])
    go()
    sender = forms(web)
    send_meanwhile(sender, seconds, least=20)
    assert is_waiting(), "all letters had left before"
    come()
    catch_up(row)
    judge(row, stack.mail, wanted=letters)
    sender.judge()
    slow = p95(sender.seconds)
    row.notes.append(f"{len(sender.keys)} forms meanwhile, 95 of 100 within {slow:.2f} s")
    assert slow < ANSWERED_IN


def test_redis_is_stopped(stack, web, forms, tell, fault, size):
    seconds, letters = size(60, 3), size(1000, 500)
    row = fault("Redis stopped", f"{seconds} s, {letters:,} letters")
    away = stack.redis
    redis_away(
        stack, web, forms, tell, row, letters, seconds, go=away.stop, come=away.start
    )  # fmt: skip


def test_redis_is_frozen(stack, web, forms, tell, fault, size):
    seconds, letters = size(60, 3), size(1000, 500)
    row = fault("Redis frozen (SIGSTOP)", f"{seconds} s, {letters:,} letters")
    away = stack.redis
    redis_away(
        stack, web, forms, tell, row, letters, seconds, go=away.freeze, come=away.thaw
    )  # fmt: skip


def test_redis_is_full(stack, web, forms, tell, fault, size):
    seconds, letters = size(60, 3), size(1000, 500)
    row = fault("Redis full (noeviction)", f"{seconds} s, {letters:,} letters")
    client = redis.Redis.from_url(stack.redis.url)

    def limit(size):
        client.config_set("maxmemory-policy", "noeviction")
        client.config_set("maxmemory", size)

    redis_away(
        stack, web, forms, tell, row, letters, seconds,
        go=lambda: limit("100kb"), come=lambda: limit("0"),
    )  # fmt: skip
    client.close()


def many_times(stack, tell, row, times, letters, hurt):
    """Hurt Redis so many times while letters leave."""
    stack.mail.slow = 0.005
    tell(letters)
    kill_by_progress(times, letters, lambda n: hurt())
    catch_up(row)
    judge(row, stack.mail, wanted=letters)
    assert row.again == 0


def test_redis_is_restarted(stack, tell, fault, size):
    times, letters = size(10, 2), size(1000, 300)
    row = fault("Redis restarted, its file lost", f"{times} times in {letters:,} letters")

    def hurt():
        stack.redis.stop()
        stack.redis.start()

    many_times(stack, tell, row, times, letters, hurt)


def test_redis_is_flushed(stack, tell, fault, size):
    times, letters = size(10, 2), size(1000, 300)
    row = fault("Redis flushed", f"{times} times in {letters:,} letters")
    client = redis.Redis.from_url(stack.redis.url)
    many_times(stack, tell, row, times, letters, client.flushall)
    client.close()


# --- the mail server ------------------------------------------------------------------------------


def test_the_mail_server_is_down(stack, tell, fault, size):
    seconds, letters = size(60, 2), size(1000, 200)
    row = fault("SMTP down", f"{seconds} s, {letters:,} letters")
    stack.mail.slow = 0.005
    tell(letters)
    assert wait_until(lambda: sent() > letters / 20, 30), said(stack.workers[0])
    stack.mail.stop()
    time.sleep(seconds)
    stack.mail.start()
    catch_up(row)
    judge(row, stack.mail, wanted=letters)


def test_the_mail_server_is_slow(stack, tell, fault, size):
    seconds, letters = size(2, 0.3), size(120, 30)
    row = fault("SMTP slow", f"{seconds} s a letter, {letters} letters")
    stack.mail.slow = seconds
    tell(letters)
    catch_up(row, seconds * letters + 60)
    judge(row, stack.mail, wanted=letters)
    row.notes.append(f"all left in {row.seconds:.0f} s, one by one {seconds * letters:.0f} s")
    row.seconds = None  # the fault never ended
    assert row.again == 0


def test_a_third_of_the_addresses_is_bad(stack, tell, fault, size):
    letters = size(1000, 200)
    row = fault("SMTP refuses 30 % of the addresses", f"{letters:,} letters")
    stack.mail.refuses = lambda address: int(address[6 : address.index("@")]) % 10 < 3
    tell(letters)
    catch_up(row, 120)
    refused = Delivery.objects.filter(state="failed", error__startswith="550").count()
    dropped = Delivery.objects.filter(state="cancelled", error=NO_ADDRESS).count()
    row.seconds = None
    row.notes.append(
        f"{refused:,} given up with the server's reason, {dropped:,} more kept back, to the same addresses"
    )
    judge(row, stack.mail, wanted=letters, refused=refused, dropped=dropped)
    assert refused + dropped == letters * 0.3


def test_the_mail_server_hangs_up_after_the_letter(stack, tell, fault, size):
    letters = size(500, 40)
    row = fault("SMTP hangs up after DATA", f"{letters:,} letters")
    stack.mail.hangs_up = True
    tell(letters)
    catch_up(row, 120)
    judge(row, stack.mail, wanted=letters)
    row.notes.append(f"all taken in {row.seconds:.0f} s, each at the second try")
    row.seconds = None  # the fault was there for each letter
    assert row.again <= letters


# --- PostgreSQL -----------------------------------------------------------------------------------


@pytest.fixture
def own_database(transactional_db, cast, monkeypatch):
    """A PostgreSQL that can be crashed, with what stands in the tests' database; asked from here too."""
    make_readers(LETTERS_OF_A_CRASH)
    old = database_url()
    for name in services.URLS:
        monkeypatch.delenv(name, raising=False)
    with state_folder() as folder:
        state = services.State(folder)
        new = services.join(state)["DATABASE_URL"]
        dump = subprocess.run([tool("pg_dump"), "--no-owner", old], capture_output=True, check=True)
        psql = [tool("psql"), "--quiet", "--set=ON_ERROR_STOP=1", new]
        subprocess.run(psql, input=dump.stdout, stdout=subprocess.DEVNULL, check=True)
        with ask_instead(new):
            yield Crashing(services.home_of_postgres(folder), new)
        state.users.free()
        services._KEEPERS[-1].wait(30)


@contextlib.contextmanager
def ask_instead(url):
    """Let Django in this process ask another database for a while."""
    at, new = connection.settings_dict, environ.Env.db_url_config(url)
    names = ("NAME", "USER", "PASSWORD", "HOST", "PORT")
    old = {name: at[name] for name in names}
    connection.close()
    at.update({name: new[name] for name in names})
    try:
        yield
    finally:
        connection.close()
        at.update(old)


class Crashing:
    """A PostgreSQL that its keeper starts again, however it ends."""

    def __init__(self, home, url):
        self.home, self.url = home, url

    def crash(self):
        """End it without a word; returns when it takes connections again."""
        connection.close()
        pid = int(next(self.home.rglob("postmaster.pid")).read_text().splitlines()[0])
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not self.answers(), 5, step=0.01)
        assert wait_until(self.answers, 60, step=0.05), "PostgreSQL did not come back"
        return time.monotonic()

    def answers(self):
        try:
            psycopg2.connect(self.url, connect_timeout=2).close()
        except psycopg2.OperationalError:
            return False
        return True


def test_postgresql_crashes(own_database, forms, post, fault, in_full, tmp_path):
    crashes = 5 if in_full else 1
    row = fault("PostgreSQL killed and restarted", f"{crashes} times, {LETTERS_OF_A_CRASH} letters")
    stack = Stack(tmp_path, in_full=in_full, database=own_database.url)
    web = stack.web()
    try:
        stack.start(workers=1)
        web.start()
        stack.mail.slow = 0.02
        post("faults.urgent")
        assert wait_until(lambda: sent() > 5, 30), said(stack.workers[0])
        with Crowd(forms(web)) as crowd:
            back = [crowd.recovery(own_database.crash()) for _ in range(crashes)]
        catch_up(row)
        judge(row, stack.mail, wanted=LETTERS_OF_A_CRASH)
        crowd.sender.judge()
    finally:
        web.stop(signal.SIGKILL)
        stack.stop()
    assert crowd.away, "nobody noticed"
    assert all(told.get("Retry-After") for told in crowd.away)
    assert max(back) < READY_AGAIN
    row.notes.append(
        f"{len(crowd.away)} answers 503, normal again {max(back):.1f} s after it was back, "
        f"{len(crowd.sender.keys)} forms taken once each"
    )


class Crowd:
    """Sends one form after the other, each until it is taken; notes when and what was refused."""

    def __init__(self, sender):
        self.sender, self.taken, self.errors = sender, [], []
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self.run)

    @property
    def away(self):
        """The headers of the answers that said: not now."""
        return self.sender.away

    def run(self):
        try:
            while not self.stopping.is_set():
                self.sender.send_until_taken(self.sender.new())
                self.taken.append(time.monotonic())
                time.sleep(0.03)
        except BaseException as error:
            self.errors.append(error)
            raise

    def recovery(self, back):
        """Wait for the next form that is taken after `back`; returns how long it took."""
        wait_until(lambda: self.errors or (self.taken and self.taken[-1] > back), 30)
        assert not self.errors, self.errors
        return next(at for at in self.taken if at > back) - back

    def __enter__(self):
        self.thread.start()
        assert wait_until(lambda: len(self.taken) > 2 or self.errors, 30), "no form was taken"
        return self

    def __exit__(self, *_):
        self.stopping.set()
        self.thread.join(90)
        assert not self.errors, self.errors


# --- nothing at all is wrong ----------------------------------------------------------------------


def test_everything_is_restarted_in_turn(stack, web, forms, tell, fault, size):
    """As an upgrade does: two web servers and two workers, one after the other, under load."""
    rounds, letters = size(3, 1), size(2000, 400)
    row = fault("rolling restart under load", f"{rounds} of all parts, {letters:,} letters")
    other = stack.web().start()
    webs = [web, other]
    try:
        tell(letters)
        with Crowd(forms(*webs)) as crowd:
            for _ in range(rounds):
                restart_all(stack, webs)
        catch_up(row)
    finally:
        other.stop(signal.SIGKILL)
    judge(row, stack.mail, wanted=letters)
    crowd.sender.judge()
    assert not crowd.away
    assert row.again == 0
    row.notes.append(f"{len(crowd.sender.keys)} forms meanwhile, each taken once")


def restart_all(stack, webs):
    """End each part as it is asked to, and start it again before the next one."""
    for number, _worker in enumerate(stack.workers):
        stack.replace(number, signal.SIGTERM)
        new = stack.workers[number]
        assert wait_until(lambda new=new: stack.is_up(new, " ready."), 60), said(new)
    faults.end(stack.relay, signal.SIGTERM)
    stack.relay = stack.new_relay()
    faults.end(stack.beat, signal.SIGTERM)
    stack.beat = stack.new_beat()
    for web in webs:
        web.stop(signal.SIGTERM)
        web.start()
