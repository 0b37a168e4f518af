"""Mails of the door, sent beside the request.

A page that waits for the mail server answers later for an address that the school knows than
for one that it does not. So the page answers first. Nothing waits in Redis: signing in works
while it is down.
"""

import logging
import smtplib
import time
from concurrent.futures import ThreadPoolExecutor

from django.conf import settings

log = logging.getLogger(__name__)
_TROUBLE = (OSError, smtplib.SMTPException)
_PAUSES = (2, 10)
_hands = ThreadPoolExecutor(max_workers=4, thread_name_prefix="door-mail")


def send(mail):
    """Send `mail`; after three attempts give up. The person can ask for a new one at any time."""
    for pause in (*_PAUSES, None):
        try:
            return mail.send()
        except _TROUBLE as trouble:
            log.warning("A mail of the door was not taken: %s", trouble)
            if pause is None:
                return log.error("A mail of the door was given up: %s", mail.subject)
            time.sleep(pause)


def leave(mail):
    """Hand `mail` over and return at once (in tests: send it now)."""
    if settings.DOOR_MAIL_ASIDE:
        _hands.submit(send, mail)
    else:
        mail.send()
