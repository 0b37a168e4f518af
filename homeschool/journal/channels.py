"""The ways out: addresses, links that need no account, and mail.

Links are signed: nobody makes one without our key, and asking for a wrong one costs no query, so
they need no rate limit. Each names its purpose: a link to read stops nothing, and the other way round.
"""

import re
import smtplib
from datetime import timedelta
from email.utils import quote
from urllib.parse import urlsplit

from django.conf import settings
from django.core import mail, signing
from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q
from django.urls import reverse
from django.utils import translation
from django.utils.translation import to_locale

from homeschool.journal import kinds
from homeschool.journal.models import again, bouncing

# --- addresses --------------------------------------------------------------------------------

_addresses = []
WISHES = ("pace", "zone", "quiet_from", "quiet_until")
OFF = "off"  # the pace of an address to which only what must arrive goes


def register_addresses(usable, opt_out, opt_in=None):
    """Let a room keep the addresses, since the journal knows no other room.

    `usable()` returns a queryset with `user_id`, `channel` and `value` of addresses that may be
    written to, the best of a person first, and the wishes that go with each (WISHES): `pace`
    (instant | digest | off), `zone`, `quiet_from` and `quiet_until` of the person, empty where the
    person chose none. `opt_out(user_id, channel, value)` writes to it no more, `opt_in` (the same)
    takes that back.
    """
    _addresses[:] = [usable, opt_out, opt_in]


def usable():
    """Return the queryset of usable addresses, or None where no room keeps any."""
    return _addresses[0]() if _addresses else None


def best(channel, person, used=None):
    """Return (SQL, parameters) of the best usable address of one person, with the wishes that go
    with it: (user_id, value, *WISHES), or None where no room keeps addresses.

    `used` are deliveries (a queryset): an address to which none of them went comes before.

    `person` is the column of the row beside it: read it as CROSS JOIN LATERAL, which looks each
    person up. A join was planned as a loop over all addresses for each of a notice's readers, since
    PostgreSQL does not know yet how many rows the same transaction has written.
    """
    addresses = usable()
    if addresses is None:
        return None
    order = addresses.query.order_by or addresses.model._meta.ordering
    if used is not None:
        mine = used.filter(receipt__person=OuterRef("user_id"), address=OuterRef("value"))
        wants_none = ExpressionWrapper(Q(pace=OFF), BooleanField())
        addresses = addresses.annotate(
            wants_none=wants_none, was_used=Exists(mine.filter(channel=channel))
        )
        order = ("wants_none", "was_used", *order)
    one_each = addresses.filter(channel=channel).order_by("user_id", *order).distinct("user_id")
    found, values = one_each.values_list("user_id", "value", *WISHES).query.sql_with_params()
    columns = ", ".join(("user_id", "value", *WISHES))
    return f"SELECT * FROM ({found}) AS one ({columns}) WHERE one.user_id = {person}", values  # noqa: S608


def is_usable(delivery):
    """Whether the address of a delivery may still be written to."""
    addresses = usable()
    if addresses is None:
        return False
    person = delivery.receipt.person_id
    return addresses.filter(
        user_id=person, channel=delivery.channel, value=delivery.address
    ).exists()


def opt_out(delivery):
    """Write to the address of this delivery no more."""
    _addresses[1](delivery.receipt.person_id, delivery.channel, delivery.address)


def opt_in(delivery):
    """Write to the address of this delivery again, as its owner asked."""
    if _addresses[2]:
        _addresses[2](delivery.receipt.person_id, delivery.channel, delivery.address)


# --- links ------------------------------------------------------------------------------------

LETTER_LIVES = timedelta(days=30)


def _signer(purpose):
    return signing.TimestampSigner(salt=f"journal.{purpose}", sep=".")


def letter_token(receipt):
    """Return the token that opens this one message for 30 days."""
    return _signer("letter").sign(str(receipt.pk))


def open_letter_token(token):
    """Return the id of the receipt. Raises SignatureExpired, BadSignature."""
    return int(_signer("letter").unsign(token, max_age=LETTER_LIVES))


def stop_token(delivery):
    """Return the token that stops letters to the address of this delivery; it never ends."""
    return _signer("stop").sign(str(delivery.pk))


def open_stop_token(token):
    """Return the id of the delivery. Raises BadSignature."""
    return int(_signer("stop").unsign(token))


def absolute(name, token):
    """Return the whole address of a page of the journal."""
    return settings.SITE_URL + reverse(f"journal:{name}", args=[token])


# --- mail -------------------------------------------------------------------------------------


class Trouble(Exception):
    """It did not go out; `reply` is what the peer said, without addresses."""

    def __init__(self, reply):
        self.reply = without_addresses(reply)
        super().__init__(self.reply)


class Later(Trouble):
    """This letter did not go out this time."""


class Refused(Trouble):
    """The peer will never take this letter."""


class NoSuchAddress(Refused):
    """The peer says that nobody is reached there."""


