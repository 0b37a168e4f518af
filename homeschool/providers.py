"""Mail by a provider's own interface instead of SMTP: django-anymail, spoken to as a mail server is.

The journal knows mail servers and their codes. What a provider answers is said again in these, so
that one set of rules decides what is tried again, what has failed, and which address is no good.
"""

import smtplib
from email.utils import parseaddr

from anymail.exceptions import AnymailAPIError, AnymailError, AnymailRecipientsRefused
from django.conf import settings
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from requests import ConnectionError as NotConnected, Timeout

TOO_MANY, NOT_US = 429, {401, 403}


class Backend(BaseEmailBackend):
    """The mail backend of the provider that MAIL_PROVIDER names; open for a batch of letters."""

    def __init__(self, fail_silently=False, **_options):
        super().__init__(fail_silently=fail_silently)
        self.inner = get_connection(f"anymail.backends.{settings.MAIL_PROVIDER}.EmailBackend")

    def open(self):
        """Open the connection that all letters of a batch use."""
        return self.inner.open()

    def close(self):
        """Close it."""
        self.inner.close()

    def send_messages(self, messages):
        """Send these letters; returns how many went. Raises smtplib's exceptions, or OSError."""
        return sum(self._send(message) for message in messages)

    def _send(self, message):
        key = message.extra_headers.get("Message-ID", "").strip("<>").partition("@")[0]
        if key:
            message.metadata = {"delivery": key}  # comes back with what becomes of the letter
        try:
            return self.inner.send_messages([message]) or 0
        except AnymailRecipientsRefused as error:
            refused = {
                parseaddr(to)[1]: (550, b"5.1.1 refused by the provider") for to in message.to
            }
            raise smtplib.SMTPRecipientsRefused(refused) from error
        except AnymailAPIError as error:
            raise as_server(error) from error
        except AnymailError as error:  # it cannot be written for this provider
            raise smtplib.SMTPDataError(554, type(error).__name__) from error


def as_server(error):
    """Return what a mail server would have said, for what a provider's interface answered."""
    code = getattr(error, "status_code", None)
    if isinstance(error, Timeout):
        return TimeoutError("the provider did not answer in time")
    if isinstance(error, NotConnected):
        return smtplib.SMTPConnectError(421, "the provider is not reached")
    if code in NOT_US:
        return smtplib.SMTPAuthenticationError(535, f"the provider refuses our key ({code})")
    if code is None or code == TOO_MANY or code >= 500:
        return smtplib.SMTPDataError(451, f"the provider takes nothing now ({code})")
    return smtplib.SMTPDataError(554, f"the provider refuses the letter ({code})")
