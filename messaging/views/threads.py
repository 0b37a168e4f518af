"""Conversations between a home and the school: the inbox, one conversation, and what is done in it."""

import datetime as dt
import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from homeschool.journal.models import Entry
from homeschool.people import sight
from homeschool.people.models import Student, User
from homeschool.people.views.home import posted
from homeschool.people.views.setting_up import answered
from messaging.forms.threads import DraftForm, JoinForm, MessageForm
from messaging.models import Draft, Message, Seat
from messaging.models.message import TooLate, readers_of
from messaging.models.thread import (
    ITEM,
    WRITERS,
    Closed,
    MayNotTakePart,
    NobodyThere,
    staff_watching,
)
from messaging.reading.homes import Sides
from messaging.reading.threads import Inbox, ThreadPage, anything_new, threads_of
from messaging.reading.ways import places

NOT_WHOLE, CLOSED, NOTHING_NEW = 422, 409, 204
A_MINUTE = gettext_lazy("It leaves in a minute. Until then you can take it back.")


# --- the inbox ---------------------------------------------------------------------------------------


@require_safe
def thread_list(request):
    """List the conversations of the reader: what is not read yet first, then the newest."""
    roles = request.user.roles()
    if sight.SCHOOL_ADMIN in roles and not roles & (WRITERS | sight.FAMILY_ROLES):
        return redirect("messaging:announcement-list")  # writes with no family, and to many
    asked = {name: request.GET.get(name, "") for name in ("state", "before")}
    inbox = Inbox(request.user, child=_key(request), words=request.GET.get("q", ""), **asked)
    context = {"inbox": inbox, "places": places(request.user, "thread-list")}
    context["is_staff"] = bool(roles & WRITERS)
    if not context["is_staff"]:
        rows = Student.objects.visible_to(request.user, roles=sight.FAMILY_ROLES, item=ITEM)
        context["children"] = list(rows.order_by("sort_key", "pk"))
    return render(request, "messaging/thread_list.html", context)


def _key(request):
    try:
        return uuid.UUID(request.GET.get("child", ""))
    except ValueError:
        return None


# --- one conversation ------------------------------------------------------------------------------------


def _thread(request, pk):
    return get_object_or_404(threads_of(request.user), pk=pk)


def _for_staff(request, pk):
    """Return the page of a thread for who writes for the school there: else 404, or 403."""
    page = ThreadPage(request.user, _thread(request, pk))
    if not page.is_staff:
        raise PermissionDenied
    return page


def thread_detail(request, pk):
    """Show a conversation, and take an answer to it."""
    thread = _thread(request, pk)
    if request.method == "POST":
        return _answer(request, thread)
    return _shown(request, ThreadPage(request.user, thread, before=request.GET.get("before", "")))


def _shown(request, page, form=None, status=200):
    if request.method == "GET":
        _note_reading(request, page)
    form = form or MessageForm(is_staff=page.is_staff, initial={"text": page.thread.draft_text})
    context = {"page": page, "thread": page.thread, "child": page.thread.student, "form": form}
    return render(request, "messaging/thread_detail.html", context, status=status)


def _note_reading(request, page):
    """Note what was read; staff that takes no part itself leaves an Entry.

    It names no child: a family's list of who looked would tell one home of the threads of another.
    """
    if "prefetch" in request.headers.get("Sec-Purpose", ""):
        return
    page.read()
    if page.is_staff and not page.takes_part:
        Entry.record(
            "thread.viewed", page.thread, by=request.user, kind=Entry.Kind.VIEWED,
            school=page.thread.school,
        )  # fmt: skip


def _reached(thread, user, side):
    """Refuse to write to nobody: the other side has left, or lost its right. Raises NobodyThere."""
    roles = WRITERS if side == Seat.Side.HOME else sight.FAMILY_ROLES
    if not readers_of(thread, user.pk).filter(role__in=roles).exists():
        raise NobodyThere