class Away(Trouble):
    """The peer takes nothing from us now: no letter of the batch will go out."""


_ADDRESS = re.compile(r"<?[^\s<>]+@[^\s<>]+>?")


def without_addresses(reply):
    """Return what a server said in one line, without addresses: operators need no address."""
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else str(reply)
    return " ".join(_ADDRESS.sub("…", text.replace("\0", "")).split())[:500]


def one_line(text):
    """Return `text` as a header holds it: one line, nothing that could begin another, and nothing
    that mail programs would decode (RFC 2047), since line ends can hide in there."""
    return " ".join(text.split()).replace("=?", "= ?")


_ONE_ADDRESS = re.compile(r"""[^\s@,;:<>()\[\]"\\]+@[^\s@,;:<>()\[\]"\\]+""")


def email_for(delivery):
    """Return the mail for a delivery, in the reader's language and time. Raises NoSuchAddress for
    what is not one address: a list of two would show one family to another."""
    if not _ONE_ADDRESS.fullmatch(delivery.address):
        raise NoSuchAddress("It is not one e-mail address: no mail can go there.")
    receipt = delivery.receipt
    with kinds.speaking_to(receipt):
        link = absolute("letter", letter_token(again.first_copy(receipt)))
        stop_link = absolute("stop", stop_token(delivery))
        more = {"stop_link": stop_link, "site_url": settings.SITE_URL}
        context = kinds.context_of(receipt, link=link, **more)
        message = mail.EmailMultiAlternatives(
            subject=one_line(kinds.words(receipt, "subject.txt", context))[:200],
            body=kinds.words(receipt, "txt", context),
            to=[f'"{quote(one_line(receipt.person.called))}" <{delivery.address}>'],
            headers={
                "Message-ID": f"<{delivery.key}@{urlsplit(settings.SITE_URL).hostname}>",
                "List-Unsubscribe": f"<{stop_link}>",
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
                "Auto-Submitted": "auto-generated",
                "Content-Language": to_locale(translation.get_language()).replace("_", "-"),
            },
        )
        message.attach_alternative(kinds.words(receipt, "html", context), "text/html")
        for name, text, kind in kinds.get(receipt.notice.kind).attached(
            receipt.notice, receipt.person
        ):
            message.attach(name, text, kind)
    return message


class Email:
    """One connection to the mail server for a batch: `with Email() as post: post.send(message)`.

    Entering raises Away. A wait for the server ends after ten seconds (EMAIL_TIMEOUT). What a
    silent server perhaps took is sent again under the same Message-ID, as mail servers do.
    """

    message_for = staticmethod(email_for)

    def __enter__(self):
        self.connection = mail.get_connection()
        self._open()
        return self

    def __exit__(self, *_):
        try:
            self.connection.close()
        except (smtplib.SMTPException, OSError):
            self._hang_up()

    def _open(self):
        try:
            self.connection.open()
        except (smtplib.SMTPException, OSError) as error:
            raise Away(said(error)) from error

    def send(self, message):
        """Send one letter; returns the server's word. Raises Later, Refused or Away."""
        try:
            self.connection.send_messages([message])
        except smtplib.SMTPRecipientsRefused as error:
            code, reply = next(iter(error.recipients.values()))
            said_so = bouncing.is_about_the_address(code, _text(reply))
            trouble = NoSuchAddress if said_so else of_code(code)
            raise trouble(f"{code} {_text(reply)}") from error
        except smtplib.SMTPDataError as error:
            raise of_code(error.smtp_code)(said(error)) from error
        except smtplib.SMTPResponseException as error:  # it refuses us, not this letter
            raise Away(said(error)) from error
        except (smtplib.SMTPException, OSError) as error:
            self._hang_up()
            raise Later(said(error)) from error
        except ValueError as error:  # Django could not make headers of it; nothing was sent
            raise Refused(f"{type(error).__name__}: no mail can go to this address") from error
        return ""

    def recover(self):
        """Open the connection again where the last letter broke it. Raises Away."""
        line = getattr(self.connection, "connection", self)  # None, or smtplib's, or not of SMTP
        if line is None or getattr(line, "sock", self) is None:
            self._hang_up()
            self._open()

    def _hang_up(self):
        """Drop a connection that is broken, without a word that would wait for an answer."""
        line = getattr(self.connection, "connection", None)
        if line is not None:
            line.close()
            self.connection.connection = None


def of_code(code):
    """Return the trouble that an SMTP code means: five hundred and more is for good."""
    return Refused if code >= 500 else Later


def said(error):
    """Return what an error of the mail connection says to an operator."""
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_text(error.smtp_error)}"
    if isinstance(error, TimeoutError):
        return "The mail server did not answer in time."
    return f"{type(error).__name__}: {error}"


def _text(reply):
    return reply.decode("utf-8", "replace") if isinstance(reply, bytes) else str(reply)


# A channel that leaves the portal: what makes the message, and who carries it.
WAYS = {"email": Email}
