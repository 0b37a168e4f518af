"""What readers see of a message in their language, whose words these are, and what is still unclear.

A job asks the machine in the minute before a message leaves; a letter that leaves earlier than the machine
answers holds the original and says so. Without a machine people write the words beside the original.
"""

import logging
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Exists, OuterRef, Prefetch, Q
from django.urls import reverse
from django.utils.translation import get_language, get_language_info, gettext, gettext_lazy as _

from homeschool.journal import kinds
from messaging import machines
from messaging.models import Attachment, Away, Message, Translation, Unclear
from messaging.models.thread import Seat, staff_at, staff_watching, staff_within
from messaging.models.translating import TRANSLATE, UNCLEAR

log = logging.getLogger(__name__)


# --- the machine, as a job -------------------------------------------------------------------------


def translate(job):
    """Translate a message into one more of the languages that the job names; returns whether all is done.

    Raises GiveUp where trying again would not help, and Unavailable where it may.
    """
    rows = Message.objects.kept().select_related("thread__school")
    message = rows.filter(pk=job.arguments["message"]).first()
    did = job.progress.setdefault("did", [])
    left = [one for one in job.arguments["languages"] if one not in did]
    if message is None or not left:
        return True
    try:
        _put(message, left[0])
    except machines.Unavailable as no:
        if no.passes:
            raise
        if no.reason not in ("language", "too_long"):
            log.warning("the machine that translates is no use: %s", no.reason)
            raise kinds.GiveUp(no.reason) from None
    did.append(left[0])
    return len(left) == 1


def _put(message, language):
    school = message.thread.school
    text, name = machines.translate(school, message.text, message.language, language)
    if text != message.text:
        Translation.objects.keep(message, language, text, provider=name)


# --- the words of a message ------------------------------------------------------------------------


@dataclass
class Words:
    """The words of one message for one reader.

    `shown` is what stands first, in `language` ("" where nobody said); `original` stands beside it where
    that is a translation.
    """

    shown: str
    language: str
    original: str = ""
    original_language: str = ""
    translation: Translation | None = None
    # whether it is in another language than the reader's, as far as anybody said
    is_foreign: bool = False

    @property
    def original_name(self):
        """The language of the original in words, "" where nobody said."""
        return language_name(self.original_language)

    @property
    def label(self):
        """Whose words the translation is, in words; "" for an original."""
        return label(self.translation) if self.translation else ""


def language_name(code):
    """Return what a language is called in the language of the page; "" for one that is not known."""
    try:
        return str(get_language_info(code)["name_translated"]) if code else ""
    except KeyError:
        return ""


def label(translation):
    """Say whose words a translation is."""
    if translation.by_id:
        return gettext("Translated by %(name)s") % {"name": translation.by}
    if translation.checked_by_id:
        return gettext("Translation checked by %(name)s") % {"name": translation.checked_by}
    return gettext("Translated by a machine, nobody checked it")


def words_of(message, language=None):
    """Return the Words of a message for who reads `language`; the page's own where none is given.

    Call `with_words` before for several: then it costs no query.
    """
    language = language or get_language()
    rows = {row.language: row for row in message.translations.all()}
    if message.language == language or language not in rows:
        is_foreign = bool(message.text and message.language and message.language != language)
        return Words(message.text, message.language, is_foreign=is_foreign)
    row = rows[language]
    return Words(row.text, language, message.text, message.language, row)


def with_words(messages):
    """Return the queryset of messages with all that their words, files and questions ask for."""
    told = Translation.objects.select_related("by", "checked_by").order_by("language")
    unclear = Unclear.objects.select_related("person", "helper").order_by("at")
    return messages.prefetch_related(
        Prefetch("translations", told),
        Prefetch("unclear", unclear),
        Prefetch("attachments", Attachment.objects.all()),
    )


def languages_in(seats, school):
    """Return the languages of the people of these Seats (with `person`), where one said nothing the
    school's first."""
    first = next(iter(school.languages), settings.LANGUAGE_CODE)
    return {seat.person.language or first for seat in seats}