def _answer(request, thread):
    page = ThreadPage(request.user, thread)
    if not page.side:
        raise PermissionDenied
    form = MessageForm(request.POST, request.FILES, is_staff=page.is_staff)

    def work():
        _reached(thread, request.user, page.side)
        message = thread.messages.write(thread, by=request.user, **form.message)
        form.save_files(message)
        Draft.objects.keep(request.user, "", thread=thread)
        return f"{thread.get_absolute_url()}#m-{message.pk}"

    try:
        done = answered(request, form, work, A_MINUTE)
    except Closed:
        return _not_sent(request, page, form, CLOSED, _closed_words(thread))
    except NobodyThere:
        words = _("Nothing was sent: nobody on the other side may read this conversation any more.")
        return _not_sent(request, page, form, NOT_WHOLE, words)
    return done or _shown(request, page, form, NOT_WHOLE)


def _closed_words(thread):
    thread.refresh_from_db(fields=["closed_at", "closed_by"])
    words = _("Nothing was sent: %(name)s closed this conversation at %(time)s.")
    at = timezone.localtime(thread.closed_at)
    return words % {"name": thread.closed_by, "time": f"{at:%H:%M}"}


def _not_sent(request, page, form, status, words):
    """Show what was typed once more, and keep it for a new conversation about the child, else here."""
    text = form.cleaned_data["text"]
    # by itself: xgettext finds no words inside an f-string
    kept_words = _("Your words are kept for a new conversation.")
    if not _carried(request.user, text, page.thread):
        Draft.objects.keep(request.user, text, thread=page.thread)
        kept_words = _("Your draft is kept. Only you read it.")
    elif status == CLOSED:
        Draft.objects.keep(request.user, "", thread=page.thread)
    form.add_error(None, f"{words} {kept_words}")
    return _shown(request, page, form, status)


# --- drafts ------------------------------------------------------------------------------------------------


def _carried(user, text, thread):
    """Keep `text` for a new conversation about the child of the thread; returns whether it is kept there.

    Nobody writes about a child who has left. What staff wrote to one home is not put beside what it has
    begun, as that may be for another home.
    """
    child = thread.student
    if child.status != Student.Status.ACTIVE:
        return False
    alone = thread.side_of(user) != Seat.Side.HOME and _has_other_homes(thread)
    return Draft.objects.add(user, text, student=child, alone=alone) is not None


def _has_other_homes(thread):
    """Whether the child has a home of which nobody takes part in the thread."""
    seated = set(thread.seats.live().home().values_list("person", flat=True))
    homes = Sides(thread.student).homes
    return any(seated.isdisjoint(one.pk for one in home.people) for home in homes)


def kept(request, back, again, **place):
    """Keep what was typed so far: htmx is answered with a line, a form with its page.

    `back` is where a form goes on, `again(form)` its page where the text cannot be kept.
    """
    form = DraftForm(request.POST)
    if form.is_valid():
        draft = Draft.objects.keep(request.user, form.cleaned_data["text"], **place)
        if request.htmx:
            return render(request, "messaging/composer_saved.html", {"draft": draft, "at": None})
        messages.success(request, _("Your draft is kept. Only you read it."))
        return redirect(back)
    if request.htmx:
        return render(request, "messaging/composer_saved.html", {"form": form})
    return again()


@require_POST
def thread_draft(request, pk):
    """Keep what the reader has typed and not sent."""
    thread = _thread(request, pk)
    page = ThreadPage(request.user, thread)
    if not page.side:
        raise PermissionDenied

    def again():
        return _shown(request, page, MessageForm(request.POST, is_staff=page.is_staff), NOT_WHOLE)

    return kept(request, f"{thread.get_absolute_url()}#answer", again, thread=thread)


# --- what is new ---------------------------------------------------------------------------------------------


@require_safe
def thread_news(request, pk):
    """Answer what has left since the page was shown: nothing (204), or the new messages."""
    try:
        since = dt.datetime.fromtimestamp(float(request.GET.get("since", "")), dt.UTC)
    except (ValueError, OverflowError, OSError):
        since = timezone.now()
    new = anything_new(request.user, pk, since)
    if new is None:
        raise Http404
    if not new:
        return HttpResponse(status=NOTHING_NEW)
    page = ThreadPage(request.user, _thread(request, pk), since=since)
    response = render(request, "messaging/thread_news.html", {"page": page, "thread": page.thread})
    _note_reading(request, page)
    return response


# --- one message -----------------------------------------------------------------------------------------------


