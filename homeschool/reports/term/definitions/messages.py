"""What a term report counts of what home and school write to each other, and of what the school tells."""

from django.utils.translation import gettext_lazy as _, pgettext_lazy

from homeschool.reports.term.parts import DAYS, LANGUAGE, LEVEL, PARTS, WROTE, Measure

TOLD_BY = (LEVEL, LANGUAGE, *PARTS)
WROTE_BY = (WROTE, LANGUAGE, *PARTS)
READ_BY = (LANGUAGE, *PARTS)


def _told(code, words, heading, definition, of="notices_told", **more):
    return Measure(
        code, words, heading, definition, of, TOLD_BY, people="parents_told", sealed=True, **more
    )  # fmt: skip


OF_ANNOUNCEMENTS = (
    Measure(
        "announcements_sent", _("announcements sent"), pgettext_lazy("announcements", "Sent"),
        _("Announcements that left in the term and were about one of the children counted. In each of "
          "their classes an announcement counts once."),
        "announcements_sent", (LEVEL, *PARTS), is_of_people=False,
    ),
    Measure(
        "parents_told", _("people who were told"), pgettext_lazy("announcements", "People"),
        _("Different people of the families of these children to whom one of these announcements went. "
          "Who has children in two classes stands in both."),
        "parents_told", TOLD_BY, sealed=True,
    ),
    _told(
        "notices_told", _("announcements told"), pgettext_lazy("announcements", "Told"),
        _("One for each announcement and each person to whom it went, in the language in which the person "
          "was told first."),
    ),
    _told(
        "notices_reached", _("of them reached"), pgettext_lazy("announcements", "Reached"),
        _("Those of them of which a letter was taken by the mail server of the person, which the person "
          "opened, or of which somebody of the school told the person. Taken is not read."),
        within=True,
    ),
    _told(
        "notices_read", _("of them read"), pgettext_lazy("announcements", "Read"),
        _("Those of them that the person opened, in the portal or behind the link of the letter."),
        within=True,
    ),
    _told(
        "notices_asked", _("of them to be confirmed"), pgettext_lazy("announcements", "Asked"),
        _("Those of them that ask for “I have read it” or for a signature."), within=True,
    ),
    _told(
        "notices_acknowledged", _("of these confirmed"),
        pgettext_lazy("announcements", "Confirmed"),
        _("Those of the announcements to be confirmed that the person confirmed or signed."),
        "notices_asked", within=True,
    ),
)  # fmt: skip


def _written(code, words, heading, definition, of, shown=WROTE_BY, **more):
    return Measure(
        code, words, heading, definition, of, shown, people="pupils_written", sealed=True, **more
    )


OF_MESSAGES = (
    Measure(
        "pupils_written", _("children about whom was written"),
        pgettext_lazy("messages", "Children"),
        _("Children about whom home or school sent the other side a message in the term. Who reads what "
          "was written is on the pages of those who take part alone."),
        "pupils_written", WROTE_BY, sealed=True,
    ),
    _written(
        "threads_begun", _("conversations begun"), pgettext_lazy("messages", "Begun"),
        _("Conversations that were begun in the term and whose first message has left, by the side and "
          "the language of that message. What went to two homes is two conversations."),
        "threads_begun",
    ),
    _written(
        "threads_answered", _("of them answered"), pgettext_lazy("messages", "Answered"),
        _("Those of them in which the other side has sent something by the day of the report, a tap too."),
        "threads_begun", within=True,
    ),
    _written(
        "messages_sent", _("messages sent"), pgettext_lazy("messages", "Messages"),
        _("Messages that left in the term, by who wrote and in which language. What was taken back within "
          "the minute is not counted, nor are remarks of staff."),
        "messages_sent",
    ),
    _written(
        "unclear_said", _("answers “I did not understand”"),
        pgettext_lazy("messages", "Not understood"),
        _("How often somebody of a family said so of a message in the term, by the language of the "
          "message."),
        "unclear_said", READ_BY,
    ),
    _written(
        "unclear_explained", _("of them explained"), pgettext_lazy("messages", "Explained"),
        _("Those of them of which somebody of the school has noted that it was explained."),
        "unclear_said", READ_BY, within=True,
    ),
)  # fmt: skip

OF_IDEAS = (
    Measure(
        "ideas_raised", _("suggestions in the portal"), pgettext_lazy("suggestions", "Made"),
        _("What families suggested to the school in the portal in the term, without being asked. What "
          "they suggested at visits is counted by itself."),
        "ideas_raised",
    ),
    Measure(
        "ideas_answered", _("of them answered"), pgettext_lazy("suggestions", "Answered"),
        _("Those of them that a leader has answered by the day of the report."),
        "ideas_raised", within=True,
    ),
    Measure(
        "ideas_overdue", _("of them overdue"), pgettext_lazy("suggestions", "Overdue"),
        _("Those of them without an answer, although the day is over by which the school means to "
          "answer."),
        "ideas_raised", within=True,
    ),
    Measure(
        "days_to_idea", _("days until a suggestion in the portal is answered"), _("Days, median"),
        _("Days from the suggestion to the answer, by the calendar of the school: half of the answers "
          "took no longer."),
        "ideas_answered", unit=DAYS,
    ),
)  # fmt: skip


def _lines(code, words, heading, definition, people, of="", **more):
    return Measure(
        code, words, heading, definition, of or code, READ_BY, people=people, sealed=True, **more
    )


OF_NEWS = (
    Measure(
        "news_open", _("news of the school"), pgettext_lazy("news of the school", "News"),
        _("Articles that families of the school could read in the term, whatever children are counted. "
          "What was taken back is not among them."),
        "news_open", (), is_of_people=False, sealed=True,
    ),
    Measure(
        "news_readers", _("people who read news"), pgettext_lazy("news of the school", "Readers"),
        _("Different people of the families of the children counted who opened an article for the first "
          "time in the term, by the language in which it stood there. Nobody is told who read what."),
        "news_readers", READ_BY, sealed=True,
    ),
    _lines(
        "news_reads", _("articles read"), pgettext_lazy("news of the school", "Read"),
        _("One for each article and each of these people."), "news_readers",
    ),
    Measure(
        "resources_open", _("things for parents"), pgettext_lazy("for parents", "Resources"),
        _("Articles, rules and papers that families of the school could open in the term, whatever "
          "children are counted."),
        "resources_open", (), is_of_people=False, sealed=True,
    ),
    Measure(
        "resource_readers", _("people who opened something for parents"),
        pgettext_lazy("for parents", "Readers"),
        _("Different people of the families of the children counted who opened one of them for the first "
          "time in the term."),
        "resource_readers", READ_BY, sealed=True,
    ),
    _lines(
        "resource_reads", _("things for parents opened"), pgettext_lazy("for parents", "Opened"),
        _("One for each of them and each of these people."), "resource_readers",
    ),
    _lines(
        "resources_saved", _("of them with the paper taken along"),
        pgettext_lazy("for parents", "Taken along"),
        _("Those of them whose file the person downloaded by the day of the report."),
        "resource_readers", "resource_reads", within=True,
    ),
)  # fmt: skip