def meet(messages, reader, side, wanted=None):
    """Give each of these messages (of `with_words`, seen by `reader` on `side`) what the templates ask;
    `wanted` are the languages in which staff is asked for words, all of them where it is None.

    That is `words`, `words_id`, `files` [Attachment], `said_in` [SaidIn] for who translates, `unclear_rows`
    [Unclear] as the reader may see them, `may_say_unclear` and `may_ask_machine`. No query.
    """
    machine, language = machines.stands(), get_language()
    for message in messages:
        rows = list(message.translations.all())
        # who wrote it, or writes beside it, reads first what was written
        own = message.side == side == Seat.Side.SCHOOL or message.author_id == reader.pk
        message.words = (
            Words(message.text, message.language) if own else words_of(message, language)
        )
        message.words_id = f"words-{message.pk}"
        taken_back = message.taken_back_at is not None
        message.files = [] if taken_back else list(message.attachments.all())
        may_translate = side == Seat.Side.SCHOOL and message.text and not taken_back
        message.may_translate = bool(may_translate)
        message.said_in = _said_in(message, rows, wanted) if may_translate else []
        _meet_unclear(message, reader, side)
        foreign = not own and message.language != language and message.words.translation is None
        message.may_ask_machine = bool(machine and foreign and message.text)


@dataclass(frozen=True)
class SaidIn:
    """One other language of a message, with the Translation into it, or None."""

    language: str
    name: str
    translation: Translation | None


def _said_in(message, rows, wanted):
    found = {row.language: row for row in rows}
    return [
        SaidIn(code, name, found.get(code))
        for code, name in settings.LANGUAGES
        if code != message.language and (wanted is None or code in wanted or code in found)
    ]


def _meet_unclear(message, reader, side):
    at_home = message.unclear_at_home = side == Seat.Side.HOME
    rows = [row for row in message.unclear.all() if not at_home or row.person_id == reader.pk]
    message.unclear_rows = rows
    of_school = message.side == Seat.Side.SCHOOL and message.has_left and message.text
    message.may_say_unclear = bool(at_home and of_school and not rows)


# --- “I did not understand” ------------------------------------------------------------------------


def waiting_for(user):
    """Return what families did not understand and `user` is to explain, the oldest first."""
    children = staff_within(user, "message__thread__student")
    if children is None:
        return Unclear.objects.none()
    rows = to_explain(user).visible_to(user).filter(children)
    return rows.select_related(
        "person", "message__thread__student__school_class", "message__author"
    )


def to_explain(user):
    """Return what falls to `user` as far as it reads the message: what it was named for, what somebody
    was for whom it stands in today, and what a colleague was who does not see the child any more."""
    able = staff_at("message__thread__student").filter(user=OuterRef("helper"))
    away = Away.objects.now().filter(substitute=user.pk).values("person")
    mine = Q(helper=user.pk) | Q(helper__in=away) | ~Exists(able)
    return Unclear.objects.waiting().filter(mine).exclude(person=user.pk)


def helpers(notice):
    """Return the rows of Sight of who explains it, as long as they see the child."""
    row = Unclear.objects.select_related("message__thread").get(pk=notice.about_id)
    return staff_watching([row.message.thread.student_id]).filter(user=row.helper_id)


def words_of_unclear(notice, user):
    """Return where it is explained: the letter itself names nobody."""
    return {"unclear_link": settings.SITE_URL + reverse("messaging:unclear-list")}


def still_unclear(notice):
    """Whether nobody has explained it yet."""
    return Unclear.objects.waiting().filter(pk=notice.about_id).exists()


def register_translating():
    """Make known the job of the machine, and the letter to who explains."""
    kinds.register_job(TRANSLATE, translate)
    kinds.register(
        kinds.Kind(
            name=UNCLEAR, recipients=helpers, template="messaging/letters/message_unclear",
            context=words_of_unclear, alive=still_unclear, asks="read",
            label=_("A message was not understood"), for_staff=True,
        )
    )  # fmt: skip
