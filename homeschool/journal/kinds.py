"""What the rooms tell the journal in `AppConfig.ready()`: kinds of notices and jobs, and who oversees.

The journal knows no other room. A room says once, by name, whom a notice is for, in which words,
and whether it is still due; the journal asks again at the moment of sending.

Templates of a kind, where `template` is "visits/letters/summary":
`summary.subject.txt` (one line, without surname and topic), `summary.txt` and `summary.html` (the
mail: they extend mail/base.txt and mail/base.html and fill the block `words`), `summary.page.html`
(what stands behind the link and in the portal). In `.txt` nothing is escaped. Their context is
what `context(notice, user)` returns and, always: `reader`, `school`, `link`, `asks`, `site_name`,
`because` (why it is urgent, or ""); in a mail `stop_link` and `site_url` too.
"""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.template import Context
from django.template.loader import get_template
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext

from homeschool.journal.models import hours

URGENT, DIRECT, ROUTINE = "urgent", "direct", "routine"  # Notice.Urgency


def always(notice):
    """A notice that is due as long as it is not taken back."""
    return True


def nothing(notice, user):
    """A letter without a file."""
    return []


@dataclass(frozen=True)
class Kind:
    """What the journal must know to tell people of a fact.

    `recipients(notice)` returns a queryset with `user_id` and `why` (like `sight.receivers`): who has
    the right now. `alive(notice)` says whether it is still worth sending. `lives_for` is how long
    its mail may wait. `again_when_uncertain`: better twice than never (the same Message-ID); other
    kinds are never sent again while nobody knows whether they arrived. `asks`, or what `asks(notice)`
    returns, is what the reader does: "tap" (I have read it), "sign" (on the page of the kind itself) or
    "read" (nothing). `label` names it to operators.
    `attached(notice, user)` returns the files of its mail as [(name, text, type)].

    `urgency`, or what `urgency(notice)` returns when it is addressed: "urgent" waits neither for the
    morning nor for the evening letter, and `because` says why, in a sentence for the reader;
    "direct" leaves at once, but not in the reader's quiet hours; "routine" may wait for the evening
    letter. `must_arrive` says why it goes to addresses too whose owner wants nothing but that; ""
    where it need not. `for_staff`: families never get one.

    `repeats` names the kind that this one asks again for, about the same row: it goes to those alone who
    have not done yet what that asked, by another of their addresses where they have one, and its link
    opens their first copy, which keeps what they answer (journal/actions/again.py).
    """

    name: str
    recipients: Callable
    template: str
    context: Callable
    alive: Callable = always
    lives_for: timedelta = timedelta(days=14)
    again_when_uncertain: bool = False
    asks: str | Callable = "tap"
    label: str | Promise = ""
    attached: Callable = nothing
    urgency: str | Callable = DIRECT
    because: str = ""
    must_arrive: str | Promise = ""
    for_staff: bool = False
    repeats: str = ""

    def asks_of(self, notice):
        """Return what a notice asks of its reader: "tap", "sign" or "read"."""
        return self.asks(notice) if callable(self.asks) else self.asks

    def urgency_of(self, notice):
        """Return (urgency, reason) of a notice; the reason is empty where it is not urgent."""
        if notice.urgent_because:
            return URGENT, notice.urgent_because
        urgency = self.urgency(notice) if callable(self.urgency) else self.urgency
        return urgency, self.because if urgency == URGENT else ""


_kinds, _runners = {}, {}


def register(kind):
    """Make a kind known under its name; the last one stands.

    Raises ValueError for one that is urgent and does not say why.
    """
    if kind.urgency == URGENT and not kind.because:
        raise ValueError(f"{kind.name} is urgent and does not say why")
    _kinds[kind.name] = kind


def registered():
    """Return all kinds, by name."""
    return [_kinds[name] for name in sorted(_kinds)]


def get(name):
    """Return the kind. Raises LookupError for a name that no room registered."""
    return _kinds[name]


def is_known(name):
    """Whether a room registered a kind of this name."""
    return name in _kinds


def label(name):
    """Return the name of a kind in words, for operators."""
    kind = _kinds.get(name)
    return str(kind.label) if kind and kind.label else name


def may_repeat(name):
    """Whether a notice of this kind is sent again when nobody knows whether it arrived."""
    return is_known(name) and _kinds[name].again_when_uncertain


class GiveUp(Exception):
    """A job makes no sense any more, and trying again would not help; the text says why."""


def register_job(kind, runner):
    """Let `runner(job)` do jobs of this kind.

    It does one chunk, well under a minute, notes it in `job.progress` and `job.result`, and returns
    whether all is done. The chunk, the note and the lease commit together or not at all. It raises
    GiveUp where the job can never be done.
    """
    _runners[kind] = runner


def runner(kind):
    """Return who does jobs of this kind. Raises LookupError."""
    return _runners[kind]


# --- who oversees -----------------------------------------------------------------------------

EVERY_SCHOOL = object()
_overseers = []


def register_overseers(schools_of):
    """Let `schools_of(user)` name the schools (a queryset or list of ids) whose deliveries the user
    looks after."""
    _overseers[:] = [schools_of]


def overseen_by(user):
    """Return EVERY_SCHOOL for superusers, else the ids of the schools that `user` looks after."""
    if not user.is_authenticated or not user.is_active:
        return []
    if user.is_superuser:
        return EVERY_SCHOOL
    return _overseers[0](user) if _overseers else []


# --- readers ----------------------------------------------------------------------------------

_readers = []


def register_readers(meet):
    """Let `meet(people)` fetch at once what the words for each of these people will ask for."""
    _readers[:] = [meet]


def meet(people):
    """Fetch at once what the words for each of `people` (instances, each its own) will ask for."""
    for met in _readers:
        met(people)


# --- words ------------------------------------------------------------------------------------


@contextlib.contextmanager
def speaking_to(receipt):
    """Speak the reader's language and keep the reader's time; the school's zone where none is known.

    A language that is spoken no more is the portal's own; a zone that does not exist is passed over.
    """
    reader = receipt.person
    language = reader.language or receipt.language
    spoken = language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
    zone = hours.zone_of(reader.time_zone, receipt.notice.school.time_zone)
    with translation.override(spoken), timezone.override(zone):
        yield


def context_of(receipt, **more):
    """Return what the templates of a receipt's kind get; call it inside `speaking_to`."""
    notice, reader = receipt.notice, receipt.person
    kind = get(notice.kind)
    because = gettext(notice.urgent_because) if notice.urgent_because else ""
    given = {
        "reader": reader,
        "school": notice.school,
        "site_name": gettext("Home & School"),
        "because": because,
    }
    return kind.context(notice, reader) | given | {"asks": kind.asks_of(notice)} | more


def words(receipt, form, context):
    """Return the text of one form of a kind: `subject.txt`, `txt`, `html` or `page.html`."""
    template = get_template(f"{get(receipt.notice.kind).template}.{form}").template
    return template.render(Context(context, autoescape=not form.endswith("txt")))
