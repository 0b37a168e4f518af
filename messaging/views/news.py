"""News of the school: read by families and staff, written at a desk, published by a leader."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from homeschool.journal.models import tales
from homeschool.people.views.home import posted
from homeschool.people.views.setting_up import answered
from homeschool.uploads.serving import FileView
from messaging.forms.news import NewsForm, NewsWordsForm, PictureForm, PlaceForm
from messaging.forms.opened import opened_by
from messaging.models import News, NewsPicture, NewsRead
from messaging.models.published import WRITERS
from messaging.reading import news as reading, shelf

from .opened import answered_or_met
from .shelf import (
    changeable,
    come_in,
    found_or_404,
    kept,
    managed,
    page,
    propose,
    publish,
    waiting,
    withdraw,
)

HERE = "news-list"
A_PAGE = 20


# --- everybody ----------------------------------------------------------------------------------------
@require_safe
def news_list(request):
    """Show the news that the reader may read, newest first, of one category or of all."""
    come_in(request.user)
    paper = reading.Paper(
        request.user, request.GET.get("category", ""), request.GET.get("after", "")
    )
    context = {
        "paper": paper,
        "categories": reading.categories(),
        "writes": bool(request.user.roles() & WRITERS),
        "waiting": waiting(News, request.user),
    }
    return page(request, "messaging/news_list.html", context, HERE)


@require_safe
def news_detail(request, pk):
    """Show an article in the reader's language; `?in` asks for another. Of a family it is counted."""
    row = found_or_404(reading.article(request.user, pk))
    words, tabs = shelf.chosen(row, request.GET.get("in", ""))
    if request.method == "GET" and row.is_open and shelf.reads_as_family(request.user, row):
        NewsRead.mark(row, request.user, words.language)
    context = {
        "row": row, "words": words, "tabs": tabs, "blocks": shelf.blocks(words.text),
        "look": reading.LOOKS[row.category], "picture": getattr(row, "picture", None),
        "keeps": News.objects.kept_by(request.user).filter(pk=pk).exists(),
    }  # fmt: skip
    return page(request, "messaging/news_detail.html", context, HERE)


@require_safe
def news_tale(request, source, pk):
    """Show what another room tells in the news, as long as it tells it."""
    try:
        told = tales.get(source)
    except LookupError:
        raise Http404 from None
    tale = told.tale(get_object_or_404(told.told(request.user), pk=pk))
    texts = [
        {"language": language, "title": title, "blocks": shelf.blocks(text),
         "name": shelf.name_of(language)}
        for language, title, text in tale.texts
    ]  # fmt: skip
    asked = request.GET.get("in", "")
    shown = next((text for text in texts if text["language"] == asked), texts[0])
    tabs = [shelf.Tab(one["language"], one["name"], one is shown) for one in texts]
    context = {"tale": tale, "words": shown, "tabs": tabs, "label": told.label}
    return page(request, "messaging/news_tale.html", context, HERE)


class NewsPictureFile(FileView):
    """The picture of an article, for whoever may read the article."""

    def rows(self, user):
        seen = News.objects.visible_to(user).values("pk")
        return NewsPicture.objects.kept().filter(news__in=seen).defer(None)

    def get(self, request, pk):
        row = self.rows(request.user).filter(news=pk).values_list("pk", flat=True).first()
        return super().get(request, row)

    def record(self, row, *, saved):
        """It belongs to an article: looking at it is no event of its own."""


# --- the desk -------------------------------------------------------------------------------------------
@require_safe
def news_desk(request):
    """List for staff the articles that it keeps, how they stand, and how many people read them."""
    come_in(request.user, WRITERS)
    state = request.GET.get("state", "")
    found = Paginator(reading.desk(request.user, state), A_PAGE).get_page(request.GET.get("page"))
    counts = reading.readers(found.object_list)
    context = {
        "page": found, "rows": reading.desk_rows(found.object_list, counts), "state": state,
        "states": reading.STATES,
    }  # fmt: skip
    return page(request, "messaging/news_desk.html", context, HERE)


def news_create(request):
    """Begin an article with its first words; nobody reads it yet."""
    come_in(request.user, WRITERS)
    form = NewsForm(posted(request), user=request.user)

    def work():
        row = News.objects.begin(form.columns(), by=request.user)
        row.put_words(*form.words(), by=request.user)
        return row.desk_url()

    said = _("Kept. No family reads it yet.")
    return answered(request, form, work, said) or page(
        request, "messaging/news_form.html", {"is_new": True}, HERE, form
    )


@require_safe
def news_manage(request, pk):
    """Show to who keeps an article how it stands: words, picture, readers by language, history."""
    row = kept(request, News, pk)
    picture = {"picture": NewsPicture.objects.filter(news=row).first()}
    return page(request, "messaging/news_manage.html", managed(request, row) | picture, HERE)


def news_edit(request, pk):
    """Change for whom an article is, its category, and the days on which it stands."""
    row = changeable(request, News, pk)
    form = PlaceForm(posted(request), user=request.user, row=row)

    def work():
        row.change(by=request.user, **form.columns())
        return row.desk_url()

    return answered(request, form, work) or page(
        request, "messaging/news_form.html", {"row": row}, HERE, form
    )


def news_words(request, pk, language):
    """Write the words of an article in one language, or write them anew."""
    row = changeable(request, News, pk)
    words = {one.language: one for one in row.words.all()}
    stands = words.get(language)
    if stands is None and language not in dict(shelf.missing(row)):
        raise Http404
    initial = {"title": stands.title, "text": stands.text} if stands else {}
    form = NewsWordsForm(posted(request), initial=initial | opened_by(shelf.spoken(stands)))

    def work():
        found = form.cleaned_data
        row.put_words(
            language, found["title"], found["text"], by=request.user, opened=form.opened_at
        )
        return row.desk_url()

    context = {"row": row, "language": language, "name": shelf.name_of(language),
               "first": None if stands is row.words_for("") else row.words_for("")}  # fmt: skip
    return answered_or_met(request, form, work) or page(
        request, "messaging/news_words.html", context, HERE, form
    )


def news_picture_add(request, pk):
    """Choose the picture above an article."""
    row = changeable(request, News, pk)
    form = PictureForm(posted(request), request.FILES or None)

    def work():
        found = form.cleaned_data
        row.put_picture(found["file"], by=request.user, alt=found["alt"])
        return row.desk_url()

    return answered(request, form, work, _("The picture is kept.")) or page(
        request, "messaging/news_picture.html", {"row": row}, HERE, form
    )


@require_POST
def news_picture_remove(request, pk):
    """Erase the picture of an article."""
    row = changeable(request, News, pk)
    row.drop_picture(by=request.user)
    messages.success(request, _("The picture is gone."))
    return redirect(row.desk_url())


@require_POST
def news_propose(request, pk):
    """Ask a leader to publish an article."""
    return propose(request, News, pk, "messaging:news-manage")


@require_POST
def news_publish(request, pk):
    """Let the families read an article."""
    return publish(request, News, pk, "messaging:news-manage")


@require_POST
def news_withdraw(request, pk):
    """Take an article back."""
    return withdraw(request, News, pk, "messaging:news-manage")
