"""What the views of news and of resources share: who comes in, and the verbs that both have."""

from functools import partial

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from homeschool.people import sight
from messaging.models.published import (
    PUBLISHERS,
    WRITERS,
    NobodyThere,
    NotNow,
    NoWords,
    Unseen,
)
from messaging.reading import shelf
from messaging.reading.ways import places

NOT_WHOLE = 422
READERS = WRITERS | sight.FAMILY_ROLES


def come_in(user, roles=READERS):
    """Refuse (403) whoever has none of these roles."""
    if not user.roles() & roles:
        raise PermissionDenied


def found_or_404(row):
    """Return the row. Raises Http404 where there is none."""
    if row is None:
        raise Http404
    return row


def kept(request, model, pk):
    """Return the row that the reader keeps: 404 where it is not seen, 403 where a colleague keeps it."""
    related = ("school", "made_by", "published_by")
    rows = model.objects.visible_to(request.user).select_related(*related)
    row = get_object_or_404(rows.prefetch_related("words"), pk=pk)
    if not model.objects.kept_by(request.user).filter(pk=pk).exists():
        raise PermissionDenied
    return row


def may_publish(user, row):
    """Whether `user` leads or administers the row's school, or as leader wrote it (one query)."""
    return type(row).objects.visible_to(user, roles=PUBLISHERS).filter(pk=row.pk).exists()


def may_change(user, row):
    """Whether `user` may change it: what families read, its publishers alone."""
    return row.state in (row.State.DRAFT, row.State.PROPOSED, row.State.WITHDRAWN) or may_publish(
        user, row
    )


def waiting(model, user):
    """Return how many rows wait for `user` to publish them (one query for those who publish)."""
    if not user.roles() & PUBLISHERS:
        return 0
    rows = model.objects.visible_to(user, roles=PUBLISHERS)
    return rows.filter(state=model.State.PROPOSED).count()


def changeable(request, model, pk):
    """Return the row that the reader may change (404, 403)."""
    row = kept(request, model, pk)
    if not may_change(request.user, row):
        raise PermissionDenied
    return row


def managed(request, row):
    """Return what the page of a row shows to who keeps it, whatever it is: how it stands, its words, and
    how many people read it in which language."""
    words, languages = list(row.words.all()), row.reads.per_language()
    return {
        "row": row, "words": row.words_for(""), "chip": shelf.chip(row), "versions": words,
        "seen": row.mark(),
        "behind": shelf.behind(words), "missing": shelf.missing(row), "history": shelf.history(row),
        "reads": {
            "all": sum(languages.values()),
            "languages": [(shelf.name_of(code), n) for code, n in sorted(languages.items())],
        },
        "may_read": row.people().values("user").distinct().count(),
        "publishes": may_publish(request.user, row), "changes": may_change(request.user, row),
    }  # fmt: skip


def page(request, template, context, here, form=None):
    """Draw a page of the room; a form that was refused answers 422."""
    context |= {"places": places(request.user, here), "form": form or context.get("form")}
    status = NOT_WHOLE if form is not None and form.is_bound else 200
    return render(request, template, context, status=status)


# --- the way of a row ---------------------------------------------------------------------------------
def propose(request, model, pk, to):
    """Ask a leader to publish it."""
    row = kept(request, model, pk)
    return _went(request, to, row, row.propose, _("A leader is asked to publish it."))


def publish(request, model, pk, to):
    """Let the families read it: by a leader or administrator of the school, to whom it was shown so."""
    row = kept(request, model, pk)
    if not may_publish(request.user, row):
        raise PermissionDenied
    verb = partial(row.publish, seen=request.POST.get("seen", ""))
    return _went(request, to, row, verb, _("It is published."))


def withdraw(request, model, pk, to):
    """Take it back at once."""
    row = changeable(request, model, pk)
    return _went(
        request, to, row, row.withdraw, _("It is taken back. No family reads it any more.")
    )


def _went(request, to, row, verb, said):
    try:
        verb(by=request.user)
    except NoWords:
        messages.warning(request, _("It has no words yet. Please write them first."))
    except Unseen:
        messages.warning(
            request,
            _("It was changed after you opened this page. Please read it again, then publish it."),
        )
    except NobodyThere:
        messages.warning(
            request, _("No family stands behind this audience today. Please choose another.")
        )
    except NotNow as no:
        over = _("Its last day is over. Please choose another one first.")
        messages.warning(request, over if no.state == "over" else _("No family reads it as it is."))
    else:
        messages.success(request, said)
    return redirect(to, row.pk)
