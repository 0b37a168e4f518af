"""Several machines on one PostgreSQL and Redis: two relays, two workers, two web servers, for real."""

import concurrent.futures
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from pathlib import Path

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from homeschool.journal.models import Attempt, Delivery, Job
from tests.cast import sign_in
from tests.processes import disconnected, serve
from visits.models import Meeting

from .conftest import soon
from .test_expand import make_readers

MANY, JOBS, CHUNKS = 200, 6, 4
MARK = "m" * 32  # a CSRF token: the cookie and the form say the same


def parent_of(pid):
    """Return the process that started another one."""
    return int(Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()[1])


def waiting():
    """Whether letters or jobs still wait; asked in this order, since letters are written meanwhile."""
    return (
        Delivery.objects.filter(channel="email").count() < MANY
        or Delivery.objects.waiting().exists()
        or Job.objects.waiting().exists()
    )


def test_two_relays_and_two_workers_tell_each_reader_once(processes, sink, post, cast):
    relays = [processes.relay() for _ in range(2)]
    workers = [processes.worker("--hostname", f"machine{n}@%h") for n in range(2)]
    for relay in relays:
        assert soon(lambda r=relay: "listening" in r.log.read_text()), relay.log.read_text()
    for worker in workers:
        assert soon(lambda w=worker: " ready." in w.log.read_text()), worker.log.read_text()
    make_readers(MANY)
    jobs = [Job.ask("live.count", by=cast.counselor, of=CHUNKS) for _ in range(JOBS)]
    post("live.all")
    assert soon(lambda: not waiting(), 60), workers[0].log.read_text()[-3000:]

    arrived = Counter(sink.keys)
    assert len(arrived) == MANY
    assert set(arrived.values()) == {1}
    emails = Delivery.objects.filter(channel="email")
    assert set(emails.values_list("state", "attempts")) == {("sent", 1)}
    sent_by = {
        parent_of(worker.rsplit(":", 1)[1].split()[0])
        for worker in Attempt.objects.values_list("worker", flat=True)
    }
    assert sent_by == {worker.pid for worker in workers}  # both had their part
    for job in jobs:
        job.refresh_from_db()
        assert (job.state, job.progress) == ("done", {"done": CHUNKS, "of": CHUNKS})


# --- two web servers ------------------------------------------------------------------------------


def ask(url, cookies, data=None):
    """Return (status, where it was sent to in the end) of a page, or of a form that is sent."""
    cookies = {settings.CSRF_COOKIE_NAME: MARK} | cookies
    headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
    if data is not None:
        data = urllib.parse.urlencode(data | {"csrfmiddlewaretoken": MARK}, doseq=True).encode()
    asked = urllib.request.Request(url, data, headers)  # noqa: S310 - our own address
    try:
        with urllib.request.urlopen(asked, timeout=20) as answer:  # noqa: S310
            return answer.status, urllib.parse.urlsplit(answer.url).path
    except urllib.error.HTTPError as error:
        with error:
            return error.code, ""


def test_two_web_servers_are_one_portal(cast, transactional_db, sink, tmp_path):
    post = {"EMAIL_URL": f"smtp://127.0.0.1:{sink.port}"}
    with disconnected(), serve(tmp_path, **post) as one, serve(tmp_path, **post) as other:
        session = {name: m.value for name, m in sign_in(cast.principal).cookies.items()}
        they_know_one_session((one, other), session, cast.child)
        they_take_a_form_once((one, other), session, cast.school_class)
        they_count_tries_together((one, other), cast.mother)


def they_know_one_session(machines, session, child):
    page = reverse("people:child-detail", args=[child.pk])
    assert [ask(address + page, session) for address in machines] == [(200, page)] * 2


def they_take_a_form_once(machines, session, school_class):
    """Eight clicks at the same moment, four on each machine."""
    today = timezone.localdate().isoformat()
    form = {"theme": "Winter", "on": today, "classes": [str(school_class.pk)]}
    form |= {"submission": "20000000-0000-4000-8000-000000000000", "parents_present": "12"}
    new, seen = reverse("visits:meeting-create"), reverse("visits:meeting-list")
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        sent = list(pool.map(lambda n: ask(machines[n % 2] + new, session, form), range(8)))
    [(status, answered)] = set(sent)
    assert status == 200
    assert answered.startswith(seen)
    assert Meeting.objects.count() == 1


def they_count_tries_together(machines, mother):
    """Three codes a minute for one person, wherever they are asked for."""
    login, who = reverse("account_login"), {"email": mother.email}
    assert [ask(machines[n % 2] + login, {}, who)[0] for n in range(4)] == [200, 200, 200, 429]
