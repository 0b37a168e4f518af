"""Letters that come back: at the server's door, by a provider's report; what follows for the address."""

import base64
import json
import smtplib

import pytest
import requests
from django.core.mail import EmailMessage
from django.urls import reverse

from homeschool import providers
from homeschool.journal import actions
from homeschool.journal.models import Attempt, Bounce, Delivery, Entry, bouncing
from homeschool.people.models import Address

from .conftest import hand_out

pytestmark = pytest.mark.django_db
SECRET = "report:3f1a9c"
URL = "/mail/events/"


def address_of(person):
    return Address.objects.get(user=person, channel="email")


def send(delivery):
    actions.deliver(hand_out())
    delivery.refresh_from_db()
    return delivery


# --- at the door of the server --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "reply", "gone"),
    [
        (550, "5.1.1 no such person", True),
        (550, "5.1.10 this domain takes no mail", True),
        (550, "5.2.1 mailbox disabled", True),
        (552, "5.2.2 mailbox full", False),
        (550, "5.7.1 blocked", False),
        (554, "5.7.26 not authenticated", False),
        (550, "no such user here", True),
        (553, "mailbox name not allowed", True),
        (550, "rejected by policy", False),
        (550, "listed by a blacklist", False),
        (554, "transaction failed", False),
        (554, "5.7.1 Client host [65.1.22.3] blocked", False),
        (550, "5.7.26 mail from 185.1.4.9 fails DMARC", False),
        (550, "65.1.22.3 is not welcome: blocked", False),
        (450, "4.2.1 try later", False),
        (450, "5.1.1 confused", False),
    ],
)
def test_it_knows_which_refusals_are_about_the_address(code, reply, gone):
    assert bouncing.is_about_the_address(code, reply) is gone


def test_it_writes_no_more_to_an_address_that_the_server_does_not_know(cast, told, sink):
    delivery = told()
    sink.answers[cast.mother.email] = "550 5.1.1 no such person"
    assert send(delivery).state == "failed"
    assert address_of(cast.mother).failed_at
    bounce = Bounce.objects.get()
    assert (bounce.kind, bounce.delivery) == ("hard", delivery)
    assert cast.mother.email not in bounce.reason
    assert Entry.objects.filter(verb="address.failed").count() == 1
    told_again = Delivery.objects.filter(receipt__person=cast.mother, channel="email")
    assert not told_again.exclude(pk=delivery.pk).exists()


@pytest.mark.parametrize("reply", ["450 4.2.1 try later", "550 5.7.1 policy"])
def test_it_goes_on_with_an_address_that_is_refused_for_another_reason(cast, told, sink, reply):
    delivery = told()
    sink.answers[cast.mother.email] = reply
    send(delivery)
    assert not address_of(cast.mother).failed_at
    assert not Bounce.objects.exists()


def test_an_address_that_two_people_share_fails_for_both(cast):
    shared = cast.mother.email
    other = Address.objects.create(user=cast.father, channel="email", value=shared.upper())
    Bounce.record("hard", "email", shared, reason="5.1.1", event="1")
    other.refresh_from_db()
    assert other.failed_at
    assert address_of(cast.mother).failed_at


# --- by a provider's report ---------------------------------------------------------------------------


@pytest.fixture
def provider(settings):
    """Postmark reports to us, with the secret."""
    settings.MAIL_PROVIDER, settings.MAIL_WEBHOOK_SECRET = "postmark", SECRET
    settings.ANYMAIL = settings.ANYMAIL | {"WEBHOOK_SECRET": SECRET}


@pytest.fixture
def report(client, provider):
    """Return `report(**fields)`: what Postmark posts, by whoever knows the secret."""

    def report(secret=SECRET, **fields):
        given = {"Authorization": "Basic " + base64.b64encode(secret.encode()).decode()}
        return client.post(URL, json.dumps(fields), content_type="application/json", headers=given)

    return report


def bounce(email, number=1, kind="HardBounce", code=1, **more):
    return {
        "RecordType": "Bounce", "ID": number, "Type": kind, "TypeCode": code, "Email": email,
        "MessageID": "m-1", "BouncedAt": "2026-11-20T10:00:00Z", "Details": f"550 <{email}> unknown",
    } | more  # fmt: skip


