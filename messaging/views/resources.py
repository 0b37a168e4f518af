"""What parents may use: read and taken along by families, kept by staff, published by a leader."""

from django.core.paginator import Paginator
from django.http import Http404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from homeschool.people.views.home import posted
from homeschool.people.views.setting_up import answered
from homeschool.uploads.serving import FileView
from messaging.forms.opened import opened_by
from messaging.forms.resources import (
    AgainForm,
    ResourceForm,
    SearchForm,
    ShelfForm,
    VersionForm,
)
from messaging.models import Resource, ResourceRead
from messaging.models.published import WRITERS
from messaging.models.resource import figures
from messaging.reading import resources as reading, shelf

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

HERE = "resource-list"
A_PAGE = 20


# --- everybody ----------------------------------------------------------------------------------------
@require_safe
def resource_list(request):
    """Show what the reader may use, by topic; `?q` looks for words in it."""
    come_in(request.user)
    form = SearchForm(request.GET)
    asked = form.cleaned_data["q"] if form.is_valid() else ""
    topics = reading.shelf(request.user, asked)
    context = {
        "topics": topics, "asked": asked, "form": form,
        "found": sum(len(topic["lines"]) for topic in topics),
        "writes": bool(request.user.roles() & WRITERS),
        "waiting": waiting(Resource, request.user),
    }  # fmt: skip
    return page(request, "messaging/resource_list.html", context, HERE)


def _shown(request, pk, template):
    row = found_or_404(reading.resource(request.user, pk))
    words, tabs = shelf.chosen(row, request.GET.get("in", ""))
    changed = None
    if request.method == "GET" and row.is_open and shelf.reads_as_family(request.user, row):
        changed = reading.changed_since(request.user, row, words)
        ResourceRead.mark(row, request.user, words.language)
    context = {
        "row": row, "words": words, "tabs": tabs, "blocks": shelf.blocks(words.text),
        "changed": changed, "topic": reading.TOPICS[row.topic],
        "keeps": Resource.objects.kept_by(request.user).filter(pk=pk).exists(),
    }  # fmt: skip
    return page(request, template, context, HERE)


@require_safe
def resource_detail(request, pk):
    """Show one thing in the reader's language; `?in` asks for another. Of a family it is counted."""
    return _shown(request, pk, "messaging/resource_detail.html")


@require_safe
def resource_print(request, pk):
    """Show it as a sheet of paper."""
    return _shown(request, pk, "messaging/resource_print.html")


class ResourceFile(FileView):
    """The file of a language version, always saved and never shown, for whoever may read it."""

    def rows(self, user):
        return reading.files(user)

    def get(self, request, pk):
        answer = super().get(request, pk)
        name = answer.headers["Content-Disposition"].partition(";")[2]
        answer.headers["Content-Disposition"] = f"attachment;{name}"
        return answer

    def record(self, row, *, saved):
        """Count who of a family took it along."""
        thing, user = row.resource, self.request.user
        if self.request.method == "GET" and thing.is_open and shelf.reads_as_family(user, thing):
            ResourceRead.mark(thing, user, row.language, saved=True)


# --- the staff's shelf ----------------------------------------------------------------------------------
@require_safe
def resource_desk(request):
    """List for staff what it keeps: how it stands, who answers for it, who read it and took it along."""
    come_in(request.user, WRITERS)
    state = request.GET.get("state", "")
    rows = reading.desk(request.user, state).prefetch_related("words")
    found = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": found, "rows": reading.desk_rows(found.object_list, figures(found.object_list)),
        "state": state, "states": reading.FILTERS,
    }  # fmt: skip
    return page(request, "messaging/resource_desk.html", context, HERE)


def resource_create(request):
    """Begin a thing with its first language version; nobody reads it yet."""
    come_in(request.user, WRITERS)
    form = ResourceForm(posted(request), request.FILES or None, user=request.user)

    def work():
        columns = form.columns() | {"look_again_on": form.cleaned_data["again_on"]}
        row = Resource.objects.begin(columns, by=request.user)
        row.put_words(form.cleaned_data["language"], by=request.user, **form.values())
        return row.desk_url()

    said = _("Kept. No family reads it yet.")
    return answered(request, form, work, said) or page(
        request, "messaging/resource_form.html", {"is_new": True}, HERE, form
    )


@require_safe
def resource_manage(request, pk):
    """Show to who keeps a thing how it stands: versions, readers by language, history."""
    row = kept(request, Resource, pk)
    context = managed(request, row) | {"late": reading.is_late(row)}
    context["reads"]["saved"] = row.reads.saved().count()
    return page(request, "messaging/resource_manage.html", context, HERE)


def resource_edit(request, pk):
    """Change for whom a thing is, where it stands, and who answers for it."""
    row = changeable(request, Resource, pk)
    form = ShelfForm(posted(request), user=request.user, row=row)

    def work():
        row.change(by=request.user, **form.columns())
        return row.desk_url()

    return answered(request, form, work) or page(
        request, "messaging/resource_form.html", {"row": row}, HERE, form
    )


def resource_words(request, pk, language):
    """Write one language version, or write it anew."""
    row = changeable(request, Resource, pk)
    stands = {one.language: one for one in row.words.all()}.get(language)
    if stands is None and language not in dict(shelf.missing(row)):
        raise Http404
    form = VersionForm(
        posted(request), request.FILES or None, row=stands, initial=opened_by(shelf.spoken(stands))
    )

    def work():
        row.put_words(language, by=request.user, opened=form.opened_at, **form.values())
        return row.desk_url()

    context = {"row": row, "language": language, "name": shelf.name_of(language), "stands": stands,
               "first": None if stands is row.words_for("") else row.words_for("")}  # fmt: skip
    return answered_or_met(request, form, work) or page(
        request, "messaging/resource_words.html", context, HERE, form
    )


def resource_again(request, pk):
    """Say that a thing is still right, and when to look at it again."""
    row = changeable(request, Resource, pk)
    form = AgainForm(posted(request))

    def work():
        row.look_at(by=request.user, again_on=form.cleaned_data["again_on"])
        return row.desk_url()

    return answered(request, form, work) or page(
        request, "messaging/resource_again.html", {"row": row}, HERE, form
    )


@require_POST
def resource_propose(request, pk):
    """Ask a leader to publish a thing."""
    return propose(request, Resource, pk, "messaging:resource-manage")


@require_POST
def resource_publish(request, pk):
    """Let the families read a thing."""
    return publish(request, Resource, pk, "messaging:resource-manage")


@require_POST
def resource_withdraw(request, pk):
    """Take a thing back."""
    return withdraw(request, Resource, pk, "messaging:resource-manage")
