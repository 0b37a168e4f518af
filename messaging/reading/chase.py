"""The letter that asks once more, and when it leaves by itself."""

import datetime as dt

from django.utils.translation import gettext_lazy as _

from homeschool.journal import kinds
from homeschool.journal.models import reminding
from messaging.models.announcing import ANNOUNCED
from messaging.models.chasing import (
    ASKED_AGAIN,
    AskedBefore,
    NotOutYet,
    ask_again,
    due_at,
    waiting,
)

from . import announcement_letters as first

RULE = "announcement.ask_again"
# A portal that stood still over a holiday asks when it is back.
STALE = dt.timedelta(days=7)


def tell(rule, row, event):
    """Ask again; who was quicker by hand, or letters that are not written yet, change nothing."""
    try:
        ask_again(row)
    except (AskedBefore, NotOutYet):
        return


def register_chase():
    """Tell the journal of the letter and of the clock that lets it leave."""
    kinds.register(
        kinds.Kind(
            name=ASKED_AGAIN,
            label=_("News from the school, asked once more"),
            recipients=first.recipients,
            template="messaging/letters/announcement_again",
            context=first.words,
            alive=first.alive,
            lives_for=dt.timedelta(days=5),
            asks=first.asks,
            repeats=ANNOUNCED,
        )
    )
    reminding.register(
        reminding.Rule(
            name=RULE,
            label=_("An announcement that is not answered"),
            kind=ASKED_AGAIN,
            lead=reminding.Lead(),
            rows=waiting,
            event=due_at,
            tell=tell,
            stale_after=STALE,
            marks=True,
        )
    )