def test_a_hard_bounce_marks_the_address_and_gives_the_letter_up(cast, told, report):
    delivery = told()
    Delivery.objects.filter(pk=delivery.pk).update(state="sent", sent_at="2026-11-20T09:00Z")
    metadata = {"delivery": str(delivery.key)}
    assert report(**bounce(cast.mother.email, Metadata=metadata)).status_code == 200
    assert address_of(cast.mother).failed_at
    delivery.refresh_from_db()
    assert delivery.state == "failed"
    assert "unknown" in delivery.error
    assert cast.mother.email not in delivery.error
    assert Attempt.objects.get(delivery=delivery).outcome == "refused"


def test_a_report_that_comes_twice_counts_once(cast, report):
    for _n in range(2):
        assert report(**bounce(cast.mother.email)).status_code == 200
    assert Bounce.objects.count() == 1
    assert Entry.objects.filter(verb="address.failed").count() == 1


def test_three_soft_ones_in_a_week_take_an_address_out_of_use(cast, report):
    for n in range(3):
        assert not address_of(cast.mother).failed_at
        report(**bounce(cast.mother.email, n, "SoftBounce", 4096))
    assert address_of(cast.mother).failed_at


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("smtp;550 5.1.1 unknown", "hard"),
        ("smtp;552 5.2.2 over quota", "soft"),
        ("smtp;550 5.7.1 policy", "soft"),
        ("smtp;451 4.4.1 timed out", "soft"),
        ("", "hard"),
    ],
)
def test_the_words_of_the_receiving_server_say_whether_it_is_for_good(cast, report, said, kind):
    report(**bounce(cast.mother.email, Details=said, Description=""))
    assert Bounce.objects.get().kind == kind


def test_a_letter_that_arrives_clears_what_was_soft(cast, report):
    for n in range(3):
        report(**bounce(cast.mother.email, n, "SoftBounce", 4096))
    delivered = {
        "RecordType": "Delivery", "MessageID": "m-9", "Recipient": cast.mother.email,
        "DeliveredAt": "2026-11-21T10:00:00Z", "Details": "250 OK",
    }  # fmt: skip
    assert report(**delivered).status_code == 200
    assert not address_of(cast.mother).failed_at
    assert not Bounce.objects.unsettled().exists()


def test_a_letter_that_arrives_clears_nothing_hard(cast, report):
    report(**bounce(cast.mother.email))
    Bounce.arrived("email", cast.mother.email)
    assert address_of(cast.mother).failed_at


def test_a_complaint_ends_letters_to_the_address(cast, report):
    complaint = bounce(cast.mother.email, 7, "SpamComplaint", 512, RecordType="SpamComplaint")
    report(**complaint)
    assert Bounce.objects.get().kind == "complaint"
    assert address_of(cast.mother).failed_at


def test_it_believes_nobody_without_the_secret(cast, report):
    assert report(secret="report:guess", **bounce(cast.mother.email)).status_code == 400
    assert not Bounce.objects.exists()


@pytest.mark.parametrize("name", ["MAIL_PROVIDER", "MAIL_WEBHOOK_SECRET"])
def test_there_is_no_such_page_without_provider_or_secret(cast, report, settings, name):
    setattr(settings, name, "")
    assert report(**bounce(cast.mother.email)).status_code == 404


@pytest.mark.parametrize("body", ["", "[]", "{}", "null", "x", '{"RecordType": "Bounce"}'])
def test_it_bears_a_report_that_makes_no_sense(client, provider, body):
    client.raise_request_exception = False
    login = {"Authorization": "Basic " + base64.b64encode(SECRET.encode()).decode()}
    answer = client.post(URL, body, content_type="application/json", headers=login)
    assert answer.status_code in (200, 400, 500)
    assert not Bounce.objects.exists()


def test_every_provider_of_the_settings_has_a_reader_of_reports(settings):
    from homeschool.journal.api import VIEWS

    assert set(VIEWS) == set(settings.MAIL_PROVIDERS)


# --- a person knows better -----------------------------------------------------------------------------


def test_trying_again_takes_the_address_back_into_use(cast, told, sink):
    delivery = told()
    sink.answers[cast.mother.email] = "550 5.1.1 no such person"
    send(delivery)
    del sink.answers[cast.mother.email]
    assert bouncing.try_anyway(delivery, by=cast.school_admin)
    assert not address_of(cast.mother).failed_at
    assert send(delivery).state == "sent"
    assert len(sink.messages) == 1


