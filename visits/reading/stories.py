"""Stories as they are read: in the news, at the desk of staff, by the family that is asked."""

from django.conf import settings
from django.utils.translation import gettext as _, gettext_lazy

from homeschool.journal import kinds
from homeschool.journal.models import tales
from homeschool.people import sight
from visits.models import Story
from visits.models.record import READERS
from visits.models.story import decides

State = Story.State
TALES = "stories"  # the name of stories in the news
# How a story stands: tone, icon, words. The first that holds; published before agreed.
PUBLISHED = ("good", "check", gettext_lazy("In the news"))
CHIPS = {
    State.DRAFT: ("", "pencil", gettext_lazy("Being written")),
    State.ASKED: ("", "clock", gettext_lazy("The family is asked")),
    State.AGREED: ("teal", "heart-handshake", gettext_lazy("The family agrees")),
    State.REFUSED: ("", "x", gettext_lazy("The family prefers not")),
    State.WITHDRAWN: ("", "undo-2", gettext_lazy("The family took its yes back")),
}
# What needs staff comes first at the desk.
ORDER = (State.AGREED, State.DRAFT, State.ASKED, State.REFUSED, State.WITHDRAWN)


def chip(story):
    """Return (tone, icon, words) of how a story stands."""
    return PUBLISHED if story.is_published else CHIPS[story.state]


def article(story):
    """Return a story as it is printed in the news, and nothing else of it: {"id", "title", "text", "lang",
    "other": the same in the other language or None, "named", "on"}."""
    (lang, title, text), *rest = story.texts()
    other = None
    if rest:
        other = dict(zip(("lang", "title", "text"), rest[0], strict=True))
    return {
        "id": story.pk, "title": title, "text": text, "lang": lang, "other": other,
        "named": story.named, "on": story.published_at, "school": story.school.name,
    }  # fmt: skip


def news(user):
    """Return what is published in the schools of `user`, newest first."""
    rows = Story.objects.news_for(user).select_related("school")
    return rows.order_by("-published_at", "pk")


def waiting_for(user):
    """Return the stories that wait for an answer of `user`, as a rights holder of the child."""
    return Story.objects.asked_of(user).filter(state=State.ASKED).select_related("school")


def desk(user):
    """Return all stories about children with whom `user` works."""
    rows = Story.objects.kept_by(user).select_related("school", "student", "campaign", "written_by")
    return rows.order_by("-written_at", "pk")


def languages_of_family(student):
    """Return the codes of the languages that those who decide for `student` read (one query)."""
    rows = Story(student=student).holders().exclude(user__language="")
    return sorted(set(rows.values_list("user__language", flat=True)))


def language_names(codes):
    """Return these languages by their own names, in one line."""
    names = dict(settings.LANGUAGES)
    return ", ".join(names[code] for code in codes if code in names)


# --- letters ----------------------------------------------------------------------------------------


def _story(notice):
    related = ("school", "student__school", "written_by")
    return Story.objects.select_related(*related).get(pk=notice.about_id)


def _those_who_decide(notice):
    """Return the rows of Sight of those who decide for the child and receive letters about it."""
    story = _story(notice)
    return sight.receivers([story.student_id], "").filter(decides())


def _writer(notice):
    story = _story(notice)
    return sight.watchers([story.student_id], READERS).filter(user=story.written_by_id)


def _words_of_story(notice, user):
    story = _story(notice)
    return {
        "story": story,
        "article": article(story),
        "child": story.student.called,
        "page": settings.SITE_URL + story.get_absolute_url(),
        "is_open": story.state == State.ASKED,
    }


def _words_of_answer(notice, user):
    story = _story(notice)
    return {
        "story": story,
        "answer": {
            State.AGREED: _("The family agrees. The story can go into the news."),
            State.REFUSED: _("The family prefers that the story is not told. It needs no reason."),
            State.WITHDRAWN: _("The family took its yes back. The story is out of the news."),
        }.get(story.state, _("The story was changed since.")),
        "page": settings.SITE_URL + story.get_absolute_url(),
    }


def _tale(story):
    return tales.Tale(
        source=TALES, key=story.pk, texts=story.texts(), named=story.named,
        url=story.get_absolute_url(), since=story.published_at,
    )  # fmt: skip


def register_tales():
    """Tell the news of the school of the stories that are told at this moment."""
    tales.register(
        tales.Source(
            name=TALES,
            label=gettext_lazy("Stories of visits"),
            told=lambda user: Story.objects.news_for(user).select_related("school"),
            tale=_tale,
        )
    )


def register_stories():
    """Tell the journal of the notices about stories."""
    kinds.register(
        kinds.Kind(
            name="visit.story",
            label=gettext_lazy("A story to agree to"),
            recipients=_those_who_decide,
            template="visits/letters/story",
            context=_words_of_story,
            alive=lambda notice: _story(notice).state == State.ASKED,
            again_when_uncertain=True,
            asks="read",
        )
    )
    kinds.register(
        kinds.Kind(
            name="visit.story_answered",
            label=gettext_lazy("A family has answered about a story"),
            recipients=_writer,
            template="visits/letters/story_answered",
            context=_words_of_answer,
            again_when_uncertain=True,
            asks="read",
            for_staff=True,
        )
    )
