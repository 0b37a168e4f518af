"""Real worker, relay, Redis, PostgreSQL and SMTP: what dies loses nothing and sends nothing twice."""

import time
from collections import Counter

import pytest
from django.test import Client

from homeschool.celery import app
from homeschool.journal import channels
from homeschool.journal.models import Attempt, Delivery, Job, Notice
from homeschool.reports.models import ReportRun
from homeschool.reports.term import Filters
from tests import builders

from .conftest import cut_connections, soon
from .test_expand import make_readers

MANY = 500


def sent():
    return Delivery.objects.filter(channel="email", state="sent").count()


def waiting():
    return Delivery.objects.waiting().exists()


def post_to_all(post, kind):
    """Tell five hundred readers, and wait until the worker is in the middle of it."""
    make_readers(MANY)
    post(kind)
    assert soon(lambda: sent() > MANY / 10, 30), "the worker sends nothing"
    assert sent() < MANY * 0.8, "the worker was too quick to be killed in the middle"


class Beat:
    """Does what beat does each minute, every two seconds: asks the worker to clean up after the dead."""

    def __init__(self, redis_server):
        self.url, self.asked = redis_server.url, time.monotonic()

    def until(self, question, seconds):
        return soon(lambda: self.tick() or question(), seconds)

    def tick(self):
        if time.monotonic() - self.asked > 2:
            self.asked = time.monotonic()
            with app.connection_for_write(self.url) as broker:
                app.send_task("journal.sweep", connection=broker, queue="celery")


@pytest.mark.parametrize("kind", ["live.all.urgent", "live.all"])
def test_it_loses_none_of_five_hundred_when_the_worker_is_killed(
    kind, processes, redis_server, sink, post, record_testsuite_property
):
    began = time.monotonic()
    processes.relay()
    worker = processes.worker()
    post_to_all(post, kind)
    processes.kill(worker)
    killed_at = sent()
    second = processes.worker()
    assert Beat(redis_server).until(lambda: not waiting(), 45), second.log.read_text()[-3000:]

    emails = Delivery.objects.filter(channel="email")
    states = Counter(emails.values_list("state", flat=True))
    keys = {f"<{key}@localhost>" for key in emails.values_list("key", flat=True)}
    arrived = Counter(sink.keys)
    assert set(arrived) <= keys
    assert len(keys) == MANY
    if kind == "live.all.urgent":  # twice rather than never, and never twice behind the key
        assert states == {"sent": MANY}
        assert set(arrived) == keys
    else:  # never twice at all: what nobody knows is uncertain, and a person decides
        assert states["sent"] + states["uncertain"] == MANY
        assert states["uncertain"] <= 2  # what the two processes of the worker had in hand
        assert max(arrived.values()) == 1
        assert MANY - states["uncertain"] <= len(arrived)
    twice = [key for key, times in arrived.items() if times > 1]
    assert len(twice) <= 2
    record_testsuite_property(f"{kind}: sent when it was killed", killed_at)
    record_testsuite_property(f"{kind}: twice under one key", len(twice))
    record_testsuite_property(f"{kind}: seconds", time.monotonic() - began)


def test_it_leaves_after_redis_was_away_while_it_was_posted(
    processes, redis_server, sink, post, record_testsuite_property
):
    processes.relay()
    processes.worker()
    post(dedupe_key="first")
    assert soon(lambda: len(sink.messages) == 1, 30)
    redis_server.stop()
    began = time.monotonic()
    post(dedupe_key="while away")
    assert time.monotonic() - began < 1  # it asks nothing of Redis
    time.sleep(6)
    assert len(sink.messages) == 1
    redis_server.start()
    assert soon(lambda: len(sink.messages) == 2, 40)
    record_testsuite_property("seconds after Redis came back", soon.took)


def test_it_goes_from_the_fact_to_the_inbox_and_back(
    processes, sink, post, cast, record_testsuite_property
):
    """The whole way: notice, relay, worker, SMTP, the link in the mail, “I have read it”."""
    processes.relay()
    processes.worker()
    notice = post()
    assert soon(lambda: sink.messages, 30)
    post(dedupe_key="again")
    assert soon(lambda: len(sink.messages) == 2, 10)
    record_testsuite_property("seconds from the fact to the inbox", soon.took)
    text = sink.messages[0].get_body(("plain",)).get_content()
    path = next(line for line in text.splitlines() if "/m/" in line).removeprefix(
        "http://localhost:8000"
    )
    assert Client().get(path).status_code == 200
    assert Client().post(f"{path}confirm/").status_code == 302
    assert notice.receipts.get(person=cast.mother).acknowledged_at
    assert channels.letter_token(notice.receipts.get()).split(".")[0] in path


def test_it_goes_on_when_the_database_was_restarted(processes, sink, post):
    relay, worker = processes.relay(), processes.worker()
    post(dedupe_key="first")
    assert soon(lambda: len(sink.messages) == 1, 30)
    cut_connections()
    post(dedupe_key="second")
    assert soon(lambda: len(sink.messages) == 2, 20), worker.log.read_text()[-3000:]
    assert relay.poll() is None


def test_it_does_a_job_in_chunks_and_goes_on_after_a_kill(processes, redis_server, cast):
    processes.relay()
    worker = processes.worker()
    job = Job.ask("live.count", by=cast.counselor, of=12, seconds=0.3)

    def done():
        return Job.objects.get(pk=job.pk).progress.get("done", 0)

    assert soon(lambda: done() >= 3, 30)
    processes.kill(worker)
    before = done()
    processes.worker()
    beat = Beat(redis_server)
    assert beat.until(lambda: Job.objects.get(pk=job.pk).state == "done", 30)
    job.refresh_from_db()
    assert job.progress == {"done": 12, "of": 12}
    assert 3 <= before < 12
    assert job.ended_at
    assert Notice.objects.count() == Attempt.objects.count() == 0


def test_a_report_whose_worker_is_killed_is_finished_with_the_same_figures(
    processes, redis_server, cast
):
    processes.relay()
    worker = processes.worker()
    run = ReportRun.objects.ask(
        by=cast.school_admin, term=cast.term, audience="staff", filters=Filters(), language="en"
    )
    assert soon(lambda: ReportRun.objects.get(pk=run.pk).hash, 30), worker.log.read_text()[-3000:]
    processes.kill(worker)
    run.refresh_from_db()
    frozen = run.hash
    assert run.files.count() < 2
    builders.make_student(cast.school_class)  # too late for this report
    processes.worker()
    beat = Beat(redis_server)
    assert beat.until(lambda: Job.objects.get(pk=run.job_id).state == "done", 30)
    run.refresh_from_db()
    assert run.hash == run.figures.hash == frozen
    assert run.figures.total("students_on_roll").value == 3
    assert sorted(run.files.values_list("ending", flat=True)) == ["csv", "xlsx"]