def test_the_button_at_the_person_settles_it(cast, as_):
    Bounce.record("hard", "email", cast.mother.email, reason="5.1.1", event="1")
    url = reverse("people:address-works", args=[cast.school.pk, cast.mother.pk])
    from tests.builders import new_key

    as_(cast.school_admin).post(url, {"value": cast.mother.email, "submission": new_key()})
    assert not address_of(cast.mother).failed_at
    assert not Bounce.objects.unsettled().exists()


# --- what a provider answers, as a mail server says it --------------------------------------------------


class Answer(requests.Response):
    def __init__(self, code, **body):
        super().__init__()
        self.status_code, self._content = code, json.dumps(body).encode()


@pytest.fixture
def postmark(settings, monkeypatch):
    """Return `postmark(answer)`: a mail backend whose provider answers so; `.asked` is what it got."""
    settings.MAIL_PROVIDER = "postmark"
    settings.ANYMAIL = settings.ANYMAIL | {"POSTMARK_SERVER_TOKEN": "t"}

    def postmark(answer):
        backend = providers.Backend()
        backend.asked = []

        def request(self, **params):
            backend.asked.append(params)
            if isinstance(answer, Exception):
                raise answer
            return answer

        monkeypatch.setattr(requests.Session, "request", request)
        return backend

    return postmark


def letter():
    return EmailMessage("Hello", "Words", "a@x.org", ["b@x.org"], headers={"Message-ID": "<k-1@h>"})


def test_it_hands_a_letter_to_a_provider_with_its_key(postmark):
    said = {"ErrorCode": 0, "Message": "OK", "MessageID": "m-1", "To": "b@x.org"}
    backend = postmark(Answer(200, **said))
    assert backend.send_messages([letter()]) == 1
    (asked,) = backend.asked
    assert "k-1" in asked["data"]
    assert asked["timeout"] == 10


@pytest.mark.parametrize(
    ("answer", "error", "code"),
    [
        (Answer(401, Message="key"), smtplib.SMTPAuthenticationError, 535),
        (Answer(429, Message="slower"), smtplib.SMTPDataError, 451),
        (Answer(503, Message="down"), smtplib.SMTPDataError, 451),
        (requests.ConnectionError("no"), smtplib.SMTPConnectError, 421),
        (Answer(400, ErrorCode=300, Message="x"), smtplib.SMTPDataError, 554),
    ],
)
def test_it_says_what_a_mail_server_would_have_said(postmark, answer, error, code):
    with pytest.raises(error) as raised:
        postmark(answer).send_messages([letter()])
    assert raised.value.smtp_code == code


def test_a_silent_provider_is_a_silent_server(postmark):
    with pytest.raises(TimeoutError):
        postmark(requests.Timeout("slow")).send_messages([letter()])


def test_a_recipient_that_the_provider_will_not_serve_is_a_refused_one(postmark):
    body = {"ErrorCode": 406, "Message": "You tried to send to recipient(s) that have been marked as inactive.\nFound inactive addresses: b@x.org.\nInactive recipients are ones that have generated a hard bounce."}  # fmt: skip
    with pytest.raises(smtplib.SMTPRecipientsRefused) as raised:
        postmark(Answer(422, **body)).send_messages([letter()])
    assert raised.value.recipients["b@x.org"][0] == 550


def test_the_page_of_the_person_says_what_the_server_said(cast, as_):
    Bounce.record("hard", "email", cast.mother.email, reason="550 5.1.1 <nobody> here", event="1")
    url = reverse("people:person-detail", args=[cast.school.pk, cast.mother.pk])
    page = as_(cast.school_admin).get(url).text
    assert "letters come back (550 5.1.1 &lt;nobody&gt; here)" in page


def test_what_an_evening_letter_carried_waits_with_it_when_it_came_back(cast, told, report):
    letter, item = told(dedupe_key="1"), told(dedupe_key="2")
    sent = {"state": "sent", "sent_at": "2026-11-20T09:00Z"}
    Delivery.objects.filter(pk__in=[letter.pk, item.pk]).update(**sent)
    Delivery.objects.filter(pk=item.pk).update(digest=letter)
    report(**bounce(cast.mother.email, Metadata={"delivery": str(letter.key)}))
    item.refresh_from_db()
    assert (item.state, item.sent_at) == ("merged", None)