def _message(request, pk):
    rows = Message.objects.visible_to(request.user)
    return get_object_or_404(rows.select_related("thread__student__school", "author"), pk=pk)


@require_POST
def message_take_back(request, pk):
    """Take a message back before it leaves; its words become a draft again, beside what stands there."""
    message = _message(request, pk)
    thread = message.thread
    if message.author_id != request.user.pk:
        raise PermissionDenied
    has_files = message.attachments.kept().exists()
    try:
        is_carried = _taken_back(message, thread, request.user)
    except TooLate:
        messages.error(request, _("It has left already and cannot be taken back."))
        return redirect(f"{thread.get_absolute_url()}#m-{message.pk}")
    messages.success(request, _("Taken back. Nobody has read it."))
    if has_files:
        messages.info(request, _("If you send it again, please choose its files once more."))
    if is_carried:
        return redirect("messaging:thread-write", thread.student_id)
    return redirect(f"{thread.get_absolute_url()}#{'not-sent' if thread.closed_at else 'answer'}")


def _taken_back(message, thread, user):
    """Take it back and keep its words as a draft; returns whether they are kept for a new conversation,
    as nothing of this one is left, or it was closed. Raises TooLate.
    """
    text = message.text
    with transaction.atomic():
        is_new = message.take_back(by=user)
        is_over = thread.closed_at is not None or not thread.messages.kept().exists()
        if is_new and text and not (is_over and _carried(user, text, thread)):
            Draft.objects.add(user, text, thread=thread)
    here = Draft.objects.filter(person=user, thread=thread).first()
    return is_over and bool(text) and not (here and here.holds(text))


@require_POST
def message_tap(request, pk):
    """Answer a message that asks for it by one tap; tapped before, the first answer stands."""
    message = _message(request, pk)
    thread = message.thread
    side = thread.side_of(request.user)
    tap = request.POST.get("tap", "")
    if not side or side == message.side or not message.asks or tap not in Message.Tap.values:
        raise PermissionDenied
    try:
        _reached(thread, request.user, side)
        answer = thread.messages.write(thread, by=request.user, tap=tap, answers=message)
    except Closed:
        messages.error(request, _closed_words(thread))
    except NobodyThere:
        words = _("Nothing was sent: nobody on the other side may read this conversation any more.")
        messages.error(request, words)
    except IntegrityError as error:
        if "a_person_taps_once" not in str(error):
            raise
        messages.info(request, _("You have answered this already."))
    else:
        messages.success(request, A_MINUTE)
        at = "answer" if tap == Message.Tap.QUESTION else f"m-{answer.pk}"
        return redirect(f"{thread.get_absolute_url()}#{at}")
    return redirect(thread)


# --- what staff does ------------------------------------------------------------------------------------------


@require_POST
def thread_close(request, pk):
    """Close a conversation: it is read, and not answered."""
    page = _for_staff(request, pk)
    page.thread.close(by=request.user)
    messages.success(request, _("Closed. What was written stays to be read."))
    return redirect(page.thread)


@require_POST
def thread_reopen(request, pk):
    """Let a conversation be answered again."""
    page = _for_staff(request, pk)
    page.thread.reopen(by=request.user)
    messages.success(request, _("Open again."))
    return redirect(page.thread)


def thread_join(request, pk):
    """Let a colleague who sees the child take part, too."""
    page = _for_staff(request, pk)
    thread = page.thread
    seen = staff_watching([thread.student_id]).values("user")
    people = User.objects.filter(pk__in=seen).exclude(
        pk__in=[seat.person_id for seat in page.seats]
    )
    choices = [(str(one.pk), one.full_name) for one in people.order_by("sort_key", "pk")]
    form = JoinForm(posted(request), people=choices)

    def work():
        thread.join(User.objects.get(pk=form.cleaned_data["person"]), by=request.user)
        return reverse("messaging:thread-detail", args=[thread.pk])

    try:
        if done := answered(request, form, work, _("Your colleague reads and answers here, too.")):
            return done
    except MayNotTakePart:
        form.add_error("person", _("This colleague does not see the child any more."))
    context = {"page": page, "thread": thread, "child": thread.student, "form": form}
    context["choices"] = choices
    status = NOT_WHOLE if form.is_bound else 200
    return render(request, "messaging/thread_join.html", context, status=status)
