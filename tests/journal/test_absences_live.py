"""An evening's absences through a real relay, worker and mail server: one letter a home, none too many."""

import datetime as dt

from django.utils import timezone

from counseling.models import Attendance, Seat
from homeschool.journal.models import Delivery, Notice, reminding
from tests import builders
from tests.counseling.after_school import make_programme, make_session
from tests.processes import disconnected

from .conftest import soon

ABSENT, RULE = 6, "counseling.not_there"


def test_an_evening_of_absences_reaches_each_home_once(processes, sink, cast):
    programme = make_programme(cast, capacity=20)
    children = [builders.make_student(cast.school_class, f"Child {n}") for n in range(ABSENT + 1)]
    for n, child in enumerate(children):
        builders.make_guardian(child, f"Home {n}", email=f"home{n}@example.org", language="en")
        Seat.objects.ask(programme, child, by=cast.counselor)
    Seat.objects.update(taken_at=timezone.now() - dt.timedelta(days=9))
    Notice.objects.all().update(cancelled_at=timezone.now())  # of the seats: not what is tried here
    session = make_session(programme)
    marks = {child.pk: {"mark": "absent"} for child in children}
    Attendance.objects.mark(session, marks, by=cast.counselor)
    Attendance.objects.mark(session, {children[-1].pk: {"mark": "late"}}, by=cast.counselor)
    with disconnected():
        relay, worker = processes.relay(), processes.worker()
        assert soon(lambda: "listening" in relay.log.read_text()), relay.log.read_text()
        assert soon(lambda: " ready." in worker.log.read_text()), worker.log.read_text()
        rule = next(rule for rule in reminding.table() if rule.name == RULE)
        rows = list(Attendance.objects.filter(mark="absent"))
        evening = max(rule.event(row) for row in rows)
        reminding.run(rule, evening - dt.timedelta(days=1))
        assert reminding.run(rule, evening + dt.timedelta(minutes=1)) == ABSENT
        assert reminding.run(rule, evening + dt.timedelta(minutes=2)) == 0
        sent = Delivery.objects.filter(channel="email", state="sent")
        assert soon(lambda: sent.count() == ABSENT, 60), worker.log.read_text()[-3000:]
    to = sorted(message["To"] for message in sink.messages)
    assert len(to) == len(set(to)) == ABSENT
    for message in sink.messages:
        text = message.get_body(("plain",)).get_content()
        assert "was not there after school" in text
        assert "Reading club" not in text
