"""An announcement asked once more through a real relay, worker and mail server, by another address."""

import datetime as dt

from django.utils import timezone

from homeschool.journal.models import Delivery, Receipt, reminding
from homeschool.people.models import Address
from messaging.models import Announcement
from messaging.models.announcing import ANNOUNCED
from messaging.models.chasing import ASKED_AGAIN
from tests import builders
from tests.processes import disconnected

from .conftest import soon

HOMES, RULE = 4, "announcement.ask_again"


def test_those_who_did_not_answer_are_asked_once_more_elsewhere(processes, sink, cast):
    other = builders.make_class(cast.school, "7k", adviser=cast.adviser.membership)
    for n in range(HOMES):
        child = builders.make_student(other, f"Child {n}")
        home = builders.make_guardian(
            child, f"Home {n}", email=f"home{n}@example.org", language="en"
        )
        Address.objects.create(user=home, channel="email", value=f"other{n}@example.org")
    row = Announcement.objects.begin(
        cast.school, "class", str(other.pk), by=cast.adviser, level="tap",
        words={"language": "en", "title": "Trip", "text": "We go to the museum."},
        answer_by=timezone.now() + dt.timedelta(hours=30),
    )  # fmt: skip
    row.send(by=cast.adviser)
    rule = next(rule for rule in reminding.table() if rule.name == RULE)
    with disconnected():
        relay, worker = processes.relay(), processes.worker()
        assert soon(lambda: "listening" in relay.log.read_text()), relay.log.read_text()
        assert soon(lambda: " ready." in worker.log.read_text()), worker.log.read_text()
        sent = Delivery.objects.filter(channel="email", state="sent")
        assert soon(lambda: sent.count() == HOMES, 60), worker.log.read_text()[-3000:]
        first = Receipt.objects.get(notice__kind=ANNOUNCED, person__full_name="Home 0")
        first.acknowledge()
        assert reminding.run(rule, row.answer_by - dt.timedelta(minutes=5)) == 0
        assert reminding.run(rule, row.answer_by + dt.timedelta(minutes=1)) == 1
        assert reminding.run(rule, row.answer_by + dt.timedelta(minutes=2)) == 0
        again = sent.filter(receipt__notice__kind=ASKED_AGAIN)
        assert soon(lambda: again.count() == HOMES - 1, 60), worker.log.read_text()[-3000:]
    to = [message["To"].rpartition("<")[2].rstrip(">") for message in sink.messages]
    assert sorted(to) == sorted(
        [f"home{n}@example.org" for n in range(HOMES)]
        + [f"other{n}@example.org" for n in range(1, HOMES)]
    )
    text = next(m for m in sink.messages if "other1" in m["To"]).get_body(("plain",)).get_content()
    assert "ask once more" in text
    assert "Trip" not in text.partition("\n")[0]
